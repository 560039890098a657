"""Documents as one HTML file each: nothing is loaded, whatever a name says is text, and they print well."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pamlint.report.escaping import visible
from pamlint.report.tables import TONES

if TYPE_CHECKING:
    from jinja2 import Environment


def render(template: str, **values: object) -> str:
    """A template of this package, filled in. Every value is escaped, and shows what cannot be seen."""
    return _environment().get_template(template).render(**values)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
    )
    environment.filters["tone"] = lambda word: TONES.get(word, "quiet")
    environment.filters["visible"] = visible
    return environment


def _shown(value: Any) -> Any:
    """Plain strings with every character visible; markup that a template made stays as it is."""
    return visible(value) if type(value) is str else value
