"""The site file that goes with generated code: what was given, and a match for each group that the code makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from os.path import relpath
from pathlib import Path
from typing import Any

from pamlint.report.generated import Made


def site_file(data: Mapping[str, Any], folder: Path | None = None, remarks: Iterable[str] = ()) -> str:
    """The data as YAML. What is named by an absolute path is named from the folder in which the file will lie, if one is said."""
    import yaml

    named = data["policy"]
    moved = {"policy": _from(named, folder) if isinstance(named, str) else [_from(each, folder) for each in named]}
    if "service-tags" in data:
        moved["service-tags"] = _from(data["service-tags"], folder)
    head = "".join(f"# {line}\n" for line in remarks)
    return head + yaml.safe_dump(
        _plain({**data, **moved}), sort_keys=False, allow_unicode=True, default_flow_style=None, width=120
    )


def _from(named: str, folder: Path | None) -> str:
    if folder is None or not Path(named).is_absolute():
        return named
    relative = Path(relpath(named, folder)).as_posix()
    return relative if relative.startswith(".") else f"./{relative}"


def with_matches(data: Mapping[str, Any], made: Sequence[Made]) -> dict[str, Any]:
    """The data with a match by name for each group that is made and that no entry finds by that name yet."""
    roles: dict[str, Any] = dict(data.get("roles") or {})
    for each in made:
        instances = roles.get(each.role) or {}
        listed = list(instances) if isinstance(instances, list) else [instances]
        own = dict(listed[each.instance])
        entries = list(own.get("match") or ())
        if {"name": each.name} not in entries:
            own["match"] = [*entries, {"name": each.name}]
        listed[each.instance] = own
        roles[each.role] = listed if isinstance(instances, list) else own
    return {**data, "roles": roles}


def match_lines(made: Sequence[Made]) -> list[str]:
    """What the site file has to say of the groups that are made."""
    return [f"{each.role}: {{match: [{{name: {each.name}}}]}}" for each in made]


def _plain(value: Any) -> Any:
    """The same with numbers that YAML's writer knows."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return float(value) if isinstance(value, Decimal) else value
