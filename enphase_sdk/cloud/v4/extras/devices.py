"""Requests of API v4 about a system's devices, events and alarms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve
from msgspec import UNSET

from enphase_sdk.cloud.api import Call, call
from enphase_sdk.cloud.arguments import given, integer
from enphase_sdk.cloud.v4.operations import DETAILS, SHARED_FOR
from enphase_sdk.cloud.v4.windows import instant
from enphase_sdk.core.times import InstantLike, to_epoch

if TYPE_CHECKING:
    from enphase_sdk_api_v4 import models as v4


def span(start: InstantLike, end: InstantLike | None) -> dict[str, Any]:
    """The query parameters of a period of events."""
    return {"start_time": to_epoch(start, "start_time"), "end_time": instant(end, "end_time")}


def system(system_id: int) -> Call[v4.System]:
    """Operation System."""
    from enphase_sdk_api_v4.api.default import system as api

    number = integer(system_id, "system_id")
    made = api.request(number)
    return call(api, made, access=DETAILS, system_id=number, adapt=without_placeholders)


def without_placeholders(row: v4.System) -> v4.System:
    """The system with None in place of -1, which v4 sends for values that it no longer provides."""
    names = ("energy_lifetime", "energy_today", "system_size")
    unknown: dict[str, Any] = {name: None for name in names if getattr(row, name) == -1}
    return evolve(row, **unknown)


def devices(system_id: int) -> Call[v4.Devices]:
    """Operation Devices."""
    from enphase_sdk_api_v4.api.default import devices as api

    number = integer(system_id, "system_id")
    made = api.request(number)
    return call(api, made, access=DETAILS, system_id=number, shared_for=SHARED_FOR)


def events(
    system_id: int, *, start_time: InstantLike, end_time: InstantLike | None = None
) -> Call[v4.Events]:
    """Operation Events."""
    from enphase_sdk_api_v4.api.default import events as api

    number = integer(system_id, "system_id")
    made = api.request(number, **span(start_time, end_time))
    return call(api, made, access=DETAILS, system_id=number)


def alarms(
    system_id: int,
    *,
    start_time: InstantLike,
    end_time: InstantLike | None = None,
    cleared: bool | None = None,
) -> Call[v4.Alarms]:
    """Operation Alarms."""
    from enphase_sdk_api_v4.api.default import alarms as api

    number = integer(system_id, "system_id")
    made = api.request(number, **span(start_time, end_time), cleared=given(cleared))
    return call(api, made, access=DETAILS, system_id=number)


def open_events(system_id: int) -> Call[v4.OpenEvents]:
    """Operation OpenEvents."""
    from enphase_sdk_api_v4.api.default import open_events as api

    number = integer(system_id, "system_id")
    made = api.request(number)
    return call(api, made, access=DETAILS, system_id=number)


def open_alarms(system_id: int) -> Call[v4.OpenAlarms]:
    """Operation OpenAlarms."""
    from enphase_sdk_api_v4.api.default import open_alarms as api

    number = integer(system_id, "system_id")
    made = api.request(number)
    return call(api, made, access=DETAILS, system_id=number)


def event_types(event_type_id: int | None = None) -> Call[v4.EventTypes]:
    """GET /systems/event_types."""
    from enphase_sdk_api_v4.api.default import event_types as api

    number = UNSET if event_type_id is None else integer(event_type_id, "event_type_id")
    return call(api, api.request(event_type_id=number), access=DETAILS)
