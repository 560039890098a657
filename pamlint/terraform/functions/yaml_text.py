"""YAML as Terraform reads and writes it: version 1.1's words for true and false, no timestamps but as strings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from pamlint.terraform.convert import to_string
from pamlint.terraform.functions.signature import check_text
from pamlint.terraform.numeric import INFINITY, NumberError, SizedInt, parse_number, show_number
from pamlint.terraform.types import STRING
from pamlint.terraform.values import (
    NULL,
    EvaluationError,
    LimitReached,
    Mappish,
    Null,
    ObjectValue,
    Sequence,
    TupleValue,
    UnknownValue,
    Value,
    is_wholly_known,
    reasons,
    string,
    walk,
)

if TYPE_CHECKING:
    from yaml.events import Event
    from yaml.nodes import MappingNode, Node, ScalarNode

_TRUE = frozenset(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"])
_FALSE = frozenset(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"])
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_INFINITIES = {
    sign + word: -INFINITY if sign == "-" else INFINITY for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_DATE = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)", re.ASCII)
_TIME = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:[Tt](\d\d?):(\d\d?):(\d\d?)(?:\.\d+)?(Z|[+-]\d\d:\d\d)| (\d\d?):(\d\d?):(\d\d?)(?:\.\d+)?)",
    re.ASCII,
)
_MAY_BE_MORE = re.compile(r"[-+.0-9yYnNtTfFoO~]|\Z")
_WIDTH = 80
_NOT_IN_BLOCK = re.compile(r" \n| \Z|[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]")
_ESCAPED = re.compile(r'["\\]|[^\x20-\x7e\xa1-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]')
_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\0": "\\0",
    "\a": "\\a",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\v": "\\v",
    "\f": "\\f",
    "\r": "\\r",
    "\x1b": "\\e",
    "\x85": "\\N",
    "\xa0": "\\_",
    "\u2028": "\\L",
    "\u2029": "\\P",
}
_PREFIX = "tag:yaml.org,2002:"
MAX_VALUES = 100_000
_DEEPEST = 200
_EVENTS = 2
"""No value has more of them: its begin and its end."""
_TOO_LARGE = f"yamldecode() with more than {MAX_VALUES:,} elements or {_DEEPEST} levels"
_TOO_DEEP = f"yamldecode() with more than {_DEEPEST} levels"


def decode(text: str) -> Value:
    """yamldecode: one document; anchors may be used again, but not inside themselves."""
    import yaml

    from pamlint.terraform.functions.yaml_loader import Loader

    try:
        _check_size(yaml.parse(text, Loader=Loader))
        node = yaml.compose(text, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        if "nesting depth" in str(error.problem):  # the parser looks ahead, and has a limit of its own
            raise LimitReached(_TOO_DEEP) from None
        at = error.problem_mark
        place = f"line {at.line + 1}, column {at.column + 1}: " if at else ""
        raise EvaluationError(f"{place}{error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise EvaluationError(f"the string is no YAML: {error}") from None
    if node is None:
        raise EvaluationError("the string holds no YAML value")
    return _Reader().value(node, 0)


def _check_size(events: Iterable[Event]) -> None:
    """The library's own recursion has no bound, and takes the whole process down with it; it takes much memory, too."""
    from yaml.events import CollectionEndEvent, CollectionStartEvent

    depth = 0
    for count, event in enumerate(events):
        if count > _EVENTS * (MAX_VALUES + 2):  # the stream and the document have events too
            raise LimitReached(_TOO_LARGE)
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > _DEEPEST:
            raise LimitReached(_TOO_DEEP)


class _Reader:
    """One pass over a document; counts what aliases multiply."""

    def __init__(self) -> None:
        self.count = 0
        self.open: set[int] = set()

    def value(self, node: Node, depth: int) -> Value:
        self.count += 1
        if self.count > MAX_VALUES or depth > _DEEPEST:
            raise LimitReached(_TOO_LARGE)
        if id(node) in self.open:
            raise EvaluationError("an anchor is used inside itself")
        import yaml

        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        self.open.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                _check_tag(node, "seq")
                return TupleValue(self.value(item, depth + 1) for item in node.value)
            _check_tag(node, "map")
            return ObjectValue(self._mapping(cast("MappingNode", node), depth))
        finally:
            self.open.discard(id(node))

    def _mapping(self, node: MappingNode, depth: int) -> dict[str, Value]:
        items: dict[str, Value] = {}
        for key, item in node.value:
            value = self.value(item, depth + 1)
            if key.tag == f"{_PREFIX}merge" or (key.tag == "plain" and key.value == "<<"):
                for part in value.items if isinstance(value, TupleValue) else (value,):
                    if not isinstance(part, ObjectValue):
                        raise EvaluationError("only mappings can be merged into a mapping")
                    items.update(part.items)
                continue
            name = _scalar(key) if isinstance(key.value, str) else NULL
            if isinstance(name, Null):
                raise EvaluationError("the keys of a mapping must be strings")
            items[string(to_string(name))] = value
        return items


def _check_tag(node: Node, kind: str) -> None:
    if node.tag != _PREFIX + kind:
        raise EvaluationError(f"the tag {node.tag} is not supported")


