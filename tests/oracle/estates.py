"""Random small estates: a policy, a site, and rules that serve it nearly; then a few of them are bent."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from tests.oracle.bending import VNET, bent
from tests.oracle.nouns import (
    ALL,
    DIRECTIONS,
    Acl,
    Allowance,
    Direction,
    Estate,
    Flow,
    Meeting,
    Place,
    Player,
    Rule,
    Subnet,
    Unit,
)
from tests.oracle.policy_reader import meetings
from tests.oracle.sampling import service_edges

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
    return azure_estate(random) if random.random() < 0.5 else aws_estate(random)


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


def aws_estate(random: Random) -> Estate:
    players = [user_of(random), *aws_players(random)]
    roles = sorted({player.role for player in players})
    names = sorted({acl for player in players for acl in player.acls} | {"aws_security_group.spare"})
    estate = Estate(
        "aws",
        tuple(Acl(name, False, ()) for name in names),
        tuple(Unit((name,)) for name in names),
        tuple(players),
        policy_of(random, roles),
        allowances_of(random, "aws", roles),
        features_of(random),
        (("agent-port", 9000),),
    )
    return bent(random, with_rules(random, lose_a_role(random, estate)))


def lose_a_role(random: Random, estate: Estate) -> Estate:
    """Now and then a flow names a role that matches nothing."""
    if random.random() > 0.1:
        return estate
    first, *rest = estate.flows
    return replace(estate, flows=(replace(first, sources=("lost",)), *rest), bare_roles=("lost",))


def group(name: str, role: str, networks: tuple[str, ...] | None, *more: str) -> Player:
    acls = tuple(f"aws_security_group.{each}" for each in (name, *more))
    return Player(role, acls, networks, tuple(f"group:{acl}" for acl in acls))


def aws_players(random: Random) -> list[Player]:
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


def azure_estate(random: Random) -> Estate:
    players, subnets, units = [user_of(random)], [], []
    for number, role in enumerate(random.sample(["fm", "relay", "agent"], random.choice((2, 2, 3)))):
        cidr, nsg = f"10.30.{number + 1}.0/24", f"azurerm_network_security_group.{role}"
        place = random.choice(("lone", "subnet", "nic", "nic-only"))
        symbols = (
            (f"asg:azurerm_application_security_group.{role}",) if place in ("lone", "subnet") and random.random() < 0.4 else ()
        )
        outer = f"azurerm_network_security_group.{role}_subnet"
        static = f"10.30.{number + 1}.10" if place == "nic" and random.random() < 0.3 else None
        shape = {
            "lone": ((nsg,), Subnet(role, cidr)),
            "subnet": ((nsg,), Subnet(role, cidr, nsg)),
            "nic": ((outer, nsg), Subnet(role, cidr, outer, nsg, static)),
            "nic-only": ((nsg,), Subnet(role, cidr, None, nsg)),
        }
        unit_acls, subnet = shape[place]
        subnets.append(subnet)
        local = () if place == "lone" else (f"{static}/32",) if static else (cidr,)
        units.append(Unit(unit_acls, local, floating=place.startswith("nic") and not static))
        derived = place != "lone" and not symbols and random.random() < 0.5
        stands = (f"{static}/32",) if static else (cidr,)
        matched = random.choice(((nsg,), unit_acls, (unit_acls[0],)))
        players.append(Player(role, matched, stands, symbols, derived=derived))
        if role == "fm" and random.random() < 0.3:
            players.append(Player("rdp", on="fm"))
    players.append(Player("target", networks=("10.40.0.0/16",)))
    roles = sorted({player.role for player in players})
    estate = Estate(
        "azure",
        tuple(Acl(name, True, ()) for unit in units for name in unit.acls),
        tuple(units),
        tuple(players),
        policy_of(random, roles),
        allowances_of(random, "azure", roles),
        features_of(random),
        (("agent-port", 9000),),
        vnet=(VNET,),
        vnet_settled=random.random() < 0.85,
        subnets=tuple(subnets),
    )
    return bent(random, with_rules(random, lose_a_role(random, estate)))


def with_rules(random: Random, estate: Estate) -> Estate:
    """The estate with rules that serve every flow, each ACL in one of the ways to write rules."""
    acls = []
    for acl in estate.acls:
        unit = next(unit for unit in estate.units if acl.address in unit.acls)
        style = random.choice(("inline", "attribute", "old", "new") if estate.cloud == "aws" else ("inline", "separate"))
        rules = [
            rule
            for direction in DIRECTIONS
            for meeting in meetings(Place(estate, unit, direction))
            if meeting.flow.need != "blocked" and direction in meeting.flow.ends
            for rule in serving(random, estate, direction, meeting)
        ]
        acls.append(replace(acl, rules=tuple(replace(rule, style=style) for rule in dict.fromkeys(rules))))
    return replace(estate, acls=tuple(acls))


def serving(random: Random, estate: Estate, direction: Direction, meeting: Meeting) -> list[Rule]:
    flow, me, other = meeting
    by_symbol = bool(other.symbols) and (other.networks is None or random.random() < 0.4)
    peers = other.symbols if by_symbol else other.networks or ()
    listener = me if direction == "ingress" else other
    found = []
    for service in flow.services:
        protocol, ports = service_edges(service, dict(estate.parameters) | dict(listener.parameters))
        if estate.cloud == "azure" and protocol not in (6, 17):
            ports, protocol = ALL, protocol if protocol in (None, 1) else None
        found.append(Rule("", direction, protocol, ports, tuple(peers)))
    return [rule for rule in found if rule.peers]
