"""What the stand-in providers know of a resource: its attributes and blocks, as the real providers declare them.

An attribute is a pair of Terraform type and mode: r required, o optional, c computed, x optional and computed.
Only what network configurations touch is here; add what a new fixture needs.
"""

from __future__ import annotations

from typing import Any

Attributes = dict[str, tuple[Any, str]]

S, N, B = "string", "number", "bool"
LS, SS, MS = ["list", S], ["set", S], ["map", S]


def objects(shape: dict[str, Any]) -> list[Any]:
    """A set of objects: an attribute that may also be written as blocks."""
    return ["set", ["object", shape]]


ID: Attributes = {"id": (S, "c"), "region": (S, "x")}
TAGS: Attributes = {"tags": (MS, "o"), "tags_all": (MS, "x")}
NAMED: Attributes = {**ID, "arn": (S, "c"), **TAGS}
GROUP_RULE = {
    "cidr_blocks": LS,
    "description": S,
    "from_port": N,
    "ipv6_cidr_blocks": LS,
    "prefix_list_ids": LS,
    "protocol": S,
    "security_groups": SS,
    "self": B,
    "to_port": N,
}
ACL_RULE = {
    "action": S,
    "cidr_block": S,
    "from_port": N,
    "icmp_code": N,
    "icmp_type": N,
    "ipv6_cidr_block": S,
    "protocol": S,
    "rule_no": N,
    "to_port": N,
}
STANDALONE_RULE: Attributes = {
    **NAMED,
    "cidr_ipv4": (S, "o"),
    "cidr_ipv6": (S, "o"),
    "description": (S, "o"),
    "from_port": (N, "o"),
    "ip_protocol": (S, "r"),
    "prefix_list_id": (S, "o"),
    "referenced_security_group_id": (S, "o"),
    "security_group_id": (S, "r"),
    "security_group_rule_id": (S, "c"),
    "to_port": (N, "o"),
}

AWS: dict[str, Attributes] = {
    "aws_vpc": {
        **NAMED,
        "assign_generated_ipv6_cidr_block": (B, "o"),
        "cidr_block": (S, "x"),
        "default_network_acl_id": (S, "c"),
        "default_security_group_id": (S, "c"),
        "enable_dns_hostnames": (B, "x"),
        "enable_dns_support": (B, "o"),
        "instance_tenancy": (S, "o"),
        "ipv6_cidr_block": (S, "x"),
        "ipv6_ipam_pool_id": (S, "o"),
        "ipv6_netmask_length": (N, "o"),
        "owner_id": (S, "c"),
    },
    "aws_subnet": {
        **NAMED,
        "assign_ipv6_address_on_creation": (B, "o"),
        "availability_zone": (S, "x"),
        "cidr_block": (S, "o"),
        "ipv6_cidr_block": (S, "o"),
        "map_public_ip_on_launch": (B, "o"),
        "vpc_id": (S, "r"),
    },
    "aws_security_group": {
        **NAMED,
        "description": (S, "o"),
        "egress": (objects(GROUP_RULE), "x"),
        "ingress": (objects(GROUP_RULE), "x"),
        "name": (S, "x"),
        "name_prefix": (S, "x"),
        "owner_id": (S, "c"),
        "revoke_rules_on_delete": (B, "o"),
        "vpc_id": (S, "x"),
    },
    "aws_default_security_group": {
        **NAMED,
        "description": (S, "c"),
        "egress": (objects(GROUP_RULE), "o"),
        "ingress": (objects(GROUP_RULE), "o"),
        "name": (S, "c"),
        "owner_id": (S, "c"),
        "vpc_id": (S, "x"),
    },
    "aws_security_group_rule": {
        **ID,
        "cidr_blocks": (LS, "o"),
        "description": (S, "o"),
        "from_port": (N, "r"),
        "ipv6_cidr_blocks": (LS, "o"),
        "prefix_list_ids": (LS, "o"),
        "protocol": (S, "r"),
        "security_group_id": (S, "r"),
        "security_group_rule_id": (S, "c"),
        "self": (B, "o"),
        "source_security_group_id": (S, "x"),
        "to_port": (N, "r"),
        "type": (S, "r"),
    },
    "aws_vpc_security_group_ingress_rule": STANDALONE_RULE,
    "aws_vpc_security_group_egress_rule": STANDALONE_RULE,
    "aws_network_acl": {
        **NAMED,
        "egress": (objects(ACL_RULE), "x"),
        "ingress": (objects(ACL_RULE), "x"),
        "owner_id": (S, "c"),
        "subnet_ids": (SS, "x"),
        "vpc_id": (S, "r"),
    },
    "aws_network_acl_rule": {
        **ID,
        "cidr_block": (S, "o"),
        "egress": (B, "o"),
        "from_port": (N, "o"),
        "icmp_code": (N, "o"),
        "icmp_type": (N, "o"),
        "ipv6_cidr_block": (S, "o"),
        "network_acl_id": (S, "r"),
        "protocol": (S, "r"),
        "rule_action": (S, "r"),
        "rule_number": (N, "r"),
        "to_port": (N, "o"),
    },
    "aws_ec2_managed_prefix_list": {
        **NAMED,
        "address_family": (S, "r"),
        "entry": (objects({"cidr": S, "description": S}), "x"),
        "max_entries": (N, "r"),
        "name": (S, "r"),
        "owner_id": (S, "c"),
        "version": (N, "c"),
    },
    "aws_ec2_managed_prefix_list_entry": {
        **ID,
        "cidr": (S, "r"),
        "description": (S, "o"),
        "prefix_list_id": (S, "r"),
    },
    "aws_network_interface": {
        **NAMED,
        "description": (S, "o"),
        "private_ip": (S, "x"),
        "private_ips": (SS, "x"),
        "security_groups": (SS, "x"),
        "subnet_id": (S, "r"),
    },
    "aws_network_interface_sg_attachment": {
        **ID,
        "network_interface_id": (S, "r"),
        "security_group_id": (S, "r"),
    },
    "aws_instance": {
        **NAMED,
        "ami": (S, "x"),
        "availability_zone": (S, "x"),
        "instance_type": (S, "x"),
        "ipv6_address_count": (N, "x"),
        "key_name": (S, "x"),
        "primary_network_interface_id": (S, "c"),
        "private_ip": (S, "x"),
        "subnet_id": (S, "x"),
        "user_data": (S, "x"),
        "vpc_security_group_ids": (SS, "x"),
    },
}

