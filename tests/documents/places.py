"""Site and policy files made on the fly, and the errors that they give, as lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pamlint.model.errors import UserError


def written(folder: Path, text: str, name: str = "pamlint.yaml") -> Path:
    """The path of a new file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def complaints(load: Callable[[], object]) -> list[str]:
    """What a loader finds wrong, one string a mistake: line:column: message."""
    with pytest.raises(UserError) as caught:
        load()
    return [
        f"{part.location.line}:{part.location.column}: {part.message}"
        for part in caught.value.parts or (caught.value,)
        if part.location
    ]
