"""Terraform's numbers: binary floating point of 512 bits, shown in the fewest decimal digits that mean the same number.

A whole number is an int, any other a Decimal in just those digits, so that the two never compare wrongly; `Decimal("-0")`
and the infinities are what Terraform makes of `-0` and `1/0`.
"""

from __future__ import annotations

import math
import re
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

BITS = 512
EXACT_DIGITS = 153
MAX_EXPONENT = 4000
_MAX_BITS = MAX_EXPONENT * 10 // 3
_BEYOND = f"numbers beyond 1e{MAX_EXPONENT} are not supported, nor below 1e-{MAX_EXPONENT}"
_LITERAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
INFINITY = Decimal("Infinity")
NEGATIVE_ZERO = Decimal("-0")

Number = int | Decimal


class NumberError(ArithmeticError):
    """The operation has no result, or one that is too large to write down."""


def parse_number(text: str) -> Number:
    """The number that a decimal literal (`12`, `-1.50`, `1e3`) means; raises NumberError for anything else."""
    if text.isascii() and text.isdigit() and len(text) <= EXACT_DIGITS:
        return int(text)
    if not _LITERAL.fullmatch(text):
        raise NumberError("a number is required")
    return from_decimal(Decimal(text))


def from_decimal(value: Decimal) -> Number:
    """The number nearest to a decimal of any length."""
    if not value.is_finite() or value == 0:
        return value if value.is_infinite() else (NEGATIVE_ZERO if value.is_signed() else 0)
    if abs(value.adjusted()) > MAX_EXPONENT:
        raise NumberError(_BEYOND)
    digits = value.as_tuple().digits
    if len(digits) > EXACT_DIGITS or value.adjusted() >= EXACT_DIGITS:
        return rounded(Fraction(value))
    return int(value) if value == value.to_integral_value() else _without_trailing_zeros(value)


def _without_trailing_zeros(value: Decimal) -> Decimal:
    return value.normalize(Context(prec=MAX_EXPONENT))


def rounded(value: Fraction) -> Number:
    """The number nearest to an exact fraction."""
    if abs(value.numerator.bit_length() - value.denominator.bit_length()) > _MAX_BITS:
        raise NumberError(_BEYOND)
    exact = _to_bits(value)
    if exact.denominator == 1:
        whole = exact.numerator
        return whole if whole.bit_length() <= BITS else int(_shortest(exact))
    return _shortest(exact)


def _to_bits(value: Fraction) -> Fraction:
    if value.denominator == 1 and value.numerator.bit_length() <= BITS:
        return value
    unit = _last_bit(value, BITS)
    return round(value / unit) * unit


def _last_bit(value: Fraction, bits: int) -> Fraction:
    """What the last of the bits of a number is worth."""
    exponent = value.numerator.bit_length() - value.denominator.bit_length()
    if abs(value) < Fraction(2) ** exponent:
        exponent -= 1
    return Fraction(2) ** (exponent - bits + 1)


def _shortest(exact: Fraction, bits: int = BITS) -> Decimal:
    """The fewest digits that lie within half of the last bit."""
    tolerance = _last_bit(exact, bits) / 2
    few, many = 1, EXACT_DIGITS + 3
    while few < many:
        middle = (few + many) // 2
        if abs(Fraction(_digits(exact, middle)) - exact) <= tolerance:
            many = middle
        else:
            few = middle + 1
    return _digits(exact, few)


def from_double(value: float) -> Number:
    """The number that a double shows as; raises NumberError for what is none."""
    if math.isnan(value):
        raise NumberError("the result is not a number")
    if value in (INFINITY, -INFINITY, 0):
        return from_decimal(Decimal(value))
    return from_decimal(_shortest(Fraction(value), 53))


def _digits(exact: Fraction, count: int) -> Decimal:
    context = Context(prec=count, rounding=ROUND_HALF_EVEN, Emax=MAX_EMAX, Emin=MIN_EMIN)
    return _without_trailing_zeros(context.divide(Decimal(exact.numerator), Decimal(exact.denominator)))


def fraction(number: Number) -> Fraction:
    """The exact value that the number stands for; raises NumberError for an infinity."""
    if type(number) is int:
        return Fraction(number)
    if not Decimal(number).is_finite():
        raise NumberError("infinity has no digits")
    return _to_bits(Fraction(number))


def show_number(number: Number) -> str:
    """The number as Terraform writes it into strings: all digits, no exponent."""
    if isinstance(number, int):
        return str(number)
    if number.is_infinite():
        return "-Inf" if number < 0 else "+Inf"
    return format(number, "f")


def _is_small(left: Number, right: Number) -> bool:
    return type(left) is int and type(right) is int and left.bit_length() < BITS // 2 and right.bit_length() < BITS // 2


def _is_special(number: Number) -> bool:
    return isinstance(number, Decimal) and (number.is_infinite() or number.is_zero())


def add(left: Number, right: Number) -> Number:
    """left + right"""
    if _is_small(left, right):
        return left + right
    if _is_special(left) or _is_special(right):
        return _special(Decimal(left), Decimal(right), "add")
    return rounded(fraction(left) + fraction(right))


def subtract(left: Number, right: Number) -> Number:
    """left - right"""
    return add(left, negate(right))


def negate(number: Number) -> Number:
    """-number; zero has a sign."""
    if number == 0:
        return 0 if isinstance(number, Decimal) else NEGATIVE_ZERO
    return -number if isinstance(number, int) else number.copy_negate()


def multiply(left: Number, right: Number) -> Number:
    """left * right"""
    if left and right and _is_small(left, right):
        return left * right
    if left == 0 or right == 0 or _is_special(left) or _is_special(right):
        return _special(Decimal(left), Decimal(right), "multiply")
    return rounded(fraction(left) * fraction(right))


def divide(left: Number, right: Number) -> Number:
    """left / right: an infinity where right is zero, as in Terraform; raises NumberError for 0 / 0."""
    if left == 0 or right == 0 or _is_special(left) or _is_special(right):
        return _special(Decimal(left), Decimal(right), "divide")
    return rounded(fraction(left) / fraction(right))


def modulo(left: Number, right: Number) -> Number:
    """The remainder of a division that is cut off towards zero; left itself where right is zero."""
    if right == 0:
        return left
    if left == 0:
        return subtract(left, multiply(right, 0))
    times = int(fraction(divide(left, right)))
    return subtract(left, multiply(right, times))


def _special(left: Decimal, right: Decimal, operation: str) -> Number:
    """Zeros and infinities keep their sign, as IEEE 754 has it."""
    context = Context(traps=[], Emax=MAX_EMAX, Emin=MIN_EMIN, prec=MAX_EXPONENT)
    result: Decimal = getattr(context, operation)(left, right)
    if result.is_nan():
        raise NumberError("the operation has no defined result")
    return from_decimal(result)
