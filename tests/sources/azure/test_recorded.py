"""Recorded answers of Azure itself: read whole, and as Azure's own client reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pamlint.clouds import convert
from pamlint.model.acl import Network
from pamlint.model.resource import Reading
from pamlint.model.scope import Scope
from pamlint.sources.azure import Reader
from pamlint.sources.azure.access import connect
from tests.clouds.reading import chains, told
from tests.servers.azure_estates import Lists, subscription_item
from tests.sources.azure.reading import SUBSCRIPTION, served

RECORDED = Path(__file__).parents[2] / "servers" / "recorded" / "azure-network.json"
BASE = f"/subscriptions/{SUBSCRIPTION}"


def lists() -> Lists:
    """The recorded answers by the paths that they answer to."""
    answers = json.loads(RECORDED.read_text())
    told = {f"{BASE}/providers/Microsoft.Network/{kind}": answer["value"] for kind, answer in answers.items()}
    return {"/subscriptions": [subscription_item(SUBSCRIPTION)], **told}


@pytest.fixture(name="reading", scope="module")
def _reading() -> Reading:
    with served(lists(), page=3) as server:
        return Reader(server.access()).read(Scope("azure", SUBSCRIPTION))


@pytest.fixture(name="network", scope="module")
def _network(reading: Reading) -> Network:
    return convert(reading.resources, {})


def test_everything_is_read(reading: Reading, network: Network) -> None:
    """All of it is read and understood, the default rules of every NSG are those that Azure documents, and nothing is amiss."""
    assert reading.problems == ()
    assert network.problems == ()
    counts = {
        acl.name: (sum(not rule.default for rule in acl.rules), sum(rule.default for rule in acl.rules)) for acl in network.acls
    }
    assert counts == {
        "dev-box-nsg": (1, 6),
        "msi-test-nsg": (0, 6),
        "pysecgroupc575136b": (1, 6),
        "rg-cleanupservice-nsg": (9, 6),
        "rg-cleanupservice-nsg1": (9, 6),
        "testnetwork-testsubnet-NRMS": (8, 6),
        "vpn-lon-nsg": (1, 6),
    }


def test_rules_as_azure_wrote_them(network: Network) -> None:
    """Rules for any protocol with ports, many ports, and tags that no documentation knows are read as they are meant."""
    (acl,) = (each for each in network.acls if each.name == "testnetwork-testsubnet-NRMS")
    read = [" ".join(map(_words, told(rule))) for rule in acl.rules if not rule.default]
    assert read == [
        "ingress allow 6-6 443-443 VirtualNetwork 101",
        "ingress allow 0-255 0-65535 tag:CorpNetPublic 103",
        "ingress allow 0-255 0-65535 tag:CorpNetSaw 104",
        "ingress deny 6-6 17-17 1433-1434 3306-3306 4333-4333 5432-5432 6379-6379 7000-7001 7199-7199 9042-9042 9160-9160"
        " 9300-9300 16379-16379 26379-26379 27017-27017 Internet 105",
        "ingress deny 6-6 22-22 3389-3389 Internet 106",
        "ingress deny 6-6 23-23 135-135 445-445 5985-5986 Internet 107",
        "ingress deny 6-6 17-17 13-13 17-17 19-19 53-53 69-69 111-111 123-123 512-512 514-514 593-593 873-873 1900-1900"
        " 5353-5353 11211-11211 Internet 108",
        "ingress deny 6-6 17-17 119-119 137-139 161-162 389-389 636-636 2049-2049 2301-2301 2381-2381 3268-3268 5800-5800"
        " 5900-5900 Internet 109",
    ]


def test_who_stands_behind_what(network: Network) -> None:
    """An interface's chain is its own NSG and then its subnet's."""
    (interface,) = (each.address for each in network.workloads if each.name == "vpn-lon393")
    assert [[layer[0].rpartition("/")[2] for layer in chain] for chain in chains(network, interface)] == [
        ["vpn-lon-nsg", "rg-cleanupservice-nsg1"]
    ]


def test_azures_own_client_reads_the_same() -> None:
    """The models of azure-mgmt-network give the same rules, field by field."""
    with served(lists()) as server:
        client = connect(server.access())
        client._config.subscription_id = SUBSCRIPTION
        theirs = {rule.id: _theirs(rule) for group in client.network_security_groups.list_all() for rule in group.security_rules}
        reading = Reader(server.access()).read(Scope("azure", SUBSCRIPTION))
    rules = [each for each in reading.resources if each.type == "azurerm_network_security_rule"]
    assert {each.address: _ours(each.body.values) for each in rules} == theirs
    assert len(theirs) == 29


FIELDS = ("access", "direction", "priority", "protocol")
SIDES = ("source_address_prefix", "source_port_range", "destination_address_prefix", "destination_port_range")


def _words(part: Any) -> str:
    return " ".join(part) if isinstance(part, list) else str(part)


def _plural(side: str) -> str:
    return f"{side}es" if side.endswith("prefix") else f"{side}s"


def _theirs(rule: Any) -> list[Any]:
    several = [sorted(getattr(rule, _plural(side)) or []) for side in SIDES]
    return [*(getattr(rule, field) for field in FIELDS), *(getattr(rule, side) for side in SIDES), *several]


def _ours(values: Any) -> list[Any]:
    several = [values[_plural(side)] or [] for side in SIDES]
    return [*(values[field] for field in FIELDS), *(values[side] for side in SIDES), *several]
