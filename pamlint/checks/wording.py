"""Putting several judged residues into one finding, and traffic into words."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple, Protocol, TypeVar

from pamlint.binding import Unit
from pamlint.judging.judgement import Judgement
from pamlint.model.acl import Acl, Rule
from pamlint.model.addresses import ANY, IPV4, IPV6, PUBLIC, format_ranges
from pamlint.model.certainty import Settled, undivided
from pamlint.model.finding import Certainty, Related, Row, Witness
from pamlint.model.policy import Flow, Policy
from pamlint.model.ranges import holds, subtract
from pamlint.model.resource import CODE, NOT_UNDERSTOOD, Location
from pamlint.model.rows import View, join, peer_text, rows, within, witness
from pamlint.model.traffic import Cube, PieceLimitError, Traffic, merge, minus

SHOWN = 3
"""How many rows or names a sentence holds; the finding's traffic holds all."""

COMPARED = 16
"""How many different shares of a finding's traffic are held against each other."""


class Judged(Protocol):
    """What a judgement holds of one place: where it is, and what was left over."""

    @property
    def unit(self) -> Unit: ...

    @property
    def residue(self) -> Settled: ...

    @property
    def view(self) -> View: ...


T = TypeVar("T", bound=Judged)


class Told(NamedTuple):
    """One certainty's share of everything that was judged under one key."""

    certainty: Certainty
    traffic: Traffic
    rows: tuple[Row, ...]
    witness: Witness | None
    because: tuple[str, ...]
    workloads: tuple[str, ...]
    roles: tuple[str, ...]
    """Who bears it there: for what is proved those who do for sure."""


def grouped(items: Iterable[tuple[Hashable, T]]) -> list[list[T]]:
    """What has the same key, together, in the order of first appearance."""
    found: dict[Hashable, list[T]] = {}
    for key, item in items:
        found.setdefault(key, []).append(item)
    return list(found.values())


def told(group: Sequence[Judged]) -> list[Told]:
    """The proved and the unproven share of a group; what is empty is left out."""
    out = []
    certainty: Certainty
    for certainty in ("proved", "unproven"):
        held = [(item, item.residue.proved if certainty == "proved" else item.residue.unproven) for item in group]
        held = [(item, _perhaps(traffic, item.view) if certainty == "unproven" else traffic) for item, traffic in held if traffic]
        if not held:
            continue
        found = join(row for item, traffic in _apart(held) for row in rows(traffic, item.view))
        because = {reference for item, _ in held for reference in item.residue.because} if certainty == "unproven" else set()
        workloads = {workload.address for item, _ in held for workload in item.unit.workloads}
        traffic = tuple(cube for _, cubes in held for cube in cubes)
        units = [item.unit for item, _ in held]
        roles = {role for unit in units for role in (unit.sure_roles if certainty == "proved" else unit.roles)}
        first, cubes = held[0]
        names = tuple(tuple(sorted(each)) for each in (because, workloads, roles))
        out.append(Told(certainty, traffic, found, witness(cubes, first.view), *names))
    return out


def _apart(held: Iterable[tuple[T, Traffic]]) -> list[tuple[T, Traffic]]:
    """What is left over at each place, once where it is told alike, and not where it is told of the other places together."""
    shares: dict[Traffic, tuple[T, Traffic]] = {}
    for item, traffic in held:
        shares.setdefault(tuple(_anywhere(cube, item.view) for cube in traffic), (item, traffic))
    if len(shares) <= COMPARED:
        for share in tuple(shares):
            if _is_within(share, tuple(cube for other in shares if other is not share for cube in other)):
                del shares[share]
    return list(shares.values())


def _is_within(share: Traffic, others: Traffic) -> bool:
    """Whether all of it is told by the same names besides."""
    try:
        return not any(minus((cube,), (other for other in others if other.guard == cube.guard)) for cube in share)
    except PieceLimitError:
        return False


def _anywhere(cube: Cube, view: View) -> Cube:
    """The cube as it is told where it is of all that stands behind its list: that is named by nothing but the list."""
    return cube.replace(view.local_side, ANY) if holds(cube.sides[view.local_side], view.behind) else cube


def _perhaps(traffic: Traffic, view: View) -> Traffic:
    """What is so perhaps, in few words: where only a few of the addresses of a list may be meant, these, and not the list."""
    return merge(
        Cube(cube.sides, frozenset(literal for literal in cube.guard if not _is_narrow(cube, literal, view)))
        for cube in undivided(traffic)
    )


