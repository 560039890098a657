"""Azure as Terraform code: NSGs, a VNet and what stands in it, admin rules above."""

from __future__ import annotations

from random import Random

from tests.oracle.hcl import Code, block, element, kind_of, listed, repetition, resource, tied
from tests.oracle.nouns import ALL, Acl, Estate, Machine, Range, Rule, Subnet

AZURE_NAMES = {None: "*", 6: "Tcp", 17: "Udp", 1: "Icmp"}
PLACE: dict[str, object] = {"location": "westeurope", "resource_group_name": "pam"}
NETWORK = Code("azurerm_virtual_network.pam.id")


def azure(estate: Estate) -> list[str]:
    """Every block of an Azure estate."""
    rules = [rule for acl in estate.acls for rule in acl.rules]
    asgs = {peer[4:] for rule in rules for peer in (*rule.peers, *rule.local) if peer.startswith("asg:")}
    asgs |= {symbol[4:] for player in estate.players for symbol in player.symbols}
    asgs |= {asg for machine in estate.machines for asg in machine.asgs}
    parts = [resource(asg, {"name": asg.partition(".")[2]} | PLACE) for asg in sorted(asgs)]
    parts.append(resource("azurerm_virtual_network.pam", {"name": "pam", "address_space": list(estate.vnet)} | PLACE))
    if estate.peered:
        parts += peering(estate.peered)
    loose = {tie.what: tie.variable for tie in estate.ties}
    parts += [text for subnet in estate.subnets for text in azure_subnet(subnet, loose.get(subnet.name))]
    parts += [text for machine in estate.machines for text in azure_machine(machine)]
    return parts + [text for acl in estate.acls for text in (admin(acl) if acl.kind == "admin" else azure_acl(acl))]


def peering(spaces: tuple[str, ...]) -> list[str]:
    far = resource("azurerm_virtual_network.far", {"name": "far", "address_space": list(spaces)} | PLACE)
    return [far, *(tie(*pair) for pair in (("pam", "far"), ("far", "pam")))]


def tie(near: str, far: str) -> str:
    """One side's peering with the other network."""
    fields: dict[str, object] = {"name": far, "resource_group_name": "pam"}
    fields |= {"virtual_network_name": Code(f"azurerm_virtual_network.{near}.name")}
    fields |= {"remote_virtual_network_id": Code(f"azurerm_virtual_network.{far}.id")}
    return resource(f"azurerm_virtual_network_peering.{far}", fields)


def azure_subnet(subnet: Subnet, variable: str | None) -> list[str]:
    """A subnet with its NSG and its route table."""
    address = f"azurerm_subnet.{subnet.name}"
    fields: dict[str, object] = {"name": subnet.name, "resource_group_name": "pam"}
    fields |= {"virtual_network_name": Code("azurerm_virtual_network.pam.name"), "address_prefixes": list(subnet.cidrs)}
    parts = [resource(address, fields)]
    if subnet.acl:
        pair: dict[str, object] = {"subnet_id": Code(f"{address}.id"), "network_security_group_id": Code(f"{subnet.acl}.id")}
        parts.append(resource(f"azurerm_subnet_network_security_group_association.{subnet.name}", tied(variable) | pair))
    if subnet.routes:
        table = f"azurerm_route_table.{subnet.name}"
        hop: dict[str, object] = {"next_hop_type": "VirtualAppliance", "next_hop_in_ip_address": "10.30.200.4"}
        routes = [{"name": f"route-{number}", "address_prefix": cidr} | hop for number, cidr in enumerate(subnet.routes)]
        parts.append(resource(table, {"name": subnet.name} | PLACE, "".join(block("route", route) for route in routes)))
        tie: dict[str, object] = {"subnet_id": Code(f"{address}.id"), "route_table_id": Code(f"{table}.id")}
        parts.append(resource(f"azurerm_subnet_route_table_association.{subnet.name}", tie))
    return parts


def azure_machine(machine: Machine) -> list[str]:
    """An interface with its NSG and its ASGs."""
    name = machine.address.partition(".")[2]
    inner: dict[str, object] = {"name": "main", "subnet_id": Code(f"azurerm_subnet.{machine.subnet}.id")}
    inner |= {"private_ip_address_allocation": "Static" if machine.ip else "Dynamic"}
    inner |= {"private_ip_address": machine.ip} if machine.ip else {}
    parts = [resource(machine.address, {"name": name} | PLACE, block("ip_configuration", inner))]
    own: dict[str, object] = {"network_interface_id": Code(f"{machine.address}.id")}
    for nsg in machine.acls:
        pair = own | {"network_security_group_id": Code(f"{nsg}.id")}
        parts.append(resource(f"azurerm_network_interface_security_group_association.{name}", pair))
    for asg in machine.asgs:
        pair = own | {"application_security_group_id": Code(f"{asg}.id")}
        parts.append(resource(f"azurerm_network_interface_application_security_group_association.{name}", pair))
    return parts


