"""Classifies a gateway's reply: a document, an absent endpoint, a refusal, or a failure.

A 401 is judged by firmware:

- From 7 on every endpoint needs a token. Two 401s before any successful answer mean that the token
  is not accepted: `AuthenticationError`. A single one means that this token may not read that
  endpoint: a failure. (The sender renews an expired token, so its 401 is not seen here.)
- Before 7 some endpoints answer 401 although the login is correct; they count as absent. If all
  answers are refusals, and not only of such endpoints, the login is not accepted:
  `AuthenticationError`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, TypeAlias

from attrs import frozen

from enphase_sdk.core.effects import Reply
from enphase_sdk.core.json import is_object
from enphase_sdk.core.json_text import declared_charset, decode_json
from enphase_sdk.errors import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    NotFoundError,
    ServerError,
)

__all__ = [
    "LOGIN_ADVICE",
    "Absent",
    "Answer",
    "Contact",
    "Document",
    "Failure",
    "Refused",
    "answer_of",
    "is_web_page",
    "status_error",
]

LOGIN_ADVICE = (
    "the gateway does not accept the login: renew the token, or check user name and password"
)

_PASSING = frozenset({408, 409, 425, 429})
# The status that the web server sends while its services are still starting.
_STARTING = frozenset({502, 503, 504})
_REFUSALS_AT_FIRST = 2
# Each request to a hanging gateway takes the whole timeout, and more requests make it worse.
_SILENCES_AT_FIRST = 2
_SILENCES_LATER = 3

# Byte order marks, the zeros of UTF-16, and white space.
_BEFORE_ALL = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n\f\v"
_START = 4000
_PAGE_ELEMENT = re.compile(
    rb"<(?:!doctype\s+html|/?(?:html|head|body|title|meta|link|script|style|base|frameset|iframe"
    rb"|h[1-6]|p|div|span|center|pre|table|form|img|br|hr|ul|ol|font|main|section))\b"
)


@frozen
class Document:
    """A JSON object or list that is not empty."""

    content: Any


@frozen
class Absent:
    """The gateway lacks the endpoint: 404, an error object, an empty body, or a web page."""

    reason: str


@frozen
class Refused:
    """401 or 403."""

    status: int


@frozen
class Failure:
    """The endpoint may exist, but this reply cannot be used."""

    reason: str


Answer: TypeAlias = Document | Absent | Refused | Failure


def answer_of(reply: Reply) -> Answer:
    """Classify a reply by its status and body; gateways send wrong content types."""
    status = reply.status
    if status in (401, 403):
        return Refused(status)
    if 400 <= status < 500 and status not in _PASSING:
        return Absent(f"HTTP {status}")
    if not 200 <= status < 300:
        return Failure(f"HTTP {status}")
    if _stripped(reply.content).startswith(b"<"):
        # JSON never begins with "<"; a web page always does, with or without an <html> element.
        return Absent("a web page")
    return _decoded(reply.content, declared_charset(reply.headers.get("content-type")))


def is_web_page(content: bytes) -> bool:
    """Whether a body is a web page rather than XML, judged by its first element."""
    start = _stripped(content)
    while start.startswith((b"<?", b"<!--")):
        _, end, start = start.partition(b"-->" if start.startswith(b"<!--") else b">")
        if not end:
            return False
        start = start.lstrip(_BEFORE_ALL)
    return _PAGE_ELEMENT.match(start) is not None


def _stripped(content: bytes) -> bytes:
    return content[:_START].lstrip(_BEFORE_ALL).replace(b"\x00", b"").lower()


def status_error(endpoint: str, status: int, advice: str) -> APIStatusError:
    """The error for a status, without the body, which could repeat a credential."""
    kinds = {401: AuthenticationError, 403: AuthenticationError, 404: NotFoundError}
    kind = kinds.get(status, ServerError if 500 <= status < 600 else APIStatusError)
    message = f"{endpoint}: status {status} ({advice})"
    return kind(message, status_code=status, body=None, operation=endpoint)


def _decoded(content: bytes, charset: str | None) -> Answer:
    try:
        value = decode_json(content, charset)
    except (ValueError, RecursionError):
        return Failure("an empty body" if not content.strip() else "not JSON, or cut off")
    if not isinstance(value, dict | list):
        return Failure("JSON that is neither an object nor a list")
    if not value:
        return Absent("an empty answer")
    if is_object(value) and ("error" in value or "err" in value):
        return Absent("an error object")
    return Document(value)


class Contact:
    """The state of the communication in one reading: whether the gateway answers and accepts us.

    Args:
        tokens: Whether the gateway wants a token.
        refused_before: Endpoints that refuse a login which others accept.

    Attributes:
        is_starting: Whether an answer shows that the gateway's services have not started yet.
        failed_with: The endpoint and status of the last 5xx.
        refused: Endpoints that refused the request, with the status.
    """

    def __init__(self, *, tokens: bool, refused_before: Collection[str] = ()) -> None:
        self.is_starting = False
        self.failed_with: tuple[str, int] | None = None
        self.refused: dict[str, int] = {}
        self._tokens = tokens
        self._refused_before = frozenset(refused_before)
        self._silences = 0
        self._last_silence: APIConnectionError | None = None
        self._answered = False
        self._accepted = False

    @property
    def lost(self) -> bool:
        """Whether the gateway has stopped answering."""
        return self._silences >= _SILENCES_LATER

    def silent(self, error: APIConnectionError) -> Failure:
        """Note that no reply came. Raises `error` if no reply has come in this reading."""
        self._silences += 1
        self._last_silence = error
        if not self._answered and self._silences >= _SILENCES_AT_FIRST:
            raise error
        return Failure("no answer in time" if isinstance(error, APITimeoutError) else "no answer")

    def judged(self, endpoint: str, reply: Reply) -> Answer:
        """Classify a reply, considering those before it."""
        answer = answer_of(reply)
        self._silences, self._answered = 0, True
        self._accepted |= reply.status < 300 and isinstance(answer, Document | Failure)
        self.is_starting |= reply.status in _STARTING
        if 500 <= reply.status < 600:
            self.failed_with = (endpoint, reply.status)
        if not isinstance(answer, Refused):
            return answer
        self.refused[endpoint] = answer.status
        if not self._tokens:
            return Absent(f"refused with status {answer.status}")
        if not self._accepted and len(self.refused) >= _REFUSALS_AT_FIRST:
            raise status_error(endpoint, answer.status, LOGIN_ADVICE)
        return Failure(f"refused with status {answer.status}: this token may not read it")

    def conclude(self) -> None:
        """Raise if all requests were unanswered or refused."""
        if self._last_silence and not self._answered:
            raise self._last_silence
        for endpoint, status in self.refused.items():
            if endpoint not in self._refused_before and not self._accepted:
                raise status_error(endpoint, status, LOGIN_ADVICE)
