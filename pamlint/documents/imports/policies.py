"""Lines to the data of a policy file: flows with ids, roles, features, parameters, sources."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import product
from typing import Any

from pamlint.documents.imports.lines import slug
from pamlint.model.noun import noun, replace
from pamlint.model.policy import ANY_ROLE
from pamlint.model.port_table import Doubt, Party, Place, PortLine, PortTable

FILE = "file"
"""The source of all that cites no other."""
_PARAMETER = re.compile(r"(?:(tcp|udp)/)?\{(.*)\}")
_REFERENCE = re.compile(r"(?P<title>.*?)(?:, (?P<date>\d{4}-\d{2}-\d{2}))?(?:, (?P<address>https?://\S+))?", re.DOTALL)


@noun
class Imported:
    """A policy's data, the places in the file by flow, and all doubts: those of the table and those of its making."""

    data: Mapping[str, Any]
    places: Mapping[str, tuple[Place, ...]]
    doubts: tuple[Doubt, ...]


def products(table: PortTable) -> tuple[str, ...]:
    """What the rows of a file belong to, by their own words or the headings that they stand under."""
    return tuple(dict.fromkeys(line.product for line in table.lines if line.product))


def of_product(table: PortTable, name: str) -> PortTable:
    """The lines of one product alone."""
    doubts = tuple(doubt for doubt in table.doubts if slug(doubt.product) in ("", slug(name)))
    return PortTable(tuple(line for line in table.lines if slug(line.product) == slug(name)), doubts)


def several(names: Sequence[str]) -> tuple[Doubt, ...]:
    """What is to be said where the rows belong to more than one thing."""
    if len(names) < 2:
        return ()
    told = ", ".join(f"`{name}`" for name in names)
    return (Doubt(Place(), f"the rows belong to {told} and became one policy: `--only NAME` takes those of one"),)


def to_policy(table: PortTable, name: str, told: str, day: date) -> Imported:
    """A policy called after `name`, whose source is the file as it is `told`, reviewed on the day."""
    doubts = list(table.doubts)
    lines = tuple(_distinct(table.lines, doubts))
    defaults = _defaults(lines)
    lines = tuple(_with_parameters(line, defaults, doubts) for line in lines)
    sources = _sources(lines, told, day)
    flows: list[dict[str, Any]] = []
    places: dict[str, tuple[Place, ...]] = {}
    given = {line.flow for line in lines}
    for group in _groups(lines):
        for part in _blocks(group):
            own = _flow_id(part)
            free = bool(part[0].flow) and own not in places
            flow = _flow(part, own if free else _unique(own, places.keys(), given), sources)
            flows.append(flow)
            places[flow["id"]] = tuple(line.place for line in part)
    doubts += _same_names(lines)
    data: dict[str, Any] = {
        "pamlint": "policy/1",
        "id": slug(name) or "imported",
        "product": name,
        "version": "imported",
        "reviewed": day,
        "sources": {key: {part: value for part, value in text.items() if value} for key, text in sources.values()},
    }
    data |= {"features": features} if (features := _features(lines)) else {}
    data |= {"parameters": parameters} if (parameters := _parameters(lines, defaults)) else {}
    roles = {party.role: {"title": party.title} for line in lines for party in (*line.sources, *line.destinations)}
    roles.pop(ANY_ROLE, None)
    return Imported({**data, "roles": roles, "flows": flows}, places, tuple(doubts))


def _distinct(lines: Iterable[PortLine], doubts: list[Doubt]) -> Iterator[PortLine]:
    """The lines, those that say once more what another said left out."""
    first: dict[PortLine, Place] = {}
    for line in lines:
        bare = replace(line, place=Place(), product="")
        if bare in first:
            doubts.append(Doubt(line.place, f"it says what {first[bare]} says: left out"))
        else:
            first[bare] = line.place
            yield line


def _groups(lines: Iterable[PortLine]) -> list[list[PortLine]]:
    """Lines of one flow: those that bear one id and differ in nothing but roles and services; all others are alone."""
    found: dict[object, list[PortLine]] = {}
    for line in lines:
        alike = replace(line, place=Place(), sources=(), destinations=(), services=(), product="")
        found.setdefault(alike if line.flow else line, []).append(line)
    return list(found.values())


def _blocks(group: Sequence[PortLine]) -> list[list[PortLine]]:
    """The group as one flow if every source goes with every destination and service in it, else line by line."""
    sources, destinations = _parties(line.sources for line in group), _parties(line.destinations for line in group)
    services = dict.fromkeys(service for line in group for service in line.services)
    there = {
        (near.role, far.role, service)
        for line in group
        for near, far, service in product(line.sources, line.destinations, line.services)
    }
    if len(there) == len(sources) * len(destinations) * len(services):
        return [list(group)]
    return [[line] for line in group]


def _parties(several: Iterable[Sequence[Party]]) -> dict[str, Party]:
    return {party.role: party for parties in several for party in parties}


def _flow_id(lines: Sequence[PortLine]) -> str:
    line = lines[0]
    if line.flow:
        return line.flow
    service = slug(line.services[0])
    return f"{line.sources[0].role}-to-{line.destinations[0].role}-{service}"


