"""Which values of each operation's answer are shown, and how."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from enphase_sdk._times import zone_named
from enphase_sdk.cli.flattening import daily_rows, rows_of
from enphase_sdk.cli.printing import Field, Heading, Row, View
from enphase_sdk.report.formats import UNKNOWN, instant, kilo, mega, number, plain

__all__ = [
    "CONSUMPTION",
    "CONSUMPTION_STATS",
    "ENERGY",
    "ENVOYS",
    "INVENTORY",
    "INVERTERS",
    "METERS",
    "MONTHLY",
    "RGM",
    "SEARCH",
    "STATS",
    "SUMMARY",
    "SYSTEMS",
]


def _text(name: str, heading: str | None = None, *, spare: int = 0) -> Field:
    def text(row: Row) -> str:
        value = row.get(name)
        return plain(None if value is None else str(value))

    return Field(name, None if heading is None else Heading(heading, spare=spare), text)


def _number(
    name: str,
    heading: str,
    show: Callable[[float | None], str] = number,
    *,
    spare: int = 0,
) -> Field:
    return Field(name, Heading(heading, numeric=True, spare=spare), lambda row: show(row.get(name)))


def _id(name: str, heading: str) -> Field:
    return Field(name, Heading(heading, numeric=True), _text(name).text)


def _when(name: str, heading: str, *, spare: int = 0) -> Field:
    def text(row: Row) -> str:
        return _local(row.get(name), row.get("timezone"))

    return Field(name, Heading(heading, spare=spare), text)


def _local(epoch: Any, zone_name: Any) -> str:
    """By the clock of the system's zone where the row has it, else UTC and saying so."""
    if not isinstance(epoch, int):
        return UNKNOWN
    try:
        moment = datetime.fromtimestamp(epoch, zone_named(zone_name) or UTC)
    except (ValueError, OverflowError, OSError):
        return str(epoch)
    return instant(moment) + ("Z" if moment.tzinfo is UTC else "")


def _scaled(row: Row, name: str) -> str:
    """A quantity with its own unit and decimal places."""
    value, places = row.get(f"{name}_value"), row.get(f"{name}_precision") or 0
    if value is None:
        return UNKNOWN
    return f"{number(value / 10**places, max(places, 0))} {plain(row.get(f'{name}_units'))}"


def _quantity(name: str, heading: str) -> tuple[Field, ...]:
    return (
        Field(f"{name}_value", Heading(heading, numeric=True), lambda row: _scaled(row, name)),
        _text(f"{name}_units"),
        _text(f"{name}_precision"),
    )


def _inverter_rows(wire: Any) -> Iterator[Row]:
    for row in rows_of(wire):
        power = row.pop("power_produced", None)
        if power is not None:  # as it was before it became an object
            row |= {
                "power_produced_value": power,
                "power_produced_units": "W",
                "power_produced_precision": 0,
            }
        yield row


def _monthly_rows(wire: Any) -> Iterable[Row]:
    """A row for each meter; without a meter there is one for the system."""
    return list(rows_of(wire)) or [wire]


_META = (
    _text("meta_status"),
    _text("meta_last_report_at"),
    _text("meta_last_energy_at"),
    _text("meta_operational_at"),
)

SYSTEMS = View(
    (
        _id("system_id", "ID"),
        _text("system_name", "Name"),
        _text("system_public_name"),
        _text("reference"),
        _text("other_references"),
        _text("meta_status", "Status"),
        _text("status"),
        _text("connection_type", "Connection", spare=3),
        _text("city", "City", spare=1),
        _text("state", "State", spare=2),
        _text("postal_code"),
        _text("country", "Country", spare=4),
        _text("timezone"),
        _when("meta_last_report_at", "Last report, local"),
        _text("meta_last_energy_at"),
        _text("meta_operational_at"),
    ),
    rows_of,
)

SUMMARY = View(
    (
        _id("system_id", "ID"),
        _text("summary_date", "Day"),
        _text("status", "Status"),
        _number("current_power", "Now W"),
        _number("energy_today", "Day kWh", kilo),
        _number("energy_lifetime", "Before it MWh", mega),
        _number("size_w", "Size kW", kilo),
        _number("modules", "Modules", spare=2),
        _text("source", "Measured by", spare=4),
        _when("last_report_at", "Last report"),
        _when("last_interval_end_at", "Last energy", spare=3),
        _text("operational_at"),
    ),
    rows_of,
)

ENERGY = View(
    (
        _text("system_id"),
        _text("date", "Day"),
        _number("production", "Production kWh", kilo),
        _number("micro_production", "By microinverters kWh", kilo),
        _number("meter_production", "By meter kWh", kilo),
    ),
    daily_rows,
    "no data: the system has no production to tell of",
)

CONSUMPTION = View(
    (_text("system_id"), _text("date", "Day"), _number("consumption", "Consumption kWh", kilo)),
    daily_rows,
    "no data: the system has no consumption meter",
)

_INTERVAL = (
    _text("system_id"),
    _when("end_at", "Interval end"),
    _number("devices_reporting", "Reporting"),
    _number("total_devices", "of devices"),
)

STATS = View(
    (*_INTERVAL, _number("powr", "Power W"), _number("enwh", "Energy Wh"), *_META), rows_of
)

CONSUMPTION_STATS = View((*_INTERVAL, _number("enwh", "Energy Wh"), *_META), rows_of)

RGM = View(
    (
        _text("list"),
        *_INTERVAL,
        _text("meter_serial_number", "Meter"),
        _text("envoy_serial_number"),
        _text("channel", "Channel"),
        _number("curr_w", "Power W"),
        _number("wh_del", "Energy Wh"),
        *_META,
    ),
    rows_of,
)

METERS = View(
    (
        _text("system_id"),
        _text("serial_number", "Meter"),
        _number("value", "Reading Wh"),
        _when("read_at", "Read"),
        *_META,
    ),
    rows_of,
)

MONTHLY = View(
    (
        _text("system_id"),
        _text("start_date", "From"),
        _text("end_date", "To"),
        _number("production_wh", "Production kWh", kilo),
        _text("serial_number", "Meter"),
        _number("start", "Reading before Wh"),
        _number("end", "after Wh"),
        *_META,
    ),
    _monthly_rows,
)

INVERTERS = View(
    (
        _text("envoy_serial_number", "Gateway", spare=2),
        _text("serial_number", "Serial number"),
        _text("id"),
        _text("model", "Model", spare=3),
        _text("part_number"),
        _text("sku"),
        _text("status", "Status"),
        *_quantity("power_produced", "Power"),
        *_quantity("energy", "Lifetime"),
        _when("last_report_date", "Last report"),
        _text("signal_strength", "Signal", spare=4),
        _text("grid_profile"),
        _text("param_table"),
        _text("proc_load"),
    ),
    _inverter_rows,
)

INVENTORY = View(
    (
        _text("system_id"),
        _text("list", "Kind"),
        _text("sn", "Serial number"),
        _text("model", "Model"),
        _text("sku", "SKU", spare=1),
        _text("manufacturer", "Maker"),
        _text("state", "State", spare=2),
        _text("status", "Status"),
        *_META,
    ),
    rows_of,
)

ENVOYS = View(
    (
        _text("system_id"),
        _text("envoy_id"),
        _text("serial_number", "Serial number"),
        _text("name", "Name"),
        _text("part_number", "Part number"),
        _text("status", "Status"),
        _when("last_report_at", "Last report"),
    ),
    rows_of,
)

SEARCH = View((_id("system_id", "ID"),), rows_of)
