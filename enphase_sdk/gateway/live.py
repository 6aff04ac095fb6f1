"""A gateway's live data: how its answers are read, and which requests are sent. Without I/O."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import msgspec
from attrs import define, evolve

from enphase_sdk.core.effects import Flow, Reply, Request, Send
from enphase_sdk.core.json import is_object
from enphase_sdk.core.log import logger
from enphase_sdk.core.server_events import EventReader
from enphase_sdk.core.times import http_date
from enphase_sdk.errors import (
    APIConnectionError,
    APIResponseValidationError,
    EnphaseError,
    NotAvailableError,
)
from enphase_sdk.gateway import sources
from enphase_sdk.gateway.answers import (
    LOGIN_ADVICE,
    Absent,
    Document,
    Failure,
    Refused,
    answer_of,
    status_error,
)
from enphase_sdk.gateway.fields import Fields
from enphase_sdk.gateway.identity import GatewayInfo
from enphase_sdk.gateway.mapping.live import (
    STREAM_SINCE,
    Setup,
    livedata_sample,
    meter_sample,
    tells_of_batteries,
)
from enphase_sdk.gateway.profile import GatewayProfile
from enphase_sdk.gateway.reading import fetch
from enphase_sdk.live import LiveSample

__all__ = ["STREAM", "Enabling", "Events", "poll", "set_up"]

LIVEDATA = "/ivp/livedata/status"
ENABLING = "/ivp/livedata/stream"
STREAM = Request("GET", "/stream/meter", headers=(("accept", "text/event-stream"),))

# Enabling is a write: at most one in this many seconds, and none after several refusals.
ENABLE_EVERY = 30.0
MOST_REFUSALS = 3


def set_up(info: GatewayInfo, profile: GatewayProfile, system_id: int | None) -> Flow[Setup]:
    """Find out the gateway's equipment; equipment known from readings is not requested again.

    Raises:
        NotAvailableError: firmware below 5 has no live data.
        APIConnectionError: the gateway does not answer.
    """
    if info.version < STREAM_SINCE:
        raise NotAvailableError(f"firmware {info.firmware} has no live data; poll read() instead")
    known = profile.gateway == info
    meters = profile.meters if known and profile.is_known(sources.METERS.endpoint) else None
    if meters is None:
        listed = yield from _optional(fetch(sources.METERS))
        meters = None if listed is None else [meter for meter in listed if meter.enabled]
    inventory = sources.ENSEMBLE_INVENTORY
    if known and profile.is_known(inventory.endpoint):
        has_batteries = "encharge" in profile.devices or profile.acb_count > 0
    else:
        found = yield from _optional(fetch(inventory))
        has_batteries = bool(found and found.encharge)
    setup = Setup(
        info=info,
        system_id=system_id,
        meters=None if meters is None else frozenset(m.measurement_type for m in meters),
        phases=None if not meters else max(meter.phase_count for meter in meters),
        has_batteries=has_batteries or None,
    )
    if not has_batteries and setup.has_livedata:
        # AC Batteries are not in that inventory.
        told = yield from _optional(_told())
        if told is not None:
            return evolve(setup, has_batteries=tells_of_batteries(told))
    return setup


def _told() -> Flow[Fields]:
    return _document(cast(Reply, (yield Send(Request("GET", LIVEDATA)))))


def _optional(flow: Flow[Any]) -> Flow[Any]:
    """The result of a flow; None if the gateway answers, but not with that."""
    try:
        return (yield from flow)
    except APIConnectionError:
        raise
    except EnphaseError as error:
        logger.debug("live data: %s", error)
        return None


# /ivp/livedata/status


@define
class Enabling:
    """When to enable the gateway's live data: only if it reports that they are off.

    Attributes:
        refusals: Refusals in a row.
    """

    refusals: int = 0
    _asked_at: float | None = None

    def is_due(self, now: float) -> bool:
        """Whether to send the request; `now` is seconds of a monotonic clock."""
        return self.refusals < MOST_REFUSALS and (
            self._asked_at is None or now - self._asked_at >= ENABLE_EVERY
        )

    def flow(self, now: float) -> Flow[None]:
        """Send the request once. A refusal is logged; the last one logs that no more is sent."""
        self._asked_at = now
        body = msgspec.json.encode({"enable": 1})
        request = Request("POST", ENABLING, headers=_JSON, content=body)
        reply = cast(Reply, (yield Send(request)))
        if 200 <= reply.status < 300:
            self.refusals = 0
            logger.info("POST %s: live data is enabled", ENABLING)
            return
        if reply.status >= 500:
            logger.info("POST %s: status %d, trying again later", ENABLING, reply.status)
            return
        self.refusals += 1
        ends = "; not tried again" if self.refusals >= MOST_REFUSALS else ""
        logger.warning("POST %s: status %d, live data stays off%s", ENABLING, reply.status, ends)


_JSON = (("content-type", "application/json"), ("accept", "application/json"))


def poll(setup: Setup, enabling: Enabling | None, clock: Callable[[], float]) -> Flow[LiveSample]:
    """Read `/ivp/livedata/status` once; enable it if it is off and `enabling` says so.

    Raises:
        NotAvailableError: the gateway does not have it.
        AuthenticationError: this token may not read it.
        APIStatusError, APIResponseValidationError: it cannot be read this time.
        APIConnectionError: no answer.
    """
    reply = cast(Reply, (yield Send(Request("GET", LIVEDATA))))
    document = _document(reply)
    sample, is_off = livedata_sample(document, setup, http_date(reply.headers.get("date")))
    if enabling is not None and is_off and enabling.is_due(clock()):
        yield from enabling.flow(clock())
    return sample


def _ignored(reason: str) -> None:
    """Log what is wrong with one value; the value is left out, as in a reading."""
    logger.debug("live data: %s", reason)


def _document(reply: Reply) -> Fields:
    answer = answer_of(reply)
    match answer:
        case Refused(status):
            raise status_error(LIVEDATA, status, LOGIN_ADVICE)
        case Absent(reason):
            raise NotAvailableError(f"{LIVEDATA}: this gateway has no live data ({reason})")
        case Failure() if not 200 <= reply.status < 300:
            raise status_error(LIVEDATA, reply.status, "try again later")
        case Failure(reason):
            raise APIResponseValidationError(f"{LIVEDATA}: {reason}", operation=LIVEDATA)
        case Document(content):
            if not is_object(content) or not is_object(content.get("meters")):
                raise APIResponseValidationError(
                    f"{LIVEDATA}: an answer without meters", operation=LIVEDATA
                )
            return Fields(content, _ignored)


# /stream/meter


class Events:
    """Reads samples from the pieces of a stream.

    Attributes:
        broken: Events that could not be read, and were left out.
    """

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._events = EventReader(STREAM.url)
        self.broken = 0

    def add(self, piece: bytes, now: float) -> list[LiveSample]:
        """The samples that are complete with this piece, which arrived at `now`.

        Raises:
            APIResponseValidationError: an event is too large; stop reading the stream.
        """
        return [
            sample
            for data in self._events.add(piece)
            if (sample := self._sample(data, now)) is not None
        ]

    def _sample(self, data: bytes, now: float) -> LiveSample | None:
        try:
            event: Any = msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            event = None
        if not is_object(event):
            self.broken += 1
            logger.debug("%s: an event that is not a JSON object is left out", STREAM.url)
            return None
        return meter_sample(Fields(event, _ignored), self._setup, now)
