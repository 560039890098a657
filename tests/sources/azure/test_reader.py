"""What each kind of answer becomes, and what it means then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pamlint.clouds import convert
from pamlint.model.acl import Network
from pamlint.model.addresses import parse_cidr
from pamlint.model.resource import Reading
from pamlint.model.scope import Scope
from pamlint.sources.azure import Reader
from tests.clouds.reading import acl, bounds, chains, cidrs, told, workloads
from tests.servers.azure_estates import Item, Lists
from tests.servers.azure_everything import BASE, MANAGER, NETWORK, SCALE_SET, SUBSCRIPTION, VNET, admin_rule, everything
from tests.sources.azure.reading import served

HERE = f"/subscriptions/{SUBSCRIPTION}/providers"
NSGS, NICS, VNETS = (
    f"{HERE}/Microsoft.Network/{kind}" for kind in ("networkSecurityGroups", "networkInterfaces", "virtualNetworks")
)
VMS = f"{HERE}/Microsoft.Compute/virtualMachines"
ADMIN_RULES = f"{VNET}/listNetworkManagerEffectiveSecurityAdminRules"
SCOPE = Scope("azure", SUBSCRIPTION)
FIRST, SECOND = f"{NETWORK}/networkSecurityGroups/first", f"{NETWORK}/networkSecurityGroups/second"


def read(lists: Lists, **settings: Any) -> Reading:
    """What is read of a subscription with these lists."""
    with served(lists, **settings) as server:
        return Reader(server.access()).read(SCOPE)


def changed(path: str, change: Callable[[list[Item]], object]) -> Lists:
    """The subscription that holds one of everything, with a change in one of its lists."""
    lists = everything()
    change(lists[path])
    return lists


@pytest.fixture(name="reading", scope="module")
def _reading() -> Reading:
    return read(everything())


@pytest.fixture(name="network", scope="module")
def _network(reading: Reading) -> Network:
    found = convert(reading.resources, {})
    assert found.problems == ()
    return found


def test_every_resource_is_the_providers(reading: Reading) -> None:
    """Everything that is read stands with its id as its address, under the name that Terraform's provider has for it."""
    assert [f"{each.type.removeprefix('azurerm_')} {_short(each.address)}" for each in reading.resources] == [
        "application_security_group applicationSecurityGroups/linux",
        "bastion_host bastionHosts/bastion",
        "linux_virtual_machine virtualMachines/vm",
        "linux_virtual_machine_scale_set virtualMachineScaleSets/relays",
        "network_interface virtualMachineScaleSets/relays/virtualMachines/0/networkInterfaces/nic",
        "network_interface virtualMachineScaleSets/relays/virtualMachines/1/networkInterfaces/nic",
        "network_interface networkInterfaces/pe",
        "network_interface networkInterfaces/vm",
        "network_interface_application_security_group_association networkInterfaces/vm|applicationSecurityGroups/linux",
        "network_interface_security_group_association virtualMachineScaleSets/relays/virtualMachines/1/networkInterfaces/nic|networkSecurityGroups/second",
        "network_interface_security_group_association networkInterfaces/vm|networkSecurityGroups/second",
        "network_manager_admin_rule networkManagers/nm/securityAdminConfigurations/c/ruleCollections/baseline/rules/monitoring",
        "network_manager_admin_rule networkManagers/nm/securityAdminConfigurations/c/ruleCollections/baseline/rules/no-telnet",
        "network_security_group networkSecurityGroups/first",
        "network_security_group networkSecurityGroups/second",
        "network_security_rule networkSecurityGroups/first/securityRules/ssh",
        "network_security_rule networkSecurityGroups/first/securityRules/store",
        "network_security_rule networkSecurityGroups/second/securityRules/agents",
        "network_service_tags serviceTags/Storage",
        "private_endpoint privateEndpoints/vault",
        "route_table routeTables/table",
        "subnet virtualNetworks/vnet/subnets/AzureBastionSubnet",
        "subnet virtualNetworks/vnet/subnets/pam",
        "subnet_network_security_group_association virtualNetworks/vnet/subnets/pam|networkSecurityGroups/first",
        "subnet_route_table_association virtualNetworks/vnet/subnets/pam|routeTables/table",
        "virtual_network virtualNetworks/vnet",
        "virtual_network_peering virtualNetworks/vnet/virtualNetworkPeerings/hub",
    ]
    assert all(each.root == SCOPE.name and each.id in (each.address, None) for each in reading.resources)


