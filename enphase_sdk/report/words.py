"""Why something could not be read, for people who know neither HTTP nor the command line."""

from __future__ import annotations

from enphase_sdk.errors import (
    APIConnectionError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    EnphaseError,
    NotFoundError,
    QuotaExceededError,
    RateLimitError,
    ServerError,
    UnprocessableEntityError,
    utc_text,
)

__all__ = ["in_words"]

# The first matching type counts.
_WORDS: tuple[tuple[type[EnphaseError], str], ...] = (
    (APITimeoutError, "Enlighten did not answer in time"),
    (APIConnectionError, "Enlighten could not be reached"),
    (AuthenticationError, "the account has no right to read it"),
    (NotFoundError, "Enlighten does not know it"),
    (UnprocessableEntityError, "Enlighten could not process the request"),
    (ServerError, "Enlighten had an internal error"),
    (APIStatusError, "Enlighten gave no usable answer"),
    (APIResponseValidationError, "Enlighten gave no usable answer"),
)


def in_words(error: EnphaseError) -> str:
    """The error in words for people, without text from the server."""
    if isinstance(error, RateLimitError):
        return f"the plan's requests are used up{_until(error.period_end)}"
    if isinstance(error, QuotaExceededError):
        opens_at = None if error.opens_at is None else error.opens_at.timestamp()
        return f"the plan's requests are used up{_until(opens_at)}"
    for kind, words in _WORDS:
        if isinstance(error, kind):
            return words
    return "it could not be requested"


def _until(epoch: float | None) -> str:
    try:
        return "" if epoch is None else f" until {utc_text(epoch)[:16].replace('T', ' ')} UTC"
    except (ValueError, OverflowError, OSError):  # out of the range of datetime
        return ""
