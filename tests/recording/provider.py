# ruff: noqa: N802 (the methods are named by the protocol)
"""Stand-in aws and azurerm providers: schemas and made-up values, so that the real terraform plans and applies offline.

Computed attributes are unknown in a plan and get a made-up value on apply, as with the real providers; the same
configuration always gets the same values.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
from typing import Any

import grpc
import msgpack
from tf.gen import tfplugin_pb2 as pb
from tf.gen import tfplugin_pb2_grpc as rpc

from tests.recording.existing import found
from tests.recording.schemas import BLOCKS, DATA_BLOCKS, DATA_SOURCES, RESOURCES, SETTINGS, Attributes

UNKNOWN = msgpack.ExtType(0, b"\x00")
REGION = "eu-central-1"
ACCOUNT = "123456789012"
SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
ID_PREFIX = {
    "aws_vpc": "vpc-",
    "aws_subnet": "subnet-",
    "aws_security_group": "sg-",
    "aws_default_security_group": "sg-",
    "aws_security_group_rule": "sgrule-",
    "aws_vpc_security_group_ingress_rule": "sgr-",
    "aws_vpc_security_group_egress_rule": "sgr-",
    "aws_network_acl": "acl-",
    "aws_network_acl_rule": "nacl-",
    "aws_ec2_managed_prefix_list": "pl-",
    "aws_instance": "i-",
    "aws_network_interface": "eni-",
}
AZURE_PATH = {
    "azurerm_virtual_network": "virtualNetworks/{name}",
    "azurerm_subnet": "virtualNetworks/{virtual_network_name}/subnets/{name}",
    "azurerm_application_security_group": "applicationSecurityGroups/{name}",
    "azurerm_network_security_group": "networkSecurityGroups/{name}",
    "azurerm_network_security_rule": "networkSecurityGroups/{network_security_group_name}/securityRules/{name}",
    "azurerm_network_interface": "networkInterfaces/{name}",
    "azurerm_lb": "loadBalancers/{name}",
}


def schema(attributes: Attributes, blocks: dict[str, Attributes], version: int = 0) -> Any:
    """The schema of one resource, data source or provider."""
    return pb.Schema(version=version, block=_block(attributes, blocks))


def _block(attributes: Attributes, blocks: dict[str, Attributes]) -> Any:
    declared = [
        pb.Schema.Attribute(
            name=name,
            type=json.dumps(type_).encode(),
            required=mode == "r",
            optional=mode in "ox",
            computed=mode in "cx",
        )
        for name, (type_, mode) in attributes.items()
    ]
    nested = [
        pb.Schema.NestedBlock(type_name=name, block=_block(inner, {}), nesting=pb.Schema.NestedBlock.LIST)
        for name, inner in blocks.items()
    ]
    return pb.Schema.Block(attributes=declared, block_types=nested)


def load(value: Any) -> Any:
    """A value as Terraform sends it."""
    if value.msgpack:
        return msgpack.unpackb(value.msgpack, ext_hook=lambda code, data: UNKNOWN, strict_map_key=False)
    return json.loads(value.json) if value.json else None


def dump(value: Any) -> Any:
    """A value as Terraform wants it."""
    return pb.DynamicValue(msgpack=msgpack.packb(value))


class Provider(rpc.ProviderServicer):  # type: ignore[misc]
    """One provider; remembers what it made, to give an instance an address inside its subnet."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.resources = RESOURCES[name]
        self.default_tags: dict[str, Any] = {}
        self.networks: dict[str, str] = {}

    def GetProviderSchema(self, request: Any, context: Any) -> Any:
        return pb.GetProviderSchema.Response(
            provider=schema(*SETTINGS[self.name]),
            resource_schemas={kind: schema(shape, BLOCKS.get(kind, {}), 1) for kind, shape in self.resources.items()},
            data_source_schemas={
                kind: schema(shape, DATA_BLOCKS.get(kind, {}))
                for kind, shape in DATA_SOURCES.items()
                if kind.startswith(f"{self.name}_")
            },
            server_capabilities=pb.ServerCapabilities(get_provider_schema_optional=True),
        )

    def ValidateProviderConfig(self, request: Any, context: Any) -> Any:
        return pb.ValidateProviderConfig.Response()

    def ValidateResourceConfig(self, request: Any, context: Any) -> Any:
        return pb.ValidateResourceConfig.Response()

    def ValidateDataResourceConfig(self, request: Any, context: Any) -> Any:
        return pb.ValidateDataResourceConfig.Response()

    def ConfigureProvider(self, request: Any, context: Any) -> Any:
        blocks = load(request.config).get("default_tags") or [{}]
        self.default_tags = blocks[0].get("tags") or {}
        return pb.ConfigureProvider.Response()

    def UpgradeResourceState(self, request: Any, context: Any) -> Any:
        return pb.UpgradeResourceState.Response(upgraded_state=dump(json.loads(request.raw_state.json)))

    def ReadResource(self, request: Any, context: Any) -> Any:
        state = load(request.current_state)
        if state is not None:
            self._remember(request.type_name, state)
        return pb.ReadResource.Response(new_state=request.current_state)

    def ReadDataSource(self, request: Any, context: Any) -> Any:
        value, kind = load(request.config), request.type_name
        there = found(kind, value)
        for name, (type_, mode) in DATA_SOURCES[kind].items():
            if mode in "cx" and value.get(name) is None:
                value[name] = there[name] if name in there else self._made_up(kind, name, type_, value)
        return pb.ReadDataSource.Response(state=dump(value))

    def PlanResourceChange(self, request: Any, context: Any) -> Any:
        new, prior = load(request.proposed_new_state), load(request.prior_state)
        if new is not None and prior is None:
            self._plan_creation(request.type_name, new, load(request.config))
        return pb.PlanResourceChange.Response(planned_state=dump(new), legacy_type_system=True)

    def ApplyResourceChange(self, request: Any, context: Any) -> Any:
        new = load(request.planned_state)
        if new is not None:
            self._fill(request.type_name, new)
            self._remember(request.type_name, new)
        return pb.ApplyResourceChange.Response(new_state=dump(new), legacy_type_system=True)

    def StopProvider(self, request: Any, context: Any) -> Any:
        return pb.StopProvider.Response()

    def _plan_creation(self, kind: str, new: dict[str, Any], config: dict[str, Any]) -> None:
        for name, (type_, mode) in self.resources[kind].items():
            if mode in "cx" and config.get(name) is None:
                new[name] = UNKNOWN
            elif type_[0] == "set" and isinstance(type_[1], list) and isinstance(new.get(name), list):
                new[name] = [_zeroes(row, type_[1][1]) for row in new[name]]
        if self.name == "aws":
            new["region"] = REGION
            if "tags_all" in new:
                new["tags_all"] = {**self.default_tags, **(new.get("tags") or {})}
        for name, inner in BLOCKS.get(kind, {}).items():
            for row in new.get(name) or ():
                row.update({key: UNKNOWN for key, (_, mode) in inner.items() if mode in "cx" and row[key] is None})

    def _fill(self, kind: str, new: dict[str, Any]) -> None:
        for name, inner in BLOCKS.get(kind, {}).items():
            for row in new.get(name) or ():
                self._fill_row(kind, row, inner)
        self._fill_row(kind, new, self.resources[kind])
        if kind == "azurerm_network_interface":
            addresses = [row["private_ip_address"] for row in new["ip_configuration"]]
            new.update(private_ip_address=addresses[0], private_ip_addresses=addresses)

    def _fill_row(self, kind: str, row: dict[str, Any], shape: Attributes) -> None:
        known = {name: value for name, value in row.items() if value != UNKNOWN}
        for name, (type_, _) in shape.items():
            if row.get(name) == UNKNOWN:
                row[name] = self._made_up(kind, name, type_, known)

    def _remember(self, kind: str, state: dict[str, Any]) -> None:
        if kind in {"aws_subnet", "azurerm_subnet"}:
            self.networks[state["id"]] = state.get("cidr_block") or state["address_prefixes"][0]

    def _made_up(self, kind: str, name: str, type_: Any, known: dict[str, Any]) -> Any:
        if type_ != "string":
            return {"number": 0, "bool": False}.get(type_) if isinstance(type_, str) else {} if type_[0] == "map" else []
        if name == "source_security_group_id":
            return None
        digest = hashlib.sha256(json.dumps([kind, known], sort_keys=True).encode()).hexdigest()
        if name == "id":
            return _identifier(kind, digest[:17], known)
        if name in {"private_ip", "private_ip_address"}:
            return _address(self.networks.get(str(known.get("subnet_id"))), digest)
        if name == "arn":
            return f"arn:aws:ec2:{REGION}:{ACCOUNT}:{kind.removeprefix('aws_').replace('_', '-')}/{_identifier(kind, digest[:17], known)}"
        return {"region": REGION, "owner_id": ACCOUNT, "cidr_block": "10.0.0.0/16", "ipv6_cidr_block": ""}.get(
            name, f"{name.replace('_', '-')}-{digest[:8]}"
        )


