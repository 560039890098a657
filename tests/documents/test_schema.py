"""The schemas are sound, and the quick look agrees with the library on documents that are almost right."""

from __future__ import annotations

import copy
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pamlint.documents.reader import read_document
from pamlint.documents.schema import KINDS, conforms, load_schema
from pamlint.model.finding import CHECKS, SEVERITIES

ROOT = Path(__file__).parents[2]
BASES: dict[str, list[Any]] = {
    "policy": [read_document(path).data for path in sorted((ROOT / "policies").glob("*.yaml"))],
    "site": [read_document(Path(__file__).with_name("everything.yaml")).data],
}
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 300),
    st.just(70000),
    st.just(Decimal("1.0")),
    st.sampled_from(
        ["", "on", "off", "any", "tcp", "ssh-relay", "Bad Name", "1-9", "2027-01-31", "policy/1", "conditional", "blocked"]
    ),
    st.just([]),
    st.just({}),
    st.just(["a", "a"]),
    st.just([None]),
    st.just({"parameter": "p"}),
    st.just({"all-on": ["a"]}),
    st.just({"name": "x"}),
).map(copy.deepcopy)


def spots(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a document."""
    if not isinstance(value, dict | list):
        return []
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    return [(value, key) for key in keys] + [spot for key in keys for spot in spots(value[key])]


@st.composite
def almost_right(draw: st.DrawFn) -> tuple[str, Any]:
    """A right document with one to three things replaced, removed, renamed or added."""
    kind = draw(st.sampled_from(sorted(BASES)))
    document = copy.deepcopy(draw(st.sampled_from(BASES[kind])))
    for _ in range(draw(st.integers(1, 3))):
        if not (places := spots(document)):
            break
        container, key = places[draw(st.integers(0, len(places) - 1))]
        match draw(st.sampled_from(["replace", "remove", "rename", "add"])):
            case "replace":
                container[key] = draw(VALUES)
            case "remove":
                del container[key]
            case "rename" if isinstance(container, dict):
                container[draw(st.sampled_from(["nope", "Bad Name", "when", "on"]))] = container.pop(key)
            case _ if isinstance(container, list):
                container.append(draw(VALUES))
            case _:
                container[draw(st.sampled_from(["nope", "when", "cidrs", "need"]))] = draw(VALUES)
    return kind, document


@settings(max_examples=400, deadline=None)
@given(almost_right())
def test_the_quick_look_and_the_library_agree(case: tuple[Any, Any]) -> None:
    """What one accepts the other accepts; so a clean file never needs the library, and a wrong one always meets it."""
    kind, document = case
    rules = load_schema(kind)
    assert conforms(document, rules, rules) == jsonschema.Draft202012Validator(rules).is_valid(document)


@pytest.mark.parametrize("kind", sorted(BASES))
def test_the_documents_to_start_from_are_right(kind: Any) -> None:
    """Mutations start from documents that both accept."""
    rules = load_schema(kind)
    assert all(conforms(document, rules, rules) for document in BASES[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_every_schema_is_a_schema(kind: Any) -> None:
    """The metaschema of 2020-12 accepts each, and each has a title."""
    rules = load_schema(kind)
    jsonschema.Draft202012Validator.check_schema(rules)
    assert rules["title"].startswith("pamlint")


def test_what_is_not_understood_is_never_accepted() -> None:
    """A keyword that the quick look does not know, or a reference elsewhere, is a no."""
    assert not conforms(1, {"multipleOf": 1}, {})
    assert not conforms(1, {"$ref": "other.json"}, {})
    assert not conforms({}, {"patternProperties": {}}, {})


def test_the_checks_of_the_schemas_are_the_checks_of_the_model() -> None:
    """The list of checks and severities stands in three places and is one."""
    finding = load_schema("report")["$defs"]["finding"]["properties"]
    assert tuple(load_schema("site")["$defs"]["ignore"]["properties"]["check"]["enum"]) == CHECKS
    assert tuple(finding["check"]["enum"]) == CHECKS
    assert tuple(finding["severity"]["enum"]) == SEVERITIES == tuple(load_schema("site")["properties"]["min-severity"]["enum"])
