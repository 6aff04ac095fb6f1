"""The columns of the operations that only API v4 has; see `_tables`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import Any

from enphase_sdk.core.json import is_array
from enphase_sdk.frames._columns import Column, Kind, is_instant
from enphase_sdk.frames._tables import FIVE_MINUTES, QUARTER_HOUR, daily, each, of_system

__all__ = [
    "alarms",
    "battery_lifetime",
    "consumed_telemetry",
    "consumption_meter_readings",
    "devices",
    "encharge_telemetry",
    "energy_export_lifetime",
    "energy_export_telemetry",
    "energy_import_lifetime",
    "energy_import_telemetry",
    "ev_charger_devices",
    "ev_charger_events",
    "ev_charger_sessions",
    "ev_charger_telemetry",
    "event_types",
    "events",
    "grid_status",
    "latest_telemetry",
    "micros_telemetry",
    "storage_meter_readings",
    "system",
    "telemetry_battery",
]

# What frames call the kinds of devices; the API's own word for a kind that is not here.
KINDS = {
    "acbs": "ac_battery",
    "encharges": "battery",
    "ev_chargers": "ev_charger",
    "evse": "ev_charger",
    "gateways": "envoy",
    "heat-pump": "heat_pump",
    "meters": "meter",
    "micros": "inverter",
}

DURATIONS = {"5mins": FIVE_MINUTES, "15mins": QUARTER_HOUR}


def battery_lifetime(answer: Any, zone: tzinfo) -> list[Column]:
    """Charge and discharge of the batteries by day."""
    return daily(answer, zone, charge_energy_wh=answer.charge, discharge_energy_wh=answer.discharge)


def energy_import_lifetime(answer: Any, zone: tzinfo) -> list[Column]:
    """Energy taken from the grid by day."""
    return daily(answer, zone, energy_wh=answer.import_)


def energy_export_lifetime(answer: Any, zone: tzinfo) -> list[Column]:
    """Energy given to the grid by day."""
    return daily(answer, zone, energy_wh=answer.export)


def energy_import_telemetry(answer: Any, _zone: tzinfo) -> list[Column]:
    """Energy taken from the grid."""
    return _energies(answer, _flat(answer.intervals), "wh_imported")


def energy_export_telemetry(answer: Any, _zone: tzinfo) -> list[Column]:
    """Energy given to the grid."""
    return _energies(answer, _flat(answer.intervals), "wh_exported")


def ev_charger_telemetry(answer: Any, _zone: tzinfo) -> list[Column]:
    """Energy of an EV charger."""
    return _energies(answer, answer.consumption or (), "consumption")


def _energies(answer: Any, intervals: Sequence[Any], field: str) -> list[Column]:
    return [
        of_system(answer, len(intervals)),
        Column("interval", Kind.INTERVAL, [i.end_at for i in intervals], QUARTER_HOUR),
        each("energy_wh", Kind.MEASURE, intervals, field),
    ]


def consumed_telemetry(answer: Any, _zone: tzinfo) -> list[Column]:
    """Energy of a heat pump or another maker's charger; the answer tells how long intervals are."""
    intervals = _flat(answer.intervals)
    ends = [i.end_at for i in intervals]
    length = DURATIONS.get(f"{answer.interval_duration}")
    starts = [end - length if length and is_instant(end) else None for end in ends]
    return [
        of_system(answer, len(intervals)),
        Column("interval_start", Kind.INSTANT, starts),
        Column("interval_end", Kind.INSTANT, ends),
        each("energy_wh", Kind.MEASURE, intervals, "wh_consumed"),
    ]


def _flat(intervals: Iterable[Any] | None) -> list[Any]:
    """A plain list of intervals: some servers nest that list in another one."""
    lists = [found if is_array(found) else [found] for found in intervals or ()]
    # None stands for an item that could not be read as either.
    return [interval for some in lists for interval in some if interval is not None]


def telemetry_battery(answer: Any, _zone: tzinfo) -> list[Column]:
    """Charge, discharge and state of charge of all batteries together."""
    intervals = answer.intervals or ()
    charges, discharges = [i.charge for i in intervals], [i.discharge for i in intervals]
    states = [i.soc for i in intervals]
    return [
        of_system(answer, len(intervals)),
        Column("interval", Kind.INTERVAL, [i.end_at for i in intervals], QUARTER_HOUR),
        each("charge_energy_wh", Kind.MEASURE, charges, "enwh"),
        each("discharge_energy_wh", Kind.MEASURE, discharges, "enwh"),
        each("charge_percent", Kind.MEASURE, states, "percent"),
        each("charge_devices_reporting", Kind.NUMBER, charges, "devices_reporting"),
        each("discharge_devices_reporting", Kind.NUMBER, discharges, "devices_reporting"),
        each("charge_percent_devices_reporting", Kind.NUMBER, states, "devices_reporting"),
    ]


