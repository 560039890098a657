"""Least rules as Terraform code: security group rules for AWS, rules of network security groups for Azure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

from pamlint.model.acl import Acl, Group, Network
from pamlint.model.finding import Direction
from pamlint.model.noun import noun
from pamlint.model.ranges import Ranges
from pamlint.model.traffic import ALL_PORTS
from pamlint.report.escaping import visible
from pamlint.report.hcl import Expression, Value, block
from pamlint.views.generated import LeastRule, has_ports

FIRST_PRIORITY = 100
DENY_PRIORITY = 4096
PROTOCOLS: Mapping[str, Mapping[int | None, str]] = {
    "aws": {None: "-1", 1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6"},
    "azure": {None: "*", 1: "Icmp", 6: "Tcp", 17: "Udp", 50: "Esp", 51: "Ah"},
}
AZURE_DIRECTIONS: Mapping[Direction, str] = {"ingress": "Inbound", "egress": "Outbound"}
PROBES = "# A load balancer's health probes need a rule of their own: source AzureLoadBalancer, above the deny.\n"
LONGEST_NAME = 74
"""What an Azure rule's name may have, less a number that keeps it apart from others. Source: the Azure documentation."""
References = Mapping[str, str]
"""What stands in the code for a group, by its key."""
LONGEST = {"aws": 255, "azure": 140}
"""The characters that a description may have. Sources: the EC2 service model, the Azure documentation."""


@noun
class Made:
    """A group or NSG that the code is to make for a role."""

    role: str
    name: str
    description: str
    instance: int = 0


@noun
class Draft:
    """What the code says besides rules: groups to be made, and the prefix lists of AWS that are asked for by name."""

    cloud: str
    title: str
    made: tuple[Made, ...]
    lists: tuple[str, ...] = ()
    alone: bool = True
    """Whether the code is a root module of its own."""
    taken: frozenset[str] = frozenset()
    """The names that groups have already beside it."""
    variables: frozenset[str] = frozenset()
    """Those of variables there."""

    def variable(self, name: str) -> str:
        """What one of the code's own variables is called."""
        return _free(name, self.variables)


def label(text: str) -> str:
    """The text as a name of Terraform's language."""
    found = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_") or "x"
    return f"_{found}" if found[0].isdigit() else found


def ground(draft: Draft) -> str:
    """The code without its rules."""
    return "\n".join(_ground(draft))


def render(
    draft: Draft,
    acls: Mapping[str, Acl],
    rules: Sequence[LeastRule],
    network: Network,
    named: Mapping[str, str],
    prefix: str = "",
) -> str:
    """The whole code. `acls` are those that rules stand on, by key; each NSG of them gets its deny rules, too.

    `named` says how groups are named that stand in modules, by key. The names of all rules begin with the prefix.
    """
    head = "".join(f"# {line}\n" for line in draft.title.splitlines())
    written = _RULES[draft.cloud](acls, rules, {**_references(network), **named}, _Labels(prefix))
    return "\n".join([head, *_ground(draft), *written])


def _references(network: Network) -> References:
    """How rules name the groups of the network: by a reference, or by the id where that is all there is."""
    named: list[Acl | Group] = [*network.acls, *network.groups]
    return {each.key: Expression(f"{each.address}.id") if "." in each.address else each.id or each.address for each in named}


def _ground(draft: Draft) -> Iterator[str]:
    if draft.alone and draft.cloud == "azure":
        yield block("provider", ["azurerm"], {}, ["features"])
    for name, told in _variables(draft):
        default: dict[str, Value] = {"default": "eu-central-1"} if name == "region" else {}
        yield block("variable", [draft.variable(name)], {"description": told, "type": Expression("string"), **default})
    for name in draft.lists:
        yield block("data", ["aws_prefix_list", label(_service(name))], {"name": Expression(_templated(draft, name))})
    taken = set(draft.taken)
    for made in {each.name: each for each in draft.made}.values():
        name = _free(label(made.name), taken)
        taken.add(name)
        yield _group(draft, made, name)


