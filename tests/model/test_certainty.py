"""What is proved and what is not, against every value that what is open can have.

Worlds are drawn as the house makes them: an allow and deny list whose peers are addresses, groups, lists and unknown values,
each of the last in one place of use; what is permitted or required of it; the residue; and its two parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pamlint.model.addresses import ANY, IPV4, IPV6, PUBLIC, parse_cidr
from pamlint.model.certainty import PRIVATE, Predicate, Purpose, Settled, settle, undivided
from pamlint.model.ranges import EMPTY, Ranges, subtract
from pamlint.model.traffic import ALL_PORTS, DESTINATION, DESTINATION_PORT, SOURCE, Cube, Entry, Traffic, admitted, minus, overlap
from tests.model.universe import Packet, Values, as_ranges, in_box, inside, numbers_of, some, subsets, truth_of, values_of

HOSTS = 3
SYMBOLS = ("group", "list", "list-allow", "list-deny")
ASKED, OTHER = 0, 1
"""The port that policy speaks of, and another."""
PACKETS: tuple[Packet, ...] = tuple((6, source, 0, 0, port) for source, port in product(range(HOSTS), (ASKED, OTHER)))
WORLDS = settings(max_examples=120, deadline=None)

Literal = tuple[str, bool]


def box(sources: Ranges, ports: Ranges, *literals: Literal) -> Cube:
    """A cube of the tiny world."""
    return Cube((((6, 6),), sources, ((0, 0),), ((0, 0),), ports), frozenset(literals))


@dataclass(frozen=True)
class World:
    """An allow and deny list with all that its guards name, and the predicates that allows and denies name."""

    entries: tuple[Entry, ...]
    predicates: dict[str, Predicate]

    def named(self, allow: bool) -> frozenset[str]:
        return frozenset(name for entry in self.entries if entry.allow == allow for cube in entry.cubes for name, _ in cube.guard)

    @property
    def denied(self) -> dict[str, Traffic]:
        cubes = [cube for entry in self.entries if not entry.allow for cube in entry.cubes]
        return {name: tuple(cube for cube in cubes if (name, True) in cube.guard) for name in self.named(False)}

    @property
    def passed(self) -> Traffic:
        return tuple(cube for cubes in admitted(self.entries) for cube in cubes)


@st.composite
def bounds(draw: st.DrawFn) -> tuple[Ranges, Ranges]:
    """The known members of a symbol, and where members can be."""
    most = draw(some(HOSTS))
    return draw(st.sampled_from([as_ranges(each) for each in subsets(numbers_of(most))])), most


@st.composite
def worlds(draw: st.DrawFn, group_sign: bool | None = None, unknowns: int = 2) -> World:
    """Up to four entries; a deny of a symbol tells its known members by their addresses as well. Groups stand in allows (True), in denies (False), or in neither; one list may stand in both."""
    predicates: dict[str, Predicate] = {}
    entries = []
    for place in range(draw(st.integers(1, 4))):
        allow = draw(st.booleans())
        kinds = ["plain", "list", "list-allow" if allow else "list-deny"]
        kinds += ["group"] if allow == group_sign else []
        kinds += ["unknown", "possible"] if sum(p.kind == "unknown" for p in predicates.values()) < unknowns else []
        kind = draw(st.sampled_from(kinds))
        ports = draw(some(2))
        name = kind if kind in SYMBOLS else f"{kind}-{place}"
        if kind == "plain":
            entries.append(Entry(allow, (box(draw(some(HOSTS)), ports),)))
            continue
        if kind == "possible":
            predicates[name] = Predicate("unknown", None, name, because=(f"var.{name}",))
            entries.append(Entry(allow, (box(draw(some(HOSTS)), ports, (name, True)),)))
            continue
        if name not in predicates:
            least, most = draw(bounds())
            word = kind.partition("-")[0]
            predicates[name] = Predicate(word, SOURCE, name, EMPTY if kind == "unknown" else least, most, (name,))  # type: ignore[arg-type]
        known = () if allow or not predicates[name].at_least else (box(predicates[name].at_least, ports),)
        entries.append(Entry(allow, (box(predicates[name].at_most, ports, (name, True)), *known)))
    return World(tuple(entries), predicates)


def told(settled: Settled, packet: Packet) -> tuple[bool, bool]:
    """Whether the packet is told as proved, and as unproven; the guards of what is told only name who is meant."""
    return any(in_box(cube, packet) for cube in settled.proved), any(in_box(cube, packet) for cube in settled.unproven)


def outcomes(residue: Traffic, packet: Packet, values: Iterator[Values], predicates: dict[str, Predicate]) -> set[bool]:
    """Whether the packet is in the residue, for each value that is open."""
    return {inside(residue, packet, truth_of(packet, chosen, predicates)) for chosen in values}


def agree(settled: Settled, residue: Traffic, world: World, least: Iterable[str] = (), most: Iterable[str] = ()) -> None:
    """Proved exactly where it is so for every value that counts, told at all exactly where it is so for some value."""
    for packet in PACKETS:
        proved, unproven = told(settled, packet)
        counting = outcomes(residue, packet, values_of(world.predicates, least, most), world.predicates)
        possible = outcomes(residue, packet, values_of(world.predicates, least), world.predicates)
        assert proved == (counting == {True})
        assert (proved or unproven) == (True in possible)


@WORLDS
@given(worlds(group_sign=True), some(HOSTS))
def test_open_traffic_is_proved_if_no_value_closes_it(world: World, networks: Ranges) -> None:
    """What is admitted and permitted to nobody: a group or list that is admitted counts as everywhere that it can be."""
    residue = minus(world.passed, (box(networks, ((ASKED, ASKED),)),))
    settled = settle(residue, world.predicates, Purpose.OPEN, denied=world.denied)
    agree(settled, residue, world, most=world.named(True) & {*SYMBOLS})


@WORLDS
@given(worlds(group_sign=False).filter(lambda world: not world.named(True) & {*SYMBOLS}), some(HOSTS))
def test_a_group_that_is_denied_may_hold_what_is_open(world: World, networks: Ranges) -> None:
    """A deny of a symbol takes away its known members for sure, and perhaps all that can be one."""
    residue = minus(world.passed, (box(networks, ((ASKED, ASKED),)),))
    agree(settle(residue, world.predicates, Purpose.OPEN, denied=world.denied), residue, world)


@WORLDS
@given(worlds(unknowns=1).filter(lambda world: not world.named(True) & {*SYMBOLS}), bounds(), some(HOSTS))
def test_networks_that_nobody_knows_make_private_traffic_unproven(
    world: World, group: tuple[Ranges, Ranges], line: Ranges
) -> None:
    """A permitted role whose networks are unknown: its group stands within them, wherever they are."""
    predicates = {
        **world.predicates,
        "role": Predicate("group", SOURCE, "role", *group),
        "networks": Predicate("set", SOURCE, "networks", EMPTY, line, ("roles.r.cidrs",)),
    }
    asked = ((ASKED, ASKED),)
    permitted = (box(line, asked, ("networks", True)), box(group[1], asked, ("role", True)), box(group[0], asked))
    residue = minus(world.passed, permitted)
    settled = settle(residue, predicates, Purpose.OPEN, denied=world.denied)

    def consistent() -> Iterator[Values]:
        for chosen in values_of(predicates):
            role, networks = chosen["role"], chosen["networks"]
            if isinstance(role, frozenset) and isinstance(networks, frozenset) and role <= networks | numbers_of(group[0]):
                yield chosen

    for packet in PACKETS:
        proved, unproven = told(settled, packet)
        found = outcomes(residue, packet, consistent(), predicates)
        assert (proved, proved or unproven) == (found == {True}, True in found)


@WORLDS
@given(worlds(group_sign=True), some(HOSTS))
def test_missing_traffic_is_proved_if_no_value_lets_it_through(world: World, networks: Ranges) -> None:
    """What is required and not admitted: a group that is not the peer's covers its known members, a list perhaps more."""
    residue = minus((box(networks, ((ASKED, ASKED),)),), world.passed)
    agree(settle(residue, world.predicates, Purpose.CLOSED), residue, world, least=["group"])