def encharge_telemetry(answer: Any, _zone: tzinfo) -> list[Column]:
    """Charge, discharge and state of charge of one battery."""
    intervals = answer.intervals or ()
    return [
        of_system(answer, len(intervals)),
        Column("interval", Kind.INTERVAL, [i.end_at for i in intervals], QUARTER_HOUR),
        Column("serial_number", Kind.LABEL, [(answer.serial_number, len(intervals))]),
        each("charge_energy_wh", Kind.MEASURE, [i.charge for i in intervals], "enwh"),
        each("discharge_energy_wh", Kind.MEASURE, [i.discharge for i in intervals], "enwh"),
        each("charge_percent", Kind.MEASURE, [i.soc for i in intervals], "percent"),
    ]


def micros_telemetry(answer: Any, _zone: tzinfo) -> list[Column]:
    """Production by microinverter: of one, or of one page of them."""
    found = answer.devices or () if hasattr(answer, "devices") else [answer]
    inverters = [(inverter, inverter.intervals or ()) for inverter in found]
    intervals = [interval for _, some in inverters for interval in some]
    serials = [(inverter.serial_number, len(some)) for inverter, some in inverters]
    return [
        of_system(answer, len(intervals)),
        Column("interval", Kind.INTERVAL, [i.end_at for i in intervals], FIVE_MINUTES),
        Column("serial_number", Kind.LABEL, serials),
        each("power_w", Kind.MEASURE, intervals, "powr"),
        each("energy_wh", Kind.MEASURE, intervals, "enwh"),
    ]


def consumption_meter_readings(answer: Any, _zone: tzinfo) -> list[Column]:
    """One row for each consumption meter."""
    found = answer.meter_readings or ()
    return [
        of_system(answer, len(found)),
        each("meter_serial_number", Kind.TEXT, found, "serial_num"),
        each("read_at", Kind.INSTANT, found),
        each("energy_wh", Kind.MEASURE, found, "value"),
    ]


def storage_meter_readings(answer: Any, _zone: tzinfo) -> list[Column]:
    """One row for each meter of batteries."""
    found = answer.meter_readings or ()
    return [
        of_system(answer, len(found)),
        each("meter_serial_number", Kind.TEXT, found, "serial_num"),
        each("read_at", Kind.INSTANT, found),
        each("charge_energy_wh", Kind.MEASURE, found, "value_charged"),
        each("discharge_energy_wh", Kind.MEASURE, found, "value_discharged"),
    ]


def system(answer: Any, _zone: tzinfo) -> list[Column]:
    """One row for a system, or for each of a page of the generated client."""
    found = answer.systems or () if hasattr(answer, "systems") else [answer]
    places = [row.address for row in found]
    return [
        each("system_id", Kind.NUMBER, found),
        each("system_name", Kind.TEXT, found, "name"),
        each("system_public_name", Kind.TEXT, found, "public_name"),
        each("reference", Kind.TEXT, found),
        each("other_references", Kind.TEXTS, found),
        each("city", Kind.TEXT, places),
        each("state", Kind.TEXT, places),
        each("postal_code", Kind.TEXT, places),
        each("country", Kind.TEXT, places),
        each("timezone", Kind.TEXT, found),
        each("connection_type", Kind.TEXT, found),
        each("attachment_type", Kind.TEXT, found),
        each("status", Kind.TEXT, found),
        each("operational_at", Kind.INSTANT, found),
        each("last_report_at", Kind.INSTANT, found),
        each("last_energy_at", Kind.INSTANT, found),
    ]


def grid_status(answer: Any, _zone: tzinfo) -> list[Column]:
    """One row: whether the system is connected to the grid."""
    return [
        each("system_id", Kind.NUMBER, [answer]),
        each("grid_state", Kind.TEXT, [answer]),
        each("last_report_at", Kind.INSTANT, [answer], "last_report_date"),
    ]


def _of_kinds(answer: Any) -> tuple[list[Any], list[Column]]:
    """All devices of an answer that has them by kind, and the columns that say whose they are."""
    by_kind: dict[str, list[Any] | None] = answer.devices or {}
    devices = [(kind, device) for kind, some in by_kind.items() for device in some or ()]
    kinds = [KINDS.get(kind, kind) for kind, _ in devices]
    return [device for _, device in devices], [
        of_system(answer, len(devices)),
        Column("kind", Kind.TEXT, kinds),
    ]


