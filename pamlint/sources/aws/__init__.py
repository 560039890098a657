"""The live accounts of AWS: what there is to read, and one account's region at a time. Nothing is ever written to them."""

from __future__ import annotations

from pamlint.sources.aws.access import Access
from pamlint.sources.aws.reader import Reader
from pamlint.sources.aws.survey import survey

__all__ = ["Access", "Reader", "survey"]
