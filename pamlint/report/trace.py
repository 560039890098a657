"""A packet's way as a screen or as JSON: every stop, the rule that decided there, and what it beat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pamlint.model.addresses import ANY, IPV4, format_address, format_ranges
from pamlint.model.finding import Witness
from pamlint.model.ranges import Ranges
from pamlint.model.rows import WITH_PORTS
from pamlint.model.services import NAMES
from pamlint.report.escaping import visible
from pamlint.report.json import location
from pamlint.report.screen import PLAIN, Line, Screen, line, paint, wrapped
from pamlint.report.summary import count
from pamlint.report.wording import names, packet
from pamlint.views.ends import End
from pamlint.views.packets import Packet, Place
from pamlint.views.stops import Hit, Outcome, Stop
from pamlint.views.trace import PAIRS, Trace, Way, unguarded

MARKS: dict[Outcome, tuple[str, str]] = {"allowed": ("✓", "green"), "denied": ("✗", "red"), "unproven": ("?", "magenta")}
WORST: tuple[Outcome, ...] = ("denied", "unproven", "allowed")
SHOWN = 12
"""How many ways a screen shows; JSON has them all."""
HITS = 6
"""How many rules of one kind a screen shows at a stop."""


def render_json(found: Trace) -> str:
    """One object in ASCII, indented; its shape is described beside the command."""
    import json

    asked = found.question
    document = {
        "pamlint": "trace/1",
        "from": asked.source,
        "to": asked.destination,
        "port": asked.port,
        "outcome": found.outcome,
        "pairs": {"found": found.pairs, "traced": min(found.pairs, PAIRS)},
        "unguarded": list(unguarded(found)),
        "ways": [_way(way) for way in found.ways],
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _way(way: Way) -> dict[str, Any]:
    sent = sample(way.packet)
    return {
        "estate": way.estate,
        "from": _end(way.source),
        "to": _end(way.destination),
        "packet": {
            "protocol": sent.protocol,
            "source": sent.source,
            "source_port": sent.source_port,
            "destination": sent.destination,
            "destination_port": sent.destination_port,
            "icmp": sent.icmp,
        },
        "outcome": way.outcome,
        "because": list(way.because),
        "stops": [_stop(stop) for stop in way.stops],
    }


def _end(end: End) -> dict[str, Any]:
    return {
        "name": end.place.text,
        "addresses": list(format_ranges(end.place.addresses)),
        "exact": end.place.placed,
        "workloads": [workload.address for workload in end.workloads],
        "absent": list(end.absent),
    }


def _stop(stop: Stop) -> dict[str, Any]:
    return {
        "direction": stop.direction,
        "reply": stop.is_reply,
        "acls": [acl.address for acl in stop.acls],
        "outcome": stop.outcome,
        "overruled": stop.overruled,
        "rules": _hits(stop.rules),
        "perhaps": _hits(stop.perhaps),
        "unless": _hits(stop.nearly),
        "beaten": _hits(stop.beaten),
        "because": list(stop.because),
    }


def _hits(hits: Iterable[Hit]) -> list[dict[str, Any]]:
    return [
        {
            "rule": hit.rule.name,
            "acl": hit.acl.address,
            "action": hit.rule.action,
            "default": hit.rule.default,
            "because": list(hit.because),
            "location": location(hit.rule.location),
        }
        for hit in hits
    ]


def sample(sent: Packet) -> Witness:
    """The packet as findings tell one: a name stands where there is no single address."""
    has_ports = any(low <= sent.protocol <= high for low, high in WITH_PORTS)
    number = sent.ports[0][0]
    return Witness(
        NAMES.get(sent.protocol, str(sent.protocol)),
        _address(sent.source),
        sent.source_ports[0][0] if has_ports else None,
        _address(sent.destination),
        number if has_ports else None,
        f"{number // 256}/{number % 256}" if sent.protocol in (1, 58) else None,
    )


def _address(place: Place) -> str:
    return format_address(place.addresses[0][0]) if _is_one(place.addresses) else place.text


def _is_one(addresses: Ranges) -> bool:
    return len(addresses) == 1 and addresses[0][0] == addresses[0][1]


def render_text(found: Trace, screen: Screen = PLAIN) -> str:
    """Every way with its stops below each other and a sentence at its end; the counts where there are several."""
    asked = found.question
    what = f"protocol {asked.port}" if asked.port.isdigit() else asked.port
    lines: list[Line] = [line(visible(f"{what} from {asked.source} to {asked.destination}"), "bold"), line()]
    for way in _shown(found):
        lines += [*_told(way, screen), line()]
    if len(found.ways) > SHOWN:
        lines.append(line(f"and {count(len(found.ways) - SHOWN, 'way')} more (--format json has them all)"))
    for name in unguarded(found):
        lines += wrapped(visible(f"No ACL of the input guards {name}."), screen.width)
    if found.pairs > PAIRS:
        lines += wrapped(f"Of {found.pairs} pairs of ends the first {PAIRS} were traced.", screen.width)
    if len(found.ways) > 1:
        lines.append(line(f"{_counts(found)}: {found.outcome}.", f"bold {MARKS[found.outcome][1]}"))
    return paint(lines, screen)


def _shown(found: Trace) -> Sequence[Way]:
    """All ways in their order, or, where they are too many, the worst ones."""
    if len(found.ways) <= SHOWN:
        return found.ways
    return sorted(found.ways, key=lambda way: WORST.index(way.outcome))[:SHOWN]


def _counts(found: Trace) -> str:
    outcomes = [way.outcome for way in found.ways]
    told = ", ".join(f"{outcomes.count(outcome)} {outcome}" for outcome in MARKS if outcome in outcomes)
    return f"{count(len(found.ways), 'way')} ({told})"


def _told(way: Way, screen: Screen) -> Iterator[Line]:
    estate = f"{way.estate}: " if way.estate else ""
    yield from wrapped(visible(f"{estate}{_who(way.source)} -> {_who(way.destination)}"), screen.width, indent="  ")
    yield line(visible(f"  {packet(sample(way.packet))}"), "dim")
    for stop in way.stops:
        yield from _at(stop, screen)
    for name in (*way.source.absent, *way.destination.absent):
        yield from wrapped(visible(f"  {name} is not in the input and taken as absent."), screen.width, indent="    ")
    mark, style = MARKS[way.outcome]
    yield from wrapped(visible(_sentence(way)), screen.width, ((f"  {mark} ", f"bold {style}"),), "    ")


def _who(end: End) -> str:
    """The end's name, with the workloads or the addresses that it is about where the name does not tell them."""
    known = [workload.address for workload in end.workloads if workload.address != end.place.text]
    addresses = end.place.addresses
    if _is_one(addresses) and format_address(addresses[0][0]) == end.place.text:
        return f"{end.place.text} ({names(known)})" if known else end.place.text
    if addresses in (ANY, IPV4):
        return end.place.text
    where = format_address(addresses[0][0]) if _is_one(addresses) else names(format_ranges(addresses))
    return f"{end.place.text} ({where if end.place.placed else f'somewhere in {where}'})"


