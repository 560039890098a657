"""What pamlint understood: every ACL and its rules, as a table to read or as JSON to compare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pamlint.model.acl import Acl, Extent, Peer, Rule, Text
from pamlint.model.ranges import Ranges, holds, intersect
from pamlint.model.rows import WITH_PORTS, format_icmp, format_numbers
from pamlint.model.services import ICMP, NAMES
from pamlint.model.traffic import ALL_PORTS, ALL_PROTOCOLS
from pamlint.report.escaping import visible
from pamlint.report.json import location
from pamlint.report.screen import PLAIN, Line, Screen, aligned, line, paint
from pamlint.report.summary import count
from pamlint.report.wording import names, service


def render_json(acls: Iterable[Acl]) -> str:
    """The ACLs sorted by address; rules sorted by name, or in the order in which they are tried."""
    import json

    document = {"pamlint": "rules/1", "acls": [_acl(acl) for acl in _sorted(acls)]}
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def render_text(acls: Iterable[Acl], screen: Screen = PLAIN) -> str:
    """A heading and an aligned line a rule for each ACL, and the counts."""
    acls = _sorted(acls)
    lines: list[Line] = []
    for acl in acls:
        rows = [_cells(rule) for rule in _rules(acl)]
        lines += [*_heading(acl), *(aligned(rows) or [line("  no rules", "dim")]), line()]
    total = sum(len(acl.rules) for acl in acls)
    lines.append(line(f"{count(len(acls), 'ACL')}, {count(total, 'rule')}.", "bold"))
    return paint(lines, screen)


def _sorted(acls: Iterable[Acl]) -> list[Acl]:
    return sorted(acls, key=lambda acl: (acl.root, acl.address))


def _rules(acl: Acl) -> list[Rule]:
    if acl.ordered:
        return sorted(acl.rules, key=lambda rule: rule.direction)
    return sorted(acl.rules, key=lambda rule: (rule.direction, rule.name))


def _known(text: Text | None) -> str | None:
    return text if isinstance(text, str) else None


def _acl(acl: Acl) -> dict[str, Any]:
    return {
        "acl": acl.address,
        "kind": acl.kind,
        "name": _known(acl.name),
        "id": acl.id,
        "partial": bool(acl.partial),
        "location": location(acl.location),
        "rules": [_rule(rule) for rule in _rules(acl)],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    protocol, ports, icmp = _service(rule)
    return {
        "rule": rule.name,
        "direction": rule.direction,
        "action": rule.action,
        "priority": rule.priority,
        "protocol": protocol,
        "ports": ports,
        "icmp": icmp,
        "peers": _texts(rule.peers),
        "local": _texts(rule.local),
        "source_ports": _ports(_numbers(rule.source_ports)),
        "unknown": list(rule.unknown),
        "possible": bool(rule.possible),
        "default": rule.default,
        "location": location(rule.location),
    }


def _texts(peers: Sequence[Peer]) -> list[str]:
    return sorted({peer.text for peer in peers})


def _service(rule: Rule) -> tuple[str, str | None, str | None]:
    """Protocol, ports and ICMP types as a row of traffic has them."""
    protocols, ports = _numbers(rule.protocols), _numbers(rule.ports)
    protocol = _protocol(protocols)
    if protocols and holds(ICMP, protocols):
        return protocol, None, format_icmp(ports)
    has_ports = bool(intersect(protocols, WITH_PORTS))
    return protocol, _ports(ports) if has_ports else None, None


def _numbers(extent: Extent) -> Ranges:
    """What is known of a side, or all that it can be where nothing is: the references beside it say so."""
    return extent.known or extent.perhaps


def _protocol(protocols: Ranges) -> str:
    if protocols == ALL_PROTOCOLS:
        return "any"
    if len(protocols) == 1 and protocols[0][0] == protocols[0][1] and protocols[0][0] in NAMES:
        return NAMES[protocols[0][0]]
    return format_numbers(protocols)


def _ports(ports: Ranges) -> str | None:
    return None if ports == ALL_PORTS else format_numbers(ports)


def _heading(acl: Acl) -> Iterator[Line]:
    known = [f'"{name}"' if (name := _known(acl.name)) else "", acl.id or "", acl.kind]
    yield ((visible(acl.address), "bold"), (visible("  " + " ".join(part for part in known if part)), ""))
    if acl.location:
        yield line(visible(f"  {acl.location}"), "dim")
    if acl.partial:
        yield line(visible(f"  further rules may exist elsewhere: {names(acl.partial)}"), "magenta")


def _cells(rule: Rule) -> tuple[str, ...]:
    protocol, ports, icmp = _service(rule)
    way = "from" if rule.direction == "ingress" else "to"
    what = service(protocol, ports, icmp)
    local = _texts(rule.local)
    where = f"{way} {names(_texts(rule.peers)) or 'nobody'}" + (f" at {names(local)}" if local != ["any"] else "")
    sources = _ports(_numbers(rule.source_ports))
    marks = [
        f"source ports {sources}" if sources is not None else "",
        "default" if rule.default else "",
        "possible" if rule.possible else "",
        f"unknown: {names(rule.unknown)}" if rule.unknown else "",
    ]
    number = "" if rule.priority is None else str(rule.priority)
    remark = "; ".join(mark for mark in marks if mark)
    cells = (rule.direction, number, rule.action, what, where, rule.name, remark)
    return tuple(visible(cell) for cell in cells)
