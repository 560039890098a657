"""States, shown and as they lie on disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pamlint.model.errors import InputError
from pamlint.model.resource import Unknown
from pamlint.sources.documents import read_document
from pamlint.sources.state import read_raw, read_shown

FIXTURES = Path(__file__).parents[2] / "fixtures"
SHOWN = {
    "format_version": "1.0",
    "values": {
        "root_module": {
            "resources": [
                {
                    "address": "x.y",
                    "mode": "managed",
                    "type": "x",
                    "name": "y",
                    "values": {"id": "i", "p": "s3cret", "l": [1, "a"]},
                    "sensitive_values": {"p": True, "l": [False]},
                }
            ],
            "child_modules": [
                {
                    "address": 'module.m["k"]',
                    "resources": [
                        {"address": 'module.m["k"].data.x.d[0]', "mode": "data", "type": "x", "name": "d", "values": {"id": None}}
                    ],
                }
            ],
        }
    },
}
RAW = {
    "version": 4,
    "resources": [
        {
            "mode": "managed",
            "type": "x",
            "name": "y",
            "instances": [
                {
                    "attributes": {"id": "i", "p": "s3cret", "l": [1, "a"]},
                    "sensitive_attributes": [[{"type": "get_attr", "value": "p"}]],
                },
                {"attributes": {"id": "old"}, "deposed": "00000001"},
            ],
        },
        {
            "module": 'module.m["k"]',
            "mode": "data",
            "type": "x",
            "name": "d",
            "instances": [{"index_key": 0, "attributes": {"id": None}}],
        },
    ],
}
WANTED = [
    ("x.y", "managed", "i", {"id": "i", "p": Unknown(("x.y.p (sensitive)",)), "l": [1, "a"]}),
    ('module.m["k"].data.x.d[0]', "data", None, {"id": None}),
]


def everything(_: str) -> bool:
    return True


@pytest.mark.parametrize(("document", "read"), [(SHOWN, read_shown), (RAW, read_raw)])
def test_both_forms_read_alike(document: dict[str, Any], read: Any) -> None:
    """Addresses, modes, ids and values are the same in both forms; deposed objects are left out, secrets named."""
    found = read(document, "state", everything)
    assert [(each.address, each.mode, each.id, dict(each.body.values)) for each in found] == WANTED


def test_a_sensitive_element_hides_its_list() -> None:
    """What stands below an element of a list in a raw state hides the whole list."""
    path = [
        {"type": "get_attr", "value": "l"},
        {"type": "index", "value": {"value": 0, "type": "number"}},
        {"type": "get_attr", "value": "p"},
    ]
    raw = {
        "version": 4,
        "resources": [
            {
                "mode": "managed",
                "type": "x",
                "name": "y",
                "instances": [{"attributes": {"l": [{"p": "s3cret"}]}, "sensitive_attributes": [path]}],
            }
        ],
    }
    assert read_raw(raw, "state", everything)[0].body.values == {"l": Unknown(("x.y.l (sensitive)",))}


def test_older_states_are_refused() -> None:
    """A state file of another version says which, and what to do."""
    with pytest.raises(InputError, match="version 3, not 4; `terraform state pull`"):
        read_raw({"version": 3, "modules": []}, "state", everything)


@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_recorded_state(cloud: str) -> None:
    """A real state is complete, and every managed resource has its id."""
    (reading,) = read_document(FIXTURES / cloud / "netiq" / "state.json", everything)
    assert reading.input.kind == "state"
    assert reading.input.complete
    assert all(found.id for found in reading.resources if found.mode == "managed")


def test_empty_state(tmp_path: Path) -> None:
    """A state without resources is a state."""
    path = tmp_path / "state.json"
    path.write_text(json.dumps({"format_version": "1.0"}))
    (reading,) = read_document(path, everything)
    assert (reading.input.kind, reading.input.complete, reading.resources) == ("state", True, ())
