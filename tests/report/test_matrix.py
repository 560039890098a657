"""The port matrix in every format: whole outputs as recorded, workbooks read back, nothing in a name that acts."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from datetime import date
from html.parser import HTMLParser

import jsonschema
import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from pamlint.documents.schema import load_schema
from pamlint.model.matrix import Matrix
from pamlint.model.noun import replace
from pamlint.report.dates import six_months_after
from pamlint.report.matrix import FORMATS
from pamlint.report.matrix_tables import table
from pamlint.report.screen import PLAIN, Screen
from tests.report.matrix_samples import DAY, FORMULAS, HOSTILE, MATRICES, SITE, VERIFIED
from tests.report.write_expected import FOLDER, matrix_recorded

REQUEST = replace(VERIFIED, lines=tuple(replace(line, estate="lab") for line in VERIFIED.lines)).limited(("missing",))
WRITTEN = [name for name in FORMATS if name != "xlsx"]


@pytest.mark.parametrize("format_", WRITTEN)
@pytest.mark.parametrize("name", MATRICES)
def test_the_whole_output_is_as_recorded(name: str, format_: str) -> None:
    """Each sample matrix gives the same bytes as when it was last read by a person."""
    assert matrix_recorded(format_, MATRICES[name]) == (FOLDER / f"{name}.{format_}").read_bytes()


@pytest.mark.parametrize("name", MATRICES)
def test_json_keeps_to_its_schema(name: str) -> None:
    """The JSON is what `pamlint schema matrix` says."""
    document = json.loads(FORMATS["json"](MATRICES[name], PLAIN))
    jsonschema.Draft202012Validator(dict(load_schema("matrix"))).validate(document)


def sheets(matrix: Matrix) -> list[Worksheet]:
    """The sheets of a matrix's workbook, read back."""
    made = FORMATS["xlsx"](matrix, PLAIN)
    assert isinstance(made, bytes)
    return [sheet for sheet in load_workbook(io.BytesIO(made)).worksheets if isinstance(sheet, Worksheet)]


@pytest.mark.parametrize("name", MATRICES)
def test_a_workbook_holds_what_the_csv_holds(name: str) -> None:
    """Heading for heading and cell for cell, all of them text; empty cells read back as none."""
    first = sheets(MATRICES[name])[0]
    told = [[cell.value or "" for cell in row] for row in first.iter_rows()]
    written = FORMATS["csv"](MATRICES[name], PLAIN)
    assert isinstance(written, str)
    assert told == list(csv.reader(io.StringIO(written, newline="")))
    assert {cell.data_type for row in first.iter_rows() for cell in row} <= {"s", "n"}
    assert all(cell.value is None for row in first.iter_rows() for cell in row if cell.data_type == "n")


def test_a_workbook_is_easy_to_work_with() -> None:
    """Headings stay on the screen and on every printed page, columns can be filtered and are as wide as what they hold needs."""
    first, about = sheets(VERIFIED)
    assert (first.title, first.freeze_panes, first.auto_filter.ref) == ("Port matrix", "A2", first.dimensions)
    assert first.print_title_rows == "$1:$1"
    assert first.page_setup.orientation == "landscape"
    wanted = {column.heading: column.width for column in table(VERIFIED).columns}
    widths = {
        first.cell(1, place).value: first.column_dimensions[first.cell(1, place).column_letter].width
        for place in range(1, first.max_column + 1)
    }
    assert widths == wanted
    assert [cell.value for cell in about["A"]] == ["What", "Policy", "Site file", "Day", *["Off with their features"] * 2]


def test_a_workbook_shows_states_by_their_colours() -> None:
    """What is missing or wrongly open is red, what is open green, doubts are orange and the rest is grey."""
    first = sheets(VERIFIED)[0]
    place = next(cell.column for cell in first[1] if cell.value == "State")
    colours = {first.cell(row, place).value: first.cell(row, place).fill.fgColor.rgb[2:] for row in range(2, first.max_row + 1)}
    assert colours == {
        "missing": "F4CCCC",
        "wrongly-open": "F4CCCC",
        "half-open": "FCE5CD",
        "unproven": "FCE5CD",
        "not-judged": "EDEDED",
        "closed": "EDEDED",
    }


