"""The energy of a system, against its size, its past and its owner's estimate.

Every function is pure and takes whole days (`Daily`, in Wh, from `whole_days`). A day that is None
or absent is not known: it is not counted, neither as 0 nor as a day, and not estimated. A result
without known values is None. Terms of IEC 61724-1 are used where it has one. There is no
performance ratio, because it needs the irradiation.

Source of daily energy: `energy_lifetime` (v2 and v4), or the daily totals of a gateway's history.
Source of the size: `size_w` of the newest summary; 0 means unknown.
"""

from __future__ import annotations

import calendar
import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date, tzinfo
from pathlib import Path

from attrs import frozen

from enphase_sdk.core.reasons import reason_of
from enphase_sdk.errors import ConfigError, InvalidArgumentError
from enphase_sdk.report.days import Daily, Period, hours_of_day, known

__all__ = [
    "Change",
    "Energy",
    "Estimate",
    "Yield",
    "capacity_factor",
    "change_since",
    "change_since_last_year",
    "completeness",
    "energy",
    "energy_lifetime",
    "energy_of_month",
    "energy_of_year",
    "fleet_yield",
    "percent_of_estimate",
    "read_estimate",
    "read_estimates",
    "specific_yield",
]


@frozen
class Energy:
    """Energy of a period.

    Attributes:
        wh: Sum over the known days, in Wh.
        days_known: The number of known days.
        period: The requested days.
    """

    wh: float
    days_known: int
    period: Period


def energy(days: Daily, period: Period) -> Energy | None:
    """Energy of a day, month, year or any period: the sum of its known days, in Wh.

    None if no day of it is known.
    """
    values = _known(days, period).values()
    return Energy(sum(values), len(values), period) if values else None


def energy_of_month(days: Daily, last: date) -> Energy | None:
    """Energy of a calendar month up to `last`, the newest whole day, in Wh; as `energy`."""
    return energy(days, Period(last.replace(day=1), last))


def energy_of_year(days: Daily, last: date) -> Energy | None:
    """Energy of a calendar year up to `last`, the newest whole day, in Wh; as `energy`."""
    return energy(days, Period(last.replace(month=1, day=1), last))


def energy_lifetime(days: Daily) -> Energy | None:
    """Energy from the first known day to the last, in Wh; None if no day is known."""
    reported = [day for day, wh in days.items() if known(wh) is not None]
    return energy(days, Period(min(reported), max(reported))) if reported else None


@frozen
class Yield:
    """Final yield.

    Attributes:
        kwh_per_kwp: For the whole period, in kWh/kWp (rated power; DC or AC is not known).
        per_day: For each known day, in kWh/(kWp d); None for a fleet.
        days_known: The number of days used; None for a fleet.
        systems: The number of systems used.
    """

    kwh_per_kwp: float
    per_day: float | None = None
    days_known: int | None = None
    systems: int = 1


def specific_yield(days: Daily, period: Period, *, size_w: float | None) -> Yield | None:
    """Final yield (Yf of IEC 61724-1), sum(E) / P0 over the known days, in kWh/kWp.

    None if no day or no size is known.
    """
    made = energy(days, period)
    if made is None or not _size(size_w):
        return None
    total = made.wh / _size(size_w)
    return Yield(total, total / made.days_known, made.days_known)


def fleet_yield(systems: Iterable[tuple[float | None, float | None]]) -> Yield | None:
    """Final yield of a fleet in kWh/kWp: sum of energies / sum of sizes, not a mean of yields.

    Args:
        systems: Energy (Wh) and size (W) of each; a system is left out if one of them is unknown.
    """
    both = [
        (wh, _size(size_w)) for wh, size_w in systems if known(wh) is not None and _size(size_w)
    ]
    if not both:
        return None
    return Yield(
        sum(wh for wh, _ in both if wh is not None) / sum(w for _, w in both), systems=len(both)
    )


def capacity_factor(
    days: Daily, period: Period, *, size_w: float | None, zone: tzinfo
) -> float | None:
    """Energy against rated power at every hour, E / (P0 x hours of the known days), from 0 to 1.

    A day of the zone has 23 to 25 hours. None if no day or no size is known.
    """
    made = _known(days, period)
    if not made or not _size(size_w):
        return None
    return sum(made.values()) / (_size(size_w) * sum(hours_of_day(day, zone) for day in made))


def completeness(days: Daily, period: Period) -> float:
    """Days with a known value / days of the period, from 0 to 1 (data availability).

    A period should begin no earlier than the system's first day with energy.
    """
    return len(_known(days, period)) / len(period)


@frozen
class Change:
    """A period against another one.

    Attributes:
        change: now / before - 1; None if before is 0 or no pair of days is known.
        pairs: The number of days known in both.
    """

    change: float | None
    pairs: int


def change_since(days: Daily, period: Period, before: Period | None = None) -> Change:
    """Energy against the period before: sum(now) / sum(before) - 1 over days known in both.

    Days are paired by their position in the period. The weather differs from year to year.

    Raises:
        InvalidArgumentError: `before` has another length.
    """
    before = before or period.before
    if len(before) != len(period):
        raise InvalidArgumentError(
            f"before: {len(before)} days cannot be paired with {len(period)}; use the same length"
        )
    return _change(days, zip(period, before, strict=True))


