"""A matrix in words, as its screens, tables and pages share them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from pamlint.model.finding import Direction
from pamlint.model.matrix import Line, LineEnd, Matrix, Player, RuleTold
from pamlint.report.dates import six_months_after
from pamlint.report.wording import plain_sentence

ENDS: dict[Direction, str] = {"egress": "At the source", "ingress": "At the destination"}
BLANK = ("Request", "Requested by", "Requested on", "Approved by", "Approved on")
"""What the one who asks, and the one who allows it, fill in."""


def policies(matrix: Matrix) -> str:
    """`netiq-pam-3 (3.x)`."""
    return ", ".join(f"{used.id} ({used.version})" for used in matrix.policies)


def estates(lines: Sequence[Line]) -> list[tuple[str | None, list[Line]]]:
    """The lines of each estate, in their order."""
    return [(name, [line for line in lines if line.estate == name]) for name in dict.fromkeys(line.estate for line in lines)]


def players(lines: Iterable[Line]) -> list[Player]:
    """Who plays each role of these lines, over all of them, by role."""
    found: dict[str, Player] = {}
    for one in (one for line in lines for one in (line.source, line.destination)):
        known = found.get(one.role, one)
        networks, groups = dict.fromkeys((*known.networks, *one.networks)), dict.fromkeys((*known.groups, *one.groups))
        found[one.role] = Player(one.role, tuple(networks), tuple(groups))
    return [found[role] for role in sorted(found)]


def rules(line: Line) -> list[RuleTold]:
    """The rules that open a line at either end."""
    return list(dict.fromkeys(rule for end in line.ends for rule in end.rules))


def service(line: Line) -> str:
    """`tcp/22, 443`, `icmp/8`, `47`, `any`."""
    return _service(line, line.ports)


def missing_service(line: Line) -> str:
    """The same with the ports alone that are missing."""
    return _service(line, line.missing or line.ports)


def _service(line: Line, ports: str) -> str:
    return f"{line.protocol}/{ports}" if ports not in ("", "any") else line.protocol


def remarks(line: Line) -> Iterable[str]:
    """What is to be said of the ends: what is missing, wrongly open or in doubt there, and on what that hangs.

    Why an end is not judged is said where the other one is not judged either, and once where it is the same.
    """
    told = {end.direction: _remark(end) for end in line.ends if end.state != "not-judged" or line.state == "not-judged"}
    if line.state == "not-judged" and len(set(told.values())) == 1:
        yield from filter(None, set(told.values()))
        return
    yield from (f"{ENDS[direction].lower()}: {text}" for direction, text in told.items() if text)


def traffic(end: LineEnd) -> str:
    """What of a line is missing, wrongly open or in doubt at one end."""
    return "; ".join(plain_sentence(row, end.direction) for row in end.traffic)


def _remark(end: LineEnd) -> str:
    told = traffic(end)
    parts = [f"{end.state} {told}" if told else "", f"in {', '.join(end.acls)}" if end.acls else ""]
    parts += [f"it hangs on {', '.join(end.because)}" if end.because else "", end.remark]
    return ", ".join(part for part in parts if part)


def expiry(today: date | None) -> str:
    """How long a request is for: flows stand as long as the policy asks for them, and are looked at again in six months."""
    return f"none; to be reviewed by {six_months_after(today)}" if today else "none"


def asked(line: Line) -> tuple[Player, Player]:
    """The source and the destination of a request: those alone between whom something is missing."""
    source, destination = line.asked or (line.source, line.destination)
    return (source if _is_known(source) else line.source, destination if _is_known(destination) else line.destination)


def _is_known(player: Player) -> bool:
    return bool(player.networks or player.groups)


def opened_at(line: Line) -> Iterable[str]:
    """The ends at which something is to be opened, with their ACLs, and what exactly."""
    for end in line.ends:
        if end.state == "missing":
            player = line.destination if end.direction == "ingress" else line.source
            where = f" in {', '.join(end.acls)}" if end.acls else ""
            told = traffic(end)
            yield f"{end.direction} of {player.role}{where}{f': {told}' if told else ''}"


def justification(line: Line) -> str:
    """Why it is needed, in one sentence or two, with the policy that says so."""
    condition = f" for {line.when}" if line.when else ""
    sure = "" if line.confidence == "vendor" else f", {line.confidence}"
    wanted = f"Required by {line.policy} {line.version}{condition}"
    return f"{line.why} {wanted} ({line.reference}{sure})."
