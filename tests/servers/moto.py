"""AWS on loopback: moto's server, with the calls that it lacks and what its API refuses although AWS has it."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import boto3
from botocore.config import Config
from moto import settings
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.responses import ActionResult
from moto.ec2 import ec2_backends
from moto.ec2.responses import EC2Response
from moto.iam.access_control import IAMRequestBase
from moto.moto_api._internal.models import moto_api_backend
from moto.server import ThreadedMotoServer

OWN = DEFAULT_ACCOUNT_ID
REGION = "eu-central-1"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAPAMLINTTESTS0001", "AWS_SECRET_ACCESS_KEY": "pamlint/tests/secret/0123456789abcdefghi"}
"""Credentials that nothing may print."""


class _State(str):
    def __getitem__(self, _key: Any) -> str:
        return str(self)


@dataclass(frozen=True)
class Aws:
    """A running server.

    `blocking` holds the mode of Block Public Access by account and region, `sharing` what groups are tied to other VPCs.
    """

    url: str
    blocking: dict[tuple[str, str], str] = field(default_factory=dict)
    sharing: list[dict[str, str]] = field(default_factory=list)

    def client(self, service: str, region: str = REGION, account: str = OWN) -> Any:
        """A client with an account's own credentials."""
        keys = {"aws_access_key_id": KEYS["AWS_ACCESS_KEY_ID"], "aws_secret_access_key": KEYS["AWS_SECRET_ACCESS_KEY"]}
        if account != OWN:
            role = f"arn:aws:iam::{account}:role/seed"
            taken = self.client("sts").assume_role(RoleArn=role, RoleSessionName="seed")["Credentials"]
            keys = {
                "aws_access_key_id": taken["AccessKeyId"],
                "aws_secret_access_key": taken["SecretAccessKey"],
                "aws_session_token": taken["SessionToken"],
            }
        config = Config(retries={"total_max_attempts": 1})
        return boto3.client(service, region_name=region, endpoint_url=self.url, config=config, **keys)

    def backend(self, region: str = REGION, account: str = OWN) -> Any:
        """What moto holds of EC2, for that which its API refuses."""
        return ec2_backends[account][region]

    @contextmanager
    def enforcing(self) -> Iterator[None]:
        """While this lasts, moto holds every call against the caller's policies."""
        with (
            mock.patch.object(settings, "INITIAL_NO_AUTH_ACTION_COUNT", 0),
            mock.patch.object(IAMRequestBase, "check_signature", _check_signature),
        ):
            yield

    def add_ipv6(self, subnet: str, block: str) -> None:
        """A block of a subnet. moto looks for its state in a structure, and then tells that whole structure as the state."""
        found = self.backend().get_subnet(subnet)
        found.attach_ipv6_cidr_block_associations(block)
        for association in found.ipv6_cidr_block_associations.values():
            association["ipv6CidrBlockState"] = _State("associated")

    def keep_interface(self, subnet: str, description: str, *groups: str) -> str:
        """An interface as AWS keeps it for one of its services."""
        given = {"SubnetId": subnet, "Groups": list(groups), "Description": description}
        made = str(self.client("ec2").create_network_interface(**given)["NetworkInterface"]["NetworkInterfaceId"])
        self.backend().get_network_interface(made).requester_managed = True
        return made

    def point(self, group: str, peer: str, account: str, peering: str = "active") -> None:
        """Let the last ingress rule of a group name one of another account behind a peering, which moto's API refuses."""
        rule = self.backend().get_security_group_from_id(group).ingress_rules[-1]
        rule.source_group = {"GroupId": peer, "UserId": account, "PeeringStatus": peering}


_CHECKED = IAMRequestBase.check_signature


def _check_signature(request: Any) -> None:
    """Of a call without a body moto works out a wrong signature, for it takes the headers for one."""
    if request._body:
        _CHECKED(request)


@contextmanager
def moto_server() -> Iterator[Aws]:
    """An empty AWS, and an environment that holds its credentials and nothing else of AWS."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    clean |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"}
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    moto_api_backend.reset()
    host, port = server.get_host_and_port()
    aws = Aws(f"http://{host}:{port}")
    EC2Response.describe_vpc_block_public_access_options = _options(aws.blocking)
    EC2Response.describe_vpc_block_public_access_exclusions = _no_exclusions
    EC2Response.describe_security_group_vpc_associations = _associations(aws.sharing)
    try:
        with mock.patch.dict(os.environ, {**clean, **KEYS}, clear=True):
            yield aws
    finally:
        server.stop()


def _options(blocking: dict[tuple[str, str], str]) -> Any:
    def describe(self: Any) -> ActionResult:
        mode = blocking.get((self.current_account, self.region), "off")
        options = {"AwsAccountId": self.current_account, "InternetGatewayBlockMode": mode, "State": "default-state"}
        return ActionResult({"VpcBlockPublicAccessOptions": options})

    return describe


def _associations(sharing: list[dict[str, str]]) -> Any:
    def describe(self: Any) -> ActionResult:
        groups = {group for groups in self.ec2_backend.groups.values() for group in groups}
        return ActionResult({"SecurityGroupVpcAssociations": [tie for tie in sharing if tie["GroupId"] in groups]})

    return describe


def _no_exclusions(self: Any) -> ActionResult:
    return ActionResult({"VpcBlockPublicAccessExclusions": []})
