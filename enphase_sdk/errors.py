"""Every error the package raises.

    EnphaseError
    ├── ConfigError                  missing or contradictory settings
    ├── InvalidArgumentError         a call's argument cannot be understood (also a ValueError)
    ├── APIConnectionError           no answer was received
    │   └── APITimeoutError          no answer within the time limit
    ├── APIStatusError               an answer with a status that is not a success
    │   ├── AuthenticationError      401, 403
    │   ├── NotFoundError            404
    │   ├── UnprocessableEntityError 422
    │   ├── RateLimitError           409
    │   └── ServerError              5xx
    ├── APIResponseValidationError   an answer that breaks the contract and cannot be read
    ├── QuotaExceededError           the plan's quota is used up: nothing was sent
    ├── NotAvailableError            this source, plan or firmware does not have the data
    └── FingerprintMismatchError     the gateway's certificate changed

All errors can be pickled. No error contains a key, a user id, a token or a password: its text
is redacted before the error is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from enphase_sdk.core.json import Json, is_array, is_object

__all__ = [
    "APIConnectionError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "AuthenticationError",
    "ConfigError",
    "EnphaseError",
    "FingerprintMismatchError",
    "InvalidArgumentError",
    "NotAvailableError",
    "NotFoundError",
    "QuotaExceededError",
    "RateLimitError",
    "ServerError",
    "UnprocessableEntityError",
]

E = TypeVar("E", bound="EnphaseError")

# Where bodies say what is wrong: in text, in lists, or in objects of the same names.
MESSAGES = ("message", "errorMessages", "details", "error", "error_description")
DEEPEST_MESSAGE = 3


class EnphaseError(Exception):
    """Base class of all errors of this package."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.args, self.__dict__.copy())


def _restore(cls: type[E], args: tuple[Any, ...], state: dict[str, Any]) -> E:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class ConfigError(EnphaseError):
    """A setting is missing, malformed, or contradicts another."""


class InvalidArgumentError(EnphaseError, ValueError):
    """An argument of a call is not valid; nothing was sent."""


class APIConnectionError(EnphaseError):
    """No answer came: the host was not reached, or the connection broke.

    Attributes:
        reason: The cause, in stable words: `unknown host`, `connection refused`,
            `connection lost`, `read timed out`, `the certificate is not trusted`, … None if
            unknown.
        is_final: Whether a retry cannot succeed until a setting or the network is changed.
    """

    def __init__(self, message: str, *, reason: str | None = None, is_final: bool = False) -> None:
        super().__init__(message)
        self.reason = reason
        self.is_final = is_final


class APITimeoutError(APIConnectionError):
    """No answer came within the time limit."""


class APIStatusError(EnphaseError):
    """The server answered with a status that is not a success.

    Attributes:
        status_code: The HTTP status as received, also outside the standard range.
        body: The decoded JSON body, or the first characters of a body that is not JSON.
            Redacted.
        operation: The operation's id (``Summary``), or the gateway's endpoint.
    """

    def __init__(self, message: str, *, status_code: int, body: Json, operation: str) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.body = body
        self.operation = operation

    def _field(self, name: str) -> Any:
        return self.body.get(name) if is_object(self.body) else None

    def _integer(self, name: str) -> int | None:
        value = self._field(name)
        if isinstance(value, bool):
            return None
        try:
            return int(value)
        except (TypeError, ValueError, OverflowError):
            return None


class AuthenticationError(APIStatusError):
    """401 or 403: the credentials are not accepted, or do not give access to this system.

    Attributes:
        authorize_url: The page where the owner must give consent again (API v4), or None.
    """

    authorize_url: str | None = None


class NotFoundError(APIStatusError):
    """404: the system, device or endpoint does not exist."""