def _zeroes(row: Any, shape: dict[str, Any]) -> Any:
    """A row as the real providers' framework hands it on: what was left out is empty, not null."""
    empty = {"string": "", "bool": False, "number": 0}
    return {
        name: (empty[shape[name]] if isinstance(shape[name], str) else []) if value is None else value
        for name, value in row.items()
    }


def _identifier(kind: str, digest: str, known: dict[str, Any]) -> str:
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{known.get('resource_group_name', known.get('name'))}"
    if kind == "azurerm_resource_group":
        return group
    if kind in AZURE_PATH:
        return f"{group}/providers/Microsoft.Network/{AZURE_PATH[kind].format(**known)}"
    if kind.endswith("_virtual_machine"):
        return f"{group}/providers/Microsoft.Compute/virtualMachines/{known['name']}"
    if kind.endswith("_association"):
        return "|".join(str(value) for name, value in sorted(known.items(), reverse=True) if name.endswith("_id"))
    return ID_PREFIX.get(kind, "") + digest


def _address(network: str | None, digest: str) -> str:
    """A host of the subnet that is not one of the five that both clouds keep for themselves."""
    if network is None:
        return ""
    hosts = ipaddress.ip_network(network)
    return str(hosts[4 + int(digest, 16) % max(1, hosts.num_addresses - 5)])


def servicer(server: grpc.Server, name: str) -> None:
    """Serve the provider of that name."""
    rpc.add_ProviderServicer_to_server(Provider(name), server)
