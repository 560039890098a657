"""A packet's way past one of several NSGs, by a value that is not known."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import pamlint
from tests.judging.azure import AZURE, CLOSED, PERHAPS, SERVES, nsg
from tests.judging.building import INTO_NEAR, POLICY, SITE
from tests.judging.test_one_of import EITHER, TIE

CASES = {
    "all let it through": ((SERVES, CLOSED), (SERVES, CLOSED), "", 0),
    "all stop it": ((CLOSED,), (CLOSED,), "", 1),
    "one stops it": ((SERVES, CLOSED), (CLOSED,), "", 3),
    "all stop it, if any is there": ((CLOSED,), (CLOSED,), PERHAPS, 3),
}


@pytest.mark.parametrize(("inner", "outer", "count", "code"), CASES.values(), ids=CASES)
def test_a_packet_passes_if_it_passes_whichever_is_there(
    inner: tuple[tuple[int, str, str, str, str], ...],
    outer: tuple[tuple[int, str, str, str, str], ...],
    count: str,
    code: int,
    tmp_path: Path,
) -> None:
    """Just one of them is there: what all say is so, what only some say hangs on the value."""
    (tmp_path / "policy.yaml").write_text(POLICY % INTO_NEAR)
    (tmp_path / "pamlint.yaml").write_text(SITE)
    (tmp_path / "main.tf").write_text(AZURE + nsg("inner", *inner) + nsg("outer", *outer) + TIE % (count, EITHER))
    answer = pamlint("trace", "--from", "10.20.0.1", "--to", "near", "--port", "tcp/443", cwd=tmp_path)
    assert (answer.code, answer.err) == (code, "")
