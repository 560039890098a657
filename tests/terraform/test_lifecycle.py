"""What a `lifecycle` block keeps Terraform from changing, as Terraform 1.11 made of each form, and OpenTofu from making at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pamlint.model.resource import Reading
from tests.terraform import console
from tests.terraform.roots import problems, read, values, write

BLOCK = """resource "r" "x" {
  a = 1
  lifecycle {
    %s
  }
}
"""
JSON = '{"resource": {"r": {"x": {"lifecycle": {"ignore_changes": %s}}}}}'
LIST = "ignore_changes is a list of arguments that is written out, or all"
NAMES = "ignore_changes names arguments, with constant keys at most"

LEFT_ALONE = [
    ("[a]", ["a"]),
    ("[a, b]", ["a", "b"]),
    ('["a", b]', ["a", "b"]),
    ('[" a"]', ["a"]),
    ("[]", []),
    ("all", ["*"]),
    ("[all]", ["all"]),
    ('["all"]', ["all"]),
    ("[a[0]]", ["a.0"]),
    ("[a.0, b]", ["a.0", "b"]),
    ('["a[0].b"]', ["a.0.b"]),
    ('[tags["Name"]]', ["tags.Name"]),
]
REFUSED = [
    ('"all"', [], LIST, "4:22"),
    ("(all)", [], LIST, "4:22"),
    ("null", [], LIST, "4:22"),
    ("a", [], LIST, "4:22"),
    ('"a"', [], LIST, "4:22"),
    ("var.names", [], LIST, "4:22"),
    ("concat([a])", [], LIST, "4:22"),
    ("[for x in [1] : a]", [], LIST, "4:22"),
    ('["*"]', [], NAMES, "4:23"),
    ("[b, 1]", ["b"], NAMES, "4:26"),
    ("[(a)]", [], NAMES, "4:23"),
    ("[f()]", [], NAMES, "4:23"),
    ('["${a}"]', [], NAMES, "4:23"),
    ('["in out"]', [], NAMES, "4:23"),
    ('[""]', [], NAMES, "4:23"),
    ("[a[*]]", [], NAMES, "4:23"),
    ('["a[*]"]', [], NAMES, "4:23"),
    ("[a[var.x]]", [], NAMES, "4:23"),
]


def kept(reading: Reading) -> list[list[str]]:
    """What is kept of each resource."""
    return [sorted(resource.kept) for resource in reading.resources]


@pytest.mark.parametrize(("written", "found"), LEFT_ALONE)
def test_what_is_left_alone(written: str, found: list[str], tmp_path: Path) -> None:
    """Arguments and parts of them, also in quotes as Terraform 0.11 had them; the keyword stands for every argument."""
    reading = read(write(tmp_path, {"main.tf": BLOCK % f"ignore_changes = {written}"}))
    assert (kept(reading), problems(reading)) == ([found], [])


@pytest.mark.parametrize(("written", "found", "message", "place"), REFUSED)
def test_what_terraform_refuses_is_told_and_keeps_nothing(
    written: str, found: list[str], message: str, place: str, tmp_path: Path
) -> None:
    """Nothing is evaluated in there, so whatever would have to be is an error with its place."""
    reading = read(write(tmp_path, {"main.tf": BLOCK % f"ignore_changes = {written}"}))
    assert (kept(reading), problems(reading)) == ([found], [("unreadable-input", f"r.x: {message}", f"main.tf:{place}")])


@pytest.mark.skipif(not console.AVAILABLE, reason="there is no terraform")
def test_the_real_terraform_refuses_the_same(tmp_path: Path) -> None:
    """And takes the rest, before it asks the provider which arguments there are."""
    written = [*LEFT_ALONE, *REFUSED]
    block = 'resource "terraform_data" "x%s" {\n  lifecycle {\n    ignore_changes = %s\n  }\n}\n'
    write(tmp_path, {f"{place}.tf": block % (place, text) for place, (text, *_) in enumerate(written)})
    answer = json.loads(console.run(tmp_path, "validate", "-json").stdout)
    wrong = {each["range"]["filename"] for each in answer["diagnostics"] if each["severity"] == "error"}
    assert sorted(wrong) == sorted(f"{place}.tf" for place in range(len(LEFT_ALONE), len(written)))


def test_a_resource_has_one_lifecycle(tmp_path: Path) -> None:
    """Terraform refuses a second block, whatever it says."""
    code = BLOCK.replace("  a = 1\n", "  lifecycle {}\n") % "ignore_changes = [a]"
    reading = read(write(tmp_path, {"main.tf": code}))
    assert problems(reading) == [("unreadable-input", "r.x has more than one lifecycle block", "main.tf:3:3")]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ('"all"', ["*"]),
        ('" all "', ["*"]),
        ('["a", "b[0]"]', ["a", "b.0"]),
        ('["all"]', ["all"]),
    ],
)
def test_json_has_names_in_quotes(written: str, found: list[str], tmp_path: Path) -> None:
    """The keyword too."""
    reading = read(write(tmp_path, {"main.tf.json": JSON % written}))
    assert (kept(reading), problems(reading)) == ([found], [])


@pytest.mark.parametrize("written", ['"a"', "null", '{"a": 1}', '"${all}"', '["*"]', '[["a"]]', '["${a}"]'])
def test_json_is_refused_as_well(written: str, tmp_path: Path) -> None:
    """By the same rules."""
    reading = read(write(tmp_path, {"main.tf.json": JSON % written}))
    assert kept(reading) == [[]]
    assert [check for check, _, _ in problems(reading)] == ["unreadable-input"]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("ignore_changes = [a]", "create_before_destroy = true", ["a"]),
        ("create_before_destroy = true", "ignore_changes = [a]", ["a"]),
        ("create_before_destroy = true", "ignore_changes = all", ["*"]),
        ("ignore_changes = [a]", "ignore_changes = [b]", ["b"]),
        ("ignore_changes = [a]", "ignore_changes = all", ["*"]),
        ("ignore_changes = [a]", "ignore_changes = []", ["a"]),
        ("ignore_changes = all", "ignore_changes = [b]", ["*"]),
        ("ignore_changes = all", "ignore_changes = []", ["*"]),
    ],
)
def test_an_override_names_anew_what_is_left_alone(before: str, after: str, found: list[str], tmp_path: Path) -> None:
    """Its lifecycle is merged by argument: what it does not name stays, and so does the keyword."""
    reading = read(write(tmp_path, {"main.tf": BLOCK % before, "x_override.tf": BLOCK % after}))
    assert (kept(reading), problems(reading)) == ([found], [])


def test_an_error_in_an_override_is_told_with_its_file(tmp_path: Path) -> None:
    """Though the resource stands elsewhere, and another argument of its lifecycle."""
    code = {"main.tf": BLOCK % "prevent_destroy = true", "x_override.tf": BLOCK % "ignore_changes = a"}
    assert [place for _, _, place in problems(read(write(tmp_path, code)))] == ["x_override.tf:4:22"]
    code = {"main.tf": BLOCK % "ignore_changes = a", "x_override.tf": "\n\n" + BLOCK % "enabled = 1"}
    assert sorted(place for _, _, place in problems(read(write(tmp_path, code)))) == ["main.tf:4:22", "x_override.tf:6:15"]


def test_every_instance_is_left_alone_and_an_error_is_told_once(tmp_path: Path) -> None:
    """A lifecycle says the same of every instance."""
    repeated = BLOCK.replace("a = 1", "count = 2")
    assert kept(read(write(tmp_path, {"main.tf": repeated % "ignore_changes = [a]"}))) == [["a"], ["a"]]
    assert len(problems(read(write(tmp_path, {"main.tf": repeated % "ignore_changes = a"})))) == 1


ENABLED = """variable "on" {}
variable "size" {
  default = 3
}
resource "g" "x" {
  name = "gx"
  lifecycle {
    enabled = %s
  }
}
resource "r" "x" {
  a = g.x.name
  b = try(g.x.id, "none")
  c = g.x != null ? g.x.name : "none"
  d = length(g.x[*])
}
"""


@pytest.mark.parametrize(
    ("written", "there", "read_back"),
    [
        ("true", [()], {"a": "gx", "b": "?g.x.id", "c": "gx", "d": 1}),
        ('"true"', [()], {"a": "gx", "b": "?g.x.id", "c": "gx", "d": 1}),
        ("var.size > 2", [()], {"a": "gx", "b": "?g.x.id", "c": "gx", "d": 1}),
        ("var.on", [("var.on",)], {"a": "gx", "b": "?g.x[*].id", "c": "?var.on", "d": "?var.on"}),
        ("false", [], {"a": "?r.x.a", "b": "none", "c": "none", "d": 0}),
        ("var.size > 3", [], {"a": "?r.x.a", "b": "none", "c": "none", "d": 0}),
    ],
)
def test_what_is_not_enabled_is_not_there(
    written: str, there: list[tuple[str, ...]], read_back: dict[str, object], tmp_path: Path
) -> None:
    """OpenTofu leaves out what is not enabled, and it is null to others; what is enabled perhaps is there perhaps."""
    reading = read(write(tmp_path, {"main.tofu": ENABLED % written}))
    assert [resource.body.possible for resource in reading.resources if resource.type == "g"] == there
    assert values(reading)["r.x"] == read_back


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("enabled = null", "enabled must be true or false"),
        ("enabled = [true]", "enabled must be true or false"),
        ('enabled = "on"', "enabled must be true or false"),
        ("enabled = no.such", "no.such is not declared"),
    ],
)
def test_what_may_not_be_enabled_is_there_perhaps(block: str, message: str, tmp_path: Path) -> None:
    """What OpenTofu refuses is told with its place."""
    reading = read(write(tmp_path, {"main.tofu": BLOCK % block}))
    assert [resource.body.possible for resource in reading.resources] == [("r.x.enabled",)]
    assert [(check, place) for check, _, place in problems(reading)] == [("unreadable-input", "main.tofu:4:15")]
    assert message in problems(reading)[0][1]


def test_what_is_enabled_is_not_repeated(tmp_path: Path) -> None:
    """OpenTofu refuses either beside the other."""
    reading = read(write(tmp_path, {"main.tofu": BLOCK.replace("a = 1", "count = 2") % "enabled = true"}))
    assert [resource.body.possible for resource in reading.resources] == [("r.x.enabled",)]
    assert "enabled stands beside no count and no for_each" in problems(reading)[0][1]


@pytest.mark.parametrize(
    ("on", "found"), [("true", {"module.m.r.x": ()}), ("false", {}), ("var.on", {"module.m[*].r.x": ("var.on",)})]
)
def test_a_module_is_enabled_as_well(on: str, found: dict[str, tuple[str, ...]], tmp_path: Path) -> None:
    """What is in it is there as often as it is, and its outputs are null with it."""
    call = f'variable "on" {{}}\nmodule "m" {{\n  source = "./m"\n  lifecycle {{\n    enabled = {on}\n  }}\n}}\n'
    call += 'resource "s" "x" {\n  a = try(module.m.name, "none")\n}\n'
    below = 'resource "r" "x" {}\noutput "name" {\n  value = "in"\n}\n'
    reading = read(write(tmp_path, {"main.tofu": call, "m/main.tofu": below}))
    assert {resource.address: resource.body.possible for resource in reading.resources if resource.type == "r"} == found
    assert values(reading)["s.x"] == {"a": "in" if found else "none"}
    assert problems(reading) == []


@pytest.mark.parametrize(
    ("before", "after", "kept_there"),
    [
        ("enabled = false", "ignore_changes = [a]", []),
        ("enabled = true", "ignore_changes = [a]", [["a"]]),
        ("ignore_changes = [a]", "enabled = false", []),
        ("ignore_changes = [a]", "enabled = true", [["a"]]),
        ("enabled = false", "enabled = true", [[]]),
    ],
)
def test_an_override_leaves_alone_what_it_does_not_name(
    before: str, after: str, kept_there: list[list[str]], tmp_path: Path
) -> None:
    """Each argument of a lifecycle is merged by itself."""
    reading = read(write(tmp_path, {"main.tofu": BLOCK % before, "x_override.tofu": BLOCK % after}))
    assert (kept(reading), problems(reading)) == (kept_there, [])
