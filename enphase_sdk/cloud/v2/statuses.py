"""What a status means: which error an answer becomes, with a text that says what to do.

This is the only module that knows v2's status meanings (409 is the rate limit here, 429 in v4).
"""

from __future__ import annotations

from typing import Any

import msgspec

from enphase_sdk.core.effects import Reply
from enphase_sdk.core.json import is_array, is_object
from enphase_sdk.core.redact import Redactor
from enphase_sdk.errors import (
    APIStatusError,
    AuthenticationError,
    NotFoundError,
    RateLimitError,
    ServerError,
    UnprocessableEntityError,
    messages_of,
)

__all__ = ["RATE_LIMIT_STATUSES", "status_error"]

RATE_LIMIT_STATUSES = frozenset({409, 429})

_ERRORS: dict[int, type[APIStatusError]] = {
    401: AuthenticationError,
    403: AuthenticationError,
    404: NotFoundError,
    409: RateLimitError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}

_ADVICE = {
    401: "check the API key and user id, and that the plan and the owner's permission include this",
    403: "check the API key and user id, and that the plan and the owner's permission include this",
    404: "check the id or serial number",
    422: "check the arguments against the message",
}

LONGEST_TEXT = 500


def status_error(operation: str, reply: Reply, redactor: Redactor) -> APIStatusError:
    """The error an unsuccessful answer stands for."""
    body = _body(reply.content, redactor)
    status = reply.status
    kind = _ERRORS.get(status, ServerError if 500 <= status <= 599 else APIStatusError)
    said = "; ".join(messages_of(body)) or _described(body)
    parts = [f"{operation}: status {status}", said, _advice(reply, redactor)]
    return kind(
        ": ".join(parts[:2]) + (f" ({parts[2]})" if parts[2] else ""),
        status_code=status,
        body=body,
        operation=operation,
    )


def _advice(reply: Reply, redactor: Redactor) -> str:
    if 300 <= reply.status <= 399:
        target = redactor.text(reply.headers.get("location", "nowhere"))
        return (
            f"redirected to {target.split('?')[0]}; redirects are not followed, so that the key "
            "goes to no other address: check base_url"
        )
    return _ADVICE.get(reply.status, "")


def _body(content: bytes, redactor: Redactor) -> Any:
    try:
        return redactor.value(msgspec.json.decode(content))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # Cut last, because half a secret would not be recognized.
        return redactor.text(_decoded(content))[:LONGEST_TEXT]


def _decoded(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        # Latin-1 gives every byte some character, so nothing of a legacy page is lost.
        return content.decode("latin-1")


def _described(body: Any) -> str:
    if isinstance(body, str):
        start = body.lstrip()
        if not start:
            return "no body"
        return "an HTML page" if start.startswith("<") else " ".join(start.split())[:200]
    if is_object(body) and isinstance(body.get("reason"), (str, int)):
        return str(body["reason"])
    return "a list" if is_array(body) else "no message"
