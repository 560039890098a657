"""An imported table as a policy file, each flow with the rows that it comes from, and all doubts at its head."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pamlint.documents.imports.policies import Imported
from pamlint.model.port_table import Doubt, Place
from pamlint.report.escaping import visible
from pamlint.report.summary import count


def render(imported: Imported, told: str) -> str:
    """A policy file that loads as it is."""
    head = [f"Imported by pamlint from {visible(told)}. Check every line: what nobody vouches for is `inferred`."]
    lost = [doubt for doubt in imported.doubts if doubt.lost]
    assumed = [doubt for doubt in imported.doubts if not doubt.lost]
    for heading, doubts in (("Not understood, and so not in here:", lost), ("Assumed:", assumed)):
        head += [heading, *(f"  {told_doubt(doubt)}" for doubt in doubts)] if doubts else []
    parts = [_yaml({key: value for key, value in imported.data.items() if key not in ("roles", "flows")})]
    parts += [_yaml({"roles": imported.data["roles"]}), _flows(imported.data["flows"], imported.places)]
    return "\n".join(["".join(f"# {line}\n" for line in head), *parts])


def told_doubt(doubt: Doubt) -> str:
    """A doubt on one line, with its place."""
    return visible(f"{doubt.place}: {doubt.text}")


def summary(imported: Imported, told: str) -> str:
    """What became of the file, in one line."""
    lost = sum(doubt.lost for doubt in imported.doubts)
    assumed = len(imported.doubts) - lost
    flows, roles = count(len(imported.data["flows"]), "flow"), count(len(imported.data["roles"]), "role")
    return f"{told}: {flows} between {roles}; {count(lost, 'row')} not understood, {count(assumed, 'assumption')}"


def _flows(flows: Sequence[Mapping[str, Any]], places: Mapping[str, Sequence[Place]]) -> str:
    return "flows:\n" + "\n".join(_flow(flow, places[flow["id"]]) for flow in flows)


def _flow(flow: Mapping[str, Any], places: Iterable[Place]) -> str:
    where = "; ".join(dict.fromkeys(visible(str(place)) for place in places))
    return f"  # {where}\n" + "".join(f"  {line}\n" for line in _yaml([flow]).splitlines())


def _yaml(data: Any) -> str:
    import yaml

    class Plain(yaml.SafeDumper):
        """Names no thing twice: an anchor in a file for people helps nobody."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    return yaml.dump(data, Dumper=Plain, sort_keys=False, allow_unicode=True, default_flow_style=None, width=120)
