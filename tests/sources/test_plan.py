"""Plans: what will stand, what unknown values lead to, what a plan leaves open."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pamlint.model.resource import Reading, Resource, Unknown
from pamlint.sources.documents import read_document
from pamlint.sources.plan import read_plan
from pamlint.terraform.inputs import Settings

FIXTURES = Path(__file__).parents[2] / "fixtures"


def everything(_: str) -> bool:
    return True


def planned(address: str, values: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A resource instance as `planned_values` has it."""
    bare = address.rpartition("module.")[2].partition(".")[2] if "module." in address else address
    mode = "data" if bare.startswith("data.") else "managed"
    type_, name = bare.removeprefix("data.").split("[")[0].split(".")[:2]
    return {"address": address, "mode": mode, "type": type_, "name": name, "values": values, **more}


def change(address: str, unknown: dict[str, Any]) -> dict[str, Any]:
    return {"address": address, "change": {"actions": ["create"], "after_unknown": unknown}}


def resource(address: str, **references: list[str]) -> dict[str, Any]:
    """A resource of the configuration with the references of its attributes."""
    return {"address": address, "expressions": {name: {"references": found} for name, found in references.items()}}


def read(**document: Any) -> dict[str, Resource]:
    resources, _ = read_plan(document, "plan.json", everything)
    return {found.address: found for found in resources}


GROUP = planned("aws_security_group.a", {"name": "a"})
RULE = planned("aws_security_group_rule.r", {"type": "ingress"})


def value_of_group_id(references: list[str], *, group: dict[str, Any] = GROUP, unknown: Any = None, **module: Any) -> Any:
    """What a rule's group is, where the configuration refers to it so."""
    resources = read(
        planned_values={"root_module": {"resources": [group, RULE]}},
        resource_changes=[
            change(group["address"], {"id": True} if unknown is None else unknown),
            change(RULE["address"], {"security_group_id": True}),
        ],
        configuration={
            "root_module": {"resources": [resource("aws_security_group_rule.r", security_group_id=references)], **module}
        },
    )
    return resources["aws_security_group_rule.r"].body.values["security_group_id"]


OUTPUT = {
    "a": {"module": {"outputs": {"id": {"expression": {"references": ["aws_security_group.b.id", "aws_security_group.b"]}}}}}
}
BELOW = planned("module.a.aws_security_group.b", {})


@pytest.mark.parametrize(
    ("references", "more", "wanted"),
    [
        (
            ["aws_security_group.a.id", "aws_security_group.a"],
            {},
            Unknown(("aws_security_group.a.id",), ("aws_security_group.a", "id")),
        ),
        (
            ["var.given", "aws_security_group.a.id", "aws_security_group.a"],
            {},
            Unknown(("aws_security_group.a.id",), ("aws_security_group.a", "id")),
        ),
        (["local.group"], {}, Unknown(("local.group",), ("aws_security_group.a", "id"))),
        (
            ["local.group", "aws_security_group.a.id", "aws_security_group.a"],
            {},
            Unknown(
                ("local.group", "aws_security_group.a.id"),
                either=(
                    Unknown(("local.group",)),
                    Unknown(("aws_security_group.a.id",), ("aws_security_group.a", "id")),
                ),
            ),
        ),
        ([], {}, Unknown(("aws_security_group_rule.r.security_group_id",), ("aws_security_group_rule.r", "security_group_id"))),
        (
            ["module.a.id", "module.a"],
            {"group": BELOW, "module_calls": OUTPUT},
            Unknown(("module.a.aws_security_group.b.id",), ("module.a.aws_security_group.b", "id")),
        ),
        (["module.a.other"], {"module_calls": OUTPUT}, Unknown(("module.a.other",))),
        (
            ["data.aws_security_groups.d.ids[1]", "data.aws_security_groups.d.ids", "data.aws_security_groups.d"],
            {"group": planned("data.aws_security_groups.d", {}), "unknown": {"ids": True}},
            Unknown(("data.aws_security_groups.d.ids[1]",), name="data.aws_security_groups.d.ids[1]"),
        ),
        (
            ["data.aws_security_groups.d.ids", "data.aws_security_groups.d"],
            {"group": planned("data.aws_security_groups.d", {}), "unknown": {"ids": True}},
            Unknown(("data.aws_security_groups.d.ids",)),
        ),
        (
            ["data.aws_ssm_parameter.p.value", "data.aws_ssm_parameter.p"],
            {"group": planned("data.aws_ssm_parameter.p", {}), "unknown": {"value": True}},
            Unknown(("data.aws_ssm_parameter.p.value",)),
        ),
        (
            ["aws_security_group.a.name"],
            {"unknown": {"name": False}},
            Unknown(("aws_security_group_rule.r.security_group_id",), ("aws_security_group_rule.r", "security_group_id")),
        ),
    ],
)
def test_unknown_leads_where_its_reference_leads(references: list[str], more: dict[str, Any], wanted: Unknown) -> None:
    """An unknown that refers to just one unknown id is that id; else its references are named.

    Nothing says what the code makes of something else: both parts of a text that is split refer to the text.
    """
    assert value_of_group_id(references, **more) == wanted


