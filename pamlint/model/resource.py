"""What a source reads and a cloud understands: resources in Terraform's own attribute names, whatever they came from."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

from pamlint.model.noun import field, noun

EMPTY: Mapping[str, Any] = MappingProxyType({})
NOT_UNDERSTOOD = " (not understood)"
"""How the reference ends of something that is written and cannot be what it is."""
CODE = " (its code)"
"""How the reference ends of something that only its code would tell of."""
ALL = "*"
"""What stands among the paths that are kept for every argument."""


@noun
class Location:
    """A run of lines in a file; line and column count from 1, columns in code points. `file` is a path as it is told."""

    file: str
    line: int
    column: int = 1
    end_line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def __lt__(self, other: Location) -> bool:
        return (self.file, self.line, self.column, self.end_line) < (other.file, other.line, other.column, other.end_line)


@noun
class Unknown:
    """A value that the input does not settle, with the reasons that made it so.

    `because` holds the references as the user writes them, absolute from the root module (`var.cidr`,
    `module.net.data.aws_vpc.main.cidr_block`). `attribute` is set when the value is exactly one attribute of one resource
    instance (`("aws_security_group.fm[0]", "id")`), so that whoever knows the resource can tell what it is.
    `prefix` is the beginning of the string, if that much is known. `name` is the whole reference that the value is, absolute as
    well (`var.ids[0]`): two of one name are the same value. One that was computed has none, and where it is an `attribute`
    that is its name. `either` has what it is one of, where that is known: texts, Unknowns, and None where it may be nothing; of
    the rest of a list, what each element of it is one of. `hangs` are, for each of `either`, the references that decide whether
    it is among the elements, where not all decide about each.
    """

    because: tuple[str, ...]
    attribute: tuple[str, str] | None = None
    prefix: str = ""
    name: str = ""
    either: tuple[Value, ...] = ()
    hangs: tuple[tuple[str, ...], ...] = ()

    @property
    def known_as(self) -> str:
        """The name of the value, also where that is an attribute; empty where it has none."""
        return ".".join(self.attribute) if self.attribute is not None else self.name

    @property
    def is_one_of_them(self) -> bool:
        """Whether it is just one of those ways."""
        return bool(self.either) and all(way not in (None, "") for way in self.either)


Value = None | bool | int | Decimal | str | list[Any] | dict[str, Any] | Unknown
"""Plain values: lists stand for lists, tuples and sets (sets sorted as Terraform sorts them), dicts for maps and objects.
Unknown may stand anywhere inside."""


@noun
class Ignore:
    """An inline `# pamlint: ignore[CHECK] reason` comment."""

    check: str
    reason: str
    location: Location


@noun
class Block:
    """A resource's body or a nested block of it.

    `values` holds attributes as values and nested blocks as lists of Block, in source order (a `dynamic` block's
    blocks stand where the `dynamic` stands). `possible` names the references that decide whether the block exists at all;
    empty means that it does. `places` says where an attribute is written.
    """

    values: Mapping[str, Any]
    location: Location | None = None
    possible: tuple[str, ...] = ()
    places: Mapping[str, Location] = field(default_factory=lambda: EMPTY)
    ignores: tuple[Ignore, ...] = ()


@noun
class Resource:
    """One resource instance.

    `address` is Terraform's (`module.a.aws_x.b["k"]`; `b[*]` where the keys are unknown) or a live id. `kept` are the dotted
    paths of what Terraform sets when it makes the resource and leaves alone from then on, as far as code tells that.
    """

    address: str
    type: str
    mode: Literal["managed", "data"]
    root: str
    body: Block
    id: str | None = None
    kept: frozenset[str] = frozenset()

    def keeps(self, path: str) -> bool:
        """Whether Terraform leaves all of an argument, or of what stands at a path in it, alone once it is set."""
        return any(each == ALL or f"{path}.".startswith(f"{each}.") for each in self.kept)


@noun
class Problem:
    """Something that was not read, or not as it stands: it becomes a finding of its own.

    `check` is the finding's check; `subject` the file, variable or module it is about; `tip` says what to do.
    """

    check: Literal["unreadable-input", "failed-validation", "unresolved-value"]
    subject: str
    message: str
    tip: str
    location: Location | None = None
    root: str = ""


@noun
class Input:
    """One input as it was read: a root module, a plan, a state, an account's region."""

    name: str
    kind: Literal["code", "plan", "state", "live"]
    sha256: str
    complete: bool
    estate: str | None = None
    files: tuple[str, ...] = ()


@noun
class Reading:
    """All that a source made of one input. `unread` names the files of which nothing is known: anything may stand in them.

    `lent` has the modules that are not there, by address, with the addresses (without instance keys) of the resources that are
    handed to them: anything may be attached to those. `strays` are ignore comments that stand at nothing that is read. `before`
    are rules as they stood before a plan, `inline` the addresses, without keys, of what it writes rules into itself.
    """

    input: Input
    resources: tuple[Resource, ...]
    problems: tuple[Problem, ...] = ()
    unread: tuple[str, ...] = ()
    lent: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: EMPTY)
    strays: tuple[Ignore, ...] = ()
    before: tuple[Resource, ...] = ()
    inline: frozenset[str] = frozenset()
