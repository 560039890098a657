"""Evidence in every format: whole outputs as recorded, nothing in a name that acts."""

from __future__ import annotations

import json
import re
import unicodedata

import jsonschema
import pytest

from pamlint.documents.schema import load_schema
from pamlint.report.evidence import FORMATS
from pamlint.report.evidence_sections import sections
from tests.report.evidence_samples import EVIDENCE, FULL, HOSTILE
from tests.report.test_matrix import Tags
from tests.report.write_expected import FOLDER


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("name", EVIDENCE)
def test_the_whole_output_is_as_recorded(name: str, format_: str) -> None:
    """Each sample gives the same bytes as when it was last read by a person."""
    assert FORMATS[format_](EVIDENCE[name]).encode() == (FOLDER / f"{name}.{format_}").read_bytes()


@pytest.mark.parametrize("name", EVIDENCE)
def test_json_keeps_to_its_schema(name: str) -> None:
    """The JSON is what `pamlint schema evidence` says."""
    document = json.loads(FORMATS["json"](EVIDENCE[name]))
    jsonschema.Draft202012Validator(dict(load_schema("evidence"))).validate(document)


@pytest.mark.parametrize("format_", FORMATS)
def test_nothing_in_a_name_reaches_a_reader_as_a_command(format_: str) -> None:
    """Control characters, direction marks and broken bytes are escapes in every format."""
    told = FORMATS[format_](HOSTILE)
    assert {char for char in told if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")} <= {"\n"}


def test_html_has_no_tag_that_a_name_made() -> None:
    """Hostile names make no tag and no attribute that plain evidence does not have, and nothing is loaded from anywhere."""
    seen = []
    for each in (FULL, HOSTILE):
        told = FORMATS["html"](each)
        tags = Tags()
        tags.feed(told)
        seen.append(tags.seen)
        assert not re.search(r"<(script|link|img|iframe|object)|url\(|@import|\son\w+=", told)
    assert seen[1] <= seen[0]


@pytest.mark.parametrize("name", EVIDENCE)
def test_markdown_keeps_its_columns(name: str) -> None:
    """A pipe or a line end in a name is no column and no row of a table."""
    told = FORMATS["markdown"](EVIDENCE[name])
    rows = [line.replace("\\\\", "").replace("\\|", "").count("|") - 1 for line in told.splitlines() if line.startswith("|")]
    wanted = [len(section.columns) for section in sections(EVIDENCE[name]) if section.rows for _ in range(len(section.rows) + 2)]
    assert rows == wanted


def test_every_section_is_told_in_every_document() -> None:
    """HTML and Markdown have the same sections with the same requirement numbers, and the JSON names them."""
    html, markdown, document = (FORMATS[name](FULL) for name in ("html", "markdown", "json"))
    told = json.loads(document)["sections"]
    assert [each["title"] for each in told] == re.findall(r"^## \d+\. (.*)$", markdown, re.MULTILINE)
    assert [each["title"] for each in told] == re.findall(r"<h2 id=\"[a-z]+\">\d+\. ([^<]*?)(?: <|<)", html)
    numbers = [number for each in told for number in each["requirements"]]
    assert numbers == re.findall(r'<span class="chip quiet">PCI DSS ([0-9.]+)</span>', html)
    assert numbers == [
        number for found in re.findall(r"^PCI DSS ([0-9., ]+)$", markdown, re.MULTILINE) for number in found.split(", ")
    ]
