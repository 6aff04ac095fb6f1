"""Every error the package raises.

    EnphaseError
    ├── ConfigError                  missing or contradictory settings
    ├── InvalidArgumentError         a call's argument cannot be understood (also a ValueError)
    ├── APIConnectionError           no answer
    │   └── APITimeoutError
    ├── APIStatusError               an answer that is not a success
    │   ├── AuthenticationError      401, 403
    │   ├── NotFoundError            404
    │   ├── UnprocessableEntityError 422
    │   ├── RateLimitError           409
    │   └── ServerError              5xx
    ├── APIResponseValidationError   an answer that is not what the contract says
    ├── QuotaExceededError           the local budget says no: nothing was sent
    ├── NotAvailableError            this source cannot know that
    └── FingerprintMismatchError     the gateway's certificate changed

All of them pickle. None holds a key, a user id, a token or a password: whoever makes
one passes text that has been redacted.
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
    """Base of every error of this package."""

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
    """An argument of a call cannot be understood; nothing was sent."""


class APIConnectionError(EnphaseError):
    """No answer came: the host was not reached, or the connection broke.

    Attributes:
        reason: Why, in a few words that stay the same: `unknown host`, `connection refused`,
            `connection lost`, `read timed out`, `the certificate is not trusted`, … None where
            it is not known.
        is_final: Whether trying again is of no use before something is changed.
    """

    def __init__(self, message: str, *, reason: str | None = None, is_final: bool = False) -> None:
        super().__init__(message)
        self.reason = reason
        self.is_final = is_final


class APITimeoutError(APIConnectionError):
    """No answer came in time."""


class APIStatusError(EnphaseError):
    """The other side answered, and not with success.

    Attributes:
        status_code: The HTTP status, whatever number was sent.
        body: The JSON body decoded, else the beginning of its text.
        operation: The operation's id (``Summary``), or a gateway's endpoint.
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
    """401 or 403: not authorized, or the plan or permission does not include this.

    Attributes:
        authorize_url: Where the owner must agree again (API v4), or None.
    """

    authorize_url: str | None = None


class NotFoundError(APIStatusError):
    """404: there is no such thing."""


class UnprocessableEntityError(APIStatusError):
    """422: the request was understood and cannot be answered.

    Attributes:
        messages: What the server said, in its words.
        start: First date the server used (ISO text), if it told.
        end: Last date the server used (ISO text), if it told.
        start_at: Start of the period the server used, epoch seconds, if it told.
        end_at: End of the period the server used, epoch seconds, if it told.
        first_interval: End of the first interval there is, epoch seconds, if it told.
        last_interval: End of the last interval there is, epoch seconds, if it told.
    """

    @property
    def messages(self) -> Sequence[str]:
        """What the server said, in its words."""
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
        """End of the first interval there is, epoch seconds."""
        return self._integer("first_interval")

    @property
    def last_interval(self) -> int | None:
        """End of the last interval there is, epoch seconds."""
        return self._integer("last_interval")


class RateLimitError(APIStatusError):
    """409: the plan's hits for this period are used up.

    Attributes:
        period: ``minute`` or ``month``; other words as the server sent them.
        period_start: Start of the period, epoch seconds in the server's clock.
        period_end: When the quota opens again, epoch seconds in the server's clock.
        limit: Hits the plan allows in the period.
    """

    @property
    def period(self) -> str | None:
        """Which window is full, as the server named it."""
        value = self._field("period")
        return value if isinstance(value, str) else None

    @property
    def period_start(self) -> int | None:
        """Start of the full window, epoch seconds in the server's clock."""
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
    """5xx: the other side failed.

    Attributes:
        error_code: Enlighten's own number; 7 is "data temporarily unavailable".
    """

    @property
    def error_code(self) -> int | None:
        """Enlighten's own number for the failure."""
        return self._integer("errorCode")


class APIResponseValidationError(EnphaseError):
    """An answer is not what the contract says, and nothing can be made of it.

    Attributes:
        operation: The operation's id, or a gateway's endpoint.
        path: Where in the answer, as a JSON path (``$.systems[3].meta``).
    """

    def __init__(self, message: str, *, operation: str, path: str = "$") -> None:
        super().__init__(message)
        self.operation = operation
        self.path = path


class QuotaExceededError(EnphaseError):
    """The local budget says no; nothing was sent and no hit was used.

    Attributes:
        opens_at: When the budget opens again (aware, UTC), or None if it never does.
    """

    def __init__(self, message: str, *, opens_at: datetime | None) -> None:
        super().__init__(message)
        self.opens_at = opens_at


class NotAvailableError(EnphaseError):
    """This source cannot know that."""


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
    """An instant as people and programs both read it: ISO 8601, UTC, whole seconds."""
    return datetime.fromtimestamp(epoch_seconds, UTC).isoformat(timespec="seconds")