@WORLDS
@given(worlds(group_sign=False), some(HOSTS))
def test_a_deny_of_a_symbol_closes_its_known_members(world: World, networks: Ranges) -> None:
    """The rest of its bound is unproven."""
    residue = minus((box(networks, ((ASKED, ASKED),)),), world.passed)
    agree(settle(residue, world.predicates, Purpose.CLOSED), residue, world)


@WORLDS
@given(worlds(), some(HOSTS))
def test_missing_traffic_is_never_silent_and_never_proved_by_guess(world: World, networks: Ranges) -> None:
    """Whatever list it is: proved only where no value lets it through, told wherever one does not."""
    residue = minus((box(networks, ((ASKED, ASKED),)),), world.passed)
    settled = settle(residue, world.predicates, Purpose.CLOSED)
    for packet in PACKETS:
        proved, unproven = told(settled, packet)
        found = outcomes(residue, packet, values_of(world.predicates), world.predicates)
        assert found == {True} or not proved
        assert (proved or unproven) == (True in found)


def someone(predicates: dict[str, Predicate], least: list[str]) -> Iterator[Values]:
    """Every value in which the peer is somebody."""
    return (chosen for chosen in values_of(predicates, least=least) if chosen["own"])


@WORLDS
@given(worlds(group_sign=True), bounds())
def test_a_peer_known_by_its_group_is_somebody_somewhere(world: World, group: tuple[Ranges, Ranges]) -> None:
    """What is required of a group is missing for sure only if, wherever its members are, one of them is not admitted."""
    predicates = {**world.predicates, "own": Predicate("group", SOURCE, "own", *group)}
    residue = minus((box(group[1], ((ASKED, ASKED),), ("own", True)),), world.passed)
    settled = settle(residue, predicates, Purpose.CLOSED, own={"own": group[1]})
    packets = [packet for packet in PACKETS if packet[-1] == ASKED]
    missing = [
        any(inside(residue, packet, truth_of(packet, chosen, predicates)) for packet in packets)
        for chosen in someone(predicates, ["group"])
    ]
    assert not settled.proved or all(missing)
    assert bool(settled.proved or settled.unproven) == any(missing)


