"""Who plays a role, as a firewall engineer is told: from the site file alone, or as the roles were bound."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pamlint.binding import Binding, Part
from pamlint.model.acl import Acl, Group, Network, Workload
from pamlint.model.addresses import ANY, format_ranges, parse_cidr
from pamlint.model.matrix import Player
from pamlint.model.policy import ANY_ROLE, Role
from pamlint.model.site import Instance, MatchEntry, Site


class Seat(NamedTuple):
    """One way in which a role is played: an instance of the site file, or what the product fixes for a cloud."""

    instance: Instance | None
    networks: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    cloud: str | None = None


NOBODY = (Seat(None),)
"""The seats of a role that nothing is known of; it has its lines in the matrix still."""
EVERYWHERE = (Seat(None, ("any",)),)


def player(role: str, seats: Iterable[Seat]) -> Player:
    """All seats of a role as one."""
    found = list(seats)
    networks = dict.fromkeys(network for seat in found for network in seat.networks)
    return Player(role, tuple(networks), tuple(dict.fromkeys(group for seat in found for group in seat.groups)))


def written(site: Site, roles: Mapping[str, Role], role: str, above: tuple[str, ...] = ()) -> Sequence[Seat]:
    """The seats of a role as the site file and the policy write them."""
    if role == ANY_ROLE:
        return EVERYWHERE
    binding = site.roles.get(role)
    seats: list[Seat] = []
    for instance in binding.instances if binding else ():
        if instance.match or instance.cidrs:
            seats.append(Seat(instance, instance.cidrs or (), tuple(_condition(entry) for entry in instance.match)))
        for host in instance.on:
            if host not in (*above, role):
                seats += [seat._replace(instance=instance) for seat in written(site, roles, host, (*above, role))]
    return (*seats, *fixed(roles.get(role))) or NOBODY


def bound(binding: Binding, network: Network, roles: Mapping[str, Role], role: str) -> Sequence[Seat]:
    """The seats of a role as it was bound: what its `match` found, and the networks that are known."""
    if role == ANY_ROLE:
        return EVERYWHERE
    known = names(network)
    seats = [seat_of(part, known) for part in binding.parts.get(role, ()) if part.cloud is None]
    return (*seats, *fixed(roles.get(role))) or NOBODY


def names(network: Network) -> Mapping[str, str]:
    """What everything that can be bound is called, by its key."""
    things: Iterable[Acl | Group | Workload] = (*network.acls, *network.groups, *network.workloads)
    return {thing.key: _name(thing) for thing in things}


def seat_of(part: Part, known: Mapping[str, str]) -> Seat:
    """What a part is made of; where its `match` finds nothing, what it asks for."""
    found = tuple(sorted(known[key] for key in part.hosts if key in known))
    asked = part.instance.match if part.instance and not found else ()
    networks = part.cidrs or (() if part.networks is None else ("any",) if part.networks == ANY else format_ranges(part.networks))
    return Seat(part.instance, networks, found or tuple(f"{_condition(entry)} (not found)" for entry in asked))


def _name(thing: Acl | Group | Workload) -> str:
    """Its address, and the name or id under which a firewall engineer finds it."""
    known = [name for name in (thing.name, thing.id) if isinstance(name, str) and name and name != thing.address]
    return f"{thing.address} ({', '.join(known)})" if known else thing.address


def _condition(entry: MatchEntry) -> str:
    """`name pam-fm-* and tag pam-role=agent`."""
    parts = [entry.address or "", f"name {entry.name}" if entry.name else "", f"id {entry.id}" if entry.id else ""]
    parts += [f"tag {tag}={value}" for tag, value in sorted(entry.tags.items())]
    return " and ".join(part for part in parts if part)


def fixed(role: Role | None) -> Sequence[Seat]:
    """Who plays a role where the product fixes it, a seat a cloud."""
    seats = []
    for cloud, peers in (role.peers if role else {}).items():
        networks = tuple(peer for peer in peers if _is_network(peer))
        seats.append(Seat(None, networks, tuple(peer for peer in peers if peer not in networks), cloud))
    return seats


def _is_network(text: str) -> bool:
    try:
        return bool(parse_cidr(text))
    except ValueError:
        return False
