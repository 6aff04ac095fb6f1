"""`live_data`: the frames of an event stream, and what their errors mean. Without I/O."""

from __future__ import annotations

import math
from typing import Any

import msgspec
from attrs import evolve

from enphase_sdk.cloud.api import Call, Meaning
from enphase_sdk.cloud.arguments import integer
from enphase_sdk.cloud.bodies import decoded_json
from enphase_sdk.cloud.v4.statuses import error_of, meaning_of
from enphase_sdk.core.effects import Reply, Request
from enphase_sdk.core.json import is_array, is_object
from enphase_sdk.core.log import logger
from enphase_sdk.core.redact import Redactor
from enphase_sdk.core.server_events import EventReader
from enphase_sdk.errors import (
    EnphaseError,
    InvalidArgumentError,
    NotAvailableError,
)
from enphase_sdk.live import LiveSample

__all__ = ["Frames", "is_over", "live_call", "reconnected"]

# What the server takes, seconds.
SHORTEST, LONGEST = 30, 300

# Seconds. A stream that ends at most this early counts as complete: opening it again costs a hit.
NEARLY_OVER = 5.0

# Beyond this a time is in milliseconds (the year 5138 in seconds).
_MILLISECONDS = 100_000_000_000

_STATUSES = {461: 422, 462: 422, 463: 422, 468: 404, 473: 503, 550: 500, 551: 500, 552: 500}
_NOT_AVAILABLE = {
    466: "the gateway's software is older than 6.0.0",
    472: "the system has no meters of consumption",
}


def live_call(system_id: int, duration: int) -> Call[None]:
    """The call that opens a stream.

    Raises:
        InvalidArgumentError: no system id, or a duration that the server does not take.
    """
    number, seconds = integer(system_id, "system_id"), integer(duration, "duration")
    if not SHORTEST <= seconds <= LONGEST:
        raise InvalidArgumentError(
            f"duration: a stream lasts {SHORTEST} to {LONGEST} seconds, not {seconds}"
        )
    request = Request("GET", f"/api/v4/systems/{number}/live_data", headers=_headers(seconds))
    return Call("LiveData", request, None, True, number, access="Streaming APIs")


def reconnected(call: Call[None], left: float) -> Call[None]:
    """The call that opens the rest of a stream, or as little as the server gives."""
    seconds = min(max(SHORTEST, math.ceil(left)), LONGEST)
    return evolve(call, request=evolve(call.request, headers=_headers(seconds)))


def is_over(left: float) -> bool:
    """Whether a stream that ended with this many seconds left counts as complete."""
    return left <= NEARLY_OVER


def _headers(seconds: int) -> tuple[tuple[str, str], ...]:
    return (
        ("accept", "text/event-stream"),
        ("accept-encoding", "identity"),
        ("duration", str(seconds)),
    )


class Frames:
    """The samples of a stream that comes in pieces.

    Args:
        call: The call that opened it.
        redactor: Keeps secrets out of errors.

    Attributes:
        has_expired: Whether the error that came says that the access token has ended.
    """

    def __init__(self, call: Call[None], redactor: Redactor) -> None:
        self._call = call
        self._redactor = redactor
        self._events = EventReader(call.operation)
        self._error: EnphaseError | None = None
        self.has_expired = False

    def add(self, piece: bytes) -> list[LiveSample]:
        """The samples that are whole with this piece; an error after them comes with `check`.

        Raises:
            NotAvailableError: the system has no live data.
            APIStatusError: another error that the server sent as a frame.
            APIResponseValidationError: a frame has no end.
        """
        found: list[LiveSample] = []
        for data in self._events.add(piece):
            try:
                sample = self._sample(data)
            except EnphaseError as error:
                self._error = error
                break
            if sample is not None:
                found.append(sample)
        if not found:
            self.check()
        return found

    def check(self) -> None:
        """Raise the error that came after the samples of the last piece, if one did."""
        if self._error is not None:
            raise self._error

    def _sample(self, data: bytes) -> LiveSample | None:
        frame = decoded_json(data)
        if not is_object(frame):
            logger.warning("%s: a frame that is no JSON object is left out", self._call.operation)
            return None
        if is_object(frame.get("error")):
            raise self._told(frame["error"])
        if is_object(frame.get("data")) and is_object(frame["data"].get("data")):
            frame = frame["data"]  # as the contract writes it
        values = frame.get("data")
        return _sample_of(frame, values) if is_object(values) else None

    def _told(self, error: dict[str, Any]) -> EnphaseError:
        code = error.get("code")
        if code in _NOT_AVAILABLE:
            operation = self._call.operation
            return NotAvailableError(f"{operation}: {_NOT_AVAILABLE[code]} (code {code})")
        status = code if isinstance(code, int) and 400 <= code <= 599 else 500
        content = msgspec.json.encode(error)
        reply = Reply(_STATUSES.get(status, status), {}, content)
        self.has_expired = meaning_of(reply) is Meaning.EXPIRED
        return error_of(self._call, reply, self._redactor)


def _sample_of(frame: dict[str, Any], values: dict[str, Any]) -> LiveSample:
    at = _number(frame.get("timestamp_epoch"))
    if at is not None and at > _MILLISECONDS:
        at /= 1_000
    serials = values.get("envoy_serial_number")
    listed = serials if is_array(serials) else [serials]
    number = values.get("system_id")
    return LiveSample(
        system_id=number if isinstance(number, int) and not isinstance(number, bool) else None,
        at=at,
        pv_w=_number(values.get("pv_power")),
        grid_w=_number(values.get("grid_power")),
        battery_w=_number(values.get("battery_power")),
        generator_w=_number(values.get("generator_power")),
        load_w=_number(values.get("consumption_power")),
        state_of_charge=_number(values.get("battery_soc")),
        battery_mode=_text(values.get("battery_mode")),
        grid_status=_text(values.get("grid_status")),
        envoy_serial_numbers=tuple(each for each in listed if isinstance(each, str)),
    )


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and math.isfinite(value) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
