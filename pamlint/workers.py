"""Work that is shared out to several processes where that pays: the one place that decides about it.

It pays on Linux with more than one processor, for work that takes a while. Everywhere else this is a loop; what comes out is the
same.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from io import BytesIO
from time import perf_counter
from types import MappingProxyType
from typing import Any, BinaryIO, NamedTuple, TypeVar, cast

Item = TypeVar("Item")
Result = TypeVar("Result")

PATIENCE = 0.01
"""So many seconds of work are done before others are asked for help."""
WORTH = 0.05
"""So many seconds of work must be left: to start a process and to read what it hands back takes some of that."""
MANY = 10
"""So many root modules or estates take a while for sure."""
MAX_PROCESSES = 8
_PIECES = 1024
_TICKET = 4
_LENGTH = 8
_sharing = threading.Lock()


def each(work: Callable[[Item], Result], items: Sequence[Item], at_once: bool = False) -> list[Result]:
    """What comes out of each item, in order; results must be nouns that another process can hand back.

    `at_once` says that all together take a while for sure, so that nobody waits to see. What another process does not hand
    back, because it failed or was killed, is done once more in this one. So errors are raised here, the first of them first.
    """
    if at_once and _processes() > 1:
        return _shared(work, items)
    done: list[Result] = []
    start = perf_counter()
    for item in items:
        if done and _pays(perf_counter() - start, len(done), len(items)):
            return done + _shared(work, items[len(done) :])
        done.append(work(item))
    return done


@contextmanager
def ahead(work: Callable[[], Result]) -> Iterator[Callable[[], Result]]:
    """Gives what has the result of work that another process does from now on; where there is none, this one does it when asked.

    What the other does not hand back, because it failed or was killed, is done here: so errors are raised where it is asked for.
    """
    workers: list[_Worker] = []

    @cache
    def result() -> Result:
        found = {place: value for worker in workers for place, value in _handed_back(worker).items()}
        return cast("Result", found[0]) if found else work()

    try:
        if _processes() > 1:
            with _uninterrupted(), suppress(OSError):
                workers.append(_started(lambda: ((0, made()) for made in (work,))))
        yield result
    finally:
        for worker in workers:
            _end(worker)


def _pays(taken: float, done: int, items: int) -> bool:
    return taken > PATIENCE and taken / done * (items - done) > WORTH and items - done > 1 and _processes() > 1


def _processes() -> int:
    """How many processes there may be. A copy of this one would lack its other threads; on macOS hardly anything works in one."""
    if sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return min(len(os.sched_getaffinity(0)), MAX_PROCESSES)


class _Worker(NamedTuple):
    """Another process, and what it hands back."""

    process: int
    answer: BinaryIO


def _shared(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """What comes out of each item; all processes, this one too, take items from one pile until it is empty."""
    if not _sharing.acquire(blocking=False):
        return [work(item) for item in items]  # what is shared out already is not shared out again
    step = -(-len(items) // _PIECES)
    pile = _pile(range(0, len(items), step))
    workers: list[_Worker] = []
    found: dict[int, Result] = {}
    try:
        with _uninterrupted(), suppress(OSError):  # where no process can be started, there are the fewer of them
            for _ in range(min(_processes(), len(items)) - 1):
                workers.append(_started(lambda: _taken(work, items, pile, step)))
        found.update(_taken(work, items, pile, step))
        for worker in workers:
            found.update(_handed_back(worker))
    finally:
        os.close(pile)
        for worker in workers:
            _end(worker)
        _sharing.release()
    return [found[place] if place in found else work(item) for place, item in enumerate(items)]


def _pile(places: Sequence[int]) -> int:
    """A pipe to read places from; nobody reads the same one."""
    pile, top = os.pipe()
    os.write(top, b"".join(place.to_bytes(_TICKET, "big") for place in places))
    os.close(top)
    return pile


def _taken(work: Callable[[Item], Result], items: Sequence[Item], pile: int, step: int) -> Iterator[tuple[int, Result]]:
    """What comes out of the items that are taken from the pile, with their places, up to the first that fails."""
    while ticket := os.read(pile, _TICKET):
        start = int.from_bytes(ticket, "big")
        for place in range(start, min(start + step, len(items))):
            try:
                result = work(items[place])
            except Exception:  # it is raised where the item is done once more
                return
            yield place, result


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Nobody is started who would not be ended by an interrupt of this process. Who is started here heeds none of its own."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _started(job: Callable[[], Iterable[tuple[int, Any]]]) -> _Worker:
    """A copy of this process that does a job, hands back what comes out, and ends."""
    answer, its = os.pipe()
    process = os.fork()
    if not process:
        try:
            os.close(answer)  # so that it ends where nobody reads
            content = packed(job())
            with os.fdopen(its, "wb") as out:
                out.write(len(content).to_bytes(_LENGTH, "big") + content)
        finally:
            os._exit(0)
    os.close(its)
    return _Worker(process, os.fdopen(answer, "rb"))


def _handed_back(worker: _Worker) -> dict[int, Any]:
    """What a worker hands back, by its place; nothing if that is cut short."""
    length, content = int.from_bytes(worker.answer.read(_LENGTH), "big"), worker.answer.read()
    return dict(unpacked(content)) if len(content) == length else {}


def _end(worker: _Worker) -> None:
    worker.answer.close()
    with suppress(ProcessLookupError, ChildProcessError):
        os.kill(worker.process, signal.SIGKILL)
        os.waitpid(worker.process, 0)


def packed(results: Iterable[Any]) -> bytes:
    """What a worker hands back; each result is packed when it is there, and what several have in common once."""
    out = BytesIO()
    pickler = _Pickler(out)
    for result in results:
        pickler.dump(result)
    return out.getvalue()


def unpacked(content: bytes) -> Iterator[Any]:
    """The results that were packed."""
    packs = BytesIO(content)
    unpickler = pickle.Unpickler(packs)
    while packs.tell() < len(content):
        yield unpickler.load()


class _Pickler(pickle.Pickler):
    """Hands nouns back as calls of their classes, which takes a third of the time that field by field does.

    A noun's class says with `__values__` what reads all its fields.
    """

    def __init__(self, out: BinaryIO) -> None:
        super().__init__(out, pickle.HIGHEST_PROTOCOL)
        self._known: dict[type[Any], Callable[[Any], tuple[Any, ...]] | None] = {MappingProxyType: None}

    def reducer_override(self, value: Any) -> Any:
        kind = type(value)
        if kind not in self._known:
            self._known[kind] = None if "__reduce__" in vars(kind) else getattr(kind, "__values__", None)
        values = self._known[kind]
        if values is not None:
            return kind, values(value)
        return (_frozen, (dict(value),)) if kind is MappingProxyType else NotImplemented


def _frozen(values: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(values)
