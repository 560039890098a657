"""`pamlint audit` from end to end, against servers that speak as the clouds do."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import jsonschema
import pytest

from pamlint.documents.schema import load_schema
from tests.cli.auditing import ONE, Desk, amazon, checks
from tests.cli.commands import PROJECT, Answer
from tests.servers.estate import open_up, seed
from tests.servers.moto import OWN, REGION, Aws, moto_server
from tests.servers.proxy import Fault, proxy

CLEAN = """Proved 6 flows of 2 roles at 2 ACLs by netiq-pam-3 (3.x) on 2026-11-23: what the policy requires is
  open, and nothing else is.
0 findings.
Read 1 live scope: 4 ACLs, 9 rules, 0 workloads.
Not judged at their own end, having no ACL here: admin, user.
"""
NOTHING = """Not read
────────
high[unreadable-input] proved: No account can be entered: GetCallerIdentity said: The request was
    signed by AWS4-HMAC-SHA256 Credential=***, SignedHeaders=content-type;host;x-amz-date,
    Signature=*** None (SignatureDoesNotMatch)
   = tip:      Renew the credentials; for a region that is not enabled, enable it or leave it out.

1 finding: 1 high.
Read 0 live scopes: 0 ACLs, 0 rules, 0 workloads.
Not everything could be read, so this report is not complete.
Not judged at their own end, having no ACL here: admin, agent, framework-manager, user.
"""
PROGRESS = "pamlint: reading 1 scope\npamlint: read 1 of 1 scope\n"
SCOPE = f"aws/{OWN}/{REGION}"


@pytest.fixture(scope="module")
def aws() -> Iterator[tuple[Aws, dict[str, str]]]:
    """An account with the small estate in one region."""
    with moto_server() as server:
        yield server, seed(server)


@pytest.fixture
def here(aws: tuple[Aws, dict[str, str]], tmp_path: Path) -> Desk:
    """A desk before that account."""
    return amazon(tmp_path, aws[0].url)


def test_a_clean_account_is_said_to_be_clean(here: Desk) -> None:
    """Exit 0 and what was proved; progress and where it is remembered stand on standard error."""
    answer = here.audit(*ONE)
    assert (answer.code, answer.out.startswith(CLEAN)) == (0, True), answer.out + answer.err
    assert answer.err == f"{PROGRESS}note: remembered as run 1: `pamlint history show 1`\n"
    quiet = here.audit(*ONE, "--quiet", "--history", "none")
    assert quiet == Answer(0, "", "")


def test_what_was_read_is_an_input_of_its_own(here: Desk) -> None:
    """The live document keeps to its schema and gets the verdicts of the audit; the report names scopes, and all is repeatable."""
    first = here.audit(*ONE, "--format", "json", "--output", "live=live.json", "--output", "sarif=pamlint.sarif")
    second = here.audit(*ONE, "--format", "json", "--output", "live=again.json", "--history", "none")
    assert first.out == second.out
    assert (here.folder / "live.json").read_bytes() == (here.folder / "again.json").read_bytes()
    jsonschema.Draft202012Validator(dict(load_schema("live"))).validate(json.loads((here.folder / "live.json").read_text()))
    report = json.loads(first.out)
    jsonschema.Draft202012Validator(dict(load_schema("report"))).validate(report)
    (read,) = report["inputs"]
    assert (read["scope"], read["kind"], read["complete"]) == (SCOPE, "live", True)
    linted = json.loads(here.run("lint", "--format", "json", "--today", "2026-11-23", "live.json").out)
    assert {**linted, "summary": {**linted["summary"], "files": 0}} == report
    (run,) = json.loads((here.folder / "pamlint.sarif").read_text())["runs"]
    assert run["results"] == []


def test_new_findings_are_told_apart_from_known_ones(aws: tuple[Aws, dict[str, str]], tmp_path: Path) -> None:
    """--new-only fails once for what came, then says that it is known; the report has it all the time; a webhook hears of it once."""
    server, _ = aws
    ids = seed(server, "eu-west-3")
    here = amazon(tmp_path, server.url)
    with listening() as (url, heard):
        here = Desk(here.folder, {**here.environment, "PAMLINT_NOTIFY": url})
        new = ("--region", "eu-west-3", "--new-only")
        assert here.audit(*new).code == 0
        open_up(server, ids["pam-manager"], "0.0.0.0/0", region="eu-west-3")
        came, known = here.audit(*new), here.audit(*new)
        assert (came.code, known.code, here.audit(*new[:2], "--history", "none").code) == (1, 0, 1)
    assert "critical[extra-access] proved: sgr-" in came.out
    assert "critical[" not in known.out
    assert "1 finding: 1 critical; 1 known from earlier audits not shown." in known.out
    assert "nothing else is" not in known.out
    assert checks(here.report(*new)["findings"]) == [("extra-access", "proved")]
    assert [told["title"] for told in heard] == ["pamlint audit aws: 1 new finding (1 critical)"] * 2
    assert heard[0]["message"].startswith("critical[extra-access] proved: sgr-")
    difference = json.loads(here.run("history", "diff", "1", "2", "--format", "json").out)
    assert [checks(difference[part]) for part in ("came", "went", "stayed")] == [[("extra-access", "proved")], [], []]


def test_a_webhook_that_does_not_answer_is_told(aws: tuple[Aws, dict[str, str]], tmp_path: Path) -> None:
    """The exit code stays what the findings make it, and the URL's password stands nowhere."""
    server, _ = aws
    open_up(server, seed(server, "eu-west-2")["pam-manager"], "0.0.0.0/0", region="eu-west-2")
    here = amazon(tmp_path, server.url)
    answer = here.audit("--region", "eu-west-2", "--quiet", "--notify", "json://user:hunter2@127.0.0.1:1/x")
    assert (answer.code, answer.err) == (1, "note: --notify: URL 1 (json) could not be told of the new findings\n")
    assert "hunter2" not in answer.out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--executor", "tcp://x:1"), "--executor: `tcp://x:1` is no dask://HOST:PORT"),
        (("--executor", "dask://127.0.0.1:1"), "--executor: nothing that is a Dask scheduler answers at dask://127.0.0.1:1"),
        (("--resume", "--history", "none"), "--resume and --new-only need a history and a site file"),
        (("--notify", "nonsense://user:hunter2@x"), "--notify: URL 1 (nonsense) is none that Apprise knows"),
        (("--format", "yaml"), "--format: `yaml` is not known"),
        (("--output", "live=pamlint.yaml"), "--output: `pamlint.yaml` is an input or is named twice"),
        (("--config", "none.yaml"), "--config: `none.yaml` is no file"),
        (("--history", "nonsense"), "--history: this is no database URL"),
    ],
)
def test_wrong_use_is_exit_2(arguments: tuple[str, ...], complaint: str, here: Desk) -> None:
    """Nothing on standard output, one readable complaint on standard error, no traceback, no password."""
    answer = here.audit(*ONE, *arguments)
    assert (answer.code, answer.out) == (2, "")
    assert complaint in answer.err
    assert "Traceback" not in answer.err
    assert "hunter2" not in answer.err