def test_reference_through_a_module_variable_with_keys() -> None:
    """A module's variable leads to what its caller gives, for the instance of each.key."""
    resources = read(
        planned_values={
            "root_module": {
                "resources": [planned('aws_security_group.a["x"]', {})],
                "child_modules": [
                    {"address": 'module.m["x"]', "resources": [planned('module.m["x"].aws_security_group_rule.r[0]', {})]}
                ],
            }
        },
        resource_changes=[
            change('aws_security_group.a["x"]', {"id": True}),
            change('module.m["x"].aws_security_group_rule.r[0]', {"security_group_id": True}),
        ],
        configuration={
            "root_module": {
                "module_calls": {
                    "m": {
                        "expressions": {"group": {"references": ["aws_security_group.a", "each.key"]}},
                        "module": {"resources": [resource("aws_security_group_rule.r", security_group_id=["var.group"])]},
                    }
                }
            }
        },
    )
    rule = resources['module.m["x"].aws_security_group_rule.r[0]']
    assert rule.body.values["security_group_id"] == Unknown(("aws_security_group.a",), ('aws_security_group.a["x"]', "id"))


@pytest.mark.parametrize(
    ("groups", "rules", "references", "wanted"),
    [
        (["[0]", "[1]", "[2]"], ["[0]", "[1]"], ["count.index"], ["[0]", "[1]", "[2]"]),
        (["[0]", "[1]"], ["[0]", "[1]"], ["count.index"], ["[0]", "[1]"]),
        (["[0]"], ["[0]", "[1]"], ["count.index"], ["[0]"]),
        (['["a"]', '["b"]'], ['["a"]', '["b"]'], ["each.key"], ['["a"]']),
        (['["a"]', '["b"]'], ['["a"]', '["b"]'], ["each.key", "local.peers"], ['["a"]', '["b"]']),
        (['["a"]', '["b"]', '["c"]'], ['["a"]', '["b"]'], ["each.key"], ['["a"]', '["b"]', '["c"]']),
        (['["x"]', '["y"]'], ['["a"]', '["b"]'], ["each.key"], ['["x"]', '["y"]']),
    ],
)
def test_an_instance_is_not_known_by_what_is_made_of_an_index(
    groups: list[str], rules: list[str], references: list[str], wanted: list[str]
) -> None:
    """A plan names what an index is made of and not how: it may be `count.index + 1`. Equal keys alone are one and the same."""
    group, rule = "aws_security_group.a", "aws_security_group_rule.r"
    addresses = [*(group + key for key in groups), *(rule + key for key in rules)]
    found = read(
        planned_values={"root_module": {"resources": [planned(address, {}) for address in addresses]}},
        resource_changes=[change(address, {"id": True, "security_group_id": True}) for address in addresses],
        configuration={"root_module": {"resources": [resource(rule, security_group_id=[group, *references])]}},
    )
    value = found[rule + rules[0]].body.values["security_group_id"]
    ways = [way for way in value.either or (value,) if way.attribute is not None]
    assert [way.attribute for way in ways] == [(group + key, "id") for key in wanted]
    assert value.is_one_of_them is (len(wanted) > 1)


