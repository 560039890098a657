"""The reader takes what Terraform takes, refuses what it refuses, and knows where everything stands."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest

from pamlint.model.errors import InputError
from pamlint.terraform.reader import lines, plain, read_native, tokens
from pamlint.terraform.reader.json_syntax import read_json
from pamlint.terraform.syntax import Body, Literal, Reference, SourceFile, Splat, Unread
from tests.terraform.console import AVAILABLE, run

GRAMMAR = json.loads(Path(__file__).with_name("hcl_grammar.json").read_text(encoding="utf-8"))


def _is_accepted(text: str) -> bool:
    try:
        read_native("x.tf", text.encode())
    except InputError:
        return False
    return True


def test_grammar() -> None:
    """Every case of the grammar table is decided as `terraform fmt` decides it."""
    assert {case["name"]: _is_accepted(case["text"]) for case in GRAMMAR} == {case["name"]: case["valid"] for case in GRAMMAR}


_PIECES = [
    *"{}[]()\"\n\r\t $%~=.,:?!<>*/+-&|#\\'_aE0é",
    "${",
    "%{",
    "<<E\n",
    "E\n",
    "for ",
    "in ",
    "if ",
    "endif",
    "...",
    "=>",
    "/*",
    "*/",
    "~}",
    "$${",
]


def _mutant(pick: random.Random) -> str:
    text = list(pick.choice(GRAMMAR)["text"])
    for _ in range(pick.choice([1, 1, 2, 3])):
        at = pick.randrange(len(text) + 1)
        if pick.random() < 0.4:
            del text[at : at + 1]
        else:
            text.insert(at, pick.choice(_PIECES))
    return "".join(text)


@pytest.mark.skipif(not AVAILABLE, reason="terraform is not on the path")
def test_mutants_live(tmp_path: Path) -> None:
    """Cases with characters dropped and put in are decided as the real `terraform fmt` decides them."""
    pick = random.Random(5)
    mutants = {f"m{number}.tf": _mutant(pick) for number in range(1500)}
    for name, text in mutants.items():
        (tmp_path / name).write_bytes(text.encode())
    done = run(tmp_path, "fmt", "-check", "-no-color", "-list=false")
    refused = set(re.findall(r"on (m\d+\.tf) line", done.stderr))
    assert {name: text for name, text in mutants.items() if _is_accepted(text) == (name in refused)} == {}


ERRORS = {
    "a = [\n  1,\n  2\n": (1, 5, "never closed"),
    "a = 1 b = 2\n": (1, 7, "a new line must begin here, not 'b'"),
    'resource "a" "b" {\n  x = "${1 +}"\n}\n': (2, 13, "a value is expected, not '}'"),
    'a = "${var.x"\n': (1, 13, "the string is not closed on its line"),
    "a = <<EOT\nx\n": (1, 5, "a line with nothing but EOT is missing"),
    'a = "\\q"\n': (1, 6, "\\q is no escape"),
    "a = <<EOT\n%{ if x }\nEOT\n": (2, 1, "this 'if' has no 'endif'"),
    'a = "%{ endfor }"\n': (1, 6, "'endfor' belongs to nothing"),
    "a = 1\na = 2\n": (2, 1, "set twice"),
    "a = 'x'\n": (1, 5, "strings are written with double quotes"),
    "a = ]\n": (1, 5, "']' closes nothing that is open"),
    "a = x.0.1\n": (1, 7, "[0][1]"),
    "a = 1.2.3\n": (1, 5, "1.2.3 is no number"),
}


def test_errors_have_places() -> None:
    """A syntax error names file, line, column and what is wrong, also inside templates."""
    for text, (line, column, message) in ERRORS.items():
        with pytest.raises(InputError) as raised:
            read_native("dir/x.tf", text.encode())
        location = raised.value.location
        assert location is not None
        assert (location.file, location.line, location.column) == ("dir/x.tf", line, column), text
        assert message in raised.value.message


def test_unclosed_comment() -> None:
    """A comment without end is refused where it begins, at once."""
    with pytest.raises(InputError, match="never closed") as raised:
        read_native("x.tf", b"a = 1\n" + b"/* " * 200_000)
    assert str(raised.value.location) == "x.tf:2:1"


DEEP = {
    "brackets": "[" * 5000 + "]" * 5000,
    "templates": '"${' * 3000 + "x" + '}"' * 3000,
    "negations": "!" * 10_000 + "x",
    "conditions": "x ? 1 : " * 10_000 + "1",
    "indexes": "x" + "[x" * 5000 + "]" * 5000,
}


@pytest.mark.parametrize("name", DEEP)
def test_deep_nesting(name: str) -> None:
    """A value that is nested without end is not read, and says so; what stands behind it is."""
    file = read_native("x.tf", f"a = {DEEP[name]}\nb = 1\n".encode())
    value = file.body.arguments["a"].value
    assert isinstance(value, Unread)
    assert (file.text[value.start : value.end], list(file.body.arguments)) == (DEEP[name], ["a", "b"])
    assert "nested" in value.limit


def test_deep_blocks() -> None:
    """Blocks that are nested without end are refused where they become too many."""
    with pytest.raises(InputError, match="blocks are nested more than 400 levels deep") as raised:
        read_native("x.tf", b"b {\n" * 5000)
    assert str(raised.value.location) == "x.tf:401:1"


def test_not_utf8() -> None:
    """Bytes that are no UTF-8 are refused with their line."""
    with pytest.raises(InputError, match="byte 0xff is not UTF-8") as raised:
        read_native("x.tf", b'a = 1\nb = "\xc3\xa9\xff"\n')
    assert raised.value.location is not None
    assert (raised.value.location.line, raised.value.location.column) == (2, 7)


def test_places_of_nodes_and_comments() -> None:
    """Nodes and comments know their offsets; a byte order mark and line ends of Windows do not shift them."""
    text = '\ufeff# é\r\nr "a" b { # c\r\n  x = var.l[0].id // d\r\n  y = a.b[*].c\r\n}\r\n'
    file = read_native("x.tf", text.encode())
    block = file.body.blocks[0]
    x, y = block.body.arguments["x"].value, block.body.arguments["y"].value
    assert (block.type, block.labels) == ("r", ["a", "b"])
    assert str(file.location(block.start, block.end)) == "x.tf:2:1"
    assert file.location(block.start, block.end).end_line == 5
    assert [comment.rstrip() for _, comment in file.comments] == ["# é", "# c", "// d"]
    assert isinstance(x, Reference)
    assert (x.root, [step.key for step in x.steps], file.text[x.start : x.end]) == ("var", ["l", 0, "id"], "var.l[0].id")
    assert isinstance(y, Splat)
    assert file.text[y.start : y.end] == "a.b[*].c"


def test_for_in_a_comment() -> None:
    """A word in a comment behind an opening brace is no `for`."""
    assert _is_accepted("a = {\n  # what is left for later\n  b = 1\n  c = 2\n}\n")
    assert _is_accepted("a = { /* one */ # for\n for x in y : x => x }\n")


def test_heredoc_marker_with_trailing_blanks() -> None:
    """A closing marker may have blanks behind it: the blocks after it are not swallowed."""
    text = 'a "p" {\n  x = <<POLICY\n{}\nPOLICY \n}\nb "open" {\n}\n'
    assert [block.type for block in read_native("x.tf", text.encode()).body.blocks] == ["a", "b"]


JSON = """{
  "//": "a comment",
  "resource": {"aws_vpc": {"a": {"cidr_block": "10.0.0.0/8"}, "b": [{"cidr_block": "${var.x}"}]}},
  "locals": [{"x": 1}, {"y": [true, null, 2.5]}]
}"""


def test_json_syntax() -> None:
    """JSON makes the same tree, with lines of its own."""
    file = read_json("x.tf.json", JSON.encode())
    told = [(block.type, block.labels, list(block.body.arguments)) for block in file.body.blocks]
    assert told == [
        ("resource", ["aws_vpc", "a"], ["cidr_block"]),
        ("resource", ["aws_vpc", "b"], ["cidr_block"]),
        ("locals", [], ["x"]),
        ("locals", [], ["y"]),
    ]
    value = file.body.blocks[0].body.arguments["cidr_block"].value
    assert isinstance(value, Literal)
    assert file.text[value.start : value.end] == '"10.0.0.0/8"'


JSON_ERRORS = {
    '{"a": 1,\n "b" 2}': (2, 6, "':' is expected"),
    '{"a": "${1 +}"}': (1, 13, "a value is expected"),
    '{"a": [1, 2}': (1, 12, "',' or ']' is expected"),
    '{"a": 1': (1, 8, "',' or '}' is expected"),
    '{"a": 1, "a": 2}': (1, 10, "set twice"),
    "[" * 5000: (1, 202, "nested more than 200"),
    "": (1, 1, "a JSON value is expected, not the end of the file"),
}


def test_json_errors_have_places() -> None:
    """Broken JSON, and broken templates in it, are refused with line and column."""
    for text, (line, column, message) in JSON_ERRORS.items():
        with pytest.raises(InputError) as raised:
            read_json("x.tf.json", text.encode())
        location = raised.value.location
        assert location is not None
        assert (location.line, location.column, message in raised.value.message) == (line, column, True), (
            text[:20],
            raised.value.message,
        )


def _tree(node: object) -> object:
    """A tree as plain values, offsets included."""
    if isinstance(node, list | tuple):
        return [_tree(part) for part in node]
    if isinstance(node, dict):
        return {name: _tree(part) for name, part in node.items()}
    if hasattr(node, "__slots__"):
        return (type(node).__name__, *(_tree(getattr(node, name)) for name in node.__slots__))
    return (type(node).__name__, node)


LINES = """# one
a = "x"
b = true // two
c = local.x[0].y["k"].z
d = [ "x", local.y.id, null, ]
e = "a-${local.x}-${ each.value.y }"
f = "${var.z}"
g = 012
resource "aws_vpc" main { # three
  h = []


  nested {
    i = for
  }
}
"""


@pytest.mark.parametrize(
    "text", [LINES, LINES.replace("\n", "\r\n"), LINES.rstrip()], ids=["unix", "windows", "no last line end"]
)
def test_lines_mean_what_tokens_mean(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read line by line makes the same tree as tokens make of it, with the same comments."""
    by_line = read_native("x.tf", text.encode())
    monkeypatch.setattr(lines, "_LINE", re.compile(r"(?!)"))
    monkeypatch.setattr(tokens, "_TOKEN", re.compile(tokens._TOKEN.pattern.replace(rf'|("{plain.FILLED}")', r"|((?!))")))
    by_tokens = read_native("x.tf", text.encode())
    assert _tree(by_line.body) == _tree(by_tokens.body)
    assert by_line.comments == by_tokens.comments


