"""Whose an interface is that AWS keeps for one of its services: how the services say so in its description."""

from __future__ import annotations

import re

_OWNERS = (
    (r"ELB (?P<end>(?:app/|net/|gwy/)?(?P<name>[^/]+).*)$", "elasticloadbalancing:loadbalancer/{end}"),
    (r"AWS Lambda VPC ENI-(?P<name>.+?)(?:-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?$", "lambda:function:{name}"),
    (r"VPC Endpoint Interface (?P<name>vpce-\S+)", "ec2:vpc-endpoint/{name}"),
    (r"EFS mount target for (?P<name>fs-\S+)", "elasticfilesystem:file-system/{name}"),
    (r"ElastiCache (?P<name>\S+)", "elasticache:cluster:{name}"),
    (r"Amazon EKS (?P<name>\S+)", "eks:cluster/{name}"),
    (r"Interface for NAT Gateway (?P<name>nat-\S+)", "ec2:natgateway/{name}"),
    (r"(?P<name>RDSNetworkInterface)$", "rds:"),
    (r"(?P<name>\S+)$", None),
)
TAGGED = (
    "ec2:natgateway", "ec2:vpc-endpoint", "eks:cluster", "elasticache:cluster", "elasticfilesystem:file-system",
    "elasticloadbalancing:loadbalancer", "lambda:function",
)  # fmt: skip
"""The types of what is named there, as the tagging API knows them."""


def of_service(description: str) -> tuple[str | None, str | None]:
    """The name of what an interface belongs to, and its service with the end of its ARN; None where nobody can know."""
    for pattern, owner in _OWNERS:
        if found := re.match(pattern, description):
            return found["name"], owner and owner.format(**found.groupdict())
    return None, None


def of_arn(arn: str) -> str:
    """An ARN as owners are told: without partition, region and account."""
    _, _, service, _, _, end = arn.split(":", 5)
    return f"{service}:{end}"