def _scalar(node: ScalarNode) -> Value:
    if node.tag == "plain":
        return _plain(node.value)
    tag, quoted = node.tag.removeprefix(_PREFIX), node.style in ("'", '"')
    if quoted and tag not in ("str", "binary") and _MAY_BE_MORE.match(node.value):
        return string(node.value)
    return _tagged(tag, node.value)


def _plain(text: str) -> Value:
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if text in _NULLS:
        return NULL
    if text in _INFINITIES:
        return _INFINITIES[text]
    if text in (".nan", ".NaN", ".NAN"):
        raise EvaluationError("not-a-number is not supported")
    moment = _timestamp(text)
    if moment is not None:
        return moment
    if _INTEGER.fullmatch(text) or _FLOAT.fullmatch(text):
        return _number(text)
    return string(text)


def _number(text: str) -> Value:
    try:
        if text[:2] in ("0x", "0o"):
            return SizedInt(text, 0)
        return parse_number(text)
    except NumberError as error:
        raise EvaluationError(str(error)) from None


def _timestamp(text: str) -> str | None:
    found = _DATE.fullmatch(text) or _TIME.fullmatch(text)
    if found is None:
        return None
    from datetime import datetime

    parts = [int(part) for part in found.groups()[:3]]
    clock = [int(part) for part in (found.groups()[3:6] if found.re is _TIME and found[4] else found.groups()[7:10]) if part]
    try:
        moment = datetime(*parts, *clock)  # type: ignore[arg-type]
    except ValueError:
        return None
    zone = found[7] if found.re is _TIME and found[7] else "Z"
    return moment.isoformat() + ("Z" if zone in ("+00:00", "-00:00") else zone)


def _tagged(tag: str, text: str) -> Value:
    if tag in ("str", "binary"):
        return string(text)
    value = _plain(text)
    fits = {
        "bool": isinstance(value, bool),
        "int": isinstance(value, int | Decimal) and not isinstance(value, bool),
        "float": isinstance(value, int | Decimal) and not isinstance(value, bool),
        "null": True,
        "timestamp": _timestamp(text) is not None,
    }
    if not fits.get(tag, False):
        raise EvaluationError(f'"{text[:100]}" is no {tag}')
    return NULL if tag == "null" else value


def encode(value: Value) -> Value:
    """yamlencode: in the style that Terraform has, with strings in double quotes."""
    if not is_wholly_known(value):
        return UnknownValue(reasons(value), STRING, not_null=True)
    check_text(sum(len(part) for part in walk(value) if isinstance(part, str)), "yamlencode")
    lines: list[str] = []
    _write(value, "", "", lines)
    if isinstance(value, Null | bool | int | Decimal):
        lines.append("...")
    text = "\n".join(lines) + "\n"
    check_text(len(text), "yamlencode")
    return string(text)


def _write(value: Value, lead: str, indent: str, lines: list[str]) -> None:
    """`lead` is what stands before the value on its line, `indent` what stands before its further lines."""
    if isinstance(value, Mappish) and value.items:
        for name, item in value.items.items():
            _write_entry(f"{lead}{_quoted(name)}:", item, indent, lines)
            lead = indent
    elif isinstance(value, Sequence) and value.items:
        for item in value.items:
            if isinstance(item, Mappish | Sequence) and item.items:
                _write(item, f"{lead}- ", indent + "  ", lines)
            else:
                _write_scalar(item, f"{lead}- ", indent + "  ", lines)
            lead = indent
    else:
        _write_scalar(value, lead, indent + "  ", lines)


def _write_entry(lead: str, item: Value, indent: str, lines: list[str]) -> None:
    if isinstance(item, Mappish | Sequence) and item.items:
        deeper = indent + "  " if isinstance(item, Mappish) else indent
        lines.append(lead)
        _write(item, deeper, deeper, lines)
    else:
        _write_scalar(item, f"{lead} ", indent + "  ", lines)


def _write_scalar(value: Value, lead: str, indent: str, lines: list[str]) -> None:
    if not isinstance(value, str):
        lines.append(lead + _scalar_text(value))
    elif "\n" in value and not _NOT_IN_BLOCK.search(value):
        hint = "2" if value[0] in " \n" else ""
        ending = "-" if not value.endswith("\n") else "+" if value.endswith("\n\n") or value == "\n" else ""
        lines.append(f"{lead}|{hint}{ending}")
        lines += [f"{indent}{line}" if line else "" for line in value.removesuffix("\n").split("\n")]
    else:
        lines.append(lead + _folded(_quoted(value), len(lead), indent))


def _folded(quoted: str, column: int, indent: str) -> str:
    """A quoted string, with a line end instead of the first space behind the line's end."""
    written = []
    for place, letter in enumerate(quoted):
        if letter == " " and column > _WIDTH and 1 < place < len(quoted) - 2 and quoted[place - 1] != " ":
            written.append("\n" + indent + ("\\" if quoted[place + 1] == " " else ""))
            column = len(indent)
        else:
            written.append(letter)
            column += 1
    return "".join(written)


def _scalar_text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return show_number(value)
    if isinstance(value, Mappish):
        return "{}"
    return "[]" if isinstance(value, Sequence) else "null"


def _quoted(text: str) -> str:
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(found: re.Match[str]) -> str:
    letter = found[0]
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    code = ord(letter)
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
