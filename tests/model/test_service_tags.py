"""What Microsoft publishes of Azure's service tags becomes addresses, or is refused."""

from __future__ import annotations

from typing import Any

import pytest

from pamlint.model.addresses import format_ranges
from pamlint.model.service_tags import NO_TAGS, read_service_tags


def document(*tags: tuple[Any, Any]) -> dict[str, Any]:
    """A document as Microsoft's file and its API have them."""
    values = [{"name": name, "id": name, "properties": {"region": "", "addressPrefixes": prefixes}} for name, prefixes in tags]
    return {"changeNumber": 7, "cloud": "Public", "values": values}


def test_a_tag_is_its_prefixes() -> None:
    """Names count without case, regional tags are tags of their own, both families and single addresses are read."""
    tags = read_service_tags(
        document(
            ("Storage", ["20.0.0.0/31", "20.0.0.2/31", "2001:4860::/32"]), ("Storage.WestEurope", ["20.0.0.1"]), ("Empty", [])
        )
    )
    members = {name: tags.members(name) for name in ("storage", "Storage", "STORAGE.westeurope", "Storage.NorthEurope", "Empty")}
    assert {name: found and format_ranges(found) for name, found in members.items()} == {
        "storage": ("20.0.0.0/30", "2001:4860::/32"),
        "Storage": ("20.0.0.0/30", "2001:4860::/32"),
        "STORAGE.westeurope": ("20.0.0.1/32",),
        "Storage.NorthEurope": None,
        "Empty": None,
    }
    assert NO_TAGS.members("Storage") is None


WRONG = "has a prefix that is no network: "


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ([], "it has no list of tags under `values`"),
        ({}, "it has no list of tags under `values`"),
        ({"values": []}, "it has no list of tags under `values`"),
        ({"values": {"root_module": {}}}, "it has no list of tags under `values`"),
        ({"values": ["Storage"]}, "`values[0]` is no tag: it needs `name` and `properties.addressPrefixes`"),
        ({"values": [{"name": "Storage"}]}, "`values[0]` is no tag: it needs `name` and `properties.addressPrefixes`"),
        (
            {"values": [{"name": "a", "properties": []}]},
            "`values[0]` is no tag: it needs `name` and `properties.addressPrefixes`",
        ),
        (document((3, [])), "`values[0]` is no tag: it needs `name` and `properties.addressPrefixes`"),
        (document(("A", []), ("B", "10.0.0.0/8")), "`values[1]` is no tag: it needs `name` and `properties.addressPrefixes`"),
        (document(("A.b", []), ("a.B", [])), "the tag `a.B` stands there twice"),
        (document(("A", ["10.0.0.0/8", 3])), f"the tag `A` {WRONG}'3'"),
        (document(("A", ["10.0.0.0/33"])), f"the tag `A` {WRONG}'10.0.0.0/33'"),
        (document(("A", ["10.0.0/24"])), f"the tag `A` {WRONG}'10.0.0/24'"),
        (document(("A", ["010.0.0.0/8"])), f"the tag `A` {WRONG}'010.0.0.0/8'"),
        (document(("A", ["fe80::/129"])), f"the tag `A` {WRONG}'fe80::/129'"),
        (document(("A", ["fe80::%eth0/64"])), f"the tag `A` {WRONG}'fe80::%eth0/64'"),
        (document(("A", ["10.0.0.0/"])), f"the tag `A` {WRONG}'10.0.0.0/'"),
        (document(("A", ["10.0.0.0/\u0661"])), f"the tag `A` {WRONG}'10.0.0.0/\u0661'"),
        (document(("A", ["10.0.0.0\0/8"])), f"the tag `A` {WRONG}'10.0.0.0\\x00/8'"),
        (document(("A", ["x" * 100])), f"the tag `A` {WRONG}'{'x' * 60}'"),
    ],
)
def test_what_is_no_list_of_tags_says_why(wrong: Any, says: str) -> None:
    """The place or the tag is named."""
    with pytest.raises(ValueError) as caught:
        read_service_tags(wrong)
    assert str(caught.value) == says
