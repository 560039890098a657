"""What a policy asks of one site: features, flows and services follow from the policy and the site's choices."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import cast

from pamlint.model.errors import UserError, together
from pamlint.model.policy import Flow, ParameterService, ParameterValue, Policy
from pamlint.model.ranges import Ranges
from pamlint.model.services import Service
from pamlint.model.site import Instance, Site

_PROTOCOLS = {"tcp": 6, "udp": 17}


def active_features(policy: Policy, site: Site) -> frozenset[str]:
    """The features that are on: the site's word, else the policy's default, and all that they need.

    UserError if the site turns off what a feature that is on needs.
    """
    active = {name for name, feature in policy.features.items() if site.features.get(name, feature.default)}
    waiting = sorted(active)
    errors = []
    while waiting:
        name = waiting.pop()
        for need in policy.features[name].needs:
            if site.features.get(need) is False:
                message = f"feature `{need}` is off, but `{name}` is on and needs it: turn `{name}` off too, or leave `{need}` on"
                errors.append(UserError(message, site.places.get(f"features.{need}", site.location)))
            elif need not in active:
                active.add(need)
                waiting.append(need)
    if errors:
        raise together(errors)
    return frozenset(active)


def active_flows(policy: Policy, features: Set[str]) -> tuple[Flow, ...]:
    """The flows whose `when` holds, whatever their need; an inactive flow permits nothing."""
    return tuple(flow for flow in policy.flows if features >= {*flow.when.all_on} and not features & {*flow.when.all_off})


def instance_parameters(
    policy: Policy, site: Site, flow: Flow, source: Instance | None, destination: Instance | None
) -> Mapping[str, ParameterValue]:
    """The values of a flow's parameters between two instances (None: no instance of their own, as for `any`).

    A port is the listening side's: the destination's own value comes first. The source's own counts only where its role never
    listens on that parameter, so that it speaks of the source's targets. Then come the site's value and the policy's default.
    What nobody gives is absent.
    """
    values: dict[str, ParameterValue] = {}
    for name in flow.parameters:
        given = [destination.parameters] if destination else []
        if source and not _listens(policy, source.role, name):
            given.append(source.parameters)
        given.append(site.parameters)
        value = next((own[name] for own in given if name in own), policy.parameters[name].default)
        if value is not None:
            values[name] = value
    return values


def services_of(flow: Flow, parameters: Mapping[str, ParameterValue]) -> tuple[Service, ...]:
    """The flow's services with all parameters filled in; KeyError names a parameter without a value."""
    services: list[Service] = []
    for service in flow.services:
        if isinstance(service, Service):
            services.append(service)
        else:
            services.extend(filled(service, parameters[service.parameter]))
    return tuple(services)


def services_between(
    policy: Policy, site: Site, flow: Flow, source: Instance | None, destination: Instance | None
) -> tuple[Service, ...]:
    """The flow's services between two instances; UserError names a parameter that nobody gives."""
    try:
        return services_of(flow, instance_parameters(policy, site, flow, source, destination))
    except KeyError as error:
        name = error.args[0]
        message = f"flow `{flow.id}` needs the parameter `{name}` and nobody gives it: add `parameters: {{{name}: ...}}`"
        raise UserError(message, site.location) from None


def _listens(policy: Policy, role: str, parameter: str) -> bool:
    return any(parameter in flow.parameters and role in flow.destinations for flow in policy.flows)


def filled(service: ParameterService, value: ParameterValue) -> tuple[Service, ...]:
    """The services that a parameter's value makes."""
    if service.protocol is None:
        return cast("tuple[Service, ...]", value)
    number = _PROTOCOLS[service.protocol]
    return (Service(((number, number),), cast("Ranges", value)),)
