"""Which subscriptions there are to be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pamlint.model.noun import replace
from pamlint.model.resource import Problem
from pamlint.model.scope import Scope, Survey
from pamlint.sources.azure.access import Access
from pamlint.sources.azure.calls import Calls, Item, RefusalError

VERSION = "2022-12-01"
GRAPH, GRAPH_VERSION = "/providers/Microsoft.ResourceGraph/resources", "2022-10-01"
GRAPH_ACTION = "Microsoft.ResourceGraph/resources/read"
MANY = 20
"""From more subscriptions than these on, the inventory is asked first."""
AT_ONCE = 1000
"""How many subscriptions one question to the inventory is about."""
QUESTION = (
    "resources | where type startswith 'microsoft.network/' or type startswith 'microsoft.compute/virtualmachine'"
    " | summarize held = count() by subscriptionId"
)
ACTION = "Microsoft.Resources/subscriptions/read"
READABLE = frozenset({"enabled", "warned", "pastdue"})
"""The states in which a subscription can be read; of the others, Azure may show nothing or the past."""
ALL = "azure"


def survey(access: Access) -> Survey:
    """The subscriptions that were asked for, by id or name, or all that the credential sees; what cannot be read is told."""
    calls = Calls(access)
    try:
        listed = [item for page in calls.listed("/subscriptions", VERSION) for item in page]
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
    scopes, notes = _idle(calls, _scopes(_id(item) for item in chosen if _is_readable(item)))
    return Survey(scopes, tuple(problems), notes)


_GRANT = f"Assign the role of docs/permissions/azure-role.json there, which allows {ACTION}, or sign in to the tenant it is in."
_ENABLE = "Enable it again, or name the subscriptions that are to be read."


def _idle(calls: Calls, scopes: tuple[Scope, ...]) -> tuple[tuple[Scope, ...], tuple[str, ...]]:
    """The scopes, with those marked in which the inventory has nothing. It shows only what one may read, so that is no proof."""
    if len(scopes) <= MANY:
        return scopes, ()
    try:
        holding = {name for start in range(0, len(scopes), AT_ONCE) for name in _holding(calls, scopes[start : start + AT_ONCE])}
    except RefusalError as error:
        told = f"Azure Resource Graph did not help ({error.message}), so every subscription is read in full"
        return scopes, (f"{told}; {GRAPH_ACTION} allows to ask it" if error.denied else told,)
    marked = tuple(replace(scope, idle=scope.account not in holding) for scope in scopes)
    count = sum(scope.idle for scope in marked)
    told = f"{count} of {len(scopes)} subscriptions hold nothing of the network, says Azure Resource Graph"
    return marked, (f"{told}; their reading only makes sure of that",) if count else ()


def _holding(calls: Calls, scopes: Sequence[Scope]) -> Iterator[str]:
    """The subscriptions in which there is something."""
    body = {
        "subscriptions": [scope.account for scope in scopes],
        "query": QUESTION,
        "options": {"resultFormat": "objectArray", "$top": AT_ONCE},
    }
    for page in calls.asked(GRAPH, GRAPH_VERSION, body, field="data", token="$skipToken"):
        for item in page:
            yield str(item.get("subscriptionId")).lower()


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
