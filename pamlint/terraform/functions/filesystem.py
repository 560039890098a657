"""Functions of files and paths. They see what their surroundings let them see, and nothing else."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from typing import Any

from pamlint.terraform.convert import convert
from pamlint.terraform.functions.encoding import base64_of
from pamlint.terraform.functions.patterns import compile_pattern
from pamlint.terraform.functions.signature import Surroundings, check_items
from pamlint.terraform.types import STRING
from pamlint.terraform.values import EvaluationError, Mappish, UnknownValue, Value, make_set, string


def read_text(surroundings: Surroundings, path: str) -> Value:
    """file"""
    data = surroundings.read(path)
    if isinstance(data, UnknownValue):
        return data
    try:
        return string(data.decode())
    except UnicodeDecodeError:
        raise EvaluationError(f'"{path}" is not UTF-8; filebase64() reads any file') from None


def read_base64(surroundings: Surroundings, path: str) -> Value:
    """filebase64"""
    data = surroundings.read(path)
    return data if isinstance(data, UnknownValue) else base64_of(data)


def exists(surroundings: Surroundings, path: str) -> Value:
    """fileexists"""
    return surroundings.is_file(path)


def find(surroundings: Surroundings, path: str, pattern: str) -> Value:
    """fileset: `*`, `**`, `?`, `[...]` and `{a,b}`, without files' contents."""
    wanted = posixpath.normpath("./" + pattern.lstrip("/"))
    up = ""
    while wanted.startswith("../"):
        path, wanted, up = posixpath.join(path, ".."), wanted[3:], up + "../"
    names = surroundings.files_below(path)
    if isinstance(names, UnknownValue):
        return names
    return make_set(_matching(names, compile_pattern(_glob(wanted)), up), STRING)


def _matching(names: Iterable[str], wanted: Any, up: str) -> Iterable[Value]:
    for count, name in enumerate(names):
        check_items(count, "fileset")
        if wanted.fullmatch(name):
            yield string(up + name)


_GLOB = (
    r"(?P<folders>(?:(?<=/)|(?<![^/]))\*\*/)|(?P<all>(?:(?<=/)|(?<![^/]))\*\*\Z)|(?P<part>\*+)|(?P<one>\?)"
    r"|\[(?P<negated>\^?)(?P<class>[^\]]+)\]|(?P<open>\{)|(?P<close>\})|(?P<comma>,)|\\(?P<escaped>.)|(?P<literal>.)"
)


def _glob(pattern: str) -> str:
    """A glob as a regular expression."""
    written = ["(?s)"]
    depth = 0
    for token in re.finditer(_GLOB, pattern, re.DOTALL):
        kind = token.lastgroup
        if kind == "class":
            inside = re.escape(token["class"]).replace("\\-", "-")
            written.append(f"[{'^/' if token['negated'] else ''}{inside}]")
        elif kind == "literal" and token["literal"] == "[":
            raise EvaluationError("a [ of the pattern is not closed")
        elif kind in _GLOB_PARTS and (depth or kind not in ("close", "comma")):
            depth += {"open": 1, "close": -1}.get(kind, 0)
            written.append(_GLOB_PARTS[kind])
        else:
            written.append(re.escape(token["escaped"] or token[0]))
    if depth:
        raise EvaluationError("a { of the pattern is not closed")
    return "".join(written)


_GLOB_PARTS = {
    "folders": "(?:[^/]+/)*",
    "all": ".*",
    "part": "[^/]*",
    "one": "[^/]",
    "open": "(?:",
    "close": ")",
    "comma": "|",
}


def render_file(surroundings: Surroundings, path: str, variables: Value) -> Value:
    """templatefile"""
    text = read_text(surroundings, path)
    if not isinstance(text, str):
        return text
    return surroundings.render(text, path, _variables(variables), files=True)


def render_text(surroundings: Surroundings, template: str, variables: Value) -> Value:
    """templatestring"""
    return convert(surroundings.render(template, "the template", _variables(variables), files=False), STRING)


def _variables(value: Value) -> dict[str, Value]:
    if not isinstance(value, Mappish):
        raise EvaluationError("the variables must be a map or object")
    for name in value.items:
        if not name.replace("-", "_").isidentifier():
            raise EvaluationError(f'"{name}" is no name that a template could use')
    return value.items


def base_name(path: str) -> Value:
    """basename"""
    return posixpath.basename(path.rstrip("/")) or ("/" if path else ".")


def directory_name(path: str) -> Value:
    """dirname"""
    cut = path.rpartition("/")
    return posixpath.normpath(cut[0] + cut[1] or ".").replace("//", "/")


def absolute(surroundings: Surroundings, path: str) -> Value:
    """abspath"""
    return surroundings.absolute(path)


def expand(path: str) -> Value:
    """pathexpand: a home directory is somebody's own, so it is not known."""
    if path == "~" or path.startswith("~/"):
        return UnknownValue((f'pathexpand("{path}")',), STRING, not_null=True)
    if path.startswith("~"):
        raise EvaluationError("the home directory of another user cannot be told")
    return path
