"""What people write into cells for ports and protocols, cell by cell."""

from __future__ import annotations

import pytest

from pamlint.documents.imports.names import REGISTERED, SAID
from pamlint.documents.imports.services import Read, read_protocols, read_services

UNDERSTOOD = {
    ("443", "TCP"): ["tcp/443"],
    ("tcp/443, udp/443", ""): ["tcp/443", "udp/443"],
    ("443/tcp", ""): ["tcp/443"],
    ("443tcp", ""): ["tcp/443"],
    ("443 (TCP)", ""): ["tcp/443"],
    ("TCP 443-445; 3389", ""): ["tcp/443-445", "tcp/3389"],
    ("TCP: 443, 8443\nUDP: 53", ""): ["tcp/443", "tcp/8443", "udp/53"],
    ("TCP 443 8443 UDP 53", ""): ["tcp/443", "tcp/8443", "udp/53"],
    ("443 tcp 500 udp", ""): ["tcp/443", "udp/500"],
    ("TCP-443", ""): ["tcp/443"],
    ("53 tcp/udp", ""): ["tcp/53", "udp/53"],
    ("TCP/UDP 53", ""): ["tcp/53", "udp/53"],
    ("53", "TCP & UDP"): ["tcp/53", "udp/53"],
    ("53", "both"): ["tcp/53", "udp/53"],
    ("49152\u201365535", "tcp"): ["tcp/49152-65535"],
    ("22 to 25", "tcp"): ["tcp/22-25"],
    ("22\n3389", "tcp"): ["tcp/22", "tcp/3389"],
    ("80,443,8080-8090", "udp"): ["udp/80", "udp/443", "udp/8080-8090"],
    ("any", ""): ["any"],
    ("*", "TCP"): ["tcp"],
    ("TCP any", ""): ["tcp"],
    ("any", "any"): ["any"],
    ("ICMP", ""): ["icmp"],
    ("", "ICMP"): ["icmp"],
    ("8/0, 3/4", "icmp"): ["icmp/8/0", "icmp/3/4"],
    ("icmp type 8", ""): ["icmp/8"],
    ("ping", ""): ["icmp/8"],
    ("", "GRE"): ["47"],
    ("n/a", "50"): ["50"],
    ("https", ""): ["tcp/443"],
    ("ms-sql-s, ms-sql-m", ""): ["tcp/1433", "udp/1434"],
    ("SQL Server", ""): ["tcp/1433"],
    ("ssh / rdp", ""): ["tcp/22", "tcp/3389"],
    ("LDAPS", "tcp"): ["tcp/636"],
    ("443 (HTTPS)", "tcp"): ["tcp/443"],
    ("SSH (22)", "tcp"): ["tcp/22"],
    ("ssh 22", "tcp"): ["tcp/22"],
    ("syslog (514/udp)", ""): ["udp/514"],
    ("HTTP(S)", "tcp"): ["tcp/80", "tcp/443"],
    ("tcp (1858)", ""): ["tcp/1858"],
    ("TCP (80, 443)", ""): ["tcp/80", "tcp/443"],
    ("ms-sql-s (tcp)", ""): ["tcp/1433"],
    ("domain (udp)", ""): ["udp/53"],
    ("dns/tcp", ""): ["tcp/53"],
    ("tcp/80, 443", ""): ["tcp/80", "tcp/443"],
    ("TCP/UDP 53, 88", ""): ["tcp/53", "udp/53", "tcp/88", "udp/88"],
    ("{target-ports}", "tcp"): ["tcp/{target-ports}"],
    ("{checkout-services}", ""): ["{checkout-services}"],
}
DOUBTED = {
    ("443", ""): (["tcp/443"], "no protocol for 443: tcp was assumed"),
    ("443", "any"): (["tcp/443", "udp/443"], "any protocol for 443: tcp and udp were assumed"),
    ("domain", ""): (["udp/53"], "no protocol for `domain`: udp was assumed"),
    (">1023", "tcp"): (["tcp/1024-65535"], "`>1023` was taken for 1024-65535"),
    ("1024+", "tcp"): (["tcp/1024-65535"], "`1024+` was taken for 1024-65535"),
    ("tcp/443, udp/443; 22", ""): (["tcp/443", "udp/443", "udp/22"], "no protocol for 22: taken for udp, as before it"),
    ("80/tcp, 53/udp, 123", ""): (["tcp/80", "udp/53", "udp/123"], "no protocol for 123: taken for udp, as before it"),
    ("ntp", "tcp"): (["tcp/123"], "`ntp` commonly uses udp, and the row says tcp"),
}
REFUSED = {
    ("", ""): "no ports and no protocol",
    ("TBD", ""): "`TBD` says no port",
    ("", "tcp"): "tcp without ports: write `any` if all are meant",
    ("TCP", ""): "tcp without ports: write `any` if all are meant",
    ("0", "tcp"): "port 0 carries no service",
    ("99999", "tcp"): "`99999` is no port",
    ("445-443", "tcp"): "`445-443` runs backwards",
    ("29.120", "tcp"): "`29.120` is neither a port nor the name of a service",
    ("2026-01-09", "tcp"): "is a day, which spreadsheets make of runs of ports",
    ("443, foo", "tcp"): "`foo` is no service that is known: write its port",
    ("AD ports", "tcp"): "`ad ports` is no service that is known: write its port",
    ("443", "QUIC"): "`quic` is no protocol",
    ("tcp (web)", ""): "says no port",
    ("(web)", ""): "says no port",
    ("{Target Ports}", "tcp"): "is no parameter",
    ("{target ports}", "tcp"): "is no parameter",
}


