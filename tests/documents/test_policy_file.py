"""Policy files become policies, and whatever is wrong in them is told with its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pamlint.documents.policy import load_policy
from pamlint.model.errors import UserError
from pamlint.model.policy import ALWAYS, Feature, ParameterService, Role, Source, When
from pamlint.model.resource import Location
from pamlint.model.services import parse_service
from tests.documents.places import complaints, written

HEAD = """pamlint: policy/1
id: own
product: Own
version: "1"
reviewed: 2026-01-01
sources: {s: {title: S, address: "https://example.com", date: 2026-01-01}}
features: {a: {title: A, default: on}, b: {title: B, needs: [a]}}
"""
PARAMETERS = """parameters:
  one: {type: port, default: 5, source: s, title: One}
  many: {type: ports, feature: b}
  whole: {type: services, default: [tcp/22, 47, icmp/8]}
  nets: {type: cidrs, default: [10.0.0.0/8, any]}
"""
ROLES = """roles:
  user: {title: User, external: true}
  thing: {usually-on: other}
  other: {usually-on: [thing], peers: {azure: ["tag:X", 10.0.0.0/8]}}
"""
FLOW = "flows: [{id: f, from: user, to: thing, services: [tcp/1], need: required, source: s}]\n"
RIGHT = """flows:
  - {id: f, from: user, to: [thing, other], services: [tcp/1, 47, {parameter: one, protocol: udp}], need: required, source: s}
  - {id: g, from: any, to: thing, services: [{parameter: whole}], need: conditional, when: a, ends: [egress], source: s, confidence: inferred, note: N}
  - {id: h, from: user, to: thing, services: [any], need: blocked, when: {all-on: [a], all-off: [b]}, source: s}
