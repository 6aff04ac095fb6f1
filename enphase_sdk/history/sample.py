"""The recorded part of one reading."""

from __future__ import annotations

from attrs import frozen

from enphase_sdk.gateway.profile import ProductionSource
from enphase_sdk.gateway.snapshot import Snapshot
from enphase_sdk.history.counting import Counter, Shown

__all__ = ["Sample"]

# Seconds. Microinverters report every 5 to 15 minutes; older reports do not count as current.
FRESH = 1200

# Wh. No plant produces a petawatt-hour, and SQLite stores integers of at most 64 bits.
_LARGEST = 10**15


@frozen
class Sample:
    """The counters of one reading; None where the reading has no value.

    Attributes:
        at: When it was read, epoch seconds UTC.
        production: Lifetime production of the whole system, Wh.
        source: Source of `production`: ``meter``, ``v1`` or ``inverters``.
        production_meter: Lifetime energy of the production meter, Wh.
        consumption: Lifetime consumption of the house, Wh.
        devices: Number of microinverters in the reading.
        reporting: Number of those whose last report was at most 20 minutes old.
    """

    at: float
    production: int | None = None
    source: str | None = None
    production_meter: int | None = None
    consumption: int | None = None
    devices: int | None = None
    reporting: int | None = None

    @classmethod
    def of(cls, snapshot: Snapshot, at: float, source: ProductionSource | None) -> Sample:
        """The sample of a snapshot that was read at `at` (epoch seconds UTC)."""
        production, consumption = snapshot.system_production, snapshot.system_consumption
        meter = snapshot.ctmeter_production
        reports = [inverter.last_report_date for inverter in snapshot.inverters.values()]
        fresh = sum(report is not None and report >= at - FRESH for report in reports)
        return cls(
            at=at,
            production=_counted(production.watt_hours_lifetime if production else None),
            source=source,
            production_meter=_counted(meter.energy_delivered if meter else None),
            consumption=_counted(consumption.watt_hours_lifetime if consumption else None),
            devices=len(reports) or None,
            reporting=fresh if reports else None,
        )

    def shown(self, counter: Counter) -> Shown | None:
        """The reading of one counter, or None."""
        wh = {
            Counter.PRODUCTION: self.production,
            Counter.PRODUCTION_METER: self.production_meter,
            Counter.CONSUMPTION: self.consumption,
        }[counter]
        source = self.source if counter is Counter.PRODUCTION else None
        return None if wh is None else Shown(self.at, wh, source)


def _counted(wh: int | None) -> int | None:
    return wh if wh is not None and abs(wh) < _LARGEST else None
