"""Whatever a file demands, an answer comes, and it names the limit that was reached."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pamlint.sources.code import Settings, read_root
from pamlint.terraform import blocks, files, modules, repetition, scope, session, syntax
from pamlint.terraform.functions import signature
from pamlint.terraform.reader import json_syntax, tokens
from pamlint.terraform.scope import Budget
from tests.terraform.roots import problems, read, write

MANY = 10_000
BRACKETS = "local.a is not evaluated: brackets nested more than 400 levels deep"
NESTED = {
    "brackets": ("[", "1", "]", BRACKETS),
    "braces": ("{a=", "1", "}", BRACKETS),
    "parentheses": ("(", "1", ")", BRACKETS),
    "indexes": ("local.b[", "0", "]", BRACKETS),
    "calls": ("upper(", '"x"', ")", BRACKETS),
    "loops": ("[for x in [1] : ", "x", "]", BRACKETS),
    "templates": ('"${', "1", '}"', BRACKETS),
    "conditions": ("true ? 1 : ", "1", "", "local.a is not evaluated: nested too deeply"),
    "negations": ("!", "true", "", "local.a is not evaluated: nested too deeply"),
    "minus signs": ("-", "1", "", "local.a is not evaluated: nested too deeply"),
    "sums": ("1+", "1", "", "local.a is not evaluated: nested too deeply"),
    "conjunctions": ("true && ", "true", "", "local.a is not evaluated: nested too deeply"),
    "directives": (
        "",
        '"' + "%{if true}" * MANY + "x" + "%{endif}" * MANY + '"',
        "",
        "local.a is not evaluated: nested too deeply",
    ),
    "splats": ("", "local.b" + "[*]" * MANY, "", "local.a is not evaluated: nested too deeply"),
}
RANGE = "  r = range(1000)\n"
LOCALS = {
    "product": (
        f'{RANGE}  a = [for a in local.r : [for b in local.r : [for c in local.r : [for d in local.r : "${{a}}"]]]]\n',
        "local.a is not evaluated: more than 300,000 elements",
    ),
    "doubling strings": (
        '  a0 = "xxxxxxxxxx"\n'
        + "".join(f'  a{i} = "${{local.a{i - 1}}}${{local.a{i - 1}}}"\n' for i in range(1, 60))
        + "  a = local.a59\n",
        "local.a19 is not evaluated: more than 4,000,000 characters",
    ),
    "doubling lists": (
        '  a0 = ["x"]\n' + "".join(f"  a{i} = [local.a{i - 1}, local.a{i - 1}]\n" for i in range(1, 30)) + "  a = local.a29\n",
        "local.a18 is not evaluated: more than 500,000 elements",
    ),
    "long chains": (
        "  a0 = 1\n" + "".join(f"  a{i} = local.a{i - 1} + 1\n" for i in range(1, MANY)) + f"  a = local.a{MANY - 1}\n",
        "is not evaluated: nested too deeply",
    ),
    "setproduct": (
        f"{RANGE}  a = setproduct(local.r, local.r, local.r, local.r)\n",
        "local.a is not evaluated: setproduct() with more than 200,000 elements",
    ),
    "replace": (
        f'{RANGE}  x = join("", [for i in local.r : "aaaaaaaaaa"])\n  a = replace(local.x, "a", local.x)\n',
        "local.a is not evaluated: replace() with more than 16,000,000 characters",
    ),
    "format": ('  a = format("%1000000000d", 1)\n', "local.a is not evaluated: format() with more than 16,000,000 characters"),
    "json": (
        f'  a = jsondecode("{"[" * 50000}{"]" * 50000}")\n',
        "local.a is not evaluated: jsondecode() of too deeply nested JSON",
    ),
    "yaml": (
        f'  a = yamldecode("{"[" * 50000}{"]" * 50000}")\n',
        "local.a is not evaluated: yamldecode() with more than 200 levels",
    ),
    "heredoc": (
        "  a = <<EOT\n" + ("y" * 79 + "\n") * 650_000 + "EOT\n",
        "local.a is not evaluated: more than 4,000,000 characters",
    ),
    "indented heredoc": (
        "  a = <<-EOT\n" + ("  " + "y" * 77 + "\n") * 60_000 + "  EOT\n",
        "local.a is not evaluated: more than 4,000,000 characters",
    ),
    "heredoc with a template": (
        "  a = <<-EOT\n" + ("  " + "y" * 77 + "\n") * 60_000 + "  ${terraform.workspace}\n  EOT\n",
        "local.a is not evaluated: more than 4,000,000 characters",
    ),
    "list": (f"  a = [{', '.join(['1'] * 300_000)}]\n", "the file has more than 500,000 words and signs"),
    "locals": ("".join(f"  a{i} = {i}\n" for i in range(200_000)), "the file has more than 500,000 words and signs"),
    "templates": ('  a = "' + "${1}" * 200_000 + '"\n', "the file has more than 500,000 words and signs"),
    "steps": ("  a = local.b" + "[0]" * 1_000_000 + "\n", "the file has more than 500,000 words and signs"),
    "names": ("  a = (b" + ".b" * 1_500_000 + ")\n", "the file has more than 500,000 words and signs"),
    "filled strings": ('  a = "' + "${b}" * 600_000 + '"\n', "the file has more than 500,000 words and signs"),
    "comments": ("  #\n" * 600_000 + "  a = 1\n", "the file has more than 500,000 words and signs"),
    "digits": (f"  a = {'1' * 1_000_000}\n", "numbers have at most 1,000 digits"),
    "exponents": ("  a = 1e1000000\n", "numbers beyond 1e4000 are not supported"),
    "squares of small numbers": (
        "  a0 = 0.123456789\n"
        + "".join(f"  a{i} = local.a{i - 1} * local.a{i - 1}\n" for i in range(1, 60))
        + "  a = local.a59\n",
        "numbers beyond 1e4000 are not supported, nor below 1e-4000",
    ),
    "long numbers": (f"  a = [{('9' * 900 + ', ') * 600}]\n", "the file has more than 500,000 words and signs"),
    "equal objects that double": (
        "  a0 = {x = 1}\n"
        + "".join(f"  a{i} = {{l = local.a{i - 1}, r = local.a{i - 1}}}\n" for i in range(1, 17))
        + "  a = [for a in range(1000) : local.a16 == local.a16]\n",
        "local.a is not evaluated: more than 300,000 elements",
    ),
    "calls that take long": (
        '  a = [for a in range(1000) : [for b in range(1000) : formatdate("hh:mm:ss", "2020-01-01T00:00:00Z")]]\n',
        "local.a is not evaluated: more than 300,000 elements",
    ),
    "a long name": (f"  {'a' * 3_000_000} = 1\n", "the file has more than 500,000 words and signs"),
    "escapes": ('  a = "' + "\\n" * 2_500_000 + '"\n', "local.a is not evaluated: more than 4,000,000 characters"),
    "quoted quotes": (
        '  a0 = "\\"\\"\\"\\""\n' + "".join(f"  a{i} = jsonencode(local.a{i - 1})\n" for i in range(1, 40)) + "  a = local.a39\n",
        "jsonencode() with more than 16,000,000 characters",
    ),
    "condition that never holds": (
        f"{RANGE}  a = [for a in local.r : [for b in local.r : [for c in local.r : c if false]]]\n",
        "local.a is not evaluated: more than 300,000 elements",
    ),
    "groups": (
        f"{RANGE}  a = {{for p in setproduct(local.r, local.r) : p[0] => p[1]...}}\n",
        "local.a is not evaluated: setproduct() with more than 200,000 elements",
    ),
    "calls over and over": (
        f"{RANGE}  a = [for a in local.r : [for b in local.r : index(local.r, 999)]]\n",
        "local.a is not evaluated: more than 300,000 elements",
    ),
    "comparisons over and over": (
        f"{RANGE}  a = [for a in local.r : [for b in local.r : local.r == local.r]]\n",
        "local.a is not evaluated: more than 300,000 elements",
    ),
    "hashes over and over": (
        f'{RANGE}  x = join("", [for i in local.r : "aaaaaaaaaaaaaaaaaaaa"])\n'
        "  a = [for a in local.r : [for b in local.r : sha512(local.x)]]\n",
        "local.a is not evaluated: more than 300,000 elements",
    ),
    "subnets": (
        f'{RANGE}  a = [for i in local.r : cidrsubnets("10.0.0.0/8", [for j in local.r : 24]...)]\n',
        "local.a is not evaluated: more than 300,000 elements",
    ),
    "regular expression": ('  a = regex("((a{100}){100}){100}", "a")\n', "is no regular expression"),
    "aliases": (
        '  a = yamldecode("a: &a [x,x,x,x,x,x,x,x]\\n'
        + "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 8)}]\\n" for a, b in zip("abcdef", "bcdefg", strict=True))
        + '")\n',
        "yamldecode() with more than 100,000 elements",
    ),
    "range": ("  a = range(1025)\n", "range(): more than 1,024 numbers"),
    "long cycle": (
        "  a0 = local.a999\n" + "".join(f"  a{i} = local.a{i - 1}\n" for i in range(1, 1000)) + "  a = local.a999\n",
        "local.a999 depends on itself",
    ),
}
BODIES = {
    "count": ("  count = 1000000000\n", "r.x.count is not evaluated: more than 20,000 instances"),
    "for_each": (
        '  for_each = toset([for p in setproduct(range(200), range(200)) : "${p[0]}-${p[1]}"])\n',
        "r.x.for_each is not evaluated: more than 20,000 instances",
    ),
    "dynamic": (
        "  for_each = toset([for i in range(300) : tostring(i)])\n"
        "  dynamic b {\n    for_each = range(1000)\n    content {}\n  }\n",
        "more than 2,000,000 elements in all; nothing else of this size is, from here on",
    ),
    "instances with blocks": (
        "  count = 20000\n  b {}\n  b {}\n",
        "r.x.count is not evaluated: more than 2,000,000 elements in all",
    ),
    "blocks": ("  b {\n" * 30 + "  }\n" * 30, "is not evaluated: blocks nested more than 20 levels deep"),
    "cycle": ("  v = r.x.v\n", "r.x.v depends on itself"),
}


def said(directory: Path, text: str) -> list[str]:
    """The messages for one file, in which everything is wanted."""
    reading = read(write(directory, {"main.tf": text}))
    assert reading.input.complete == all(problem.check == "unresolved-value" for problem in reading.problems)
    return [message for _, message, _ in problems(reading)]


@pytest.mark.parametrize("name", NESTED)
def test_nesting(tmp_path: Path, name: str) -> None:
    """Ten thousand levels of anything are too many."""
    opening, middle, closing, limit = NESTED[name]
    text = opening * MANY + middle + closing * MANY
    (message,) = said(tmp_path, f"locals {{\n  a = {text}\n}}\nresource r x {{\n  v = local.a\n}}\n")
    assert message == limit


@pytest.mark.parametrize("name", LOCALS)
def test_sizes(tmp_path: Path, name: str) -> None:
    """Nothing grows without end."""
    text, limit = LOCALS[name]
    messages = said(tmp_path, f"locals {{\n{text}}}\nresource r x {{\n  v = local.a\n}}\n")
    assert limit in messages[0]


@pytest.mark.parametrize("name", BODIES)
def test_repetition(tmp_path: Path, name: str) -> None:
    """No resource is repeated without end."""
    text, limit = BODIES[name]
    assert limit in said(tmp_path, f"resource r x {{\n{text}}}\n")[0]


def test_json(tmp_path: Path) -> None:
    """JSON is bounded like everything else."""
    for text, limit in (
        ("[" * MANY, "nested more than 200"),
        (f"[{'1,' * 300_000}1]", "more than 200,000 values"),
        (f"[{('9' * 900 + ',') * 300}1]", "more than 200,000 values"),
        ("9" * 1001, "numbers have at most 1,000 digits"),
    ):
        write(tmp_path, {"main.tf": "", "big.tf.json": f'{{"locals": {{"a": {text}}}}}'})
        assert limit in problems(read(tmp_path))[0][1]


CALL = "module a {\n  source = %s\n  count = 10\n}\n"
TREES = {
    "counted ten deep": {
        "main.tf": CALL % '"./m0"',
        **{f"m{i}/main.tf": CALL % f'"../m{i + 1}"' for i in range(10)},
        "m10/main.tf": "resource r x {}\n",
    },
    "ten calls ten deep": {
        "main.tf": 'module a {\n  source = "./m0"\n}\n',
        **{f"m{i}/main.tf": "".join(f'module a{j} {{\n  source = "../m{i + 1}"\n}}\n' for j in range(10)) for i in range(10)},
        "m10/main.tf": "resource r x {}\n",
    },
    "outputs that double": {
        "main.tf": 'module a {\n  source = "./m0"\n}\nresource r x {\n  v = module.a.o\n}\n',
        **{
            f"m{i}/main.tf": f'module a {{\n  source = "../m{i + 1}"\n}}\nmodule b {{\n  source = "../m{i + 1}"\n}}\n'
            "output o {\n  value = [module.a.o, module.b.o]\n}\n"
            for i in range(20)
        },
        "m20/main.tf": "output o {\n  value = 1\n}\n",
    },
}


@pytest.mark.parametrize("name", TREES)
def test_modules(tmp_path: Path, name: str) -> None:
    """Modules are not repeated without end; what is not read is said once, and nothing is proved by its absence."""
    reading = read(write(tmp_path, TREES[name]))
    limit = "more than 5,000 module instances in all"
    told = [problem.message for problem in reading.problems if limit in problem.message]
    assert len(told) == 1
    assert told[0].endswith(f"is not read, nor is any module instance that comes after it: {limit}")
    assert [limit in unread for unread in reading.unread] == [True]


def test_roots_together(tmp_path: Path) -> None:
    """What all roots of an estate cost together is bounded as well."""
    text = "resource r x {\n  count = 12000\n  b {}\n  b {}\n}\n"
    estate = Budget()
    readings = [
        read_root(write(tmp_path / name, {"main.tf": text}), boundary=tmp_path, wanted=bool, settings=Settings(), estate=estate)
        for name in ("one", "two", "three")
    ]
    assert [len(reading.resources) for reading in readings] == [12_000, 12_000, 1]
    assert "more than 5,000,000 elements in all roots together" in readings[2].problems[0].message


READS = {
    "a large file again and again": ('[for a in range(1000) : filesha256("large")]', {"large": "x" * 10_000_000}),
    "many folders again and again": ('[for a in range(1000) : fileset(".", "**")]', {f"{name}/x": "" for name in range(200)}),
    "a small file again and again": ('[for a in range(1000) : [for b in range(1000) : fileexists("x")]]', {"x": ""}),
}


@pytest.mark.parametrize("name", READS)
def test_reading_files_is_work(tmp_path: Path, name: str) -> None:
    """What functions read of the disk counts as what they look through."""
    value, there = READS[name]
    text = f"locals {{\n  a = {value}\n}}\nresource r x {{\n  v = local.a\n}}\n"
    reading = read(write(tmp_path, {"main.tf": text, **there}))
    assert [message for _, message, _ in problems(reading)] == ["local.a is not evaluated: more than 300,000 elements"]


LINKS = {
    "a pipe": (lambda place: os.mkfifo(place), "x.tf is no regular file"),  # noqa: PLW0108 -- not every system has it
    "a link to itself": (lambda place: place.symlink_to(place.name), "x.tf cannot be read: Too many levels of symbolic links"),
    "a link to a device": (lambda place: place.symlink_to("/dev/zero"), "x.tf lies outside"),
}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
@pytest.mark.parametrize("name", LINKS)
def test_files_that_are_none(tmp_path: Path, name: str) -> None:
    """Pipes, devices and links that lead nowhere are said, and nothing waits for them."""
    make, message = LINKS[name]
    make(tmp_path / "x.tf")
    reading = read(tmp_path)
    assert message in reading.problems[0].message
    assert not reading.input.complete


def test_documented() -> None:
    """The page on bounds has every limit as it is."""
    page = (Path(__file__).parents[2] / "docs" / "bounds.md").read_text(encoding="utf-8")
    limits = (
        f"{scope.MAX_STEPS:,} elements",
        f"{scope.MAX_STEPS_IN_ALL:,} elements in all",
        f"{scope.MAX_STEPS_IN_ESTATE:,} elements in all roots together",
        f"{session.MAX_ELEMENTS:,} elements",
        f"{signature.MAX_ITEMS:,} elements",
        f"{syntax.MAX_TEXT:,} characters",
        f"{signature.MAX_TEXT:,} characters",
        f"{repetition.MAX_INSTANCES:,} instances, {repetition.MAX_INSTANCES:,} blocks",
        f"{modules.MAX_MODULES:,} module instances",
        f"{tokens.MAX_NESTING} levels | brackets",
        f"{scope.MAX_DEPTH} levels | collections",
        f"{modules.MAX_MODULE_DEPTH} levels | modules",
        f"{blocks.MAX_DEPTH} levels | blocks",
        f"{files.MAX_BYTES:,} bytes",
        f"{tokens.MAX_TOKENS:,} words and signs",
        f"{json_syntax.MAX_VALUES:,} values",
    )
    assert [limit for limit in limits if limit not in page] == []
