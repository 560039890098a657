"""The chains that are to be judged, and what stands behind each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce

from pamlint.binding.nouns import Bearing, Because, Part, Unit
from pamlint.model.acl import Acl, Network, Workload
from pamlint.model.addresses import ANY, parse_cidrs
from pamlint.model.noun import replace
from pamlint.model.ranges import EMPTY, Ranges, intersect, union

Layers = tuple[tuple[Acl, ...], ...]
Place = tuple[
    tuple[tuple[str, ...], ...], tuple[tuple[str, Because], ...], tuple[tuple[str, ...], ...], tuple[tuple[str, int], ...]
]
"""What makes a unit a distinct one: the keys of its chain, layer by layer, what it has perhaps, of what just one, and the parts
that it bears."""


def units_of(network: Network, parts: Mapping[str, tuple[Part, ...]]) -> tuple[Unit, ...]:
    """Every distinct chain of a role-bearing workload, and every ACL that a role is matched to and no known workload wears."""
    acls = {acl.key: acl for acl in network.acls}
    bearers: dict[str, list[Bearing]] = defaultdict(list)
    for role_parts in parts.values():
        for part in role_parts:
            for key, because in part.hosts.items():
                bearers[key].append(Bearing(part, because))
    chains: dict[Place, list[Workload]] = defaultdict(list)
    roles: dict[Place, tuple[Bearing, ...]] = {}
    for workload in network.workloads:
        bearings = _distinct(_borne(workload, bearers))
        chain = tuple(layer for layer in (tuple(key for key in layer if key in acls) for layer in workload.chain) if layer)
        if bearings and chain:
            doubts = tuple(sorted(workload.perhaps.items()))
            place = (
                chain,
                doubts,
                workload.one_of,
                tuple((bearing.part.role, id(bearing.part.instance)) for bearing in bearings),
            )
            chains[place].append(workload)
            roles[place] = bearings
    found = []
    for place, workloads in chains.items():
        layers, assumed = guards(place[0], acls, dict(place[1]), place[2])
        found.append(replace(_unit(layers, tuple(workloads), roles[place], network), assumed=assumed))
    found += _alone(network, bearers)
    return tuple(sorted(found, key=lambda unit: ([acl.key for acl in unit.acls], [workload.key for workload in unit.workloads])))


def _alone(network: Network, bearers: Mapping[str, Sequence[Bearing]]) -> Iterable[Unit]:
    """Every ACL that a role is matched to and no known workload has for sure."""
    wearers: dict[str, list[Workload]] = defaultdict(list)
    for workload in network.workloads:
        for key in (key for layer in workload.chain for key in layer):
            wearers[key].append(workload)
    acls = {acl.key: acl for acl in network.acls}
    for acl in network.acls:
        near = wearers.get(acl.key, ())
        if acl.key not in bearers or not all(acl.key in workload.perhaps for workload in near):
            continue
        helped = {reference for workload in near for reference in workload.perhaps[acl.key]}
        crossed = {reference for workload in near if len(workload.chain) > 1 for reference in workload.perhaps[acl.key]}
        unit = _unit(guards_alone(acl, acls), (), _distinct(bearers[acl.key]), network)
        besides = _besides(acl, near, bearers)
        yield replace(unit, helped=tuple(sorted(helped)), crossed=tuple(sorted(crossed)), besides=besides)


def _besides(acl: Acl, wearers: Iterable[Workload], bearers: Mapping[str, Sequence[Bearing]]) -> tuple[Bearing, ...]:
    """The roles that those who wear a group perhaps bear, but for its own; perhaps, as they wear it."""
    own = {(bearing.part.role, id(bearing.part.instance)) for bearing in bearers[acl.key]}
    found = (bearing.perhaps(workload.perhaps[acl.key]) for workload in wearers for bearing in _borne(workload, bearers))
    return _distinct(bearing for bearing in found if (bearing.part.role, id(bearing.part.instance)) not in own)


def _borne(workload: Workload, bearers: Mapping[str, Sequence[Bearing]]) -> Iterable[Bearing]:
    """What a workload bears by itself and by what it wears, perhaps where that is worn perhaps."""
    keys = (workload.key, *(key for layer in workload.chain for key in layer), *sorted(workload.wears))
    return (bearing.perhaps(workload.perhaps.get(key, ())) for key in keys for bearing in bearers.get(key, ()))


def guards(
    chain: Iterable[Iterable[str]],
    acls: Mapping[str, Acl],
    perhaps: Mapping[str, Because],
    one_of: Iterable[tuple[str, ...]],
) -> tuple[Layers, tuple[Acl, ...]]:
    """The layers of a chain, and apart from them the lists that are taken as absent: those of which the input holds no rule.

    Those that stand there perhaps, for references, are loose; just one of each set of `one_of` does. Where nothing else but admin
    rules is in the chain for sure, lists stay in it: what passes them is not known.
    """
    sets = {key: each for each in one_of if all(other in acls for other in each) for key in each}
    found = (tuple(acls[key].loosely(perhaps.get(key, ()), sets.get(key, ())) for key in keys if key in acls) for keys in chain)
    layers = tuple(layer for layer in found if layer)
    told = tuple(layer for layer in layers if not _is_untold(layer[0]))
    if all(layer[0].kind == "azure_admin_rules" or (layer[0].ordered and layer[0].loose) for layer in told):
        return layers, ()
    return told, tuple(acl for layer in layers if layer not in told for acl in layer)


def guards_alone(acl: Acl, acls: Mapping[str, Acl]) -> Layers:
    """The layers where nobody is known behind an ACL: itself, and the admin rules that stand before it."""
    return guards(((acl.key,), *((key,) for key, _ in acl.ruled)), acls, dict(acl.ruled), ())[0]


def _is_untold(acl: Acl) -> bool:
    return acl.ordered and bool(acl.partial) and all(rule.default for rule in acl.rules)


def _distinct(bearings: Iterable[Bearing]) -> tuple[Bearing, ...]:
    """One bearing a part, the surest."""
    best: dict[tuple[str, int], Bearing] = {}
    for bearing in bearings:
        place = (bearing.part.role, id(bearing.part.instance))
        if place not in best or len(bearing.because) < len(best[place].because):
            best[place] = bearing
    return tuple(
        sorted(
            best.values(), key=lambda bearing: (bearing.part.role, bearing.part.instance.index if bearing.part.instance else 0)
        )
    )


def _unit(layers: Layers, workloads: tuple[Workload, ...], bearings: tuple[Bearing, ...], network: Network) -> Unit:
    if not layers[0][0].kind.startswith("azure"):
        return Unit(layers, workloads, bearings, None, ANY)
    if workloads:
        exact = [workload.addresses for workload in workloads]
        claimed = _claimed(bearings)
        places = [workload.addresses or workload.within or claimed for workload in workloads]
        wears = frozenset.intersection(*(workload.wears for workload in workloads))
        may_wear = frozenset.union(*(workload.wears for workload in workloads))
        behind, within = _all_of(exact), _all_of(places) or ANY
        doubts = workloads[0].perhaps  # all of a unit have the same
        perhaps = {key: because for key, because in doubts.items() if key in may_wear}
        besides = network.perhaps_worn(may_wear, perhaps)
        return Unit(layers, workloads, bearings, behind, within, wears, may_wear.union(besides), (), {**perhaps, **besides})
    acl = layers[0][0]
    claims = [bearing.part.networks if bearing.part.cidrs else None for bearing in bearings]
    behind = acl.local or _all_of([claim or EMPTY for claim in claims])
    return Unit(layers, workloads, bearings, behind, behind or ANY)


def _claimed(bearings: Iterable[Bearing]) -> Ranges:
    """Where the site file says that whoever bears these roles stands; empty where it does not say so."""
    claims = [bearing.part.networks or EMPTY for bearing in bearings if bearing.part.cidrs and not bearing.because]
    return reduce(intersect, claims) if claims else EMPTY


def _all_of(lines: list[Ranges]) -> Ranges | None:
    """Their union, or None where one of them is unknown (empty)."""
    if not lines or not all(lines):
        return None
    found: Ranges = EMPTY
    for line in lines:
        found = union(found, line)
    return found


def own_local(part: Part, unit: Unit) -> Ranges | None:
    """The part of what stands behind the unit that is the role's own, where roles share it; None is all of it."""
    members = {member.key: member.addresses for member in part.members}
    mine = parse_cidrs(part.cidrs) if part.cidrs else None
    if mine is None:
        mine = _all_of([members[workload.key] for workload in unit.workloads if workload.key in members])
    return intersect(mine, unit.within) or None if mine is not None else None
