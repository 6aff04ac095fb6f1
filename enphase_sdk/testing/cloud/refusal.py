"""The cloud's error answers, in its own formats."""

from __future__ import annotations

from datetime import date

__all__ = [
    "Refusal",
    "invalid_parameter",
    "invalid_period",
    "no_such_system",
    "not_authorized",
    "not_found",
]


class Refusal(Exception):  # noqa: N818 - an answer, not a failure of the simulator
    """An error answer, raised by the code that finds the error.

    Attributes:
        status: The HTTP status.
        body: The JSON body.
        headers: Headers beside the usual ones.
    """

    def __init__(
        self, status: int, body: dict[str, object], headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(status, body, headers)
        self.status = status
        self.body = body
        self.headers = headers or {}


def not_authorized() -> Refusal:
    """401: wrong key, another owner's system, or no permission for the data."""
    message = "Not authorized to access requested resource."
    return Refusal(401, {"reason": "401", "message": [message]})


def not_found(message: str) -> Refusal:
    """404: it does not exist."""
    return Refusal(404, {"reason": "404", "errorMessages": [message]})


def no_such_system(system_id: str) -> Refusal:
    """422 for an id that no system has."""
    return Refusal(422, {"message": f"Couldn't find Site with 'id'={system_id}"})


def invalid_parameter(*messages: str) -> Refusal:
    """422 for a parameter that breaks the contract."""
    return Refusal(422, {"errorMessages": list(messages)})


def invalid_period(reason: str, **used: date | int | None) -> Refusal:
    """422 for a period without data.

    Args:
        reason: The server's words.
        used: ``start`` and ``end``, or ``start_at``, ``end_at``, ``first_interval`` and
            ``last_interval``: the parameters as the server took them.
    """
    body: dict[str, object] = {"reason": reason}
    body.update({name: value for name, value in used.items() if value is not None})
    return Refusal(422, body)
