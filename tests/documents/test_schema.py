"""The schemas are sound, and the quick look agrees with the library on documents that are almost right."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from pamlint.documents.policy import load_policy
from pamlint.documents.schema import KINDS, conforms, load_schema
from pamlint.documents.site import load_site
from pamlint.model.errors import UserError
from pamlint.model.finding import CHECKS, SEVERITIES
from tests.documents.mutations import BASES, almost_right
from tests.documents.places import written


@settings(max_examples=400, deadline=None)
@given(almost_right())
def test_the_quick_look_and_the_library_agree(case: tuple[Any, Any]) -> None:
    """What one accepts the other accepts; so a clean file never needs the library, and a wrong one always meets it."""
    kind, document = case
    rules = load_schema(kind)
    assert conforms(document, rules, rules) == jsonschema.Draft202012Validator(rules).is_valid(document)


@settings(max_examples=200, deadline=None)
@given(almost_right())
def test_what_is_almost_right_loads_or_says_where_it_is_wrong(case: tuple[Any, Any]) -> None:
    """No document makes the loaders fail in another way, and what breaks the schema is never loaded."""
    kind, document = case
    with TemporaryDirectory() as folder:
        path = written(Path(folder), json.dumps(document, default=float), "document.yaml")
        try:
            loaded = load_site(path) if kind == "site" else load_policy(str(path), path.parent)
        except UserError as error:
            assert all(part.location for part in error.parts or (error,))
        else:
            assert loaded
            assert jsonschema.Draft202012Validator(load_schema(kind)).is_valid(document)


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
