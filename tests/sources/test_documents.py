"""Documents that are no plan or state, or broken ones: each is a problem with its place and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from pamlint.model.errors import UserError
from pamlint.sources.documents import read_document

BROKEN = [
    (b'{"planned_values": {"root_module": {', 1, 37, "the JSON ends too early: the file is cut off"),
    (b'{"planned_values":\n  oops}', 2, 3, "this is no JSON: expecting value"),
    (b'{"planned_values":\n {"root_mod', 2, 3, "the JSON ends too early: the file is cut off"),
    (b"", 1, 1, "there is nothing in it: what was to write it has failed"),
    (b" \r\n", 1, 1, "there is nothing in it: what was to write it has failed"),
    (
        b'{"format_version": "2.0", "planned_values": {}}',
        1,
        1,
        "it is written in format 2.0, which came after this pamlint; it reads 0.1 to 1.x",
    ),
    (b"[]", 1, 1, "this is JSON, but neither a plan nor a state nor a live document"),
    (b'{"a": 1}', 1, 1, "this is JSON, but neither a plan nor a state nor a live document"),
    (b'{"values":\n"\xff"}', 2, 1, "byte 0xff is not UTF-8"),
    (b"[" * 200_000, 1, 1, "the JSON is nested too deeply"),
    (
        b'{"@level":"info","@message":"x"}\n{"@level":"info","@message":"y"}\n',
        2,
        1,
        "this is what `terraform plan -json` logs, not a plan; `terraform plan -out plan.bin` and `terraform show -json plan.bin` give one",
    ),
    (
        b'{"planned_values": {"root_module": {"resources": [{}]}}}',
        1,
        1,
        "the plan is not as Terraform writes it: KeyError('address')",
    ),
]


@pytest.mark.parametrize(("data", "line", "column", "message"), BROKEN)
def test_broken_documents(tmp_path: Path, data: bytes, line: int, column: int, message: str) -> None:
    """A document that cannot be read makes its input incomplete and says where, why, and how to write it again."""
    path = tmp_path / "plan.json"
    path.write_bytes(data)
    (reading,) = read_document(path, lambda _: True)
    (problem,) = reading.problems
    assert not reading.input.complete
    assert problem.check == "unreadable-input"
    assert problem.message == message
    assert problem.location
    assert (problem.location.line, problem.location.column) == (line, column)
    assert "terraform show -json" in problem.tip


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PK\x03\x04rest", "this is a plan in Terraform's own binary form; `terraform show -json FILE` writes it as JSON"),
        (b'{"encrypted_data": "x", "serial": 1}', "the state is encrypted; `tofu show -json` writes it in plain"),
    ],
)
def test_what_has_no_place(tmp_path: Path, data: bytes, message: str) -> None:
    """A document in a form of its own is told as what it is."""
    path = tmp_path / "plan.json"
    path.write_bytes(data)
    assert read_document(path, lambda _: True)[0].problems[0].message == message


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_encodings_of_shells(tmp_path: Path, encoding: str) -> None:
    """What PowerShell writes is read, too."""
    path = tmp_path / "state.json"
    path.write_bytes('{"format_version": "1.0", "values": {}}'.encode(encoding))
    assert read_document(path, lambda _: True)[0].input.complete


def test_missing_file(tmp_path: Path) -> None:
    """A path that is not there is the user's mistake."""
    with pytest.raises(UserError, match=r"gone\.json cannot be read: No such file"):
        read_document(tmp_path / "gone.json", lambda _: True)
