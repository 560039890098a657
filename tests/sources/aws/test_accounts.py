"""Several accounts: each is entered by its role, groups lead across them, and what is not read leaves its doubts elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pamlint.model.errors import UserError
from pamlint.model.noun import replace
from pamlint.model.scope import Scope, Survey
from pamlint.sources.aws import Access, Reader, survey
from pamlint.sources.snapshot import render
from tests.servers.moto import KEYS, OWN, REGION, Aws, moto_server
from tests.servers.proxy import Fault, Proxy, proxy
from tests.twins import lint

OTHER = "444455556666"
SITE = """
pamlint: site/1
policy: netiq-pam-3
features: [{my-access: off}]
roles:
  framework-manager: {match: [{name: fm}], cidrs: [10.7.1.0/24]}
  admin: {cidrs: [10.9.0.0/16]}
  agent: {match: [{name: agent}]}
"""


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    """A manager in one account, agents in both: the other's are told by the name of their instance alone."""
    with moto_server() as server:
        server.client("organizations").create_organization(FeatureSet="ALL")
        near, far = server.client("ec2"), server.client("ec2", account=OTHER)
        home = near.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
        away = far.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
        manager, agent = (_group(near, home, name) for name in ("fm", "agents-here"))
        hosts = _group(far, away, "hosts")
        _machine(near, home, "10.7.2.0/24", "10.7.2.9", agent)
        _machine(far, away, "10.8.2.0/24", "10.8.2.9", hosts)
        port = {"IpProtocol": "tcp", "FromPort": 29120, "ToPort": 29120}
        for peer in ({"UserIdGroupPairs": [{"GroupId": agent}]}, {"IpRanges": [{"CidrIp": "10.8.2.9/32"}]}):
            near.authorize_security_group_ingress(GroupId=manager, IpPermissions=[{**port, **peer}])
        near.authorize_security_group_egress(GroupId=manager, IpPermissions=[{**port, "UserIdGroupPairs": [{"GroupId": agent}]}])
        near.authorize_security_group_ingress(
            GroupId=manager, IpPermissions=[{**port, "UserIdGroupPairs": [{"GroupId": manager}]}]
        )
        server.point(manager, hosts, OTHER)
        yield server


def _group(ec2: Any, vpc: str, name: str) -> str:
    made = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
    (found,) = ec2.describe_security_groups(GroupIds=[made])["SecurityGroups"]
    ec2.revoke_security_group_egress(GroupId=made, IpPermissions=found["IpPermissionsEgress"])
    return str(made)


def _machine(ec2: Any, vpc: str, cidr: str, address: str, group: str) -> None:
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=cidr)["Subnet"]["SubnetId"]
    named = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "agent"}]}]
    given = {"SubnetId": subnet, "PrivateIpAddress": address, "SecurityGroupIds": [group], "TagSpecifications": named}
    ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1, **given)


@pytest.fixture
def between(aws: Aws) -> Iterator[Proxy]:
    """A proxy before it."""
    with proxy(aws.url) as running:
        yield running


def access(between: Proxy, **options: Any) -> Access:
    """Both accounts in one region."""
    given = {"regions": (REGION,), "accounts": (OWN, OTHER), "organization_role": "audit", **options}
    return Access(endpoint=between.url, attempts=1, **given)


def extra(between: Proxy, directory: Path, *scopes: Scope, broken: str = "") -> list[tuple[str, list[str]]]:
    """Certainty and peers of what is said to be open at the manager; calls to the other account may be broken."""
    (directory / "pamlint.yaml").write_text(SITE)
    account = Reader(access(between))
    readings = []
    for scope in scopes:
        between.expect(*([Fault("denied", broken)] if broken and scope.account == OTHER else []))
        readings.append(account.read(scope))
    (directory / "live.json").write_text(render(readings))
    report = lint(directory, "live.json").report()
    found = [finding for finding in report["findings"] if finding["check"] == "extra-access"]
    return sorted((each["certainty"], [peer for row in each["traffic"] for peer in row["peers"]]) for each in found)


def test_groups_lead_across_accounts(aws: Aws, between: Proxy, tmp_path: Path) -> None:
    """A rule that names another account's group, or an address there, is no opening where that account's machines play the role."""
    scopes = survey(access(between)).scopes
    assert [(scope.account, scope.role) for scope in scopes] == [(OWN, ""), (OTHER, f"arn:aws:iam::{OTHER}:role/audit")]
    assert extra(between, tmp_path, *scopes) == []


