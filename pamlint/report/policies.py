"""Policies and their flows: tables to read, JSON to work with, and one flow explained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pamlint.model.policy import Flow, Parameter, ParameterService, ParameterValue, Policy, Role
from pamlint.model.services import Service, format_service
from pamlint.report.escaping import visible
from pamlint.report.screen import PLAIN, Line, Screen, line, paint, wrapped
from pamlint.report.tables import table
from pamlint.report.wording import names


def listing(policies: Sequence[Policy], screen: Screen = PLAIN) -> str:
    """One line a policy."""
    rows = [
        (policy.id, policy.product, policy.version, str(policy.reviewed), str(len(policy.roles)), str(len(policy.flows)))
        for policy in policies
    ]
    return table(("policy", "product", "version", "reviewed", "roles", "flows"), rows, screen)


def details(policy: Policy, screen: Screen = PLAIN) -> str:
    """Everything that a policy says, table by table."""
    reviewed = f"version {policy.version}, reviewed {policy.reviewed}"
    flows = [(flow.id, _between(flow), _services(flow), need(flow), flow.source) for flow in policy.flows]
    parameters = [(each.id, each.title, each.type, _default(each), each.feature or "") for each in policy.parameters.values()]
    features = [
        (each.id, each.title, "on" if each.default else "off", ", ".join(each.needs)) for each in policy.features.values()
    ]
    roles = [(role.id, role.title, _about(role)) for role in policy.roles.values()]
    sources = [(each.id, each.title, str(each.date or ""), each.address or "") for each in policy.sources.values()]
    head = paint([((visible(f"{policy.product} ({policy.id})"), "bold"),), line(visible(reviewed)), line()], screen)
    return head + "\n".join(
        (
            table(("flow", "from -> to", "services", "need", "source"), flows, screen),
            table(("role", "what it is", ""), roles, screen),
            table(("feature", "what it is", "default", "needs"), features, screen),
            table(("parameter", "what it is", "type", "default", "feature"), parameters, screen),
            table(("source", "title", "date", "address"), sources, screen),
        )
    )


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

    return json.dumps({"pamlint": "policies/1", "policies": [_policy(each) for each in policies]}, indent=2) + "\n"


def need(flow: Flow) -> str:
    """`conditional, while ssh-relay is on and direct-rdp is off`."""
    parts = [f"{name} is on" for name in flow.when.all_on] + [f"{name} is off" for name in flow.when.all_off]
    return f"{flow.need}, while {' and '.join(parts)}" if parts else flow.need


def _between(flow: Flow) -> str:
    return f"{', '.join(flow.sources)} -> {', '.join(flow.destinations)}"


def _end(flow: Flow, end: str) -> str:
    return f"{end} of {', '.join(flow.destinations if end == 'ingress' else flow.sources)}"


def _services(flow: Flow) -> str:
    return ", ".join(_service(service) for service in flow.services)


def _service(service: Service | ParameterService) -> str:
    if isinstance(service, Service):
        return format_service(service)
    return f"{service.protocol}/{{{service.parameter}}}" if service.protocol else f"{{{service.parameter}}}"


def _default(parameter: Parameter) -> str:
    return "" if parameter.default is None else ", ".join(_values(parameter.default))


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
    parts = ["external" if role.external else "", f"usually on {', '.join(role.usually_on)}" if role.usually_on else ""]
    parts += [f"{cloud}: {names(peers)}" for cloud, peers in role.peers.items()]
    return "; ".join(part for part in parts if part)


def _rules(flow: Flow) -> Iterable[str]:
    verb = "deny" if flow.need == "blocked" else "allow"
    if "egress" in flow.ends:
        yield f"at {', '.join(flow.sources)}: {verb} egress of {_services(flow)} to {', '.join(flow.destinations)}"
    if "ingress" in flow.ends:
        text = f"at {', '.join(flow.destinations)}: {verb} ingress of {_services(flow)} from {', '.join(flow.sources)}"
        yield text + (", from any source port" if verb == "allow" else "")


def _policy(policy: Policy) -> dict[str, Any]:
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
            }
            for each in policy.parameters.values()
        ],
        "roles": [
            {"id": role.id, "title": role.title, "external": role.external, "usually_on": list(role.usually_on)}
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