@WORLDS
@given(worlds(group_sign=True), bounds())
def test_a_group_that_the_rules_name_is_served(world: World, group: tuple[Ranges, Ranges]) -> None:
    """An allow of the peer's own group leaves nothing, whatever denies stand below it."""
    serving = Entry(True, (box(group[1], ((ASKED, OTHER),), ("own", True)),))
    predicates = {**world.predicates, "own": Predicate("group", SOURCE, "own", *group)}
    passed = tuple(cube for cubes in admitted((serving, *world.entries)) for cube in cubes)
    assert minus((box(group[1], ((ASKED, ASKED),), ("own", True)),), passed) == ()
    assert settle((), predicates, Purpose.CLOSED, own={"own": group[1]}) == Settled((), (), ())


@WORLDS
@given(worlds(), bounds())
def test_blocked_traffic_of_a_group_is_open_if_somebody_gets_through(world: World, group: tuple[Ranges, Ranges]) -> None:
    """The blocked peer is somebody somewhere: proved only if, wherever its members are, one of them is let through."""
    predicates = {**world.predicates, "own": Predicate("group", SOURCE, "own", *group)}
    residue = overlap(world.passed, (box(group[1], ((ASKED, ASKED),), ("own", True)),))
    own = {"own": group[1]}
    settled = settle(residue, predicates, Purpose.OPEN, own, world.denied)
    packets = [packet for packet in PACKETS if packet[-1] == ASKED]
    admits = world.named(True) & {*SYMBOLS}
    for chosen in values_of(predicates, most=admits):
        if chosen["own"] and settled.proved:
            assert any(inside(residue, packet, truth_of(packet, chosen, predicates)) for packet in packets)
    for packet in packets:
        if True in outcomes(residue, packet, values_of(predicates), predicates):
            assert any(told(settled, packet))


