"""The least rules that admit what policy and site require: as nouns; what they look like in code is another's concern."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from pamlint.binding import Bearing, Binding, Member, Unit
from pamlint.judging.cubes import Table
from pamlint.judging.demand import UNFILTERED, Ask, Demand
from pamlint.judging.required import Wants
from pamlint.model.acl import Acl, Network
from pamlint.model.addresses import ANY, FIXED_TAGS, IPV4, format_ranges, line_of, parse_cidrs
from pamlint.model.errors import UserError
from pamlint.model.finding import DIRECTIONS, Direction
from pamlint.model.noun import field, noun, record
from pamlint.model.policy import Flow, Policy
from pamlint.model.ranges import EMPTY, Ranges, intersect, normal, subtract, union
from pamlint.model.services import PORT_PROTOCOLS, Service, format_service
from pamlint.model.site import Site
from pamlint.model.traffic import ALL_PORTS, ALL_PROTOCOLS
from pamlint.views.covering import Box, Run, blocks, by_addresses, by_block, ports_held

KINDS = {"aws": "aws_security_group", "azure": "azure_nsg"}
ICMP = (1, 58)


@noun
class LeastRule:
    """One allow rule. `protocol` None is any; `ports` are all where they do not matter.

    `peers` are CIDRs, `any`, or one or more symbols of one kind: `group:KEY`, `asg:KEY`, `tag:NAME`, `prefix-list:NAME`.
    `local` are CIDRs, or `any`. `flows` are the ids of all flows that it serves.
    """

    acl: str
    direction: Direction
    protocol: int | None
    ports: Ranges
    peers: tuple[str, ...]
    local: tuple[str, ...]
    flows: tuple[str, ...]


class _Spot(NamedTuple):
    """Where needs can meet in one rule."""

    acl: str
    direction: Direction
    local: tuple[str, ...]


@record
class _Needs:
    """What is needed at one spot for one protocol: boxes of addresses, and ports by symbol with where its members stand."""

    boxes: list[tuple[Box, str]] = field(default_factory=list)
    symbols: dict[str, list[tuple[Ranges, Ranges, str]]] = field(default_factory=lambda: defaultdict(list))

    @property
    def plain(self) -> list[Box]:
        """The boxes without their flows."""
        return [box for box, _ in self.boxes]


_ByProtocol = Mapping[int | None, _Needs]


def targets(binding: Binding, cloud: str) -> dict[str, Acl]:
    """The ACLs on which rules for the roles of a cloud can stand, by key: the groups or NSGs of every unit."""
    units = [unit for unit in binding.units if unit.cloud == cloud]
    return {acl.key: acl for unit in units for bearing in unit.bearings for acl in _own_acls(unit, bearing, cloud)}


class Least(NamedTuple):
    """The rules, sorted by ACL and direction, and what was left out of optional flows because the cloud cannot say it."""

    rules: tuple[LeastRule, ...]
    left_out: tuple[str, ...]


class _UnsayableError(Exception):
    """A service that no rule of the cloud admits without admitting more."""


def least(
    site: Site, flows: Sequence[tuple[Policy, Flow]], binding: Binding, network: Network, cloud: str, today: date, optional: bool
) -> Least:
    """No smaller set of rules will do, and none of them can be narrowed.

    UserError for what is required and the cloud cannot say, and for a role of which nobody knows where it stands.
    """
    demand = Demand(site, flows, binding, Table(network.symbols), today)
    wants = Wants(demand)
    needs: dict[_Spot, dict[int | None, _Needs]] = defaultdict(lambda: defaultdict(_Needs))
    left_out: list[str] = []
    for unit in binding.units:
        for direction in DIRECTIONS if unit.cloud == cloud else ():
            for ask in demand.asks(unit, direction):
                if _is_opened(ask, demand, optional) and wants.wanted(ask, unit, direction) is not None:
                    left_out += _collect(needs, ask, unit, direction, demand, network)
    rules = tuple(rule for spot in sorted(needs, key=_order) for rule in _rules(spot, needs[spot], cloud, needs))
    return Least(rules, tuple(dict.fromkeys(left_out)))


def _order(spot: _Spot) -> tuple[str, int, tuple[str, ...]]:
    return spot.acl, DIRECTIONS.index(spot.direction), spot.local


def _is_opened(ask: Ask, demand: Demand, optional: bool) -> bool:
    """What is required at the ends where it is; what is optional at both, as one open end leads nowhere."""
    if demand.is_required(ask.flow):
        return ask.judged
    return optional and ask.flow.need != "blocked"


def _own_acls(unit: Unit, bearing: Bearing, cloud: str) -> list[Acl]:
    """The group that a role was matched to, else the first that its machines wear; each NSG of a chain, as all must admit."""
    found = [acl for acl in unit.acls if acl.kind == KINDS[cloud]]
    if cloud == "azure":
        return found
    return [acl for acl in found if acl.key in bearing.part.hosts][:1] or found[:1]


def _collect(
    needs: Mapping[_Spot, dict[int | None, _Needs]], ask: Ask, unit: Unit, direction: Direction, demand: Demand, network: Network
) -> Iterator[str]:
    """Adds one ask to the needs of each ACL that has to admit it; yields what had to be left out."""
    local = _local(ask.bearing, unit, direction, demand)
    line = line_of(ask.bearing.part.families & ask.peer.families)
    symbols, addresses = _peers(ask, unit, direction, demand, network)
    for acl in _own_acls(unit, ask.bearing, unit.cloud):
        spot = needs[_Spot(acl.key, direction, local)]
        for service in ask.services:
            try:
                protocol = _protocol(service, unit.cloud)
            except _UnsayableError as error:
                if demand.is_required(ask.flow):
                    raise UserError(f"flow `{ask.flow.id}` needs {error}: write a rule for it by hand") from None
                yield f"flow `{ask.flow.id}` is left out in part, as it needs {error}"
                continue
            family = line_of([{"ipv4": 4, "ipv6": 6}[service.family]]) if service.family != "any" else ANY
            there = intersect(addresses, intersect(line, family))
            if there:
                spot[protocol].boxes.append((Box(service.ports, there), ask.flow.id))
            for symbol, stands in symbols.items():
                spot[protocol].symbols[symbol].append((service.ports, stands, ask.flow.id))


def _local(bearing: Bearing, unit: Unit, direction: Direction, demand: Demand) -> tuple[str, ...]:
    """All that stands behind the ACL, or the role's own part where roles share it."""
    line: Ranges = EMPTY
    for option, _ in demand.locals(bearing, unit, direction, required=False):
        line = union(line, option)
    return ("any",) if line in (ANY, unit.behind) else format_ranges(line)


