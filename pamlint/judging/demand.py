"""What policy and site ask of one unit in one direction: which flows concern it, what they require, permit and forbid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import NamedTuple

from pamlint.binding import Bearing, Binding, Member, Part, Unit, own_local, peer_addresses
from pamlint.judging.answers import OPPOSITE, answers
from pamlint.judging.cubes import CLIENT_PORTS, Option, Table, service_sides, sides, traffic
from pamlint.judging.naming import Names, Naming
from pamlint.judging.pooling import pooled
from pamlint.model.acl import Acl
from pamlint.model.activation import services_between
from pamlint.model.addresses import ANY, PUBLIC, parse_cidr, parse_cidrs
from pamlint.model.certainty import PRIVATE
from pamlint.model.finding import Direction
from pamlint.model.identity import foreign_key
from pamlint.model.noun import noun, replace
from pamlint.model.policy import Flow, Policy
from pamlint.model.ranges import Ranges
from pamlint.model.services import Service
from pamlint.model.site import Allowance, Site
from pamlint.model.traffic import ALL_PORTS, SOURCE_PORT, Traffic, merge

PROBES = parse_cidr("168.63.129.16")
"""Where the health probes of Azure's load balancers come from; they are permitted as the platform permits them."""
UNFILTERED: Mapping[str, Ranges] = {
    "aws": parse_cidrs(["169.254.169.123", "169.254.169.253", "fd00:ec2::123", "fd00:ec2::253"]),
    "azure": parse_cidrs(["168.63.129.16", "169.254.169.254"]),
}
"""What machines can call whatever their ACLs say: AWS's time service and VPC resolver, Azure's platform and metadata services.

Sources: the Amazon VPC user guide (security groups), the Azure documentation (network security groups overview).
"""
FIXED: Mapping[str, Ranges] = {"tag:internet": PUBLIC, "tag:azureloadbalancer": PROBES}
"""The service tags whose addresses do not change."""


@noun
class Ask:
    """One flow at one end, between a part of the role that the unit bears and a part of the far role.

    A flow permits its traffic at both ends; `judged` says whether this is an end at which it is required or blocked.
    """

    flow: Flow
    bearing: Bearing
    peer: Part
    services: tuple[Service, ...]
    judged: bool = True


class Permitted(NamedTuple):
    """What is permitted, flow by flow, and the same merged."""

    traffic: Traffic
    merged: Traffic


