"""Who plays what: members, parts, bearings, and the units that are judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pamlint.model.acl import Acl, Workload
from pamlint.model.addresses import ANY, families
from pamlint.model.finding import Direction
from pamlint.model.identity import FOREIGN
from pamlint.model.noun import field, noun, replace
from pamlint.model.ranges import EMPTY, Ranges, holds, intersect, union
from pamlint.model.site import Instance

Because = tuple[str, ...]
"""References on which something hangs; empty means that it is certain."""


@noun
class Member:
    """One machine (or a group that stands for machines) that bears a role: what it wears and the addresses known for it.

    `perhaps` are symbols that it wears perhaps, with the references that decide.
    """

    key: str
    symbols: tuple[str, ...]
    addresses: Ranges = EMPTY
    because: Because = ()
    perhaps: Mapping[str, Because] = field(default_factory=dict)


@noun
class Part:
    """What bears a role in one way: an instance of the site file, here or on another role's machines.

    `networks` are None where they are unknown. `hosts` are the keys of all that was matched (ACLs, workloads, groups).
    `cloud` is set where the part exists for one cloud alone.
    """

    role: str
    instance: Instance | None
    members: tuple[Member, ...] = ()
    networks: Ranges | None = None
    hosts: Mapping[str, Because] = field(default_factory=dict)
    cidrs: tuple[str, ...] = ()
    cloud: str | None = None

    @property
    def families(self) -> frozenset[int]:
        """The address families in which the part has networks or members; members that are symbols alone count as IPv4."""
        found = families(self.networks or EMPTY)
        for member in self.members:
            found |= families(member.addresses) or frozenset({4})
        return found or frozenset({4} if self.hosts else ())


@noun
class Bearing:
    """That a unit bears a role, by which part, and how sure that is."""

    part: Part
    because: Because = ()

    def perhaps(self, because: Because) -> Bearing:
        """The bearing where it hangs on further references."""
        return replace(self, because=tuple(sorted({*self.because, *because}))) if because else self


@noun
class Unit:
    """What is judged as one: a distinct chain of ACLs with the workloads behind it, or an ACL that no known workload wears.

    `layers` run from the nearest to the farthest. `behind` are the addresses that stand behind the chain, None where they
    are unknown; `within` is where they can be. `wears` are the symbols that all workloads wear, `may_wear` those that some do.
    `assumed` are ACLs of the chain that are taken as absent, because the input holds no rule of theirs. `perhaps_wears` are
    those of `may_wear` that are worn perhaps. `helped` and `crossed` tell of an ACL that nobody known has for sure:
    the references because of which other groups may stand beside it, and other lists before it; `besides` are the roles that
    whoever has it perhaps bears as well.
    """

    layers: tuple[tuple[Acl, ...], ...]
    workloads: tuple[Workload, ...]
    bearings: tuple[Bearing, ...]
    behind: Ranges | None
    within: Ranges
    wears: frozenset[str] = frozenset()
    may_wear: frozenset[str] | None = None
    assumed: tuple[Acl, ...] = ()
    perhaps_wears: Mapping[str, Because] = field(default_factory=dict)
    helped: Because = ()
    crossed: Because = ()
    besides: tuple[Bearing, ...] = ()

    @property
    def doubt(self) -> Because:
        """The references because of which the unit may bear no role at all, or its list stand in other chains alone.

        None where it bears a role for sure.
        """
        if not all(bearing.because for bearing in self.bearings):
            return self.helped if self.layers[0][0].ordered else ()
        return tuple(sorted({reference for bearing in self.bearings for reference in bearing.because}))

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that it bears, surely or perhaps."""
        return tuple(sorted({bearing.part.role for bearing in self.bearings}))

    @property
    def sure_roles(self) -> tuple[str, ...]:
        """The roles that it bears for sure."""
        return tuple(sorted({bearing.part.role for bearing in self.bearings if not bearing.because}))

    @property
    def acls(self) -> tuple[Acl, ...]:
        """All ACLs of the chain, nearest first."""
        return tuple(acl for layer in self.layers for acl in layer)

    @property
    def absent(self) -> tuple[Acl, ...]:
        """The ACLs that are taken as absent, because the input holds no rule of theirs, of the chain and apart from it."""
        return (*self.assumed, *(acl for layer in self.layers for acl in layer if is_absent(acl, layer)))

    @property
    def taken_as_absent(self) -> tuple[str, ...]:
        """The names of these, and of what may stand at the edge of subnets that the input does not hold."""
        beyond = (name for workload in self.workloads for name in workload.beyond)
        return tuple(sorted({*(acl.address for acl in self.absent), *beyond}))

    @property
    def cloud(self) -> str:
        """`aws` or `azure`."""
        return "azure" if self.layers[0][0].kind.startswith("azure") else "aws"

    @property
    def hosts(self) -> frozenset[str]:
        """The keys of what the unit consists of."""
        return frozenset({acl.key for acl in self.acls} | {workload.key for workload in self.workloads})

    def standing(self, places: Ranges) -> tuple[Ranges, Because]:
        """Those of some places at which its workloads stand for sure, and the references that decide whether at the others.

        What is just in one of several subnets stands for sure among places that hold all of them.
        """
        lines = [(each, each.addresses or each.within or ANY) for each in self.workloads]
        adrift = [each for each, line in lines if each.adrift and not each.addresses and not holds(places, line)]
        if not adrift:
            return places, ()
        found: Ranges = EMPTY
        for each, line in lines:
            found = found if each in adrift else union(found, intersect(places, line))
        return found, tuple(sorted({reference for each in adrift for reference in each.adrift}))

    def path(self, direction: Direction) -> tuple[tuple[Acl, ...], ...]:
        """The layers in the order in which a packet meets them: admin rules come before NSGs both ways."""
        layers = self.layers[::-1] if direction == "ingress" else self.layers
        return tuple(sorted(layers, key=lambda layer: layer[0].kind != "azure_admin_rules"))


def is_absent(acl: Acl, layer: Iterable[Acl]) -> bool:
    """Whether a group of which the input holds no rule at all is taken as absent: another is there for sure."""
    beside = (other for other in layer if not other.loose and (other.rules or not other.partial))
    return bool(acl.partial) and not acl.rules and any(True for _ in beside)


@noun
class Unbound:
    """A role that is needed and bound to nothing, and why; `because` names the files that might bind it and could not be read.

    `perhaps` says that it is bound perhaps, and what that hangs on stands in `because`.
    """

    role: str
    reason: str
    because: Because = ()
    perhaps: bool = False


@noun
class Binding:
    """Who plays what in one estate.

    `hidden` names the parts of a live estate of which something was not read: members of any role may stand there.
    """

    parts: Mapping[str, tuple[Part, ...]]
    units: tuple[Unit, ...]
    unbound: tuple[Unbound, ...]
    idle: tuple[Acl, ...]
    hidden: tuple[str, ...] = ()

    def may_play(self, key: str) -> bool:
        """Whether a group, by its key, may be a role's without being known to be: it stands where something was not read."""
        root = key.partition("|")[0]
        return bool(self.hidden) and (root == FOREIGN or root in self.hidden)