def read(ports: str, protocol: str) -> Read:
    found = Read()
    protocols = read_protocols(protocol, found)
    if not found.errors:
        read_services(ports, protocols, found)
    return found


@pytest.mark.parametrize("cells", UNDERSTOOD, ids=repr)
def test_cells_that_are_understood(cells: tuple[str, str]) -> None:
    """Nothing has to be assumed."""
    found = read(*cells)
    assert (found.services, found.doubts, found.errors, found.remarks) == (UNDERSTOOD[cells], [], [], [])


@pytest.mark.parametrize("cells", DOUBTED, ids=repr)
def test_cells_that_leave_a_doubt(cells: tuple[str, str]) -> None:
    """What is assumed is said."""
    found = read(*cells)
    assert (found.services, found.doubts, found.errors) == (DOUBTED[cells][0], [DOUBTED[cells][1]], [])


@pytest.mark.parametrize(("cell", "remark"), [("443 (was 80)", "was 80"), ("443 TLS", "tls"), ("443 (see page 7)", "see page 7")])
def test_remarks_are_told(cell: str, remark: str) -> None:
    """What stands beside ports and is none is passed over, and said."""
    found = read(cell, "tcp")
    assert (found.services, found.remarks, found.errors) == (["tcp/443"], [remark], [])


@pytest.mark.parametrize("cells", REFUSED, ids=repr)
def test_cells_that_are_not_understood(cells: tuple[str, str]) -> None:
    """An error says which word it is."""
    assert any(REFUSED[cells] in error for error in read(*cells).errors)


@pytest.mark.parametrize("cell", ["tcp " * 2_500, "(" * 10_000, "tcp/" * 2_500, "443" + " " * 9_000 + "x", "1-" * 5_000])
def test_long_cells_take_no_time(cell: str) -> None:
    """A cell of ten thousand characters is read, or refused, at once."""
    import time

    before = time.process_time()
    read(cell, "")
    assert time.process_time() - before < 2


def test_names_lead_to_ports() -> None:
    """What people say leads to a registered name; every port is one."""
    assert set(SAID.values()) <= REGISTERED.keys()
    assert all(0 < service.port < 65536 for service in REGISTERED.values())
