"""`pamlint generate` as a user meets it: what it writes and where, for products and for sites, and what it refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from tests.twins import FIXTURES, copy_estate, pamlint

EXPECTED = Path(__file__).parent / "expected"
NETWORKS = """
pamlint: site/1
policy: netiq-pam-3
features: [ssh-relay]
roles:
  framework-manager: {cidrs: [10.10.1.0/24]}
  agent: {cidrs: [10.10.2.0/24]}
  ssh-relay: {on: framework-manager}
  linux-target: {cidrs: [10.10.3.0/25, 10.10.3.128/25]}
  user: {cidrs: [any]}
  admin: {cidrs: [10.20.0.0/16]}
"""
GROUPS = """
resource "aws_security_group" "boundary" {
  for_each = toset(["controller", "worker"])
  name     = "boundary-${each.key}"
}
"""
PEERS = "these roles have `cidrs` and no `match`, so they are peers only: database, target"
BOUNDARY = """
pamlint: site/1
policy: hashicorp-boundary
parameters: {target-ports: [22, 5432]}
roles:
  controller: {match: [{name: boundary-controller}]}
  worker: {match: [{name: boundary-worker}]}
  database: {cidrs: [10.40.0.0/24]}
  target: {cidrs: [10.30.0.0/16]}
  client: {cidrs: [10.20.0.0/16, 10.21.0.0/16]}
