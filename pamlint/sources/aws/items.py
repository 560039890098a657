"""What the EC2 API answers, in Terraform's own attribute names: one item in, its resources out.

Source: the EC2 service model and the documentation of the Terraform provider. Raises KeyError for an item without its id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pamlint.model.noun import replace
from pamlint.model.resource import Block, Resource, Unknown
from pamlint.sources.aws.owners import of_service

Item = Mapping[str, Any]


def vpc(item: Item, root: str) -> Iterator[Resource]:
    """A VPC, and a resource for each CIDR block that it has besides the first."""
    address = item["VpcId"]
    ipv4 = [block["CidrBlock"] for block in item.get("CidrBlockAssociationSet") or () if _is_associated(block, "CidrBlockState")]
    ipv6 = [
        block["Ipv6CidrBlock"]
        for block in item.get("Ipv6CidrBlockAssociationSet") or ()
        if _is_associated(block, "Ipv6CidrBlockState")
    ]
    first = item["CidrBlock"]
    values = {"cidr_block": first, "ipv6_cidr_block": ipv6[0] if ipv6 else None, "owner_id": item.get("OwnerId")}
    yield resource("aws_vpc", address, root, {**values, "tags": tags(item)})
    for cidr in sorted(set(ipv4) - {first}):
        more = {"vpc_id": address, "cidr_block": cidr}
        yield resource("aws_vpc_ipv4_cidr_block_association", f"{address}/{cidr}", root, more)
    for cidr in ipv6[1:]:
        more = {"vpc_id": address, "ipv6_cidr_block": cidr}
        yield resource("aws_vpc_ipv6_cidr_block_association", f"{address}/{cidr}", root, more)


def subnet(item: Item, root: str) -> Iterator[Resource]:
    """A subnet; should AWS ever give it several IPv6 blocks, they are a list."""
    ipv6 = [
        block["Ipv6CidrBlock"]
        for block in item.get("Ipv6CidrBlockAssociationSet") or ()
        if _is_associated(block, "Ipv6CidrBlockState")
    ]
    values = {
        "vpc_id": item["VpcId"],
        "cidr_block": item.get("CidrBlock"),
        "ipv6_cidr_block": ipv6 if len(ipv6) > 1 else next(iter(ipv6), None),
        "owner_id": item.get("OwnerId"),
        "tags": tags(item),
    }
    yield resource("aws_subnet", item["SubnetId"], root, values)


def group(item: Item, root: str) -> Iterator[Resource]:
    """A security group, whose rules are resources of their own."""
    values = {
        "name": item["GroupName"],
        "description": item.get("Description"),
        "vpc_id": item.get("VpcId"),
        "owner_id": item.get("OwnerId"),
        "tags": tags(item),
    }
    yield resource("aws_security_group", item["GroupId"], root, values)


def rule(item: Item, root: str) -> Iterator[Resource]:
    """A rule of a security group; one that names a group behind a peering that is gone for good lets nobody through."""
    peer = item.get("ReferencedGroupInfo") or {}
    gone = peer.get("PeeringStatus") in ("deleted", "expired", "failed", "rejected")
    values = {
        "security_group_id": item["GroupId"],
        "ip_protocol": item["IpProtocol"],
        "from_port": item.get("FromPort"),
        "to_port": item.get("ToPort"),
        "cidr_ipv4": item.get("CidrIpv4"),
        "cidr_ipv6": item.get("CidrIpv6"),
        "prefix_list_id": item.get("PrefixListId"),
        "referenced_security_group_id": None if gone else peer.get("GroupId"),
        "description": item.get("Description"),
    }
    direction = "egress" if item["IsEgress"] else "ingress"
    yield resource(f"aws_vpc_security_group_{direction}_rule", item["SecurityGroupRuleId"], root, values)


def group_vpc(item: Item, root: str) -> Iterator[Resource]:
    """A VPC whose machines may wear a group besides those of the group's own VPC."""
    if item["State"] not in ("association-failed", "disassociated"):
        values = {"security_group_id": item["GroupId"], "vpc_id": item["VpcId"]}
        yield resource("aws_vpc_security_group_vpc_association", f"{item['GroupId']}/{item['VpcId']}", root, values)


