"""A first site file: what was found stands ready, what was not is a TODO that says what is wanted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pamlint.model.acl import Acl
from pamlint.model.policy import Parameter
from pamlint.report.escaping import visible
from pamlint.views.proposal import Place, Proposal


def render(proposal: Proposal) -> str:
    """A YAML file that loads as it is; roles without a place are told as unbound until somebody gives them one."""
    policy = proposal.policy
    lines = [
        f"# Who plays which role of {visible(policy.product)}, proposed from names alone: check every line.",
        "pamlint: site/1",
        f"policy: {policy.id}",
        "",
        *_features(proposal),
        *_parameters(policy.parameters.values()),
        "roles:" if any(_is_placed(place) for place in proposal.places) else "roles: {}",
    ]
    for place in proposal.places:
        lines += _role(place)
    if proposal.left:
        lines += ["", "# These could not be placed. Match them to a role, or leave them: then they are not judged, and counted."]
        lines += [f"#   {visible(acl.address)}{_name(acl)}" for acl in proposal.left]
    return "\n".join(lines) + "\n"


def _features(proposal: Proposal) -> Iterator[str]:
    yield f"features: [{', '.join(proposal.features)}]"
    for feature in proposal.policy.features.values():
        if feature.id not in proposal.features:
            yield f"  # {feature.id}: {visible(feature.title)}{' (on by default)' if feature.default else ''}"


def _parameters(parameters: Iterable[Parameter]) -> Iterator[str]:
    """What the site may have to give, as a comment: a parameter without a default is asked for once its feature is on."""
    yield "# parameters:"
    for each in parameters:
        wanted = "has a default" if each.default is not None else f"TODO with {each.feature}" if each.feature else "TODO"
        yield f"#   {each.id}: ...  # {visible(each.title or each.type)} ({wanted})"
    yield ""


def _is_placed(place: Place) -> bool:
    return bool(place.on or (place.acls and not place.needs))


def _role(place: Place) -> Iterator[str]:
    title = visible(place.role.title)
    if place.acls:
        mark = "# " if place.needs else ""
        todo = f" (TODO: turn on {' or '.join(place.needs)})" if place.needs else ""
        yield f"  {mark}{place.role.id}:  # {title}{todo}"
        yield f"  {mark}  match:"
        for acl in place.acls:
            yield f"  {mark}    - {_match(acl)}{_remark(acl)}"
    elif place.on:
        yield f"  {place.role.id}: {{on: [{', '.join(place.on)}]}}  # {title}"
    elif place.role.external:
        yield f"  # TODO {place.role.id}: {title}"
        yield f'  # {place.role.id}: {{cidrs: ["10.0.0.0/8"]}}'
    else:
        yield f"  # TODO {place.role.id}: {title}"
        yield f'  # {place.role.id}: {{match: [{{name: "..."}}]}}'


def _match(acl: Acl) -> str:
    key, value = ("id", acl.id) if acl.id is not None and acl.id == acl.address else ("address", acl.address)
    return f"{key}: {_quoted(value or '')}"


def _quoted(text: str) -> str:
    """A YAML string in double quotes, in which JSON's escapes mean the same."""
    import json

    return json.dumps(text)


def _name(acl: Acl) -> str:
    return f'  "{visible(acl.name)}"' if isinstance(acl.name, str) else ""


def _remark(acl: Acl) -> str:
    return f"  #{_name(acl)}" if isinstance(acl.name, str) else ""
