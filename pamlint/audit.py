"""The flow of a live audit: survey, read, judge, remember; what is new is told apart from what was known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar
from uuid import uuid4

from pamlint.documents.site import load_site
from pamlint.documents.sites import find_site
from pamlint.model.acl import together
from pamlint.model.errors import UserError
from pamlint.model.finding import Finding, Report
from pamlint.model.noun import noun, replace
from pamlint.model.pairing import pair
from pamlint.model.past import RunState, ScopeRead
from pamlint.model.resource import Reading
from pamlint.model.scope import Cloud, Scope
from pamlint.report.assembly import Outcome, assemble, chapter
from pamlint.run import Options, bound, look, outcome, refuse_unbound
from pamlint.sources import fleet
from pamlint.sources.estates import Estate, choose
from pamlint.sources.gaps import gaps, lost
from pamlint.sources.snapshot import unpack

if TYPE_CHECKING:
    from pamlint.history import History
    from pamlint.model.site import Site
    from pamlint.views.drift import Drift

Known = TypeVar("Known")


class Watcher(Protocol):
    """Who is told how an audit goes on."""

    def begin(self, scopes: int, kept: int) -> None:
        """So many scopes are to be read, besides those that an earlier run has kept."""

    def read(self, scope: Scope, reading: Reading) -> None:
        """One more is there, in whole or in part."""


@noun
class Asked:
    """What an audit is told. `cluster` is a Dask scheduler's address; without one, `jobs` threads read.

    What is live is held `against` code, a plan or a state, if there is one.
    """

    cloud: Cloud
    access: fleet.Access
    options: Options
    jobs: int = 16
    cluster: str | None = None
    resume: bool = False
    against: Path | None = None


@noun
class Audited:
    """What came out. `known` are the fingerprints of what was found when the scopes were last read in full."""

    report: Report
    known: frozenset[str]
    drift: Drift | None = None

    @property
    def fresh(self) -> tuple[Finding, ...]:
        """The findings that were not known."""
        return tuple(finding for finding in self.report.findings if finding.fingerprint not in self.known)


class Memory:
    """What one audit tells the history, if there is one. A history that fails on the way costs no audit: it is told, and left."""

    def __init__(self, history: History | None, cloud: Cloud, site: str) -> None:
        self.notes: list[str] = []
        self.number = 0
        self._history = history
        self._place = cloud, site

    def begin(self, resume: bool) -> Mapping[tuple[str, str], str]:
        """Begin a run, or go on with the last; what that has kept, by the name and the role of each scope."""
        if self._history is None:
            return {}
        run = self._history.resume(*self._place) if resume else None
        if run is not None:
            self.number = run.number
            self.notes.append(f"run {run.number} of {run.started} goes on")
            return self._history.kept(run.number)
        if resume:
            self.notes.append("there is no run to go on with: the last one has read everything, or is too old, or there is none")
        self.number = self._history.begin(*self._place)
        return {}

    def keep(self, scope: Scope, reading: Reading, text: str) -> None:
        """Remember a scope."""
        self._try(lambda history: history.keep(self.number, scope, reading.input.complete, text))

    def known(self, readings: Sequence[Reading]) -> frozenset[str]:
        """The fingerprints of what was found when each of the scopes was last read in full."""
        names = [reading.input.name for reading in readings]
        found = self._try(lambda history: history.baseline(*self._place, names, self.number))
        return found.fingerprints if found else frozenset()

    def end(self, found: fleet.Fleet, report: Report) -> None:
        """Remember what came out."""
        scopes = [ScopeRead(reading.input.name, reading.input.complete) for reading in found.readings]
        state: RunState = "interrupted" if found.interrupted else "ended"
        self._try(lambda history: history.end(self.number, state, report.complete, scopes, report.findings))

    def _try(self, action: Callable[[History], Known]) -> Known | None:
        if self._history is None:
            return None
        try:
            return action(self._history)
        except UserError as error:
            self.notes.append(f"this audit is not remembered from here on: {error.message}")
            self._history, self.number = None, 0
            return None


def site_path(options: Options) -> Path | None:
    """The site file that holds for a live estate: the one that is named, else the one beside or above the current directory."""
    return options.config or find_site(Path())


def read(asked: Asked, memory: Memory, watcher: Watcher) -> fleet.Fleet:
    """Everything that the options mean, read now or kept from the run that is resumed."""
    with fleet.crew(asked.jobs, asked.cluster) as crew:
        found = fleet.survey(asked.cloud, asked.access)
        if not found.scopes and not found.problems:
            raise UserError("there is nothing to be read: no account's region, no subscription")
        memory.notes += found.notes
        kept = memory.begin(asked.resume)
        have = {scope.name: unpack(kept[scope.name, scope.role]) for scope in found.scopes if (scope.name, scope.role) in kept}
        left = [scope for scope in found.scopes if scope.name not in have]
        if found.scopes:
            watcher.begin(len(left), len(have))

        def finished(scope: Scope, reading: Reading, text: str) -> None:
            memory.keep(scope, reading, text)
            watcher.read(scope, reading)

        read_now = fleet.read_all(asked.access, left, crew, uuid4().hex, finished)
    readings = (*fleet.unlisted(asked.cloud, found), *read_now.readings, *have.values())
    return fleet.Fleet(tuple(sorted(readings, key=lambda reading: reading.input.name)), read_now.interrupted)


def judge(asked: Asked, site: Path, found: fleet.Fleet, memory: Memory) -> Audited:
    """The findings of what was read, remembered, and which of them are new."""
    loaded = load_site(site)
    outcomes = tuple(_outcome(estate, loaded, found.readings, asked.options) for estate in _estates(loaded))
    chapters = [chapter(outcome) for outcome in outcomes]
    refuse_unbound(chapters, f"what was read of {asked.cloud}", "`--format live > live.json` and `pamlint rules live.json` list")
    report = assemble(chapters, asked.options.today, ())
    known = memory.known(found.readings)
    memory.end(found, report)
    return Audited(report, known, _drift(asked.against, outcomes, loaded, asked.options) if asked.against else None)


def _drift(against: Path, outcomes: Sequence[Outcome], site: Site, options: Options) -> Drift:
    """What is live against what stands at a path."""
    from pamlint.views.drift import Input, compare

    estates = choose([against], site)[0]
    seen = [look(estate, estate.site or site, options) for estate in estates]
    readings = [reading for one in seen for reading in one.readings]
    if not readings:
        raise UserError(f"--against: {against} holds no Terraform root module, plan or state")
    network = together([one.network for one in seen])
    code = Input(network, tuple(one.binding for one in seen), gaps(network.acls, readings), lost(readings))
    first = outcomes[0]
    bindings = tuple(outcome.judgement.binding for outcome in outcomes)
    live = Input(first.network, bindings, gaps(first.network.acls, first.readings), lost(first.readings))
    pairs = pair([one for each in readings for one in each.resources], [one for each in first.readings for one in each.resources])
    findings = [finding for outcome in outcomes for finding in outcome.findings]
    return compare(live, code, pairs, findings, str(against))


def _estates(site: Site) -> list[Estate]:
    """A site file that tells several estates apart holds each of them against all that is live, as it does with a state."""
    return [Estate(each.name, each.site, ()) for each in site.estates] or [Estate(None, site, ())]


def _outcome(estate: Estate, site: Site, readings: Sequence[Reading], options: Options) -> Outcome:
    own = tuple(replace(reading, input=replace(reading.input, estate=estate.name)) for reading in readings)
    return outcome(bound(estate, estate.site or site, own), options)
