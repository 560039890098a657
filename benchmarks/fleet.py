"""How an audit grows: 100 account-regions behind a network, and what each one more costs. `python -m benchmarks.fleet` measures.

The accounts answer from memory: what moto's AWS says of one region with an estate and of one without is kept, and said again for
every other account and region, after the time that a network would take.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs

from tests.cli.auditing import AMAZON
from tests.servers.estate import seed
from tests.servers.moto import REGION, Aws, moto_server

PROJECT = Path(__file__).parents[1]
THREADS = 16
LATENCY = 0.1
TARGET = 1.5
FIRST = 111122220000
"""The first account; the others are numbered on."""
EMPTY = "eu-north-1"
"""A region with nothing in it but what AWS gives to each; all but one answer as it does."""
REGIONS = (REGION, EMPTY, *(f"region-{number}" for number in range(2, 20)))


class Run(NamedTuple):
    """What an audit took: seconds, seconds of processor time, MB at most; and how many calls were made."""

    seconds: float
    processor: float
    memory: float
    calls: int


class Tape:
    """Says again what was said once. `accounts` are those of the organization, `latency` is in seconds."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.answers: dict[str, tuple[dict[str, str], bytes]] = {}
        self.accounts = 1
        self.latency = 0.0
        self.calls = 0
        self.recorded = False

    def answer(self, operation: str, headers: dict[str, str], path: str, body: bytes) -> tuple[dict[str, str], bytes]:
        """What an operation is answered, from memory if it can be."""
        self.calls += 1
        if operation == "AssumeRole" and self.recorded:
            account = re.search(rb"iam%3A%3A(\d+)%3A", body)
            known, said = self.answers[operation]
            key = b"ASIA" + (account[1] if account else b"0" * 12)
            return known, re.sub(rb"(<AccessKeyId>)[^<]+", rb"\1" + key, said)
        if operation == "ListAccounts":
            accounts = [{"Id": str(FIRST + number), "Status": "ACTIVE"} for number in range(self.accounts)]
            return {"Content-Type": "application/x-amz-json-1.1"}, json.dumps({"Accounts": accounts}).encode()
        region = re.search(r"Credential=[^/]+/\d+/([^/]+)/", headers["Authorization"])
        first = "Credential=ASIA1" not in headers["Authorization"] or f"=ASIA{FIRST}/" in headers["Authorization"]
        asked = region[1] if region and region[1] == REGION and first else EMPTY
        key = operation if operation == "AssumeRole" else f"{asked} {operation}"
        if key not in self.answers:
            headers["Authorization"] = re.sub(r"(Credential=[^/]+/\d+/)[^/]+/", rf"\g<1>{asked}/", headers["Authorization"])
            with urllib.request.urlopen(urllib.request.Request(self.upstream + path, body, headers)) as response:
                self.answers[key] = dict(response.headers), _regions(response.read(), operation)
        return self.answers[key]


def _regions(body: bytes, operation: str) -> bytes:
    """The list of regions as it is to be."""
    if operation != "DescribeRegions":
        return body
    items = (f"<item><regionName>{name}</regionName><optInStatus>opt-in-not-required</optInStatus></item>" for name in REGIONS)
    return re.sub(rb"<item>.*</item>", "".join(items).encode(), body, flags=re.DOTALL)


@contextmanager
def serving(aws: Aws) -> Iterator[tuple[Tape, str]]:
    """A tape before an AWS, and its address."""
    tape = Tape(aws.url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        """An answer leaves in one piece: in two, the second would wait 40 ms for the other side's word on the first."""

        def do_POST(self) -> None:
            """Answer, after the time that it takes to get here."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            target = self.headers.get("X-Amz-Target", "")
            operation = target.rpartition(".")[2] or parse_qs(body.decode())["Action"][0]
            time.sleep(tape.latency)
            kept = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "content-length")}
            headers, answer = tape.answer(operation, kept, self.path, body)
            self.send_response(200)
            self.send_header("Content-Type", headers.get("Content-Type", "text/xml"))
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield tape, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def audit(folder: Path, tape: Tape, url: str, *more: str) -> Run:
    """An audit of the organization in a process of its own."""
    environment = {
        **AMAZON,
        "AWS_ENDPOINT_URL": url,
        "PYTHONPATH": str(PROJECT),
        "PATH": os.defpath,
        "XDG_STATE_HOME": str(folder),
    }
    command = [
        sys.executable,
        "-m",
        "pamlint",
        "audit",
        "aws",
        "--organization",
        "pamlint",
        "--quiet",
        "--jobs",
        str(THREADS),
        *more,
    ]
    tape.calls = 0
    begun = time.monotonic()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    ended, memory = 0, 0.0
    while not ended:
        memory = max(memory, _most_memory(process.pid))
        time.sleep(0.02)
        ended, status, used = os.wait4(process.pid, os.WNOHANG)
    seconds = time.monotonic() - begun
    assert os.waitstatus_to_exitcode(status) in (0, 1), process.stderr.read().decode() if process.stderr else ""
    return Run(seconds, used.ru_utime + used.ru_stime, memory, tape.calls)


def _most_memory(process: int) -> float:
    """The most MB that a process has had; what `wait4` says counts the memory of whoever has begun it."""
    found = re.search(r"^VmHWM:\s*(\d+) kB", Path(f"/proc/{process}/status").read_text(), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def main() -> None:
    """Measure and print; fails if the target is missed."""
    folder = Path(tempfile.mkdtemp())
    shutil.copy(PROJECT / "tests" / "cli" / "estate" / "pamlint.yaml", folder)
    with moto_server() as aws:
        seed(aws, REGION, str(FIRST))
        with serving(aws) as (tape, url):
            audit(folder, tape, url)
            tape.recorded, tape.accounts, tape.latency = True, 5, LATENCY
            near = audit(folder, tape, url)
            least = near.calls * LATENCY / THREADS
            print(f"5 accounts, 20 regions, {LATENCY * 1000:.0f} ms: {near}, {near.seconds / least:.2f} times {least:.1f} s")
            tape.latency = 0.0
            runs = {}
            for tape.accounts in (40, 80):
                runs[tape.accounts] = audit(folder, tape, url)
                print(f"{tape.accounts} accounts, 20 regions, no latency: {runs[tape.accounts]}")
            few, many, scopes = runs[40], runs[80], 40 * len(REGIONS)
            print(f"each scope more: {(many.processor - few.processor) / scopes * 1000:.1f} ms of processor time,")
            print(f"{(many.memory - few.memory) / scopes * 1000:.0f} kB of memory, {(many.calls - few.calls) / scopes:.1f} calls")
    shutil.rmtree(folder)
    if near.seconds > TARGET * least:
        sys.exit(f"MISSED: 100 account-regions took more than {TARGET} times what latency and threads allow")


if __name__ == "__main__":
    main()
