"""What was found before: every audit with its scopes and findings, in a database of the user's own."""

from __future__ import annotations

from pamlint.history.database import default_url
from pamlint.history.store import Baseline, History, open_history

__all__ = ["Baseline", "History", "default_url", "open_history"]
