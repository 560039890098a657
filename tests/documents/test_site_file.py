"""Site files become sites, and whatever is wrong in them is told with its place."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from pamlint.documents.site import load_site, require_parameters
from pamlint.documents.sites import find_site
from pamlint.model.errors import UserError
from pamlint.model.services import PORT_PROTOCOLS, Service, parse_service
from pamlint.model.site import MatchEntry
from tests.documents.places import complaints, written

HEAD = "pamlint: site/1\npolicy: netiq-pam-3\n"
EVERYTHING = Path(__file__).with_name("everything.yaml")


def test_every_key_is_read() -> None:
    """A file that uses all keys comes out as it was meant."""
    site = load_site(EVERYTHING)
    assert [policy.id for policy in site.policies] == ["netiq-pam-3"]
    assert site.features == {"ssh-relay": True, "db-monitoring": True, "rdp-relay": True, "direct-rdp": True, "sentinel": False}
    assert site.parameters["ssh-target-ports"] == ((22, 22), (2200, 2209))
    assert site.parameters["framework-port"] == ((29125, 29125),)
    assert site.min_severity == "medium"
    assert site.values["VirtualNetwork"] == ["10.10.0.0/16"]
    assert site.values["var.list"] == ["a", {"b": None}]
    assert [(entry.flow, entry.reason) for entry in site.not_needed] == [("agent-to-manager", "one-way zone")]
    (ignored,) = site.ignore
    assert (ignored.check, ignored.acl, ignored.rule, ignored.until) == ("extra-access", "*bastion*", "*", date(2027, 1, 31))
    assert site.places["features.rdp-relay"].line == site.places["features.sentinel"].line == 3
    assert site.places["roles.agent"].line == 14


def test_roles_are_bound() -> None:
    """A mapping is one instance, a list several; CIDRs are normal, `any` is both families."""
    roles = load_site(EVERYTHING).roles
    manager = roles["framework-manager"]
    assert manager.cidrs == ("10.10.1.0/24", "2001:db8::/48")
    assert manager.instances[0].match == (
        MatchEntry("module.pam.aws_security_group.manager", "pam-*"),
        MatchEntry(id="sg-0a1b2c3d", tags={"pam-role": "framework-manager", "empty": ""}),
    )
    assert roles["ssh-relay"].on == ("framework-manager",)
    assert roles["db-connector"].on == ("framework-manager", "agent")
    first, second = roles["agent"].instances
    assert (first.index, first.cidrs, first.parameters) == (0, None, {})
    assert (second.index, second.cidrs, second.parameters) == (1, ("10.10.9.0/24",), {"framework-port": ((29121, 29121),)})
    assert (roles["agent"].cidrs, second.location.line, second.role) == (("10.10.9.0/24",), 16, "agent")
    assert roles["user"].cidrs == ("0.0.0.0/0", "::/0")


def test_allowances_mean_services() -> None:
    """Protocol and ports together are the permitted traffic."""
    dns, vpn, ping, gre = load_site(EVERYTHING).allow
    assert dns.service == Service(((17, 17),), ((53, 53), (5353, 5354)))
    assert (dns.roles, dns.direction, dns.protocol, dns.ports, dns.until) == (
        ("*",),
        "egress",
        "udp",
        ((53, 53), (5353, 5354)),
        None,
    )
    assert vpn.service == parse_service("any")
    assert vpn.peers == ("tag:Storage.WestEurope", "prefix-list:pl-1", "group:sg-1", "role:agent", "0.0.0.0/0", "::/0")
    assert (vpn.direction, vpn.protocol, vpn.ports, vpn.until) == (None, None, None, date(2027, 1, 31))
    assert (ping.service, gre.service) == (parse_service("icmp/8"), parse_service("47"))


def test_ports_alone_are_those_of_all_protocols_with_ports(tmp_path: Path) -> None:
    """Ports without a protocol never mean ICMP types."""
    text = HEAD + "allow: [{name: a, roles: ['*'], ports: [53], peers: [any], reason: r}]\n"
    assert load_site(written(tmp_path, text)).allow[0].service == Service(PORT_PROTOCOLS, ((53, 53),))


def test_an_estate_overrides_by_name_or_whole_key() -> None:
    """Named things are merged by name, lists and single values are replaced; the rest stays."""
    site = load_site(EVERYTHING)
    prod, staging = site.estate("prod"), site.estate("staging")
    assert (prod.roles["user"].cidrs, prod.roles["admin"].cidrs) == (("10.21.0.0/16",), ("10.20.0.0/16",))
    assert (prod.features["rdp-relay"], prod.features["ssh-relay"]) == (False, True)
    assert (prod.allow, prod.min_severity, prod.ignore) == ((), "low", site.ignore)
    assert (staging.ignore, staging.not_needed, staging.allow) == ((), (), site.allow)
    assert (staging.values["var.count"], staging.parameters["framework-port"]) == (4, ((29126, 29126),))
    assert (site.estates[0].name, site.estates[0].workspace, site.estates[0].location.line) == ("prod", "prod", 29)
    with pytest.raises(KeyError):
        site.estate("nope")


def test_paths_of_an_estate_are_relative_to_the_file(tmp_path: Path) -> None:
    """Roots and variable files are found beside the site file."""
    (tmp_path / "envs").mkdir()
    written(tmp_path, "", "a.tfvars")
    site = load_site(written(tmp_path, HEAD + "estates: {prod: {roots: [envs], var-files: [a.tfvars]}}"))
    assert (site.estates[0].roots, site.estates[0].var_files) == ((tmp_path / "envs",), (tmp_path / "a.tfvars",))


OWN = """pamlint: policy/1
id: own
product: Own
version: "1"
reviewed: 2026-01-01
sources: {s: {title: S}}
features: {ssh-relay: {title: Another relay}}
parameters: {framework-port: {type: TYPE, default: DEFAULT}}
roles: {user: {}, thing: {}}
flows: [{id: user-in, from: user, to: thing, services: [{parameter: framework-port, protocol: tcp}], need: required, source: s}]
"""


def test_several_policies_share_a_site(tmp_path: Path) -> None:
    """Flows are called policy/flow; roles, features and parameters are known by name from any of them."""
    written(tmp_path, OWN.replace("TYPE", "port").replace("DEFAULT", "5"), "own.yaml")
    text = "pamlint: site/1\npolicy: [netiq-pam-3, own.yaml]\nroles: {thing: {cidrs: [any]}, agent: {cidrs: [any]}}\n"
    site = load_site(written(tmp_path, text + "not-needed: [{flow: own/user-in, reason: r}]\n"))
    assert [policy.flows[0].id for policy in site.policies] == ["netiq-pam-3/admin-console-in", "own/user-in"]
    assert (
        "flow `user-in` does not exist"
        in complaints(lambda: load_site(written(tmp_path, text + "not-needed: [{flow: user-in, reason: r}]\n")))[0]
    )


def test_policies_that_cannot_share_a_site_say_why(tmp_path: Path) -> None:
    """Two types of one parameter, and one policy twice, are errors."""
    written(tmp_path, OWN.replace("TYPE", "ports").replace("DEFAULT", "[5]"), "own.yaml")
    text = "pamlint: site/1\npolicy: [netiq-pam-3, own.yaml, own.yaml]\n"
    assert complaints(lambda: load_site(written(tmp_path, text))) == [
        "2:23: parameter `framework-port` is ports in `own` and port in `netiq-pam-3`: they cannot share a site",
        "2:33: parameter `framework-port` is ports in `own` and port in `netiq-pam-3`: they cannot share a site",
        "2:33: policy `own` stands here twice",
    ]


WRONG = [
    ("featurs: []", "3:1: unknown key `featurs`; the nearest is `features`; allowed here: allow, estates, features, ignore"),
    (
        "roles: {agent: {cidr: [any]}}",
        "3:17: unknown key `cidr` in `roles.agent`; the nearest is `cidrs`; allowed here: cidrs, match, on, parameters",
    ),
    ("roles: {agent: [{match: [{nam: x}]}]}", "3:27: unknown key `nam` in `roles.agent[0].match[0]`; the nearest is `name`"),
    ("roles: {agent: 3}", "3:9: `roles.agent` is 3: write a mapping with match, cidrs or on, or a list of such mappings"),
    (
        "roles: {agent: {cidrs: 10.0.0.0/8}}",
        "3:17: `roles.agent.cidrs` is `10.0.0.0/8`: write a list of CIDRs, as in [10.10.1.0/24], or [any]",
    ),
    ("roles: {agnet: {on: agent}}", "3:9: role `agnet` does not exist; the nearest is `agent` (in `roles.agnet`)"),
    (
        "roles: {agent: {on: framework-manger}}",
        "3:17: role `framework-manger` does not exist; the nearest is `framework-manager`",
    ),
    ("roles: {agent: {on: agent}}", "3:9: role `agent` is on itself by way of `on`"),
    ("roles: {agent: {on: user}, user: {on: agent}}", "3:9: role `agent` is on itself"),
    ("roles: {any: {cidrs: [any]}}", "3:9: role `any` does not exist"),
    ("roles: {agent: {match: []}}", "3:17: `roles.agent.match` is empty: write a list of mappings"),
    ("roles: {agent: {match: [{}]}}", "3:25: `roles.agent.match[0]` is empty: write a mapping with address, name, id or tags"),
    (
        "roles: {agent: {match: [{tags: {a: 1}}]}}",
        "3:33: `roles.agent.match[0].tags.a` is 1: write a text (in quotes where it looks like a number)",
    ),
    ("roles: {Agent: {}}", "3:9: `Agent` is no name (in `roles`): write a name of lower-case words joined by hyphens"),
    (
        "roles: {agent: {cidrs: [10.0.0.1/8]}}",
        "3:25: `10.0.0.1/8` has bits behind its prefix: write 10.0.0.0/8 for the network, 10.0.0.1/32",
    ),
    ("roles: {agent: {cidrs: [10.0.0.1]}}", "3:25: `10.0.0.1` lacks a prefix length: write 10.0.0.1/32"),
    ("roles: {agent: {cidrs: [10.0.0.0/255.0.0.0]}}", "3:25: `10.0.0.0/255.0.0.0` is no network: write a CIDR"),
    ("roles: {agent: {cidrs: [010.0.0.0/8]}}", "3:25: `010.0.0.0/8` is no network"),
    ("features: [ssh]", "3:12: feature `ssh` does not exist; the nearest is `ssh-relay` (in `features[0]`)"),
    ("features: [{ssh-relay: no}]", "3:13: `features[0].ssh-relay` is `no`; allowed here: on, off"),
    ("features: [{ssh-relay: true}]", "3:13: `features[0].ssh-relay` is true: write on or off"),
    ("features: [ssh-relay, {ssh-relay: off}]", "3:23: feature `ssh-relay` is both on and off"),
    ("features: [rdp-relay, {my-access: off}]", "3:23: feature `my-access` is off, but `rdp-relay` is on and needs it"),
    (
        "features: [db-monitoring]",
        "3:12: parameter `connector-ports` is needed, because feature `db-monitoring` is on: give it under `parameters`",
    ),
    ("features: [password-checkout]", "3:12: parameter `checkout-services` is needed, because feature `password-checkout` is on"),
    ("parameters: {port: 1}", "3:14: parameter `port` does not exist; the nearest is `ldap-ports`"),
    ("parameters: {framework-port: [1]}", "3:14: parameter `framework-port` takes one port, as in 443"),
    (
        "parameters: {framework-port: 70000}",
        "3:14: `70000` is no port: ports are numbers from 1 to 65535, runs are written 1-9 (in `parameters.framework-port`)",
    ),
    ("parameters: {ssh-target-ports: 22}", "3:14: parameter `ssh-target-ports` takes a list of ports, as in [22, 2200-2209]"),
    ("parameters: {ssh-target-ports: []}", "3:14: `parameters.ssh-target-ports` is empty: write a list that is not empty"),
    ("parameters: {ssh-target-ports: [9-1]}", "3:33: `9-1` runs backwards: write 1-9"),
    ("parameters: {ssh-target-ports: [0]}", "3:33: port 0 carries no service"),
    ("parameters: {ssh-target-ports: [tcp/22]}", "3:33: `tcp/22` is no port"),
    ("parameters: {checkout-services: ['22/tcp']}", "3:34: `22/tcp` is no service: the protocol stands first, as in tcp/22"),
    ("allow: [{name: a, roles: [agent], peers: [any]}]", "3:9: `allow[0]` lacks the key `reason`"),
    (
        "allow: [{name: a, roles: [agent], peers: [any], reason: ' '}]",
        "3:49: `allow[0].reason` is ` `: write a text that is not empty",
    ),
    ("allow: [{name: a, roles: [agnt], peers: [any], reason: r}]", "3:27: role `agnt` does not exist; the nearest is `agent`"),
    ("allow: [{name: a, roles: [agent], peers: ['role:agnt'], reason: r}]", "role `agnt` does not exist; the nearest is `agent`"),
    (
        "allow: [{name: a, roles: [agent], peers: ['asg:x'], reason: r}]",
        "`asg:x` is no peer: symbols are written tag:NAME, prefix-list:NAME",
    ),
    (
        "allow: [{name: a, roles: [agent], peers: ['fe80::1/10'], reason: r}]",
        "`fe80::1/10` has bits behind its prefix: write fe80::/10",
    ),
    ("allow: [{name: a, roles: [agent], peers: [any], reason: r, until: 2027-02-30}]", "`2027-02-30` is no day of the calendar"),
    (
        "allow: [{name: a, roles: [agent], peers: [any], reason: r, until: tomorrow}]",
        "is `tomorrow`: write a day, as in 2027-01-31",
    ),
    ("allow: [{name: a, roles: [agent], peers: [any], reason: r, protocol: icmp, ports: [8]}]", "protocol `icmp` has no ports"),
    ("allow: [{name: a, roles: [agent], peers: [any], reason: r, protocol: tcp/22}]", "write protocol: tcp and ports: [22]"),
    (
        "allow: [{name: a, roles: [agent], peers: [any], reason: r, ports: []}]",
        "`allow[0].ports` is empty: write a list of ports",
    ),
    (
        "allow: [{name: a, roles: [agent], peers: [any], reason: r, ports: [0]}]",
        "`allow[0].ports[0]` is 0: write a port from 1 to 65535",
    ),
    ("allow: [&a {name: a, roles: [agent], peers: [any], reason: r}, *a]", "allowance `a` stands here twice"),
    ("not-needed: [{flow: syslog-out, reason: r}]", "flow `syslog-out` does not exist; the nearest is"),
    (
        "ignore: [{check: extra-acces, reason: r}]",
        "`ignore[0].check` is `extra-acces`; the nearest is `extra-access`; allowed here: missing-access",
    ),
    ("ignore: [{check: extra-access, reason: r, until: 2027-13-01}]", "`2027-13-01` is no day of the calendar"),
    ("min-severity: hgh", "3:1: `min-severity` is `hgh`; the nearest is `high`; allowed here: critical, high, medium, low, info"),
    ("values: {VirtualNetwork: 10.0.0.0/8}", "3:10: `VirtualNetwork` takes a list of CIDRs"),
    ("values: {VirtualNetwork: [10.0.0.1/8]}", "3:27: `10.0.0.1/8` has bits behind its prefix"),
    ("values: 3", "3:1: `values` is 3: write a mapping from Terraform addresses to values"),
    ("estates: {prod: {roots: [nope]}}", "3:26: `nope` is no directory; looked for"),
    ("estates: {prod: {var-files: [nope]}}", "3:30: `nope` is no file; looked for"),
    (
        "estates: {prod: {policy: cyberark}}",
        "3:18: policy `cyberark` is not in the catalogue; the nearest is `cyberark-pam-self-hosted`; a policy of your own is named",
    ),
    (
        "estates: {prod: {features: [sentinell]}}",
        "3:29: feature `sentinell` does not exist; the nearest is `sentinel` (in `estates.prod.features[0]`)",
    ),
    ("estates: {prod: {features: [db-monitoring]}}", "parameter `connector-ports` is needed in estate `prod`, because"),
    ("estates: {prod: {estates: {}}}", "3:18: unknown key `estates` in `estates.prod`"),
]


@pytest.mark.parametrize(("line", "says"), WRONG)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, line: str, says: str) -> None:
    """Line, column, the key, and what is allowed there."""
    found = complaints(lambda: load_site(written(tmp_path, HEAD + line + "\n")))
    assert [complaint for complaint in found if says in complaint], found


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- a\n", "the file is a list: write keys and values, `pamlint: site/1` first"),
        ("policy: netiq-pam-3\n", "the file lacks the key `pamlint`"),
        ("pamlint: site/2\npolicy: netiq-pam-3\n", "`pamlint` is `site/2`: write site/1"),
        ("pamlint: site/1\npolicy: netiq-pam\n", "2:1: policy `netiq-pam` is not in the catalogue; the nearest is `netiq-pam-3`"),
        ("pamlint: site/1\npolicy: ./own.yaml\n", "2:1: policy `./own.yaml` is no file; looked for"),
        ("pamlint: site/1\npolicy: []\n", "`policy` is empty: write a list of policies"),
    ],
)
def test_a_wrong_head_is_told(tmp_path: Path, text: str, says: str) -> None:
    """What is no site file at all says so."""
    assert says in complaints(lambda: load_site(written(tmp_path, text)))[0]


def test_all_mistakes_are_told_together(tmp_path: Path) -> None:
    """Breaks of the schema, wrong names and wrong values of one file, and those of its policy, come in one error."""
    written(tmp_path, "pamlint: policy/1\nid: own\n", "own.yaml")
    text = (
        HEAD + "rols: {}\nroles: {agent: {cidrs: [10.0.0.1/8, 10.0.0.0]}, user: 3}\nfeatures: [ssh, {a: 1}]\nallow: [{name: 1}]\n"
    )
    found = complaints(lambda: load_site(written(tmp_path, text)))
    assert [complaint.split(":")[0] for complaint in found] == ["3", "4", "4", "4", "5", "5", "6", "6", "6", "6"]
    found = complaints(lambda: load_site(written(tmp_path, text.replace("netiq-pam-3", "own.yaml"))))
    assert sum("the file lacks the key" in complaint for complaint in found) == 6
    text = HEAD + "features: [ssh]\nestates: {prod: {policy: nope.yaml, features: [unknown]}, test: {features: [sh-relay]}}\n"
    found = complaints(lambda: load_site(written(tmp_path, text)))
    assert [complaint.split("`")[1] for complaint in found] == ["ssh", "nope.yaml", "sh-relay"]


def test_values_of_instances_count_as_given(tmp_path: Path) -> None:
    """A parameter is given if every machine that needs it has its own value."""
    roles = "checkout-target: [{cidrs: [10.0.0.0/24], parameters: {checkout-services: [tcp/22]}}, {cidrs: [10.0.1.0/24]OTHER}]"
    text = HEAD + "features: [password-checkout]\nroles: {" + roles + "}\n"
    assert load_site(written(tmp_path, text.replace("OTHER", ", parameters: {checkout-services: [tcp/1521]}")))
    assert "`checkout-services` is needed" in complaints(lambda: load_site(written(tmp_path, text.replace("OTHER", ""))))[0]


def test_a_site_with_estates_may_leave_parameters_to_them(tmp_path: Path) -> None:
    """Only what is judged needs its parameters; whoever judges the site itself asks again."""
    text = HEAD + "features: [password-checkout]\nestates: {prod: {parameters: {checkout-services: [tcp/22]}}}\n"
    site = load_site(written(tmp_path, text))
    require_parameters(site.estate("prod"))
    with pytest.raises(UserError, match="`checkout-services` is needed"):
        require_parameters(site)


def test_the_nearest_site_file_above_holds(tmp_path: Path) -> None:
    """The search goes from the path upwards, through files and directories alike."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    top = written(tmp_path, HEAD)
    assert find_site(tmp_path / "a" / "b") == find_site(tmp_path / "a" / "b" / "main.tf") == top
    nearer = written(tmp_path / "a", HEAD)
    assert find_site(tmp_path / "a" / "b") == nearer
    assert find_site(tmp_path) == top


def test_a_right_file_needs_no_validator() -> None:
    """A clean run never imports the schema library, the calendar of names or the screen."""
    code = (
        "import sys; from pathlib import Path; from pamlint.documents.site import load_site; load_site(Path(sys.argv[1]));"
        "print([name for name in ('jsonschema', 'difflib', 'rich') if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(EVERYTHING)], capture_output=True, text=True, check=True, cwd=EVERYTHING.parents[2]
    )
    assert run.stdout.strip() == "[]"
