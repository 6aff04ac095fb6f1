"""Checks whether the values of a reading are plausible for the site.

Gateways sometimes, or always, send impossible values: lifetime energy as energy of today, the
largest 32-bit number, lifetime energy as power, lifetime energy below zero or below its last
value. `judged` replaces them by None and adds a problem for each. It works on a finished reading,
so that everything made from it (snapshot, cloud models, recording) agrees.

The bounds are generous, because losing a right value is worse than keeping a wrong one: on the
first day, energy of today equals lifetime energy; commercial sites are large; some gateways do not
report their microinverters. Energy of seven days is often wrong within these bounds and is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeVar

from attrs import evolve, frozen

from enphase_sdk.gateway.models.energy import CtMeter, Inverter, SystemEnergy
from enphase_sdk.gateway.snapshot import Snapshot

__all__ = ["Level", "Site", "judged"]

T = TypeVar("T")
Phases = dict[str, T] | None

Tell = Callable[[str, str], None]
"""Takes a problem: of ``production``, ``consumption``, ``meters`` or ``inverters``, and why."""

# Values that counters and powers show on an overflow or without data.
_NO_FIGURES = frozenset(
    sign * number
    for sign in (1, -1)
    for bits in (31, 32, 53, 63)
    for number in (2**bits - 1, 2**bits)
)

# W. No microinverter delivers more, and none delivers this all day.
_MICROINVERTER_WATTS = 600
_SUNNY_HOURS = 16
# Microinverters. A shorter list may be incomplete: a gateway finds them one after the other.
_FEW = 10
# W. Limit for one entry of the list, which includes AC Batteries.
_DEVICE_WATTS = 2_000

# The largest plants and houses behind one gateway, and what its own transformers (200 A) measure.
_PLANT_WATTS = 500_000
_HOUSE_WATTS = 2_000_000
_PHASE_WATTS = 48_000

# Below this, power (W) and lifetime energy (Wh) can be equal by chance on the first day.
_CHANCE = 10_000
_LIFE_HOURS = 40 * 8766

# Wh. Counters are read one after the other, and standby power is subtracted: they can fall a bit.
_DIP_WH = 100
_STANDBY_WATTS = 100
# Hours. A microinverter that was out of reach for this long reports all its energy at once.
_SILENT_HOURS = 30 * 24
# Readings in a row that must agree before a lower counter value is accepted as a reset.
_BELIEVED_AFTER = 3

# A microinverter counts joules in 32 bits.
WRAP_WH = 2**32 / 3600


@frozen
class Level:
    """The state of a lifetime counter.

    Attributes:
        wh: Its last accepted value, Wh.
        at: When that was read, seconds of a monotonic clock.
        other: A value since then that was not accepted, Wh, or None.
        times: Number of readings in a row that agreed with `other`.
    """

    wh: int
    at: float
    other: int | None = None
    times: int = 0


@frozen(kw_only=True)
class Site:
    """The data of a site from which the bounds are computed.

    Attributes:
        microinverters: Number of microinverters; None if not known.
        phases: Number of metered phases, at least 1.
        source: The source of production.
    """

    microinverters: int | None
    phases: int
    source: Literal["meter", "v1", "inverters"] | None

    @property
    def plant_watts(self) -> float:
        """Power that microinverters can give."""
        if self.microinverters is None:
            return _PLANT_WATTS
        return max(self.microinverters, _FEW) * _MICROINVERTER_WATTS

    @property
    def plant_day(self) -> float:
        """Energy in Wh that they can give in a day."""
        return self.plant_watts * (24 if self.microinverters is None else _SUNNY_HOURS)

    @property
    def production(self) -> Bounds:
        """Bounds of production; a meter may measure more than the known microinverters."""
        if self.source != "meter":
            return Bounds(self.plant_watts, self.plant_day, self.plant_day, _STANDBY_WATTS)
        watts = max(self.plant_watts, _PHASE_WATTS * self.phases)
        return Bounds(watts, 24 * watts, self.plant_day, _STANDBY_WATTS)

    @property
    def consumption(self) -> Bounds:
        """Bounds of consumption; its energy is computed and may fall while batteries export."""
        watts = max(_HOUSE_WATTS, 4 * self.plant_watts)
        first_day = max(24.0 * _PHASE_WATTS, 2 * self.plant_day)
        return Bounds(watts, 24 * watts, first_day, _PHASE_WATTS * self.phases)


@frozen
class Bounds:
    """The bounds of a quantity.

    Attributes:
        watts: Largest power in both directions, W.
        day: Largest energy of one day, Wh.
        first_day: Largest energy of today that may equal lifetime energy, Wh.
        falls: Power with which its lifetime energy may fall, W.
    """

    watts: float
    day: float
    first_day: float
    falls: float


def judged(
    snapshot: Snapshot, site: Site, levels: dict[str, Level], *, now: float, problem: Tell
) -> Snapshot:
    """A snapshot with None in place of implausible values.

    Args:
        snapshot: The reading.
        site: The data of the site.
        levels: The state of the lifetime counters after earlier readings; it is updated.
        now: When it was read, seconds of a monotonic clock.
        problem: Called for each value that is left out.
    """
    judge = _Judge(site, levels, now, problem)
    judge.look_for_days_that_are_lifetimes(snapshot)
    for key in [key for key in levels if snapshot.inverters and key.startswith("inverter ")]:
        if key.split()[1] not in snapshot.inverters:
            del levels[key]
    production, house = site.production, site.consumption
    source = f"production ({site.source})"
    return evolve(
        snapshot,
        system_production=judge.system(
            snapshot.system_production, "production", production, source
        ),
        system_production_phases=judge.phases(
            snapshot.system_production_phases, "production", production, source
        ),
        system_consumption=judge.system(snapshot.system_consumption, "consumption", house),
        system_consumption_phases=judge.phases(
            snapshot.system_consumption_phases, "consumption", house
        ),
        system_net_consumption=judge.system(
            snapshot.system_net_consumption, "net consumption", house
        ),
        system_net_consumption_phases=judge.phases(
            snapshot.system_net_consumption_phases, "net consumption", house
        ),
        ctmeters={
            kind: judge.meter(meter, f"meter {kind}") for kind, meter in snapshot.ctmeters.items()
        },
        ctmeters_phases={
            kind: {
                phase: judge.meter(meter, f"meter {kind} {phase}")
                for phase, meter in phases.items()
            }
            for kind, phases in snapshot.ctmeters_phases.items()
        },
        inverters={
            serial_number: judge.inverter(inverter)
            for serial_number, inverter in snapshot.inverters.items()
        },
    )


@frozen
class _Quantity:
    """A quantity: the endpoint of its problems, its name, its counter's name, its bounds."""

    of: str
    name: str
    counter: str
    bounds: Bounds
    signed: bool = False


