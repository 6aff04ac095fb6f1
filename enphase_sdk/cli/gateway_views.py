"""Which values of a gateway's reading are shown, and how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from enphase_sdk.cli.fields import number_field, text_field, when_field
from enphase_sdk.cli.output import Row, View
from enphase_sdk.core.json import is_array, is_object
from enphase_sdk.gateway.powers import POWERS, powers
from enphase_sdk.report.formats import kilo, number

__all__ = ["CHANGE", "FOUND", "METERS", "POWERS", "READING", "TOKEN", "powers", "setting_text"]


def _reading_rows(wire: Mapping[str, Any]) -> Iterator[Row]:
    """One row for each value, named by its path."""
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


READING = View(
    (text_field("path", "What", stays=True), text_field("value", "Value")), _reading_rows
)

METERS = View(
    (
        text_field("meter", "Meter", stays=True),
        text_field("phase", "Phase", stays=True),
        text_field("state", "State", spare=4),
        text_field("metering_status", "Metering", spare=3),
        number_field("active_power", "Power W"),
        number_field("energy_delivered", "Delivered kWh", kilo),
        number_field("energy_received", "Received kWh", kilo),
        number_field("voltage", "V", partial(number, decimals=1)),
        number_field("current", "A", partial(number, decimals=2)),
        number_field("power_factor", "Power factor", partial(number, decimals=2), spare=2),
        number_field("frequency", "Hz", partial(number, decimals=1), spare=1),
    ),
    _meter_rows,
    "no data: the gateway has no meters in use",
)

TOKEN = View(
    (
        text_field("serial_number", "Gateway", stays=True),
        text_field("user", "Role"),
        when_field("expires_at", "Good until"),
    ),
    lambda wire: [wire],
)

FOUND = View(
    (
        text_field("serial_number", "Serial number", stays=True),
        text_field("host", "Address"),
        text_field("name", "Name"),
    ),
    lambda wire: [wire],
)


def _change_rows(wire: Mapping[str, Any]) -> list[Row]:
    """A row for each setting of a change or a plan."""
    after: Mapping[str, Any] = wire.get("after") or {}
    return [
        {
            "setting": name,
            "before": setting_text(wire["before"].get(name)),
            "requested": setting_text(value),
            "after": setting_text(after[name]) if name in after else None,
            "outcome": wire.get("outcome"),
            "reason": wire.get("reason"),
        }
        for name, value in wire["requested"].items()
    ]


def setting_text(value: Any) -> str:
    """The value of a setting, for people."""
    import msgspec

    from enphase_sdk.cli.failures import one_line

    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str) and value:
        return one_line(value)
    return one_line(msgspec.json.encode(value).decode())


CHANGE = View(
    (
        text_field("setting", "Setting", stays=True),
        text_field("before", "Before"),
        text_field("requested", "Requested"),
        text_field("after", "After"),
        text_field("outcome", "Outcome", stays=True),
        text_field("reason"),
    ),
    _change_rows,
)
