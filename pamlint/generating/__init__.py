"""From a site or a product to the code that serves it, proven before it is told: draft, bind, find the least rules, lint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pamlint.checks import check
from pamlint.checks.suppression import suppress
from pamlint.documents.policy import load_policy
from pamlint.documents.reader import read_document
from pamlint.documents.site import load_site
from pamlint.documents.sites import find_site
from pamlint.generating.outputs import declared, outputs
from pamlint.model.acl import Acl
from pamlint.model.errors import UserError, together
from pamlint.model.noun import noun, replace
from pamlint.model.policy import ANY_ROLE
from pamlint.model.resource import Location
from pamlint.model.site import Instance, Site
from pamlint.report.generated import Draft, Made, ground, render
from pamlint.report.generated_site import match_lines, site_file, with_matches
from pamlint.report.summary import count
from pamlint.run import Options, Seen, judged, look, seen_with
from pamlint.sources.estates import Estate, choose
from pamlint.views.generated import LeastRule, least, targets
from pamlint.views.starting import start

DRAFT = "pamlint_draft.tf"
PREFIX = "pamlint_draft_"
"""Keeps the names of rules apart from those of the rules whose place they take."""
QUOTA = 60
"""The rules of one direction that a security group holds, if nobody has asked for more. Source: the Amazon VPC user guide."""


@noun
class Order:
    """What is wanted: the cloud, and whether optional flows are opened as well."""

    cloud: str
    optional: bool = False


@noun
class Generated:
    """Code that was linted clean, the site file's data where the code stands alone, and what the reader should know."""

    code: str
    data: Mapping[str, Any] | None
    notes: tuple[str, ...]
    rules: tuple[LeastRule, ...]


def from_policy(name: str, order: Order, options: Options) -> Generated:
    """An estate to begin with for one product: all its features, a group or NSG for each role, example networks."""
    policy = load_policy(name, Path())
    began = start(policy, order.cloud)
    data = {**began.data, "policy": name if name == policy.id else str(Path(name).resolve())}
    made = tuple(Made(role, role, f"{policy.id} {role}") for role, binding in data["roles"].items() if "match" in binding)
    notes = [f"the networks of all roles are examples: {', '.join(data['roles'])}"]
    if began.examples:
        notes.append(f"these parameters have no default and got example values: {', '.join(began.examples)}")
    return _alone(data, made, f"{policy.product} {policy.version} ({policy.id})", order, options, notes)


def from_site(paths: Sequence[Path], order: Order, options: Options) -> Generated:
    """The rules for the site around the paths, on the groups that its roles are matched to, or on groups of their own."""
    estate, site = _only_estate(paths, options)
    seen = look(estate, site, options)
    existing = targets(seen.binding, order.cloud)
    made = tuple(_to_be_made(seen))
    products = ", ".join(f"{policy.product} {policy.version} ({policy.id})" for policy in site.policies)
    if not existing:
        data = with_matches(_data(site), made)
        return _alone(data, made, products, order, options, _notes_on(site, existing, ()) if _is_matched(site) else [])
    taken = frozenset(acl.address.partition(".")[2] for acl in seen.network.acls)
    root = _root(estate, existing)
    variables = frozenset(declared("variable", root, estate.boundary))
    draft = Draft(order.cloud, _title(products), made, _lists(site, order.cloud), alone=False, taken=taken, variables=variables)
    if made:
        site = _resite(with_matches(_data(site), made))
    plan = _Plan(replace(estate, site=site), site, draft, root, order, options)
    return plan.run(_notes_on(site, existing, made))


def _only_estate(paths: Sequence[Path], options: Options) -> tuple[Estate, Site]:
    places = {options.config or find_site(path) for path in paths}
    place = places.pop() if len(places) == 1 else None
    if place is None:
        told = ", ".join(str(path) for path in paths)
        more = "several site files hold for" if places else "there is no pamlint.yaml beside or above"
        raise UserError(f"{more} {told}: name the paths of one, or begin with `pamlint generate --policy ID`")
    site = load_site(place)
    estates = choose(paths, site)[0]
    if len(estates) != 1:
        names = ", ".join(each.name for each in site.estates)
        raise UserError(f"the site file has the estates {names}: name a path that belongs to just one of them", site.location)
    return estates[0], estates[0].site or site


