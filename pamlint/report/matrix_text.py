"""The port matrix on a screen: a table of who may reach whom, then who is who, then why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pamlint.model.matrix import Line, Matrix
from pamlint.report import wording
from pamlint.report.escaping import visible
from pamlint.report.matrix_words import (
    BLANK,
    asked,
    estates,
    expiry,
    justification,
    missing_service,
    opened_at,
    players,
    policies,
    remarks,
    rules,
    service,
)
from pamlint.report.screen import Line as Words
from pamlint.report.screen import Screen, aligned, line, paint, wrapped
from pamlint.report.summary import count
from pamlint.report.tables import TONES, Tone

NAMED = 12
"""How many networks and groups of a role are named before the rest is counted."""
STYLES: dict[Tone, str] = {"good": "green", "bad": "bold red", "doubt": "bold yellow", "quiet": "dim"}


def render(matrix: Matrix, screen: Screen) -> str:
    """The lines of each estate as one table, then what the roles and the flows are; or the request for what is missing."""
    lines = [*_title(matrix), line()]
    for estate, own in estates(matrix.lines):
        lines += _heading(estate)
        if matrix.is_request:
            lines += [word for each in own for word in _asked(each, matrix, screen)]
        else:
            lines += [*_table(own), line(), *_standing(own, screen)]
        lines += _who(matrix, own, screen)
    if not matrix.is_request and matrix.lines:
        lines += _why(matrix.lines, screen)
    return paint([*lines, *_left(matrix, screen)], screen)


def _title(matrix: Matrix) -> Iterable[Words]:
    what = "Firewall request" if matrix.is_request else "Port matrix"
    where = f" at {', '.join(matrix.sites)}" if matrix.sites else ""
    only = f" {' or '.join(matrix.only)}" if matrix.only else ""
    yield ((what, "bold"), (visible(f" by {policies(matrix)}{where}: {count(len(matrix.lines), 'line')}{only}."), ""))


def _heading(estate: str | None) -> Iterable[Words]:
    if estate is not None:
        yield line(visible(estate), "bold underline")


def _table(lines: Sequence[Line]) -> list[Words]:
    """One line each, its state first where it has one."""
    rows = [("state", "from", "to", "service", "need", "flow")]
    rows += [(each.state or "", each.source.role, each.destination.role, service(each), each.need, each.flow) for each in lines]
    verified = any(each.state for each in lines)
    heading, *rest = aligned([[visible(cell) for cell in row[0 if verified else 1 :]] for row in rows])
    return [line(heading[0][0], "bold"), *(_coloured(words, each.state) for words, each in zip(rest, lines, strict=True))]


def _coloured(words: Words, state: str | None) -> Words:
    """A table's line with the state in its colour."""
    if state is None:
        return words
    text = words[0][0]
    return (("  ", ""), (state, STYLES[TONES[state]]), (text[2 + len(state) :], ""))


def _standing(lines: Sequence[Line], screen: Screen) -> Iterable[Words]:
    """What is to be said of a line's state, and which rules open it."""
    told = [(each.flow, remark) for each in lines for remark in remarks(each)]
    opened = [
        (each.flow if place == 0 else "", str(rule)) for each in lines for place, rule in enumerate(rules(each))
    ]  # fmt: skip
    for heading, rows, width in (("What is not as it should be, or not known", told, screen.width), ("Opened by", opened, None)):
        if rows:
            yield line(heading, "bold")
            yield from aligned([[visible(cell) for cell in row] for row in rows], width)
            yield line()


def _asked(each: Line, matrix: Matrix, screen: Screen) -> Iterable[Words]:
    """One request, with blanks for whoever asks and allows."""
    source, destination = asked(each)
    fields = {
        "Flow": each.flow,
        "Source": _named(source.role, (*source.networks, *source.groups)),
        "Destination": _named(destination.role, (*destination.networks, *destination.groups)),
        "Service": missing_service(each),
        "To be opened": "; ".join(opened_at(each)),
        "Justification": justification(each),
        "Expiry": expiry(matrix.today),
    } | dict.fromkeys(BLANK, "_" * 30)
    yield from aligned([(f"{field}:", visible(text)) for field, text in fields.items()], screen.width)
    yield line()


def _named(role: str, names: Sequence[str]) -> str:
    return f"{role}: {wording.names(names, NAMED)}" if names else role


def _who(matrix: Matrix, lines: Sequence[Line], screen: Screen) -> Iterable[Words]:
    """The networks and groups of every role, or of those that the product fixes."""
    nobody = "nobody yet" if matrix.sites else ""
    rows = [(one.role, wording.names((*one.networks, *one.groups), NAMED) or nobody) for one in players(lines)]
    rows = [row for row in rows if row[1]]
    if rows and not matrix.is_request:
        yield line("Who is who", "bold")
        yield from aligned([[visible(cell) for cell in row] for row in rows], screen.width)
        yield line()


def _why(lines: Sequence[Line], screen: Screen) -> Iterable[Words]:
    """What the policy says of every flow, once, and its sources."""
    sources = {reference: f"[{number}]" for number, reference in enumerate(dict.fromkeys(each.reference for each in lines), 1)}
    rows: dict[str, tuple[str, str, str]] = {}
    for each in lines:
        condition = f"For {each.when}: " if each.when else ""
        sure = "" if each.confidence == "vendor" else f"{each.confidence} "
        rows.setdefault(each.flow, (each.flow, f"{sure}{sources[each.reference]}", f"{condition}{each.why}"))
    yield line("Why", "bold")
    yield from aligned([[visible(cell) for cell in row] for row in rows.values()], screen.width)
    yield from (line(), line("Sources", "bold"))
    yield from aligned([(number, visible(reference)) for reference, number in sources.items()], screen.width)


def _left(matrix: Matrix, screen: Screen) -> Iterable[Words]:
    """What is not told, and what to do next."""
    nobody = [one.role for one in players(matrix.lines) if matrix.sites and not (one.networks or one.groups)]
    told = []
    if matrix.inactive and not matrix.only:
        told.append(f"Not in it, their features being off: {wording.names(matrix.inactive, len(matrix.inactive))}.")
    if nobody:
        told.append(f"Nobody plays {wording.names(nobody, len(nobody))} yet: say who does, under `roles:` in the site file.")
    if matrix.sites and not matrix.verified:
        told.append("`pamlint matrix --verify` says what has become of each line, `--only missing` asks for what is missing.")
    for text in told:
        yield line()
        yield from wrapped(visible(text), screen.width, indent="  ")
