"""Live subscriptions of Azure: what the resource manager answers in, resources in the Terraform provider's names out.

Nothing is written to a subscription, and no provider is registered in it.
"""

from __future__ import annotations

from pamlint.sources.azure.access import Access
from pamlint.sources.azure.reader import Reader
from pamlint.sources.azure.survey import survey

__all__ = ["Access", "Reader", "survey"]