def _data(site: Site) -> dict[str, Any]:
    """What the site file says, its policies by absolute path."""
    data = dict(read_document(site.path).data)
    if site.estates or "estates" in data:
        raise UserError(
            "groups can be made for a site file without `estates`; make them first, and match the roles to them", site.location
        )
    known, named = {policy.id for policy in site.policies}, data["policy"]
    full = [each if each in known else _absolute(site, each) for each in ([named] if isinstance(named, str) else named)]
    tags = {"service-tags": _absolute(site, data["service-tags"])} if "service-tags" in data else {}
    return {**data, **tags, "policy": full[0] if isinstance(named, str) else full}


def _absolute(site: Site, named: str) -> str:
    return str((site.path.parent / named).resolve())


def _resite(data: Mapping[str, Any]) -> Site:
    """The site that the data says."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "pamlint.yaml"
        path.write_text(site_file(data), encoding="utf-8")
        return load_site(path)


def _to_be_made(seen: Seen) -> Iterator[Made]:
    """The roles of active flows to which nothing is matched: all but peers, external ones, and those on others.

    Where the site matches roles at all, one with `cidrs` and without `match` is a peer.
    """
    site = seen.site
    roles = {name: role for policy in site.policies for name, role in policy.roles.items()}
    matched = _is_matched(site)
    named = dict.fromkeys(role for _, flow in seen.flows for role in (*flow.sources, *flow.destinations) if role != ANY_ROLE)
    for name in named:
        if roles[name].external or roles[name].peers:
            continue
        found = {id(part.instance) for part in seen.binding.parts.get(name, ()) if part.hosts}
        instances = site.roles[name].instances if name in site.roles else (None,)
        for position, instance in enumerate(instances):
            if id(instance) in found or (instance and not instance.match and (instance.on or (matched and instance.cidrs))):
                continue
            group = _literal_name(instance) or (f"{name}-{position + 1}" if len(instances) > 1 else name)
            yield Made(name, group, f"{'+'.join(policy.id for policy in site.policies)} {name}", position)


def _is_matched(site: Site) -> bool:
    return any(instance.match for binding in site.roles.values() for instance in binding.instances)


def _literal_name(instance: Instance | None) -> str | None:
    """The name that a match entry asks for and nothing else, if there is one."""
    for entry in instance.match if instance else ():
        alone = entry.address is None and entry.id is None and not entry.tags
        if entry.name and alone and not set(entry.name) & {"*", "?"}:
            return entry.name
    return None


def _root(estate: Estate, existing: Mapping[str, Acl]) -> Path:
    """The root module in which the groups stand, so that the code can refer to them."""
    roots = sorted({acl.root for acl in existing.values()})
    here = Path.cwd()
    found = [root for root in estate.roots if _told(root, here) in roots]
    if len(roots) > 1 or not found:
        raise UserError(f"the groups of the roles stand in {', '.join(roots)}: rules can refer to those of one directory of code")
    return found[0]


def _told(root: Path, here: Path) -> str:
    return (root.relative_to(here) if root.is_relative_to(here) else root).as_posix()


def _lists(site: Site, cloud: str) -> tuple[str, ...]:
    """The prefix lists that fixed peers of the policies name."""
    peers = [peer for policy in site.policies for role in policy.roles.values() for peer in role.peers.get(cloud, ())]
    return tuple(sorted({peer.partition(":")[2] for peer in peers if peer.startswith("prefix-list:")}))


def _notes_on(site: Site, existing: Mapping[str, Acl], made: Sequence[Made]) -> list[str]:
    notes = []
    for acl in existing.values():
        written = [rule for rule in acl.rules if not rule.default]
        if written:
            notes.append(f"{acl.address} has {count(len(written), 'rule')} already: these are meant in their place")
    peers = _peers_only(site)
    if peers:
        notes.append(f"these roles have `cidrs` and no `match`, so they are peers only: {', '.join(peers)}")
    if made:
        notes += ["put these under `roles:` in pamlint.yaml:", *match_lines(made)]
    return notes


def _peers_only(site: Site) -> list[str]:
    """The roles that could have rules of their own and are given networks alone."""
    external = {name for policy in site.policies for name, role in policy.roles.items() if role.external or role.peers}
    bound = {name: binding for name, binding in site.roles.items() if name not in external}
    return [name for name, binding in bound.items() if not any(each.match or each.on for each in binding.instances)]


def _title(products: str) -> str:
    return (
        f"Written by pamlint generate: the least rules for {products}.\nEach rule's description names the flows that it serves."
    )


def _alone(
    data: dict[str, Any], made: tuple[Made, ...], products: str, order: Order, options: Options, notes: list[str]
) -> Generated:
    """Code that makes all its groups itself, in a directory of its own."""
    if not made:
        raise UserError("no role here has rules of its own: give roles `match` or `cidrs` in the site file")
    site = _resite(data)
    draft = Draft(order.cloud, _title(products), made, _lists(site, order.cloud))
    with TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        plan = _Plan(Estate(None, site, (root,), boundary=root), site, draft, root, order, options)
        return replace(plan.run(notes), data=data)


@noun
class _Plan:
    """Everything that code is made from."""

    estate: Estate
    site: Site
    draft: Draft
    root: Path
    order: Order
    options: Options

    def run(self, notes: Sequence[str]) -> Generated:
        """Draft the groups, bind the roles to them, find the rules, write them, and lint what is written."""
        seen = self._look(ground(self.draft))
        if seen.binding.unbound:
            raise together([UserError(f"role `{each.role}`: {each.reason}") for each in seen.binding.unbound])
        self._refuse_foreign(seen)
        on = targets(seen.binding, self.order.cloud)
        order, day = self.order, self.options.today
        rules, left_out = least(self.site, seen.flows, seen.binding, seen.network, order.cloud, day, order.optional)
        named = outputs(on.values(), self.estate.boundary, lambda text: self._look(f"{ground(self.draft)}\n{text}"))
        code = render(self.draft, on, rules, seen.network, named)
        proven = code if self.draft.alone else render(self.draft, on, rules, seen.network, named, PREFIX)
        self._prove(self._look(proven), on)
        return Generated(code, None, (*notes, *left_out, *self._crowded(on, rules)), rules)

    def _refuse_foreign(self, seen: Seen) -> None:
        """A role that the product fixes on another cloud alone can not be named by any rule."""
        for _, flow in seen.flows:
            for role in (*flow.sources, *flow.destinations) if flow.need != "blocked" else ():
                clouds = {part.cloud for part in seen.binding.parts.get(role, ())}
                if clouds and clouds.isdisjoint({None, self.order.cloud}):
                    there = " and ".join(sorted(cloud for cloud in clouds if cloud))
                    raise UserError(f"role `{role}` of flow `{flow.id}` is there on {there} alone: use --cloud {there}")

    def _look(self, code: str) -> Seen:
        return look(self.estate, self.site, self.options, {self.root / DRAFT: code.encode()})

    def _prove(self, seen: Seen, on: Mapping[str, Acl]) -> None:
        """Nothing may be found once the rules stand on the groups, in the place of those that stand there now."""
        network = replace(seen.network, acls=tuple(self._renewed(acl) if acl.key in on else acl for acl in seen.network.acls))
        findings = suppress(
            check(judged(seen_with(seen, network), self.options)), self.site, network, self.options.today
        ).findings
        if not findings:
            return
        if self.draft.alone:
            raise RuntimeError("generated code is not clean: " + "; ".join(finding.message for finding in findings))
        found = [
            UserError(f"{each.check}: {each.message}", None if _drafted(each.location) else each.location) for each in findings
        ]
        whole = together(found)
        head = UserError("with the generated rules in place, there are findings still:")
        raise UserError(f"{head.message}\n{whole.message}", parts=(head, *(whole.parts or (whole,))))

    def _renewed(self, acl: Acl) -> Acl:
        return replace(acl, rules=tuple(rule for rule in acl.rules if rule.default or _drafted(rule.location)))

    def _crowded(self, on: Mapping[str, Acl], rules: Sequence[LeastRule]) -> Iterator[str]:
        for key, acl in on.items():
            for direction in ("ingress", "egress"):
                held = sum((rule.acl, rule.direction) == (key, direction) for rule in rules)
                if self.order.cloud == "aws" and held > QUOTA:
                    yield f"{acl.address} has {held} {direction} rules; AWS allows {QUOTA} unless you ask for more"


def _drafted(location: Location | None) -> bool:
    return location is not None and Path(location.file).name == DRAFT