def _free(base: str, taken: Container[str]) -> str:
    """The name, with a number where it is taken."""
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    return name


def _variables(draft: Draft) -> Iterator[tuple[str, str]]:
    if draft.made and draft.cloud == "aws":
        yield "vpc_id", "The VPC in which the groups stand."
    if draft.made and draft.cloud == "azure":
        yield "location", "The region of the network security groups."
        yield "resource_group_name", "The resource group of the network security groups."
    if any("*" in name for name in draft.lists):
        yield "region", "The region whose prefix lists are meant."


def _group(draft: Draft, made: Made, name: str) -> str:
    given = {base: Expression(f"var.{draft.variable(base)}") for base in ("vpc_id", "location", "resource_group_name")}
    if draft.cloud == "azure":
        place: dict[str, Value] = {base: given[base] for base in ("location", "resource_group_name")}
        return block("resource", ["azurerm_network_security_group", name], {"name": made.name, **place})
    described: dict[str, Value] = {"name": made.name, "description": made.description, "vpc_id": given["vpc_id"]}
    return block("resource", ["aws_security_group", name], described)


def _service(name: str) -> str:
    return name.rpartition(".")[2]


def _templated(draft: Draft, name: str) -> str:
    """The list's name, the region in it put in by a variable."""
    region = f"${{var.{draft.variable('region')}}}"
    return f'"{name.replace("*", region)}"'


# rules


def _aws(acls: Mapping[str, Acl], rules: Sequence[LeastRule], references: References, labels: _Labels) -> Iterator[str]:
    for rule in rules:
        acl = acls[rule.acl]
        kind = f"aws_vpc_security_group_{rule.direction}_rule"
        (peer,) = rule.peers
        arguments: dict[str, Value] = {
            "security_group_id": references[acl.key],
            "description": _described(rule.flows, "aws"),
            "ip_protocol": PROTOCOLS["aws"].get(rule.protocol, str(rule.protocol)),
            **_aws_ports(rule),
            **_aws_peer(peer, references),
        }
        yield block("resource", [kind, labels.unique(kind, acl, rule)], arguments)


def _aws_ports(rule: LeastRule) -> dict[str, Value]:
    ((low, high),) = rule.ports
    if rule.protocol in (1, 58):
        if (low, high) == ALL_PORTS[0]:
            return {"from_port": -1, "to_port": -1}
        return {"from_port": low >> 8, "to_port": -1 if high > low else low & 255}
    return {"from_port": low, "to_port": high} if rule.protocol in (6, 17) else {}


def _aws_peer(peer: str, references: References) -> dict[str, Value]:
    kind, _, name = peer.partition(":")
    if kind == "group":
        return {"referenced_security_group_id": references[name]}
    if kind == "prefix-list":
        return {"prefix_list_id": Expression(f"data.aws_prefix_list.{label(_service(name))}.id")}
    return {"cidr_ipv6" if ":" in peer else "cidr_ipv4": peer}


def _azure(acls: Mapping[str, Acl], rules: Sequence[LeastRule], references: References, labels: _Labels) -> Iterator[str]:
    for key, acl in acls.items():
        for direction in AZURE_DIRECTIONS:
            own = [rule for rule in rules if (rule.acl, rule.direction) == (key, direction)]
            step = 10 if len(own) <= (DENY_PRIORITY - FIRST_PRIORITY) // 10 else 1
            for position, rule in enumerate(own):
                yield _azure_rule(acl, references, rule, FIRST_PRIORITY + step * position, labels)
            yield (PROBES if direction == "ingress" else "") + _azure_deny(acl, direction, labels.prefix)


