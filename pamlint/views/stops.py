"""What the ACLs of one end say to one packet: a stop for each layer, with the rules that decided and those that were beaten."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from pamlint.binding import is_absent
from pamlint.judging.admission import ADMIN
from pamlint.judging.cubes import Table
from pamlint.judging.floating import Floating
from pamlint.model.acl import Acl, Rule
from pamlint.model.finding import Direction
from pamlint.model.noun import noun, replace
from pamlint.views.ends import Layers
from pamlint.views.packets import Packet, Truth, match

Outcome = Literal["allowed", "denied", "unproven"]
Unread = Mapping[str, tuple[str, ...]]
"""By the key of an ACL, the files and modules that could not be read and may hold rules of it."""


class Around(NamedTuple):
    """What stands around the ACLs of an estate: its predicates, what was not read, and rules that stand nobody knows where."""

    table: Table
    unread: Unread
    floating: Floating


class Hit(NamedTuple):
    """A rule that matches; perhaps, where there are references that decide."""

    acl: Acl
    rule: Rule
    because: tuple[str, ...] = ()


@noun
class Stop:
    """One layer of a packet's way.

    `rules` decided: the first match of an ordered list, or every rule of a security group that admits the packet; none where
    nothing matches. `perhaps` would decide otherwise if they match, `nearly` only if somebody were a member of what they name,
    or stood where they say. `beaten` match as well and come later. `because` are the references of an unproven outcome.
    `overruled` says that an admin rule lets the packet through whatever this layer says.
    """

    direction: Direction
    acls: tuple[Acl, ...]
    outcome: Outcome
    rules: tuple[Hit, ...] = ()
    perhaps: tuple[Hit, ...] = ()
    nearly: tuple[Hit, ...] = ()
    beaten: tuple[Hit, ...] = ()
    because: tuple[str, ...] = ()
    overruled: bool = False
    is_reply: bool = False

    @property
    def gist(self) -> tuple[object, ...]:
        """What tells the stop from others, without the ACLs themselves."""
        hits = (self.rules, self.perhaps, self.nearly, self.beaten)
        told = tuple(tuple((hit.acl.key, hit.rule, hit.because) for hit in found) for found in hits)
        return (self.direction, tuple(acl.key for acl in self.acls), self.outcome, told, self.because, self.is_reply)


def stops(layers: Layers, direction: Direction, packet: Packet, around: Around) -> Iterator[Stop]:
    """A stop for each layer, in the order in which the packet meets them; admin rules come first."""
    path = tuple(reversed(layers)) if direction == "ingress" else layers
    path = tuple(sorted(path, key=lambda layer: layer[0].kind != ADMIN))
    forced: Stop | None = None
    read = [stop(layer, direction, packet, around) for layer in path]
    denying = {found.acls[0].key for found in read if found.outcome == "denied"}
    for layer, said in zip(path, read, strict=True):
        found = _where_it_stands(said, layer[0], denying)
        if layer[0].kind == ADMIN:
            forced = found if any(_always(hit) for hit in (*found.rules, *found.perhaps)) else forced
            yield found
        else:
            yield found if forced is None else _under(found, forced)


def stop(layer: Sequence[Acl], direction: Direction, packet: Packet, around: Around) -> Stop:
    """What one layer says to the packet, if it is there. Where rules may stand elsewhere, what no rule of its own lets through is
    unproven.

    One of several groups of which the input holds no rule at all is taken as absent.
    """
    read = _first_match if layer[0].ordered else _union
    found = _elsewhere(read(layer, direction, packet, around.table), packet, around)
    because: list[str] = []
    if found.outcome != "allowed" or any(hit.rule.default for hit in found.rules):
        because += [name for acl in layer if not is_absent(acl, layer) for name in acl.partial]
    if found.outcome != "allowed" or layer[0].ordered:
        because += [file for acl in layer for file in around.unread.get(acl.key, ())]
    return _doubted(found, because) if because else found


def _where_it_stands(found: Stop, acl: Acl, denying: Container[str]) -> Stop:
    """What a list stops, with doubt where it stands there perhaps, unless just one of several does and all of them stop it."""
    if found.outcome == "allowed" or not acl.ordered or not acl.loose:
        return found
    return found if acl.one_of and all(key in denying for key in acl.one_of) else _doubted(found, acl.loose)


def _first_match(layer: Sequence[Acl], direction: Direction, packet: Packet, table: Table) -> Stop:
    """The first rule that matches decides; where none does, a list denies, and admin rules leave it to the others."""
    acl = layer[0]
    first: Hit | None = None
    perhaps, nearly, beaten = [], [], []
    for rule in (rule for rule in acl.rules if rule.direction == direction):
        found = match(acl, rule, packet, table)
        hit = Hit(acl, rule, found.because)
        if first is not None:
            beaten += [hit] if found.truth is not Truth.NO else []
        elif found.truth is Truth.YES:
            first = hit
        elif found.truth is Truth.MAYBE:
            perhaps.append(hit)
        elif found.because:
            nearly.append(hit)
    silent = "allow" if acl.kind == ADMIN else "deny"
    action = first.rule.action if first else silent
    result = Stop(
        direction,
        (acl,),
        "denied" if action == "deny" else "allowed",
        (first,) if first else (),
        tuple(hit for hit in perhaps if hit.rule.action != action),
        tuple(hit for hit in nearly if hit.rule.action != action),
        tuple(hit for hit in beaten if not hit.rule.default or (hit.rule.action == "allow" and action == "deny")),
    )
    turning = [hit for hit in result.perhaps if (hit.rule.action == "deny") != (action == "deny")]
    return _doubted(result, (name for hit in turning for name in hit.because)) if turning else result


def _union(layer: Sequence[Acl], direction: Direction, packet: Packet, table: Table) -> Stop:
    """Every rule of every group that matches admits; where none does, the packet is stopped."""
    hits: dict[Truth, list[Hit]] = {truth: [] for truth in Truth}
    for acl in layer:
        for rule in (rule for rule in acl.rules if rule.direction == direction):
            found = match(acl, rule, packet, table)
            hits[found.truth].append(Hit(acl, rule, found.because))
    if hits[Truth.YES]:
        return Stop(direction, tuple(layer), "allowed", tuple(hits[Truth.YES]))
    nearly = tuple(hit for hit in hits[Truth.NO] if hit.because)
    result = Stop(direction, tuple(layer), "denied", (), tuple(hits[Truth.MAYBE]), nearly)
    return _doubted(result, (name for hit in result.perhaps for name in hit.because)) if result.perhaps else result


def _elsewhere(found: Stop, packet: Packet, around: Around) -> Stop:
    """A stop with the rules that would decide otherwise if they stood here, which nobody knows."""
    deciding = "deny" if found.outcome == "allowed" else "allow"
    others = {other.key: other for acl in found.acls for other in around.floating.near(acl)}
    hits = tuple(
        Hit(other, rule, tuple(sorted({*matched.because, *other.partial})))
        for other in others.values()
        for rule in other.rules
        if (rule.direction, rule.action, rule.default) == (found.direction, deciding, False) and _may_decide(rule, found)
        if (matched := match(other, rule, packet, around.table)).truth is not Truth.NO
    )
    if not hits:
        return found
    return _doubted(replace(found, perhaps=(*found.perhaps, *hits)), (name for hit in hits for name in hit.because))


def _may_decide(rule: Rule, found: Stop) -> bool:
    """Whether a rule would be tried before those that decide; only a deny has to be."""
    first = min((hit.rule.priority for hit in found.rules if hit.rule.priority is not None), default=None)
    return rule.action != "deny" or rule.priority is None or first is None or rule.priority < first


def _doubted(found: Stop, because: Iterable[str]) -> Stop:
    return replace(found, outcome="unproven", because=tuple(sorted({*found.because, *because})))


def _always(hit: Hit) -> bool:
    return hit.rule.action == "always-allow"


def _under(found: Stop, forced: Stop) -> Stop:
    """A stop below admin rules of which one lets the packet through, for sure or perhaps, whatever stands below."""
    loose = forced.acls[0].loose
    if forced.outcome == "allowed" and not forced.perhaps and not loose:
        return replace(found, overruled=True)
    doubt = [*loose, *(name for hit in forced.perhaps for name in hit.because)]
    return found if found.outcome == "allowed" else _doubted(found, doubt)
