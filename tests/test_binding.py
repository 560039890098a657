"""Who plays which role: what match entries find, what follows from it, and what is judged as one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pamlint.binding import Binding, Part, bind, own_local, peer_addresses
from pamlint.model.acl import Acl, AclKind, Group, Network, Symbol, Text, Workload
from pamlint.model.addresses import ANY, parse_cidrs
from pamlint.model.noun import replace
from pamlint.model.policy import Role
from pamlint.model.ranges import EMPTY, Ranges
from pamlint.model.resource import Location, Unknown
from pamlint.model.site import Instance, MatchEntry, RoleBinding, Site

HERE = Location("pamlint.yaml", 1)
NET = parse_cidrs(["10.0.1.0/24"])


def acl(key: str, kind: AclKind = "aws_security_group", **values: Any) -> Acl:
    return Acl(key, values.pop("address", key), kind, "r", (), **values)


def worker(
    key: str, *layers: tuple[str, ...], kind: str = "aws_instance", wears: tuple[str, ...] | None = None, **values: Any
) -> Workload:
    worn = frozenset(key for layer in layers for key in layer) if wears is None else frozenset(wears)
    return Workload(key, key, kind, "r", layers, worn, **values)


def entry(**values: Any) -> MatchEntry:
    return MatchEntry(**values)


def instance(role: str, *match: MatchEntry, index: int = 0, **values: Any) -> Instance:
    return Instance(role, index, HERE, match, **values)


def bound(network: Network, *instances: Instance, roles: dict[str, Role] | None = None, needed: tuple[str, ...] = ()) -> Binding:
    by_role: dict[str, list[Instance]] = {}
    for each in instances:
        by_role.setdefault(each.role, []).append(each)
    bindings = {role: RoleBinding(role, tuple(found), HERE) for role, found in by_role.items()}
    site = Site(Path("pamlint.yaml"), (), {}, {}, bindings, (), (), (), {}, "low", HERE, {})
    return bind(site, network, roles or {}, needed or tuple(bindings))


def net(*things: Acl | Workload | Group) -> Network:
    return Network(
        tuple(each for each in things if isinstance(each, Acl)),
        tuple(each for each in things if isinstance(each, Workload)),
        tuple(each for each in things if isinstance(each, Group)),
        {},
    )


def only(found: Binding, role: str) -> Part:
    (part,) = found.parts[role]
    return part


@pytest.mark.parametrize(
    ("condition", "values", "kind", "finds"),
    [
        # addresses: with a key exact, without one every instance
        ({"address": "aws_security_group.fm"}, {"address": "aws_security_group.fm"}, "aws_security_group", True),
        ({"address": "aws_security_group.fm"}, {"address": "aws_security_group.fm[0]"}, "aws_security_group", True),
        ({"address": "aws_security_group.fm"}, {"address": 'aws_security_group.fm["a"]'}, "aws_security_group", True),
        ({"address": "aws_security_group.fm"}, {"address": 'aws_security_group.fm["a]b"]'}, "aws_security_group", True),
        ({"address": "aws_security_group.fm"}, {"address": r'aws_security_group.fm["a\"]b"]'}, "aws_security_group", True),
        ({"address": "aws_security_group.fm"}, {"address": "aws_security_group.fm[*]"}, "aws_security_group", True),
        ({"address": "module.a.aws_x.b"}, {"address": 'module.a["k"].aws_x.b[1]'}, "aws_security_group", True),
        ({"address": 'aws_security_group.fm["a"]'}, {"address": 'aws_security_group.fm["a"]'}, "aws_security_group", True),
        ({"address": 'aws_security_group.fm["a"]'}, {"address": 'aws_security_group.fm["b"]'}, "aws_security_group", False),
        ({"address": 'aws_security_group.fm["*"]'}, {"address": 'aws_security_group.fm["b"]'}, "aws_security_group", True),
        ({"address": "aws_security_group.f"}, {"address": "aws_security_group.fm"}, "aws_security_group", False),
        ({"address": "aws_security_group.f*"}, {"address": "module.x.aws_security_group.fm"}, "aws_security_group", False),
        ({"address": "*.fm"}, {"address": "module.x.aws_security_group.fm"}, "aws_security_group", True),
        ({"address": "AWS_security_group.fm"}, {"address": "aws_security_group.fm"}, "aws_security_group", False),
        # names: the whole string, `*` and `?`, nothing else; case counts, but for Azure's
        ({"name": "pam-fm-*"}, {"name": "pam-fm-1"}, "aws_security_group", True),
        ({"name": "pam-fm-*"}, {"name": "pam-fm-"}, "aws_security_group", True),
        ({"name": "pam-fm-*"}, {"name": "my-pam-fm-1"}, "aws_security_group", False),
        ({"name": "pam-?"}, {"name": "pam-1"}, "aws_security_group", True),
        ({"name": "pam-?"}, {"name": "pam-12"}, "aws_security_group", False),
        ({"name": "pam.1"}, {"name": "pam-1"}, "aws_security_group", False),
        ({"name": "pam[12]"}, {"name": "pam1"}, "aws_security_group", False),
        ({"name": "pam[12]"}, {"name": "pam[12]"}, "aws_security_group", True),
        ({"name": "a*c"}, {"name": "a\nc"}, "aws_security_group", True),
        ({"name": "PAM"}, {"name": "pam"}, "aws_security_group", False),
        ({"name": "PAM"}, {"name": "pam"}, "azure_nsg", True),
        ({"name": "pam"}, {"tags": {"Name": "pam"}}, "aws_security_group", True),
        ({"name": "pam"}, {"tags": {"Name": "pam"}}, "azure_nsg", False),
        ({"name": "pam"}, {}, "aws_security_group", False),
        # ids
        ({"id": "sg-0a1b"}, {"id": "sg-0a1b"}, "aws_security_group", True),
        ({"id": "SG-0A1B"}, {"id": "sg-0a1b"}, "aws_security_group", False),
        ({"id": "/subscriptions/*/NSG"}, {"id": "/Subscriptions/1/nsg"}, "azure_nsg", True),
        ({"id": "*"}, {}, "aws_security_group", False),
        # tags: the key exact, the value a glob, case counts everywhere
        ({"tags": {"role": "fm*"}}, {"tags": {"role": "fm1"}}, "aws_security_group", True),
        ({"tags": {"role": "FM"}}, {"tags": {"role": "fm"}}, "azure_nsg", False),
        ({"tags": {"Role": "fm"}}, {"tags": {"role": "fm"}}, "aws_security_group", False),
        ({"tags": {"a": "1", "b": "2"}}, {"tags": {"a": "1"}}, "aws_security_group", False),
        ({"tags": {"a": "1", "b": "2"}}, {"tags": {"a": "1", "b": "2", "c": "3"}}, "aws_security_group", True),
        # all conditions of an entry must hold
        ({"name": "pam", "tags": {"a": "1"}}, {"name": "pam", "tags": {"a": "1"}}, "aws_security_group", True),
        ({"name": "pam", "tags": {"a": "1"}}, {"name": "pam"}, "aws_security_group", False),
        # network ACLs confer no role
        ({"name": "pam"}, {"name": "pam"}, "aws_network_acl", False),
    ],
)  # fmt: skip
def test_what_a_match_entry_finds(condition: dict[str, Any], values: dict[str, Any], kind: AclKind, finds: bool) -> None:
    """Addresses, names, ids and tags of ACLs."""
    part = only(bound(net(acl("k", kind, **values)), instance("fm", entry(**condition))), "fm")
    assert dict(part.hosts) == ({"k": ()} if finds else {})


NAMELESS = Unknown(("var.name",))
PERHAPS, SURELY = {"k": ("var.name",)}, {"k": ()}


@pytest.mark.parametrize(
    ("pattern", "name", "hosts"),
    [
        ("pam-*", NAMELESS, PERHAPS),
        ("pam-*", Unknown(("var.name",), prefix="pam-"), SURELY),
        ("pam-*", Unknown(("var.name",), prefix="pa"), PERHAPS),
        ("pam-*", Unknown(("var.name",), prefix="pam-fm-"), SURELY),
        ("pam-*-fm", Unknown(("var.name",), prefix="pam-x-fm"), PERHAPS),
        ("*-fm-?*", Unknown(("var.name",), prefix="pam-fm-1"), SURELY),
        ("*-fm-?*", Unknown(("var.name",), prefix="pam-fm-"), PERHAPS),
        ("pam-*", Unknown(("var.name",), prefix="old-"), {}),
        ("pam-fm", Unknown(("var.name",), prefix="pam-"), PERHAPS),
        ("pam-fm", Unknown(("var.name",), prefix="pam-fm"), PERHAPS),
        ("pam-fm", Unknown(("var.name",), prefix="pam-fm-"), {}),
        ("PAM-*", Unknown(("var.name",), prefix="pam-"), {}),
        ("p?m", Unknown(("var.name",), prefix="pa"), PERHAPS),
        ("*", NAMELESS, PERHAPS),
    ],
)
def test_an_unknown_name_matches_perhaps(pattern: str, name: Text, hosts: dict[str, tuple[str, ...]]) -> None:
    """Unless its known beginning rules that out, or is all that the pattern asks for; the reference is named."""
    part = only(bound(net(acl("k", name=name)), instance("fm", entry(name=pattern))), "fm")
    assert dict(part.hosts) == hosts


@pytest.mark.parametrize(
    ("key", "address", "id_", "beside", "hosts"),
    [
        ("r|data.aws_security_group.a", "data.aws_security_group.a", None, "sg-2", ("data.aws_security_group.a.id",)),
        ("r|data.aws_security_group.a", "data.aws_security_group.a", "sg-1", "sg-2", ()),
        ("r|data.aws_security_group.a", "data.aws_security_group.a", "sg-3", "sg-2", None),
        ("r|data.aws_security_group.a", "data.aws_security_group.a", None, "sg-1", None),
        ("r|?var.id", "var.id", None, "sg-2", ("var.id",)),
        ("r|aws_security_group.a", "aws_security_group.a", None, "sg-2", None),
    ],
    ids=["unread", "read", "another", "known besides", "a variable", "to be made"],
)
def test_what_has_an_unknown_id_is_perhaps_what_is_matched_by_id(
    key: str, address: str, id_: str | None, beside: str, hosts: tuple[str, ...] | None
) -> None:
    """A data source that was not asked, and whatever a variable names, may have it, unless something else does."""
    network = net(acl(key, address=address, id=id_), acl("r|other", id=beside))
    part = only(bound(network, instance("fm", entry(id="sg-1"))), "fm")
    assert part.hosts.get(key) == hosts


def test_the_surest_of_several_ways_counts() -> None:
    """Another entry, another attribute, another group that is worn: one that is certain settles it."""
    group = acl("g", name=NAMELESS, tags={"Name": "pam", "t": "1"})
    assert dict(only(bound(net(group), instance("fm", entry(name="pam"))), "fm").hosts) == {"g": ()}
    assert dict(only(bound(net(group), instance("fm", entry(name="x"), entry(tags={"t": "1"}))), "fm").hosts) == {"g": ()}
    machine = worker("w", ("g", "h"), tags={"t": NAMELESS})
    found = bound(
        net(acl("g", name=NAMELESS), acl("h", name="pam"), machine), instance("fm", entry(name="pam"), entry(tags={"t": "1"}))
    )
    assert [(member.key, member.because) for member in only(found, "fm").members] == [("w", ())]
    assert [bearing.because for unit in found.units for bearing in unit.bearings] == [()]


def test_possible_things_bear_roles_perhaps() -> None:
    """A group or machine that may not exist names what decides."""
    found = bound(
        net(acl("g", name="pam", possible=("var.n",)), worker("w", ("g",), possible=("var.m",))),
        instance("fm", entry(name="pam")),
    )
    assert dict(only(found, "fm").hosts) == {"g": ("var.n",)}
    assert [member.because for member in only(found, "fm").members] == [("var.n", "var.m")]


# Members and networks


def test_wearers_stand_for_a_matched_group_and_the_group_for_itself_without_any() -> None:
    """Members carry all that they wear, what the site named first, and their addresses."""
    network = net(acl("a"), acl("g", name="pam"), acl("h", name="pam"), worker("w", ("a", "g"), addresses=NET))
    members = only(bound(network, instance("fm", entry(name="pam"))), "fm").members
    assert [(member.key, member.symbols, member.addresses) for member in members] == [
        ("w", ("g", "a"), NET),
        ("h", ("h",), EMPTY),
    ]


def test_a_group_that_is_worn_perhaps_alone_is_a_member_perhaps_beside_its_wearer() -> None:
    """Where nobody wears it for sure, others may; where somebody does, the wearers are the members."""
    perhaps = worker("w", ("g",), perhaps={"g": ("var.on",)})
    members = only(bound(net(acl("g", name="pam"), perhaps), instance("fm", entry(name="pam"))), "fm").members
    assert [(member.key, member.symbols, member.perhaps, member.because) for member in members] == [
        ("w", (), {"g": ("var.on",)}, ("var.on",)),
        ("g", ("g",), {}, ("var.on",)),
    ]
    members = only(
        bound(net(acl("g", name="pam"), perhaps, worker("x", ("g",))), instance("fm", entry(name="pam"))), "fm"
    ).members
    assert [(member.key, member.because) for member in members] == [("w", ("var.on",)), ("x", ())]


def test_nsgs_are_no_peers_and_asgs_are() -> None:
    """What stands behind an NSG plays the role; the NSG itself is no member."""
    network = net(acl("n", "azure_nsg", name="pam", local=NET), Group("asg", "asg", "r", name="PAM"))
    part = only(bound(network, instance("fm", entry(name="pam"))), "fm")
    assert [member.key for member in part.members] == ["asg"]
    assert set(part.hosts) == {"n", "asg"}


OTHER = parse_cidrs(["10.0.2.0/24"])


@pytest.mark.parametrize(
    ("things", "cidrs", "networks"),
    [
        ([acl("g", name="pam")], None, None),
        ([acl("g", name="pam")], ("10.0.1.0/24",), NET),
        ([acl("g", name="pam")], ("any",), ANY),
        ([acl("g", name="pam"), worker("w", ("g",), addresses=NET)], None, NET),
        ([acl("g", name="pam"), worker("w", ("g",), addresses=NET)], ("10.0.2.0/24",), OTHER),
        ([acl("g", name="pam"), worker("w", ("g",), within=NET)], None, NET),
        ([acl("g", name="pam"), worker("w", ("g",), addresses=NET), worker("x", ("g",), within=OTHER)], None, parse_cidrs(["10.0.1.0/24", "10.0.2.0/24"])),
        ([acl("g", name="pam"), worker("w", ("g",), addresses=NET), worker("x", ("g",))], None, None),
        ([acl("g", name="pam"), acl("h", name="pam"), worker("w", ("g",), addresses=NET)], None, None),
        ([acl("g", name="pam"), worker("w", ("g",), addresses=NET), worker("x", ("g",), addresses=OTHER, possible=("var.n",))], None, NET),
        ([acl("g", name="pam"), worker("w", ("g",), addresses=NET, possible=("var.n",))], None, None),
        ([acl("n", "azure_nsg", name="pam", local=NET)], None, NET),
        ([acl("n", "azure_nsg", name="pam")], None, None),
    ],
)  # fmt: skip
def test_networks_are_the_sites_word_or_known_addresses_or_subnets(
    things: list[Any], cidrs: tuple[str, ...] | None, networks: Ranges | None
) -> None:
    """Whichever comes first and is known of all members; else they are unknown, never nothing."""
    assert only(bound(net(*things), instance("fm", entry(name="pam"), cidrs=cidrs)), "fm").networks == networks


@pytest.mark.parametrize(
    ("things", "cidrs", "families"),
    [
        ([acl("g", name="pam")], None, {4}),
        ([acl("g", name="pam"), worker("w", ("g",), addresses=parse_cidrs(["fd00::1"]))], None, {6}),
        ([acl("g", name="pam")], ("fd00::/8",), {4, 6}),
        ([], ("fd00::/8",), {6}),
        ([], ("10.0.0.0/8", "fd00::/8"), {4, 6}),
        ([acl("n", "azure_nsg", name="pam")], None, {4}),
        ([], None, set()),
    ],
)
def test_families_are_those_of_networks_and_members(things: list[Any], cidrs: tuple[str, ...] | None, families: set[int]) -> None:
    """Members that are symbols alone count as IPv4."""
    match = [entry(name="pam")] if things or cidrs is None else []
    assert only(bound(net(*things), instance("fm", *match, cidrs=cidrs)), "fm").families == families


# Roles beside each other


def test_a_role_on_another_shares_its_machines() -> None:
    """By one name or several, besides a match of its own; a circle ends."""
    network = net(acl("g", name="pam"), acl("h", name="relay"))
    found = bound(
        network,
        instance("fm", entry(name="pam"), on=("relay",)),
        instance("relay", entry(name="relay"), on=("fm",)),
        instance("audit", on=("fm",)),
    )
    hosts = {role: sorted(key for part in found.parts[role] for key in part.hosts) for role in ("fm", "relay", "audit")}
    assert hosts == {"fm": ["g", "h"], "relay": ["g", "h"], "audit": ["g", "h"]}
    assert all(part.role == role for role in hosts for part in found.parts[role])


def test_networks_beside_the_machines_of_another_role_are_a_part_of_their_own() -> None:
    """The role is played there as well."""
    found = bound(
        net(acl("g", name="pam")), instance("fm", entry(name="pam")), instance("audit", on=("fm",), cidrs=("10.0.1.0/24",))
    )
    assert [(sorted(part.hosts), part.networks) for part in found.parts["audit"]] == [([], NET), (["g"], None)]


def test_a_machine_that_two_instances_match_is_of_both() -> None:
    """Each has its own parameters."""
    first, second = instance("agent", entry(name="a")), instance("agent", entry(tags={"t": "1"}), index=1)
    (unit,) = bound(net(acl("x", name="a", tags={"t": "1"})), first, second).units
    assert [bearing.part.instance for bearing in unit.bearings] == [first, second]


def test_instances_are_parts_of_their_own() -> None:
    """Each with what it matches and its parameters."""
    first, second = (
        instance("agent", entry(name="a")),
        instance("agent", entry(name="b"), index=1, parameters={"port": ((1, 1),)}),
    )
    found = bound(net(acl("x", name="a"), acl("y", name="b")), first, second)
    assert [(dict(part.hosts), part.instance) for part in found.parts["agent"]] == [({"x": ()}, first), ({"y": ()}, second)]


def test_the_product_fixes_some_peers() -> None:
    """Tags and CIDRs of one cloud; the site need not say anything."""
    role = Role("gateway", external=True, peers={"azure": ("tag:GatewayManager", "10.0.1.0/24")})
    found = bound(net(), roles={"gateway": role}, needed=("gateway",))
    part = only(found, "gateway")
    assert ([member.symbols for member in part.members], part.networks, part.cloud) == ([("tag|gatewaymanager",)], NET, "azure")
    assert found.unbound == ()


def test_the_product_fixes_tags_that_are_addresses_or_differ_by_nsg() -> None:
    """Internet and AzureLoadBalancer are addresses; VirtualNetwork is one member, by whichever NSG's own meaning."""
    peers = ("tag:AzureLoadBalancer", "tag:VirtualNetwork")
    symbols = {key: Symbol(key, "tag", "VirtualNetwork") for key in ("tag|virtualnetwork|b", "tag|virtualnetwork|a")}
    roles = {"platform": Role("platform", external=True, peers={"azure": peers})}
    part = only(bound(replace(net(), symbols=symbols), roles=roles, needed=("platform",)), "platform")
    assert part.networks == parse_cidrs(["168.63.129.16/32"])
    assert [member.symbols for member in part.members] == [("tag|virtualnetwork|a", "tag|virtualnetwork|b")]