WORDS = [
    "a",
    "b.c",
    '"x"',
    '"${a.b}"',
    "1",
    "for",
    "true",
    "null.x",
    "[",
    "]",
    "{",
    "}",
    "=",
    ",",
    ".",
    "\n",
    "\n",
    "#",
    "$",
    "\\",
    "é",
    "/**/",
]


def test_lines_take_what_tokens_take(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random words are taken or refused line by line as tokens take or refuse them, and mean the same."""
    pick = random.Random(11)
    texts = [" ".join(pick.choices(WORDS, k=pick.randint(3, 12))) for _ in range(4000)]
    texts += [f"a = {' '.join(pick.choices(WORDS, k=pick.randint(1, 4)))}\n" for _ in range(4000)]
    by_line = [_read(text) for text in texts]
    monkeypatch.setattr(lines, "_LINE", re.compile(r"(?!)"))
    by_tokens = [_read(text) for text in texts]
    assert [text for text, one, other in zip(texts, by_line, by_tokens, strict=True) if one != other] == []
    assert 200 < sum(tree is not None for tree in by_line) < 6000


def _read(text: str) -> object:
    try:
        return _tree(read_native("x.tf", text.encode()).body)
    except InputError:
        return None


@pytest.mark.parametrize("length", [0, 1, 8_191, 8_192, 8_193, 40_000])
@pytest.mark.parametrize("lines", [0, 3, 3_000])
def test_positions_are_those_of_the_lines(length: int, lines: int) -> None:
    """Line and column of any offset, at the start of a line, at its end, at the end of the text, however long it is."""
    pick = random.Random(length + lines)
    text = "".join(pick.choices("xé\n", weights=(40_000, 4_000, lines), k=length))
    file = SourceFile("x.tf", text, Body({}, []), [])
    for offset in {0, length, *range(min(length, 40)), *pick.choices(range(length + 1), k=500)}:
        before = text[:offset].split("\n")
        assert file.position(offset) == (len(before), len(before[-1]) + 1), offset
