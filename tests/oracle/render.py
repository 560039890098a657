"""An estate as files: Terraform code, a policy and a site file, ready to be linted."""

from __future__ import annotations

from pathlib import Path
from random import Random

import yaml

from tests.oracle.nouns import ALL, Acl, Estate, Range, Rule, Subnet
from tests.oracle.papers import policy, site

AWS_NAMES = {None: ("-1", "all"), 6: ("tcp", "6", "TCP"), 17: ("udp", "17"), 1: ("icmp", "1"), 58: ("icmpv6", "58"), 47: ("47",)}
AZURE_NAMES = {None: "*", 6: "Tcp", 17: "Udp", 1: "Icmp"}
EVERY_TYPE = (-1, -1)


class Code(str):
    """Terraform text that stands as it is, where a string would be quoted."""


def write(estate: Estate, directory: Path) -> None:
    """Writes main.tf, policy.yaml and pamlint.yaml."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "main.tf").write_text(terraform(estate))
    (directory / "policy.yaml").write_text(yaml.safe_dump(policy(estate), sort_keys=False))
    (directory / "pamlint.yaml").write_text(yaml.safe_dump(site(estate), sort_keys=False))


def value(item: object) -> str:
    if isinstance(item, Code):
        return str(item)
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, str):
        return f'"{item}"'
    if isinstance(item, (list, tuple)):
        return "[" + ", ".join(value(each) for each in item) + "]"
    if isinstance(item, dict):
        return "{ " + ", ".join(f"{key} = {value(each)}" for key, each in item.items()) + " }"
    return str(item)


def block(head: str, arguments: dict[str, object], nested: str = "") -> str:
    body = "".join(f"  {key} = {value(item)}\n" for key, item in arguments.items())
    inner = "".join(f"  {line}\n" for line in nested.splitlines())
    return f"{head} {{\n{body}{inner}}}\n"


def resource(address: str, arguments: dict[str, object], nested: str = "") -> str:
    kind, _, name = address.partition(".")
    return block(f'resource "{kind}" "{name}"', arguments, nested)


def terraform(estate: Estate) -> str:
    rules = [rule for acl in estate.acls for rule in acl.rules]
    parts = [block(f'variable "{name}"', {"type": Code(kind)}) for name, kind in sorted(variables(rules).items())]
    if estate.cloud == "aws":
        parts += [text for acl in estate.acls for text in aws_acl(acl)]
        return "\n".join(parts)
    asgs = {peer[4:] for rule in rules for peer in rule.peers if peer.startswith("asg:")}
    asgs |= {symbol[4:] for player in estate.players for symbol in player.symbols}
    place: dict[str, object] = {"location": "westeurope", "resource_group_name": "pam"}
    parts += [resource(asg, {"name": asg.partition(".")[2]} | place) for asg in sorted(asgs)]
    network = {"name": "pam", "address_space": list(estate.vnet)} | place
    parts.append(resource("azurerm_virtual_network.pam", network))
    parts += [text for subnet in estate.subnets for text in azure_subnet(subnet, place)]
    parts += [text for acl in estate.acls for text in azure_acl(acl, place)]
    return "\n".join(parts)


def variables(rules: list[Rule]) -> dict[str, str]:
    """Each unset variable with its type."""
    found = {
        peer.partition(":")[2]: "list(string)" if listed(rule) else "string"
        for rule in rules
        for peer in rule.peers
        if kind_of(peer)[:3] == "var"
    }
    found |= {rule.port_variable: "number" for rule in rules if rule.port_variable}
    return found | {rule.count_variable: "set(string)" if repeated(rule) else "number" for rule in rules if rule.count_variable}


def listed(rule: Rule) -> bool:
    """Whether a variable stands for the whole list of the rule's peers."""
    return rule.style != "new" and len(rule.peers) == 1 and len(rule.name) % 2 == 0


def repeated(rule: Rule) -> bool:
    """Whether a rule that may not exist has `for_each`, rather than `count`."""
    return len(rule.name) % 2 == 0


def repetition(rule: Rule) -> dict[str, object]:
    return {"for_each" if repeated(rule) else "count": Code(f"var.{rule.count_variable}")} if rule.count_variable else {}


def aws_acl(acl: Acl) -> list[str]:
    name = acl.address.partition(".")[2]
    inline = [rule for rule in acl.rules if rule.style == "inline"]
    attribute = [rule for rule in acl.rules if rule.style == "attribute"]
    arguments: dict[str, object] = {"name": f"pam-{name}"}
    for direction in ("ingress", "egress"):
        rules = [rule for rule in attribute if rule.direction == direction]
        if rules:
            arguments[direction] = [aws_inline(acl, rule, whole=True) for rule in rules]
    nested = "".join(block(rule.direction, aws_inline(acl, rule)) for rule in inline)
    return [
        resource(acl.address, arguments, nested),
        *(aws_standalone(acl, rule) for rule in acl.rules if rule not in inline + attribute),
    ]


def aws_ports(rule: Rule) -> tuple[object, object]:
    if rule.port_variable:
        return Code(f"var.{rule.port_variable}"), Code(f"var.{rule.port_variable}")
    low, high = rule.ports[0]
    if rule.protocol in (1, 58):
        if (low, high) == ALL[0]:
            return EVERY_TYPE
        return low // 256, low % 256 if low == high else -1
    return (0, 0) if rule.protocol not in (6, 17) else (low, high)


