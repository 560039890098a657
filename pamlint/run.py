"""The flow of data: read, convert, bind, judge, check, tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from pamlint.binding import Binding, bind
from pamlint.binding.nouns import Unit
from pamlint.checks import check
from pamlint.checks.suppression import suppress
from pamlint.clouds import TYPES, convert
from pamlint.documents.sites import find_site, read_site
from pamlint.judging import judge
from pamlint.judging.judgement import Judgement
from pamlint.model.acl import Acl, Network
from pamlint.model.activation import active_features, active_flows
from pamlint.model.errors import UserError
from pamlint.model.finding import SEVERITIES, Finding, Report, Severity
from pamlint.model.noun import field, noun, replace
from pamlint.model.policy import Flow, Policy
from pamlint.model.resource import Ignore, Problem, Reading, Resource
from pamlint.model.site import Site
from pamlint.report.assembly import Chapter, Outcome, assemble, chapter
from pamlint.sources import read
from pamlint.sources.estates import STANDARD_INPUT, Estate, choose
from pamlint.sources.gaps import gaps, hidden, lost
from pamlint.sources.given import refuse_undeclared
from pamlint.terraform.inputs import Settings
from pamlint.workers import MANY, each

if TYPE_CHECKING:
    from pamlint.views.trace import Question, Trace

NO_VERDICT = frozenset({"unreadable-input", "unresolved-value"})
"""Checks that say what could not be known; they never make the exit code 1."""

UNREAD = 3
"""The exit code where something to be linted could not be read."""


@noun
class Options:
    """What a run is told besides its paths."""

    today: date
    config: Path | None = None
    variables: tuple[str, ...] = ()
    variable_files: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    workspace: str = ""
    module_directory: Path | None = None


@noun
class Understanding:
    """Every ACL as it was understood, and what was not."""

    acls: tuple[Acl, ...]
    problems: tuple[Problem, ...]


def lint(paths: Sequence[Path], options: Options, site_at: Callable[[Path], Site] = read_site) -> Report:
    """Judge everything under the paths; those with different site files are judged apart and told together."""
    estates, notes = chosen(paths, options, site_at)
    kept: list[Outcome] = []  # to take the last one apart would take longer than to assemble the report

    def judge_one(asked: tuple[Estate, Site]) -> Chapter:
        kept.clear()
        kept.append(outcome(look(*asked, options), options))
        return chapter(kept[0])

    chapters = each(judge_one, estates, at_once=len(estates) >= MANY)
    refuse_nothing(chapters, paths)
    return assemble(chapters, options.today, notes)


def chosen(
    paths: Sequence[Path], options: Options, site_at: Callable[[Path], Site] = read_site
) -> tuple[list[tuple[Estate, Site]], list[str]]:
    """Every estate under the paths with the site as it is there, and what to say of what belongs to none."""
    found: list[tuple[Estate, Site]] = []
    notes: list[str] = []
    for site, own_paths in by_site(paths, options, site_at):
        estates, left = choose(own_paths, site)
        refuse_undeclared(estates, site, _variables(options), options.module_directory)
        notes += left
        found += [(estate, estate.site or site) for estate in estates]
    return found, notes


def outcome(seen: Seen, options: Options, by_rule: bool = False) -> Outcome:
    """One estate, from what was seen to its findings; rule by rule where that is asked for."""
    judgement = judged(seen, options, by_rule)
    findings = check(judgement)
    kept = suppress(findings, seen.site, seen.network, options.today, _remarks(seen.readings))
    unreadable = any(finding.check == "unreadable-input" for finding in findings)
    notes = (*kept.notes, *_idle_roots(seen.readings, seen.binding.units))
    return Outcome(judgement, seen.network, seen.readings, kept.findings, kept.suppressed, unreadable, notes)


@noun
class Seen:
    """One estate as it was read and bound."""

    estate: Estate
    site: Site
    flows: Sequence[tuple[Policy, Flow]]
    readings: tuple[Reading, ...]
    network: Network
    binding: Binding


def look(estate: Estate, site: Site, options: Options, drafts: Mapping[Path, bytes] = MappingProxyType({})) -> Seen:
    """Read an estate and bind its roles; `drafts` are files, by absolute path, that are read as if they were there."""
    return bound(estate, site, tuple(read(estate, TYPES, replace(_settings(estate, site, options), drafts=drafts))))


def bound(estate: Estate, site: Site, readings: tuple[Reading, ...]) -> Seen:
    """Bind the roles of an estate that was read."""
    network = convert(_resources(readings), site.values, site.service_tags)
    flows = _flows(site)
    return Seen(estate, site, flows, readings, network, _bound(site, flows, network, readings))


def seen_with(seen: Seen, network: Network) -> Seen:
    """The estate as it would be seen with another network."""
    return replace(seen, network=network, binding=_bound(seen.site, seen.flows, network, seen.readings))


def judged(seen: Seen, options: Options, by_rule: bool = False) -> Judgement:
    """What comes out of an estate as it was seen."""
    problems, unread = _problems(seen.readings, seen.network), gaps(seen.network.acls, seen.readings)
    return judge(seen.estate.name, seen.site, seen.flows, seen.binding, seen.network, options.today, problems, unread, by_rule)


def understand(paths: Sequence[Path], options: Options) -> Understanding:
    """Every ACL under the paths; works without a site file."""
    found = list(_networks(paths, options))
    acls = tuple(acl for each in found for acl in each.network.acls)
    return Understanding(acls, tuple(problem for each in found for problem in _problems(each.readings, each.network)))


def trace(paths: Sequence[Path], options: Options, asked: Question) -> tuple[Trace, tuple[Problem, ...]]:
    """One packet's way through what is under the paths, and what was not read; works without a site file, but for roles."""
    from pamlint.views.trace import Surveyed
    from pamlint.views.trace import trace as traced

    surveyed = []
    problems: list[Problem] = []
    for name, site, network, readings in _networks(paths, options):
        binding = _bound(site, _flows(site), network, readings) if site else Binding({}, (), (), ())
        surveyed.append(Surveyed(name, network, binding, gaps(network.acls, readings)))
        problems += _problems(readings, network)
    return traced(asked, surveyed), tuple(problems)


