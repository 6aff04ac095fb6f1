"""The values of each operation's answer that are shown, and their form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from enphase_sdk.cli.fields import (
    id_field,
    number_field,
    quantity_fields,
    text_field,
    when_field,
)
from enphase_sdk.cli.flattening import daily_rows, rows_of
from enphase_sdk.cli.output import Row, View
from enphase_sdk.report.formats import kilo, mega

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


def _inverter_rows(wire: Any) -> Iterator[Row]:
    for row in rows_of(wire):
        power = row.pop("power_produced", None)
        if power is not None:  # the older form: a plain number instead of an object
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
    text_field("meta_status"),
    text_field("meta_last_report_at"),
    text_field("meta_last_energy_at"),
    text_field("meta_operational_at"),
)

SYSTEMS = View(
    (
        id_field("system_id", "ID"),
        text_field("system_name", "Name", stays=True),
        text_field("system_public_name"),
        text_field("reference"),
        text_field("other_references"),
        text_field("meta_status", "Status"),
        text_field("status"),
        text_field("connection_type", "Connection", spare=3),
        text_field("city", "City", spare=1),
        text_field("state", "State", spare=2),
        text_field("postal_code"),
        text_field("country", "Country", spare=4),
        text_field("timezone"),
        when_field("meta_last_report_at", "Last report, local", offset=False),
        text_field("meta_last_energy_at"),
        text_field("meta_operational_at"),
    ),
    rows_of,
)

SUMMARY = View(
    (
        id_field("system_id", "ID"),
        text_field("summary_date", "Day", stays=True),
        text_field("status", "Status"),
        number_field("current_power", "Now W", total=True),
        number_field("energy_today", "Day kWh", kilo, total=True),
        number_field("energy_lifetime", "Before it MWh", mega, spare=1, total=True),
        number_field("size_w", "Size kW", kilo, total=True),
        number_field("modules", "Modules", spare=2, total=True),
        text_field("source", "Measured by", spare=4),
        when_field("last_report_at", "Last report"),
        when_field("last_interval_end_at", "Last energy", spare=3),
        text_field("operational_at"),
    ),
    rows_of,
)

ENERGY = View(
    (
        text_field("system_id"),
        text_field("date", "Day", stays=True),
        number_field("production", "Production kWh", kilo, total=True),
        number_field("micro_production", "By microinverters kWh", kilo, total=True),
        number_field("meter_production", "By meter kWh", kilo, total=True),
    ),
    daily_rows,
    "no data: the system has reported no production",
)

CONSUMPTION = View(
    (
        text_field("system_id"),
        text_field("date", "Day", stays=True),
        number_field("consumption", "Consumption kWh", kilo, total=True),
    ),
    daily_rows,
    "no data: the system has no consumption meter",
)

_INTERVAL = (
    text_field("system_id"),
    when_field("end_at", "Interval end", stays=True),
    number_field("devices_reporting", "Reporting"),
    number_field("total_devices", "of devices"),
)

STATS = View(
    (
        *_INTERVAL,
        number_field("powr", "Power W"),
        number_field("enwh", "Energy Wh", total=True),
        *_META,
    ),
    rows_of,
)

CONSUMPTION_STATS = View(
    (*_INTERVAL, number_field("enwh", "Energy Wh", total=True), *_META), rows_of
)

RGM = View(
    (
        text_field("list"),
        *_INTERVAL,
        text_field("meter_serial_number", "Meter", stays=True),
        text_field("envoy_serial_number"),
        text_field("channel", "Channel"),
        number_field("curr_w", "Power W"),
        number_field("wh_del", "Energy Wh", total=True),
        *_META,
    ),
    rows_of,
)

METERS = View(
    (
        text_field("system_id"),
        text_field("serial_number", "Meter", stays=True),
        number_field("value", "Reading Wh"),
        when_field("read_at", "Read"),
        *_META,
    ),
    rows_of,
)

MONTHLY = View(
    (
        text_field("system_id"),
        text_field("start_date", "From", stays=True),
        text_field("end_date", "To", spare=1),
        number_field("production_wh", "Production kWh", kilo, total=True),
        text_field("serial_number", "Meter", stays=True),
        number_field("start", "Reading before Wh"),
        number_field("end", "after Wh"),
        *_META,
    ),
    _monthly_rows,
)

INVERTERS = View(
    (
        text_field("system_id"),
        text_field("envoy_serial_number", "Gateway", spare=2),
        text_field("serial_number", "Serial number", stays=True),
        text_field("id"),
        text_field("model", "Model", spare=3),
        text_field("part_number"),
        text_field("sku"),
        text_field("status", "Status"),
        *quantity_fields("power_produced", "Power"),
        *quantity_fields("energy", "Lifetime"),
        when_field("last_report_date", "Last report"),
        text_field("signal_strength", "Signal", spare=4),
        text_field("grid_profile"),
        text_field("param_table"),
        text_field("proc_load"),
    ),
    _inverter_rows,
)

INVENTORY = View(
    (
        text_field("system_id"),
        text_field("list", "Kind", spare=3),
        text_field("sn", "Serial number", stays=True),
        text_field("model", "Model"),
        text_field("sku", "SKU", spare=1),
        text_field("manufacturer", "Maker"),
        text_field("state", "State", spare=2),
        text_field("status", "Status"),
        *_META,
    ),
    rows_of,
)

ENVOYS = View(
    (
        text_field("system_id"),
        text_field("envoy_id"),
        text_field("serial_number", "Serial number", stays=True),
        text_field("name", "Name"),
        text_field("part_number", "Part number"),
        text_field("status", "Status"),
        when_field("last_report_at", "Last report"),
    ),
    rows_of,
)

SEARCH = View((id_field("system_id", "ID"),), rows_of)
