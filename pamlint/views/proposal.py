"""Which ACL probably plays which role, told from names alone: the start of a site file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from pamlint.model.acl import Acl
from pamlint.model.noun import noun
from pamlint.model.policy import Feature, Policy, Role

SYNONYMS: Mapping[str, str] = {
    "db": "database",
    "gw": "gateway",
    "lnx": "linux",
    "mgmt": "manager",
    "mgr": "manager",
    "siem": "syslog",
    "win": "window",
}
"""What people write for the words of role names, in the singular."""
KINDS = ("aws_security_group", "azure_nsg")
"""Network ACLs make no machine play a role."""
_BRACKETS = re.compile(r"\(([A-Z]{2,})\)")
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


@noun
class Place:
    """What is proposed for one role: ACLs of its own, or the machines of other roles, or neither.

    `needs` are features of which one has to be turned on first: until then, no active flow names the role.
    """

    role: Role
    acls: tuple[Acl, ...] = ()
    on: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


@noun
class Proposal:
    """A site that could be: the features to turn on besides the defaults, a place for each role, and the ACLs left over."""

    policy: Policy
    features: tuple[str, ...]
    places: tuple[Place, ...]
    left: tuple[Acl, ...]


def propose(policy: Policy, acls: Iterable[Acl]) -> Proposal:
    """The likeliest site; an ACL whose name fits two roles equally well is left over."""
    candidates = [acl for acl in acls if acl.kind in KINDS]
    roles = [role for role in policy.roles.values() if not role.external]
    found: dict[str, list[Acl]] = {}
    left = []
    for acl in candidates:
        role = _likeliest(acl, roles)
        if role is None:
            left.append(acl)
        else:
            found.setdefault(role.id, []).append(acl)
    features = tuple(name for name, feature in policy.features.items() if name in found and _can_start(policy, feature))
    used = _used_roles(policy, features)
    places = tuple(_place(policy, role, found, used) for role in policy.roles.values() if role.id in used or role.id in found)
    return Proposal(policy, features, places, tuple(left))


def words(text: str) -> frozenset[str]:
    """The words of a name in one spelling, whatever separates them; a plural is its singular."""
    singular = (word.lower().removesuffix("s") if len(word) > 4 else word.lower() for word in _WORDS.findall(text))
    return frozenset(SYNONYMS.get(word, word) for word in singular)


def _likeliest(acl: Acl, roles: Sequence[Role]) -> Role | None:
    """The one role with the most words of its own in the ACL's name, if all of them are there or one that only it has."""
    own = {role.id: words(role.id) for role in roles}
    shared = Counter(word for known in own.values() for word in known)
    called = [text for text in (acl.name, acl.tags.get("Name")) if isinstance(text, str)]
    path = [part for part in acl.address.split(".") if not part.startswith(("aws_", "azurerm_"))]
    there = words(" ".join([*path, *called]))
    scores: dict[str, int] = {}
    for role in roles:
        hits = own[role.id] & there
        if not there.isdisjoint(_short(role)):
            hits = own[role.id]
        if hits and (hits == own[role.id] or any(shared[word] == 1 for word in hits)):
            scores[role.id] = len(hits)
    best = [role for role in roles if scores.get(role.id) == max(scores.values(), default=0)]
    return best[0] if len(best) == 1 else None


def _short(role: Role) -> frozenset[str]:
    """A role's name in one word: its parts in one, their initials, and what its title has in brackets, as in `(PSMP)`."""
    parts = role.id.split("-")
    found = {"".join(parts), "".join(part[0] for part in parts)} if len(parts) > 1 else set()
    return frozenset({*found, *(word.lower() for word in _BRACKETS.findall(role.title))})


def _can_start(policy: Policy, feature: Feature) -> bool:
    """Whether a feature is off and can be turned on without a value that only the site knows."""
    missing = any(each.feature == feature.id and each.default is None for each in policy.parameters.values())
    return not feature.default and not missing


def _used_roles(policy: Policy, features: Sequence[str]) -> frozenset[str]:
    """The roles of all flows that would be active."""
    active = {name for name, feature in policy.features.items() if feature.default or name in features}
    waiting = list(active)
    while waiting:
        fresh = set(policy.features[waiting.pop()].needs) - active
        active |= fresh
        waiting += fresh
    flows = [flow for flow in policy.flows if active >= {*flow.when.all_on} and not active & {*flow.when.all_off}]
    return frozenset(role for flow in flows for role in (*flow.sources, *flow.destinations))


def _place(policy: Policy, role: Role, found: Mapping[str, Sequence[Acl]], used: frozenset[str]) -> Place:
    if role.id in found:
        return Place(role, tuple(found[role.id]), needs=() if role.id in used else _features_of(policy, role))
    return Place(role, on=tuple(host for host in role.usually_on if host in found and host in used))


def _features_of(policy: Policy, role: Role) -> tuple[str, ...]:
    flows = [flow for flow in policy.flows if role.id in (*flow.sources, *flow.destinations) and flow.need == "conditional"]
    return tuple(dict.fromkeys(feature for flow in flows for feature in flow.when.all_on))
