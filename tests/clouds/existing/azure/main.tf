provider "azurerm" {
  features {}
}

locals {
  group      = data.azurerm_resource_group.corp
  machines   = { a = 10, b = 11 }
  is_guarded = data.azurerm_subnet.gateway.network_security_group_id == data.azurerm_network_security_group.edge.id
  inside = {
    in  = { direction = "Inbound", from = ["10.60.0.0/16", "10.61.0.0/16"], to = "*", port = "443" }
    out = { direction = "Outbound", from = ["*"], to = "10.40.2.0/24", port = "3025" }
  }
}

data "azurerm_resource_group" "corp" {
  name = "corp"
}

data "azurerm_virtual_network" "corp" {
  name                = "corp"
  resource_group_name = local.group.name
}

data "azurerm_subnet" "gateway" {
  name                 = "gateway"
  virtual_network_name = data.azurerm_virtual_network.corp.name
  resource_group_name  = local.group.name
}

data "azurerm_network_security_group" "edge" {
  name                = "edge"
  resource_group_name = local.group.name
}

data "azurerm_application_security_group" "store" {
  name                = "store"
  resource_group_name = local.group.name
}

resource "azurerm_network_security_rule" "agents" {
  name                        = "agents"
  resource_group_name         = data.azurerm_network_security_group.edge.resource_group_name
  network_security_group_name = data.azurerm_network_security_group.edge.name
  priority                    = 210
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefix       = "10.61.0.0/16"
  source_port_range           = "*"
  destination_address_prefix  = data.azurerm_subnet.gateway.address_prefixes[0]
  destination_port_range      = "443"
}

resource "azurerm_network_interface" "gateway" {
  for_each = local.machines

  name                = "gateway-${each.key}"
  location            = local.group.location
  resource_group_name = local.group.name
  ip_configuration {
    name                          = "ip"
    subnet_id                     = data.azurerm_subnet.gateway.id
    private_ip_address            = cidrhost(data.azurerm_subnet.gateway.address_prefixes[0], each.value)
    private_ip_address_allocation = "Static"
  }
}

resource "azurerm_linux_virtual_machine" "gateway" {
  for_each = local.machines

  name                  = "gateway-${each.key}"
  location              = local.group.location
  resource_group_name   = local.group.name
  size                  = "Standard_B2s"
  network_interface_ids = [azurerm_network_interface.gateway[each.key].id]
  os_disk {
    caching = "None"
  }
}

resource "azurerm_lb" "gateways" {
  name                = "gateways"
  location            = local.group.location
  resource_group_name = local.group.name
}

resource "azurerm_lb_backend_address_pool" "gateways" {
  name            = "gateways"
  loadbalancer_id = azurerm_lb.gateways.id
}

resource "azurerm_network_interface_backend_address_pool_association" "gateway" {
  for_each = data.azurerm_subnet.gateway.route_table_id == "" ? local.machines : {}

  network_interface_id    = azurerm_network_interface.gateway[each.key].id
  ip_configuration_name   = "ip"
  backend_address_pool_id = azurerm_lb_backend_address_pool.gateways.id
}

resource "azurerm_network_security_group" "card" {
  name                = "card"
  location            = local.group.location
  resource_group_name = local.group.name

  dynamic "security_rule" {
    for_each = local.inside
    content {
      name                       = security_rule.key
      priority                   = 100
      direction                  = security_rule.value.direction
      access                     = "Allow"
      protocol                   = "Tcp"
      source_address_prefixes    = security_rule.key == "in" ? security_rule.value.from : null
      source_address_prefix      = security_rule.key == "in" ? null : "*"
      source_port_range          = "*"
      destination_address_prefix = security_rule.value.to
      destination_port_range     = security_rule.value.port
    }
  }

  dynamic "security_rule" {
    for_each = toset(["Inbound", "Outbound"])
    content {
      name                       = "nothing-else-${lower(security_rule.key)}"
      priority                   = 4000
      direction                  = security_rule.key
      access                     = "Deny"
      protocol                   = "*"
      source_address_prefix      = "*"
      source_port_range          = "*"
      destination_address_prefix = "*"
      destination_port_range     = "*"
    }
  }
}

resource "azurerm_network_interface_security_group_association" "gateway" {
  for_each = { for name, place in local.machines : name => place if local.is_guarded }

  network_interface_id      = azurerm_network_interface.gateway[each.key].id
  network_security_group_id = azurerm_network_security_group.card.id
}
