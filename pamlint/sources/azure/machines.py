"""What NSGs protect: interfaces, machines, scale sets, private endpoints, Bastion hosts.

Source: the Azure REST reference of Microsoft.Network/networkInterfaces, privateEndpoints and bastionHosts, and of
Microsoft.Compute/virtualMachines and virtualMachineScaleSets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pamlint.model.resource import Resource
from pamlint.sources.azure.calls import Item
from pamlint.sources.azure.items import identifier, leading, named, perhaps, properties, references, resource, several, tie


def interface(item: Item, root: str) -> list[Resource]:
    """An interface, with its NSG and ASGs. That of a private endpoint tells nothing but the endpoint's addresses."""
    id_, body = identifier(item), properties(item)
    endpoint_ = leading(body, "privateEndpoint")
    configurations = [properties(each) for each in several(body, "ipConfigurations")]
    values = [
        {
            "subnet_id": leading(each, "subnet"),
            "private_ip_address": each.get("privateIPAddress"),
            "private_ip_address_version": each.get("privateIPAddressVersion"),
        }
        for each in configurations
    ]
    if endpoint_ is not None:
        told = {"ip_configuration": values, "private_endpoint_id": endpoint_}
        return [resource(root, "azurerm_network_interface", id_, {**named(item, id_), **told})]
    found = [resource(root, "azurerm_network_interface", id_, {**named(item, id_), "ip_configuration": values})]
    group = leading(body, "networkSecurityGroup")
    if group is not None:
        found.append(_tied(root, id_, "network_security_group", group))
    asgs = {asg.lower(): asg for each in configurations for asg in references(each, "applicationSecurityGroups")}
    return found + [_tied(root, id_, "application_security_group", asg) for _, asg in sorted(asgs.items())]


def machine(item: Item, root: str) -> list[Resource]:
    """A virtual machine with the ids of its interfaces."""
    id_, body = identifier(item), properties(item)
    interfaces = [identifier(each) for each in several(_part(body, "networkProfile"), "networkInterfaces")]
    values = {**named(item, id_), "network_interface_ids": interfaces}
    return [resource(root, f"azurerm_{_system(body)}virtual_machine", id_, values)]


def scale_set(item: Item, root: str, interfaces: Sequence[str] = ()) -> list[Resource]:
    """A scale set with the interfaces that new instances get, and the ids of those that its instances have."""
    id_, body = identifier(item), properties(item)
    profile = _part(body, "virtualMachineProfile")
    templates = perhaps(_part(profile, "networkProfile"), "networkInterfaceConfigurations")
    flexible = str(body.get("orchestrationMode")).lower() == "flexible"
    values = {
        **named(item, id_),
        "network_interface": [_template(properties(each)) for each in templates],
        "network_interface_ids": sorted(interfaces),
    }
    kind = "orchestrated_" if flexible else _system(profile) or "linux_"
    return [resource(root, f"azurerm_{kind}virtual_machine_scale_set", id_, values)]


def is_uniform(item: Item) -> bool:
    """Whether the interfaces of a scale set's instances are listed with the scale set alone."""
    return str(properties(item).get("orchestrationMode")).lower() != "flexible"


def endpoint(item: Item, root: str) -> list[Resource]:
    """A private endpoint."""
    id_ = identifier(item)
    values = {**named(item, id_), "subnet_id": leading(properties(item), "subnet")}
    return [resource(root, "azurerm_private_endpoint", id_, values)]


def bastion(item: Item, root: str) -> list[Resource]:
    """A Bastion host; the developer's kind stands in no subnet."""
    id_ = identifier(item)
    configurations = [properties(each) for each in perhaps(properties(item), "ipConfigurations")]
    subnets = [{"subnet_id": leading(each, "subnet")} for each in configurations]
    return [resource(root, "azurerm_bastion_host", id_, {**named(item, id_), "ip_configuration": subnets})]


def _template(body: Item) -> dict[str, Any]:
    configurations = [properties(each) for each in several(body, "ipConfigurations")]
    return {
        "network_security_group_id": leading(body, "networkSecurityGroup"),
        "ip_configuration": [
            {
                "subnet_id": leading(each, "subnet"),
                "application_security_group_ids": references(each, "applicationSecurityGroups"),
            }
            for each in configurations
        ],
    }


def _tied(root: str, interface_id: str, kind: str, other: str) -> Resource:
    type_ = "security_group" if kind == "network_security_group" else kind
    ends = {"network_interface_id": interface_id, f"{kind}_id": other}
    return tie(root, f"azurerm_network_interface_{type_}_association", ends)


def _part(body: Item, name: str) -> Item:
    found = body.get(name)
    return found if isinstance(found, dict) else {}


def _system(body: Item) -> str:
    """The operating system as the provider's type names it; a machine made from its disk alone has the type without one."""
    disk = _part(_part(body, "storageProfile"), "osDisk").get("osType")
    own = _part(body, "osProfile")
    if str(disk).lower() == "windows" or "windowsConfiguration" in own:
        return "windows_"
    return "linux_" if str(disk).lower() == "linux" or "linuxConfiguration" in own else ""
