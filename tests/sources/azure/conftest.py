"""Surroundings in which nothing but the test's own server is known."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def _nothing_around() -> Iterator[None]:
    """No credential and no proxy of whoever runs the tests; `DefaultAzureCredential` is to look at variables alone."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(("AZURE_", "ARM_", "IDENTITY_", "MSI_")) or name.lower().endswith("_proxy"):
                patch.delenv(name)
        patch.setenv("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")
        yield
