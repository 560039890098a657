"""Values from outside are constants, as Terraform takes them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pamlint.terraform.inputs import Settings
from tests.terraform.roots import problems, read, values, write

ROOT = 'variable "a" {\n  type = any\n}\nresource r x {\n  v = var.a\n}\n'

TAKEN = {
    '"${1 + 2}x"': "3x",
    "[for x in [1, 2] : x * 2]": [2, 4],
    "true ? 1 : nothing": 1,
    "[1, 2][0]": 1,
    "{ foo = 1 }.foo": 1,
    '"%{for x in [1]}${x}%{endfor}"': "1",
    "null": None,
}
REFUSED = {
    'upper("x")': "only a constant can stand here, and upper() is a function call",
    "try(1)": "only a constant can stand here, and try() is a function call",
    "[for x in [1] : upper(x)]": "only a constant can stand here, and upper() is a function call",
    '"${upper("x")}"': "only a constant can stand here, and upper() is a function call",
    "var.b": 'there is no variable named "var" here',
    "false && local.x": 'there is no variable named "local" here',
    "{ (foo) = 1 }": 'there is no variable named "foo" here',
}


@pytest.mark.parametrize("text", TAKEN)
def test_constants(tmp_path: Path, text: str) -> None:
    """What needs no name and no function has its value in a variable file, as Terraform 1.11 has it."""
    assert values(read(write(tmp_path, {"main.tf": ROOT, "terraform.tfvars": f"a = {text}\n"}))) == {"r.x": {"v": TAKEN[text]}}


@pytest.mark.parametrize("text", REFUSED)
def test_refused_in_files(tmp_path: Path, text: str) -> None:
    """Function calls and references in a variable file are refused, with their place, as Terraform 1.11 refuses them."""
    reading = read(write(tmp_path, {"main.tf": ROOT, "terraform.tfvars": f"a = {text}\n"}))
    (message, where) = next((message, where) for _, message, where in problems(reading))
    assert (message, where.split(":")[1]) == (f"a: {REFUSED[text]}", "1")
    assert not reading.input.complete


def test_refused_on_the_command_line(tmp_path: Path) -> None:
    """So they are in `-var`, in the environment and in a variable's own default."""
    default = 'variable "b" {\n  default = [upper("x")]\n}\nresource r y {\n  v = var.b\n}\n'
    write(tmp_path, {"main.tf": ROOT + default})
    refusal = "only a constant can stand here, and upper() is a function call"
    for settings in (Settings(variables={"a": '[upper("x")]'}), Settings(environment={"TF_VAR_a": '[upper("x")]'})):
        told = [message for _, message, _ in problems(read(tmp_path, settings=settings))]
        assert told == [f"var.a: {refusal}", f"var.b: {refusal}"]


def test_json_strings_are_no_templates(tmp_path: Path) -> None:
    """Strings in JSON variable files mean themselves."""
    write(tmp_path, {"main.tf": ROOT, "terraform.tfvars.json": '{"a": {"${foo}": "${upper("}}'})
    assert values(read(tmp_path)) == {"r.x": {"v": {"${foo}": "${upper("}}}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
def test_a_pipe_is_no_variable_file(tmp_path: Path) -> None:
    """A pipe that is named like a variable file is said, and nothing waits for it."""
    write(tmp_path, {"main.tf": ROOT})
    os.mkfifo(tmp_path / "terraform.tfvars")
    assert "terraform.tfvars is no regular file" in problems(read(tmp_path))[0][1]
