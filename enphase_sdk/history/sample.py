"""What is recorded of one reading."""

from __future__ import annotations

from attrs import frozen

from enphase_sdk.gateway.profile import ProductionSource
from enphase_sdk.gateway.snapshot import Snapshot
from enphase_sdk.history.counting import Counter, Shown

__all__ = ["Sample"]

# Microinverters report every 5 to 15 minutes; one that was silent for longer missed its turn.
FRESH = 1200

# No plant makes a petawatt-hour; SQLite keeps no integer beyond 64 bits.
_LARGEST = 10**15


@frozen
class Sample:
    """The counters of one reading; None is what it did not tell.

    Attributes:
        at: When it was read, epoch seconds UTC.
        production: Lifetime production of the whole system, Wh.
        source: Where that comes from: ``meter``, ``v1`` or ``inverters``.
        production_meter: The production meter's odometer, Wh.
        consumption: Lifetime consumption of the house, Wh.
        devices: Microinverters seen.
        reporting: Those of them whose newest report was at most 20 minutes old.
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
        """What matters of a snapshot that was read at an instant (epoch seconds)."""
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
        """What one counter showed, if it was told."""
        wh = {
            Counter.PRODUCTION: self.production,
            Counter.PRODUCTION_METER: self.production_meter,
            Counter.CONSUMPTION: self.consumption,
        }[counter]
        source = self.source if counter is Counter.PRODUCTION else None
        return None if wh is None else Shown(self.at, wh, source)


def _counted(wh: int | None) -> int | None:
    return wh if wh is not None and abs(wh) < _LARGEST else None
