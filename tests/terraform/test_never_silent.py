"""Random expressions with unknown variables, against what they turn out to be once the variables are known.

Nothing that can come out may be missing from what the unknown result is said to be made of, and nothing that is said to be sure
may turn out otherwise.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping

import pytest

from pamlint.terraform.access import LazyObject
from pamlint.terraform.expressions import evaluate
from pamlint.terraform.partial import held, held_items
from pamlint.terraform.reader import read_expression
from pamlint.terraform.scope import Budget, Scope
from pamlint.terraform.types import BOOL, NUMBER, STRING, ListType, MapType
from pamlint.terraform.values import (
    EvaluationError,
    ListValue,
    MapValue,
    Null,
    ObjectValue,
    Sequence,
    TupleValue,
    UnknownValue,
    Value,
    children,
    is_identity,
    key,
    reasons,
    unmark_deep,
    walk,
)

SEEDS = 1_500
_ID = re.compile(r"r\.[abc]\.id")
IDS = ("a", "b", "c")
UNKNOWN: Mapping[str, Value] = {
    "on": UnknownValue(("var.on",), BOOL, not_null=True),
    "n": UnknownValue(("var.n",), NUMBER, not_null=True),
    "s": UnknownValue(("var.s",), STRING, not_null=True),
    "l": UnknownValue(("var.l",), ListType(STRING), not_null=True),
    "m": UnknownValue(("var.m",), MapType(STRING), not_null=True),
}
SHAPES = {
    "id": [
        *(f"{name}.id" for name in IDS),
        "{objects}[{number}].i",
        "{object}.i",
        "{ids}[{number}]",
        "{map}[{text}]",
        '{map}["x"]',
        "{bool} ? {id} : {id}",
        "lookup({map}, {text}, {id})",
        "element({ids}, {number})",
        "one(slice({ids}, 0, 1))",
        "coalesce({id}, {id})",
        "try({object}.missing, {id})",
        '"${{{id}}}"',
        "{resources}[{number}].id",
        "{maps}[{text}].i",
        '{maps}["y"].i',
        "({bool} ? {object} : {object}).i",
        'split(",", join(",", {ids}))[0]',
        "coalesce(compact({ids})...)",
        "one({resources}[*].id)",
        "{object}.r.id",
        "lookup({maps}, {text}, {object}).r.id",
        "merge({maps}, {maps})[{text}].i",
        'element(split(",", "${{{id}}},${{{id}}}"), {number})',
        "values({maps})[{number}].l[0]",
        "sensitive({id})",
        "nonsensitive(sensitive({ids}))[0]",
        "tomap({maps})[{text}].i",
    ],
    "ids": [
        "[{id}, {id}]",
        "[]",
        "{objects}[*].i",
        "{objects}[*].r.id",
        "flatten({objects}[*].l)",
        'compact(split(",", "%{{ for v in {ids} }}${{v}},%{{ endfor }}"))',
        "concat([{ids}, {ids}]...)",
        "[for k, v in {maps} : v.r.id if k != {text}]",
        "[for v in {objects} : v.i if contains(v.l, {id})]",
        "flatten([for v in {objects} : v.r[*].id])",
        "transpose({{ x = {ids} }})[{text}]",
        "sensitive({ids})",
        "{resources}[*].id",
        "[for v in {ids} : v if {bool}]",
        "[for v in {objects} : v.i]",
        "[for k, v in {map} : v if k == {text}]",
        "[for v in l : {id}]",
        "[for v in {resources} : v.id if {bool}]",
        "concat({ids}, {ids})",
        "flatten([{ids}, [for v in {ids} : [v, [{id}]]]])",
        "values({map})",
        "keys({{ for v in {ids} : v => 1... if {bool} }})",
        "distinct({ids})",
        "compact({ids})",
        "reverse({ids})",
        "slice({ids}, 0, {number})",
        "{bool} ? {ids} : {ids}",
        "tolist(toset({ids}))",
        "tolist(setunion({ids}, {ids}))",
        "values({maps})[*].i",
        "chunklist({ids}, 1)[{number}]",
        "coalescelist({ids}, {ids})",
        "setproduct({ids}, [1])[*][0]",
        "try({object}.missing, {ids})",
        '{{ for v in {ids} : {text} => v... }}["x"]',
        "jsondecode(jsonencode({ids}))",
        "matchkeys([{id}], [{text}], [{text}])",
        "sort({ids})",
        "{object}.l",
        "{bool} ? {ids} : null",
        "[for p in setproduct({ids}, {ids}) : p[1]]",
        "tolist([{id}, {bool} ? {id} : null])",
    ],
    "object": [
        "{{ i = {id}, l = {ids}, r = {resources}[0] }}",
        "{objects}[{number}]",
        "{maps}[{text}]",
        "{bool} ? {object} : {object}",
        "merge({object}, {{ i = {id} }})",
        "one(slice({objects}, 0, 1))",
    ],
    "objects": [
        "[{object}, {object}]",
        "[for v in {ids} : {{ i = v, l = [v, {id}], r = a }}]",
        "[for v in {objects} : v if {bool}]",
        "[for v in {resources} : {{ i = v.id, l = [], r = v }}]",
        "concat({objects}, {objects})",
        "values({maps})",
        "flatten([{objects}, {objects}])",
    ],
    "map": [
        "{{ x = {id}, y = {id} }}",
        "{{ for k, v in {map} : k => v if {bool} }}",
        '{{ for v in {ids} : "${{v}}" => v... }}["x"][0] == "" ? {{}} : {map}',
        "{{ for k, v in {maps} : k => v.i }}",
        "merge({map}, {map})",
        'zipmap(["x", {text}], [{id}, {id}])',
        "{{ ({text}) = {id} }}",
        "{bool} ? {map} : {map}",
        "tomap({map})",
    ],
    "maps": [
        "{{ x = {object}, y = {object} }}",
        "{{ for k, v in {maps} : k => v if {bool} }}",
        "merge({maps}, {maps})",
        "{{ ({text}) = {object} }}",
    ],
    "resources": ["[a, b]", "[c]", "[for r in {resources} : r if {bool}]", "concat({resources}, {resources})"],
    "bool": ["on", "true", "n > 0", 's == "x"', "length({ids}) > 1", "!{bool}", "contains({ids}, {id})"],
    "number": ["n", "0", "1", "length(l)", "{bool} ? 0 : 1"],
    "text": ["s", '"x"', '"y"', '{bool} ? s : "x"', 'm["k"]', "l[0]"],
}


class Generator:
    """Writes an expression of a shape; deep down the first ways of a shape alone, which end soon."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def of(self, shape: str, depth: int) -> str:
        """An expression, in parentheses where something may stand behind it."""
        ways = SHAPES[shape] if depth > 0 else SHAPES[shape][: 2 if shape != "id" else 3]
        parts = {name: _Lazy(self, name, depth - 1) for name in SHAPES}
        return f"({self._random.choice(ways).format(**parts)})"


