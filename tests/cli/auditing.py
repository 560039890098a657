"""An account, a folder with a site file, and audits of it in processes of their own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cli.commands import PROJECT, Answer, pamlint
from tests.servers.moto import KEYS, REGION

AMAZON = {
    **KEYS,
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
}


HEEDING = """import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from pamlint.__main__ import main
main()"""
"""pamlint as from a terminal, where Control-C is not ignored: it is in what a shell runs in the background."""


@dataclass(frozen=True)
class Desk:
    """Where somebody works: the folder, and what the environment says."""

    folder: Path
    environment: Mapping[str, str]

    def run(self, *arguments: str) -> Answer:
        """A command there; nothing that it prints holds a credential."""
        answer = pamlint(*arguments, cwd=self.folder, environment=self.environment)
        for name, value in self.environment.items():
            if any(word in name for word in ("SECRET", "KEY")):
                assert value not in answer.out + answer.err, name
        return answer

    def audit(self, *arguments: str, cloud: str = "aws") -> Answer:
        """An audit on a fixed day."""
        return self.run("audit", cloud, "--today", "2026-11-23", *arguments)

    def report(self, *arguments: str) -> dict[str, Any]:
        """An audit's report."""
        report: dict[str, Any] = json.loads(self.audit("--format", "json", *arguments).out)
        return report

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """An audit that goes on while the test does; Control-C reaches it, though nobody may reach the tests with it."""
        environment = {"PYTHONPATH": str(PROJECT), "PATH": "/usr/bin:/bin", **self.environment}
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", HEEDING, "audit", *arguments]
        return subprocess.Popen(command, cwd=self.folder, env=environment, stdout=pipe, stderr=pipe, text=True)


def desk(folder: Path, environment: Mapping[str, str]) -> Desk:
    """A folder with the small estate's site file, and a history of its own."""
    shutil.copy(Path(__file__).parent / "estate" / "pamlint.yaml", folder)
    return Desk(folder, {**environment, "XDG_STATE_HOME": str(folder / "state")})


def amazon(folder: Path, url: str) -> Desk:
    """A desk whose AWS is at this address."""
    return desk(folder, {**AMAZON, "AWS_ENDPOINT_URL": url})


def checks(findings: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """What was found, in short."""
    return [(finding["check"], finding["certainty"]) for finding in findings]


ONE = ("--region", REGION)
