"""Evaluates expressions as the tests compare them: JSON, and which of list, set and map the value is."""

from __future__ import annotations

from pathlib import Path

from pamlint.terraform.expressions import evaluate, follow
from pamlint.terraform.files import Files
from pamlint.terraform.functions import call
from pamlint.terraform.reader import read_expression, read_native
from pamlint.terraform.scope import Budget, Scope
from pamlint.terraform.surroundings import ModuleSurroundings
from pamlint.terraform.syntax import Reference
from pamlint.terraform.values import EvaluationError, ListValue, MapValue, SetValue, Value, unmark

HERE = Path(__file__).parent
NOTHING = Files(HERE / "nothing", HERE)


class Locals:
    """Names that stand for a module with nothing but locals."""

    def __init__(self, text: str) -> None:
        self._file = read_native("locals", text.encode())

    prefix = ""

    def resolve(self, reference: Reference, scope: Scope) -> Value:
        """The value of `local.name`."""
        name = str(reference.steps[0].key)
        return follow(evaluate(self._file.body.arguments[name].value, scope), reference, 1)


def value_of(text: str, names: Locals | None = None) -> Value:
    """The value of an expression; raises EvaluationError."""
    tree, file = read_expression("expression", text)
    budget = Budget()
    return evaluate(tree, Scope(file, budget, names=names, surroundings=ModuleSurroundings(NOTHING, HERE, budget)))


def answer(text: str, names: Locals | None = None) -> str | None:
    """The value in JSON, its kind, and whether it is sensitive; None if there is none."""
    try:
        value = value_of(text, names)
        encoded = call("jsonencode", (value,), None)
    except EvaluationError:
        return None
    text, marks = unmark(encoded)
    kind = {ListValue: "list", SetValue: "set", MapValue: "map"}.get(type(unmark(value)[0]), "")
    return " ".join(filter(None, (str(text), kind, "" if marks is None else "sensitive")))
