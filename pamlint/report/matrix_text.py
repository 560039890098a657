"""The port matrix on a screen: a table of who may reach whom, then who is who, then why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pamlint.model.matrix import Line, Matrix
from pamlint.report import wording
from pamlint.report.escaping import visible
from pamlint.report.screen import Line as Words
from pamlint.report.screen import Screen, aligned, line, paint, wrapped
from pamlint.report.summary import count

NAMED = 12
"""How many networks and groups of a role are named before the rest is counted."""


def render(matrix: Matrix, screen: Screen) -> str:
    """The lines of each estate as one table, then what the roles and the flows are."""
    lines = [*_title(matrix), line()]
    for estate in dict.fromkeys(each.estate for each in matrix.lines):
        own = [each for each in matrix.lines if each.estate == estate]
        lines += [*_heading(estate), *_table(own), line(), *_who(matrix, own, screen)]
    lines += [*_why(matrix.lines, screen), *_left(matrix, screen)]
    return paint(lines, screen)


def _title(matrix: Matrix) -> Iterable[Words]:
    policies = ", ".join(f"{used.id} ({used.version})" for used in matrix.policies)
    where = f" at {', '.join(matrix.sites)}" if matrix.sites else ""
    yield ((visible(f"{policies}{where}"), "bold"), (f": {count(len(matrix.lines), 'line')}", ""))


def _heading(estate: str | None) -> Iterable[Words]:
    if estate is not None:
        yield line(visible(estate), "bold underline")


def _table(lines: Sequence[Line]) -> list[Words]:
    rows = [("from", "to", "service", "need", "flow")]
    rows += [(each.source.role, each.destination.role, service(each), each.need, each.flow) for each in lines]
    heading, *rest = aligned([[visible(cell) for cell in row] for row in rows])
    return [line(heading[0][0], "bold"), *rest]


def service(each: Line) -> str:
    """`tcp/22, 443`, `icmp/8`, `47`, `any`."""
    return f"{each.protocol}/{each.ports}" if each.ports not in ("", "any") else each.protocol


def _who(matrix: Matrix, lines: Sequence[Line], screen: Screen) -> Iterable[Words]:
    """The networks and groups of every role, or of those that the product fixes."""
    players: dict[str, dict[str, None]] = {}
    for each in lines:
        for one in (each.source, each.destination):
            players.setdefault(one.role, {}).update(dict.fromkeys((*one.networks, *one.groups)))
    nobody = "nobody yet" if matrix.sites else ""
    rows = [(role, wording.names((*names,), NAMED) or nobody) for role, names in sorted(players.items()) if names or nobody]
    if rows:
        yield line("Who is who", "bold")
        yield from aligned([[visible(cell) for cell in row] for row in rows], screen.width)
        yield line()


def _why(lines: Sequence[Line], screen: Screen) -> Iterable[Words]:
    """What the policy says of every flow, once, and its sources."""
    sources = {reference: f"[{number}]" for number, reference in enumerate(dict.fromkeys(each.reference for each in lines), 1)}
    rows: dict[str, tuple[str, str, str]] = {}
    for each in lines:
        condition = f"While {each.when}: " if each.when else ""
        sure = "" if each.confidence == "vendor" else f"{each.confidence} "
        rows.setdefault(each.flow, (each.flow, f"{sure}{sources[each.reference]}", f"{condition}{each.why}"))
    yield line("Why", "bold")
    yield from aligned([[visible(cell) for cell in row] for row in rows.values()], screen.width)
    yield from (line(), line("Sources", "bold"))
    yield from aligned([(number, visible(reference)) for reference, number in sources.items()], screen.width)


def _left(matrix: Matrix, screen: Screen) -> Iterable[Words]:
    if matrix.inactive:
        text = f"Not in it, their features being off: {wording.names(matrix.inactive, len(matrix.inactive))}."
        yield line()
        yield from wrapped(visible(text), screen.width, indent="  ")
