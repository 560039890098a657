"""Protocol names and numbers as AWS spells them. Source: IANA Assigned Internet Protocol Numbers."""

from __future__ import annotations

NUMBERS = {
    "icmp": 1, "igmp": 2, "ipv4": 4, "ip-in-ip": 4, "tcp": 6, "egp": 8, "udp": 17, "dccp": 33, "ipv6": 41, "rsvp": 46,
    "gre": 47, "esp": 50, "ah": 51, "icmpv6": 58, "ipv6-icmp": 58, "eigrp": 88, "ospf": 89, "pim": 103, "vrrp": 112,
    "l2tp": 115, "sctp": 132, "udplite": 136,
}  # fmt: skip

ALL = -1


def protocol_number(spelling: str) -> int:
    """The number of a protocol in any of its spellings, ALL for all of them. Raises ValueError for one that is unknown."""
    word = spelling.strip().lower()
    if word in ("-1", "all", "any", "*"):
        return ALL
    if word in NUMBERS:
        return NUMBERS[word]
    if word.isdigit() and int(word) <= 255:
        return int(word)
    raise ValueError(f"{spelling!r} is no protocol: tcp, udp, icmp, icmpv6, -1 or a number from 0 to 255")
