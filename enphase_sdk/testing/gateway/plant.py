"""The energy balance of a simulated gateway over time.

Every 15 minutes the plant computes the powers of sun, house, batteries and generator for the next
15 minutes. In between, power is linear, so that each counter is exactly the integral of the power
shown.
"""

from __future__ import annotations

import math
import random
from copy import copy
from datetime import datetime, time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from attrs import astuple, define, field, frozen

__all__ = ["Controls", "Counters", "Moment", "Plant", "Sizes"]

STEP = 900.0
DAY = 86400.0
HISTORY_DAYS = 8
HOUR = 3600.0

Line = tuple[float, float]
"""Power (W) at the start and at the end of a stretch of time."""


@frozen(kw_only=True)
class Sizes:
    """The constants of a plant.

    Attributes:
        seed: The seed of the weather and the house's consumption.
        zone: IANA time zone; the day begins at its midnight.
        peak: Power of all inverters at noon of a clear day (W).
        solar_shares: Part of production on each phase; they add up to 1.
        load_shares: Part of the load and of the batteries' power on each phase.
        capacity: Energy of all batteries (Wh).
        battery_power: Greatest power of all batteries (W).
        generator_power: Greatest power of the generator (W).
    """

    seed: int
    zone: str
    peak: float
    solar_shares: tuple[float, ...]
    load_shares: tuple[float, ...]
    capacity: float = 0.0
    battery_power: float = 0.0
    generator_power: float = 0.0


@define
class Controls:
    """The settings that can be changed; percentages are of the batteries' capacity, limits in W."""

    on_grid: bool = True
    mode: str = "self-consumption"
    reserve: float = 20.0
    lowest: float = 10.0
    charge_from_grid: bool = False
    generator: str = "auto"
    generator_start: float = 30.0
    generator_stop: float = 70.0
    charge_from_generator: bool = True
    producing: bool = True
    production_limit: float | None = None
    export_limit: float | None = None


@frozen
class Counters:
    """Energy since some instant, in Wh; `imported` and `exported` by phase."""

    produced: float
    imported: tuple[float, ...]
    exported: tuple[float, ...]
    charged: float
    discharged: float

    def minus(self, other: Counters) -> Counters:
        """The energy between two instants."""
        return Counters(
            self.produced - other.produced,
            _subtract(self.imported, other.imported),
            _subtract(self.exported, other.exported),
            self.charged - other.charged,
            self.discharged - other.discharged,
        )


@frozen
class Moment:
    """The plant at one instant: power in W, energy in Wh.

    Attributes:
        at: The instant, epoch seconds.
        production: Power of all inverters behind the production meter.
        battery: Power of all batteries, negative while they charge.
        generator: Power of the generator.
        generator_running: Whether the generator is connected, with or without load.
        grid: Power drawn through the grid's meter, by phase; negative while exporting.
        charge: Energy in the batteries.
        totals: Since the beginning.
        today: Since local midnight.
        yesterday: The local day before.
        week: The last seven local days, today among them.
        reported_at: Time of the inverters' last report, epoch seconds.
    """

    at: float
    production: float
    battery: float
    generator: float
    generator_running: bool
    grid: tuple[float, ...]
    charge: float
    totals: Counters
    today: Counters
    yesterday: Counters
    week: Counters
    reported_at: float


@frozen
class _Stretch:
    """The powers from `start` to `end`."""

    start: float
    end: float
    production: Line
    grid: tuple[Line, ...]
    battery: float
    running: bool