@WORLDS
@given(worlds(group_sign=True), some(HOSTS))
def test_what_is_unproven_names_what_decides(world: World, networks: Ranges) -> None:
    """Each unproven part comes with references, sorted and without doubles; what is proved needs none."""
    for purpose, residue in (
        (Purpose.OPEN, minus(world.passed, (box(networks, ((ASKED, ASKED),)),))),
        (Purpose.CLOSED, minus((box(networks, ((ASKED, ASKED),)),), world.passed)),
    ):
        settled = settle(residue, world.predicates, purpose, denied=world.denied)
        assert bool(settled.because) == bool(settled.unproven)
        assert list(settled.because) == sorted(set(settled.because))


LINE = parse_cidr("10.0.0.0/16")
KNOWN = parse_cidr("10.0.1.0/24")
TABLE = {
    "foreign": Predicate("group", SOURCE, "sg-1", because=("sg-1",)),
    "bound": Predicate("group", SOURCE, "sg-2", KNOWN, LINE, ("sg-2",)),
    "tag": Predicate("list", SOURCE, "tag:Storage", KNOWN, because=("tag:Storage",)),
    "network": Predicate("list", SOURCE, "VirtualNetwork", LINE, because=("VirtualNetwork",)),
    "vpn": Predicate("list", SOURCE, "VirtualNetwork", IPV4, because=("VirtualNetwork",)),
    "networks": Predicate("set", SOURCE, "roles.r.cidrs", EMPTY, PRIVATE, ("roles.r.cidrs",)),
    "behind": Predicate("set", DESTINATION, "nsg", EMPTY, LINE, ("nsg",)),
    "peer": Predicate("unknown", SOURCE, "var.peer", EMPTY, ANY, ("var.peer",)),
    "exists": Predicate("unknown", None, "rule", because=("var.count",)),
    "port": Predicate("unknown", DESTINATION_PORT, "var.port", EMPTY, ALL_PORTS, ("var.port",)),
}