def _protocol(service: Service, cloud: str) -> int | None:
    """The protocol's number, None for any."""
    if service.protocols == ALL_PROTOCOLS:
        return None
    number = service.protocols[0][0]
    filtered = number in ICMP and service.ports != ALL_PORTS
    if cloud == "azure" and (number not in (1, 6, 17, 50, 51) or filtered):
        raise _UnsayableError(f"{format_service(service)}, and no rule of an Azure NSG admits just that")
    return number


def _peers(ask: Ask, unit: Unit, direction: Direction, demand: Demand, network: Network) -> tuple[dict[str, Ranges], Ranges]:
    """How rules name the far role: symbols with where their members stand, and addresses. UserError if it can not be named."""
    part = ask.peer
    if part.instance is None and part.cloud is not None:
        return _fixed(demand, part.role, part.cloud)
    unfiltered = UNFILTERED[unit.cloud] if direction == "egress" else EMPTY
    networks = None if part.networks is None else subtract(part.networks, unfiltered)
    members = demand.required_members(ask, unit)
    named = {member.key: _symbols(member, unit, network) for member in members}
    by_symbol = bool(members) and all(named.values())
    if by_symbol and (unit.cloud == "aws" or networks is None):
        stands = IPV4 if networks is None else networks
        return dict.fromkeys(_fewest(list(named.values())), stands), EMPTY
    if networks is not None:
        return {}, networks
    if members and all(named[member.key] or member.addresses for member in members):
        addresses = normal(pair for member in members if not named[member.key] for pair in member.addresses)
        return dict.fromkeys(_fewest([own for own in named.values() if own]), IPV4), addresses
    hint = (
        "give it `cidrs` in the site file" if unit.cloud == "azure" else "give it `cidrs` or a group of its own in the site file"
    )
    raise UserError(f"role `{part.role}`: nobody says in which networks it stands, and flow `{ask.flow.id}` needs it: {hint}")


def _fixed(demand: Demand, role: str, cloud: str) -> tuple[dict[str, Ranges], Ranges]:
    """Who plays a role where the product fixes it."""
    texts = [text for policy in demand.site.policies if role in policy.roles for text in policy.roles[role].peers.get(cloud, ())]
    addresses = [text for text in texts if not text.startswith(("tag:", "prefix-list:"))]
    symbols = {text: FIXED_TAGS.get(text.partition(":")[2].lower(), ANY) for text in texts if text not in addresses}
    return symbols, parse_cidrs(addresses)


def _symbols(member: Member, unit: Unit, network: Network) -> tuple[str, ...]:
    """The groups or ASGs by which a rule at the unit can name the member."""
    kind = "group" if unit.cloud == "aws" else "asg"
    found = [key for key in member.symbols if key in network.symbols and network.symbols[key].kind == kind]
    return tuple(f"{kind}:{key}" for key in found)


def _fewest(choices: Sequence[tuple[str, ...]]) -> list[str]:
    """One symbol of each choice, and none that the others make superfluous."""
    chosen = list(dict.fromkeys(choice[0] for choice in choices))
    for symbol in list(chosen):
        others = {other for other in chosen if other != symbol}
        if all(others.intersection(choice) for choice in choices):
            chosen.remove(symbol)
    return chosen


