"""What findings say of values that are not known."""

from __future__ import annotations

import pytest

from pamlint.checks.wording import supply_text

WAYS = {
    "var.cidr": "with `--var` or `--var-file`",
    "module.a.var.cidr": "with `--var` or `--var-file`",
    "data.aws_vpc.v.cidr_block": "(`data.aws_vpc.v.cidr_block: ...`)",
    "module.net.vpc_cidr": "(`module.net.vpc_cidr: ...`)",
    "aws_security_group.a": "who is a member of `aws_security_group.a`",
    'module.m["k"].data.aws_security_group.a["x"]': "match it to the role that it plays and say the role's `cidrs`",
    "timestamp()": "only when Terraform runs",
    'file "../x.txt" (outside here)': "below the linted root",
    "module.vpc": "terraform init",
    "prefix-list:pl-1": "under `allow`",
    "VirtualNetwork": "`VirtualNetwork: [10.0.0.0/16]`",
    "roles.agent": "Say in the site file",
    "infra/main.tf": "readable",
}


@pytest.mark.parametrize("reference", WAYS)
def test_ways_to_supply(reference: str) -> None:
    """Each kind of reference is told the way in which it can be supplied, and none is sent into an error."""
    assert WAYS[reference] in supply_text((reference,))
