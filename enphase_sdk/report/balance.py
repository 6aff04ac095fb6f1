"""The use of the energy: self-consumption, import and export, battery, meters compared.

Every function takes Wh by interval or by day (keys: instants or days) and uses only those for
which all values are known. Sources: the `*_lifetime` operations and `telemetry` of v4, `rgm_stats`
and `consumption_stats` of v2, a gateway's meters and its history.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import date
from typing import TypeAlias, TypeVar

from attrs import frozen

from enphase_sdk.report.days import Daily, known

__all__ = [
    "EnergyBalance",
    "Flow",
    "battery_cycles",
    "battery_efficiency",
    "energy_balance",
    "meter_against_micro",
]

_Key = TypeVar("_Key", bound=Hashable)
Flow: TypeAlias = Mapping[_Key, float | None]

# If more of the consumption is missing in the balance, a meter is reversed or missing.
PLAUSIBLE_RESIDUAL = 0.05


@frozen
class EnergyBalance:
    """Sums over the intervals in which all values are known, in Wh.

    Attributes:
        intervals: The number of these intervals.
        production: AC energy produced.
        consumption: Energy used in the building.
        imported: Energy from the grid.
        exported: Energy to the grid.
        charged: Energy into the battery.
        discharged: Energy out of it.
        grid_charged: Whether the battery took more than was made in some interval: grid energy.
    """

    intervals: int
    production: float
    consumption: float
    imported: float
    exported: float
    charged: float
    discharged: float
    grid_charged: bool

    @property
    def net(self) -> float:
        """Import - export in Wh; above 0 means more import than export."""
        return self.imported - self.exported

    @property
    def residual(self) -> float:
        """Production + import + discharge - consumption - export - charge in Wh; 0 if all agree."""
        return (
            self.production
            + self.imported
            + self.discharged
            - self.consumption
            - self.exported
            - self.charged
        )

    @property
    def sound(self) -> bool:
        """Whether the residual is within 5 % of the consumption."""
        return abs(self.residual) <= PLAUSIBLE_RESIDUAL * self.consumption

    @property
    def self_consumed(self) -> float | None:
        """Production - export in Wh; None where the meters or grid charging forbid it."""
        return self.production - self.exported if self._tells else None

    @property
    def self_consumption(self) -> float | None:
        """(Production - export) / production; None as `self_consumed`, or without production."""
        if not self._tells or self.production <= 0:
            return None
        return (self.production - self.exported) / self.production

    @property
    def self_sufficiency(self) -> float | None:
        """1 - import / consumption; None as `self_consumed`, or without consumption."""
        if not self._tells or self.consumption <= 0:
            return None
        return 1 - self.imported / self.consumption

    @property
    def _tells(self) -> bool:
        return self.sound and not self.grid_charged


def energy_balance(
    production: Flow[_Key],
    consumption: Flow[_Key],
    imported: Flow[_Key],
    exported: Flow[_Key],
    *,
    charged: Flow[_Key] | None = None,
    discharged: Flow[_Key] | None = None,
) -> EnergyBalance | None:
    """Self-consumption, self-sufficiency and net import over intervals with all meters known.

    Without a battery leave out `charged` and `discharged`. None where no interval is known.
    """
    flows = [production, consumption, imported, exported]
    flows += [flow for flow in (charged, discharged) if flow is not None]
    keys = [key for key in production if all(known(flow.get(key)) is not None for flow in flows)]
    if not keys:
        return None

    def total(flow: Flow[_Key] | None) -> float:
        return sum((flow.get(key) or 0.0) for key in keys) if flow is not None else 0.0

    return EnergyBalance(
        intervals=len(keys),
        production=total(production),
        consumption=total(consumption),
        imported=total(imported),
        exported=total(exported),
        charged=total(charged),
        discharged=total(discharged),
        grid_charged=charged is not None
        and any((charged.get(key) or 0.0) > (production.get(key) or 0.0) for key in keys),
    )


def meter_against_micro(
    meter: Daily, micro: Daily, *, meter_start: date | None = None
) -> float | None:
    """Meter / microinverters - 1 over days known in both; within 0.03 of 0 is normal.

    Args:
        meter: Daily energy by the meter, in Wh.
        micro: Daily energy by the microinverters.
        meter_start: The meter's first day; it is partial and left out, with all before it.
    """
    pairs = [
        (wh, other)
        for day, value in meter.items()
        if (meter_start is None or day > meter_start)
        and (wh := known(value)) is not None
        and (other := known(micro.get(day))) is not None
    ]
    by_micro = sum(other for _, other in pairs)
    return sum(wh for wh, _ in pairs) / by_micro - 1 if by_micro > 0 else None


def battery_efficiency(
    *,
    charged_wh: float | None,
    discharged_wh: float | None,
    soc_start: float | None,
    soc_end: float | None,
    capacity_wh: float | None,
) -> float | None:
    """Round-trip efficiency at the AC side: (discharged + (SOC end - start) x capacity) / charged.

    None where a value is not known, below 10 equivalent cycles, or where the energy that stayed in
    the battery is more than 5 % of what was charged. SOC from 0 to 1; standby use is included.
    """
    charged, discharged = known(charged_wh), known(discharged_wh)
    start, end, capacity = known(soc_start), known(soc_end), known(capacity_wh)
    cycles = battery_cycles(discharged_wh=discharged, capacity_wh=capacity)
    if charged is None or discharged is None or start is None or end is None or capacity is None:
        return None
    stayed = (end - start) * capacity
    if charged <= 0 or cycles is None or cycles < 10 or abs(stayed) > 0.05 * charged:
        return None
    return (discharged + stayed) / charged


def battery_cycles(*, discharged_wh: float | None, capacity_wh: float | None) -> float | None:
    """Equivalent full cycles: discharged / usable capacity of that time; None where not known."""
    discharged, capacity = known(discharged_wh), known(capacity_wh)
    return discharged / capacity if discharged is not None and capacity else None
