"""The values that a root module's variables are given, in Terraform's order of precedence."""

from __future__ import annotations

from collections.abc import Mapping
from os.path import lexists
from pathlib import Path
from typing import Any

from pamlint.model.errors import InputError, UserError
from pamlint.model.noun import field, noun
from pamlint.model.resource import Location
from pamlint.terraform.configuration import Configuration, unreadable
from pamlint.terraform.expressions import evaluate
from pamlint.terraform.files import Files
from pamlint.terraform.reader import read_expression, read_native
from pamlint.terraform.scope import Budget, ExpressionError, Scope
from pamlint.terraform.session import Session
from pamlint.terraform.values import EvaluationError, Value, string


@noun
class Settings:
    """What a run is told besides the files: `-var` as written, `-var-file` in order, the environment, the workspace,
    facts by address, a directory that holds modules as `.terraform/modules` does, and files that are not written yet."""

    variables: Mapping[str, str] = field(default_factory=dict)
    variable_files: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    workspace: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    module_directory: Path | None = None
    drafts: Mapping[Path, bytes] = field(default_factory=dict)

    @property
    def named(self) -> tuple[Path, ...]:
        """The files and directories that the user names."""
        return (*self.variable_files, *([self.module_directory] if self.module_directory else []))

    def workspace_name(self) -> str:
        """The workspace that is selected."""
        return self.workspace or self.environment.get("TF_WORKSPACE", "") or "default"


@noun
class Given:
    """A value from outside: a text (from `-var` or the environment) whose meaning the variable's type settles, or a value."""

    text: str | None = None
    value: Value | None = None
    location: Location | None = None
    source: str = ""


def given_values(configuration: Configuration, files: Files, settings: Settings, session: Session) -> dict[str, Given]:
    """The values by variable. A file of the root that cannot be read becomes a problem; a wrong `-var-file` is a UserError."""
    given: dict[str, Given] = {}
    for name, text in settings.environment.items():
        if name.startswith("TF_VAR_"):
            given[name.removeprefix("TF_VAR_")] = Given(text=text, source=name)
    for path in _automatic_files(configuration.directory):
        try:
            given.update(_read_values(path, files))
        except InputError as error:
            configuration.values_whole = False
            given.clear()
            session.report(unreadable(error, files.told(path)))
    for path in settings.variable_files:
        try:
            given.update(_read_values(path, files))
        except InputError as error:
            raise UserError(error.message, error.location) from None
    for name, text in settings.variables.items():
        given[name] = Given(text=text, source=f"-var {name}")
    return given


def _automatic_files(directory: Path) -> list[Path]:
    fixed = [directory / "terraform.tfvars", directory / "terraform.tfvars.json"]
    automatic = sorted(path for path in directory.iterdir() if path.name.endswith((".auto.tfvars", ".auto.tfvars.json")))
    return [path for path in (*fixed, *automatic) if lexists(path) and not path.is_dir()]


def _read_values(path: Path, files: Files) -> dict[str, Given]:
    told, content = files.told(path), files.read(path)
    if path.name.endswith(".json"):
        from pamlint.terraform.reader.json_syntax import read_json_values

        file = read_json_values(told, content)
    else:
        file = read_native(told, content)
    for block in file.body.blocks:
        raise InputError("a variable file holds no blocks", file.location(block.start, block.start + len(block.type)))
    scope = Scope(file, Budget(), constant=True)
    given = {}
    for argument in file.body.arguments.values():
        try:
            value = evaluate(argument.value, scope)
        except EvaluationError as error:
            where = error.location if isinstance(error, ExpressionError) else file.location(argument.start, argument.end)
            raise InputError(f"{argument.name}: {error.message}", where) from None
        given[argument.name] = Given(value=value, location=file.location(argument.start, argument.end), source=told)
    return given


def value_of_text(given: Given, name: str, literal: bool) -> Value:
    """What a text from `-var` or the environment means: itself for primitive types, else an expression."""
    text = given.text or ""
    if literal:
        return string(text)
    try:
        expression, file = read_expression(f"<{given.source}>", text)
    except InputError as error:
        raise EvaluationError(f"{given.source} is no expression for {name}: {error.message}") from None
    return evaluate(expression, Scope(file, Budget(), constant=True))
