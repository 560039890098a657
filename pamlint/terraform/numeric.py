"""Terraform's numbers: binary floating point of 512 bits, shown in the fewest decimal digits that mean the same number.

A whole number is an int, any other a Decimal in just those digits, so that the two never compare wrongly; `Decimal("-0")`
and the infinities are what Terraform makes of `-0` and `1/0`. What functions count has 64 bits and what they compute in doubles
53, and so has what is computed of such numbers alone: those are a SizedInt or a SizedDecimal.
"""

from __future__ import annotations

import math
import re
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

BITS = 512
DOUBLE = 53
EXACT_DIGITS = 153
MAX_EXPONENT = 4000
_MAX_BITS = MAX_EXPONENT * 10 // 3
_BEYOND = f"numbers beyond 1e{MAX_EXPONENT} are not supported, nor below 1e-{MAX_EXPONENT}"
_LITERAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
INFINITY = Decimal("Infinity")
NEGATIVE_ZERO = Decimal("-0")

Number = int | Decimal


class SizedInt(int):
    """A whole number of other than 512 bits: of the 64 that functions count in, where nothing else is said."""

    bits = 64


class SizedDecimal(Decimal):
    """Any other number of other than 512 bits, in the fewest digits that mean it among numbers of so many bits."""

    bits = 64


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


def size(number: Number) -> int:
    """How many bits Terraform keeps of the number."""
    return number.bits if isinstance(number, SizedInt | SizedDecimal) else BITS


def sized(number: Number, bits: int) -> Number:
    """The number as one of so many bits, which can hold it."""
    if bits == BITS:
        return int(number) if isinstance(number, int) else Decimal(number)
    kept = SizedInt(number) if isinstance(number, int) else SizedDecimal(number)
    kept.bits = bits
    return kept


def rounded(value: Fraction, bits: int = BITS) -> Number:
    """The number of so many bits that is nearest to an exact fraction."""
    if abs(value.numerator.bit_length() - value.denominator.bit_length()) > _MAX_BITS:
        raise NumberError(_BEYOND)
    exact = _to_bits(value, bits)
    return sized(exact.numerator if exact.denominator == 1 else _shortest(exact, bits), bits)


def _to_bits(value: Fraction, bits: int) -> Fraction:
    if value.denominator == 1 and value.numerator.bit_length() <= bits:
        return value
    unit = _last_bit(value, bits)
    return round(value / unit) * unit


def _last_bit(value: Fraction, bits: int) -> Fraction:
    """What the last of the bits of a number is worth."""
    exponent = value.numerator.bit_length() - value.denominator.bit_length()
    if abs(value) < Fraction(2) ** exponent:
        exponent -= 1
    return Fraction(2) ** (exponent - bits + 1)


def _shortest(exact: Fraction, bits: int) -> Decimal:
    """The fewest digits that lie within half of the last bit; just half of it is enough for an even number."""
    unit = _last_bit(exact, bits)
    odd = (exact / unit).numerator % 2
    few, many = 1, bits // 3 + 3
    while few < many:
        middle = (few + many) // 2
        distance = abs(Fraction(_digits(exact, middle)) - exact) * 2
        if distance < unit or (distance == unit and not odd):
            many = middle
        else:
            few = middle + 1
    return _digits(exact, few)


def from_double(value: float) -> Number:
    """The number that a double is; raises NumberError for what is none."""
    if math.isnan(value):
        raise NumberError("the result is not a number")
    if value in (INFINITY, -INFINITY, 0):
        return sized(from_decimal(Decimal(value)), DOUBLE)
    return rounded(Fraction(value), DOUBLE)


def _digits(exact: Fraction, count: int) -> Decimal:
    context = Context(prec=count, rounding=ROUND_HALF_EVEN, Emax=MAX_EMAX, Emin=MIN_EMIN)
    return _without_trailing_zeros(context.divide(Decimal(exact.numerator), Decimal(exact.denominator)))


def fraction(number: Number) -> Fraction:
    """The exact value that the number stands for; raises NumberError for an infinity."""
    if isinstance(number, int):
        return Fraction(number)
    if number.is_infinite():
        raise NumberError("infinity has no digits")
    return _to_bits(Fraction(number), size(number))


