"""A Dask cluster of processes on loopback: a scheduler and workers that find credentials of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

PATIENCE = 120


class Cluster(NamedTuple):
    """A running cluster."""

    address: str
    workers: tuple[subprocess.Popen[bytes], ...]


@contextmanager
def cluster(folder: Path, environment: Mapping[str, str], workers: int = 2) -> Iterator[Cluster]:
    """A scheduler and so many workers of one thread each, until the end of the block."""
    file = folder / "scheduler.json"
    with ExitStack() as stack:
        stack.enter_context(
            _running(folder, environment, "scheduler", "--port", "0", "--scheduler-file", str(file), "--no-dashboard")
        )
        _wait(lambda: file.exists() and file.read_text().endswith("}"))
        address = json.loads(file.read_text())["address"]
        started = [
            stack.enter_context(
                _running(folder, environment, "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard")
            )
            for _ in range(workers)
        ]
        yield Cluster(address.replace("tcp://", "dask://"), tuple(started))


@contextmanager
def _running(folder: Path, environment: Mapping[str, str], *command: str) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "cluster.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *command, "--host", "127.0.0.1"],
            cwd=folder,
            env=dict(environment),
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _wait(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not ready():
        assert time.monotonic() < end, "the cluster does not come up"
        time.sleep(0.05)
