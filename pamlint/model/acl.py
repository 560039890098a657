"""Access lists, their rules and what guards what: the common model that AWS and Azure are converted into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from pamlint.model.addresses import ANY
from pamlint.model.finding import Direction
from pamlint.model.noun import field, noun, replace
from pamlint.model.ranges import EMPTY, Ranges
from pamlint.model.resource import EMPTY as NO_VALUES
from pamlint.model.resource import Ignore, Location, Problem, Unknown
from pamlint.model.service_tags import NO_TAGS, ServiceTags

AclKind = Literal["aws_security_group", "aws_network_acl", "azure_nsg", "azure_admin_rules"]
Action = Literal["allow", "deny", "always-allow"]
"""`always-allow` is an Azure admin rule's: what it lets through, no NSG stops."""
SymbolKind = Literal["group", "asg", "tag", "prefix-list", "unknown"]
Text = str | Unknown


@noun
class Extent:
    """One side of a rule in numbers: what is there for sure, and what may be there besides, with the references that decide."""

    known: Ranges
    perhaps: Ranges = EMPTY
    because: tuple[str, ...] = ()


@noun
class Symbol:
    """Something on a side that has a name and members: a group, an ASG, a service tag, a prefix list.

    `key` is the same wherever the same thing is meant; `text` is what is told, `ids` what a site file may name it by besides.
    `at_least` are members that are known, `at_most` is where members can be at all; `because` are the references that decide what
    else is among them, where the input says so. `inside` is the key of the one subnet that everybody stands in who is known to be
    a member, empty where that is not so.
    """

    key: str
    kind: SymbolKind
    text: str
    at_least: Ranges = EMPTY
    at_most: Ranges = ANY
    ids: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    inside: str = ""

    @property
    def settled(self) -> bool:
        """Whether the members are known exactly."""
        return self.at_least == self.at_most


def tag_symbol(name: str, tags: ServiceTags) -> Symbol:
    """A service tag: just the members that are told of it, or anything."""
    members = tags.members(name)
    key, text = f"tag|{name.lower()}", f"tag:{name}"
    return Symbol(key, "tag", text) if members is None else Symbol(key, "tag", text, members, members)


@noun
class Peer:
    """One entry of a rule's address side: known addresses, a symbol (by key), or an unknown value (by its references).

    `members`: the unknown value is no address, but a group or a list whatever it is.
    """

    text: str
    addresses: Ranges = EMPTY
    symbol: str | None = None
    because: tuple[str, ...] = ()
    at_most: Ranges = ANY
    members: bool = False


ANYWHERE = Peer("any", ANY)


