"""A subscription that holds one of everything that is read, as Azure's resource manager lists it."""

from __future__ import annotations

from typing import Any

from tests.servers.azure_estates import Item, Lists, default_rules, rule_item, service_tags, subscription_item

SUBSCRIPTION = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
BASE = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers"
NETWORK, COMPUTE = f"{BASE}/Microsoft.Network", f"{BASE}/Microsoft.Compute"
MANAGER = f"{NETWORK}/networkManagers/nm/securityAdminConfigurations/c/ruleCollections/baseline"
VNET = f"{NETWORK}/virtualNetworks/vnet"
SUBNET = f"{VNET}/subnets/pam"
SCALE_SET = f"{COMPUTE}/virtualMachineScaleSets/relays"


def nsg(name: str, *rules: Item) -> Item:
    """An NSG with its rules; the default ones come by themselves."""
    id_ = f"{NETWORK}/networkSecurityGroups/{name}"
    own = [rule_item(rule, id_) for rule in rules]
    return item(id_, {"securityRules": own, "defaultSecurityRules": default_rules(id_)})


def rule(name: str, priority: int, port: str, **values: Any) -> Item:
    """A rule in the provider's words: TCP from and to anywhere, unless told otherwise."""
    return {
        "name": name,
        "priority": priority,
        "direction": "Inbound",
        "access": "Allow",
        "protocol": "Tcp",
        "source_port_range": "*",
        "source_address_prefix": "*",
        "destination_port_range": port,
        "destination_address_prefix": "*",
        **values,
    }


def item(id_: str, properties: Item, **values: Any) -> Item:
    """A resource as it is listed."""
    return {"name": id_.rpartition("/")[2], "id": id_, "location": "westeurope", **values, "properties": properties}


def reference(id_: str) -> Item:
    """How one resource names another."""
    return {"id": id_}


def interface(id_: str, address: str, **properties: Any) -> Item:
    """A network interface in the subnet `pam`."""
    ways = properties.pop("asgs", [])
    inner: Item = {"privateIPAddress": address, "privateIPAddressVersion": "IPv4", "subnet": reference(SUBNET)}
    if ways:
        inner["applicationSecurityGroups"] = [reference(each) for each in ways]
    return item(id_, {"ipConfigurations": [{"name": "one", "properties": inner}], **properties})


def admin_rule(name: str, access: str, priority: int, port: str) -> Item:
    """A security admin rule in effect."""
    return {
        "id": f"{MANAGER}/rules/{name}",
        "kind": "Custom",
        "properties": {
            "access": access,
            "direction": "Inbound",
            "priority": priority,
            "protocol": "Tcp",
            "sources": [{"addressPrefix": "*", "addressPrefixType": "IPPrefix"}],
            "destinations": [{"addressPrefix": "*", "addressPrefixType": "IPPrefix"}],
            "sourcePortRanges": ["0-65535"],
            "destinationPortRanges": [port],
        },
    }


