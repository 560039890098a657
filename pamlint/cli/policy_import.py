"""`pamlint policy import`: a port table as people keep it, made into a policy file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pamlint.cli import meaning, options
from pamlint.cli.output import note, place, tell, write_new
from pamlint.model.errors import InputError, UserError

if TYPE_CHECKING:
    from pamlint.documents.imports.policies import Imported
    from pamlint.model.policy import Need


def import_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A port table as CSV or XLSX.")],
    output: Annotated[
        str | None, typer.Option("--output", metavar="FILE", help="Write this file, which must not be there yet.")
    ] = None,
    only: Annotated[str | None, typer.Option("--only", metavar="NAME", help="The rows of one product or heading alone.")] = None,
    need: Annotated[
        str | None, typer.Option("--need", metavar="required|optional", help="The need of rows that say nothing of it.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 3 if anything had to be assumed.")] = False,
    today: options.Today = None,
    debug: options.Debug = False,
) -> None:
    """Make a policy file of a port table; every doubt is listed by its row."""
    from pamlint.report.imported import render, summary, told_doubt

    target = place(output)
    imported = _imported(Path(file), only, need, today)
    told = Path(file).name
    text = render(imported, told)
    _prove(text)
    if target is None:
        tell(text)
    else:
        write_new({target: text})
    note(("not understood: " if doubt.lost else "") + told_doubt(doubt) for doubt in imported.doubts)
    note([summary(imported, told)])
    lost = [doubt for doubt in imported.doubts if doubt.lost]
    if lost or (strict and imported.doubts):
        raise InputError("not every row was understood" if lost else "something had to be assumed")


def _imported(path: Path, only: str | None, need: str | None, today: str | None) -> Imported:
    """The policy that the file holds. UserError where it holds no table of that name; InputError where no row is left."""
    import os

    from pamlint.documents.imports.lines import NO_SUCH_TABLE, read_lines
    from pamlint.documents.imports.policies import of_product, products, several, to_policy
    from pamlint.documents.imports.sheets import read_sheets
    from pamlint.model.noun import replace
    from pamlint.report.imported import told_doubt

    needs: tuple[Need, ...] = ("required", "optional")
    wanted = meaning.choice(need, needs, "--need") if need else None
    day = meaning.day(today, os.environ)
    sheets, before = read_sheets(path)
    table = read_lines(sheets, wanted)
    names = products(table)
    if only is not None:
        table = of_product(table, only)
        if not table.lines:
            raise UserError(f"--only: nothing in `{path}` belongs to `{only}`; there is {', '.join(names) or 'no name'}")
    if not table.lines and not any(doubt.lost for doubt in table.doubts):
        raise UserError(f"`{path}` holds no port table: {NO_SUCH_TABLE}")
    if not table.lines:
        note(told_doubt(doubt) for doubt in table.doubts)
        raise InputError(f"no row of `{path}` was understood")
    table = replace(table, doubts=(*before, *table.doubts, *several(names if only is None else ())))
    return to_policy(table, only or (names[0] if len(names) == 1 else path.stem), path.name, day)


def _prove(text: str) -> None:
    """What is written is read again first: a policy that does not load would be a bug, unless it is larger than one may be."""
    from tempfile import TemporaryDirectory

    from pamlint.documents.policy import load_policy
    from pamlint.documents.reader import MOST_BYTES

    size = len(text.encode())
    with TemporaryDirectory() as folder:
        (Path(folder) / "policy.yaml").write_text(text, encoding="utf-8")
        try:
            load_policy("./policy.yaml", Path(folder))
        except UserError as error:
            if size > MOST_BYTES // 2:
                raise UserError(f"the table makes a policy of {size:,} bytes, which is too large: import parts of it") from error
            raise RuntimeError(f"the imported policy does not load: {error.message}") from error
