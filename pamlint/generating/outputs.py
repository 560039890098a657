"""How code beside a module names a security group inside it: by an output that is the group's id."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from pamlint.model.acl import Acl
from pamlint.model.errors import UserError
from pamlint.report.hcl import Expression, Value, block
from pamlint.run import Seen
from pamlint.terraform.configuration import read_configuration
from pamlint.terraform.files import Files

PROBE = "pamlint_probe_"
_RULE = "aws_vpc_security_group_ingress_rule"
_INSIDE = re.compile(r'(module\.[A-Za-z0-9_-]+(?:\[(?:"[^"]*"|[0-9]+)\])?)\.aws_security_group\..*')


def outputs(acls: Iterable[Acl], boundary: Path, look: Callable[[str], Seen]) -> Mapping[str, Expression]:
    """The outputs that stand for groups inside modules, by the groups' keys.

    Each output of each module is tried as the group of a rule, and what the rule is then seen on is what the output stands for.
    UserError for a group that no output stands for, and for what stands in a module of a module or is an NSG.
    """
    inside = [acl for acl in acls if acl.address.startswith("module.")]
    if not inside:
        return {}
    calls = {acl.key: _call(acl) for acl in inside}
    expressions = list(dict.fromkeys(f"{calls[acl.key]}.{name}" for acl in inside for name in _outputs(acl, boundary)))
    seen = look("\n".join(_probe(number, expression) for number, expression in enumerate(expressions)))
    found: dict[str, Expression] = {}
    for acl in seen.network.acls:
        for rule in acl.rules:
            if rule.name.startswith(f"{_RULE}.{PROBE}"):
                found.setdefault(acl.key, Expression(expressions[int(rule.name.rpartition("_")[2])]))
    for acl in inside:
        if acl.key not in found:
            raise _refused(acl, "has no output that is its id: add one, so that rules can name it")
    return found


def _call(acl: Acl) -> str:
    """The module's address in the root."""
    call = _INSIDE.fullmatch(acl.address)
    if call is None:
        raise _refused(acl, "rules beside it cannot look into: write the rules in the module")
    return call[1]


def _refused(acl: Acl, why: str) -> UserError:
    return UserError(f"{acl.address} stands in a module, which {why}", acl.location)


def _outputs(acl: Acl, boundary: Path) -> list[str]:
    """The names of the outputs of the module that declares the group."""
    if acl.location is None:
        return []
    return declared("output", (Path.cwd() / acl.location.file).parent, boundary)


def declared(kind: str, module: Path, boundary: Path) -> list[str]:
    """The names of a module's outputs or variables."""
    return [name for (name,) in read_configuration(module, Files(boundary.resolve(), Path.cwd())).declared[kind]]


def _probe(number: int, expression: str) -> str:
    service: dict[str, Value] = {"ip_protocol": "tcp", "from_port": 1, "to_port": 1, "cidr_ipv4": "192.0.2.0/32"}
    return block("resource", [_RULE, f"{PROBE}{number}"], {"security_group_id": Expression(expression), **service})