class _Found(NamedTuple):
    """One estate as it was read, with the site as it is there."""

    name: str | None
    site: Site | None
    network: Network
    readings: tuple[Reading, ...]


def _networks(paths: Sequence[Path], options: Options) -> Iterator[_Found]:
    """Every estate under the paths, with a site file or without."""
    for place, own_paths in _site_files(paths, options).items():
        site = read_site(place) if place else None
        estates = choose(own_paths, site)[0]
        refuse_undeclared(estates, site, _variables(options), options.module_directory)
        for estate in estates:
            own = estate.site or site
            readings = tuple(read(estate, TYPES, _settings(estate, own, options)))
            _complain(readings)
            resources = _resources(readings)
            network = convert(resources, own.values, own.service_tags) if own else convert(resources, {})
            yield _Found(estate.name, own, network, readings)


def _bound(site: Site, flows: Sequence[tuple[Policy, Flow]], network: Network, readings: Sequence[Reading]) -> Binding:
    """Who plays what in one estate."""
    needed = {role for _, flow in flows for role in (*flow.sources, *flow.destinations)}
    roles = {name: role for policy in site.policies for name, role in policy.roles.items()}
    return bind(site, network, roles, needed, lost(readings), hidden(readings))


def _problems(readings: Sequence[Reading], network: Network) -> tuple[Problem, ...]:
    return (*(problem for reading in readings for problem in reading.problems), *network.problems)


def exit_code(report: Report, minimum: Severity | None, strict: bool) -> int:
    """0 all is well, 1 findings at or above the threshold, 3 something was not read or (strictly) not settled."""
    worst = SEVERITIES[: SEVERITIES.index(minimum or report.min_severity) + 1]
    if any(_counts(finding, worst) for finding in report.findings):
        return 1
    return UNREAD if not report.complete or (strict and not report.settled) else 0


def _counts(finding: Finding, worst: Sequence[Severity]) -> bool:
    return finding.certainty == "proved" and finding.severity in worst and finding.check not in NO_VERDICT