def _unique(name: str, *taken: Container[str]) -> str:
    number, unique = 1, name
    while any(unique in names for names in taken):
        number += 1
        unique = f"{name}-{number}"
    return unique


def _flow(lines: Sequence[PortLine], name: str, sources: Mapping[str, tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    line = lines[0]
    near, far = list(_parties(each.sources for each in lines)), list(_parties(each.destinations for each in lines))
    flow: dict[str, Any] = {
        "id": name,
        "from": near[0] if len(near) == 1 else near,
        "to": far[0] if len(far) == 1 else far,
        "services": [_service(text) for text in dict.fromkeys(text for each in lines for text in each.services)],
        "need": line.need,
    }
    if line.on or line.off:
        flow["when"] = line.on[0] if len(line.on) == 1 and not line.off else _when(line)
    if len(line.ends) == 1:
        flow["ends"] = list(line.ends)
    flow["source"] = sources[line.reference][0]
    if line.confidence != "vendor":
        flow["confidence"] = line.confidence
    return flow | ({"note": line.note} if line.note else {})


def _when(line: PortLine) -> dict[str, list[str]]:
    return {key: list(names) for key, names in (("all-on", line.on), ("all-off", line.off)) if names}


def _service(text: str) -> Any:
    found = _PARAMETER.fullmatch(text)
    if found is None:
        return int(text) if text.isdigit() else text
    return {"parameter": found[2]} | ({"protocol": found[1]} if found[1] else {})


def _sources(lines: Iterable[PortLine], told: str, day: date) -> dict[str, tuple[str, dict[str, Any]]]:
    """By reference, each source's key and what it says."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for reference in dict.fromkeys(line.reference for line in lines):
        if not reference:
            found[reference] = (FILE, {"title": f"Imported from {told}", "date": day})
            continue
        parts = _REFERENCE.fullmatch(reference)
        said: dict[str, Any] = dict(parts.groupdict()) if parts else {"title": reference}
        written = _day(said.get("date"))
        if (said.get("date") and written is None) or not said.get("title"):
            said = {"title": reference}
        found[reference] = (
            f"reference-{len(found) + 1}",
            {"title": said["title"], "address": said.get("address"), "date": written},
        )
    return found


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _features(lines: Sequence[PortLine]) -> dict[str, Any]:
    names = dict.fromkeys(name for line in lines for name in (*line.on, *line.off))
    return {name: {"title": name} for name in names}


def _defaults(lines: Iterable[PortLine]) -> dict[str, tuple[str, ...]]:
    """The ports of each parameter, where every row that names it alone has just these, of tcp or udp."""
    said: dict[str, set[tuple[str, ...]]] = {}
    for line in lines:
        ports = tuple(sorted({text.partition("/")[2] for text in line.services}))
        plain = all(re.fullmatch(r"(tcp|udp)/[0-9-]+", text) for text in line.services)
        if len(line.parameters) == 1 and not any("{" in text for text in line.services):
            said.setdefault(line.parameters[0], set()).add(ports if plain else ())
    return {name: next(iter(ports)) for name, ports in said.items() if len(ports) == 1 and () not in ports}


def _with_parameters(line: PortLine, defaults: Mapping[str, tuple[str, ...]], doubts: list[Doubt]) -> PortLine:
    """The line with its parameter in the place of its ports; told, where the rows do not agree what the parameter's ports are."""
    if not line.parameters or any("{" in text for text in line.services):
        return line
    if len(line.parameters) == 1 and line.parameters[0] in defaults:
        protocols = dict.fromkeys(text.partition("/")[0] for text in line.services)
        return replace(line, services=tuple(f"{protocol}/{{{line.parameters[0]}}}" for protocol in protocols))
    told = ", ".join(line.parameters)
    doubts.append(
        Doubt(line.place, f"the ports are kept as numbers: which of them are those of the parameter {told} is not clear")
    )
    return line


def _parameters(lines: Iterable[PortLine], defaults: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """The parameters that stand in the place of ports; the site gives the values of those without a default."""
    found: dict[str, Any] = {}
    for line in lines:
        for text in line.services:
            parts = _PARAMETER.fullmatch(text)
            if parts and parts[2] not in found:
                ports = [int(port) if port.isdigit() else port for port in defaults.get(parts[2], ())]
                single = len(ports) == 1 and isinstance(ports[0], int) and not parts[2].endswith("s")
                kind = "port" if single else "ports" if parts[1] else "services"
                found[parts[2]] = {"type": kind, "title": parts[2]}
                if ports:
                    found[parts[2]]["default"] = (
                        ports[0] if single else sorted(ports, key=lambda port: int(str(port).split("-")[0]))
                    )
    return found


def _same_names(lines: Sequence[PortLine]) -> Iterator[Doubt]:
    """Different names that became one role."""
    first: dict[str, str] = {}
    for line in lines:
        for party in (*line.sources, *line.destinations):
            known = first.setdefault(party.role, party.title)
            if known.casefold().split() != party.title.casefold().split():
                yield Doubt(line.place, f"`{party.title}` and `{known}` are both the role {party.role}")
                first[party.role] = party.title
