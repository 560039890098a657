"""Matrices made by hand, as a run would make them."""

from __future__ import annotations

from datetime import date

from pamlint.model.finding import PolicyUsed, Row
from pamlint.model.matrix import Line, LineEnd, Matrix, Player, RuleTold
from pamlint.model.noun import replace
from pamlint.model.resource import Location
from tests.report.samples import NASTY

DAY = date(2026, 8, 31)
POLICY = PolicyUsed("netiq-pam-3", "3.x", "a" * 64)
KB = "Which ports are used?, 2017-07-21, https://example.org/kb"
USER = Player("user", ("10.20.0.0/16", "2001:db8:20::/48"))
RELAY = Player("ssh-relay", ("10.10.2.0/24",), ("aws_security_group.relay (pam-relay, sg-0a1b)",))
TARGET = Player("linux-target", (), ("name pam-linux-* (not found)",))
RULE = RuleTold("aws_security_group.relay.ingress[0]", Location("main.tf", 4, 3, 9))
PERHAPS = RuleTold("aws_vpc_security_group_ingress_rule.jump", Location("net.tf", 7, 1, 9), ("var.jump",))
IN = Line(
    None, "netiq-pam-3", "3.x", "ssh-relay-in", USER, RELAY, ("egress", "ingress"), "tcp", "2222, 8000-8010", "conditional", "ssh-relay",
    "Clients use random source ports.", KB, "vendor",
)  # fmt: skip
OUT = replace(
    IN, flow="ssh-relay-out", source=RELAY, destination=TARGET, ports="22", parameters=("ssh-target-ports",),
    confidence="unverified", why="The ports of the targets.",
)  # fmt: skip
PING = replace(OUT, flow="ping", directions=("ingress",), protocol="icmp", ports="8", need="optional", when="", parameters=())
BAR = replace(
    IN, flow="past-the-relay", destination=TARGET, protocol="any", ports="any", need="blocked", when="ssh-relay, not direct"
)
GRE = replace(IN, flow="gre", protocol="47", ports="", need="not-needed", why="Not needed here: no tunnels.")
LINES = (IN, OUT, PING, BAR, GRE)
NO_ACL = LineEnd("egress", "not-judged", remark="user has no ACL here")
SOME = Row("tcp", "8000-8010", None, ("10.20.0.0/16",), ("any",), "1024-65535", (Row("tcp", "8000-8010", None, ("10.20.1.0/24",), ("any",), "1024-65535"),))  # fmt: skip
STATES = (
    replace(
        IN, state="missing", missing="8000-8010", asked=(Player("user", ("10.20.0.0/16",)), RELAY),
        ends=(NO_ACL, LineEnd("ingress", "missing", (RULE,), (SOME,), acls=("aws_security_group.relay",))),
    ),
    replace(
        OUT, state="half-open", missing="22",
        ends=(
            LineEnd("egress", "open", (replace(RULE, name="aws_security_group.relay.egress[0]"),)),
            LineEnd("ingress", "missing", remark="the answers are dropped by aws_network_acl.targets", acls=("aws_network_acl.targets",)),
        ),
    ),
    replace(PING, state="unproven", ends=(LineEnd("ingress", "unproven", (PERHAPS,), (Row("icmp", None, "8", ("var.jump",), ("any",), None),), ("var.jump",)),)),
    replace(BAR, state="wrongly-open", ends=(NO_ACL, LineEnd("ingress", "wrongly-open", (RULE,), (Row("any", None, None, ("any",), ("any",), None),)))),
    replace(GRE, state="not-judged", ends=(NO_ACL, LineEnd("ingress", "not-judged", remark="ssh-relay has no ACL here"))),
    replace(PING, flow="closed-ping", state="closed", ends=(LineEnd("ingress", "closed"),), estate="lab"),
)  # fmt: skip
BARE = Matrix((POLICY,), (), None, tuple(replace(line, source=Player(line.source.role), destination=Player(line.destination.role)) for line in LINES))  # fmt: skip
SITE = Matrix((POLICY,), ("infra/pamlint.yaml",), DAY, LINES, ("direct-rdp-in", "ntp-out"))
VERIFIED = replace(SITE, lines=STATES)
FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "\u00a0=1",
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff201",
    "\u3000=1",
)
"""What spreadsheets take for formulas, white space and full-width forms before them included."""
HOSTILE_LINE = Line(
    NASTY, NASTY, NASTY, NASTY, Player(NASTY, (NASTY,), FORMULAS), Player("=1", (NASTY,), (NASTY,)), ("egress", "ingress"), NASTY, NASTY,
    "required", NASTY, NASTY, NASTY, "vendor", (NASTY,), "missing",
    (LineEnd("ingress", "missing", (RuleTold(NASTY, Location(NASTY, 1), (NASTY,)),), (Row("tcp", "22", None, (NASTY,), (NASTY,), None),), (NASTY,), NASTY, (NASTY,)),),
    NASTY,
)  # fmt: skip
HOSTILE = Matrix(
    (PolicyUsed(NASTY, NASTY, "a" * 64),),
    (NASTY,),
    DAY,
    (HOSTILE_LINE, *(replace(HOSTILE_LINE, estate=text, policy=text, flow=text, why=text, reference=text) for text in FORMULAS)),
    (NASTY,),
)
EMPTY = Matrix((POLICY,), ("pamlint.yaml",), DAY, (), only=("missing",))
MATRICES = {
    "matrix-bare": BARE,
    "matrix-site": SITE,
    "matrix-verified": VERIFIED,
    "matrix-request": VERIFIED.limited(("missing",)),
    "matrix-hostile": HOSTILE,
    "matrix-hostile-request": HOSTILE.limited(("missing",)),
    "matrix-empty": EMPTY,
}
