"""Built-in functions: what the real terraform answers, known parts of unknown results, marks, limits."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pamlint.model import resource
from pamlint.terraform.expressions import evaluate
from pamlint.terraform.functions import FUNCTIONS, call, json_text
from pamlint.terraform.plain import to_plain
from pamlint.terraform.reader import read_expression
from pamlint.terraform.scope import Budget, Scope
from pamlint.terraform.types import STRING, ListType, SetType
from pamlint.terraform.values import (
    EvaluationError,
    LimitReached,
    ListValue,
    MapValue,
    Null,
    SetValue,
    TupleValue,
    UnknownValue,
    Value,
    unmark_deep,
)
from tests.terraform.random_calls import make_calls
from tests.terraform.record_functions import ask

RECORDED: dict[str, Any] = json.loads(Path(__file__).with_name("functions.json").read_text(encoding="utf-8"))
KINDS = {ListValue: "list", SetValue: "set", MapValue: "map"}
NAMES: dict[str, Value] = {
    "text": UnknownValue(("var.text",), STRING),
    "any": UnknownValue(("var.any",)),
    "list": UnknownValue(("var.list",), ListType(STRING)),
    "set": UnknownValue(("var.set",), SetType(STRING)),
    "beginning": UnknownValue(("var.b",), STRING, prefix="sg-"),
    "id": UnknownValue(("x.y.id",), STRING, attribute=("x.y", "id"), not_null=True),
    "other": UnknownValue(("x.z.id",), STRING, attribute=("x.z", "id"), not_null=True),
}


def value_of(expression: str) -> Value:
    """The value of an expression in which NAMES are declared."""
    node, file = read_expression("test", expression)
    return evaluate(node, Scope(file, Budget(), local=NAMES))


def answer(expression: str) -> Any:
    """The value in the form of the recorded table."""
    try:
        value, _ = unmark_deep(value_of(expression))
        kind = "" if isinstance(value, Null) else KINDS.get(type(value), "")
        return [json_text.write(value), kind]
    except EvaluationError:
        return None


def differences(wanted: dict[str, Any]) -> dict[str, Any]:
    """The calls whose answer is another, with both answers."""
    found = {}
    for expression, row in wanted.items():
        expected = [row[0], "" if row[0] == "null" else row[1]] if row else None
        given = answer(expression)
        if given != expected:
            found[expression] = (expected, given)
    return found


def test_recorded_answers() -> None:
    """Every recorded call has terraform's value and type, or is refused where terraform refuses it."""
    assert differences(RECORDED) == {}


ASSUMPTIONS = {f"assume{kind}length{bound}" for kind in ("list", "set", "map") for bound in ("", "min", "max")}
ONLY_OPENTOFU = ASSUMPTIONS | {"assumeequal", "assumenotnull", "assumestringprefix", "base64gunzip", "cidrcontains", "urldecode"}
OF_THE_EVALUATOR = {"try", "can", "convert"}
GONE = {"list", "map"}


@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not on the path")
def test_there_is_every_function_that_terraform_has() -> None:
    """The names are those that the binary lists, and OpenTofu's."""
    run = subprocess.run(["terraform", "metadata", "functions", "-json"], capture_output=True, check=True)
    listed = json.loads(run.stdout)["function_signatures"]
    ours = {name for name in FUNCTIONS if not name.startswith("provider::")} | OF_THE_EVALUATOR
    newer = ONLY_OPENTOFU | {"convert"}
    assert ours - newer - GONE == {name for name in listed if "::" not in name}


def test_every_function_is_recorded() -> None:
    """No function is without a recorded call, but those that terraform lacks or whose answer differs each time."""
    called = {expression.partition("(")[0] for expression in RECORDED}
    elsewhere = {name for name in FUNCTIONS if name.startswith(("provider::", "file", "template"))}
    not_fixed = {"abspath", "bcrypt", "plantimestamp", "rsadecrypt", "timestamp", "uuid", "base64gzip"}
    assert set(FUNCTIONS) - called - elsewhere - ONLY_OPENTOFU - not_fixed == set()


@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not on the path")
def test_random_calls_agree_with_terraform() -> None:
    """Made-up calls have the answer that the binary gives."""
    calls = make_calls(7, 2000)
    assert differences(dict(zip(calls, ask(calls), strict=True))) == {}


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ('cidrcontains("10.0.0.0/8", "10.1.0.0/16")', True),
        ('cidrcontains("10.0.0.0/8", "10.1.2.3")', True),
        ('cidrcontains("10.0.0.0/16", "10.0.0.0/8")', False),
        ('cidrcontains("2001:db8::/32", "2001:db8:1::/48")', True),
        ("convert({ a = 1, b = 2 }, object({ a = string, c = optional(bool, true) }))", {"a": "1", "c": True}),
        ('core::convert("[1]", string)', "[1]"),
        ('assumelistlength(["a"], 1, 2)', ["a"]),
        ("can(assumelistlengthmin([], 1))", False),
        ("assumesetlengthmax([1, 1], 1)", [1]),
        ("assumemaplengthmin({ a = 1 }, 1)", {"a": 1}),
        ('assumestringprefix("sg-1", "sg-")', "sg-1"),
        ('assumestringprefix(text, "sg-")', resource.Unknown(("var.text",), prefix="sg-")),
        ('assumeequal(1, "1")', "1"),
        ("assumeequal(text, 2)", 2),
        ("can(assumeequal(1, 2))", False),
        ("can(assumenotnull(tostring(null)))", False),
        ("assumenotnull(text)", resource.Unknown(("var.text",))),
        ('urldecode("a%20b+c%C3%A9")', "a b cé"),
        ('base64gunzip("H4sIAAAAAAAA/8tIzcnJBwCGphA2BQAAAA==")', "hello"),
        ('provider::terraform::encode_expr([1, "a$", {b = null}])', '[1, "a$", {\n  b = null\n}]'),
        ('provider::terraform::encode_tfvars({a = 1, long = "x"})', 'a    = 1\nlong = "x"\n'),
    ],
)
def test_functions_beyond_the_console(expression: str, wanted: Any) -> None:
    """OpenTofu's additions and the built-in provider's functions give what their documentation says."""
    assert to_plain(value_of(expression)) == wanted


