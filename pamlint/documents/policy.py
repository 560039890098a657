"""Reads policy files: those of the catalogue by their ids, others by their paths."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

from pamlint.documents.mistakes import Mistakes, nearest, sound_items
from pamlint.documents.reader import read_document
from pamlint.documents.wording import parse_day, parse_peer, read_parameter
from pamlint.model.errors import UserError
from pamlint.model.policy import (
    ALWAYS,
    ANY_ROLE,
    Feature,
    Flow,
    Parameter,
    ParameterService,
    Policy,
    Role,
    Source,
    When,
)
from pamlint.model.resource import Location
from pamlint.model.services import ANY_SERVICE, Service, parse_service

_NO_DAY = date.min


def catalogue() -> tuple[str, ...]:
    """The ids of the policies that ship with pamlint, sorted."""
    return tuple(sorted(path.stem for path in _folder().glob("*.yaml")))


def load_policy(id_or_path: str, base: Path, location: Location | None = None) -> Policy:
    """Reads a policy: an id of the catalogue, or a path (it holds a slash or ends in .yaml) from the folder `base`.

    UserError holds all that is wrong in the file, or says at `location` that there is no such policy.
    """
    if "/" in id_or_path or "\\" in id_or_path or id_or_path.endswith((".yaml", ".yml")):
        path = base / id_or_path
        if not path.is_file():
            raise UserError(f"policy `{id_or_path}` is no file; looked for {path}", location)
    elif id_or_path in (ids := catalogue()):
        path = _folder() / f"{id_or_path}.yaml"
    else:
        hint = "; a policy of your own is named by its path, as in ./policies/own.yaml"
        raise UserError(f"policy `{id_or_path}` is not in the catalogue{nearest(id_or_path, ids)}{hint}", location)
    document = read_document(path)
    mistakes = Mistakes(document, "policy")
    policy = _policy(mistakes)
    mistakes.finish()
    return policy


def _folder() -> Path:
    """Inside the package once it is installed, beside it in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "policies"
    return installed if installed.is_dir() else package.parent / "policies"


def _policy(mistakes: Mistakes) -> Policy:
    sound = mistakes.sound
    parameters = {name: _parameter(mistakes, name, given) for name, given in sound.get("parameters", {}).items()}
    flows: dict[str, Flow] = {}
    for index, given in sound_items(sound.get("flows", ())):
        if given["id"] in flows:
            mistakes.add(f"flow `{given['id']}` stands here twice: every flow has an id of its own", "flows", index, "id")
        flows[given["id"]] = _flow(mistakes, index, given, parameters)
    return Policy(
        id=sound.get("id", ""),
        product=sound.get("product", ""),
        version=sound.get("version", ""),
        reviewed=mistakes.attempt(parse_day, sound["reviewed"], _NO_DAY, "reviewed") if "reviewed" in sound else _NO_DAY,
        sources={name: _source(mistakes, name, given) for name, given in sound.get("sources", {}).items()},
        features={name: _feature(mistakes, name, given) for name, given in sound.get("features", {}).items()},
        parameters=parameters,
        roles={name: _role(mistakes, name, given) for name, given in sound.get("roles", {}).items()},
        flows=tuple(flows.values()),
        sha256=mistakes.document.sha256,
    )


def _source(mistakes: Mistakes, name: str, given: dict[str, Any]) -> Source:
    day = mistakes.attempt(parse_day, given["date"], _NO_DAY, "sources", name, "date") if "date" in given else None
    return Source(name, given["title"], given.get("address"), day)


def _feature(mistakes: Mistakes, name: str, given: dict[str, Any]) -> Feature:
    needs = given.get("needs", [])
    for index, need in enumerate(needs):
        mistakes.known("feature", need, _names(mistakes, "features"), "features", name, "needs", index)
    return Feature(name, given["title"], given.get("default") == "on", tuple(needs))


def _parameter(mistakes: Mistakes, name: str, given: dict[str, Any]) -> Parameter:
    path = ("parameters", name)
    parameter = Parameter(name, given["type"], None, given.get("feature"), given.get("source"), given.get("title", ""))
    if parameter.feature:
        mistakes.known("feature", parameter.feature, _names(mistakes, "features"), *path, "feature")
    if parameter.source:
        mistakes.known("source", parameter.source, _names(mistakes, "sources"), *path, "source")
    if "default" not in given:
        return parameter
    default = read_parameter(mistakes, parameter, given["default"], *path, "default")
    return Parameter(name, parameter.type, default, parameter.feature, parameter.source, parameter.title)


