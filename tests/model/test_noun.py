"""Nouns: what they share with frozen dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from pamlint.model.noun import noun


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
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)


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
