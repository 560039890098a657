"""One error class per blame: what the user wrote, what the input is. Anything else that escapes is a bug."""

from __future__ import annotations

from collections.abc import Sequence

from pamlint.model.resource import Location


class UserError(Exception):
    """What the user wrote or typed is wrong: an option, the site file, a policy, a path (exit 2).

    `parts` holds the single errors where several were found together; their lines are then the message.
    """

    def __init__(self, message: str, location: Location | None = None, parts: tuple[UserError, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.location = location
        self.parts = parts


class InputError(Exception):
    """Something to be linted could not be read or evaluated (exit 3); it becomes `unreadable-input`.

    `tip` says what to do where whoever catches the error cannot know.
    """

    def __init__(self, message: str, location: Location | None = None, tip: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.location = location
        self.tip = tip


def together(errors: Sequence[UserError]) -> UserError:
    """Makes one error of one or more, sorted by place; errors that are themselves several are taken apart first."""
    single = {part for error in errors for part in error.parts or (error,)}
    parts = sorted({(str(part.location or ""), part.location, part.message): part for part in single}.values(), key=_place)
    if len(parts) == 1:
        return parts[0]
    lines = [f"{part.location}: {part.message}" if part.location else part.message for part in parts]
    return UserError("\n".join(lines), parts[0].location, tuple(parts))


def _place(error: UserError) -> tuple[str, int, int, str]:
    place = error.location or Location("", 0)
    return (place.file, place.line, place.column, error.message)
