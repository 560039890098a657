"""Whatever fails, and wherever: what was not read is said, with the API's words, and nothing is proved by its absence."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pamlint.clouds import TYPES
from pamlint.model.resource import Reading
from pamlint.model.scope import Scope
from pamlint.sources.aws import Access, Reader, survey
from pamlint.sources.aws.reader import CALLS, ENTRIES, ENTRIES_CALL
from pamlint.sources.documents import read_document
from pamlint.sources.snapshot import render
from tests.servers.moto import KEYS, OWN, REGION, Aws, moto_server
from tests.servers.proxy import Fault, Proxy, proxy
from tests.servers.seeding import seed
from tests.sources.aws.test_four_ways import BY_NAME
from tests.twins import FIXTURES, Answer, lint

ESTATE = FIXTURES / "aws" / "netiq"
SCOPE = Scope("aws", OWN, REGION)
SMALL = Scope("aws", OWN, "eu-north-1")
OPERATIONS = {name.title().replace("_", ""): call.permission for name, call in {**CALLS, ENTRIES: ENTRIES_CALL}.items()}
OPTIONS = "DescribeVpcBlockPublicAccessOptions"
KINDS: Mapping[str, str] = {
    "denied": "You are not authorized to perform this operation",
    "throttled": "Request limit exceeded. (RequestLimitExceeded)",
    "error-500": "An internal error has occurred (InternalError)",
    "html-500": "Unable to parse response (syntax error: line 1, column 0)",
    "html-200": "Unable to parse response (syntax error: line 1, column 0)",
    "reset": "Connection was closed before we received a valid response from endpoint URL",
    "cut-off": "Unable to parse response",
    "truncated": "Unable to parse response",
    "no-list": "the answer holds no ",
    "same-token": "the token of the next page has come before",
    "bad-item": "the answer is not what the service's model says: KeyError",
    "echo": "The request was signed by AWS4-HMAC-SHA256",
}
"""Every fault that can befall any call, with the words that it is told in."""
MANY = ("DescribeSecurityGroups", "DescribeSecurityGroupRules", "DescribeNetworkInterfaces", "DescribeSubnets")
"""The calls that have a second page where a page holds few items."""


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    """The shipped estate, with network ACLs that stop part of a flow and a group that admits too much; and a small region."""
    (reading,) = read_document(ESTATE / "state.json", TYPES.__contains__)
    with moto_server() as server:
        made = {address: name for name, address in seed(server, reading.resources).items()}
        ec2 = server.client("ec2")
        (edge,) = ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [made["aws_vpc.pam"]]}])["NetworkAcls"]
        stop = {"Protocol": "6", "PortRange": {"From": 443, "To": 443}, "RuleAction": "deny", "CidrBlock": "10.20.0.0/24"}
        ec2.create_network_acl_entry(NetworkAclId=edge["NetworkAclId"], RuleNumber=50, Egress=False, **stop)
        wide = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.77.0.0/24"}]}
        ec2.authorize_security_group_ingress(GroupId=made["aws_security_group.linux"], IpPermissions=[wide])
        small = server.client("ec2", SMALL.region)
        group = small.describe_security_groups()["SecurityGroups"][0]["GroupId"]
        named = small.describe_managed_prefix_lists()["PrefixLists"][0]["PrefixListId"]
        rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "PrefixListIds": [{"PrefixListId": named}]}
        small.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
        yield server


@pytest.fixture(scope="module")
def between(aws: Aws) -> Iterator[Proxy]:
    """A proxy before it."""
    with proxy(aws.url, remembers=True) as running:
        yield running


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A directory with the estate's site file, which knows everything by names."""
    text = (ESTATE / "pamlint.yaml").read_text()
    for address, name in BY_NAME.items():
        text = text.replace(address, name)
    (tmp_path / "pamlint.yaml").write_text(text)
    return tmp_path


def reader(between: Proxy, attempts: int = 1) -> Reader:
    """A reader that goes through the proxy."""
    return Reader(Access(endpoint=between.url, attempts=attempts, read_timeout=5))


def read(between: Proxy) -> Reading:
    """What is read of the estate through the proxy."""
    return reader(between).read(SCOPE)


def judged(site: Path, reading: Reading) -> Answer:
    """What is said of a reading."""
    (site / "live.json").write_text(render([reading]))
    return lint(site, "live.json")


