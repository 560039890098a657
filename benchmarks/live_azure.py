"""Reading a large subscription of Azure: pamlint's own CPU time against `requests` alone, reading the same pages.

    .venv/bin/python -m benchmarks.live_azure [--groups 5000] [--rules 20] [--page 200]

The server answers from memory in a process of its own. Figures are in docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
import resource
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Any

from pamlint.sources.azure import Access, Reader, survey
from tests.servers.azure import AzureServer
from tests.servers.azure_estates import Item, Lists, subscription_item
from tests.servers.azure_everything import SUBSCRIPTION, nsg, rule

NSGS = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Network/networkSecurityGroups"


def estate(groups: int, rules: int) -> Lists:
    """So many NSGs with so many rules, no two of them alike."""

    def own(group: int, place: int) -> Item:
        return rule(f"rule-{place:03}", 100 + place, str(1024 + place), source_address_prefix=f"10.{group % 256}.{place}.0/24")

    return {
        "/subscriptions": [subscription_item(SUBSCRIPTION)],
        NSGS: [nsg(f"nsg-{group:05}", *(own(group, place) for place in range(rules))) for group in range(groups)],
    }


def serve(groups: int, rules: int, page: int, pipe: Connection) -> None:
    """Serve the estate until the other end says something."""
    with AzureServer(estate(groups, rules), page=page) as server:
        pipe.send((server.access(), server.environment, server.token))
        pipe.recv()


def plain(access: Access, token: str) -> int:
    """The number of NSGs, with `requests` alone: each page is asked for and taken apart, and that is all."""
    import requests

    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {token}"
    return sum(
        len(page["value"]) for page in _pages(session, f"{access.endpoint}{NSGS}?api-version=2024-05-01", access.ca_bundle)
    )


def _pages(session: Any, link: str | None, trusted: str) -> Iterator[dict[str, Any]]:
    while link is not None:
        answer = session.get(link, verify=trusted).json()
        yield answer
        link = answer.get("nextLink")


def main() -> None:
    """Measure both, and tell."""
    gc.set_threshold(200_000)  # as the command does
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--groups", type=int, default=5000)
    options.add_argument("--rules", type=int, default=20)
    options.add_argument("--page", type=int, default=200)
    given = options.parse_args()
    here, there = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(
        target=serve, args=(given.groups, given.rules, given.page, there), daemon=True
    )
    server.start()
    access, environment, token = here.recv()
    os.environ.update(environment)
    start = time.process_time()
    count = plain(access, token)
    alone = time.process_time() - start
    start = time.process_time()
    (scope,) = survey(access).scopes
    begun = time.process_time() - start
    reader = Reader(access)
    start = time.process_time()
    reading = reader.read(scope)
    ours = time.process_time() - start
    here.send("enough")
    server.join()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rules = sum(each.type == "azurerm_network_security_rule" for each in reading.resources)
    assert (count, rules, reading.problems) == (given.groups, given.groups * given.rules, ())
    print(
        f"{count} NSGs with {rules} rules: requests alone {alone:.2f} s, pamlint {ours:.2f} s of CPU ({ours / alone:.1f} times)"
    )
    print(f"imports, sign-in and survey {begun:.2f} s besides; memory {memory:.0f} MB")


if __name__ == "__main__":
    main()
