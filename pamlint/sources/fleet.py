"""Reading a whole live estate: its scopes side by side, on threads of this process or on the workers of a Dask cluster.

A task carries names alone, the scope's and the role's; whoever runs it finds credentials of its own. What it hands back is the
scope's part of a live document, so it is the same whoever has read it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache, partial
from hashlib import sha256
from importlib import import_module
from queue import Empty, SimpleQueue
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from pamlint.model.errors import InputError, UserError
from pamlint.model.resource import Input, Problem, Reading
from pamlint.model.scope import Cloud, Scope, Survey
from pamlint.sources.snapshot import pack, unpack

if TYPE_CHECKING:
    from pamlint.sources.aws import Access as AmazonAccess
    from pamlint.sources.azure import Access as AzureAccess

    Access: TypeAlias = AmazonAccess | AzureAccess

CLOUDS: Mapping[Cloud, str] = {"aws": "pamlint.sources.aws", "azure": "pamlint.sources.azure"}
"""The package that knows a cloud: each has `survey(access)` and `Reader(access)` with `read(scope)`."""
GLANCE = 1.0
"""After so many seconds without a result it is looked whether anybody still works."""
RETRIES = 3
"""So many workers may die over one scope before it is given up."""
SCHEME = "dask://"


class Crew(NamedTuple):
    """Who reads: an executor, a word on why nobody does any more (empty while somebody does), and how long that may last."""

    executor: Executor
    trouble: Callable[[], str]
    patience: float = 60.0


class Fleet(NamedTuple):
    """What was read, sorted by scope; `interrupted` if somebody did not want to wait for the rest."""

    readings: tuple[Reading, ...]
    interrupted: bool = False


def survey(cloud: Cloud, access: Access) -> Survey:
    """The scopes that are there; UserError where the options or the credentials are wrong."""
    found: Survey = import_module(CLOUDS[cloud]).survey(access)
    return found


def unlisted(cloud: Cloud, found: Survey) -> tuple[Reading, ...]:
    """What could not even be listed, as a reading of nothing: any role may be bound in there."""
    if not found.problems:
        return ()
    subjects = tuple(dict.fromkeys(problem.subject for problem in found.problems))
    return (Reading(Input(cloud, "live", sha256().hexdigest(), False), (), found.problems, subjects),)


def read_scope(access: Access, scope: Scope, audit: str) -> str:
    """A worker's whole task. Within one audit a process makes one reader, so that sessions are made once."""
    with _MAKING:
        reader = _reader(scope.cloud, access, audit)
    return pack(reader.read(scope))


_MAKING = Lock()


@lru_cache(maxsize=2)
def _reader(cloud: Cloud, access: Access, audit: str) -> Any:
    return import_module(CLOUDS[cloud]).Reader(access)


def read_all(
    access: Access, scopes: Sequence[Scope], crew: Crew, audit: str, finished: Callable[[Scope, Reading, str], None]
) -> Fleet:
    """Read every scope. `finished` is told of each as soon as it is there. Control-C leaves the rest, as what was not read."""
    ended: SimpleQueue[tuple[Scope, Future[str]]] = SimpleQueue()
    readings: dict[str, Reading] = {}
    interrupted = False
    try:
        for scope in scopes:
            future = crew.executor.submit(read_scope, access, scope, audit)
            future.add_done_callback(partial(_hand_over, ended, scope))
        for scope, future in _as_they_end(ended, len(scopes), crew):
            text = _result(scope, future)
            readings[scope.name] = unpack(text)
            finished(scope, readings[scope.name], text)
    except KeyboardInterrupt:
        interrupted = True
    left = [scope for scope in scopes if scope.name not in readings]
    readings |= _left(left, "the audit was interrupted" if interrupted else crew.trouble())
    return Fleet(tuple(readings[name] for name in sorted(readings)), interrupted)


def _hand_over(ended: SimpleQueue[tuple[Scope, Future[str]]], scope: Scope, future: Future[str]) -> None:
    ended.put((scope, future))


