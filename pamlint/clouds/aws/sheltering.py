"""Why the Internet cannot reach what stands in a subnet, where the input shows it.

Source: the Amazon VPC user guide (route tables, internet gateways, Block Public Access).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from pamlint.clouds.aws.network import SUBNETS, Vpcs
from pamlint.clouds.ledger import Ledger
from pamlint.clouds.values import blocks, computed
from pamlint.model.identity import key_of
from pamlint.model.resource import Block, Resource, Unknown

TABLE = "aws_route_table"
ROUTE = "aws_route"
ASSOCIATION = "aws_route_table_association"
GATEWAY = "aws_internet_gateway"
OTHER_GATEWAYS = frozenset({"aws_vpn_gateway", "aws_egress_only_internet_gateway", "aws_ec2_carrier_gateway", "aws_vpc_endpoint"})
BLOCKING = "aws_vpc_block_public_access_options"
EXCLUSION = "aws_vpc_block_public_access_exclusion"
MODES = ("block-bidirectional", "block-ingress")
NO_ROUTE = "its subnet has no route to an internet gateway"
BLOCKED = "Block Public Access is on for its VPC"

TYPES = frozenset({TABLE, ROUTE, ASSOCIATION, GATEWAY, BLOCKING, EXCLUSION, *OTHER_GATEWAYS})


def sheltered_subnets(ledger: Ledger, vpcs: Vpcs) -> Mapping[str, str]:
    """A clause for the key of each subnet that the Internet provably cannot reach."""
    routed = _tables(ledger)
    blocking = [resource for resource in ledger.managed(BLOCKING) if not resource.body.possible]
    found = {}
    for subnet in ledger.managed(*SUBNETS):
        key = key_of(subnet)
        if any(_is_blocked(subnet, options, ledger, vpcs) for options in blocking):
            found[key] = BLOCKED
        elif key in routed and not routed[key]:
            found[key] = NO_ROUTE
    return found


def _tables(ledger: Ledger) -> dict[str, bool]:
    """Whether the route table that each subnet is tied to can lead to an internet gateway; main tables are not in here."""
    routes = _routes(ledger)
    found: dict[str, bool] = {}
    for tie in ledger.managed(ASSOCIATION):
        subnet = ledger.target(tie.body.values.get("subnet_id"), tie.root, *SUBNETS)
        table = ledger.target(tie.body.values.get("route_table_id"), tie.root, TABLE)
        if subnet is None or tie.body.possible:
            continue
        public = table is None or table.mode == "data" or _is_public(table, routes.get(key_of(table), []), ledger)
        found[key_of(subnet)] = public or found.get(key_of(subnet), False)
    return found


def _routes(ledger: Ledger) -> Mapping[str, list[Resource]]:
    """The routes that each table has or may have, by its key."""
    found: dict[str, list[Resource]] = defaultdict(list)
    for route in ledger.managed(ROUTE):
        named = route.body.values.get("route_table_id")
        may_be = [table for table, _ in ledger.candidates(named, route.root, TABLE)]
        for table in (*may_be, *(ledger.managed(TABLE) if ledger.anybody(named, route.root, TABLE) else ())):
            found[key_of(table)].append(route)
    return found


def _is_public(table: Resource, routes: list[Resource], ledger: Ledger) -> bool:
    own: list[Block] = [] if computed(table, "route") else blocks(table.body, "route")
    bodies = [(body, table.root) for body in own] + [(route.body, route.root) for route in routes]
    return any(_leads_out(body.values.get("gateway_id"), root, ledger) for body, root in bodies)


def _leads_out(gateway: Any, root: str, ledger: Ledger) -> bool:
    """Whether a route's gateway is, or may be, an internet gateway."""
    if isinstance(gateway, str):
        return gateway.startswith("igw-")
    if not isinstance(gateway, Unknown):
        return False
    return ledger.target(gateway, root, *OTHER_GATEWAYS) is None


def _is_blocked(subnet: Resource, options: Resource, ledger: Ledger, vpcs: Vpcs) -> bool:
    """Whether Block Public Access holds for a subnet: the same root and region, and nothing excluded there but known others."""
    same = (options.root, options.body.values.get("region")) == (subnet.root, subnet.body.values.get("region"))
    if not same or options.body.values.get("internet_gateway_block_mode") not in MODES:
        return False
    vpc = vpcs.of(subnet)
    if vpc is None:
        return False
    for exclusion in ledger.of(EXCLUSION):
        values = exclusion.body.values
        other_vpc = ledger.names.lead(values.get("vpc_id"), exclusion.root)
        other_subnet = ledger.names.lead(values.get("subnet_id"), exclusion.root)
        if (other_vpc or other_subnet) is None or key_of(vpc) == other_vpc or key_of(subnet) == other_subnet:
            return False
    return True
