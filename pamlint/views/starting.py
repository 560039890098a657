"""A site to begin with: every feature of a product on, and example networks for all that plays a role."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

from pamlint.model.activation import active_flows
from pamlint.model.errors import UserError
from pamlint.model.noun import noun
from pamlint.model.policy import ANY_ROLE, Parameter, Policy

DOCUMENTATION = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
"""Networks that are nobody's. Source: RFC 5737."""
PREFIX = 28
FIRST_PORT = 10001


@noun
class Start:
    """A site file's data, and the parameters to which it gives example values."""

    data: dict[str, Any]
    examples: tuple[str, ...]


def start(policy: Policy, cloud: str) -> Start:
    """The data of a site file for one product on one cloud. UserError where there are more roles than example networks."""
    flows = active_flows(policy, frozenset(policy.features))
    active = {role for flow in flows for role in (*flow.sources, *flow.destinations)} - {ANY_ROLE}
    networks = _networks()
    roles: dict[str, dict[str, Any]] = {}
    for role in policy.roles.values():
        if role.id in active and not role.peers:
            network = next(networks, None)
            if network is None:
                raise UserError(f"policy `{policy.id}` has more roles than there are example networks: write a site file for it")
            own = {} if role.external else {"match": [{"name": role.id}]}
            roles[role.id] = {**own, "cidrs": [network]}
    given = _examples(policy, {name for flow in flows for name in flow.parameters})
    data: dict[str, Any] = {"pamlint": "site/1", "policy": policy.id}
    data |= {"features": list(policy.features)} if policy.features else {}
    data |= {"parameters": given} if given else {}
    data["roles"] = roles
    if cloud == "azure":
        data["values"] = {"VirtualNetwork": [cidr for role in roles.values() if "match" in role for cidr in role["cidrs"]]}
    return Start(data, tuple(given))


def _networks() -> Iterator[str]:
    for line in DOCUMENTATION:
        yield from (str(network) for network in ip_network(line).subnets(new_prefix=PREFIX))


def _examples(policy: Policy, used: set[str]) -> dict[str, Any]:
    """A value for each parameter that only a site knows; no two have a port in common."""
    wanted = [each for each in policy.parameters.values() if each.default is None and each.id in used]
    return {each.id: _example(each, FIRST_PORT + position) for position, each in enumerate(wanted)}


def _example(parameter: Parameter, port: int) -> Any:
    return {"port": port, "ports": [port], "services": [f"tcp/{port}"], "cidrs": ["203.0.113.240/28"]}[parameter.type]
