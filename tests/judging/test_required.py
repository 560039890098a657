"""What is missing of a required flow."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from benchmarks.estate import SITE
from benchmarks.tree import write_estates
from pamlint.judging.admission import Admission, together
from pamlint.judging.cubes import Table
from pamlint.judging.demand import Demand
from pamlint.judging.required import Wants, by_name, unmet
from pamlint.model.certainty import Settled
from pamlint.model.finding import DIRECTIONS
from pamlint.run import Options, chosen, look

TODAY = date(2026, 11, 23)


def in_any_order(settled: Settled) -> tuple[frozenset[object], frozenset[object], tuple[str, ...]]:
    return frozenset(settled.proved), frozenset(settled.unproven), settled.because


def test_members_that_differ_in_their_symbols_alone_are_told_as_if_each_were_judged(tmp_path: Path) -> None:
    """Two roots that share one site lack each other's members: one stands for all of them, and all are told."""
    write_estates(tmp_path, 100)
    (tmp_path / "pamlint.yaml").write_text(SITE)
    ((estate, site),), _ = chosen([tmp_path], Options(TODAY))
    seen = look(estate, site, Options(TODAY))
    table = Table(seen.network.symbols, seen.network.service_tags)
    demand = Demand(site, seen.flows, seen.binding, table, TODAY)
    wants, admission = Wants(demand), Admission(table)
    together_told = []
    for unit in seen.binding.units:
        for direction in DIRECTIONS:
            passed = together(piece for layer in unit.layers for piece in admission.layer(unit, layer, direction))
            named = by_name([passed])
            for ask in demand.asks(unit, direction):
                want = wants.wanted(ask, unit, direction)
                if want is not None and demand.is_required(ask.flow):
                    one_by_one = unmet(want._replace(alike=()), passed, named, table, direction)
                    assert in_any_order(unmet(want, passed, named, table, direction)) == in_any_order(one_by_one)
                    together_told.append(len(one_by_one.proved))
    assert max(together_told) == 29