def _azure_rule(acl: Acl, references: References, rule: LeastRule, priority: int, labels: _Labels) -> str:
    far, near = ("source", "destination") if rule.direction == "ingress" else ("destination", "source")
    kind = "azurerm_network_security_rule"
    name = labels.unique(kind, acl, rule)
    arguments: dict[str, Value] = {
        "name": name,
        "description": _described(rule.flows, "azure"),
        **_home(acl),
        "priority": priority,
        "direction": AZURE_DIRECTIONS[rule.direction],
        "access": "Allow",
        "protocol": PROTOCOLS["azure"][rule.protocol],
        "source_port_range": "*",
        **_azure_ports(rule.ports if has_ports(rule.protocol) else ALL_PORTS),
        **_azure_side(far, rule.peers, references),
        **_azure_side(near, rule.local, references),
    }
    return block("resource", [kind, name], arguments)


def _azure_deny(acl: Acl, direction: Direction, prefix: str) -> str:
    way = AZURE_DIRECTIONS[direction]
    arguments: dict[str, Value] = {
        "name": f"deny-all-{way.lower()}",
        "description": "What no rule above admits, instead of the default rules for the virtual network and the Internet",
        **_home(acl),
        "priority": DENY_PRIORITY,
        "direction": way,
        "access": "Deny",
        "protocol": "*",
        "source_port_range": "*",
        "destination_port_range": "*",
        "source_address_prefix": "*",
        "destination_address_prefix": "*",
    }
    return block("resource", ["azurerm_network_security_rule", f"{prefix}{label(_own_name(acl))}_deny_{way.lower()}"], arguments)


def _home(acl: Acl) -> dict[str, Value]:
    return {
        "resource_group_name": Expression(f"{acl.address}.resource_group_name"),
        "network_security_group_name": Expression(f"{acl.address}.name"),
    }


def _azure_ports(ports: Ranges) -> dict[str, Value]:
    texts = ["*" if run == ALL_PORTS[0] else str(run[0]) if run[0] == run[1] else f"{run[0]}-{run[1]}" for run in ports]
    return {"destination_port_range": texts[0]} if len(texts) == 1 else {"destination_port_ranges": texts}


def _azure_side(side: str, peers: Sequence[str], references: References) -> dict[str, Value]:
    if peers[0].startswith("asg:"):
        return {f"{side}_application_security_group_ids": [references[peer.partition(":")[2]] for peer in peers]}
    texts = ["*" if peer == "any" else peer.removeprefix("tag:") for peer in peers]
    return {f"{side}_address_prefix": texts[0]} if len(texts) == 1 else {f"{side}_address_prefixes": texts}


_RULES: Mapping[str, Callable[[Mapping[str, Acl], Sequence[LeastRule], References, _Labels], Iterator[str]]] = {
    "aws": _aws,
    "azure": _azure,
}


class _Labels:
    """Names for rules, none given twice: whose they are, the way, and the first flow that they serve."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self._given: dict[str, set[str]] = defaultdict(set)

    def unique(self, kind: str, acl: Acl, rule: LeastRule) -> str:
        """A new name of its own."""
        way = "in" if rule.direction == "ingress" else "out"
        base = self.prefix + label(f"{_own_name(acl)}_{way}_{rule.flows[0]}")
        name = _free(base[:LONGEST_NAME], self._given[kind])
        self._given[kind].add(name)
        return name


def _own_name(acl: Acl) -> str:
    """The address without what is in all of them."""
    return re.sub(r"(^|\.)(module|aws_security_group|azurerm_network_security_group)(?=\.)", "", acl.address).strip(".")


def _described(flows: Iterable[str], cloud: str) -> str:
    """The flows that a rule serves, as many as find room."""
    names = list(flows)
    room = LONGEST[cloud]
    for kept in range(len(names), 0, -1):
        rest = f", and {len(names) - kept} more" if kept < len(names) else ""
        text = ", ".join(names[:kept]) + rest
        if len(text) <= room:
            return visible(text)
    return visible(names[0])[:room]
