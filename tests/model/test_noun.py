"""Nouns: what they share with frozen dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as frozen_field

import pytest

from pamlint.model.noun import field, noun, record, replace


@noun
class Pair:
    """One of two that are alike in all but how they are made."""

    name: str
    others: tuple[int, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)


@noun
class Single:
    """One field, which is no tuple."""

    name: str


@dataclass(frozen=True, slots=True)
class Frozen:
    """What Python makes of the same fields."""

    name: str
    others: tuple[int, ...] = ()
    tags: Mapping[str, str] = frozen_field(default_factory=dict, hash=False)


def test_nouns_with_equal_fields_are_equal() -> None:
    """Equal and hashed alike by their fields, but for those that say that they are not hashed; never equal to another class."""
    one, same, other = Pair("a", (1,), {"k": "v"}), Pair("a", (1,), {"k": "v"}), Pair("a", (1,), {"k": "w"})
    assert one == same
    assert one != other
    assert hash(one) == hash(same) == hash(other) == hash(Frozen("a", (1,), {"k": "v"}))
    frozen: object = Frozen("a", (1,), {"k": "v"})
    assert one != frozen
    assert (Single("a") == Single("a"), hash(Single("a")) == hash(Single("a")), Single("a") == Single("b")) == (True, True, False)
    with pytest.raises(TypeError, match="unhashable"):
        hash(Pair("a", [1]))  # type: ignore[arg-type]


def test_a_noun_shows_itself_as_a_dataclass_does() -> None:
    """Fingerprints of findings are made of this."""
    assert repr(Pair("a", (1,))) == repr(Frozen("a", (1,))).replace("Frozen", "Pair")
    assert repr(Single("a")) == "Single(name='a')"


def test_a_noun_has_the_fields_that_it_declares_and_no_others() -> None:
    """A changed copy is made as of any dataclass; what is no field cannot be set."""
    assert replace(Pair("a", (1,)), name="b") == Pair("b", (1,))
    with pytest.raises(AttributeError):
        Pair("a").size = 1  # type: ignore[attr-defined]


@record
class Count:
    """Something that changes while it is there."""

    of: str
    number: int = 0
    seen: list[str] = field(default_factory=list)
    doubled: int = 0

    def __post_init__(self) -> None:
        self.doubled = 2 * self.number


@noun
class Own:
    """A noun that knows by itself what it is told as, and by what it is hashed."""

    name: str
    others: list[int] = field(default_factory=list)

    def __repr__(self) -> str:
        return self.name

    def __hash__(self) -> int:
        return len(self.name)


def test_a_record_changes_and_equals_itself_alone() -> None:
    """Fields have their defaults, each record a list of its own, and `__post_init__` sees them all."""
    one, same = Count("a", number=2), Count("a", 2)
    one.seen.append("b")
    one.number = 3
    assert (one.number, one.seen, one.doubled, same.number, same.seen, same.doubled) == (3, ["b"], 4, 2, [], 4)
    assert (one == one, Count("a") == Count("a"), len({one, same})) == (True, False, 2)  # noqa: PLR0124
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'of'"):
        Count()  # type: ignore[call-arg]


def test_a_noun_keeps_its_own_methods() -> None:
    """What a class says of itself is not replaced."""
    assert (repr(Own("abc")), hash(Own("abc")), Own("abc") == Own("abc", [])) == ("abc", 3, True)
