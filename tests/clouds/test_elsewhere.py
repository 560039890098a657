"""What the input does not hold is one thing wherever one value names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pamlint.clouds import convert
from pamlint.model.acl import Network, Workload
from tests.clouds.building import resource
from tests.clouds.reading import chain, network_of, workloads
from tests.twins import lint

AWS = """
variable "a" {}
variable "b" {}
variable "ids" { type = list(string) }
variable "on" {}
module "net" { source = "./net" }
locals { first = var.ids[0] }
data "aws_subnet" "d" { id = "subnet-d" }
data "aws_subnet" "e" { id = var.ids[3] }
data "aws_subnets" "all" {}
data "terraform_remote_state" "net" { backend = "local" }
resource "aws_subnet" "own" { vpc_id = "vpc-1" }
resource "aws_security_group" "web" { name = "web" }
resource "aws_network_acl" "edge" {
  vpc_id     = "vpc-1"
  subnet_ids = %s
}
resource "aws_instance" "x" {
  vpc_security_group_ids = [aws_security_group.web.id]
  subnet_id              = %s
}
"""
AZURE = """
variable "a" {}
variable "b" {}
variable "ids" { type = list(string) }
variable "on" {}
module "net" { source = "./net" }
locals { first = var.ids[0] }
data "azurerm_subnet" "d" {
  name                 = "d"
  virtual_network_name = "v"
  resource_group_name  = "r"
}
data "terraform_remote_state" "net" { backend = "local" }
resource "azurerm_subnet" "own" { name = "own" }
resource "azurerm_network_security_group" "web" { name = "web" }
resource "azurerm_network_security_group" "edge" { name = "edge" }
resource "azurerm_subnet_network_security_group_association" "e" {
  network_security_group_id = azurerm_network_security_group.edge.id
  subnet_id                 = %s
}
resource "azurerm_network_interface" "x" {
  ip_configuration { subnet_id = %s }
}
resource "azurerm_network_interface_security_group_association" "x" {
  network_interface_id      = azurerm_network_interface.x.id
  network_security_group_id = azurerm_network_security_group.web.id
}
"""
NET = 'data "external" "e" {}\noutput "ids" { value = data.external.e.ids }\noutput "id" { value = data.external.e.id }\n'
REMOTE = "data.terraform_remote_state.net.outputs.subnet"
SAME = [
    ("var.a", "var.a"),
    ("var.ids[0]", "var.ids[0]"),
    ("var.ids[0]", "local.first"),
    ('"subnet-1"', '"subnet-1"'),
    (REMOTE, REMOTE),
    (f"{REMOTE}s[1]", f"{REMOTE}s[1]"),
    ("module.net.id", "module.net.id"),
]
APART = [("var.a", "var.b"), ("var.ids[0]", "var.ids[1]"), ('"subnet-1"', '"subnet-2"'), ("var.a", '"subnet-1"')]


def amazon(directory: Path, edge: str, own: str) -> tuple[Network, Workload]:
    """The network of an instance in one subnet, beside a network ACL that names others; and that instance."""
    return _network(directory, AWS % (edge, own), "aws_instance.x")


def azure(directory: Path, edge: str, own: str) -> tuple[Network, Workload]:
    """The network of an interface in one subnet, beside an NSG that is tied to another; and that interface."""
    return _network(directory, AZURE % (edge, own), "azurerm_network_interface.x")


def _network(directory: Path, code: str, address: str) -> tuple[Network, Workload]:
    network = _read(directory, code)
    (found,) = workloads(network, address)
    return network, found


def _read(directory: Path, code: str) -> Network:
    (directory / "net").mkdir(parents=True)
    (directory / "net" / "main.tf").write_text(NET)
    return network_of(directory, code)


def edge_of(workload: Workload) -> tuple[list[str], dict[str, tuple[str, ...]], tuple[str, ...]]:
    """The ACLs at the edge of a workload's subnet, what those that stand there perhaps hang on, and what is not known."""
    doubts = {key.partition("|")[2]: because for key, because in workload.perhaps.items()}
    return [each for layer in chain(workload)[1:] for each in layer], doubts, workload.beyond


