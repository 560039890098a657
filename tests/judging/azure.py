"""Small estates of Azure, piece by piece."""

from __future__ import annotations

MACHINE = """
resource "azurerm_virtual_network" "v" {
  name          = "v"
  location      = "westeurope"
  address_space = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "a" {
  name                 = "a"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.1.0/24"]
}
resource "azurerm_network_interface" "near" {
  name = "near"
  ip_configuration {
    name               = "main"
    subnet_id          = azurerm_subnet.a.id
    private_ip_address = "10.0.1.10"
  }
}
resource "azurerm_network_interface_security_group_association" "near" {
  network_interface_id      = azurerm_network_interface.near.id
  network_security_group_id = azurerm_network_security_group.near.id
}
"""
ADMIN = """
resource "azurerm_network_security_group" "near" { name = "near" }
resource "azurerm_network_manager" "m" {
  name           = "m"
  scope_accesses = ["SecurityAdmin"]
  scope { subscription_ids = ["/subscriptions/00000000-0000-0000-0000-000000000000"] }
}
resource "azurerm_network_manager_network_group" "g" {
  name               = "g"
  network_manager_id = azurerm_network_manager.m.id
}
resource "azurerm_network_manager_static_member" "g" {
  name                      = "g"
  network_group_id          = azurerm_network_manager_network_group.g.id
  target_virtual_network_id = azurerm_virtual_network.v.id
}
resource "azurerm_network_manager_security_admin_configuration" "c" {
  name               = "c"
  network_manager_id = azurerm_network_manager.m.id
}
resource "azurerm_network_manager_admin_rule_collection" "r" {
  name                            = "r"
  security_admin_configuration_id = azurerm_network_manager_security_admin_configuration.c.id
  network_group_ids               = [azurerm_network_manager_network_group.g.id]
}
resource "azurerm_network_manager_deployment" "d" {
  network_manager_id = azurerm_network_manager.m.id
  location           = "westeurope"
  scope_access       = "SecurityAdmin"
  configuration_ids  = [azurerm_network_manager_security_admin_configuration.c.id]
}
resource "azurerm_network_manager_admin_rule" "r" {
  name                     = "r"
  admin_rule_collection_id = azurerm_network_manager_admin_rule_collection.r.id
  action                   = "Allow"
  direction                = "Outbound"
  priority                 = 120
  protocol                 = "Any"
  source_port_ranges       = ["0-65535"]
  destination {
    address_prefix_type = "IPPrefix"
    address_prefix      = "10.0.1.0/24"
  }
}
"""
AZURE = """
variable "on" { type = bool }
resource "azurerm_virtual_network" "v" {
  name                = "v"
  resource_group_name = "g"
  location            = "west"
  address_space       = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "s" {
  name                 = "s"
  resource_group_name  = "g"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.1.0/24"]
}
resource "azurerm_network_interface" "near" {
  name                = "near"
  resource_group_name = "g"
  location            = "west"
  ip_configuration {
    name                          = "main"
    subnet_id                     = azurerm_subnet.s.id
    private_ip_address_allocation = "Static"
    private_ip_address            = "10.0.1.10"
  }
}
"""
PERHAPS = "count = var.on ? 1 : 0"
CLOSED = (4096, "Deny", "Inbound", "*", "*")
SERVES = (100, "Allow", "Inbound", "443", "10.20.0.0/16")
WIDE = (110, "Allow", "Inbound", "22", "Internet")
"""What SSH comes through; the flow is served by SERVES, and CLOSED leaves nothing to the defaults."""
INNER, OUTER = "azurerm_network_security_group.inner", "azurerm_network_security_group.outer"


def bare_nsg(label: str, *rules: str) -> str:
    """An NSG of no resource group, called by its label."""
    return f'resource "azurerm_network_security_group" "{label}" {{\n  name = "{label}"\n{"".join(rules)}}}\n'


def security_rule(
    name: str,
    access: str,
    priority: int | str,
    source: str = "*",
    ports: str = "*",
    *,
    to: str = "*",
    way: str = "Inbound",
    protocol: str = "Tcp",
    source_ports: str = "*",
) -> str:
    """A rule inside an NSG. Its ends are prefixes, ASGs (`asg:far`), or what an argument says (`source_address_prefix = var.x`)."""
    return f"""  security_rule {{
    name                   = "{name}"
    priority               = {priority}
    direction              = "{way}"
    access                 = "{access}"
    protocol               = "{protocol}"
    source_port_range      = "{source_ports}"
    destination_port_range = {ports if ports.startswith("var.") else f'"{ports}"'}
    {_end("source", source)}
    {_end("destination", to)}
  }}
"""


def _end(which: str, text: str) -> str:
    kind, _, name = text.partition(":")
    if kind == "asg":
        return f"{which}_application_security_group_ids = [azurerm_application_security_group.{name}.id]"
    return text if " = " in text else f'{which}_address_prefix = "{text}"'


def nsg(name: str, *rules: tuple[int, str, str, str, str]) -> str:
    """An NSG with rules: priority, access, direction, port, source."""
    inner = "".join(
        f"""
  security_rule {{
    name                       = "r{number}"
    priority                   = {priority}
    access                     = "{access}"
    direction                  = "{direction}"
    protocol                   = "{"*" if port == "*" else "Tcp"}"
    source_port_range          = "*"
    destination_port_range     = "{port}"
    source_address_prefix      = "{source}"
    destination_address_prefix = "*"
  }}"""
        for number, (priority, access, direction, port, source) in enumerate(rules)
    )
    return f"""
resource "azurerm_network_security_group" "{name}" {{
  name                = "{name}"
  resource_group_name = "g"
  location            = "west"{inner}
}}
"""


def guards(kind: str, nsg_name: str, count: str = "") -> str:
    """The association of an NSG with the interface or its subnet."""
    subnet = kind == "subnet"
    type_ = (
        "azurerm_subnet_network_security_group_association" if subnet else "azurerm_network_interface_security_group_association"
    )
    near = "subnet_id = azurerm_subnet.s.id" if subnet else "network_interface_id = azurerm_network_interface.near.id"
    far = f"network_security_group_id = azurerm_network_security_group.{nsg_name}.id"
    return f'resource "{type_}" "{nsg_name}" {{\n  {count}\n  {near}\n  {far}\n}}\n'


PRIORITY = """
variable "n" { type = number }
""" + bare_nsg(
    "near",
    security_rule("all", "Deny", 200, protocol="*"),
    security_rule("ssh", "Allow", "%s", "10.0.2.0/24", "22", to="%s"),
    security_rule("perhaps", "Deny", 150, "*", "var.n"),
)
