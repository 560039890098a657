"""Live documents: what is written reads back as it was, and what is no such document is told."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamlint.documents.schema import load_schema
from pamlint.model.errors import UserError
from pamlint.model.resource import Block, Input, Problem, Reading, Resource, Unknown
from pamlint.sources import read
from pamlint.sources.documents import read_document
from pamlint.sources.estates import Estate
from pamlint.sources.gaps import gaps, lost
from pamlint.sources.snapshot import pack, render, unpack
from pamlint.terraform.inputs import Settings

SCOPE = "aws/111122223333/eu-west-1"
PLAIN = st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False, allow_infinity=False)
UNKNOWNS = st.builds(
    Unknown,
    st.lists(st.text(), max_size=2).map(tuple),
    st.none() | st.tuples(st.text(), st.text()),
    st.text(max_size=3),
    st.text(max_size=3),
)
KEYS = st.text(max_size=5) | st.sampled_from(["$unknown", "$block", "$number", "$$", "$"])
VALUES = st.recursive(
    PLAIN | UNKNOWNS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(KEYS, inner, max_size=3)
        | st.builds(Block, st.dictionaries(KEYS, inner, max_size=3), possible=st.lists(st.text(), max_size=2).map(tuple))
    ),
    max_leaves=8,
)


def reading(values: dict[str, Any], name: str = SCOPE, complete: bool = True) -> Reading:
    """One scope with one group; an incomplete one lacks its second page."""
    problem = Problem("unreadable-input", name, f"{name} could not be read: denied", "Permit it.", root=name)
    return Reading(
        Input(name, "live", "0" * 64, complete),
        (Resource("sg-1", "aws_security_group", "managed", name, Block(values, possible=("x",)), "sg-1"),),
        () if complete else (problem,),
        () if complete else (name,),
    )


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_nothing_is_lost(values: dict[str, Any]) -> None:
    """Every value, unknown ones and keys like the document's own included, reads back as it was."""
    assert unpack(pack(reading(values))) == reading(values)


def test_a_document_has_all_scopes(tmp_path: Path) -> None:
    """Scopes come sorted, whole or with what is missing, and the document keeps to its schema."""
    whole, torn = reading({"ports": [Decimal("1.5")], "$x": Unknown(("y",))}), reading({}, "aws/1/a", complete=False)
    path = tmp_path / "live.json"
    path.write_text(render([whole, torn]))
    jsonschema.Draft202012Validator(dict(load_schema("live"))).validate(json.loads(path.read_text()))
    found = read_document(path, lambda _: True)
    assert [each.input.files for each in found] == [(path.as_posix(),)] * 2
    assert [unpack(pack(each)) for each in found] == [torn, whole]
    assert [each.resources for each in read_document(path, lambda type_: type_ == "aws_vpc")] == [(), ()]


LIVE = (
    '{"pamlint": "live/1", "scopes": [{"scope": "a", "sha256": "'
    + "0" * 64
    + '", "complete": true, "unread": [], "problems": [], '
    '"resources": [{"type": "aws_vpc", "address": "a", "mode": "managed", "id": null, "possible": [], "values": {"x": %s}}]}]}'
)
BROKEN = [
    ('{"pamlint": "live/1", "scopes": [', "the JSON ends too early: the file is cut off"),
    (
        '{"pamlint": "live/1"}',
        "the live document is not as pamlint writes it: `$` breaks the schema that `pamlint schema live` prints",
    ),
    ('{"pamlint": "live/1", "scopes": [[]]}', "the live document is not as pamlint writes it: `$.scopes[0]` breaks the schema"),
    (
        '{"pamlint": "live/1", "scopes": [{"scope": "a", "sha256": null, "complete": true, "unread": [], "problems": [], "resources": []}]}',
        "the live document is not as pamlint writes it: `$.scopes[0].sha256` breaks the schema",
    ),
    (LIVE % '{"$block": {}}', "the live document is not as pamlint writes it: KeyError('$possible')"),
    ('{"pamlint": "live/2", "scopes": []}', "this live document is of version `live/2`, and this pamlint reads `live/1`"),
    ('{"pamlint": "report/1"}', "this is what pamlint wrote as `report/1`, which holds no resources; `live/1` can be read"),
]


@pytest.mark.parametrize(("text", "message"), BROKEN)
def test_a_broken_document_is_told(text: str, message: str, tmp_path: Path) -> None:
    """What cannot be read is a problem that says how to write it again, and nothing is known of it."""
    path = tmp_path / "live.json"
    path.write_text(text)
    (found,) = read_document(path, lambda _: True)
    (problem,) = found.problems
    assert problem.message.startswith(message)
    assert "pamlint audit aws --output live=" in problem.tip
    assert (found.input.kind, found.input.complete, found.unread) == ("live", False, (path.as_posix(),))


def test_one_scope_twice_is_wrong_use(tmp_path: Path) -> None:
    """Two documents of one scope cannot be judged together."""
    paths = tmp_path / "new.json", tmp_path / "old.json"
    for path in paths:
        path.write_text(render([reading({})]))
    with pytest.raises(UserError, match=rf"{SCOPE} is there twice, in .*new\.json and .*old\.json"):
        read(Estate(None, None, (), paths), {"aws_security_group"}, Settings())


def test_a_scope_that_is_torn_leaves_others_whole() -> None:
    """Whatever a region lacks is open in that region; any role may be bound there."""
    from pamlint.clouds import convert

    readings = [reading({}, "aws/1/a"), reading({}, "aws/1/b", complete=False)]
    acls = convert([resource for each in readings for resource in each.resources], {}).acls
    assert gaps(acls, readings) == {"aws/1/b|sg-1": ("aws/1/b",)}
    assert lost(readings) == ("aws/1/b",)