@pytest.mark.parametrize(("edge", "own"), SAME)
def test_one_value_is_one_subnet(edge: str, own: str, tmp_path: Path) -> None:
    """The network ACL or NSG of a subnet that the input only names stands before whatever names it by the same value."""
    for place, made, address in (("aws", amazon, "aws_network_acl"), ("azure", azure, "azurerm_network_security_group")):
        (tmp_path / place).mkdir()
        _, found = made(tmp_path / place, f"[{edge}]" if place == "aws" else edge, own)
        assert edge_of(found) == ([f"{address}.edge"], {}, ())


@pytest.mark.parametrize(("edge", "own"), APART)
def test_two_values_are_two_subnets_as_far_as_is_known(edge: str, own: str, tmp_path: Path) -> None:
    """What is tied to another unknown subnet is not before a machine; that something may be is told."""
    told = own.strip('"')
    for place, made, what in (("aws", amazon, "network ACL"), ("azure", azure, "NSG")):
        (tmp_path / place).mkdir()
        _, found = made(tmp_path / place, f"[{edge}]" if place == "aws" else edge, own)
        assert edge_of(found) == ([], {}, (f"{what} of {told}",))


@pytest.mark.parametrize(
    ("edge", "own", "because"),
    [
        ("var.ids", "var.ids[2]", None),
        ("var.ids", "data.aws_subnet.e.id", None),
        ("data.aws_subnets.all.ids", "data.aws_subnets.all.ids[2]", None),
        ("module.net.ids", "module.net.ids[0]", None),
        ("[var.ids[0]]", "element(var.ids, 1)", ("var.ids",)),
        ("[for each in var.ids : each]", "var.ids[0]", ("var.ids",)),
        ("[var.on ? var.a : var.b]", "var.a", ("var.on",)),
        ("[var.on ? aws_subnet.own.id : var.a]", "var.a", ("var.on",)),
        ("[var.a]", "var.on ? aws_subnet.own.id : var.a", ("var.a", "var.on")),
    ],
)
def test_lists_and_choices(edge: str, own: str, because: tuple[str, ...] | None, tmp_path: Path) -> None:
    """Whoever is an element of a list that has a network ACL has it for sure; what is computed of the same values has it perhaps."""
    _, found = amazon(tmp_path, edge, own)
    stands, doubts, _ = edge_of(found)
    assert (stands, doubts.get("aws_network_acl.edge")) == (["aws_network_acl.edge"], because)


def test_a_subnet_that_is_read_by_its_id_or_only_named(tmp_path: Path) -> None:
    """What stands at a subnet that a data source reads is tied to that; where nothing is, it is told that something may be."""
    (tmp_path / "tied").mkdir()
    _, tied = amazon(tmp_path / "tied", "[data.aws_subnet.d.id]", "data.aws_subnet.d.id")
    assert edge_of(tied) == (["aws_network_acl.edge"], {}, ())
    _, other = amazon(tmp_path, "[var.a]", "data.aws_subnet.d.id")
    assert edge_of(other) == ([], {}, ("network ACL of data.aws_subnet.d",))


def test_a_machine_that_names_no_subnet(tmp_path: Path) -> None:
    """It stands in a default subnet, which is not in the input either."""
    _, found = amazon(tmp_path, "[var.a]", "null")
    assert edge_of(found) == ([], {}, ("network ACL of aws_instance.x's subnet",))


def test_a_network_acl_guards_more_than_the_subnets_that_are_known(tmp_path: Path) -> None:
    """Where it stands at a subnet of which no prefix is known, nobody knows all addresses behind it."""
    code = AWS.replace('{ vpc_id = "vpc-1" }', '{\nvpc_id = "vpc-1"\ncidr_block = "10.0.1.0/24"\n}')
    for name, subnets, local in (("one", "[aws_subnet.own.id]", True), ("more", "[aws_subnet.own.id, var.a]", False)):
        (tmp_path / name).mkdir()
        network, _ = _network(tmp_path / name, code % (subnets, "aws_subnet.own.id"), "aws_instance.x")
        (edge,) = (acl for acl in network.acls if acl.address == "aws_network_acl.edge")
        assert bool(edge.local) is local


