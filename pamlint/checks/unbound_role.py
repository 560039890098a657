"""A role that is needed is bound to nothing."""

from __future__ import annotations

from collections.abc import Iterable

from pamlint.checks.wording import names_text, supply_text
from pamlint.judging.judgement import Judgement
from pamlint.model.finding import Finding

ID = "unbound-role"


def check(judgement: Judgement) -> Iterable[Finding]:
    """One finding for each role; none for those that may stand in what was not read, where nothing was read at all."""
    bare = not judgement.binding.units and not judgement.binding.idle
    for unbound in judgement.binding.unbound:
        if unbound.because and bare and not unbound.perhaps:
            continue
        binding = judgement.site.roles.get(unbound.role)
        flows = [flow.id for flow in judgement.flows if unbound.role in (*flow.sources, *flow.destinations)]
        if unbound.perhaps:
            said = f"Role `{unbound.role}` may be bound to nothing: {unbound.reason}; it hangs on {names_text(unbound.because)}. "
            said += f"{_flows(flows)} may have nobody at that end."
            first = f"{supply_text(unbound.because)} Else: "
        else:
            said = f"Role `{unbound.role}` is bound to nothing: {unbound.reason}{_unless(unbound.because)}. "
            said += f"{_flows(flows)} cannot be judged."
            first = _FIRST if unbound.because else ""
        yield Finding(
            ID,
            "high",
            "unproven" if unbound.because else "proved",
            judgement.estate,
            said,
            f"{first}Give `{unbound.role}` a `match` that finds its groups or NSGs, `cidrs`, or `on` "
            "another role; `pamlint rules` lists the names that there are. What stands in another root is found if `estates` "
            "names the roots judged together.",
            roles=(unbound.role,),
            because=unbound.because,
            location=binding.location if binding else judgement.site.location,
        )


_FIRST = "See that everything can be read; this may settle itself then. Else: "


def _unless(because: tuple[str, ...]) -> str:
    return f", unless what plays it stands in {names_text(because)}, which could not be read" if because else ""


def _flows(flows: list[str]) -> str:
    return f"Its flow `{flows[0]}`" if len(flows) == 1 else f"Its {len(flows)} active flows"
