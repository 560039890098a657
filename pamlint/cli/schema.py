"""`pamlint schema`: print the JSON Schema of a file that pamlint reads or writes."""

from __future__ import annotations

from typing import Annotated

import typer

from pamlint.cli import meaning, options
from pamlint.cli.output import tell


def schema(
    kind: Annotated[str, typer.Argument(metavar="policy|site|report|rules|live|matrix|evidence", help="Which schema.")],
    debug: options.Debug = False,
) -> None:
    """Print the JSON Schema of what pamlint reads or writes."""
    from pamlint.documents.schema import KINDS
    from pamlint.documents.schema import schema as text

    tell(text(meaning.choice(kind, KINDS, "schema")))
