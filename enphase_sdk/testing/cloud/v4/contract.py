"""The operations of API v4: methods, paths, access controls, parameters, and answer functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from attrs import frozen

from enphase_sdk.testing.cloud.question import Question
from enphase_sdk.testing.cloud.v4 import chargers, devices, events, site
from enphase_sdk.testing.cloud.v4.refusals import not_found, unprocessable, wrong_method
from enphase_sdk.testing.cloud.v4.settings import Settings

__all__ = ["OPERATIONS", "Operation", "find_operation", "read_parameters"]

_LARGEST_INT32 = 2**31 - 1
_LATEST_EPOCH = 253_402_300_799  # epoch seconds, the end of the year 9999

DETAILS = "System Details"
PRODUCTION = "Site Level Production Monitoring"
CONSUMPTION = "Site Level Consumption Monitoring"
DEVICE = "Device Level Monitoring"
STREAMING = "Streaming APIs"
CONFIGURATION = "System Configurations"
CHARGERS = "EV Charger Monitoring"
CHARGER_CONTROL = "EV Charger Control"

Read = Callable[[str], Any]
Answer = Callable[[Settings, Question], object]


def _integer(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,19}", text):
        raise ValueError("is not an integer")
    return int(text)


def _positive(text: str) -> int:
    number = _integer(text)
    if number < 1:
        raise ValueError("is less than 1")
    return number


def _from_zero(text: str) -> int:
    number = _integer(text)
    if not 0 <= number <= _LARGEST_INT32:
        raise ValueError("is not a number of 32 bits from 0")
    return number


def _epoch(text: str) -> int:
    number = _integer(text)
    if not 0 <= number <= _LATEST_EPOCH:
        raise ValueError("is not a time in Unix epoch seconds")
    return number


def _date(text: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("is not a date in the form YYYY-MM-DD")
    return date.fromisoformat(text)


def _short_date(text: str) -> date:
    if not re.fullmatch(r"[0-9]{8}", text):
        raise ValueError("is not a date in the form YYYYMMDD")
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("is not true or false")
    return text == "true"


def _one_of(*choices: str) -> Read:
    def check(text: str) -> str:
        if text not in choices:
            raise ValueError(f"is not one of {', '.join(choices)}")
        return text

    return check


@frozen
class Operation:
    """One operation of the contract.

    Attributes:
        name: Its ``operationId`` in the corrected contract.
        method: The HTTP method.
        path: Its path.
        access: The access control that a plan must include.
        answer: The function that answers it.
        parameters: Reader of each query parameter.
        required: Those that must be given.
        status: Of a success.
    """

    name: str
    method: str
    path: str
    access: str
    answer: Answer
    parameters: Mapping[str, Read]
    required: tuple[str, ...]
    status: int


def _all() -> list[Operation]:
    found: list[Operation] = []
    one = "/api/v4/systems/{system_id}"
    config = "/api/v4/systems/config/{system_id}"
    charger = one + "/ev_charger/{serial_no}"

    def add(
        name: str,
        path: str,
        access: str,
        answer: Callable[[Question], object] | None = None,
        parameters: Mapping[str, Read] | None = None,
        *,
        setting: Callable[[Settings, Question], object] | None = None,
        required: tuple[str, ...] = (),
        method: str = "GET",
        status: int = 200,
    ) -> None:
        def of_the_world(_: Settings, question: Question) -> object:
            assert answer is not None  # noqa: S101 - a table's promise
            return answer(question)

        answers = setting or of_the_world
        found.append(
            Operation(name, method, path, access, answers, parameters or {}, required, status)
        )

    pages: dict[str, Read] = {"page": _positive, "size": _positive}
    dates: dict[str, Read] = {"start_date": _date, "end_date": _date}
    telemetry: dict[str, Read] = {
        "start_at": _epoch,
        "start_date": _date,
        "end_at": _epoch,
        "granularity": _one_of("5mins", "15mins", "day", "week"),
    }
    interval: dict[str, Read] = {**telemetry, "interval_duration": _one_of("5mins", "15mins")}
    period: dict[str, Read] = {"start_time": _epoch, "end_time": _epoch}
    part: dict[str, Read] = {"offset": _from_zero, "limit": _from_zero}
    ends: dict[str, Read] = {"end_at": _epoch}

    sorted_pages = {**pages, "sort_by": _one_of("id", "-id")}
    add("Systems", "/api/v4/systems", DETAILS, site.systems, sorted_pages)
    add(
        "SearchSystems",
        "/api/v4/systems/search",
        DETAILS,
        site.search_systems,
        {**pages, "live_stream": str},
        method="POST",
    )
    add(
        "RetrieveSystemId",
        "/api/v4/systems/retrieve_system_id",
        DETAILS,
        site.retrieve_system_id,
        {"serial_num": str},
        required=("serial_num",),
    )
    add(
        "EventTypes",
        "/api/v4/systems/event_types",
        DETAILS,
        events.event_types,
        {"event_type_id": _integer},
    )
    add(
        "InvertersSummaryByEnvoyOrSite",
        "/api/v4/systems/inverters_summary_by_envoy_or_site",
        DETAILS,
        site.inverters_summary,
        {**pages, "site_id": _integer, "envoy_serial_number": str},
    )
    add("System", one, DETAILS, site.system)
    add("Summary", one + "/summary", DETAILS, site.summary, {"summary_date": _date})
    add("Devices", one + "/devices", DETAILS, devices.devices)
    add("Events", one + "/events", DETAILS, events.events, period, required=("start_time",))
    add(
        "Alarms",
        one + "/alarms",
        DETAILS,
        events.alarms,
        {**period, "cleared": _boolean},
        required=("start_time",),
    )
    add("OpenEvents", one + "/open_events", DETAILS, events.open_events)
    add("OpenAlarms", one + "/open_alarms", DETAILS, events.open_alarms)

    add(
        "ProductionMeterReadings",
        one + "/production_meter_readings",
        PRODUCTION,
        site.production_meter_readings,
        ends,
    )
    add(
        "RgmStats",
        one + "/rgm_stats",
        PRODUCTION,
        site.rgm_stats,
        {"start_at": _epoch, "end_at": _epoch},
    )
    add(
        "EnergyLifetime",
        one + "/energy_lifetime",
        PRODUCTION,
        site.energy_lifetime,
        {**dates, "production": str},
    )
    add(
        "TelemetryProductionMicro",
        one + "/telemetry/production_micro",
        PRODUCTION,
        site.telemetry_production_micro,
        telemetry,
    )
    add(
        "TelemetryProductionMeter",
        one + "/telemetry/production_meter",
        PRODUCTION,
        site.telemetry_production_meter,
        telemetry,
    )

    add(
        "ConsumptionLifetime",
        one + "/consumption_lifetime",
        CONSUMPTION,
        site.consumption_lifetime,
        dates,
    )
    add(
        "BatteryLifetime",
        one + "/battery_lifetime",
        CONSUMPTION,
        lambda question: site.flow_lifetime(question, "charge", "discharge"),
        dates,
    )
    add(
        "EnergyImportLifetime",
        one + "/energy_import_lifetime",
        CONSUMPTION,
        lambda question: site.flow_lifetime(question, "import_"),
        dates,
    )
    add(
        "EnergyExportLifetime",
        one + "/energy_export_lifetime",
        CONSUMPTION,
        lambda question: site.flow_lifetime(question, "export"),
        dates,
    )
    add(
        "ConsumptionMeterReadings",
        one + "/consumption_meter_readings",
        CONSUMPTION,
        devices.consumption_meter_readings,
        ends,
    )
    add(
        "StorageMeterReadings",
        one + "/storage_meter_readings",
        CONSUMPTION,
        devices.storage_meter_readings,
        ends,
    )
    add(
        "TelemetryBattery",
        one + "/telemetry/battery",
        CONSUMPTION,
        devices.telemetry_battery,
        telemetry,
    )
    add(
        "TelemetryConsumptionMeter",
        one + "/telemetry/consumption_meter",
        CONSUMPTION,
        site.telemetry_consumption_meter,
        telemetry,
    )
    add(
        "EnergyImportTelemetry",
        one + "/energy_import_telemetry",
        CONSUMPTION,
        devices.import_telemetry,
        telemetry,
    )
    add(
        "EnergyExportTelemetry",
        one + "/energy_export_telemetry",
        CONSUMPTION,
        devices.export_telemetry,
        telemetry,
    )
    add("LatestTelemetry", one + "/latest_telemetry", CONSUMPTION, devices.latest_telemetry)

    add(
        "MicrosTelemetry",
        one + "/devices/micros/telemetry",
        DEVICE,
        devices.micros_telemetry,
        {**pages, **telemetry, "end_date": _date},
    )
    add(
        "MicroTelemetry",
        one + "/devices/micros/{serial_no}/telemetry",
        DEVICE,
        devices.micro_telemetry,
        telemetry,
    )
    add(
        "EnchargeTelemetry",
        one + "/devices/encharges/{serial_no}/telemetry",
        DEVICE,
        devices.encharge_telemetry,
        telemetry,
    )
    add("EvseLifetime", one + "/{serial_no}/evse_lifetime", DEVICE, chargers.evse_lifetime, dates)
    add(
        "EvseTelemetry",
        one + "/{serial_no}/evse_telemetry",
        DEVICE,
        chargers.evse_telemetry,
        interval,
    )
    add("HpLifetime", one + "/hp_lifetime", DEVICE, chargers.hp_lifetime, dates)
    add("HpTelemetry", one + "/hp_telemetry", DEVICE, chargers.hp_telemetry, interval)

    add("BatterySettings", config + "/battery_settings", CONFIGURATION, setting=Settings.battery)
    add(
        "SetBatterySettings",
        config + "/battery_settings",
        CONFIGURATION,
        setting=Settings.set_battery,
        method="PUT",
    )
    add("StormGuard", config + "/storm_guard", CONFIGURATION, setting=Settings.storm_guard)
    add(
        "SetStormGuard",
        config + "/storm_guard",
        CONFIGURATION,
        setting=Settings.set_storm_guard,
        method="PUT",
    )
    add("GridStatus", config + "/grid_status", CONFIGURATION, setting=Settings.grid_status)
    add("LoadControl", config + "/load_control", CONFIGURATION, setting=Settings.load_control)
    add(
        "SetLoadControl",
        config + "/load_control",
        CONFIGURATION,
        setting=Settings.set_load_control,
        method="PUT",
    )

    add("EvChargerDevices", one + "/ev_charger/devices", CHARGERS, chargers.charger_devices)
    add(
        "EvChargerEvents",
        one + "/ev_charger/events",
        CHARGERS,
        chargers.charger_events,
        {**part, "serial_num": str},
    )
    add("EvChargerSessions", charger + "/sessions", CHARGERS, chargers.charger_sessions, part)
    add("EvChargerSchedules", charger + "/schedules", CHARGERS, chargers.charger_schedules)
    add(
        "EvChargerLifetime",
        charger + "/lifetime",
        CHARGERS,
        chargers.charger_lifetime,
        {"start_date": _short_date, "end_date": _short_date},
        required=("start_date",),
    )
    add(
        "EvChargerTelemetry",
        charger + "/telemetry",
        CHARGERS,
        chargers.charger_telemetry,
        {"granularity": _one_of("day", "week"), "start_date": _short_date, "start_at": _epoch},
    )
    add(
        "StartCharging",
        charger + "/start_charging",
        CHARGER_CONTROL,
        chargers.start_charging,
        method="POST",
        status=202,
    )
    add(
        "StopCharging",
        charger + "/stop_charging",
        CHARGER_CONTROL,
        chargers.stop_charging,
        method="POST",
        status=202,
    )
    # The simulator answers this one itself, as an event stream.
    add("LiveData", one + "/live_data", STREAMING, site.system)
    return found  # fmt: skip


OPERATIONS: Mapping[str, Operation] = {operation.name: operation for operation in _all()}


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(".*" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))


# Paths without a variable first, because `/systems/search` is not a system.
_ROUTES = sorted(
    ((_pattern(operation.path), operation) for operation in OPERATIONS.values()),
    key=lambda route: route[1].path.count("{"),
)


def find_operation(method: str, path: str) -> tuple[Operation, dict[str, str]]:
    """The operation of a request under whatever base path, and the variables of its path.

    Raises:
        Refusal: 405 for a known path with another method, or an unknown path below a system;
            404 for any other unknown path.
    """
    matching = [
        (operation, found.groupdict())
        for pattern, operation in _ROUTES
        if (found := pattern.fullmatch(path)) is not None
    ]
    if matching:
        fixed = matching[0][0].path
        same = {each.method: (each, given) for each, given in matching if each.path == fixed}
        if method in same:
            return same[method]
        raise wrong_method(*same)
    if re.fullmatch(r".*/api/v4/systems/.+", path):
        raise wrong_method()
    raise not_found(f"{path} is not a path of API v4")


def read_parameters(operation: Operation, query: list[tuple[str, str]]) -> dict[str, Any]:
    """Check a query against the contract; unknown names are ignored.

    Raises:
        Refusal: 422, with the first thing that is wrong.
    """
    values: dict[str, Any] = {}
    for name, text in query:
        reader = operation.parameters.get(name)
        if reader is None:
            continue
        try:
            values[name] = reader(text)
        except ValueError as error:
            raise unprocessable(f"{name} {error}") from None
    for name in operation.required:
        if name not in values:
            raise unprocessable(f"{name} is required")
    return values