"""


def test_every_key_is_read(tmp_path: Path) -> None:
    """A file that uses all keys comes out as it was meant."""
    written(tmp_path, HEAD + PARAMETERS + ROLES + RIGHT, "own.yaml")
    policy = load_policy("own.yaml", tmp_path)
    assert (policy.id, policy.product, policy.version, policy.reviewed) == ("own", "Own", "1", date(2026, 1, 1))
    assert policy.sources["s"] == Source("s", "S", "https://example.com", date(2026, 1, 1))
    assert policy.features == {"a": Feature("a", "A", True), "b": Feature("b", "B", False, ("a",))}
    assert policy.roles["user"] == Role("user", "User", True)
    assert (policy.roles["thing"].usually_on, policy.roles["other"].usually_on) == (("other",), ("thing",))
    assert policy.roles["other"].peers == {"azure": ("tag:X", "10.0.0.0/8")}
    one, many, whole, nets = policy.parameters.values()
    assert (one.type, one.default, one.source, one.title, one.feature) == ("port", ((5, 5),), "s", "One", None)
    assert (many.type, many.default, many.feature) == ("ports", None, "b")
    assert whole.default == (parse_service("tcp/22"), parse_service("47"), parse_service("icmp/8"))
    assert nets.default == ("10.0.0.0/8", "0.0.0.0/0", "::/0")
    f, g, h = policy.flows
    assert (f.sources, f.destinations, f.need, f.when, f.ends) == (
        ("user",),
        ("thing", "other"),
        "required",
        ALWAYS,
        ("egress", "ingress"),
    )
    assert f.services == (parse_service("tcp/1"), parse_service("47"), ParameterService("one", "udp"))
    assert (g.sources, g.services, g.when, g.ends) == (("any",), (ParameterService("whole"),), When(("a",)), ("egress",))
    assert (g.source, g.confidence, g.note, f.confidence, g.parameters) == ("s", "inferred", "N", "vendor", ("whole",))
    assert (h.need, h.when) == ("blocked", When(("a",), ("b",)))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("id: own", "ident: own", "2:1: unknown key `ident`; the nearest is `id`; allowed here: features, flows, id"),
        ("id: own\n", "", "the file lacks the key `id`"),
        ("id: own", "id: Own Policy", "2:1: `id` is `Own Policy`: write an id of lower-case words"),
        ('version: "1"', "version: 1", "4:1: `version` is 1: write a text that is not empty"),
        ("reviewed: 2026-01-01", "reviewed: 2026-02-31", "5:1: `2026-02-31` is no day of the calendar"),
        ("s: {title: S,", "s: {", "6:11: `sources.s` lacks the key `title`"),
        ("default: on", "default: yes", "`features.a.default` is `yes`; allowed here: on, off"),
        ("needs: [a]", "needs: [aa]", "feature `aa` does not exist; the nearest is `a` (in `features.b.needs[0]`)"),
        (
            "type: port,",
            "type: prot,",
            "`parameters.one.type` is `prot`; the nearest is `port`; allowed here: port, ports, services, cidrs",
        ),
        ("default: 5", "default: [5]", "9:21: parameter `one` takes one port, as in 443"),
        ("default: 5", "default: 0", "port 0 carries no service"),
        ("default: [tcp/22, 47,", "default: [tcp:22, 300,", "`tcp:22` is no service: write tcp/443"),
        ("default: [10.0.0.0/8, any]", "default: [10.0.0.1/8]", "`10.0.0.1/8` has bits behind its prefix"),
        ("feature: b", "feature: c", "feature `c` does not exist; known: a, b (in `parameters.many.feature`)"),
        ("source: s, title: One", "source: t, title: One", "source `t` does not exist; known: s"),
        ("usually-on: other", "usually-on: othr", "role `othr` does not exist; the nearest is `other`"),
        ("external: true", "external: yes", "`roles.user.external` is `yes`: write true or false"),
        ("  user:", "  any: {}\n  user:", "no role can be called `any`"),
        ('"tag:X"', '"tga:X"', "`tga:X` is no peer"),
        ("tag:X", "group:sg-1", "`group:sg-1` is another in each estate: write CIDRs, tag:NAME or prefix-list:NAME"),
        ("azure:", "gcp:", "unknown key `gcp` in `roles.other.peers`; allowed here: aws, azure"),
        (
            "from: user, to: [thing",
            "from: usr, to: [thng",
            "role `usr` does not exist; the nearest is `user` (in `flows[0].from`)",
        ),
        (
            "from: user, to: [thing",
            "from: usr, to: [thng",
            "role `thng` does not exist; the nearest is `thing` (in `flows[0].to`)",
        ),
        ("services: [any]", "services: []", "`flows[2].services` is empty: write a list of services that is not empty"),
        ("services: [any]", "services: [443/tcp]", "the protocol stands first, as in tcp/443 (in `flows[2].services[0]`)"),
        ("services: [any]", "services: [443]", "`flows[2].services[0]` is 443: write a service"),
        ("services: [any]", "services: [{parameter: on, protocol: tcp}]", "parameter `on` does not exist; the nearest is `one`"),
        ("services: [any]", "services: [{parameter: one}]", "parameter `one` holds ports: say protocol: tcp or udp"),
        (
            "services: [any]",
            "services: [{parameter: whole, protocol: tcp}]",
            "parameter `whole` holds whole services: leave out `protocol`",
        ),
        ("services: [any]", "services: [{parameter: nets}]", "parameter `nets` holds CIDRs"),
        (
            "services: [any]",
            "services: [{parameter: one, protocol: icmp}]",
            "is `icmp`; the nearest is `tcp`; allowed here: tcp, udp",
        ),
        ("when: a,", "", "19:5: `flows[1]`: a conditional flow lacks the key `when`, which names the features that it hangs on"),
        ("when: a,", "when: c,", "feature `c` does not exist; known: a, b (in `flows[1].when`)"),
        ("when: a,", "when: {},", "`flows[1].when` is empty: write a feature, or {all-on: [...], all-off: [...]}"),
        ("all-off: [b]", "all-off: [a]", "feature `a` cannot be on and off at once"),
        ("need: required", "need: required, when: a", "flow `f` hangs on features: write need: conditional"),
        (
            "need: required",
            "need: needed",
            "`flows[0].need` is `needed`; allowed here: required, conditional, optional, blocked",
        ),
        ("ends: [egress]", "ends: [out]", "`flows[1].ends[0]` is `out`; allowed here: ingress, egress"),
        ("confidence: inferred", "confidence: sure", "`flows[1].confidence` is `sure`; allowed here: vendor"),
        ("source: s, confidence", "source: t, confidence", "source `t` does not exist; known: s (in `flows[1].source`)"),
        ("id: g", "id: f", "flow `f` stands here twice"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, old: str, new: str, says: str) -> None:
    """Line, column, the key, and what is allowed there."""
    text = HEAD + PARAMETERS + ROLES + RIGHT
    assert old in text
    path = written(tmp_path, text.replace(old, new, 1), "own.yaml")
    found = complaints(lambda: load_policy(str(path), tmp_path))
    assert [complaint for complaint in found if says in complaint], found


def test_a_broken_section_is_no_reason_for_other_mistakes(tmp_path: Path) -> None:
    """Names that stand in a broken entry exist, so nobody else is blamed."""
    text = (
        HEAD.replace("title: A, default", "titel: A, default")
        + PARAMETERS.replace("type: port,", "type: x,")
        + ROLES.replace("{usually", "{1: 2, usually", 1)
    )
    found = complaints(lambda: load_policy(str(written(tmp_path, text + RIGHT, "own.yaml")), tmp_path))
    assert [complaint.partition(": ")[2][:30] for complaint in found] == [
        "`features.a` lacks the key `ti",
        "unknown key `titel` in `featur",
        "`parameters.one.type` is `x`; ",
        "unknown key `1` in `roles.thin",
    ]


def test_a_policy_is_an_id_or_a_path(tmp_path: Path) -> None:
    """What has a slash or ends in .yaml is a path from the site file's folder, all else an id; what is neither says so."""
    (tmp_path / "sub").mkdir()
    written(tmp_path, HEAD + ROLES + FLOW, "sub/own.yaml")
    assert load_policy("sub/own.yaml", tmp_path).id == load_policy("./own.yaml", tmp_path / "sub").id == "own"
    place = Location("pamlint.yaml", 2, 1)
    for name, says in (
        ("netiq-pam-4", "the nearest is `netiq-pam-3`"),
        ("nope.yaml", "is no file"),
        ("./netiq-pam-3", "is no file"),
    ):
        with pytest.raises(UserError, match=says) as caught:
            load_policy(name, tmp_path, place)
        assert caught.value.location == place
