"""Reports made by hand, as a run would make them."""

from __future__ import annotations

from datetime import date

from pamlint.model.finding import (
    BindingTold,
    Finding,
    PolicyUsed,
    Related,
    Report,
    Row,
    Summary,
    Unjudged,
    Verdict,
    Witness,
)
from pamlint.model.noun import replace
from pamlint.model.resource import Input, Location

SOURCE = "What ports are used for Privileged Account Manager? (https://example.org/kb/7018265)"
CODE = """resource "aws_security_group" "relay" {
  vpc_id = aws_vpc.main.id

  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""

EXTRA = Finding(
    check="extra-access",
    severity="critical",
    certainty="proved",
    estate=None,
    message="`aws_security_group.relay.ingress[0]` lets any IPv4 address reach ssh-relay on tcp/22, which no flow of the policy permits.",
    tip="Narrow `cidr_blocks`, or permit it under `allow` with a reason.",
    roles=("ssh-relay",),
    direction="ingress",
    acl="aws_security_group.relay",
    rule="aws_security_group.relay.ingress[0]",
    traffic=(Row("tcp", "22", None, ("0.0.0.0/0",), ("any",), None),),
    witness=Witness("tcp", "1.0.0.1", 49152, "aws_security_group.relay", 22, None),
    location=Location("main.tf", 4, 3, 9),
    related=(
        Related("rule", "azurerm_network_security_group.sub.deny[0]", Location("net.tf", 7, 1, 9), "lets it through as well"),
    ),
)
MISSING = Finding(
    check="missing-access",
    severity="high",
    certainty="proved",
    estate=None,
    message="agent does not admit tcp/29120 from framework-manager, which the policy requires.",
    tip="Add an ingress rule to `aws_security_group.agent`.",
    roles=("agent",),
    flow="manager-to-agent",
    direction="ingress",
    acl="aws_security_group.agent",
    workloads=("aws_instance.agent[0]", "aws_instance.agent[1]"),
    traffic=(
        Row(
            "tcp",
            "29120",
            None,
            ("10.10.1.0/24",),
            ("any",),
            None,
            (Row("tcp", "29120", None, ("10.10.1.8/29",), ("any",), None),),
        ),
    ),
    witness=Witness("tcp", "10.10.1.1", 49152, "aws_security_group.agent", 29120, None),
    location=Location("agents.tf", 1, 1, 40),
    source=SOURCE,
)
UNPROVEN = Finding(
    check="missing-access",
    severity="high",
    certainty="unproven",
    estate=None,
    message="Whether framework-manager admits tcp/443 from admin hangs on a value that the input does not give.",
    tip="Give `var.admin_cidr` with --var, --var-file or under `values` in pamlint.yaml.",
    roles=("framework-manager",),
    flow="admin-console",
    direction="ingress",
    acl="aws_security_group.manager",
    traffic=(Row("tcp", "443", None, ("10.20.0.0/16",), ("any",), None),),
    because=("var.admin_cidr",),
    location=Location("gone.tf", 12, 3),
    source=SOURCE,
)
UNRESOLVED = Finding(
    check="unresolved-value",
    severity="info",
    certainty="proved",
    estate=None,
    message="`var.admin_cidr` is not known in `.`, and 1 verdict hangs on it.",
    tip="Give it with --var admin_cidr=..., in a tfvars file, or under `values` in pamlint.yaml.",
    because=("var.admin_cidr",),
    subject="var.admin_cidr",
)
VERDICTS = (
    Verdict(
        "ssh-relay-in",
        "ssh-relay",
        "ingress",
        None,
        ("aws_security_group.relay",),
        (),
        "satisfied",
        ("aws_security_group.relay.ingress[1]",),
    ),
    Verdict("ssh-relay-in", "user", "egress", None, (), (), "not-judged"),
    Verdict("manager-to-agent", "agent", "ingress", None, ("aws_security_group.agent",), ("aws_instance.agent[0]",), "missing"),
    Verdict(
        "manager-to-agent",
        "framework-manager",
        "egress",
        None,
        ("aws_security_group.manager",),
        (),
        "satisfied",
        (),
        ("subnet NSG of snet",),
    ),
    Verdict("rdp-past-the-relay", "windows-target", "ingress", None, ("aws_security_group.windows",), (), "blocked"),
)


def report(*findings: Finding, verdicts: tuple[Verdict, ...] = VERDICTS, suppressed: int = 0, complete: bool = True) -> Report:
    """A report of one root with these findings."""
    counts = dict.fromkeys(("critical", "high", "medium", "low", "info"), 0)
    for finding in findings:
        counts[finding.severity] += 1
    return Report(
        version="0.1.0",
        today=date(2026, 11, 23),
        complete=complete,
        policies=(PolicyUsed("netiq-pam-3", "3.x", "a" * 64),),
        inputs=(Input(".", "code", "b" * 64, complete, None, ("main.tf", "agents.tf")),),
        bindings=(BindingTold("ssh-relay", None, ("aws_security_group.relay",), (), ("10.10.2.0/24",)),),
        verdicts=verdicts,
        unjudged=(Unjudged("aws_security_group.bastion", "plays no role"), Unjudged("aws_security_group.web", "plays no role")),
        summary=Summary(
            files=2,
            roots=1,
            acls=6,
            rules=31,
            workloads=4,
            flows=12,
            findings=counts,  # type: ignore[arg-type]
            unproven=sum(finding.certainty == "unproven" for finding in findings),
            suppressed=suppressed,
            unjudged_acls=2,
        ),
        findings=findings,
        notes=("`envs/lab` binds no role",),
    )


FULL = report(EXTRA, MISSING, UNPROVEN, UNRESOLVED, suppressed=3)
CLEAN = report(verdicts=tuple(verdict for verdict in VERDICTS if verdict.state in ("satisfied", "blocked")))

NASTY = "\x1b[31mred\x1b[0m\u202etxt\n::error::`x`|<b>&]]>%0A,[a](b)é\udcff"
HOSTILE = report(
    replace(
        EXTRA,
        estate=NASTY,
        message=NASTY,
        tip=NASTY,
        roles=(NASTY,),
        flow=NASTY,
        acl=NASTY,
        rule=NASTY,
        workloads=(NASTY,),
        traffic=(Row("tcp", "22", None, (NASTY,), (NASTY,), None),),
        witness=Witness("tcp", NASTY, 1, NASTY, 22, None),
        because=(NASTY,),
        location=Location(NASTY, 1),
        related=(Related("acl", NASTY, Location(NASTY, 2), NASTY),),
        source=NASTY,
    )
)
EMPTY = replace(CLEAN, verdicts=(), unjudged=(), bindings=(), policies=())
REPORTS = {"full": FULL, "clean": CLEAN, "hostile": HOSTILE, "empty": EMPTY}
