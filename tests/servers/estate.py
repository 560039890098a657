"""The small estate of tests/cli/estate as it stands in an account: a manager and an agent, right as they are."""

from __future__ import annotations

from typing import Any

from tests.servers.moto import OWN, REGION, Aws


def seed(aws: Aws, region: str = REGION, account: str = OWN) -> dict[str, str]:
    """Makes the two groups in the region's default VPC; gives their ids by name."""
    ec2 = aws.client("ec2", region, account)
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    ids: dict[str, str] = {}
    for name in ("pam-manager", "pam-agent"):
        ids[name] = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        (everything,) = ec2.describe_security_groups(GroupIds=[ids[name]])["SecurityGroups"][0]["IpPermissionsEgress"]
        ec2.revoke_security_group_egress(GroupId=ids[name], IpPermissions=[everything])
    for name, other in (("pam-manager", "pam-agent"), ("pam-agent", "pam-manager")):
        rule = tcp(29120, UserIdGroupPairs=[{"GroupId": ids[other]}])
        ec2.authorize_security_group_ingress(GroupId=ids[name], IpPermissions=[rule])
        ec2.authorize_security_group_egress(GroupId=ids[name], IpPermissions=[rule])
    users = tcp(443, IpRanges=[{"CidrIp": "10.20.0.0/24"}, {"CidrIp": "10.21.0.0/16"}])
    ec2.authorize_security_group_ingress(GroupId=ids["pam-manager"], IpPermissions=[users])
    return ids


def tcp(port: int, **peers: Any) -> dict[str, Any]:
    """A permission for one port."""
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **peers}


def open_up(aws: Aws, group: str, cidr: str, port: int = 443, region: str = REGION, account: str = OWN) -> None:
    """Lets a network in where nobody wants it."""
    rule = tcp(port, IpRanges=[{"CidrIp": cidr}])
    aws.client("ec2", region, account).authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