def test_chains(network: Network) -> None:
    """A machine is guarded by its interface's NSG, its subnet's, and the admin rules of its network; an endpoint by the last two.

    Azure puts no admin rules before a Bastion.
    """
    baseline = [
        [rule.name.rpartition("/")[2] for rule in each.rules] for each in network.acls if each.kind == "azure_admin_rules"
    ]
    assert baseline == [["no-telnet", "monitoring"]]
    (admin,) = (each for each in network.acls if each.kind == "azure_admin_rules")
    assert (admin.address, admin.name) == (MANAGER, "baseline")
    above = admin.key.partition("|")[2]
    assert chains(network, f"{BASE}/Microsoft.Compute/virtualMachines/vm") == [[[SECOND], [FIRST], [above]]]
    assert chains(network, f"{NETWORK}/privateEndpoints/vault") == [[[FIRST], [above]]]
    assert chains(network, f"{NETWORK}/networkInterfaces/pe") == []
    assert chains(network, f"{NETWORK}/bastionHosts/bastion") == [[]]


def test_a_private_endpoint_has_the_addresses_of_its_interface(network: Network) -> None:
    """Its interface is no machine of its own, and tells its address."""
    (endpoint,) = (each for each in network.workloads if each.address == f"{NETWORK}/privateEndpoints/vault")
    assert endpoint.addresses == parse_cidr("10.1.1.9")


def test_admin_rules(network: Network) -> None:
    """Effective admin rules stand in the order of their priorities, with the actions that no NSG has."""
    (admin,) = (each for each in network.acls if each.kind == "azure_admin_rules")
    assert [told(rule) for rule in admin.rules] == [
        ("ingress", "deny", ["6-6", "23-23"], ["any"], 10),
        ("ingress", "always-allow", ["6-6", "9100-9100"], ["any"], 20),
    ]


def test_scale_set_as_its_instances_are(network: Network) -> None:
    """Instances that differ from the scale set's description are a workload of their own, with its name and tags."""
    found = workloads(network, SCALE_SET)
    assert [[len(layer) for layer in each.chain] for each in found] == [[1, 1], [1, 1, 1]]
    assert {(each.name, each.tags["pam-role"], each.several) for each in found} == {("relays", "relay", True)}
    assert not any("virtualMachines/" in each.address for each in network.workloads if "ScaleSets" in each.address)


def test_asg_has_its_members(network: Network) -> None:
    """An ASG holds the address of the interface that wears it."""
    assert bounds(network, f"{NETWORK}/applicationSecurityGroups/linux")[0] == ["10.1.1.4/32"]


def test_virtual_network_holds_routes(network: Network) -> None:
    """The tag VirtualNetwork holds the network's own addresses, and what its routes send to an appliance."""
    symbols = [each for each in network.symbols.values() if each.text == "VirtualNetwork"]
    assert {tuple(cidrs(each.at_least)) for each in symbols} == {("10.1.0.0/16",), ("10.1.0.0/16", "172.16.0.0/12")}


def test_service_tag_is_known(network: Network) -> None:
    """A service tag that a rule names has just the members that Azure lists."""
    assert bounds(network, "tag:Storage") == (["20.38.98.0/24", "52.239.142.0/24"],) * 2


@pytest.mark.parametrize("state", ["Disconnected", "Initiated"])
def test_peering_that_is_not_connected(state: str) -> None:
    """A peering lets traffic through only while both of its ends are connected."""
    lists = changed(
        VNETS, lambda items: items[0]["properties"]["virtualNetworkPeerings"][0]["properties"].update(peeringState=state)
    )
    (peering,) = (each for each in read(lists).resources if each.type == "azurerm_virtual_network_peering")
    assert peering.body.values["allow_virtual_network_access"] is False


def test_default_rules_that_differ() -> None:
    """Default rules are judged as the account shows them, and told where they are not those that Azure documents."""

    def open_up(items: list[Item]) -> None:
        items[0]["properties"]["defaultSecurityRules"][2]["properties"]["access"] = "Allow"

    found = convert(read(changed(NSGS, open_up)).resources, {})
    last = [rule.action for rule in acl(found, FIRST).rules if rule.direction == "ingress" and rule.default]
    assert last == ["allow", "allow", "allow"]
    assert [problem.message for problem in found.problems] == [
        f"{FIRST}: its default rules are not those that Azure documents for every NSG; they are judged as the account shows them"
    ]


def test_side_that_is_left_out() -> None:
    """A rule without any destination port, or any source, is neither for none nor for all of them: that is unknown."""

    def leave_out(items: list[Item]) -> None:
        rule = items[0]["properties"]["securityRules"][0]["properties"]
        del rule["destinationPortRange"], rule["sourceAddressPrefix"]

    found = convert(read(changed(NSGS, leave_out)).resources, {})
    (rule,) = (each for each in acl(found, FIRST).rules if each.name.endswith("/ssh"))
    assert rule.unknown == (
        f"{FIRST}/securityRules/ssh.destination_port_range",
        f"{FIRST}/securityRules/ssh.source_address_prefix",
    )


