# EventBridge Scheduler starts a Fargate task every night. The task's role may take `pamlint-audit` in every account.

variable "image" {
  type        = string
  description = "The image of this folder's Dockerfile."
}

variable "subnets" {
  type = list(string)
}

variable "security_group" {
  type        = string
  description = "Needs no ingress; egress of tcp/443 and to the history database."
}

variable "organization" {
  type        = string
  description = "The id of the AWS Organization, o-..."
}

variable "secrets" {
  type        = map(string)
  default     = {}
  description = "ARNs of secrets by the variables that they become: PAMLINT_HISTORY, PAMLINT_NOTIFY."
}

data "aws_region" "here" {}

data "aws_iam_policy_document" "tasks" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "scheduler" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["scheduler.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "audit" {
  statement {
    actions   = ["organizations:ListAccounts"]
    resources = ["*"]
  }
  statement {
    actions   = ["sts:AssumeRole"]
    resources = ["arn:aws:iam::*:role/pamlint-audit"]
    condition {
      test     = "StringEquals"
      variable = "aws:ResourceOrgID"
      values   = [var.organization]
    }
  }
}

data "aws_iam_policy_document" "start" {
  statement {
    actions   = ["ecs:RunTask"]
    resources = ["${aws_ecs_task_definition.pamlint.arn_without_revision}:*"]
  }
  statement {
    actions   = ["iam:PassRole"]
    resources = [aws_iam_role.task.arn, aws_iam_role.execution.arn]
  }
}

data "aws_iam_policy_document" "secrets" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = length(var.secrets) == 0 ? ["arn:aws:secretsmanager:*:*:secret:pamlint-none"] : values(var.secrets)
  }
}

resource "aws_iam_role" "task" {
  name               = "pamlint"
  assume_role_policy = data.aws_iam_policy_document.tasks.json
}

resource "aws_iam_role_policy" "audit" {
  name   = "audit"
  role   = aws_iam_role.task.id
  policy = data.aws_iam_policy_document.audit.json
}

resource "aws_iam_role" "execution" {
  name               = "pamlint-execution"
  assume_role_policy = data.aws_iam_policy_document.tasks.json
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

resource "aws_iam_role_policy" "secrets" {
  name   = "secrets"
  role   = aws_iam_role.execution.id
  policy = data.aws_iam_policy_document.secrets.json
}

resource "aws_iam_role" "scheduler" {
  name               = "pamlint-scheduler"
  assume_role_policy = data.aws_iam_policy_document.scheduler.json
}

resource "aws_iam_role_policy" "start" {
  name   = "start"
  role   = aws_iam_role.scheduler.id
  policy = data.aws_iam_policy_document.start.json
}

resource "aws_cloudwatch_log_group" "pamlint" {
  name              = "/pamlint/audit"
  retention_in_days = 90
}

resource "aws_ecs_cluster" "pamlint" {
  name = "pamlint"
}

resource "aws_ecs_task_definition" "pamlint" {
  family                   = "pamlint-audit"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 1024
  memory                   = 4096
  task_role_arn            = aws_iam_role.task.arn
  execution_role_arn       = aws_iam_role.execution.arn

  container_definitions = jsonencode([{
    name      = "pamlint"
    image     = var.image
    command   = ["audit", "aws", "--organization", "pamlint-audit", "--new-only"]
    essential = true
    secrets   = [for name, arn in var.secrets : { name = name, valueFrom = arn }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.pamlint.name
        awslogs-region        = data.aws_region.here.name
        awslogs-stream-prefix = "audit"
      }
    }
  }])
}

resource "aws_scheduler_schedule" "nightly" {
  name                = "pamlint-audit"
  schedule_expression = "cron(17 2 * * ? *)"

  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = 15
  }

  target {
    arn      = aws_ecs_cluster.pamlint.arn
    role_arn = aws_iam_role.scheduler.arn

    ecs_parameters {
      task_definition_arn = aws_ecs_task_definition.pamlint.arn_without_revision
      launch_type         = "FARGATE"

      network_configuration {
        subnets         = var.subnets
        security_groups = [var.security_group]
      }
    }
  }
}
