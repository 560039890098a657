"""What was not read, and what may stand in it: nothing is proved by its absence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pamlint.model.acl import Acl
from pamlint.model.resource import Reading
from pamlint.terraform.session import without_keys


def lost(readings: Sequence[Reading]) -> tuple[str, ...]:
    """Everything that was not read: files, plans, states, modules. Any role may be bound in there."""
    return tuple(name for reading in readings for name in (*reading.unread, *reading.lent))


def hidden(readings: Sequence[Reading]) -> tuple[str, ...]:
    """The parts of a live estate of which something was not read: members of any role may stand there."""
    return tuple(sorted({name for reading in readings if reading.input.kind == "live" for name in reading.unread}))


def gaps(acls: Sequence[Acl], readings: Sequence[Reading]) -> Mapping[str, tuple[str, ...]]:
    """By the key of an ACL, what was not read and may hold rules of it.

    That is a file of its own root, a plan or state (whose resources may belong to any root), what was not read of its own part of
    a live estate, and a module that it is handed to.
    """
    documents = tuple(name for reading in readings if reading.input.kind in ("plan", "state") for name in reading.unread)
    own = {reading.input.name: reading for reading in readings if reading.input.kind in ("code", "live")}
    found = {}
    for acl in acls:
        names = documents
        if acl.root in own:
            reading, address = own[acl.root], without_keys(acl.address)
            names += (*reading.unread, *(module for module, handed in reading.lent.items() if address in handed))
        if names:
            found[acl.key] = names
    return found
