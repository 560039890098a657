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
    """provider::terraform::encode_tfvars: equals signs stand below each other."""
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
    names = {name: name if _is_name(name) else _text(name) for name in value.items}
    written = [_expression(item, indent) for item in value.items.values()]
    lines: list[str] = []
    at = 0
    while at < len(written):
        end = at
        while end < len(written) - 1 and "\n" not in written[end]:
            end += 1
        width = max(len(names[name]) for name in list(names)[at : end + 1])
        lines += [
            f"{indent}{name.ljust(width)} = {item}\n"
            for name, item in zip(list(names.values())[at : end + 1], written[at : end + 1], strict=True)
        ]
        at = end + 1
    return lines


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
