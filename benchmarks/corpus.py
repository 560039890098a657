"""The accuracy corpus: one small Terraform case for each known mistake of the field, with the truth beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

CORPUS = Path(__file__).parents[1] / "fixtures" / "accuracy"
KEY = re.compile(r"\[[^\]]*\]")
INLINE = re.compile(r"\.(ingress|egress|security_rule)$")
NOT_TOLD = {"ports": None, "icmp": None, "local": ["any"], "source_ports": None}
WITHOUT_CERTAINTY = {"unresolved-value"}


@dataclass(frozen=True, slots=True)
class Case:
    """One directory of the corpus with its `truth.yaml`.

    `reported` and `silent` are the resources that a right tool has to report and must not report; `named` holds other names
    that tools have for them, and `asked` says which of a tool's checks are about that, by tool. `findings` is what pamlint
    has to say, no more and no less, and `input` what it and the others are given: the directory, or a plan in it.
    """

    directory: Path
    title: str
    citation: Sequence[str]
    verdict: str
    why: str
    asked: Mapping[str, Sequence[str]]
    reported: frozenset[str]
    silent: frozenset[str]
    findings: Sequence[Mapping[str, Any]]
    named: Mapping[str, str]
    input: str

    @property
    def name(self) -> str:
        return self.directory.name


def cases() -> list[Case]:
    """Every case, by name."""
    return [read(path) for path in sorted(CORPUS.glob("*/truth.yaml"))]


def read(path: Path) -> Case:
    """The case that a `truth.yaml` tells; `TypeError` if a key is missing or unknown."""
    truth: dict[str, Any] = {"input": ".", "named": {}, **yaml.safe_load(path.read_text(encoding="utf-8"))}
    reported, silent = (frozenset(truth.pop(key)) for key in ("reported", "silent"))
    return Case(directory=path.parent, reported=reported, silent=silent, **truth)


def faults(case: Case, told: Iterable[str]) -> list[str]:
    """What is wrong with a tool that reports just these resources, or rules inside of them; keys are left aside."""
    resources = {INLINE.sub("", KEY.sub("", address)) for address in told}
    resources |= {case.named[resource] for resource in resources & case.named.keys()}
    missed = [f"misses `{address}`" for address in sorted(case.reported - resources)]
    return missed + [f"reports `{address}`" for address in sorted(case.silent & resources)]


def disagreement(case: Case, findings: Sequence[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """The findings of the truth that pamlint lacks, and those of pamlint that the truth lacks."""
    missing, left = [], list(findings)
    for wanted in case.findings:
        match = next((finding for finding in left if agrees(wanted, finding)), None)
        if match is None:
            missing.append(wanted)
        else:
            left.remove(match)
    keys = ("check", "certainty", "severity", "flow", "direction", "acl", "rule", "traffic", "because")
    return missing, [{key: finding[key] for key in keys} for finding in left]


def agrees(wanted: Mapping[str, Any], finding: Mapping[str, Any]) -> bool:
    """Whether a finding is the wanted one in all that was written of it; what is not said to be unproven is proved."""
    told = dict(wanted) if wanted["check"] in WITHOUT_CERTAINTY else {"certainty": "proved", **wanted}
    return all(rows(finding[key]) == rows(value) if key == "traffic" else finding[key] == value for key, value in told.items())


def rows(traffic: Iterable[Mapping[str, Any]]) -> list[str]:
    """Rows of traffic in one order, with what is left out of a row filled in."""
    whole = [{**NOT_TOLD, **row, "except": [{**NOT_TOLD, **inner} for inner in row.get("except", ())]} for row in traffic]
    return sorted(json.dumps(row, sort_keys=True) for row in whole)