class Demand:
    """Asks of one estate: what each unit's roles require and permit. Parameters are filled in for each pair of instances."""

    def __init__(self, site: Site, flows: Sequence[tuple[Policy, Flow]], binding: Binding, table: Table, today: date) -> None:
        self.site = site
        self.flows = flows
        self.binding = binding
        self.table = table
        self.today = today
        self.needless = {entry.flow for entry in site.not_needed}
        self.unbound = {unbound.role for unbound in binding.unbound if not unbound.perhaps}
        self._asks: dict[tuple[object, ...], tuple[Ask, ...]] = {}
        self._permitted: dict[tuple[object, ...], Permitted] = {}
        self._families: dict[int, frozenset[int]] = {}
        self._players: dict[int, frozenset[str]] = {}
        self.naming = Naming(table, binding.hidden)

    def asks(self, unit: Unit, direction: Direction) -> tuple[Ask, ...]:
        """Every active flow that ends at the unit in this direction, whatever its need; the same for units that bear the same."""
        key = _borne(unit, direction)
        if key not in self._asks:
            self._asks[key] = tuple(self._asked(unit, unit.bearings, direction))
        return self._asks[key]

    def _asked(self, unit: Unit, bearings: Iterable[Bearing], direction: Direction) -> list[Ask]:
        found = []
        for policy, flow in self.flows:
            near, far = (flow.destinations, flow.sources) if direction == "ingress" else (flow.sources, flow.destinations)
            judged = direction in flow.ends
            for bearing in bearings:
                if bearing.part.role not in near:
                    continue
                for role in far:
                    found += [
                        Ask(flow, bearing, peer, self._services(policy, flow, bearing.part, peer, direction), judged)
                        for peer in self.binding.parts.get(role, ())
                        if peer.cloud in (None, unit.cloud)
                    ]
        return found

    def _services(self, policy: Policy, flow: Flow, near: Part, far: Part, direction: Direction) -> tuple[Service, ...]:
        source, destination = (far, near) if direction == "ingress" else (near, far)
        return services_between(policy, self.site, flow, source.instance, destination.instance)

    def is_required(self, flow: Flow) -> bool:
        """Whether the flow must be admitted, at this site."""
        return flow.need in ("required", "conditional") and flow.id not in self.needless

    @cached_property
    def judged(self) -> frozenset[str]:
        """The keys of all ACLs that are judged."""
        return frozenset(acl.key for unit in self.binding.units for acl in unit.acls)

    # peers and locals

    def bearing_doubt(self, bearing: Bearing, unit: Unit) -> tuple[tuple[str, bool], ...]:
        """The literal under which the unit bears the role at all."""
        return self.naming.doubt(f"role:{bearing.part.role}:{unit.acls[0].key}", bearing.because)

    def _doubt_beside(self, bearing: Bearing, unit: Unit) -> tuple[tuple[str, bool], ...]:
        """The same where the unit bears other roles; one that bears no other is not judged where it does not bear this one."""
        return self.bearing_doubt(bearing, unit) if len(unit.bearings) > 1 or bearing not in unit.bearings else ()

    def locals(self, bearing: Bearing, unit: Unit, direction: Direction, required: bool) -> list[Option]:
        """The near side of a role's flows: all that stands behind the unit, or the role's own part where roles share it."""
        if unit.cloud == "aws":
            return [(ANY, ())]
        _, side = sides(direction)
        if len({other.part.role for other in unit.bearings}) > 1:
            own = own_local(bearing.part, unit)
            if own is not None:
                return [(own, ())]
        if unit.behind is not None:
            return [(unit.behind, ())]
        if not required:
            return [(ANY, ())]
        address = unit.acls[0].address
        return [(unit.within, (self.table.some_set(f"{side}:behind:{unit.acls[0].key}", side, unit.within, (address,)),))]

    # what is permitted

    def permitted(self, unit: Unit, direction: Direction, named: Names | None = None) -> Permitted:
        """What active flows, valid allowances and the platform permit; `named` as for `permitted_peers`.

        Worked out once for units that are asked the same, where nothing of it is a unit's own.
        """
        own = unit.besides or _is_stateless(unit) or any(bearing.because for bearing in unit.bearings)
        if unit.cloud != "aws" or own:
            return self._permission(unit, direction, named)
        peer_side, _ = sides(direction)
        groups = None if named is None else frozenset(name for name in named if self._is_group(name, peer_side))
        key = (*_borne(unit, direction), groups)
        if key not in self._permitted:
            self._permitted[key] = self._permission(unit, direction, named)
        return self._permitted[key]

    def _is_group(self, name: str, side: int) -> bool:
        predicate = self.table.predicates[name]
        return predicate.kind == "group" and predicate.side == side

    def _permission(self, unit: Unit, direction: Direction, named: Names | None) -> Permitted:
        asks = (*self.asks(unit, direction), *self._asked(unit, unit.besides, direction))
        out: list[Traffic] = [self.of_flow(ask, unit, direction, named) for ask in asks if ask.flow.need != "blocked"]
        valid = (allowance for allowance in self.site.allow if not self.is_expired(allowance))
        out += [self.of_allowance(allowance, unit, direction, named) for allowance in valid]
        if unit.cloud == "azure" and direction == "ingress":
            out.append(traffic(service_sides([Service(((0, 255),))], ALL_PORTS), [(PROBES, ())], [(ANY, ())], direction))
        if _is_stateless(unit):
            out.append(self._answers(unit, direction, named))
        place = f"permitted:{'+'.join(sorted(unit.hosts))}/{direction}/{named is None}" if self.naming.doubts else ""
        found = pooled(tuple(cube for part in out for cube in part), self.naming.doubts, place, self.table)
        return Permitted(found, merge(found))

    def _answers(self, unit: Unit, direction: Direction, named: Names | None) -> Traffic:
        """The answers that nothing but a network ACL lets through, which sees no source ports."""
        asks = (ask for ask in self.asks(unit, OPPOSITE[direction]) if ask.flow.need != "blocked")
        sent = (cube.replace(SOURCE_PORT, CLIENT_PORTS) for ask in asks for cube in self.of_flow(ask, unit, direction, named))
        return tuple(cube.replace(SOURCE_PORT, ALL_PORTS) for cube in answers(tuple(sent)))

    def of_flow(self, ask: Ask, unit: Unit, direction: Direction, named: Names | None = None, widest: bool = False) -> Traffic:
        """Everything that a flow may be here: any family, any source port; `named` and `widest` as for `permitted_peers`."""
        peer_side, _ = sides(direction)
        doubt = self._doubt_beside(ask.bearing, unit)
        found = traffic(
            service_sides(ask.services, ALL_PORTS),
            self.naming.permitted_peers(ask.peer, peer_side, unit, named, widest),
            self.locals(ask.bearing, unit, direction, required=False),
            direction,
        )
        return tuple(cube.where(*doubt) for cube in found) if doubt else found

    def along(self, unit: Unit, direction: Direction, acl: Acl, named: Names) -> Traffic:
        """What is permitted besides wherever an ACL stands that a unit has perhaps: what the roles are for that it brings."""
        if not acl.loose:
            return ()
        asks = (ask for ask in self.asks(unit, direction) if ask.flow.need != "blocked" and ask.bearing.because)
        brought = (replace(ask, bearing=Bearing(ask.bearing.part)) for ask in asks if ask.bearing.part.hosts.get(acl.key) == ())
        return tuple(cube for ask in brought for cube in self.of_flow(ask, unit, direction, named))

    def is_expired(self, allowance: Allowance) -> bool:
        """Whether its last day has passed."""
        return allowance.until is not None and allowance.until < self.today

    def of_allowance(
        self, allowance: Allowance, unit: Unit, direction: Direction, named: Names | None = None, widest: bool = False
    ) -> Traffic:
        """What an allowance permits at a unit; nothing where it speaks of other roles or the other direction."""
        borne = (*unit.bearings, *unit.besides)
        roles = [bearing for bearing in borne if "*" in allowance.roles or bearing.part.role in allowance.roles]
        if not roles or allowance.direction not in (None, direction):
            return ()
        peer_side, _ = sides(direction)
        peers = [option for text in allowance.peers for option in self._allowed_peer(text, peer_side, unit, named, widest)]
        services = service_sides([allowance.service], ALL_PORTS)
        doubted = "*" not in allowance.roles
        near = [
            (line, (*literals, *(self._doubt_beside(bearing, unit) if doubted else ())))
            for bearing in roles
            for line, literals in self.locals(bearing, unit, direction, required=False)
        ]
        return traffic(services, peers, dict.fromkeys(near), direction)

    def _allowed_peer(self, text: str, side: int, unit: Unit, named: Names | None, widest: bool) -> list[Option]:
        addresses = peer_addresses(text)
        if addresses is not None:
            return [(addresses, ())]
        kind, _, name = text.partition(":")
        if text.lower() in FIXED:
            return [(FIXED[text.lower()], ())]
        if kind == "role":
            parts = self.binding.parts.get(name, ())
            return [option for part in parts for option in self.naming.permitted_peers(part, side, unit, named, widest)]
        return [
            self.table.symbol(key, side, "prefix-list" if kind == "prefix-list" else "group") for key in self._keys(kind, name)
        ]

    def _keys(self, kind: str, name: str) -> list[str]:
        """The keys that a symbol's name in the site file means."""
        if kind == "tag":
            key = f"tag|{name.lower()}"
            return [key, *(other for other in self.table.symbols if other.startswith(f"{key}|"))]
        texts = (name, f"{kind}:{name}")
        named = [key for key, symbol in self.table.symbols.items() if symbol.text in texts or name in symbol.ids]
        return named or [foreign_key(name)]

    def of_unbound(self, unit: Unit, direction: Direction, named: Names) -> Traffic:
        """What would be a flow's if the role at its far end were bound: it is not judged, the unbound role is told instead."""
        if not self.unbound:
            return ()
        peer_side, _ = sides(direction)
        out: list[Traffic] = []
        for policy, flow in self.flows:
            near, far = (flow.destinations, flow.sources) if direction == "ingress" else (flow.sources, flow.destinations)
            if flow.need == "blocked" or not self.unbound.intersection(far):
                continue
            for bearing in (*unit.bearings, *unit.besides):
                if bearing.part.role in near:
                    nobody = Part(next(role for role in far if role in self.unbound), None)
                    services = self._services(policy, flow, bearing.part, nobody, direction)
                    peers: list[Option] = [(PRIVATE, ())]
                    peers += self._every_group(named, peer_side)
                    doubt = () if bearing in unit.bearings else self.bearing_doubt(bearing, unit)
                    out.append(traffic(service_sides(services, ALL_PORTS), peers, [(ANY, doubt)], direction))
        return tuple(cube for found in out for cube in found)

    def _every_group(self, named: Names, side: int) -> list[Option]:
        groups = [name for name in sorted(named) if self._is_group(name, side)]
        return [(self.table.predicates[name].at_most, ((name, True),)) for name in groups]

    # what is required

    def required_members(self, ask: Ask, unit: Unit) -> tuple[Member, ...]:
        """The members that must be reached: different ones, and the unit's own where it stands for several machines."""
        if _are_others(ask, unit) or unit.hosts.isdisjoint(self.players(ask.peer)):
            return ask.peer.members
        return tuple(member for member in ask.peer.members if member.key not in unit.hosts)

    def others_perhaps(self, ask: Ask, unit: Unit) -> tuple[Member, ...]:
        """The members but for what the unit has for sure, where nobody else is known."""
        sure = unit.hosts - {acl.key for acl in unit.acls if acl.loose}
        return tuple(member for member in ask.peer.members if member.key not in sure)

    def is_own(self, ask: Ask, unit: Unit) -> bool:
        """Whether the far role is played by the unit's own machines and no other; networks of their own tell roles apart."""
        far, near = ask.peer.networks, ask.bearing.part.networks
        if far is not None and near is not None and far != near:
            return False
        players = self.players(ask.peer)
        if not players or not players <= unit.hosts | unit.wears:
            return False
        return not _are_others(ask, unit)

    def perhaps_own(self, ask: Ask, unit: Unit) -> tuple[str, ...]:
        """The references that decide whether a far role is the unit's own that is so by ACLs which it has perhaps."""
        mine = [acl for acl in unit.acls if acl.loose and acl.key in self.players(ask.peer)]
        return tuple(sorted({reference for acl in mine for reference in acl.loose})) if mine and self.is_own(ask, unit) else ()

    def players(self, part: Part) -> frozenset[str]:
        """The keys of all that plays a part."""
        key = id(part)
        if key not in self._players:
            self._players[key] = frozenset((*part.hosts, *(member.key for member in part.members)))
        return self._players[key]

    def families(self, part: Part) -> frozenset[int]:
        """The address families of a part."""
        key = id(part)
        if key not in self._families:
            self._families[key] = part.families
        return self._families[key]

    def required_services(self, ask: Ask) -> list[tuple[Ranges, Ranges, Ranges, Ranges]]:
        """The flow's services from the source ports of ordinary clients."""
        return service_sides(ask.services, CLIENT_PORTS)


def _is_stateless(unit: Unit) -> bool:
    """Whether network ACLs alone guard a unit, such as a network load balancer without groups."""
    return all(layer[0].kind == "aws_network_acl" for layer in unit.layers)


def _borne(unit: Unit, direction: Direction) -> tuple[object, ...]:
    """What units have in common that are asked the same."""
    return unit.cloud, direction, *((id(bearing.part), bearing.because) for bearing in unit.bearings)


def _are_others(ask: Ask, unit: Unit) -> bool:
    """Whether others of the unit's own machines play the far role: where no machine is known, one may play several roles."""
    if not unit.workloads:
        return ask.peer.role == ask.bearing.part.role
    return len(unit.workloads) > 1 or unit.workloads[0].several
