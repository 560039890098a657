"""Credentials that botocore itself fetches from a service: by a token of a cluster or a CI, or by a sign-in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pamlint.model.noun import replace
from pamlint.model.scope import Scope, Survey
from pamlint.sources.aws import Access, Reader, survey
from pamlint.sources.aws.sessions import Sessions
from tests.servers.moto import KEYS, OWN, REGION, moto_server
from tests.servers.proxy import KINDS, Fault, Proxy, proxy

TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJwYW1saW50In0.cGFtbGludA"
ENTER = "AssumeRoleWithWebIdentity"
SHORT = 0.5
"""So many seconds for each of the two time-outs of a call, which end it after two seconds."""


@pytest.fixture(scope="module")
def cloud() -> Iterator[Proxy]:
    """An account with nothing of one's own in it."""
    with moto_server() as server, proxy(server.url) as between:
        yield between


@pytest.fixture
def between(cloud: Proxy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Proxy:
    """The account as a pod sees it, whose service account has a role: no keys, but a token that can be had for some."""
    (tmp_path / "token").write_text(TOKEN)
    for name in KEYS:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("AWS_ROLE_ARN", f"arn:aws:iam::{OWN}:role/pamlint")
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.url)  # the client that fetches them is botocore's own
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    cloud.expect()
    return cloud


def access(between: Proxy, seconds: float = 30) -> Access:
    """One region, and no second attempt."""
    return Access(endpoint=between.url, regions=(REGION,), attempts=1, connect_timeout=seconds, read_timeout=seconds)


def test_a_token_is_good_for_an_audit(between: Proxy) -> None:
    """A service account's token gives credentials, with which everything is read."""
    found = survey(access(between))
    assert found == Survey((Scope("aws", OWN, REGION, ""),))
    assert Reader(access(between)).read(found.scopes[0]).problems == ()
    assert between.calls[0] == ENTER


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_that_gives_nothing(between: Proxy, kind: str) -> None:
    """Whatever happens to the call that fetches credentials, nobody is let in, which is told without the token."""
    between.expect(Fault(kind, ENTER))
    found = survey(access(between, SHORT if kind == "drip" else 30))
    if kind in ("no-list", "same-token", "bad-item", "bad-number"):  # its answer has no lists and no numbers
        assert found.problems == ()
        return
    (problem,) = found.problems
    assert (found.scopes, problem.subject) == ((), "aws")
    assert problem.message.startswith("No account can be entered: ")
    assert TOKEN not in problem.message
    if kind == "denied":
        assert problem.tip == f"Allow `sts:{ENTER}`."


def test_a_token_that_is_not_there(between: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is named, for it is what has to be looked after."""
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere/token")
    (problem,) = survey(access(between)).problems
    assert problem.message == (
        "No account can be entered: GetCallerIdentity said: [Errno 2] No such file or directory: '/nowhere/token'"
    )
    assert problem.tip == "Correct the configuration or the credentials, and run it again."


@pytest.mark.parametrize(
    ("regions", "home"),
    [
        ((), "us-east-1"),
        (("eu-central-1",), "us-east-1"),
        (("cn-northwest-1",), "cn-north-1"),
        (("us-gov-west-1", REGION), "us-gov-east-1"),
        (("us-isob-none-1",), "us-isob-east-1"),
        (("eu-isoe-none-1",), "eu-isoe-west-1"),
        (("nowhere",), "us-east-1"),
    ],
)
def test_credentials_are_shown_in_their_own_partition(between: Proxy, regions: tuple[str, ...], home: str) -> None:
    """Who the caller is, a region of the part of AWS is asked that the regions are in, if the profile names none of it."""
    client = Sessions(replace(access(between), regions=regions)).client("sts")
    heard: list[str] = []
    client._client.meta.events.register("before-sign", lambda signing_name, region_name, **_: heard.append(region_name))
    client.get_caller_identity()
    assert heard[-1] == home


@pytest.mark.parametrize(("service", "operation"), [("sso", "get_role_credentials"), ("sso-oidc", "create_token")])
def test_a_sign_in_has_its_calls(between: Proxy, service: str, operation: str) -> None:
    """The services that a sign-in is good at are whole: of those alone that an audit reads is anything left out."""
    sessions = Sessions(access(between))
    assert callable(getattr(sessions.client(service), operation))
    with pytest.raises(AttributeError):
        getattr(sessions.client("ec2"), "run_instances")  # noqa: B009
