"""Root modules evaluate as Terraform evaluates them; what cannot be known says why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pamlint.model.errors import UserError
from pamlint.model.resource import Unknown
from pamlint.sources.code import Settings
from tests.terraform.roots import problems, read, values, write


def _values(tmp_path: Path, text: str, settings: Settings | None = None, **files: str) -> dict[str, Any]:
    reading = read(write(tmp_path, {"main.tf": text, **files}), settings)
    assert problems(reading) == []
    return values(reading)


VARIABLE = 'variable "v" {{\n  type = {type}\n  {rest}\n}}\nresource "r" "x" {{\n  v = var.v\n}}\n'
TYPES = {
    ("number", 'default = "443"'): 443,
    ("string", "default = 443"): "443",
    ("bool", 'default = "true"'): True,
    ("list(string)", "default = [1, true]"): ["1", "true"],
    ("set(number)", 'default = ["3", 1, 3]'): [1, 3],
    ("map(string)", "default = { b = 1, a = 2 }"): {"a": "2", "b": "1"},
    ("object({ a = optional(number, 5), b = optional(string) })", 'default = { c = 1, a = "7" }'): {"a": 7, "b": None},
    ('list(object({ p = number, c = optional(list(string), ["10.0.0.0/8"]) }))', "default = [{ p = 1 }]"): [
        {"c": ["10.0.0.0/8"], "p": 1}
    ],
    ("any", "default = [1, 2]"): [1, 2],
    ("tuple([string, number])", 'default = [1, "2"]'): ["1", 2],
    ("map(any)", "default = { a = 1 }"): {"a": 1},
    ("string", ""): "?var.v",
    ("string", "default = null"): None,
    ("string", 'default = "x"\n  sensitive = true'): "?var.v (sensitive)",
}


@pytest.mark.parametrize(("declared", "value"), list(TYPES.items()))
def test_variable_types(tmp_path: Path, declared: tuple[str, str], value: Any) -> None:
    """A variable's value is converted to its type, with the defaults of optional attributes; without a value it is unknown."""
    text = VARIABLE.format(type=declared[0], rest=declared[1])
    assert _values(tmp_path, text) == {"r.x": {"v": value}}


PRECEDENCE = [
    ("env", {"TF_VAR_v": "env"}, {}, ()),
    ("tfvars", {"TF_VAR_v": "env"}, {"terraform.tfvars": 'v = "tfvars"'}, ()),
    ("json", {}, {"terraform.tfvars": 'v = "tfvars"', "terraform.tfvars.json": '{"v": "json"}'}, ()),
    ("b", {}, {"terraform.tfvars.json": '{"v": "json"}', "a.auto.tfvars": 'v = "a"', "b.auto.tfvars": 'v = "b"'}, ()),
    ("json2", {}, {"a.auto.tfvars": 'v = "a"', "b.auto.tfvars.json": '{"v": "json2"}'}, ()),
    ("file", {}, {"a.auto.tfvars": 'v = "a"', "x.tfvars": 'v = "file"'}, ("x.tfvars",)),
    ("second", {}, {"x.tfvars": 'v = "file"', "y.tfvars": 'v = "second"'}, ("x.tfvars", "y.tfvars")),
]


@pytest.mark.parametrize(("value", "environment", "files", "named"), PRECEDENCE)
def test_precedence(
    tmp_path: Path, value: str, environment: dict[str, str], files: dict[str, str], named: tuple[str, ...]
) -> None:
    """The later of environment, tfvars, auto files by name and -var-file wins; -var wins over all."""
    text = 'variable "v" {\n  default = "default"\n}\nresource "r" "x" {\n  v = var.v\n}\n'
    paths = tuple(tmp_path / name for name in named)
    assert _values(tmp_path, text, Settings(environment=environment, variable_files=paths), **files) == {"r.x": {"v": value}}
    last = Settings(variables={"v": "typed"}, environment=environment, variable_files=paths)
    assert _values(tmp_path, text, last) == {"r.x": {"v": "typed"}}


def test_values_as_text(tmp_path: Path) -> None:
    """A text from outside is itself for a string, and an expression for a collection."""
    text = 'variable "s" {\n  type = string\n}\nvariable "l" {\n  type = list(number)\n}\nresource "r" "x" {\n  v = [var.s, var.l]\n}\n'
    settings = Settings(variables={"s": "[1]"}, environment={"TF_VAR_l": "[1, 2]"})
    assert _values(tmp_path, text, settings) == {"r.x": {"v": ["[1]", [1, 2]]}}


def test_wrong_variable_file(tmp_path: Path) -> None:
    """A -var-file that is not there or is wrong is the user's mistake."""
    write(tmp_path, {"main.tf": "", "wrong.tfvars": "v = ["})
    for name in ("none.tfvars", "wrong.tfvars"):
        with pytest.raises(UserError):
            read(tmp_path, Settings(variable_files=(tmp_path / name,)))


