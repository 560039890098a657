"""Telling others of new findings, by whatever service an Apprise URL names."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pamlint.cli import meaning
from pamlint.model.errors import UserError

if TYPE_CHECKING:
    from apprise import Apprise


def check(urls: Sequence[str]) -> None:
    """UserError, before anything is read, for a URL that no service knows. URLs hold credentials, so none is repeated."""
    for number, url in enumerate(urls, 1):
        with _silent():
            if not _service().add(url):
                kind = url.partition("://")[0] if "://" in url else "no kind"
                raise UserError(
                    f"--notify: URL {number} ({kind}) is none that Apprise knows; "
                    "a webhook is json://HOST/PATH, or jsons:// over TLS"
                )


def notify(urls: Sequence[str], title: str, text: str) -> list[str]:
    """Tells every URL; what to say of those that could not be told."""
    failed = []
    for number, url in enumerate(urls, 1):
        with _silent():
            service = _service()
            service.add(url)
            if not service.notify(title=title, body=text, body_format="text"):
                failed.append(f"--notify: URL {number} ({url.partition('://')[0]}) could not be told of the new findings")
    return failed


def _service() -> Apprise:
    try:
        from apprise import Apprise
    except ModuleNotFoundError as error:
        raise meaning.not_installed(error, "aws", "azure") from None
    return Apprise()


@contextmanager
def _silent() -> Iterator[None]:
    """Apprise's own log lines may hold what its URLs do."""
    logger = logging.getLogger("apprise")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