def change_since_last_year(days: Daily, period: Period) -> Change:
    """Energy against the same days of the year before; as `change_since`, 29 February left out."""
    return _change(
        days,
        (
            (day, day.replace(year=day.year - 1))
            for day in period
            if (day.month, day.day) != (2, 29)
        ),
    )


def _change(days: Daily, pairs: Iterable[tuple[date, date]]) -> Change:
    now = before = 0.0
    count = 0
    for one, other in pairs:
        wh, wh_before = known(days.get(one)), known(days.get(other))
        if wh is not None and wh_before is not None:
            now, before, count = now + wh, before + wh_before, count + 1
    return Change(now / before - 1 if before > 0 else None, count)


@frozen
class Estimate:
    """What an owner expects, in kWh by month.

    Attributes:
        months: kWh of a month: of one year (`(2026, 5)`), else of every year (`5`).
    """

    months: Mapping[int | tuple[int, int], float]

    @classmethod
    def constant(cls, kwh_per_month: float) -> Estimate:
        """The same kWh in every month."""
        return cls(dict.fromkeys(range(1, 13), kwh_per_month))

    def of_day(self, day: date) -> float | None:
        """Estimate of a day in kWh: an equal part of its month's; None if that is not known."""
        month = self.months.get((day.year, day.month), self.months.get(day.month))
        days = calendar.monthrange(day.year, day.month)[1]
        return None if month is None else month / days


def percent_of_estimate(days: Daily, period: Period, estimate: Estimate) -> float | None:
    """Energy / estimate of the same days, as a ratio (1 is as expected): a performance index.

    Over the days for which both are known. Each day of a month has the same part of its estimate,
    which is coarse in spring and autumn. None if there is no such day, or the estimate is 0.
    """
    both = [
        (wh, expected)
        for day, wh in _known(days, period).items()
        if (expected := estimate.of_day(day)) is not None
    ]
    total = sum(expected for _, expected in both)
    return sum(wh for wh, _ in both) / 1000 / total if total > 0 else None


def read_estimate(path: Path) -> Estimate:
    """An estimate from a CSV file with columns `month` (`2026-05`, or `5` for every May), `kwh`.

    Raises:
        ConfigError: it cannot be read, or is for several systems; the message names the line.
    """
    read = read_estimates(path)
    if isinstance(read, Estimate):
        return read
    raise ConfigError(f"{path} is for several systems (column system_id); use read_estimates")


# Characters. Three years of months for 100,000 systems are less.
LARGEST_ESTIMATES = 100_000_000


def read_estimates(path: Path) -> Estimate | dict[int, Estimate]:
    """Estimates from a CSV file with columns `month`, `kwh` and, for several systems, `system_id`.

    A month is `2026-05`, or `5` for every May. Without `system_id` it is for every system.

    Raises:
        ConfigError: it cannot be read; the message names the line.
    """
    found: dict[int | None, dict[int | tuple[int, int], float]] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            text = file.read(LARGEST_ESTIMATES + 1)
            if len(text) > LARGEST_ESTIMATES:
                raise ConfigError(f"{path} is larger than {LARGEST_ESTIMATES:,} characters")
            for row in (rows := csv.DictReader(io.StringIO(text, newline=""))):
                system_id: int | None = None
                month: int | tuple[int, int] = 0
                try:
                    if "system_id" in row:
                        system_id = int(row["system_id"])
                    month = _month(row["month"].strip())
                    kwh = known(float(row["kwh"]))
                except (KeyError, ValueError, AttributeError, TypeError):
                    kwh = None
                months = found.setdefault(system_id, {})
                if kwh is None or kwh < 0 or month in months:
                    raise ConfigError(
                        f"{path}, line {rows.line_num}: columns `month` (2026-05, or 5) and `kwh` "
                        "(0 or more) are wanted, each month once (of each `system_id`, if there is "
                        "that column)"
                    )
                months[month] = kwh
    except (OSError, ValueError, csv.Error) as error:
        raise ConfigError(f"{path} cannot be read as CSV: {reason_of(error)}") from None
    if not found:
        raise ConfigError(f"{path} has no month; write lines like 2026-05,600 below month,kwh")
    of_any = found.get(None)
    if of_any is not None:
        return Estimate(of_any)
    return {one: Estimate(months) for one, months in found.items() if one is not None}


def _month(text: str) -> int | tuple[int, int]:
    year, dash, month = text.rpartition("-")
    number = int(month)
    if not 1 <= number <= 12:
        raise ValueError
    return (int(year), number) if dash else number


def _known(days: Daily, period: Period) -> dict[date, float]:
    return {day: wh for day in period if (wh := known(days.get(day))) is not None}


def _size(size_w: float | None) -> float:
    """The size; 0 where it is unknown, as summaries write it."""
    return max(0.0, known(size_w) or 0.0)
