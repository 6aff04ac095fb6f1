"""The errors that unsuccessful answers become, in every version of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from enphase_sdk.cloud.api import Call
from enphase_sdk.cloud.bodies import kept_body, said
from enphase_sdk.core.effects import Reply
from enphase_sdk.core.redact import Redactor
from enphase_sdk.errors import (
    APIStatusError,
    AuthenticationError,
    NotFoundError,
    RateLimitError,
    ServerError,
    UnprocessableEntityError,
)

__all__ = ["TRANSIENT", "Failure"]

# Statuses for which a retry may succeed.
TRANSIENT = frozenset({500, 502, 503, 504})

_ERRORS: dict[int, type[APIStatusError]] = {
    401: AuthenticationError,
    403: AuthenticationError,
    404: NotFoundError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}

_ADVICE = {
    404: "check the id or serial number",
    422: "correct the arguments as the message says",
}


@frozen
class Failure:
    """The parts of an unsuccessful answer that an error may keep: without secrets, limited in size.

    Attributes:
        operation: The operation's id.
        status: The answer's status.
        body: Its body, decoded.
        words: The server's own words in it.
        target: The address that a redirect names.
    """

    operation: str
    status: int
    body: Any
    words: str
    target: str

    @classmethod
    def of(cls, call: Call[Any], reply: Reply, redactor: Redactor) -> Failure:
        """What is kept of the answer to a call."""
        body = kept_body(reply.content, redactor)
        target = redactor.text(reply.headers.get("location", "nowhere"))
        return cls(call.operation, reply.status, body, said(body), target.split("?")[0])

    @property
    def text(self) -> str:
        """What happened, in one line."""
        return f"{self.operation}: status {self.status}: {self.words}"

    def error(
        self, advice: Mapping[int, str], kind: type[APIStatusError] | None = None
    ) -> APIStatusError:
        """The error for this answer.

        Args:
            advice: What to do, by status, where a version has its own advice.
            kind: The error's class, where it is not the status's own.
        """
        own = ServerError if 500 <= self.status <= 599 else APIStatusError
        made = kind or _ERRORS.get(self.status, own)
        what_to_do = advice.get(self.status) or self._advice()
        return made(
            self.text + (f" ({what_to_do})" if what_to_do else ""),
            status_code=self.status,
            body=self.body,
            operation=self.operation,
        )

    def _advice(self) -> str:
        if 300 <= self.status <= 399:
            return (
                f"redirected to {self.target}; redirects are not followed, so that the key goes "
                "to no other address: check base_url"
            )
        return _ADVICE.get(self.status, "")