class _Lazy:
    """Another expression each time that it is written."""

    def __init__(self, generator: Generator, shape: str, depth: int) -> None:
        self._inside = generator, shape, depth

    def __format__(self, _: str) -> str:
        generator, shape, depth = self._inside
        return generator.of(shape, depth)


def resource(name: str, known: bool) -> LazyObject:
    """A resource whose attributes a provider will give, or has given: each is what it is called then."""

    def attribute(of: str) -> Value:
        told = f"r.{name}.{of}"
        return told if known else UnknownValue((told,), STRING, attribute=(f"r.{name}", of), not_null=True)

    return LazyObject(attribute, lambda: {"id": attribute("id")})


def settled(random_: random.Random) -> Mapping[str, Value]:
    """The variables, known."""
    return {
        "on": random_.random() < 0.5,
        "n": random_.randrange(3),
        "s": random_.choice(("x", "y", "z")),
        "l": ListValue([random_.choice(("x", "y")) for _ in range(random_.randrange(3))], STRING),
        "m": MapValue({"k": random_.choice(("x", "y"))}, STRING),
    }


def value(text: str, variables: Mapping[str, Value], known: bool) -> Value:
    """The value of an expression; raises EvaluationError."""
    tree, file = read_expression("expression", text)
    return evaluate(tree, Scope(file, Budget(), local={**{name: resource(name, known) for name in IDS}, **variables}))


