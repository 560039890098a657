"""The NetIQ policy is the port article, line by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from pamlint.documents.policy import load_policy
from pamlint.model.policy import Flow, When
from pamlint.model.services import Service, format_service

POLICY = load_policy("netiq-pam-3", Path())
FRAMEWORK, ALL = "tcp/{framework-port}", When()

ARTICLE = [
    (1, "admin", "framework-manager", "tcp/443", "required", ALL),
    (1, "admin", "framework-manager", "udp/443", "optional", ALL),
    (1, "user", "framework-manager", "udp/443", "optional", When(("my-access",))),
    (2, "user", "framework-manager", "tcp/443", "conditional", When(("my-access",))),
    (3, "framework-manager", "agent", FRAMEWORK, "required", ALL),
    (3, "agent", "framework-manager", FRAMEWORK, "required", ALL),
    (4, "framework-manager", "framework-manager", FRAMEWORK, "conditional", When(("high-availability",))),
    (5, "agent", "agent", FRAMEWORK, "conditional", When(("agent-mesh",))),
    (7, "user", "ssh-relay", "tcp/2222", "conditional", When(("ssh-relay",))),
    (9, "ssh-relay", "linux-target", "tcp/{ssh-target-ports}", "conditional", When(("ssh-relay",))),
    (10, "user", "windows-target", "tcp/3389", "conditional", When(("direct-rdp",))),
    (11, "user", "rdp-relay", "tcp/13389", "conditional", When(("rdp-relay",))),
    (12, "rdp-relay", "windows-target", "tcp/3389", "conditional", When(("rdp-relay",))),
    (13, "user", "windows-target", "tcp/3389", "blocked", When(("rdp-relay",), ("direct-rdp",))),
    (14, "db-client", "db-connector", "tcp/{connector-ports}", "conditional", When(("db-monitoring",))),
    (15, "db-connector", "database", "tcp/{database-ports}", "conditional", When(("db-monitoring",))),
    (16, "db-client", "database", "tcp/{database-ports}", "blocked", When(("db-monitoring",))),
    (17, "db-connector", "database", "udp/1434", "conditional", When(("sql-browser",))),
    (18, "framework-manager", "checkout-target", "{checkout-services}", "conditional", When(("password-checkout",))),
    (19, "framework-manager", "syslog-server", "tcp/514", "conditional", When(("syslog-tcp",))),
    (19, "framework-manager", "syslog-server", "udp/514", "conditional", When(("syslog-udp",))),
    (19, "framework-manager", "syslog-server", "tcp/1468", "conditional", When(("sentinel",))),
]
BESIDES = {"advanced-authentication", "ldap", "smtp", "dns", "ntp"}


def told(flow: Flow) -> str:
    """A flow's services in one line."""
    return ", ".join(
        format_service(service)
        if isinstance(service, Service)
        else f"{service.protocol}/{{{service.parameter}}}"
        if service.protocol
        else f"{{{service.parameter}}}"
        for service in flow.services
    )


@pytest.mark.parametrize("line", ARTICLE)
def test_a_line_of_the_article_is_one_flow(line: tuple[int, str, str, str, str, When]) -> None:
    """Each line stands in the policy exactly once, judged at both ends."""
    flows = [flow for flow in POLICY.flows if (*flow.sources, *flow.destinations, told(flow), flow.need, flow.when) == line[1:]]
    assert [flow.ends for flow in flows] == [("egress", "ingress")]


def test_nothing_but_the_article_is_there_by_default() -> None:
    """All other flows hang on features of their own, which are off and not called the vendor's word."""
    others = [flow for flow in POLICY.flows if set(flow.when.all_on) & BESIDES]
    assert len(POLICY.flows) == len(ARTICLE) + len(others)
    assert {flow.confidence for flow in others} == {"vendor-partial", "unverified"}
    assert {flow.confidence for flow in POLICY.flows if flow not in others} == {"vendor", "inferred"}


def test_only_the_user_console_is_on_by_default() -> None:
    """The relay needs it; all else is the site's choice."""
    assert [name for name, feature in POLICY.features.items() if feature.default] == ["my-access"]
    assert {name: feature.needs for name, feature in POLICY.features.items() if feature.needs} == {"rdp-relay": ("my-access",)}


def test_parameters_have_the_article_s_defaults() -> None:
    """What the article does not say has no default, so the site must."""
    assert {name: (parameter.type, parameter.default) for name, parameter in POLICY.parameters.items()} == {
        "framework-port": ("port", ((29120, 29120),)),
        "ssh-target-ports": ("ports", ((22, 22),)),
        "connector-ports": ("ports", None),
        "database-ports": ("ports", None),
        "checkout-services": ("services", None),
        "ldap-ports": ("ports", None),
    }


def test_relays_usually_stand_on_the_manager_and_people_have_no_acls() -> None:
    """Advice and exemptions are the article's; a Windows server that users reach runs an agent too."""
    assert {name: role.usually_on for name, role in POLICY.roles.items() if role.usually_on} == {
        "agent": ("windows-target",),
        "ssh-relay": ("framework-manager",),
        "rdp-relay": ("framework-manager",),
        "db-connector": ("framework-manager",),
    }
    assert {name for name, role in POLICY.roles.items() if role.external} == {"admin", "user", "db-client"}
