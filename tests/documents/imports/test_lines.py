"""Tables in the shapes that people have, and what is said of each doubtful row."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pamlint.documents.imports.headings import HEADINGS, headings, spelled
from pamlint.documents.imports.lines import read_lines, slug
from pamlint.documents.imports.policies import to_policy
from pamlint.documents.policy import load_policy
from pamlint.model.noun import replace
from pamlint.model.policy import Need
from pamlint.model.port_table import Place, PortLine, Sheet
from pamlint.report.imported import render

HEAD = ("Source", "Destination", "Protocol", "Port")


def lines(*rows: tuple[str, ...], need: Need | None = None) -> tuple[list[PortLine], list[str]]:
    """What the rows of one sheet say, and the doubts."""
    table = read_lines([Sheet(None, rows)], need)
    return list(table.lines), [f"{'lost: ' if doubt.lost else ''}{doubt.place}: {doubt.text}" for doubt in table.doubts]


def one(extra: dict[str, str], need: Need | None = None) -> tuple[list[PortLine], list[str]]:
    """A plain row with more columns."""
    return lines((*HEAD, *extra), ("User", "Gateway", "TCP", "443", *extra.values()), need=need)


def test_no_heading_means_two_things() -> None:
    """Each spelling belongs to one kind, and is spelled as headings are."""
    names = [name.strip() for names in HEADINGS.values() for name in names.split("|")]
    assert len(names) == len(set(names))
    assert [name for name in names if spelled(name) != name] == []


@pytest.mark.parametrize(
    "row",
    [
        ("Src", "Dst", "Proto", "Port(s)"),
        ("FROM", "TO", "Service", "Notes"),
        ("Source (role)", "Destination (role)", "L4 Protocol", "Dst. Port / Range"),
        ("Rule", "Origin", "Target", "Services"),
        ("Source Port", "Source", "Destination", "Destination Port"),
    ],
)
def test_headings_are_matched_loosely(row: tuple[str, ...]) -> None:
    """Case, points, brackets and abbreviations do not matter."""
    (found,) = headings([row])
    assert {"source", "destination"} <= found.columns.keys()
    assert found.columns.keys() & {"ports", "service"}
    assert found.unused == ()


@pytest.mark.parametrize(
    "row",
    [
        ("Source", "Destination"),
        ("source", "target", "service", "443"),
        ("Client", "Server", "TCP/UDP", "any"),
        ("Traffic from the source goes to the destination port", "x", "y"),
    ],
)
def test_other_rows_are_no_headings(row: tuple[str, ...]) -> None:
    """Data that reads like headings stays data."""
    assert list(headings([row])) == []


NEEDS: dict[str, tuple[str, bool]] = {
    "Yes": ("required", True),
    "mandatory": ("required", True),
    "X": ("required", True),
    "No": ("optional", True),
    "nice to have": ("optional", True),
    "Deny": ("blocked", True),
    "if used": ("optional", True),
    "perhaps": ("optional", False),
}


@pytest.mark.parametrize("word", NEEDS)
def test_needs(word: str) -> None:
    """Only a clear word makes a row required."""
    (line,), doubts = one({"Required?": word})
    assert (line.need, line.sure) == NEEDS[word]
    assert bool(doubts) is (word in ("if used", "perhaps"))


def test_a_need_that_nobody_tells_is_asked_for() -> None:
    """Without a column for it nothing is required, unless the user says so."""
    (line,), doubts = one({})
    assert line.need == "optional"
    assert doubts == ["row 1: no column says what is required, so nothing is: `--need required` makes all of it so"]
    (line,), doubts = one({}, need="required")
    assert (line.need, doubts) == ("required", [])


def test_other_columns_that_say_it() -> None:
    """`Optional` is the contrary, `Action` closes, a feature makes what is needed conditional."""
    assert one({"Optional": "yes"})[0][0].need == "optional"
    assert one({"Optional": "no"})[0][0].need == "required"
    assert one({"Action": "deny"})[0][0].need == "blocked"
    (line,), _ = one({"Required": "yes", "Feature": "RDP sessions, not SSH"})
    assert (line.need, line.on, line.off) == ("conditional", ("rdp-sessions",), ("ssh",))


def test_what_is_not_sure_is_not_required() -> None:
    """A row with an assumption that decides what is open becomes optional, and says so."""
    found, doubts = lines((*HEAD, "Required"), ("User", "Gateway", "", "443", "yes"))
    assert (found[0].need, found[0].sure) == ("optional", False)
    assert doubts == ["row 2: no protocol for 443: tcp was assumed", "row 2, column E: it is optional, because it is not sure"]


DIRECTIONS = {
    "egress, ingress": (1, ("egress", "ingress")),
    "Ingress": (1, ("ingress",)),
    "Inbound": (1, ("egress", "ingress")),
    "\u2192": (1, ("egress", "ingress")),
    "Bidirectional": (2, ("egress", "ingress")),
    "<->": (2, ("egress", "ingress")),
}


@pytest.mark.parametrize("word", DIRECTIONS)
def test_directions(word: str) -> None:
    """A flow has a direction by its ends; both ways are two flows, the way back an optional one."""
    found, _ = one({"Direction": word, "Required": "yes"})
    assert (len(found), found[0].ends) == DIRECTIONS[word]
    if len(found) == 2:
        assert (found[1].sources, found[1].destinations, found[1].need) == (found[0].destinations, found[0].sources, "optional")


DOUBTED = {
    ("Source port", "443"): "row 2, column E: the source port 443 is not read: a policy's flows come from any",
    ("Direction", "sideways"): "row 2, column E: `sideways` is no direction: from source to destination was taken",
    ("Service", "SSH"): "row 2, column E: `SSH` is tcp/22, and the ports say tcp/443",
    ("Confidence", "sure"): "row 2, column E: `sure` is no confidence that a policy has: `inferred` was taken",
    ("Owner", "Ann"): "row 1, column E: the column `Owner` is not read",
}


@pytest.mark.parametrize("column", DOUBTED, ids=lambda column: column[0])
def test_doubts_name_their_cell(column: tuple[str, str]) -> None:
    """Each with its row and column, as a spreadsheet counts."""
    assert one(dict([column]), need="optional")[1] == [DOUBTED[column]]


def test_nothing_is_lost_in_silence() -> None:
    """Every row becomes a line, or is told."""
    found, doubts = lines(
        ("Firewall matrix",),
        ("a", "stray", "row"),
        (),
        (*HEAD, "Required"),
        ("User", "Gateway", "TCP", "443", "yes"),
        ("Section",),
        ("", "Gateway", "TCP", "443", "yes"),
        ("User", "Gateway", "TCP", "soon", "yes"),
        ("=A1", "Gateway", "TCP", "443", "yes"),
        ("User", "Gateway", "TCP", "443", "yes"),
    )
    assert len(found) == 2
    assert doubts == [
        "row 6: `Section` stands alone: taken for a heading",
        "lost: row 7: no source",
        "lost: row 8: `soon` is no service that is known: write its port",
        "lost: row 9: `=A1` is a formula without a result",
        "lost: row 2: `a` and more stand above the first headings: not read",
    ]
    table = read_lines([Sheet(None, ((*HEAD, "Need"), *[("User", "Gateway", "TCP", "443", "yes")] * 2))], None)
    assert [str(doubt.place) for doubt in to_policy(table, "x", "x.csv", date(2026, 1, 1)).doubts] == ["row 3"]


def test_roles_have_names_of_policies() -> None:
    """Several in a cell, accents, other alphabets, addresses, and names that come to the same."""
    (line,), doubts = lines(HEAD, ("M\u00fcller & Co; 2nd Host", "\u91d1\u5eab\n10.0.0.0/8", "TCP", "443"), need="optional")
    assert [party.role for party in line.sources] == ["muller-co", "role-2nd-host"]
    assert [party.role for party in line.destinations] == ["role-427d68b4", "net-10-0-0-0-8"]
    assert len(doubts) == 2
    table = read_lines([Sheet(None, (HEAD, ("A B", "C", "TCP", "1"), ("a-b", "C", "TCP", "2")))], "optional")
    texts = [doubt.text for doubt in to_policy(table, "x", "x.csv", date(2026, 1, 1)).doubts]
    assert texts == ["`a-b` and `A B` are both the role a-b"]
    assert slug("any") == "any"


CELL = st.sampled_from(
    [
        "",
        "User",
        "Web Gateway",
        "TCP",
        "udp/53",
        "443",
        "443, 8443",
        "yes",
        "no",
        "deny",
        "x",
        "not a, b",
        "{p}",
        "any",
        "\u2603",
        "7",
    ]
) | st.text(max_size=8)
ROW = st.lists(CELL, min_size=2, max_size=9).map(tuple)
COLUMNS = ("Source", "Destination", "Protocol", "Port", "Required", "Feature", "Flow", "Parameter", "Why")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ROW, min_size=1, max_size=6))
def test_whatever_is_understood_loads(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]) -> None:
    """Any table gives a policy that is right by the schema, or none."""
    table = read_lines([Sheet("a\nb", (COLUMNS, *rows))], None)
    told = {line.place.row for line in table.lines} | {doubt.place.row for doubt in table.doubts}
    assert all(number + 2 in told for number, row in enumerate(rows) if any(cell.strip() for cell in row))
    if table.lines:
        path = tmp_path_factory.mktemp("imported") / "x.yaml"
        path.write_text(render(to_policy(table, "\u2603", "x.csv", date(2026, 1, 1)), "x.csv"), encoding="utf-8")
        assert load_policy(str(path), Path()).flows


def test_flows_of_one_id_become_one() -> None:
    """Where each source goes with each destination and service; else they stay apart, with ids of their own."""
    whole = [("f", near, far, "TCP", "443") for near in ("A", "B") for far in ("C", "D")]
    policy = to_policy(read_lines([Sheet(None, (("Flow", *HEAD), *whole))], "optional"), "x", "x", date(2026, 1, 1))
    assert [(flow["id"], flow["from"], flow["to"]) for flow in policy.data["flows"]] == [("f", ["a", "b"], ["c", "d"])]
    assert policy.places["f"] == tuple(replace(Place(), row=row) for row in (2, 3, 4, 5))
    part = to_policy(read_lines([Sheet(None, (("Flow", *HEAD), *whole[:3]))], "optional"), "x", "x", date(2026, 1, 1))
    assert [(flow["id"], flow["from"], flow["to"]) for flow in part.data["flows"]] == [
        ("f", "a", "c"),
        ("f-2", "a", "d"),
        ("f-3", "b", "c"),
    ]