REPEATED = """
variable "n" {}
resource "r" "one" {}
resource "r" "counted" {
  count = 2
  v     = count.index
}
resource "r" "each" {
  for_each = { b = 1, a = 2 }
  v        = "${each.key}=${each.value}"
}
resource "r" "set" {
  for_each = toset(["x"])
  v        = each.value
}
resource "r" "none" {
  count = 0
}
resource "r" "maybe" {
  count = var.n
  v     = count.index
}
resource "r" "reads" {
  a = r.counted[1].v
  b = r.each["a"].v
  c = r.counted[*].v
  d = [for k, i in r.each : i.v]
  e = r.one.id
  f = r.set["x"].id
  g = r.maybe[0].id
  h = length(r.none)
  i = r.counted.0.id
  j = values(r.each)[*].id
}
"""


def test_repetition(tmp_path: Path) -> None:
    """count and for_each make instances; one possible instance stands for those of an unknown number."""
    reading = read(write(tmp_path, {"main.tf": REPEATED}))
    assert values(reading) == {
        "r.one": {},
        "r.counted[0]": {"v": 0},
        "r.counted[1]": {"v": 1},
        'r.each["a"]': {"v": "a=2"},
        'r.each["b"]': {"v": "b=1"},
        'r.set["x"]': {"v": "x"},
        "r.maybe[*]": {"v": "?var.n"},
        "r.reads": {
            "a": 1,
            "b": "a=2",
            "c": [0, 1],
            "d": ["a=2", "b=1"],
            "e": "?r.one.id",
            "f": '?r.set["x"].id',
            "g": "?var.n r.maybe[*].id",
            "h": 0,
            "i": "?r.counted[0].id",
            "j": ['?r.each["a"].id', '?r.each["b"].id'],
        },
    }
    resources = {resource.address: resource for resource in reading.resources}
    assert resources["r.maybe[*]"].body.possible == ("var.n",)
    assert resources["r.reads"].body.values["e"] == Unknown(("r.one.id",), ("r.one", "id"))


DYNAMIC = """
variable "open" {}
variable "rules" {
  default = [{ port = 22, cidrs = ["10.0.0.0/8"] }, { port = 443, cidrs = [] }]
}
resource "r" "x" {
  rule {
    port = 1
  }
  dynamic "rule" {
    for_each = var.rules
    content {
      port = rule.value.port
      at   = rule.key
      dynamic "inner" {
        for_each = rule.value.cidrs
        iterator = it
        content {
          cidr = "${rule.value.port} ${it.value}"
        }
      }
    }
  }
  dynamic "rule" {
    for_each = var.open
    content {
      port = rule.value.port
    }
  }
  dynamic "none" {
    for_each = []
    content {}
  }
}
"""


def test_dynamic_blocks(tmp_path: Path) -> None:
    """Dynamic blocks stand where they are written, nested ones too; one possible block stands for an unknown collection."""
    assert _values(tmp_path, DYNAMIC) == {
        "r.x": {
            "rule": [
                {"port": 1},
                {"port": 22, "at": 0, "inner": [{"cidr": "22 10.0.0.0/8"}]},
                {"port": 443, "at": 1},
                {"possible": ("var.open",), "port": "?var.open"},
            ]
        }
    }


MODULES = {
    "main.tf": """
variable "cidr" {}
data "d" "x" {
  name = "n"
}
module "net" {
  source   = "./modules/net"
  for_each = toset(["a", "b"])
  name     = each.key
  cidr     = var.cidr
  vpc      = data.d.x.id
}
module "far" {
  source  = "example/far/aws"
  version = "1.0"
}
resource "r" "x" {
  a = module.net["a"].name
  b = module.net["b"].id
  c = module.far.id
  d = module.far.ids[0]
  e = [for m in module.net : m.name]
  f = data.d.x.name
}
""",
    "modules/net/main.tf": """
variable "name" {}
variable "cidr" {}
variable "vpc" {}
variable "unset" {
  default = null
}
module "deeper" {
  source = "../deeper"
  value  = upper(var.name)
}
resource "r" "y" {
  cidr = var.cidr
  vpc  = var.vpc
  up   = module.deeper.value
  path = path.module
}
output "name" {
  value = var.name
}
output "id" {
  value = r.y.id
}
""",
    "modules/deeper/main.tf": 'variable "value" {}\noutput "value" {\n  value = var.value\n}\n',
}


