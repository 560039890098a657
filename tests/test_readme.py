"""What the README shows is what happens."""

from __future__ import annotations

import re
import shlex

import pytest
import typer
from typer.main import get_command

from pamlint.cli.application import COMMANDS, application
from pamlint.model.finding import CHECKS
from pamlint.report import FORMATS
from tests.cli.commands import PROJECT, pamlint

README = (PROJECT / "README.md").read_text(encoding="utf-8")
CONSOLE = re.compile(r"^```console\n\$ pamlint (?P<command>.*)\n(?P<screen>(?:.*\n)*?)```$", re.MULTILINE)
SCREENS = [(match["command"], match["screen"]) for match in CONSOLE.finditer(README)]


@pytest.mark.parametrize(("command", "screen"), SCREENS, ids=[command for command, _ in SCREENS])
def test_every_screen_is_the_real_one(command: str, screen: str) -> None:
    """Each command prints what stands below it; a line of three dots is any number of lines."""
    answer = pamlint(*shlex.split(command), cwd=PROJECT)
    wanted = "".join("(?:.*\n)*" if line == "...\n" else re.escape(line) for line in screen.splitlines(keepends=True))
    assert re.fullmatch(wanted, answer.out), answer.out
    assert "Traceback" not in answer.err


def test_every_check_and_format_is_named() -> None:
    """The table has all checks in their order, and the sentence all formats."""
    assert tuple(re.findall(r"^\| `([a-z-]+)` \|", README, re.MULTILINE)) == CHECKS
    assert all(f"`{name}`" in README for name in FORMATS)


def test_every_link_leads_somewhere() -> None:
    """Nothing points at a file that is not there, in the README and in what it points at."""
    for page in (PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *(PROJECT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page}: {target}"


def test_every_option_that_is_named_exists() -> None:
    """Commands and options in the documentation are those of the command line."""
    shell = "\n".join(re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL))
    words = re.findall(r"`pamlint ([a-z]+)", README) + re.findall(r"^pamlint ([a-z]+)", shell, re.MULTILINE)
    command = get_command(application(COMMANDS))
    assert isinstance(command, typer.core.TyperGroup)
    assert set(words) <= set(command.commands)
    below = (each.commands.values() if isinstance(each, typer.core.TyperGroup) else [each] for each in command.commands.values())
    options = {option for commands in below for each in commands for parameter in each.params for option in parameter.opts}
    assert set(re.findall(r"(--[a-z][a-z-]+)", README)) <= options | {"--version"}


def test_every_command_and_option_has_its_words() -> None:
    """The page of commands names each of them where it belongs, and nothing that is not there."""
    text = (PROJECT / "docs" / "commands.md").read_text(encoding="utf-8")
    common, *sections = re.split(r"^## pamlint ", text, flags=re.MULTILINE)
    told = {section.split("\n", 1)[0]: section for section in sections}
    command = get_command(application(COMMANDS))
    assert isinstance(command, typer.core.TyperGroup)
    assert set(told) == {*command.commands, "--version"}
    for name, each in command.commands.items():
        below = list(each.commands.values()) if isinstance(each, typer.core.TyperGroup) else [each]
        options = {option for one in below for parameter in one.params for option in parameter.opts if option.startswith("--")}
        named = set(re.findall(r"--[a-z][a-z-]+", told[name]))
        assert named <= options, name
        assert options <= named | set(re.findall(r"--[a-z][a-z-]+", common)), name
        assert all(f"pamlint {name} {one.name}" in told[name] for one in below if one is not each), name