class UnprocessableEntityError(APIStatusError):
    """422: the request was understood and cannot be answered.

    Attributes:
        messages: The server's messages.
        start: First date that the server used (ISO text); None if not in the answer.
        end: Last date that the server used (ISO text); None if not in the answer.
        start_at: Start of the period that the server used, epoch seconds; None as above.
        end_at: End of the period that the server used, epoch seconds; None as above.
        first_interval: End of the first interval with data, epoch seconds; None as above.
        last_interval: End of the last interval with data, epoch seconds; None as above.
    """

    @property
    def messages(self) -> Sequence[str]:
        """The server's messages."""
        return messages_of(self.body)

    @property
    def start(self) -> str | None:
        """First date the server used, ISO text."""
        value = self._field("start")
        return value if isinstance(value, str) else None

    @property
    def end(self) -> str | None:
        """Last date the server used, ISO text."""
        value = self._field("end")
        return value if isinstance(value, str) else None

    @property
    def start_at(self) -> int | None:
        """Start of the period the server used, epoch seconds."""
        return self._integer("start_at")

    @property
    def end_at(self) -> int | None:
        """End of the period the server used, epoch seconds."""
        return self._integer("end_at")

    @property
    def first_interval(self) -> int | None:
        """End of the first interval with data, epoch seconds."""
        return self._integer("first_interval")

    @property
    def last_interval(self) -> int | None:
        """End of the last interval with data, epoch seconds."""
        return self._integer("last_interval")


class RateLimitError(APIStatusError):
    """409: the plan's hits for this period are used up.

    Attributes:
        period: ``minute`` or ``month``; another value as the server sent it.
        period_start: Start of the period, epoch seconds in the server's clock.
        period_end: When the quota opens again, epoch seconds in the server's clock.
        limit: Hits the plan allows in the period.
    """

    @property
    def period(self) -> str | None:
        """The window whose hits are used up, as the server names it."""
        value = self._field("period")
        return value if isinstance(value, str) else None

    @property
    def period_start(self) -> int | None:
        """Start of that window, epoch seconds in the server's clock."""
        return self._integer("period_start")

    @property
    def period_end(self) -> int | None:
        """When the quota opens again, epoch seconds in the server's clock."""
        return self._integer("period_end")

    @property
    def limit(self) -> int | None:
        """Hits the plan allows in the window."""
        return self._integer("limit")


class ServerError(APIStatusError):
    """5xx: the server failed.

    Attributes:
        error_code: Enlighten's error number; 7 means "data temporarily unavailable".
    """

    @property
    def error_code(self) -> int | None:
        """Enlighten's error number."""
        return self._integer("errorCode")


class APIResponseValidationError(EnphaseError):
    """An answer breaks the contract and cannot be read.

    Attributes:
        operation: The operation's id, or the gateway's endpoint.
        path: The place in the answer, as a JSON path (``$.systems[3].meta``).
    """

    def __init__(self, message: str, *, operation: str, path: str = "$") -> None:
        super().__init__(message)
        self.operation = operation
        self.path = path


class QuotaExceededError(EnphaseError):
    """The plan's quota is used up, by this client's count; nothing was sent, no hit was used.

    Attributes:
        opens_at: When the quota opens again (aware, UTC); None if that is not known.
    """

    def __init__(self, message: str, *, opens_at: datetime | None) -> None:
        super().__init__(message)
        self.opens_at = opens_at


class NotAvailableError(EnphaseError):
    """The source does not have the data: not this API, plan, system, gateway or firmware."""


class FingerprintMismatchError(EnphaseError):
    """The gateway's certificate is not the one that was pinned; nothing was sent to it.

    Attributes:
        host: The gateway, ``host:port``.
        expected: The pinned SHA-256 fingerprint, lower-case hex.
        actual: The fingerprint of the certificate that was presented.
    """

    def __init__(self, message: str, *, host: str, expected: str, actual: str) -> None:
        super().__init__(message)
        self.host = host
        self.expected = expected
        self.actual = actual


def messages_of(body: Any) -> list[str]:
    """The server's own words in an error body, whatever its shape, each once."""
    return list(dict.fromkeys(_messages(body, DEEPEST_MESSAGE)))


def _messages(body: Any, depth: int) -> Iterator[str]:
    if not is_object(body):
        return
    for name in MESSAGES:
        value = body.get(name)
        for each in value if is_array(value) else [value]:
            if isinstance(each, str):
                yield each
            elif depth:
                yield from _messages(each, depth - 1)


def utc_text(epoch_seconds: float) -> str:
    """An instant as ISO 8601 text: UTC, whole seconds."""
    return datetime.fromtimestamp(epoch_seconds, UTC).isoformat(timespec="seconds")