def test_module_tree(tmp_path: Path) -> None:
    """Inputs go down, outputs come up; an unknown input carries its caller's reasons; an absent module is said once."""
    reading = read(write(tmp_path, MODULES))
    inner = {"cidr": "?var.cidr", "vpc": "?data.d.x.id", "path": "modules/net"}
    assert values(reading) == {
        "r.x": {
            "a": "a",
            "b": '?module.net["b"].r.y.id',
            "c": "?module.far.id",
            "d": "?module.far.ids",
            "e": ["a", "b"],
            "f": "n",
        },
        "data.d.x": {"name": "n"},
        'module.net["a"].r.y': {**inner, "up": "A"},
        'module.net["b"].r.y': {**inner, "up": "B"},
    }
    assert [(problem.check, problem.subject) for problem in reading.problems] == [("unresolved-value", "module.far")]
    assert "terraform init" in reading.problems[0].tip
    assert reading.input.complete
    assert [name.removeprefix(f"{tmp_path}/") for name in reading.input.files] == [
        "main.tf",
        "modules/deeper/main.tf",
        "modules/net/main.tf",
    ]


def test_installed_modules(tmp_path: Path) -> None:
    """Modules that `terraform init` has fetched are read where its manifest says."""
    manifest = (
        '{"Modules": [{"Key": "", "Source": "", "Dir": "."}, {"Key": "far", "Source": "x", "Dir": ".terraform/modules/far/sub"}]}'
    )
    files = {
        "main.tf": 'module "far" {\n  source = "example/far/aws"\n}\nresource "r" "x" {\n  v = module.far.v\n}\n',
        ".terraform/modules/modules.json": manifest,
        ".terraform/modules/far/sub/main.tf": 'output "v" {\n  value = 7\n}\n',
    }
    assert values(read(write(tmp_path, files))) == {"r.x": {"v": 7}}


def test_facts(tmp_path: Path) -> None:
    """Facts take the place of what they name, with and without instance keys."""
    facts = {
        "var.cidr": "10.0.0.0/8",
        "data.d.x.id": "vpc-1",
        "module.far.id": "far-1",
        "module.net.r.y.id": "id-1",
        "module.net.module.deeper.var.value": "fact",
    }
    told = values(read(write(tmp_path, MODULES), Settings(facts=facts)))
    assert told["r.x"] == {"a": "a", "b": "id-1", "c": "far-1", "d": "?module.far.ids", "e": ["a", "b"], "f": "n"}
    assert told['module.net["a"].r.y'] == {
        "cidr": "10.0.0.0/8",
        "vpc": "vpc-1",
        "path": "modules/net",
        "up": "fact",
        "id": "id-1",
    }


WRONG = {
    'locals {\n  a = local.b\n  b = local.a\n}\nresource "r" "x" {\n  v = local.a\n}\n': (
        "unreadable-input",
        "local.b: local.a depends on itself: local.a -> local.b -> local.a",
        "main.tf:3:7",
        "?local.b",
    ),
    'resource "r" "x" {\n  v = cidrsubnet("10.0.0.0/8", 8, 256)\n}\n': (
        "unreadable-input",
        "no subnet number 256",
        "main.tf:2:7",
        "?r.x.v",
    ),
    'resource "r" "x" {\n  v = var.nothing\n}\n': (
        "unreadable-input",
        "r.x.v: var.nothing is not declared",
        "main.tf:2:7",
        "?r.x.v",
    ),
    'variable "p" {\n  type    = number\n  default = "x"\n}\nresource "r" "x" {\n  v = var.p\n}\n': (
        "unreadable-input",
        "the value for p does not fit its type",
        "main.tf:1:1",
        "?var.p",
    ),
    'locals {\n  big = [for a in range(1000) : [for b in range(1000) : b]]\n}\nresource "r" "x" {\n  v = local.big\n}\n': (
        "unresolved-value",
        "local.big is not evaluated: more than 300,000 elements",
        "main.tf:2:9",
        "?local.big (more than 300,000 elements)",
    ),
    'variable "p" {\n  default = 5\n  validation {\n    condition     = var.p > 9\n    error_message = "p is ${var.p}."\n  }\n}\nresource "r" "x" {\n  v = var.p\n}\n': (
        "failed-validation",
        "p is 5.",
        "main.tf:1:1",
        5,
    ),
    'variable "p" {\n  default = 5\n  validation {\n    condition     = var.p > 9\n    error_message = <<-E\n      p is\n        ${var.p}.\n    E\n  }\n}\nresource "r" "x" {\n  v = var.p\n}\n': (
        "failed-validation",
        "p is 5.",
        "main.tf:1:1",
        5,
    ),
    'resource "r" "x" {\n  v = file("absent.txt")\n}\n': ("unresolved-value", "there is no file", "main.tf:2:7", "?r.x.v"),
}


