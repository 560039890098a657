"""Numeric functions."""

from __future__ import annotations

import math
from decimal import Decimal

from pamlint.terraform.functions.signature import whole
from pamlint.terraform.numeric import (
    Number,
    NumberError,
    SizedInt,
    add,
    exact,
    fraction,
    from_double,
    is_infinite,
    negate,
    size,
    sized,
)
from pamlint.terraform.types import STRING, Type
from pamlint.terraform.values import EvaluationError, Value, type_of

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MAX_DIGITS = 4000
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_LOG = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)
_MAX_BITS = 13_000


def absolute(number: Number) -> Value:
    """abs"""
    return negate(number) if number < 0 or (isinstance(number, Decimal) and number.is_signed()) else number


def ceiling(number: Number) -> Value:
    """ceil"""
    return number if is_infinite(number) else sized(math.ceil(fraction(number)), size(number))


def floor(number: Number) -> Value:
    """floor"""
    return number if is_infinite(number) else sized(math.floor(fraction(number)), size(number))


def logarithm(number: Number, base: Number) -> Value:
    """log: in doubles, as Terraform computes it."""
    above, below = _log(number), _log(base)
    if below == 0:
        return _shown(math.nan if above == 0 or math.isnan(above) else math.copysign(math.inf, above))
    return _shown(above / below)


def _log(number: Number) -> float:
    value = _double(number)
    if value == 0:
        return -math.inf
    return _natural_log(value) if value > 0 else math.nan


def _natural_log(value: float) -> float:
    """By the steps of FreeBSD's `e_log.c`, as Go has them: the last bit may be another than that of the nearest double."""
    if math.isinf(value):
        return value
    factor, exponent = math.frexp(value)
    if factor < math.sqrt(2) / 2:
        factor, exponent = factor * 2, exponent - 1
    rest = factor - 1
    ratio = rest / (2 + rest)
    square = ratio * ratio
    fourth = square * square
    odd = square * (_LOG[0] + fourth * (_LOG[2] + fourth * (_LOG[4] + fourth * _LOG[6])))
    even = fourth * (_LOG[1] + fourth * (_LOG[3] + fourth * _LOG[5]))
    half = 0.5 * rest * rest
    return exponent * _LN2_HIGH - ((half - (ratio * (half + (odd + even)) + exponent * _LN2_LOW)) - rest)


def power(base: Number, exponent: Number) -> Value:
    """pow: in doubles, by the same steps as Terraform's, which are not always the nearest double's."""
    left, right = _double(base), _double(exponent)
    if abs(right) == 0.5 and left > 0:
        return _shown(math.sqrt(left) if right > 0 else 1 / math.sqrt(left))
    part, whole_part = math.modf(abs(right))
    if abs(whole_part) > 2**40 or math.isinf(left) or left == 0 or (part and left < 0):
        return _shown(_library_power(left, right))
    if part > 0.5:
        part, whole_part = part - 1, whole_part + 1
    result = math.exp(part * _natural_log(left)) if part else 1.0
    factor, factor_exponent = math.frexp(left)
    steps, result_exponent = int(whole_part), 0
    while steps:
        if abs(factor_exponent) > 4096:
            result_exponent += factor_exponent
            break
        if steps & 1:
            result, result_exponent = result * factor, result_exponent + factor_exponent
        factor, factor_exponent = factor * factor, factor_exponent * 2
        if factor < 0.5:
            factor, factor_exponent = factor * 2, factor_exponent - 1
        steps >>= 1
    if right < 0:
        result, result_exponent = 1 / result, -result_exponent
    return _shown(_scaled(result, result_exponent))


def _scaled(value: float, exponent: int) -> float:
    try:
        return math.ldexp(value, exponent)
    except OverflowError:
        return math.copysign(math.inf, value)


def _library_power(left: float, right: float) -> float:
    try:
        return math.pow(left, right)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.inf if left == 0 else math.nan


def _double(number: Number) -> float:
    try:
        return float(number)
    except OverflowError:
        raise EvaluationError("the number is too large") from None


def _shown(value: float) -> Number:
    try:
        return from_double(value)
    except NumberError as error:
        raise EvaluationError(str(error)) from None


def sign(number: Number) -> Value:
    """signum"""
    value = whole(number, "the number")
    return (value > 0) - (value < 0)


def largest(*numbers: Number) -> Value:
    """max"""
    if not numbers:
        raise EvaluationError("at least one number is needed")
    return max(numbers, key=exact)


def smallest(*numbers: Number) -> Value:
    """min"""
    if not numbers:
        raise EvaluationError("at least one number is needed")
    return min(numbers, key=exact)


def parse_integer(text: Value, base: Value) -> Value:
    """parseint: bases up to 62, in which capital letters follow the small ones."""
    if type_of(text) is not STRING or not isinstance(text, str):
        raise EvaluationError("the first argument must be a string")
    radix = whole(base, "the base")
    if not 2 <= radix <= 62:
        raise EvaluationError("the base must be between 2 and 62")
    digits = text[1:] if text[:1] in ("+", "-") else text
    if radix <= 36:
        digits = digits.lower()
    if not digits or len(digits) > _MAX_DIGITS or any(digit not in _DIGITS[:radix] for digit in digits):
        raise EvaluationError(f'cannot read "{text[:100]}" as a whole number of base {radix}')
    value = 0
    for digit in digits:
        value = value * radix + _DIGITS.index(digit)
    if value.bit_length() > _MAX_BITS:
        raise EvaluationError("the number is too large")
    return sized(-value if text.startswith("-") else value, max(SizedInt.bits, value.bit_length()))


def integer_type(text: Value, base: Value) -> Type:
    """parseint refuses what is no string even before it is known."""
    del base
    if type_of(text) is not STRING:
        raise EvaluationError("parseint(): the first argument must be a string")
    return type_of(0)


def total(numbers: list[Number]) -> Number:
    """The sum of at least one number."""
    result = numbers[0]
    for number in numbers[1:]:
        try:
            result = add(result, number)
        except NumberError:
            raise EvaluationError("opposing infinities have no sum") from None
    return result
