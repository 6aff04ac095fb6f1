"""The ranges in which the values of devices can lie; a value outside of them is no reading.

A device that has lost contact, or has just started, sends the largest number of its counters,
or -1. The ranges are generous: they only leave out what no device of any site can show. Powers
and energies of the site are judged more closely, by `enphase_sdk.gateway.plausibility`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from attrs import evolve

from enphase_sdk.gateway.models.energy import CtMeter, Inverter
from enphase_sdk.gateway.models.storage import (
    AcBattery,
    AcbPower,
    BatteryAggregate,
    Collar,
    Encharge,
    EnchargeAggregate,
    EnchargePower,
    Enpower,
)

__all__ = ["POWER_W", "STATE_OF_CHARGE", "in_range", "ranged"]

T = TypeVar("T")

Range = tuple[float, float]

# Percent, with a little room for rounding.
STATE_OF_CHARGE: Range = (0, 101)

# W. The largest power of a site; the same as for consumption in `plausibility`.
POWER_W: Range = (-2_000_000, 2_000_000)

# Of one IQ Battery, in mW and mVA: the largest has 7.7 kW for moments.
_BATTERY_MW: Range = (-50_000_000, 50_000_000)
# Wh, of all batteries of a site.
_ENERGY: Range = (0, 20_000_000)
# Fahrenheit as well as Celsius.
_TEMPERATURE: Range = (-100, 400)
# A meter as a whole shows sums over its phases.
_VOLTAGE: Range = (-3_000, 3_000)
_CURRENT: Range = (-20_000, 20_000)
_FREQUENCY: Range = (0, 100)

_RANGES: dict[type, dict[str, Range]] = {
    CtMeter: {
        "voltage": _VOLTAGE,
        "current": _CURRENT,
        "frequency": _FREQUENCY,
        "power_factor": (-3.1, 3.1),
    },
    Inverter: {
        "dc_voltage": _VOLTAGE,
        "dc_current": _CURRENT,
        "ac_voltage": _VOLTAGE,
        "ac_current": _CURRENT,
        "ac_frequency": _FREQUENCY,
        "temperature": _TEMPERATURE,
    },
    Encharge: {
        "percent_full": STATE_OF_CHARGE,
        "encharge_capacity": _ENERGY,
        "temperature": _TEMPERATURE,
        "max_cell_temp": _TEMPERATURE,
    },
    EnchargePower: {
        "real_power_mw": _BATTERY_MW,
        "apparent_power_mva": _BATTERY_MW,
        "soc": STATE_OF_CHARGE,
    },
    EnchargeAggregate: {
        "available_energy": _ENERGY,
        "backup_reserve": _ENERGY,
        "max_available_capacity": _ENERGY,
        "state_of_charge": STATE_OF_CHARGE,
        "reserve_state_of_charge": STATE_OF_CHARGE,
        "configured_reserve_state_of_charge": STATE_OF_CHARGE,
    },
    BatteryAggregate: {
        "available_energy": _ENERGY,
        "max_available_capacity": _ENERGY,
        "state_of_charge": STATE_OF_CHARGE,
    },
    AcbPower: {"power": POWER_W, "charge_wh": _ENERGY, "state_of_charge": STATE_OF_CHARGE},
    AcBattery: {
        "percent_full": STATE_OF_CHARGE,
        "max_cell_temp": _TEMPERATURE,
        "sleep_min_soc": STATE_OF_CHARGE,
        "sleep_max_soc": STATE_OF_CHARGE,
    },
    Enpower: {"temperature": _TEMPERATURE},
    Collar: {"temperature": _TEMPERATURE},
}


def in_range(value: float | None, bounds: Range) -> float | None:
    """The value, or None if it lies outside of its range."""
    return value if value is not None and bounds[0] <= value <= bounds[1] else None


def ranged(part: T, tell: Callable[[str], None]) -> T:
    """A device, or a mapping of devices, with None in place of values outside of their ranges.

    Args:
        part: The part of a reading; None stays None.
        tell: Called with the reason for each value that is left out.
    """
    if isinstance(part, Mapping):
        devices = cast("Mapping[str, object]", part)
        return cast(T, {name: ranged(device, tell) for name, device in devices.items()})
    wrong = {
        name: None
        for name, bounds in _RANGES.get(type(part), {}).items()
        if (value := getattr(part, name)) is not None and in_range(value, bounds) is None
    }
    for name in wrong:
        tell(f"{name}: a value that no device can have")
    return cast(T, evolve(cast(Any, part), **wrong)) if wrong else part
