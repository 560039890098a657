"""Digests, of strings and of files."""

from __future__ import annotations

from collections.abc import Callable

from pamlint.terraform.functions.signature import Surroundings
from pamlint.terraform.values import EvaluationError, UnknownValue, Value


def _digest(algorithm: str, data: bytes, base64: bool) -> str:
    import hashlib

    made = hashlib.new(algorithm, data, usedforsecurity=False)
    if not base64:
        return made.hexdigest()
    from base64 import b64encode

    return b64encode(made.digest()).decode()


def of_text(algorithm: str, *, base64: bool = False) -> Callable[[str], Value]:
    """A function of a string: its digest in hexadecimal or base64."""
    return lambda text: _digest(algorithm, text.encode("utf-8", "surrogatepass"), base64)


def of_file(algorithm: str, *, base64: bool = False) -> Callable[[Surroundings, str], Value]:
    """A function of a path: the digest of the file in hexadecimal or base64."""

    def digest(surroundings: Surroundings, path: str) -> Value:
        data = surroundings.read(path)
        return data if isinstance(data, UnknownValue) else _digest(algorithm, data, base64)

    return digest


def uuid5(namespace: str, name: str) -> Value:
    """uuidv5"""
    import uuid

    known = {"dns": uuid.NAMESPACE_DNS, "url": uuid.NAMESPACE_URL, "oid": uuid.NAMESPACE_OID, "x500": uuid.NAMESPACE_X500}
    try:
        return str(uuid.uuid5(known[namespace] if namespace in known else uuid.UUID(namespace), name))
    except ValueError:
        raise EvaluationError(f'"{namespace[:100]}" is no namespace: dns, url, oid, x500 or a UUID is needed') from None
