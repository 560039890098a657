"""EKS clusters and their nodes: groups that the input names, and those that EKS makes.

Sources: the Amazon EKS user guide (security group requirements, remote access) and the provider's documentation.
"""

from __future__ import annotations

from collections.abc import Iterable

from pamlint.clouds.aws.groups import OF_A_CLUSTER
from pamlint.clouds.aws.interfaces import Interface, Surroundings
from pamlint.clouds.aws.machines import Machines
from pamlint.clouds.ties import Tied, sure
from pamlint.clouds.values import blocks, find, items, string, written
from pamlint.model.acl import ANYWHERE, Acl, Extent, Peer, Rule
from pamlint.model.addresses import IPV4, IPV6
from pamlint.model.resource import Block, Resource, Unknown
from pamlint.model.traffic import ALL_PORTS, ALL_PROTOCOLS

CLUSTER = "aws_eks_cluster"
NODES = "aws_eks_node_group"
TCP, SSH = Extent(((6, 6),)), Extent(((22, 22),))
EVERYWHERE = {"ipv4": Peer("0.0.0.0/0", IPV4), "ipv6": Peer("::/0", IPV6)}

TYPES = frozenset({CLUSTER, NODES})


def clusters(around: Surroundings) -> Iterable[tuple[Resource, list[Interface]]]:
    """Every cluster with its control plane's interfaces, which wear the group that EKS makes besides those that are named."""
    for resource in around.ledger.managed(CLUSTER):
        standing = around.standing(find(resource.body, "vpc_config.subnet_ids"), resource.root) or (None,)
        named = around.wearing(find(resource.body, "vpc_config.security_group_ids"), resource.root)
        yield resource, [Interface(named.beside(Tied(sure([_made(around, resource)]))), standing)]


def nodes(around: Surroundings, machines: Machines) -> Iterable[tuple[Resource, list[Interface]]]:
    """Every node group: its launch template's groups, else those that EKS makes for the cluster and for remote access."""
    for resource in around.ledger.managed(NODES):
        standing = around.standing(written(resource, "subnet_ids"), resource.root) or (None,)
        if blocks(resource.body, "launch_template"):
            yield resource, machines.from_templates(resource, standing)
            continue
        worn = _of_nodes(around, resource)
        more = [key for block in blocks(resource.body, "remote_access") for key in _remote_access(around, resource, block)]
        yield resource, [Interface(worn.beside(Tied(sure(more))), standing)]


def _of_nodes(around: Surroundings, nodes: Resource) -> Tied:
    """The group of the cluster that a node group names, whatever it is called where the input does not hold that."""
    named, root = nodes.body.values.get("cluster_name") or f"{nodes.address}.cluster_name", nodes.root
    cluster = around.ledger.target(named, root, CLUSTER)
    if cluster is not None:
        return Tied(sure([_made(around, cluster)]))
    because = named.because if isinstance(named, Unknown) else (f"{named}.{OF_A_CLUSTER}",)
    return around.wearing([Unknown(because)], root)


def _made(around: Surroundings, cluster: Resource) -> str:
    """The key of the group that EKS makes for a cluster, with the rules that it has when it is made; others may be elsewhere."""
    known = next((string(value) for value in find(cluster.body, OF_A_CLUSTER.replace("[0]", ""))), None)
    key = around.groups.key(known or Unknown((), attribute=(cluster.address, OF_A_CLUSTER)), cluster.root)
    around.groups.give(key, _rules(cluster, Peer(around.ledger.symbols[key].text, symbol=key)))
    return key


def _rules(cluster: Resource, itself: Peer) -> Iterable[Rule]:
    """All traffic within the group, which EKS allows anew at each update of the cluster, and all to everywhere.

    The latter may be taken away, and no code would say so.
    """
    families = find(cluster.body, "kubernetes_network_config.ip_family") or ["ipv4"]
    anywhere = tuple(EVERYWHERE.get(str(family).lower(), ANYWHERE) for family in families)
    everything = Extent(ALL_PROTOCOLS), Extent(ALL_PORTS)
    place, name = cluster.body.location, cluster.address
    yield Rule(f"{name}.from_itself", "ingress", "allow", *everything, (itself,), location=place)
    yield Rule(f"{name}.to_itself", "egress", "allow", *everything, (itself,), location=place)
    yield Rule(f"{name}.to_everywhere", "egress", "allow", *everything, anywhere, possible=(itself.text,), location=place)


def _remote_access(around: Surroundings, resource: Resource, block: Block) -> tuple[str, ...]:
    """The group that EKS makes for SSH to the nodes where a key is given: from the named groups, else from everywhere."""
    named = items(block.values.get("source_security_group_ids"))
    if not named and block.values.get("ec2_ssh_key") in (None, ""):
        return ()
    address = f"{resource.address}.remote_access"
    peers = tuple(around.groups.peer(item, resource.root) for item in named) or (Peer("0.0.0.0/0", IPV4),)
    ssh = Rule(f"{address}.ssh", "ingress", "allow", TCP, SSH, peers, possible=block.possible, location=block.location)
    key = f"{resource.root}|{address}"
    around.groups.add(Acl(key, address, "aws_security_group", resource.root, (ssh,), partial=(address,), location=block.location))
    return (key,)
