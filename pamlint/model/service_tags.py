"""Azure's service tags with the networks behind them, as Microsoft publishes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pamlint.model.addresses import parse_cidr
from pamlint.model.noun import field, noun
from pamlint.model.ranges import Ranges, normal


@noun
class ServiceTags:
    """CIDRs by the names of tags in small letters; a region's part of a tag is one of its own (`storage.westeurope`)."""

    prefixes: Mapping[str, Sequence[str]] = field(default_factory=dict, hash=False)

    def members(self, name: str) -> Ranges | None:
        """Every address of a tag, however its name is written; None if nothing is said of it."""
        prefixes = self.prefixes.get(name.lower())
        return normal(pair for prefix in prefixes for pair in parse_cidr(prefix)) if prefixes else None


NO_TAGS = ServiceTags()


def read_service_tags(document: Any) -> ServiceTags:
    """The tags of a document: Microsoft's weekly file and the answer of Azure's service tag API have the same form.

    Raises ValueError with what is wrong. A tag without prefixes says nothing.
    """
    values = document.get("values") if isinstance(document, dict) else None
    if not isinstance(values, list) or not values:
        raise ValueError("it has no list of tags under `values`")
    found: dict[str, Sequence[str]] = {}
    for place, value in enumerate(values):
        properties = value.get("properties") if isinstance(value, dict) else None
        prefixes = properties.get("addressPrefixes") if isinstance(properties, dict) else None
        name = value.get("name") if isinstance(value, dict) else None
        if not isinstance(name, str) or not isinstance(prefixes, list):
            raise ValueError(f"`values[{place}]` is no tag: it needs `name` and `properties.addressPrefixes`")
        if name.lower() in found:
            raise ValueError(f"the tag `{name}` stands there twice")
        wrong = [prefix for prefix in prefixes if not _is_network(prefix)]
        if wrong:
            raise ValueError(f"the tag `{name}` has a prefix that is no network: {str(wrong[0])[:60]!r}")
        found[name.lower()] = prefixes
    return ServiceTags(found)


def _is_network(prefix: Any) -> bool:
    """Whether that is a CIDR or an address; there are a hundred thousand, for which `ipaddress` would take a second."""
    if not isinstance(prefix, str):
        return False
    from socket import AF_INET, AF_INET6, inet_pton

    address, slash, length = prefix.partition("/")
    family, bits = (AF_INET6, 128) if ":" in address else (AF_INET, 32)
    try:
        inet_pton(family, address)
    except (OSError, ValueError):
        return False
    return not slash or (length.isascii() and length.isdigit() and int(length[:4]) <= bits)
