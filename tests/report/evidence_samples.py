"""Evidence made by hand, as a run would make it."""

from __future__ import annotations

from datetime import date

from pamlint.model.evidence import AllowanceEvidence, Commit, Evidence, RuleEvidence, SiteFile
from pamlint.model.finding import Row, Suppressed
from pamlint.model.matrix import RuleTold
from pamlint.model.noun import replace
from pamlint.model.resource import Location
from tests.report import matrix_samples, samples

SSH = Row("tcp", "22", None, ("10.20.0.0/16",), ("any",), "1024-65535")
WORLD = Row("tcp", "22", None, ("0.0.0.0/0",), ("any",), None, (SSH,))
RULE = RuleEvidence(
    "prod", "aws_security_group.relay", RuleTold("aws_security_group.relay.ingress[0]", Location("main.tf", 4)), "ingress",
    ("agent", "ssh-relay"), "justified", (SSH,), ("ssh-relay-in",), ("vendor",), False, (), (), (), False, False, (),
)  # fmt: skip
RULES = (
    RULE,
    replace(RULE, standing="unjustified", traffic=(SSH, WORLD), allowances=(), unjustified=(WORLD,), internet=True, remarks=("flow past must be blocked",)),
    replace(RULE, rule=RuleTold("jump", None, ("var.jump",)), standing="unproven", doubtful=(WORLD,), because=("var.jump",)),
    replace(RULE, estate=None, rule=RuleTold("AllowAzureLoadBalancerInBound"), flows=(), allowances=(), platform=True, default=True),
    replace(RULE, standing="not-judged", flows=(), allowances=(), remarks=("a flow may be meant whose other role is played by nobody",)),
    replace(RULE, rule=RuleTold("never-told"), standing="idle", traffic=()),
)  # fmt: skip
ALLOWED = AllowanceEvidence(
    "prod", "vendor", ("*",), None, "tcp/443", ("198.51.100.0/28", "tag:Storage"), "CHG-1", None, False, (str(RULE.rule),)
)
PASSED = replace(ALLOWED, estate=None, name="old", direction="ingress", until=date(2026, 1, 31), expired=True, rules=())
LEFT_OUT = Suppressed(samples.EXTRA, "The patch server, CHG-2201.", date(2027, 1, 31), Location("pamlint.yaml", 40))
COMMITS = (
    Commit(".", "c" * 40, "main"),
    Commit("plans", "d" * 40),
    Commit("elsewhere", None, None, "it is in no git working tree"),
)
FULL = Evidence(
    samples.FULL, (SiteFile("pamlint.yaml", "e" * 64),), COMMITS, matrix_samples.STATES, RULES, (ALLOWED, PASSED),
    (LEFT_OUT, replace(LEFT_OUT, until=None)), date(2027, 5, 23),
)  # fmt: skip
CLEAN = Evidence(samples.CLEAN, FULL.sites, COMMITS[:1], (), (), (), (), date(2027, 5, 23))
NASTY = samples.NASTY
BAD = Row("tcp", "22", None, (NASTY,), (NASTY,), None)
HOSTILE = Evidence(
    samples.HOSTILE,
    (SiteFile(NASTY, "e" * 64),),
    (Commit(NASTY, "c" * 40, NASTY), Commit(NASTY, None, None, NASTY)),
    matrix_samples.HOSTILE.lines,
    (
        RuleEvidence(
            NASTY, NASTY, RuleTold(NASTY, Location(NASTY, 1), (NASTY,)), "ingress", (NASTY,), "unjustified", (BAD,), (NASTY,), (NASTY,),
            False, (BAD,), (BAD,), (NASTY,), True, False, (NASTY,),
        ),
    ),
    (AllowanceEvidence(NASTY, NASTY, (NASTY,), "egress", NASTY, (NASTY,), NASTY, None, True, (NASTY,)),),
    (Suppressed(samples.HOSTILE.findings[0], NASTY, None, Location(NASTY, 1)),),
    date(2027, 5, 23),
)  # fmt: skip
EVIDENCE = {"evidence-full": FULL, "evidence-clean": CLEAN, "evidence-hostile": HOSTILE}
