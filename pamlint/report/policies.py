"""Policies and their flows: tables to read, JSON to work with, and one flow explained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pamlint.model.policy import ALWAYS, Feature, Flow, Parameter, ParameterService, ParameterValue, Policy, Role, When
from pamlint.model.services import Service, format_service
from pamlint.report.escaping import visible
from pamlint.report.screen import PLAIN, Line, Screen, aligned, line, paint, wrapped
from pamlint.report.wording import names


def listing(policies: Sequence[Policy], screen: Screen = PLAIN) -> str:
    """A table with a line a policy, and how to see more."""
    rows = [("id", "version", "reviewed", "product")]
    rows += [(policy.id, visible(policy.version), str(policy.reviewed), visible(policy.product)) for policy in policies]
    heading, *lines = aligned(rows, screen.width)
    hint = (
        "`pamlint policy show ID` tells all of one, `pamlint matrix --policy ID --output xlsx=FILE` makes a workbook of it, and "
        "`pamlint init --policy ID` begins a site file with it."
    )
    return paint([line(heading[0][0] + heading[1][0], "bold"), *lines, line(), *wrapped(hint, screen.width)], screen)


def details(policy: Policy, screen: Screen = PLAIN) -> str:
    """Everything that a policy says: its flows by the features that they are for, then its roles, features and the rest."""
    tables: dict[str, list[Sequence[str]]] = {
        "Roles": [(role.id, _about(role)) for role in policy.roles.values()],
        "Features": [
            (each.id, "on by default" if each.default else "", f"{each.title}{_needs(each)}") for each in policy.features.values()
        ],
        "Parameters": [(each.id, each.type, _wanted(each)) for each in policy.parameters.values()],
        "Sources": [(each.id, str(each.date or ""), f"{each.title} {each.address or ''}") for each in policy.sources.values()],
    }
    about = f"reviewed {policy.reviewed}; flows are required while their features are on, unless they say otherwise"
    lines: list[Line] = [_heading(policy), *wrapped(about, screen.width, (("  ", ""),), "  "), *_by_feature(policy, screen)]
    for heading, rows in tables.items():
        if rows:
            shown = [[visible(cell) for cell in row] for row in rows]
            lines += [line(), line(visible(heading), "bold"), *aligned(shown, screen.width)]
    hint = f"`pamlint matrix --policy {policy.id}` makes a table of it; `pamlint explain FLOW` tells one flow."
    return paint([*lines, line(), *wrapped(visible(hint), screen.width)], screen)


def _by_feature(policy: Policy, screen: Screen) -> Iterable[Line]:
    """The flows under a heading for each condition, those without one first; what is required of them is not marked."""
    groups: dict[When, list[Flow]] = {ALWAYS: []}
    for flow in policy.flows:
        groups.setdefault(flow.when, []).append(flow)
    for when, flows in groups.items():
        if flows:
            yield from (line(), line(visible(_under(when)), "bold"))
            yield from aligned([[visible(cell) for cell in _cells(flow)] for flow in flows], screen.width)


def _cells(flow: Flow) -> tuple[str, ...]:
    """A flow's line: its id, the services, how it is needed and how sure that is if that is worth a word, and who to whom."""
    marks = [flow.need if flow.need in ("optional", "blocked") else "", flow.confidence if flow.confidence != "vendor" else ""]
    between = f"{', '.join(flow.sources)} -> {', '.join(flow.destinations)}"
    return (flow.id, _together(flow), ", ".join(mark for mark in marks if mark), between)


def _together(flow: Flow) -> str:
    """The services with the ports of a protocol in one: `tcp/135,445, udp/53`."""
    written: dict[str, list[str]] = {}
    for service in flow.services:
        protocol, slash, ports = _service(service).partition("/")
        written.setdefault(f"{protocol}{slash}", []).append(ports)
    return ", ".join(f"{protocol}{','.join(ports)}" for protocol, ports in written.items())


def _under(when: When) -> str:
    """`Flows with rdp-relay, without direct-rdp`."""
    parts = [f"with {' and '.join(when.all_on)}"] if when.all_on else []
    parts += [f"without {' and '.join(when.all_off)}"] if when.all_off else []
    return f"Flows {', '.join(parts)}" if parts else "Flows"


def explain(policy: Policy, flow: Flow, screen: Screen = PLAIN) -> str:
    """One flow: who talks to whom, when, who says so, and what its rules look like."""
    source = policy.sources.get(flow.source)
    said = [source.title, str(source.date or ""), source.address or ""] if source else [flow.source]
    told = [
        ("from", ", ".join(flow.sources)),
        ("to", ", ".join(flow.destinations)),
        ("services", _services(flow)),
        ("need", need(flow)),
        ("judged at", " and ".join(_end(flow, end) for end in flow.ends)),
        ("source", ", ".join(part for part in said if part)),
        ("confidence", flow.confidence),
        ("note", flow.note),
    ]
    lines: list[Line] = [((visible(flow.id), "bold"), (visible(f"  {policy.product} ({policy.id})"), "")), line()]
    for label, text in told:
        if text:
            lines += wrapped(visible(text), screen.width, ((f"  {label + ':':<12} ", "blue"),), " " * 15)
    lines += [line(), line("  A rule for it" if flow.need != "blocked" else "  What has to be closed", "bold")]
    for text in _rules(flow):
        lines += wrapped(visible(text), screen.width, (("  - ", ""),), "    ")
    return paint(lines, screen)


