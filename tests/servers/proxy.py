"""A proxy before a server of AWS that does what networks and clouds do: it refuses, throttles, fails, cuts off, waits, pages."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode

KINDS = (
    "denied", "throttled", "error-500", "html-500", "html-200", "reset", "cut-off", "truncated", "no-list", "same-token",
    "bad-item", "bad-number", "echo", "drip",
)  # fmt: skip
HTML = b"<!doctype html>\n<html><title>Sign in</title><br></html>"
TOKENS = {
    "DescribeDBInstances": ("Marker", "Marker"),
    "DescribeDBClusters": ("Marker", "Marker"),
    "ListFunctions": ("Marker", "NextMarker"),
    "GetResources": ("PaginationToken", "PaginationToken"),
}
"""What calls name the token of the next page that do not name it NextToken, in the request and in the answer."""
_HOP = frozenset({"host", "content-length", "connection", "transfer-encoding", "accept-encoding", "date", "server"})


Answer = tuple[int, dict[str, str], bytes]
"""Status, headers and body."""


@dataclass(frozen=True)
class Fault:
    """What goes wrong (one of KINDS), at which operation (empty: any), from its first-th call on, and how many times (0: always)."""

    kind: str
    operation: str = ""
    first: int = 1
    times: int = 0

    def hits(self, operation: str, number: int) -> bool:
        """Whether it is the turn of this call of the operation, or of all operations where none is named."""
        due = self.first <= number and (not self.times or number < self.first + self.times)
        return due and self.operation in ("", operation)


@dataclass
class Proxy:
    """A running proxy. `delay` is in seconds, `page` the most items of a page, `rate` the calls a second that are let through.

    One that `remembers` asks a server that does not change each thing once.
    """

    upstream: str
    faults: Sequence[Fault] = ()
    delay: float = 0
    page: int = 0
    rate: float = 0
    remembers: bool = False
    url: str = ""
    calls: list[str] = field(default_factory=list)
    throttled: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _counted: Counter[str] = field(default_factory=Counter)
    _answers: dict[tuple[str, bytes], Answer] = field(default_factory=dict)
    _tokens: float = 0
    _filled: float = 0

    def fault(self, operation: str) -> str:
        """Count a call; the fault that it is to meet, if any."""
        with self._lock:
            self.calls.append(operation)
            self._counted[operation] += 1
            numbers = {operation: self._counted[operation], "": len(self.calls)}
            if self.rate and not self._take():
                self.throttled += 1
                return "throttled"
            due = (one.kind for one in self.faults if one.hits(operation, numbers[operation if one.operation else ""]))
            return next(due, "")

    def expect(self, *faults: Fault, page: int = 0) -> None:
        """Begin anew with other faults."""
        with self._lock:
            self.faults, self.page = faults, page
            self.calls.clear()
            self._counted.clear()

    def _take(self) -> bool:
        """Take a token from a bucket that holds as many as come in a second."""
        now = time.monotonic()
        self._tokens = min(self.rate, self._tokens + (now - self._filled) * self.rate)
        self._filled = now
        self._tokens -= (taken := self._tokens >= 1)
        return taken


@contextmanager
def proxy(upstream: str, *faults: Fault, **settings: Any) -> Iterator[Proxy]:
    """A proxy before a server, with these faults."""
    running = Proxy(upstream, faults, **settings)
    running._tokens, running._filled = running.rate, time.monotonic()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"proxy": running}))
    server.daemon_threads = True
    running.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    proxy: Proxy
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Lambda's one call."""
        self.do_POST()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        target = self.headers.get("X-Amz-Target", "") or ("" if body else "ListFunctions")
        form = {} if target else {name: values[0] for name, values in parse_qs(body.decode()).items()}
        operation = target.rpartition(".")[2] or form.get("Action", "")
        kind = self.proxy.fault(operation)
        time.sleep(self.proxy.delay)
        if kind in ("denied", "throttled", "error-500", "html-500", "html-200", "echo", "reset"):
            self._refuse(kind, operation, bool(target))
            return
        asked = json.loads(body or b"{}") if target else form
        paged = self.proxy.page if "MaxResults" in form or operation == "ListAccounts" else 0
        token_name, told_name = TOKENS.get(operation, ("NextToken", ""))
        offset = int(str(asked.pop(token_name, "page-0")).rpartition("-")[2]) if paged or kind == "same-token" else 0
        sent = json.dumps(asked).encode() if target else urlencode(asked).encode()
        status, headers, answer = self._upstream(sent if body else b"")
        if status == 200 and (paged or kind) and kind not in ("truncated", "cut-off"):
            answer = (_json if target or not body else _xml)(answer, offset, paged, kind, told_name)
        if kind == "truncated":
            answer = answer[: len(answer) * 2 // 3]
        if kind == "drip":
            self._drip(answer)
            return
        self._answer(status, headers, answer, len(answer) // 2 if kind == "cut-off" else None)

    def _drip(self, body: bytes) -> None:
        """Answer so slowly that it never ends, and so steadily that no socket times out."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            for place in range(len(body)):
                self.wfile.write(body[place : place + 1])
                time.sleep(0.1)
        except OSError:
            self.close_connection = True

    def _upstream(self, body: bytes) -> Answer:
        """What the server answers to this caller, in the region that the signature names."""
        if not self.proxy.remembers:
            return self._forward(body)
        asked = self.headers.get("Authorization", "").partition(",")[0], body
        if asked not in self.proxy._answers:
            self.proxy._answers[asked] = self._forward(body)
        return self.proxy._answers[asked]

    def _forward(self, body: bytes) -> Answer:
        kept = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
        request = urllib.request.Request(self.proxy.upstream + self.path, body or None, kept)
        try:
            with urllib.request.urlopen(request) as response:
                return response.status, dict(response.headers), response.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()

    def _refuse(self, kind: str, operation: str, is_json: bool) -> None:
        if kind == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
            return
        if kind.startswith("html"):
            self._answer(int(kind[-3:]), {"Content-Type": "text/html"}, HTML)
            return
        echo = f"{self.headers.get('Authorization')} {self.headers.get('X-Amz-Security-Token')}"
        status, code, message = {
            "denied": (403, "UnauthorizedOperation", f"You are not authorized to perform this operation: {operation}."),
            "throttled": (503, "RequestLimitExceeded", "Request limit exceeded."),
            "error-500": (500, "InternalError", "An internal error has occurred"),
            "echo": (403, "SignatureDoesNotMatch", f"The request was signed by {echo}"),
        }[kind]
        if is_json:
            self._answer(status, {"Content-Type": "application/x-amz-json-1.1"}, _dumped({"__type": code, "message": message}))
            return
        error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        form = f"<Response><Errors>{error}</Errors><RequestID>0</RequestID></Response>"
        if operation.startswith("AssumeRole") or operation in ("GetCallerIdentity", "DescribeDBInstances", "DescribeDBClusters"):
            form = f"<ErrorResponse>{error}<RequestId>0</RequestId></ErrorResponse>"
        self._answer(status, {"Content-Type": "text/xml"}, form.encode())

    def _answer(self, status: int, headers: dict[str, str], body: bytes, sent: int | None = None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in _HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:sent])
        if sent is not None:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _xml(body: bytes, offset: int, page: int, kind: str, token_name: str) -> bytes:
    """One page of an answer of EC2 (or RDS, which has a result within), or the answer with a fault in it."""
    answer = ET.fromstring(body)
    root = next((child for child in answer if child.tag.endswith("Result")), answer)
    space = root.tag.partition("}")[0].lstrip("{")
    if space != root.tag:
        ET.register_namespace("", space)
    tag = f"{{{space}}}" if space != root.tag else ""
    listed = next((child for child in root if child.find(f"{tag}item") is not None), None)
    if listed is None:
        listed = next(
            (child for child in root if child.tag.endswith(("Set", "Info", "Options", "DBInstances", "DBClusters"))), root
        )
    items = list(listed)
    if kind == "no-list" and listed is not root:
        root.remove(listed)
    if kind == "bad-item":
        listed.append(ET.Element(f"{tag}item"))
    if kind == "bad-number":
        for number in root.iter():
            if number.tag.endswith(("Port", "ruleNumber")):
                number.text = "many"
    for item in items[:offset] + (items[offset + page :] if page else []):
        listed.remove(item)
    if kind == "same-token" or (page and offset + page < len(items)):
        token = ET.SubElement(root, f"{tag}{token_name or 'nextToken'}")
        token.text = "page-0" if kind == "same-token" else f"page-{offset + page}"
    return ET.tostring(answer, encoding="utf-8", xml_declaration=True)


def _json(body: bytes, offset: int, page: int, kind: str, token_name: str) -> bytes:
    """One page of an answer of Organizations (or of a service that answers JSON), or the answer with a fault in it."""
    answer = json.loads(body)
    name, items = next(((name, value) for name, value in answer.items() if isinstance(value, list)), ("", []))
    if kind == "no-list":
        del answer[name]
    elif kind == "bad-item":
        items.append({"ResourceARN": "no ARN"} if name == "ResourceTagMappingList" else {})
    elif page or kind == "same-token":
        answer[name] = items[offset : offset + page] if page else items
        if kind == "same-token" or offset + page < len(items):
            answer[token_name or "NextToken"] = "page-0" if kind == "same-token" else f"page-{offset + page}"
    return _dumped(answer)


def _dumped(value: Any) -> bytes:
    return json.dumps(value).encode()
