"""Calls to AWS, page by page, and what is said of those that fail."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    HTTPClientError,
    NoCredentialsError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from pamlint.model.noun import noun
from pamlint.sources.patience import OverdueError

DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedAccess"})
THROTTLED = frozenset(
    {"RequestLimitExceeded", "Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException", "SlowDown"}
)
UNKNOWN_CREDENTIALS = frozenset(
    {"AuthFailure", "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "RequestExpired", "SignatureDoesNotMatch",
     "UnrecognizedClientException", "InvalidAccessKeyId", "InvalidIdentityToken"}
)  # fmt: skip
NOT_THERE = frozenset({"InvalidAction", "UnsupportedOperation", "UnknownOperationException"})
"""What an API answers that does not have a call yet."""
_TRIES = 2
_LONGEST = 300
_NEEDED = re.compile(r"not authorized to perform:? ([a-z0-9-]+:[A-Za-z]+)")
_ENCODED = re.compile(r"\s*Encoded authorization failure message:.*", re.DOTALL)


class MalformedError(Exception):
    """An answer that is not what the service's model says; the message says how."""


CAUGHT = (
    BotoCoreError,
    ClientError,
    ResponseParserError,
    MalformedError,
    OverdueError,
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
)
"""What a call or the reading of its answer may raise: a file of credentials is not there, botocore's own parser gives way."""


@noun
class Failure:
    """A call that failed: what the API said and what to do. `lasting` failures meet the next call as well.

    `permission` is the one that is missing, if that is what failed.
    """

    call: str
    words: str
    tip: str
    lasting: bool = False
    permission: str = ""


NEXT = ("NextToken", "NextToken")
"""What most calls name the token of the next page, in the request and in the answer."""


def pages(client: Any, operation: str, key: str, token_names: tuple[str, str] = NEXT, **arguments: Any) -> Iterator[list[Any]]:
    """The items of each page of an answer; a structure is a page of one.

    Raises MalformedError for an answer without its list, and for a token that comes again.
    """
    asked, told = token_names
    token = ""
    seen = {token}
    while True:
        answer = _answer(getattr(client, operation), {**arguments, **({asked: token} if token else {})})
        items = answer.get(key)
        if isinstance(items, dict):
            items = [items]
        if not isinstance(items, list):
            raise MalformedError(f"the answer holds no {key}")
        yield items
        token = answer.get(told) or ""
        if not token:
            return
        if token in seen:
            raise MalformedError("the token of the next page has come before, so the pages would never end")
        seen.add(token)


def _answer(call: Any, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a call; one that is no XML was cut off or is somebody else's, which botocore does not try again."""
    for _ in range(_TRIES - 1):
        with suppress(ResponseParserError):
            return dict(call(**arguments))
    return dict(call(**arguments))


def is_not_there(error: Exception) -> bool:
    """Whether an API says that it does not have the call."""
    return isinstance(error, ClientError) and error.response.get("Error", {}).get("Code") in NOT_THERE


def failure(permission: str, error: Exception) -> Failure:
    """What is said of a call that needs this permission (`ec2:DescribeVpcs`)."""
    call = permission.partition(":")[2]
    if isinstance(error, ClientError):
        return _refused(permission, call, error)
    if isinstance(error, NoCredentialsError):
        return Failure(call, "there are no credentials", "Give credentials, as the AWS command line takes them.", True)
    if isinstance(error, HTTPClientError | ConnectTimeoutError | ReadTimeoutError | OverdueError):
        return Failure(call, _short(str(error)), "Look after the network, the proxy and the endpoint, and run it again.", True)
    if isinstance(error, MalformedError):
        return Failure(call, str(error), _UNLIKE)
    if isinstance(error, ResponseParserError):
        return Failure(call, _short(str(error).partition(", invalid XML")[0]), _UNLIKE)
    if isinstance(error, BotoCoreError | OSError):
        return Failure(call, _short(str(error)), "Correct the configuration or the credentials, and run it again.", True)
    return Failure(call, f"the answer is not what the service's model says: {_short(repr(error))}", _UNLIKE)


_UNLIKE = "Run it again; if it comes again, look at what stands between: a proxy, or an endpoint that is not AWS."


def _refused(permission: str, call: str, error: ClientError) -> Failure:
    told = error.response.get("Error", {})
    code, message = str(told.get("Code", "")), _ENCODED.sub("", str(told.get("Message", "")))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    words = _short(f"{message} ({code})" if message else code or f"HTTP {status}")
    entering = error.operation_name.startswith("AssumeRole")
    if entering:
        permission, call = f"sts:{error.operation_name}", error.operation_name
    if code in DENIED or (status == 403 and code not in UNKNOWN_CREDENTIALS):
        needed = _NEEDED.search(message)
        permission = needed[1] if needed else permission
        return Failure(call, words, f"Allow `{permission}`.", entering, permission)
    if code in THROTTLED:
        return Failure(call, words, "Run it again with fewer jobs: the account's API quota is used up.", True)
    if code in UNKNOWN_CREDENTIALS:
        return Failure(call, words, "Renew the credentials; for a region that is not enabled, enable it or leave it out.", True)
    if status >= 500:
        return Failure(call, words, "AWS failed, not the request: run it again.", True)
    return Failure(call, words, f"See what the API says; the call needs `{permission}`.")


def _short(text: str) -> str:
    """The text on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."