@pytest.mark.parametrize(
    ("references", "wanted"),
    [
        (["module.m", "each.key"], ['module.m["a"]']),
        (["module.m"], ['module.m["a"]', 'module.m["b"]']),
        (["module.m", "each.key", "local.peers"], ['module.m["a"]', 'module.m["b"]']),
        (['module.m["b"]'], ['module.m["b"]']),
    ],
    ids=["of the same key", "of any instance", "of a key that is made of more", "of one instance"],
)
def test_an_output_of_which_a_plan_tells_no_name(references: list[str], wanted: list[str]) -> None:
    """Where a key picks the instance of a module, a plan names the module alone: it is one of its ids of the wanted type."""
    groups = [f'module.m["{key}"].aws_security_group.g' for key in "ab"]
    rules = [f'aws_security_group_rule.r["{key}"]' for key in "ab"]
    outputs = {"group": "aws_security_group.g.id", "network": "aws_vpc.v.id", "name": "aws_security_group.g.name"}
    told = {name: {"expression": {"references": [reference]}} for name, reference in outputs.items()}
    networks = [group.replace("aws_security_group.g", "aws_vpc.v") for group in groups]
    found = read(
        planned_values={
            "root_module": {
                "resources": [planned(rule, {}) for rule in rules],
                "child_modules": [
                    {"address": group.rpartition(".aws")[0], "resources": [planned(group, {}), planned(network, {})]}
                    for group, network in zip(groups, networks, strict=True)
                ],
            }
        },
        resource_changes=[
            *(change(address, {"id": True}) for address in (*groups, *networks)),
            *(change(rule, {"security_group_id": True}) for rule in rules),
        ],
        configuration={
            "root_module": {
                "resources": [resource("aws_security_group_rule.r", security_group_id=references)],
                "module_calls": {"m": {"for_each_expression": {}, "module": {"outputs": told}}},
            }
        },
    )
    value = found[rules[0]].body.values["security_group_id"]
    ways = {way.attribute for way in value.either or (value,) if way.because != ("local.peers",)}
    assert ways == {(f"{module}.aws_security_group.g", "id") for module in wanted}


@pytest.mark.parametrize("other", ["aws_vpc.v.default_security_group_id", "local.group"])
def test_an_output_that_may_be_another_group_leaves_it_open(other: str) -> None:
    """What a plan does not spell out, or calls by another type's attribute, may be the group as well."""
    group, rule = 'module.m["a"].aws_security_group.g', 'aws_security_group_rule.r["a"]'
    network = 'module.m["a"].aws_vpc.v'
    told = {name: {"expression": {"references": [text]}} for name, text in (("one", "aws_security_group.g.id"), ("two", other))}
    found = read(
        planned_values={
            "root_module": {
                "resources": [planned(rule, {})],
                "child_modules": [{"address": 'module.m["a"]', "resources": [planned(group, {}), planned(network, {})]}],
            }
        },
        resource_changes=[
            change(group, {"id": True}),
            change(network, {"id": True, "default_security_group_id": True}),
            change(rule, {"security_group_id": True}),
        ],
        configuration={
            "root_module": {
                "resources": [resource("aws_security_group_rule.r", security_group_id=["module.m", "each.key"])],
                "module_calls": {"m": {"for_each_expression": {}, "module": {"outputs": told}}},
            }
        },
    )
    value = found[rule].body.values["security_group_id"]
    assert (group, "id") in [way.attribute for way in value.either] and len(value.either) == 2


@pytest.mark.parametrize(
    ("given", "more", "wanted"),
    [
        (["aws_vpc.v.id", "aws_vpc.v"], {}, ("module.m.aws_security_group.a", "id")),
        (["aws_security_group.other.id", "aws_security_group.other"], {}, None),
        (["local.network"], {}, None),
        (["aws_vpc.v.id", "aws_vpc.v"], {"module.m.aws_security_group.b": {"id": True}}, None),
    ],
)
def test_local_values_with_one_thing_to_be(given: list[str], more: dict[str, Any], wanted: Any) -> None:
    """A local value, which a plan does not spell out, is the one unknown id of a fitting type that can come to its module."""
    unknown = {
        "module.m.aws_security_group.a": {"id": True},
        "module.m.aws_security_group_rule.r": {"security_group_id": True},
        "aws_security_group.other": {"id": True},
        "aws_vpc.v": {"id": True},
        **more,
    }
    below = [planned(address, {}) for address in unknown if address.startswith("module.")]
    above = [planned(address, {}) for address in unknown if not address.startswith("module.")]
    module = {"resources": [resource("aws_security_group_rule.r", security_group_id=["local.group"])]}
    call = {"expressions": {"vpc": {"references": given}}, "module": module}
    resources = read(
        planned_values={"root_module": {"resources": above, "child_modules": [{"address": "module.m", "resources": below}]}},
        resource_changes=[change(address, tree) for address, tree in unknown.items()],
        configuration={"root_module": {"module_calls": {"m": call}}},
    )
    rule = resources["module.m.aws_security_group_rule.r"].body.values["security_group_id"]
    assert rule == Unknown(("module.m.local.group",), wanted)