NSG_RULE = {
    "access": S,
    "description": S,
    "destination_address_prefix": S,
    "destination_address_prefixes": SS,
    "destination_application_security_group_ids": SS,
    "destination_port_range": S,
    "destination_port_ranges": SS,
    "direction": S,
    "name": S,
    "priority": N,
    "protocol": S,
    "source_address_prefix": S,
    "source_address_prefixes": SS,
    "source_application_security_group_ids": SS,
    "source_port_range": S,
    "source_port_ranges": SS,
}
IN_GROUP: Attributes = {"id": (S, "c"), "name": (S, "r"), "resource_group_name": (S, "r")}
LOCATED: Attributes = {**IN_GROUP, "location": (S, "r"), "tags": (MS, "o")}
MACHINE: Attributes = {
    **LOCATED,
    "admin_password": (S, "o"),
    "admin_username": (S, "o"),
    "computer_name": (S, "x"),
    "disable_password_authentication": (B, "o"),
    "network_interface_ids": (LS, "r"),
    "private_ip_address": (S, "c"),
    "private_ip_addresses": (LS, "c"),
    "size": (S, "r"),
    "source_image_id": (S, "o"),
}

AZURERM: dict[str, Attributes] = {
    "azurerm_resource_group": {"id": (S, "c"), "location": (S, "r"), "name": (S, "r"), "tags": (MS, "o")},
    "azurerm_virtual_network": {**LOCATED, "address_space": (SS, "r"), "guid": (S, "c")},
    "azurerm_subnet": {**IN_GROUP, "address_prefixes": (LS, "r"), "virtual_network_name": (S, "r")},
    "azurerm_application_security_group": LOCATED,
    "azurerm_network_security_group": {**LOCATED, "security_rule": (objects(NSG_RULE), "x")},
    "azurerm_network_security_rule": {
        "id": (S, "c"),
        "network_security_group_name": (S, "r"),
        "resource_group_name": (S, "r"),
        **{name: (type_, "o") for name, type_ in NSG_RULE.items()},
    },
    "azurerm_subnet_network_security_group_association": {
        "id": (S, "c"),
        "network_security_group_id": (S, "r"),
        "subnet_id": (S, "r"),
    },
    "azurerm_network_interface": {
        **LOCATED,
        "mac_address": (S, "c"),
        "private_ip_address": (S, "c"),
        "private_ip_addresses": (LS, "c"),
        "virtual_machine_id": (S, "c"),
    },
    "azurerm_network_interface_security_group_association": {
        "id": (S, "c"),
        "network_interface_id": (S, "r"),
        "network_security_group_id": (S, "r"),
    },
    "azurerm_network_interface_application_security_group_association": {
        "id": (S, "c"),
        "application_security_group_id": (S, "r"),
        "network_interface_id": (S, "r"),
    },
    "azurerm_linux_virtual_machine": MACHINE,
    "azurerm_windows_virtual_machine": MACHINE,
    "azurerm_lb": {**LOCATED, "private_ip_address": (S, "c"), "private_ip_addresses": (LS, "c"), "sku": (S, "o")},
    "azurerm_lb_backend_address_pool": {
        "backend_ip_configurations": (LS, "c"),
        "id": (S, "c"),
        "load_balancing_rules": (LS, "c"),
        "loadbalancer_id": (S, "r"),
        "name": (S, "r"),
        "virtual_network_id": (S, "o"),
    },
    "azurerm_network_interface_backend_address_pool_association": {
        "backend_address_pool_id": (S, "r"),
        "id": (S, "c"),
        "ip_configuration_name": (S, "r"),
        "network_interface_id": (S, "r"),
    },
}

