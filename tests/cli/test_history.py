"""`pamlint history` on a history that real audits would have left."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pamlint.history import open_history
from pamlint.model.finding import Finding
from pamlint.model.past import ScopeRead
from pamlint.model.scope import Scope
from tests.cli.commands import Answer, pamlint

ONE, TWO = Scope("aws", "111122223333", "eu-west-1"), Scope("aws", "111122223333", "us-east-1")
TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(Z?)")

LIST = [
    ["run", "began", "read", "findings", "site"],
    ["3", "TIME", "not ended", "0 scopes", "0", "azure, /etc/pamlint.yaml"],
    ["2", "TIME", "not complete", "1 of 2 scopes", "2", "aws, /etc/pamlint.yaml"],
    ["1", "TIME", "complete", "2 scopes", "2", "aws, /etc/pamlint.yaml"],
]
SHOW = """run 2: aws, TIME to TIME UTC, not complete, 1 of 2 scopes
  judged by /etc/pamlint.yaml
  not read: aws/111122223333/us-east-1

high[extra-access] proved: sg-2 is open \\x1b[2J
    seen from TIME to TIME, PRINT-2

high[extra-access] proved: sg-3 is open \\x1b[2J
    seen from TIME to TIME, PRINT-3

"""
DIFF = """run 1: aws, TIME to TIME UTC, complete, 2 scopes
  judged by /etc/pamlint.yaml
run 2: aws, TIME to TIME UTC, not complete, 1 of 2 scopes
  judged by /etc/pamlint.yaml

came  high[extra-access] proved: sg-3 is open \\x1b[2J
    seen from TIME to TIME, PRINT-3

went  high[extra-access] proved: sg-1 is open \\x1b[2J
    seen from TIME to TIME, PRINT-1

1 came, 1 went, 1 stayed.
Run 2 has not read everything: aws/111122223333/us-east-1. What went there may only not have been
  seen.
"""


def finding(acl: str) -> Finding:
    """A finding whose message would like to clear the screen."""
    return Finding("extra-access", "high", "proved", None, f"{acl} is open \x1b[2J", "tip", acl=acl)


@pytest.fixture
def past(tmp_path: Path) -> dict[str, str]:
    """Two audits of one site that ended, and one that did not; the environment that leads there."""
    url = f"sqlite:///{tmp_path}/history.sqlite"
    history = open_history(url)
    for torn, acls in ((False, ("sg-1", "sg-2")), (True, ("sg-2", "sg-3"))):
        number = history.begin("aws", "/etc/pamlint.yaml")
        history.keep(number, ONE, True, "x")
        scopes = [ScopeRead(ONE.name, True), ScopeRead(TWO.name, not torn)]
        history.end(number, "ended", not torn, scopes, [finding(acl) for acl in acls])
    history.begin("azure", "/etc/pamlint.yaml")
    return {"PAMLINT_HISTORY": url}


def screen(answer: Answer) -> str:
    """What was printed, with the moments and the fingerprints made plain."""
    text = TIME.sub("TIME", answer.out)
    for number in (1, 2, 3):
        text = text.replace(finding(f"sg-{number}").fingerprint, f"PRINT-{number}")
    return text


def test_the_list_has_every_run(past: dict[str, str], tmp_path: Path) -> None:
    """Newest first: when, whether all was read, how much was found; by the environment or by the option."""
    answer = pamlint("history", cwd=tmp_path, environment=past)
    table = [re.split(r"  +", row.strip()) for row in screen(answer).splitlines()]
    assert (table, answer.code, answer.err) == (LIST, 0, "")
    document = json.loads(pamlint("history", "--history", past["PAMLINT_HISTORY"], "--format", "json", cwd=tmp_path).out)
    assert [(run["run"], run["complete"], run["ended"] is None) for run in document["runs"]] == [
        (3, False, True),
        (2, False, False),
        (1, True, False),
    ]


def test_a_run_is_shown_with_what_it_lacks(past: dict[str, str], tmp_path: Path) -> None:
    """The scopes that were not read, and each finding with the time since which it is there; nothing that a terminal obeys."""
    assert screen(pamlint("history", "show", "2", cwd=tmp_path, environment=past)) == SHOW
    document = json.loads(pamlint("history", "show", "2", "--format", "json", cwd=tmp_path, environment=past).out)
    assert document["scopes"] == [{"scope": ONE.name, "complete": True}, {"scope": TWO.name, "complete": False}]
    assert [seen["fingerprint"] for seen in document["findings"]] == [finding(acl).fingerprint for acl in ("sg-2", "sg-3")]
    last = pamlint("history", "--history", past["PAMLINT_HISTORY"], "show", "last", cwd=tmp_path)
    assert screen(last) == "run 3: azure, TIME UTC, not ended, 0 scopes\n  judged by /etc/pamlint.yaml\n\nNo findings.\n"


def test_two_runs_are_held_against_each_other(past: dict[str, str], tmp_path: Path) -> None:
    """What came, what went, and why that may not be so."""
    assert screen(pamlint("history", "diff", "1", "2", cwd=tmp_path, environment=past)) == DIFF
    document = json.loads(pamlint("history", "diff", "1", "2", "--format", "json", cwd=tmp_path, environment=past).out)
    told = {part: [seen["acl"] for seen in document[part]] for part in ("came", "went", "stayed")}
    assert told == {"came": ["sg-3"], "went": ["sg-1"], "stayed": ["sg-2"]}
    others = pamlint("history", "diff", "1", "3", cwd=tmp_path, environment=past).out
    assert "The two runs are of different site files" in others


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("show", "9"), "error: there is no run 9; `pamlint history` lists those that there are\n"),
        (("show", "x"), "error: `x` is no run: write a number from `pamlint history`, or `last`\n"),
        (("--format", "xml"), "error: --format: `xml` is not known; use one of text, json\n"),
        (("--history", "sqlite:///none.sqlite"), "error: --history: no audit has been recorded in sqlite:none.sqlite yet\n"),
    ],
)
def test_wrong_use(arguments: tuple[str, ...], complaint: str, past: dict[str, str], tmp_path: Path) -> None:
    """Exit 2, one line, and no file is made by asking."""
    assert pamlint("history", *arguments, cwd=tmp_path, environment=past) == Answer(2, "", complaint)
    assert not (tmp_path / "none.sqlite").exists()


def test_the_user_s_own_file_is_the_default(tmp_path: Path) -> None:
    """Without an option it is the file in the state directory, which only an audit makes."""
    answer = pamlint("history", cwd=tmp_path, environment={"XDG_STATE_HOME": str(tmp_path / "state")})
    told = f"sqlite:{tmp_path}/state/pamlint/history.sqlite"
    assert answer == Answer(2, "", f"error: --history: no audit has been recorded in {told} yet\n")
    assert not (tmp_path / "state").exists()