def _is_narrow(cube: Cube, literal: tuple[str, bool], view: View) -> bool:
    predicate = view.predicates[literal[0]]
    if not literal[1] or predicate.kind != "list" or predicate.side is None:
        return False
    side = cube.sides[predicate.side]
    return len(format_ranges(side)) < len(format_ranges(subtract(predicate.at_most, side)))


def services_text(found: Sequence[Row]) -> str:
    """The services of rows: `tcp/22, tcp/443`, `all traffic`."""
    names = list(dict.fromkeys(_service(row) for row in found))
    return shortened(names)


def traffic_text(found: Sequence[Row], direction: str | None) -> str:
    """Rows in words: `tcp/22 from 0.0.0.0/0`."""
    preposition = "from" if direction == "ingress" else "to"
    by_peers: dict[tuple[tuple[str, ...], tuple[Row, ...]], list[str]] = {}
    for row in found:
        by_peers.setdefault((row.peers, row.exceptions), []).append(_service(row))
    texts = []
    for (peers, exceptions), services in by_peers.items():
        told = list(dict.fromkeys(services))
        except_text = "".join(_exceptions_text(exceptions, peers, told, preposition))
        texts.append(f"{shortened(told)} {preposition} {_places(peers)}{except_text}")
    return shortened(list(dict.fromkeys(texts)), "and")


def _exceptions_text(exceptions: Sequence[Row], peers: tuple[str, ...], services: list[str], preposition: str) -> Iterable[str]:
    """What rows leave out: those whose peers are all but a few networks as these, others by what differs from the rows."""
    texts = []
    for row in exceptions:
        is_same = [_service(row)] == services and row.peers != peers
        if is_same and (inside := within(row.peers)):
            yield f" within {shortened(inside)}"
        elif is_same:
            texts.append(_places(row.peers))
        else:
            others = f" {preposition} {_places(row.peers)}" if row.peers not in (peers, ("any",)) else ""
            texts.append(f"{_service(row)}{others}")
    if texts:
        yield f" except {shortened(texts)}"


def _places(peers: Sequence[str]) -> str:
    """Peers in words, all networks that are private or have another use of their own in one."""
    named = dict.fromkeys(map(peer_text, peers))
    for line, family in ((ANY, ""), (IPV4, "IPv4 "), (IPV6, "IPv6 ")):
        special = format_ranges(subtract(line, PUBLIC))
        if named.keys() >= {*special}:
            named = dict.fromkeys([f"{family}addresses that are not public", *(name for name in named if name not in special)])
    return shortened([*named])


def _service(row: Row) -> str:
    name = (
        "all traffic" if row.protocol == "any" else row.protocol if not row.protocol[0].isdigit() else f"protocol {row.protocol}"
    )
    name += f"/{row.ports}" if row.ports else ""
    name += f" type {row.icmp}" if row.icmp else ""
    return name + (f" (source ports {row.source_ports})" if row.source_ports not in (None, "1024-65535") else "")


def shortened(names: Sequence[str], last: str = "and") -> str:
    """`a, b and c`, or the first few and how many more."""
    if len(names) > SHOWN:
        return f"{', '.join(names[:SHOWN])} {last} {len(names) - SHOWN} more"
    return f" {last} ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else "nothing"


_RESOURCE = re.compile(r'(module\.[^.]+\.)*(data\.)?[a-z0-9]+_\w+\.[\w-]+(\[("[^"]*"|\d+|\*)\])?')
"""The address of a whole resource, which has no value that could be given."""


_LIST_ELSEWHERE = re.compile(
    r'(module\.[^.]+\.)*data\.azurerm_network_security_group\.[\w-]+(\[("[^"]*"|\d+|\*)\])?'
    r"|acl-\w+|/subscriptions/.*/networkSecurityGroups/[^/]+",
    re.IGNORECASE,
)
"""An NSG that the code only refers to, or what it names by its id: it is its rules that are not known."""


def supply_text(because: Sequence[str]) -> str:
    """How to supply what is not known, by what it is."""
    ways: dict[str, list[str]] = {}
    for reference in because:
        ways.setdefault(_way_to_supply(reference), []).append(reference.removesuffix(NOT_UNDERSTOOD).removesuffix(CODE))
    return " ".join(way.format(names=names_text(references), first=references[0]) for way, references in ways.items())


