"""What stands for what was not read: an NSG of which nothing is known, wherever one may be in the way.

Nothing that hangs on it is proved: neither that traffic passes, nor that it does not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from pamlint.model.resource import Block, Resource, Unknown
from pamlint.sources.azure.items import resource, tie

NSG = "azurerm_network_security_group"
NIC = "azurerm_network_interface"
SUBNET = "azurerm_subnet"
ADDRESSES = ("source_address_prefix", "destination_address_prefix")
MARK = "unread"


def stand_ins(resources: Iterable[Resource], gaps: Collection[str], root: str) -> list[Resource]:
    """What stands for the missing parts of the lists that have gaps, by their kinds."""
    found = list(resources)
    out: list[Resource] = []
    if "virtualNetworks" in gaps:
        out += _subnets(found, root)
    doubted = [*found, *out] if "networkInterfaces" in gaps else out
    subnets = [each.address for each in doubted if each.type == SUBNET]
    if subnets:
        out += _interfaces(subnets, root)
    if "networkSecurityGroups" in gaps:
        known = {each.address.lower() for each in found if each.type == NSG}
        out += [each for id_ in _named_groups(found) if id_.lower() not in known for each in _group(id_, root)]
    return out


def _interfaces(subnets: Iterable[str], root: str) -> list[Resource]:
    """In each subnet an interface that may be there, with an NSG of its own."""
    group = f"{root}/networkInterfaces/{MARK}"
    out = _group(group, root)
    for subnet in subnets:
        id_ = f"{subnet}/networkInterfaces/{MARK}"
        values = {"name": None, "ip_configuration": [{"subnet_id": subnet}]}
        out.append(resource(root, NIC, id_, values))
        ends = {"network_interface_id": id_, "network_security_group_id": group}
        out.append(tie(root, "azurerm_network_interface_security_group_association", ends))
    return out


def _subnets(resources: Sequence[Resource], root: str) -> list[Resource]:
    """Each unread subnet that an interface stands in, with an NSG, and a subnet for each NSG that is tied to nothing."""
    known, named, tied = set(), {}, set()
    for each in resources:
        if each.type == SUBNET:
            known.add(each.address.lower())
        tied.add(str(each.body.values.get("network_security_group_id")).lower())
        for inner in each.body.values["ip_configuration"] if each.type == NIC else ():
            if inner["subnet_id"]:
                named[inner["subnet_id"].lower()] = inner["subnet_id"]
    group = f"{root}/virtualNetworks/{MARK}"
    pairs = [(id_, group) for lowered, id_ in sorted(named.items()) if lowered not in known]
    out = _group(group, root) if pairs else []
    free = [each.address for each in resources if each.type == NSG and each.address.lower() not in tied]
    for id_, guard in [*pairs, *((f"{each}/subnets/{MARK}", each) for each in free)]:
        out.append(resource(root, SUBNET, id_, {"name": id_.rpartition("/")[2]}))
        ends = {"subnet_id": id_, "network_security_group_id": guard}
        out.append(tie(root, "azurerm_subnet_network_security_group_association", ends))
    return out


def _named_groups(resources: Iterable[Resource]) -> list[str]:
    """The NSGs that subnets, interfaces and scale sets name."""
    named: dict[str, str] = {}
    for each in resources:
        templates = each.body.values.get("network_interface") or []
        for id_ in (each.body.values.get("network_security_group_id"), *(one["network_security_group_id"] for one in templates)):
            if id_:
                named.setdefault(id_.lower(), id_)
    return [named[key] for key in sorted(named)]


def _group(id_: str, root: str) -> list[Resource]:
    """An NSG that may let through or stop anything before its default rules are tried."""
    unknown = Unknown((f"{id_}/{MARK}" if MARK not in id_ else id_,))
    everything = dict.fromkeys(("protocol", "source_port_range", "destination_port_range", *ADDRESSES), "*")
    rule = {"direction": unknown, "access": unknown, "priority": 0, "network_security_group_name": id_, **everything}
    return [
        resource(root, NSG, id_, {"name": id_.rpartition("/")[2]}),
        Resource(f"{id_}/securityRules/{MARK}", "azurerm_network_security_rule", "managed", root, Block(rule)),
    ]