def test_the_product_fixes_prefix_lists_of_every_region() -> None:
    """The lists of the estate whose names fit are the role's, and no others."""
    lists = {
        name: Symbol(name, "prefix-list", f"prefix-list:com.amazonaws.{name}") for name in ("eu-west-1.s3", "eu-west-1.dynamodb")
    }
    role = Role("s3", external=True, peers={"aws": ("prefix-list:com.amazonaws.*.s3",)})
    found = bound(replace(net(), symbols=lists), roles={"s3": role}, needed=("s3",))
    assert [member.symbols for member in only(found, "s3").members] == [("eu-west-1.s3",)]


@pytest.mark.parametrize(
    ("instances", "needed", "reasons"),
    [
        ([], ("fm",), {"fm": "the site file does not say who plays it"}),
        ([instance("fm", entry(name="x"))], ("fm",), {"fm": "its `match` finds nothing"}),
        ([instance("fm", entry(name="x"))], (), {}),
        ([instance("fm", entry(name="pam")), instance("fm", entry(name="x"), index=1)], ("fm",), {"fm": "its `match` (instance 2) finds nothing"}),
        ([instance("fm")], ("fm",), {"fm": "the site file gives it neither `match` nor `cidrs` nor `on`"}),
        ([instance("fm", cidrs=("10.0.0.0/8",))], ("fm",), {}),
        ([instance("fm", entry(name="pam"))], ("fm",), {}),
        ([instance("fm", on=("x",)), instance("x", entry(name="pam"))], ("fm",), {}),
        ([instance("fm", on=("x",)), instance("x", entry(name="y"))], ("fm",), {"fm": "what it is `on` (x) is bound to nothing either"}),
        ([instance("fm", on=("x", "y"))], ("fm",), {"fm": "what it is `on` (x, y) is bound to nothing either"}),
    ],
)  # fmt: skip
def test_roles_that_are_needed_and_bound_to_nothing_are_told(
    instances: list[Instance], needed: tuple[str, ...], reasons: dict[str, str]
) -> None:
    """Once each, with the reason."""
    found = bound(net(acl("g", name="pam")), *instances, needed=needed or ("other",))
    assert {unbound.role: unbound.reason for unbound in found.unbound if unbound.role != "other"} == reasons


