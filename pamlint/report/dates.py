"""When something is to be looked at again."""

from __future__ import annotations

from datetime import date


def six_months_after(day: date) -> date:
    """The same day six months on, or the last one of that month."""
    month = day.month + 6
    year, month = day.year + (month - 1) // 12, (month - 1) % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days
    return date(year, month, min(day.day, last))