def by_site(
    paths: Sequence[Path], options: Options, site_at: Callable[[Path], Site] = read_site
) -> Iterable[tuple[Site, list[Path]]]:
    """The paths by the site file that holds for them."""
    grouped: list[tuple[Site, list[Path]]] = []
    for place, own in _site_files(paths, options).items():
        if place is None:
            here = own[0]
            writes = f"`pamlint init --policy netiq-pam-3 {here}` writes a first one"
            raise UserError(f"there is no pamlint.yaml beside {here} or above it: {writes}")
        grouped.append((site_at(place), own))
    return grouped


def _site_files(paths: Sequence[Path], options: Options) -> dict[Path | None, list[Path]]:
    grouped: dict[Path | None, list[Path]] = {}
    for path in paths:
        place = options.config or find_site(Path() if path == STANDARD_INPUT else path)
        grouped.setdefault(place, []).append(path)
    return grouped


def _settings(estate: Estate, site: Site | None, options: Options) -> Settings:
    return Settings(
        variables=_variables(options),
        variable_files=(*estate.variable_files, *options.variable_files),
        environment=options.environment,
        workspace=estate.workspace or options.workspace,
        facts=site.values if site else {},
        module_directory=options.module_directory,
    )


def _variables(options: Options) -> dict[str, str]:
    return dict(text.split("=", 1) for text in options.variables)


def _resources(readings: Sequence[Reading]) -> tuple[Resource, ...]:
    return tuple(resource for reading in readings for resource in reading.resources)


def _flows(site: Site) -> list[tuple[Policy, Flow]]:
    """The active flows of all policies, each with the policy that it stands in."""
    return [(policy, flow) for policy in site.policies for flow in active_flows(policy, active_features(policy, site))]


def _remarks(readings: Sequence[Reading]) -> Iterator[Ignore]:
    """Every ignore comment at a resource, and those that stand at none."""
    for reading in readings:
        yield from reading.strays
        yield from (ignore for resource in reading.resources for ignore in resource.body.ignores)


def _idle_roots(readings: Sequence[Reading], units: Sequence[Unit]) -> list[str]:
    """A line for each root that binds no role."""
    bound = {acl.root for unit in units for acl in unit.acls} | {each.root for unit in units for each in unit.workloads}
    return [
        f"root {reading.input.name} binds no role: none of its groups or NSGs is matched by the site file"
        for reading in readings
        if reading.input.kind == "code" and reading.input.name not in bound
    ]


def refuse_nothing(chapters: Sequence[Chapter], paths: Sequence[Path]) -> None:
    """No input, or none that binds a role, is wrong use: nothing would be judged. What could not be read is told first."""
    told = ", ".join("standard input" if path == STANDARD_INPUT else str(path) for path in paths)
    if not any(one.inputs for one in chapters):
        raise UserError(f"{told} holds no Terraform root module, plan, state or live document")
    refuse_unbound(chapters, told, "`pamlint rules` lists")


def refuse_unbound(chapters: Sequence[Chapter], told: str, lists: str) -> None:
    """UserError where no role is bound to anything that is guarded, if all was read; `lists` says what lists the ACLs."""
    if any(one.is_bound or one.unreadable for one in chapters):
        return
    played = ((machine, bound.role) for one in chapters for bound in one.bindings for machine in bound.workloads)
    machine, role = min(played, default=("", ""))
    if machine:
        raise UserError(
            f"nothing guards what plays a role in {told}: nothing can be judged. "
            f"`{role}` is played by {machine}, and no group or NSG stands before that{_beside(machine)}"
        )
    raise UserError(
        f"no role is bound to anything in {told}: nothing can be judged. "
        f"{lists} the groups and NSGs; name them under `roles:` in the site file"
    )


def _beside(machine: str) -> str:
    """What to know of a machine before which nothing stands."""
    endpoint = "privateendpoint" in machine.lower().replace("_", "")
    why = ": before a private endpoint one does only if its subnet's `private_endpoint_network_policies` say so"
    return why if endpoint else ""


def _complain(readings: Sequence[Reading]) -> None:
    if not readings:
        raise UserError("there is no Terraform root module, plan, state or live document there")