def ids_in(settled_: Value) -> set[str]:
    """The ids that a known value is made of."""
    return {told for part in walk(settled_) if isinstance(part, str) for told in _ID.findall(part)}


def all_ids(said: Value) -> set[str]:
    """The ids that a value has or may have, by the references that it names."""
    return {*reasons(said)} | ids_in(said)


def contradictions(said: Value, true: Value) -> Iterator[str]:
    """What was said to be sure and is not so."""
    said, true = unmark_deep(said)[0], unmark_deep(true)[0]
    if isinstance(said, UnknownValue) and not is_identity(said):
        if missing := [item for item in held(said) if not any(_same(item, other) for other in children(true))]:
            yield f"{missing} should be in {true}"
        for name, item in held_items(said).items():
            yield from contradictions(item, true.items[name]) if isinstance(true, MapValue | ObjectValue) else ("no map",)
        leaves = (true,) if isinstance(true, str) else tuple(children(true)) if isinstance(true, Sequence) else ()
        flat = all(isinstance(leaf, str) for leaf in leaves)
        if said.either and flat and all(is_identity(way) or isinstance(way, Null | str) for way in said.either):
            yield from (f"{leaf} is none of {said.either}" for leaf in leaves if not any(_same(way, leaf) for way in said.either))
    elif is_identity(said):
        if not _same(said, true):
            yield f"{said} became {true}"
    elif isinstance(said, TupleValue | ListValue) and isinstance(true, TupleValue | ListValue):
        if len({key(item) if not is_identity(item) else item.because for item in said.items}) > len(true.items):
            yield f"{said} became {true}"
        elif all(isinstance(item, UnknownValue | str) for item in said.items):
            yield from (f"{item} is not in {true}" for item in said.items if not any(_same(item, other) for other in true.items))
        else:
            for item, other in zip(said.items, true.items, strict=len(said.items) == len(true.items)):
                yield from contradictions(item, other)
    elif isinstance(said, MapValue | ObjectValue) and isinstance(true, MapValue | ObjectValue):
        if said.items.keys() != true.items.keys():
            yield f"{said} became {true}"
        for name in said.items.keys() & true.items.keys():
            yield from contradictions(said.items[name], true.items[name])


def _same(said: Value, true: Value) -> bool:
    said = unmark_deep(said)[0]
    if isinstance(said, UnknownValue):
        return not is_identity(said) or said.because == (true,)
    return key(said) == key(true) if isinstance(said, str) and isinstance(true, str) else type(said) is type(true)


@pytest.mark.parametrize("block", range(10))
def test_nothing_is_lost_and_nothing_claimed(block: int) -> None:
    """Each expression with unknown variables, and with some that are known."""
    tried = 0
    for seed in range(block * SEEDS // 10, (block + 1) * SEEDS // 10):
        text = Generator(seed).of("ids" if seed % 3 else "id", 4)
        try:
            said = value(text, UNKNOWN, known=False)
        except EvaluationError as error:
            said = error
        for attempt in range(6):
            try:
                true = value(text, settled(random.Random(seed * 100 + attempt)), known=True)
            except EvaluationError:
                continue
            tried += 1
            assert not isinstance(said, EvaluationError), f"{seed} {text} {said}"
            assert ids_in(true) <= all_ids(said), f"{seed} {text}"
            assert not list(contradictions(said, true)), f"{seed} {text}"
    assert tried > SEEDS // 4
