"""Plans and states: JSON documents, told apart by their content."""

from __future__ import annotations
