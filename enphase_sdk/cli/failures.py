"""Turns an error into one line of text that says what to do, and an exit code."""

from __future__ import annotations

import re
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

# Messages name the arguments of Python; these patterns replace them by command line options.
_IN_SHELL: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(python), shell)
    for python, shell in (
        # There is no option for these; the message also names another way.
        (r"\bpass (api_key|user_id|client_id|client_secret)=, ", ""),
        (r", or let the owner agree at \S+ and pass the tokens", ""),
        (r", or make one: Plan\(.*?\)", ""),
        (r", or an object with change\(.*?\)", ""),
        (r", or token_provider=", ""),
        (r"; if that is expected, allow more with max_body=", ""),
        # A new command still obeys an earlier refusal. The one call a day can end it.
        (
            r"if the plan was raised, continue now with with_options\(quota=…\), or try again",
            "try again",
        ),
        (r"continue now with with_options\(quota=…\)", "name it with --plan or ENPHASE_PLAN"),
        (r"\bpass token=", "set ENVOY_TOKEN or use --token-file"),
        (r"\bpass (?=\w+=)", "use "),
        (r"\bpassword=", "--password-file"),
        (r"\ballow_http=True", "--allow-http"),
        (r"\b(username|fingerprint)='([^']*)'", r"--\1 \2"),
        (r"\b(username|fingerprint|timeout)=", r"--\1"),
        (r"\bca_file=", "--ca-file"),
        (r"\bmax_wait(=|\b(?= must be ))", "--max-wait"),
        (r"\btimeout(?= must be )", "--timeout"),
        (r"\bbase_url(?= |$)", "--base-url (ENPHASE_BASE_URL)"),
        (r"\bledger(?= must be )", "ENPHASE_LEDGER"),
    )
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
    """The message of an error in the words of the command line, with advice."""
    text = str(error)
    for python, shell in _IN_SHELL:
        text = python.sub(shell, text)
    for kind, advice in _ADVICE:
        if isinstance(error, kind):
            return f"{text}: {advice}"
    return text


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
