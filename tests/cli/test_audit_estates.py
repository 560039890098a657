"""The shipped estates, live: audited, and held against the code that they were made from."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pamlint.clouds import TYPES
from pamlint.sources.documents import read_document
from tests.cli.auditing import AMAZON, Desk
from tests.servers.azure import AzureServer
from tests.servers.azure_estates import arm_lists
from tests.servers.moto import REGION, Aws, moto_server
from tests.servers.seeding import seed
from tests.sources.aws.test_four_ways import BY_NAME
from tests.sources.azure.reading import addresses
from tests.twins import FIXTURES


@pytest.fixture(scope="module")
def aws() -> Iterator[tuple[Aws, dict[str, str]]]:
    """An account with the shipped estate, and the addresses behind its ids."""
    (reading,) = read_document(FIXTURES / "aws" / "netiq" / "state.json", TYPES.__contains__)
    with moto_server() as server:
        yield server, seed(server, reading.resources)


def estate(cloud: str, folder: Path) -> Path:
    """The shipped estate's code and site file."""
    return Path(shutil.copytree(FIXTURES / cloud / "netiq", folder / "infra", ignore=shutil.ignore_patterns("twins")))


@pytest.mark.parametrize("code", [".", "plan.json"])
def test_aws_has_what_the_code_says(code: str, aws: tuple[Aws, dict[str, str]], tmp_path: Path) -> None:
    """The account has no finding, and every ACL of the code lets the same through there."""
    folder = estate("aws", tmp_path)
    site = folder / "pamlint.yaml"
    for address, name in BY_NAME.items():
        site.write_text(site.read_text().replace(address, name))
    here = Desk(folder, {**AMAZON, "AWS_ENDPOINT_URL": aws[0].url})
    ask = ("--region", REGION, "--history", "none", "--against", code, "--output", "drift=drift.json")
    answer = here.audit(*ask)
    drift = json.loads((folder / "drift.json").read_text())
    assert answer.code == 0, answer.out
    assert [one for one in drift["drifted"] if one["code"]] == []
    assert len(drift["same"]) == 10
    assert f"10 ACLs let the same through live and in {code}, 0 do not" in " ".join(answer.out.split())


def test_azure_has_what_the_code_says(tmp_path: Path) -> None:
    """Over TLS, as a service principal, by pages: no finding, no drift; and the live document has the verdicts of the audit."""
    folder = estate("azure", tmp_path)
    state = json.loads((folder / "state.json").read_text())
    names = {address: id_.rpartition("/")[2] for id_, address in addresses(state).items()}
    site = folder / "pamlint.yaml"
    site.write_text(re.sub(r"address: '?([^'\n]+?)'?\n", lambda match: f"name: {names[match[1]]}\n", site.read_text()))
    with AzureServer(arm_lists(state), page=4) as server:
        ours = {**server.environment, "AZURE_TOKEN_CREDENTIALS": "EnvironmentCredential", "XDG_STATE_HOME": str(tmp_path)}
        here = Desk(folder, ours)
        way = ("--endpoint", server.address, "--authority", server.address, "--ca-bundle", str(server.ca_bundle))
        answer = here.audit(*way, "--against", ".", "--output", "live=live.json", "--output", "json=report.json", cloud="azure")
        assert server.token not in answer.out + answer.err
        denied = here.audit(*way[:2], "--ca-bundle", "/dev/null", cloud="azure")
    assert answer.code == 0, answer.out + answer.err
    assert "9 ACLs let the same through live and in ., 0 do not; 0 live only, 0 in the code only." in answer.out
    report = json.loads((folder / "report.json").read_text())
    assert (report["findings"], report["complete"], report["inputs"][0]["kind"]) == ([], True, "live")
    linted = json.loads(here.run("lint", "--format", "json", "--today", "2026-11-23", "live.json").out)
    assert linted["verdicts"] == report["verdicts"]
    assert denied.code in (2, 3)
    assert "Traceback" not in denied.err
