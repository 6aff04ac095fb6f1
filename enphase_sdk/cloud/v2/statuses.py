"""What a status means: which error an answer becomes, with a text that says what to do.

This is the only module that knows v2's status meanings (409 is the rate limit here, 429 in v4).
"""

from __future__ import annotations

from typing import Any

from attrs import evolve

from enphase_sdk.cloud.api import Call, Meaning
from enphase_sdk.cloud.bodies import QUOTA_WORDS, decoded_json, kept_body, said, tells_of_the_quota
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

__all__ = ["error_of", "hidden_error", "meaning_of"]

_TRANSIENT = frozenset({500, 502, 503, 504})
_QUOTA = frozenset({409, 429})

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
        return not words or tells_of_the_quota(body, words)
    text = reply.content[:LONGEST_PLAIN].decode("latin-1").strip()
    # A web page, or JSON that is no object, says nothing of why.
    is_silent = body is not None or not text or text.startswith("<")
    return is_silent or QUOTA_WORDS.search(text) is not None


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
        status = 409 if tells_of_the_quota(body, _words(body)) else reply.status
    return evolve(reply, status=status)


def error_of(call: Call[Any], reply: Reply, redactor: Redactor) -> APIStatusError:
    """The error an unsuccessful answer stands for."""
    operation = call.operation
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