@pytest.mark.parametrize(
    ("purpose", "sources", "guard", "denied", "proved", "possible"),
    [
        # open: what is admitted by name
        (Purpose.OPEN, ANY, "+foreign", "", ANY, ANY),
        (Purpose.OPEN, LINE, "+bound", "", LINE, LINE),
        (Purpose.OPEN, subtract(LINE, KNOWN), "+bound", "", subtract(LINE, KNOWN), subtract(LINE, KNOWN)),
        (Purpose.OPEN, ANY, "+tag", "", ANY, ANY),
        (Purpose.OPEN, ANY, "+peer", "", EMPTY, ANY),
        # two at once may have nobody in common, unless one is known to hold all of the other
        (Purpose.OPEN, ANY, "+foreign +bound", "", EMPTY, LINE),
        (Purpose.OPEN, ANY, "+bound +network", "", LINE, LINE),
        (Purpose.OPEN, ANY, "+foreign +vpn", "", IPV4, ANY),
        # of a mere name there may be nobody with an IPv6 address
        (Purpose.OPEN, IPV6, "+foreign", "", EMPTY, IPV6),
        (Purpose.OPEN, ANY, "+exists", "", EMPTY, ANY),
        (Purpose.OPEN, ANY, "+port", "", EMPTY, ANY),
        # a foreign group is extra, wherever a role's unknown networks are, but for who is known to be permitted or may be denied
        (Purpose.OPEN, ANY, "+foreign -networks", "", ANY, ANY),
        (Purpose.OPEN, ANY, "+tag -networks", "", ANY, ANY),
        (Purpose.OPEN, ANY, "+foreign -bound", "", subtract(ANY, KNOWN), subtract(ANY, KNOWN)),
        (Purpose.OPEN, ANY, "+foreign -bound", "bound", subtract(ANY, LINE), subtract(ANY, KNOWN)),
        # open: what is left of everything beside a deny, a permitted group, unknown networks
        (Purpose.OPEN, ANY, "-foreign", "foreign", PUBLIC, ANY),
        (Purpose.OPEN, ANY, "-bound", "bound", subtract(ANY, LINE), subtract(ANY, KNOWN)),
        (Purpose.OPEN, ANY, "-tag", "tag", EMPTY, subtract(ANY, KNOWN)),
        (Purpose.OPEN, ANY, "-foreign", "", ANY, ANY),
        (Purpose.OPEN, ANY, "-bound", "", subtract(ANY, KNOWN), subtract(ANY, KNOWN)),
        (Purpose.OPEN, ANY, "-networks", "", PUBLIC, ANY),
        (Purpose.OPEN, ANY, "-networks -bound", "", PUBLIC, subtract(ANY, KNOWN)),
        (Purpose.OPEN, ANY, "-exists", "", EMPTY, ANY),
        (Purpose.OPEN, ANY, "-peer", "", EMPTY, ANY),
        # required, and lacking an allow or under a deny
        (Purpose.CLOSED, ANY, "-foreign", "", ANY, ANY),
        (Purpose.CLOSED, ANY, "-bound", "", subtract(ANY, KNOWN), subtract(ANY, KNOWN)),
        (Purpose.CLOSED, ANY, "-tag", "", EMPTY, subtract(ANY, KNOWN)),
        (Purpose.CLOSED, ANY, "-peer", "", EMPTY, ANY),
        (Purpose.CLOSED, ANY, "-exists", "", EMPTY, ANY),
        (Purpose.CLOSED, ANY, "+foreign", "foreign", EMPTY, ANY),
        (Purpose.CLOSED, LINE, "+bound", "bound", KNOWN, LINE),
        (Purpose.CLOSED, ANY, "+tag", "tag", KNOWN, ANY),
    ],
)
def test_what_each_kind_of_predicate_proves(
    purpose: Purpose, sources: Ranges, guard: str, denied: str, proved: Ranges, possible: Ranges
) -> None:
    """Group members that nobody bounds have private addresses; list members may be anywhere; nothing is proved by an unknown."""
    literals = frozenset((word[1:], word[0] == "+") for word in guard.split())
    cube = Cube().replace(SOURCE, sources)
    settled = settle([Cube(cube.sides, literals)], TABLE, purpose, denied={name: (Cube(),) for name in denied.split()})
    everywhere = [each.sides[SOURCE] for each in settled.proved]
    assert everywhere == ([proved] if proved else [])
    left = [Cube(each.sides) for each in (*settled.proved, *settled.unproven)]
    assert minus((cube.replace(SOURCE, possible),), left) == () == minus(left, (cube.replace(SOURCE, possible),))


@pytest.mark.parametrize(
    ("sources", "own", "proved"),
    [(LINE, LINE, LINE), (ANY, LINE, ANY), (subtract(LINE, KNOWN), LINE, EMPTY), (KNOWN, LINE, KNOWN)],
)
def test_who_is_meant_is_somebody_within_the_line(sources: Ranges, own: Ranges, proved: Ranges) -> None:
    """All of the line is missing: so is somebody. A part of it is missing: only members known there are, for sure."""
    cube = Cube().replace(SOURCE, sources).where(("bound", True))
    settled = settle([cube], TABLE, Purpose.CLOSED, own={"bound": own})
    assert [each.sides[SOURCE] for each in settled.proved] == ([proved] if proved else [])


def test_two_groups_that_are_somebody_may_have_nobody_in_common() -> None:
    """Nothing is proved of the members of both but what is known of both."""
    both = Cube().where(("foreign", True), ("bound", True))
    settled = settle([both], TABLE, Purpose.OPEN, own={"foreign": ANY, "bound": ANY})
    assert settled.proved == () and settled.unproven


