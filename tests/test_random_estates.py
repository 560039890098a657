"""Random small estates, judged by pamlint and by a naive judge that walks the rules packet by packet."""

from __future__ import annotations

import pytest

from tests.oracle.estates import estate_of
from tests.oracle.linting import differences
from tests.oracle.tracing import traces_that_differ

BATCHES, SIZE = 12, 25


@pytest.mark.parametrize("batch", range(BATCHES))
def test_pamlint_agrees_with_the_packet_judge(batch: int) -> None:
    """Every finding's traffic, certainty and witness is what the judge finds, and no packet passes in silence."""
    wrong = {seed: found for seed in range(batch * SIZE, (batch + 1) * SIZE) if (found := differences(estate_of(seed), seed))}
    assert wrong == {}


@pytest.mark.parametrize("batch", range(4))
def test_a_trace_agrees_with_the_packet_judge(batch: int) -> None:
    """Each packet is allowed, denied or unproven as the judge says, on its way and back through network ACLs."""
    wrong = {seed: found for seed in range(batch * 15, (batch + 1) * 15) if (found := traces_that_differ(estate_of(seed), seed))}
    assert wrong == {}
