"""What an estate is to the judge: plain values, no sets of traffic. Ports and ICMP share one number side (type * 256 + code)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Literal, NamedTuple

Direction = Literal["ingress", "egress"]
Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Range = tuple[int, int]

ALL: tuple[Range, ...] = ((0, 65535),)
PUBLIC_CLIENTS = (1024, 65535)
DIRECTIONS: tuple[Direction, ...] = ("ingress", "egress")
OPPOSITE: dict[Direction, Direction] = {"ingress": "egress", "egress": "ingress"}


class Atom(NamedTuple):
    """The far side of one packet: an address, and the symbol that its interface is known to wear, if any."""

    symbol: str | None
    address: Address


class Packet(NamedTuple):
    """One packet as an ACL sees it; `local` None stands for any address behind the ACL."""

    protocol: int
    port: int
    source_port: int
    peer: Atom
    local: Address | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One firewall rule. A peer is `any`, a CIDR, a symbol (`group:x`, `asg:x`, `tag:x`, `pl:x`) or `var:x`, an unset variable."""

    name: str
    direction: Direction
    protocol: int | None
    ports: tuple[Range, ...]
    peers: tuple[str, ...]
    allow: bool = True
    priority: int = 0
    source_ports: tuple[Range, ...] = ALL
    local: tuple[str, ...] = ("any",)
    port_variable: str | None = None
    count_variable: str | None = None
    style: str = "inline"
    default: bool = False
    always: bool = False
    """An admin rule's AlwaysAllow: no NSG is asked any more."""


@dataclass(frozen=True, slots=True)
class Acl:
    """A security group (unordered, allow only), or rules in the order of their priorities: a network ACL, an NSG, admin rules."""

    address: str
    kind: Literal["group", "nacl", "nsg", "admin"]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """What is judged: layers of ACLs in a packet's order inwards (the last is nearest to the workload), and who stands behind.

    `local` are the addresses behind it; `floating`: one interface stands there, at an address of these that nobody knows.
    `machines` are the known ones, `wears` the ASGs that they wear (None: nobody knows), `subnet` the prefixes of the one subnet
    in which all of them stand, `subnets` those of all in which one does, `inside` what VirtualNetwork holds there for sure.
    `loose` are ACLs that stand there if a variable says so.
    """

    layers: tuple[tuple[str, ...], ...]
    local: tuple[str, ...] = ()
    floating: bool = False
    machines: tuple[str, ...] = ()
    wears: tuple[str, ...] | None = None
    subnet: tuple[str, ...] = ()
    subnets: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    loose: tuple[tuple[str, str], ...] = ()

    @property
    def acls(self) -> tuple[str, ...]:
        """All ACLs of the chain, the nearest last."""
        return tuple(address for layer in self.layers for address in layer)


@dataclass(frozen=True, slots=True)
class Member:
    """One machine that bears a role, or a symbol that stands for machines: what it wears, its addresses where they are known."""

    symbols: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    machine: str | None = None


@dataclass(frozen=True, slots=True)
class Player:
    """One instance of a role: the ACLs and symbols it matches, its site networks (None: not said), its own parameters.

    Whoever asks for the players of an estate gets them with their members, and with the networks that follow from these.
    """

    role: str
    acls: tuple[str, ...] = ()
    networks: tuple[str, ...] | None = None
    symbols: tuple[str, ...] = ()
    parameters: tuple[tuple[str, int], ...] = ()
    on: str | None = None
    members: tuple[Member, ...] = ()
    matched: tuple[str, ...] = ()
    """The symbols by which the site names the role, where `symbols` are all that its members wear."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A policy line. A service is `tcp/443`, `icmp/8/0`, `any`, ... or `tcp/{parameter}`; `when` is a feature."""

    id: str
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    services: tuple[str, ...]
    need: str
    when: str | None = None
    ends: tuple[Direction, ...] = ("egress", "ingress")


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the site permits besides; empty ports are all, and `expired` ones permit nothing."""

    name: str
    roles: tuple[str, ...]
    peers: tuple[str, ...]
    direction: Direction | None = None
    protocol: str | None = None
    ports: tuple[int, ...] = ()
    expired: bool = False


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet, with the NSG or network ACL on it, if any, and the prefixes that its routes send elsewhere."""

    name: str
    cidrs: tuple[str, ...]
    acl: str | None = None
    routes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Machine:
    """An interface or instance (by its Terraform address) in a subnet, with its NSG or groups, its ASGs, and its address."""

    address: str
    subnet: str
    acls: tuple[str, ...]
    asgs: tuple[str, ...] = ()
    ip: str | None = None


class Tie(NamedTuple):
    """An ACL that is tied to a machine (by its address) or a subnet (by its name) if an unset variable says so."""

    what: str
    acl: str
    variable: str


@dataclass(frozen=True, slots=True, eq=False)
class Estate:
    """Everything that is judged together. Each estate is another one, so that answers can be kept for it.

    `vnet` are the prefixes of the VPC or the VNet, `peered` those of another that is peered with it, `lists` the entries of
    each managed prefix list.
    """

    cloud: Literal["aws", "azure"]
    acls: tuple[Acl, ...]
    units: tuple[Unit, ...]
    players: tuple[Player, ...]
    flows: tuple[Flow, ...]
    allowances: tuple[Allowance, ...] = ()
    features: tuple[tuple[str, bool], ...] = ()
    parameters: tuple[tuple[str, int], ...] = ()
    vnet: tuple[str, ...] = ()
    vnet_settled: bool = True
    peered: tuple[str, ...] = ()
    subnets: tuple[Subnet, ...] = ()
    machines: tuple[Machine, ...] = ()
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()
    bare_roles: tuple[str, ...] = ()
    ties: tuple[Tie, ...] = ()

    def acl(self, address: str) -> Acl:
        """The ACL of this address."""
        return next(acl for acl in self.acls if acl.address == address)


@lru_cache(maxsize=1024)
def rules_of(estate: Estate, address: str, direction: Direction) -> tuple[Rule, ...]:
    """The rules of an ACL in one direction, those that are tried first before the others."""
    rules = (rule for rule in estate.acl(address).rules if rule.direction == direction)
    return tuple(sorted(rules, key=lambda rule: rule.priority))


class Place(NamedTuple):
    """Where packets are asked about: a unit of an estate, in one direction."""

    estate: Estate
    unit: Unit
    direction: Direction

    def rules(self) -> list[Rule]:
        """The rules of the unit's ACLs in this direction."""
        return [rule for address in self.unit.acls for rule in rules_of(self.estate, address, self.direction)]


class Meeting(NamedTuple):
    """A flow as it is seen from one end: who stands there, and who is far."""

    flow: Flow
    me: Player
    other: Player
