"""Every known fault of the v4 contract, as its overlay mends it."""

from __future__ import annotations

import datetime
import inspect
import typing
from typing import Any

import msgspec
import pytest
from enphase_sdk_api_v4 import models as v4
from enphase_sdk_api_v4.types import UNSET

from tests.contract.contracts import (
    V4,
    corrected,
    examples_of_answers,
    generated,
    module,
    operations,
)

EXAMPLES = {example.place: example.value for example in examples_of_answers(V4)}


def field_type(model: type, name: str) -> Any:
    return typing.get_type_hints(model)[name]


def may_be_null(model: type, name: str) -> bool:
    return type(None) in typing.get_args(field_type(model, name))


def may_be_absent(model: type, name: str) -> bool:
    return msgspec.UnsetType in typing.get_args(field_type(model, name))


def test_the_host_is_the_production_host_and_the_credentials_are_no_parameters() -> None:
    document = corrected(V4)
    assert [server["url"] for server in document["servers"]] == ["https://api.enphaseenergy.com"]
    assert document["security"] == [{"Bearer": [], "Key": []}]
    schemes = document["components"]["securitySchemes"]
    assert (schemes["Key"]["in"], schemes["Key"]["name"]) == ("header", "key")
    assert schemes["Bearer"]["scheme"] == "bearer"
    for operation in operations(document):
        names = {parameter["name"].lower() for parameter in operation.item.get("parameters", [])}
        assert not names & {"key", "authorization"}


NAMES = """
systems system search_systems summary devices retrieve_system_id events alarms open_events
open_alarms event_types battery_lifetime energy_import_lifetime energy_export_lifetime
telemetry_production_micro telemetry_production_meter telemetry_consumption_meter
telemetry_battery energy_import_telemetry energy_export_telemetry latest_telemetry
production_meter_readings consumption_meter_readings storage_meter_readings rgm_stats
energy_lifetime consumption_lifetime inverters_summary_by_envoy_or_site micros_telemetry
micro_telemetry encharge_telemetry evse_lifetime evse_telemetry hp_lifetime hp_telemetry
battery_settings set_battery_settings storm_guard set_storm_guard grid_status load_control
set_load_control ev_charger_devices ev_charger_events ev_charger_sessions ev_charger_schedules
ev_charger_lifetime ev_charger_telemetry start_charging stop_charging
"""


def test_operations_are_named_after_their_paths() -> None:
    """The names that the client gives them."""
    assert set(generated(V4)) == set(NAMES.split())


ERRORS: dict[str, dict[str, Any]] = {
    "message, details, code": {"message": "Not Authorized", "details": "x", "code": 401},
    "with a window": {
        "message": "Too Many Requests",
        "details": "Usage limit exceeded for plan Kilowatt",
        "code": 429,
        "period": "minute",
        "period_start": 1623825660,
        "period_end": 1623825720,
        "limit": 5,
    },
    "reason and a list": {"reason": "405", "message": ["Method not allowed"]},
    "errorCode": {"errorCode": 7, "errorMessages": ["Data is temporarily unavailable"]},
    "code as text": {"message": "Bad request", "code": "400", "details": "Invalid system_id"},
    "details as a list": {"message": "Bad request", "code": "400", "details": ["a", "b"]},
    "errorMessages alone": {"errorMessages": ["x"]},
    "nothing known": {},
}


@pytest.mark.parametrize("wire", ERRORS.values(), ids=ERRORS)
def test_every_shape_of_an_error_is_read_by_every_operation(wire: dict[str, Any]) -> None:
    body = msgspec.json.encode(wire)
    for name in generated(V4):
        for status, shape in module(V4, name).RESPONSES.items():
            if status >= 400:
                assert msgspec.json.decode(body, type=shape).to_dict() == wire


def test_errors_that_are_not_declared_are_read_too() -> None:
    for name in generated(V4):
        assert {400, 401, 403, 404, 405, 422, 429, 500, 501, 503} <= set(module(V4, name).RESPONSES)


@pytest.mark.parametrize(
    ("operation", "field", "model"),
    [
        ("events", "events", v4.Event),
        ("open_events", "events", v4.Event),
        ("alarms", "alarms", v4.Alarm),
        ("open_alarms", "alarms", v4.Alarm),
        ("event_types", "event_types", v4.EventType),
    ],
)
def test_what_is_declared_as_a_map_is_a_list(operation: str, field: str, model: Any) -> None:
    shape = module(V4, operation).RESPONSES[200]
    assert field_type(shape, field) == list[model]
    (first, *_) = getattr(shape.from_dict(EXAMPLES[f"{operation}-200"]), field)
    assert isinstance(first, model)


@pytest.mark.parametrize(
    ("operation", "value"),
    [
        ("energy_import_telemetry", "wh_imported"),
        ("energy_export_telemetry", "wh_exported"),
        ("evse_telemetry", "wh_consumed"),
        ("hp_telemetry", "wh_consumed"),
    ],
)
def test_intervals_come_flat_or_in_lists_of_lists(operation: str, value: str) -> None:
    shape = module(V4, operation).RESPONSES[200]
    interval = {"end_at": 1384122700, value: 40}
    forms: list[list[Any]] = [[interval], [[interval]], [[]], [], [[interval], [interval]]]
    for intervals in forms:
        wire = EXAMPLES[f"{operation}-200"] | {"intervals": intervals}
        read = shape.from_dict(wire)
        assert read.to_dict() == wire
    (only,) = shape.from_dict(wire | {"intervals": [interval]}).intervals
    assert getattr(only, value) == 40


