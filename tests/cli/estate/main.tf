variable "admins" {
  type    = list(string)
  default = ["10.20.0.0/24"]
}

resource "aws_security_group" "manager" {
  name = "pam-manager"

  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = concat(var.admins, ["10.21.0.0/16"])
  }

  ingress {
    from_port       = 29120
    to_port         = 29120
    protocol        = "tcp"
    security_groups = [aws_security_group.agent.id]
  }

  egress {
    from_port       = 29120
    to_port         = 29120
    protocol        = "tcp"
    security_groups = [aws_security_group.agent.id]
  }
}

resource "aws_security_group" "agent" {
  name = "pam-agent"
}

resource "aws_security_group_rule" "agent" {
  for_each = { ingress = 29120, egress = 29120 }

  security_group_id        = aws_security_group.agent.id
  type                     = each.key
  from_port                = each.value
  to_port                  = each.value
  protocol                 = "tcp"
  source_security_group_id = aws_security_group.manager.id
}