def test_what_is_proved_still_says_who_is_meant() -> None:
    """The guard of a proved part keeps the symbols that are admitted, and no yes or no, nothing taken away."""
    cube = Cube().where(("foreign", True), ("networks", False))
    assert settle([cube], TABLE, Purpose.OPEN).proved == (Cube().where(("foreign", True)),)


def test_references_are_those_of_what_is_unproven() -> None:
    """What is settled either way is not named."""
    sure = Cube().replace(DESTINATION_PORT, ((1, 1),)).where(("foreign", True))
    open_ = Cube().replace(DESTINATION_PORT, ((2, 2),)).where(("peer", True), ("exists", True))
    assert settle([sure, open_], TABLE, Purpose.OPEN).because == ("var.count", "var.peer")


def test_what_is_proved_of_one_peer_leaves_another_peer_unproven() -> None:
    """The same services are open to a group for sure and to an unknown value perhaps: both are told, each once."""
    by_name, by_value = Cube().where(("foreign", True)), Cube().where(("peer", True))
    assert settle([by_name, by_value], TABLE, Purpose.OPEN) == Settled((by_name,), (by_value,), ("var.peer",))
    assert settle([Cube(), by_value], TABLE, Purpose.OPEN) == Settled((Cube(),), (), ())


def test_what_is_proved_of_known_members_is_proved_of_their_addresses() -> None:
    """An address that is known to be in a list is open for sure by that list: an unknown value opens it no further."""
    here = Cube().replace(SOURCE, KNOWN)
    assert settle([here.where(("tag", True)), here.where(("peer", True))], TABLE, Purpose.OPEN).unproven == ()


def test_beside_an_unknown_value_other_doubts_of_its_side_decide_nothing() -> None:
    """Only the value itself is named, unless a list or another unknown value is taken away from it."""
    cube = Cube().where(("peer", True), ("networks", False), ("bound", False))
    assert settle([cube], TABLE, Purpose.OPEN).because == ("var.peer",)
    assert settle([cube.where(("tag", False))], TABLE, Purpose.OPEN).because == ("tag:Storage", "var.peer")
    assert settle([cube.where(("behind", True))], TABLE, Purpose.OPEN).because == ("nsg", "var.peer")


def test_what_is_open_on_fewer_conditions_is_told_by_these_alone() -> None:
    """The same packets by an unknown value, and by it and something else: the latter decides nothing, but where it opens more."""
    here, more = box(((0, 1),), ((22, 22),), ("peer", True)), box(((0, 2),), ((22, 22),), ("peer", True), ("exists", True))
    narrower = box(((0, 0),), ((22, 22),), ("peer", True), ("exists", True))
    assert settle([here, narrower], TABLE, Purpose.OPEN) == Settled((), (here,), ("var.peer",))
    assert settle([here, more], TABLE, Purpose.OPEN) == Settled((), (here, more), ("var.count", "var.peer"))


def test_what_is_so_either_way_is_told_once() -> None:
    """Whether something holds is no matter where the same may be so in both cases; what only one case has in common stays."""
    here, port = ((0, 0),), ((22, 22),)
    outside, inside_perhaps = box(here, port, ("v", False)), box(here, port, ("v", True), ("?x", True))
    assert undivided([outside, inside_perhaps]) == (box(here, port),)
    assert undivided([outside, box(((1, 1),), port, ("v", True))]) == (outside, box(((1, 1),), port, ("v", True)))
    assert undivided([box(here, port, ("v", False), ("w", True)), box(here, port, ("v", True), ("w", True))]) == (
        box(here, port, ("w", True)),
    )
    assert undivided([box(here, port, ("v", False), ("w", True)), box(here, port, ("v", True), ("w", False))]) == (
        box(here, port, ("v", False), ("w", True)),
        box(here, port, ("v", True), ("w", False)),
    )
