"""Random root modules full of network resources: variables, tfvars, locals, nested modules, count, for_each, dynamic blocks."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

_PORTS = [22, 80, 443, 1433, 2222, 3389, 5432, 8080, 29120]
_NETWORKS = ["10.0.0.0/8", "10.1.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "0.0.0.0/0"]
_VARIABLES = """
variable "ports" {
  type    = list(number)
  default = [22, "443"]
}
variable "rules" {
  type = map(object({
    port     = number
    protocol = optional(string, "tcp")
    cidrs    = optional(list(string), ["10.0.0.0/8"])
    self     = optional(bool)
  }))
  default = { ssh = { port = 22 }, web = { port = "443", cidrs = ["0.0.0.0/0"] } }
}
variable "enabled" {
  type    = bool
  default = true
}
variable "names" {
  type    = set(string)
  default = ["b", "a"]
}
variable "cidr" {
  default = "10.20.0.0/16"
}
variable "vpc_id" {
  type    = string
  default = null
}
"""


@dataclass
class Writer:
    """Writes one configuration as files by name; the same seed writes the same one."""

    seed: int
    files: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.count = 0

    def write(self) -> dict[str, str]:
        """All files of a root module."""
        self._module("", 2)
        if self.random.random() < 0.6:
            self.files["terraform.tfvars"] = self._values()
        if self.random.random() < 0.4:
            self.files["z.auto.tfvars"] = f"ports = {self._ports()}\n"
        if self.random.random() < 0.3:
            self.files["a_override.tf"] = 'variable "cidr" {\n  default = "10.99.0.0/16"\n}\nlocals {\n  base = "over"\n}\n'
        return self.files

    def _name(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def _ports(self) -> str:
        return "[" + ", ".join(str(port) for port in self.random.sample(_PORTS, self.random.randrange(4))) + "]"

    def _values(self) -> str:
        rules = ", ".join(
            f"{name} = {{ port = {self.random.choice(_PORTS)}{self.random.choice(['', chr(44) + ' self = true', chr(44) + ' protocol = null'])} }}"
            for name in self.random.sample(["ssh", "web", "db", "x-y"], self.random.randrange(4))
        )
        enabled = self.random.choice(["true", "false", '"true"'])
        return f"ports = {self._ports()}\nrules = {{ {rules} }}\nenabled = {enabled}\n"

    def _module(self, directory: str, depth: int) -> str:
        groups = [self._group() for _ in range(self.random.randrange(1, 4))]
        text = [_VARIABLES, self._locals(), 'resource "aws_vpc" "main" {\n  cidr_block = var.cidr\n}\n']
        text += [group for _, group in groups]
        text += [self._rule([name for name, _ in groups]) for _ in range(self.random.randrange(4))]
        outputs = f'output "ids" {{\n  value = [{", ".join(name for name, _ in groups)}][*].id\n}}\noutput "cidrs" {{\n  value = local.subnets\n}}\n'
        text.append(outputs)
        if depth and self.random.random() < 0.7:
            text += [self._call(directory, depth) for _ in range(self.random.randrange(1, 3))]
        self.files[f"{directory}main.tf"] = "\n".join(text)
        return directory

    def _locals(self) -> str:
        return """locals {
  base    = "pam-${terraform.workspace}"
  subnets = [for i in range(3) : cidrsubnet(var.cidr, 8, i)]
  pairs   = { for p in setproduct(var.ports, sort(var.names)) : "${p[0]}-${p[1]}" => { port = p[0], name = p[1] } }
  flat    = flatten([for k, r in var.rules : [for c in r.cidrs : { key = "${k}-${c}", port = r.port, cidr = c, protocol = r.protocol }]])
  by_port = { for r in local.flat : tostring(r.port) => r.cidr... }
  by_key  = { for r in local.flat : r.key => r if r.port != 80 }
}
"""

    def _cidrs(self) -> str:
        return self.random.choice(
            [
                "local.subnets",
                "[var.cidr]",
                f'["{self.random.choice(_NETWORKS)}"]',
                "concat(local.subnets, [aws_vpc.main.cidr_block])",
                "distinct([for r in local.flat : r.cidr])",
                "[local.subnets[1]]",
            ]
        )

    def _group(self) -> tuple[str, str]:
        name = self._name("g")
        repeat, reference, key = self.random.choice(
            [
                ("", "", '"x"'),
                ("  count = var.enabled ? 1 : 0\n", "", "count.index"),
                ("  count = 2\n", "[1]", "count.index"),
                ("  for_each = var.rules\n", "", "each.key"),
            ]
        )
        body = self._blocks("ingress") + self._blocks("egress")
        text = f'resource "aws_security_group" "{name}" {{\n{repeat}  name   = "${{local.base}}-{name}-${{{key}}}"\n  vpc_id = aws_vpc.main.id\n{body}  tags = merge({{ Name = "{name}" }}, var.enabled ? {{ on = var.enabled }} : {{}})\n}}\n'
        target = f"aws_security_group.{name}{reference}"
        if "for_each" in repeat:
            target = f'try(aws_security_group.{name}["ssh"], aws_vpc.main)'
        if "enabled" in repeat:
            target = f"try(aws_security_group.{name}[0], aws_vpc.main)"
        return target, text

    def _blocks(self, kind: str) -> str:
        style = self.random.randrange(5)
        if style == 0:
            return ""
        if style == 1:
            return f'  {kind} {{\n    from_port   = {self.random.choice(_PORTS)}\n    to_port     = "443"\n    protocol    = "tcp"\n    cidr_blocks = {self._cidrs()}\n  }}\n'
        if style == 2:
            return f"""  dynamic "{kind}" {{
    for_each = {self.random.choice(["var.ports", "toset(var.ports)", "var.enabled ? var.ports : []", "{ for p in var.ports : p => p }"])}
    iterator = it
    content {{
      from_port   = it.value
      to_port     = it.value
      protocol    = "tcp"
      cidr_blocks = {self._cidrs()}
      description = "n ${{it.key}}"
    }}
  }}
