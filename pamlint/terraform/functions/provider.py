"""Functions of the provider that is built into Terraform."""

from __future__ import annotations

from decimal import Decimal

from pamlint.terraform.functions.signature import Surroundings
from pamlint.terraform.numeric import show_number
from pamlint.terraform.types import STRING
from pamlint.terraform.values import (
    EvaluationError,
    Mappish,
    Null,
    ObjectValue,
    Sequence,
    UnknownValue,
    Value,
    is_wholly_known,
    reasons,
)

_ESCAPES = str.maketrans({"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"})


def encode_arguments(value: Value) -> Value:
    """provider::terraform::encode_tfvars"""
    if not is_wholly_known(value):
        return UnknownValue(reasons(value), STRING, not_null=True)
    if not isinstance(value, Mappish):
        raise EvaluationError("an object is needed")
    for name in value.items:
        if not _is_name(name):
            raise EvaluationError(f'"{name}" is no name of a variable')
    return "".join(_entries(value, ""))


def encode_expression(value: Value) -> Value:
    """provider::terraform::encode_expr"""
    if not is_wholly_known(value):
        return UnknownValue(reasons(value), STRING, not_null=True)
    return _expression(value, "")


def decode_arguments(surroundings: Surroundings, text: str) -> Value:
    """provider::terraform::decode_tfvars"""
    return ObjectValue(surroundings.parse_arguments(text))


def _is_name(name: str) -> bool:
    return name.replace("-", "_").isidentifier() and not name.startswith("-")


def _entries(value: Mappish, indent: str) -> list[str]:
    """Lines `name = value`; the equals signs of one-line values that follow each other stand below each other."""
    lines: list[str] = []
    group: list[tuple[str, str]] = []
    for name, item in value.items.items():
        written = (name if _is_name(name) else _text(name), _expression(item, indent))
        if "\n" in written[1]:
            lines += [*_aligned(group, indent), *_aligned([written], indent)]
            group = []
        else:
            group.append(written)
    return lines + _aligned(group, indent)


def _aligned(group: list[tuple[str, str]], indent: str) -> list[str]:
    width = max((len(name) for name, _ in group), default=0)
    return [f"{indent}{name.ljust(width)} = {item}\n" for name, item in group]


def _expression(value: Value, indent: str) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return show_number(value)
    if isinstance(value, Null):
        return "null"
    if isinstance(value, Mappish):
        return "{\n" + "".join(_entries(value, indent + "  ")) + indent + "}" if value.items else "{}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(_expression(item, indent) for item in value.items) + "]"
    raise EvaluationError("the value cannot be written down")


def _text(text: str) -> str:
    return '"' + text.translate(_ESCAPES).replace("${", "$${").replace("%{", "%%{") + '"'
