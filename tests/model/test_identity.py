"""One name for one thing, whichever input names it."""

from __future__ import annotations

from typing import Any

import pytest

from pamlint.model.identity import Names, foreign_key, index, key_of
from pamlint.model.resource import Block, Location, Resource, Unknown

HERE = Location("main.tf", 1)


def thing(address: str, root: str = "a", id_: str | None = None, **values: Any) -> Resource:
    return Resource(address, address.split(".")[0], "managed", root, Block(values, HERE), id_)


def to(address: str, attribute: str = "id") -> Unknown:
    return Unknown((f"{address}.{attribute}",), (address, attribute))


THINGS = (
    thing("aws_security_group.fm", id_="sg-1", arn="arn:1"),
    thing('aws_security_group.fm["k"]', id="sg-2"),
    thing("aws_security_group.fm", root="b"),
    thing("azurerm_subnet.s", id="/Subscriptions/1/Subnets/S"),
)
NAMES: Names = index(THINGS)


@pytest.mark.parametrize(
    ("value", "root", "key"),
    [
        (to("aws_security_group.fm"), "a", "a|aws_security_group.fm"),
        (to("aws_security_group.fm", "arn"), "a", "a|aws_security_group.fm"),
        (to("aws_security_group.fm", "name"), "a", "a|aws_security_group.fm"),
        (to("aws_security_group.fm"), "b", "b|aws_security_group.fm"),
        (to("aws_security_group.fm"), "c", None),
        (to('aws_security_group.fm["k"]'), "a", 'a|aws_security_group.fm["k"]'),
        (to('aws_security_group.fm["l"]'), "a", None),
        (to("aws_security_group.fm", "vpc_id"), "a", None),
        (to("aws_security_group.fm", "description"), "a", None),
        (Unknown(("var.group",)), "a", None),
        ("sg-1", "a", "a|aws_security_group.fm"),
        ("sg-1", "b", "a|aws_security_group.fm"),
        ("arn:1", "a", "a|aws_security_group.fm"),
        ("sg-2", "a", 'a|aws_security_group.fm["k"]'),
        ("SG-1", "a", None),
        ("sg-10", "a", None),
        ("/subscriptions/1/subnets/s", "a", "a|azurerm_subnet.s"),
        ("aws_security_group.fm", "a", None),
        ("", "a", None),
        (None, "a", None),
        (7, "a", None),
    ],
)
def test_where_values_lead(value: Any, root: str, key: str | None) -> None:
    """A reference leads within its root, an id anywhere; other attributes and other values lead nowhere."""
    assert NAMES.lead(value, root) == key
    found = NAMES.resource(value, root)
    assert (key_of(found) if found else None) == key


def test_the_first_of_two_with_one_id_is_the_one() -> None:
    """State and plan may hold the same group."""
    assert index([thing("x.a", id_="i"), thing("x.b", id_="i")]).lead("i", "a") == "a|x.a"


def test_ids_of_azure_have_no_case() -> None:
    """Those of AWS have."""
    assert foreign_key("/A/b") == foreign_key("/a/B") == "id|/a/b"
    assert foreign_key("sg-A") == "id|sg-A"
