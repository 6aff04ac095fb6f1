"""The operations that only API v4 has; results in its own models, `enphase_sdk.models_v4`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve, fields
from msgspec import UNSET

from enphase_sdk.cloud.api import Call, call
from enphase_sdk.cloud.arguments import given, integer, text
from enphase_sdk.cloud.v4.operations import CONSUMPTION, DETAILS, PRODUCTION, SHARED_FOR
from enphase_sdk.cloud.v4.windows import DAY, QUARTER_HOUR, days, granularity, instant
from enphase_sdk.core.times import DateLike, InstantLike, to_date, to_epoch
from enphase_sdk.errors import InvalidArgumentError

if TYPE_CHECKING:
    from enphase_sdk_api_v4 import models as v4

DEVICE = "Device Level Monitoring"
CONFIGURATION = "System Configurations"
CHARGERS = "EV Charger Monitoring"


def short(value: DateLike | None, name: str) -> Any:
    """A day as EV chargers take it (YYYYMMDD), or absent."""
    return UNSET if value is None else to_date(value, name).strftime("%Y%m%d")


def span(start: InstantLike, end: InstantLike | None) -> dict[str, Any]:
    """A span of events."""
    return {"start_time": to_epoch(start, "start_time"), "end_time": instant(end, "end_time")}


def window(
    start: InstantLike | None, end: InstantLike | None, *, longest: int = 7 * DAY
) -> dict[str, Any]:
    """A window of telemetry: its start on a quarter hour, its length as `granularity`.

    Raises:
        InvalidArgumentError: it is longer than the server answers, or has an end alone.
    """
    if start is None:
        if end is None:
            return {}
        raise InvalidArgumentError("end_at: give start_at too; without it today is answered")
    begin = to_epoch(start, "start_at") // QUARTER_HOUR * QUARTER_HOUR
    if end is None:
        return {"start_at": begin, "granularity": granularity(DAY)}
    seconds = to_epoch(end, "end_at") - begin
    if not 0 < seconds <= longest:
        raise InvalidArgumentError(
            f"start_at and end_at: at most {longest // DAY} days can be asked for at once, not "
            f"{seconds / DAY:.4g}; ask for one window after another"
        )
    return {"start_at": begin, "granularity": granularity(seconds)}


def flat(series: Any) -> Any:
    """Some servers put all intervals into one more list."""
    intervals: list[Any] = []
    for each in series.intervals or ():
        intervals += each if isinstance(each, list) else [each]
    return evolve(series, intervals=intervals)


def system(system_id: int) -> Call[v4.System]:
    """Operation System."""
    from enphase_sdk_api_v4.api.default import system as api

    number = integer(system_id, "system_id")
    made = api.request(number)
    return call(api, made, access=DETAILS, system_id=number, adapt=without_placeholders)


def without_placeholders(row: v4.System) -> v4.System:
    """None for -1, which stands where v4 no longer tells a quantity."""
    names = ("energy_lifetime", "energy_today", "system_size")
    unfilled: dict[str, Any] = {name: None for name in names if getattr(row, name) == -1}
    return evolve(row, **unfilled)


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


def battery_lifetime(
    system_id: int, *, start_date: DateLike | None = None, end_date: DateLike | None = None
) -> Call[v4.BatteryLifetime]:
    """Operation BatteryLifetime."""
    from enphase_sdk_api_v4.api.default import battery_lifetime as api

    number = integer(system_id, "system_id")
    made = api.request(number, **days(start_date, end_date))
    return call(api, made, access=CONSUMPTION, system_id=number)


def energy_import_lifetime(
    system_id: int, *, start_date: DateLike | None = None, end_date: DateLike | None = None
) -> Call[v4.EnergyImportLifetime]:
    """Operation EnergyImportLifetime."""
    from enphase_sdk_api_v4.api.default import energy_import_lifetime as api

    number = integer(system_id, "system_id")
    made = api.request(number, **days(start_date, end_date))
    return call(api, made, access=CONSUMPTION, system_id=number)


def energy_export_lifetime(
    system_id: int, *, start_date: DateLike | None = None, end_date: DateLike | None = None
) -> Call[v4.EnergyExportLifetime]:
    """Operation EnergyExportLifetime."""
    from enphase_sdk_api_v4.api.default import energy_export_lifetime as api

    number = integer(system_id, "system_id")
    made = api.request(number, **days(start_date, end_date))
    return call(api, made, access=CONSUMPTION, system_id=number)


def telemetry_production_micro(
    system_id: int, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
) -> Call[v4.ProductionMicroTelemetry]:
    """Operation TelemetryProductionMicro."""
    from enphase_sdk_api_v4.api.default import telemetry_production_micro as api

    number = integer(system_id, "system_id")
    made = api.request(number, **window(start_at, end_at, longest=DAY))
    return call(api, made, access=PRODUCTION, system_id=number)


def telemetry_production_meter(
    system_id: int, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
) -> Call[v4.ProductionMeterTelemetry]:
    """Operation TelemetryProductionMeter."""
    from enphase_sdk_api_v4.api.default import telemetry_production_meter as api

    number = integer(system_id, "system_id")
    made = api.request(number, **window(start_at, end_at))
    return call(api, made, access=PRODUCTION, system_id=number)


def telemetry_consumption_meter(
    system_id: int, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
) -> Call[v4.ConsumptionMeterTelemetry]:
    """Operation TelemetryConsumptionMeter."""
    from enphase_sdk_api_v4.api.default import telemetry_consumption_meter as api

    number = integer(system_id, "system_id")
    made = api.request(number, **window(start_at, end_at))
    return call(api, made, access=CONSUMPTION, system_id=number)


def telemetry_battery(
    system_id: int, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
) -> Call[v4.BatteryTelemetry]:
    """Operation TelemetryBattery."""
    from enphase_sdk_api_v4.api.default import telemetry_battery as api

    number = integer(system_id, "system_id")
    made = api.request(number, **window(start_at, end_at))
    return call(api, made, access=CONSUMPTION, system_id=number)


def energy_import_telemetry(
    system_id: int, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
) -> Call[v4.EnergyImportTelemetry]:
    """Operation EnergyImportTelemetry."""
    from enphase_sdk_api_v4.api.default import energy_import_telemetry as api

    number = integer(system_id, "system_id")
    made = api.request(number, **window(start_at, end_at, longest=DAY))
    return call(api, made, access=CONSUMPTION, system_id=number, adapt=flat)


def energy_export_telemetry(
    system_id: int, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
) -> Call[v4.EnergyExportTelemetry]:
    """Operation EnergyExportTelemetry."""
    from enphase_sdk_api_v4.api.default import energy_export_telemetry as api

    number = integer(system_id, "system_id")
    made = api.request(number, **window(start_at, end_at, longest=DAY))
    return call(api, made, access=CONSUMPTION, system_id=number, adapt=flat)


def latest_telemetry(system_id: int) -> Call[v4.LatestTelemetry]:
    """Operation LatestTelemetry."""
    from enphase_sdk_api_v4.api.default import latest_telemetry as api

    number = integer(system_id, "system_id")
    made = api.request(number)
    return call(api, made, access=CONSUMPTION, system_id=number)


def consumption_meter_readings(
    system_id: int, *, end_at: InstantLike | None = None
) -> Call[v4.ConsumptionMeterReadings]:
    """Operation ConsumptionMeterReadings."""
    from enphase_sdk_api_v4.api.default import consumption_meter_readings as api

    number = integer(system_id, "system_id")
    made = api.request(number, end_at=instant(end_at, "end_at"))
    return call(api, made, access=CONSUMPTION, system_id=number)


def storage_meter_readings(
    system_id: int, *, end_at: InstantLike | None = None
) -> Call[v4.StorageMeterReadings]:
    """Operation StorageMeterReadings."""
    from enphase_sdk_api_v4.api.default import storage_meter_readings as api

    number = integer(system_id, "system_id")
    made = api.request(number, end_at=instant(end_at, "end_at"))
    return call(api, made, access=CONSUMPTION, system_id=number)


def micros_telemetry(
    system_id: int,
    *,
    start_at: InstantLike | None = None,
    end_at: InstantLike | None = None,
    page: int | None = None,
    size: int | None = None,
) -> Call[v4.MicrosTelemetry]:
    """Operation MicrosTelemetry."""
    from enphase_sdk_api_v4.api.default import micros_telemetry as api

    number = integer(system_id, "system_id")
    made = api.request(
        number, **window(start_at, end_at, longest=DAY), page=given(page), size=given(size)
    )
    return call(api, made, access=DEVICE, system_id=number)


def micro_telemetry(
    system_id: int,
    serial_no: str,
    *,
    start_at: InstantLike | None = None,
    end_at: InstantLike | None = None,
) -> Call[v4.MicroTelemetry]:
    """Operation MicroTelemetry."""
    from enphase_sdk_api_v4.api.default import micro_telemetry as api

    number = integer(system_id, "system_id")
    made = api.request(
        number, text(serial_no, "serial_no"), **window(start_at, end_at, longest=DAY)
    )
    return call(api, made, access=DEVICE, system_id=number)


def encharge_telemetry(
    system_id: int,
    serial_no: str,
    *,
    start_at: InstantLike | None = None,
    end_at: InstantLike | None = None,
) -> Call[v4.EnchargeTelemetry]:
    """Operation EnchargeTelemetry."""
    from enphase_sdk_api_v4.api.default import encharge_telemetry as api

    number = integer(system_id, "system_id")
    made = api.request(
        number, text(serial_no, "serial_no"), **window(start_at, end_at, longest=DAY)
    )
    return call(api, made, access=DEVICE, system_id=number)


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


def hp_lifetime(
    system_id: int, *, start_date: DateLike | None = None, end_date: DateLike | None = None
) -> Call[v4.HpLifetime]:
    """Operation HpLifetime."""
    from enphase_sdk_api_v4.api.default import hp_lifetime as api

    number = integer(system_id, "system_id")
    made = api.request(number, **days(start_date, end_date))
    return call(api, made, access=DEVICE, system_id=number)


def hp_telemetry(
    system_id: int, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
) -> Call[v4.HpTelemetry]:
    """Operation HpTelemetry."""
    from enphase_sdk_api_v4.api.default import hp_telemetry as api

    number = integer(system_id, "system_id")
    made = api.request(number, **window(start_at, end_at, longest=DAY))
    return call(api, made, access=DEVICE, system_id=number, adapt=flat)


def battery_settings(system_id: int) -> Call[v4.BatterySettings]:
    """Operation BatterySettings."""
    from enphase_sdk_api_v4.api.default import battery_settings as api

    number = integer(system_id, "system_id")
    made = api.request(number)
    return call(api, made, access=CONFIGURATION, system_id=number)


def storm_guard(system_id: int) -> Call[v4.StormGuard]:
    """Operation StormGuard."""
    from enphase_sdk_api_v4.api.default import storm_guard as api

    number = integer(system_id, "system_id")
    made = api.request(number)
    return call(api, made, access=CONFIGURATION, system_id=number)


def grid_status(system_id: int) -> Call[v4.GridStatus]:
    """Operation GridStatus."""
    from enphase_sdk_api_v4.api.default import grid_status as api

    number = integer(system_id, "system_id")
    made = api.request(number)
    return call(api, made, access=CONFIGURATION, system_id=number)


def load_control(system_id: int) -> Call[v4.LoadControl]:
    """Operation LoadControl."""
    from enphase_sdk_api_v4.api.default import load_control as api

    number = integer(system_id, "system_id")
    made = api.request(number)
    return call(api, made, access=CONFIGURATION, system_id=number)


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


def set_battery_settings(system_id: int, **changes: Any) -> Call[v4.BatterySettings]:
    """Operation SetBatterySettings; what is not named stays as it is."""
    from enphase_sdk_api_v4.api.default import set_battery_settings as api
    from enphase_sdk_api_v4.models import BatterySettingsChange

    number = integer(system_id, "system_id")
    made = api.request(number, body=changed(BatterySettingsChange, changes))
    return call(api, made, access=CONFIGURATION, system_id=number, is_read=False)


def set_storm_guard(system_id: int, **changes: Any) -> Call[v4.StormGuard]:
    """Operation SetStormGuard; what is not named stays as it is."""
    from enphase_sdk_api_v4.api.default import set_storm_guard as api
    from enphase_sdk_api_v4.models import StormGuardChange

    number = integer(system_id, "system_id")
    made = api.request(number, body=changed(StormGuardChange, changes))
    return call(api, made, access=CONFIGURATION, system_id=number, is_read=False)


def set_load_control(system_id: int, **changes: Any) -> Call[v4.LoadControl]:
    """Operation SetLoadControl; what is not named stays as it is."""
    from enphase_sdk_api_v4.api.default import set_load_control as api
    from enphase_sdk_api_v4.models import ControlledLoadChange

    number = integer(system_id, "system_id")
    made = api.request(number, body=changed(ControlledLoadChange, changes))
    return call(api, made, access=CONFIGURATION, system_id=number, is_read=False)


def changed(shape: Any, changes: dict[str, Any]) -> Any:
    """The body of a write.

    Raises:
        InvalidArgumentError: nothing is to be changed, or there is no such setting.
    """
    known = sorted(field.name for field in fields(shape))
    unknown = sorted(set(changes) - set(known))
    if unknown or not changes:
        what = f"there is no setting {unknown[0]!r}" if unknown else "nothing is to be changed"
        raise InvalidArgumentError(f"{what}; there are {', '.join(known)}")
    return shape(**changes)
