"""The file of service tags that a site file names, and what may be wrong with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pamlint.documents.site import load_site
from pamlint.model.addresses import parse_cidr
from tests.documents.places import complaints, written

HEAD = "pamlint: site/1\npolicy: netiq-pam-3\n"


def tags_of(**prefixes: list[str]) -> str:
    """A file as Microsoft publishes it."""
    return json.dumps({"values": [{"name": name, "properties": {"addressPrefixes": each}} for name, each in prefixes.items()]})


def test_estates_have_the_tags_of_the_site_or_their_own(tmp_path: Path) -> None:
    """A path is relative to the site file; an estate's file takes the place of the whole one above."""
    (tmp_path / "china").mkdir()
    written(tmp_path, tags_of(Storage=["20.0.0.0/8"], Sql=["40.0.0.0/8"]), "tags.json")
    written(tmp_path, tags_of(Storage=["42.0.0.0/8"]), "china/tags.json")
    text = HEAD + "service-tags: tags.json\nestates: {china: {service-tags: china/tags.json}, other: {}}\n"
    site = load_site(written(tmp_path, text))
    found = [
        (tags.members("storage"), tags.members("sql"))
        for tags in (site.estate("china").service_tags, site.estate("other").service_tags)
    ]
    assert found == [(parse_cidr("42.0.0.0/8"), None), (parse_cidr("20.0.0.0/8"), parse_cidr("40.0.0.0/8"))]
    assert load_site(written(tmp_path, HEAD)).service_tags.members("storage") is None


NONE = "`tags.json` does not tell service tags: "
PUBLISHED = "; wanted is the JSON that Microsoft publishes as ServiceTags_Public_<day>.json (in `service-tags`)"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'{"values": [}', f"{NONE}it is no JSON in line 1, column 13{PUBLISHED}"),
        (b"\xff{}", f"{NONE}it is not UTF-8{PUBLISHED}"),
        (b"[" * 200_000, f"{NONE}it is nested too deeply{PUBLISHED}"),
        (b'{"format_version": "1.2", "planned_values": {}}', f"{NONE}it has no list of tags under `values`{PUBLISHED}"),
    ],
)
def test_a_wrong_file_is_told_at_its_key(tmp_path: Path, content: bytes, says: str) -> None:
    """Whatever the file holds, the site file's line says what is wrong with it."""
    (tmp_path / "tags.json").write_bytes(content)
    assert complaints(lambda: load_site(written(tmp_path, HEAD + "service-tags: tags.json\n"))) == [f"3:1: {says}"]


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    """There is a limit, many times what Microsoft publishes."""
    with (tmp_path / "tags.json").open("wb") as file:
        file.truncate((64 << 20) + 1)
    found = complaints(lambda: load_site(written(tmp_path, HEAD + "service-tags: tags.json\n")))
    assert found == ["3:1: `tags.json` is larger than 64 MiB (in `service-tags`)"]


@pytest.mark.parametrize("named", ["../tags.json", "link.json", "away/tags.json"])
def test_nothing_outside_of_the_site_files_directory_is_read(tmp_path: Path, named: str) -> None:
    """Neither a path that climbs nor a link leads out."""
    written(tmp_path, tags_of(Storage=["20.0.0.0/8"]), "tags.json")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "link.json").symlink_to(tmp_path / "tags.json")
    (tmp_path / "site" / "away").symlink_to(tmp_path)
    site = written(tmp_path / "site", HEAD + f"estates: {{prod: {{service-tags: {named}}}}}\n")
    says = f"3:18: `{named}` lies outside of the site file's directory: nothing there is read (in `estates.prod.service-tags`)"
    assert complaints(lambda: load_site(site)) == [says]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("nope.json", "3:1: `nope.json` is no file; looked for "),
        ("[a]", "3:1: `service-tags` is a list: write the path of a JSON file with"),
    ],
)
def test_what_names_no_file_is_told(tmp_path: Path, given: Any, says: str) -> None:
    """A wrong path says where it was looked for, anything else what is wanted."""
    (found,) = complaints(lambda: load_site(written(tmp_path, f"{HEAD}service-tags: {given}\n")))
    assert found.startswith(says)