def network_acl(item: Item, root: str) -> Iterator[Resource]:
    """A network ACL with the subnets that it guards, and a resource for each of its rules, which have no ids of their own."""
    address = item["NetworkAclId"]
    subnets = sorted(tie["SubnetId"] for tie in item["Associations"])
    yield resource("aws_network_acl", address, root, {"vpc_id": item.get("VpcId"), "subnet_ids": subnets, "tags": tags(item)})
    for entry in item["Entries"]:
        ports, icmp = entry.get("PortRange") or {}, entry.get("IcmpTypeCode") or {}
        values = {
            "network_acl_id": address,
            "rule_number": entry["RuleNumber"],
            "egress": entry["Egress"],
            "rule_action": entry["RuleAction"],
            "protocol": entry["Protocol"],
            "from_port": ports.get("From"),
            "to_port": ports.get("To"),
            "icmp_type": icmp.get("Type"),
            "icmp_code": icmp.get("Code"),
            "cidr_block": entry.get("CidrBlock"),
            "ipv6_cidr_block": entry.get("Ipv6CidrBlock"),
        }
        direction = "egress" if entry["Egress"] else "ingress"
        yield resource("aws_network_acl_rule", f"{address}/{direction}/{entry['RuleNumber']}", root, values)


def prefix_list(item: Item, root: str) -> Iterator[Resource]:
    """A managed prefix list; its entries are to be asked for, and are not known before."""
    values = {
        "entry": Unknown((f"the entries of {item['PrefixListId']}",)),
        "name": item["PrefixListName"],
        "address_family": item.get("AddressFamily"),
        "owner_id": item.get("OwnerId"),
        "tags": tags(item),
    }
    yield resource("aws_ec2_managed_prefix_list", item["PrefixListId"], root, values)


def prefix_list_entry(item: Item, root: str, owner: str) -> Iterator[Resource]:
    """An entry of a managed prefix list."""
    values = {"prefix_list_id": owner, "cidr": item["Cidr"], "description": item.get("Description")}
    yield resource("aws_ec2_managed_prefix_list_entry", f"{owner}/{item['Cidr']}", root, values)


def listed(resource: Resource) -> Resource:
    """A prefix list whose entries have been read, all of them as resources of their own."""
    values = {name: value for name, value in resource.body.values.items() if name != "entry"}
    return replace(resource, body=replace(resource.body, values=values))


def interface(item: Item, root: str) -> Iterator[Resource]:
    """A network interface: what it wears, where it stands, and whose it is."""
    attached = item.get("Attachment") or {}
    own_tags = tags(item, "TagSet")
    own = [address["PrivateIpAddress"] for address in item.get("PrivateIpAddresses") or ()]
    made = item.get("RequesterManaged") is True
    name, owner = of_service(item.get("Description") or "") if made else (None, None)
    values = {
        "name": own_tags.get("Name") or name,
        **({"owner": owner} if owner else {}),
        "subnet_id": item.get("SubnetId"),
        "vpc_id": item.get("VpcId"),
        "security_groups": sorted({worn["GroupId"] for worn in item["Groups"]}),
        "private_ips": sorted({*own, *_of(item, "Ipv4Prefixes", "Ipv4Prefix")}),
        "ipv6_addresses": sorted({*_of(item, "Ipv6Addresses", "Ipv6Address"), *_of(item, "Ipv6Prefixes", "Ipv6Prefix")}),
        "interface_type": item.get("InterfaceType"),
        "description": item.get("Description"),
        "attachment": [{"instance": attached["InstanceId"]}] if attached.get("InstanceId") else [],
        "tags": own_tags,
    }
    yield resource("aws_network_interface", item["NetworkInterfaceId"], root, values)


