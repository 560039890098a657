"""Generated code: clean for every product, least by the naive packet judge, and noticed wherever a line is lost or added."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from datetime import date
from functools import cache
from ipaddress import ip_address, ip_network
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from pamlint.documents.policy import catalogue
from pamlint.generating import Generated, Order, from_policy, from_site
from pamlint.model.errors import UserError
from pamlint.report.generated_site import site_file
from pamlint.run import Options
from tests.generated import estate_of, narrowed, unmet_flows, without
from tests.oracle.estates import estate_of as random_estate
from tests.oracle.nouns import DIRECTIONS, Acl, Atom, Estate, Place, Rule, Unit
from tests.oracle.policy_reader import asked, blocked_at, meetings, permitted_at
from tests.oracle.render import write as render_estate
from tests.oracle.sampling import packet_of
from tests.twins import TODAY, pamlint

NATURAL = {"azure-bastion": ("azure",), "aws-session-manager": ("aws",)}
CLOUDS = {name: [(name, cloud) for cloud in NATURAL.get(name, ("aws", "azure"))] for name in catalogue()}
CASES = [case for cases in CLOUDS.values() for case in cases]
ALTERNATELY = [CLOUDS[name][number % len(CLOUDS[name])] for number, name in enumerate(CLOUDS)]
SEEDS = (1, 2)
EVERY = pytest.mark.parametrize(("policy", "cloud"), CASES, ids=lambda text: text)


@cache
def generated(policy: str, cloud: str) -> Generated:
    """What `pamlint generate --policy` makes."""
    return from_policy(policy, Order(cloud), Options(today=date.fromisoformat(TODAY)))


@cache
def judged(policy: str, cloud: str) -> Estate:
    """The same, as the judge sees it."""
    made = generated(policy, cloud)
    assert made.data is not None
    return estate_of(cloud, made.code, yaml.safe_load(site_file(made.data, Path())))


def write(directory: Path, policy: str, cloud: str, code: str | None = None) -> None:
    """The generated directory, with this code in the place of its own."""
    made = generated(policy, cloud)
    assert made.data is not None
    (directory / "pam.tf").write_text(made.code if code is None else code)
    (directory / "pamlint.yaml").write_text(site_file(made.data, directory))


def findings(directory: Path) -> list[dict[str, Any]]:
    """What lint finds; values that nobody knows are named besides."""
    found = json.loads(pamlint(directory, "lint", "--format", "json", "--today", TODAY).out)["findings"]
    return [each for each in found if each["check"] != "unresolved-value"]


@EVERY
def test_every_product_lints_clean(policy: str, cloud: str, tmp_path: Path) -> None:
    """A generated directory exits 0 without a finding, strictly too: nothing in it is unproven, and every end is judged."""
    write(tmp_path, policy, cloud)
    answer = pamlint(tmp_path, "lint", "--strict", "--format", "json", "--today", TODAY)
    report = json.loads(answer.out)
    assert (answer.code, report["findings"]) == (0, [])
    assert {verdict["state"] for verdict in report["verdicts"]}.isdisjoint({"missing", "unproven"})
    assert report["complete"]


@EVERY
def test_the_judge_finds_the_rules_sufficient(policy: str, cloud: str) -> None:
    """Every required packet passes."""
    estate = judged(policy, cloud)
    assert {unmet for acl in estate.acls for way in DIRECTIONS for unmet in unmet_flows(estate, acl.address, way)} == set()


@EVERY
def test_the_judge_finds_no_rule_too_many_or_too_wide(policy: str, cloud: str) -> None:
    """Without any rule, or with less of it, a required packet is denied."""
    estate = judged(policy, cloud)
    for acl, rule in allows(estate):
        assert unmet_flows(without(estate, acl.address, rule), acl.address, rule.direction), rule.name
        for less in narrowed(rule):
            assert unmet_flows(without(estate, acl.address, rule, less), acl.address, rule.direction), less


def allows(estate: Estate) -> list[tuple[Acl, Rule]]:
    """The generated allow rules."""
    return [(acl, rule) for acl in estate.acls for rule in acl.rules if rule.allow and not rule.default]


@pytest.mark.parametrize(("policy", "cloud"), ALTERNATELY, ids=lambda text: text)
def test_a_dropped_allow_is_missed_by_the_flows_that_it_alone_served(policy: str, cloud: str, tmp_path: Path) -> None:
    """One `missing-access` for each such flow and role, and nothing else."""
    estate, code = judged(policy, cloud), generated(policy, cloud).code
    for acl, rule in Random(policy).sample(allows(estate), min(3, len(allows(estate)))):
        write(tmp_path, policy, cloud, dropped(code, rule.name))
        expected = unmet_flows(without(estate, acl.address, rule), acl.address, rule.direction)
        told = [(each["check"], each["acl"], each["direction"], each["flow"], *each["roles"][:1]) for each in findings(tmp_path)]
        wanted = [("missing-access", acl.address, rule.direction, flow, role) for flow, role in expected]
        assert Counter(told) == Counter(wanted), rule.name


@pytest.mark.parametrize(("policy", "cloud"), [case for case in CASES if case[1] == "azure"], ids=lambda text: text)
def test_a_dropped_deny_opens_by_default(policy: str, cloud: str, tmp_path: Path) -> None:
    """Without its deny rule, an NSG gets one `implicit-allow` in that direction, and nothing else; what a tag may hold is not proved."""
    denies = [(acl, rule) for acl in judged(policy, cloud).acls for rule in acl.rules if not rule.allow and not rule.default]
    acl, rule = Random(policy).choice(denies)
    write(tmp_path, policy, cloud, dropped(generated(policy, cloud).code, rule.name))
    found = findings(tmp_path)
    opened = ("implicit-allow", acl.address, rule.direction)
    assert {(each["check"], each["acl"], each["direction"]) for each in found} == {opened}
    assert sum(each["certainty"] == "proved" for each in found) == 1


def dropped(code: str, address: str) -> str:
    """The code without one resource."""
    kind, _, label = address.partition(".")
    head, found, rest = code.partition(f'resource "{kind}" "{label}" {{\n')
    assert found
    return head + rest.partition("\n}\n")[2]


@pytest.mark.parametrize("seed", SEEDS)
@EVERY
def test_a_rule_from_outside_is_told(policy: str, cloud: str, seed: int, tmp_path: Path) -> None:
    """A rule drawn at random that admits what nobody permits gives exactly one `extra-access`, on it."""
    acl, rule = stranger(judged(policy, cloud), Random(f"{policy}{cloud}{seed}"))
    write(tmp_path, policy, cloud, generated(policy, cloud).code + "\n" + written(cloud, acl, rule))
    assert [(each["check"], each["rule"]) for each in findings(tmp_path)] == [("extra-access", rule.name)], rule


def stranger(estate: Estate, random: Random) -> tuple[Acl, Rule]:
    """A rule of which some packet is permitted by nothing, and none is blocked or a service tag's."""
    while True:
        acl, direction = random.choice(estate.acls), random.choice(DIRECTIONS)
        low = random.randrange(1, 65436)
        ports = ((low, low + random.choice([0, 1, 99])),)
        kind = f"aws_vpc_security_group_{direction}_rule" if estate.cloud == "aws" else "azurerm_network_security_rule"
        rule = Rule(f"{kind}.stranger", direction, random.choice([6, 17]), ports, (foreigner(estate, random),), priority=4000)
        place, packets = Place(estate, Unit(((acl.address,),)), direction), packets_of(rule)
        tagged = [each for each in meetings(place) if each.other.networks is None]
        if any(blocked_at(place, packet) != "no" or any(asked(place, each, packet) for each in tagged) for packet in packets):
            continue
        if any(permitted_at(place, packet) == "no" for packet in packets):
            return acl, rule


