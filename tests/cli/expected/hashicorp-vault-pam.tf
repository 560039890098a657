# Written by pamlint generate: the least rules for HashiCorp Vault current (hashicorp-vault).
# Each rule's description names the flows that it serves.

variable "vpc_id" {
  description = "The VPC in which the groups stand."
  type        = string
}

resource "aws_security_group" "vault_server" {
  name        = "vault-server"
  description = "hashicorp-vault vault-server"
  vpc_id      = var.vpc_id
}

resource "aws_security_group" "load_balancer" {
  name        = "load-balancer"
  description = "hashicorp-vault load-balancer"
  vpc_id      = var.vpc_id
}

resource "aws_security_group" "secondary_cluster" {
  name        = "secondary-cluster"
  description = "hashicorp-vault secondary-cluster"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer_in_client_to_load_balancer" {
  security_group_id = aws_security_group.load_balancer.id
  description       = "client-to-load-balancer"
  ip_protocol       = "tcp"
  from_port         = 8200
  to_port           = 8200
  cidr_ipv4         = "192.0.2.48/28"
}

resource "aws_vpc_security_group_egress_rule" "load_balancer_out_load_balancer_to_server" {
  security_group_id            = aws_security_group.load_balancer.id
  description                  = "load-balancer-to-server"
  ip_protocol                  = "tcp"
  from_port                    = 8200
  to_port                      = 8200
  referenced_security_group_id = aws_security_group.vault_server.id
}

resource "aws_vpc_security_group_ingress_rule" "secondary_cluster_in_replication_out" {
  security_group_id            = aws_security_group.secondary_cluster.id
  description                  = "replication-out"
  ip_protocol                  = "tcp"
  from_port                    = 8200
  to_port                      = 8201
  referenced_security_group_id = aws_security_group.vault_server.id
}

resource "aws_vpc_security_group_ingress_rule" "vault_server_in_client_to_server" {
  security_group_id = aws_security_group.vault_server.id
  description       = "client-to-server"
  ip_protocol       = "tcp"
  from_port         = 8200
  to_port           = 8200
  cidr_ipv4         = "192.0.2.48/28"
}

resource "aws_vpc_security_group_ingress_rule" "vault_server_in_load_balancer_to_server" {
  security_group_id            = aws_security_group.vault_server.id
  description                  = "load-balancer-to-server"
  ip_protocol                  = "tcp"
  from_port                    = 8200
  to_port                      = 8200
  referenced_security_group_id = aws_security_group.load_balancer.id
}

resource "aws_vpc_security_group_ingress_rule" "vault_server_in_server_bootstrap" {
  security_group_id            = aws_security_group.vault_server.id
  description                  = "server-bootstrap, server-to-server"
  ip_protocol                  = "tcp"
  from_port                    = 8200
  to_port                      = 8201
  referenced_security_group_id = aws_security_group.vault_server.id
}

resource "aws_vpc_security_group_egress_rule" "vault_server_out_replication_out" {
  security_group_id            = aws_security_group.vault_server.id
  description                  = "replication-out"
  ip_protocol                  = "tcp"
  from_port                    = 8200
  to_port                      = 8201
  referenced_security_group_id = aws_security_group.secondary_cluster.id
}

resource "aws_vpc_security_group_egress_rule" "vault_server_out_server_bootstrap" {
  security_group_id            = aws_security_group.vault_server.id
  description                  = "server-bootstrap, server-to-server"
  ip_protocol                  = "tcp"
  from_port                    = 8200
  to_port                      = 8201
  referenced_security_group_id = aws_security_group.vault_server.id
}
