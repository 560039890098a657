"""A loader that leaves it to its caller what a plain scalar is. Imported only where YAML is read."""

from __future__ import annotations

from typing import Any

import yaml

PLAIN = "plain"
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Loader(_Base):  # type: ignore[misc]
    """Gives plain scalars without a tag the tag PLAIN; all else is resolved as usual."""

    def resolve(self, kind: type[yaml.Node], value: str, implicit: Any) -> str:
        """The tag of a node that has none."""
        if kind is yaml.ScalarNode:
            return PLAIN if implicit[0] else "tag:yaml.org,2002:str"
        tag: str = super().resolve(kind, value, implicit)
        return tag
