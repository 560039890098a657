"""Random small estates: a policy, a site, and rules that serve it nearly; then a few of them are bent."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from tests.oracle.bending import VNET, bent
from tests.oracle.loosening import loosened
from tests.oracle.nouns import Acl, Allowance, Direction, Estate, Flow, Player, Unit
from tests.oracle.placing import azure_places, vpc_places
from tests.oracle.serving import with_rules

SERVICES = (
    "tcp/22",
    "tcp/443",
    "tcp/2222-2230",
    "tcp/{agent-port}",
    "udp/53",
    "udp/514",
    "icmp/8",
    "icmp/3/4",
    "icmp",
    "47",
    "tcp",
    "any",
)


def estate_of(seed: int) -> Estate:
    """The estate of a seed; every estate is small enough to read."""
    random = Random(seed)
    make = random.choice((azure_estate, azure_estate, vpc_estate, vpc_estate, groups_estate))
    return make(random)


def policy_of(random: Random, roles: list[str]) -> tuple[Flow, ...]:
    flows = []
    for number in range(random.randint(2, 5)):
        to = random.choice([role for role in roles if role != "user"])
        sources = random.sample(roles, random.choice((1, 1, 1, 2)))
        services = random.sample([each for each in SERVICES if "{" not in each or to == "agent"], random.choice((1, 1, 2)))
        if "any" in services or "tcp" in services:
            services = services[:1]
        need = random.choice(("required", "required", "required", "conditional", "conditional", "optional", "blocked"))
        when = random.choice(("relaying", "auditing")) if need in ("conditional", "blocked") else None
        if need == "blocked" and random.random() < 0.3:
            sources = ["any"]
        ends: tuple[Direction, ...] = random.choice((("egress", "ingress"),) * 5 + (("ingress",), ("egress",)))
        flows.append(Flow(f"flow-{number}", tuple(sources), (to,), tuple(services), need, when, ends))
    return tuple(flows)


def allowances_of(random: Random, cloud: str, roles: list[str]) -> tuple[Allowance, ...]:
    pool = [
        Allowance("dns", ("*",), ("10.10.0.2/32",), "egress", "udp", (53,)),
        Allowance("vpn", ("fm",), ("198.51.100.0/24", "role:target"), None, "tcp", (443,)),
        Allowance("old", ("*",), ("198.51.100.0/25", "10.20.0.0/16"), "ingress", "tcp", (22, 443), expired=True),
        Allowance("list", ("agent", "fm"), ("pl:pl-0a1b2c3d",) if cloud == "aws" else ("tag:Storage",), None, None),
    ]
    known = [replace(each, roles=tuple(role for role in each.roles if role in (*roles, "*"))) for each in pool]
    usable = [each for each in known if each.roles]
    return tuple(random.sample(usable, min(len(usable), random.choice((0, 0, 1, 2)))))


def features_of(random: Random) -> tuple[tuple[str, bool], ...]:
    return (("relaying", random.random() < 0.7), ("auditing", random.random() < 0.6))


def user_of(random: Random) -> Player:
    networks = random.choice((("10.20.0.0/16",), ("10.20.0.0/16",), ("10.20.0.0/16", "2001:db8:20::/48"), ("0.0.0.0/0", "::/0")))
    return Player("user", networks=networks)


def groups_estate(random: Random) -> Estate:
    """Security groups of which nobody knows who wears them."""
    players = [user_of(random), *group_players(random)]
    names = sorted({acl for player in players for acl in player.acls} | {"aws_security_group.spare"})
    estate = Estate(
        "aws",
        tuple(Acl(name, "group", ()) for name in names),
        tuple(Unit(((name,),)) for name in names),
        **papers_of(random, "aws", players),
    )
    return finished(random, estate)


def vpc_estate(random: Random) -> Estate:
    """Instances in the subnets of a VPC: several groups each, network ACLs at the edges of subnets."""
    user = user_of(random)
    target = Player("target", networks=("10.40.0.0/16",))
    if random.random() < 0.4:
        target = group("target", "target", random.choice((None, ("10.10.200.0/24",))))
    places = vpc_places(random, target)
    estate = Estate("aws", places.acls, places.units, **papers_of(random, "aws", [user, *places.players, target]))
    lists = (("pl:aws_ec2_managed_prefix_list.office", random.choice((("10.20.0.0/16",), ("10.20.0.0/17", "192.0.2.0/24")))),)
    where = replace(estate, vnet=places.vnet, subnets=places.subnets, machines=places.machines, lists=lists)
    return finished(random, where)


def azure_estate(random: Random) -> Estate:
    """NSGs on subnets and interfaces of a VNet, with ASGs, and now and then a peering, routes, and admin rules."""
    peered = random.choice(((), (), ("10.31.0.0/16",)))
    settled = random.random() < 0.7
    places = azure_places(random, peered)
    players = [user_of(random), *places.players, Player("target", networks=("10.40.0.0/16",))]
    estate = Estate("azure", places.acls, places.units, **papers_of(random, "azure", players))
    where = replace(estate, vnet=(VNET,), vnet_settled=settled, peered=peered, subnets=places.subnets, machines=places.machines)
    return finished(random, where)


def papers_of(random: Random, cloud: str, players: list[Player]) -> dict[str, Any]:
    """What policy and site say."""
    roles = sorted({player.role for player in players})
    return {
        "players": tuple(players),
        "flows": policy_of(random, roles),
        "allowances": allowances_of(random, cloud, roles),
        "features": features_of(random),
        "parameters": (("agent-port", 9000),),
    }


def finished(random: Random, estate: Estate) -> Estate:
    return loosened(random, bent(random, with_rules(random, lose_a_role(random, estate))))


def lose_a_role(random: Random, estate: Estate) -> Estate:
    """Now and then a flow names a role that matches nothing."""
    if random.random() > 0.1:
        return estate
    first, *rest = estate.flows
    return replace(estate, flows=(replace(first, sources=("lost",)), *rest), bare_roles=("lost",))


def group(name: str, role: str, networks: tuple[str, ...] | None, *more: str) -> Player:
    acls = tuple(f"aws_security_group.{each}" for each in (name, *more))
    return Player(role, acls, networks, tuple(f"group:{acl}" for acl in acls))


def group_players(random: Random) -> list[Player]:
    manager_nets = random.choice((None, ("10.10.1.0/24",), ("10.10.1.0/24",), ("10.10.1.0/24", "2001:db8:10::/64")))
    found = [group("fm", "fm", manager_nets, *random.choice(((), (), ("fm2",))))]
    relay = random.choice(("on", "apart", "shared", "none"))
    if relay == "on":
        found.append(Player("relay", on="fm"))
    elif relay == "apart":
        found.append(group("relay", "relay", random.choice((None, ("10.10.2.0/24",), ("10.10.1.128/25",)))))
    elif relay == "shared":
        found.append(group("fm", "relay", manager_nets))
    agents = random.choice(("one", "two", "none"))
    if agents != "none":
        found.append(group("agent", "agent", random.choice((None, ("10.10.4.0/23",)))))
    if agents == "two":
        found.append(replace(group("old", "agent", random.choice((None, ("10.10.8.0/26",)))), parameters=(("agent-port", 9001),)))
    found.append(
        random.choice(
            (Player("target", networks=("10.40.0.0/16",)), group("target", "target", ("10.40.0.0/16", "2001:db8:40::/64")))
        )
    )
    return found
