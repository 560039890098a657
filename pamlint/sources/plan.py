"""Plans as `terraform show -json` writes them: what will stand, with what is not known yet and where it will come from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from pamlint.model.resource import Block, Problem, Resource
from pamlint.sources.attributes import Reasons, merge
from pamlint.sources.references import Place, References

Wanted = Callable[[str], bool]


def read_plan(document: Mapping[str, Any], root: str, wanted: Wanted) -> tuple[list[Resource], list[Problem]]:
    """The resources of the wanted types that stand after the plan, and what the plan leaves open. Deleted ones are gone.

    What the plan does not touch (`-target`, `-refresh-only`) or only lets go of (a `removed` block) stands as it stood.
    Addresses, modes, values, `after_unknown`, `configuration` and `deferred_changes` are those of Terraform's JSON output format.
    """
    changes = [change for change in document.get("resource_changes") or [] if "deposed" not in change]
    unknown = {change["address"]: (change.get("change") or {}).get("after_unknown") or {} for change in changes}
    forgotten = {change["address"] for change in changes if "forget" in ((change.get("change") or {}).get("actions") or ())}
    planned = {address: found for address, found in _instances(document.get("planned_values")) if address not in forgotten}
    references = References(document.get("configuration") or {}, {address: unknown.get(address, {}) for address in planned})
    found = [
        _resource(instance, module, root, unknown.get(address), references)
        for address, (instance, module) in planned.items()
        if wanted(instance.get("type", ""))
    ]
    later = [change["resource_change"] for change in document.get("deferred_changes") or [] if change.get("resource_change")]
    touched = {address for change in (*changes, *later) for address in (change["address"], change.get("previous_address"))}
    touched -= forgotten
    prior = (document.get("prior_state") or {}).get("values")
    found += [
        _resource(instance, module, root, None, references)
        for address, (instance, module) in _instances(prior)
        if address not in planned and wanted(instance.get("type", ""))
        if instance.get("mode") == "data" or (address not in touched and _stood(instance, document))
    ]
    found += [
        _deferred(change, root, references)
        for change in document.get("deferred_changes") or []
        if wanted((change.get("resource_change") or {}).get("type", ""))
    ]
    return found, list(_problems(document, root))


def _stood(instance: Mapping[str, Any], document: Mapping[str, Any]) -> bool:
    """Whether this is the object of its address, and the plan could have told what becomes of it."""
    return "deposed_key" not in instance and not document.get("errored")


def earlier_rules(document: Mapping[str, Any], root: str, types: Collection[str]) -> list[Resource]:
    """The resources of these types as they stood before the plan."""
    references = References({}, {})
    prior = (document.get("prior_state") or {}).get("values")
    return [
        _resource(instance, module, root, None, references)
        for _, (instance, module) in _instances(prior)
        if instance.get("type") in types and instance.get("mode") != "data"
    ]


def inline_writers(document: Mapping[str, Any]) -> frozenset[str]:
    """The addresses, without keys, of the resources whose configuration writes rules inline."""
    found = set()
    pending = [("", (document.get("configuration") or {}).get("root_module") or {})]
    while pending:
        prefix, module = pending.pop()
        for resource in module.get("resources") or []:
            if {"ingress", "egress", "security_rule"} & (resource.get("expressions") or {}).keys():
                found.add(f"{prefix}{resource['address']}")
        calls = module.get("module_calls") or {}
        pending += [(f"{prefix}module.{name}.", call.get("module") or {}) for name, call in calls.items()]
    return frozenset(found)


def _instances(values: Any) -> Iterable[tuple[str, tuple[Mapping[str, Any], str]]]:
    """Every resource instance below a root module by address, with the address of its module instance."""
    pending = [((values or {}).get("root_module") or {}, "")]
    while pending:
        module, address = pending.pop()
        for instance in module.get("resources") or []:
            yield instance["address"], (instance, address)
        pending += [(child, child.get("address", "")) for child in module.get("child_modules") or []]


def _resource(instance: Mapping[str, Any], module: str, root: str, unknown: Any, references: References) -> Resource:
    place = _place(instance, module)
    values = merge(
        instance.get("values") or {},
        unknown,
        instance.get("sensitive_values"),
        _reasons(place, references, instance.get("values")),
    )
    identifier = values.get("id")
    return Resource(
        instance["address"],
        instance["type"],
        "data" if instance.get("mode") == "data" else "managed",
        root,
        Block(values),
        identifier if isinstance(identifier, str) else None,
    )


def _place(instance: Mapping[str, Any], module: str) -> Place:
    name = f"{'data.' if instance.get('mode') == 'data' else ''}{instance.get('type')}.{instance.get('name')}"
    own = instance["address"].removeprefix(f"{module}.") if module else instance["address"]
    return Place(module, name, own.removeprefix(name))


def _reasons(place: Place, references: References, values: Any) -> Reasons:
    return Reasons(
        unknown=lambda path: references.unknown(place, path, values),
        sensitive=lambda path: references.sensitive(place, path, values),
        each=lambda path, count: references.each_unknown(place, path, values, count),
    )


def _deferred(deferred: Mapping[str, Any], root: str, references: References) -> Resource:
    """A resource that may come with a later plan: perhaps there, perhaps several times."""
    instance = deferred["resource_change"]
    change = instance.get("change") or {}
    several = bool(instance.get("index_unknown"))
    address = f"{instance['address'].removesuffix('[*]')}[*]" if several else instance["address"]
    place = _place({**instance, "address": instance["address"]}, instance.get("module_address", ""))
    values = merge(
        change.get("after") or {},
        change.get("after_unknown"),
        change.get("after_sensitive"),
        _reasons(place, references, change.get("after")),
    )
    reason = f"{instance['address']} ({str(deferred.get('reason', 'deferred')).replace('_', ' ')})"
    return Resource(
        address,
        instance["type"],
        "data" if instance.get("mode") == "data" else "managed",
        root,
        Block(values, possible=(reason,)),
    )


def _problems(document: Mapping[str, Any], root: str) -> Iterable[Problem]:
    if document.get("errored"):
        yield Problem(
            "unreadable-input",
            root,
            "the plan ended with an error, so it lacks what would have come after it",
            "Mend the error, plan again, and write the plan with `terraform show -json`.",
            root=root,
        )
    elif document.get("complete") is False:
        yield Problem(
            "unreadable-input",
            root,
            "the plan is not complete: some changes are left to a later plan (`-target`, or deferred changes)",
            "Plan without `-target`, or lint again when the deferred changes are planned.",
            root=root,
        )
