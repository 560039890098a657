"""Small estates as files, and what is told of them."""

from __future__ import annotations

from contextlib import chdir
from datetime import date
from pathlib import Path
from typing import Any

from pamlint.report.json import document
from pamlint.run import Options, lint

POLICY = """\
pamlint: policy/1
id: small
product: A small product
version: "1"
reviewed: 2026-01-01
sources: {kb: {title: A page, address: "https://example.com/kb", date: 2026-01-01}}
roles: {user: {title: user, external: true}, vault: {title: vault}, agent: {title: agent}}
flows:
"""
SITE = """\
pamlint: site/1
policy: policy.yaml
roles:
  user: {cidrs: [10.20.0.0/16]}
"""


def told(directory: Path, code: str, flows: str, roles: str) -> dict[str, Any]:
    """The JSON report of an estate of one root; `flows` and `roles` are the lines of the policy and of the site file."""
    (directory / "main.tf").write_text(code)
    (directory / "policy.yaml").write_text(POLICY + "".join(f"  - {line}\n" for line in flows.splitlines()))
    (directory / "pamlint.yaml").write_text(SITE + "".join(f"  {line}\n" for line in roles.splitlines()))
    with chdir(directory):
        return document(lint((Path(),), Options(today=date(2026, 6, 1), environment={})))


def brief(report: dict[str, Any], check: str) -> list[tuple[str, str, list[str]]]:
    """Certainty, direction and references of each finding of a check."""
    return [(each["certainty"], each["direction"], each["because"]) for each in report["findings"] if each["check"] == check]
