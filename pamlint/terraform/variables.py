"""Variables: what they are given, their types and defaults, and whether their validations hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pamlint.model.resource import Location, Problem
from pamlint.terraform import operators
from pamlint.terraform.configuration import Declared
from pamlint.terraform.constraints import UNCONSTRAINED, Constraint, type_from_expression
from pamlint.terraform.convert import convert
from pamlint.terraform.expressions import evaluate
from pamlint.terraform.inputs import Given, value_of_text
from pamlint.terraform.scope import ExpressionError, Scope, placed
from pamlint.terraform.syntax import Argument, BlockNode, Expression, Literal, Reference
from pamlint.terraform.types import ANY, STRING, ListType, MapType, Primitive, without_optional
from pamlint.terraform.values import EvaluationError, Null, Sensitive, UnknownValue, Value, is_null, mark, unmark, unmark_deep

if TYPE_CHECKING:
    from pamlint.terraform.modules import Module

_SHORTHAND = {"list": Constraint(ListType(ANY)), "map": Constraint(MapType(ANY))}


def variable_value(module: Module, name: str, declared: Declared) -> Value:
    """The value of a variable; raises EvaluationError if what it is given does not fit."""
    address = f"{module.prefix}var.{name}"
    constraint = constraint_of(declared, module)
    nullable = flag(module, declared, "nullable", True)
    value = module.session.fact(address)
    if value is None:
        value = _given(module, name, declared, constraint)
    if value is None or (is_null(value) and not nullable):
        value = _default(module, declared)
    if value is None:
        value = UnknownValue((address,), without_optional(constraint.type), not_null=not nullable)
    else:
        value = _fitted(constraint, value, declared, name)
    if is_null(value) and not nullable:
        raise _at(declared, "the variable must not be null")
    hidden = flag(module, declared, "sensitive", False) or flag(module, declared, "ephemeral", False)
    return mark(value, (address,)) if hidden else value


def _fitted(constraint: Constraint, value: Value, declared: Declared, name: str) -> Value:
    try:
        return constraint.apply(value)
    except EvaluationError as error:
        raise _at(declared, f"the value for {name} does not fit its type: {error.message}") from None


def _at(declared: Declared, message: str) -> ExpressionError:
    return ExpressionError(message, declared.file.location(declared.block.start, declared.block.end))


def _given(module: Module, name: str, declared: Declared, constraint: Constraint) -> Value | None:
    """What the caller, a file or the command line gives; None for nothing."""
    if module.caller is not None:
        argument = module.caller.arguments.get(name)
        if argument is None:
            if "default" not in declared.block.body.arguments:
                raise ExpressionError(f"the module call does not set {name}, which has no default", module.caller.location)
            return None
        return evaluate(argument.value, module.caller.scope(argument))
    given = module.given.get(name)
    if given is None:
        return None if module.configuration.values_whole else UnknownValue((f"var.{name}",))
    return given.value if given.value is not None else value_of_text(given, name, _is_literal(declared, constraint))


def _is_literal(declared: Declared, constraint: Constraint) -> bool:
    if "type" not in declared.block.body.arguments:
        return True
    return isinstance(constraint.type, Primitive) and constraint.type is not ANY


def _default(module: Module, declared: Declared) -> Value | None:
    argument = declared.block.body.arguments.get("default")
    return None if argument is None else evaluate(argument.value, module.bare_scope(declared.file_of("default")))


def constraint_of(declared: Declared, module: Module) -> Constraint:
    """The type constraint of a variable."""
    argument = declared.block.body.arguments.get("type")
    if argument is None:
        return UNCONSTRAINED
    scope = module.bare_scope(declared.file_of("type"))
    node = _type_node(argument.value)
    if isinstance(node, Reference) and not node.steps and node.root in _SHORTHAND:
        return _SHORTHAND[node.root]
    try:
        return type_from_expression(node, lambda default: evaluate(default, scope))
    except EvaluationError as error:
        raise placed(error, argument.value, scope) from None


def _type_node(node: Expression) -> Expression:
    """JSON, and code of old, write types as strings."""
    if isinstance(node, Literal) and isinstance(node.value, str):
        from pamlint.terraform.reader import expression
        from pamlint.terraform.reader.tokens import BadSyntax

        try:
            return expression(node.value)
        except BadSyntax:
            return node
    return node


def flag(module: Module, declared: Declared, name: str, default: bool) -> bool:
    """An argument that is true or false, and constant."""
    argument = declared.block.body.arguments.get(name)
    if argument is None:
        return default
    return evaluate(argument.value, module.bare_scope(declared.file_of(name))) in (True, "true")


def validate(module: Module, name: str, declared: Declared) -> None:
    """Reports the validations of a variable that fail; one that hangs on something unknown is left."""
    for block in declared.block.body.blocks:
        condition = block.body.arguments.get("condition")
        if block.type == "validation" and condition is not None:
            _validate(module, name, declared, block, condition)


def _validate(module: Module, name: str, declared: Declared, block: BlockNode, condition: Argument) -> None:
    address = f"{module.prefix}var.{name}"
    scope = module.scope(declared.file_of("validation"))
    holds: list[Value] = []

    def decide() -> Value:
        holds.append(unmark(operators.condition(evaluate(condition.value, scope), "the condition"))[0])
        return True

    module.session.attempt(f"the validation of {address}", decide)
    if holds != [False] or isinstance(holds[0], UnknownValue):
        return
    message = _message(block, scope)
    where = _place(module, name, declared)
    tip = f"Give {address} a value that its validation accepts."
    module.session.report(Problem("failed-validation", address, message, tip, where))


def _message(block: BlockNode, scope: Scope) -> str:
    """What the author says, in one line."""
    argument = block.body.arguments.get("error_message")
    try:
        text = evaluate(argument.value, scope) if argument else "the value is not valid"
        text = convert(text, STRING)
    except EvaluationError:
        return "the value is not valid, and the message that should say why has no value"
    if isinstance(text, Sensitive | UnknownValue | Null):
        return "the value is not valid; the message that says why cannot be shown"
    return " ".join(str(unmark_deep(text)[0]).split())


def _place(module: Module, name: str, declared: Declared) -> Location:
    """Where the value comes from, if that is a file of the root or a module call; else the variable."""
    if module.caller is not None and name in module.caller.arguments:
        return module.caller.place(name)
    given = module.given.get(name)
    if isinstance(given, Given) and given.location is not None:
        return given.location
    return declared.file.location(declared.block.start, declared.block.end)
