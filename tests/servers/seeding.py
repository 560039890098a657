"""An estate of Terraform resources, made in moto's AWS as Terraform would make it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pamlint.clouds.values import blocks, find, items, number, string
from pamlint.model.identity import index
from pamlint.model.resource import Block, Resource
from tests.servers.moto import Aws

NEW_RULES = {"aws_vpc_security_group_ingress_rule": "ingress", "aws_vpc_security_group_egress_rule": "egress"}
GROUPS = ("aws_security_group", "aws_default_security_group")
SOURCES = ("security_groups", "source_security_group_id", "referenced_security_group_id")


def seed(aws: Aws, resources: Sequence[Resource]) -> dict[str, str]:
    """Make an estate; gives the Terraform address behind each live id. A rule with several peers is several live rules."""
    return _Seeder(aws, resources).made


class _Seeder:
    def __init__(self, aws: Aws, resources: Sequence[Resource]) -> None:
        self.made: dict[str, str] = {}
        self._aws = aws
        self._ec2 = aws.client("ec2")
        self._names = index(resources)
        self._live: dict[str, str] = {}
        self._resources = resources
        self._vpcs()
        self._lists()
        self._groups()
        for type_ in (*GROUPS, "aws_security_group_rule", *NEW_RULES):
            for resource in self._of(type_):
                self._rules_of(resource)
        self._instances()
        self._network_acls()

    def _of(self, *types: str) -> Iterable[Resource]:
        return (resource for resource in self._resources if resource.type in types)

    def _keep(self, resource: Resource, live: str) -> str:
        self._live[self._key(resource)] = live
        self.made[live] = resource.address
        return live

    def _key(self, resource: Resource) -> str:
        return self._names.addresses[resource.root, resource.address]

    def _find(self, value: Any, root: str) -> str:
        """The live id that a reference leads to; an id that the estate does not hold is what it is."""
        key = self._names.lead(value, root)
        return self._live[key] if key else str(value)

    def _vpcs(self) -> None:
        for vpc in self._of("aws_vpc"):
            values = vpc.body.values
            live = self._keep(vpc, self._ec2.create_vpc(CidrBlock=values["cidr_block"])["Vpc"]["VpcId"])
            if string(values.get("ipv6_cidr_block")):
                made = self._aws.backend().get_vpc(live).associate_vpc_cidr_block("", True)
                made["cidr_block"] = values["ipv6_cidr_block"]
                self._open_ipv6(live)
            self._tag(vpc, live)
        for subnet in self._of("aws_subnet"):
            values = subnet.body.values
            given = {"VpcId": self._find(values["vpc_id"], subnet.root), "CidrBlock": values["cidr_block"]}
            self._tag(subnet, self._keep(subnet, self._ec2.create_subnet(**given)["Subnet"]["SubnetId"]))

    def _open_ipv6(self, vpc: str) -> None:
        """The rules that AWS adds to the default network ACL of a VPC with an IPv6 block."""
        filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "default", "Values": ["true"]}]
        (default,) = self._ec2.describe_network_acls(Filters=filters)["NetworkAcls"]
        entry = {"RuleNumber": 101, "Protocol": "-1", "RuleAction": "allow", "Ipv6CidrBlock": "::/0"}
        for egress in (False, True):
            self._ec2.create_network_acl_entry(NetworkAclId=default["NetworkAclId"], Egress=egress, **entry)

    def _lists(self) -> None:
        """Prefix lists of the estate; those of AWS are there, and have the ids that rules name."""
        by_name = {one["PrefixListName"]: one["PrefixListId"] for one in self._ec2.describe_managed_prefix_lists()["PrefixLists"]}
        for resource in self._of("aws_prefix_list", "aws_ec2_managed_prefix_list"):
            if resource.mode == "data":
                names = [resource.body.values.get("name"), *find(resource.body, "filter.values")]
                self._keep(resource, next(by_name[name] for name in names if name in by_name))
        named = {value for resource in self._resources for value in items(resource.body.values.get("prefix_list_id"))}
        (foreign,) = [name for name in named if isinstance(name, str) and self._names.lead(name, "") is None] or [None]
        if foreign:
            lists = self._aws.backend().managed_prefix_lists
            s3 = next(one for one in lists.values() if one.prefix_list_name.endswith(".s3"))
            del lists[s3.id]
            s3.id = foreign
            lists[foreign] = s3

    def _groups(self) -> None:
        for group in self._of(*GROUPS):
            values = group.body.values
            vpc = self._find(values["vpc_id"], group.root)
            if group.type == "aws_default_security_group":
                filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
                live = self._ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"]
            else:
                name = string(values.get("name")) or f"{values.get('name_prefix')}0"
                live = self._ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
            self._keep(group, live)
            self._tag(group, live)
            (found,) = self._ec2.describe_security_groups(GroupIds=[live])["SecurityGroups"]
            self._ec2.revoke_security_group_egress(GroupId=live, IpPermissions=found["IpPermissionsEgress"])

    def _rules_of(self, resource: Resource) -> None:
        values = resource.body.values
        if resource.type in GROUPS:
            for direction in ("ingress", "egress"):
                for place, row in enumerate(blocks(resource.body, direction)):
                    name = f"{resource.address}.{direction}[{place}]"
                    self._rules(self._live[self._key(resource)], direction, row.values, resource, name)
            return
        direction = NEW_RULES.get(resource.type) or values["type"]
        group = self._find(values["security_group_id"], resource.root)
        self._rules(group, direction, values, resource, resource.address)

    def _rules(self, group: str, direction: str, values: Mapping[str, Any], resource: Resource, name: str) -> None:
        protocol = str(values.get("ip_protocol") or values.get("protocol")).lower()
        base: dict[str, Any] = {"IpProtocol": "-1" if protocol == "all" else protocol}
        if base["IpProtocol"] != "-1":
            base |= {"FromPort": number(values.get("from_port")), "ToPort": number(values.get("to_port"))}
        authorize = getattr(self._ec2, f"authorize_security_group_{direction}")
        for peer in self._peers(values, group, resource.root):
            answer = authorize(GroupId=group, IpPermissions=[{**base, **peer}])
            for rule in answer["SecurityGroupRules"]:
                self.made[rule["SecurityGroupRuleId"]] = name

    def _peers(self, values: Mapping[str, Any], group: str, root: str) -> list[dict[str, Any]]:
        def all_of(*names: str) -> list[Any]:
            return [item for name in names for item in items(values.get(name))]

        groups = [self._find(item, root) for item in all_of(*SOURCES)] + ([group] if values.get("self") is True else [])
        return [
            *({"IpRanges": [{"CidrIp": cidr}]} for cidr in all_of("cidr_blocks", "cidr_ipv4")),
            *({"Ipv6Ranges": [{"CidrIpv6": cidr}]} for cidr in all_of("ipv6_cidr_blocks", "cidr_ipv6")),
            *({"UserIdGroupPairs": [{"GroupId": peer}]} for peer in groups),
            *(
                {"PrefixListIds": [{"PrefixListId": self._find(item, root)}]}
                for item in all_of("prefix_list_ids", "prefix_list_id")
            ),
        ]

    def _instances(self) -> None:
        for machine in self._of("aws_instance"):
            values = machine.body.values
            given = {"PrivateIpAddress": values["private_ip"]} if string(values.get("private_ip")) else {}
            (made,) = self._ec2.run_instances(
                ImageId="ami-12345678",
                MinCount=1,
                MaxCount=1,
                SubnetId=self._find(values["subnet_id"], machine.root),
                SecurityGroupIds=[self._find(item, machine.root) for item in values["vpc_security_group_ids"]],
                **given,
            )["Instances"]
            self._tag(machine, self._keep(machine, made["InstanceId"]))

    def _network_acls(self) -> None:
        for acl in self._of("aws_network_acl"):
            vpc = self._find(acl.body.values["vpc_id"], acl.root)
            live = self._keep(acl, self._ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"])
            for direction in ("ingress", "egress"):
                for place, row in enumerate(blocks(acl.body, direction)):
                    self._entry(live, direction == "egress", row.values["rule_no"], row.values["action"], row)
                    self.made[f"{live}/{direction}/{row.values['rule_no']}"] = f"{acl.address}.{direction}[{place}]"
            for item in items(acl.body.values.get("subnet_ids")):
                self._tie(live, self._find(item, acl.root))
        for rule in self._of("aws_network_acl_rule"):
            values, egress = rule.body.values, rule.body.values.get("egress") is True
            live = self._find(values["network_acl_id"], rule.root)
            self._entry(live, egress, values["rule_number"], values["rule_action"], rule.body)
            self.made[f"{live}/{'egress' if egress else 'ingress'}/{values['rule_number']}"] = rule.address

    def _entry(self, acl: str, egress: bool, place: Any, action: str, body: Block) -> None:
        values = body.values
        given: dict[str, Any] = {"Protocol": {"tcp": "6", "udp": "17"}.get(values["protocol"], str(values["protocol"]))}
        if given["Protocol"] in ("6", "17"):
            given["PortRange"] = {"From": number(values["from_port"]), "To": number(values["to_port"])}
        cidr, ipv6 = string(values.get("cidr_block")), string(values.get("ipv6_cidr_block"))
        given |= {"CidrBlock": cidr} if cidr else {"Ipv6CidrBlock": ipv6}
        self._ec2.create_network_acl_entry(NetworkAclId=acl, RuleNumber=number(place), RuleAction=action, Egress=egress, **given)

    def _tie(self, acl: str, subnet: str) -> None:
        filters = [{"Name": "association.subnet-id", "Values": [subnet]}]
        (before,) = self._ec2.describe_network_acls(Filters=filters)["NetworkAcls"]
        tie = next(one for one in before["Associations"] if one["SubnetId"] == subnet)
        self._ec2.replace_network_acl_association(AssociationId=tie["NetworkAclAssociationId"], NetworkAclId=acl)

    def _tag(self, resource: Resource, live: str) -> None:
        values = resource.body.values
        tags = {**(values.get("tags") or {}), **(values.get("tags_all") or {})}
        if tags:
            self._ec2.create_tags(Resources=[live], Tags=[{"Key": key, "Value": value} for key, value in tags.items()])
