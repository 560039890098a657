"""Root modules are found where they are, and nothing outside the boundary is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from pamlint.model.resource import Ignore
from pamlint.sources.code import Settings, find_roots, read_root
from tests.terraform.roots import problems, read, values, write

TREE = {
    "envs/prod/main.tf": 'module "net" {\n  source = "../../modules/net"\n}\n',
    "envs/dev/main.tf": 'module "sub" {\n  source = "../../modules/sub"\n}\n',
    "modules/net/main.tf": 'module "sub" {\n  source = "../sub"\n}\n',
    "modules/sub/main.tf": 'resource "r" "x" {}\n',
    "modules/own/main.tf": 'terraform {\n  backend "local" {}\n}\n',
    "modules/called/main.tf": "",
    "modules/called/terraform.tfvars": "",
    "live/main.tf": 'module "a" {\n  source = "../modules/own"\n}\nmodule "b" {\n  source = "../modules/called"\n}\n# module "c" { source = "../envs/prod" }\n',
    "examples/x/main.tf": 'module "e" {\n  source = "../../live"\n}\n',
    "tests/t/main.tf": "",
    ".terraform/modules/m/main.tf": "",
    ".hidden/main.tf": "",
    "docs/readme.md": "",
    "modules/net/rules.yaml": "",
}
ROOTS = ["envs/dev", "envs/prod", "live", "modules/called", "modules/own"]
PATHS = {
    (".",): ROOTS,
    ("envs",): ["envs/dev", "envs/prod"],
    ("modules/net",): ["modules/net"],
    ("modules/net", "envs/dev"): ["envs/dev", "modules/net"],
    ("examples/x",): ["examples/x"],
    ("docs",): [],
    ("modules/net/main.tf",): ["envs/prod"],
    ("modules/net/rules.yaml",): ["envs/prod"],
    ("modules/sub/main.tf",): ["envs/dev", "envs/prod"],
    ("live/main.tf",): ["live"],
    ("modules/called/terraform.tfvars",): ["live", "modules/called"],
    ("docs/readme.md",): [],
}


@pytest.mark.parametrize("paths", PATHS)
def test_roots(tmp_path: Path, paths: tuple[str, ...]) -> None:
    """A root is called by nobody, or has state or values of its own; a file means the roots that hold it or call its module."""
    write(tmp_path, TREE)
    found = find_roots([tmp_path / path for path in paths], tmp_path)
    assert [root.relative_to(tmp_path).as_posix() for root in found] == PATHS[paths]


def test_a_path_is_a_root_whoever_calls_it(tmp_path: Path) -> None:
    """A module that one of its own directories wraps is linted where it is the path."""
    write(tmp_path, {"main.tf": "", "wrappers/main.tf": 'module "w" {\n  source = "../"\n}\n'})
    assert find_roots([tmp_path], tmp_path) == (tmp_path, tmp_path / "wrappers")
    assert find_roots([tmp_path / "main.tf"], tmp_path) == (tmp_path / "wrappers",)


def test_named_roots(tmp_path: Path) -> None:
    """A directory that the site names is a root although it is called, or lies under examples."""
    write(tmp_path, TREE)
    found = find_roots([tmp_path], tmp_path, [tmp_path / "modules/net", tmp_path / "examples/x"])
    assert [root.relative_to(tmp_path).as_posix() for root in found] == sorted([*ROOTS, "modules/net", "examples/x"])


def test_nothing_outside_the_boundary_is_read(tmp_path: Path) -> None:
    """Links and paths that lead outside are refused and said; functions that would read there give unknowns."""
    write(tmp_path, {"secret.txt": "secret", "other/main.tf": 'output "v" {\n  value = 1\n}\n', "in/ok.txt": "fine"})
    text = 'module "o" {\n  source = "../other"\n}\nresource "r" "x" {\n  a = file("../secret.txt")\n  b = file("ok.txt")\n  c = module.o.v\n  d = file("link.txt")\n  e = fileset(path.module, "*.txt")\n}\n'
    write(tmp_path, {"in/main.tf": text})
    (tmp_path / "in/link.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "in/linked.tf").symlink_to(tmp_path / "other/main.tf")
    top = tmp_path / "in"
    reading = read_root(top, boundary=top, wanted=lambda _: True, settings=Settings())
    told = values(reading)["r.x"]
    assert told["b"] == "fine"
    assert "secret" not in str(told).replace("secret.txt", "")
    assert told["a"].startswith('?file "../secret.txt" (outside')
    assert told["c"] == "?module.o.v"
    assert sorted(message.removeprefix(f"{tmp_path}/") for _, message, _ in problems(reading)) == [
        f"in/linked.tf lies outside {top}, where nothing is read",
        f"module.o: {tmp_path}/other lies outside {top}, where nothing is read",
    ]
    assert {problem.tip for problem in reading.problems if problem.subject == "module.o"} == {
        "Lint a directory that holds this as well, or a git checkout: all that is in it is read."
    }
    assert not reading.input.complete


IGNORES = """# pamlint: ignore[extra-access] the whole group is on loan
# and more words
resource "r" "x" {
  rule { # pamlint: ignore[missing-access, pinned-source-port] see CHG-1
    v = 1
  }

  # pamlint: ignore[extra-access] not directly above

  rule {
    v = 2
  }
  // pamlint: ignore[implicit-allow] as agreed
  dynamic "rule" {
    for_each = [3]
    content {
      v = rule.value
    }
  }
  # pamlint: ignore[extra-access]
  rule {
    v = 4
  }
}
"""


def test_inline_ignores(tmp_path: Path) -> None:
    """Ignore comments stand on a block's first line or directly above it; one without a reason is said."""
    reading = read(write(tmp_path, {"main.tf": IGNORES}))
    body = reading.resources[0].body
    rules = body.values["rule"]

    def told(ignores: tuple[Ignore, ...]) -> list[tuple[str, str, int]]:
        return [(ignore.check, ignore.reason, ignore.location.line) for ignore in ignores]

    assert told(body.ignores) == [("extra-access", "the whole group is on loan", 1)]
    assert [told(rule.ignores) for rule in rules] == [
        [("missing-access", "see CHG-1", 4), ("pinned-source-port", "see CHG-1", 4)],
        [],
        [("implicit-allow", "as agreed", 13)],
        [],
    ]
    [(check, message, place)] = problems(reading)
    assert (check, place) == ("unreadable-input", "main.tf:20:3")
    assert "# pamlint: ignore[CHECK] reason" in message