def instance(item: Item, root: str) -> Iterator[Resource]:
    """An instance with its interfaces; what is gone for good has none, and is left out."""
    address = item["InstanceId"]
    cards = [{**card, "Attachment": {"InstanceId": address}} for card in item.get("NetworkInterfaces") or ()]
    if not cards and item.get("State", {}).get("Name") in ("terminated", "shutting-down"):
        return
    values = {
        "subnet_id": item.get("SubnetId"),
        "network_interface": [{"network_interface_id": each} for each in sorted(card["NetworkInterfaceId"] for card in cards)],
        "vpc_security_group_ids": sorted({worn["GroupId"] for worn in item.get("SecurityGroups") or ()}),
        "tags": tags(item),
    }
    yield resource("aws_instance", address, root, values)
    for card in cards:
        yield from interface(card, root)


def reservation(item: Item, root: str) -> Iterator[Resource]:
    """The instances that were started together."""
    return (resource for each in item["Instances"] for resource in instance(each, root))


def route_table(item: Item, root: str) -> Iterator[Resource]:
    """A route table with the routes that lead somewhere, and its ties; the tie of a VPC's main table names no subnet."""
    address = item["RouteTableId"]
    routes = [
        {"gateway_id": route["GatewayId"]}
        for route in item["Routes"]
        if route.get("GatewayId") and route.get("State") == "active"
    ]
    main = any(tie.get("Main") for tie in item["Associations"])
    yield resource("aws_route_table", address, root, {"vpc_id": item["VpcId"], "route": routes, "tags": tags(item), "main": main})
    for tie in item["Associations"]:
        if tie.get("SubnetId"):
            values = {"route_table_id": address, "subnet_id": tie["SubnetId"]}
            yield resource("aws_route_table_association", tie["RouteTableAssociationId"], root, values)


def internet_gateway(item: Item, root: str) -> Iterator[Resource]:
    """An internet gateway and the VPC that it is attached to."""
    attached = [tie["VpcId"] for tie in item["Attachments"]]
    values = {"vpc_id": attached[0] if attached else None, "tags": tags(item)}
    yield resource("aws_internet_gateway", item["InternetGatewayId"], root, values)


def public_access_options(item: Item, root: str) -> Iterator[Resource]:
    """The account's Block Public Access in the region."""
    values = {"internet_gateway_block_mode": item["InternetGatewayBlockMode"]}
    yield resource("aws_vpc_block_public_access_options", f"{root}/block-public-access", root, values)


def public_access_exclusion(item: Item, root: str) -> Iterator[Resource]:
    """A VPC or subnet that Block Public Access leaves out."""
    if str(item["State"]).startswith("delete-complete"):
        return
    kind, _, name = item["ResourceArn"].rpartition(":")[2].partition("/")
    values = {"vpc_id": name if kind == "vpc" else None, "subnet_id": name if kind == "subnet" else None}
    yield resource("aws_vpc_block_public_access_exclusion", item["ExclusionId"], root, values)


def tags(item: Item, key: str = "Tags") -> dict[str, str]:
    """The tags of an item, sorted by key."""
    return {tag["Key"]: tag["Value"] for tag in sorted(item.get(key) or (), key=lambda tag: tag["Key"])}


def _of(item: Item, key: str, name: str) -> Iterable[str]:
    return (each[name] for each in item.get(key) or ())


def _is_associated(block: Item, state: str) -> bool:
    """Whether a CIDR block is in use; one without a state is."""
    return (block.get(state) or {}).get("State", "associated") in ("associated", "associating")


def resource(type_: str, address: str, root: str, values: dict[str, Any]) -> Resource:
    values["id"] = address
    return Resource(address, type_, "managed", root, Block(values), address)
