"""Services as policy and site files write them."""

from __future__ import annotations

import pytest

from pamlint.model.services import ALL_PORTS, ANY_SERVICE, Service, format_service, parse_ports, parse_service

READ = [
    ("tcp/443", Service(((6, 6),), ((443, 443),))),
    ("tcp/1-9", Service(((6, 6),), ((1, 9),))),
    ("udp", Service(((17, 17),))),
    ("icmp", Service(((1, 1),), ALL_PORTS, "ipv4")),
    ("icmp/8", Service(((1, 1),), ((2048, 2303),), "ipv4")),
    ("icmp/8/0", Service(((1, 1),), ((2048, 2048),), "ipv4")),
    ("icmp/255/255", Service(((1, 1),), ((65535, 65535),), "ipv4")),
    ("icmpv6", Service(((58, 58),), ALL_PORTS, "ipv6")),
    ("icmpv6/128", Service(((58, 58),), ((32768, 33023),), "ipv6")),
    ("47", Service(((47, 47),))),
    ("0", Service(((0, 0),))),
    ("any", ANY_SERVICE),
]


@pytest.mark.parametrize(("text", "service"), READ)
def test_services_are_read_and_written_back(text: str, service: Service) -> None:
    """What is read is written in the same words."""
    assert parse_service(text) == service
    assert format_service(service) == text


def test_another_spelling_is_the_same_service() -> None:
    """A protocol's number is its name, and all ports are no ports at all."""
    assert parse_service("6") == parse_service("tcp") == parse_service("tcp/0-65535")
    assert parse_service("1") == parse_service("icmp")
    assert parse_service("58/1") == parse_service("icmpv6/1")


def test_several_ranges_are_joined() -> None:
    """A service of several ranges is written on one line."""
    assert format_service(Service(((6, 6), (17, 17)), ((22, 22), (80, 89)))) == "tcp,udp/22,80-89"
    assert format_service(Service(((50, 51),))) == "50-51"
    assert format_service(Service(((1, 1),), ((2048, 2048), (2050, 2060)))) == "icmp/8/0,8/2-8/12"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tcp:443", "write tcp/443, tcp/1-9, udp (all ports)"),
        ("TCP/443", "write tcp/443"),
        ("", "write tcp/443"),
        ("esp", "a protocol number"),
        ("443/tcp", "the protocol stands first, as in tcp/443"),
        ("22/udp", "the protocol stands first, as in udp/22"),
        ("443", "protocol 443 is not in 0 to 255; a port stands behind its protocol, as in tcp/443"),
        ("70000", "not in 0 to 255"),
        ("tcp/70000", "ports are numbers from 1 to 65535"),
        ("tcp/9-1", "write 1-9"),
        ("tcp/0", "port 0 carries no service"),
        ("tcp/1,2", "runs are written 1-9"),
        ("tcp/-1", "ports are numbers from 1 to 65535"),
        ("tcp/", "ports are numbers from 1 to 65535"),
        ("tcp/443/1", "as in tcp/443"),
        ("any/443", "or any"),
        ("47/8", "only tcp and udp take ports"),
        ("icmp/256", "type and code are numbers from 0 to 255"),
        ("icmp/8/0/1", "type and code are numbers from 0 to 255"),
        ("icmp/", "type and code are numbers from 0 to 255"),
        ("-1", "write tcp/443"),
        ("²", "write tcp/443"),
    ],
)
def test_a_wrong_service_says_what_is_allowed(text: str, says: str) -> None:
    """Every odd spelling is an error that shows the right one."""
    with pytest.raises(ValueError, match=r"\S") as caught:
        parse_service(text)
    assert says in str(caught.value)


def test_ports_are_numbers_or_runs() -> None:
    """A port may be a number or a text, a run is a text."""
    assert [parse_ports(value) for value in (443, "443", "1-9", "0-65535")] == [(443, 443), (443, 443), (1, 9), (0, 65535)]
