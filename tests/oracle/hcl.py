"""Terraform text, and how rules say their peers."""

from __future__ import annotations

from collections.abc import Mapping

from tests.oracle.nouns import Rule


class Code(str):
    """Terraform text that stands as it is, where a string would be quoted."""


def value(item: object) -> str:
    if isinstance(item, Code):
        return str(item)
    if item is None:
        return "null"
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, str):
        return f'"{item}"'
    if isinstance(item, (list, tuple)):
        return "[" + ", ".join(value(each) for each in item) + "]"
    if isinstance(item, Mapping):
        return "{ " + ", ".join(f"{key} = {value(each)}" for key, each in item.items()) + " }"
    return str(item)


def block(head: str, arguments: Mapping[str, object], nested: str = "") -> str:
    body = "".join(f"  {key} = {value(item)}\n" for key, item in arguments.items())
    inner = "".join(f"  {line}\n" for line in nested.splitlines())
    return f"{head} {{\n{body}{inner}}}\n"


def resource(address: str, arguments: Mapping[str, object], nested: str = "") -> str:
    kind, _, name = address.partition(".")
    return block(f'resource "{kind}" "{name}"', arguments, nested)


def tied(variable: str | None) -> dict[str, object]:
    """The count of a tie that hangs on a variable."""
    return {"count": Code(f"var.{variable} ? 1 : 0")} if variable else {}


def perhaps(items: list[Code], loose: list[Code], variable: str | None) -> object:
    """A list to which some elements belong if a variable says so."""
    if not loose:
        return items
    return Code(f"concat({value(items)}, var.{variable} ? {value(loose)} : [])")


def variables(rules: list[Rule]) -> dict[str, str]:
    """Each unset variable with its type."""
    found = {
        peer.partition(":")[2]: "list(string)" if listed(rule) else "string"
        for rule in rules
        for peer in rule.peers
        if kind_of(peer)[:3] == "var"
    }
    found |= {rule.port_variable: "number" for rule in rules if rule.port_variable}
    return found | {rule.count_variable: "set(string)" if repeated(rule) else "number" for rule in rules if rule.count_variable}


def listed(rule: Rule) -> bool:
    """Whether a variable stands for the whole list of the rule's peers."""
    single = rule.style == "new" or "network_acl" in rule.name or "network_manager" in rule.name
    return not single and len(rule.peers) == 1 and len(rule.name) % 2 == 0


def repeated(rule: Rule) -> bool:
    """Whether a rule that may not exist has `for_each`, rather than `count`: the same wherever its variable stands."""
    return rule.count_variable is not None and ord(rule.count_variable[-1]) % 2 == 0


def repetition(rule: Rule) -> dict[str, object]:
    return {"for_each" if repeated(rule) else "count": Code(f"var.{rule.count_variable}")} if rule.count_variable else {}


def element(peer: str) -> object:
    kind, _, name = peer.partition(":")
    if kind in ("var", "var4", "var6"):
        return Code(f"var.{name}")
    if kind in ("group", "asg", "pl"):
        return Code(f"{name}.id") if "." in name else name
    return name if kind == "tag" else peer


def picked(rule: Rule, *kinds: str) -> object:
    if listed(rule) and kind_of(rule.peers[0]) in kinds and kind_of(rule.peers[0]).startswith("var"):
        return element(rule.peers[0])
    return [element(peer) for peer in rule.peers if kind_of(peer) in kinds]


def kind_of(peer: str) -> str:
    kind = peer.partition(":")[0]
    return kind if kind in ("group", "asg", "tag", "pl", "var", "var4", "var6") else "ip6" if ":" in peer else "ip4"
