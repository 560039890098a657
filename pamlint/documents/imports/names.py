"""Names of services, as tables of ports use them.

Sources: the IANA Service Name and Transport Protocol Port Number Registry, and, marked as such, what people say instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Known(NamedTuple):
    """A service's port, and the protocols that it is known to use, the usual one first."""

    port: int
    protocols: tuple[str, ...] = ("tcp",)


BOTH, UDP = ("tcp", "udp"), ("udp",)

REGISTERED: Mapping[str, Known] = {
    "ftp-data": Known(20), "ftp": Known(21), "ssh": Known(22), "telnet": Known(23), "smtp": Known(25), "tacacs": Known(49),
    "domain": Known(53, ("udp", "tcp")), "bootps": Known(67, UDP), "bootpc": Known(68, UDP), "tftp": Known(69, UDP),
    "http": Known(80), "kerberos": Known(88, BOTH), "pop3": Known(110), "sunrpc": Known(111, BOTH), "ntp": Known(123, UDP),
    "epmap": Known(135), "netbios-ns": Known(137, UDP), "netbios-dgm": Known(138, UDP), "netbios-ssn": Known(139),
    "imap": Known(143), "snmp": Known(161, UDP), "snmptrap": Known(162, UDP), "ldap": Known(389), "https": Known(443),
    "microsoft-ds": Known(445), "kpasswd": Known(464, BOTH), "submissions": Known(465), "isakmp": Known(500, UDP),
    "shell": Known(514), "syslog": Known(514, UDP), "printer": Known(515), "submission": Known(587), "ldaps": Known(636),
    "ftps": Known(990), "imaps": Known(993), "pop3s": Known(995), "ms-sql-s": Known(1433), "ms-sql-m": Known(1434, UDP),
    "ncube-lm": Known(1521), "radius": Known(1812, UDP), "radius-acct": Known(1813, UDP), "nfs": Known(2049),
    "docker": Known(2375), "docker-s": Known(2376), "msft-gc": Known(3268), "msft-gc-ssl": Known(3269), "mysql": Known(3306),
    "ms-wbt-server": Known(3389), "ipsec-nat-t": Known(4500, UDP), "postgresql": Known(5432), "amqps": Known(5671),
    "amqp": Known(5672), "rfb": Known(5900), "wsman": Known(5985), "wsmans": Known(5986), "syslog-tls": Known(6514),
    "redis": Known(6379), "http-alt": Known(8080), "pcsync-https": Known(8443),
}  # fmt: skip
"""By IANA's names. Source: https://www.iana.org/assignments/service-names-port-numbers (RFC 6335)."""

SAID: Mapping[str, str] = {
    "dns": "domain", "dhcp": "bootps", "kerberos-sec": "kerberos", "rpc": "epmap", "msrpc": "epmap", "smb": "microsoft-ds",
    "cifs": "microsoft-ds", "mssql": "ms-sql-s", "sql server": "ms-sql-s", "sql browser": "ms-sql-m", "rdp": "ms-wbt-server",
    "postgres": "postgresql", "vnc": "rfb", "winrm": "wsman", "winrm-http": "wsman", "winrm-https": "wsmans",
    "oracle": "ncube-lm",
    "global catalog": "msft-gc", "sftp": "ssh", "scp": "ssh", "snmp trap": "snmptrap", "ike": "isakmp", "nat-t": "ipsec-nat-t",
    "portmapper": "sunrpc", "smtps": "submissions", "tacacs+": "tacacs", "ldap ssl": "ldaps", "ldap over ssl": "ldaps",
}  # fmt: skip
"""What people say, by the registered name that they mean."""

PROTOCOLS: Mapping[str, str] = {
    "tcp": "tcp", "udp": "udp", "icmp": "icmp", "icmpv4": "icmp", "icmpv6": "icmpv6", "icmp6": "icmpv6", "igmp": "2", "gre": "47",
    "esp": "50", "ah": "51", "ospf": "89", "vrrp": "112", "sctp": "132", "dccp": "33",
}  # fmt: skip
"""By what tables write, as a policy writes it. Source: the IANA protocol numbers."""


def known(name: str) -> Known | None:
    """The service of that name, in any case, registered or said."""
    text = " ".join(name.lower().replace("_", "-").split())
    return REGISTERED.get(SAID.get(text, text))
