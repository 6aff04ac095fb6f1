"""Requests of API v4 about a system's EV chargers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from enphase_sdk.cloud.api import Call, call
from enphase_sdk.cloud.arguments import given, integer, text
from enphase_sdk.cloud.v4.extras.windows import flat, window
from enphase_sdk.cloud.v4.windows import DAY, days, granularity, instant
from enphase_sdk.core.times import DateLike, InstantLike, to_date

if TYPE_CHECKING:
    from enphase_sdk_api_v4 import models as v4

DEVICE = "Device Level Monitoring"
CHARGERS = "EV Charger Monitoring"


def short(value: DateLike | None, name: str) -> Any:
    """A day as EV chargers take it (YYYYMMDD), or absent."""
    return UNSET if value is None else to_date(value, name).strftime("%Y%m%d")


def evse_lifetime(
    system_id: int,
    serial_no: str,
    *,
    start_date: DateLike | None = None,
    end_date: DateLike | None = None,
) -> Call[v4.EvseLifetime]:
    """Operation EvseLifetime."""
    from enphase_sdk_api_v4.api.default import evse_lifetime as api

    number = integer(system_id, "system_id")
    made = api.request(number, text(serial_no, "serial_no"), **days(start_date, end_date))
    return call(api, made, access=DEVICE, system_id=number)


def evse_telemetry(
    system_id: int,
    serial_no: str,
    *,
    start_at: InstantLike | None = None,
    end_at: InstantLike | None = None,
) -> Call[v4.EvseTelemetry]:
    """Operation EvseTelemetry."""
    from enphase_sdk_api_v4.api.default import evse_telemetry as api

    number = integer(system_id, "system_id")
    made = api.request(
        number, text(serial_no, "serial_no"), **window(start_at, end_at, longest=DAY)
    )
    return call(api, made, access=DEVICE, system_id=number, adapt=flat)


def ev_charger_devices(system_id: int) -> Call[v4.EvChargers]:
    """Operation EvChargerDevices."""
    from enphase_sdk_api_v4.api.default import ev_charger_devices as api

    number = integer(system_id, "system_id")
    made = api.request(number)
    return call(api, made, access=CHARGERS, system_id=number)


def ev_charger_events(
    system_id: int,
    *,
    serial_num: str | None = None,
    offset: int | None = None,
    limit: int | None = None,
) -> Call[v4.EvChargerEvents]:
    """Operation EvChargerEvents."""
    from enphase_sdk_api_v4.api.default import ev_charger_events as api

    number = integer(system_id, "system_id")
    made = api.request(
        number, serial_num=given(serial_num), offset=given(offset), limit=given(limit)
    )
    return call(api, made, access=CHARGERS, system_id=number)


def ev_charger_sessions(
    system_id: int, serial_no: str, *, offset: int | None = None, limit: int | None = None
) -> Call[v4.ChargingSessions]:
    """Operation EvChargerSessions."""
    from enphase_sdk_api_v4.api.default import ev_charger_sessions as api

    number = integer(system_id, "system_id")
    made = api.request(
        number, text(serial_no, "serial_no"), offset=given(offset), limit=given(limit)
    )
    return call(api, made, access=CHARGERS, system_id=number)


def ev_charger_schedules(system_id: int, serial_no: str) -> Call[v4.EvChargerSchedules]:
    """Operation EvChargerSchedules."""
    from enphase_sdk_api_v4.api.default import ev_charger_schedules as api

    number = integer(system_id, "system_id")
    made = api.request(number, text(serial_no, "serial_no"))
    return call(api, made, access=CHARGERS, system_id=number)


def ev_charger_lifetime(
    system_id: int, serial_no: str, *, start_date: DateLike, end_date: DateLike | None = None
) -> Call[v4.EvChargerLifetime]:
    """Operation EvChargerLifetime."""
    from enphase_sdk_api_v4.api.default import ev_charger_lifetime as api

    number = integer(system_id, "system_id")
    made = api.request(
        number,
        text(serial_no, "serial_no"),
        start_date=short(start_date, "start_date"),
        end_date=short(end_date, "end_date"),
    )
    return call(api, made, access=CHARGERS, system_id=number)


def ev_charger_telemetry(
    system_id: int, serial_no: str, *, start_at: InstantLike | None = None
) -> Call[v4.EvChargerTelemetry]:
    """Operation EvChargerTelemetry."""
    from enphase_sdk_api_v4.api.default import ev_charger_telemetry as api

    number = integer(system_id, "system_id")
    made = api.request(
        number,
        text(serial_no, "serial_no"),
        start_at=instant(start_at, "start_at"),
        granularity=granularity(DAY) if start_at is not None else UNSET,
    )
    return call(api, made, access=CHARGERS, system_id=number)
