"""The meaning of each status in API v4: which error an answer becomes; bodies have seven shapes."""

from __future__ import annotations

import re
from typing import Any

from attrs import evolve

from enphase_sdk.cloud.api import Call, Meaning
from enphase_sdk.cloud.bodies import decoded_json, tells_of_the_quota
from enphase_sdk.cloud.statuses import TRANSIENT, Failure
from enphase_sdk.core.effects import Reply
from enphase_sdk.core.json import is_object
from enphase_sdk.core.redact import Redactor
from enphase_sdk.errors import EnphaseError, NotAvailableError, messages_of

__all__ = ["error_of", "hidden_error", "meaning_of"]

# Only the text of a 401 says what is wrong; only for this text a new token helps.
_NOT_IN_PLAN = re.compile(r"(?i)not authorized to access this resource")
_ABOUT_THE_KEY = re.compile(r"(?i)\bkeys?\b")

_ADVICE = {403: "this owner has not given the application a right to this system"}

# v4 writes into a sentence what v2 sends in separate fields.
_WINDOW = re.compile(r":(start_at|end_at|first_interval|last_interval)\s*=>\s*\"?(-?\d{1,12})\b")


def meaning_of(reply: Reply) -> Meaning:
    """What to do about an answer."""
    if 200 <= reply.status <= 204:
        return Meaning.SUCCESS
    if reply.status == 429:
        return Meaning.QUOTA
    if reply.status == 401:
        return Meaning.EXPIRED if _is_of_the_token(reply) else Meaning.FAILURE
    return Meaning.TRANSIENT if reply.status in TRANSIENT else Meaning.FAILURE


def _is_of_the_token(reply: Reply) -> bool:
    words = messages_of(decoded_json(reply.content))
    return not any(_NOT_IN_PLAN.search(each) or _ABOUT_THE_KEY.search(each) for each in words)


def hidden_error(reply: Reply) -> Reply | None:
    """The error inside an answer with status 200, with the status that it names; or None."""
    body = decoded_json(reply.content)
    if not is_object(body) or not {"message", "details", "errorMessages", "error"} & set(body):
        return None
    # In a frame of an event stream the error is one level deeper.
    told = body["error"] if is_object(body.get("error")) else body
    status = told.get("code", told.get("reason"))
    if isinstance(status, str) and re.fullmatch(r"[0-9]{3}", status):
        status = int(status)
    if not isinstance(status, int) or not 400 <= status <= 599:
        status = 429 if tells_of_the_quota(body) else reply.status
    return Reply(status, reply.headers, reply.content)


def error_of(call: Call[Any], reply: Reply, redactor: Redactor) -> EnphaseError:
    """The error for an unsuccessful answer."""
    failure = Failure.of(call, reply, redactor)
    words = failure.words
    if reply.status == 401 and _NOT_IN_PLAN.search(words):
        needed = f"'{call.access}'" if call.access else "the access control it needs"
        return NotAvailableError(
            f"{failure.text} (the application's plan does not include {needed}; a new login does "
            "not help)"
        )
    if reply.status in (405, 501):
        return NotAvailableError(f"{failure.text} (API v4 has no such operation at this address)")
    if reply.status == 422 and is_object(failure.body):
        failure = evolve(failure, body={**failure.body, **_window(words)})
    return failure.error({401: _advice(words), **_ADVICE})


def _advice(words: str) -> str:
    """The advice for a 401."""
    if re.search(r"(?i)mismatch", words):
        return "the API key belongs to another application than the client id"
    if _ABOUT_THE_KEY.search(words):
        return "check the API key; a key of API v2 does not work with v4"
    return "the access token is not accepted; run 'enphase login'"


def _window(words: str) -> dict[str, int]:
    return {name: int(value) for name, value in _WINDOW.findall(words)}