def as_json(policies: Iterable[Policy]) -> str:
    """The policies whole, as plain values."""
    import json

    return json.dumps({"pamlint": "policies/1", "policies": [plain(each) for each in policies]}, indent=2) + "\n"


def need(flow: Flow) -> str:
    """`conditional, while ssh-relay is on and direct-rdp is off`."""
    parts = [f"{name} is on" for name in flow.when.all_on] + [f"{name} is off" for name in flow.when.all_off]
    return f"{flow.need}, while {' and '.join(parts)}" if parts else flow.need


def _heading(policy: Policy) -> Line:
    return ((visible(policy.id), "bold"), (visible(f"  {policy.product} {policy.version}"), ""))


def _needs(feature: Feature) -> str:
    return f" (needs {', '.join(feature.needs)})" if feature.needs else ""


def _wanted(parameter: Parameter) -> str:
    if parameter.default is not None:
        return f"{', '.join(_values(parameter.default))} by default. {parameter.title}"
    return f"To be given{f' with {parameter.feature}' if parameter.feature else ''}. {parameter.title}"


def _end(flow: Flow, end: str) -> str:
    return f"{end} of {', '.join(flow.destinations if end == 'ingress' else flow.sources)}"


def _services(flow: Flow) -> str:
    return ", ".join(_service(service) for service in flow.services)


def _service(service: Service | ParameterService) -> str:
    if isinstance(service, Service):
        return format_service(service)
    return f"{service.protocol}/{{{service.parameter}}}" if service.protocol else f"{{{service.parameter}}}"


def _values(value: ParameterValue) -> list[str]:
    """The items of a parameter's value as the site file writes them."""
    out = []
    for item in value:
        if isinstance(item, Service):
            out.append(format_service(item))
        elif isinstance(item, str):
            out.append(item)
        else:
            low, high = item
            out.append(str(low) if low == high else f"{low}-{high}")
    return out


def _about(role: Role) -> str:
    parts = [role.title, "external" if role.external else ""]
    parts.append(f"usually on {', '.join(role.usually_on)}" if role.usually_on else "")
    parts += [f"{cloud}: {names(peers)}" for cloud, peers in role.peers.items()]
    return "; ".join(part for part in parts if part)


def _rules(flow: Flow) -> Iterable[str]:
    verb = "deny" if flow.need == "blocked" else "allow"
    if "egress" in flow.ends:
        yield f"at {', '.join(flow.sources)}: {verb} egress of {_services(flow)} to {', '.join(flow.destinations)}"
    if "ingress" in flow.ends:
        text = f"at {', '.join(flow.destinations)}: {verb} ingress of {_services(flow)} from {', '.join(flow.sources)}"
        yield text + (", from any source port" if verb == "allow" else "")


def plain(policy: Policy) -> dict[str, Any]:
    """The policy as plain values, each part with its id."""
    return {
        "id": policy.id,
        "product": policy.product,
        "version": policy.version,
        "reviewed": policy.reviewed.isoformat(),
        "sha256": policy.sha256,
        "sources": [
            {"id": each.id, "title": each.title, "address": each.address, "date": each.date.isoformat() if each.date else None}
            for each in policy.sources.values()
        ],
        "features": [
            {"id": each.id, "title": each.title, "default": each.default, "needs": list(each.needs)}
            for each in policy.features.values()
        ],
        "parameters": [
            {
                "id": each.id,
                "title": each.title,
                "type": each.type,
                "default": None if each.default is None else _values(each.default),
                "feature": each.feature,
                "source": each.source,
            }
            for each in policy.parameters.values()
        ],
        "roles": [
            {
                "id": role.id,
                "title": role.title,
                "external": role.external,
                "usually_on": list(role.usually_on),
                "peers": {cloud: list(peers) for cloud, peers in role.peers.items()},
            }
            for role in policy.roles.values()
        ],
        "flows": [_flow(flow) for flow in policy.flows],
    }


def _flow(flow: Flow) -> dict[str, Any]:
    return {
        "id": flow.id,
        "from": list(flow.sources),
        "to": list(flow.destinations),
        "services": [_service(service) for service in flow.services],
        "need": flow.need,
        "when": {"all_on": list(flow.when.all_on), "all_off": list(flow.when.all_off)},
        "ends": list(flow.ends),
        "source": flow.source,
        "confidence": flow.confidence,
        "note": flow.note,
    }