@pytest.mark.parametrize("broken", ["DescribeInstances", "DescribeNetworkInterfaces", "DescribeSecurityGroups", ""])
def test_what_is_hidden_proves_nothing(aws: Aws, between: Proxy, tmp_path: Path, broken: str) -> None:
    """Where the other account is read in part or not at all, nobody knows who its groups and addresses are: no opening is proved."""
    scopes = survey(access(between)).scopes
    found = extra(between, tmp_path, *scopes, broken=broken or "AssumeRole")
    assert {certainty for certainty, _ in found} <= {"unproven"}
    alone = extra(between, tmp_path, scopes[0])
    assert [(certainty, len(peers)) for certainty, peers in alone] == [("proved", 1), ("proved", 1)]


def test_no_way_in(between: Proxy) -> None:
    """An account that cannot be entered is a problem with the permission in it, and the others are there to be read."""
    between.expect(Fault("denied", "AssumeRole"))
    found = survey(access(between))
    assert [scope.account for scope in found.scopes] == [OWN]
    (problem,) = found.problems
    assert (problem.subject, problem.tip) == (f"aws/{OTHER}", "Allow `sts:AssumeRole`.")
    assert problem.message.startswith(f"Account {OTHER} cannot be entered: AssumeRole said: You are not authorized")


def test_organization(aws: Aws, between: Proxy) -> None:
    """All accounts of the organization are surveyed, page by page; one that is closed is left out, which is said and no fault."""
    client = aws.client("organizations")
    made = [
        client.create_account(AccountName=f"a{n}", Email=f"a{n}@example.com")["CreateAccountStatus"]["AccountId"]
        for n in range(3)
    ]
    client.close_account(AccountId=made[2])
    between.expect(page=2)
    found = survey(access(between, accounts=()))
    assert [scope.account for scope in found.scopes] == sorted([OWN, *made[:2]])
    left_out = f"left out, for nobody can enter them: accounts of the organization that are suspended ({made[2]})"
    assert (found.problems, found.notes) == ((), (left_out,))
    assert between.calls.count("ListAccounts") == 2
    between.expect(Fault("denied", "ListAccounts"))
    refused = survey(access(between, accounts=()))
    assert [scope.account for scope in refused.scopes] == [OWN]
    assert [problem.tip for problem in refused.problems] == ["Allow `organizations:ListAccounts`."]


def test_first_role(aws: Aws, between: Proxy) -> None:
    """A role that is taken first gives the account that is read, and is the one by which the others are entered."""
    first = f"arn:aws:iam::{OTHER}:role/first"
    found = survey(access(between, accounts=(), organization_role="", assume_role=first))
    assert found == Survey((Scope("aws", OTHER, REGION, first),))
    asked = access(between, accounts=(OWN,), assume_role=first)
    scopes = survey(asked).scopes
    assert scopes == (Scope("aws", OWN, REGION, f"arn:aws:iam::{OWN}:role/audit"),)
    between.expect()
    assert Reader(asked).read(scopes[0]).input.complete
    assert between.calls[:2] == ["AssumeRole", "AssumeRole"]


def test_what_the_user_got_wrong(between: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """A region, account or profile that does not exist, and no credentials at all, are the user's to correct."""
    asked = access(between)
    for wrong, message in (
        (replace(asked, regions=("eu-cental-1",)), "there is no region 'eu-cental-1'; is eu-central-1 meant?"),
        (replace(asked, organization_role=""), f"the credentials are of account {OWN}, not of {OTHER}: "),
        (replace(asked, profile="nobody"), "The config profile (nobody) could not be found"),
        (replace(asked, accounts=(OWN, "4444")), "--account: '4444' is no id of an account, which has 12 digits"),
        (replace(asked, endpoint="nonsense"), "--endpoint: this is no address like https://HOST:PORT"),
        (replace(asked, ca_bundle="none.pem"), "there is no file none.pem with certificates to trust"),
        (replace(asked, assume_role="audit"), "--assume-role: 'audit' is no ARN of a role, like arn:aws:iam::"),
        (
            replace(asked, organization_role=f"arn:aws:iam::{OWN}:role/x"),
            f"--organization: 'arn:aws:iam::{OWN}:role/x' is no name",
        ),
    ):
        with pytest.raises(UserError) as caught:
            survey(wrong)
        assert caught.value.message.startswith(message)
    for name in KEYS:
        monkeypatch.delenv(name)
    with pytest.raises(UserError) as caught:
        survey(asked)
    assert caught.value.message.startswith("there are no AWS credentials")


def test_disabled_region(between: Proxy) -> None:
    """A region that is not enabled is said, if it is asked for."""
    found = survey(access(between, regions=("ap-east-1", REGION), accounts=(OWN,)))
    assert [scope.region for scope in found.scopes] == [REGION]
    assert found.problems[0].subject == f"aws/{OWN}/ap-east-1"