DEFAULT = """
variable "vpc" {}
resource "aws_vpc" "made" { cidr_block = "10.0.0.0/16" }
resource "aws_default_network_acl" "edge" { default_network_acl_id = "acl-1" }
resource "aws_security_group" "web" { name = "web" }
resource "aws_subnet" "s" {
  vpc_id     = %s
  cidr_block = "10.0.1.0/24"
}
resource "aws_instance" "x" {
  vpc_security_group_ids = [aws_security_group.web.id]
  subnet_id              = aws_subnet.s.id
}
"""


@pytest.mark.parametrize(("vpc", "hangs"), [("var.vpc", ("aws_default_network_acl.edge.vpc_id",)), ("aws_vpc.made.id", None)])
def test_a_default_network_acl_of_a_vpc_that_is_not_known(vpc: str, hangs: tuple[str, ...] | None, tmp_path: Path) -> None:
    """It may stand at any subnet of which the input does not make the VPC."""
    _, found = _network(tmp_path, DEFAULT % vpc, "aws_instance.x")
    doubts = {"aws_default_network_acl.edge": hangs} if hangs else {}
    assert edge_of(found) == ([*doubts], doubts, ())


@pytest.mark.parametrize(("vpc", "there"), [("vpc-1", True), ("vpc-2", False)])
def test_a_default_network_acl_of_a_vpc_that_is_only_named(vpc: str, there: bool) -> None:
    """A state tells the VPC of it: it stands at the subnets that name the same, if they have none of their own."""
    edge = resource("aws_default_network_acl.edge", default_network_acl_id="acl-1", vpc_id="vpc-1")
    subnet = resource("aws_subnet.s", id="subnet-1", vpc_id=vpc, cidr_block="10.0.1.0/24")
    machine = resource("aws_instance.x", subnet_id="subnet-1", vpc_security_group_ids=["sg-1"])
    (found,) = convert([edge, subnet, machine], {}).workloads
    assert edge_of(found)[:2] == (["aws_default_network_acl.edge"] if there else [], {})


@pytest.mark.parametrize(("counted", "perhaps"), [("", ()), ("count = var.on ? 1 : 0", ("var.on",))])
def test_a_default_group_that_may_not_be_there(counted: str, perhaps: tuple[str, ...], tmp_path: Path) -> None:
    """Without it the default group has the rules that AWS gives it: what it holds is worn as surely as it is there."""
    code = (
        DEFAULT.replace("vpc_security_group_ids = [aws_security_group.web.id]", "") % "var.vpc"
        + f'variable "on" {{}}\nresource "aws_default_security_group" "g" {{\n  {counted}\n  vpc_id = var.vpc\n}}\n'
    )
    _, found = _network(tmp_path, code, "aws_instance.x")
    doubts = {key.partition("|")[2].partition("[")[0]: because for key, because in found.perhaps.items()}
    assert doubts.get("aws_default_security_group.g", ()) == perhaps


INTERFACE = """
variable "nic" {}
variable "other" {}
module "net" { source = "./net" }
data "azurerm_network_interface" "d" { name = "d" }
resource "azurerm_network_security_group" "web" { name = "web" }
resource "azurerm_application_security_group" "asg" { name = "asg" }
resource "azurerm_network_interface_security_group_association" "x" {
  network_interface_id      = %(tied)s
  network_security_group_id = azurerm_network_security_group.web.id
}
resource "azurerm_network_interface_application_security_group_association" "x" {
  network_interface_id          = %(tied)s
  application_security_group_id = azurerm_application_security_group.asg.id
}
resource "azurerm_linux_virtual_machine" "x" { network_interface_ids = [%(own)s] }
"""


