"""What the resources of AWS mean."""

from __future__ import annotations

from pamlint.clouds.aws import groups, machines, network, network_acls, prefix_lists, sheltering, workloads
from pamlint.clouds.aws.groups import Groups
from pamlint.clouds.aws.interfaces import Surroundings
from pamlint.clouds.aws.network import Subnets, Vpcs
from pamlint.clouds.aws.network_acls import NetworkAcls
from pamlint.clouds.aws.sheltering import sheltered_subnets
from pamlint.clouds.ledger import Ledger
from pamlint.model.acl import Acl, Workload

TYPES = (
    groups.TYPES | machines.TYPES | network.TYPES | network_acls.TYPES | prefix_lists.TYPES | sheltering.TYPES | workloads.TYPES
)
"""The resource types (managed and data) that are read."""


def convert(ledger: Ledger) -> tuple[list[Acl], list[Workload]]:
    """The security groups, the network ACLs and what they guard. Symbols, groups and problems go to the ledger."""
    vpcs = Vpcs(ledger)
    own = Groups(ledger, vpcs)
    edges = NetworkAcls(ledger, vpcs)
    subnets = Subnets(ledger, vpcs, edges.guards, edges.elsewhere, sheltered_subnets(ledger, vpcs))
    found = workloads.workloads(Surroundings(ledger, vpcs, subnets, own))
    return [*own.acls(), *edges.acls()], found