@define
class Plant:
    """A house with solar power, perhaps batteries and a generator, on the grid or off it.

    Time only moves forwards: for an instant before the last requested one, the state at the
    start of the current stretch is returned.

    Args:
        sizes: The constants.
        controls: The owner's settings; call `replan` after a change.
        start: The first instant that is requested, epoch seconds.
    """

    _sizes: Sizes
    _controls: Controls
    _start: float
    _zone: ZoneInfo = field(init=False)
    _totals: Counters = field(init=False)
    _marks: list[Counters] = field(init=False, factory=list[Counters])
    _midnight: float = field(init=False)
    _next_midnight: float = field(init=False)
    _charge: float = field(init=False)
    _running: bool = field(init=False, default=False)
    _sunrise: float = field(init=False)
    _daylight: float = field(init=False)
    _noon_power: float = field(init=False)
    _reported_at: float = field(init=False)
    _stretch: _Stretch = field(init=False)

    @classmethod
    def lived_in(cls, sizes: Sizes, controls: Controls, start: float) -> Plant:
        """The same plant as from the constructor, without computing its first days again."""
        plant = copy(_lived_in(sizes, astuple(controls), start))
        plant._controls = controls
        return plant

    def __attrs_post_init__(self) -> None:
        self._zone = ZoneInfo(self._sizes.zone)
        self._totals = self._history()
        self._charge = self._sizes.capacity * 0.6
        self._enter_day(self._start - HISTORY_DAYS * DAY)
        self._reported_at = self._midnight
        self._stretch = self._plan(self._midnight)
        self.at(self._start)

    def at(self, now: float) -> Moment:
        """The plant at `now`, epoch seconds."""
        while now >= self._stretch.end:
            self._settle(self._stretch.end)
            self._stretch = self._plan(self._stretch.end)
        stretch, passed = self._stretch, max(0.0, now - self._stretch.start)
        totals = self._after(passed)
        grid = tuple(self._on(line, passed) for line in stretch.grid)
        midnight = self._marks[-1]
        return Moment(
            at=stretch.start + passed,
            production=self._on(stretch.production, passed),
            battery=stretch.battery,
            generator=0.0 if self._controls.on_grid else sum(grid),
            generator_running=stretch.running,
            grid=grid,
            charge=self._charge - stretch.battery * passed / HOUR,
            totals=totals,
            today=totals.minus(midnight),
            yesterday=midnight.minus(self._marks[-2]),
            week=totals.minus(self._marks[-7]),
            reported_at=self._reported_at,
        )

    def replan(self, now: float) -> None:
        """Compute the powers again from `now` on, because the controls have changed."""
        self._settle(self.at(now).at)
        self._stretch = self._plan(max(now, self._stretch.start))

    def _after(self, passed: float) -> Counters:
        stretch, totals = self._stretch, self._totals
        lines = [(line[0], self._on(line, passed)) for line in stretch.grid]
        sun = (stretch.production[0], self._on(stretch.production, passed))
        stored = stretch.battery * passed / HOUR
        return Counters(
            totals.produced + _area(sun, passed),
            tuple(
                was + _area(line, passed) for was, line in zip(totals.imported, lines, strict=True)
            ),
            tuple(
                was + _area((-line[0], -line[1]), passed)
                for was, line in zip(totals.exported, lines, strict=True)
            ),
            totals.charged + max(0.0, -stored),
            totals.discharged + max(0.0, stored),
        )

    def _settle(self, until: float) -> None:
        passed = until - self._stretch.start
        self._totals = self._after(passed)
        self._charge -= self._stretch.battery * passed / HOUR
        self._running = self._stretch.running
        if self._on(self._stretch.production, passed) > 0.0:
            self._reported_at = until

    def _on(self, line: Line, passed: float) -> float:
        length = self._stretch.end - self._stretch.start
        return line[0] + (line[1] - line[0]) * passed / length

    def _plan(self, start: float) -> _Stretch:
        if start >= self._next_midnight:
            self._enter_day(start)
        end = (start // STEP + 1) * STEP
        sun = (self._sun(start), self._sun(end))
        house = (self._house(start), self._house(end))
        if self._controls.on_grid:
            hour = (start - self._midnight) / HOUR
            battery = self._dispatch(sum(house) / 2 - sum(sun) / 2, end - start, hour)
            most = self._controls.export_limit
            if most is not None:
                sun = (
                    max(0.0, min(sun[0], house[0] - battery + most)),
                    max(0.0, min(sun[1], house[1] - battery + most)),
                )
            shares = zip(self._sizes.solar_shares, self._sizes.load_shares, strict=True)
            grid = tuple(
                (
                    (house[0] - battery) * load - sun[0] * solar,
                    (house[1] - battery) * load - sun[1] * solar,
                )
                for solar, load in shares
            )
            running = self._controls.generator == "on"
            return _Stretch(start, end, sun, grid, battery, running)
        return self._plan_island(start, end, sum(sun) / 2, sum(house) / 2)

    def _plan_island(self, start: float, end: float, sun: float, house: float) -> _Stretch:
        running = self._generator_runs()
        length = end - start
        wanted = house - sun
        if running and self._controls.charge_from_generator:
            wanted = min(wanted, -self._sizes.battery_power / 2)
        battery = self._clamp(wanted, length, floor=self._controls.lowest)
        missing = house - sun - battery
        generator = min(max(0.0, missing), self._sizes.generator_power if running else 0.0)
        curtailed = sun + min(0.0, missing)
        grid = tuple((generator * share, generator * share) for share in self._sizes.load_shares)
        return _Stretch(start, end, (curtailed, curtailed), grid, battery, running)

    def _generator_runs(self) -> bool:
        if self._controls.generator != "auto" or not self._sizes.capacity:
            return self._controls.generator == "on"
        level = 100 * self._charge / self._sizes.capacity
        if self._running:
            return level < self._controls.generator_stop
        return level < self._controls.generator_start

    def _dispatch(self, wanted: float, length: float, hour: float) -> float:
        """Power of the batteries on the grid, if the house needs `wanted` W more."""
        controls = self._controls
        if controls.charge_from_grid and self._charge < self._sizes.capacity * (
            1.0 if controls.mode == "backup" else controls.reserve / 100
        ):
            wanted = -self._sizes.battery_power
        elif controls.mode == "backup" or (
            controls.mode in ("economy", "savings-mode") and not 16 <= hour < 21
        ):
            wanted = min(0.0, wanted)
        return self._clamp(wanted, length, floor=max(controls.reserve, controls.lowest))

    def _clamp(self, wanted: float, length: float, *, floor: float) -> float:
        full = (self._sizes.capacity - self._charge) * HOUR / length
        spare = (self._charge - self._sizes.capacity * floor / 100) * HOUR / length
        limit = self._sizes.battery_power
        return max(-limit, -max(0.0, full), min(wanted, limit, max(0.0, spare)))

    def _sun(self, at: float) -> float:
        if not self._controls.producing:
            return 0.0
        limit = self._controls.production_limit
        return self._shining(at) if limit is None else min(self._shining(at), limit)

    def _shining(self, at: float) -> float:
        part = (at - self._midnight - self._sunrise) / self._daylight
        return self._noon_power * math.sin(math.pi * part) ** 2 if 0.0 < part < 1.0 else 0.0

    def _house(self, at: float) -> float:
        hour = (at - self._midnight) / HOUR
        return 420.0 + 900.0 * _bump(hour, 7.5, 2.0) + 1900.0 * _bump(hour, 19.0, 3.5)

    def _enter_day(self, at: float) -> None:
        today = datetime.fromtimestamp(at, self._zone).date()
        self._midnight = datetime.combine(today, time(), self._zone).timestamp()
        tomorrow = datetime.fromtimestamp(self._midnight + 1.5 * DAY, self._zone).date()
        self._next_midnight = datetime.combine(tomorrow, time(), self._zone).timestamp()
        self._marks = [*self._marks[-HISTORY_DAYS:], self._totals]
        season = math.cos(2 * math.pi * (today.timetuple().tm_yday - 172) / 365.25)
        self._daylight = (12.0 + 3.0 * season) * HOUR
        self._sunrise = 12.5 * HOUR - self._daylight / 2
        chance = random.Random(f"{self._sizes.seed}:{today}")
        self._noon_power = self._sizes.peak * chance.uniform(0.35, 1.0)

    def _history(self) -> Counters:
        """The counters at the start of the simulation, after one to three years of operation."""
        chance = random.Random(f"{self._sizes.seed}:history")
        days = chance.uniform(400.0, 1100.0)
        produced = days * self._sizes.peak * 4.0
        used = days * 19000.0
        exported = max(0.6 * produced, produced - 0.6 * used)
        imported = used - produced + exported
        stored = days * self._sizes.capacity * 0.5
        shares = self._sizes.load_shares
        return Counters(
            produced,
            tuple(imported * share for share in shares),
            tuple(exported * share for share in self._sizes.solar_shares),
            stored,
            stored * 0.9,
        )


@lru_cache(maxsize=64)
def _lived_in(sizes: Sizes, controls: tuple[Any, ...], start: float) -> Plant:
    return Plant(sizes, Controls(*controls), start)


def _subtract(left: tuple[float, ...], right: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(a - b for a, b in zip(left, right, strict=True))


def _bump(hour: float, middle: float, width: float) -> float:
    """A smooth curve of height 1 at `middle`, 0 beyond `width` hours from it."""
    distance = abs(hour - middle) / width
    return math.cos(math.pi * distance / 2) ** 2 if distance < 1.0 else 0.0


def _area(line: Line, seconds: float) -> float:
    """Wh under the part of a straight line of power that is above zero."""
    first, last = line
    if first <= 0.0 and last <= 0.0:
        return 0.0
    if first >= 0.0 and last >= 0.0:
        return (first + last) / 2 * seconds / HOUR
    above = max(first, last)
    return above / 2 * seconds * above / (above - min(first, last)) / HOUR
