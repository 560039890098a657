"""What a reader sees as one character: Terraform counts and cuts strings in grapheme clusters."""

from __future__ import annotations

_ZERO_WIDTH_JOINER = "\u200d"


def clusters(text: str) -> list[str]:
    """The string in grapheme clusters; together they are the string."""
    if _is_simple(text):
        return list(text)
    found: list[str] = []
    for character in text:
        if found and _continues(found[-1], character):
            found[-1] += character
        else:
            found.append(character)
    return found


def cluster_count(text: str) -> int:
    """How many grapheme clusters the string has."""
    return len(text) if _is_simple(text) else len(clusters(text))


def _is_simple(text: str) -> bool:
    """Whether every character is a cluster: none below U+0300 joins another but a line end of two."""
    return (text.isascii() or max(text) < "\u0300") and "\r\n" not in text


def _continues(cluster: str, character: str) -> bool:
    """Whether the character belongs to the cluster before it (Unicode, annex 29, in its main rules)."""
    if cluster == "\r":
        return character == "\n"
    if _is_control(cluster[-1]) or _is_control(character):
        return False
    if _extends(character):
        return True
    if _is_flag(character):
        return _is_flag(cluster[-1]) and len(cluster) % 2 == 1
    if cluster[-1] == _ZERO_WIDTH_JOINER:
        return _is_pictograph(character) and _is_pictograph(cluster[0])
    return _hangul_joins(cluster[-1], character)


def _is_control(character: str) -> bool:
    from unicodedata import category

    return category(character) in ("Cc", "Zl", "Zp")


def _extends(character: str) -> bool:
    from unicodedata import category

    return (
        category(character) in ("Mn", "Me", "Mc")
        or character in ("\u200c", "\u200d")
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _is_pictograph(character: str) -> bool:
    return "\U0001f300" <= character <= "\U0001faff" or "\u2190" <= character <= "\u2bff"


def _hangul_joins(before: str, character: str) -> bool:
    if "\u1100" <= before <= "\u115f":
        return "\u1100" <= character <= "\u11a7" or "\uac00" <= character <= "\ud7a3"
    if "\uac00" <= before <= "\ud7a3" or "\u1160" <= before <= "\u11a7":
        with_final = "\uac00" <= before <= "\ud7a3" and (ord(before) - 0xAC00) % 28 != 0
        return "\u11a8" <= character <= "\u11ff" or ("\u1160" <= character <= "\u11a7" and not with_final)
    return "\u11a8" <= before <= "\u11ff" and "\u11a8" <= character <= "\u11ff"
