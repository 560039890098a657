"""A policy: one product version's roles, features, parameters and flows, each flow with its source."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pamlint.model.finding import Direction
from pamlint.model.noun import field, noun
from pamlint.model.ranges import Ranges
from pamlint.model.services import Service

Need = Literal["required", "conditional", "optional", "blocked"]
Confidence = Literal["vendor", "vendor-code", "vendor-partial", "inferred", "unverified"]
ParameterType = Literal["port", "ports", "services", "cidrs"]
ParameterValue = Ranges | tuple[Service, ...] | tuple[str, ...]
"""A port and ports are ranges, services are services, cidrs are normalised strings."""

ANY_ROLE = "any"
"""Stands in a flow for every address; no role may be called so."""


@noun
class Source:
    """Where the policy's facts come from."""

    id: str
    title: str
    address: str | None = None
    date: date | None = None


@noun
class Feature:
    """A part of the product that a site uses or not; turning it on turns its needs on."""

    id: str
    title: str
    default: bool = False
    needs: tuple[str, ...] = ()


@noun
class Parameter:
    """A value that differs from site to site; without a default the site must give it while its feature is on."""

    id: str
    type: ParameterType
    default: ParameterValue | None = None
    feature: str | None = None
    source: str | None = None
    title: str = ""


@noun
class Role:
    """What a machine does for the product.

    External roles never have ACLs of their own to judge. `peers` are symbols and CIDRs by cloud, where the product fixes who
    plays the role. `usually_on` names the roles that it shares a machine with by default; it binds nothing.
    """

    id: str
    title: str = ""
    external: bool = False
    usually_on: tuple[str, ...] = ()
    peers: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)


@noun
class ParameterService:
    """A service whose ports a parameter gives; without `protocol` the parameter holds whole services."""

    parameter: str
    protocol: Literal["tcp", "udp"] | None = None


@noun
class When:
    """Holds while all features of `all_on` are on and all of `all_off` are off."""

    all_on: tuple[str, ...] = ()
    all_off: tuple[str, ...] = ()


ALWAYS = When()


@noun
class Flow:
    """A policy line. `id` is `policy/flow` where the site has several policies. `ends` are the sides that are judged."""

    id: str
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    services: tuple[Service | ParameterService, ...]
    need: Need
    when: When = ALWAYS
    ends: tuple[Direction, ...] = ("egress", "ingress")
    source: str = ""
    confidence: Confidence = "vendor"
    note: str = ""

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters that the services hang on."""
        return tuple(service.parameter for service in self.services if isinstance(service, ParameterService))


@noun
class Policy:
    """One product version's port policy; `sha256` is that of the file's bytes."""

    id: str
    product: str
    version: str
    reviewed: date
    sources: Mapping[str, Source] = field(hash=False)
    features: Mapping[str, Feature] = field(hash=False)
    parameters: Mapping[str, Parameter] = field(hash=False)
    roles: Mapping[str, Role] = field(hash=False)
    flows: tuple[Flow, ...]
    sha256: str
