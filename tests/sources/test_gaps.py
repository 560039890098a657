"""What was not read is named for every ACL that it may hold rules of."""

from __future__ import annotations

from pathlib import Path

import pytest

from pamlint.clouds import TYPES, convert
from pamlint.model.resource import Reading
from pamlint.sources.code import Settings, read_root
from pamlint.sources.documents import read_document
from pamlint.sources.gaps import gaps, lost
from tests.terraform.roots import write

GROUPS = "\n".join(f'resource "aws_security_group" "{name}" {{}}' for name in ("a", "b")) + "\n"
CALL = 'module "far" {{\n  source = "far/far/aws"\n{}\n}}\n'
LENDING = {
    "nothing": ("  x = 1", []),
    "an id": ("  x = aws_security_group.a.id", ["a"]),
    "a whole group": ("  x = aws_security_group.a", ["a"]),
    "in depth": ("  x = [{ for i in [1] : i => upper(aws_security_group.a.name) }]", ["a"]),
    "through a local": ("  x = local.ids.k", ["a", "b"]),
    "through a variable of another module": ("  x = module.near.id", ["b"]),
    "repeated": ("  for_each = { k = aws_security_group.b.id }\n  x = each.value", ["b"]),
    "no time": ("  count = 0\n  x = aws_security_group.a.id", []),
    "only in order": ("  depends_on = [aws_security_group.a]", []),
    "through a data source": ("  x = data.aws_security_group.again.id", ["a"]),
}


def reading(directory: Path, text: str) -> Reading:
    """A root with two groups."""
    more = "locals {\n  ids = { k = aws_security_group.a.id, l = aws_security_group.b.id }\n}\n"
    more += 'module "near" {\n  source = "./near"\n  given = aws_security_group.b\n}\n'
    more += 'data "aws_security_group" "again" {\n  name = aws_security_group.a.name\n}\n'
    near = 'variable "given" {}\noutput "id" {\n  value = var.given.id\n}\n'
    write(directory, {"main.tf": GROUPS + more + text, "near/main.tf": near})
    return read_root(directory, boundary=directory, wanted=TYPES.__contains__, settings=Settings())


def told(*readings: Reading) -> dict[str, tuple[str, ...]]:
    """The gaps of each group of code by the group's name."""
    acls = convert([resource for each in readings for resource in each.resources], {}).acls
    found = gaps(acls, readings)
    return {acl.address.removeprefix("aws_security_group."): found[acl.key] for acl in acls if acl.key in found}


@pytest.mark.parametrize("arguments,groups", LENDING.values(), ids=LENDING)
def test_absent_modules(tmp_path: Path, arguments: str, groups: list[str]) -> None:
    """A module that is not on disk may hold rules of each group that its arguments lead to."""
    read = reading(tmp_path, CALL.format(arguments))
    assert told(read) == dict.fromkeys(groups, ("module.far",))
    assert lost([read]) == (() if "count = 0" in arguments else ("module.far",))


def test_files_and_documents(tmp_path: Path) -> None:
    """A broken file may hold rules of its root's groups; a broken plan those of any."""
    write(tmp_path, {"code/broken.tf": "x", "plan.json": '{"planned_values": {'})
    code = reading(tmp_path / "code", "")
    (plan,) = read_document(tmp_path / "plan.json", TYPES.__contains__)
    names = (*code.unread, *plan.unread)
    assert [Path(name).name for name in names] == ["broken.tf", "plan.json"]
    assert told(code)["a"] == told(code)["b"] == code.unread
    assert told(code, plan)["a"] == (*plan.unread, *code.unread)
    assert lost([code, plan]) == names
