"""What people write into cells for ports and protocols, as services of a policy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pamlint.documents.imports.names import PROTOCOLS, known
from pamlint.model.noun import field, record
from pamlint.model.services import parse_service

DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-"))
EVERYTHING = frozenset(("any", "all", "*", "any port", "all ports", "any/any"))
NOTHING = frozenset(("", "-", "n/a", "na", "none", "tbd", "?", "dynamic"))
_PROTOCOL = "tcpudp|tcp|udp|icmpv[46]|icmp6|icmp|igmp|gre|esp|ah|ospf|vrrp|sctp|dccp"
_PROTOCOLS = rf"(?:{_PROTOCOL})(?:\s*[/+&,]\s*(?:{_PROTOCOL}))*"
_RANGE = r"\d{1,5}(?:\s*(?:-|\bto\b|\.\.)\s*\d{1,5})?"
_PARAMETER = re.compile(r"\{([a-z0-9][a-z0-9.-]*)\}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_GAP = re.compile(r"(?:[\s,;|&/]|\band\b|\bor\b)+")


def _token(behind: str) -> re.Pattern[str]:
    """One piece of a cell; `behind` is what may stand between a port and its protocol."""
    return re.compile(
        rf"""
        (?P<parameter>\{{[^{{}}]*\}})
        | (?P<icmp>icmp(?:v6|6)?)\s*(?:/|:|\btype\b)\s*(?P<types>\d{{1,3}}(?:/\d{{1,3}})?)
        | (?P<before>{_PROTOCOLS})\s*(?:/|:|-|\bports?\b)?\s*(?P<after_protocol>{_RANGE}|any\b|all\b|\*)(?![\w.+])
        | (?:>=?\s*(?P<above>\d{{1,5}})|(?P<from>\d{{1,5}})\s*(?:\+|and\s+(?:above|up|higher)\b))
        | (?P<ports>{_RANGE}|\*)(?:(?![\w.])|(?=tcp\b|udp\b))(?:{behind}(?P<after>{_PROTOCOLS})\)?(?!\w)(?!\s*:))?
        | (?P<alone>{_PROTOCOLS})(?![\w-])
        | (?P<word>[a-z][a-z0-9+_.-]*(?:\s+(?:server|browser|catalog|trap|ports?|ssl|over)\b)*)
          (?:\s*[/(]\s*(?P<of_word>{_PROTOCOLS})\)?(?![\w-])(?!\s*[/:]?\s*\d))?
        | (?P<remark>\([^()]*\))
        """,
        re.VERBOSE,
    )


_PROTOCOL_LAST = _token(r"\s*[/:]?\s*\(?")
_PROTOCOL_FIRST = _token(r"\s*(?:/\s*|\()")
"""In a cell that begins with a protocol, a word behind a port begins the next list, as in `TCP 443 8443 UDP 53`."""


@record
class Read:
    """The services of a row; `doubts` is what was assumed, `errors` what makes nothing of it, `remarks` what was passed over."""

    services: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def read_protocols(text: str, read: Read) -> tuple[str, ...]:
    """The protocols of a cell of its own: `TCP`, `tcp/udp`, `both`, `GRE`, `47`; `any` is (`any`,), empty is none."""
    found: list[str] = []
    cleaned = text.lower().translate(DASHES).strip()
    if cleaned in NOTHING:
        return ()
    if cleaned in EVERYTHING or cleaned in ("ip", "ipv4", "ipv6"):
        return ("any",)
    if cleaned in ("both", "tcpudp", "tcp-udp"):
        return ("tcp", "udp")
    for part in re.split(r"[\s,;/+&|\n]+|\band\b|\bor\b", cleaned):
        if part in PROTOCOLS:
            found.append(PROTOCOLS[part])
        elif part.isascii() and part.isdigit() and int(part) <= 255:
            found.append({"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}.get(part, part))
        elif part and (service := known(part)):
            read.doubts.append(f"`{part}` stands where a protocol belongs; it was taken for {service.protocols[0]}")
            found.append(service.protocols[0])
        elif part:
            read.errors.append(f"`{part}` is no protocol")
    return tuple(dict.fromkeys(found))


def read_services(text: str, protocols: Sequence[str], read: Read) -> None:
    """Adds what a cell of ports means; `protocols` are those of the protocol's own cell, and the cell's own word wins."""
    cleaned = " ".join(text.strip().replace("\n", ",").lower().translate(DASHES).replace("http(s)", "http/https").split())
    if cleaned in EVERYTHING or (cleaned in NOTHING and protocols):
        _everything(cleaned, protocols, read)
        return
    if cleaned in NOTHING:
        read.errors.append("no ports and no protocol" if not cleaned else f"`{text.strip()}` says no port")
        return
    if _DAY.match(cleaned):
        read.errors.append(f"`{cleaned}` is a day, which spreadsheets make of runs of ports: write the run as text")
    elif protocols and set(protocols) <= {"icmp", "icmpv6"} and cleaned[0].isdigit():
        for part in re.split(r"[\s,;]+", cleaned):
            for protocol in protocols:
                _add(f"{protocol}/{part}", read)
    else:
        _pieces(cleaned, protocols, read)
    read.services[:] = dict.fromkeys(read.services)


def _pieces(text: str, protocols: Sequence[str], read: Read) -> None:
    """Adds the pieces of a cell one by one; a port without a protocol has that of the piece before it.

    That is sure of a list, as in `TCP 80, 443`, and where there is but one protocol, and doubted behind `udp/53`.
    """
    carried: tuple[str, ...] = ()
    named: set[str] = set()
    is_list = False
    for token in _tokens(text, read):
        own = _own_protocols(token)
        named.update(own)
        if own:
            carried, is_list = own, bool(token["alone"] or (token["before"] and "/" not in token[0][len(token["before"]) :]))
        elif token["ports"] and not is_list and len(named) > 1:
            read.doubts.append(f"no protocol for {token['ports']}: taken for {' and '.join(carried)}, as before it")
        _one(token, own or carried or tuple(protocols), read)
    if not (read.services or read.errors):
        read.errors.append(f"`{text}` says no port")


def _everything(cleaned: str, protocols: Sequence[str], read: Read) -> None:
    """All ports of these protocols; an empty cell beside tcp or udp says nothing, and is not all."""
    if not protocols:
        read.services.append("any")
        return
    for protocol in protocols:
        if cleaned in NOTHING and protocol in ("tcp", "udp", "any"):
            read.errors.append(f"{protocol} without ports: write `any` if all are meant")
        else:
            read.services.append(protocol)


def _tokens(text: str, read: Read) -> Iterator[re.Match[str]]:
    """What the cell consists of, piece by piece; an error names the first piece that is none of the known."""
    pattern = _PROTOCOL_FIRST if re.match(_PROTOCOLS, text) else _PROTOCOL_LAST
    position, before = 0, None
    while position < len(text):
        gap = _GAP.match(text, position)
        if gap:
            position = gap.end()
            continue
        token = pattern.match(text, position)
        if token is None or token.end() == position:
            read.errors.append(f"`{text[position : position + 30]}` is neither a port nor the name of a service")
            return
        if (
            token["word"]
            and before
            and before["ports"]
            and not text[before.end() : position].strip()
            and not known(token["word"])
        ):
            read.remarks.append(token["word"])
        else:
            yield token
        position, before = token.end(), token


def _own_protocols(token: re.Match[str]) -> tuple[str, ...]:
    text = token["before"] or token["after"] or token["alone"] or token["of_word"] or ""
    text = text.replace("tcpudp", "tcp/udp")
    return tuple(PROTOCOLS[part] for part in re.split(r"\s*[/+&,]\s*", text) if part)


def _one(token: re.Match[str], protocols: tuple[str, ...], read: Read) -> None:
    if token["parameter"]:
        _parameter(token["parameter"], protocols, read)
    elif token["icmp"]:
        read.services.append(f"{PROTOCOLS[token['icmp']]}/{token['types']}")
    elif token["above"] or token["from"]:
        first = int(token["above"] or token["from"]) + (1 if token["above"] and "=" not in token[0] else 0)
        read.doubts.append(f"`{token[0]}` was taken for {first}-65535")
        _ports(f"{first}-65535", protocols, read)
    elif token["after_protocol"] or token["ports"]:
        _ports(token["after_protocol"] or token["ports"], protocols, read)
    elif token["alone"]:
        _alone(protocols, token, read)
    elif token["word"]:
        _named(token["word"].strip(), protocols, read)
    else:
        _remark(token["remark"].strip("() "), protocols, read)


def _remark(text: str, protocols: tuple[str, ...], read: Read) -> None:
    """What stands in brackets: the ports where there are none yet, as in `tcp (443)`; silent where it says them again."""
    again = Read()
    read_services(text, () if read.services else protocols, again)
    if not (read.services or again.errors):
        read.services += again.services
        read.doubts += again.doubts
        return
    ports = {each.rpartition("/")[2] for each in read.services}
    if again.errors or not {each.rpartition("/")[2] for each in again.services} <= ports:
        read.remarks.append(text)


def _parameter(text: str, protocols: tuple[str, ...], read: Read) -> None:
    if not _PARAMETER.fullmatch(text):
        read.errors.append(f"`{text}` is no parameter: {{name}} of lower-case words joined by hyphens")
        return
    ported = [protocol for protocol in protocols if protocol in ("tcp", "udp")]
    read.services += [f"{protocol}/{text}" for protocol in ported] or [text]


def _ports(text: str, protocols: tuple[str, ...], read: Read) -> None:
    if text in ("*", "any", "all"):
        read.services += protocols or ["any"]
        return
    run = re.sub(r"\s*(?:-|\bto\b|\.\.)\s*", "-", text)
    if not protocols:
        read.doubts.append(f"no protocol for {run}: tcp was assumed")
    for protocol in protocols or ("tcp",):
        if protocol == "any":
            read.doubts.append(f"any protocol for {run}: tcp and udp were assumed")
        for each in ("tcp", "udp") if protocol == "any" else (protocol,):
            _add(f"{each}/{run}", read)


def _add(service: str, read: Read) -> None:
    try:
        parse_service(service)
    except ValueError as error:
        read.errors.append(str(error))
        return
    read.services.append(service)


def _alone(protocols: tuple[str, ...], token: re.Match[str], read: Read) -> None:
    """A protocol without ports: `ICMP`, or a heading as in `TCP: 443, 8443`, which the ports behind it carry on."""
    rest = token.string[token.end() :].strip(" \t\r\n,;:")
    for protocol in protocols:
        if protocol in ("tcp", "udp"):
            if not rest:
                read.errors.append(f"{protocol} without ports: write `any` if all are meant")
        else:
            read.services.append(protocol)


def _named(word: str, protocols: tuple[str, ...], read: Read) -> None:
    if word in ("port", "ports"):
        return
    if word in ("ping", "echo"):
        read.services.append("icmp/8")
        return
    if word in EVERYTHING:
        _ports("any", protocols, read)
        return
    service = known(word)
    if service is None:
        read.errors.append(f"`{word}` is no service that is known: write its port")
        return
    wanted = [protocol for protocol in protocols if protocol in ("tcp", "udp")]
    strange = [protocol for protocol in wanted if protocol not in service.protocols]
    if strange:
        read.doubts.append(f"`{word}` commonly uses {' and '.join(service.protocols)}, and the row says {' and '.join(strange)}")
    read.services += [f"{protocol}/{service.port}" for protocol in wanted or service.protocols[:1]]
    if not wanted and len(service.protocols) > 1:
        read.doubts.append(f"no protocol for `{word}`: {service.protocols[0]} was assumed")
