"""Whatever a file demands, an answer comes, and it names the limit that was reached."""

from __future__ import annotations

from pathlib import Path

import pytest

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
        "more than 2,000,000 elements in all",
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
    for text, limit in (("[" * MANY, "nested more than 200"), (f"[{'1,' * 300_000}1]", "more than 200,000 values")):
        write(tmp_path, {"main.tf": "", "big.tf.json": f'{{"locals": {{"a": {text}}}}}'})
        assert limit in problems(read(tmp_path))[0][1]