def _rules(spot: _Spot, needs: _ByProtocol, cloud: str, everything: Mapping[_Spot, _ByProtocol]) -> Iterator[LeastRule]:
    """The rules at one spot. What a rule for any protocol admits, here or for all that stands behind the ACL, needs no other."""
    wide = spot._replace(local=("any",))
    for protocol, own in sorted(needs.items(), key=lambda item: -1 if item[0] is None else item[0]):
        places = [(place, number) for place in dict.fromkeys((spot, wide)) for number in dict.fromkeys((None, protocol))]
        above = [everything[place][number] for place, number in places if number in everything.get(place, {})]
        yield from _SHAPES[cloud](spot, protocol, own, [each for each in above if each is not own])


def _without(own: _Needs, above: Iterable[_Needs]) -> tuple[list[Box], dict[str, Ranges]]:
    """The boxes, and the ports of each symbol, less all that rules above and the boxes themselves admit."""
    above = list(above)
    wide = [box for each in above for box in each.plain]
    boxes = [Box(subtract(box.ports, ports_held(wide, box.addresses)), box.addresses) for box in own.plain]
    symbols = {}
    for name, entries in own.symbols.items():
        ports: Ranges = EMPTY
        for needed, stands, _ in entries:
            ports = union(ports, subtract(needed, ports_held([*own.plain, *wide], stands)))
        for each in above:
            ports = subtract(ports, normal(pair for needed, _, _ in each.symbols.get(name, ()) for pair in needed))
        if ports:
            symbols[name] = ports
    return [box for box in boxes if box.ports], symbols


def _aws(spot: _Spot, protocol: int | None, own: _Needs, above: Iterable[_Needs]) -> Iterator[LeastRule]:
    """One CIDR or group and one run of ports a rule."""
    boxes, symbols = _without(own, above)
    for box in by_block(boxes):
        for run in _sayable(protocol, box.ports):
            flows = _served(own, Box((run,), box.addresses))
            yield LeastRule(spot.acl, spot.direction, protocol, (run,), blocks(box.addresses), spot.local, flows)
    for name, ports in sorted(symbols.items()):
        for run in _sayable(protocol, ports):
            flows = _served_by(own, name, (run,))
            yield LeastRule(spot.acl, spot.direction, protocol, (run,), (name,), spot.local, flows)


def _sayable(protocol: int | None, ports: Ranges) -> Iterator[Run]:
    """The runs that a rule of a security group can say: for ICMP all types, one type, or one code of a type."""
    for low, high in ports:
        if protocol not in ICMP or (low, high) == ALL_PORTS[0]:
            yield low, high
        else:
            yield from _icmp_runs(low, high)


def _icmp_runs(low: int, high: int) -> Iterator[Run]:
    start = low
    while start <= high:
        end = start + 255 if start % 256 == 0 and start + 255 <= high else start
        yield start, end
        start = end + 1


def _azure(spot: _Spot, protocol: int | None, own: _Needs, above: Iterable[_Needs]) -> Iterator[LeastRule]:
    """Lists of CIDRs and ports in one rule; a service tag has one of its own."""
    boxes, symbols = _without(own, above)
    for box in by_addresses(boxes):
        peers = format_ranges(box.addresses)
        yield LeastRule(spot.acl, spot.direction, protocol, box.ports, peers, spot.local, _served(own, box))
    alike: dict[tuple[Ranges, str], list[str]] = defaultdict(list)
    for name, ports in sorted(symbols.items()):
        alike[ports, "asg" if name.startswith("asg:") else name].append(name)
    for (ports, _), names in alike.items():
        flows = tuple(dict.fromkeys(flow for name in names for flow in _served_by(own, name, ports)))
        yield LeastRule(spot.acl, spot.direction, protocol, ports, tuple(names), spot.local, flows)


_SHAPES: Mapping[str, Callable[[_Spot, int | None, _Needs, Iterable[_Needs]], Iterator[LeastRule]]] = {
    "aws": _aws,
    "azure": _azure,
}


def _served(own: _Needs, box: Box) -> tuple[str, ...]:
    """The flows of a rule of addresses: those that need some of it, and those whose members stand in it and need no other."""
    found = [flow for need, flow in own.boxes if intersect(need.ports, box.ports) and intersect(need.addresses, box.addresses)]
    for entries in own.symbols.values():
        for needed, stands, flow in entries:
            held = intersect(intersect(needed, ports_held(own.plain, stands)), box.ports)
            found += [flow] if held and intersect(stands, box.addresses) else []
    return tuple(dict.fromkeys(found))


def _served_by(own: _Needs, name: str, ports: Ranges) -> tuple[str, ...]:
    return tuple(dict.fromkeys(flow for needed, _, flow in own.symbols[name] if intersect(needed, ports)))


def has_ports(protocol: int | None) -> bool:
    """Whether a rule for the protocol says ports."""
    return protocol is not None and bool(intersect(PORT_PROTOCOLS, ((protocol, protocol),)))
