"""AWS as Terraform code: security groups in all the ways to write their rules, network ACLs, a VPC and what stands in it."""

from __future__ import annotations

from random import Random

from tests.oracle.hcl import Code, block, element, kind_of, perhaps, picked, repetition, resource, tied
from tests.oracle.nouns import ALL, Acl, Estate, Machine, Rule, Subnet

AWS_NAMES = {None: ("-1", "all"), 6: ("tcp", "6", "TCP"), 17: ("udp", "17"), 1: ("icmp", "1"), 58: ("icmpv6", "58"), 47: ("47",)}
EVERY_TYPE = (-1, -1)
VPC = Code("aws_vpc.pam.id")
DEFAULT = "aws_default_network_acl"
Loose = dict[tuple[str, str], str]
"""The variables on which ties hang, by what is tied to what."""


def amazon(estate: Estate) -> list[str]:
    """Every block of an AWS estate."""
    parts = [text for acl in estate.acls for text in (edge(estate, acl) if acl.kind == "nacl" else aws_acl(estate, acl))]
    if estate.vnet:
        blocks: dict[str, object] = {"ipv6_cidr_block" if ":" in cidr else "cidr_block": cidr for cidr in estate.vnet}
        parts.append(resource("aws_vpc.pam", blocks))
    loose = {(tie.what, tie.acl): tie.variable for tie in estate.ties}
    parts += [text for subnet in estate.subnets for text in aws_subnet(subnet, loose)]
    parts += [text for machine in estate.machines for text in aws_machine(machine, loose)]
    return parts + [prefix_list(name, entries) for name, entries in estate.lists]


def aws_subnet(subnet: Subnet, loose: Loose) -> list[str]:
    """A subnet, and the tie to a network ACL that does not name the subnet itself."""
    fields: dict[str, object] = {"vpc_id": VPC, "cidr_block": subnet.cidrs[0]}
    fields |= {"ipv6_cidr_block": subnet.cidrs[1]} if len(subnet.cidrs) > 1 else {}
    parts = [resource(f"aws_subnet.{subnet.name}", fields)]
    if subnet.acl and not subnet.acl.startswith(DEFAULT) and not names_subnets(subnet.acl):
        tie: dict[str, object] = {"subnet_id": Code(f"aws_subnet.{subnet.name}.id"), "network_acl_id": Code(f"{subnet.acl}.id")}
        parts.append(resource(f"aws_network_acl_association.{subnet.name}", tied(loose.get((subnet.name, subnet.acl))) | tie))
    return parts


def names_subnets(acl: str) -> bool:
    """Whether the network ACL has `subnet_ids`, where an association would tie them as well."""
    return len(acl) % 2 == 0


def aws_machine(machine: Machine, loose: Loose) -> list[str]:
    kind, _, name = machine.address.partition(".")
    instance = kind == "aws_instance"
    chance = Random(machine.address + machine.subnet)
    hangs = {group: variable for group in machine.acls if (variable := loose.get((machine.address, group)))}
    worn = [group for group in machine.acls if group not in hangs]
    later = [worn.pop()] if instance and len(worn) > 1 and chance.random() < 0.4 else []
    named = [group for group in hangs if chance.random() < 0.5]
    later += [group for group in hangs if group not in named]
    fields: dict[str, object] = {"subnet_id": Code(f"aws_subnet.{machine.subnet}.id")}
    fields["vpc_security_group_ids" if instance else "security_groups"] = perhaps(
        [Code(f"{group}.id") for group in worn], [Code(f"{group}.id") for group in named], next(iter(hangs.values()), None)
    )
    if machine.ip:
        fields |= {"private_ip": machine.ip} if instance else {"private_ips": [machine.ip]}
    parts = [resource(machine.address, fields)]
    for group in later:
        card = "primary_network_interface_id" if instance else "id"
        ends: dict[str, object] = {
            "security_group_id": Code(f"{group}.id"),
            "network_interface_id": Code(f"{machine.address}.{card}"),
        }
        mark = "_perhaps" if group in hangs else ""
        parts.append(resource(f"aws_network_interface_sg_attachment.{name}{mark}", tied(hangs.get(group)) | ends))
    return parts


def prefix_list(name: str, entries: tuple[str, ...]) -> str:
    address = name.partition(":")[2]
    fields: dict[str, object] = {"name": "office", "address_family": "IPv4", "max_entries": 5}
    return resource(address, fields, "".join(block("entry", {"cidr": cidr}) for cidr in entries))


def edge(estate: Estate, acl: Acl) -> list[str]:
    """A network ACL with its rules inside, as an attribute, or beside it."""
    loose = {(tie.what, tie.acl): tie.variable for tie in estate.ties}
    names = [subnet.name for subnet in estate.subnets if subnet.acl == acl.address]
    variable = next((loose[name, acl.address] for name in names if (name, acl.address) in loose), None)
    sure = [Code(f"aws_subnet.{name}.id") for name in names if (name, acl.address) not in loose]
    behind = perhaps(sure, [Code(f"aws_subnet.{name}.id") for name in names if (name, acl.address) in loose], variable)
    fields: dict[str, object] = {"vpc_id": VPC}
    if acl.address.startswith(DEFAULT):
        fields = {"default_network_acl_id": Code("aws_vpc.pam.default_network_acl_id")}
    elif names_subnets(acl.address):
        fields["subnet_ids"] = behind
    for direction in ("ingress", "egress"):
        rules = [rule for rule in acl.rules if rule.style == "attribute" and rule.direction == direction]
        if rules:
            fields[direction] = [edge_rule(rule, "rule_no", "action", whole=True) for rule in rules]
    inline = [rule for rule in acl.rules if rule.style == "inline"]
    nested = "".join(block(rule.direction, edge_rule(rule, "rule_no", "action")) for rule in inline)
    parts = [resource(acl.address, fields, nested)]
    for rule in acl.rules:
        if rule.style == "separate":
            own: dict[str, object] = {"network_acl_id": Code(f"{acl.address}.id"), "egress": rule.direction == "egress"}
            parts.append(resource(rule.name, repetition(rule) | own | edge_rule(rule, "rule_number", "rule_action")))
    return parts


def edge_rule(rule: Rule, number: str, action: str, whole: bool = False) -> dict[str, object]:
    """The fields of an entry; ICMP has its own for type and code, and protocols without ports may be given any."""
    first, last = aws_ports(rule)
    fields: dict[str, object] = {number: rule.priority, action: "allow" if rule.allow else "deny", "protocol": aws_name(rule)}
    icmp = rule.protocol in (1, 58)
    fields |= {"from_port": 0, "to_port": 0} if icmp else {"from_port": first, "to_port": last}
    fields |= {"icmp_type": first, "icmp_code": last} if icmp else {"icmp_type": None, "icmp_code": None} if whole else {}
    peer = rule.peers[0]
    six = kind_of(peer) in ("ip6", "var6")
    fields |= {"ipv6_cidr_block" if six else "cidr_block": element(peer)}
    return fields | ({"cidr_block" if six else "ipv6_cidr_block": None} if whole else {})


def aws_acl(estate: Estate, acl: Acl) -> list[str]:
    name = acl.address.partition(".")[2]
    inline = [rule for rule in acl.rules if rule.style == "inline"]
    attribute = [rule for rule in acl.rules if rule.style == "attribute"]
    arguments: dict[str, object] = {"name": f"pam-{name}"} | ({"vpc_id": VPC} if estate.vnet else {})
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
