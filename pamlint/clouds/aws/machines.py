"""Instances, network interfaces, and the instances that launch templates make.

Source: the provider's documentation of each resource type.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import product
from typing import Any

from pamlint.clouds.aws.interfaces import Interface, Surroundings, addresses, any_of, first_written
from pamlint.clouds.aws.network import Subnet, unnamed
from pamlint.clouds.elsewhere import Elsewhere
from pamlint.clouds.ledger import outside
from pamlint.clouds.ties import Because, Tied, Ties, reasons, ties
from pamlint.clouds.values import blocks, computed, doubts, find, nested, overlaid, string, text, texts, written
from pamlint.model.acl import Text
from pamlint.model.identity import is_live, key_of
from pamlint.model.noun import replace
from pamlint.model.ranges import EMPTY
from pamlint.model.resource import Block, Resource, Unknown

INSTANCE = "aws_instance"
INTERFACE = "aws_network_interface"
GROUP_ATTACHMENT = "aws_network_interface_sg_attachment"
ATTACHMENT = "aws_network_interface_attachment"
TEMPLATE = "aws_launch_template"
CONFIGURATION = "aws_launch_configuration"
SCALING_GROUP = "aws_autoscaling_group"
TEMPLATE_PLACES = (
    ("launch_template", "launch_template"),
    ("mixed_instances_policy", "mixed_instances_policy.launch_template.launch_template_specification"),
    ("mixed_instances_policy", "mixed_instances_policy.launch_template.override.launch_template_specification"),
)
TEMPLATE_NAMES = ("id", "launch_template_id", "name", "launch_template_name")
INSTANCE_ADDRESSES = ("private_ip", "secondary_private_ips", "ipv6_addresses")
INTERFACE_ADDRESSES = ("private_ip", "private_ips", "private_ip_list", "ipv6_addresses", "ipv6_address_list")

TYPES = frozenset({INSTANCE, INTERFACE, GROUP_ATTACHMENT, ATTACHMENT, TEMPLATE, CONFIGURATION, SCALING_GROUP})


Standing = tuple[Subnet | None, ...]


class Machines:
    """The instances and interfaces of an estate. Interfaces of an instance are the instance's."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._ledger = around.ledger
        self._attached: dict[str, Tied] = defaultdict(Tied)
        self._elsewhere = Elsewhere(around.ledger, INTERFACE)
        for resource in self._ledger.managed(GROUP_ATTACHMENT):
            worn = around.wearing([resource.body.values.get("security_group_id")], resource.root).doubted(resource.body.possible)
            self._elsewhere.tie(resource.body.values.get("network_interface_id"), resource.root, worn)
            for wearer, because in self._wearers(resource):
                self._attached[key_of(wearer)] = self._attached[key_of(wearer)].beside(worn.doubted(because))
        self._instances = {key_of(resource): resource for resource in self._ledger.told("vpc_security_group_ids", INSTANCE)}
        self._foreign: dict[str, list[Interface]] = defaultdict(list)
        self._cards = self._cards_by_instance()

    def instances(self) -> Iterable[tuple[Resource, list[Interface]]]:
        """Every instance with its interfaces."""
        for key, resource in self._instances.items():
            cards = dict(self._cards.get(key, {}))
            own = self._own(resource, ties((key_of(card), because) for card, because in self._named(resource)))
            for ways in self._choices(resource):
                chosen = any_of([(self._card(card), because) for card, because in ways])
                if chosen is not None and all(cards[key_of(card)][1] and not card.body.possible for card, _ in ways):
                    own.append(chosen)
                    cards = {each: card for each, card in cards.items() if each not in [key_of(card) for card, _ in ways]}
            perhaps = (replace(self._card(card), possible=(*because, *card.body.possible)) for card, because in cards.values())
            yield resource, self._with_attached(resource, [*own, *perhaps, *self._foreign[key]])

    def interfaces(self) -> Iterable[tuple[Resource, list[Interface]]]:
        """Every interface that is no known instance's for sure."""
        used = {key for cards in self._cards.values() for key, (_, because) in cards.items() if not because}
        for resource in self._ledger.told("security_groups", INTERFACE):
            if key_of(resource) not in used:
                yield resource, [self._card(resource)]

    def scaling_groups(self) -> Iterable[tuple[Resource, list[Interface]]]:
        """Every autoscaling group with the interfaces of the instances that it makes."""
        for resource in self._ledger.managed(SCALING_GROUP):
            subnets = self._around.standing(written(resource, "vpc_zone_identifier"), resource.root)
            yield resource, self.from_templates(resource, subnets) or self._from_configuration(resource, subnets)

    def from_templates(self, resource: Resource, subnets: Standing) -> list[Interface]:
        """The interfaces that the launch templates which a resource names give to its instances."""
        found = []
        for named in self._templates(resource):
            found += self._from_template(named, resource, subnets)
        return list(dict.fromkeys(found))

    def template_tags(self, resource: Resource) -> dict[str, Text]:
        """The tags that the launch templates which a resource names give to its instances."""
        templates = (self._ledger.target(named, resource.root, TEMPLATE) for named in self._templates(resource))
        told = [block for template in templates if template for block in blocks(template.body, "tag_specifications")]
        found = (texts(block.values.get("tags")) for block in told if block.values.get("resource_type") == "instance")
        return overlaid(*found)

    def _templates(self, resource: Resource) -> Iterable[Any]:
        """What a resource names its launch templates by."""
        for first, place in TEMPLATE_PLACES:
            if resource.body.values.get(first) is None or computed(resource, first):
                continue
            for block in nested(resource.body, place):
                yield next((value for name in TEMPLATE_NAMES if (value := block.values.get(name))), None)

    def _wearers(self, attachment: Resource) -> list[tuple[Resource, Because]]:
        """The interface that a group is attached to, or the instance whose first interface it is; or those that it may be."""
        value = attachment.body.values.get("network_interface_id")
        if isinstance(value, Unknown) and value.attribute is not None and value.attribute[1] == "primary_network_interface_id":
            first = self._ledger.target(Unknown((), attribute=(value.attribute[0], "id")), attachment.root, INSTANCE)
        else:
            first = self._ledger.target(value, attachment.root, INSTANCE, by="primary_network_interface_id")
        if first is not None:
            return [(first, ())]
        named = {"primary_network_interface_id": (INSTANCE,)}
        unset = self._ledger.anybody(value, attachment.root, INTERFACE)
        anywhere = [(each, unset) for each in self._ledger.managed(INSTANCE, INTERFACE) if unset]
        return [*anywhere, *self._ledger.candidates(value, attachment.root, INTERFACE, named=named)]

    def _names_one(self, instance: Resource) -> bool:
        """Whether an instance names an interface as its own: of the input, be it one of several, or one that is elsewhere."""
        surely = (block.values.get("network_interface_id") for block in _naming(instance) if not block.possible)
        ways = (self._ledger.just_one(value, instance.root, INTERFACE) for value in surely if value not in (None, ""))
        return any(len(each) == 1 or all(card is not None for card, _ in each) for each in ways)

    def _with_attached(self, instance: Resource, cards: list[Interface]) -> list[Interface]:
        """The interfaces of an instance with what is attached to its first one, where it names that: it may be any of several."""
        attached = self._attached[key_of(instance)]
        if not attached.ties or not self._names_one(instance):
            return cards
        because = () if len(cards) == 1 else (f"{instance.address}.primary_network_interface_id",)
        return [replace(card, groups=card.groups.beside(attached.doubted(because))) for card in cards]

    def _elsewhere_of(self, value: Any, root: str, possible: Because) -> list[Interface]:
        """The interface that a value names and the input does not hold: it wears what is attached to it, and more."""
        if value in (None, "") or self._ledger.just_one(value, root, INTERFACE) != ((None, ()),):
            return []
        key, told, because = outside(value, root, "interface")
        unsaid = Unknown(because if isinstance(value, Unknown) else (f"{told}.security_groups",))
        worn = self._around.wearing([unsaid], root).beside(self._elsewhere.tied(value, root))
        return [Interface(worn, (unnamed(f"{key}|subnet", f"the subnet of {told}"),), EMPTY, possible)]

    def _choices(self, instance: Resource) -> Iterable[list[tuple[Resource, Because]]]:
        """The interfaces of the input of which an instance names just one for sure, for each block that names it so."""
        for block in _naming(instance):
            ways = self._ledger.just_one(block.values.get("network_interface_id"), instance.root, INTERFACE)
            known = [(card, because) for card, because in ways if card is not None]
            if len(known) == len(ways) > 1 and not block.possible:
                yield known

    def _named(self, instance: Resource) -> Iterable[tuple[Resource, Because]]:
        """The interfaces that an instance names as its own."""
        for block in _naming(instance):
            for card, because in self._ledger.candidates(block.values.get("network_interface_id"), instance.root, INTERFACE):
                yield card, (*because, *block.possible)

    def _cards_by_instance(self) -> dict[str, dict[str, tuple[Resource, Because]]]:
        """The interfaces of each instance by their keys, whichever of the two names the other, with what each hangs on."""
        found: dict[str, dict[str, tuple[Resource, Because]]] = defaultdict(dict)

        def tie(instance: Resource, card: Resource, because: Because) -> None:
            known = found[key_of(instance)].get(key_of(card))
            if key_of(instance) in self._instances and (known is None or not because):
                found[key_of(instance)][key_of(card)] = (card, because)

        for key, instance in self._instances.items():
            for card, because in self._named(instance):
                tie(instance, card, because)
            for block in _naming(instance):
                self._foreign[key] += self._elsewhere_of(block.values.get("network_interface_id"), instance.root, block.possible)
        for card in self._ledger.told("security_groups", INTERFACE):
            for block in [] if computed(card, "attachment") else blocks(card.body, "attachment"):
                for instance, because in self._ledger.candidates(block.values.get("instance"), card.root, INSTANCE):
                    tie(instance, card, (*because, *block.possible))
        for both in self._ledger.managed(ATTACHMENT):
            cards = self._ledger.candidates(both.body.values.get("network_interface_id"), both.root, INTERFACE)
            instances = self._ledger.candidates(both.body.values.get("instance_id"), both.root, INSTANCE)
            for (instance, one), (card, other) in product(instances, cards):
                tie(instance, card, tuple(dict.fromkeys((*one, *other, *both.body.possible))))
            for instance, because in instances:
                card_elsewhere = both.body.values.get("network_interface_id"), both.root, (*because, *both.body.possible)
                self._foreign[key_of(instance)] += self._elsewhere_of(*card_elsewhere)
        return found

    def _own(self, resource: Resource, named: Ties) -> list[Interface]:
        """The interface that an instance is made with, unless it names another."""
        made = [] if self._names_one(resource) else self._made(resource)
        return [replace(card, possible=reasons(named)) for card in made] if named else made

    def _made(self, resource: Resource) -> list[Interface]:
        """The interface that an instance is made with if it names none."""
        subnets = self._around.standing(written(resource, "subnet_id") or [None], resource.root, one=True)
        named = self._around.wearing(first_written(resource, ("vpc_security_group_ids", "security_groups")), resource.root)
        attached = self._attached[key_of(resource)]
        found = addresses(resource, INSTANCE_ADDRESSES)
        if not named.ties and (made := self.from_templates(resource, subnets)):
            return [replace(made[0], groups=made[0].groups.beside(attached)), *made[1:]]
        worn = self._around.or_default(named, resource, subnets, "vpc_security_group_ids")
        return [Interface(worn.beside(attached), subnets, found)]

    def _card(self, resource: Resource) -> Interface:
        subnets = self._around.standing(written(resource, "subnet_id") or [None], resource.root, one=True)
        groups = self._around.wearing(written(resource, "security_groups"), resource.root)
        if not is_live(resource):
            groups = self._around.or_default(groups, resource, subnets, "security_groups")
        return Interface(groups.beside(self._attached[key_of(resource)]), subnets, addresses(resource, INTERFACE_ADDRESSES))

    def _from_template(self, named: Any, resource: Resource, subnets: Standing) -> list[Interface]:
        template = self._ledger.target(named, resource.root, TEMPLATE)
        if template is None:
            told = named if isinstance(named, Unknown) else Unknown((f"{named}.vpc_security_group_ids",))
            return [Interface(self._around.wearing([Unknown(told.because)], resource.root), subnets or (None,))]
        own = first_written(template, ("vpc_security_group_ids", "security_group_names"))
        found = []
        for card in blocks(template.body, "network_interfaces"):
            standing = subnets or self._around.standing(find(card, "subnet_id"), template.root, one=True)
            found.append(
                replace(self._templated(template, find(card, "security_groups") or own, standing), possible=card.possible)
            )
        besides = doubts(blocks(template.body, "network_interfaces"))
        if found and not besides:
            return found
        return [replace(self._templated(template, own, subnets), possible=besides), *found]

    def _templated(self, template: Resource, groups: Iterable[Any], subnets: Standing) -> Interface:
        worn = self._around.wearing(groups, template.root)
        worn = self._around.or_default(worn, template, subnets, "vpc_security_group_ids")
        return Interface(worn, subnets or (None,))

    def _from_configuration(self, resource: Resource, subnets: Standing) -> list[Interface]:
        """The interfaces of a launch configuration, the forerunner of launch templates."""
        named = resource.body.values.get("launch_configuration")
        found = self._ledger.target(named, resource.root, CONFIGURATION)
        if found is None:
            because = named.because if isinstance(named, Unknown) else (f"{resource.address}.launch_template",)
            return [Interface(self._around.wearing([Unknown(because)], resource.root), subnets or (None,))]
        return [self._templated(found, written(found, "security_groups"), subnets)]


def _naming(instance: Resource) -> list[Block]:
    """The blocks in which an instance names interfaces."""
    return [*blocks(instance.body, "network_interface"), *blocks(instance.body, "primary_network_interface")]


def scaling_tags(resource: Resource) -> dict[str, Text]:
    """The tags of an autoscaling group, which stand in blocks of their own."""
    found = ((string(block.values.get("key")), text(block.values.get("value"))) for block in blocks(resource.body, "tag"))
    return {key: value for key, value in found if key is not None and value is not None}