class _Judge:
    """Checks the values of one reading."""

    def __init__(self, site: Site, levels: dict[str, Level], now: float, problem: Tell) -> None:
        self._site = site
        self._levels = levels
        self._now = now
        self._problem = problem
        self._days_are_lifetimes = False

    def look_for_days_that_are_lifetimes(self, snapshot: Snapshot) -> None:
        """Find out whether this gateway sends lifetime energy as energy of today."""
        for energy, bounds in (
            (snapshot.system_production, self._site.production),
            (snapshot.system_consumption, self._site.consumption),
        ):
            if energy and energy.watt_hours_today == energy.watt_hours_lifetime:
                today = energy.watt_hours_today or 0
                self._days_are_lifetimes |= today > bounds.first_day

    def system(
        self, energy: SystemEnergy | None, name: str, bounds: Bounds, counter: str | None = None
    ) -> SystemEnergy | None:
        """Production or consumption."""
        if energy is None:
            return None
        kind = "production" if name == "production" else "consumption"
        signed = name == "net consumption"
        what = _Quantity(kind, name, counter or name, bounds, signed=signed)
        lifetime = self._lifetime(energy.watt_hours_lifetime, what)
        return SystemEnergy(
            watts_now=self._power(energy.watts_now, energy.watt_hours_lifetime, what),
            watt_hours_today=self._days(energy.watt_hours_today, energy, lifetime, what, days=1),
            watt_hours_last_7_days=self._days(
                energy.watt_hours_last_7_days, energy, lifetime, what, days=7
            ),
            watt_hours_lifetime=lifetime,
        )

    def phases(
        self,
        phases: Phases[SystemEnergy],
        name: str,
        bounds: Bounds,
        counter: str | None = None,
    ) -> Phases[SystemEnergy]:
        """The same by phase."""
        if phases is None:
            return None
        return {
            phase: judged
            for phase, energy in phases.items()
            if (judged := self.system(energy, name, bounds, f"{counter or name} {phase}"))
        }

    def meter(self, meter: CtMeter, name: str) -> CtMeter:
        """A current transformer, or one phase of it."""
        bounds = evolve(self._site.consumption, falls=_STANDBY_WATTS)
        delivered = _Quantity("meters", f"{name} delivered", f"{name} delivered", bounds)
        received = _Quantity("meters", f"{name} received", f"{name} received", bounds)
        return evolve(
            meter,
            active_power=self._power(meter.active_power, meter.energy_delivered, delivered),
            energy_delivered=self._lifetime(meter.energy_delivered, delivered),
            energy_received=self._lifetime(meter.energy_received, received),
        )

    def inverter(self, inverter: Inverter) -> Inverter:
        """A microinverter."""
        day = 24.0 * _DEVICE_WATTS
        bounds = Bounds(_DEVICE_WATTS, day, day, 0)
        counter = f"inverter {inverter.serial_number}"
        what = _Quantity("inverters", "a microinverter", counter, bounds)
        watts = self._power(inverter.last_report_watts, None, what)
        told = inverter.last_report_watts is None or watts is not None
        return evolve(
            inverter,
            last_report_watts=watts,
            energy_produced=inverter.energy_produced if told else None,
            max_report_watts=self._power(inverter.max_report_watts, None, what),
            energy_today=self._energy(inverter.energy_today, what, day, "energy of today"),
            lifetime_energy=self._lifetime(inverter.lifetime_energy, what),
        )

    def _power(self, watts: int | None, lifetime: int | None, what: _Quantity) -> int | None:
        if watts is None:
            return None
        chance = min(what.bounds.watts, self._site.plant_watts, _CHANCE)
        if watts == lifetime and abs(watts) > chance:
            return self._refuse(what, "power that is its lifetime energy")
        if watts in _NO_FIGURES or abs(watts) > what.bounds.watts:
            return self._refuse(what, "power that it cannot have")
        return watts

    def _days(
        self,
        wh: int | None,
        sent: SystemEnergy,
        lifetime: int | None,
        what: _Quantity,
        *,
        days: Literal[1, 7],
    ) -> int | None:
        """Energy of today or of seven days, with the lifetime that was sent and what is left."""
        words = "energy of today" if days == 1 else "energy of seven days"
        known = self._energy(wh, what, what.bounds.day if days == 1 else None, words)
        if not known:
            return known
        same = known == sent.watt_hours_lifetime
        if same and (self._days_are_lifetimes or known > days * what.bounds.first_day):
            return self._refuse(what, f"{words} that is its lifetime energy")
        if lifetime is not None and known > lifetime + 1 and not what.signed:
            return self._refuse(what, f"{words} above its lifetime energy")
        return known

    def _energy(
        self, wh: int | None, what: _Quantity, most: float | None, words: str
    ) -> int | None:
        if wh is None:
            return None
        most = what.bounds.watts * _LIFE_HOURS if most is None else most
        if wh in _NO_FIGURES or abs(wh) > most:
            return self._refuse(what, f"{words} that it cannot have")
        if wh < 0 and not what.signed:
            return self._refuse(what, f"{words} below zero")
        return wh

    def _lifetime(self, wh: int | None, what: _Quantity) -> int | None:
        known = self._energy(wh, what, None, "lifetime energy")
        if known is None:
            return None
        level = self._levels.get(what.counter)
        reason = self._moved(known, level, what) if level else None
        if level is None or reason is None:
            self._levels[what.counter] = Level(known, self._now)
            return known
        before = level.other
        agrees = before is not None and not self._moved(known, Level(before, self._now), what)
        times = level.times + 1 if agrees else 1
        if times >= _BELIEVED_AFTER:
            self._levels[what.counter] = Level(known, self._now)
            return known
        self._levels[what.counter] = evolve(level, other=known, times=times)
        return self._refuse(what, reason)

    def _moved(self, wh: int, level: Level, what: _Quantity) -> str | None:
        """Why a counter's value is not plausible after its last accepted one, or None."""
        hours = max(0.0, self._now - level.at) / 3600
        rise, bounds = wh - level.wh, what.bounds
        # A value of zero comes from a gateway that had just started.
        if level.wh and rise > bounds.watts * (hours + _SILENT_HOURS):
            return "lifetime energy far above what it was"
        if what.signed:
            # Exported energy is subtracted.
            return None if -rise <= bounds.watts * (hours + _SILENT_HOURS) else _FELL
        if -rise <= _DIP_WH + bounds.falls * hours:
            return None
        made = rise + WRAP_WH
        if what.of != "consumption" and -_DIP_WH <= made <= bounds.watts * (hours + 1):
            return f"{_FELL} by 2^32 J: the counter of a microinverter overflowed"
        return _FELL

    def _refuse(self, what: _Quantity, reason: str) -> int | None:
        """Add a problem and return None in place of the value."""
        self._problem(what.of, f"{what.name}: {reason}")
        return None


_FELL = "lifetime energy that fell"
