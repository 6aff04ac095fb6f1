"""Requests of API v4 about energy by day, by interval and by device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from enphase_sdk.cloud.api import Call, call
from enphase_sdk.cloud.arguments import given, integer, text
from enphase_sdk.cloud.finality import settled_days, settled_rows, settled_window
from enphase_sdk.cloud.v4.extras.windows import flat, window
from enphase_sdk.cloud.v4.operations import CONSUMPTION, PRODUCTION
from enphase_sdk.cloud.v4.windows import DAY, QUARTER_HOUR, days, final_of, instant
from enphase_sdk.core.times import DateLike, InstantLike

if TYPE_CHECKING:
    from enphase_sdk_api_v4 import models as v4

DEVICE = "Device Level Monitoring"


def battery_lifetime(
    system_id: int, *, start_date: DateLike | None = None, end_date: DateLike | None = None
) -> Call[v4.BatteryLifetime]:
    """Operation BatteryLifetime."""
    from enphase_sdk_api_v4.api.default import battery_lifetime as api

    number = integer(system_id, "system_id")
    made = api.request(number, **days(start_date, end_date))
    final = settled_days(end_date, "charge", "discharge")
    return call(api, made, access=CONSUMPTION, system_id=number, final=final)


def energy_import_lifetime(
    system_id: int, *, start_date: DateLike | None = None, end_date: DateLike | None = None
) -> Call[v4.EnergyImportLifetime]:
    """Operation EnergyImportLifetime."""
    from enphase_sdk_api_v4.api.default import energy_import_lifetime as api

    number = integer(system_id, "system_id")
    made = api.request(number, **days(start_date, end_date))
    final = settled_days(end_date, "import_")
    return call(api, made, access=CONSUMPTION, system_id=number, final=final)


def energy_export_lifetime(
    system_id: int, *, start_date: DateLike | None = None, end_date: DateLike | None = None
) -> Call[v4.EnergyExportLifetime]:
    """Operation EnergyExportLifetime."""
    from enphase_sdk_api_v4.api.default import energy_export_lifetime as api

    number = integer(system_id, "system_id")
    made = api.request(number, **days(start_date, end_date))
    final = settled_days(end_date, "export")
    return call(api, made, access=CONSUMPTION, system_id=number, final=final)


def telemetry_production_micro(
    system_id: int, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
) -> Call[v4.ProductionMicroTelemetry]:
    """Operation TelemetryProductionMicro."""
    from enphase_sdk_api_v4.api.default import telemetry_production_micro as api

    number = integer(system_id, "system_id")
    asked = window(start_at, end_at, longest=DAY)
    made = api.request(number, **asked)
    return call(api, made, access=PRODUCTION, system_id=number, final=final_of(asked))


def telemetry_production_meter(
    system_id: int, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
) -> Call[v4.ProductionMeterTelemetry]:
    """Operation TelemetryProductionMeter."""
    from enphase_sdk_api_v4.api.default import telemetry_production_meter as api

    number = integer(system_id, "system_id")
    asked = window(start_at, end_at)
    made = api.request(number, **asked)
    final = settled_rows(asked.get("start_at"), QUARTER_HOUR)
    return call(api, made, access=PRODUCTION, system_id=number, final=final)


def telemetry_consumption_meter(
    system_id: int, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
) -> Call[v4.ConsumptionMeterTelemetry]:
    """Operation TelemetryConsumptionMeter."""
    from enphase_sdk_api_v4.api.default import telemetry_consumption_meter as api

    number = integer(system_id, "system_id")
    asked = window(start_at, end_at)
    made = api.request(number, **asked)
    return call(api, made, access=CONSUMPTION, system_id=number, final=final_of(asked))


def telemetry_battery(
    system_id: int, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
) -> Call[v4.BatteryTelemetry]:
    """Operation TelemetryBattery."""
    from enphase_sdk_api_v4.api.default import telemetry_battery as api

    number = integer(system_id, "system_id")
    asked = window(start_at, end_at)
    made = api.request(number, **asked)
    final = settled_rows(asked.get("start_at"), QUARTER_HOUR)
    return call(api, made, access=CONSUMPTION, system_id=number, final=final)


def energy_import_telemetry(
    system_id: int, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
) -> Call[v4.EnergyImportTelemetry]:
    """Operation EnergyImportTelemetry."""
    from enphase_sdk_api_v4.api.default import energy_import_telemetry as api

    number = integer(system_id, "system_id")
    asked = window(start_at, end_at, longest=DAY)
    made = api.request(number, **asked)
    return call(api, made, access=CONSUMPTION, system_id=number, adapt=flat, final=final_of(asked))


def energy_export_telemetry(
    system_id: int, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
) -> Call[v4.EnergyExportTelemetry]:
    """Operation EnergyExportTelemetry."""
    from enphase_sdk_api_v4.api.default import energy_export_telemetry as api

    number = integer(system_id, "system_id")
    asked = window(start_at, end_at, longest=DAY)
    made = api.request(number, **asked)
    return call(api, made, access=CONSUMPTION, system_id=number, adapt=flat, final=final_of(asked))


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
    final = settled_window(None, end_at, 0)
    return call(api, made, access=CONSUMPTION, system_id=number, final=final)


def storage_meter_readings(
    system_id: int, *, end_at: InstantLike | None = None
) -> Call[v4.StorageMeterReadings]:
    """Operation StorageMeterReadings."""
    from enphase_sdk_api_v4.api.default import storage_meter_readings as api

    number = integer(system_id, "system_id")
    made = api.request(number, end_at=instant(end_at, "end_at"))
    final = settled_window(None, end_at, 0)
    return call(api, made, access=CONSUMPTION, system_id=number, final=final)


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
