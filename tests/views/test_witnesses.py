"""Every finding's witness, traced: the ACL that the finding blames says to that packet what the finding says."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import chdir
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from pamlint.model.finding import Finding
from pamlint.run import Options, lint, trace
from pamlint.views.trace import question
from tests.oracle.estates import estate_of
from tests.oracle.render import write
from tests.twins import FIXTURES, TODAY, copy_estate, materialise, twins

OUTCOMES = {
    "blocked-access": "allowed",
    "extra-access": "allowed",
    "implicit-allow": "allowed",
    "missing-access": "denied",
    "reply-blocked": "denied",
}
EVERY = 3
"""Of the twins each third one is traced: they are many, and alike."""
ESTATES = 30
"""How many random estates are traced."""
MAKE: dict[str, Callable[[Path], object]] = {
    **{twin.name: partial(materialise, twin) for twin in twins()[::EVERY] if "findings" in twin.change},
    "demo": partial(copy_estate, FIXTURES / "demo"),
    **{f"random {seed}": partial(write, estate_of(seed)) for seed in range(ESTATES)},
}


@pytest.mark.parametrize("name", MAKE)
def test_a_witness_is_traced_as_it_was_found(name: str, tmp_path: Path) -> None:
    """Open where something is open, denied where something is missing; unproven findings are never contradicted."""
    made = MAKE[name](tmp_path)
    with chdir(made if isinstance(made, Path) else tmp_path):
        options = Options(today=date.fromisoformat(TODAY), environment={})
        findings = [finding for finding in lint((Path(),), options).findings if finding.witness and finding.check in OUTCOMES]
        wrong = [(finding.message, found) for finding in findings if not agrees(finding, found := outcomes(finding, options))]
    assert wrong == []


def agrees(finding: Finding, found: set[str]) -> bool:
    """What is unproven may be so for what the policy wants, and not for what the rules say."""
    wanted = OUTCOMES[finding.check]
    return found == {wanted} if finding.certainty == "proved" else bool(found) and found <= {wanted, "unproven"}


def outcomes(finding: Finding, options: Options) -> set[str]:
    """What the finding's ACL says to its witness in its direction, in the finding's estate."""
    sent = finding.witness
    assert sent is not None
    detail = sent.destination_port if sent.destination_port is not None else sent.icmp
    port = sent.protocol if detail is None else f"{sent.protocol}/{detail}"
    found, _ = trace((Path(),), options, question(sent.source, sent.destination, port, sent.source_port))
    return {
        stop.outcome
        for way in found.ways
        for stop in way.stops
        if way.estate == finding.estate and not stop.is_reply and stop.direction == finding.direction
        if finding.acl in [acl.address for acl in stop.acls]
    }
