"""Plans, states and live documents: JSON, told apart by its content."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from pamlint.documents.schema import conforms, load_schema
from pamlint.model.errors import InputError, UserError
from pamlint.model.noun import replace
from pamlint.model.resource import Input, Location, Problem, Reading, Resource
from pamlint.sources.beside import illuminate
from pamlint.sources.code import read_root
from pamlint.sources.echoes import STANDALONE, without_echoes
from pamlint.sources.plan import earlier_rules, inline_writers, read_plan
from pamlint.sources.snapshot import MARK, is_live, read_live
from pamlint.sources.state import read_raw, read_shown
from pamlint.terraform.configuration import is_configuration
from pamlint.terraform.inputs import Settings

STANDARD_INPUT = Path("-")
Wanted = Callable[[str], bool]
Kind = Literal["plan", "state", "live"]
_WRITE_AGAIN = (
    "Write it again: `terraform show -json plan.bin > plan.json` for a plan, `terraform show -json > state.json` for a state."
)
_READ_AGAIN = "Write it again: `pamlint audit aws --output live=live.json`, or `audit azure`."
_NEITHER = "this is JSON, but neither a plan nor a state nor a live document"
_LOG = (
    "this is what `terraform plan -json` logs, not a plan;"
    " `terraform plan -out plan.bin` and `terraform show -json plan.bin` give one"
)


def read_document(
    path: Path, wanted: Wanted, *, boundary: Path | None = None, settings: Settings | None = None
) -> tuple[Reading, ...]:
    """What a plan or a state holds of the wanted types, or each scope of a live document; `-` is standard input.

    A document that cannot be read is a problem. Where the code of a plan lies beside it, inside the boundary, findings point to
    its lines.
    """
    told, data = _load(path)
    digest = sha256(data).hexdigest()
    try:
        document = _parse(told, data)
        kind = _kind(told, document)
        if kind == "live":
            return _live(document, told, wanted)
        found = _resources(document, kind, told, wanted)
    except InputError as error:
        kind, tip = ("live", _READ_AGAIN) if _begins_live(data) else ("plan", _WRITE_AGAIN)
        problem = Problem("unreadable-input", told, error.message, tip, error.location, told)
        return (Reading(Input(told, kind, digest, False), (), (problem,), (told,)),)
    if kind == "plan" and boundary is not None and path != STANDARD_INPUT:
        code = _code_beside(path, document, wanted, boundary, settings or Settings())
        found = replace(found, resources=tuple(illuminate(resource, code) for resource in found.resources))
    return (replace(found, input=replace(found.input, sha256=digest)),)


def _begins_live(data: bytes) -> bool:
    return f'"{MARK}"'.encode() in data[:100]


def _load(path: Path) -> tuple[str, bytes]:
    if path == STANDARD_INPUT:
        return "standard input", sys.stdin.buffer.read()
    try:
        return _told(path), path.read_bytes()
    except OSError as error:
        raise UserError(f"{_told(path)} cannot be read: {error.strerror}") from None


def _told(path: Path) -> str:
    full, here = Path.cwd() / path, Path.cwd()
    return full.relative_to(here).as_posix() if full.is_relative_to(here) else full.as_posix()


def _parse(told: str, data: bytes) -> Mapping[str, Any]:
    """The JSON object that the bytes hold; raises InputError naming line and column."""
    if data.startswith(b"PK"):
        raise InputError("this is a plan in Terraform's own binary form; `terraform show -json FILE` writes it as JSON")
    if not data.strip():
        raise InputError("there is nothing in it: what was to write it has failed", Location(told, 1))
    try:
        document = json.loads(data, parse_float=Decimal)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"byte 0x{data[error.start]:02x} is not UTF-8", Location(told, line, 1, line)) from None
    except json.JSONDecodeError as error:
        raise InputError(_explained(error), Location(told, error.lineno, error.colno, error.lineno)) from None
    except RecursionError:
        raise InputError("the JSON is nested too deeply", Location(told, 1)) from None
    if not isinstance(document, dict):
        raise InputError(_NEITHER, Location(told, 1))
    return document


def _explained(error: json.JSONDecodeError) -> str:
    if error.doc.lstrip().startswith('{"@level"') or (error.msg == "Extra data" and '"@message"' in error.doc[:10_000]):
        return _LOG
    if error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated string"):
        return "the JSON ends too early: the file is cut off"
    return f"this is no JSON: {error.msg[:1].lower()}{error.msg[1:]}"


def _kind(told: str, document: Mapping[str, Any]) -> Kind:
    if is_live(document):
        return "live"
    version = str(document.get("format_version", "1.0"))
    if version.partition(".")[0] not in ("0", "1"):
        raise InputError(
            f"it is written in format {version}, which came after this pamlint; it reads 0.1 to 1.x", Location(told, 1)
        )
    if "planned_values" in document or "resource_changes" in document:
        return "plan"
    if "values" in document or ("version" in document and "resources" in document):
        return "state"
    if document.keys() <= {"format_version", "terraform_version", "checks"} and "format_version" in document:
        return "state"
    if "encrypted_data" in document:
        raise InputError("the state is encrypted; `tofu show -json` writes it in plain")
    raise InputError(_NEITHER, Location(told, 1))


def _live(document: Mapping[str, Any], told: str, wanted: Wanted) -> tuple[Reading, ...]:
    rules = load_schema("live")
    if not conforms(document, rules, rules) and (place := _broken(document, rules)) is not None:
        raise InputError(f"the live document is not as pamlint writes it: {place}", Location(told, 1))
    try:
        return read_live(document, told, wanted)
    except (KeyError, AttributeError, TypeError, ArithmeticError) as error:
        raise InputError(f"the live document is not as pamlint writes it: {error!r}", Location(told, 1)) from None


def _broken(document: Mapping[str, Any], rules: Mapping[str, Any]) -> str | None:
    """Where a document breaks a schema, if it does."""
    import jsonschema

    error = next(jsonschema.Draft202012Validator(rules).iter_errors(document), None)
    return None if error is None else f"`{error.json_path}` breaks the schema that `pamlint schema live` prints"


def _resources(document: Mapping[str, Any], kind: Kind, told: str, wanted: Wanted) -> Reading:
    """What a plan or a state holds, each rule once; it has no digest yet."""
    try:
        if kind == "plan":
            resources, problems = read_plan(document, told, wanted)
            before, inline = tuple(earlier_rules(document, told, STANDALONE)), inline_writers(document)
            complete = not any(problem.check == "unreadable-input" for problem in problems)
            source, unread = Input(told, kind, "", complete, files=(told,)), () if complete else (told,)
            once = tuple(without_echoes(resources, before, inline))
            return Reading(source, once, tuple(problems), unread, before=before, inline=inline)
        read = read_raw if "version" in document and "values" not in document else read_shown
        return Reading(Input(told, kind, "", True, files=(told,)), tuple(without_echoes(read(document, told, wanted))))
    except (KeyError, AttributeError, TypeError) as error:
        raise InputError(f"the {kind} is not as Terraform writes it: {error!r}", Location(told, 1)) from None


def _code_beside(
    path: Path, document: Mapping[str, Any], wanted: Wanted, boundary: Path, settings: Settings
) -> dict[str, Resource]:
    directory = (Path.cwd() / path).parent
    if not any(is_configuration(entry.name) for entry in directory.iterdir()):
        return {}
    variables = document.get("variables") or {}
    facts = {f"var.{name}": variable.get("value") for name, variable in variables.items()}
    reading = read_root(
        directory, boundary=boundary, wanted=wanted, settings=replace(settings, facts={**settings.facts, **facts})
    )
    return {resource.address: resource for resource in reading.resources}