OS_DISK: Attributes = {"caching": (S, "r"), "storage_account_type": (S, "o")}
IMAGE: Attributes = {"offer": (S, "r"), "publisher": (S, "r"), "sku": (S, "r"), "version": (S, "r")}
IP_CONFIGURATION: Attributes = {
    "name": (S, "r"),
    "primary": (B, "x"),
    "private_ip_address": (S, "x"),
    "private_ip_address_allocation": (S, "r"),
    "private_ip_address_version": (S, "o"),
    "public_ip_address_id": (S, "o"),
    "subnet_id": (S, "o"),
}
BLOCKS: dict[str, dict[str, Attributes]] = {
    "azurerm_network_interface": {"ip_configuration": IP_CONFIGURATION},
    "azurerm_linux_virtual_machine": {"os_disk": OS_DISK, "source_image_reference": IMAGE},
    "azurerm_windows_virtual_machine": {"os_disk": OS_DISK, "source_image_reference": IMAGE},
}

DATA_SOURCES: dict[str, Attributes] = {
    "aws_prefix_list": {**ID, "cidr_blocks": (LS, "c"), "name": (S, "x"), "prefix_list_id": (S, "o")},
    "aws_vpc": {
        **ID,
        "cidr_block": (S, "x"),
        "cidr_block_associations": (["list", ["object", {"association_id": S, "cidr_block": S, "state": S}]], "c"),
        "ipv6_cidr_block": (S, "c"),
        "tags": (MS, "x"),
    },
    "aws_subnet": {**ID, "cidr_block": (S, "x"), "tags": (MS, "x"), "vpc_id": (S, "x")},
    "aws_subnets": {**ID, "ids": (LS, "c"), "tags": (MS, "o")},
    "aws_security_group": {**ID, "name": (S, "x"), "tags": (MS, "x"), "vpc_id": (S, "x")},
    "aws_security_groups": {**ID, "arns": (LS, "c"), "ids": (LS, "c"), "tags": (MS, "o"), "vpc_ids": (LS, "c")},
    "aws_network_acls": {**ID, "ids": (LS, "c"), "tags": (MS, "o"), "vpc_id": (S, "o")},
    "aws_ec2_managed_prefix_list": {
        **ID,
        "address_family": (S, "c"),
        "arn": (S, "c"),
        "entries": (objects({"cidr": S, "description": S}), "c"),
        "max_entries": (N, "c"),
        "name": (S, "x"),
        "owner_id": (S, "c"),
        "tags": (MS, "c"),
        "version": (N, "c"),
    },
    "azurerm_resource_group": {"id": (S, "c"), "location": (S, "c"), "name": (S, "r"), "tags": (MS, "c")},
    "azurerm_virtual_network": {**IN_GROUP, "address_space": (LS, "c"), "location": (S, "c")},
    "azurerm_subnet": {
        **IN_GROUP,
        "address_prefix": (S, "c"),
        "address_prefixes": (LS, "c"),
        "network_security_group_id": (S, "c"),
        "route_table_id": (S, "c"),
        "virtual_network_name": (S, "r"),
    },
    "azurerm_network_security_group": {
        **IN_GROUP,
        "location": (S, "c"),
        "security_rule": (["list", ["object", NSG_RULE]], "c"),
        "tags": (MS, "c"),
    },
    "azurerm_application_security_group": {**IN_GROUP, "location": (S, "c"), "tags": (MS, "c")},
}
FILTER: dict[str, Attributes] = {"filter": {"name": (S, "r"), "values": (SS, "r")}}
DATA_BLOCKS: dict[str, dict[str, Attributes]] = {"aws_subnets": FILTER, "aws_security_groups": FILTER, "aws_network_acls": FILTER}

RESOURCES = {"aws": AWS, "azurerm": AZURERM}
SETTINGS: dict[str, tuple[Attributes, dict[str, Attributes]]] = {
    "aws": (
        {"access_key": (S, "o"), "profile": (S, "o"), "region": (S, "o"), "secret_key": (S, "o")},
        {"default_tags": {"tags": (MS, "o")}},
    ),
    "azurerm": ({"subscription_id": (S, "o")}, {"features": {}}),
}
