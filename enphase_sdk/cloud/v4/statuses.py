"""What a status means in API v4, and which error an answer becomes; seven shapes of bodies."""

from __future__ import annotations

import re
from typing import Any

from enphase_sdk.cloud.api import Call, Meaning
from enphase_sdk.cloud.bodies import decoded_json, kept_body, said, tells_of_the_quota
from enphase_sdk.core.effects import Reply
from enphase_sdk.core.json import is_array, is_object
from enphase_sdk.core.redact import Redactor
from enphase_sdk.errors import (
    APIStatusError,
    AuthenticationError,
    EnphaseError,
    NotAvailableError,
    NotFoundError,
    RateLimitError,
    ServerError,
    UnprocessableEntityError,
    messages_of,
)

__all__ = ["error_of", "hidden_error", "meaning_of"]

_TRANSIENT = frozenset({500, 502, 503, 504})

# 401 says by its words alone what is wrong; only this kind gets better with another token.
_NOT_IN_PLAN = re.compile(r"(?i)not authorized to access this resource")
_ABOUT_THE_KEY = re.compile(r"(?i)\bkeys?\b")

_ERRORS: dict[int, type[APIStatusError]] = {
    401: AuthenticationError,
    403: AuthenticationError,
    404: NotFoundError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}

_ADVICE = {
    403: "this owner has not given the application a right to this system",
    404: "check the id or serial number",
    422: "check the arguments against the message",
}

# What v2 tells in fields of their own, v4 writes into a sentence.
_WINDOW = re.compile(r":(start_at|end_at|first_interval|last_interval)\s*=>\s*\"?(-?\d{1,12})\b")


def meaning_of(reply: Reply) -> Meaning:
    """What to do about an answer."""
    if 200 <= reply.status <= 204:
        return Meaning.SUCCESS
    if reply.status == 429:
        return Meaning.QUOTA
    if reply.status == 401:
        text = _words(decoded_json(reply.content))
        is_of_the_token = not _NOT_IN_PLAN.search(text) and not _ABOUT_THE_KEY.search(text)
        return Meaning.EXPIRED if is_of_the_token else Meaning.FAILURE
    return Meaning.TRANSIENT if reply.status in _TRANSIENT else Meaning.FAILURE


def hidden_error(reply: Reply) -> Reply | None:
    """The error that an answer with status 200 is in truth, under the status it names."""
    body = decoded_json(reply.content)
    if not is_object(body) or not {"message", "details", "errorMessages", "error"} & set(body):
        return None
    status = body.get("code", body.get("reason"))
    if isinstance(status, str) and status.isascii() and status.isdigit():
        status = int(status)
    if not isinstance(status, int) or not 400 <= status <= 599:
        status = 429 if tells_of_the_quota(body, [_words(body)]) else reply.status
    return Reply(status, reply.headers, reply.content)


def error_of(call: Call[Any], reply: Reply, redactor: Redactor) -> EnphaseError:
    """The error that an unsuccessful answer stands for."""
    body = kept_body(reply.content, redactor)
    words = redactor.text(_words(body)) or said(body)
    start = f"{call.operation}: status {reply.status}: {words[:500]}"
    if reply.status == 401 and _NOT_IN_PLAN.search(words):
        needed = f"'{call.access}'" if call.access else "the access control it needs"
        return NotAvailableError(
            f"{start} (the application's plan does not include {needed}; a new login does not help)"
        )
    if reply.status in (405, 501):
        return NotAvailableError(f"{start} (API v4 has no such operation at this address)")
    kind = _ERRORS.get(reply.status, ServerError if reply.status >= 500 else APIStatusError)
    if reply.status == 422 and is_object(body):
        body = {**body, **_window(words)}
    advice = _advice(reply.status, words)
    return kind(
        start + (f" ({advice})" if advice else ""),
        status_code=reply.status,
        body=body,
        operation=call.operation,
    )


def _advice(status: int, words: str) -> str:
    if status != 401:
        return _ADVICE.get(status, "")
    if re.search(r"(?i)mismatch", words):
        return "the API key belongs to another application than the client id"
    if _ABOUT_THE_KEY.search(words):
        return "check the API key; a key of API v2 does not work with v4"
    return "the access token is not accepted; run 'enphase login'"


def _words(body: Any) -> str:
    """Everything a body says, whatever its shape; OAuth's description repeats secrets."""
    found = messages_of(body)
    if not is_object(body):
        return ""
    details = body.get("details")
    for each in details if is_array(details) else [details]:
        if isinstance(each, str) and each and each not in found:
            found.append(each)
    error = body.get("error")
    if isinstance(error, str):
        found.append(error)
    elif is_object(error) and isinstance(error.get("message"), str):
        found.append(error["message"])
    return ": ".join(found)


def _window(words: str) -> dict[str, int]:
    return {name: int(value) for name, value in _WINDOW.findall(words)}