def test_unknown_protocol() -> None:
    """A protocol that Azure has not told of yet may be any, and is told."""
    lists = changed(NSGS, lambda items: items[0]["properties"]["securityRules"][0]["properties"].update(protocol="Sctp"))
    found = convert(read(lists).resources, {})
    place = f"{FIRST}/securityRules/ssh"
    assert [rule.name for rule in acl(found, FIRST).rules if rule.protocols.because == (f"{place} (not understood)",)] == [place]
    assert [(problem.check, problem.subject) for problem in found.problems] == [("unreadable-input", place)]
    assert "its protocol is 'Sctp'" in found.problems[0].message


def test_items_that_come_twice() -> None:
    """What stands on two pages, as happens while something is made, is read once, however its id is written."""
    lists = changed(NSGS, lambda items: items.append({**items[0], "id": items[0]["id"].upper()}))
    assert read(lists, page=2) == read(everything())


@pytest.mark.parametrize(
    ("path", "change", "what", "why"),
    [
        (NSGS, lambda item: item["properties"].pop("securityRules"), FIRST, "it has no list securityRules"),
        (NSGS, lambda item: item["properties"].pop("defaultSecurityRules"), FIRST, "it has no list defaultSecurityRules"),
        (NSGS, lambda item: item.pop("properties"), FIRST, "it has no properties"),
        (NSGS, lambda item: item["properties"]["securityRules"][0].pop("name"), FIRST, "a rule of it has no name"),
        (VNETS, lambda item: item["properties"].pop("subnets"), VNET, "it has no list subnets"),
        (VNETS, lambda item: item["properties"].pop("addressSpace"), VNET, "it has no addressSpace"),
        (NICS, lambda item: item["properties"].pop("ipConfigurations"), f"{NETWORK}/networkInterfaces/vm", "it has no list ipConfigurations"),
        (NICS, lambda item: item["properties"].update(networkSecurityGroup="second"), f"{NETWORK}/networkInterfaces/vm", "its networkSecurityGroup is no reference"),
        (VMS, lambda item: item["properties"].pop("networkProfile"), f"{BASE}/Microsoft.Compute/virtualMachines/vm", "it has no list networkInterfaces"),
        (VMS, lambda item: item.pop("id"), "", "it has no id"),
    ],
)  # fmt: skip
def test_malformed_item(path: str, change: Callable[[Item], object], what: str, why: str) -> None:
    """An item that lacks what its kind has is told and left out; the rest is read, and nothing is proved by its absence."""
    reading = read(changed(path, lambda items: change(items[0])))
    kind = f"{path.rpartition('/')[2]} {what}".strip()
    assert [problem.message for problem in reading.problems] == [
        f"{SCOPE.name}: {kind} could not be read: an answer is malformed: {why}"
    ]
    assert (reading.input.complete, reading.unread) == (False, (SCOPE.name,))


def test_malformed_admin_rule() -> None:
    """An admin rule that cannot be understood leaves open what the admin rules of its network do."""

    def add(items: list[Item]) -> None:
        items.append({**admin_rule("odd", "Deny", 5, "22"), "properties": None})

    reading = read(changed(ADMIN_RULES, add))
    found = convert(reading.resources, {})
    assert not reading.input.complete
    (admin,) = (each for each in found.acls if each.kind == "azure_admin_rules")
    assert {rule.action for rule in admin.rules if rule.possible == (ADMIN_RULES,)} == {"deny", "always-allow"}


def test_content_alone_is_hashed() -> None:
    """The hash is of what the resources say: not of pages, order and entity tags; another port is another hash."""
    whole = read(everything()).input.sha256
    lists = everything()
    for items in lists.values():
        items.reverse()
        for item in items:
            item["etag"] = "another"
    assert read(lists, page=1).input.sha256 == whole
    other = changed(
        NSGS, lambda items: items[0]["properties"]["securityRules"][0]["properties"].update(destinationPortRange="23")
    )
    assert read(other).input.sha256 != whole


def test_subscription_without_a_service() -> None:
    """A subscription in which a service was never used holds nothing of it: Azure says so with an error, which is none."""
    with served({"/subscriptions": everything()["/subscriptions"]}) as server:
        Reader(server.access()).read(SCOPE)
        server.faults.update(dict.fromkeys(server.asked, "unregistered"))
        reading = Reader(server.access()).read(SCOPE)
    assert (reading.input.complete, reading.resources, reading.problems) == (True, (), ())


def _short(address: str) -> str:
    """The id without what all of them begin with."""
    return address.replace(f"{NETWORK}/", "").replace(f"{BASE}/Microsoft.Compute/", "")