def exact(number: Number) -> int | float | Fraction:
    """What to compare the number by: its exact value, or an infinity."""
    if isinstance(number, int):
        return number
    return float(number) if number.is_infinite() else fraction(number)


def is_less(left: Number, right: Number) -> bool:
    """left < right"""
    return exact(left) < exact(right)


def all_digits(number: Number) -> Decimal:
    """The exact value in decimal digits, of which a fraction may have as many as it has bits."""
    if is_infinite(number) or number == 0:
        return Decimal(number)
    value = fraction(number)
    places = value.denominator.bit_length() - 1
    context = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
    return Decimal(value.numerator * 5**places).scaleb(-places, context)


def show_number(number: Number) -> str:
    """The number as Terraform writes it into strings: the fewest digits that mean it, and no exponent."""
    if isinstance(number, int):
        bits = size(number)
        return str(number) if number.bit_length() <= bits else format(_shortest(Fraction(number), bits), "f")
    if number.is_infinite():
        return "-Inf" if number < 0 else "+Inf"
    return format(number, "f")


def _is_small(left: Number, right: Number) -> bool:
    return type(left) is int and type(right) is int and left.bit_length() < BITS // 2 and right.bit_length() < BITS // 2


def is_infinite(number: Number) -> bool:
    """Whether the number is `1/0` or `-1/0`."""
    return isinstance(number, Decimal) and number.is_infinite()


def _larger(left: Number, right: Number) -> int:
    return max(size(left), size(right))


def add(left: Number, right: Number) -> Number:
    """left + right"""
    if _is_small(left, right):
        return left + right
    if (left == 0 and right == 0) or is_infinite(left) or is_infinite(right):
        return _special(left, right, "add")
    return rounded(fraction(left) + fraction(right), _larger(left, right))


def subtract(left: Number, right: Number) -> Number:
    """left - right"""
    return add(left, negate(right))


def negate(number: Number) -> Number:
    """-number; zero has a sign."""
    if number == 0:
        opposite: Number = 0 if isinstance(number, Decimal) else NEGATIVE_ZERO
    else:
        opposite = -number if isinstance(number, int) else number.copy_negate()
    return sized(opposite, size(number))


def multiply(left: Number, right: Number) -> Number:
    """left * right, in as many bits as it takes"""
    if left and right and _is_small(left, right):
        return left * right
    if left == 0 or right == 0 or is_infinite(left) or is_infinite(right):
        return _special(left, right, "multiply")
    product = _to_bits(fraction(left) * fraction(right), BITS)
    return rounded(product, max(_larger(left, right), _needed(product)))


def _needed(exact: Fraction) -> int:
    """How many bits an exact number takes."""
    digits = abs(exact.numerator)
    return (digits // (digits & -digits)).bit_length()


def divide(left: Number, right: Number) -> Number:
    """left / right: an infinity where right is zero, as in Terraform; raises NumberError for 0 / 0."""
    if left == 0 or right == 0 or is_infinite(left) or is_infinite(right):
        return _special(left, right, "divide")
    return rounded(fraction(left) / fraction(right), _larger(left, right))


def modulo(left: Number, right: Number) -> Number:
    """The remainder of a division that is cut off towards zero, in the left number's bits; left itself where right is zero."""
    if right == 0:
        return left
    bits = size(left)
    times = _in_bits(int(fraction(divide(left, right))), bits)
    product = rounded(fraction(right) * fraction(times), bits) if times else multiply(right, times)
    return _in_bits(subtract(left, product), bits)


def _in_bits(number: Number, bits: int) -> Number:
    return rounded(fraction(number), bits) if number else sized(number, bits)


def _special(left: Number, right: Number, operation: str) -> Number:
    """Zeros and infinities keep their sign, as IEEE 754 has it."""
    context = Context(traps=[], Emax=MAX_EMAX, Emin=MIN_EMIN, prec=MAX_EXPONENT)
    result: Decimal = getattr(context, operation)(Decimal(left), Decimal(right))
    if result.is_nan():
        raise NumberError("the operation has no defined result")
    return sized(from_decimal(result), _larger(left, right))
