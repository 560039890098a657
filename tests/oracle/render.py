"""An estate as files: Terraform code, a policy and a site file, ready to be linted."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.oracle.amazon import amazon
from tests.oracle.azure import azure
from tests.oracle.hcl import Code, block, variables
from tests.oracle.nouns import Estate
from tests.oracle.papers import policy, site


def write(estate: Estate, directory: Path) -> None:
    """Writes main.tf, policy.yaml and pamlint.yaml."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "main.tf").write_text(terraform(estate))
    (directory / "policy.yaml").write_text(yaml.safe_dump(policy(estate), sort_keys=False))
    (directory / "pamlint.yaml").write_text(yaml.safe_dump(site(estate), sort_keys=False))


def terraform(estate: Estate) -> str:
    rules = [rule for acl in estate.acls for rule in acl.rules]
    unset = variables(rules) | {tie.variable: "bool" for tie in estate.ties}
    parts = [block(f'variable "{name}"', {"type": Code(kind)}) for name, kind in sorted(unset.items())]
    return "\n".join([*parts, *(amazon(estate) if estate.cloud == "aws" else azure(estate))])
