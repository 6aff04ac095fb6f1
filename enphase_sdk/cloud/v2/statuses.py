"""The meaning of each status: which error an answer becomes, with advice.

This is the only module that knows v2's status meanings (409 is the rate limit here, 429 in v4).
"""

from __future__ import annotations

from typing import Any

from attrs import evolve

from enphase_sdk.cloud.api import Call, Meaning
from enphase_sdk.cloud.bodies import QUOTA_WORDS, decoded_json, spoken, tells_of_the_quota
from enphase_sdk.cloud.statuses import TRANSIENT, Failure
from enphase_sdk.core.effects import Reply
from enphase_sdk.core.json import is_object
from enphase_sdk.core.redact import Redactor
from enphase_sdk.errors import APIStatusError, RateLimitError, messages_of

__all__ = ["error_of", "hidden_error", "meaning_of"]

_QUOTA = frozenset({409, 429})

LONGEST_PLAIN = 1_000

_NOT_AUTHORIZED = (
    "check the API key and user id, and that the plan and the owner's permission include this"
)
_ADVICE = {401: _NOT_AUTHORIZED, 403: _NOT_AUTHORIZED}


def meaning_of(reply: Reply) -> Meaning:
    """What to do about an answer."""
    if reply.status in (200, 204):
        return Meaning.SUCCESS
    if reply.status in _QUOTA:
        return Meaning.QUOTA if _is_of_the_quota(reply) else Meaning.TRANSIENT
    return Meaning.TRANSIENT if reply.status in TRANSIENT else Meaning.FAILURE


def _is_of_the_quota(reply: Reply) -> bool:
    """Whether a refusal is about the quota; one without a message counts as such."""
    if reply.status == 429:
        return True
    body = decoded_json(reply.content)
    if is_object(body):
        return not spoken(body) or tells_of_the_quota(body)
    text = reply.content[:LONGEST_PLAIN].decode("latin-1").strip()
    # A web page, or JSON that is not an object, gives no reason.
    is_silent = body is not None or not text or text.startswith("<")
    return is_silent or QUOTA_WORDS.search(text) is not None


def hidden_error(reply: Reply) -> Reply | None:
    """The error inside an answer with status 200, with the status that it names; or None."""
    body = decoded_json(reply.content)
    if not is_object(body) or not (messages_of(body) or "reason" in body or "errorCode" in body):
        return None
    try:
        status = int(body.get("reason", 0))
    except (TypeError, ValueError, OverflowError):
        status = 0
    if not 400 <= status <= 599:
        status = 409 if tells_of_the_quota(body) else reply.status
    return evolve(reply, status=status)


def error_of(call: Call[Any], reply: Reply, redactor: Redactor) -> APIStatusError:
    """The error for an unsuccessful answer."""
    kind = None
    if reply.status == 409:
        is_of_the_quota = meaning_of(reply) is Meaning.QUOTA
        kind = RateLimitError if is_of_the_quota else APIStatusError
    return Failure.of(call, reply, redactor).error(_ADVICE, kind)
