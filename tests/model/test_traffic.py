"""The algebra of traffic, against every packet of a tiny universe under every truth of the predicates."""

from __future__ import annotations

from itertools import combinations, product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamlint.model.addresses import ANY
from pamlint.model.ranges import EMPTY
from pamlint.model.traffic import (
    DESTINATION_PORT,
    NO_GUARD,
    PROTOCOL,
    SIDES,
    SOURCE,
    UNIVERSE,
    Cube,
    Entry,
    Field,
    PieceLimitError,
    Traffic,
    admitted,
    carve,
    meet,
    merge,
    minus,
    overlap,
)
from tests.model.universe import LIMITS, NAMES, PACKETS, PROPERTY, PROTOCOLS, as_ranges, cubes, holds_for, inside, truths

CASES = tuple(product(PACKETS, truths()))
entry = st.builds(Entry, st.booleans(), st.lists(cubes(), max_size=2).map(tuple))


@PROPERTY
@given(cubes(), cubes())
def test_meet_is_what_both_hold(a: Cube, b: Cube) -> None:
    """Guards are joined; a contradiction holds nothing."""
    both = meet(a, b)
    for packet, truth in CASES:
        assert (both is not None and holds_for(both, packet, truth)) == (
            holds_for(a, packet, truth) and holds_for(b, packet, truth)
        )


@PROPERTY
@given(cubes(), cubes())
def test_carving_leaves_disjoint_pieces(a: Cube, b: Cube) -> None:
    """The pieces are a without b, none twice, at most one for each side and each predicate of b, none of them empty."""
    pieces = list(carve(a, b))
    assert all(meet(left, right) is None for left, right in combinations(pieces, 2))
    assert len(pieces) <= len(SIDES) + len(b.guard)
    assert all(line for piece in pieces for line in piece.sides)
    for packet, truth in CASES:
        assert inside(pieces, packet, truth) == (holds_for(a, packet, truth) and not holds_for(b, packet, truth))


@PROPERTY
@given(st.lists(cubes(), max_size=5), st.lists(cubes(), max_size=5))
def test_minus_is_the_difference(a: list[Cube], b: list[Cube]) -> None:
    """A packet is left if it is in the one and not in the other."""
    left = minus(a, b)
    for packet, truth in CASES:
        assert inside(left, packet, truth) == (inside(a, packet, truth) and not inside(b, packet, truth))


@PROPERTY
@given(st.lists(cubes(), max_size=3), st.lists(cubes(), max_size=4))
def test_minus_is_empty_for_subsets_alone(a: list[Cube], b: list[Cube]) -> None:
    """Nothing is left exactly if every packet of a is in b, whatever the predicates: no piece stands for no packet."""
    held = all(inside(b, packet, truth) for packet, truth in CASES if inside(a, packet, truth))
    assert (not minus(a, b)) == held


@PROPERTY
@given(st.lists(cubes(), max_size=4), st.lists(cubes(), max_size=4))
def test_overlap_is_the_intersection(a: list[Cube], b: list[Cube]) -> None:
    """A packet is in the overlap if it is in both."""
    both = overlap(a, tuple(b))
    for packet, truth in CASES:
        assert inside(both, packet, truth) == (inside(a, packet, truth) and inside(b, packet, truth))


@PROPERTY
@given(st.lists(cubes(), max_size=6))
def test_merge_holds_the_same_packets_in_no_more_cubes(traffic: list[Cube]) -> None:
    """Merging loses nothing, adds nothing and never makes it longer."""
    merged = merge(traffic)
    assert len(merged) <= len(traffic)
    for packet, truth in CASES:
        assert inside(merged, packet, truth) == inside(traffic, packet, truth)


def narrow(seed: int, count: int) -> Traffic:
    """So many cubes of a single packet or a few, some of them guarded."""
    choose = Random(seed)
    sides = [
        tuple(as_ranges(choose.sample(values, choose.randint(1, 2))) for values in (PROTOCOLS, *(range(n) for n in LIMITS[1:])))
        for _ in range(count)
    ]
    guards = [frozenset({(choose.choice(NAMES), choose.random() < 0.5)}) if choose.random() < 0.2 else NO_GUARD for _ in sides]
    return tuple(Cube(line, guard) for line, guard in zip(sides, guards, strict=True))