"""
        if style == 3:
            return f"""  dynamic "{kind}" {{
    for_each = local.by_key
    content {{
      from_port   = {kind}.value.port
      to_port     = {kind}.value["port"]
      protocol    = lookup({kind}.value, "protocol", "udp")
      cidr_blocks = [{kind}.value.cidr]
    }}
  }}
"""
        return f"""  {kind} = [for k, r in var.rules : {{
    from_port = r.port, to_port = r.port, protocol = coalesce(r.protocol, "udp"), cidr_blocks = r.cidrs, self = r.self, description = k
    ipv6_cidr_blocks = null, prefix_list_ids = [], security_groups = []
  }} if r.port > 22]
"""

    def _rule(self, groups: list[str]) -> str:
        name, group = self._name("r"), self.random.choice(groups)
        style = self.random.randrange(4)
        if style == 0:
            return f"""resource "aws_security_group_rule" "{name}" {{
  for_each          = local.pairs
  type              = "ingress"
  security_group_id = {group}.id
  from_port         = each.value.port
  to_port           = split("-", each.key)[0]
  protocol          = "tcp"
  cidr_blocks       = {self._cidrs()}
  description       = each.value.name
}}
"""
        if style == 1:
            return f"""resource "aws_security_group_rule" "{name}" {{
  count                    = length(var.ports)
  type                     = var.enabled ? "ingress" : "egress"
  security_group_id        = {group}.id
  from_port                = var.ports[count.index]
  to_port                  = element(var.ports, count.index + 1)
  protocol                 = "-1"
  source_security_group_id = {self.random.choice(groups)}.id
}}
"""
        if style == 2:
            return f"""resource "aws_vpc_security_group_ingress_rule" "{name}" {{
  for_each          = toset(flatten(values(local.by_port)))
  security_group_id = {group}.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = each.value
}}
"""
        return f"""resource "aws_vpc_security_group_egress_rule" "{name}" {{
  security_group_id            = {group}.id
  ip_protocol                  = "-1"
  referenced_security_group_id = {self.random.choice(groups)}.id
}}
"""

    def _call(self, directory: str, depth: int) -> str:
        name = self._name("m")
        self._module(f"{directory}{name}/", depth - 1)
        repeat = self.random.choice(["", "", "  count  = var.enabled ? 2 : 1\n", "  for_each = var.names\n"])
        arguments = {
            "ports": self.random.choice(["var.ports", "[for p in var.ports : p + 1]", '["22"]']),
            "rules": self.random.choice(
                ["var.rules", '{ for k, r in var.rules : "m-${k}" => r }', "{ one = { port = 1, cidrs = local.subnets } }"]
            ),
            "enabled": self.random.choice(["!var.enabled", "true", '"false"', "length(var.ports) > 1"]),
            "cidr": self.random.choice(["local.subnets[0]", "var.cidr", "aws_vpc.main.cidr_block"]),
            "names": self.random.choice(["var.names", '["q"]', "[for n in var.names : upper(n)]", "keys(var.rules)"]),
        }
        chosen = {key: value for key, value in arguments.items() if self.random.random() < 0.6}
        if chosen.get("cidr") == "local.subnets[0]" and "rules" in chosen:
            chosen.pop("cidr")
        lines = "".join(f"  {key} = {value}\n" for key, value in chosen.items())
        return f'module "{name}" {{\n{repeat}  source = "./{name}"\n{lines}}}\noutput "{name}" {{\n  value = module.{name}\n}}\n'
