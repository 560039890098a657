"""Reads site files, with the policies that they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from pamlint.documents.mistakes import Mistakes, Step, sound_items
from pamlint.documents.policy import load_policy
from pamlint.documents.reader import read_document
from pamlint.documents.sections import Sections, names_of
from pamlint.documents.wording import WANTED
from pamlint.model.activation import active_features, active_flows, instance_parameters
from pamlint.model.errors import UserError, together
from pamlint.model.noun import replace
from pamlint.model.policy import Flow, Parameter, Policy
from pamlint.model.site import EstateSettings, Instance, RoleBinding, Site


def load_site(path: Path) -> Site:
    """Reads a site file, its policies and its estates; UserError holds all that is wrong in any of them."""
    mistakes = Mistakes(read_document(path), "site")
    estates: Mapping[str, Any] = mistakes.sound.get("estates", {})
    written: dict[tuple[Step, ...], str | list[str]] = {
        (): mistakes.sound.get("policy", []),
        **{("estates", name): data["policy"] for name, data in estates.items() if "policy" in data},
    }
    policies = {place: _policies(mistakes, given, path.parent, *place) for place, given in written.items()}
    names = names_of((policy for chosen in policies.values() for policy in chosen), bool(policies[()]))
    top = _view(Sections(mistakes, names, mistakes.sound), _nothing(mistakes, path, policies[()]))
    settings = []
    for name, data in estates.items():
        base = replace(top, policies=policies.get(("estates", name), top.policies))
        known = replace(names, readable=bool(base.policies))
        settings.append(_estate(name, Sections(mistakes, known, data, ("estates", name)), base))
    mistakes.finish()
    for view, where in [(each.site, f" in estate `{each.name}`") for each in settings] or [(top, "")]:
        mistakes.errors.extend(_missing_parameters(view, where))
    mistakes.finish()
    return replace(top, estates=tuple(settings))


def require_parameters(site: Site) -> None:
    """UserError names every parameter that the site's active flows need and nobody gives.

    `load_site` has asked this already of each estate, or of the site itself if it has none.
    """
    if errors := list(_missing_parameters(site, "")):
        raise together(errors)


def _policies(mistakes: Mistakes, given: str | list[str], base: Path, *place: Step) -> tuple[Policy, ...]:
    """The policies of one `policy` key; none if one of them cannot be read. Several qualify their flows' ids."""
    policies: list[Policy] = []
    listed = [given] if isinstance(given, str) else given
    for index, name in sound_items(listed):
        at = (*place, "policy") if isinstance(given, str) else (*place, "policy", index)
        try:
            policy = load_policy(name, base, mistakes.document.where(*at))
        except UserError as error:
            mistakes.errors.append(error)
            continue
        _agree(mistakes, policies, policy, *at)
        policies.append(policy)
    if len(policies) < len(listed):
        return ()
    return tuple(_qualified(policy) for policy in policies) if len(policies) > 1 else tuple(policies)


def _agree(mistakes: Mistakes, earlier: Sequence[Policy], policy: Policy, *place: Step) -> None:
    for other in earlier:
        if other.id == policy.id:
            mistakes.add(f"policy `{policy.id}` stands here twice", *place)
        for name in policy.parameters.keys() & other.parameters.keys():
            mine, theirs = policy.parameters[name].type, other.parameters[name].type
            if mine != theirs:
                mistakes.add(
                    f"parameter `{name}` is {mine} in `{policy.id}` and {theirs} in `{other.id}`: they cannot share a site",
                    *place,
                )


def _qualified(policy: Policy) -> Policy:
    return replace(policy, flows=tuple(replace(flow, id=f"{policy.id}/{flow.id}") for flow in policy.flows))


def _nothing(mistakes: Mistakes, path: Path, policies: tuple[Policy, ...]) -> Site:
    location = mistakes.document.root.location
    return Site(path, policies, {}, {}, {}, (), (), (), {}, "low", location, {})


def _view(sections: Sections, base: Site) -> Site:
    """The base with what the sections say: named things are merged by name, lists and single values take the base's place."""
    given = sections.data
    roles = {**base.roles, **sections.roles()}
    sections.mistakes.errors.extend(_circles(roles))
    return replace(
        base,
        features={**base.features, **sections.features()},
        parameters={**base.parameters, **sections.parameters()},
        roles=roles,
        allow=sections.allow() if "allow" in given else base.allow,
        not_needed=sections.not_needed() if "not-needed" in given else base.not_needed,
        ignore=sections.ignore() if "ignore" in given else base.ignore,
        values={**base.values, **sections.values()},
        service_tags=sections.service_tags(base.path.parent) if "service-tags" in given else base.service_tags,
        min_severity=given.get("min-severity", base.min_severity),
        places={**base.places, **sections.places()},
    )


def _estate(name: str, sections: Sections, base: Site) -> EstateSettings:
    given, folder = sections.data, base.path.parent
    for key, exists in (("roots", Path.is_dir), ("var-files", Path.is_file)):
        for index, written in enumerate(given.get(key, ())):
            if not exists(folder / written):
                kind = "directory" if key == "roots" else "file"
                sections.mistakes.add(f"`{written}` is no {kind}; looked for {folder / written}", *sections.path, key, index)
    return EstateSettings(
        name,
        tuple(folder / root for root in given.get("roots", ())),
        tuple(folder / file for file in given.get("var-files", ())),
        given.get("workspace"),
        _view(sections, base),
        sections.mistakes.document.where(*sections.path),
    )


def _circles(roles: Mapping[str, RoleBinding]) -> Iterator[UserError]:
    """Roles whose `on` leads back to themselves and so to no machine."""
    for name, binding in roles.items():
        reached, waiting = set(), list(binding.on)
        while waiting:
            other = waiting.pop()
            if other not in reached and other in roles:
                reached.add(other)
                waiting.extend(roles[other].on)
        if name in reached:
            yield UserError(f"role `{name}` is on itself by way of `on`: give `match` or another role", binding.location)


def _missing_parameters(site: Site, where: str) -> Iterator[UserError]:
    for policy in site.policies:
        try:
            features = active_features(policy, site)
        except UserError as error:
            yield error
            continue
        flows = active_flows(policy, features)
        for parameter in policy.parameters.values():
            if parameter.default is None and parameter.id not in site.parameters:
                users = [flow for flow in flows if parameter.id in flow.parameters]
                needed = (
                    any(_lacks(policy, site, flow, parameter.id) for flow in users) if users else parameter.feature in features
                )
                if needed:
                    yield _missing(site, parameter, users, where)


def _missing(site: Site, parameter: Parameter, users: Sequence[Flow], where: str) -> UserError:
    feature = parameter.feature or next((name for flow in users for name in flow.when.all_on), None)
    because = f", because feature `{feature}` is on" if feature else ""
    title = f"{parameter.title}; " if parameter.title else ""
    message = (
        f"parameter `{parameter.id}` is needed{where}{because}: give it under `parameters` ({title}{WANTED[parameter.type]})"
    )
    return UserError(message, site.places.get(f"features.{feature}", site.location))


def _lacks(policy: Policy, site: Site, flow: Flow, parameter: str) -> bool:
    ends = [[each for role in roles for each in _instances(site, role)] for roles in (flow.sources, flow.destinations)]
    return any(parameter not in instance_parameters(policy, site, flow, *pair) for pair in product(*ends))


def _instances(site: Site, role: str) -> tuple[Instance | None, ...]:
    return site.roles[role].instances if role in site.roles else (None,)