"""


@pytest.mark.parametrize("name", ["hashicorp-vault aws", "azure-bastion azure"])
def test_a_product_to_begin_with(name: str, tmp_path: Path) -> None:
    """A directory with code and site file, as recorded, that lints clean; the example values are told."""
    policy, cloud = name.split()
    answer = pamlint(tmp_path, "generate", "--policy", policy, "--cloud", cloud, "--output", "estate")
    assert (answer.code, answer.out) == (0, "Wrote estate/pam.tf and estate/pamlint.yaml.\n")
    assert answer.err.startswith("note: the networks of all roles are examples: ")
    for file in ("pam.tf", "pamlint.yaml"):
        assert (tmp_path / "estate" / file).read_text() == (EXPECTED / f"{policy}-{file}").read_text()
    assert pamlint(tmp_path / "estate", "lint").code == 0


def test_example_values_are_told(tmp_path: Path) -> None:
    """Parameters that only a site knows get values that no two share, and the site file says so."""
    answer = pamlint(tmp_path, "generate", "--policy", "netiq-pam-3", "--cloud", "aws", "--output", ".")
    given = yaml.safe_load((tmp_path / "pamlint.yaml").read_text())["parameters"]
    assert given == {
        "connector-ports": [10001],
        "database-ports": [10002],
        "checkout-services": ["tcp/10003"],
        "ldap-ports": [10004],
    }
    told = f"these parameters have no default and got example values: {', '.join(given)}"
    assert f"note: {told}\n" in answer.err
    assert f"# {told}\n" in (tmp_path / "pamlint.yaml").read_text()


@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_a_site_of_networks_gets_groups_of_its_own(cloud: str, tmp_path: Path) -> None:
    """Each role has a group by its name but external ones and those on others; the site file goes along, with matches."""
    (tmp_path / "pamlint.yaml").write_text(NETWORKS)
    answer = pamlint(tmp_path, "generate", "--cloud", cloud, "--output", "estate")
    assert (answer.code, answer.err) == (0, "")
    roles = yaml.safe_load((tmp_path / "estate" / "pamlint.yaml").read_text())["roles"]
    assert {name: role["match"] for name, role in roles.items() if "match" in role} == {
        name: [{"name": name}] for name in ("framework-manager", "agent", "linux-target")
    }
    report = json.loads(pamlint(tmp_path / "estate", "lint", "--format", "json").out)
    assert report["findings"] == []
    assert report["summary"]["acls"] == 3


def test_rules_refer_to_the_groups_of_the_code(tmp_path: Path) -> None:
    """Where roles are matched to groups, the rules name these, and peers without a group by their networks."""
    (tmp_path / "pamlint.yaml").write_text(BOUNDARY)
    (tmp_path / "main.tf").write_text(GROUPS)
    answer = pamlint(tmp_path, "generate", "--cloud", "aws", "--output", "rules.tf")
    assert (answer.code, answer.err) == (0, f"note: {PEERS}\n")
    code = (tmp_path / "rules.tf").read_text()
    assert 'security_group_id            = aws_security_group.boundary["controller"].id' in code
    assert 'resource "aws_security_group" ' not in code
    assert {line.split(" = ")[1] for line in code.splitlines() if "cidr_ipv4 " in line} == {
        '"10.20.0.0/15"',
        '"10.30.0.0/16"',
        '"10.40.0.0/24"',
    }
    assert pamlint(tmp_path, "lint").code == 0
    again = pamlint(tmp_path, "generate", "--cloud", "aws")
    assert again.out == code
    assert 'note: aws_security_group.boundary["worker"] has ' in again.err


def test_a_matched_name_that_is_not_there_yet_names_the_group(tmp_path: Path) -> None:
    """A role whose `match` asks for a name gets a group of that name, beside those that are there."""
    (tmp_path / "pamlint.yaml").write_text(BOUNDARY)
    other = 'resource "aws_security_group" "boundary_worker" {\n  name = "of another kind"\n}\n'
    (tmp_path / "main.tf").write_text(GROUPS.replace(', "worker"', "") + other)
    answer = pamlint(tmp_path, "generate", "--cloud", "aws", "--output", "rules.tf")
    assert (
        'resource "aws_security_group" "boundary_worker_2" {\n  name        = "boundary-worker"'
        in (tmp_path / "rules.tf").read_text()
    )
    assert "worker: {match: [{name: boundary-worker}]}" in answer.err
    assert pamlint(tmp_path, "lint").code == 0


@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_optional_flows_on_demand(cloud: str, tmp_path: Path) -> None:
    """`--include optional` opens them as well, and that lints clean too."""
    (tmp_path / "pamlint.yaml").write_text(NETWORKS)
    pamlint(tmp_path, "generate", "--cloud", cloud, "--output", "plain")
    pamlint(tmp_path, "generate", "--cloud", cloud, "--include", "optional", "--output", "more")
    udp = '"udp"' if cloud == "aws" else '"Udp"'
    assert [udp in (tmp_path / folder / "pam.tf").read_text() for folder in ("plain", "more")] == [False, True]
    assert pamlint(tmp_path / "more", "lint").code == 0


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A file that is there stays as it is, and no other is written either."""
    (tmp_path / "pamlint.yaml").write_text("mine")
    answer = pamlint(tmp_path, "generate", "--policy", "hashicorp-vault", "--cloud", "aws", "--output", ".")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "error: `pamlint.yaml` is there already and stays as it is; name another place with --output\n"
    assert [path.name for path in tmp_path.iterdir()] == ["pamlint.yaml"]


def test_what_is_there_is_told_before_it_is_in_the_way(tmp_path: Path) -> None:
    """Made a second time beside the first, the file is refused by its name, and not what its code would clash with."""
    (tmp_path / "pamlint.yaml").write_text(MANAGERS)
    (tmp_path / "main.tf").write_text(VPC)
    assert pamlint(tmp_path, "generate", "--cloud", "aws", "--output", "pam.tf").code == 0
    answer = pamlint(tmp_path, "generate", "--cloud", "aws", "--output", "pam.tf")
    assert (answer.code, answer.err) == (
        2,
        "error: `pam.tf` is there already and stays as it is; name another place with --output\n",
    )


MANAGERS = NETWORKS.replace("{cidrs: [10.10.1.0/24]}", "{match: [{name: manager}], cidrs: [10.10.1.0/24]}").replace(
    "  agent: {cidrs", "  agent: {match: [{name: agents}], cidrs"
)
VPC = """
variable "vpc_id" { type = string }

resource "aws_security_group" "manager" {
  name   = "manager"
  vpc_id = var.vpc_id
}
"""


