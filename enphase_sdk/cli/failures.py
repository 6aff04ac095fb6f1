"""Turns an error into one line of text that says what to do, and an exit code."""

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

# Characters. A longer text is data from a server rather than a message, and is cut.
LONGEST_LINE = 1_000

_CODES: tuple[tuple[tuple[type[EnphaseError], ...], int], ...] = (
    ((ConfigError, InvalidArgumentError), USAGE),
    ((AuthenticationError,), NOT_AUTHORIZED),
    ((RateLimitError, QuotaExceededError), QUOTA_USED_UP),
)

# The first matching type counts. The messages of other errors already say what to do.
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
    """The exit code for an error; see `enphase_sdk.cli`."""
    for kinds, code in _CODES:
        if isinstance(error, kinds):
            return code
    return NO_USABLE_ANSWER


def explain(error: EnphaseError) -> str:
    """The message of an error, with advice."""
    for kind, advice in _ADVICE:
        if isinstance(error, kind):
            return f"{error}: {advice}"
    return str(error)


def one_line(message: str) -> str:
    """A message on one line, without control characters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in message).split())
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]} …"


def tell(message: str) -> None:
    """Print one line on stderr; a closed stderr is ignored."""
    try:
        print(f"enphase: {one_line(message)}", file=sys.stderr, flush=True)
    except OSError:
        silence(sys.stderr)
