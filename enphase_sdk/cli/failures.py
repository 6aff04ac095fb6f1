"""What a failure is to the command line: one line that says what to do, and an exit code."""

from __future__ import annotations

import sys

from enphase_sdk.cli.streams import silence
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

__all__ = [
    "NO_USABLE_ANSWER",
    "STOPPED",
    "UNREAD",
    "USAGE",
    "PartlyDoneError",
    "exit_code",
    "explain",
    "one_line",
    "tell",
]

USAGE = 2
NOT_AUTHORIZED = 3
QUOTA_USED_UP = 4
NO_USABLE_ANSWER = 5
STOPPED = 130
UNREAD = 141

# What is longer is no message but somebody's data.
LONGEST_LINE = 1_000

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
    line = " ".join("".join(c if c.isprintable() else " " for c in message).split())
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]} …"


def tell(message: str) -> None:
    """Say something on stderr, on one line; where nobody can hear it, nothing happens."""
    try:
        print(f"enphase: {one_line(message)}", file=sys.stderr, flush=True)
    except OSError:
        silence(sys.stderr)
