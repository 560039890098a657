"""The site file: which machines and networks play which role here, and what is permitted besides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pamlint.model.finding import Direction, Severity
from pamlint.model.noun import field, noun
from pamlint.model.policy import ParameterValue, Policy
from pamlint.model.ranges import Ranges
from pamlint.model.resource import Location, Value
from pamlint.model.service_tags import NO_TAGS, ServiceTags
from pamlint.model.services import Service

VIRTUAL_NETWORK = "VirtualNetwork"
"""The one entry of `values` that is no Terraform address: the CIDRs that Azure's tag stands for here."""


@noun
class MatchEntry:
    """Conditions that must all hold; globs know `*` and `?` only. None is no condition."""

    address: str | None = None
    name: str | None = None
    id: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)


@noun
class Instance:
    """A part of a role that is matched apart and may have parameters of its own; a role written as a mapping has just one."""

    role: str
    index: int
    location: Location
    match: tuple[MatchEntry, ...] = ()
    on: tuple[str, ...] = ()
    cidrs: tuple[str, ...] | None = None
    parameters: Mapping[str, ParameterValue] = field(default_factory=dict, hash=False)


@noun
class RoleBinding:
    """What the site says of one role; never without an instance."""

    role: str
    instances: tuple[Instance, ...]
    location: Location

    @property
    def on(self) -> tuple[str, ...]:
        """The roles whose members bear this role too."""
        return tuple(dict.fromkeys(role for instance in self.instances for role in instance.on))

    @property
    def cidrs(self) -> tuple[str, ...] | None:
        """The networks of all instances, or None where the site gives none."""
        given = [cidr for instance in self.instances for cidr in instance.cidrs or ()]
        return tuple(dict.fromkeys(given)) or None


@noun
class Allowance:
    """Traffic that is permitted besides the policy, to and including the day `until`.

    `roles` is `("*",)` for all. `direction` None is both. `protocol` and `ports` are as written (None: all); `service` is the
    traffic that they mean. `peers` are CIDRs and symbols with their kind: `tag:`, `prefix-list:`, `group:`, `role:`.
    """

    name: str
    roles: tuple[str, ...]
    direction: Direction | None
    protocol: str | None
    ports: Ranges | None
    service: Service
    peers: tuple[str, ...]
    reason: str
    until: date | None
    location: Location


@noun
class NotNeeded:
    """A flow that this site does without; it is permitted still, and never missed."""

    flow: str
    reason: str
    location: Location


@noun
class IgnoreEntry:
    """Findings that are suppressed, to and including the day `until`; `acl` and `rule` are globs."""

    check: str
    acl: str
    rule: str
    reason: str
    until: date | None
    location: Location


@noun
class EstateSettings:
    """One estate: its inputs (paths are resolved against the site file) and the site as it is for this estate."""

    name: str
    roots: tuple[Path, ...]
    var_files: tuple[Path, ...]
    workspace: str | None
    site: Site
    location: Location


@noun
class Site:
    """A site file as it was read. `places` says where `features.NAME`, `parameters.NAME`, `roles.NAME`, `values.NAME` stand."""

    path: Path
    policies: tuple[Policy, ...]
    features: Mapping[str, bool]
    parameters: Mapping[str, ParameterValue]
    roles: Mapping[str, RoleBinding]
    allow: tuple[Allowance, ...]
    not_needed: tuple[NotNeeded, ...]
    ignore: tuple[IgnoreEntry, ...]
    values: Mapping[str, Value]
    min_severity: Severity
    location: Location
    places: Mapping[str, Location]
    estates: tuple[EstateSettings, ...] = ()
    service_tags: ServiceTags = NO_TAGS

    def estate(self, name: str) -> Site:
        """The site as it is for one estate; KeyError if the site names no such estate."""
        return {settings.name: settings.site for settings in self.estates}[name]