@pytest.mark.parametrize(
    ("tied", "own", "told"),
    [
        ("var.nic", "var.nic", "var.nic"),
        ('"/subscriptions/S/nic"', '"/subscriptions/s/nic"', "/subscriptions/s/nic"),
        ("module.net.id", "module.net.id", "module.net.data.external.e"),
        ("data.azurerm_network_interface.d.id", "data.azurerm_network_interface.d.id", "data.azurerm_network_interface.d"),
        ("var.other", "var.nic", None),
    ],
)
def test_one_value_is_one_interface(tied: str, own: str, told: str | None, tmp_path: Path) -> None:
    """A machine has the NSG and the ASG of an interface that both name by the same value; its subnet is not known."""
    _, found = _network(tmp_path, INTERFACE % {"tied": tied, "own": own}, "azurerm_linux_virtual_machine.x")
    nsgs = [["azurerm_network_security_group.web"]] if told else []
    asgs = {"azurerm_application_security_group.asg"} if told else set()
    assert (chain(found), {key.partition("|")[2] for key in found.wears}) == (nsgs, asgs)
    assert found.beyond == (f"NSG of the subnet of {told or own}",)


POLICY = """
pamlint: policy/1
id: own
product: Own
version: "1"
reviewed: 2026-11-01
sources: {t: {title: T, address: "https://example.org"}}
roles: {app: {title: App}, user: {title: User, external: true}}
flows:
  - {id: in, from: user, to: app, services: [tcp/443], need: required, source: t}
"""
SITE = """
pamlint: site/1
policy: ./policy.yaml
roles:
  app: {match: [{name: web}]}
  user: {cidrs: [10.9.0.0/16]}
"""
OPEN = """
variable "subnet" {}
variable "other" {}
resource "aws_security_group" "web" {
  name = "web"
  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["10.9.0.0/16"]
  }
}
resource "aws_instance" "x" {
  vpc_security_group_ids = [aws_security_group.web.id]
  subnet_id              = var.subnet
}
resource "aws_network_acl" "shut" {
  vpc_id     = "vpc-1"
  subnet_ids = [var.%s]
}
"""


@pytest.mark.parametrize(
    ("named", "state", "assumed"), [("subnet", "unproven", []), ("other", "satisfied", ["network ACL of var.subnet"])]
)
def test_what_stands_at_a_subnet_that_is_only_named_counts(named: str, state: str, assumed: list[str], tmp_path: Path) -> None:
    """A network ACL that lets nothing in closes what the group opens, but for whoever stands inside of the subnet, of which nobody
    knows the addresses; of a network ACL that nobody names the report says so."""
    for name, text in (("main.tf", OPEN % named), ("pamlint.yaml", SITE), ("policy.yaml", POLICY)):
        (tmp_path / name).write_text(text)
    (verdict,) = (each for each in lint(tmp_path).report()["verdicts"] if each["role"] == "app")
    assert (verdict["state"], verdict["assumed"]) == (state, assumed)


CARD = """
variable "nic" {}
variable "other" {}
variable "nics" { type = list(string) }
module "net" { source = "./net" }
data "aws_network_interface" "d" { id = var.nics[0] }
resource "aws_security_group" "web" { name = "web" }
resource "aws_security_group" "ops" { name = "ops" }
resource "aws_network_interface" "own" { security_groups = [aws_security_group.ops.id] }
resource "aws_network_interface_sg_attachment" "x" {
  security_group_id    = aws_security_group.web.id
  network_interface_id = %s
}
resource "aws_instance" "x" {
%s
}
"""
NAMES = """
network_interface {
  network_interface_id = %s
  device_index         = 0
}
"""
PRIMARY = "aws_instance.x.primary_network_interface_id"
WEB = "aws_security_group.web"


