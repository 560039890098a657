"""Which subscriptions there are to be read."""

from __future__ import annotations

from collections.abc import Iterable

from pamlint.model.resource import Problem
from pamlint.model.scope import Scope, Survey
from pamlint.sources.azure.access import Access
from pamlint.sources.azure.calls import Calls, Item, RefusalError

VERSION = "2022-12-01"
ACTION = "Microsoft.Resources/subscriptions/read"
READABLE = frozenset({"enabled", "warned", "pastdue"})
"""The states in which a subscription can be read; of the others, Azure may show nothing or the past."""
ALL = "azure"


def survey(access: Access) -> Survey:
    """The subscriptions that were asked for, by id or name, or all that the credential sees; what cannot be read is told."""
    try:
        listed = [item for page in Calls(access).listed("/subscriptions", VERSION) for item in page]
    except RefusalError as error:
        return _unlisted(access, error)
    wanted = {name.lower() for name in access.subscriptions}
    chosen = [item for item in listed if not wanted or wanted & _names(item)]
    missing = wanted - {name for item in listed for name in _names(item)}
    problems = [_problem(name, "the credential sees no such subscription", _GRANT) for name in sorted(missing)]
    if not listed and not wanted:
        problems.append(_problem("", "the credential sees no subscription at all", _GRANT))
    problems += [
        _problem(_id(item), f"the subscription is {item.get('state')}, so nothing is read of it", _ENABLE)
        for item in chosen
        if not _is_readable(item)
    ]
    return Survey(_scopes(_id(item) for item in chosen if _is_readable(item)), tuple(problems))


_GRANT = f"Assign the role of docs/permissions/azure-role.json there, which allows {ACTION}, or sign in to the tenant it is in."
_ENABLE = "Enable it again, or name the subscriptions that are to be read."


def _unlisted(access: Access, error: RefusalError) -> Survey:
    """Subscriptions that are named by their ids can be read all the same."""
    tip = (
        _GRANT if error.denied else "Sign in with `az login` or set the AZURE_ variables of a service principal, then try again."
    )
    problem = _problem("", f"the subscriptions could not be listed: {error.message}", tip)
    return Survey(_scopes(name.lower() for name in access.subscriptions if _is_id(name)), (problem,))


def _scopes(ids: Iterable[str]) -> tuple[Scope, ...]:
    return tuple(sorted({Scope("azure", each) for each in ids}))


def _names(item: Item) -> set[str]:
    return {str(item.get(key)).lower() for key in ("subscriptionId", "displayName")}


def _id(item: Item) -> str:
    return str(item.get("subscriptionId")).lower()


def _is_id(name: str) -> bool:
    return len(name) == 36 and name.count("-") == 4


def _is_readable(item: Item) -> bool:
    return str(item.get("state")).lower() in READABLE


def _problem(subscription: str, message: str, tip: str) -> Problem:
    subject = f"{ALL}/{subscription}" if subscription else ALL
    return Problem("unreadable-input", subject, f"{subject}: {message}", tip, root=subject)