def test_variables_of_the_code_keep_their_names(tmp_path: Path) -> None:
    """Where the root module has a `vpc_id` already, the generated one is another."""
    (tmp_path / "pamlint.yaml").write_text(MANAGERS)
    (tmp_path / "main.tf").write_text(VPC)
    answer = pamlint(tmp_path, "generate", "--cloud", "aws", "--output", "pam.tf")
    assert answer.code == 0, answer.err
    code = (tmp_path / "pam.tf").read_text()
    assert 'variable "vpc_id_2" {' in code
    assert re.findall(r"var\.\w+", code) == ["var.vpc_id_2"]
    assert pamlint(tmp_path, "lint").code == 0


def test_findings_that_are_left_come_under_their_heading(tmp_path: Path) -> None:
    """What the site's own code does wrong is told line by line, after the sentence that says so."""
    (tmp_path / "pamlint.yaml").write_text(MANAGERS)
    (tmp_path / "main.tf").write_text(VPC + 'module "gone" { source = "./gone" }\nmodule "lost" { source = "./lost" }\n')
    answer = pamlint(tmp_path, "generate", "--cloud", "aws")
    lines = [line for line in answer.err.splitlines() if line.startswith("error: ")]
    assert answer.code == 2
    assert lines[0] == "error: with the generated rules in place, there are findings still:"
    assert len(lines) > 2


REFUSED = {
    "a role of another cloud": (["--policy", "azure-bastion", "--cloud", "aws"], "is there on azure alone: use --cloud azure"),
    "no such cloud": (["--cloud", "gcp"], "--cloud: `gcp` is not known; use one of aws, azure"),
    "no such extra": (["--cloud", "aws", "--include", "all"], "--include: `all` is not known; use one of optional"),
    "both": (["--policy", "hashicorp-vault", "--cloud", "aws", "."], "--policy begins an estate of its own"),
    "no networks": (["--cloud", "azure"], "role `agent`: nobody says in which networks it stands"),
    "unbound": (["--cloud", "aws"], "role `admin`: the site file does not say who plays it"),
}
SITES = {
    "no networks": NETWORKS.replace("{cidrs: [10.10.2.0/24]}", "{match: [{name: agents}]}").replace(
        "{cidrs: [10.10.1.0/24]}", "{match: [{name: managers}], cidrs: [10.10.1.0/24]}"
    ),
    "unbound": NETWORKS.replace("  admin: {cidrs: [10.20.0.0/16]}\n", ""),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused(case: str, tmp_path: Path) -> None:
    """Exit code 2 and a reason, before anything is written."""
    arguments, reason = REFUSED[case]
    (tmp_path / "pamlint.yaml").write_text(SITES.get(case, NETWORKS))
    answer = pamlint(tmp_path, "generate", *arguments)
    assert (answer.code, answer.out) == (2, "")
    assert reason in answer.err


def test_groups_inside_modules_are_named_by_outputs(tmp_path: Path) -> None:
    """The output that is the group's id stands for it; without one the group is told with its place, and so is an NSG."""
    estate = copy_estate(FIXTURES / "aws" / "netiq", tmp_path)
    answer = pamlint(estate, "generate", "--cloud", "aws")
    assert answer.code == 0
    assert "security_group_id            = module.manager.id" in answer.out
    assert "referenced_security_group_id = module.manager.id" in answer.out
    assert 'resource "aws_vpc_security_group_ingress_rule" "manager_this_in_' in answer.out
    (estate / "modules" / "security-group" / "outputs.tf").write_text("")
    answer = pamlint(estate, "generate", "--cloud", "aws")
    assert answer.code == 2
    assert "module.manager.aws_security_group.this stands in a module, which has no output that is its id" in answer.err
    answer = pamlint(copy_estate(FIXTURES / "azure" / "netiq", tmp_path / "azure"), "generate", "--cloud", "azure")
    assert answer.code == 2
    assert "azurerm_network_security_group.this stands in a module, which rules beside it cannot look into" in answer.err


def test_without_the_library_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """python-hcl2 is an extra."""
    monkeypatch.setitem(__import__("sys").modules, "hcl2", None)
    answer = pamlint(tmp_path, "generate", "--policy", "hashicorp-vault", "--cloud", "aws")
    assert answer.code == 2
    assert answer.err.endswith("which is not installed: pip install 'pamlint[generate]'\n")