@pytest.mark.parametrize(
    ("operation", "path", "values"),
    [
        ("inverters_summary_by_envoy_or_site", (0, "micro_inverters", 0, "power_produced"),
         [5, None, {"value": 5, "units": "W", "precision": 0}]),
        ("inverters_summary_by_envoy_or_site", (0, "micro_inverters", 0, "last_report_date"),
         [1600427843, "2023-08-30T11:00:00+02:00", None]),
        ("system", ("interconnect_date",), [1349049600, "2012-10-13", None]),
        ("summary", ("nmi",), ["1213141516", None]),
        ("devices", ("devices", "micros", 0, "id"), [5, "", "25901946:67"]),
        ("devices", ("devices", "micros", 0, "active"), [True, False]),
        ("energy_lifetime", ("meter_start_date",), ["2013-01-04", None]),
        ("rgm_stats", ("meter_intervals", 0, "intervals", 0, "wh_del"), [3, 3.5, None]),
        ("rgm_stats", ("meter_intervals", 0, "intervals", 0, "curr_w"), [3, 3.5, None]),
        ("load_control", ("load_control_data", 0, "owner_can_override"), [True, False]),
        ("event_types", ("event_types", 0, "event_type_key"), ["envoy_no_report"]),
        ("latest_telemetry", ("devices", "meters", 0, "power"), [-5, None]),
        ("telemetry_battery", ("last_reported_aggregate_soc",), ["97%", None]),
        ("battery_lifetime", ("start_date",), ["2016-08-01", None]),
    ],
)  # fmt: skip
def test_a_value_comes_in_each_of_its_forms(
    operation: str, path: tuple[str | int, ...], values: list[Any]
) -> None:
    shape = module(V4, operation).RESPONSES[200]
    for value in values:
        wire = msgspec.json.decode(msgspec.json.encode(EXAMPLES[f"{operation}-200"]))
        place: Any = wire
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        read = msgspec.json.decode(msgspec.json.encode(wire), type=shape)
        back = msgspec.to_builtins(read)
        assert back == wire
        assert type(_at(back, path)) is type(value)


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (v4.System, "timezone attachment_type interconnect_date last_report_at last_energy_at "
                    "operational_at reference"),
        (v4.Address, "city state country postal_code"),
        (v4.Meta, "last_report_at last_energy_at operational_at"),
        (v4.Summary, "last_interval_end_at last_report_at operational_at"),
        (v4.Device, "last_report_at sku"),
        (v4.Event, "event_end_time"),
        (v4.Alarm, "alarm_end_time"),
        (v4.AlarmEvent, "end_date"),
        (v4.LatestReport, "last_report_at power operational_mode"),
        (v4.EvChargerEvent, "cleared_date"),
    ],
)  # fmt: skip
def test_what_may_be_null_is_typed_so(model: type, fields: str) -> None:
    assert [name for name in fields.split() if not may_be_null(model, name)] == []


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (v4.System, "reference other_references"),
        (v4.FoundSystem, "reference other_references live_stream"),
        (v4.Address, "city state country postal_code"),
        (v4.Summary, "nmi battery_charge_w battery_discharge_w battery_capacity_wh evse_power"),
        (v4.EnergyLifetime, "meter_start_date micro_production meter_production"),
        (v4.BatteryTelemetry, "start_at end_at start_date end_date"),
        (v4.Device, "cellular_modem firmware config_type feoc_compliant"),
        (v4.Alarm, "cleared alarm_end_time"),
    ],
)
def test_what_may_be_absent_is_typed_so(model: type, fields: str) -> None:
    assert [name for name in fields.split() if not may_be_absent(model, name)] == []


def test_dates_are_dates_as_in_v2() -> None:
    for shape in (v4.EnergyLifetime, v4.BatteryLifetime, v4.EvseLifetime, v4.EvChargerLifetime):
        assert field_type(shape, "start_date") == datetime.date | None
    assert field_type(v4.Summary, "summary_date") is datetime.date
    assert v4.Summary.from_dict(EXAMPLES["summary-200"]).summary_date == datetime.date(2019, 5, 12)


def test_a_window_asked_for_by_date_is_read() -> None:
    """`start_date` and `end_date` stand in place of `start_at` and `end_at`."""
    wire = dict(EXAMPLES["telemetry_production_micro-200"])
    del wire["start_at"], wire["end_at"]
    wire |= {"start_date": "2023-08-30T00:00:00+02:00", "end_date": "2023-08-31T00:00:00+02:00"}
    read = v4.ProductionMicroTelemetry.from_dict(wire)
    assert (read.start_at, read.end_at) == (UNSET, UNSET)
    assert read.to_dict() == wire


def test_the_length_of_a_window_is_one_enumeration() -> None:
    asked = [
        field_type(module(V4, name).request, "granularity")
        for name in generated(V4)
        if "granularity" in inspect.signature(module(V4, name).request).parameters
    ]
    assert len(asked) == 12
    assert set(asked) == {v4.Granularity | msgspec.UnsetType}


def test_answers_of_the_chargers_are_no_binary_data() -> None:
    for name in generated(V4):
        assert not {bytes, None} & set(module(V4, name).RESPONSES.values())
    assert "octet-stream" not in str(corrected(V4))


def test_limits_of_chargers_are_kept_by_serial_number() -> None:
    summary = v4.Summary.from_dict(EXAMPLES["summary-200"])
    assert isinstance(summary.evse_power, list)
    assert summary.evse_power[0]["21458935"].evse_max_charge_w == 440


def test_the_access_controls_are_in_the_published_contract_only() -> None:
    """The tags name them; as folders they would tear the operations apart."""
    assert all("tags" not in operation.item for operation in operations(corrected(V4)))