@noun
class Rule:
    """One line of an ACL. `name` is its Terraform address or live id; ICMP type and code are `ports` (type * 256 + code).

    `possible` names the references that decide whether the rule exists as this line, `placing` those of them on which hangs only
    with which action or priority it does; `default` marks what the cloud adds itself. `called` is its name in the cloud.
    """

    name: str
    direction: Direction
    action: Action
    protocols: Extent
    ports: Extent
    peers: tuple[Peer, ...]
    local: tuple[Peer, ...] = (ANYWHERE,)
    source_ports: Extent = field(default=Extent(((0, 65535),)))
    priority: int | None = None
    possible: tuple[str, ...] = ()
    default: bool = False
    location: Location | None = None
    ignores: tuple[Ignore, ...] = ()
    placing: tuple[str, ...] = ()
    called: str | None = None

    def perhaps(self, because: tuple[str, ...]) -> Rule:
        """The rule where its being there hangs on further references."""
        placing = tuple(reference for reference in self.placing if reference not in because)
        return replace(self, possible=tuple(dict.fromkeys((*self.possible, *because))), placing=placing)

    def placed(self, because: tuple[str, ...], action: Action, priority: int | None) -> Rule:
        """The rule as one of several lines; on the references hangs whether it is this one."""
        more = (reference for reference in because if reference not in self.possible)
        possible = tuple(dict.fromkeys((*self.possible, *because)))
        return replace(self, action=action, priority=priority, possible=possible, placing=(*self.placing, *more))

    @property
    def there(self) -> tuple[str, ...]:
        """The references that decide whether the rule exists at all, whatever its action and priority."""
        return tuple(reference for reference in self.possible if reference not in self.placing)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Every reference that something in the rule hangs on, sorted."""
        sides: tuple[Peer | Extent, ...] = (*self.peers, *self.local, self.protocols, self.ports, self.source_ports)
        return tuple(sorted({*self.possible, *(reference for side in sides for reference in side.because)}))


@noun
class Acl:
    """A security group, a network ACL or an NSG. Rules of the ordered kinds stand in the order in which they are tried.

    `partial` names the references because of which further rules may exist elsewhere. `local` is what stands behind the
    ACL, None if that is not known; `places` are those where it stands, each with what stands there (empty if not known) and
    the references that decide whether it does. `loose` is told of an ACL in a chain: the references that
    decide whether it stands there at all; `one_of` are the keys, sorted, of those of which just one does, where that is known.
    `ruled` are the keys of the admin rules before an NSG, whoever is behind it, with the references that decide whether they are.
    `whole` are the directions in which its block is the whole list even if it holds no rule, `kept` those in which
    Terraform writes the rules of the block once, and leaves them alone from then on.
    """

    key: str
    address: str
    kind: AclKind
    root: str
    rules: tuple[Rule, ...]
    name: Text | None = None
    id: str | None = None
    tags: Mapping[str, Text] = field(default_factory=lambda: NO_VALUES)
    partial: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    local: Ranges | None = None
    places: tuple[tuple[Ranges, tuple[str, ...]], ...] = ()
    location: Location | None = None
    ignores: tuple[Ignore, ...] = ()
    loose: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    ruled: tuple[tuple[str, tuple[str, ...]], ...] = ()
    whole: tuple[Direction, ...] = ()
    kept: tuple[Direction, ...] = ()

    @property
    def place(self) -> str:
        """Where its rules are used: they hang on other things where the ACL stands loosely."""
        return "?".join((self.key, *self.loose, *self.one_of))

    def loosely(self, because: tuple[str, ...], one_of: tuple[str, ...] = ()) -> Acl:
        """The ACL where it stands perhaps: the rules of a group are possible there, and an ordered list may stop nothing."""
        if not because:
            return self
        worn = self.rules if self.ordered or one_of else tuple(rule.perhaps(because) for rule in self.rules)
        return replace(self, rules=worn, loose=because, one_of=one_of)

    @property
    def ordered(self) -> bool:
        """Whether the first rule that matches decides."""
        return self.kind != "aws_security_group"


@noun
class Segment:
    """A subnet that a workload stands in, and whose edge traffic inside of it never meets: its key, its prefixes, its name.

    Where the prefixes are not known there are none, `because` are the references that decide, and they are within `at_most`.
    `is_one` is false of what is just one of several subnets, or may be another wherever it is named; `made` is true of one that
    the input makes.
    """

    key: str
    prefixes: Ranges
    text: str = ""
    because: tuple[str, ...] = ()
    at_most: Ranges = ANY
    is_one: bool = True
    made: bool = False

    def may_be(self, other: Segment) -> bool:
        """Whether both may be one subnet: two that the input makes are two, and so are two of other prefixes."""
        apart = (self.made and other.made) or (self.prefixes and other.prefixes and self.prefixes != other.prefixes)
        return self.key == other.key or not apart


NOWHERE = Segment("", EMPTY)
"""A subnet of which nothing is known."""


@noun
class Workload:
    """What ACLs protect: an interface, a machine, a service.

    `chain` holds its layers from the nearest to the farthest; a layer is the keys of ACLs that are united (an interface's
    security groups) or a single one (an NSG). `wears` are the keys of symbols that it is a member of. Of both, `perhaps` holds
    those that hang on something, with the references.
    `addresses` are its own where they are known, `within` where it stands (its subnets' prefixes); `settled` is false where that
    is just in one of the subnets, nobody knows which, and `adrift` holds the references that decide. `sheltered` is a clause that
    says why the Internet cannot reach it, where the input shows that. `subnets` are those that it stands in; one that is just
    one of several has no prefixes. `behind` are the keys of what hands packets on to it as they are:
    load balancers and their pools. `one_of` tells of ACLs that are in `perhaps`: just one of each of these sets of keys is there.
    `possible` are the references that decide whether it is there, `machine` those that decide whether what it is an interface of
    is. `beyond` names what may stand at the edge of its subnets and is not in the input.
    """

    key: str
    address: str
    kind: str
    root: str
    chain: tuple[tuple[str, ...], ...]
    wears: frozenset[str]
    name: Text | None = None
    id: str | None = None
    tags: Mapping[str, Text] = field(default_factory=lambda: NO_VALUES)
    addresses: Ranges = EMPTY
    within: Ranges = EMPTY
    settled: bool = True
    adrift: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    machine: tuple[str, ...] = ()
    sheltered: str | None = None
    subnets: tuple[Segment, ...] = ()
    several: bool = False
    perhaps: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NO_VALUES)
    behind: frozenset[str] = frozenset()
    one_of: tuple[tuple[str, ...], ...] = ()
    beyond: tuple[str, ...] = ()
    location: Location | None = None

    @property
    def standing(self) -> Ranges:
        """Where it is for sure; empty where that is not known, or just in one of several subnets."""
        return self.addresses or (self.within if self.settled else EMPTY)


@noun
class Group:
    """What roles can be matched to and is no ACL: an ASG, a group that the input only refers to, a pool of a load balancer."""

    key: str
    address: str
    root: str
    name: Text | None = None
    id: str | None = None
    tags: Mapping[str, Text] = field(default_factory=lambda: NO_VALUES)
    location: Location | None = None


@noun
class Network:
    """Everything that the clouds made of the resources: who guards whom, and what the names mean.

    `service_tags` tell of tags that no rule names, too. `pools` are load balancers and their pools: no rule can name them.
    `alike` has, for groups and ASGs by their keys, those that rules name and that they may be, with the references that decide.
    """

    acls: tuple[Acl, ...]
    workloads: tuple[Workload, ...]
    groups: tuple[Group, ...]
    symbols: Mapping[str, Symbol]
    problems: tuple[Problem, ...] = ()
    service_tags: ServiceTags = NO_TAGS
    pools: tuple[Group, ...] = ()
    alike: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=lambda: NO_VALUES)

    def perhaps_worn(self, worn: Iterable[str], perhaps: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """What may be worn besides under another name, with the references that decide; of `worn`, `perhaps` is so perhaps."""
        found: dict[str, tuple[str, ...]] = {}
        for key in sorted(worn) if self.alike else ():
            for other, because in self.alike.get(key, NO_VALUES).items():
                if other not in worn:
                    hangs = {*because, *perhaps.get(key, ()), *found.get(other, ())}
                    found[other] = tuple(sorted(hangs))
        return found


def together(networks: Sequence[Network]) -> Network:
    """Several networks side by side; what they share by its key is told as the last of them has it."""
    return Network(
        tuple(acl for network in networks for acl in network.acls),
        tuple(workload for network in networks for workload in network.workloads),
        tuple(group for network in networks for group in network.groups),
        {key: symbol for network in networks for key, symbol in network.symbols.items()},
        tuple(problem for network in networks for problem in network.problems),
        pools=tuple(pool for network in networks for pool in network.pools),
        alike={key: others for network in networks for key, others in network.alike.items()},
    )