@pytest.mark.parametrize("text", WRONG)
def test_what_terraform_refuses(tmp_path: Path, text: str) -> None:
    """An error is told with its place and names what it makes unknown; the rest is still read."""
    check, message, place, value = WRONG[text]
    reading = read(write(tmp_path, {"main.tf": text}))
    [(found, told, where)] = problems(reading)
    assert (found, where, values(reading)) == (check, place, {"r.x": {"v": value}})
    assert message in told
    assert reading.input.complete == (check != "unreadable-input")


def test_module_that_calls_itself(tmp_path: Path) -> None:
    """A module that calls itself, at once or by way of another, is refused."""
    files = {
        "main.tf": 'module "a" {\n  source = "./a"\n}\n',
        "a/main.tf": 'module "b" {\n  source = "../b"\n}\n',
        "b/main.tf": 'module "a" {\n  source = "../a"\n}\n',
    }
    [(check, message, place)] = problems(read(write(tmp_path, files)))
    assert (check, place) == ("unreadable-input", "b/main.tf:1:1")
    assert message.endswith("/a calls itself")


def test_overrides_and_tofu(tmp_path: Path) -> None:
    """Override files replace arguments and blocks by type; a .tofu file hides the .tf file of its name."""
    text = 'resource "r" "x" {\n  a = 1\n  b = 2\n  rule {\n    v = 1\n  }\n  other {\n    v = 1\n  }\n}\n'
    files = {
        "net.tf": "nonsense = [",
        "net.tofu": 'resource "r" "y" {\n  v = local.l\n}\n',
        "x_override.tf": 'resource "r" "x" {\n  b = 3\n  dynamic "rule" {\n    for_each = [5]\n    content {\n      v = rule.value\n    }\n  }\n}\nlocals {\n  l = 2\n}\n',
        "locals.tf": "locals {\n  l = 1\n}\n",
    }
    assert _values(tmp_path, text, None, **files) == {
        "r.x": {"a": 1, "b": 3, "other": [{"v": 1}], "rule": [{"v": 5}]},
        "r.y": {"v": 2},
    }


JSON_ROOT = """{
  "variable": {"c": {"type": "list(string)", "default": ["10.0.0.0/8"]}},
  "locals": {"p": {"ssh": 22}},
  "resource": {"r": {"x": {
    "name": "a-${terraform.workspace}",
    "dynamic": {"ingress": {"for_each": "${local.p}", "content": {"port": "${ingress.value}", "cidrs": "${var.c}"}}}
  }}}
}"""


def test_json_root(tmp_path: Path) -> None:
    """JSON configuration means the same as native one."""
    files = write(tmp_path, {"main.tf.json": JSON_ROOT})
    assert values(read(files, Settings(workspace="prod"))) == {
        "r.x": {"name": "a-prod", "ingress": [{"port": 22, "cidrs": ["10.0.0.0/8"]}]}
    }


def test_json_defaults_are_no_templates(tmp_path: Path) -> None:
    """What JSON gives a variable by default is taken as it stands, as in Terraform; everything else in JSON is a template."""
    text = """{"variable": {"a": {"default": ["x${1+1}y", "%{ if true }z%{ endif }", "$${q}"]}},
      "resource": {"r": {"x": {"given": "${var.a}", "own": "x${1+1}y"}}}}"""
    assert values(read(write(tmp_path, {"main.tf.json": text}))) == {
        "r.x": {"given": ["x${1+1}y", "%{ if true }z%{ endif }", "$${q}"], "own": "x2y"}
    }


def test_default_tags(tmp_path: Path) -> None:
    """The provider's default tags go to its resources, also in modules and by alias."""
    text = """
provider "aws" {
  default_tags {
    tags = { team = "pam", env = "x" }
  }
}
provider "aws" {
  alias = "west"
  default_tags {
    tags = { env = "west" }
  }
}
resource "aws_r" "x" {
  tags = { env = "own" }
}
resource "aws_r" "w" {
  provider = aws.west
}
module "m" {
  source    = "./m"
  providers = { aws = aws.west }
}
resource "other_r" "x" {}
"""
    told = _values(tmp_path, text, None, **{"m/main.tf": 'resource "aws_r" "y" {}\n'})
    assert {address: found.get("tags_all") for address, found in told.items()} == {
        "aws_r.x": {"team": "pam", "env": "own"},
        "aws_r.w": {"env": "west"},
        "other_r.x": None,
        "module.m.aws_r.y": {"env": "west"},
    }


def test_a_file_that_cannot_be_read_hides_nothing_else(tmp_path: Path) -> None:
    """What a broken file would declare is unknown, without further errors."""
    files = {"broken.tf": 'variable "v" {\n', "main.tf": 'resource "r" "x" {\n  v = var.v\n  w = 1\n}\n'}
    reading = read(write(tmp_path, files))
    assert values(reading) == {"r.x": {"v": "?var.v", "w": 1}}
    assert [(check, place) for check, _, place in problems(reading)] == [("unreadable-input", "broken.tf:1:14")]
    assert not reading.input.complete


