"""Values for what nothing declares are refused, and only those."""

from __future__ import annotations

from pathlib import Path

import pytest

from pamlint.documents.site import load_site
from pamlint.model.errors import UserError
from pamlint.sources.estates import choose
from pamlint.sources.given import refuse_undeclared
from tests.terraform.roots import write

SITE = "pamlint: site/1\npolicy: netiq-pam-3\nroles: {user: {cidrs: [any]}}\nvalues:\n"
FILES = {
    "a/main.tf": 'variable "one" {}\nlocals {\n  l = 1\n}\ndata "d" "x" {}\nresource "r" "x" {}\n'
    'module "m" {\n  source = "../m"\n}\nmodule "far" {\n  source = "far/far/aws"\n}\n',
    "m/main.tf": 'variable "v" {}\nresource "r" "y" {}\noutput "out" {\n  value = 1\n}\n',
    "b/main.tf": 'variable "two" {}\ndata "terraform_remote_state" "net" {}\n',
}
FACTS = {
    "VirtualNetwork": "",
    "var.one": "",
    "var.two": "",
    "var.tow": "no root module declares var.tow; perhaps var.two is meant",
    "local.l": "",
    "data.d.x.id": "",
    "data.d.y.id": "no root module declares data.d.y.id; perhaps data.d.x.id is meant",
    "r.x.id": "",
    'r.x["k"].id': "",
    "r.x": "no root module declares r.x",
    "module.m.out": "",
    "module.m.oot": "no root module declares module.m.oot; perhaps module.m.out is meant",
    "module.m.var.v": "",
    "module.m.r.y.id": "",
    "module.nowhere.anything": "no root module declares module.nowhere.anything",
    "module.far.anything": "",
    "data.terraform_remote_state.net.outputs": "",
    "data.terraform_remote_state.net.outputs.users": "",
    "data.terraform_remote_state.net.config.users": "no root module declares data.terraform_remote_state.net.config.users",
}


def refused(directory: Path, address: str, *paths: str, variables: tuple[str, ...] = ()) -> str:
    """What is said of a fact, with its line; nothing if it stands."""
    value = "[10.0.0.0/8]" if address == "VirtualNetwork" else "1"
    facts = f"  {address}: {value}\n" if address else ""
    write(directory, {**FILES, "pamlint.yaml": f"{SITE if facts else SITE.replace('values:', '')}{facts}"})
    site = load_site(directory / "pamlint.yaml")
    try:
        refuse_undeclared(choose([directory / path for path in paths], site)[0], site, variables)
    except UserError as error:
        assert (error.location.line if error.location else None) == (5 if address else None)
        return error.message
    return ""


@pytest.mark.parametrize("address", FACTS)
def test_facts(tmp_path: Path, address: str) -> None:
    """A fact for an address that is declared nowhere is refused at its line, with the nearest that is."""
    said = FACTS[address]
    answer = refused(tmp_path, address, "a", "b")
    assert answer == said if "perhaps" in said or not said else answer.startswith(said)


def test_facts_for_other_roots_stand(tmp_path: Path) -> None:
    """Where only some roots are read, what another root of the site file declares is no mistake."""
    assert refused(tmp_path, "var.two", "a") == ""


def test_variables(tmp_path: Path) -> None:
    """A variable on the command line must be declared by a root."""
    assert refused(tmp_path, "", "a", variables=("one",)) == ""
    message = "--var tow: no root module has such a variable; perhaps two is meant"
    assert refused(tmp_path, "", "a", "b", variables=("one", "tow")) == message


def test_a_broken_file_may_declare_anything(tmp_path: Path) -> None:
    """Nothing is refused that a file which cannot be read may declare."""
    write(tmp_path, {"a/broken.tf": "variable {"})
    assert refused(tmp_path, "data.d.y.id", "a") == ""


def test_documents_declare_nothing(tmp_path: Path) -> None:
    """Beside a plan nothing is refused: plans do not say what was declared."""
    write(tmp_path, {"plan.json": "{}"})
    assert refused(tmp_path, "var.three", "plan.json") == ""
