"""The JSON Schemas of all that pamlint reads and writes, and a quick way to know that a document keeps to one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, get_args

Kind = Literal["policy", "site", "report", "rules", "live", "matrix", "evidence"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_FOLDER = Path(__file__).parent / "schemas"


def schema(kind: Kind) -> str:
    """The schema's text (JSON Schema 2020-12), as `pamlint schema` prints it."""
    return (_FOLDER / f"{kind}.json").read_text(encoding="utf-8")


def conforms(value: Any, rules: Any, root: Mapping[str, Any]) -> bool:
    """Whether a value surely keeps to a schema; `root` is the whole schema, for its references.

    A yes is a yes. A no may also be a keyword that is not understood here: the jsonschema library then decides, which takes
    longer to import than all else that a clean run does. Only keywords for which more yes below never means less yes
    above have a place here (no `not`, `if`, `oneOf`), so that nothing misunderstood can turn into a yes.
    """
    if isinstance(rules, bool):
        return rules
    return all(_KEYWORDS.get(keyword, _not_understood)(value, argument, rules, root) for keyword, argument in rules.items())


_Keyword = Callable[[Any, Any, Mapping[str, Any], Mapping[str, Any]], bool]
_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, Decimal),
    "boolean": (bool,),
    "null": (type(None),),
}


def _not_understood(_value: Any, _argument: Any, _rules: Mapping[str, Any], _root: Mapping[str, Any]) -> bool:
    return False


def _type(value: Any, names: Any, _rules: Mapping[str, Any], _root: Mapping[str, Any]) -> bool:
    return any(type(value) in _TYPES[name] for name in ([names] if isinstance(names, str) else names))


def _properties(value: Any, properties: Any, _rules: Mapping[str, Any], root: Mapping[str, Any]) -> bool:
    return not isinstance(value, dict) or all(conforms(value[key], properties[key], root) for key in value if key in properties)


def _others(value: Any, rest: Any, rules: Mapping[str, Any], root: Mapping[str, Any]) -> bool:
    known = rules.get("properties", {})
    return not isinstance(value, dict) or all(conforms(item, rest, root) for key, item in value.items() if key not in known)


def _reference(value: Any, reference: Any, _rules: Mapping[str, Any], root: Mapping[str, Any]) -> bool:
    start, _, name = reference.rpartition("/")
    return start == "#/$defs" and conforms(value, root["$defs"][name], root)


_KEYWORDS: Mapping[str, _Keyword] = {
    **dict.fromkeys(("$schema", "$id", "$defs", "title", "description"), lambda *_: True),
    "type": _type,
    "properties": _properties,
    "additionalProperties": _others,
    "$ref": _reference,
    "required": lambda value, names, *_: not isinstance(value, dict) or all(name in value for name in names),
    "propertyNames": lambda value, rule, _, root: not isinstance(value, dict) or all(conforms(key, rule, root) for key in value),
    "items": lambda value, rule, _, root: not isinstance(value, list) or all(conforms(item, rule, root) for item in value),
    "anyOf": lambda value, branches, _, root: any(conforms(value, branch, root) for branch in branches),
    "allOf": lambda value, branches, _, root: all(conforms(value, branch, root) for branch in branches),
    "enum": lambda value, allowed, *_: isinstance(value, str) and value in allowed,
    "const": lambda value, only, *_: isinstance(value, str) and value == only,
    "pattern": lambda value, pattern, *_: not isinstance(value, str) or re.search(pattern, value) is not None,
    "minItems": lambda value, least, *_: not isinstance(value, list) or len(value) >= least,
    "minProperties": lambda value, least, *_: not isinstance(value, dict) or len(value) >= least,
    "minimum": lambda value, least, *_: type(value) not in (int, Decimal) or value >= least,
    "maximum": lambda value, most, *_: type(value) not in (int, Decimal) or value <= most,
}


def load_schema(kind: Kind) -> Mapping[str, Any]:
    """The schema as data."""
    loaded: Mapping[str, Any] = json.loads(schema(kind))
    return loaded