def test_broken_values_make_variables_unknown(tmp_path: Path) -> None:
    """Where a file of values cannot be read, no default passes for the value."""
    files = {"main.tf": 'variable "v" {\n  default = 1\n}\nresource "r" "x" {\n  v = var.v\n}\n', "terraform.tfvars": "v = ["}
    reading = read(write(tmp_path, files), Settings(environment={"TF_VAR_v": "2"}))
    assert values(reading) == {"r.x": {"v": "?var.v"}}
    assert [place for _, _, place in problems(reading)] == ["terraform.tfvars:1:5"]


def test_secrets_do_not_come_out_in_errors(tmp_path: Path) -> None:
    """An error that a sensitive value causes does not show it."""
    text = """variable "s" {
  default   = "secret"
  sensitive = true
}
resource "r" "x" {
  a = { a = 1 }[var.s]
  b = parseint(var.s, 10)
  c = { for x in [1, 2] : var.s => x }
  d = "${var.s}!"
  e = [var.s, 1]
}
"""
    reading = read(write(tmp_path, {"main.tf": text}))
    assert len(problems(reading)) == 3
    assert "secret" not in str(problems(reading)) + str(values(reading))
    assert values(reading)["r.x"]["e"] == ["?var.s (sensitive)", 1]


def test_data_sources_read_back(tmp_path: Path) -> None:
    """A data source gives back the scalars that it is asked with; a collection may come back with more in it."""
    text = 'data "d" "x" {\n  id   = "i"\n  tags = { a = 1 }\n}\nresource "r" "x" {\n  a = data.d.x.id\n  b = data.d.x.tags\n  c = data.d.x.cidr\n}\n'
    assert _values(tmp_path, text)["r.x"] == {"a": "i", "b": "?data.d.x.tags", "c": "?data.d.x.cidr"}


def test_one_or_none(tmp_path: Path) -> None:
    """Of what exists once or not at all, element 0 is that one; with try, it is that or what stands for it."""
    text = """variable "on" {}
resource "g" "x" {
  count = var.on ? 1 : 0
}
resource "g" "many" {
  count = var.on ? 2 : 0
}
resource "r" "x" {
  a = g.x[0].id
  b = try(g.x[0].id, "")
  c = g.many[0].id
}
"""
    reading = read(write(tmp_path, {"main.tf": text}))
    found = {resource.address: resource.body.values for resource in reading.resources}["r.x"]
    assert found["a"] == Unknown(("g.x[*].id",), ("g.x[*]", "id"))
    assert found["b"] == Unknown(("g.x[*].id",), either=(found["a"], ""))
    any_ = Unknown(("g.many[*].id",), ("g.many[*]", "id"))
    assert found["c"] == Unknown(("var.on", "g.many[*].id"), either=(any_, None))


def test_a_resource_of_a_module_that_is_perhaps_not_there_is_there_inside_of_it(tmp_path: Path) -> None:
    """Inside, nothing goes on from what is there wherever the module is; outside, the module itself may not be there."""
    module = 'resource "g" "x" {}\noutput "id" { value = try(g.x.id, "") }\nresource "r" "in" { v = try(g.x.id, "") }\n'
    code = """
variable "on" {}
module "m" {
  source = "./m"
  count  = var.on ? 1 : 0
}
resource "r" "out" { v = try(module.m[0].id, "") }
"""
    reading = read(write(tmp_path, {"main.tf": code, "m/main.tf": module}))
    found = {resource.address: resource.body.values.get("v") for resource in reading.resources}
    here = Unknown(("module.m[*].g.x.id",), ("module.m[*].g.x", "id"))
    assert found["module.m[*].r.in"] == here
    assert found["r.out"] == Unknown(("module.m[*].g.x.id",), either=(here, ""))


def test_a_name_that_is_not_known_is_the_name_of_its_resource(tmp_path: Path) -> None:
    """Who refers to it means that one, whatever its name is; what a data source asks for stays what it is."""
    code = """
variable "p" {}
resource "g" "x" { name = "pam-${var.p}" }
resource "g" "known" { name = "pam" }
data "g" "y" { name = var.p }
resource "r" "x" {
  a = g.x.name
  b = "${g.x.name}-rule"
  c = g.known.name
  d = data.g.y.name
}
"""
    found = {resource.address: resource.body.values for resource in read(write(tmp_path, {"main.tf": code})).resources}
    assert found["g.x"]["name"] == Unknown(("var.p",), prefix="pam-")
    assert found["r.x"] == {
        "a": Unknown(("var.p",), ("g.x", "name"), prefix="pam-"),
        "b": Unknown(("var.p",), prefix="pam-"),
        "c": "pam",
        "d": Unknown(("var.p",), name="var.p"),
    }


