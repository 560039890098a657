# Written by pamlint generate: the least rules for Azure Bastion 2026-02 (azure-bastion).
# Each rule's description names the flows that it serves.

provider "azurerm" {
  features {}
}

variable "location" {
  description = "The region of the network security groups."
  type        = string
}

variable "resource_group_name" {
  description = "The resource group of the network security groups."
  type        = string
}

resource "azurerm_network_security_group" "bastion" {
  name                = "bastion"
  location            = var.location
  resource_group_name = var.resource_group_name
}

resource "azurerm_network_security_group" "target" {
  name                = "target"
  location            = var.location
  resource_group_name = var.resource_group_name
}

resource "azurerm_network_security_rule" "bastion_in_users_in" {
  name                        = "bastion_in_users_in"
  description                 = "users-in"
  resource_group_name         = azurerm_network_security_group.bastion.resource_group_name
  network_security_group_name = azurerm_network_security_group.bastion.name
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "443"
  source_address_prefix       = "192.0.2.16/28"
  destination_address_prefix  = "*"
}

resource "azurerm_network_security_rule" "bastion_in_health_probes_in" {
  name                        = "bastion_in_health_probes_in"
  description                 = "health-probes-in"
  resource_group_name         = azurerm_network_security_group.bastion.resource_group_name
  network_security_group_name = azurerm_network_security_group.bastion.name
  priority                    = 110
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "443"
  source_address_prefix       = "AzureLoadBalancer"
  destination_address_prefix  = "*"
}

resource "azurerm_network_security_rule" "bastion_in_control_plane_in" {
  name                        = "bastion_in_control_plane_in"
  description                 = "control-plane-in"
  resource_group_name         = azurerm_network_security_group.bastion.resource_group_name
  network_security_group_name = azurerm_network_security_group.bastion.name
  priority                    = 120
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "443"
  source_address_prefix       = "GatewayManager"
  destination_address_prefix  = "*"
}

resource "azurerm_network_security_rule" "bastion_in_data_plane_in" {
  name                        = "bastion_in_data_plane_in"
  description                 = "data-plane-in"
  resource_group_name         = azurerm_network_security_group.bastion.resource_group_name
  network_security_group_name = azurerm_network_security_group.bastion.name
  priority                    = 130
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_ranges     = ["5701", "8080"]
  source_address_prefix       = "VirtualNetwork"
  destination_address_prefix  = "*"
}

resource "azurerm_network_security_rule" "bastion_in_data_plane_in_2" {
  name                        = "bastion_in_data_plane_in_2"
  description                 = "data-plane-in"
  resource_group_name         = azurerm_network_security_group.bastion.resource_group_name
  network_security_group_name = azurerm_network_security_group.bastion.name
  priority                    = 140
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Udp"
  source_port_range           = "*"
  destination_port_ranges     = ["5701", "8080"]
  source_address_prefix       = "VirtualNetwork"
  destination_address_prefix  = "*"
}

# A load balancer's health probes need a rule of their own: source AzureLoadBalancer, above the deny.
resource "azurerm_network_security_rule" "bastion_deny_inbound" {
  name                        = "deny-all-inbound"
  description                 = "What no rule above admits, instead of the default rules for the virtual network and the Internet"
  resource_group_name         = azurerm_network_security_group.bastion.resource_group_name
  network_security_group_name = azurerm_network_security_group.bastion.name
  priority                    = 4096
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
}

resource "azurerm_network_security_rule" "bastion_out_azure_cloud_out" {
  name                        = "bastion_out_azure_cloud_out"
  description                 = "azure-cloud-out"
  resource_group_name         = azurerm_network_security_group.bastion.resource_group_name
  network_security_group_name = azurerm_network_security_group.bastion.name
  priority                    = 100
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "443"
  destination_address_prefix  = "AzureCloud"
  source_address_prefix       = "*"
}

resource "azurerm_network_security_rule" "bastion_out_session_information_out" {
  name                        = "bastion_out_session_information_out"
  description                 = "session-information-out"
  resource_group_name         = azurerm_network_security_group.bastion.resource_group_name
  network_security_group_name = azurerm_network_security_group.bastion.name
  priority                    = 110
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "80"
  destination_address_prefix  = "Internet"
  source_address_prefix       = "*"
}

resource "azurerm_network_security_rule" "bastion_out_data_plane_out" {
  name                        = "bastion_out_data_plane_out"
  description                 = "data-plane-out, sessions-out"
  resource_group_name         = azurerm_network_security_group.bastion.resource_group_name
  network_security_group_name = azurerm_network_security_group.bastion.name
  priority                    = 120
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_ranges     = ["22", "3389", "5701", "8080"]
  destination_address_prefix  = "VirtualNetwork"
  source_address_prefix       = "*"
}

resource "azurerm_network_security_rule" "bastion_out_session_information_out_2" {
  name                        = "bastion_out_session_information_out_2"
  description                 = "session-information-out"
  resource_group_name         = azurerm_network_security_group.bastion.resource_group_name
  network_security_group_name = azurerm_network_security_group.bastion.name
  priority                    = 130
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Udp"
  source_port_range           = "*"
  destination_port_range      = "80"
  destination_address_prefix  = "Internet"
  source_address_prefix       = "*"
}

resource "azurerm_network_security_rule" "bastion_out_data_plane_out_2" {
  name                        = "bastion_out_data_plane_out_2"
  description                 = "data-plane-out, sessions-out"
  resource_group_name         = azurerm_network_security_group.bastion.resource_group_name
  network_security_group_name = azurerm_network_security_group.bastion.name
  priority                    = 140
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Udp"
  source_port_range           = "*"
  destination_port_ranges     = ["22", "3389", "5701", "8080"]
  destination_address_prefix  = "VirtualNetwork"
  source_address_prefix       = "*"
}

resource "azurerm_network_security_rule" "bastion_deny_outbound" {
  name                        = "deny-all-outbound"
  description                 = "What no rule above admits, instead of the default rules for the virtual network and the Internet"
  resource_group_name         = azurerm_network_security_group.bastion.resource_group_name
  network_security_group_name = azurerm_network_security_group.bastion.name
  priority                    = 4096
  direction                   = "Outbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
}

resource "azurerm_network_security_rule" "target_in_sessions_in" {
  name                        = "target_in_sessions_in"
  description                 = "sessions-in"
  resource_group_name         = azurerm_network_security_group.target.resource_group_name
  network_security_group_name = azurerm_network_security_group.target.name
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_ranges     = ["22", "3389"]
  source_address_prefix       = "192.0.2.0/28"
  destination_address_prefix  = "*"
}

# A load balancer's health probes need a rule of their own: source AzureLoadBalancer, above the deny.
resource "azurerm_network_security_rule" "target_deny_inbound" {
  name                        = "deny-all-inbound"
  description                 = "What no rule above admits, instead of the default rules for the virtual network and the Internet"
  resource_group_name         = azurerm_network_security_group.target.resource_group_name
  network_security_group_name = azurerm_network_security_group.target.name
  priority                    = 4096
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
}

resource "azurerm_network_security_rule" "target_deny_outbound" {
  name                        = "deny-all-outbound"
  description                 = "What no rule above admits, instead of the default rules for the virtual network and the Internet"
  resource_group_name         = azurerm_network_security_group.target.resource_group_name
  network_security_group_name = azurerm_network_security_group.target.name
  priority                    = 4096
  direction                   = "Outbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
}
