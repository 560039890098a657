"""`pamlint audit`: judge the live account."""

from __future__ import annotations

from typing import Annotated

import typer

from pamlint.cli import options
from pamlint.cli.auditing import LIVE_FORMATS, Judging, Reading, Strings, Telling, audit, cloud_access

app = typer.Typer(help="Judge the live account, and remember what was found.", no_args_is_help=True)

Format = Annotated[str, typer.Option("--format", metavar="|".join(LIVE_FORMATS), help="What standard output gets.")]
Endpoint = Annotated[str, typer.Option("--endpoint", metavar="URL", help="Another address than the cloud's own.")]
CaBundle = Annotated[str, typer.Option("--ca-bundle", metavar="FILE", help="Certificates to trust.")]
Against = Annotated[
    str | None,
    typer.Option("--against", metavar="DIR|PLAN|STATE", help="Tell what access is live only, and what the code gives only."),
]
Jobs = Annotated[int, typer.Option("--jobs", metavar="N", min=1, max=256, help="So many scopes are read at a time.")]
Executor = Annotated[
    str | None, typer.Option("--executor", metavar="dask://HOST:PORT", help="A Dask cluster reads, instead of threads here.")
]
History_ = Annotated[
    str | None,
    typer.Option("--history", envvar="PAMLINT_HISTORY", metavar="URL|none", help="Another database than the user's own file."),
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with an audit that did not read everything.")]
NewOnly = Annotated[bool, typer.Option("--new-only", help="Exit code and text by what earlier audits did not find.")]
Notify = Annotated[
    list[str] | None,
    typer.Option("--notify", envvar="PAMLINT_NOTIFY", metavar="URL", help="Who is told of new findings; repeatable."),
]


@app.command()
def aws(
    *,
    profile: Annotated[str, typer.Option("--profile", metavar="NAME", help="A profile of the shared AWS configuration.")] = "",
    region: Annotated[Strings, typer.Option("--region", metavar="REGION", help="Else all that are enabled; repeatable.")] = None,
    account: Annotated[
        Strings, typer.Option("--account", metavar="ID", help="With --organization, these only; repeatable.")
    ] = None,
    assume_role: Annotated[str, typer.Option("--assume-role", metavar="ARN", help="A role to take first.")] = "",
    organization: Annotated[
        str, typer.Option("--organization", metavar="ROLE-NAME", help="Every account of the organization, by this role in each.")
    ] = "",
    endpoint: Endpoint = "",
    ca_bundle: CaBundle = "",
    format_: Format = "text",
    output: options.Output = None,
    config: options.Config = None,
    against: Against = None,
    var: options.Variables = None,
    var_file: options.VariableFiles = None,
    module_dir: options.ModuleDirectory = None,
    jobs: Jobs = 16,
    executor: Executor = None,
    history: History_ = None,
    resume: Resume = False,
    new_only: NewOnly = False,
    notify: Notify = None,
    min_severity: options.MinSeverity = None,
    strict: options.Strict = False,
    today: options.Today = None,
    quiet: options.Quiet = False,
    no_colour: options.NoColour = False,
    debug: options.Debug = False,
) -> None:
    """Judge AWS accounts: every enabled region of one's own, of a role's, or of all of an organization's."""
    telling = Telling(format_, output or (), notify or (), new_only, min_severity, strict, quiet, no_colour)
    judging = Judging(config, today, against, var, var_file, module_dir)
    reading = Reading(jobs, executor, history, resume)
    access = cloud_access(
        "aws",
        profile=profile,
        regions=tuple(region or ()),
        accounts=tuple(account or ()),
        assume_role=assume_role,
        organization_role=organization,
        endpoint=endpoint,
        ca_bundle=ca_bundle,
    )
    audit("aws", access, reading, judging, telling)


@app.command()
def azure(
    *,
    subscription: Annotated[
        Strings, typer.Option("--subscription", metavar="ID|NAME", help="Else all that the credential sees; repeatable.")
    ] = None,
    tenant: Annotated[str, typer.Option("--tenant", metavar="ID", help="The tenant to sign in to.")] = "",
    cloud: Annotated[str, typer.Option("--cloud", metavar="public|usgovernment|china", help="Which Azure.")] = "public",
    endpoint: Endpoint = "",
    authority: Annotated[str, typer.Option("--authority", metavar="URL", help="Where to sign in, with --endpoint.")] = "",
    audience: Annotated[str, typer.Option("--audience", metavar="URL", help="What tokens are for, with --endpoint.")] = "",
    ca_bundle: CaBundle = "",
    format_: Format = "text",
    output: options.Output = None,
    config: options.Config = None,
    against: Against = None,
    var: options.Variables = None,
    var_file: options.VariableFiles = None,
    module_dir: options.ModuleDirectory = None,
    jobs: Jobs = 16,
    executor: Executor = None,
    history: History_ = None,
    resume: Resume = False,
    new_only: NewOnly = False,
    notify: Notify = None,
    min_severity: options.MinSeverity = None,
    strict: options.Strict = False,
    today: options.Today = None,
    quiet: options.Quiet = False,
    no_colour: options.NoColour = False,
    debug: options.Debug = False,
) -> None:
    """Judge Azure subscriptions: those that are named, or all that the credential sees."""
    telling = Telling(format_, output or (), notify or (), new_only, min_severity, strict, quiet, no_colour)
    judging = Judging(config, today, against, var, var_file, module_dir)
    reading = Reading(jobs, executor, history, resume)
    access = cloud_access(
        "azure",
        subscriptions=tuple(subscription or ()),
        tenant=tenant,
        cloud=cloud,
        endpoint=endpoint,
        authority=authority,
        audience=audience,
        ca_bundle=ca_bundle,
    )
    audit("azure", access, reading, judging, telling)
