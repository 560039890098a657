"""`pamlint init`: a first site file from what is there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pamlint.cli import meaning, options
from pamlint.cli.output import note, tell, told
from pamlint.model.errors import UserError

NAME = "pamlint.yaml"


def init(
    policy: Annotated[str, typer.Option("--policy", metavar="ID", help="The policy; `pamlint policy list` shows them.")],
    paths: options.Paths = None,
    *,
    var: options.Variables = None,
    var_file: options.VariableFiles = None,
    module_dir: options.ModuleDirectory = None,
    debug: options.Debug = False,
) -> None:
    """Write a first pamlint.yaml from the names that are found. Never overwrites one."""
    from pamlint import run
    from pamlint.documents.policy import load_policy
    from pamlint.report.site_file import render
    from pamlint.report.summary import count
    from pamlint.views.proposal import propose

    inputs = meaning.paths(paths)
    target = (inputs[0] if len(inputs) == 1 and inputs[0].is_dir() else Path()) / NAME
    if target.exists():
        raise UserError(f"`{target}` is there already and stays as it is; move it away to have a new one proposed")
    understood = run.understand(inputs, meaning.reading(None, var, var_file, module_dir))
    proposal = propose(load_policy(policy, Path()), understood.acls)
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(render(proposal))
    except OSError as error:
        raise UserError(f"`{target}` cannot be written: {error.strerror}") from error
    placed = [place for place in proposal.places if place.acls or place.on]
    tell(f"Wrote {target}: {count(len(placed), 'role')} placed, {len(proposal.places) - len(placed)} to do.\n")
    note(told(problem) for problem in understood.problems)
    note([f"left over and listed in it: {count(len(proposal.left), 'ACL')}"] if proposal.left else [])