def test_without_credentials_it_is_the_user_who_is_told(here: Desk) -> None:
    """No credentials at all is wrong use, not an account that could not be read."""
    bare = {name: value for name, value in here.environment.items() if "KEY" not in name}
    answer = Desk(here.folder, bare).audit(*ONE)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("error: there are no AWS credentials")


def test_where_nothing_can_be_read_that_alone_is_told(here: Desk) -> None:
    """One finding with what to do, and none for each role that might be bound in there; exit 3."""
    with proxy(here.environment["AWS_ENDPOINT_URL"], Fault("echo", "GetCallerIdentity")) as server:
        answer = Desk(here.folder, {**here.environment, "AWS_ENDPOINT_URL": server.url}).audit(*ONE, "--history", "none")
    assert (answer.code, answer.err) == (3, "")
    assert answer.out == NOTHING


def test_a_site_file_can_be_begun_from_what_is_live(here: Desk) -> None:
    """Without a site file the audit says how to get one: read the estate, and have one proposed."""
    (here.folder / "pamlint.yaml").unlink()
    answer = here.audit(*ONE)
    assert (answer.code, answer.out) == (2, "")
    assert "pamlint audit aws --format live > live.json" in answer.err
    read = here.audit(*ONE, "--format", "live")
    assert read.code == 0
    (here.folder / "live.json").write_text(read.out)
    assert here.run("init", "--policy", "netiq-pam-3", "live.json").code == 0
    assert "pam-manager" in (here.folder / "pamlint.yaml").read_text()


def test_a_site_that_binds_nothing_is_told_with_what_was_read(here: Desk) -> None:
    """Exit 2 as for lint; what was read is written all the same, so that one can look for the names."""
    site = here.folder / "pamlint.yaml"
    site.write_text(site.read_text().replace("name: pam-", "name: pan-"))
    answer = here.audit(*ONE, "--output", "live=live.json", "--quiet")
    assert (answer.code, answer.out) == (2, "")
    assert "no role is bound to anything in what was read of aws" in answer.err
    assert "pam-manager" in (here.folder / "live.json").read_text()


def test_a_terminal_has_a_bar(here: Desk) -> None:
    """Progress is drawn on standard error and taken away again; standard output has the report alone."""
    terminal, line = pty.openpty()
    environment = {"PYTHONPATH": str(PROJECT), "PATH": "/usr/bin:/bin", "TERM": "xterm", **here.environment}
    command = [sys.executable, "-m", "pamlint", "audit", "aws", "--today", "2026-11-23", *ONE, "--history", "none"]
    done = subprocess.run(command, cwd=here.folder, env=environment, stdout=subprocess.PIPE, stderr=line, check=True)
    os.close(line)
    drawn = os.read(terminal, 65536).decode()
    os.close(terminal)
    assert done.stdout.decode().startswith(CLEAN)
    assert "\x1b[" in drawn
    assert "reading" in drawn
    assert "1/1" in drawn
    assert "pamlint: read" not in drawn


class _Hook(BaseHTTPRequestHandler):
    heard: list[dict[str, str]]

    def do_POST(self) -> None:
        """Keep what is told."""
        self.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def listening() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A webhook; its address, and what it has heard."""
    heard: list[dict[str, str]] = []
    server = HTTPServer(("127.0.0.1", 0), type("Hook", (_Hook,), {"heard": heard}))
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"json://127.0.0.1:{server.server_port}/hook", heard
    finally:
        server.shutdown()
        server.server_close()