@pytest.mark.parametrize(
    ("tied", "own", "worn", "told"),
    [
        ("var.nic", "var.nic", {WEB, "?var.nic"}, "the subnet of var.nic"),
        ('"eni-1"', '"eni-1"', {WEB, "?eni-1.security_groups"}, "the subnet of eni-1"),
        ("module.net.id", "module.net.id", {WEB, "?module.net.data.external.e"}, "the subnet of module.net.data.external.e"),
        (
            "data.aws_network_interface.d.id",
            "var.nics[0]",
            {WEB, "data.aws_network_interface.d.security_groups"},
            "aws_instance.x's subnet",
        ),
        (PRIMARY, "var.nic", {WEB, "?var.nic"}, "the subnet of var.nic"),
        (PRIMARY, "aws_network_interface.own.id", {WEB, "aws_security_group.ops"}, "aws_instance.x's subnet"),
        ('"eni-2"', '"eni-1"', {"?eni-1.security_groups"}, "the subnet of eni-1"),
    ],
)
def test_one_value_is_one_interface_of_an_instance(tied: str, own: str, worn: set[str], told: str, tmp_path: Path) -> None:
    """An instance wears what is attached to an interface that both name by the same value, besides what nobody knows of it."""
    _, found = _network(tmp_path, CARD % (tied, NAMES % own), "aws_instance.x")
    assert ({key.rpartition("|")[2] for key in found.wears}, dict(found.perhaps)) == (worn, {})
    assert found.beyond == (f"network ACL of {told}",)


def test_what_may_be_on_an_interface_that_is_only_named(tmp_path: Path) -> None:
    """What is attached to another unknown one is perhaps there; what is at the first of several interfaces at any of them."""
    two = NAMES % "var.nic" + NAMES.replace("= 0", "= 1") % "aws_network_interface.own.id"
    for name, tied, own, because in (
        ("choice", "var.nic", NAMES % "var.other == 1 ? var.nic : var.nics[1]", ("var.nic", "var.other")),
        ("several", PRIMARY, two, (PRIMARY,)),
    ):
        network = _read(tmp_path / name, CARD % (tied, own))
        doubts = {because for each in workloads(network, "aws_instance.x") for because in each.perhaps.values()}
        assert doubts == {because}


def test_an_instance_has_the_interfaces_that_are_attached_to_it(tmp_path: Path) -> None:
    """One of elsewhere is another of its own beside that with which it is made."""
    code = (
        CARD
        + """
    resource "aws_network_interface_attachment" "x" {
      instance_id          = aws_instance.x.id
      network_interface_id = "eni-1"
      device_index         = 1
    }
    """
    )
    network = _read(tmp_path, code % ('"eni-1"', "vpc_security_group_ids = [aws_security_group.ops.id]"))
    worn = [{key.rpartition("|")[2] for key in each.wears} for each in workloads(network, "aws_instance.x")]
    assert worn == [{"aws_security_group.ops"}, {WEB, "?eni-1.security_groups"}]


DEFAULT_GROUP = """
variable "vpc" {}
variable "other" {}
variable "on" {}
data "aws_vpc" "d" { id = var.vpc }
data "aws_security_group" "named" {
  name   = "default"
  vpc_id = "vpc-2"
}
resource "aws_default_security_group" "own" { vpc_id = %s }
resource "aws_subnet" "s" { vpc_id = %s }
resource "aws_instance" "x" { subnet_id = aws_subnet.s.id }
"""
OWN, UNSAID = "aws_default_security_group.own", "aws_instance.x.vpc_security_group_ids"


@pytest.mark.parametrize(
    ("of", "vpc", "worn", "because"),
    [
        ("var.other", "var.other", [OWN], None),
        ("data.aws_vpc.d.id", "var.vpc", [OWN], None),
        ('"vpc-1"', '"vpc-1"', [OWN], None),
        ('"vpc-1"', '"vpc-2"', ["data.aws_security_group.named"], None),
        ('"vpc-1"', "var.other", [UNSAID], None),
        ('var.on ? var.other : "vpc-1"', '"vpc-1"', [OWN, UNSAID], ("var.on",)),
    ],
)
def test_what_names_no_group_has_the_default_one_of_the_vpc_that_both_only_name(
    of: str, vpc: str, worn: list[str], because: tuple[str, ...] | None, tmp_path: Path
) -> None:
    """Another VPC has another default group; where the group may be of it, or not, so it is worn, and what it else would be."""
    found = _read(tmp_path, DEFAULT_GROUP % (of, vpc))
    (machine,) = workloads(found, "aws_instance.x")
    assert ([key.partition("|")[2] for layer in machine.chain for key in layer], set(machine.perhaps.values())) == (
        worn,
        {because} if because else set(),
    )
