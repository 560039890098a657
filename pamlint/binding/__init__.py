"""Site, ACLs and workloads in; who plays which role out, and the chains that are to be judged."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from functools import lru_cache

from pamlint.binding.matching import Matcher
from pamlint.binding.nouns import Bearing, Because, Binding, Member, Part, Unbound, Unit, is_absent
from pamlint.binding.units import guards, guards_alone, own_local, units_of
from pamlint.model.acl import Network
from pamlint.model.addresses import ANY, parse_cidr
from pamlint.model.noun import replace
from pamlint.model.policy import ANY_ROLE, Role
from pamlint.model.ranges import Ranges
from pamlint.model.site import Instance, Site

__all__ = [
    "Bearing",
    "Binding",
    "Member",
    "Part",
    "Unit",
    "bind",
    "guards",
    "guards_alone",
    "is_absent",
    "own_local",
    "peer_addresses",
]


def bind(
    site: Site,
    network: Network,
    roles: Mapping[str, Role],
    needed: Iterable[str],
    unread: Iterable[str] = (),
    hidden: tuple[str, ...] = (),
) -> Binding:
    """Find out who plays what; `needed` are the roles that an active flow names, `unread` what could not be read.

    Where parts of a live estate are `hidden`, known members tell nothing of the networks that all of a role have.
    """
    matcher = Matcher(network, bool(hidden))
    parts: dict[str, tuple[Part, ...]] = {}
    for role in sorted({*site.roles, *needed} - {ANY_ROLE}):
        parts[role] = _parts(role, site, roles, matcher, ())
    lost = tuple(sorted(unread))
    unbound = tuple(_unbound(site, parts, roles, needed, lost, matcher.there))
    units = units_of(network, parts)
    judged = {acl.key for unit in units for acl in (*unit.acls, *unit.assumed)}
    parts[ANY_ROLE] = (Part(ANY_ROLE, None, networks=ANY),)
    return Binding(parts, units, unbound, tuple(acl for acl in network.acls if acl.key not in judged), hidden)


def _parts(role: str, site: Site, roles: Mapping[str, Role], matcher: Matcher, above: tuple[str, ...]) -> tuple[Part, ...]:
    """The parts of a role: one for each instance, and for each role that it shares machines with, that role's."""
    found = []
    binding = site.roles.get(role)
    for instance in binding.instances if binding else ():
        if instance.match or instance.cidrs is not None or not instance.on:
            found.append(matcher.part(role, instance))
        for host in instance.on:
            if host not in above and host != role:
                shared = _parts(host, site, roles, matcher, (*above, role))
                found += [replace(part, role=role, instance=instance) for part in shared]
    for cloud, peers in (roles[role].peers if role in roles else {}).items():
        found.append(matcher.fixed(role, cloud, peers))
    return tuple(found)


def _unbound(
    site: Site,
    parts: Mapping[str, tuple[Part, ...]],
    roles: Mapping[str, Role],
    needed: Iterable[str],
    lost: Because,
    there: Container[int],
) -> Iterable[Unbound]:
    """Roles that are needed and bound to nothing; what was not read binds none that the site file gives no way to be found."""
    for role in sorted({*needed, *site.roles} - {ANY_ROLE}):
        binding = site.roles.get(role)
        if binding is None:
            if role in needed and not (role in roles and roles[role].peers):
                yield Unbound(role, "the site file does not say who plays it")
            continue
        if role not in needed:
            continue
        empty = [
            instance
            for instance in binding.instances
            if instance.match and not any(part.hosts for part in parts[role] if part.instance is instance)
        ]
        if empty:
            where = f" (instance {empty[0].index + 1})" if len(binding.instances) > 1 else ""
            yield Unbound(role, f"its `match`{where} finds nothing", lost)
        elif doubts := _doubts(parts[role], binding.instances, there):
            yield Unbound(role, "all that its `match` finds may not be there, or not be meant", doubts, perhaps=True)
        elif not any(part.hosts or part.members or part.networks is not None for part in parts[role]):
            beside = {host for instance in binding.instances for host in instance.on}
            if beside:
                yield Unbound(role, f"what it is `on` ({', '.join(sorted(beside))}) is bound to nothing either", lost)
            else:
                yield Unbound(role, "the site file gives it neither `match` nor `cidrs` nor `on`")


def _doubts(parts: Iterable[Part], instances: Iterable[Instance], there: Container[int]) -> Because:
    """What it hangs on whether an instance that has a `match` is bound at all; nothing where each finds something for sure."""
    parts = list(parts)
    for instance in instances:
        found = [because for part in parts if part.instance is instance for because in part.hosts.values()]
        if instance.match and instance.cidrs is None and found and all(found) and id(instance) not in there:
            return tuple(sorted({reference for because in found for reference in because}))
    return ()


@lru_cache(maxsize=1024)
def peer_addresses(text: str) -> Ranges | None:
    """The addresses of an allowance's peer that is a CIDR or `any`; None for a symbol."""
    if text == "any":
        return ANY
    try:
        return parse_cidr(text)
    except ValueError:
        return None