def test_elements_of_a_set_are_told_apart() -> None:
    """As many unknown elements as references are those references; otherwise none of them is one for sure."""

    def groups(references: list[str], count: int) -> Any:
        found = read(
            planned_values={
                "root_module": {
                    "resources": [
                        planned("aws_instance.i", {"groups": [None] * count}),
                        GROUP,
                        planned("aws_security_group.b", {}),
                    ]
                }
            },
            resource_changes=[
                change("aws_instance.i", {"groups": [True] * count}),
                change("aws_security_group.a", {"id": True}),
                change("aws_security_group.b", {"id": True}),
            ],
            configuration={"root_module": {"resources": [resource("aws_instance.i", groups=references)]}},
        )
        return found["aws_instance.i"].body.values["groups"]

    a, b = (
        Unknown(("aws_security_group.a.id",), ("aws_security_group.a", "id")),
        Unknown(("aws_security_group.b.id",), ("aws_security_group.b", "id")),
    )
    either = Unknown(("aws_security_group.a.id", "aws_security_group.b.id"), either=(a, b))
    references = ["aws_security_group.a.id", "aws_security_group.a", "aws_security_group.b.id", "aws_security_group.b"]
    assert groups(references, 2) == [a, b]
    assert groups(references, 1) == [either]
    assert groups(references, 3) == [either, either, either]


CONFIGURATIONS = (("one", "aws_security_group.a"), ("two", "aws_security_group.b"))


@pytest.mark.parametrize(
    ("names", "expected"),
    [(("one", "two"), ["a", "b"]), (("two", "one"), ["b", "a"]), (("one", "Two"), [None, None]), (("one", "one"), [None, None])],
)
def test_blocks_are_told_apart_by_their_constants(names: tuple[str, str], expected: list[str | None]) -> None:
    """Also inside of other blocks; what a provider spells in a way of its own may be made by any of them."""
    blocks = [{"name": {"constant_value": name}, "id": {"references": [f"{group}.id", group]}} for name, group in CONFIGURATIONS]
    outer = {"address": "aws_thing.t", "expressions": {"outer": [{"inner": blocks}]}}
    found = read(
        planned_values={
            "root_module": {
                "resources": [
                    planned("aws_thing.t", {"outer": [{"inner": [{"name": name} for name in names]}]}),
                    GROUP,
                    planned("aws_security_group.b", {}),
                ]
            }
        },
        resource_changes=[
            change("aws_thing.t", {"outer": [{"inner": [{"id": True}, {"id": True}]}]}),
            change("aws_security_group.a", {"id": True}),
            change("aws_security_group.b", {"id": True}),
        ],
        configuration={"root_module": {"resources": [outer]}},
    )
    (block,) = found["aws_thing.t"].body.values["outer"]
    attributes = [inner["id"].attribute for inner in block["inner"]]
    assert attributes == [(f"aws_security_group.{name}", "id") if name else None for name in expected]


def test_sensitive_values_are_named_not_shown() -> None:
    """What is sensitive is an Unknown that names its variable, or its place where there is none."""
    resources = read(
        planned_values={
            "root_module": {
                "resources": [
                    planned("x.y", {"a": "s3cret", "b": "s3cret", "c": "open"}, sensitive_values={"a": True, "b": True})
                ]
            }
        },
        configuration={
            "root_module": {
                "resources": [resource("x.y", a=["var.key"], b=["local.k"])],
                "variables": {"key": {"sensitive": True}},
            }
        },
    )
    assert resources["x.y"].body.values == {
        "a": Unknown(("var.key (sensitive)",)),
        "b": Unknown(("x.y.b (sensitive)",)),
        "c": "open",
    }


