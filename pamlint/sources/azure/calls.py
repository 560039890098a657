"""Questions to Azure's resource manager, and only whole answers: what is cut short, malformed or elsewhere is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pamlint.model.errors import UserError
from pamlint.sources.azure.access import Access, connect
from pamlint.sources.patience import OverdueError, within

if TYPE_CHECKING:
    from azure.core.rest import HttpResponse
    from azure.mgmt.network import NetworkManagementClient

MOST_PAGES = 10_000
LONGEST_TELLING = 400
METHODS = ("GET", "POST")
"""What may be asked again; each POST of pamlint's is a question."""
DENIED = frozenset({401, 403})
UNREGISTERED = frozenset({"MissingSubscriptionRegistration", "SubscriptionNotRegistered"})
"""A subscription that has never used a service holds nothing of it."""
_BEARER = re.compile(r"Bearer\s+\S+|eyJ[\w-]+\.[\w-]+\.[\w-]*", re.IGNORECASE)

Item = Mapping[str, Any]


_NOBODY = "failed to retrieve a token from the included credentials"
_REFUSED = "Authentication failed"
_NO_CREDENTIALS = (
    "there are no Azure credentials: sign in with `az login`, or set the AZURE_ variables of a service principal"
    " (https://aka.ms/azsdk/python/identity/defaultazurecredential/troubleshoot)"
)
"""What is said where a chain of credentials has none that could even be tried."""


class RefusalError(Exception):
    """A question without an answer that can be used, in Azure's own words where there are any.

    `denied` says that a permission is missing.
    """

    def __init__(self, message: str, *, denied: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.denied = denied


class Calls:
    """Asks the resource manager; from many threads, if need be."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._lock = Lock()

    def listed(self, path: str, version: str, *, field: str = "value") -> Iterator[Sequence[Item]]:
        """A list page by page; raises RefusalError where an answer is no page of it, or leads back or away."""
        seen: set[str] = set()
        url: str | None = f"{self._access.resource_manager}{path}?api-version={version}"
        while url is not None:
            seen.add(url)
            answer = self._ask("GET", url)
            if answer is None:
                return
            yield _items(answer, path, field)
            url = self._next(answer, path, seen)

    def asked(
        self, path: str, version: str, body: Item, *, field: str = "value", token: str = "skipToken"
    ) -> Iterator[Sequence[Item]]:
        """The same for what is asked with a body: the next page is asked for with the token of the last one."""
        seen: set[str] = set()
        url = f"{self._access.resource_manager}{path}?api-version={version}"
        while True:
            answer = self._ask("POST", url, body)
            if answer is None:
                return
            yield _items(answer, path, field)
            following = answer.get(token)
            if not following:
                return
            if not isinstance(following, str) or following in seen or len(seen) >= MOST_PAGES:
                raise RefusalError(f"{path} goes on for ever: its {token} repeats")
            seen.add(following)
            body = _with_token(body, token, following)

    @cached_property
    def _client(self) -> NetworkManagementClient:
        return connect(self._access)

    def _ask(self, method: str, url: str, body: Item | None = None) -> Item | None:
        """The answer's object; None where the subscription has never used the service. UserError where nobody is signed in."""
        from azure.core.exceptions import AzureError
        from azure.core.rest import HttpRequest

        path = urlsplit(url).path
        with self._lock:
            client = self._client
        try:
            request = HttpRequest(method, url, json=body)
            response = within(self._access.longest, client.send_request, request, retry_on_methods=METHODS)
        except OverdueError as error:
            raise RefusalError(f"{method} {path} failed: {error}") from None
        except AzureError as error:
            if _NOBODY in str(error.message) and _REFUSED not in str(error.message):
                raise UserError(_NO_CREDENTIALS) from None
            raise RefusalError(f"{method} {path} failed: {told(str(error.message))}", denied=False) from None
        if response.status_code != 200:
            code, message = _error(response)
            if response.status_code == 409 and code in UNREGISTERED:
                return None
            words = f"{method} {path} was answered {response.status_code} {code}: {message}"
            raise RefusalError(words.replace(_token(response), "***"), denied=response.status_code in DENIED)
        return _object(response, f"{method} {path}")

    def _next(self, answer: Item, path: str, seen: set[str]) -> str | None:
        link = answer.get("nextLink")
        if link is None or link == "":
            return None
        if not isinstance(link, str) or _origin(link) != _origin(self._access.resource_manager):
            raise RefusalError(
                f"the next page of {path} is said to be elsewhere, where no token is sent: {told(str(link).partition('?')[0])}"
            )
        if link in seen:
            raise RefusalError(f"{path} goes on for ever: its nextLink repeats")
        if len(seen) >= MOST_PAGES:
            raise RefusalError(f"{path} has more than {MOST_PAGES} pages")
        return link


def told(words: str) -> str:
    """Words of others on one line, not too long, and without a token."""
    plain = _BEARER.sub("***", " ".join(words.split()))
    return plain if len(plain) <= LONGEST_TELLING else f"{plain[:LONGEST_TELLING]} ..."


def _origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port; the port that goes without saying is the same as none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ("", None, None)
    return parts.scheme.lower(), parts.hostname, 443 if port is None else port


def _object(response: HttpResponse, asked: str) -> Item:
    try:
        answer = json.loads(response.content)
    except (ValueError, RecursionError):
        kind = str(response.headers.get("content-type", "")).partition(";")[0] or "nothing that says what it is"
        raise RefusalError(f"{asked} was answered with what is no JSON ({told(kind)}, {len(response.content)} bytes)") from None
    if not isinstance(answer, dict):
        raise RefusalError(f"{asked} was answered with JSON that is no object")
    return answer


def _items(answer: Item, path: str, field: str) -> Sequence[Item]:
    """The items of a page. A page without any list is no empty page."""
    found = answer.get(field)
    if not isinstance(found, list):
        raise RefusalError(f"{path} was answered without a list `{field}`: an empty answer is not taken for an empty list")
    if not all(isinstance(item, dict) for item in found):
        raise RefusalError(f"{path} was answered with a list `{field}` that holds other things than objects")
    return found


def _error(response: HttpResponse) -> tuple[str, str]:
    """The code and the words of an answer that is an error; what it says of itself where it has neither."""
    try:
        answer = json.loads(response.content)
    except (ValueError, RecursionError):
        answer = None
    error = answer.get("error", answer) if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        kind = str(response.headers.get("content-type", "")).partition(";")[0] or "nothing"
        return str(response.reason or ""), f"no words of Azure's, but {told(kind)}"
    return told(str(error.get("code", response.reason))), told(str(error.get("message", "")))


def _token(response: HttpResponse) -> str:
    """The token that was sent, in case that the answer repeats it."""
    return str(response.request.headers.get("Authorization", "")).partition(" ")[2] or "\0"


def _with_token(body: Item, token: str, following: str) -> Item:
    """The question for the next page. Resource Graph takes its token among the options."""
    if token.startswith("$"):
        return {**body, "options": {**body.get("options", {}), token: following}}
    return {**body, token: following}