def test_places(tmp_path: Path) -> None:
    """Resources, blocks and arguments know their lines; names are told relative to the working directory."""
    reading = read(write(tmp_path, {"main.tf": IGNORES}))
    body = reading.resources[0].body
    where = str(tmp_path / "main.tf")
    assert body.location is not None
    assert (str(body.location), body.location.end_line) == (f"{where}:3:1", 24)
    assert [(rule.location.line, rule.location.end_line) for rule in body.values["rule"]] == [
        (4, 6),
        (10, 12),
        (14, 19),
        (21, 23),
    ]
    assert str(body.values["rule"][0].places["v"]) == f"{where}:5:5"


def test_told_relative_to_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below the working directory names are relative, with slashes."""
    write(tmp_path, {"a/b/main.tf": 'resource "r" "x" {}\n'})
    monkeypatch.chdir(tmp_path)
    reading = read_root(Path("a/b"), boundary=tmp_path, wanted=lambda _: True, settings=Settings())
    assert (reading.input.name, reading.input.files, str(reading.resources[0].body.location)) == (
        "a/b",
        ("a/b/main.tf",),
        "a/b/main.tf:1:1",
    )
    assert reading.resources[0].root == "a/b"


def test_the_digest_follows_every_file(tmp_path: Path) -> None:
    """The hash of an input changes with any file that it was read from, and with nothing else."""
    files = {"main.tf": 'module "m" {\n  source = "./m"\n}\n', "m/main.tf": "", "terraform.tfvars": ""}
    before = read(write(tmp_path, files)).input.sha256
    assert read(write(tmp_path, {"other/main.tf": ""})).input.sha256 == before
    assert read(write(tmp_path, {"m/main.tf": "# more\n"})).input.sha256 != before


def test_only_what_is_wanted_is_evaluated(tmp_path: Path) -> None:
    """A resource of another type may be as wrong as it likes."""
    text = 'resource "wanted" "x" {\n  v = 1\n}\nresource "other" "y" {\n  v = [1][2]\n}\n'
    write(tmp_path, {"main.tf": text})
    reading = read_root(tmp_path, boundary=tmp_path, wanted="wanted".__eq__, settings=Settings())
    assert (values(reading), problems(reading)) == ({"wanted.x": {"v": 1}}, [])


def test_what_the_user_names_may_lie_anywhere(tmp_path: Path) -> None:
    """Modules and values outside of the boundary are read where they are named, and nothing beside them."""
    call = 'variable "v" {}\nmodule "m" {\n  source = "far/far/aws"\n  v = var.v\n}\n'
    module = 'variable "v" {}\nresource "r" "x" {\n  v = var.v\n  w = file("../beside.txt")\n}\n'
    write(tmp_path, {"in/main.tf": call, "out/m/main.tf": module, "beside.txt": "", "x.tfvars": "v = 1\n"})
    settings = Settings(module_directory=tmp_path / "out", variable_files=(tmp_path / "x.tfvars",))
    reading = read_root(tmp_path / "in", boundary=tmp_path / "in", wanted=lambda _: True, settings=settings)
    outside = f'?file "../beside.txt" (outside {tmp_path}/in)'
    assert (values(reading), problems(reading)) == ({"module.m.r.x": {"v": 1, "w": outside}}, [])