def foreigner(estate: Estate, random: Random) -> str:
    """A network from anywhere, of any size, or another group."""
    if estate.cloud == "aws" and random.random() < 0.3:
        return f"group:{random.choice(estate.acls).address}"
    length = random.randrange(4, 33)
    number = random.randrange(1 << 32) >> (32 - length) << (32 - length)
    return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}/{length}"


def packets_of(rule: Rule) -> list[Any]:
    """The packets of the rule's ports, from the ends of its network or a member of its group."""
    (peer,), ((low, high),) = rule.peers, rule.ports
    if peer.startswith("group:"):
        atoms = [Atom(peer, ip_address("100.99.98.97"))]
    else:
        atoms = [Atom(None, ip_network(peer)[index]) for index in (0, -1)]
    return [packet_of(rule.protocol or 0, port, 50000, atom, None) for atom in atoms for port in range(low, high + 1)]


def written(cloud: str, acl: Acl, rule: Rule) -> str:
    """The rule as code, written without the generator."""
    kind, _, label = rule.name.partition(".")
    (peer,), ((low, high),) = rule.peers, rule.ports
    protocol = {6: "tcp", 17: "udp"}[rule.protocol or 0]
    if cloud == "aws":
        far = f"referenced_security_group_id = {peer[6:]}.id" if peer.startswith("group:") else f'cidr_ipv4 = "{peer}"'
        lines = [
            f"security_group_id = {acl.address}.id",
            f'ip_protocol = "{protocol}"',
            f"from_port = {low}",
            f"to_port = {high}",
            far,
        ]
    else:
        side, near = ("source", "destination") if rule.direction == "ingress" else ("destination", "source")
        lines = [
            'name = "stranger"',
            f"resource_group_name = {acl.address}.resource_group_name",
            f"network_security_group_name = {acl.address}.name",
            f"priority = {rule.priority}",
            f'direction = "{"Inbound" if rule.direction == "ingress" else "Outbound"}"',
            'access = "Allow"',
            f'protocol = "{protocol.title()}"',
            'source_port_range = "*"',
            f'destination_port_range = "{low}-{high}"',
            f'{side}_address_prefix = "{peer}"',
            f'{near}_address_prefix = "*"',
        ]
    return f'resource "{kind}" "{label}" {{\n  ' + "\n  ".join(lines) + "\n}\n"


