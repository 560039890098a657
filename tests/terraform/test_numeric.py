"""Terraform's numbers: 512 bits, shown in the fewest digits."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from pamlint.terraform.numeric import (
    INFINITY,
    Number,
    NumberError,
    add,
    divide,
    from_double,
    modulo,
    multiply,
    negate,
    parse_number,
    show_number,
    subtract,
)

SHOWN = [
    (add, "0.1", "0.2", "0.3"),
    (add, "1", "1", "2"),
    (subtract, "0.3", "0.1", "0.2" + "0" * 153 + "2"),
    (multiply, "0.1", "3", "0.3"),
    (multiply, "0", "-1", "-0"),
    (divide, "1", "3", "0." + "3" * 154 + "5"),
    (divide, "2", "3", "0." + "6" * 153 + "7"),
    (divide, "6", "3", "2"),
    (divide, "1", "0", "+Inf"),
    (divide, "-1", "0", "-Inf"),
    (modulo, "-5", "3", "-2"),
    (modulo, "5.5", "-3", "2.5"),
    (modulo, "5", "0", "5"),
    (modulo, "0.1", "0.03", "0.01" + "0" * 153 + "3"),
]


@pytest.mark.parametrize(("operation", "left", "right", "wanted"), SHOWN)
def test_arithmetic(operation: Callable[[Number, Number], Number], left: str, right: str, wanted: str) -> None:
    """Results round as binary floating point of 512 bits does, and show as Terraform shows them."""
    assert show_number(operation(parse_number(left), parse_number(right))) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("12", 12),
        ("1.50", Decimal("1.5")),
        ("2.0", 2),
        ("1e3", 1000),
        ("-0", Decimal("-0")),
        (".5", Decimal("0.5")),
        ("5.", 5),
        ("+3", 3),
    ],
)
def test_literals(text: str, wanted: Number) -> None:
    """A whole number is an int however it is written, any other a Decimal without needless digits."""
    number = parse_number(text)
    assert (type(number), number) == (type(wanted), wanted)


@pytest.mark.parametrize("text", ["", "x", "1_000", " 1", "0x10", "NaN", "inf", "1e5000", "--1"])
def test_what_is_no_number(text: str) -> None:
    """Spellings that Terraform does not know, and numbers beyond the limit, are refused."""
    with pytest.raises(NumberError):
        parse_number(text)


@pytest.mark.parametrize("operands", [(0, 0), (INFINITY, INFINITY)])
def test_division_without_result(operands: tuple[Number, Number]) -> None:
    """Zero by zero and infinity by infinity have no value."""
    with pytest.raises(NumberError):
        divide(*operands)


def test_signs_and_doubles() -> None:
    """Zero has a sign; doubles show in their own shortest digits."""
    assert show_number(negate(0)) == "-0"
    assert show_number(negate(negate(0))) == "0"
    assert show_number(from_double(2.0**0.5)) == "1.4142135623730951"
    assert show_number(parse_number("9" * 200)) == "1" + "0" * 200