def devices(answer: Any, _zone: tzinfo) -> list[Column]:
    """One row for each device; its type is in `kind`."""
    found, whose = _of_kinds(answer)
    # Heat pumps have it in capitals.
    skus = [getattr(d, "sku", None) or getattr(d, "SKU", None) for d in found]
    return [
        *whose,
        each("id", Kind.NUMBER, found),
        each("serial_number", Kind.TEXT, found),
        each("name", Kind.TEXT, found),
        each("model", Kind.TEXT, found),
        each("product_name", Kind.TEXT, found),
        each("part_number", Kind.TEXT, found),
        Column("sku", Kind.TEXT, skus),
        each("status", Kind.TEXT, found),
        each("active", Kind.FLAG, found),
        each("last_report_at", Kind.INSTANT, found),
        each("state", Kind.TEXT, found),
        each("config_type", Kind.TEXT, found),
        each("config_phase", Kind.TEXT, found),
        each("emu_sw_version", Kind.TEXT, found),
        each("firmware", Kind.TEXT, found),
        each("iq_er", Kind.TEXT, found),
        each("sg_ready_relay", Kind.TEXT, found),
        each("dom_compliant", Kind.FLAG, found),
        each("feoc_compliant", Kind.FLAG, found),
    ]


def ev_charger_devices(answer: Any, _zone: tzinfo) -> list[Column]:
    """One row for each EV charger."""
    found, whose = _of_kinds(answer)
    return [
        *whose,
        each("serial_number", Kind.TEXT, found),
        each("name", Kind.TEXT, found),
        each("model", Kind.TEXT, found),
        each("part_number", Kind.TEXT, found),
        each("sku", Kind.TEXT, found),
        each("status", Kind.TEXT, found),
        each("active", Kind.FLAG, found),
        each("last_report_at", Kind.INSTANT, found),
        each("firmware", Kind.TEXT, found),
    ]


def latest_telemetry(answer: Any, _zone: tzinfo) -> list[Column]:
    """One row for each device, or channel of a meter, that reports its power."""
    found, whose = _of_kinds(answer)
    return [
        *whose,
        each("id", Kind.NUMBER, found),
        each("serial_number", Kind.TEXT, found),
        each("name", Kind.TEXT, found),
        each("channel", Kind.NUMBER, found),
        each("power_w", Kind.MEASURE, found, "power"),
        each("operational_mode", Kind.TEXT, found),
        each("last_report_at", Kind.INSTANT, found),
    ]


def events(answer: Any, _zone: tzinfo) -> list[Column]:
    """One row for each event of a system."""
    found = answer.events or ()
    return [
        of_system(answer, len(found)),
        each("event_type_id", Kind.NUMBER, found),
        each("serial_number", Kind.TEXT, found),
        each("status", Kind.TEXT, found),
        each("started_at", Kind.INSTANT, found, "event_start_time"),
        each("ended_at", Kind.INSTANT, found, "event_end_time"),
    ]


def alarms(answer: Any, _zone: tzinfo) -> list[Column]:
    """One row for each alarm, with the serial numbers of the devices concerned."""
    found = answer.alarms or ()
    serials = [[e.serial_number for e in alarm.events or ()] for alarm in found]
    return [
        of_system(answer, len(found)),
        each("alarm_id", Kind.TEXT, found, "id"),
        each("event_type_id", Kind.NUMBER, found),
        each("severity", Kind.NUMBER, found),
        Column("serial_numbers", Kind.TEXTS, serials),
        each("cleared", Kind.FLAG, found),
        each("started_at", Kind.INSTANT, found, "alarm_start_time"),
        each("ended_at", Kind.INSTANT, found, "alarm_end_time"),
    ]


def event_types(answer: Any, _zone: tzinfo) -> list[Column]:
    """One row for each kind of event."""
    found = answer.event_types or ()
    return [
        each("event_type_id", Kind.NUMBER, found),
        each("event_type_key", Kind.TEXT, found),
        each("event_name", Kind.TEXT, found),
        each("event_description", Kind.TEXT, found),
        each("recommended_action", Kind.TEXT, found),
        each("stateful", Kind.FLAG, found),
    ]


def ev_charger_events(answer: Any, _zone: tzinfo) -> list[Column]:
    """One row for each event of an EV charger."""
    found = answer.events or ()
    return [
        of_system(answer, len(found)),
        each("status", Kind.TEXT, found),
        each("details", Kind.TEXT, found),
        each("started_at", Kind.INSTANT, found, "triggered_date"),
        each("ended_at", Kind.INSTANT, found, "cleared_date"),
    ]


def ev_charger_sessions(answer: Any, _zone: tzinfo) -> list[Column]:
    """One row for each charging session.

    `energy_added` has no unit in its name: the contract says Wh, the values look like kWh.
    """
    found = answer.sessions or ()
    return [
        of_system(answer, len(found)),
        each("started_at", Kind.INSTANT, found, "start_time"),
        each("ended_at", Kind.INSTANT, found, "end_time"),
        each("duration_s", Kind.NUMBER, found, "duration"),
        each("charge_duration_s", Kind.NUMBER, found, "charge_time"),
        each("energy_added", Kind.MEASURE, found),
        each("range_added_miles", Kind.MEASURE, found, "miles_added"),
        each("cost", Kind.MEASURE, found),
    ]
