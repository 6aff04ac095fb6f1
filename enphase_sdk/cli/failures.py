"""What a failure is to the command line: one line that says what to do, and an exit code."""

from __future__ import annotations

import sys

from enphase_sdk.errors import (
    APIConnectionError,
    APIResponseValidationError,
    APITimeoutError,
    AuthenticationError,
    ConfigError,
    EnphaseError,
    InvalidArgumentError,
    QuotaExceededError,
    RateLimitError,
    ServerError,
)

__all__ = ["USAGE", "PartlyDoneError", "exit_code", "explain", "one_line", "tell"]

USAGE = 2
NOT_AUTHORIZED = 3
QUOTA_USED_UP = 4
NO_USABLE_ANSWER = 5

_CODES: tuple[tuple[tuple[type[EnphaseError], ...], int], ...] = (
    ((ConfigError, InvalidArgumentError), USAGE),
    ((AuthenticationError,), NOT_AUTHORIZED),
    ((RateLimitError, QuotaExceededError), QUOTA_USED_UP),
)

# The first that fits; other errors say themselves what to do.
_ADVICE: tuple[tuple[type[EnphaseError], str], ...] = (
    (APITimeoutError, "try again, or allow more time with --timeout"),
    (APIConnectionError, "check the network, and the address if one is set"),
    (ServerError, "try again later"),
    (APIResponseValidationError, "try again later"),
    (RateLimitError, "try again then, or allow longer waits with --max-wait"),
)


class PartlyDoneError(Exception):
    """A command did some of its work; the text says which part is missing and why."""

    code = 6


def exit_code(error: EnphaseError) -> int:
    """The exit code that tells a program what went wrong."""
    for kinds, code in _CODES:
        if isinstance(error, kinds):
            return code
    return NO_USABLE_ANSWER


def explain(error: EnphaseError) -> str:
    """The error in words, with what to do about it."""
    for kind, advice in _ADVICE:
        if isinstance(error, kind):
            return f"{error}: {advice}"
    return str(error)


def one_line(message: str) -> str:
    """A message on one line, without anything a terminal would obey."""
    return " ".join("".join(c if c.isprintable() else " " for c in message).split())


def tell(message: str) -> None:
    """Say something on stderr, on one line."""
    print(f"enphase: {one_line(message)}", file=sys.stderr, flush=True)
