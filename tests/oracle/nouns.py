"""What an estate is to the judge: plain values, no sets of traffic. Ports and ICMP share one number side (type * 256 + code)."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Literal, NamedTuple

Direction = Literal["ingress", "egress"]
Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Range = tuple[int, int]

ALL: tuple[Range, ...] = ((0, 65535),)
PUBLIC_CLIENTS = (1024, 65535)
DIRECTIONS: tuple[Direction, ...] = ("ingress", "egress")


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


@dataclass(frozen=True, slots=True)
class Acl:
    """A security group (unordered, allow only) or an NSG (ordered by priority)."""

    address: str
    ordered: bool
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """What is judged: the ACLs in a packet's order inwards (the last is nearest to the workload), and the addresses behind them.

    `floating`: one interface stands there, at an address of these that nobody knows.
    """

    acls: tuple[str, ...]
    local: tuple[str, ...] = ()
    floating: bool = False


@dataclass(frozen=True, slots=True)
class Player:
    """One instance of a role: the ACLs it matches, its site networks (None: unknown), its symbols, its own parameters."""

    role: str
    acls: tuple[str, ...] = ()
    networks: tuple[str, ...] | None = None
    symbols: tuple[str, ...] = ()
    parameters: tuple[tuple[str, int], ...] = ()
    on: str | None = None
    derived: bool = False
    """Whether the networks follow from the code (a subnet's prefixes), so that the site need not name them."""


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
    """A subnet of the VNet, with the NSG on it and the NSG of the one interface in it, if any."""

    name: str
    cidr: str
    nsg: str | None = None
    nic_nsg: str | None = None
    nic_address: str | None = None


@dataclass(frozen=True, slots=True)
class Estate:
    """Everything that is judged together."""

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
    subnets: tuple[Subnet, ...] = ()
    bare_roles: tuple[str, ...] = ()

    def acl(self, address: str) -> Acl:
        """The ACL of this address."""
        return next(acl for acl in self.acls if acl.address == address)


class Place(NamedTuple):
    """Where packets are asked about: a unit of an estate, in one direction."""

    estate: Estate
    unit: Unit
    direction: Direction

    def rules(self) -> list[Rule]:
        """The rules of the unit's ACLs in this direction."""
        acls = [self.estate.acl(address) for address in self.unit.acls]
        return [rule for acl in acls for rule in acl.rules if rule.direction == self.direction]


class Meeting(NamedTuple):
    """A flow as it is seen from one end: who stands there, and who is far."""

    flow: Flow
    me: Player
    other: Player