def test_what_was_not_read_may_bind_only_roles_that_the_site_file_gives_a_way_to_be_found() -> None:
    """A role with `match`, or `on` one that has it, may stand in there; one that the site file says nothing of is bound nowhere."""
    roles = {
        "found": instance("found", entry(name="x")),
        "beside": instance("beside", on=("found",)),
        "empty": instance("empty"),
    }
    bindings = {role: RoleBinding(role, (each,), HERE) for role, each in roles.items()}
    site = Site(Path("pamlint.yaml"), (), {}, {}, bindings, (), (), (), {}, "low", HERE, {})
    found = bind(site, net(acl("g", name="pam")), {}, (*roles, "absent"), ["aws"])
    because = {unbound.role: unbound.because for unbound in found.unbound}
    assert because == {"found": ("aws",), "beside": ("aws",), "empty": (), "absent": ()}


# Units


def test_a_unit_is_a_distinct_chain_of_role_bearing_workloads() -> None:
    """Workloads with one chain and one set of roles are one; others, and ACLs that nobody wears, stand alone; the rest is idle."""
    network = net(
        *(acl(key, name=key) for key in ("base", "pam", "spare", "idle")),
        worker("w1", ("base", "pam")),
        worker("w2", ("base", "pam")),
        worker("w3", ("pam",)),
        worker("w4", ("base",)),
    )
    found = bound(network, instance("fm", entry(name="pam"), entry(name="spare")))
    told = [([each.key for each in unit.acls], [each.key for each in unit.workloads]) for unit in found.units]
    assert told == [(["base", "pam"], ["w1", "w2"]), (["pam"], ["w3"]), (["spare"], [])]
    assert [each.key for each in found.idle] == ["idle"]
    assert all(unit.cloud == "aws" and unit.within == ANY and unit.behind is None for unit in found.units)


