"""`pamlint generate`: the least rules that a site's policy needs, as Terraform."""

from __future__ import annotations

from typing import Annotated

import typer

from pamlint.cli import meaning, options
from pamlint.cli.output import note, place, refuse_existing, tell, write_new
from pamlint.model.errors import UserError

CODE, SITE = "pam.tf", "pamlint.yaml"


def generate(
    cloud: Annotated[str, typer.Option("--cloud", metavar="aws|azure", help="The cloud that the rules are for.")],
    paths: options.Paths = None,
    *,
    policy: Annotated[
        str | None, typer.Option("--policy", metavar="ID|FILE", help="Begin with a product: all features, example networks.")
    ] = None,
    output: Annotated[
        str | None, typer.Option("--output", metavar="DIR|FILE.tf", help="Write files, which must not be there yet.")
    ] = None,
    include: Annotated[str | None, typer.Option("--include", metavar="optional", help="Open optional flows as well.")] = None,
    config: options.Config = None,
    var: options.Variables = None,
    var_file: options.VariableFiles = None,
    module_dir: options.ModuleDirectory = None,
    today: options.Today = None,
    debug: options.Debug = False,
) -> None:
    """Write the least rules that the site's policy needs, after linting them; never overwrites a file."""
    from pamlint.generating import Order, from_policy, from_site
    from pamlint.report.generated_site import site_file

    if include is not None:
        meaning.choice(include, ("optional",), "--include")
    order = Order(meaning.choice(cloud, ("aws", "azure"), "--cloud"), include is not None)
    reading = meaning.reading(config, var, var_file, module_dir, today)
    if policy is not None and paths:
        raise UserError("--policy begins an estate of its own; without it, the rules are for the site around the paths")
    target = place(output)
    if target is not None:
        refuse_existing([target if target.suffix == ".tf" else target / CODE])
    made = from_policy(policy, order, reading) if policy else from_site(meaning.paths(paths), order, reading)
    if target is None:
        tell(made.code)
    elif target.suffix == ".tf":
        write_new({target: made.code})
    else:
        site = {target / SITE: site_file(made.data, target.resolve(), made.notes)} if made.data is not None else {}
        write_new({target / CODE: made.code, **site})
    note(made.notes)