@pytest.mark.parametrize("seed", range(12))
def test_many_cubes_are_told_apart_as_few_are(seed: int) -> None:
    """However many there are: what is left, what is in both, what lists let through; one cube beside many, or many beside many."""
    many, more = narrow(seed, 40), narrow(seed + 100, 45)
    one = (Cube((as_ranges(PROTOCOLS), *(as_ranges(range(limit)) for limit in LIMITS[1:]))),)
    entries = [Entry(place % 2 == 0, (cube,)) for place, cube in enumerate((*many, *more))]
    let_through = tuple(cube for cubes_ in admitted(entries) for cube in cubes_)
    for packet, truth in CASES:
        here, there = inside(many, packet, truth), inside(more, packet, truth)
        assert inside(minus(one, many), packet, truth) == (inside(one, packet, truth) and not here)
        assert inside(minus(many, Field(more)), packet, truth) == (here and not there)
        assert inside(overlap(many, more), packet, truth) == (here and there)
        first = next((each for each in entries if inside(each.cubes, packet, truth)), None)
        assert inside(let_through, packet, truth) == (first is not None and first.allow)


@pytest.mark.parametrize("side", SIDES)
def test_cubes_that_differ_on_one_side_become_one(side: int) -> None:
    """Whichever side it is, and under the same guard only."""
    tiny = Cube(tuple(((0, 0),) for _ in SIDES))
    other = tiny.replace(side, ((2, 2),))
    assert merge([tiny, other]) == (tiny.replace(side, ((0, 0), (2, 2))),)
    assert len(merge([tiny, other.where(("a", True))])) == 2


@PROPERTY
@given(st.lists(entry, max_size=6))
def test_admitted_lets_through_what_the_list_does(entries: list[Entry]) -> None:
    """The union over the allow entries is what first match admits; each entry has all it lets through beneath the denies."""
    let_through = list(admitted(entries))
    for packet, truth in CASES:
        matching = [each for each in entries if inside(each.cubes, packet, truth)]
        assert any(inside(cubes_, packet, truth) for cubes_ in let_through) == bool(matching and matching[0].allow)
        denied = False
        for each, cubes_ in zip(entries, let_through, strict=True):
            matches = inside(each.cubes, packet, truth)
            assert inside(cubes_, packet, truth) == (matches and each.allow and not denied)
            denied = denied or (matches and not each.allow)


def test_cubes_are_cut_and_guarded() -> None:
    """A side is replaced or cut, guards grow, and nothing changes the cube itself."""
    cube = Cube()
    assert cube == Cube(UNIVERSE, NO_GUARD)
    assert cube.replace(PROTOCOL, ((6, 6),)).sides == (((6, 6),), *UNIVERSE[1:])
    assert cube.replace(DESTINATION_PORT, ((6, 6),)).sides == (*UNIVERSE[:-1], ((6, 6),))
    assert cube.within(SOURCE, ((3, 9),)) == cube.replace(SOURCE, ((3, 9),))
    assert cube.within(SOURCE, EMPTY) is None
    assert cube.where(("a", True), ("b", False)).guard == {("a", True), ("b", False)}
    assert cube.sides[SOURCE] == ANY and cube.guard == NO_GUARD


def test_a_difference_that_grows_too_large_says_so() -> None:
    """A limit on pieces ends in an error, never in a hang; what vanishes in the end is no error."""
    holes: Traffic = tuple(
        Cube().replace(SOURCE, ((4 * n, 4 * n + 1),)).replace(DESTINATION_PORT, ((4 * n, 4 * n + 1),)) for n in range(8)
    )
    with pytest.raises(PieceLimitError):
        minus((Cube(),), holes, limit=5)
    assert len(minus((Cube(),), holes, limit=20)) <= 20
    assert minus((Cube(),), (Cube(),), limit=0) == ()
