"""An estate's policy and site file, as the values that YAML is made of."""

from __future__ import annotations

from datetime import date

from tests.oracle.nouns import Allowance, Estate, Flow, Player


def policy(estate: Estate) -> dict[str, object]:
    roles = sorted({player.role for player in estate.players} | set(estate.bare_roles))
    outside = {player.role for player in estate.players if not player.acls and not player.symbols and player.on is None}
    return {
        "pamlint": "policy/1",
        "id": "random",
        "product": "Random estate",
        "version": "1",
        "reviewed": date(2026, 1, 1),
        "sources": {"kb": {"title": "A page", "address": "https://example.com/kb", "date": date(2026, 1, 1)}},
        "features": {name: {"title": name, "default": "on"} for name, _ in estate.features},
        "parameters": {name: {"type": "port", "default": number, "source": "kb"} for name, number in estate.parameters},
        "roles": {role: {"title": role} | ({"external": True} if role in outside else {}) for role in roles},
        "flows": [policy_flow(flow) for flow in estate.flows],
    }


def policy_flow(flow: Flow) -> dict[str, object]:
    text: dict[str, object] = {"id": flow.id, "from": names(flow.sources), "to": names(flow.destinations)}
    text |= {"services": [policy_service(service) for service in flow.services], "need": flow.need}
    if flow.when:
        text["when"] = flow.when
    if len(flow.ends) < 2:
        text["ends"] = list(flow.ends)
    return text | {"source": "kb", "confidence": "vendor"}


def names(items: tuple[str, ...]) -> object:
    return items[0] if len(items) == 1 else list(items)


def policy_service(service: str) -> object:
    protocol, _, rest = service.partition("/")
    if rest.startswith("{"):
        return {"parameter": rest[1:-1], "protocol": protocol}
    return int(service) if service.isdigit() else service


def site(estate: Estate) -> dict[str, object]:
    roles: dict[str, object] = {role: {"match": [{"name": "nothing-*"}]} for role in estate.bare_roles}
    for role in dict.fromkeys(player.role for player in estate.players):
        bindings = [binding(player) for player in estate.players if player.role == role]
        roles[role] = bindings[0] if len(bindings) == 1 else bindings
    text: dict[str, object] = {
        "pamlint": "site/1",
        "policy": "policy.yaml",
        "features": [name if state else {name: "off"} for name, state in estate.features],
        "roles": roles,
    }
    if estate.allowances:
        text["allow"] = [allowance(each) for each in estate.allowances]
    if estate.cloud == "azure" and estate.vnet_settled:
        text["values"] = {"VirtualNetwork": list(estate.vnet)}
    return text


def binding(player: Player) -> dict[str, object]:
    text: dict[str, object] = {"on": player.on} if player.on else {}
    symbols = [symbol.partition(":")[2] for symbol in player.symbols]
    addresses = dict.fromkeys([*player.acls, *symbols])
    if addresses:
        text["match"] = [{"address": address} for address in addresses]
    if player.networks is not None:
        text["cidrs"] = ["any"] if player.networks == ("0.0.0.0/0", "::/0") else list(player.networks)
    if player.parameters:
        text["parameters"] = dict(player.parameters)
    return text


def allowance(item: Allowance) -> dict[str, object]:
    peers = [peer.replace("pl:", "prefix-list:") for peer in item.peers]
    text: dict[str, object] = {"name": item.name, "roles": list(item.roles), "peers": peers, "reason": "tested"}
    text |= {"direction": item.direction} if item.direction else {}
    text |= {"protocol": item.protocol} if item.protocol else {}
    text |= {"ports": list(item.ports)} if item.ports else {}
    return text | {"until": date(2026, 1, 31) if item.expired else date(2030, 1, 31)}
