"""Rules that name service tags, judged with the file that says who is behind them: allowed, denied, permitted, required."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.twins import FIXTURES, lint

TAGS = {
    "Storage": ["20.0.0.0/29", "20.1.0.0/16", "2603:1000::/32"],
    "Storage.WestEurope": ["20.1.2.0/24"],
    "Many": [f"40.0.{number}.0/31" for number in range(0, 20, 2)],
    "Many.North": [f"40.0.{number}.0/31" for number in range(0, 12, 2)],
}
CODE = """
resource "azurerm_network_security_group" "host" {
  name = "host"
  RULES
}
"""
RULE = """
  security_rule {{
    name                       = "rule{priority}"
    priority                   = {priority}
    direction                  = "Inbound"
    access                     = "{access}"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefixes    = {sources}
    destination_address_prefix = "*"
  }}
"""
SITE = """pamlint: site/1
policy: policy.yaml
service-tags: tags.json
features: [FEATURES]
roles:
  admin: {cidrs: [ADMIN]}
  host: {match: [{name: host}]}
values: {VirtualNetwork: [10.0.0.0/8]}
ignore: [{check: implicit-allow, reason: not of this test}]
"""

Found = tuple[str, str, list[str], list[str]]


def findings(folder: Path, rules: list[tuple[str, list[str]]], admin: str, features: str = "", allow: str = "") -> list[Found]:
    """Check, certainty, and the peers of the traffic with those that are excepted."""
    blocks = [
        RULE.format(priority=100 + place, access=access, sources=json.dumps(sources))
        for place, (access, sources) in enumerate(rules)
    ]
    (folder / "main.tf").write_text(CODE.replace("RULES", "".join(blocks)))
    (folder / "policy.yaml").write_text((FIXTURES / "accuracy" / "policy.yaml").read_text())
    (folder / "pamlint.yaml").write_text(SITE.replace("FEATURES", features).replace("ADMIN", admin) + allow)
    values = [{"name": name, "properties": {"addressPrefixes": prefixes}} for name, prefixes in TAGS.items()]
    (folder / "tags.json").write_text(json.dumps({"values": values}))
    answer = lint(folder)
    assert answer.code in {0, 1}, answer.err
    return sorted(told(finding) for finding in answer.report()["findings"])


def told(finding: dict[str, Any]) -> Found:
    rows = finding["traffic"]
    peers = [peer for row in rows for peer in row["peers"]]
    return (
        finding["check"],
        finding["certainty"],
        peers,
        [peer for row in rows for hole in row["except"] for peer in hole["peers"]],
    )


ALL = '"20.0.0.0/29", "20.1.0.0/16", "2603:1000::/32"'


@pytest.mark.parametrize(
    ("rules", "admin", "found"),
    [
        ([("Allow", ["Storage"])], ALL, []),
        ([("Allow", ["storage.westeurope"])], ALL, []),
        ([("Allow", ["Storage"])], '"20.1.0.0/16"', [("extra-access", "proved", ["20.0.0.0/29", "2603:1000::/32"], [])]),
        ([("Deny", ["Storage.WestEurope"]), ("Allow", ["Storage"])], '"20.0.0.0/29", "20.1.0.0/23", "20.1.3.0/24", "20.1.4.0/22", "20.1.8.0/21", "20.1.16.0/20", "20.1.32.0/19", "20.1.64.0/18", "20.1.128.0/17", "2603:1000::/32"', []),
        ([("Deny", ["Storage"]), ("Allow", ["20.1.0.0/15"])], '"10.0.0.0/8"', [("extra-access", "proved", ["20.0.0.0/16"], ["20.0.0.0/29"])]),
        ([("Allow", ["Sql"])], ALL, [("extra-access", "proved", ["tag:Sql"], [])]),
        ([("Allow", ["Many"])], '"10.0.0.0/8"', [("extra-access", "proved", ["tag:Many"], [])]),
        ([("Allow", ["Many", "8.8.8.8"])], '"40.0.4.0/31"', [("extra-access", "proved", ["tag:Many", "8.8.8.8/32"], ["40.0.4.0/31"])]),
        ([("Deny", ["Many.North"]), ("Allow", ["Many"])], '"10.0.0.0/8"', [("extra-access", "proved", [f"40.0.{net}.0/31" for net in (12, 14, 16, 18)], [])]),
    ],
)  # fmt: skip
def test_a_tag_is_its_members(tmp_path: Path, rules: Any, admin: str, found: list[Found]) -> None:
    """Allowed or denied, first match or not: what is told is exactly what the members and the networks leave."""
    assert findings(tmp_path, rules, admin) == found


@pytest.mark.parametrize(
    ("rules", "admin", "found"),
    [
        ([("Allow", ["Storage"])], '"20.1.0.0/16"', []),
        ([("Allow", ["20.1.0.0/16"])], '"20.1.0.0/16"', []),
        ([("Deny", ["Storage.WestEurope"]), ("Allow", ["Storage"])], '"20.1.2.0/23"', [("missing-access", "proved", ["20.1.2.0/24"], [])]),
        ([("Allow", ["Many.North"])], '"40.0.0.0/19"', [("missing-access", "proved", ["40.0.0.0/19"], [f"40.0.{net}.0/31" for net in range(0, 12, 2)])]),
        ([("Allow", ["Sql"])], '"20.1.0.0/16"', [("missing-access", "unproven", ["20.1.0.0/16"], ["tag:Sql"])]),
    ],
)  # fmt: skip
def test_what_is_required_of_a_tag_is_proved(tmp_path: Path, rules: Any, admin: str, found: list[Found]) -> None:
    """A tag whose members are known serves them, and nobody else; one that is not known may serve anybody."""
    told = findings(tmp_path, rules, admin, "works")
    assert [each for each in told if each[0] == "missing-access"] == found


@pytest.mark.parametrize(
    ("rules", "peers", "found"),
    [
        ([("Allow", ["Storage.WestEurope", "20.1.0.0/17"])], "tag:Storage", []),
        ([("Allow", ["20.1.0.0/16"])], "tag:storage.westeurope", [("extra-access", "proved", ["20.1.0.0/16"], ["20.1.2.0/24"])]),
        (
            [("Allow", ["20.1.0.0/16"])],
            "tag:Sql",
            [("extra-access", "unproven", ["20.1.0.0/16"], ["tag:sql"]), ("unresolved-value", "unproven", [], [])],
        ),
    ],
)
def test_a_permitted_tag_is_its_members(tmp_path: Path, rules: Any, peers: str, found: list[Found]) -> None:
    """A tag under `allow` permits its addresses, however a rule names them, and whether or not another rule names the tag."""
    allow = f"allow: [{{name: a, roles: [host], peers: ['{peers}'], reason: r}}]\n"
    assert findings(tmp_path, rules, '"10.0.0.0/8"', allow=allow) == found


def test_who_the_product_fixes_by_a_tag_is_known(tmp_path: Path) -> None:
    """A role that the product fixes by a tag is served by its addresses as well as by its name."""
    code = (FIXTURES / "azure" / "bastion" / "main.tf").read_text()
    assert code.count('from = ["GatewayManager"]') == 1
    (tmp_path / "main.tf").write_text(code.replace('from = ["GatewayManager"]', 'from = ["20.0.0.0/29"]'))
    site = (FIXTURES / "azure" / "bastion" / "pamlint.yaml").read_text()
    (tmp_path / "pamlint.yaml").write_text(site + "service-tags: tags.json\n")
    verdicts = {}
    for prefixes in (["20.0.0.0/30", "2603::/32"], ["20.0.0.0/28"]):
        tag = {"name": "GatewayManager", "properties": {"addressPrefixes": prefixes}}
        (tmp_path / "tags.json").write_text(json.dumps({"values": [tag]}))
        verdicts[prefixes[0]] = [told(finding) for finding in lint(tmp_path).report()["findings"]]
    assert verdicts == {
        "20.0.0.0/30": [("extra-access", "proved", ["20.0.0.4/30"], [])],
        "20.0.0.0/28": [("missing-access", "proved", ["20.0.0.8/29"], [])],
    }
