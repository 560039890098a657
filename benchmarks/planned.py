"""Plans to measure on, as `terraform show -json` writes them: security groups, or one NSG, that are all to be created."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

RULES_EACH = 50
NO_MORE = {"ipv6_cidr_blocks": [], "prefix_list_ids": [], "self": False}
AWS, AZURE = ("registry.terraform.io/hashicorp/aws", "registry.terraform.io/hashicorp/azurerm")
Values = dict[str, Any]

SITE = """\
pamlint: site/1
policy: netiq-pam-3
roles:
  framework-manager: {match: [{name: pam-manager}], cidrs: [10.1.0.0/24]}
  agent: {match: [{name: "pam-agent-*"}], cidrs: [10.64.0.0/10]}
  admin: {cidrs: [10.20.0.0/24]}
  user: {cidrs: [10.21.0.0/16]}
allow:
  - name: services
    roles: ["*"]
    protocol: tcp
    ports: [8000-8999]
    peers: [10.0.0.0/8, "role:agent", "role:framework-manager"]
    reason: What the hosts are there for.
"""


def write_groups(folder: Path, groups: int, bearing: int) -> Path:
    """A plan with so many security groups of 50 rules, of which so many bear a role, and its site file beside it.

    A quarter of the rules have a group as their peer. Every fifth group that bears a role has one rule too many.
    """
    names = ["manager", *(f"agent_{number}" for number in range(1, bearing)), *(f"service_{n}" for n in range(bearing, groups))]
    resources = [_vpc()]
    for place, name in enumerate(names):
        peer = "manager" if place < bearing else names[place - 1]
        peer = names[1 % len(names)] if name == "manager" else peer
        values = {"description": f"Hosts of {name}", "name": f"pam-{name}".replace("_", "-"), "tags": {"Name": name}}
        if place >= bearing:
            values["name"] = name
        rules = {direction: list(_rules(name, direction, place % 5 == 1)) for direction in ("ingress", "egress")}
        resources.append(_group(name, values, rules, peer))
    return _written(folder, _plan(resources))


def _rules(name: str, direction: str, wide: bool) -> Iterator[Values]:
    """25 rules of one direction: what the policy asks of the group, and what it is there for; `group` stands for a peer group."""
    network = "10.64.0.0/10" if name == "manager" else "10.1.0.0/24"
    yield {"description": "Framework", "protocol": "tcp", "from_port": 29120, "to_port": 29120, "cidr_blocks": [network]}
    if name == "manager" and direction == "ingress":
        yield {
            "description": "Consoles",
            "protocol": "tcp",
            "from_port": 443,
            "to_port": 443,
            "cidr_blocks": ["10.20.0.0/24", "10.21.0.0/16"],
        }
    elif wide and direction == "ingress":
        yield {"description": "Everybody", "protocol": "tcp", "from_port": 3389, "to_port": 3389, "cidr_blocks": ["0.0.0.0/0"]}
    else:
        yield {"description": "Framework", "protocol": "tcp", "from_port": 8999, "to_port": 8999, "cidr_blocks": ["10.2.0.0/16"]}
    for number in range(RULES_EACH // 2 - 2):
        peers: Values = {"group": 1} if number % 4 == 0 else {"cidr_blocks": [f"10.{number + 3}.{number * 7 % 256}.0/24"]}
        port = 8000 + number * 10
        yield {"description": f"Service {number}", "protocol": "tcp", "from_port": port, "to_port": port + number % 5, **peers}


def _vpc() -> tuple[Values, Values]:
    values = {"cidr_block": "10.0.0.0/8", "tags": {"Name": "main"}}
    return _resource(
        "aws_vpc.main", values, {"arn": True, "id": True, "tags": {}}, {"cidr_block": {"constant_value": "10.0.0.0/8"}}
    )


def _group(name: str, values: Values, rules: Mapping[str, list[Values]], peer: str) -> tuple[Values, Values]:
    unknown: Values = {"arn": True, "id": True, "name_prefix": True, "owner_id": True, "tags": {}, "tags_all": {}, "vpc_id": True}
    expressions: Values = {
        "description": {"constant_value": values["description"]},
        "name": {"constant_value": values["name"]},
        "tags": {"constant_value": values["tags"]},
        "vpc_id": {"references": ["aws_vpc.main.id", "aws_vpc.main"]},
    }
    written: Values = {}
    for direction, own in rules.items():
        written[direction] = [
            {**NO_MORE, "cidr_blocks": [], "security_groups": [], **rule}
            | ({"security_groups": [None]} if "group" in rule else {})
            for rule in own
        ]
        for rule in written[direction]:
            rule.pop("group", None)
        unknown[direction] = [_shape(rule, missing=True) for rule in written[direction]]
        expressions[direction] = {"references": [f"aws_security_group.{peer}.id", f"aws_security_group.{peer}"]}
    whole = {
        **values,
        **written,
        "region": "eu-central-1",
        "revoke_rules_on_delete": None,
        "tags_all": values["tags"],
        "timeouts": None,
    }
    return _resource(f"aws_security_group.{name}", whole, unknown, expressions)


def _shape(rule: Values, missing: bool) -> Values:
    """What is not known (or secret) of a rule: lists with an answer for each element."""
    lists = ("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups")
    return {name: [missing and item is None for item in rule[name]] for name in lists}


def write_nsg(folder: Path, rules: int, denies: bool) -> Path:
    """A plan with one NSG of so many rules; with denies every other one is one, above the allow that it narrows."""
    numbers = count(100)
    listed = [_nsg_rule(next(numbers), number // 2 if denies else number, denies and number % 2 == 0) for number in range(rules)]
    values = {
        "name": "pam-manager",
        "location": "westeurope",
        "resource_group_name": "pam",
        "security_rule": listed,
        "tags": None,
    }
    unknown = {"id": True, "security_rule": [{} for _ in listed]}
    expressions = {"name": {"constant_value": "pam-manager"}, "security_rule": {"references": ["local.rules"]}}
    return _written(folder, _plan([_resource("azurerm_network_security_group.manager", values, unknown, expressions)]))


def _nsg_rule(priority: int, pair: int, deny: bool) -> Values:
    inbound = pair % 2 == 0
    network = f"10.{pair % 200 + 3}.{pair // 200}.0/{25 if deny else 24}"
    return {
        "name": f"rule-{priority}",
        "description": "",
        "priority": priority,
        "direction": "Inbound" if inbound else "Outbound",
        "access": "Deny" if deny else "Allow",
        "protocol": "Tcp",
        "source_port_range": "*",
        "source_port_ranges": [],
        "destination_port_range": str(8000 + pair % 900),
        "destination_port_ranges": [],
        "source_address_prefix": network if inbound else "*",
        "source_address_prefixes": [],
        "destination_address_prefix": "*" if inbound else network,
        "destination_address_prefixes": [],
        "source_application_security_group_ids": [],
        "destination_application_security_group_ids": [],
    }


def _resource(address: str, values: Values, unknown: Values, expressions: Values) -> tuple[Values, Values]:
    """One resource with what is not known of it, and how it is configured."""
    type_, name = address.split(".")
    provider = AZURE if type_.startswith("azurerm") else AWS
    head = {"address": address, "mode": "managed", "type": type_, "name": name}
    planned = {**head, "provider_name": provider, "schema_version": 1, "values": values, "sensitive_values": _secret(values)}
    change = {"actions": ["create"], "before": None, "after": values, "after_unknown": unknown}
    change |= {"before_sensitive": False, "after_sensitive": _secret(values)}
    configured = {**head, "provider_config_key": provider.rsplit("/", 1)[1], "expressions": expressions, "schema_version": 1}
    return {"planned": planned, "change": {**head, "provider_name": provider, "change": change}}, configured


def _secret(values: Values) -> Values:
    """Nothing is secret, and that is told of every list."""
    found: Values = {name: {} for name, value in values.items() if isinstance(value, dict)}
    for name in ("ingress", "egress"):
        if name in values:
            found[name] = [_shape(rule, missing=False) for rule in values[name]]
    if "security_rule" in values:
        found["security_rule"] = [{} for _ in values["security_rule"]]
    return found


def _plan(resources: Iterable[tuple[Values, Values]]) -> Values:
    found, configured = zip(*resources, strict=True)
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": [each["planned"] for each in found]}},
        "resource_changes": [each["change"] for each in found],
        "configuration": {"provider_config": {}, "root_module": {"resources": list(configured)}},
        "timestamp": "2026-11-27T00:00:00Z",
        "applyable": True,
        "complete": True,
        "errored": False,
    }


def _written(folder: Path, plan: Values) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / "plan.json"
    place.write_text(json.dumps(plan, separators=(",", ":")))
    (folder / "pamlint.yaml").write_text(SITE)
    return place
