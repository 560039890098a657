"""How audits end and go on: interrupted, killed, resumed, denied, read by a cluster one of whose workers dies."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.auditing import amazon
from tests.cli.commands import PROJECT
from tests.servers.cluster import cluster
from tests.servers.estate import seed
from tests.servers.moto import OWN, REGION, Aws, moto_server
from tests.servers.proxy import Fault, Proxy, proxy

REGIONS = ("eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2")
"""The small estate stands in the first; the others have nothing but what AWS gives to each."""
SCOPES = [f"aws/{OWN}/{region}" for region in REGIONS]
EVERYWHERE = [word for region in REGIONS for word in ("--region", region)]
DELAY = 0.05


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    """An account with four regions."""
    with moto_server() as server:
        seed(server, REGION)
        yield server


@pytest.fixture(scope="module")
def whole(aws: Aws, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report of an audit that nothing disturbs."""
    answer = amazon(tmp_path_factory.mktemp("whole"), aws.url).audit(*EVERYWHERE, "--format", "json", "--history", "none")
    assert answer.code == 0, answer.err
    return answer.out


def read_of(server: Proxy) -> int:
    """How many scopes were begun."""
    return server.calls.count("DescribeVpcs")


def wait_until(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_audit_that_ends_early_goes_on(how: signal.Signals, aws: Aws, whole: str, tmp_path: Path) -> None:
    """What was read in full is not read again, whatever ended the audit, and the report is that of an undisturbed one.

    Who interrupts gets what is known until then, at once, with 130 and without a word of "clean"; who kills gets nothing.
    """
    with proxy(aws.url, delay=DELAY) as server:
        here = amazon(tmp_path, server.url)
        process = here.start("aws", "--today", "2026-11-23", "--format", "json", "--jobs", "1", *EVERYWHERE)
        wait_until(lambda: server.calls.count("DescribeNetworkAcls") == 3)  # the second scope is kept by now
        begun = time.monotonic()
        process.send_signal(how)
        time.sleep(0.05)
        process.send_signal(how)  # as `timeout` does, which tells the process and then its group
        out, err = process.communicate(timeout=60)
        if how == signal.SIGKILL:
            assert (process.returncode, out) == (-9, "")
        else:
            assert process.returncode == 130, err
            assert time.monotonic() - begun < 5
            report = json.loads(out)
            assert [(read["scope"], read["complete"]) for read in report["inputs"]] == list(
                zip(SCOPES, (1, 1, 0, 0), strict=True)
            )
            assert report["complete"] is False
            assert [finding["message"] for finding in report["findings"] if finding["check"] == "unreadable-input"] == [
                f"2 regions of aws/{OWN} were not read: the audit was interrupted ({', '.join(REGIONS[2:])})"
            ]
            assert "note: interrupted: 2 scopes not read; `--resume` goes on\n" in err
        server.calls.clear()
        server.delay = 0
        answer = here.audit(*EVERYWHERE, "--format", "json", "--resume")
        assert (answer.code, answer.out) == (0, whole)
        assert "pamlint: reading 2 scopes, 2 being kept from before\n" in answer.err
        assert read_of(server) == 2
        (run,) = json.loads(here.run("history", "--format", "json").out)["runs"]
        assert (run["state"], run["complete"], run["scopes"], run["unread"]) == ("ended", True, 4, 0)
        assert "note: there is no run to go on with" in here.audit(*EVERYWHERE, "--resume").err


def test_who_interrupts_before_anything_is_read_is_told_so(aws: Aws, tmp_path: Path) -> None:
    """Exit 130 with a word, and no report of nothing."""
    with proxy(aws.url, delay=3) as server:
        process = amazon(tmp_path, server.url).start("aws", "--history", "none")
        wait_until(lambda: bool(server.calls))
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=60) == ("", "pamlint: interrupted\n")
        assert process.returncode == 130


def test_a_region_that_is_denied_is_read_when_it_may_be(aws: Aws, whole: str, tmp_path: Path) -> None:
    """Exit 3 with the permission that is missing, never "clean"; what else there is, is judged; --resume reads that region alone."""
    with proxy(aws.url, Fault("denied", "DescribeSecurityGroups", first=2, times=1)) as server:
        here = amazon(tmp_path, server.url)
        answer = here.audit(*EVERYWHERE, "--jobs", "1")
        assert answer.code == 3
        assert "nothing else is" not in answer.out
        assert "Not everything could be read, so this report is not complete." in answer.out
        assert "ec2:DescribeSecurityGroups" in answer.out
        assert f"pamlint: {SCOPES[1]} could not be read in full\n" in answer.err
        server.calls.clear()
        again = here.audit(*EVERYWHERE, "--format", "json", "--resume")
        assert (again.code, again.out, read_of(server)) == (0, whole, 1)


def test_a_cluster_reads_the_same(aws: Aws, whole: str, tmp_path: Path) -> None:
    """Two workers give the bytes that threads give, though one of them is killed over its work."""
    with proxy(aws.url, delay=DELAY) as server:
        here = amazon(tmp_path, server.url)
        environment = {"PYTHONPATH": str(PROJECT), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path), **here.environment}
        with cluster(tmp_path, environment) as running:
            ask = ("aws", "--today", "2026-11-23", "--format", "json", "--history", "none", "--executor", running.address)
            process = here.start(*ask, *EVERYWHERE)
            wait_until(lambda: read_of(server) >= 2)
            running.workers[0].kill()
            out, err = process.communicate(timeout=120)
            assert (process.returncode, out) == (0, whole), err
            running.workers[1].kill()
            running.workers[1].wait()
            alone = here.audit("--executor", running.address, "--history", "none", *EVERYWHERE)
            assert alone.code == 2
            assert alone.err.startswith(f"error: --executor: the Dask cluster at {running.address} has no workers")


def test_a_database_that_is_shared(aws: Aws, tmp_path: Path) -> None:
    """Two audits at once write to one file, and both are remembered."""
    here = amazon(tmp_path, aws.url)
    processes = [here.start("aws", "--region", REGION, "--quiet") for _ in range(2)]
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert (process.returncode, out, err) == (0, "", "")
    runs = json.loads(here.run("history", "--format", "json").out)["runs"]
    assert [(run["complete"], run["findings"]) for run in runs] == [(True, 0)] * 2


def test_a_history_that_breaks_costs_no_audit(aws: Aws, tmp_path: Path) -> None:
    """The report comes all the same, with a word that it is not remembered."""
    with proxy(aws.url, delay=DELAY) as server:
        here = amazon(tmp_path, server.url)
        process = here.start("aws", "--today", "2026-11-23", "--jobs", "1", "--region", REGION, "--region", "eu-west-1")
        wait_until(lambda: read_of(server) == 1)
        file = tmp_path / "state" / "pamlint" / "history.sqlite"
        file.write_bytes(b"\0" * file.stat().st_size)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0
        assert "what the policy requires is" in out
        assert "note: this audit is not remembered from here on: --history: sqlite:" in err
        assert "note: remembered as run" not in err