def _at(stop: Stop, screen: Screen) -> Iterator[Line]:
    """One stop: where it is, what it says, and the rules that it says it by."""
    mark, style = MARKS[stop.outcome]
    way = f"{'reply ' if stop.is_reply else ''}{'in' if stop.direction == 'ingress' else 'out'}"
    lead = ((f"    {mark} ", style), (f"{way:<10} ", ""))
    yield from wrapped(visible(names([acl.address for acl in stop.acls])), screen.width, lead, " " * 17)
    for label, text in _details(stop):
        yield from wrapped(visible(text), screen.width, ((f"{' ' * 17}{label:<10} ", "dim"),), " " * 28)


def _details(stop: Stop) -> Iterator[tuple[str, str]]:
    if stop.overruled:
        yield "overruled", "an admin rule lets it through, whatever stands here"
    if stop.rules:
        by = "denied by" if stop.rules[0].rule.action == "deny" else "allowed by"
        yield from _listed(by, (_name(hit) for hit in stop.rules))
    else:
        yield "no rule", "matches it for sure" if stop.perhaps else "matches it"
    yield from _listed("perhaps", (f"{_hit(hit)}: it hangs on {names(hit.because)}" for hit in stop.perhaps))
    yield from _listed("not for it", (f"{_hit(hit)}, but for {names(hit.because)}" for hit in stop.nearly))
    yield from _listed("beaten", (_hit(hit) for hit in stop.beaten))


def _listed(label: str, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    listed = list(texts)
    for position, text in enumerate(listed[:HITS]):
        yield ("" if position else label), text
    if len(listed) > HITS:
        yield "", f"and {len(listed) - HITS} more"


def _hit(hit: Hit) -> str:
    return f"{hit.rule.action} {_name(hit)}"


def _name(hit: Hit) -> str:
    if hit.rule.default:
        return f"{hit.rule.name} (default rule)"
    return f"{hit.rule.name}{f' ({hit.rule.location})' if hit.rule.location else ''}"


def _sentence(way: Way) -> str:
    if way.outcome == "allowed":
        return "Allowed: every ACL on the way lets it through."
    if way.outcome == "unproven":
        if not way.stops:
            return "Unproven: no ACL of the input guards either end."
        return f"Unproven: it hangs on {names(way.because)}."
    stop = next(stop for stop in way.stops if stop.outcome == "denied" and not stop.overruled)
    where = "the reply on its way" if stop.is_reply else "it on the way"
    way_ = "in" if stop.direction == "ingress" else "out"
    by = stop.rules[0].rule.name if stop.rules else f"no rule of {names([acl.address for acl in stop.acls])}"
    return f"Denied: {by} {'stops' if stop.rules else 'lets'} {where} {way_}."
