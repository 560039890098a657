"""Terraform's azurerm states as Azure's resource manager would answer for them: lists of items by path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Item = dict[str, Any]
Lists = dict[str, list[Item]]
"""The items of each list, by the path that it is asked for with (`/subscriptions/.../networkSecurityGroups`)."""

RULE_FIELDS = {
    "access": "access",
    "description": "description",
    "destination_address_prefix": "destinationAddressPrefix",
    "destination_address_prefixes": "destinationAddressPrefixes",
    "destination_port_range": "destinationPortRange",
    "destination_port_ranges": "destinationPortRanges",
    "direction": "direction",
    "priority": "priority",
    "protocol": "protocol",
    "source_address_prefix": "sourceAddressPrefix",
    "source_address_prefixes": "sourceAddressPrefixes",
    "source_port_range": "sourcePortRange",
    "source_port_ranges": "sourcePortRanges",
}
RULE_GROUPS = {
    "destination_application_security_group_ids": "destinationApplicationSecurityGroups",
    "source_application_security_group_ids": "sourceApplicationSecurityGroups",
}
DEFAULTS = (
    ("AllowVnetInBound", 65000, "Allow", "Inbound", "VirtualNetwork", "VirtualNetwork"),
    ("AllowAzureLoadBalancerInBound", 65001, "Allow", "Inbound", "AzureLoadBalancer", "*"),
    ("DenyAllInBound", 65500, "Deny", "Inbound", "*", "*"),
    ("AllowVnetOutBound", 65000, "Allow", "Outbound", "VirtualNetwork", "VirtualNetwork"),
    ("AllowInternetOutBound", 65001, "Allow", "Outbound", "*", "Internet"),
    ("DenyAllOutBound", 65500, "Deny", "Outbound", "*", "*"),
)


def arm_lists(state: Mapping[str, Any]) -> Lists:
    """What the resource manager would list of everything in a state that `terraform show -json` has written."""
    made = _Maker()
    found = sorted(_resources(state["values"]["root_module"]), key=lambda each: _ORDER.index(each[0]))
    for type_, values in found:
        _MADE[type_](made, values)
    for item in made.items.values():
        kind = item["type"]
        subscription = item["id"].split("/")[2]
        made.lists.setdefault(f"/subscriptions/{subscription}/providers/{kind}", []).append(item)
        made.subscriptions.add(subscription)
    for subscription in made.subscriptions:
        made.lists[f"/subscriptions/{subscription}/providers/Microsoft.Network/locations/westeurope/serviceTags"] = service_tags()
    made.lists["/subscriptions"] = [subscription_item(each) for each in sorted(made.subscriptions)]
    return made.lists


def subscription_item(subscription: str, state: str = "Enabled", name: str = "PAM production") -> Item:
    """A subscription as it is listed."""
    return {"id": f"/subscriptions/{subscription}", "subscriptionId": subscription, "displayName": name, "state": state}


def service_tags() -> list[Item]:
    """A few service tags, as Azure lists them."""
    return [
        {"name": name, "id": name, "properties": {"changeNumber": "7", "region": "", "state": "GA", "addressPrefixes": prefixes}}
        for name, prefixes in (
            ("AzureMonitor", ["13.69.64.0/26", "20.21.32.0/26", "2603:1000:4::10c/125"]),
            ("Storage", ["20.38.98.0/24", "52.239.142.0/24"]),
            ("Storage.WestEurope", ["20.38.98.0/24"]),
        )
    ]


class _Maker:
    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.lists: Lists = {}
        self.subscriptions: set[str] = set()

    def add(self, kind: str, values: Mapping[str, Any], properties: Item) -> None:
        self.items[values["id"].lower()] = {
            "name": values["name"],
            "id": values["id"],
            "etag": 'W/"5f0f1c2e"',
            "type": kind,
            "location": values.get("location"),
            **({"tags": values["tags"]} if values.get("tags") else {}),
            "properties": {"provisioningState": "Succeeded", **properties},
        }

    def properties(self, id_: str) -> Item:
        found: Item = self.items[id_.lower()]["properties"]
        return found

    def named(self, values: Mapping[str, Any], kind: str, name: str) -> Item:
        """The properties of what a resource names beside its resource group."""
        group = values["id"].split("/providers/")[0]
        return self.properties(f"{group}/providers/Microsoft.Network/{kind}/{values[name]}")

    def subnet(self, id_: str) -> Item:
        network = id_.partition("/subnets/")[0]
        subnets = self.properties(network)["subnets"]
        found: Item = next(each for each in subnets if each["id"].lower() == id_.lower())["properties"]
        return found


def _resources(module: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for each in module.get("resources", ()):
        if each["mode"] == "managed" and each["type"] in _MADE:
            yield each["type"], each["values"]
    for child in module.get("child_modules", ()):
        yield from _resources(child)


def rule_item(values: Mapping[str, Any], group: str, kind: str = "securityRules") -> Item:
    """A rule of an NSG; Azure leaves out singular fields that are empty and shows plural ones always."""
    properties: Item = {"provisioningState": "Succeeded"}
    for theirs, ours in RULE_FIELDS.items():
        value = values.get(theirs)
        if theirs.endswith(("es", "ranges")):
            properties[ours] = value or []
        elif value not in (None, ""):
            properties[ours] = value
    for theirs, ours in RULE_GROUPS.items():
        if values.get(theirs):
            properties[ours] = [{"id": each} for each in values[theirs]]
    type_ = f"Microsoft.Network/networkSecurityGroups/{kind}"
    return {"name": values["name"], "id": f"{group}/{kind}/{values['name']}", "type": type_, "properties": properties}


def default_rules(group: str) -> list[Item]:
    """The rules that every NSG ends with, as Azure shows them."""
    return [
        rule_item(
            {
                "name": name,
                "priority": priority,
                "access": access,
                "direction": direction,
                "protocol": "*",
                "source_address_prefix": source,
                "destination_address_prefix": destination,
                "source_port_range": "*",
                "destination_port_range": "*",
            },
            group,
            "defaultSecurityRules",
        )
        for name, priority, access, direction, source, destination in DEFAULTS
    ]


def _network(made: _Maker, values: Mapping[str, Any]) -> None:
    space = {"addressPrefixes": values["address_space"]}
    made.add("Microsoft.Network/virtualNetworks", values, {"addressSpace": space, "subnets": [], "virtualNetworkPeerings": []})


def _subnet(made: _Maker, values: Mapping[str, Any]) -> None:
    network = made.named(values, "virtualNetworks", "virtual_network_name")
    addresses = values["address_prefixes"]
    told = {"addressPrefix": addresses[0]} if len(addresses) == 1 else {"addressPrefixes": addresses}
    policies = values.get("private_endpoint_network_policies") or "Disabled"
    network["subnets"].append(
        {"name": values["name"], "id": values["id"], "properties": {**told, "privateEndpointNetworkPolicies": policies}}
    )


def _nsg(made: _Maker, values: Mapping[str, Any]) -> None:
    rules = [rule_item(each, values["id"]) for each in values.get("security_rule") or []]
    own = {"securityRules": rules, "defaultSecurityRules": default_rules(values["id"])}
    made.add("Microsoft.Network/networkSecurityGroups", values, own)


def _rule(made: _Maker, values: Mapping[str, Any]) -> None:
    group = values["id"].partition("/securityRules/")[0]
    made.properties(group)["securityRules"].append(rule_item(values, group))


def _asg(made: _Maker, values: Mapping[str, Any]) -> None:
    made.add("Microsoft.Network/applicationSecurityGroups", values, {})


def _interface(made: _Maker, values: Mapping[str, Any]) -> None:
    configurations = [
        {
            "name": each["name"],
            "id": f"{values['id']}/ipConfigurations/{each['name']}",
            "properties": {
                "privateIPAddress": each["private_ip_address"],
                "privateIPAllocationMethod": each["private_ip_address_allocation"],
                "privateIPAddressVersion": each["private_ip_address_version"] or "IPv4",
                "subnet": {"id": each["subnet_id"]},
            },
        }
        for each in values["ip_configuration"]
    ]
    made.add("Microsoft.Network/networkInterfaces", values, {"ipConfigurations": configurations})


def _machine(system: str) -> Any:
    def machine(made: _Maker, values: Mapping[str, Any]) -> None:
        interfaces = [{"id": each} for each in values["network_interface_ids"]]
        own = {"networkProfile": {"networkInterfaces": interfaces}, "storageProfile": {"osDisk": {"osType": system}}}
        made.add("Microsoft.Compute/virtualMachines", values, own)

    return machine


def _subnet_nsg(made: _Maker, values: Mapping[str, Any]) -> None:
    made.subnet(values["subnet_id"])["networkSecurityGroup"] = {"id": values["network_security_group_id"]}


def _interface_nsg(made: _Maker, values: Mapping[str, Any]) -> None:
    own = made.properties(values["network_interface_id"])
    own["networkSecurityGroup"] = {"id": values["network_security_group_id"]}


_MADE: Mapping[str, Any] = {
    "azurerm_virtual_network": _network,
    "azurerm_subnet": _subnet,
    "azurerm_network_security_group": _nsg,
    "azurerm_network_security_rule": _rule,
    "azurerm_application_security_group": _asg,
    "azurerm_network_interface": _interface,
    "azurerm_linux_virtual_machine": _machine("Linux"),
    "azurerm_windows_virtual_machine": _machine("Windows"),
    "azurerm_subnet_network_security_group_association": _subnet_nsg,
    "azurerm_network_interface_security_group_association": _interface_nsg,
}
_ORDER = list(_MADE)