def aws_name(rule: Rule, spellings: int = 2) -> str:
    names = AWS_NAMES[rule.protocol][:spellings]
    return Random(rule.name).choice(names)


def element(peer: str) -> object:
    kind, _, name = peer.partition(":")
    if kind in ("var", "var4", "var6"):
        return Code(f"var.{name}")
    if kind in ("group", "asg"):
        return Code(f"{name}.id") if "." in name else name
    return name if kind in ("pl", "tag") else peer


def picked(rule: Rule, *kinds: str) -> object:
    if listed(rule) and kind_of(rule.peers[0]) in kinds and kind_of(rule.peers[0]).startswith("var"):
        return element(rule.peers[0])
    return [element(peer) for peer in rule.peers if kind_of(peer) in kinds]


def kind_of(peer: str) -> str:
    kind = peer.partition(":")[0]
    return kind if kind in ("group", "asg", "tag", "pl", "var", "var4", "var6") else "ip6" if ":" in peer else "ip4"


def aws_inline(acl: Acl, rule: Rule, whole: bool = False) -> dict[str, object]:
    own = f"group:{acl.address}" in rule.peers
    groups = [element(peer) for peer in rule.peers if kind_of(peer) == "group" and peer != f"group:{acl.address}"]
    first, last = aws_ports(rule)
    fields: dict[str, object] = {
        "description": "",
        "cidr_blocks": picked(rule, "ip4", "var4"),
        "ipv6_cidr_blocks": picked(rule, "ip6", "var6"),
        "prefix_list_ids": picked(rule, "pl"),
        "security_groups": groups,
        "self": own,
    }
    kept = {key: item for key, item in fields.items() if item or whole}
    return {"from_port": first, "to_port": last, "protocol": aws_name(rule, 3)} | kept


def aws_standalone(acl: Acl, rule: Rule) -> str:
    first, last = aws_ports(rule)
    group = Code(f"{acl.address}.id")
    count = repetition(rule)
    if rule.style == "new":
        keys = {"ip4": "cidr_ipv4", "var4": "cidr_ipv4", "ip6": "cidr_ipv6", "var6": "cidr_ipv6", "pl": "prefix_list_id"}
        peer = rule.peers[0]
        fields: dict[str, object] = {"security_group_id": group, "ip_protocol": aws_name(rule)}
        if rule.protocol in (1, 6, 17, 58):
            fields |= {"from_port": first, "to_port": last}
        return resource(rule.name, count | fields | {keys.get(kind_of(peer), "referenced_security_group_id"): element(peer)})
    fields = {"type": rule.direction, "security_group_id": group, "from_port": first, "to_port": last, "protocol": aws_name(rule)}
    own = f"group:{acl.address}" in rule.peers
    groups = [element(peer) for peer in rule.peers if kind_of(peer) == "group"]
    far: dict[str, object] = {"self": True} if own else {"source_security_group_id": groups[0]} if groups else {}
    lists = {
        "cidr_blocks": picked(rule, "ip4", "var4"),
        "ipv6_cidr_blocks": picked(rule, "ip6", "var6"),
        "prefix_list_ids": picked(rule, "pl"),
    }
    return resource(rule.name, count | fields | far | {key: item for key, item in lists.items() if item})


def azure_subnet(subnet: Subnet, place: dict[str, object]) -> list[str]:
    address, nic = f"azurerm_subnet.{subnet.name}", f"azurerm_network_interface.{subnet.name}"
    fields: dict[str, object] = {"name": subnet.name, "resource_group_name": "pam"}
    fields |= {"virtual_network_name": Code("azurerm_virtual_network.pam.name"), "address_prefixes": [subnet.cidr]}
    parts = [resource(address, fields)]
    if subnet.nsg:
        pair: dict[str, object] = {"subnet_id": Code(f"{address}.id"), "network_security_group_id": Code(f"{subnet.nsg}.id")}
        parts.append(resource(f"azurerm_subnet_network_security_group_association.{subnet.name}", pair))
    if subnet.nic_nsg:
        inner: dict[str, object] = {
            "name": "main",
            "subnet_id": Code(f"{address}.id"),
            "private_ip_address_allocation": "Dynamic",
        }
        if subnet.nic_address:
            inner |= {"private_ip_address_allocation": "Static", "private_ip_address": subnet.nic_address}
        parts.append(resource(nic, {"name": subnet.name} | place, block("ip_configuration", inner)))
        ends: dict[str, object] = {
            "network_interface_id": Code(f"{nic}.id"),
            "network_security_group_id": Code(f"{subnet.nic_nsg}.id"),
        }
        parts.append(resource(f"azurerm_network_interface_security_group_association.{subnet.name}", ends))
    return parts


def azure_acl(acl: Acl, place: dict[str, object]) -> list[str]:
    written = [(number, rule) for number, rule in enumerate(acl.rules) if not rule.default]
    nested = "".join(block("security_rule", azure_rule(number, rule)) for number, rule in written if rule.style == "inline")
    parts = [resource(acl.address, {"name": acl.address.partition(".")[2]} | place, nested)]
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
