"""How Azure's resource manager spells what the Terraform provider spells another way.

Source: the Azure REST reference of Microsoft.Network/networkSecurityGroups.
"""

from __future__ import annotations

RULE_ATTRIBUTES = {
    "access": "access",
    "direction": "direction",
    "priority": "priority",
    "protocol": "protocol",
    "sourceAddressPrefix": "source_address_prefix",
    "sourceAddressPrefixes": "source_address_prefixes",
    "sourcePortRange": "source_port_range",
    "sourcePortRanges": "source_port_ranges",
    "destinationAddressPrefix": "destination_address_prefix",
    "destinationAddressPrefixes": "destination_address_prefixes",
    "destinationPortRange": "destination_port_range",
    "destinationPortRanges": "destination_port_ranges",
}
"""The properties of an NSG's rule that are written alike."""
RULE_REFERENCES = {
    "sourceApplicationSecurityGroups": "source_application_security_group_ids",
    "destinationApplicationSecurityGroups": "destination_application_security_group_ids",
}
"""The properties of an NSG's rule that hold objects with an `id`, where the provider has a list of ids."""
