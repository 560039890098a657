"""One account's region in one go: every call, whatever fails, and what is not known for that."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from hashlib import sha256
from typing import Any

from pamlint.model.noun import field, record, replace
from pamlint.model.resource import Input, Problem, Reading, Resource
from pamlint.model.scope import Scope
from pamlint.sources.aws import items
from pamlint.sources.aws.access import Access
from pamlint.sources.aws.calls import CAUGHT, Failure, failure, is_not_there, pages
from pamlint.sources.aws.completion import complete
from pamlint.sources.aws.inventory import CALLS, ENTRIES, ENTRIES_CALL, LIST, SERVICES, Call, Convert, services_of
from pamlint.sources.aws.sessions import Sessions

INTERFACE = "aws_network_interface"
RULES = frozenset({"aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"})


class Reader:
    """Reads scopes; may be used from several threads, each scope in one of them."""

    def __init__(self, access: Access) -> None:
        self._sessions = Sessions(access)

    def read(self, scope: Scope) -> Reading:
        """Everything of a scope that verdicts rest on. A call that fails makes the reading incomplete, and is no error."""
        client = cache(lambda service: self._sessions.client(service, scope.role, scope.region))
        gathered = _Gathered(scope.name, client)
        try:
            client("ec2")
        except CAUGHT as error:
            gathered.failed = {**dict.fromkeys(CALLS), "client": replace(failure("sts:AssumeRole", error), call="the session")}
        else:
            gathered.everything()
        failed = frozenset(gathered.failed)
        resources = complete(gathered.resources, failed, scope.name)
        unnamed = any(call.naming and operation in failed for operation, call in {**CALLS, **SERVICES}.items())
        return Reading(
            Input(scope.name, "live", _digest(resources), not failed),
            resources,
            (self._problem(scope, gathered.failed),) if failed else (),
            (scope.name,) if unnamed else (),
        )

    def _problem(self, scope: Scope, failed: Mapping[str, Failure | None]) -> Problem:
        told = [found for found in failed.values() if found is not None]
        words = "; ".join(f"{found.call}: {found.words}" for found in told)
        skipped = " The calls after it were not made." if len(told) < len(failed) else ""
        message = self._sessions.without_secrets(f"{scope.name} was not read in full: {words}.{skipped}")
        return Problem("unreadable-input", scope.name, message, _advice(told), root=scope.name)


@record
class _Gathered:
    """What was read of a scope so far, by type and address, and which calls failed; None is one that was not made for that."""

    root: str
    client: Callable[[str], Any]
    resources: dict[tuple[str, str], Resource] = field(default_factory=dict)
    failed: dict[str, Failure | None] = field(default_factory=dict)

    def everything(self) -> None:
        """Make every call, and ask for the entries of the prefix lists that rules name and for what interfaces belong to."""
        for operation, call in CALLS.items():
            self.call(operation, call, call.convert)
        for name in _named_lists(self.resources.values()):
            key = (LIST, name)
            if self.call(ENTRIES, ENTRIES_CALL, partial(ENTRIES_CALL.convert, owner=name), PrefixListId=name):
                self.resources |= {key: items.listed(self.resources[key])} if key in self.resources else {}
        for operation in services_of(each for each in self.resources.values() if each.type == INTERFACE):
            self.call(operation, SERVICES[operation], SERVICES[operation].convert, **SERVICES[operation].arguments)

    def call(self, operation: str, call: Call, convert: Convert, **arguments: Any) -> bool:
        """Make a call and keep what it answers, page by page; whether that is all of it."""
        if any(failed is not None and failed.lasting for failed in self.failed.values()):
            self.failed.setdefault(operation, None)
            return False
        size = {call.size_name: call.page} if call.page else {}
        try:
            for page in pages(self.client(call.service), operation, call.key, call.token_names, **arguments, **size):
                for item in page:
                    for resource in convert(item, self.root):
                        self.resources.setdefault((resource.type, resource.address), resource)
        except CAUGHT as error:
            if call.optional and is_not_there(error):
                return True
            self.failed[operation] = failure(call.permission, error)
            return False
        return True


def _advice(failed: Sequence[Failure]) -> str:
    """What to do, each thing once, with all missing permissions in one sentence."""
    missing = [found.permission for found in failed if found.permission]
    allow = [f"Allow {', '.join(f'`{name}`' for name in dict.fromkeys(missing))}."] if missing else []
    return " ".join(dict.fromkeys([*allow, *(found.tip for found in failed if not found.permission)]))


def _named_lists(resources: Iterable[Resource]) -> list[str]:
    """The prefix lists that rules name."""
    found = {resource.body.values.get("prefix_list_id") for resource in resources if resource.type in RULES}
    return sorted(name for name in found if isinstance(name, str))


def _digest(resources: Iterable[Resource]) -> str:
    """The SHA-256 of all that was read, whatever the order in which it came."""
    digest = sha256()
    for resource in resources:
        values = json.dumps(resource.body.values, sort_keys=True, default=repr)
        digest.update(f"{resource.type} {resource.address} {values}\n".encode())
    return digest.hexdigest()