def everything() -> Lists:
    """The lists of the subscription."""
    asg, table = f"{NETWORK}/applicationSecurityGroups/linux", f"{NETWORK}/routeTables/table"
    first, second = f"{NETWORK}/networkSecurityGroups/first", f"{NETWORK}/networkSecurityGroups/second"
    here = f"/subscriptions/{SUBSCRIPTION}/providers"
    rules = [
        rule("ssh", 100, "22", source_address_prefix="10.0.0.0/8"),
        rule("store", 110, "443", direction="Outbound", destination_address_prefix="Storage"),
    ]
    return {
        "/subscriptions": [subscription_item(SUBSCRIPTION)],
        f"{here}/Microsoft.Network/networkSecurityGroups": [
            nsg("first", *rules),
            nsg("second", rule("agents", 100, "29120", source_address_prefix="", source_application_security_group_ids=[asg])),
        ],
        f"{here}/Microsoft.Network/applicationSecurityGroups": [item(asg, {})],
        f"{here}/Microsoft.Network/virtualNetworks": [_network(first, table)],
        f"{here}/Microsoft.Network/routeTables": [
            item(table, {"routes": [_route("on-premises", "172.16.0.0/12", "VirtualAppliance")]})
        ],
        f"{here}/Microsoft.Network/networkInterfaces": [
            interface(f"{NETWORK}/networkInterfaces/vm", "10.1.1.4", asgs=[asg], networkSecurityGroup=reference(second)),
            interface(
                f"{NETWORK}/networkInterfaces/pe", "10.1.1.9", privateEndpoint=reference(f"{NETWORK}/privateEndpoints/vault")
            ),
        ],
        f"{here}/Microsoft.Network/privateEndpoints": [item(f"{NETWORK}/privateEndpoints/vault", {"subnet": reference(SUBNET)})],
        f"{here}/Microsoft.Network/bastionHosts": [
            item(
                f"{NETWORK}/bastionHosts/bastion",
                {"ipConfigurations": [{"properties": {"subnet": reference(f"{VNET}/subnets/AzureBastionSubnet")}}]},
            )
        ],
        f"{here}/Microsoft.Compute/virtualMachines": [_machine()],
        f"{here}/Microsoft.Compute/virtualMachineScaleSets": [_scale_set()],
        f"{SCALE_SET}/networkInterfaces": [
            interface(f"{SCALE_SET}/virtualMachines/0/networkInterfaces/nic", "10.1.1.20"),
            interface(
                f"{SCALE_SET}/virtualMachines/1/networkInterfaces/nic", "10.1.1.21", networkSecurityGroup=reference(second)
            ),
        ],
        f"{VNET}/listNetworkManagerEffectiveSecurityAdminRules": [
            admin_rule("no-telnet", "Deny", 10, "23"),
            admin_rule("monitoring", "AlwaysAllow", 20, "9100"),
        ],
        f"{here}/Microsoft.Network/locations/westeurope/serviceTags": service_tags()[:2],
    }


def _network(group: str, table: str) -> Item:
    elsewhere = (
        "/subscriptions/ffffffff-0000-0000-0000-000000000000/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/hub"
    )
    peering = {
        "remoteVirtualNetwork": reference(elsewhere),
        "peeringState": "Connected",
        "allowVirtualNetworkAccess": True,
    }
    guarded = {
        "addressPrefix": "10.1.1.0/24",
        "networkSecurityGroup": reference(group),
        "routeTable": reference(table),
        "privateEndpointNetworkPolicies": "NetworkSecurityGroupEnabled",
    }
    return item(
        VNET,
        {
            "addressSpace": {"addressPrefixes": ["10.1.0.0/16"]},
            "subnets": [
                item(SUBNET, guarded),
                item(f"{VNET}/subnets/AzureBastionSubnet", {"addressPrefixes": ["10.1.2.0/26", "2001:db8:1::/64"]}),
            ],
            "virtualNetworkPeerings": [item(f"{VNET}/virtualNetworkPeerings/hub", peering)],
        },
    )


def _route(name: str, prefix: str, hop: str) -> Item:
    return {"name": name, "properties": {"addressPrefix": prefix, "nextHopType": hop, "nextHopIpAddress": "10.1.9.4"}}


def _machine() -> Item:
    return item(
        f"{COMPUTE}/virtualMachines/vm",
        {
            "networkProfile": {"networkInterfaces": [reference(f"{NETWORK}/networkInterfaces/vm")]},
            "storageProfile": {"osDisk": {"osType": "Linux"}},
        },
        tags={"pam-role": "manager"},
    )


def _scale_set() -> Item:
    inner = {"subnet": reference(SUBNET)}
    template = {"name": "nic", "properties": {"primary": True, "ipConfigurations": [{"name": "one", "properties": inner}]}}
    profile = {
        "networkProfile": {"networkInterfaceConfigurations": [template]},
        "storageProfile": {"osDisk": {"osType": "Linux"}},
    }
    return item(SCALE_SET, {"orchestrationMode": "Uniform", "virtualMachineProfile": profile}, tags={"pam-role": "relay"})
