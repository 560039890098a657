"""Policies, site files and what is told of an estate: what the tests of judging share."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from tests.twins import lint

POLICY = """
pamlint: policy/1
id: small
product: Small
version: "1"
reviewed: 2026-01-01
sources: {kb: {title: A page, address: "https://example.com/kb", date: 2026-01-01}}
roles: {near: {title: near}, far: {title: far}}
flows:
%s
"""
FLOW = "  - {id: %s, from: %s, to: %s, services: [%s], need: %s, ends: [%s], source: kb, confidence: vendor}\n"
ROLES = """
pamlint: site/1
policy: policy.yaml
roles:
  near: {match: [{name: near}]%s}
  far: {match: [{name: far}]%s}
"""
ONE_ROLE = ROLES.replace("match: [{name: far}]%s", "cidrs: [10.0.2.0/24]") % ", cidrs: [10.0.1.10/32]"
FAR_CALLS = FLOW % ("call", "far", "near", "tcp/22", "optional", "ingress")
INTO_NEAR = FLOW % ("in", "far", "near", "tcp/443", "required", "ingress")
SITE = """
pamlint: site/1
policy: policy.yaml
roles:
  near: {match: [{name: near}]}
  far: {cidrs: [10.20.0.0/16]}
"""


def findings(directory: Path, flows: str, site: str, code: str, policy: str = POLICY) -> list[dict[str, Any]]:
    """What is told of an estate of these texts."""
    for name, text in (("policy.yaml", policy % flows), ("pamlint.yaml", site), ("main.tf", code)):
        (directory / name).write_text(text)
    found: list[dict[str, Any]] = lint(directory).report()["findings"]
    return found


def told(found: list[dict[str, Any]], check: str, direction: str) -> list[tuple[str, str, list[str]]]:
    """The certainty, ACL and peers of a check's findings in one direction."""
    here = [each for each in found if (each["check"], each["direction"]) == (check, direction)]
    return [(each["certainty"], each["acl"], sorted({peer for row in each["traffic"] for peer in row["peers"]})) for each in here]


class Told(NamedTuple):
    """What is told of a finding."""

    check: str
    certainty: str
    acl: str | None
    rule: str | None
    because: list[str]


def inwards(directory: Path, flows: str, site: str, code: str, policy: str = POLICY) -> list[Told]:
    """What is told of traffic inwards and of roles; values that are not known are named there."""
    found = findings(directory, flows, site, code, policy)
    kept = (
        Told(each["check"], each["certainty"], each["acl"], each["rule"], each["because"])
        for each in found
        if each["check"] != "unresolved-value" and (each["direction"] != "egress" or each["check"] == "reply-blocked")
    )
    return sorted(kept, key=repr)
