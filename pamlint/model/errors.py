"""One error class per blame: what the user wrote, what the input is. Anything else that escapes is a bug."""

from __future__ import annotations

from pamlint.model.resource import Location


class UserError(Exception):
    """What the user wrote or typed is wrong: an option, the site file, a policy, a path (exit 2)."""

    def __init__(self, message: str, location: Location | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.location = location


class InputError(Exception):
    """Something to be linted could not be read or evaluated (exit 3); it becomes `unreadable-input`."""

    def __init__(self, message: str, location: Location | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.location = location