TEXT = resource.Unknown(("var.text",))


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ('length([text, "a"])', 2),
        ("keys({a = text})", ["a"]),
        ('concat(["a"], [text])', ["a", resource.Unknown(("var.text",))]),
        ("merge({a = 1}, {b = text})", {"a": 1, "b": resource.Unknown(("var.text",))}),
        ('flatten([["a"], [text]])', ["a", resource.Unknown(("var.text",))]),
        ('lookup({a = 1, b = text}, "a", 2)', 1),
        ('contains(["a", text], "a")', True),
        ('contains(["a", text], "b")', resource.Unknown(("var.text",))),
        ('coalesce("a", text)', "a"),
        ('coalesce(text, "a")', resource.Unknown(("var.text",), either=(TEXT, "a"))),
        ('toset(["b", text, "a"])', ["a", "b", resource.Unknown(("var.text",))]),
        ('formatlist("x-%s", ["a", text])', ["x-a", resource.Unknown(("var.text",))]),
        ('format("web-%s", text)', resource.Unknown(("var.text",), prefix="web-")),
        ("jsonencode([text])", resource.Unknown(("var.text",), prefix="[")),
        ('startswith(beginning, "sg-")', True),
        ('startswith(beginning, "vpc")', False),
        ('anytrue([true, text == "a"])', True),
        ('element(["a", text], 0)', "a"),
        ('slice(["a", text], 0, 1)', ["a"]),
        ('zipmap(["a", "b"], [1, text])', {"a": 1, "b": resource.Unknown(("var.text",))}),
        ('reverse([text, "a"])', ["a", resource.Unknown(("var.text",))]),
        ('chunklist([text, "a"], 1)', [[resource.Unknown(("var.text",))], ["a"]]),
        ('setproduct([text], ["a"])', [[resource.Unknown(("var.text",)), "a"]]),
        ('join(",", ["a", text])', resource.Unknown(("var.text",), prefix="a,")),
        ('upper("${text}${any}")', resource.Unknown(("var.text", "var.any"))),
        ('distinct(["a", text])', ["a", resource.Unknown(("var.text",), either=(None, "a", TEXT, None))]),
        ("cidrsubnet(text, 8, 1)", resource.Unknown(("var.text",))),
        ('format("a-%s", null)', resource.Unknown(("format() of null",))),
        ('formatlist("%s-%s", [text], null)', resource.Unknown(("var.text",))),
        ("timestamp()", resource.Unknown(("timestamp()",))),
        ("provider::aws::arn_parse(text)", resource.Unknown(("provider::aws::arn_parse()", "var.text"))),
    ],
)
def test_what_is_known_of_unknowns(expression: str, wanted: Any) -> None:
    """Known parts stay known, unknown ones carry all their reasons."""
    assert to_plain(value_of(expression)) == wanted


@pytest.mark.parametrize(
    "expression",
    [
        "setproduct(range(1000), range(1000), range(1000))",
        'join("", [for i in range(1000) : format("%90000s", "x")])',
        'format("%999999d", 1)',
        'replace(format("%9000s", ""), " ", format("%9000s", ""))',
        'indent(99999, replace(format("%9000s", ""), " ", "\\n"))',
        'yamldecode("[[[[[[[[[[${join("", [for i in range(300) : "["])}")',
        'yamldecode("a: &a [1,1,1,1,1,1,1,1,1,1]\\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]")',
    ],
)
def test_huge_results_are_not_built(expression: str) -> None:
    """A result beyond the limits is refused by name before it takes memory; broken text is an error."""
    with pytest.raises(EvaluationError):
        value_of(expression)


def test_limits_name_the_function() -> None:
    """A limit says which function reached it."""
    with pytest.raises(LimitReached, match=r"setproduct\(\) with more than 200,000 elements"):
        value_of("setproduct(range(1000), range(1000))")


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("upper()", "upper() takes 1 argument, not 0"),
        ("upper(null)", "upper(): argument 1 must not be null"),
        ("upper([])", "upper(): argument 1: string required"),
        ('uper("a")', "there is no function uper(); did you mean upper()?"),
        ('cidrsubnet("10.0.0.0/30", 8, 1)', "cidrsubnet(): 10.0.0.0/30 cannot be extended by 8 bits"),
        ('cidrhost("10.0.0", 1)', 'cidrhost(): "10.0.0" is no network, such as 10.0.0.0/16'),
        ('tonumber("x")', "tonumber(): string cannot become number: a number is required"),
        ('lookup({}, "a")', 'lookup(): there is no element "a"'),
    ],
)
def test_messages(expression: str, message: str) -> None:
    """An error says which function it is about, which argument, and what is wanted."""
    with pytest.raises(EvaluationError) as caught:
        value_of(expression)
    assert caught.value.message == message


def test_call_takes_values() -> None:
    """A function may be called with values at hand, too."""
    assert to_plain(call("concat", [TupleValue(["a"]), ListValue(["b"], STRING)])) == ["a", "b"]