def test_a_provider_may_add_to_an_object_that_a_resource_sets(tmp_path: Path) -> None:
    """An attribute that the code does not set is not known, which is no error; what it sets is as it sets it."""
    code = """
resource "token" "t" {
  metadata = { expires = "1h", labels = { a = "b" } }
  tags     = { a = "b" }
}
locals { plain = { a = 1 } }
resource "r" "x" {
  a = token.t.metadata.expires
  b = token.t.metadata.name
  c = token.t.metadata["labels"].id
  d = token.t.metadata.labels.a
  e = merge(token.t.tags, { c = "d" })
  f = try(local.plain.b, "none")
  g = token.t.metadata == { expires = "1h", labels = { a = "b" } }
}
"""
    found = {resource.address: resource.body.values for resource in read(write(tmp_path, {"main.tf": code})).resources}
    assert found["r.x"] == {
        "a": "1h",
        "b": Unknown(("token.t.metadata.name",), name="token.t.metadata.name"),
        "c": Unknown(("token.t.metadata.labels.id",), name="token.t.metadata.labels.id"),
        "d": "b",
        "e": {"a": "b", "c": "d"},
        "f": "none",
        "g": True,
    }


AT_AN_UNKNOWN_KEY = {
    "g.two[var.n].id": ("var.n", "g.two[0].id", "g.two[1].id"),
    "g.each[var.k].id": ("var.k", 'g.each["a"].id', 'g.each["b"].id'),
    'g.each[var.k]["id"]': ("var.k", 'g.each["a"].id', 'g.each["b"].id'),
    "g.two[var.n].tag": ("var.n",),
    "g.maybe[var.n].id": ("var.on", "var.n", "g.maybe[*].id"),
    'g.named["a"].id': ("var.on", "g.named[*].id"),
    "g.maybe[*].id": ("var.on", "g.maybe[*].id"),
    "module.m[var.n].id": ("var.on", "var.n", "module.m[*].g.x.id"),
    "[g.two[0].id, g.two[1].id][var.n]": ("var.n", "g.two[0].id", "g.two[1].id"),
    '{ a = g.two[0].id, b = "x" }[var.k]': ("var.k", "g.two[0].id"),
    "[[g.two[0].id], []][var.n]": ("var.n", "g.two[0].id"),
    "[[g.two[0].id], []][var.n][0]": ("var.n", "g.two[0].id"),
    "{ x = { i = g.two[0].id, j = 1 }, y = { i = g.two[1].id } }[var.k].i": ("var.k", "g.two[0].id", "g.two[1].id"),
    "{ x = { i = g.two[0].id, j = var.n }, y = {} }[var.k].j": ("var.k", "var.n"),
    "{ x = { a = { g = g.two[0] } } }[var.k].a.g.id": ("var.k", "g.two[0].id"),
    "[for g in g.two : g.id if var.on]": ("var.on", "g.two[0].id", "g.two[1].id"),
    "[for g in g.two : g if var.on][*].id": ("var.on", "g.two[0].id", "g.two[1].id"),
    "[for g in g.two : { g = g, n = var.n } if var.on][0].g.id": ("var.on", "g.two[0].id", "g.two[1].id"),
    "[for g in g.two : { g = g, n = var.n } if var.on][0].n": ("var.on", "var.n"),
    "{ for k, g in g.each : k => g.id if var.on }": ("var.on", 'g.each["a"].id', 'g.each["b"].id'),
    "{ for g in g.each : var.k => g.id... }": ("var.k", 'g.each["a"].id', 'g.each["b"].id'),
    "keys({ for g in g.two : g.id => 1 if var.on })": ("var.on", "g.two[0].id", "g.two[1].id"),
    "[for g in g.maybe : g.id]": ("var.on", "g.maybe[*].id"),
    "[for m in module.m : m.id]": ("var.on", "module.m[*].g.x.id"),
    "[for x in var.n : g.two[0].id]": ("var.n", "g.two[0].id"),
    "values(g.named)[*].id": ("var.on", "g.named[*].id"),
    "one(g.maybe).id": ("var.on", "g.maybe[*].id"),
    "flatten([g.maybe, g.two])[1].id": ("var.on", "g.maybe[*].id", "g.two[0].id", "g.two[1].id"),
    'join("", g.maybe[*].id)': ("var.on", "g.maybe[*].id"),
    '"%{ for g in g.maybe }${g.id}%{ endfor }"': ("var.on", "g.maybe[*].id"),
    "merge({ x = { i = g.two[0].id } }, var.n)[var.k].i": ("var.n", "var.k", "g.two[0].id"),
    "(var.on ? g.two[0] : g.two[1]).id": ("var.on", "g.two[0].id", "g.two[1].id"),
    "(var.on ? { i = g.two[0].id } : { i = g.two[1].id }).i": ("var.on", "g.two[0].id", "g.two[1].id"),
    "{ (var.k) = g.two[0].id }[var.n]": ("var.k", "g.two[0].id", "var.n"),
    "{ x = { i = 1 }, y = { i = g.two[0].id } }[var.k].j": ("var.k", "g.two[0].id"),
    "try(g.maybe[0], g.two[0]).id": ("var.on", "g.maybe[*].id", "g.two[0].id"),
    "slice(g.maybe, 0, 1)[0].id": ("var.on", "g.maybe[*].id"),
    "jsonencode({ x = [for g in g.two : { i = g.id } if var.on] })": ("var.on", "g.two[0].id", "g.two[1].id"),
}