def _way_to_supply(reference: str) -> str:
    last = reference.rpartition(".")[0] or reference
    if reference.endswith(NOT_UNDERSTOOD):
        return "Correct {names}, which cannot be what it is."
    if reference.endswith(CODE):
        alone = "A plan or a state alone tells neither what the block of {names} holds nor its lifecycle"
        return f"{alone}: lint the code, or a plan beside it."
    if reference.startswith("file "):
        return "Keep the file of {names} below the linted root, where pamlint may read it."
    if reference.startswith("roles."):
        return "Say in the site file what {names} is."
    if _LIST_ELSEWHERE.fullmatch(reference):
        return "The rules of {names} are not in the code: lint a plan, a state or the live account, or what makes it beside this."
    if reference.endswith((".tf", ".json", ".tofu", ".tfvars", "standard input")) or "/" in last:
        return "Make {names} readable first."
    if last == "module" or last.endswith(".module"):
        beside = "a plan says more with its code beside it"
        return f"Run `terraform init` (or `terraform get`) in the root module, so that {{names}} can be read; {beside}."
    if reference == "VirtualNetwork":
        return "Say what the network holds under `values:` in the site file (`VirtualNetwork: [10.0.0.0/16]`)."
    if reference.startswith(("tag:", "prefix-list:")):
        return "What {names} holds changes by itself; if it is meant, permit it by name under `allow` in the site file."
    if "(" in last or reference.endswith(")"):
        return "{names} has a value only when Terraform runs: lint a plan or a state."
    if _RESOURCE.fullmatch(reference) or reference.startswith("sg-"):
        role = "match a group to the role that it plays and say the role's `cidrs`"
        if ".data." in f".{reference}" or reference.startswith("sg-"):
            rules = "for its rules, lint what makes it beside this, or the live account"
            return f"Neither the members nor the rules of {{names}} are in the code: {role}; {rules}."
        return f"The code does not say who is a member of {{names}}: {role}, or lint a state."
    if ".local." in f".{reference}" or reference.endswith("]"):
        return "A plan does not tell what {names} is: lint it beside its code."
    if ".var." in f".{reference}":
        return "Supply {names} with `--var` or `--var-file`, or under `values:` in the site file (`{first}: ...`)."
    return "Supply {names} under `values:` in the site file (`{first}: ...`), or lint a plan, a state or the live account."


def source_text(judgement: Judgement, flow: Flow) -> str | None:
    """Where the policy wants a flow: the source's title, address and date."""
    policy = policy_of(judgement, flow)
    source = policy.sources.get(flow.source) if policy else None
    if source is None:
        return None
    return ", ".join(filter(None, (source.title, source.address, str(source.date) if source.date else None)))


def policy_of(judgement: Judgement, flow: Flow) -> Policy | None:
    """The policy that a flow stands in."""
    return next((policy for policy in judgement.site.policies if flow in policy.flows), None)


def rule_of(acl: Acl, rule: Rule) -> str | None:
    """The name of a rule; None where it stands for the ACL itself, which may not be there."""
    return None if rule.name == acl.address else rule.name


def rule_text(acl: Acl, rule: Rule) -> str:
    """A rule in words: with what the cloud calls it where its block makes others as well, so that its place does not tell it."""
    if rule.called is None or rule.called in rule.name or rule.location is None:
        return rule.name
    alone = all(other.location != rule.location or other.name == rule.name for other in acl.rules)
    return rule.name if alone else f"{rule.name} (`{rule.called}`)"


def place_of(acl: Acl, rule: Rule | None = None) -> Location | None:
    """Where a finding about an ACL (or a rule of it) points to; a partial ACL has no block, so its first rule stands for it."""
    if rule is not None and rule.location is not None:
        return rule.location
    return acl.location or next((other.location for other in acl.rules if other.location), None)


def related_rules(pairs: Iterable[tuple[Acl, Rule]], why: str) -> tuple[Related, ...]:
    """Other rules that have to do with a finding."""
    distinct = {(acl.key, rule.name): (acl, rule) for acl, rule in pairs}
    return tuple(Related("rule", rule.name, place_of(acl, rule), why) for acl, rule in distinct.values())


def names_text(names: Iterable[str]) -> str:
    """Names in code marks: `a`, `b` and `c`."""
    return shortened([f"`{name}`" for name in names])