@pytest.mark.parametrize("optional", [False, True])
@pytest.mark.parametrize("coded", [False, True])
def test_random_sites_get_clean_rules(coded: bool, optional: bool, tmp_path: Path) -> None:
    """Whatever the policy and the site, with code or without: rules that lint clean, or a reason why there can be none."""
    made = Counter[str]()
    for seed in range(20):
        folder = tmp_path / str(seed)
        estate = random_estate(seed)
        render_estate(estate, folder)
        if not coded:
            (folder / "main.tf").unlink()
        try:
            from_site((folder,), Order(estate.cloud, optional), Options(today=date.fromisoformat(TODAY)))
            made["rules"] += 1
        except UserError as error:
            made[next((why for why in (*REASONS, OWN_FAULTS) if why in error.message), error.message)] += 1
    assert made.keys() <= {"rules", *REASONS, *([OWN_FAULTS] if coded else [])}
    assert made["rules"] >= 10


OWN_FAULTS = "with the generated rules in place, there are findings still"
"""What network ACLs and other rules of the code itself open, close or leave unknown is for its owner to mend."""
REASONS = (
    "no rule of an Azure NSG admits just that",
    "nobody says in which networks it stands",
    "no role here has rules",
    "gives it neither `match` nor `cidrs` nor `on`",
    "is bound to nothing either",
    "finds nothing",
)


@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not on the path")
def test_terraform_leaves_the_layout_alone(tmp_path: Path) -> None:
    """`terraform fmt` has nothing to change in any generated file."""
    for policy, cloud in CASES:
        (tmp_path / f"{policy}_{cloud}.tf").write_text(generated(policy, cloud).code)
    done = subprocess.run(["terraform", "fmt", "-check", "-diff"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
