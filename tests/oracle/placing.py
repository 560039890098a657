"""Where things stand: subnets, machines in them, the chains of ACLs that guard these, and the roles that they play."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from tests.oracle.bending import VNET
from tests.oracle.nouns import Acl, Machine, Player, Subnet, Unit

ADMIN = "azurerm_network_manager_admin_rule_collection.pam"
DEFAULT_ACL = "aws_default_network_acl.default"


class Places(NamedTuple):
    """One network with all that stands in it."""

    acls: tuple[Acl, ...]
    units: tuple[Unit, ...]
    players: tuple[Player, ...]
    vnet: tuple[str, ...]
    subnets: tuple[Subnet, ...]
    machines: tuple[Machine, ...]


def vpc_places(random: Random, target: Player) -> Places:
    """A VPC of two or three subnets, with machines of three roles that wear one to three groups."""
    six = random.random() < 0.35
    subnets = vpc_subnets(random, six)
    machines: list[Machine] = []
    players: list[Player] = []
    for role in random.sample(["fm", "relay", "agent"], random.choice((2, 3))):
        own = f"aws_security_group.{role}"
        players.append(Player(role, (own,), random.choice((None, None, ("10.10.0.0/16",), subnets[0].cidrs)), (f"group:{own}",)))
        for number in range(random.choice((0, 1, 1, 1, 2))):
            more = random.sample(["shared", "spare", *(["fm"] if role == "relay" else [])], random.choice((0, 0, 1, 2)))
            worn = tuple(sorted({own, *(f"aws_security_group.{each}" for each in more)}))
            kind = random.choice(("aws_instance", "aws_network_interface"))
            subnet = random.choice(subnets)
            ip = f"{subnet.cidrs[0].rpartition('.')[0]}.{10 + len(machines)}" if random.random() < 0.5 else None
            machines.append(Machine(f"{kind}.{role}_{number}", subnet.name, worn, ip=ip))
    if random.random() < 0.3:
        players.append(Player("rdp", on=random.choice(players).role))
    elif random.random() < 0.3:
        players.append(Player("rdp", ("aws_security_group.shared",), None, ("group:aws_security_group.shared",)))
    names = (
        {acl for player in (*players, target) for acl in player.acls}
        | {acl for machine in machines for acl in machine.acls}
        | {"aws_security_group.spare"}
    )
    edges = {subnet.acl for subnet in subnets if subnet.acl}
    acls = [Acl(name, "group", ()) for name in sorted(names)] + [Acl(name, "nacl", ()) for name in sorted(edges)]
    worn_by_some = {acl for machine in machines for acl in machine.acls}
    units = [*vpc_units(subnets, machines), *(Unit(((name,),)) for name in sorted(names - worn_by_some))]
    vpc = ("10.10.0.0/16", *(("2001:db8:10::/56",) if six else ()))
    return Places(tuple(acls), tuple(units), tuple(players), vpc, tuple(subnets), tuple(machines))


def vpc_subnets(random: Random, six: bool) -> list[Subnet]:
    default = DEFAULT_ACL if random.random() < 0.3 else None
    found = []
    for number, name in enumerate(("a", "b", "c")[: random.choice((2, 3))], start=1):
        acl = random.choice((f"aws_network_acl.{name}", "aws_network_acl.edge", default, default))
        more = (f"2001:db8:10:{number}::/64",) if six else ()
        found.append(Subnet(name, (f"10.10.{number}.0/24", *more), acl))
    return found


def vpc_units(subnets: list[Subnet], machines: list[Machine]) -> list[Unit]:
    """A unit for each distinct chain: the network ACL of the subnet, if any, and the groups."""
    home = {subnet.name: subnet for subnet in subnets}
    chains: dict[tuple[tuple[str, ...], ...], list[Machine]] = {}
    for machine in machines:
        edge = home[machine.subnet].acl
        chains.setdefault((*(((edge,),) if edge else ()), machine.acls), []).append(machine)
    found = []
    for layers, alike in chains.items():
        standing = {machine.subnet for machine in alike}
        subnets = tuple(cidr for name in sorted(standing) for cidr in home[name].cidrs)
        names = tuple(machine.address for machine in alike)
        found.append(Unit(layers, machines=names, subnet=subnets if len(standing) == 1 else (), subnets=subnets))
    return found


def azure_places(random: Random, peered: tuple[str, ...]) -> Places:
    """A VNet with a subnet for each role, or one for two of them, guarded in one of several ways."""
    ruled = ((ADMIN,),) if random.random() < 0.25 else ()
    players: list[Player] = []
    subnets: list[Subnet] = []
    machines: list[Machine] = []
    units: list[Unit] = []
    for number, role in enumerate(random.sample(["fm", "relay", "agent"], random.choice((2, 2, 3)))):
        place = random.choice(("lone", "subnet", "nic", "nic", "nic-only"))
        nsg, asg = f"azurerm_network_security_group.{role}", f"azurerm_application_security_group.{role}"
        outer = f"azurerm_network_security_group.{role}_subnet" if place == "nic" else nsg if place == "subnet" else None
        routes = random.choice(((), (), (), ("172.16.0.0/12",), ("0.0.0.0/0",)))
        homes = [each for each in subnets if each.name in {machine.subnet for machine in machines}]
        neighbour = random.choice(homes) if homes and place.startswith("nic") and random.random() < 0.3 else None
        subnet = neighbour or Subnet(role, (f"10.30.{number + 1}.0/24",), outer, routes if place != "lone" else ())
        subnets += [] if neighbour else [subnet]
        wears_asg = random.random() < 0.4
        inside = (VNET, *peered, *subnet.routes)
        if place.startswith("nic"):
            ip = f"{subnet.cidrs[0].rpartition('.')[0]}.{10 + number}" if random.random() < 0.4 else None
            asgs = (asg,) if wears_asg else ()
            machines.append(Machine(f"azurerm_network_interface.{role}", subnet.name, (nsg,), asgs, ip))
            layers = (*ruled, *(((subnet.acl,),) if subnet.acl else ()), (nsg,))
            local = (f"{ip}/32",) if ip else subnet.cidrs
            units.append(Unit(layers, local, ip is None, (machines[-1].address,), asgs, inside=inside))
        elif place == "subnet":
            units.append(Unit((*ruled, (nsg,)), subnet.cidrs, inside=inside))
        else:
            units.append(Unit(((nsg,),), inside=() if peered else (VNET,)))
        symbols = (f"asg:{asg}",) if wears_asg and (not place.startswith("nic") or random.random() < 0.5) else ()
        known = place != "lone" and random.random() < 0.5
        matched = () if symbols and place.startswith("nic") else (nsg,)
        players.append(Player(role, matched, None if known else units[-1].local or subnet.cidrs, symbols))
        if random.random() < 0.2:
            players.append(Player(f"{role}-rdp", on=role))
    names = dict.fromkeys(acl for unit in units for acl in unit.acls)
    acls = tuple(Acl(name, "admin" if name == ADMIN else "nsg", ()) for name in names)
    return Places(acls, tuple(units), tuple(players), (VNET,), tuple(subnets), tuple(machines))
