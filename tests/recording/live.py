"""Record what is read of the clean estates where they live: `python -m tests.recording.live [ESTATE ...]`.

An estate is made in a test server of its cloud as its state has it, and read from there. Those whose site files know something
by Terraform's addresses are left out: nobody knows those in an account.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from moto.moto_api._internal import mock_random

from pamlint.clouds import TYPES
from pamlint.model.scope import Scope
from pamlint.sources.aws import Access, Reader
from pamlint.sources.documents import read_document
from pamlint.sources.snapshot import render
from tests.servers.moto import OWN, REGION, moto_server
from tests.servers.seeding import seed
from tests.sources.azure.reading import live_document
from tests.test_fixtures import CLEAN


def amazon(estate: Path) -> None:
    """Write down what is read of an estate in AWS; its ids are the same each time."""
    (reading,) = read_document(estate / "state.json", TYPES.__contains__)
    with moto_server() as aws:
        mock_random.seed(1)
        seed(aws, reading.resources)
        found = Reader(Access(endpoint=aws.url)).read(Scope("aws", OWN, REGION))
    (estate / "live.json").write_text(render([found]))


def main(names: list[str]) -> None:
    """Record those that are named, or all."""
    for estate in CLEAN:
        if "address:" not in (estate / "pamlint.yaml").read_text() and (not names or estate.name in names):
            if estate.parent.name == "aws":
                amazon(estate)
            else:
                live_document(json.loads((estate / "state.json").read_text()), estate / "live.json")


if __name__ == "__main__":
    main(sys.argv[1:])