@pytest.mark.parametrize("text", AT_AN_UNKNOWN_KEY)
def test_an_element_at_an_unknown_key_may_be_any(text: str, tmp_path: Path) -> None:
    """What makes each of them unknown is among the references, so that what an id leads to is not lost."""
    code = f"""
variable "n" {{}}
variable "k" {{}}
variable "on" {{}}
resource "g" "two" {{
  count = 2
  tag   = count.index
}}
resource "g" "each" {{ for_each = toset(["a", "b"]) }}
resource "g" "maybe" {{ count = var.on ? 2 : 0 }}
resource "g" "named" {{ for_each = var.on ? toset(["a"]) : toset([]) }}
module "m" {{
  source = "./m"
  count  = var.on ? 2 : 0
}}
resource "r" "x" {{ v = {text} }}
"""
    module = 'resource "g" "x" {}\noutput "id" { value = g.x.id }\n'
    reading = read(write(tmp_path, {"main.tf": code, "m/main.tf": module}))
    found = {resource.address: resource.body.values for resource in reading.resources}["r.x"]["v"]
    assert found.because == AT_AN_UNKNOWN_KEY[text]


def test_an_instance_of_what_is_repeated_with_another_may_be_any_of_that(tmp_path: Path) -> None:
    """`for_each` over a resource of which nobody knows which instances there are."""
    code = """
variable "on" {}
resource "g" "x" { for_each = var.on ? toset(["a"]) : toset([]) }
resource "r" "x" {
  for_each = g.x
  v        = each.value.id
}
"""
    found = {resource.address: resource.body.values for resource in read(write(tmp_path, {"main.tf": code})).resources}
    any_ = Unknown(("g.x[*].id",), ("g.x[*]", "id"))
    assert found["r.x[*]"]["v"] == Unknown(("var.on", "g.x[*].id"), either=(any_, None))


IDENTITIES = [
    "g.a.id",
    "coalesce(var.none, g.a.id)",
    'compact([g.a.id, "", var.none])[0]',
    "flatten([g.a.id, [g.b.*.id]])[0]",
    'element(concat(g.a[*].id, [""]), 0)',
    "one(g.a[*]).id",
    'lookup({ x = g.a.id }, "x", "")',
    'merge({ x = g.a.id }, { y = "z" })["x"]',
    'try(g.a.id, "")',
    "var.none == null ? g.a.id : var.none",
    'g.a.id != null ? g.a.id : "x"',
    '"${g.a.id}"',
    "values({ x = g.a })[0].id",
    "{ for k, v in { x = g.a } : k => v.id }.x",
    'zipmap(["x"], [g.a.id]).x',
]


@pytest.mark.parametrize("text", IDENTITIES)
def test_identities_survive(tmp_path: Path, text: str) -> None:
    """What leads to the id of one resource is that id, whatever functions it goes through."""
    main = f'variable "none" {{\n  default = null\n}}\nresource "g" "a" {{}}\nresource "g" "b" {{\n  count = 2\n}}\nresource "r" "x" {{\n  v = {text}\n}}\n'
    reading = read(write(tmp_path, {"main.tf": main}))
    found = {resource.address: resource.body.values for resource in reading.resources}
    assert found["r.x"]["v"] == Unknown(("g.a.id",), ("g.a", "id"))


def test_an_empty_file_is_native_syntax_only(tmp_path: Path) -> None:
    """Terraform reads nothing in an empty `.tf` file, and takes an empty `.tf.json` for one that is cut off."""
    reading = read(write(tmp_path, {"main.tf": "", "more.tf.json": ""}))
    assert [problem[:2] for problem in problems(reading)] == [
        ("unreadable-input", "a JSON value is expected, not the end of the file")
    ]