def before(*resources: dict[str, Any]) -> dict[str, Any]:
    """What stood before a plan."""
    return {"values": {"root_module": {"resources": list(resources)}}}


def acts(address: str, *actions: str, **more: Any) -> dict[str, Any]:
    """A change that leaves nothing unknown."""
    return {"address": address, "change": {"actions": list(actions), "after_unknown": {}}, **more}


def test_what_a_plan_deletes_is_gone_and_what_it_reads_is_there() -> None:
    """Deleted resources are not read; data that was read before the plan is; known ids are kept."""
    resources = read(
        planned_values={"root_module": {"resources": [planned("x.kept", {"id": "i-1"})]}},
        resource_changes=[acts("x.kept", "no-op"), acts("x.gone", "delete")],
        prior_state=before(planned("data.x.d", {"id": "d-1"}), planned("x.gone", {}), planned("x.kept", {})),
    )
    assert {address: found.id for address, found in resources.items()} == {"x.kept": "i-1", "data.x.d": "d-1"}
    assert resources["data.x.d"].mode == "data"


@pytest.mark.parametrize(
    ("document", "wanted"),
    [
        ({"planned_values": {"root_module": {}}}, {"x.old": "i-1"}),
        ({"planned_values": {"root_module": {}}, "errored": True}, {}),
        ({"planned_values": {"root_module": {}}, "resource_changes": [acts("x.old", "delete")]}, {}),
        (
            {
                "planned_values": {"root_module": {"resources": [planned("x.old", {"id": None})]}},
                "resource_changes": [acts("x.old", "forget")],
            },
            {"x.old": "i-1"},
        ),
        (
            {
                "planned_values": {"root_module": {"resources": [planned("x.new", {"id": "i-2"})]}},
                "resource_changes": [acts("x.new", "create")],
                "complete": False,
            },
            {"x.new": "i-2", "x.old": "i-1"},
        ),
        (
            {
                "planned_values": {"root_module": {"resources": [planned("x.new", {"id": "i-1"})]}},
                "resource_changes": [acts("x.new", "no-op", previous_address="x.old")],
            },
            {"x.new": "i-1"},
        ),
    ],
    ids=["refresh-only", "errored", "destroyed", "forgotten", "not targeted", "moved"],
)
def test_what_a_plan_does_not_touch_stands_as_it_stood(document: dict[str, Any], wanted: dict[str, str]) -> None:
    """A refresh-only plan tells of no resource, one with a target not of all, and a removed block only lets go of one."""
    resources = read(prior_state=before(planned("x.old", {"id": "i-1"})), **document)
    assert {address: found.id for address, found in resources.items()} == wanted


def test_an_object_that_a_replacement_left_behind_is_not_the_one_that_stands() -> None:
    """A deposed object has the address of the new one; neither its values nor its change are the new one's."""
    resources = read(
        planned_values={"root_module": {"resources": [planned("x.a", {})]}},
        resource_changes=[change("x.a", {"id": True}), acts("x.a", "delete", deposed="byebye")],
        prior_state=before(planned("x.a", {"id": "i-1"}), planned("x.a", {"id": "i-0"}, deposed_key="byebye")),
    )
    assert resources["x.a"].body.values == {"id": Unknown(("x.a.id",), ("x.a", "id"))}


def test_deferred_changes_are_possible() -> None:
    """A deferred resource may come, perhaps more than once; the plan is not complete."""
    deferred = {
        "reason": "instance_count_unknown",
        "resource_change": {
            **planned("x.y", {}),
            "index_unknown": True,
            "change": {"after": {"a": 1}, "after_unknown": {"id": True}},
        },
    }
    resources, problems = read_plan(
        {"planned_values": {}, "deferred_changes": [deferred], "complete": False}, "plan.json", everything
    )
    assert resources[0].address == "x.y[*]"
    assert resources[0].body.possible == ("x.y (instance count unknown)",)
    assert resources[0].body.values["a"] == 1
    assert [problem.check for problem in problems] == ["unreadable-input"]


