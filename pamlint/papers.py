"""The papers that are handed out: port matrix, firewall request, evidence for an auditor."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from pamlint.documents.policy import load_policy
from pamlint.model.evidence import Evidence, SiteFile
from pamlint.model.matrix import Line, Matrix
from pamlint.model.resource import Problem
from pamlint.model.site import Site
from pamlint.report.assembly import Outcome, assemble, chapter
from pamlint.report.dates import six_months_after
from pamlint.run import Options, by_site, chosen, look, outcome, refuse_nothing
from pamlint.sources.commits import commit_of
from pamlint.sources.estates import STANDARD_INPUT, Estate
from pamlint.views import evidence as by_rule
from pamlint.views.matrix import bare, from_binding, from_judgement, from_site, whole


def bare_matrix(policy: str) -> Matrix:
    """The port matrix of a product, which belongs to no site; `policy` is an id of the catalogue or a path."""
    return bare(load_policy(policy, Path()))


def site_matrix(options: Options) -> Matrix:
    """The port matrix of the site file around the current directory, or of the one that is named, with nothing else read."""
    lines: list[Line] = []
    sites: list[Site] = []
    for site, _ in by_site((Path(),), options):
        for estate in [Estate(each.name, each.site, ()) for each in site.estates] or [Estate(None, site, ())]:
            own = estate.site or site
            sites.append(own)
            lines += from_site(own, estate.name)
    return whole(sites, lines, options.today)


def matrix(paths: Sequence[Path], options: Options, verify: bool) -> tuple[Matrix, tuple[Problem, ...], list[str]]:
    """The port matrix of the sites around the paths with roles as they are bound there, what was not read, and notes.

    Verified, each line has its state.
    """
    lines: list[Line] = []
    problems: list[Problem] = []
    estates, notes = chosen(paths, options)
    outcomes: list[Outcome] = []
    for estate, site in estates:
        seen = look(estate, site, options)
        if verify:
            outcomes.append(outcome(seen, options))
            lines += from_judgement(outcomes[-1].judgement, seen.network)
        elif not seen.readings:
            notes.append(f"there is no Terraform, plan, state or live document of {estate.name or 'the site'} there")
            lines += from_site(site, estate.name)
        else:
            lines += from_binding(site, estate.name, seen.binding, seen.network)
        problems += [problem for reading in seen.readings for problem in reading.problems]
        problems += seen.network.problems
    if verify:
        refuse_nothing([chapter(each) for each in outcomes], paths)
    return whole([site for _, site in estates], lines, options.today), tuple(problems), notes


def evidence(paths: Sequence[Path], options: Options) -> Evidence:
    """Everything that an auditor is shown of what is under the paths."""
    estates, notes = chosen(paths, options)
    outcomes = [outcome(look(estate, site, options), options, by_rule=True) for estate, site in estates]
    chapters = [chapter(each) for each in outcomes]
    refuse_nothing(chapters, paths)
    rules = [(each.judgement, by_rule.rules(each.judgement)) for each in outcomes]
    return Evidence(
        assemble(chapters, options.today, notes),
        tuple(dict.fromkeys(_site_file(site) for _, site in estates)),
        tuple(dict.fromkeys(commit_of(path) for path in (*_places(estates), *map(_directory, paths)) if path != STANDARD_INPUT)),
        tuple(line for each in outcomes for line in from_judgement(each.judgement, each.network)),
        tuple(rule for _, found in rules for rule in found),
        tuple(each for judgement, found in rules for each in by_rule.allowances(judgement, found, options.today)),
        tuple(each for one in outcomes for each in one.suppressed),
        six_months_after(options.today),
    )


def _directory(path: Path) -> Path:
    return path.parent if path.is_file() else path


def _places(estates: Sequence[tuple[Estate, Site]]) -> list[Path]:
    """Where the site files and the root modules stand."""
    return [site.path.parent for _, site in estates] + [root for estate, _ in estates for root in estate.roots]


def _site_file(site: Site) -> SiteFile:
    return SiteFile(site.location.file, hashlib.sha256(site.path.read_bytes()).hexdigest())