def _role(mistakes: Mistakes, name: str, given: dict[str, Any]) -> Role:
    if name == ANY_ROLE:
        mistakes.add("no role can be called `any`: in a flow that word means every address", "roles", name)
    usually_on = _listed(given.get("usually-on", ()))
    for other in usually_on:
        mistakes.known("role", other, _names(mistakes, "roles"), "roles", name, "usually-on")
    empty: tuple[str, ...] = ()
    peers = {
        cloud: tuple(
            peer
            for index, text in enumerate(texts)
            for peer in mistakes.attempt(_fixed_peer, text, empty, "roles", name, "peers", cloud, index)
        )
        for cloud, texts in given.get("peers", {}).items()
    }
    return Role(name, given.get("title", ""), given.get("external", False), usually_on, peers)


def _fixed_peer(text: str) -> tuple[str, ...]:
    """A peer that a product can know."""
    if text.startswith(("group:", "role:")):
        raise ValueError(f"`{text}` is another in each estate: write CIDRs, tag:NAME or prefix-list:NAME")
    return parse_peer(text)


def _flow(mistakes: Mistakes, index: int, given: dict[str, Any], parameters: dict[str, Parameter]) -> Flow:
    path = ("flows", index)
    ends = {end: _listed(given[end]) for end in ("from", "to")}
    for end, roles in ends.items():
        for role in roles:
            mistakes.known("role", role, {*_names(mistakes, "roles"), ANY_ROLE}, *path, end)
    mistakes.known("source", given["source"], _names(mistakes, "sources"), *path, "source")
    if given["need"] == "required" and "when" in given:
        mistakes.add(f"flow `{given['id']}` hangs on features: write need: conditional, or leave out `when`", *path, "when")
    return Flow(
        id=given["id"],
        sources=ends["from"],
        destinations=ends["to"],
        services=tuple(_service(mistakes, item, parameters, *path, "services", at) for at, item in enumerate(given["services"])),
        need=given["need"],
        when=_when(mistakes, given["when"], index) if "when" in given else ALWAYS,
        ends=tuple(given.get("ends", ("egress", "ingress"))),
        source=given["source"],
        confidence=given.get("confidence", "vendor"),
        note=given.get("note", ""),
    )


def _service(mistakes: Mistakes, item: Any, parameters: dict[str, Parameter], *path: str | int) -> Service | ParameterService:
    if not isinstance(item, dict):
        return mistakes.attempt(parse_service, str(item), ANY_SERVICE, *path)
    service = ParameterService(item["parameter"], item.get("protocol"))
    if mistakes.known("parameter", service.parameter, _names(mistakes, "parameters"), *path) and service.parameter in parameters:
        kind = parameters[service.parameter].type
        if kind == "cidrs":
            mistakes.add(f"parameter `{service.parameter}` holds CIDRs: services take one of port, ports or services", *path)
        elif kind == "services" and service.protocol:
            mistakes.add(f"parameter `{service.parameter}` holds whole services: leave out `protocol`", *path)
        elif kind != "services" and not service.protocol:
            mistakes.add(f"parameter `{service.parameter}` holds ports: say protocol: tcp or udp", *path)
    return service


def _when(mistakes: Mistakes, given: Any, index: int) -> When:
    when = When((given,)) if isinstance(given, str) else When(tuple(given.get("all-on", ())), tuple(given.get("all-off", ())))
    for feature in when.all_on + when.all_off:
        mistakes.known("feature", feature, _names(mistakes, "features"), "flows", index, "when")
    if both := set(when.all_on) & set(when.all_off):
        mistakes.add(f"feature `{min(both)}` cannot be on and off at once: this flow would never hold", "flows", index, "when")
    return when


def _listed(given: Any) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _names(mistakes: Mistakes, section: str) -> Collection[str]:
    """The names of a section, be it sound or not."""
    named = mistakes.document.data.get(section)
    return named.keys() if isinstance(named, dict) else ()
