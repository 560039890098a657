"""YAML 1.2, with places and bounds."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pamlint.documents.reader import MOST_BYTES, read_document
from tests.documents.places import complaints, written


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("off", "off"),
        ("yes", "yes"),
        ("No", "No"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("2027-01-31", "2027-01-31"),
        ("0123", 123),
        ("0o17", 15),
        ("0x1F", 31),
        ("-4", -4),
        ("1_000", "1_000"),
        ("10:20", "10:20"),
        ("3.60", Decimal("3.60")),
        (".5", Decimal("0.5")),
        ("1e3", Decimal("1e3")),
        ("9" * 40, "9" * 40),
        (".inf", ".inf"),
        ("'443'", "443"),
        ('"true"', "true"),
        ("|\n a\n b\n", "a\nb\n"),
        ("tcp/443", "tcp/443"),
    ],
)
def test_scalars_mean_what_yaml_1_2_says(tmp_path: Path, text: str, value: Any) -> None:
    """Words other than true, false and null, and dates, are strings; quotes make strings of all."""
    read = read_document(written(tmp_path, f"a: {text}")).data["a"]
    assert (read, type(read)) == (value, type(value))


def test_everything_has_a_place(tmp_path: Path) -> None:
    """A key is found where it stands, an item where it begins, and what is missing where it should be."""
    document = read_document(written(tmp_path, "\ufeffä: {b: [1,\n  c]}\n"))
    places = [document.where(*path) for path in ((), ("ä",), ("ä", "b"), ("ä", "b", 1), ("ä", "nope", 3))]
    assert [(place.line, place.column) for place in places] == [(1, 1), (1, 1), (1, 5), (2, 3), (1, 1)]
    assert len(document.sha256) == 64


def test_aliases_repeat_what_they_name(tmp_path: Path) -> None:
    """An alias stands for the value, at the anchor's place."""
    document = read_document(written(tmp_path, "a: &x [1, {b: 2}]\nc: *x\n"))
    assert document.data == {"a": [1, {"b": 2}], "c": [1, {"b": 2}]}
    assert document.where("c", 1, "b").line == 1
    assert document.where("c").line == 2


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 20)
)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 1\nb: 2\na: 3\n", "3:1: key `a` stands here twice; it is first in line 1"),
        ("a:\n\tb: 1\n", "2:1: this is no YAML: found character that cannot start any token (a tab cannot indent"),
        ("a: b: c\n", "1:5: this is no YAML: mapping values are not allowed"),
        (
            "a: [1,\nb: 2\n",
            "3:1: this is no YAML: did not find expected ',' or ']' to what begins in line 1 (a bracket or quote is open",
        ),
        ("a: 'x\n", "this is no YAML: found unexpected end of stream"),
        ("a: \x01\n", "1:1: a control character stands here"),
        ("a: *x\n", "1:4: `*x` names no anchor above it"),
        ("a: &x [*x]\n", "1:8: `*x` names no anchor above it"),
        ("a: !!python/object x\n", "1:4: tags (`!...`) have no meaning here"),
        ("a: !env X\n", "1:4: tags"),
        ("? [a]\n: 1\n", "1:3: a key is a name"),
        ("a: 1\n---\nb: 2\n", "2:1: a second document starts here"),
        ("", "1:1: the file is empty"),
        ("# nothing\n", "1:1: the file is empty"),
        ("a: " + "[" * 40 + "]" * 40, "nested more than 32 deep"),
        ("a: " + "[" * 100_000, "nested more than 32 deep"),
        ("- " * 100_000, "nested more than 32 deep"),
        (BOMB, "unfolds to more than 100000 values"),
    ],
)
def test_what_cannot_be_read_names_its_place(tmp_path: Path, text: str, says: str) -> None:
    """Every way to be no document of ours is an error with a line, and none takes long."""
    (complaint,) = complaints(lambda: read_document(written(tmp_path, text)))
    assert says in complaint


def test_bytes_that_are_no_text_name_their_line(tmp_path: Path) -> None:
    """Another encoding, and a file that is too large, are said in plain words."""
    path = tmp_path / "pamlint.yaml"
    path.write_bytes(b"a: 1\nb: \xff\n")
    assert complaints(lambda: read_document(path)) == ["2:1: this is not UTF-8; save the file in that encoding"]
    path.write_bytes(b"#" * (MOST_BYTES + 1))
    assert "larger than 1 MiB" in complaints(lambda: read_document(path))[0]
