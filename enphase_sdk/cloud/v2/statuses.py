"""What a status means: which error an answer becomes, with a text that says what to do.

This is the only module that knows v2's status meanings (409 is the rate limit here, 429 in v4).
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Any

from attrs import evolve

from enphase_sdk.cloud.bodies import decoded_json, kept_body, said
from enphase_sdk.core.effects import Reply
from enphase_sdk.core.json import is_object
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

__all__ = ["Meaning", "hidden_error", "meaning_of", "status_error"]

_TRANSIENT = frozenset({500, 502, 503, 504})
_QUOTA = frozenset({409, 429})

# What a refused quota says of itself; a 409 without any of it is about something else.
_QUOTA_FIELDS = ("period", "period_start", "period_end", "limit")
_QUOTA_WORDS = re.compile(r"(?i)\blimit|quota|too many|throttl")
LONGEST_PLAIN = 1_000

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


class Meaning(Enum):
    """What a status means for the call that got it."""

    SUCCESS = "success"
    QUOTA = "quota"
    TRANSIENT = "transient"
    FAILURE = "failure"


def meaning_of(reply: Reply) -> Meaning:
    """What to do about an answer."""
    if reply.status in (200, 204):
        return Meaning.SUCCESS
    if reply.status in _QUOTA:
        return Meaning.QUOTA if _is_of_the_quota(reply) else Meaning.TRANSIENT
    return Meaning.TRANSIENT if reply.status in _TRANSIENT else Meaning.FAILURE


def _is_of_the_quota(reply: Reply) -> bool:
    """Whether a refusal is the quota's; one without a word is taken to be."""
    if reply.status == 429:
        return True
    body = decoded_json(reply.content)
    if is_object(body):
        words = _words(body)
        return not words or _tells_of_the_quota(body, words)
    text = reply.content[:LONGEST_PLAIN].decode("latin-1").strip()
    # A web page, or JSON that is no object, says nothing of why.
    is_silent = body is not None or not text or text.startswith("<")
    return is_silent or _QUOTA_WORDS.search(text) is not None


def _tells_of_the_quota(body: dict[str, Any], words: list[str]) -> bool:
    named = any(body.get(name) is not None for name in _QUOTA_FIELDS)
    return named or any(_QUOTA_WORDS.search(text) for text in words)


def _words(body: dict[str, Any]) -> list[str]:
    """What an error body says for people; a `reason` is a status most times, and words at some."""
    reason = body.get("reason")
    has_words = isinstance(reason, str) and not reason.strip().isdigit()
    return [*messages_of(body), str(reason)] if has_words else messages_of(body)


def hidden_error(reply: Reply) -> Reply | None:
    """The error that an answer with status 200 is in truth, under the status it names."""
    body = decoded_json(reply.content)
    if not is_object(body) or not (messages_of(body) or "reason" in body or "errorCode" in body):
        return None
    try:
        status = int(body.get("reason", 0))
    except (TypeError, ValueError, OverflowError):
        status = 0
    if not 400 <= status <= 599:
        status = 409 if _tells_of_the_quota(body, _words(body)) else reply.status
    return evolve(reply, status=status)


def status_error(operation: str, reply: Reply, redactor: Redactor) -> APIStatusError:
    """The error an unsuccessful answer stands for."""
    body = kept_body(reply.content, redactor)
    status = reply.status
    kind = _ERRORS.get(status, ServerError if 500 <= status <= 599 else APIStatusError)
    if status == 409 and meaning_of(reply) is Meaning.TRANSIENT:
        kind = APIStatusError
    parts = [f"{operation}: status {status}", said(body), _advice(reply, redactor)]
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
