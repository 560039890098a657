"""Documents that are almost right: right ones with a few things replaced, removed, renamed or added."""

from __future__ import annotations

import copy
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from pamlint.documents.reader import read_document

ROOT = Path(__file__).parents[2]
BASES: dict[str, list[Any]] = {
    "policy": [read_document(path).data for path in sorted((ROOT / "policies").glob("*.yaml"))],
    "site": [read_document(Path(__file__).with_name("everything.yaml")).data],
}
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 300),
    st.just(70000),
    st.just(Decimal("1.0")),
    st.sampled_from(
        ["", "on", "off", "any", "tcp", "ssh-relay", "Bad Name", "1-9", "2027-01-31", "policy/1", "conditional", "blocked"]
    ),
    st.just([]),
    st.just({}),
    st.just(["a", "a"]),
    st.just([None]),
    st.just({"parameter": "p"}),
    st.just({"all-on": ["a"]}),
    st.just({"name": "x"}),
).map(copy.deepcopy)


def spots(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a document."""
    if not isinstance(value, dict | list):
        return []
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    return [(value, key) for key in keys] + [spot for key in keys for spot in spots(value[key])]


@st.composite
def almost_right(draw: st.DrawFn) -> tuple[str, Any]:
    """A right document with one to three things replaced, removed, renamed or added."""
    kind = draw(st.sampled_from(sorted(BASES)))
    document = copy.deepcopy(draw(st.sampled_from(BASES[kind])))
    for _ in range(draw(st.integers(1, 3))):
        if not (places := spots(document)):
            break
        container, key = places[draw(st.integers(0, len(places) - 1))]
        match draw(st.sampled_from(["replace", "remove", "rename", "add"])):
            case "replace":
                container[key] = draw(VALUES)
            case "remove":
                del container[key]
            case "rename" if isinstance(container, dict):
                container[draw(st.sampled_from(["nope", "Bad Name", "when", "on"]))] = container.pop(key)
            case _ if isinstance(container, list):
                container.append(draw(VALUES))
            case _:
                container[draw(st.sampled_from(["nope", "when", "cidrs", "need"]))] = draw(VALUES)
    return kind, document
