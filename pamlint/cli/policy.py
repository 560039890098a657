"""`pamlint policy`: the catalogue, one policy, whether a policy file is right, and how two differ."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pamlint.cli import meaning, options, policy_import
from pamlint.cli.output import tell

app = typer.Typer(help="Show the policies that pamlint knows, and check policy files.", no_args_is_help=True)
Format = Annotated[str, typer.Option("--format", metavar="text|json", help="What standard output gets.")]
Policy = Annotated[str, typer.Argument(metavar="ID|FILE", help="A policy of the catalogue, or a policy file.")]


@app.command("list")
def list_(format_: Format = "text", no_colour: options.NoColour = False, debug: options.Debug = False) -> None:
    """List the policies of the catalogue."""
    from pamlint.documents.policy import catalogue, load_policy
    from pamlint.report.policies import as_json, listing

    structured = meaning.text_or_json(format_)
    policies = [load_policy(name, Path()) for name in catalogue()]
    tell(as_json(policies) if structured else listing(policies, meaning.screen(no_colour)))


@app.command("show")
def show(policy: Policy, format_: Format = "text", no_colour: options.NoColour = False, debug: options.Debug = False) -> None:
    """Show all that a policy says: flows, roles, features, parameters, sources."""
    from pamlint.documents.policy import load_policy
    from pamlint.report.policies import as_json, details

    structured = meaning.text_or_json(format_)
    loaded = load_policy(policy, Path())
    tell(as_json([loaded]) if structured else details(loaded, meaning.screen(no_colour)))


@app.command("check")
def check(policy: Policy, debug: options.Debug = False) -> None:
    """Say everything that is wrong with a policy file, or that nothing is."""
    from pamlint.documents.policy import load_policy
    from pamlint.report.summary import count

    loaded = load_policy(policy, Path())
    counts = f"{count(len(loaded.roles), 'role')}, {count(len(loaded.flows), 'flow')}, {count(len(loaded.sources), 'source')}"
    tell(f"{loaded.id} is right: {counts}.\n")


@app.command("diff")
def diff(
    old: Policy, new: Policy, format_: Format = "text", no_colour: options.NoColour = False, debug: options.Debug = False
) -> None:
    """Say what came, went and changed between two policies or versions of one."""
    from pamlint.documents.policy import load_policy
    from pamlint.report.policy_diff import as_json, as_text

    structured = meaning.text_or_json(format_)
    before, after = load_policy(old, Path()), load_policy(new, Path())
    tell(as_json(before, after) if structured else as_text(before, after, meaning.screen(no_colour)))


app.command("import")(policy_import.import_)
