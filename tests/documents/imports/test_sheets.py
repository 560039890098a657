"""Files as they come: encodings, separators, merged cells, and those that are out to harm."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest

from pamlint.documents.imports.cells import MOST_CELLS, letters
from pamlint.documents.imports.sheets import read_sheets
from pamlint.model.errors import UserError

TABLE = 'Source,Destination,Port\nBenutzer,"Vault, A",443\nM\u00fcller,Vault,22\n'
ROWS = (("Source", "Destination", "Port"), ("Benutzer", "Vault, A", "443"), ("M\u00fcller", "Vault", "22"))


def rows(tmp_path: Path, content: bytes) -> tuple[tuple[str, ...], ...]:
    path = tmp_path / "table"
    path.write_bytes(content)
    (sheet,), _ = read_sheets(path)
    return sheet.rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_are_told_apart(encoding: str, tmp_path: Path) -> None:
    """With a mark or without one."""
    assert rows(tmp_path, TABLE.encode(encoding)) == ROWS


def test_windows_1252_is_read_and_told(tmp_path: Path) -> None:
    """It cannot be told from others for sure, so it is a doubt."""
    (tmp_path / "table.csv").write_bytes(TABLE.encode("cp1252"))
    (sheet,), (doubt,) = read_sheets(tmp_path / "table.csv")
    assert sheet.rows == ROWS
    assert "Windows-1252" in doubt.text


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_separators_are_told_apart(separator: str, tmp_path: Path) -> None:
    """By what makes the most alike rows; commas inside cells do not mislead."""
    text = f"Source{separator}Destination{separator}Port\nA, B{separator}C{separator}22, 23, 24\n"
    assert rows(tmp_path, text.encode()) == (("Source", "Destination", "Port"), ("A, B", "C", "22, 23, 24"))
    assert rows(tmp_path, f"sep={separator}\n{text}".encode())[1:] == (
        ("Source", "Destination", "Port"),
        ("A, B", "C", "22, 23, 24"),
    )


def test_what_keeps_formulas_away_is_taken_off(tmp_path: Path) -> None:
    """An apostrophe before a sign, and Excel's way to write text; other apostrophes stay."""
    assert rows(tmp_path, b'a,b\n\'=1+1,"=""443"""\n\'quoted\',-\n') == (("a", "b"), ("=1+1", "443"), ("'quoted'", "-"))


def workbook(path: Path, cells: Mapping[str, object], merged: str = "") -> Path:
    """A workbook with one sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for place, value in cells.items():
        sheet[place] = value
    if merged:
        sheet.merge_cells(merged)
    book.save(path)
    return path


def test_a_workbook_is_read_as_it_shows(tmp_path: Path) -> None:
    """Merged cells are filled, whole numbers have no point, days are days, and of hidden sheets only is said that they are there."""
    from datetime import datetime

    path = workbook(
        tmp_path / "x.xlsx",
        {"A1": "Source", "B1": "Port", "A2": "User", "B2": 443.0, "B3": datetime(2026, 1, 9), "C9": " "},
        "A2:A3",
    )
    book = openpyxl.load_workbook(path)
    secret, empty = book.create_sheet("secret"), book.create_sheet("empty")
    secret["A1"], secret.sheet_state, empty.sheet_state = "Source", "hidden", "veryHidden"
    book.save(path)
    (sheet,), (doubt,) = read_sheets(path)
    assert (sheet.name, str(doubt.place), doubt.text) == ("Sheet", "secret", "not read: the sheet is hidden")
    assert sheet.rows == (("Source", "Port"), ("User", "443"), ("User", "2026-01-09"))


def test_formulas_without_a_result_are_not_lost(tmp_path: Path) -> None:
    """They are not computed, so they stand as they are, and whoever reads the row is told."""
    (sheet,), _ = read_sheets(workbook(tmp_path / "x.xlsx", {"A1": "Source", "B1": "=1+442", "A2": "=A1", "B2": 443}))
    assert sheet.rows == (("Source", "=1+442"), ("=A1", "443"))


def test_a_cell_far_away_costs_nothing(tmp_path: Path) -> None:
    """A blank in the last row and column of a sheet is not in the way; a word there breaks a limit."""
    assert read_sheets(workbook(tmp_path / "x.xlsx", {"A1": "Source", "XFD1048576": " "}))[0][0].rows == (("Source",),)
    with pytest.raises(UserError, match="has more than 256 columns"):
        read_sheets(workbook(tmp_path / "y.xlsx", {"A1": "Source", "XFD1048576": "x"}))


def archive(members: Mapping[str, bytes | str], base: bytes | None = None) -> bytes:
    """A zip archive of these members, in the place of those of another."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        if base is not None:
            with zipfile.ZipFile(io.BytesIO(base)) as old:
                for name in old.namelist():
                    if name not in members:
                        made.writestr(name, old.read(name))
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


