"""A resource manager and token endpoint over TLS on loopback: pages, permissions, throttling, and faults at any call."""

from __future__ import annotations

import json
import secrets
import socket
import ssl
import struct
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Collection, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs, quote, urlsplit

import trustme

from pamlint.sources.azure import Access
from tests.servers.azure_estates import Item, Lists

TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT = "66666666-7777-8888-9999-000000000000"
ELSEWHERE = "https://management.evil.example"
FAULTS = (
    "missing-value",
    "value-is-no-list",
    "items-are-no-objects",
    "repeats",
    "leads-away",
    "leads-to-plain-http",
    "denied",
    "denied-with-echo",
    "throttled-for-ever",
    "error",
    "html",
    "html-error",
    "redirect",
    "not-json",
    "cut-json",
    "not-gzip",
    "odd-retry-after",
    "truncated",
    "reset",
)
"""What can be wrong with an answer, besides that it is `slow` or `drips`."""
HARMLESS = ("throttled-once", "error-once", "reset-once")
"""Faults that go by, if one asks again."""
SLOW = 3.0


class AzureServer:
    """Serves lists of items, by path; use it as a context manager.

    `page` is the most items that an answer holds, `actions` what the caller may do (everything, if None). `faults` says what is
    wrong with the answer to a call, by its method and target as `asked` has them. `rate` is how many calls go through in a second;
    those that do not are asked to `wait` for so many seconds.
    """

    def __init__(
        self, lists: Lists, *, page: int = 100, actions: Collection[str] | None = None, latency: float = 0.0, rate: float = 0.0
    ) -> None:
        self.lists = {path.lower(): items for path, items in lists.items()}
        self.page = page
        self.actions = None if actions is None else {action.lower() for action in actions}
        self.latency = latency
        self.wait: float = 1
        self.faults: dict[str, str] = {}
        self.asked: list[str] = []
        self.token = f"t-{secrets.token_hex(16)}"
        self.secret = f"s-{secrets.token_hex(16)}"
        self.bucket = Bucket(rate) if rate else None
        self.times: Counter[str] = Counter()
        self.used: set[str] = set()
        self.tenants: set[str] = set()
        self._directory = tempfile.TemporaryDirectory()
        self._authority = trustme.CA()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.azure = self

    def __enter__(self) -> Self:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
        self._authority.cert_pem.write_to_path(self.ca_bundle)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._directory.cleanup()

    @property
    def ca_bundle(self) -> Path:
        """The certificate to trust."""
        return Path(self._directory.name) / "ca.pem"

    @property
    def address(self) -> str:
        """Where the server answers."""
        return f"https://localhost:{self._server.server_address[1]}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which Azure's own tools are told of a service principal."""
        return {"AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": CLIENT, "AZURE_CLIENT_SECRET": self.secret}

    def access(self, **settings: Any) -> Access:
        """A way to this server, which waits for nothing long."""
        place = {"endpoint": self.address, "authority": self.address, "ca_bundle": str(self.ca_bundle)}
        hurry = {"connect_timeout": 5.0, "read_timeout": 5.0, "patience": 20.0, "backoff": 0.01}
        return Access(**{**place, **hurry, **settings})