def test_a_workbook_has_no_hour() -> None:
    """The same matrix gives the same bytes, whenever it is written, and says the day of the run."""
    made = FORMATS["xlsx"](SITE, PLAIN)
    assert made == FORMATS["xlsx"](SITE, PLAIN)
    assert isinstance(made, bytes)
    properties = load_workbook(io.BytesIO(made)).properties
    assert (properties.created.date(), properties.modified.date(), properties.creator) == (DAY, DAY, "pamlint")


def test_what_is_longer_than_a_cell_is_cut_aloud() -> None:
    """A cell of a workbook holds 32,767 characters; nothing is lost without a word."""
    long = replace(SITE, lines=(replace(SITE.lines[0], why="x" * 40_000),))
    cells = [str(cell.value) for cell in sheets(long)[0][2]]
    assert [cell for cell in cells if cell.endswith("... (cut: longer than a cell can be)")] != []
    assert max(len(cell) for cell in cells) <= 32_767


def acts(cell: str) -> bool:
    """Whether a spreadsheet would take it for a formula."""
    return unicodedata.normalize("NFKC", cell).strip()[:1] in tuple("=+-@") or cell[:1] in "\t\r\n"


def test_the_samples_would_act() -> None:
    """Each of the hostile texts is a formula to some spreadsheet, as it stands."""
    assert all(acts(text) for text in FORMULAS)


@pytest.mark.parametrize("name", MATRICES)
def test_no_cell_is_a_formula(name: str) -> None:
    """Neither in CSV nor in a workbook does any cell begin like a formula, white space and full-width forms included."""
    written = FORMATS["csv"](MATRICES[name], PLAIN)
    assert isinstance(written, str)
    cells = [cell for row in csv.reader(io.StringIO(written, newline="")) for cell in row]
    cells += [str(cell.value) for sheet in sheets(MATRICES[name]) for row in sheet.iter_rows() for cell in row if cell.value]
    assert [cell for cell in cells if cell and acts(cell)] == []


@pytest.mark.parametrize("format_", WRITTEN)
def test_nothing_in_a_name_reaches_a_reader_as_a_command(format_: str) -> None:
    """Control characters, direction marks and broken bytes are escapes in every format."""
    for matrix in (HOSTILE, HOSTILE.limited(("missing",))):
        told = FORMATS[format_](matrix, Screen(colour=False))
        assert isinstance(told, str)
        unseen = {char for char in told if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")}
        assert unseen <= {"\n", "\r"}


class Tags(HTMLParser):
    """The tags of a page, and their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[tuple[str, str]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keeps each tag with each of its attributes."""
        self.seen |= {(tag, name) for name, _ in attrs} | {(tag, "")}


def test_html_has_no_tag_that_a_name_made() -> None:
    """Hostile names make no tag and no attribute that a plain matrix does not have, and nothing is loaded from anywhere."""
    for plain, hostile in ((VERIFIED, HOSTILE), (REQUEST, HOSTILE.limited(("missing",)))):
        seen = []
        for matrix in (plain, hostile):
            told = FORMATS["html"](matrix, PLAIN)
            assert isinstance(told, str)
            tags = Tags()
            tags.feed(told)
            seen.append(tags.seen)
            assert not re.search(r"<(script|link|img|iframe|object)|url\(|@import|\son\w+=", told)
        assert seen[1] <= seen[0]


@pytest.mark.parametrize("name", MATRICES)
def test_markdown_keeps_its_columns(name: str) -> None:
    """A pipe or a line end in a name is no column and no row of the table."""
    told = FORMATS["markdown"](MATRICES[name], PLAIN)
    assert isinstance(told, str)
    rows = [line for line in told.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + len(MATRICES[name].lines)
    assert len({row.replace("\\\\", "").replace("\\|", "").count("|") for row in rows}) == 1


@pytest.mark.parametrize(
    ("day", "later"),
    [("2026-05-27", "2026-11-27"), ("2026-08-31", "2027-02-28"), ("2027-08-31", "2028-02-29"), ("2026-12-31", "2027-06-30"), ("2026-06-30", "2026-12-30")],
)  # fmt: skip
def test_six_months_on_is_the_same_day_or_the_last_one(day: str, later: str) -> None:
    """A review is due on the same day of the month, or on its last day where the month is shorter."""
    assert six_months_after(date.fromisoformat(day)) == date.fromisoformat(later)
