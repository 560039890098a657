"""Traffic in words, and names that cannot do harm."""

from __future__ import annotations

import pytest

from pamlint.model.finding import Direction, Row, Witness
from pamlint.report.escaping import visible
from pamlint.report.wording import names, packet, sentence, service

ANY = ("any",)
TEN = ("10.0.0.0/8",)


@pytest.mark.parametrize(
    ("protocol", "ports", "icmp", "told"),
    [
        ("tcp", "443", None, "tcp/443"),
        ("udp", "1-21,23-65535", None, "udp/1-21,23-65535"),
        ("tcp", None, None, "tcp (all ports)"),
        ("icmp", None, "8/0,3/4", "icmp/8/0,3/4"),
        ("icmpv6", None, None, "icmpv6 (all types)"),
        ("any", None, None, "any protocol"),
        ("47", None, None, "protocol 47"),
        ("0-5,47", None, None, "protocol 0-5,47"),
        ("6,17", "3389", None, "protocol 6,17 ports 3389"),
    ],
)
def test_a_service_in_words(protocol: str, ports: str | None, icmp: str | None, told: str) -> None:
    """What is null in a row is said: all ports, all types, or nothing where the protocol has none."""
    assert service(protocol, ports, icmp) == told


@pytest.mark.parametrize(
    ("row", "direction", "told"),
    [
        (Row("tcp", "22", None, TEN, ANY, None), "ingress", "tcp/22 from 10.0.0.0/8"),
        (Row("tcp", "22", None, TEN, ANY, None), "egress", "tcp/22 to 10.0.0.0/8"),
        (Row("tcp", "22", None, TEN, ("10.1.0.0/24",), None), "ingress", "tcp/22 from 10.0.0.0/8 to 10.1.0.0/24"),
        (Row("tcp", "22", None, TEN, ("10.1.0.0/24",), None), "egress", "tcp/22 to 10.0.0.0/8 from 10.1.0.0/24"),
        (Row("tcp", "22", None, ANY, ANY, "1-1023"), "ingress", "tcp/22 from any, source ports 1-1023"),
        (
            Row("tcp", "22", None, TEN, ANY, None, (Row("tcp", "22", None, ("10.1.0.0/16",), ANY, None),)),
            "ingress",
            "tcp/22 from 10.0.0.0/8, except from 10.1.0.0/16",
        ),
        (
            Row(
                "any",
                None,
                None,
                TEN,
                ANY,
                None,
                (Row("tcp", "22", None, TEN, ("10.1.0.0/16",), "53"), Row("47", None, None, TEN, ANY, None)),
            ),
            "ingress",
            "any protocol from 10.0.0.0/8, except tcp/22 to 10.1.0.0/16 source ports 53; protocol 47",
        ),
    ],
)
def test_a_row_in_words(row: Row, direction: Direction, told: str) -> None:
    """Far side, near side and source ports as far as they say something; an exception says only what differs."""
    assert sentence(row, direction) == told


@pytest.mark.parametrize(
    ("witness", "told"),
    [
        (Witness("tcp", "10.0.0.1", 1024, "10.1.0.1", 22, None), "tcp 10.0.0.1:1024 -> 10.1.0.1:22"),
        (Witness("udp", "2001:db8::1", 1024, "2001:db8::2", 53, None), "udp [2001:db8::1]:1024 -> [2001:db8::2]:53"),
        (Witness("icmp", "10.0.0.1", None, "sg-1", None, "8/0"), "icmp/8/0 10.0.0.1 -> sg-1"),
        (Witness("22", "10.0.0.1", None, "sg-1", None, None), "protocol 22 10.0.0.1 -> sg-1"),
    ],
)
def test_a_packet_in_words(witness: Witness, told: str) -> None:
    """Ports stand behind their addresses where the protocol has any."""
    assert packet(witness) == told


def test_a_long_list_is_counted() -> None:
    """Four are named, the rest is a number."""
    assert names(["a", "b", "c", "d"]) == "a, b, c, d"
    assert names(["a", "b", "c", "d", "e", "f"]) == "a, b, c, d and 2 more"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zürich 東京 🔥", "Zürich 東京 🔥"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b2J\u00ad", "\\x9b2J\\xad"),
        ("\u202egnp.exe\u2066", "\\u202egnp.exe\\u2066"),
        ("\udcff\ue000\U000e0041", "\\udcff\\ue000\\U000e0041"),
        ("line\u2028para\u2029", "line\\u2028para\\u2029"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    """Letters of every script stay; what a reader cannot see, or a terminal obeys, is an escape."""
    assert visible(text) == shown
