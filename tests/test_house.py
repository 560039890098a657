"""The house's own measures: what is too long, what stands where, and what the package may import."""

from __future__ import annotations

import ast
import importlib
import re
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest

from pamlint.checks import CHECKS
from pamlint.model import finding

PROJECT = Path(__file__).parents[1]
PACKAGE = PROJECT / "pamlint"
MODULES = sorted(PACKAGE.rglob("*.py"))
OURS = sorted(path for place in ("pamlint", "tests", "benchmarks") for path in (PROJECT / place).rglob("*.py"))
LONGEST_FUNCTION = 50
LONGEST_FILE = 400
DECLARED = tomllib.loads((PROJECT / "pyproject.toml").read_text())
IMPORTED_AS = {
    "PyYAML": "yaml",
    "google-re2": "re2",
    "python-hcl2": "hcl2",
    "Jinja2": "jinja2",
    "SQLAlchemy": "sqlalchemy",
    "azure-identity": "azure",
    "azure-mgmt-network": "azure",
}


def short(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def test_no_function_is_longer_than_a_screen() -> None:
    """A function has 50 lines at most, its docstring included."""
    lengths = {f"{short(path)}: {name}": lines for path in OURS for name, lines in functions(path)}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


def test_no_file_is_a_heap() -> None:
    """No file of the package has more than 400 lines, or a name that promises nothing."""
    lines = {short(path): len(path.read_text().splitlines()) for path in MODULES}
    assert {name: count for name, count in lines.items() if count > LONGEST_FILE} == {}
    assert [name for name in lines if Path(name).stem in {"utils", "util", "helpers", "misc", "common"}] == []


def test_every_module_says_what_it_is_for() -> None:
    """Every file of the package with code in it begins with a docstring."""
    trees = {short(path): parsed(path) for path in MODULES}
    assert [name for name, tree in trees.items() if tree.body and not ast.get_docstring(tree)] == []


def test_the_list_of_checks_is_one() -> None:
    """What runs, what is documented and what a report may name are the same checks in the same order."""
    assert tuple(CHECKS) == finding.CHECKS
    assert {path.stem for path in (PROJECT / "docs" / "checks").glob("*.md")} == set(CHECKS)


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_is_one_file_with_one_page(check: str) -> None:
    """A check's file bears its id, sums it up in a docstring, and its page has that id as its title."""
    module = importlib.import_module(f"pamlint.checks.{check.replace('-', '_')}")
    assert check == module.ID
    assert CHECKS[check] is module.check
    assert module.__doc__
    assert re.match(rf"# .*{check}", (PROJECT / "docs" / "checks" / f"{check}.md").read_text())


def test_the_package_imports_what_it_declares() -> None:
    """Every library that the package imports is a dependency, or belongs to an extra."""
    extras = (item for extra in DECLARED["project"]["optional-dependencies"].values() for item in extra)
    names = named([*DECLARED["project"]["dependencies"], *extras])
    declared = {IMPORTED_AS.get(name, name) for name in names} | {"pamlint"}
    assert {name for path in MODULES for name in imported(path)} - declared - sys.stdlib_module_names == set()


def test_the_lock_file_pins_what_is_declared() -> None:
    """Every dependency of the package and of its development is pinned, and no place to fetch it from is written down."""
    lock = (PROJECT / "requirements.lock").read_text()
    pinned = set(re.findall(r"^([a-z0-9.-]+)==", lock, re.MULTILINE))
    wanted = named([*DECLARED["project"]["dependencies"], *DECLARED["dependency-groups"]["dev"]])
    assert {name.lower() for name in wanted} - pinned == set()
    assert not re.search(r"//|^--", lock, re.MULTILINE)


def named(requirements: Iterable[str]) -> set[str]:
    """The names alone, without extras and versions."""
    return {re.split(r"[>=<\[]", requirement)[0] for requirement in requirements}


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def functions(path: Path) -> list[tuple[str, int]]:
    """Each function's name and how many lines it has; a table of cases above it is not counted."""
    found = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(node.name, (node.end_lineno or node.lineno) - node.lineno + 1) for node in found]


def imported(path: Path) -> set[str]:
    """The top-level packages that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found
