"""Reads the sections of a site file; each stands at the top or in an estate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pamlint.documents.mistakes import Mistakes, Step, sound_items
from pamlint.documents.service_tags import load_service_tags
from pamlint.documents.wording import parse_day, parse_peer, read_networks, read_parameter, read_service
from pamlint.model.noun import noun
from pamlint.model.policy import Parameter, ParameterValue, Policy
from pamlint.model.resource import Location
from pamlint.model.service_tags import NO_TAGS, ServiceTags
from pamlint.model.site import VIRTUAL_NETWORK, Allowance, IgnoreEntry, Instance, MatchEntry, NotNeeded, RoleBinding


@noun
class Names:
    """What a site file may name: all that its policies define, by name. Nothing is checked where a policy is not readable."""

    readable: bool
    roles: frozenset[str]
    features: frozenset[str]
    flows: frozenset[str]
    parameters: Mapping[str, Parameter]


def names_of(policies: Iterable[Policy], readable: bool) -> Names:
    """The names of all policies together; a name in two of them is one thing."""
    held = list(policies)
    return Names(
        readable,
        frozenset(role for policy in held for role in policy.roles),
        frozenset(feature for policy in held for feature in policy.features),
        frozenset(flow.id for policy in held for flow in policy.flows),
        {name: parameter for policy in held for name, parameter in policy.parameters.items()},
    )


@noun
class Sections:
    """The sections at one place of a site file: `path` is () at the top, ("estates", NAME) in an estate."""

    mistakes: Mistakes
    names: Names
    data: Mapping[str, Any]
    path: tuple[Step, ...] = ()

    def features(self) -> dict[str, bool]:
        """What is turned on or off, by feature."""
        switched: dict[str, bool] = {}
        for index, item in sound_items(self.data.get("features", ())):
            for name, state in ({item: "on"} if isinstance(item, str) else item).items():
                self._known("feature", name, self.names.features, "features", index)
                if switched.setdefault(name, state == "on") != (state == "on"):
                    self._add(f"feature `{name}` is both on and off", "features", index)
        return switched

    def parameters(self) -> dict[str, ParameterValue]:
        """The values that hold where no instance has its own."""
        return self._parameters(self.data.get("parameters", {}), "parameters")

    def roles(self) -> dict[str, RoleBinding]:
        """Who plays which role."""
        return {name: self._role(name, given) for name, given in self.data.get("roles", {}).items()}

    def allow(self) -> tuple[Allowance, ...]:
        """What is permitted besides the policy."""
        allowances: dict[str, Allowance] = {}
        for index, given in sound_items(self.data.get("allow", ())):
            if given["name"] in allowances:
                self._add(f"allowance `{given['name']}` stands here twice: give each a name of its own", "allow", index, "name")
            allowances[given["name"]] = self._allowance(given, index)
        return tuple(allowances.values())

    def not_needed(self) -> tuple[NotNeeded, ...]:
        """The flows that this site does without."""
        listed = []
        for index, given in sound_items(self.data.get("not-needed", ())):
            self._known("flow", given["flow"], self.names.flows, "not-needed", index, "flow")
            listed.append(NotNeeded(given["flow"], given["reason"], self._where("not-needed", index)))
        return tuple(listed)

    def ignore(self) -> tuple[IgnoreEntry, ...]:
        """The findings that are suppressed."""
        return tuple(
            IgnoreEntry(
                given["check"],
                given.get("acl", "*"),
                given.get("rule", "*"),
                given["reason"],
                self._until(given, "ignore", index),
                self._where("ignore", index),
            )
            for index, given in sound_items(self.data.get("ignore", ()))
        )

    def values(self) -> dict[str, Any]:
        """Facts for Terraform addresses, and the networks of `VirtualNetwork`."""
        values = dict(self.data.get("values", {}))
        if VIRTUAL_NETWORK in values:
            given = values[VIRTUAL_NETWORK]
            if isinstance(given, list) and given and all(isinstance(item, str) for item in given):
                values[VIRTUAL_NETWORK] = list(read_networks(self.mistakes, given, *self.path, "values", VIRTUAL_NETWORK))
            else:
                self._add(f"`{VIRTUAL_NETWORK}` takes a list of CIDRs, as in [10.10.0.0/16]", "values", VIRTUAL_NETWORK)
        return values

    def service_tags(self, folder: Path) -> ServiceTags:
        """The tags of the file that is named, in the site file's folder or below it."""
        given = self.data["service-tags"]
        return self.mistakes.attempt(lambda text: load_service_tags(text, folder), given, NO_TAGS, *self.path, "service-tags")

    def places(self) -> dict[str, Location]:
        """Where the features, parameters, roles and values stand that are named here."""
        places = {
            f"{kind}.{name}": self._where(kind, name)
            for kind in ("parameters", "roles", "values")
            for name in self.data.get(kind, ())
        }
        for index, item in sound_items(self.data.get("features", ())):
            places.update(
                {f"features.{name}": self._where("features", index) for name in ([item] if isinstance(item, str) else item)}
            )
        return places

    def _role(self, name: str, given: Any) -> RoleBinding:
        self._known("role", name, self.names.roles, "roles", name)
        if isinstance(given, dict):
            instances: tuple[Instance, ...] = (self._instance(name, 0, given, "roles", name),)
        else:
            instances = tuple(self._instance(name, index, item, "roles", name, index) for index, item in enumerate(given))
        return RoleBinding(name, instances, self._where("roles", name))

    def _instance(self, role: str, index: int, given: dict[str, Any], *path: Step) -> Instance:
        on = (given["on"],) if isinstance(given.get("on"), str) else tuple(given.get("on", ()))
        for other in on:
            self._known("role", other, self.names.roles, *path, "on")
        entries = (
            MatchEntry(each.get("address"), each.get("name"), each.get("id"), each.get("tags", {}))
            for each in given.get("match", ())
        )
        cidrs = read_networks(self.mistakes, given["cidrs"], *self.path, *path, "cidrs") if "cidrs" in given else None
        parameters = self._parameters(given.get("parameters", {}), *path, "parameters")
        return Instance(role, index, self._where(*path), tuple(entries), on, cidrs, parameters)

    def _parameters(self, given: dict[str, Any], *path: Step) -> dict[str, ParameterValue]:
        values: dict[str, ParameterValue] = {}
        for name, raw in given.items():
            if self._known("parameter", name, self.names.parameters.keys(), *path, name) and name in self.names.parameters:
                value = read_parameter(self.mistakes, self.names.parameters[name], raw, *self.path, *path, name)
                if value is not None:
                    values[name] = value
        return values

    def _allowance(self, given: dict[str, Any], index: int) -> Allowance:
        path = (*self.path, "allow", index)
        for at, role in enumerate(given["roles"]):
            if role != "*":
                self._known("role", role, self.names.roles, "allow", index, "roles", at)
        empty: tuple[str, ...] = ()
        peers: dict[str, None] = {}
        for at, text in enumerate(given["peers"]):
            peers.update(dict.fromkeys(self.mistakes.attempt(parse_peer, text, empty, *path, "peers", at)))
            if text.startswith("role:"):
                self._known("role", text.removeprefix("role:"), self.names.roles, "allow", index, "peers", at)
        protocol, ports = given.get("protocol"), given.get("ports")
        service = read_service(self.mistakes, protocol, ports, *path)
        return Allowance(
            given["name"],
            tuple(given["roles"]),
            given.get("direction"),
            None if protocol is None else str(protocol),
            None if ports is None else service.ports,
            service,
            tuple(peers),
            given["reason"],
            self._until(given, "allow", index),
            self._where("allow", index),
        )

    def _until(self, given: dict[str, Any], section: str, index: int) -> date | None:
        if "until" not in given:
            return None
        return self.mistakes.attempt(parse_day, given["until"], date.min, *self.path, section, index, "until")

    def _known(self, what: str, name: str, names: Iterable[str], *path: Step) -> bool:
        return not self.names.readable or self.mistakes.known(what, name, frozenset(names), *self.path, *path)

    def _add(self, message: str, *path: Step) -> None:
        self.mistakes.add(message, *self.path, *path)

    def _where(self, *path: Step) -> Location:
        return self.mistakes.document.where(*self.path, *path)
