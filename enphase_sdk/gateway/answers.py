"""What a gateway's reply amounts to: a document, nothing there, a refusal, or a failure."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec
from attrs import frozen

from enphase_sdk.core.effects import Reply
from enphase_sdk.core.json import is_object
from enphase_sdk.errors import APIStatusError, AuthenticationError, NotFoundError, ServerError

__all__ = [
    "Absent",
    "Answer",
    "Document",
    "Failure",
    "Refused",
    "answer_of",
    "is_html",
    "status_error",
]

_PASSING = frozenset({408, 409, 425, 429})


@frozen
class Document:
    """A JSON object or list with something in it."""

    content: Any


@frozen
class Absent:
    """The gateway has no such thing. It says so with 404, an error object, nothing, or HTML."""

    reason: str


@frozen
class Refused:
    """401 or 403."""

    status: int


@frozen
class Failure:
    """It may be there, and no use can be made of this reply."""

    reason: str


Answer: TypeAlias = Document | Absent | Refused | Failure


def answer_of(reply: Reply) -> Answer:
    """Tell what a reply amounts to, by its status and body; content types are not to be trusted."""
    status = reply.status
    if status in (401, 403):
        return Refused(status)
    if 400 <= status < 500 and status not in _PASSING:
        return Absent(f"HTTP {status}")
    if not 200 <= status < 300:
        return Failure(f"HTTP {status}")
    if is_html(reply.content):
        return Absent("an HTML page")
    return _decoded(reply.content)


def is_html(content: bytes) -> bool:
    """Whether a body is a web page."""
    start = content[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html"))


def status_error(endpoint: str, status: int, advice: str) -> APIStatusError:
    """The error a status stands for; bodies stay out, for they might echo a credential."""
    kinds = {401: AuthenticationError, 403: AuthenticationError, 404: NotFoundError}
    kind = kinds.get(status, ServerError if 500 <= status < 600 else APIStatusError)
    message = f"{endpoint}: status {status} ({advice})"
    return kind(message, status_code=status, body=None, operation=endpoint)


def _decoded(content: bytes) -> Answer:
    try:
        value: Any = msgspec.json.decode(content)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return Failure("an empty body" if not content.strip() else "not JSON, or cut off")
    if not isinstance(value, dict | list):
        return Failure("JSON that is neither an object nor a list")
    if not value:
        return Absent("an empty answer")
    if is_object(value) and ("error" in value or "err" in value):
        return Absent("an error object")
    return Document(value)
