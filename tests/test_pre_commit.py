"""The hook as a user has it: a real pre-commit run that installs this checkout and lints a repository of three roots."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
ESTATE = PROJECT / "tests" / "cli" / "estate"
CALL = 'module "pam" {\n  source = "../../modules/pam"\n}\n'
SITE = """pamlint: site/1
policy: netiq-pam-3
roles:
  framework-manager: {match: [{name: pam-manager}]}
  agent: {match: [{name: pam-agent}]}
  admin: {cidrs: [10.20.0.0/24]}
  user: {cidrs: [10.21.0.0/16]}
estates:
  east: {roots: [envs/east]}
  west: {roots: [envs/west]}
  lab: {roots: [envs/lab]}
"""
UNREACHABLE = ("Failed to establish a new connection", "Could not find a version", "Temporary failure in name resolution")


def run(*command: str, cwd: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs a command; standard error is told with standard output."""
    return subprocess.run(
        command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )


def git(*arguments: str, cwd: Path, environment: Mapping[str, str]) -> str:
    """Runs git, which has to succeed."""
    done = run("git", *arguments, cwd=cwd, environment=environment)
    assert done.returncode == 0, done.stdout
    return done.stdout.strip()


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Nobody's settings: a home of its own, names for commits, the way to the package registry."""
    home = tmp_path_factory.mktemp("home")
    kept = {
        name: value
        for name, value in os.environ.items()
        if name == "PATH" or name.startswith(("PIP_", "UV_")) or "_proxy" in name.lower()
    }
    names = {f"GIT_{who}_{what}": "test@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    for place in ("/etc/pip.conf", str(Path.home() / ".pip" / "pip.conf"), str(Path.home() / ".config" / "pip" / "pip.conf")):
        if Path(place).exists():
            kept.setdefault("PIP_CONFIG_FILE", place)
    yield {**kept, **names, "HOME": str(home), "PRE_COMMIT_HOME": str(home / "cache")}
    shutil.rmtree(home)


@pytest.fixture(scope="module")
def hook(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> tuple[Path, str]:
    """This checkout as it is now, committed to a repository of its own."""
    copy = tmp_path_factory.mktemp("pamlint")
    listed = git(
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "--",
        "pamlint",
        "policies",
        "docs",
        cwd=PROJECT,
        environment=environment,
    )
    for name in [*listed.splitlines(), "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", ".pre-commit-hooks.yaml"]:
        if (PROJECT / name).exists():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, copy / name)
    git("init", "--quiet", cwd=copy, environment=environment)
    git("add", "--all", cwd=copy, environment=environment)
    git("commit", "--quiet", "--message", "all", cwd=copy, environment=environment)
    return copy, git("rev-parse", "HEAD", cwd=copy, environment=environment)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, hook: tuple[Path, str], environment: dict[str, str]) -> Path:
    """Two roots that call one module, a third that stands alone, and the hook installed."""
    folder = tmp_path_factory.mktemp("estate")
    for place in ("modules/pam", "envs/lab"):
        (folder / place).mkdir(parents=True)
        shutil.copy(ESTATE / "main.tf", folder / place / "main.tf")
    for place in ("envs/east", "envs/west"):
        (folder / place).mkdir(parents=True)
        (folder / place / "main.tf").write_text(CALL)
    (folder / "pamlint.yaml").write_text(SITE)
    (folder / ".pre-commit-config.yaml").write_text(
        f"repos:\n  - repo: {hook[0]}\n    rev: {hook[1]}\n    hooks:\n      - id: pamlint\n        verbose: true\n"
    )
    git("init", "--quiet", cwd=folder, environment=environment)
    git("add", "--all", cwd=folder, environment=environment)
    git("commit", "--quiet", "--message", "all", cwd=folder, environment=environment)
    done = run(sys.executable, "-m", "pre_commit", "install-hooks", cwd=folder, environment=environment)
    if done.returncode and any(words in done.stdout for words in UNREACHABLE):
        pytest.skip("no package registry is in reach")
    assert done.returncode == 0, done.stdout
    return folder


@pytest.fixture
def estate(template: Path, tmp_path: Path) -> Path:
    """A repository of one's own to change."""
    return Path(shutil.copytree(template, tmp_path / "estate"))


def committed(estate: Path, file: str, old: str, new: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What the hook says to a staged change of one file."""
    text = (estate / file).read_text()
    assert old in text
    (estate / file).write_text(text.replace(old, new, 1))
    git("add", "--all", cwd=estate, environment=environment)
    return run(sys.executable, "-m", "pre_commit", "run", cwd=estate, environment=environment)


@pytest.mark.parametrize("file", ["envs/lab/main.tf", "envs/east/main.tf", "modules/pam/main.tf", "pamlint.yaml"])
def test_a_clean_change_passes(file: str, estate: Path, environment: dict[str, str]) -> None:
    """A comment in a root, in a module or in the site file stops nobody."""
    done = committed(estate, file, "", "# a comment\n", environment)
    assert (done.returncode, "Passed" in done.stdout) == (0, True), done.stdout


@pytest.mark.parametrize(
    ("file", "judged"),
    [("envs/lab/main.tf", {"lab"}), ("modules/pam/main.tf", {"east", "west"})],
)
def test_a_bad_change_is_stopped_in_every_root_it_reaches(
    file: str, judged: set[str], estate: Path, environment: dict[str, str]
) -> None:
    """A wrong port in a root fails that root; in a module it fails every root that calls the module, and no other."""
    done = committed(estate, file, "egress = 29120", "egress = 29121", environment)
    assert done.returncode == 1, done.stdout
    assert {name for name in ("east", "west", "lab") if f"({name})" in done.stdout} == judged
    assert f"--> {file}:" in done.stdout


def test_a_site_file_that_no_longer_holds_is_stopped(estate: Path, environment: dict[str, str]) -> None:
    """The site file alone can change every verdict, so it is linted with all its estates."""
    done = committed(estate, "pamlint.yaml", "10.21.0.0/16", "10.22.0.0/16", environment)
    assert done.returncode == 1, done.stdout
    assert all(f"({name})" in done.stdout for name in ("east", "west", "lab"))


def test_what_cannot_change_a_verdict_is_not_linted(estate: Path, environment: dict[str, str]) -> None:
    """A text file passes without a run."""
    (estate / "notes.md").write_text("")
    git("add", "--all", cwd=estate, environment=environment)
    done = run(sys.executable, "-m", "pre_commit", "run", cwd=estate, environment=environment)
    assert (done.returncode, "Skipped" in done.stdout) == (0, True), done.stdout