def shown(reading: Reading) -> dict[str, dict[str, Any]]:
    """Values by address, with groups under their addresses' names."""
    return {found.address: dict(found.body.values) for found in reading.resources}


@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_recorded_plan(cloud: str) -> None:
    """Of a real plan with its code beside it, every group that a rule names is the attribute of a resource."""
    path = FIXTURES / cloud / "netiq" / "plan.json"
    (reading,) = read_document(path, everything, boundary=path.parent)
    addresses = {found.address for found in reading.resources}
    named = [
        value
        for found in reading.resources
        for name, value in found.body.values.items()
        if name.endswith(("security_group_id", "subnet_id", "vpc_id")) and isinstance(value, Unknown)
    ]
    computed = [value for value in named if value.attribute and value.attribute[1] not in ("id", "default_security_group_id")]
    assert named
    assert all(value.attribute and value.attribute[0] in addresses for value in named if value not in computed)
    assert reading.input.kind == "plan"
    assert reading.input.complete
    assert any(found.body.location for found in reading.resources)


def test_code_beside_a_plan_tells_lines(tmp_path: Path) -> None:
    """Resources and their blocks have the places and lifecycle of the code, and unknowns what the code knows of them."""
    (tmp_path / "main.tf").write_text(
        'resource "aws_security_group" "a" {\n  name = "a"\n  # pamlint: ignore[extra-access] agreed\n  ingress {\n'
        "    from_port = 22\n  }\n  ingress {\n    from_port = 80\n    security_groups = [local.other]\n  }\n"
        "  lifecycle {\n    ignore_changes = [ingress]\n  }\n}\n"
        'resource "aws_security_group" "b" {}\nlocals {\n  other = aws_security_group.b.id\n}\n'
    )
    rows = [{"from_port": 80, "security_groups": [None]}, {"from_port": 22, "security_groups": []}]
    plan = {
        "planned_values": {
            "root_module": {
                "resources": [
                    planned("aws_security_group.a", {"name": "a", "ingress": rows}),
                    planned("aws_security_group.b", {}),
                ]
            }
        },
        "resource_changes": [
            change("aws_security_group.a", {"ingress": [{"security_groups": [True]}, {}]}),
            change("aws_security_group.b", {"id": True}),
        ],
        "configuration": {},
    }
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    (reading,) = read_document(tmp_path / "plan.json", everything, boundary=tmp_path)
    group = next(found for found in reading.resources if found.address == "aws_security_group.a")
    first, second = group.body.values["ingress"]
    assert (group.body.location and group.body.location.line, first.location.line, second.location.line) == (1, 7, 4)
    assert first.values["security_groups"] == [Unknown(("aws_security_group.b.id",), ("aws_security_group.b", "id"))]
    assert second.ignores[0].check == "extra-access"
    assert (group.keeps("ingress"), group.keeps("egress")) == (True, False)


def test_values_settle_a_plan_with_its_code_beside_it(tmp_path: Path) -> None:
    """What the site gives values for is known in a plan as it is in the code: the plan alone names no expression."""
    (tmp_path / "main.tf").write_text(
        'data "aws_vpc" "v" {}\nresource "aws_security_group_rule" "r" {\n'
        "  cidr_blocks = [cidrsubnet(data.aws_vpc.v.cidr_block, 8, 1), var.none]\n}\nvariable none {}\n"
    )
    plan = {
        "planned_values": {"root_module": {"resources": [planned("aws_security_group_rule.r", {"cidr_blocks": [None, None]})]}},
        "resource_changes": [change("aws_security_group_rule.r", {"cidr_blocks": [True, True]})],
        "configuration": {},
    }
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    settings = Settings(facts={"data.aws_vpc.v.cidr_block": "10.0.0.0/16"})
    (reading,) = read_document(tmp_path / "plan.json", everything, boundary=tmp_path, settings=settings)
    values = next(found for found in reading.resources if found.address == "aws_security_group_rule.r").body.values
    assert values["cidr_blocks"] == ["10.0.1.0/24", Unknown(("var.none",), name="var.none")]