def plain_workbook() -> bytes:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEAD = f'<worksheet xmlns="{SPACE}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


def hostile() -> dict[str, tuple[bytes, str]]:
    """Files that are out to harm, and what is said of them."""
    book = plain_workbook()
    whole_sheet = f'{HEAD}<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
    many = "".join(f'<c r="A{n}"/>' for n in range(MOST_CELLS + 1))
    return {
        "a zip bomb": (archive({SHEET: b"0" * 40_000_000}, book), "unpacks to more than 200 times its size"),
        "a larger one": (archive({f"xl/{n}.bin": bytes(9_000_000) for n in range(6)}, book), "unpacks to more than"),
        "many files": (archive({f"xl/{n}": b"" for n in range(1_001)}, book), "holds more than 1,000 files"),
        "entities": (archive({SHEET: LAUGHS + HEAD.replace("1</v>", "&b;</v>") + "</worksheet>"}, book), "declares entities"),
        "a merge of everything": (archive({SHEET: whole_sheet}, book), "has more than 200,000 cells"),
        "too many cells": (archive({SHEET: f"{HEAD[:-12]}{many}</sheetData></worksheet>"}, book), "has more than 200,000 cells"),
        "broken XML": (archive({SHEET: HEAD}, book), "holds broken XML"),
        "half an archive": (book[: len(book) // 2], "is a broken archive"),
        "no workbook": (archive({"a.txt": b"x"}), "is an archive, but no .xlsx"),
        "OpenDocument": (archive({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "is an OpenDocument file"),
        "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "is an old Excel file (.xls), or one with a password"),
        "a PDF": (b"%PDF-1.7\n", "is a PDF"),
        "UTF-32": (TABLE.encode("utf-32"), "is UTF-32"),
        "zero bytes": (b"a,b\n" + b"x" * 999 + b"\0\n", "is no text: it holds zero bytes"),
        "Cyrillic in its own code page": ("Источник,Порт\n".encode("cp1251"), "is neither UTF-8 nor UTF-16 nor Windows-1252"),
        "Japanese in its own code page": ("送信元,ポート\n".encode("shift-jis"), "is neither UTF-8 nor UTF-16 nor Windows-1252"),
        "half a character": ("a,b\nx".encode("utf-16")[:-1], "is neither UTF-8 nor UTF-16"),
        "a million columns": (b"," .join([b"x"] * 1_000_000), "has more than 256 columns"),
        "many rows": (b"a,b\n" * 10_001, "has more than 10,000 rows"),
        "many cells": (b",".join([b"x"] * 200) + b"\n" + (b",".join([b"x"] * 200) + b"\n") * 1_001, "has more than 200,000 cells"),
        "a cell without end": (b'Source,Port\n"' + b"x\n" * 5_000, "is no CSV"),
        "a quote that stays open": (b'Source,Port\nA,"1\n', "is no CSV with `,` between cells: line 2: "),
        "a stray quote": (b'Source,Port\nA,1\n"B" C,2\n', "is no CSV with `,` between cells: line 3: "),
        "a long cell": (b"Source,Port\n" + b"x" * 10_001 + b",y\n", "has a cell of more than 10,000 characters"),
        "a large file": (b"x" * 10_000_001, "is larger than 10,000,000 bytes"),
        "nothing": (b"", "is empty"),
    }  # fmt: skip


HOSTILE = hostile()


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_out_to_harm_is_refused(name: str, tmp_path: Path) -> None:
    """With a message that names the limit or the fault, and before any library opens it."""
    content, message = HOSTILE[name]
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    with pytest.raises(UserError) as caught:
        read_sheets(path)
    assert message in caught.value.message
    assert caught.value.message.startswith(f"`{path}` ")


def test_columns_have_letters() -> None:
    """As spreadsheets name them."""
    assert [letters(number) for number in (0, 25, 26, 255, 701, 702)] == ["A", "Z", "AA", "IV", "ZZ", "AAA"]
