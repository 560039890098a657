"""One name for one thing, whichever input names it."""

from __future__ import annotations

from typing import Any

import pytest

from pamlint.model.identity import Names, foreign_key, index, is_seen_again, key_of
from pamlint.model.noun import replace
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


@pytest.mark.parametrize("kind", ["network_security_group", "route_table", "nat_gateway"])
@pytest.mark.parametrize(("given", "id_"), [(to("azurerm_subnet.s"), None), ("/s/1", None), ("/s/1", "/S/1")])
def test_what_is_tied_to_a_subnet_has_the_id_of_the_subnet(kind: str, given: Any, id_: str | None) -> None:
    """Code names the tie where it means the subnet, so that the tie is there first; one tie may name another."""
    tie = thing(f"azurerm_subnet_{kind}_association.a", id_=id_, subnet_id=given)
    next_ = thing("azurerm_subnet_nat_gateway_association.b", subnet_id=to(tie.address))
    names = index([next_, tie, thing("azurerm_subnet.s", id_="/s/1")])
    assert {names.lead(value, "a") for value in (to(tie.address), to(next_.address), "/s/1")} == {"a|azurerm_subnet.s"}
    assert names.lead(to(tie.address), "b") is None


def test_what_is_tied_to_nothing_that_is_known_is_itself() -> None:
    """And ties that name each other lead nowhere else either."""
    ties = [
        thing(f"azurerm_subnet_nat_gateway_association.{one}", subnet_id=to(f"azurerm_subnet_nat_gateway_association.{two}"))
        for one, two in ("ab", "ba")
    ]
    names = index([*ties, thing("azurerm_subnet_nat_gateway_association.c", subnet_id=Unknown(("var.s",)))])
    assert names.lead(to("azurerm_subnet_nat_gateway_association.c"), "a") == "a|azurerm_subnet_nat_gateway_association.c"
    assert names.lead(to("azurerm_subnet_nat_gateway_association.a"), "a") is not None


def test_ids_of_azure_have_no_case() -> None:
    """Those of AWS have."""
    assert foreign_key("/A/b") == foreign_key("/a/B") == "id|/a/b"
    assert foreign_key("sg-A") == "id|sg-A"


GROUP = thing("aws_security_group.g", root="net", name="pam", vpc_id="vpc-1", region="eu-west-1", tags={"a": "1", "b": "2"})
NSG = thing("azurerm_network_security_group.n", root="net", name="Pam", resource_group_name="rg")


def asks(kind: str, root: str = "rules", id_: str | None = None, **values: Any) -> Resource:
    """A data source that looks something up."""
    return Resource(f"data.{kind}.d", kind, "data", root, Block(values, HERE), id_)


def perhaps(resource: Resource) -> Resource:
    """A resource that may not exist."""
    return replace(resource, body=replace(resource.body, possible=("var.on",)))


LOOKED_UP: list[tuple[tuple[Resource, ...], Resource, bool]] = [
    ((GROUP,), asks("aws_security_group", name="pam"), True),
    ((GROUP,), asks("aws_security_group", name="pam", vpc_id="vpc-1", region="eu-west-1", tags={"a": "1"}), True),
    ((GROUP,), asks("aws_security_group", name="pam", vpc_id=to("data.aws_vpc.v")), True),
    ((GROUP,), asks("aws_security_group", root="net", name="pam"), False),
    ((GROUP,), asks("aws_security_group", name="Pam"), False),
    ((GROUP,), asks("aws_security_group", name=Unknown(("var.name",))), False),
    ((GROUP,), asks("aws_security_group", tags={"a": "1"}), False),
    ((GROUP,), asks("aws_security_group", name="pam", vpc_id="vpc-2"), False),
    ((GROUP,), asks("aws_security_group", name="pam", region="us-east-1"), False),
    ((GROUP,), asks("aws_security_group", name="pam", tags={"a": "2"}), False),
    ((GROUP,), asks("aws_security_group", name="pam", filter=[Block({"name": "vpc-id"})]), False),
    ((GROUP,), asks("aws_security_group", name="pam", id_="sg-1"), False),
    ((GROUP,), asks("aws_vpc", name="pam"), False),
    ((perhaps(GROUP),), asks("aws_security_group", name="pam"), False),
    ((GROUP,), perhaps(asks("aws_security_group", name="pam")), False),
    ((GROUP, thing("aws_security_group.h", root="more", name="pam")), asks("aws_security_group", name="pam"), False),
    ((NSG,), asks("azurerm_network_security_group", name="pam", resource_group_name="RG"), True),
    ((NSG,), asks("azurerm_network_security_group", root="net", name="pam", resource_group_name="rg"), True),
    ((NSG,), asks("azurerm_network_security_group", name="pam", resource_group_name="other"), False),
    ((NSG,), asks("azurerm_network_security_group", name="pam", resource_group_name=Unknown(("var.rg",))), False),
]


