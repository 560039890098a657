"""The recipes for schedules: they are what their tools take, and every command in them runs."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from pamlint.terraform.reader import read_native
from tests.cli.auditing import AMAZON, Desk, desk
from tests.cli.commands import PROJECT
from tests.servers.azure import AzureServer
from tests.servers.azure_estates import arm_lists
from tests.servers.estate import seed
from tests.servers.moto import REGION, Aws, moto_server
from tests.sources.azure.reading import addresses
from tests.twins import FIXTURES

EXAMPLES = PROJECT / "examples"
PAGE = (PROJECT / "docs" / "scheduled-audit.md").read_text()


def workflow() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((EXAMPLES / "github-actions" / "pamlint-audit.yml").read_text())
    return loaded


def pipeline() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((EXAMPLES / "gitlab" / ".gitlab-ci.yml").read_text())["pamlint-audit"]
    return loaded


def cron_job() -> dict[str, Any]:
    documents = yaml.safe_load_all((EXAMPLES / "kubernetes" / "cronjob.yaml").read_text())
    (found,) = (document for document in documents if document["kind"] == "CronJob")
    pod: dict[str, Any] = found["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    return pod


def unit(name: str) -> str:
    return (EXAMPLES / "systemd" / name).read_text()


def eventbridge(name: str) -> str:
    return (EXAMPLES / "eventbridge" / name).read_text()


def _list(pattern: str, text: str) -> list[str]:
    match = re.search(pattern, text, re.MULTILINE)
    assert match is not None
    found: list[str] = json.loads(match[1])
    return found


COMMANDS: dict[str, list[str]] = {
    "github": shlex.split(next(step["run"] for step in workflow()["jobs"]["audit"]["steps"] if step.get("name") == "Audit"))[1:],
    "gitlab": shlex.split(pipeline()["script"][0])[1:],
    "kubernetes": cron_job()["containers"][0]["args"],
    "systemd": shlex.split(re.findall(r"^ExecStart=(.*)$", unit("pamlint-audit.service"), re.MULTILINE)[0])[1:],
    "container": _list(r"^CMD (\[.*\])$", eventbridge("Dockerfile")),
    "task": _list(r"^    command   = (\[.*\])$", eventbridge("main.tf")),
    **{
        f"page {number}": shlex.split(line)[1:]
        for number, line in enumerate(
            re.findall(r"^pamlint .*$", "\n".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)), re.MULTILINE)
        )
    },
}


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    """An organization of one account with the small estate, and the role that reads it."""
    with moto_server() as server:
        seed(server)
        server.client("organizations", "us-east-1").create_organization(FeatureSet="ALL")
        yield server


@pytest.fixture(scope="module")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[AzureServer, Path]]:
    """A subscription with the shipped estate, and a checkout of its code."""
    folder = Path(shutil.copytree(FIXTURES / "azure" / "netiq", tmp_path_factory.mktemp("azure") / "infra"))
    state = json.loads((folder / "state.json").read_text())
    names = {address: id_.rpartition("/")[2] for id_, address in addresses(state).items()}
    site = folder / "pamlint.yaml"
    site.write_text(re.sub(r"address: '?([^'\n]+?)'?\n", lambda match: f"name: {names[match[1]]}\n", site.read_text()))
    with AzureServer(arm_lists(state)) as server:
        yield server, folder


@pytest.mark.parametrize("recipe", COMMANDS)
def test_every_command_runs(recipe: str, aws: Aws, azure: tuple[AzureServer, Path], tmp_path: Path) -> None:
    """What stands in the recipe, and nothing but where the cloud is added: exit 0, and every file that it promises is there."""
    given = [word.replace("/var/lib/pamlint", str(tmp_path / "var")) for word in COMMANDS[recipe]]
    (tmp_path / "var").mkdir()
    if given[:2] == ["audit", "azure"]:
        server, folder = azure
        environment = {**server.environment, "AZURE_TOKEN_CREDENTIALS": "EnvironmentCredential"}
        way = ["--endpoint", server.address, "--authority", server.address, "--ca-bundle", str(server.ca_bundle)]
        here = Desk(folder, {**environment, "XDG_STATE_HOME": str(tmp_path / "state")})
    else:
        way = [] if given[0] != "audit" or "--region" in given else ["--region", REGION]
        here = desk(tmp_path, {**AMAZON, "AWS_ENDPOINT_URL": aws.url})
    if given[0] == "history":
        assert here.audit("--region", REGION, "--quiet").code == 0
    answer = here.run(*given, *way)
    assert answer.code == 0, answer.out + answer.err
    for word in given:
        _, equals, file = word.partition("=")
        assert not equals or (here.folder / file).stat().st_size > 0, word


def test_the_page_names_every_file() -> None:
    """No recipe is left out, and none is promised that is not there."""
    files = {path.relative_to(PROJECT).as_posix() for path in EXAMPLES.rglob("*") if path.is_file()}
    assert {f"examples/{name}" for name in re.findall(r"\(\.\./examples/([^)]+)\)", PAGE)} == files


@pytest.mark.parametrize(
    ("schema", "recipe"),
    [("vendor.github-workflows", "github-actions/pamlint-audit.yml"), ("vendor.gitlab-ci", "gitlab/.gitlab-ci.yml")],
    ids=["github", "gitlab"],
)
def test_the_services_would_take_it(schema: str, recipe: str) -> None:
    """A recipe for a service is what its published schema says."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(EXAMPLES / recipe)]
    answer = subprocess.run(command, check=False, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_github_may_do_what_it_has_to() -> None:
    """The token for OpenID Connect and code scanning, no more; the upload comes after findings, too."""
    job = workflow()
    assert job["permissions"] == {"contents": "read", "id-token": "write", "security-events": "write"}
    upload = next(step for step in job["jobs"]["audit"]["steps"] if "upload-sarif" in step.get("uses", ""))
    assert upload["if"].startswith("${{ !cancelled()")
    assert f"sarif={upload['with']['sarif_file']}" in COMMANDS["github"]
    assert True in job  # YAML 1.1, which GitHub reads otherwise, takes the key `on` for this


def test_gitlab_keeps_what_is_written() -> None:
    """Every report is an output of the command, kept whatever the exit code."""
    artifacts = pipeline()["artifacts"]
    written = {word.partition("=")[2] for word in COMMANDS["gitlab"] if "=" in word}
    assert artifacts["when"] == "always"
    assert {*artifacts["paths"], *artifacts["reports"].values()} == written


def test_the_pod_writes_where_it_may() -> None:
    """The history and the report lie on the volume, the site file in the working directory; nothing else is written."""
    pod = cron_job()
    (container,) = pod["containers"]
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    environment = {entry["name"]: entry.get("value") for entry in container["env"]}
    assert {volume["name"] for volume in pod["volumes"]} == set(mounts)
    assert (environment["XDG_STATE_HOME"], container["workingDir"]) == (mounts["state"], mounts["site"])
    assert [word for word in container["args"] if "=/" in word] == [f"json={mounts['state']}/last.json"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """systemd itself finds nothing wrong with them, but that pamlint is not installed where they say."""
    for name in ("pamlint-audit.service", "pamlint-audit.timer"):
        (tmp_path / name).write_text(unit(name).replace("/opt/pamlint/bin/pamlint", "/bin/true"))
    paths = [str(tmp_path / name) for name in ("pamlint-audit.service", "pamlint-audit.timer")]
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *paths], capture_output=True, text=True, check=False)
    told = [line for line in done.stderr.splitlines() if "pamlint" in line]
    assert (done.returncode, told) == (0, [])


def test_terraform_takes_the_configuration() -> None:
    """It parses without a complaint, and uses every variable that it asks for."""
    text = eventbridge("main.tf")
    assert read_native("main.tf", text.encode()).text == text
    asked = re.findall(r'^variable "(\w+)"', text, re.MULTILINE)
    assert {name for name in asked if f"var.{name}" in text} == set(asked)


def test_images_are_the_same_command() -> None:
    """The container by itself and the scheduled task do the same."""
    assert COMMANDS["container"] == COMMANDS["task"]
