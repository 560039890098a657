"""When a call is made again: throttled ones as long as there is patience, failed ones a few times."""

from __future__ import annotations

from typing import Any

from azure.core.pipeline import PipelineResponse
from azure.core.pipeline.policies import RetryPolicy

ATTEMPTS = 3
"""How often a call that fails is made again."""
LONGEST_BACKOFF = 30
THROTTLED = 429


class Retries(RetryPolicy[Any, Any]):
    """Waits for as long as Azure asks to, unless that is longer than the patience for one call."""

    def __init__(self, patience: float, backoff: float) -> None:
        super().__init__(
            retry_total=ATTEMPTS,
            retry_connect=ATTEMPTS,
            retry_read=ATTEMPTS,
            retry_status=ATTEMPTS,
            retry_backoff_factor=backoff,
            retry_backoff_max=LONGEST_BACKOFF,
            timeout=patience,
            retry_on_methods=frozenset({"GET", "POST"}),
        )
        self._patience = patience

    def get_retry_after(self, response: PipelineResponse[Any, Any]) -> float | None:
        """The seconds to wait; None where the answer says no time, or what is none."""
        try:
            return super().get_retry_after(response)
        except ValueError:
            return None

    def is_retry(self, settings: dict[str, Any], response: PipelineResponse[Any, Any]) -> bool:
        """Whether the call is made again. Every POST that pamlint makes is a question, so it may be put twice."""
        wait = self.get_retry_after(response)
        if wait is not None and wait > self._patience:
            return False
        return bool(super().is_retry(settings, response))

    def increment(self, settings: dict[str, Any], response: Any = None, error: Exception | None = None) -> bool:
        """Throttling uses up no attempt: time ends it."""
        status = getattr(getattr(response, "http_response", None), "status_code", None)
        if status == THROTTLED and error is None:
            settings["total"] += 1
            settings["status"] += 1
        return bool(super().increment(settings, response, error))
