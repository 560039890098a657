"""The pages on policy and site files say what the schemas say, and their examples load."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pamlint.documents.policy import load_policy
from pamlint.documents.schema import load_schema
from pamlint.documents.site import load_site
from tests.documents.places import written

DOCS = Path(__file__).parents[2] / "docs"
SITE_EXAMPLES, POLICY_EXAMPLES = (
    re.findall(r"^```yaml\n(.*?)^```", (DOCS / f"{name}-file.md").read_text(), re.MULTILINE | re.DOTALL)
    for name in ("site", "policy")
)


@pytest.mark.parametrize("example", SITE_EXAMPLES)
def test_site_examples_load(tmp_path: Path, example: str) -> None:
    """Every example of the page is a site file, its head aside."""
    (tmp_path / "policies").mkdir()
    written(tmp_path, POLICY_EXAMPLES[0], "policies/own.yaml")
    for root in ("prod", "prod-net", "test"):
        (tmp_path / "envs" / root).mkdir(parents=True)
    written(tmp_path, "", "envs/prod/prod.tfvars")
    tag = {"name": "Storage", "properties": {"addressPrefixes": ["20.0.0.0/8"]}}
    written(tmp_path, json.dumps({"values": [tag]}), "ServiceTags_Public.json")
    head = "" if "pamlint:" in example else "pamlint: site/1\n" + ("" if "policy:" in example else "policy: netiq-pam-3\n")
    assert load_site(written(tmp_path, head + example)).policies


@pytest.mark.parametrize("example", POLICY_EXAMPLES)
def test_policy_examples_load(tmp_path: Path, example: str) -> None:
    """Every example of the page is a policy, or flows of the first one."""
    head = "" if "pamlint:" in example else POLICY_EXAMPLES[0].partition("flows:")[0]
    assert load_policy(str(written(tmp_path, head + example, "own.yaml")), tmp_path).flows


def keys(rules: Any) -> Iterator[str]:
    """Every key that a schema knows, at any depth."""
    for keyword, value in rules.items() if isinstance(rules, dict) else ():
        if keyword == "properties":
            yield from value
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from keys(inner)
        yield from keys(value)


@pytest.mark.parametrize("kind", ["site", "policy"])
def test_every_key_is_documented(kind: Any) -> None:
    """No key of the schema is missing on its page."""
    page = (DOCS / f"{kind}-file.md").read_text()
    assert [key for key in sorted(set(keys(load_schema(kind)))) if f"`{key}`" not in page] == []


@pytest.mark.parametrize("kind", ["site", "policy"])
def test_every_documented_key_exists(kind: Any) -> None:
    """No table of keys tells of one that the schema lacks."""
    page = (DOCS / f"{kind}-file.md").read_text()
    tables = re.findall(r"^\| key \| holds \|\n\|[-|]+\|\n((?:\|.*\n)+)", page, re.MULTILINE)
    told = {key for table in tables for row in table.splitlines() for key in re.findall(r"`([^`]+)`", row.split("|")[1])}
    assert told - set(keys(load_schema(kind))) == set()
