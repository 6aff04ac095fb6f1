"""One system to be judged: its row, and its whole days."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone, tzinfo

from attrs import frozen

from enphase_sdk.core.times import zone_named
from enphase_sdk.report.days import Daily, Period, newest_whole_day
from enphase_sdk.report.rows import ReportRow
from enphase_sdk.report.series import DaySeries
from enphase_sdk.report.status import days_without_energy
from enphase_sdk.report.thresholds import Thresholds

__all__ = ["Watched", "days_only_reported", "watch", "with_silent_zeros", "zeros_after"]

_YEAR = 365

# The zone in which a day ends last, for systems without a known zone.
_LAST_ZONE = timezone(timedelta(hours=-12))


@frozen
class Watched:
    """A system and its known days.

    Attributes:
        row: Its row.
        days: Its whole days in Wh. Days without energy on which it reported are 0.
        zone: Its time zone.
        newest: The newest known whole day; None if there is none.
        began: The first day with energy, which is partial; None if there is none.
        count: The number of known whole days after that.
        size_kw: Rated power, kW; None if not known.
        size_wrong: Why the size cannot be correct; None if it can.
        serves: Whether others are compared with it.
        is_stale: Whether its days end too long ago to judge it.
    """

    row: ReportRow
    days: DaySeries
    zone: tzinfo
    newest: date | None
    began: date | None
    count: int
    size_kw: float | None
    size_wrong: str | None
    serves: bool
    is_stale: bool

    def wh_on(self, ordinal: int) -> float | None:
        """Energy of a day after the first one with energy, Wh; None where not known."""
        if self.began is None or ordinal <= self.began.toordinal():
            return None
        return self.days.at(ordinal)

    def yield_on(self, ordinal: int) -> float | None:
        """The same by rated power, kWh/kWp."""
        wh = self.wh_on(ordinal)
        return wh / self.size_kw / 1000 if wh is not None and self.size_kw else None


def watch(row: ReportRow, days: Daily, *, as_of: datetime, thresholds: Thresholds) -> Watched:
    """A system prepared for judging: without incomplete days, and with zeros for silent days.

    Args:
        row: Its row.
        days: Its daily energy, Wh.
        as_of: The present instant (aware).
        thresholds: The limits.
    """
    zone = zone_named(row.timezone) or _LAST_ZONE
    whole = newest_whole_day(row.last_energy_at, now=as_of, zone=zone)
    series = with_silent_zeros(DaySeries.of(days).through(whole), row, thresholds)
    known = list(series.known())
    place = next((n for n, (_, wh) in enumerate(known) if wh > 0), None)
    began = None if place is None else date.fromordinal(known[place][0])
    count = 0 if place is None else len(known) - place - 1
    size_kw = row.size_w / 1000 if row.size_w and row.size_w > 0 else None
    wrong = _size_wrong(series, size_kw, thresholds)
    newest = date.fromordinal(known[-1][0]) if known else None
    today = as_of.astimezone(zone).date()
    return Watched(
        row=row,
        days=series,
        zone=zone,
        newest=newest,
        began=began,
        count=count,
        size_kw=size_kw,
        size_wrong=wrong,
        serves=size_kw is not None and wrong is None and count >= thresholds.min_days_peer,
        is_stale=newest is not None and (today - newest).days > thresholds.slow_days,
    )


def days_only_reported(row: ReportRow, thresholds: Thresholds) -> Period | None:
    """The whole days after a system's newest energy on which it only reported; they count as 0."""
    zone = zone_named(row.timezone) or _LAST_ZONE
    return days_without_energy(
        row.last_report_at, row.last_energy_at, zone=zone, thresholds=thresholds
    )


def zeros_after(row: ReportRow, last_day: date, thresholds: Thresholds) -> Period | None:
    """Those of these days that follow the row's last whole day, up to `last_day`."""
    dark = days_only_reported(row, thresholds)
    if dark is None or row.last_day is None:
        return None
    first, last = max(dark.first, row.last_day + timedelta(days=1)), min(dark.last, last_day)
    return Period(first, last) if first <= last else None


def with_silent_zeros(days: DaySeries, row: ReportRow, thresholds: Thresholds) -> DaySeries:
    """The days, and 0 for those after the newest energy on which a gateway has reported."""
    dark = days_only_reported(row, thresholds)
    if days.first is None or dark is None:
        return days
    return days.extended(dark.first, [0.0] * len(dark))


def _size_wrong(days: DaySeries, size_kw: float | None, thresholds: Thresholds) -> str | None:
    if size_kw is None or days.last is None:
        return None
    last = days.last.toordinal()
    year = [wh for n in range(last - _YEAR + 1, last + 1) if (wh := days.at(n)) is not None]
    best, whole = max(year, default=0.0) / 1000 / size_kw, sum(year) / 1000 / size_kw
    if best > thresholds.max_day_yield:
        return f"{best:.1f} kWh for each kW in one day is impossible; the size entered is too small"
    if whole > thresholds.max_year_yield:
        return (
            f"{whole:,.0f} kWh for each kW in a year is impossible; the size entered is too small"
        )
    return None
