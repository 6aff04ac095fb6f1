"""Which operations have a frame, of which models; and why the others have none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from types import GenericAlias
from typing import Any, Literal, TypeAlias

from enphase_sdk import models, models_v4
from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.frames import _tables, _tables_v4
from enphase_sdk.frames._columns import Column

__all__ = [
    "RESULTS",
    "WITHOUT",
    "Operation",
    "columns_of",
    "operation_named",
    "operation_of",
    "shape_of",
]

# The methods of a client whose answers can become frames; `inverters_summary` of a site;
# `summaries` of a fleet.
Operation: TypeAlias = Literal[
    "alarms",
    "battery_lifetime",
    "consumption_lifetime",
    "consumption_meter_readings",
    "consumption_stats",
    "devices",
    "encharge_telemetry",
    "energy_export_lifetime",
    "energy_export_telemetry",
    "energy_import_lifetime",
    "energy_import_telemetry",
    "energy_lifetime",
    "envoys",
    "ev_charger_devices",
    "ev_charger_events",
    "ev_charger_lifetime",
    "ev_charger_sessions",
    "ev_charger_telemetry",
    "event_types",
    "events",
    "evse_lifetime",
    "evse_telemetry",
    "grid_status",
    "hp_lifetime",
    "hp_telemetry",
    "inventory",
    "inverters_summary",
    "inverters_summary_by_envoy_or_site",
    "latest_telemetry",
    "micro_telemetry",
    "micros_telemetry",
    "open_alarms",
    "open_events",
    "production_meter_readings",
    "rgm_stats",
    "stats",
    "storage_meter_readings",
    "summaries",
    "summary",
    "system",
    "systems",
    "telemetry_battery",
    "telemetry_consumption_meter",
    "telemetry_production_meter",
    "telemetry_production_micro",
]

# Names of a site's methods that differ from the client's.
ALIASES: dict[Operation, Operation] = {"inverters_summary": "inverters_summary_by_envoy_or_site"}

# The operations without a frame, and why.
WITHOUT: dict[str, str] = {
    "battery_settings": "settings are no measurement; `to_dict()` gives them",
    "ev_charger_schedules": "settings are no measurement; `to_dict()` gives them",
    "load_control": "settings are no measurement; `to_dict()` gives them",
    "storm_guard": "settings are no measurement; `to_dict()` gives them",
    "set_battery_settings": "it changes settings",
    "set_load_control": "it changes settings",
    "set_storm_guard": "it changes settings",
    "live_data": "a stream has no last row; iterate over its samples",
    "monthly_production": "Enphase is giving it up; the days of energy_lifetime have one",
    "search_system_id": "its answer is one number",
}

Columns: TypeAlias = Callable[[Any, tzinfo], list[Column]]

# Of each operation its columns, and the model of its answer (of `enphase_sdk.models_v4` after
# `v4.`); None for what no single answer of the API holds.
_FRAMES: dict[Operation, tuple[Columns, str | None]] = {
    "alarms": (_tables_v4.alarms, "v4.Alarms"),
    "battery_lifetime": (_tables_v4.battery_lifetime, "v4.BatteryLifetime"),
    "consumption_lifetime": (_tables.consumption_lifetime, "ConsumptionLifetime"),
    "consumption_meter_readings": (
        _tables_v4.consumption_meter_readings,
        "v4.ConsumptionMeterReadings",
    ),
    "consumption_stats": (_tables.consumption_stats, "ConsumptionStats"),
    "devices": (_tables_v4.devices, "v4.Devices"),
    "encharge_telemetry": (_tables_v4.encharge_telemetry, "v4.EnchargeTelemetry"),
    "energy_export_lifetime": (_tables_v4.energy_export_lifetime, "v4.EnergyExportLifetime"),
    "energy_export_telemetry": (_tables_v4.energy_export_telemetry, "v4.EnergyExportTelemetry"),
    "energy_import_lifetime": (_tables_v4.energy_import_lifetime, "v4.EnergyImportLifetime"),
    "energy_import_telemetry": (_tables_v4.energy_import_telemetry, "v4.EnergyImportTelemetry"),
    "energy_lifetime": (_tables.energy_lifetime, "EnergyLifetime"),
    "envoys": (_tables.envoys, "EnvoysResponse"),
    "ev_charger_devices": (_tables_v4.ev_charger_devices, "v4.EvChargers"),
    "ev_charger_events": (_tables_v4.ev_charger_events, "v4.EvChargerEvents"),
    "ev_charger_lifetime": (_tables.consumption_lifetime, "v4.EvChargerLifetime"),
    "ev_charger_sessions": (_tables_v4.ev_charger_sessions, "v4.ChargingSessions"),
    "ev_charger_telemetry": (_tables_v4.ev_charger_telemetry, "v4.EvChargerTelemetry"),
    "event_types": (_tables_v4.event_types, "v4.EventTypes"),
    "events": (_tables_v4.events, "v4.Events"),
    "evse_lifetime": (_tables.consumption_lifetime, "v4.EvseLifetime"),
    "evse_telemetry": (_tables_v4.consumed_telemetry, "v4.EvseTelemetry"),
    "grid_status": (_tables_v4.grid_status, "v4.GridStatus"),
    "hp_lifetime": (_tables.consumption_lifetime, "v4.HpLifetime"),
    "hp_telemetry": (_tables_v4.consumed_telemetry, "v4.HpTelemetry"),
    "inventory": (_tables.inventory, "Inventory"),
    "inverters_summary_by_envoy_or_site": (_tables.inverters_summary, "InvertersSummary"),
    "latest_telemetry": (_tables_v4.latest_telemetry, "v4.LatestTelemetry"),
    "micro_telemetry": (_tables_v4.micros_telemetry, "v4.MicroTelemetry"),
    "micros_telemetry": (_tables_v4.micros_telemetry, "v4.MicrosTelemetry"),
    "open_alarms": (_tables_v4.alarms, "v4.OpenAlarms"),
    "open_events": (_tables_v4.events, "v4.OpenEvents"),
    "production_meter_readings": (_tables.production_meter_readings, "ProductionMeterReadings"),
    "rgm_stats": (_tables.rgm_stats, "RgmStats"),
    "stats": (_tables.stats, "Stats"),
    "storage_meter_readings": (_tables_v4.storage_meter_readings, "v4.StorageMeterReadings"),
    "summaries": (_tables.summaries, None),
    "summary": (_tables.summary, "Summary"),
    "system": (_tables_v4.system, "v4.System"),
    "systems": (_tables.systems, "SystemsPage"),
    "telemetry_battery": (_tables_v4.telemetry_battery, "v4.BatteryTelemetry"),
    "telemetry_consumption_meter": (_tables.consumption_stats, "v4.ConsumptionMeterTelemetry"),
    "telemetry_production_meter": (_tables.rgm_totals, "v4.ProductionMeterTelemetry"),
    "telemetry_production_micro": (_tables.stats, "v4.ProductionMicroTelemetry"),
}

_PACKAGES = {"": "enphase_sdk_api_v2", "v4.": "enphase_sdk_api_v4"}


def _key(model: str) -> tuple[str, str]:
    name = model.removeprefix("v4.")
    return _PACKAGES[model.removesuffix(name)], name


# The operation of each class of results, by the class's package and name: so a class need not be
# loaded to be known, and those of the floors above are known too. The last ones are what the
# generated client of v4 alone gives.
RESULTS: dict[tuple[str, str], Operation] = {
    **{_key(model): name for name, (_, model) in _FRAMES.items() if model is not None},
    _key("System"): "systems",
    ("enphase_sdk", "Collected"): "summaries",
    ("enphase_sdk", "FleetRecord"): "summaries",
    _key("v4.ConsumptionLifetime"): "consumption_lifetime",
    _key("v4.EnergyLifetime"): "energy_lifetime",
    _key("v4.FoundSystemsPage"): "system",
    _key("v4.InvertersSummary"): "inverters_summary_by_envoy_or_site",
    _key("v4.ProductionMeterReadings"): "production_meter_readings",
    _key("v4.RgmStats"): "rgm_stats",
    _key("v4.Summary"): "summary",
    _key("v4.SystemsPage"): "system",
}


def operation_named(name: str, *, totals: bool = False) -> Operation:
    """The operation of that name, or of that other name of it.

    Raises:
        InvalidArgumentError: it has no frame, or no totals if these are wanted.
    """
    names: tuple[Operation, ...] = (*_FRAMES, *ALIASES)
    found: Operation | None = next((known for known in names if known == name), None)
    if found is None:
        why = f" ({WITHOUT[name]})" if name in WITHOUT else ""
        raise InvalidArgumentError(
            f"operation: there is a frame of {', '.join(_FRAMES)}, not {name!r}{why}"
        )
    if totals and found != "rgm_stats":
        raise InvalidArgumentError(f"totals: rgm_stats has them, {name} does not")
    return ALIASES.get(found, found)


def operation_of(result: object) -> Operation:
    """The operation that returned a result.

    Raises:
        InvalidArgumentError: there is no frame of it.
    """
    kind: type[Any] = result.__class__
    found = RESULTS.get((kind.__module__.partition(".")[0], kind.__name__))
    if found is None:
        raise InvalidArgumentError(
            f"there is no frame of a {kind.__name__}; there is one of what these methods return: "
            f"{', '.join(_FRAMES)}"
        )
    return found


def columns_of(operation: Operation, *, totals: bool) -> Columns:
    """What fills an operation's columns from an answer and the system's time zone."""
    return _tables.rgm_totals if totals else _FRAMES[operation][0]


def shape_of(operation: Operation) -> Any:
    """The type that an operation's answer is read as.

    Raises:
        InvalidArgumentError: its rows are of several answers.
    """
    model = _FRAMES[operation][1]
    if model is None:
        raise InvalidArgumentError(f"operation: {operation} has no single answer to be read")
    home = models_v4 if model.startswith("v4.") else models
    found = getattr(home, model.removeprefix("v4."))
    many = operation == "inverters_summary_by_envoy_or_site"
    return GenericAlias(list, found) if many else found
