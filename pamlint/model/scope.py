"""The parts of a live estate: what is read in one go, and what a survey found to read."""

from __future__ import annotations

from typing import Literal

from pamlint.model.noun import noun, values
from pamlint.model.resource import Problem

Cloud = Literal["aws", "azure"]


@noun
class Scope:
    """One account's region in AWS, or one subscription in Azure (whose `region` is empty).

    `role` is the ARN of the role that is taken to read it; empty where one's own credentials do. A scope never holds credentials.
    `idle` says that the cloud's inventory has nothing in it, so that its reading only makes sure of that.
    """

    cloud: Cloud
    account: str
    region: str = ""
    role: str = ""
    idle: bool = False

    def __lt__(self, other: Scope) -> bool:
        return values(self) < values(other)

    @property
    def name(self) -> str:
        """What the scope is called in reports and as the root of its resources: `aws/111122223333/eu-west-1`."""
        return "/".join(part for part in (self.cloud, self.account, self.region) if part)


@noun
class Survey:
    """The scopes that are there to be read, sorted, what could not even be listed, and what else is worth a line to the user."""

    scopes: tuple[Scope, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