def test_chains_run_from_the_nearest_layer_and_packets_meet_them_in_turn() -> None:
    """Inbound the farthest first; ACLs that the input lacks are left out of the chain."""
    network = net(
        acl("nic", "azure_nsg", name="pam"),
        acl("sub", "azure_nsg"),
        worker("w", ("nic",), ("gone",), ("sub",), kind="azurerm_network_interface", wears=()),
    )
    (unit,) = bound(network, instance("fm", entry(name="pam"))).units
    assert [each.key for each in unit.acls] == ["nic", "sub"]
    assert [layer[0].key for layer in unit.path("ingress")] == ["sub", "nic"]
    assert [layer[0].key for layer in unit.path("egress")] == ["nic", "sub"]
    assert unit.hosts == {"nic", "sub", "w"}


def test_what_stands_behind_an_azure_unit() -> None:
    """The addresses of all its workloads, where all are known; else their subnets bound it; what all and what some wear."""
    nsg = acl("n", "azure_nsg", name="pam")

    def card(key: str, *wears: str, **values: Any) -> Workload:
        return worker(key, ("n",), kind="azurerm_network_interface", wears=wears, **values)

    def unit(*cards: Workload) -> Any:
        (found,) = bound(net(nsg, *cards), instance("fm", entry(name="pam"))).units
        return found

    exact = unit(card("a", "s", "t", addresses=NET), card("b", "s", addresses=OTHER))
    assert exact.behind == exact.within == parse_cidrs(["10.0.1.0/24", "10.0.2.0/24"])
    assert (exact.wears, exact.may_wear) == ({"s"}, {"s", "t"})
    loose = unit(card("a", addresses=NET), card("b", within=OTHER))
    assert (loose.behind, loose.within) == (None, parse_cidrs(["10.0.1.0/24", "10.0.2.0/24"]))
    unknown = unit(card("a", addresses=NET), card("b"))
    assert (unknown.behind, unknown.within) == (None, ANY)