def test_elements_of_a_list_that_the_code_does_not_know_are_told_by_what_it_hangs_on(tmp_path: Path) -> None:
    """A plan names the local value that a list comes from; the code, why it is not known, and what each element is one of."""
    (tmp_path / "main.tf").write_text(
        'resource "random_integer" "coin" {}\nresource "aws_security_group_rule" "r" {\n  cidr_blocks = local.networks\n}\n'
        'locals {\n  networks = random_integer.coin.result > 1 ? ["10.0.0.0/16"] : ["10.1.0.0/16"]\n}\n'
    )
    address = "aws_security_group_rule.r"
    plan = {
        "planned_values": {"root_module": {"resources": [planned(address, {"cidr_blocks": [None]})]}},
        "resource_changes": [change(address, {"cidr_blocks": [True]})],
        "configuration": {"root_module": {"resources": [resource(address, cidr_blocks=["local.networks"])]}},
    }
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    (reading,) = read_document(tmp_path / "plan.json", everything, boundary=tmp_path)
    (rule,) = (found for found in reading.resources if found.address == address)
    coin = Unknown(("random_integer.coin.result",), either=("10.0.0.0/16", "10.1.0.0/16"))
    assert rule.body.values["cidr_blocks"] == [coin]


def test_what_code_sets_to_null_the_provider_fills_in(tmp_path: Path) -> None:
    """A plan names what an argument is made of, also where it comes to nothing: its code beside it says that it does."""
    (tmp_path / "main.tf").write_text(
        'variable on {\n  default = true\n}\nresource "aws_security_group" "g" {}\n'
        'resource "aws_security_group_rule" "r" {\n  prefix_list_ids          = ["pl-1"]\n'
        "  source_security_group_id = var.on ? aws_security_group.g.id : null\n}\n"
    )
    address, name = "aws_security_group_rule.r", "source_security_group_id"
    made_of = resource(address, source_security_group_id=["var.on", "aws_security_group.g.id", "aws_security_group.g"])
    for on, wanted in ((False, (address, name)), (True, ("aws_security_group.g", "id"))):
        plan = {
            "variables": {"on": {"value": on}},
            "planned_values": {
                "root_module": {
                    "resources": [planned(address, {"prefix_list_ids": ["pl-1"]}), planned("aws_security_group.g", {})],
                }
            },
            "resource_changes": [change(address, {name: True}), change("aws_security_group.g", {"id": True})],
            "configuration": {"root_module": {"resources": [made_of]}},
        }
        (tmp_path / "plan.json").write_text(json.dumps(plan))
        (reading,) = read_document(tmp_path / "plan.json", everything, boundary=tmp_path)
        values = next(found for found in reading.resources if found.address == address).body.values
        assert values[name].attribute == wanted


def test_what_decides_on_elements_is_no_element_itself(tmp_path: Path) -> None:
    """A plan knows its variables: the groups that are unknown in a list are those that the expression names besides."""
    chosen = {"references": ["aws_security_group.a.id", "aws_security_group.a", "var.on", "aws_security_group.b.id"]}
    instance = {"mode": "managed", "type": "aws_instance", "name": "x", "address": "aws_instance.x"}
    groups = [
        {"mode": "managed", "type": "aws_security_group", "name": name, "address": f"aws_security_group.{name}"} for name in "ab"
    ]
    plan = {
        "planned_values": {
            "root_module": {
                "resources": [
                    planned("aws_instance.x", {"vpc_security_group_ids": [None, None]}),
                    *(planned(f"aws_security_group.{name}", {}) for name in "ab"),
                ]
            }
        },
        "resource_changes": [
            change("aws_instance.x", {"vpc_security_group_ids": [True, True]}),
            *(change(f"aws_security_group.{name}", {"id": True}) for name in "ab"),
        ],
        "configuration": {
            "root_module": {
                "resources": [{**instance, "expressions": {"vpc_security_group_ids": chosen}}, *groups],
                "variables": {"on": {}},
            }
        },
    }
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    (reading,) = read_document(tmp_path / "plan.json", everything, boundary=tmp_path, settings=Settings())
    values = next(found for found in reading.resources if found.address == "aws_instance.x").body.values
    assert values["vpc_security_group_ids"] == [
        Unknown((f"aws_security_group.{name}.id",), (f"aws_security_group.{name}", "id")) for name in "ab"
    ]
