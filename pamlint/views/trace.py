"""One packet's way from a role, an address or a symbol to another, through every ACL that guards either end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from itertools import product

from pamlint.binding import Binding
from pamlint.judging.cubes import Table
from pamlint.judging.floating import Floating
from pamlint.model.acl import Network
from pamlint.model.addresses import ANY, IPV4, IPV6, families
from pamlint.model.errors import UserError
from pamlint.model.noun import noun, replace
from pamlint.model.ranges import Ranges, intersect, subtract, union
from pamlint.model.services import ICMP_LINES, NUMBERS, PORT_PROTOCOLS, Service, parse_service
from pamlint.model.traffic import ALL_PORTS, DESTINATION, SOURCE
from pamlint.views.ends import End, Layers, address_of, ends_of, is_network, names_of, share_a_subnet, subnets_of
from pamlint.views.packets import Packet, concerning
from pamlint.views.stops import Around, Outcome, Stop, Unread, stops

PAIRS = 1000
"""No more pairs of ends are traced than these; beyond, nothing is said to be allowed."""
CLASSES = 32
"""An end with many addresses is taken apart into no more kinds of them than these; beyond, its address is not known."""
CLIENT_PORT = 49152
"""The source port of an ordinary client."""
ENDS = (SOURCE, DESTINATION)
FAMILIES = {number: families(line) for number, line in ICMP_LINES.items()}
"""The address families of the protocols that have one."""


@noun
class Question:
    """What is asked: who sends what to whom. Ports as in a packet; `port` is how it was written."""

    source: str
    destination: str
    port: str
    protocol: int
    ports: Ranges
    source_ports: Ranges


@noun
class Surveyed:
    """One estate as it was read; `binding` is empty where there is no site file."""

    name: str | None
    network: Network
    binding: Binding
    unread: Unread


@noun
class Way:
    """One packet between two ends: every stop, and what comes out. `because` are the references of what is unproven."""

    estate: str | None
    source: End
    destination: End
    packet: Packet
    stops: tuple[Stop, ...]
    outcome: Outcome
    because: tuple[str, ...]


@noun
class Trace:
    """All ways of a question and the worst outcome; `pairs` counts the pairs of ends, of which the first PAIRS are traced."""

    question: Question
    ways: tuple[Way, ...]
    pairs: int
    outcome: Outcome


def question(source: str, destination: str, port: str, source_port: int | None = None) -> Question:
    """What somebody asks; UserError where that is no single packet. ICMP without a code has code 0."""
    try:
        service = Service(((NUMBERS[port[:3]],) * 2,), ((0, 0),)) if port in ("tcp/0", "udp/0") else parse_service(port)
    except ValueError as error:
        raise UserError(f"--port: {error}") from error
    protocol = service.protocols[0][0]
    ports = service.ports
    if protocol in (1, 58) and ports != ALL_PORTS:
        ports = ((ports[0][0], ports[0][0]),)
    if service.protocols != ((protocol, protocol),) or (protocol in NUMBERS.values() and ports[0][0] != ports[0][1]):
        raise UserError(f"--port: `{port}` is more than one packet: write one port or type, as in tcp/22, udp/53 or icmp/8")
    has_ports = bool(intersect(PORT_PROTOCOLS, service.protocols))
    if source_port is not None and not has_ports:
        raise UserError(f"--source-port: `{port}` has no ports")
    client = CLIENT_PORT if source_port is None else source_port
    return Question(source, destination, port, protocol, ports, ((client, client),) if has_ports else ALL_PORTS)


def trace(asked: Question, estates: Sequence[Surveyed]) -> Trace:
    """Every way between the two ends, in each estate that knows both. UserError where there is none."""
    ways: list[Way] = []
    pairs = 0
    for estate in estates:
        table = Table(estate.network.symbols, estate.network.service_tags)
        around = Around(table, estate.unread, Floating(estate.network.acls, table))
        for source, destination in _pairs(asked, estate):
            pairs += 1
            if pairs <= PAIRS:
                ways += _ways(asked, source, destination, estate.name, around)
    if not ways:
        raise UserError(_nobody(asked, estates))
    guarded = {way.estate for way in ways if way.stops}
    ways = [way for way in ways if way.estate in guarded or not guarded]
    outcome = _worst(ways)
    return Trace(asked, tuple(ways), pairs, "unproven" if pairs > PAIRS and outcome == "allowed" else outcome)


def _pairs(asked: Question, estate: Surveyed) -> Iterator[tuple[End, End]]:
    """Every source with every destination, but for one machine with itself where there are others."""
    sources = ends_of(asked.source, estate.network, estate.binding)
    destinations = ends_of(asked.destination, estate.network, estate.binding) if sources else ()
    alone = len(sources) == len(destinations) == 1
    return (pair for pair in product(sources, destinations) if alone or not _is_itself(*pair))


def _is_itself(source: End, destination: End) -> bool:
    return len(source.workloads) == 1 and source.workloads == destination.workloads and not source.workloads[0].several


def _worst(ways: Sequence[Way]) -> Outcome:
    """What all ways say together; where an end is one of several machines and nobody knows which, all must agree."""
    outcomes = {way.outcome for way in ways}
    if len(outcomes) == 1:
        return outcomes.pop()
    sure = {way.outcome for way in ways if not way.source.alternative and not way.destination.alternative}
    return "denied" if "denied" in sure else "unproven"


def _ways(asked: Question, source: End, destination: End, estate: str | None, around: Around) -> list[Way]:
    """The ways between two ends: one for each kind of their addresses, and address family, that the ACLs tell apart."""
    found: list[Way] = []
    layers = (*source.layers, *destination.layers)
    for line in _families(asked, source, destination):
        here = [_in_family(end, line) for end in (source, destination)]
        packet = Packet(asked.protocol, here[0].place, asked.source_ports, here[1].place, asked.ports)
        subnets = [line for end in here for line in subnets_of(end)] if _stateless(layers) else []
        kinds = (
            _kinds(end, (*_told_apart(layers, packet, side, around.table), *subnets))
            for side, end in zip(ENDS, here, strict=True)
        )
        for near, far in product(*kinds):
            found.append(_way(replace(packet, source=near.place, destination=far.place), near, far, estate, around))
    return _merged(_merged(found, of_source=True), of_source=False)


def _families(asked: Question, source: End, destination: End) -> list[Ranges]:
    """The address families in which the packet can be sent, one by one; together where no end says which it is.

    Where machines are known in different families alone, rules that take either are followed still.
    """
    ends = (source, destination)
    common = families(source.place.addresses) & families(destination.place.addresses)
    if not common and all(address_of(end.place.text) for end in ends):
        return []
    if not common or not any(end.place.placed for end in ends):
        return [ANY]
    own = common & FAMILIES.get(asked.protocol, common)
    return [line for number, line in ((4, IPV4), (6, IPV6)) if number in (own or common)]


def _in_family(end: End, line: Ranges) -> End:
    """The end at its addresses of one family. A machine of unknown address counts as IPv4 where it may be."""
    if line == ANY and end.layers and not end.place.placed and not end.place.symbolic:
        line = IPV4
    return end.at(intersect(end.place.addresses, line) or end.place.addresses)


def _told_apart(layers: Layers, packet: Packet, side: int, table: Table) -> list[Ranges]:
    """The lines on a side of the packet by which the rules of ACLs tell addresses apart, in both directions for replies."""
    answer = packet.answer()
    lines: dict[Ranges, None] = {}
    for acl in {acl.key: acl for layer in layers for acl in layer}.values():
        for rule in acl.rules:
            cubes = [(cube, side) for cube in concerning(table.rule(acl, rule), packet)]
            if answer is not None and acl.kind == "aws_network_acl":
                other = DESTINATION if side == SOURCE else SOURCE
                cubes += [(cube, other) for cube in concerning(table.rule(acl, rule), answer)]
            for cube, at in cubes:
                lines[cube.sides[at]] = None
                named = (table.predicates[name] for name, _ in cube.guard)
                lines.update((predicate.at_least, None) for predicate in named if predicate.side == at)
    return list(lines)


def _kinds(end: End, lines: Sequence[Ranges]) -> list[End]:
    """The end for each kind of its addresses, where it stands at all of them, or for each of the subnets that it stands in."""
    if not end.place.placed:
        apart = [subnet for subnet in subnets_of(end) if subnet in lines]
        return [end.at(subnet) for subnet in apart] if len(apart) > 1 else [end]
    kinds = [end.place.addresses]
    for line in lines:
        parts = [part for kind in kinds for part in (intersect(kind, line), subtract(kind, line)) if part]
        if len(parts) > CLASSES:
            return [replace(end, place=replace(end.place, placed=False))]
        kinds = parts
    return [end.at(kind) for kind in kinds]


def _way(packet: Packet, source: End, destination: End, estate: str | None, around: Around) -> Way:
    """Out through the source's ACLs, in through the destination's, and back through the stateless ones.

    What stays in a subnet does not meet the network ACL at its edge.
    """
    shared = share_a_subnet(source, destination)
    near, far = (_inner(end.layers) if shared == () else end.layers for end in (source, destination))
    found = [*stops(near, "egress", packet, around), *stops(far, "ingress", packet, around)]
    answer = packet.answer()
    if answer is not None:
        replies = [
            *stops(_stateless(far), "egress", answer, around),
            *stops(_stateless(near), "ingress", answer, around),
        ]
        found += [replace(reply, is_reply=True) for reply in replies]
    outcomes = {stop.outcome for stop in found if not stop.overruled}
    doubt = {*source.because, *destination.because}
    outcome: Outcome = (
        "denied"
        if "denied" in outcomes
        else "unproven"
        if "unproven" in outcomes or not (source.layers or destination.layers)
        else "allowed"
    )
    because = {name for stop in found if not stop.overruled for name in stop.because} if outcome == "unproven" else set()
    if shared and outcome == "denied" and all(_is_at_an_edge(stop) for stop in found if stop.outcome == "denied"):
        outcome, because = "unproven", because | {*shared}
    if doubt:
        outcome, because = "unproven", because | doubt
    return Way(estate, source, destination, packet, tuple(found), outcome, tuple(sorted(because)))


def _is_at_an_edge(stop: Stop) -> bool:
    return stop.overruled or all(acl.kind == "aws_network_acl" for acl in stop.acls)


def _inner(layers: Layers) -> Layers:
    return tuple(layer for layer in layers if layer[0].kind != "aws_network_acl")


def _stateless(layers: Layers) -> Layers:
    return tuple(layer for layer in layers if layer[0].kind == "aws_network_acl")


def _merged(ways: Iterable[Way], of_source: bool) -> list[Way]:
    """Ways that meet the same stops with the same outcome, and differ in the addresses of one end alone, as one."""
    found: dict[tuple[object, ...], Way] = {}
    for way in ways:
        end, other = (way.source, way.destination) if of_source else (way.destination, way.source)
        key = (other.place, families(end.place.addresses), tuple(stop.gist for stop in way.stops))
        found[key] = _with(found[key], way, of_source) if key in found else way
    return list(found.values())


def _with(way: Way, other: Way, of_source: bool) -> Way:
    """A way for the addresses of another as well, at one end."""
    end, more = (way.source, other.source) if of_source else (way.destination, other.destination)
    wider = end.at(union(end.place.addresses, more.place.addresses))
    wider = replace(wider, workloads=tuple({each.key: each for each in (*end.workloads, *more.workloads)}.values()))
    if of_source:
        return replace(way, source=wider, packet=replace(way.packet, source=wider.place))
    return replace(way, destination=wider, packet=replace(way.packet, destination=wider.place))


def _nobody(asked: Question, estates: Sequence[Surveyed]) -> str:
    """Why there is no way at all."""
    for option, name in (("--from", asked.source), ("--to", asked.destination)):
        if any(ends_of(name, estate.network, estate.binding) for estate in estates):
            continue
        reasons = [f": {one.reason}" for estate in estates for one in estate.binding.unbound if one.role == name]
        if reasons or any(name in estate.binding.parts for estate in estates):
            return f"{option}: nothing plays the role `{name}`{next(iter(reasons), '')}"
        known = [each for estate in estates for each in names_of(estate.network, estate.binding)]
        near = get_close_matches(name, known, 1)
        hint = f"did you mean `{near[0]}`?" if near else "`pamlint rules` lists the ACLs, and roles need a site file"
        if is_network(name):
            return f"{option}: `{name}` is more than one address: name one of them, or a role"
        return f"{option}: `{name}` is no address, no role and no name that is known; {hint}"
    both = f"`{asked.source}` and `{asked.destination}`"
    if any(True for estate in estates for _ in _pairs(asked, estate)):
        return f"{asked.port} cannot be sent between {both}: they have no address family in common that it belongs to"
    return f"no estate holds both {both}"


def unguarded(found: Trace) -> tuple[str, ...]:
    """The ends that no ACL of the input guards."""
    ends = (end for way in found.ways for end in (way.source, way.destination) if not end.layers)
    return tuple(dict.fromkeys(end.place.text for end in ends))
