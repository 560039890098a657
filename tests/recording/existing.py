"""What stands already where estates are made, for their data sources to find. What is not told here is made up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CORP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/corp"
NETWORK = f"{CORP}/providers/Microsoft.Network"
RULE = {
    "access": "Allow",
    "description": "",
    "destination_address_prefix": "*",
    "destination_address_prefixes": [],
    "destination_application_security_group_ids": [],
    "destination_port_range": "*",
    "destination_port_ranges": [],
    "direction": "Inbound",
    "protocol": "*",
    "source_address_prefix": "*",
    "source_address_prefixes": [],
    "source_application_security_group_ids": [],
    "source_port_range": "*",
    "source_port_ranges": [],
}

Row = Mapping[str, Any]
EXISTING: Mapping[str, tuple[Row, ...]] = {
    "aws_vpc": (
        {
            "id": "vpc-0c0a",
            "tags": {"Name": "corp"},
            "cidr_block": "10.40.0.0/16",
            "cidr_block_associations": [
                {"association_id": "vpc-cidr-assoc-1", "cidr_block": "10.40.0.0/16", "state": "associated"},
                {"association_id": "vpc-cidr-assoc-2", "cidr_block": "100.64.0.0/16", "state": "associated"},
            ],
        },
    ),
    "aws_subnets": ({"ids": ["subnet-0aa1", "subnet-0aa2"]},),
    "aws_subnet": (
        {"id": "subnet-0aa1", "cidr_block": "10.40.1.0/24", "vpc_id": "vpc-0c0a"},
        {"id": "subnet-0aa2", "cidr_block": "10.40.2.0/24", "vpc_id": "vpc-0c0a"},
    ),
    "aws_security_group": ({"id": "sg-0b00000000000001", "name": "monitored", "vpc_id": "vpc-0c0a"},),
    "aws_security_groups": ({"ids": ["sg-0a6e000000000001", "sg-0a6e000000000002"], "vpc_ids": ["vpc-0c0a", "vpc-0c0a"]},),
    "aws_network_acls": ({"ids": ["acl-0dd1"]},),
    "aws_ec2_managed_prefix_list": (
        {
            "id": "pl-0ee1",
            "name": "branches",
            "address_family": "IPv4",
            "entries": [{"cidr": "10.60.0.0/16", "description": ""}],
            "max_entries": 10,
        },
    ),
    "azurerm_resource_group": ({"id": CORP, "name": "corp", "location": "westeurope"},),
    "azurerm_virtual_network": (
        {"id": f"{NETWORK}/virtualNetworks/corp", "name": "corp", "address_space": ["10.40.0.0/16"], "location": "westeurope"},
    ),
    "azurerm_subnet": (
        {
            "id": f"{NETWORK}/virtualNetworks/corp/subnets/gateway",
            "name": "gateway",
            "address_prefix": "10.40.1.0/24",
            "address_prefixes": ["10.40.1.0/24"],
            "network_security_group_id": f"{NETWORK}/networkSecurityGroups/edge",
            "route_table_id": "",
        },
    ),
    "azurerm_network_security_group": (
        {
            "id": f"{NETWORK}/networkSecurityGroups/edge",
            "name": "edge",
            "location": "westeurope",
            "security_rule": [
                {
                    **RULE,
                    "name": "users",
                    "priority": 200,
                    "protocol": "Tcp",
                    "source_address_prefix": "10.60.0.0/16",
                    "destination_port_range": "443",
                },
                {
                    **RULE,
                    "name": "agents",
                    "priority": 210,
                    "protocol": "Tcp",
                    "source_address_prefix": "10.61.0.0/16",
                    "destination_address_prefix": "10.40.1.0/24",
                    "destination_port_range": "443",
                },
                {**RULE, "name": "nothing-else-in", "priority": 4000, "access": "Deny"},
                {
                    **RULE,
                    "name": "store",
                    "priority": 200,
                    "direction": "Outbound",
                    "protocol": "Tcp",
                    "destination_address_prefix": "10.40.2.0/24",
                    "destination_port_range": "3025",
                },
                {**RULE, "name": "nothing-else-out", "priority": 4000, "direction": "Outbound", "access": "Deny"},
            ],
        },
    ),
    "azurerm_application_security_group": (
        {"id": f"{NETWORK}/applicationSecurityGroups/store", "name": "store", "location": "westeurope"},
    ),
}


def found(kind: str, asked: Row) -> Row:
    """The first that has the id and the name that a data source asks for."""
    rows = EXISTING.get(kind, ())
    return next((row for row in rows if all(asked.get(key) in (None, row.get(key)) for key in ("id", "name"))), {})