@pytest.mark.parametrize(("others", "asking", "found"), LOOKED_UP)
def test_a_data_source_is_what_it_finds_in_another_root(others: tuple[Resource, ...], asking: Resource, found: bool) -> None:
    """One group of the estate has the name in the region, and nothing else that is asked for contradicts it."""
    names = index((asking, *others))
    assert names.lead(to(asking.address), asking.root) == key_of(others[0] if found else asking)
    assert is_seen_again(asking, names) is found


def unset(name: str, *either: Any) -> Unknown:
    """What has a name and no value."""
    return Unknown((name,), name=name, either=either)


READ: list[tuple[tuple[Resource, ...], Any, str | None]] = [
    ((asks("aws_subnet", id=unset("var.s")),), unset("var.s"), "rules|data.aws_subnet.d"),
    ((asks("aws_subnet", id=unset("var.s")),), to("data.aws_subnet.d"), "rules|data.aws_subnet.d"),
    ((asks("aws_subnet", id=unset("var.s")),), unset("var.t"), None),
    ((asks("aws_subnet", id=unset("var.s")),), Unknown(("var.s",)), None),
    ((asks("aws_subnet", id=unset("var.s"), root="net"),), unset("var.s"), None),
    ((asks("aws_subnet", id=to("module.m.x", "subnet")),), to("module.m.x", "subnet"), "rules|data.aws_subnet.d"),
    ((asks("aws_subnet", id=Unknown(("var.s",))),), Unknown(("var.s",)), None),
    ((asks("aws_subnet", id=unset("local.s", "subnet-1", unset("var.s"))),), unset("local.s"), None),
    ((perhaps(asks("aws_subnet", id=unset("var.s"))),), unset("var.s"), None),
    (
        (asks("aws_subnet", id=to("aws_subnet.s")), thing("aws_subnet.s", root="rules")),
        to("data.aws_subnet.d"),
        "rules|aws_subnet.s",
    ),
    ((asks("aws_vpc", id=to("aws_subnet.s")), thing("aws_subnet.s", root="rules")), to("data.aws_vpc.d"), "rules|data.aws_vpc.d"),
]


@pytest.mark.parametrize(("things", "value", "key"), READ)
def test_a_data_source_is_what_it_is_read_by(things: tuple[Resource, ...], value: Any, key: str | None) -> None:
    """An id that is not known leads to the one that is surely read by it, in its root; what has another id is another."""
    assert index(things).lead(value, "rules") == key


def test_two_data_sources_that_are_read_by_one_value_are_one() -> None:
    """The second shows again what the first does."""
    first, second = (
        asks("aws_subnet", id=unset("var.s")),
        replace(asks("aws_subnet", id=unset("var.s")), address="data.aws_subnet.e"),
    )
    names = index((first, second))
    assert {names.lead(value, "rules") for value in (to(second.address), unset("var.s"))} == {key_of(first)}
    assert (is_seen_again(first, names), is_seen_again(second, names)) == (False, True)
