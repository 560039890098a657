"""`pamlint explain`: what a check or a flow means."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pamlint.cli import meaning, options
from pamlint.cli.output import tell
from pamlint.model.errors import UserError
from pamlint.model.finding import CHECKS

if TYPE_CHECKING:
    from pamlint.model.policy import Flow, Policy


def explain(
    subject: Annotated[str, typer.Argument(metavar="CHECK|FLOW", help="A check's name, or a flow's of a policy.")],
    no_colour: options.NoColour = False,
    debug: options.Debug = False,
) -> None:
    """Explain a check or a flow: what it means, why, and how to mend."""
    if subject in CHECKS:
        from pamlint.report.pages import render

        tell(render(subject, meaning.screen(no_colour)))
        return
    from pamlint.report.policies import explain as told

    policies = _policies()
    found = [(policy, flow) for policy, flow in _flows(policies) if subject in (flow.id, f"{policy.id}/{flow.id}")]
    if not found:
        raise UserError(_unknown(subject, policies))
    screen = meaning.screen(no_colour)
    tell("\n".join(told(policy, flow, screen) for policy, flow in found))


def _policies() -> list[Policy]:
    """The policies of the site that the current directory belongs to, else the whole catalogue."""
    from pamlint.documents.policy import catalogue, load_policy
    from pamlint.documents.site import load_site
    from pamlint.documents.sites import find_site

    site = find_site(Path.cwd())
    if site is not None:
        return list(load_site(site).policies)
    return [load_policy(name, Path()) for name in catalogue()]


def _flows(policies: list[Policy]) -> Iterator[tuple[Policy, Flow]]:
    for policy in policies:
        for flow in policy.flows:
            yield policy, flow


def _unknown(subject: str, policies: list[Policy]) -> str:
    from difflib import get_close_matches

    known = [*CHECKS, *(flow.id for _, flow in _flows(policies))]
    near = get_close_matches(subject, known, 1)
    hint = f"did you mean `{near[0]}`?" if near else "`pamlint policy show ID` lists a policy's flows"
    where = ", ".join(policy.id for policy in policies) if len(policies) < 4 else "any policy of the catalogue"
    return f"`{subject}` is neither a check nor a flow of {where}; {hint}"