def test_outputs_of_other_states(tmp_path: Path) -> None:
    """Each output of another root's state is a thing of its own, which the user may give by itself; the rest stays unknown."""
    text = """
data "terraform_remote_state" "net" { backend = "local" }
data "terraform_remote_state" "more" {
  count   = 1
  backend = "local"
}
locals { net = data.terraform_remote_state.net.outputs }
resource "r" "x" {
  a = data.terraform_remote_state.net.outputs.users
  b = data.terraform_remote_state.net.outputs["group"].id
  c = local.net.nets[0]
  d = data.terraform_remote_state.more[0].outputs.ids
  e = keys(local.net)
}
"""
    net, more = "data.terraform_remote_state.net.outputs", "data.terraform_remote_state.more[0].outputs"
    unknown = {"a": f"?{net}.users", "b": f"?{net}.group", "c": f"?{net}.nets", "d": f"?{more}.ids", "e": f"?{net}"}
    assert _values(tmp_path, text)["r.x"] == unknown
    facts = {f"{net}.users": "10.0.0.0/8", f"{net}.nets": ["10.1.0.0/16"], "data.terraform_remote_state.more.outputs.ids": [1]}
    given = _values(tmp_path, text, Settings(facts=facts))["r.x"]
    assert given == {**unknown, "a": "10.0.0.0/8", "c": "10.1.0.0/16", "d": [1], "e": ["nets", "users", unknown["e"]]}


def test_regions_of_providers(tmp_path: Path) -> None:
    """A resource is in the region of its provider, by alias and in modules too, unless it says otherwise."""
    text = """
provider "aws" { region = "eu-west-1" }
provider "aws" {
  alias  = "us"
  region = "us-${var.side}-1"
}
variable "side" { default = "east" }
resource "aws_x" "a" {}
resource "aws_x" "b" { provider = aws.us }
resource "aws_x" "c" { region = "own" }
data "aws_x" "d" { provider = aws.us }
resource "other_x" "e" {}
module "m" {
  source    = "./m"
  providers = { aws = aws.us }
}
"""
    assert _values(tmp_path, text, **{"m/main.tf": 'resource "aws_x" "f" {}'}) == {
        "aws_x.a": {"region": "eu-west-1"},
        "aws_x.b": {"region": "us-east-1"},
        "aws_x.c": {"region": "own"},
        "data.aws_x.d": {"region": "us-east-1"},
        "other_x.e": {},
        "module.m.aws_x.f": {"region": "us-east-1"},
    }


IMPORTS = """
import {
  to = r.one
  id = "i-1"
}
import {
  for_each = { a = "i-a", b = "i-b" }
  to       = module.m[each.key].r.x["k.1"]
  id       = each.value
}
import {
  to = r.unknown
  id = var.id
}
import {
  to       = r.named
  identity = { name = "n" }
}
variable "id" {}
resource "r" "one" {}
resource "r" "unknown" {}
resource "r" "named" {}
module "m" {
  for_each = toset(["a", "b", "c"])
  source   = "./m"
}
"""


def test_given_texts_are_those_of_their_resources(tmp_path: Path) -> None:
    """A text that the user gives for a resource is its own, as it is for whoever refers to it."""
    text = """
    resource "r" "one" { count = 2 }
    resource "r" "two" { of = r.one[1].id }
    data "r" "read" {}
    """
    facts = {"r.one[1].id": "i-1", "data.r.read.id": "i-2", "r.one.owner": "o-1", "r.two.more.deeply": "x"}
    reading = read(write(tmp_path, {"main.tf": text}), Settings(facts=facts))
    assert {resource.address: (resource.id, dict(resource.body.values)) for resource in reading.resources} == {
        "r.one[0]": (None, {"owner": "o-1"}),
        "r.one[1]": ("i-1", {"owner": "o-1", "id": "i-1"}),
        "r.two": (None, {"of": "i-1"}),
        "data.r.read": ("i-2", {"id": "i-2"}),
    }


def test_imported_resources_have_their_ids(tmp_path: Path) -> None:
    """An import block tells the id of what is there already, also in modules and one by one of several; in JSON as well."""
    files = {"m/main.tf": 'resource "r" "x" {\n  for_each = toset(["k.1"])\n}\n'}
    json = '{"import": {"to": "r.json[0]", "id": "i-j"}, "resource": {"r": {"json": {"count": 1}}}}'
    reading = read(write(tmp_path, {"main.tf": IMPORTS, "more.tf.json": json, **files}))
    assert problems(reading) == []
    assert {resource.address: resource.id for resource in reading.resources} == {
        "r.one": "i-1",
        "r.unknown": None,
        "r.named": None,
        "r.json[0]": "i-j",
        'module.m["a"].r.x["k.1"]': "i-a",
        'module.m["b"].r.x["k.1"]': "i-b",
        'module.m["c"].r.x["k.1"]': None,
    }
