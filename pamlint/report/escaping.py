"""Names from outside, made harmless for a terminal, a log and a reader's eye."""

from __future__ import annotations

import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that a reader cannot see and a terminal may obey: controls, direction marks, lone surrogates."""


def visible(text: str) -> str:
    """The text on one line, with every character that does not show itself written as an escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(char) for char in text)


_FORMULA = frozenset("=+-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}")
"""What makes a spreadsheet take a cell for a formula or a command; tabs and line ends are escapes by then."""


def safe_cell(text: str) -> str:
    """The text as a spreadsheet's cell: visible, and never a formula, whatever white space stands before it.

    An apostrophe in front makes a spreadsheet take it as it is.
    """
    shown = visible(text)
    return f"'{shown}" if shown.lstrip()[:1] in _FORMULA else shown


def in_markdown(text: str) -> str:
    """The text as words that mean nothing to Markdown or HTML."""
    escaped = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "&#64;")
    return "".join(f"\\{char}" if char in "\\`*_{}[]()#+!|~$" else char for char in escaped)


def _escaped(char: str) -> str:
    if unicodedata.category(char) not in _UNSEEN:
        return char
    code = ord(char)
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char)
    return short or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
