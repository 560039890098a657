"""Functions of files: what they find, and that a pattern cannot hang them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from pamlint.terraform.functions import call
from pamlint.terraform.plain import to_plain
from pamlint.terraform.values import EvaluationError, ObjectValue, UnknownValue, Value
from tests.terraform.roots import read, write

NAMES = ("a/b/y.json", "a/x.txt", "c/z.txt", ".h/h.txt", "main.tf", "a" * 200)


class Directory:
    """Surroundings with a few files that are not there."""

    def read(self, path: str) -> bytes | UnknownValue:
        if path.startswith("../"):
            return UnknownValue((f"{path} (outside)",))
        if path not in ("text", "bytes"):
            raise EvaluationError(f"there is no file {path}")
        return b"hi\n" if path == "text" else b"\xff"

    def is_file(self, path: str) -> bool | UnknownValue:
        return path == "text"

    def files_below(self, path: str) -> Iterable[str] | UnknownValue:
        return NAMES

    def absolute(self, path: str) -> str:
        return str(Path("/root", path))

    def render(self, template: str, name: str, variables: Mapping[str, Value], *, files: bool) -> Value:
        return f"{name}: {template.strip()} {sorted(variables)} {files}"

    def parse_arguments(self, text: str) -> Mapping[str, Value]:
        return {"parsed": text}


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("*.tf", ["main.tf"]),
        ("**/*.txt", [".h/h.txt", "a/x.txt", "c/z.txt"]),
        ("a/*", ["a/x.txt"]),
        ("a/**", ["a/b/y.json", "a/x.txt"]),
        ("**.tf", ["main.tf"]),
        ("{a,c}/?.txt", ["a/x.txt", "c/z.txt"]),
        ("[ac]/*.txt", ["a/x.txt", "c/z.txt"]),
        ("[^a]/*.txt", ["c/z.txt"]),
        ("./a/../c/z.txt", ["c/z.txt"]),
        ("../*.tf", ["../main.tf"]),
        ("*a" * 50 + "b", []),
    ],
)
def test_fileset(pattern: str, wanted: list[str]) -> None:
    """Patterns find what Terraform finds, at once."""
    assert to_plain(call("fileset", [".", pattern], Directory())) == wanted


@pytest.mark.parametrize("pattern", ["{a", "a/["])
def test_wrong_patterns(pattern: str) -> None:
    """A bracket that is not closed is an error."""
    with pytest.raises(EvaluationError, match="is not closed"):
        call("fileset", [".", pattern], Directory())


FILES: list[tuple[str, list[Value], object]] = [
    ("file", ["text"], "hi\n"),
    ("filebase64", ["bytes"], "/w=="),
    ("filemd5", ["text"], "764efa883dda1e11db47671c4a3bbd9e"),
    ("fileexists", ["text"], True),
    ("abspath", ["x"], "/root/x"),
    ("templatefile", ["text", ObjectValue({"n": 1})], "text: hi ['n'] True"),
    ("templatestring", ["t", ObjectValue({})], "the template: t [] False"),
    ("provider::terraform::decode_tfvars", ["x"], {"parsed": "x"}),
]


@pytest.mark.parametrize(("name", "arguments", "wanted"), FILES)
def test_files(name: str, arguments: list[Value], wanted: object) -> None:
    """Functions of files read through their surroundings alone."""
    assert to_plain(call(name, arguments, Directory())) == wanted


@pytest.mark.parametrize("name", ["file", "filebase64", "filesha256"])
def test_what_must_not_be_read_is_unknown(name: str) -> None:
    """A file that the surroundings keep back makes the value unknown, and says which."""
    value = call(name, ["../secret"], Directory())
    assert isinstance(value, UnknownValue)
    assert value.because == ("../secret (outside)",)


@pytest.mark.parametrize(
    ("path", "message"),
    [("gone", "file(): there is no file gone"), ("bytes", 'file(): "bytes" is not UTF-8; filebase64() reads any file')],
)
def test_messages(path: str, message: str) -> None:
    """An error says which file, and what reads it."""
    with pytest.raises(EvaluationError) as caught:
        call("file", [path], Directory())
    assert caught.value.message == message


TEMPLATES = {
    "${upper(a)}": "X",
    "${a == null ? 1 : a}-${basename(abspath(a))}": "x-x",
    "${1 + 1}": "2",
    "${file(a)}": None,
    "${fileexists(a)}": None,
    "${join(a, fileset(a, a))}": None,
    "${templatestring(a, {})}": None,
    "${a": None,
    "${b}": None,
}


def test_templates_that_are_strings(tmp_path: Path) -> None:
    """A template that is a string sees its variables, no file, and no other template; its result is a string."""
    written = "".join(
        f'resource r r{place} {{\n  v = try(templatestring(var.t[{place}], {{ a = "x" }}), null)\n}}\n'
        for place in range(len(TEMPLATES))
    )
    given = "".join(f"{json.dumps(text).replace('${', '$${')}," for text in TEMPLATES)
    reading = read(write(tmp_path, {"main.tf": f"variable t {{\n  default = [{given}]\n}}\n{written}"}))
    assert [resource.body.values.get("v") for resource in reading.resources] == list(TEMPLATES.values())
