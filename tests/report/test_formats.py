"""Every format, whole outputs compared; `python -m tests.report.write_expected` records them."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from pamlint.documents.schema import load_schema
from pamlint.report import FORMATS
from tests.report.samples import FULL, HOSTILE, REPORTS
from tests.report.write_expected import FOLDER, recorded


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the files that the samples point at do not exist."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("name", REPORTS)
def test_the_whole_output_is_as_recorded(name: str, format_: str) -> None:
    """Each sample report gives the same bytes as when it was last read by a person."""
    assert recorded(format_, REPORTS[name]) == (FOLDER / f"{name}.{format_}").read_bytes()


@pytest.mark.parametrize("format_", FORMATS)
def test_nothing_in_a_name_reaches_the_terminal_as_a_command(format_: str) -> None:
    """Control characters, direction marks and broken bytes are written as escapes in every format."""
    told = FORMATS[format_](HOSTILE)
    assert not {char for char in told if not char.isprintable()} - {"\n"}


@pytest.mark.parametrize("name", REPORTS)
def test_json_keeps_to_its_schema(name: str) -> None:
    """The JSON report is what `pamlint schema report` says."""
    jsonschema.Draft202012Validator(dict(load_schema("report"))).validate(json.loads(FORMATS["json"](REPORTS[name])))


@pytest.mark.parametrize("name", REPORTS)
def test_junit_is_xml_whose_counts_are_true(name: str) -> None:
    """The totals of the suite are the numbers of its elements, whatever stands in names."""
    suite = ElementTree.fromstring(FORMATS["junit"](REPORTS[name]).encode()).find("testsuite")
    assert suite is not None
    tags = {"tests": "testcase", "failures": "testcase/failure", "errors": "testcase/error", "skipped": "testcase/skipped"}
    assert {count: int(suite.attrib[count]) for count in tags} == {count: len(suite.findall(tag)) for count, tag in tags.items()}


def test_github_gives_each_finding_one_line() -> None:
    """No message can begin a second workflow command."""
    for report in (FULL, HOSTILE):
        lines = FORMATS["github"](report).splitlines()
        assert len(lines) == len(report.findings)
        assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)


def test_markdown_keeps_its_columns() -> None:
    """A pipe in a name is no column of the table."""
    rows = [line for line in FORMATS["markdown"](HOSTILE).splitlines() if line.startswith("| critical")]
    assert [row.replace("\\|", "").count("|") for row in rows] == [7]