class Bucket:
    """Lets so many calls a second through, after a first such handful."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._tokens = rate
        self._last = time.monotonic()
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Whether a call may go through now."""
        with self._lock:
            now = time.monotonic()
            self._tokens = min(self._rate, self._tokens + (now - self._last) * self._rate)
            self._last = now
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    azure: AzureServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    timeout = 30
    wbufsize = -1
    disable_nagle_algorithm = True
    wrong: ClassVar[Mapping[str, tuple[int, Item]]] = {
        "missing-value": (200, {}),
        "value-is-no-list": (200, {"value": None}),
        "items-are-no-objects": (200, {"value": ["nothing"]}),
        "error": (500, {"error": {"code": "InternalServerError", "message": "Something went\nwrong."}}),
    }

    def do_GET(self) -> None:
        """A list, or the metadata of the token endpoint."""
        if self.path.endswith("/.well-known/openid-configuration"):
            return self._metadata()
        return self._arm(b"")

    def do_POST(self) -> None:
        """A token, a question of Resource Graph's, or a list that is asked for with a body."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.endswith("/oauth2/v2.0/token"):
            return self._give_token(body)
        return self._arm(body)

    def log_message(self, *words: Any) -> None:
        """Nothing is logged."""

    def _metadata(self) -> None:
        base = f"{self.server.azure.address}{self.path.partition('/v2.0/')[0]}"
        self._answer(
            200,
            {
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "issuer": f"{base}/v2.0",
            },
        )

    def _give_token(self, body: bytes) -> None:
        given = parse_qs(body.decode())
        self.server.azure.tenants.add(self.path.split("/")[1])
        if given.get("client_secret") != [self.server.azure.secret]:
            return self._answer(401, {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret."})
        return self._answer(200, {"token_type": "Bearer", "expires_in": 3599, "access_token": self.server.azure.token})

    def _arm(self, body: bytes) -> None:
        azure = self.server.azure
        call = f"{self.command} {self.path}" + (f" {body.decode()}" if body else "")
        azure.asked.append(call)
        azure.times[call] += 1
        time.sleep(azure.latency)
        if self.headers.get("Authorization") != f"Bearer {azure.token}":
            return self._answer(401, _error("InvalidAuthenticationToken", "The access token is invalid."))
        if azure.bucket is not None and not azure.bucket.take():
            return self._throttled()
        fault = azure.faults.get(call)
        if fault in HARMLESS and azure.times[call] > 1:
            fault = None
        return self._serve(body) if fault is None else self._fail(fault, body)

    def _serve(self, body: bytes) -> None:
        azure = self.server.azure
        parts = urlsplit(self.path)
        path = parts.path.lower()
        action = _action(self.command, parts.path)
        azure.used.add(action)
        if azure.actions is not None and action.lower() not in azure.actions:
            if path == "/subscriptions":  # Azure filters this one
                return self._answer(200, {"value": []})
            return self._answer(403, _denied(action, parts.path))
        if path.endswith(".resourcegraph/resources"):
            return self._answer(200, self._inventory(json.loads(body)))
        items = azure.lists.get(path, [])
        if self.command == "POST":
            return self._answer(200, self._posted(items, json.loads(body or b"{}")))
        start = int(parse_qs(parts.query).get("$skiptoken", ["0"])[0])
        field = "values" if path.endswith("/servicetags") else "value"
        answer: Item = {field: items[start : start + azure.page]}
        if start + azure.page < len(items):
            answer["nextLink"] = self._link(start + azure.page)
        return self._answer(200, answer)

    def _inventory(self, question: Item) -> Item:
        """How many things each subscription holds, as Resource Graph counts them; one that holds none is not told."""
        lists = self.server.azure.lists
        counted = Counter({each: sum(len(lists[path]) for path in lists if each in path) for each in question["subscriptions"]})
        options = question["options"]
        start = int(options.get("$skipToken") or 0)
        found = [{"subscriptionId": each, "held": count} for each, count in sorted(counted.items()) if count]
        end = start + self.server.azure.page
        more = {"$skipToken": str(end)} if end < len(found) else {}
        return {"count": len(found), "data": found[start:end], "resultTruncated": "false", **more}

    def _link(self, start: int) -> str:
        parts = urlsplit(self.path)
        version = parse_qs(parts.query)["api-version"][0]
        return f"{self.server.azure.address}{parts.path}?api-version={version}&{quote('$skiptoken')}={start}"

    def _posted(self, items: list[Item], body: Item) -> Item:
        start = int(body.get("skipToken") or 0)
        end = start + self.server.azure.page
        return {"value": items[start:end], **({"skipToken": str(end)} if end < len(items) else {})}

    def _fail(self, fault: str, body: bytes) -> None:
        if fault in self.wrong:
            return self._answer(*self.wrong[fault])
        if fault == "repeats":
            return self._answer(200, {"value": [], "nextLink": self.server.azure.address + self.path, "skipToken": "again"})
        if fault.startswith("leads-"):
            place = ELSEWHERE if fault == "leads-away" else self.server.azure.address.replace("https", "http")
            return self._answer(200, {"value": [], "nextLink": place + self.path, "skipToken": 1})
        if fault == "unregistered":
            return self._answer(409, _error("MissingSubscriptionRegistration", "The subscription is not registered."))
        if fault.startswith("denied"):
            echo = f" You sent {self.headers['Authorization']}." if fault == "denied-with-echo" else ""
            return self._answer(403, _denied(_action(self.command, urlsplit(self.path).path), self.path, echo))
        if fault.startswith("throttled"):
            return self._throttled()
        if fault == "error-once":
            return self._answer(*self.wrong["error"])
        if fault == "redirect":
            return self._send(302, b"", {"Location": ELSEWHERE})
        return self._break(fault)

    def _break(self, fault: str) -> None:
        page = b'{"value": [{"id": "/subscriptions/'
        if fault == "html":
            return self._send(200, b"<html><body>Sign in</body></html>", {"Content-Type": "text/html"})
        if fault == "html-error":
            return self._send(502, b"<html><body>Bad gateway</body></html>", {"Content-Type": "text/html"})
        if fault == "not-gzip":
            return self._send(200, page, {"Content-Type": "application/json", "Content-Encoding": "gzip"})
        if fault == "odd-retry-after":
            return self._send(429, b"{}", {"Content-Type": "application/json", "Retry-After": "soon"})
        if fault in ("not-json", "cut-json"):
            return self._send(200, b"OK" if fault == "not-json" else page, {"Content-Type": "application/json"})
        if fault == "slow":
            time.sleep(SLOW)
            return self._answer(200, {"value": []})
        if fault == "drips":
            return self._drip(page)
        if fault == "truncated":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(page)
        else:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        return None

    def _drip(self, content: bytes) -> None:
        """Answer byte by byte for as long as anybody listens, so that no socket times out."""
        self.send_response(200)
        self.send_header("Content-Length", str(1000 * len(content)))
        self.end_headers()
        try:
            for byte in content * 1000:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(0.1)
        except OSError:
            self.close_connection = True

    def _throttled(self) -> None:
        error = json.dumps(_error("TooManyRequests", "The request was throttled.")).encode()
        self._send(429, error, {"Retry-After": str(self.server.azure.wait), "Content-Type": "application/json"})

    def _answer(self, status: int, answer: Item) -> None:
        self._send(status, json.dumps(answer).encode(), {"Content-Type": "application/json; charset=utf-8"})

    def _send(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _error(code: str, message: str) -> Item:
    return {"error": {"code": code, "message": message}}


def _denied(action: str, path: str, echo: str = "") -> Item:
    return _error(
        "AuthorizationFailed",
        f"The client '{CLIENT}' does not have authorization to perform action '{action}' over scope '{path}'.{echo}",
    )


def _action(method: str, path: str) -> str:
    """The permission that a call takes."""
    if path.lower() == "/subscriptions":
        return "Microsoft.Resources/subscriptions/read"
    provider, *parts = path.rpartition("/providers/")[2].split("/")
    kinds = [part for place, part in enumerate(parts) if place % 2 == 0]
    asks = method == "GET" or provider == "Microsoft.ResourceGraph"
    return "/".join([provider, *kinds, "read" if asks else "action"])
