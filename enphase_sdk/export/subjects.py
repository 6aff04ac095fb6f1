"""The subjects of values: the site, its meters, its microinverters and its batteries."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from attrs import frozen

from enphase_sdk.gateway.models.energy import CtMeter, Inverter, SystemEnergy
from enphase_sdk.gateway.models.storage import AcBattery, Encharge, EnchargePower
from enphase_sdk.gateway.powers import has_batteries, powers
from enphase_sdk.gateway.snapshot import Snapshot

__all__ = ["FRESH", "SUBJECTS", "Subject"]

# Seconds. Microinverters report every 5 to 15 minutes, and by night not at all.
FRESH = 1200

Members = Iterator[tuple[tuple[tuple[str, str], ...], object]]


class Subject(Enum):
    """A subject of values, with the names of the labels that identify its members."""

    SITE = ()
    METER = ("meter", "phase")
    INVERTER = ("inverter",)
    BATTERY = ("battery",)

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of its labels."""
        names: tuple[str, ...] = self.value
        return names

    def members(self, snapshot: Snapshot, at: float) -> Members:
        """Its members in a reading that was taken at `at`, each with its labels."""
        if self is Subject.SITE:
            yield (), SiteNow.of(snapshot, at)
        elif self is Subject.METER:
            for kind, meter in snapshot.ctmeters.items():
                # With phases, the meter's total is left out: a sum would count it twice.
                phases = snapshot.ctmeters_phases.get(kind) or {"all": meter}
                for phase, part in phases.items():
                    yield (("meter", kind), ("phase", phase)), _Meter.of(part)
        elif self is Subject.INVERTER:
            for serial, inverter in snapshot.inverters.items():
                yield (("inverter", serial),), InverterNow.of(inverter, at)
        else:
            for serial, battery in _batteries(snapshot):
                yield (("battery", serial),), battery


SUBJECTS = tuple(Subject)


@frozen(kw_only=True)
class SiteNow:
    """The values of a site, in the units of its measures; None means not known."""

    production_w: float | None
    house_w: float | None
    grid_w: float | None
    batteries_w: float | None
    production_and_grid_w: float | None
    production_wh: float | None
    production_today_wh: float | None
    house_wh: float | None
    house_today_wh: float | None
    imported_wh: float | None
    exported_wh: float | None
    discharged_wh: float | None
    charged_wh: float | None
    state_of_charge: float | None
    reserve: float | None
    stored_wh: float | None
    on_grid: float | None
    inverters: int | None
    inverters_reporting: int | None

    @classmethod
    def of(cls, snapshot: Snapshot, at: float) -> SiteNow:
        """The values of a reading."""
        now = powers(snapshot)
        production = snapshot.system_production
        house = _house(snapshot)
        grid = snapshot.ctmeters.get("net-consumption")
        storage = snapshot.ctmeter_storage
        iq, both = snapshot.encharge_aggregate, snapshot.battery_aggregate
        ac = snapshot.acb_power
        charge = [part.state_of_charge for part in (both, iq, ac) if part is not None]
        stored = [part.available_energy for part in (both, iq) if part is not None]
        stored += [ac.charge_wh] if ac is not None else []
        reports = [inverter.last_report_date for inverter in snapshot.inverters.values()]
        return cls(
            **now,
            production_wh=production.watt_hours_lifetime if production else None,
            production_today_wh=production.watt_hours_today if production else None,
            house_wh=house.watt_hours_lifetime if house else None,
            house_today_wh=house.watt_hours_today if house else None,
            imported_wh=grid.energy_delivered if grid else None,
            exported_wh=grid.energy_received if grid else None,
            discharged_wh=storage.energy_delivered if storage else None,
            charged_wh=storage.energy_received if storage else None,
            state_of_charge=charge[0] if charge else None,
            reserve=iq.reserve_state_of_charge if iq else None,
            stored_wh=stored[0] if stored else None,
            on_grid=_on_grid(snapshot),
            inverters=len(reports) or None,
            inverters_reporting=sum(_is_fresh(r, at) for r in reports) if reports else None,
        )


def _house(snapshot: Snapshot) -> SystemEnergy | None:
    """The house's energy; with a grid meter it is known only without batteries."""
    if "total-consumption" in snapshot.ctmeters or not has_batteries(snapshot):
        return snapshot.system_consumption
    return None


def _on_grid(snapshot: Snapshot) -> float | None:
    if snapshot.enpower is not None and snapshot.enpower.mains_oper_state:
        # Off the grid the state is "open synchronizing" or "open synchronized".
        state = snapshot.enpower.mains_oper_state.split()[0].lower()
        return {"closed": 1.0, "close": 1.0, "open": 0.0}.get(state)
    if snapshot.collar is not None and snapshot.collar.admin_state_str:
        state = snapshot.collar.admin_state_str.upper()
        return {"ENCMN_MDE_ON_GRID": 1.0, "ENCMN_MDE_OFF_GRID": 0.0}.get(state)
    return None


def _is_fresh(reported_at: int | None, at: float) -> bool:
    return reported_at is not None and reported_at >= at - FRESH


@frozen
class _Meter:
    active_power: float | None
    voltage: float | None
    current: float | None
    frequency: float | None

    @classmethod
    def of(cls, meter: CtMeter) -> _Meter:
        return cls(meter.active_power, meter.voltage, meter.current, meter.frequency)


@frozen
class InverterNow:
    """A microinverter's values; a report older than 20 minutes does not count as present.

    Attributes:
        watts: Power in W.
        wh: Lifetime energy in Wh.
        temperature: In degrees Celsius.
        reported_at: Its last report, epoch seconds UTC.
    """

    watts: float | None
    wh: float | None
    temperature: float | None
    reported_at: float | None

    @classmethod
    def of(cls, inverter: Inverter, at: float) -> InverterNow:
        """The values of a reading."""
        fresh = _is_fresh(inverter.last_report_date, at)
        return cls(
            inverter.last_report_watts if fresh else None,
            inverter.lifetime_energy,
            inverter.temperature if fresh else None,
            inverter.last_report_date or None,
        )


@frozen
class _Battery:
    watts: float | None
    state_of_charge: float | None
    temperature: float | None


def _batteries(snapshot: Snapshot) -> Iterator[tuple[str, _Battery]]:
    told, running = snapshot.encharge_inventory or {}, snapshot.encharge_power or {}
    for serial in [*told, *(serial for serial in running if serial not in told)]:
        yield serial, _iq_battery(told.get(serial), running.get(serial))
    for serial, battery in (snapshot.acb_inventory or {}).items():
        yield serial, _ac_battery(battery)


def _iq_battery(told: Encharge | None, running: EnchargePower | None) -> _Battery:
    milliwatts = running.real_power_mw if running else None
    charges = (running.soc if running else None, told.percent_full if told else None)
    return _Battery(
        None if milliwatts is None else milliwatts / 1000,
        next((charge for charge in charges if charge is not None), None),
        _celsius(told.temperature, told.temperature_unit) if told else None,
    )


def _ac_battery(battery: AcBattery) -> _Battery:
    return _Battery(None, battery.percent_full, battery.max_cell_temp)


def _celsius(degrees: float | None, unit: str) -> float | None:
    if degrees is None or unit == "C":
        return degrees
    return round((degrees - 32) / 1.8, 1) if unit == "F" else None