@pytest.mark.parametrize("kind", KINDS)
def test_every_fault_at_every_call(between: Proxy, kind: str) -> None:
    """Each fault at each call leaves the scope incomplete, in the words of the API, and without a credential in them."""
    account = reader(between)
    for operation, permission in OPERATIONS.items():
        if operation == OPTIONS and kind in ("bad-item", "same-token"):
            continue  # it answers no list
        between.expect(Fault(kind, operation))
        reading = account.read(SMALL)
        (problem,) = reading.problems
        assert (problem.check, problem.subject, reading.input.complete) == ("unreadable-input", SMALL.name, False), operation
        assert f"was not read in full: {operation}: {KINDS[kind]}" in problem.message
        assert (f"`{permission}`" in problem.tip) == (kind == "denied")
        assert not any(secret in f"{problem}" for secret in KEYS.values())
    assert set(between.calls) <= {*OPERATIONS}


@pytest.mark.parametrize("kind", ["throttled", "error-500", "html-500", "html-200", "truncated", "reset", "cut-off"])
def test_what_passes_is_tried_again(between: Proxy, kind: str) -> None:
    """A fault that comes once is got over."""
    between.expect()
    whole = reader(between).read(SMALL)
    between.expect(Fault(kind, "DescribeSecurityGroupRules", times=1))
    assert reader(between, 3).read(SMALL) == whole
    assert between.calls.count("DescribeSecurityGroupRules") == 2


def test_an_answer_that_never_ends(between: Proxy) -> None:
    """A server that sends a byte now and then is given up after the time for a call, and is not asked again."""
    between.expect(Fault("drip", "DescribeSubnets"))
    begun = time.monotonic()
    reading = Reader(Access(endpoint=between.url, attempts=1, connect_timeout=0.3, read_timeout=0.3)).read(SMALL)
    assert time.monotonic() - begun < 10
    (problem,) = reading.problems
    assert "was not read in full: DescribeSubnets: the answer did not end within 1 s. The calls after it" in problem.message
    assert reading.unread == (SMALL.name,)


def test_pages(between: Proxy) -> None:
    """However the answers are cut into pages, the reading is the same."""
    between.expect()
    whole = read(between)
    between.expect(page=2)
    assert read(between) == whole
    assert len(between.calls) > 2 * len(OPERATIONS)


def test_throttled_accounts_lose_nothing(aws: Aws) -> None:
    """16 threads over 16 regions share a bucket of calls that is too small for them, and each region is read in full."""
    with proxy(aws.url) as crowded:
        access = Access(endpoint=crowded.url)
        scopes = survey(access).scopes[:16]
        account = Reader(access)
        crowded.rate = 25
        with ThreadPoolExecutor(16) as threads:
            readings = list(threads.map(account.read, scopes))
    assert [(reading.input.name, reading.problems) for reading in readings] == [(scope.name, ()) for scope in scopes]
    assert crowded.throttled


DENIALS = [*((operation, 0, 1) for operation in OPERATIONS), *((operation, 3, 2) for operation in MANY)]


@pytest.mark.parametrize("operation,page,first", DENIALS, ids=str)
def test_nothing_is_proved_by_absence(between: Proxy, site: Path, operation: str, page: int, first: int) -> None:
    """Whichever call is denied, on whichever page: nothing comes out proved or satisfied that is not so in truth."""
    between.expect()
    truth = judged(site, read(between)).report()
    assert {finding["check"] for finding in truth["findings"]} == {"missing-access", "extra-access"}
    between.expect(Fault("denied", operation, first), page=page)
    answer = judged(site, read(between))
    assert answer.code in (1, 3)
    report = answer.report()
    assert not report["complete"]
    assert proved(report) - proved(truth) == set()
    assert satisfied(report) - satisfied(truth) == set()
    (told,) = (finding for finding in report["findings"] if finding["check"] == "unreadable-input")
    assert OPERATIONS[operation] in told["tip"]


def proved(report: Mapping[str, Any]) -> set[str]:
    """What is proved of traffic."""
    keys = ("check", "roles", "flow", "direction", "acl", "rule", "traffic")
    said = [finding for finding in report["findings"] if finding["certainty"] == "proved" and finding["traffic"]]
    return {json.dumps([finding[key] for key in keys]) for finding in said}


def satisfied(report: Mapping[str, Any]) -> set[str]:
    """The verdicts that all is well, for the workloads of which they are told."""
    keys = ("flow", "role", "direction", "workloads")
    good = [verdict for verdict in report["verdicts"] if verdict["state"] == "satisfied"]
    return {json.dumps([[verdict[key] for key in keys], machine]) for verdict in good for machine in verdict["workloads"]}
