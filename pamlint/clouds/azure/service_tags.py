"""Service tags that the input tells the members of: Azure's own list in a live account, a data source in a state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from pamlint.clouds.values import items
from pamlint.model.resource import Resource
from pamlint.model.service_tags import ServiceTags

TAGS = "azurerm_network_service_tags"

TYPES = frozenset({TAGS})


def with_told(given: ServiceTags, resources: Iterable[Resource]) -> ServiceTags:
    """The tags with those that the input tells besides.

    What the site file says comes first; a tag of which the input tells two things is not known.
    """
    told: dict[str, set[Sequence[str]]] = defaultdict(set)
    for resource in [each for each in resources if each.type == TAGS]:
        name, prefixes = (resource.body.values.get(attribute) for attribute in ("name", "address_prefixes"))
        known = items(prefixes)
        if isinstance(name, str) and all(isinstance(prefix, str) for prefix in known):
            told[name.lower()].add(tuple(sorted(known)))
    settled = {name: next(iter(ways)) for name, ways in told.items() if len(ways) == 1}
    return ServiceTags({**settled, **given.prefixes}) if settled else given
