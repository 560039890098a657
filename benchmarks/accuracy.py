"""`python -m benchmarks.accuracy`: who is right on the corpus of known mistakes; writes docs/accuracy.md.

pamlint is run as it is installed, from a wheel of this checkout, Checkov and c7n-left as they are released. Each has a
virtual environment of its own under ~/.cache/pamlint-benchmarks (XDG_CACHE_HOME is heeded), made at the first run; what is
asked of c7n-left, which brings no policies, is benchmarks/custodian/world_open.yaml.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.corpus import Case, cases, disagreement, faults
from benchmarks.speed import PROJECT, environment, installed_checkov, installed_pamlint, must

PAGE = PROJECT / "docs" / "accuracy.md"
POLICIES = PROJECT / "benchmarks" / "custodian"
BASELINE = ".checkov.baseline"
TODAY = "2026-11-23"
HEAD = """\
# Accuracy

Each row is a small Terraform case for one known mistake of the tools of this field, or for one trap of the clouds
themselves. The code, the true verdict with its reason and what each tool is asked stand in
[`fixtures/accuracy/`](../fixtures/accuracy); `truth.yaml` names the resources that a right tool reports and those that it
must not report.

- **right**: the tool's own checks report all of the former and none of the latter. For pamlint more is asked: its findings
  are those of the truth and no others, with check, rule, certainty and, where written, the exact traffic.
- **wrong**: it misses one, or reports one that is in order. What passes without a word although nobody can know it is
  missed.
- **not asked**: the tool does not claim to answer this, as it has no check for it: traffic that is missing, say, or what a
  tag means that is not the Internet. This counts neither for nor against it. A false alarm of a check that does speak
  counts, even where it would take several resources to know better.

Checkov is asked by its built-in checks. c7n-left has none of its own: the policies in
[`benchmarks/custodian/`](../benchmarks/custodian) ask it for SSH, remote desktop and everything open to the world, in both
address families, every spelling of protocols, port ranges and tags. The corpus was gathered from what went wrong for others
and while pamlint was made, and each case is judged by a policy that pamlint can read and the others cannot: it shows which
mistakes are possible, not how often they are met.

`python -m benchmarks.accuracy` installs the tools and writes this page again. `tests/test_accuracy.py` holds pamlint to
every case.
"""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as it was installed; `ask` tells what is wrong with its answer to a case."""

    name: str
    version: str
    ask: Callable[[Case], list[str]]


def main() -> int:
    """Writes the page; exit code 1 if pamlint is wrong anywhere."""
    tools = [pamlint(), checkov(), custodian()]
    answers = [(case, [answer(tool, case) for tool in tools]) for case in cases()]
    PAGE.write_text(page(tools, answers), encoding="utf-8")
    print(totals(tools, answers))
    return int(any(ours for _, (ours, *_) in answers))


def answer(tool: Tool, case: Case) -> list[str] | None:
    """What is wrong with the tool's answer; None where it is not asked."""
    return tool.ask(case) if tool.name == "pamlint" or case.asked.get(tool.name) else None


def pamlint() -> Tool:
    """pamlint out of a wheel of this checkout."""
    command = installed_pamlint()

    def ask(case: Case) -> list[str]:
        report = output([str(command), "lint", "--today", TODAY, "--format", "json", case.input], case.directory)
        if report is None:
            return ["gives up"]
        missing, more = disagreement(case, report["findings"])
        lacking = [f"lacks {each['check']}" for each in missing]
        return lacking + [f"adds {each['check']} at `{each['rule'] or each['acl']}`" for each in more]

    return Tool("pamlint", must(str(command), "--version").split()[-1], ask)


def checkov() -> Tool:
    """The newest Checkov at the time of the first run, asked offline by its own checks."""
    command = installed_checkov()

    def ask(case: Case) -> list[str]:
        what = ["-d", "."] if case.input == "." else ["-f", case.input]
        if (case.directory / BASELINE).exists():
            what += ["--baseline", BASELINE]
        options = ["--skip-download", "--compact", "-o", "json", "--check", ",".join(case.asked["checkov"])]
        report = output([str(command), *what, *options], case.directory)
        if report is None:
            return ["gives up"]
        return faults(case, [failed["resource"] for failed in report.get("results", {}).get("failed_checks", ())])

    return Tool("checkov", must(str(command), "--version").split()[-1], ask)


def custodian() -> Tool:
    """The newest c7n-left at the time of the first run, asked by the policies beside this file."""
    place = environment("c7n-left")
    command, python = place / "bin" / "c7n-left", str(place / "bin" / "python")
    if not command.exists():
        must(python, "-m", "pip", "install", "--quiet", "c7n-left")
    version = must(python, "-c", "import importlib.metadata; print(importlib.metadata.version('c7n-left'))").strip()

    def ask(case: Case) -> list[str]:
        report = output([str(command), "run", "-p", str(POLICIES), "-d", ".", "-o", "json"], case.directory)
        if report is None:
            return ["gives up"]
        asked = case.asked["c7n-left"]
        told = [result["resource"] for result in report["results"] if result["policy"]["name"] in asked]
        return faults(case, [resource["__tfmeta"]["path"] for resource in told])

    return Tool("c7n-left", version, ask)


def output(command: Sequence[str], directory: Path) -> dict[str, Any] | None:
    """The JSON that a command prints, whatever its exit code; None if that is not what it prints."""
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except json.JSONDecodeError:
        return None
    return report


Answers = Sequence[tuple[Case, Sequence[list[str] | None]]]


def page(tools: Sequence[Tool], answers: Answers) -> str:
    """The whole page."""
    versions = ", ".join(f"{tool.name} {tool.version}" for tool in tools)
    rows = [("case", "mistake", "seen in, or told by", "truth", *(tool.name for tool in tools)), ("---",) * (4 + len(tools))]
    for case, told in answers:
        link = f"[{case.name}](../fixtures/accuracy/{case.name}/main.tf)"
        rows.append((link, case.title, ", ".join(case.citation), case.verdict, *map(word, told)))
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"{HEAD}\n{time.strftime('%Y-%m-%d')}: {versions}.\n\n{totals(tools, answers)}\n\n{table}\n"


def totals(tools: Sequence[Tool], answers: Answers) -> str:
    """How often each tool is right, wrong and not asked, as a Markdown table."""
    rows = [("tool", "right", "wrong", "not asked", "of"), ("---",) * 5]
    for place, tool in enumerate(tools):
        told = [each[place] for _, each in answers]
        right, wrong = told.count([]), sum(1 for each in told if each)
        rows.append((tool.name, str(right), str(wrong), str(told.count(None)), str(len(told))))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def word(wrong: list[str] | None) -> str:
    """What a cell of the table says."""
    if wrong is None:
        return "not asked"
    return f"**wrong**: {', '.join(wrong)}" if wrong else "right"


if __name__ == "__main__":
    sys.exit(main())