def _as_they_end(ended: SimpleQueue[tuple[Scope, Future[str]]], left: int, crew: Crew) -> Iterator[tuple[Scope, Future[str]]]:
    """Each task when it has ended; ends early where nobody works any more."""
    idle_since: float | None = None
    while left:
        try:
            yield ended.get(timeout=GLANCE)
        except Empty:
            idle_since = (idle_since or monotonic()) if crew.trouble() else None
            if idle_since is not None and monotonic() - idle_since > crew.patience:
                return
        else:
            left -= 1
            idle_since = None


def _result(scope: Scope, future: Future[str]) -> str:
    """What a task has handed back, or why it has not: a scope that nobody could read never ends the audit of the others."""
    try:
        return future.result()
    except CancelledError:
        return pack(_unread(scope, "the Dask cluster gave the task up"))
    except (UserError, InputError) as error:
        return pack(_unread(scope, error.message))
    except ImportError as error:
        return pack(_unread(scope, f"the worker lacks a Python package: {error}"))
    except Exception as error:
        if type(error).__name__ == "KilledWorker":
            return pack(_unread(scope, f"{RETRIES + 1} workers of the Dask cluster died over it"))
        return pack(_unread(scope, f"this is a bug in pamlint ({type(error).__name__} while reading it); please report it"))


def _left(scopes: Sequence[Scope], why: str) -> dict[str, Reading]:
    """What nobody has come to, told once for each account, and once for all subscriptions: at its first scope."""
    together: dict[str, list[Scope]] = {}
    for scope in scopes:
        together.setdefault(scope.account if scope.region else "", []).append(scope)
    found = {}
    for account, (first, *others) in together.items():
        found[first.name] = _unread(first, why)
        if others:
            whole = "/".join(part for part in (first.cloud, account) if part)
            names = ", ".join(scope.region or scope.account for scope in (first, *others))
            what = f"{len(others) + 1} {'regions' if account else 'subscriptions'} of {whole}"
            found |= {scope.name: _nothing(scope) for scope in others}
            found[first.name] = _nothing(first, _problem(whole, f"{what} were not read: {why} ({names})", first))
    return found


def _unread(scope: Scope, why: str) -> Reading:
    return _nothing(scope, _problem(scope.name, f"{scope.name} was not read: {why}", scope))


def _problem(subject: str, message: str, scope: Scope) -> Problem:
    tip = "Audit again with `--resume`: what was read whole is kept, and only the rest is read."
    return Problem("unreadable-input", subject, message, tip, root=scope.name)


def _nothing(scope: Scope, *problems: Problem) -> Reading:
    return Reading(Input(scope.name, "live", sha256().hexdigest(), False), (), problems, (scope.name,))


@contextmanager
def crew(jobs: int, cluster: str | None) -> Iterator[Crew]:
    """So many threads, or the workers of the Dask cluster at `dask://HOST:PORT`; UserError where there are none."""
    if cluster is not None:
        with _dask(cluster) as found:
            yield found
        return
    executor = ThreadPoolExecutor(jobs, thread_name_prefix="pamlint")
    try:
        yield Crew(executor, str)
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


@contextmanager
def _dask(cluster: str) -> Iterator[Crew]:
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        raise UserError(f"--executor needs the Python package `{error.name}`: `pip install 'pamlint[dask]'` brings it") from None
    try:
        client: Any = Client(f"tcp://{cluster.removeprefix(SCHEME)}", timeout=5, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise UserError(f"--executor: nothing that is a Dask scheduler answers at {cluster} ({type(error).__name__})") from None
    with client:
        trouble = partial(_without_workers, client, cluster)
        if trouble():
            raise UserError(f"--executor: {trouble()}")
        executor = client.get_executor(pure=False, retries=RETRIES)
        yield Crew(executor, trouble)
        executor.shutdown(wait=False)


def _without_workers(client: Any, cluster: str) -> str:
    if client.status != "running":
        return f"the Dask scheduler at {cluster} has gone away"
    return "" if client.scheduler_info(n_workers=-1)["workers"] else f"the Dask cluster at {cluster} has no workers"
