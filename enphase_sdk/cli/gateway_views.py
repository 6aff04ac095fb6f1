"""Which values of a gateway's reading are shown, and how."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from enphase_sdk._json import is_array, is_object
from enphase_sdk.cli.printing import Field, Heading, Row, View
from enphase_sdk.report.formats import UNKNOWN, kilo, number, plain

__all__ = ["FOUND", "METERS", "READING"]


def _text(name: str, heading: str) -> Field:
    def text(row: Row) -> str:
        value = row.get(name)
        return plain(None if value is None else str(value))

    return Field(name, Heading(heading), text)


def _number(name: str, heading: str, show: Callable[[float | None], str] = number) -> Field:
    return Field(name, Heading(heading, numeric=True), lambda row: show(row.get(name)))


def _reading_rows(wire: Mapping[str, Any]) -> Iterator[Row]:
    """One row for each value there is, named by its path."""
    for name, value in wire.items():
        yield from _paths(name, value)


def _paths(path: str, value: Any) -> Iterator[Row]:
    if is_object(value):
        for name, inner in value.items():
            yield from _paths(f"{path}.{name}", inner)
    elif is_array(value):
        for number_, inner in enumerate(value):
            yield from _paths(f"{path}[{number_}]", inner)
    elif value is not None:
        yield {"path": path, "value": value}


def _meter_rows(wire: Mapping[str, Any]) -> Iterator[Row]:
    """A row for each current transformer, then one for each of its phases."""
    for kind, meter in wire["ctmeters"].items():
        yield {"meter": kind, "phase": None, **meter}
        phases: dict[str, dict[str, Any]] = wire["ctmeters_phases"].get(kind) or {}
        for phase, part in phases.items():
            yield {"meter": kind, "phase": phase, **part}


def _decimal(decimals: int) -> Callable[[float | None], str]:
    return lambda value: UNKNOWN if value is None else number(value, decimals)


READING = View((_text("path", "What"), _text("value", "Value")), _reading_rows)

METERS = View(
    (
        _text("meter", "Meter"),
        _text("phase", "Phase"),
        _text("state", "State"),
        _text("metering_status", "Metering"),
        _number("active_power", "Power W"),
        _number("energy_delivered", "Delivered kWh", kilo),
        _number("energy_received", "Received kWh", kilo),
        _number("voltage", "V", _decimal(1)),
        _number("current", "A", _decimal(2)),
        _number("power_factor", "Power factor", _decimal(2)),
        _number("frequency", "Hz", _decimal(1)),
    ),
    _meter_rows,
    "no data: the gateway has no meters in use",
)

FOUND = View(
    (_text("serial_number", "Serial number"), _text("host", "Address"), _text("name", "Name")),
    lambda wire: [wire],
)
