"""The shipped policy holds all that an audit needs, and nothing else: IAM is enforced, and each action is taken away once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pamlint.model.resource import Problem
from pamlint.sources.aws import Access, Reader, survey
from pamlint.sources.aws.inventory import CALLS, ENTRIES_CALL, SERVICES
from tests.servers.moto import OWN, REGION, Aws, moto_server

DOCUMENTS = Path(__file__).parents[3] / "docs" / "permissions"
OTHER = "444455556666"
ROLE = "pamlint-audit"
POLICY = json.loads((DOCUMENTS / "aws-iam-policy.json").read_text())
TRUST = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{OWN}:root"}, "Action": "sts:AssumeRole"}


def actions(policy: dict[str, Any]) -> list[str]:
    """Every action of a policy."""
    listed = (statement["Action"] for statement in policy["Statement"])
    return [action for each in listed for action in ([each] if isinstance(each, str) else each)]


def without(left: str) -> str:
    """The policy, less one action."""
    statements = [
        {**statement, "Action": kept}
        for statement in POLICY["Statement"]
        if (kept := [action for action in actions({"Statement": [statement]}) if action != left])
    ]
    return json.dumps({**POLICY, "Statement": statements})


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    """Two accounts; in the first a rule names a prefix list, and there are interfaces of a database and a function."""
    with moto_server() as server:
        ec2 = server.client("ec2")
        named = ec2.describe_managed_prefix_lists()["PrefixLists"][0]["PrefixListId"]
        group = ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
        rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "PrefixListIds": [{"PrefixListId": named}]}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
        subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
        for description in ("RDSNetworkInterface", "AWS Lambda VPC ENI-rotate"):
            server.keep_interface(subnet, description, group)
        yield server


@pytest.fixture(scope="module")
def auditor(aws: Aws) -> dict[str, str]:
    """The credentials of the auditor."""
    aws.client("organizations").create_organization(FeatureSet="ALL")
    iam = aws.client("iam")
    iam.create_user(UserName="auditor")
    key = iam.create_access_key(UserName="auditor")["AccessKey"]
    trust = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
    aws.client("iam", account=OTHER).create_role(RoleName=ROLE, AssumeRolePolicyDocument=trust)
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


def audited(aws: Aws, auditor: dict[str, str], policy: str, **options: Any) -> list[Problem]:
    """All that an audit under this policy has to say of what it could not read.

    moto calls the tagging API's actions by the name that its calls are signed for.
    """
    policy = policy.replace('"tag:', '"tagging:')
    aws.client("iam").put_user_policy(UserName="auditor", PolicyName="audit", PolicyDocument=policy)
    aws.client("iam", account=OTHER).put_role_policy(RoleName=ROLE, PolicyName="audit", PolicyDocument=policy)
    access = Access(endpoint=aws.url, organization_role=ROLE, attempts=1, **{"regions": (REGION,), **options})
    with aws.enforcing(), pytest.MonkeyPatch.context() as patched:
        for name, value in auditor.items():
            patched.setenv(name, value)
        found, account = survey(access), Reader(access)
        readings = [account.read(scope) for scope in found.scopes]
    assert all(reading.input.complete == (not reading.problems) for reading in readings)
    return [*found.problems, *(problem for reading in readings for problem in reading.problems)]


def test_policy_is_what_is_called() -> None:
    """The policy names the action of every call, and no other."""
    called = {call.permission for call in (*CALLS.values(), ENTRIES_CALL, *SERVICES.values())}
    assert set(actions(POLICY)) == called | {"ec2:DescribeRegions", "organizations:ListAccounts", "sts:AssumeRole"}


def test_policy_is_explained() -> None:
    """The page beside the policy says of every action what is lost without it."""
    section = (DOCUMENTS / "README.md").read_text().partition("## AWS")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `([a-z0-9]+:\w+)` \| \S", section, re.MULTILINE) == sorted(actions(POLICY))


def test_policy_suffices(aws: Aws, auditor: dict[str, str]) -> None:
    """Under the policy both accounts are read in full."""
    assert audited(aws, auditor, json.dumps(POLICY), accounts=(OWN, OTHER)) == []
    assert audited(aws, auditor, json.dumps(POLICY)) == []


@pytest.mark.parametrize("action", sorted(actions(POLICY)))
def test_each_action_is_needed(aws: Aws, auditor: dict[str, str], action: str) -> None:
    """Without any one action the audit is incomplete, and says which permission is missing."""
    listed = {} if action == "organizations:ListAccounts" else {"accounts": (OWN, OTHER)}
    regions = {"regions": ()} if action == "ec2:DescribeRegions" else {}
    problems = audited(aws, auditor, without(action), **{**listed, **regions})
    assert problems
    assert {problem.check for problem in problems} == {"unreadable-input"}
    assert all(f"`{action}`" in problem.tip.replace("tagging:", "tag:") for problem in problems)
