"""`pamlint policy import` as a user meets it, and that what pamlint writes comes back as it was."""

from __future__ import annotations

import shutil
from collections import defaultdict
from pathlib import Path

import pytest

from pamlint.documents.policy import catalogue, load_policy
from pamlint.model.policy import Flow, ParameterService, Policy
from pamlint.model.ranges import Ranges, normal
from tests.twins import pamlint

TABLES = Path(__file__).parents[1] / "documents" / "imports" / "tables"
TODAY = ("--today", "2026-11-27")


def test_a_table_as_people_have_it(tmp_path: Path) -> None:
    """The policy and the doubts are the recorded ones; rows that were not understood make the exit code 3."""
    shutil.copy(TABLES / "messy.csv", tmp_path)
    answer = pamlint(tmp_path, "policy", "import", "messy.csv", *TODAY, "--output", "policies/messy.yaml")
    assert (answer.code, answer.out) == (3, "Wrote policies/messy.yaml.\n")
    assert (tmp_path / "policies" / "messy.yaml").read_text() == (TABLES / "messy.yaml").read_text()
    told = [line.removeprefix("note: ") for line in answer.err.splitlines()]
    assert "not understood: row 13: udp without ports: write `any` if all are meant" in told
    assert told[-2:] == [
        "messy.csv: 13 flows between 12 roles; 2 rows not understood, 10 assumptions",
        "error: not every row was understood",
    ]
    assert pamlint(tmp_path, "policy", "check", "policies/messy.yaml").code == 0


def test_one_product_of_several(tmp_path: Path) -> None:
    """`--only` takes the rows under one heading, with their doubts alone."""
    shutil.copy(TABLES / "messy.csv", tmp_path)
    answer = pamlint(tmp_path, "policy", "import", "messy.csv", "--only", "Fabrikam Vault", *TODAY)
    assert answer.code == 3
    assert "product: Fabrikam Vault\n" in answer.out
    assert answer.err.splitlines() == [
        "note: row 20, column E: the column `Owner` is not read",
        "note: not understood: row 23: no destination",
        "note: messy.csv: 2 flows between 2 roles; 1 row not understood, 1 assumption",
        "error: not every row was understood",
    ]
    answer = pamlint(tmp_path, "policy", "import", "messy.csv", "--only", "nothing")
    assert answer.code == 2
    assert answer.err.startswith("error: --only: nothing in `messy.csv` belongs to `nothing`; there is Contoso PAM")


PLAIN = "Source,Destination,Port,Required\nUser,Gateway,tcp/443,yes\n"


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (PLAIN, (), 0),
        (PLAIN, ("--strict",), 0),
        (PLAIN.replace("tcp/", ""), (), 0),
        (PLAIN.replace("tcp/", ""), ("--strict",), 3),
        (PLAIN.replace("tcp/443", "soon"), (), 3),
        (PLAIN.replace(",Required", "").replace(",yes", ""), ("--need", "required", "--strict"), 0),
        ("a,b\n1,2\n", (), 2),
        (PLAIN, ("--need", "sometimes"), 2),
    ],
)
def test_exit_codes(text: str, options: tuple[str, ...], code: int, tmp_path: Path) -> None:
    """0 if all was understood, 3 if a row was not or, strictly, something was assumed, 2 for what holds no table."""
    (tmp_path / "x.csv").write_text(text)
    assert pamlint(tmp_path, "policy", "import", "x.csv", *options).code == code


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A file that is there stays as it is."""
    (tmp_path / "x.csv").write_text(PLAIN)
    answer = pamlint(tmp_path, "policy", "import", "x.csv", "--output", "x.csv")
    assert (answer.code, answer.err) == (
        2,
        "error: `x.csv` is there already and stays as it is; name another place with --output\n",
    )
    assert (tmp_path / "x.csv").read_text() == PLAIN


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """Is named."""
    assert pamlint(tmp_path, "policy", "import", "x.csv").err == "error: `x.csv` cannot be read: No such file or directory\n"


def test_a_table_that_no_policy_can_hold(tmp_path: Path) -> None:
    """Is refused with its size."""
    rows = "".join(f"A,B,tcp/{number},yes\n" for number in range(1, 9_000))
    (tmp_path / "x.csv").write_text(f"Source,Destination,Port,Required\n{rows}")
    answer = pamlint(tmp_path, "policy", "import", "x.csv")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.endswith(" bytes, which is too large: import parts of it\n")


@pytest.mark.parametrize("policy", catalogue())
def test_every_matrix_comes_back(policy: str, tmp_path: Path) -> None:
    """Written as CSV and as a workbook and imported, a product has the same flows as before, down to their notes and sources."""
    assert pamlint(tmp_path, "matrix", "--policy", policy, "--output", "csv=x.csv", "--output", "xlsx=x.xlsx").code == 0
    before = load_policy(policy, Path())
    for name in ("x.csv", "x.xlsx"):
        answer = pamlint(tmp_path, "policy", "import", name, "--output", f"{name}.yaml")
        assert answer.code == 0, answer.err
        assert "About" not in answer.err
        assert told(load_policy(f"./{name}.yaml", tmp_path)) == told(before)


def told(policy: Policy) -> list[object]:
    """All that a matrix tells of a policy's flows."""
    return [
        (
            flow.id,
            flow.sources,
            flow.destinations,
            services(policy, flow),
            (flow.need, flow.when, flow.ends, flow.confidence, flow.note),
            (policy.sources[flow.source].title, policy.sources[flow.source].address, policy.sources[flow.source].date),
        )
        for flow in policy.flows
    ]


def services(policy: Policy, flow: Flow) -> dict[object, Ranges]:
    """The ports by protocol, parameters filled in where they have a default."""
    found: dict[object, list[tuple[int, int]]] = defaultdict(list)
    numbers = {"tcp": 6, "udp": 17}
    for service in flow.services:
        if not isinstance(service, ParameterService):
            found[service.protocols] += service.ports
            continue
        value = policy.parameters[service.parameter].default
        if value is None:
            found[service] = []
        elif service.protocol is None:
            for each in value:
                found[each.protocols] += each.ports  # type: ignore[union-attr]
        else:
            number = numbers[service.protocol]
            found[(number, number),] += value  # type: ignore[arg-type]
    return {protocol: normal(ports) for protocol, ports in found.items()}
