"""Which values of a gateway's reading are shown, and how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from enphase_sdk.cli.fields import number_field, text_field, when_field
from enphase_sdk.cli.output import Row, View
from enphase_sdk.core.json import is_array, is_object
from enphase_sdk.report.formats import kilo, number

if TYPE_CHECKING:
    from enphase_sdk.gateway.models.energy import SystemEnergy
    from enphase_sdk.gateway.snapshot import Snapshot

__all__ = ["FOUND", "METERS", "POWERS", "READING", "TOKEN", "powers"]

# The keys of `powers` (W), with their display names.
POWERS = {
    "production_w": "Production",
    "house_w": "House",
    "production_and_grid_w": "Production and grid",
    "grid_w": "From the grid",
    "batteries_w": "From the batteries",
}


def powers(snapshot: Snapshot) -> dict[str, float | None]:
    """The powers of a site in W, with the keys of `POWERS`; None is not known.

    If the gateway's meter measures the grid, its "consumption" is production plus grid power.
    The house's consumption is that plus the power of the batteries.
    """
    production = _watts(snapshot.system_production)
    grid = _watts(snapshot.system_net_consumption)
    consumption = _watts(snapshot.system_consumption)
    batteries = _from_batteries(snapshot)
    both = None if production is None or grid is None else production + grid
    if "total-consumption" in snapshot.ctmeters:
        house = consumption
    else:
        house = None if both is None or batteries is None else both + batteries
    return {
        "production_w": production,
        "house_w": house,
        "production_and_grid_w": both if house is None else None,
        "grid_w": grid,
        "batteries_w": batteries if _has_batteries(snapshot) else None,
    }


def _watts(energy: SystemEnergy | None) -> float | None:
    return None if energy is None else energy.watts_now


def _has_batteries(snapshot: Snapshot) -> bool:
    return bool(
        "storage" in snapshot.ctmeters
        or snapshot.encharge_inventory
        or snapshot.encharge_power
        or snapshot.encharge_aggregate
        or snapshot.acb_inventory
        or snapshot.acb_power
    )


def _from_batteries(snapshot: Snapshot) -> float | None:
    """Power of all batteries, W, negative for charging; 0 without batteries; None if unknown."""
    storage = snapshot.ctmeters.get("storage")
    if storage is not None and storage.active_power is not None:
        return storage.active_power
    if snapshot.encharge_power is None and (
        snapshot.encharge_inventory or snapshot.encharge_aggregate
    ):
        return None
    if snapshot.acb_power is None and snapshot.acb_inventory:
        return None
    told = [battery.real_power_mw for battery in (snapshot.encharge_power or {}).values()]
    watts = [None if power is None else power / 1000 for power in told]
    if snapshot.acb_power is not None:
        watts.append(snapshot.acb_power.power)
    known = [power for power in watts if power is not None]
    return sum(known) if len(known) == len(watts) else None


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