def test_where_roles_share_an_acl_each_has_its_own_part() -> None:
    """The addresses of its members, else its `cidrs`, within what stands behind; all of it where neither is known."""
    nsg = acl("n", "azure_nsg", local=parse_cidrs(["10.0.0.0/16"]), name="pam")
    found = bound(
        net(nsg),
        instance("fm", entry(name="pam"), cidrs=("10.0.1.0/24", "172.16.0.0/12")),
        instance("db", entry(name="pam")),
        instance("user", entry(name="pam"), cidrs=("172.16.0.0/12",)),
    )
    (unit,) = found.units
    assert own_local(only(found, "fm"), unit) == NET
    assert own_local(only(found, "user"), unit) is None
    assert own_local(only(found, "db"), unit) is None
    cards = [
        worker(key, ("n",), kind="azurerm_network_interface", wears=(), name=key, addresses=line)
        for key, line in (("a", NET), ("b", OTHER))
    ]
    apart = bound(net(nsg, *cards), instance("fm", entry(name="a")), instance("db", entry(name="pam")))
    assert [own_local(only(apart, "fm"), unit) for unit in apart.units if unit.workloads[0].key == "a"] == [NET]


@pytest.mark.parametrize(("text", "line"), [("any", ANY), ("10.0.1.0/24", NET), ("tag:Storage", None), ("group:sg-1", None)])
def test_peers_of_allowances(text: str, line: Ranges | None) -> None:
    """CIDRs and `any` have addresses; symbols do not."""
    assert peer_addresses(text) == line
