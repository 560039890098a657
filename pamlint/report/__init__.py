"""Findings and tables in every form that people and programs read."""

from __future__ import annotations

from collections.abc import Callable

from pamlint.model.finding import Report
from pamlint.report import github, gitlab, json, junit, markdown, sarif, text

FORMATS: dict[str, Callable[[Report], str]] = {
    "text": text.render,
    "json": json.render,
    "sarif": sarif.render,
    "junit": junit.render,
    "github": github.render,
    "gitlab": gitlab.render,
    "markdown": markdown.render,
}
"""Each format's name and what makes a report into it. All of them are pure: the same report gives the same string."""
