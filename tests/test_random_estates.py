"""Random small estates, judged by pamlint and by a naive judge that walks the rules packet by packet."""

from __future__ import annotations

import pytest

from tests.oracle.estates import estate_of
from tests.oracle.linting import differences

BATCHES, SIZE = 12, 25


@pytest.mark.parametrize("batch", range(BATCHES))
def test_pamlint_agrees_with_the_packet_judge(batch: int) -> None:
    """Every finding's traffic, certainty and witness is what the judge finds, and no packet passes in silence."""
    wrong = {seed: found for seed in range(batch * SIZE, (batch + 1) * SIZE) if (found := differences(estate_of(seed), seed))}
    assert wrong == {}
