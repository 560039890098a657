"""An end to calls that never end: time-outs of sockets begin anew with every byte, so a server that drips is bounded here."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

Answer = TypeVar("Answer")


class OverdueError(Exception):
    """A call whose answer did not end in time; the message says in how long."""


def within(seconds: float, call: Callable[..., Answer], *arguments: Any, **named: Any) -> Answer:
    """What a call gives or raises; OverdueError after so many seconds, and then nobody waits for it any more."""
    ended: SimpleQueue[tuple[Answer | None, BaseException | None]] = SimpleQueue()

    def run() -> None:
        try:
            ended.put((call(*arguments, **named), None))
        except BaseException as error:
            ended.put((None, error))

    Thread(target=run, daemon=True).start()
    try:
        answer, error = ended.get(timeout=seconds)
    except Empty:
        raise OverdueError(f"the answer did not end within {seconds:.0f} s") from None
    if error is not None:
        raise error
    return answer  # type: ignore[return-value]
