"""Tables as an XLSX workbook: a sheet a table, headings that stay, filters, widths, colours; same tables, same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from pamlint.report.escaping import safe_cell
from pamlint.report.tables import TONES, Column, Table, Tone

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.workbook.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

FILLS: Mapping[Tone, str] = {"good": "D9EAD3", "bad": "F4CCCC", "doubt": "FCE5CD", "quiet": "EDEDED"}
HEADING = "1F3A5F"
CELL_LIMIT = 32_000
"""A cell holds 32,767 characters (ECMA-376); what is longer is cut, and says so."""
FIRST_DAY = date(1980, 1, 1)
"""The earliest day that a ZIP file can tell."""


def render(tables: Sequence[Table], made_on: date | None) -> bytes:
    """The workbook's bytes. Every cell is text, so that nothing in it is ever calculated."""
    from openpyxl.workbook.workbook import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for table in tables:
        _fill(book.create_sheet(table.title), table)
    day = datetime.combine(made_on or FIRST_DAY, time())
    book.properties.creator = "pamlint"
    book.properties.created = day
    out = io.BytesIO()
    book.save(out)
    return _settled(out, book, day)


def _fill(sheet: Worksheet, table: Table) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.append([column.heading for column in table.columns])
    for place, row in enumerate(table.rows, 2):
        for number, text in enumerate(row, 1):
            _write(sheet.cell(place, number), text, table.columns[number - 1])
    _head(sheet)
    for number, column in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _write(cell: Cell | MergedCell, text: str, column: Column) -> None:
    from openpyxl.styles import Alignment, PatternFill

    told = safe_cell(text)
    if told:
        cell.value = told if len(told) <= CELL_LIMIT else f"{told[:CELL_LIMIT]} ... (cut: longer than a cell can be)"
        cell.data_type = "s"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    tone = TONES.get(text) if column.coloured else None
    if tone is not None:
        cell.fill = PatternFill("solid", fgColor=FILLS[tone])


def _head(sheet: Worksheet) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    for cell in sheet[1]:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=HEADING)
        cell.alignment = Alignment(vertical="center", wrap_text=True)


def _settled(made: io.BytesIO, book: Workbook, day: datetime) -> bytes:
    """The same workbook without the hour at which it was written: in the entries' times, and in its properties."""
    from openpyxl.packaging.core import DocumentProperties
    from openpyxl.xml.functions import tostring

    properties: DocumentProperties = book.properties
    properties.modified = day
    out = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            held = tostring(properties.to_tree()) if name == "docProps/core.xml" else old.read(name)
            new.writestr(zipfile.ZipInfo(name, day.timetuple()[:6]), held, zipfile.ZIP_DEFLATED)
    return out.getvalue()