def admin(acl: Acl) -> list[str]:
    """Security admin rules of the network, deployed where it lies."""
    manager, kind = "azurerm_network_manager.pam", "azurerm_network_manager"
    scope = block("scope", {"subscription_ids": ["/subscriptions/00000000-0000-0000-0000-000000000000"]})
    parts = [
        resource(manager, {"name": "pam", "scope_accesses": ["SecurityAdmin"]} | PLACE, scope),
        resource(f"{kind}_network_group.pam", {"name": "pam", "network_manager_id": Code(f"{manager}.id")}),
        resource(
            f"{kind}_static_member.pam",
            {"name": "pam", "network_group_id": Code(f"{kind}_network_group.pam.id"), "target_virtual_network_id": NETWORK},
        ),
        resource(f"{kind}_security_admin_configuration.pam", {"name": "pam", "network_manager_id": Code(f"{manager}.id")}),
        resource(
            acl.address,
            {
                "name": "pam",
                "security_admin_configuration_id": Code(f"{kind}_security_admin_configuration.pam.id"),
                "network_group_ids": [Code(f"{kind}_network_group.pam.id")],
            },
        ),
        resource(
            f"{kind}_deployment.pam",
            {
                "network_manager_id": Code(f"{manager}.id"),
                "location": "westeurope",
                "scope_access": "SecurityAdmin",
                "configuration_ids": [Code(f"{kind}_security_admin_configuration.pam.id")],
            },
        ),
    ]
    return parts + [admin_rule(acl, rule) for rule in acl.rules]


def admin_rule(acl: Acl, rule: Rule) -> str:
    inbound = rule.direction == "ingress"
    fields: dict[str, object] = {
        "name": rule.name.partition(".")[2],
        "admin_rule_collection_id": Code(f"{acl.address}.id"),
        "direction": "Inbound" if inbound else "Outbound",
        "action": "AlwaysAllow" if rule.always else "Allow" if rule.allow else "Deny",
        "priority": rule.priority,
        "protocol": "Any" if rule.protocol is None else AZURE_NAMES[rule.protocol],
        "source_port_ranges": ["0-65535"],
    }
    if rule.port_variable:
        fields["destination_port_ranges"] = [Code(f"var.{rule.port_variable}")]
    elif rule.ports != ALL:
        fields["destination_port_ranges"] = [f"{low}-{high}" for low, high in rule.ports]
    sides = [("source" if inbound else "destination", peer) for peer in rule.peers if peer != "any"]
    nested = "".join(
        block(
            side, {"address_prefix_type": "ServiceTag" if kind_of(peer) == "tag" else "IPPrefix", "address_prefix": element(peer)}
        )
        for side, peer in sides
    )
    return resource(rule.name, repetition(rule) | fields, nested)


def azure_acl(acl: Acl) -> list[str]:
    written = [(number, rule) for number, rule in enumerate(acl.rules) if not rule.default]
    nested = "".join(block("security_rule", azure_rule(number, rule)) for number, rule in written if rule.style == "inline")
    parts = [resource(acl.address, {"name": acl.address.partition(".")[2]} | PLACE, nested)]
    home: dict[str, object] = {"resource_group_name": "pam", "network_security_group_name": Code(f"{acl.address}.name")}
    for number, rule in written:
        if rule.style == "separate":
            parts.append(resource(rule.name, repetition(rule) | azure_rule(number, rule) | home))
    return parts


def azure_ports(ranges: tuple[Range, ...], side: str, plural: bool) -> dict[str, object]:
    texts = ["*" if each == ALL[0] else str(each[0]) if each[0] == each[1] else f"{each[0]}-{each[1]}" for each in ranges]
    if len(texts) == 1 and (texts == ["*"] or not plural):
        return {f"{side}_port_range": texts[0]}
    return {f"{side}_port_ranges": texts}


def azure_side(peers: tuple[str, ...], side: str, plural: bool, whole: bool = False) -> dict[str, object]:
    if peers[0].startswith("asg:"):
        return {f"{side}_application_security_group_ids": [element(peer) for peer in peers]}
    if whole:
        return {f"{side}_address_prefixes": element(peers[0])}
    texts: list[object] = ["*" if peer == "any" else element(peer) for peer in peers]
    if len(texts) == 1 and (not plural or kind_of(peers[0]) not in ("ip4", "ip6") or peers == ("any",)):
        return {f"{side}_address_prefix": texts[0]}
    return {f"{side}_address_prefixes": texts}


def azure_rule(number: int, rule: Rule) -> dict[str, object]:
    random = Random(rule.name)
    inbound = rule.direction == "ingress"
    far, near = ("source", "destination") if inbound else ("destination", "source")
    ports = azure_ports(rule.ports, "destination", random.random() < 0.4)
    if rule.port_variable:
        ports = {"destination_port_range": Code(f"var.{rule.port_variable}")}
    return {
        "name": f"rule-{number}",
        "priority": rule.priority,
        "direction": "Inbound" if inbound else "Outbound",
        "access": "Allow" if rule.allow else "Deny",
        "protocol": AZURE_NAMES[rule.protocol],
        **azure_ports(rule.source_ports, "source", random.random() < 0.4),
        **ports,
        **azure_side(rule.peers, far, random.random() < 0.4, listed(rule) and kind_of(rule.peers[0]) == "var"),
        **azure_side(rule.local, near, random.random() < 0.4),
    }
