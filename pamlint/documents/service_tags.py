"""Reads the file of service tags that a site file names."""

from __future__ import annotations

import json
from os.path import realpath
from pathlib import Path

from pamlint.model.service_tags import ServiceTags, read_service_tags

MOST_BYTES = 64 << 20
"""Microsoft's own file has 4 MB."""


def load_service_tags(written: str, folder: Path) -> ServiceTags:
    """The tags of a file in a folder or below it; ValueError says why there are none to be had."""
    path = folder / written
    if not Path(realpath(path)).is_relative_to(realpath(folder)):
        raise ValueError(f"`{written}` lies outside of the site file's directory: nothing there is read")
    if not path.is_file():
        raise ValueError(f"`{written}` is no file; looked for {path}")
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ValueError(f"`{written}` cannot be read: {error.strerror}") from None
    if len(content) > MOST_BYTES:
        raise ValueError(f"`{written}` is larger than {MOST_BYTES >> 20} MiB")
    try:
        return read_service_tags(_parsed(content))
    except ValueError as error:
        wanted = "wanted is the JSON that Microsoft publishes as ServiceTags_Public_<day>.json"
        raise ValueError(f"`{written}` does not tell service tags: {error}; {wanted}") from None


def _parsed(content: bytes) -> object:
    try:
        return json.loads(content)
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON in line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
