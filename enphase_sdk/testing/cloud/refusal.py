"""Answers that say no, in the cloud's own shapes."""

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
    """An answer other than success, raised where it is decided.

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
    """401: wrong key, somebody else's system, or no permission for the data."""
    message = "Not authorized to access requested resource."
    return Refusal(401, {"reason": "401", "message": [message]})


def not_found(message: str) -> Refusal:
    """404: there is no such thing."""
    return Refusal(404, {"reason": "404", "errorMessages": [message]})


def no_such_system(system_id: str) -> Refusal:
    """422 in the shape of an id that nobody's system has."""
    return Refusal(422, {"message": f"Couldn't find Site with 'id'={system_id}"})


def invalid_parameter(*messages: str) -> Refusal:
    """422 in the shape of a parameter that is not what the contract says."""
    return Refusal(422, {"errorMessages": list(messages)})


def invalid_period(reason: str, **used: date | int | None) -> Refusal:
    """422 in the shape of a period the system has no data for.

    Args:
        reason: The server's words.
        used: ``start`` and ``end``, or ``start_at``, ``end_at``, ``first_interval`` and
            ``last_interval``: the parameters as the server took them.
    """
    body: dict[str, object] = {"reason": reason}
    body.update({name: value for name, value in used.items() if value is not None})
    return Refusal(422, body)
