"""Degradation, year on year, as in RdTools, and only if the result is reliable."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from math import ceil, floor, sqrt
from statistics import NormalDist, median

from attrs import frozen

from enphase_sdk.report.days import Daily, Period, known

__all__ = ["Degradation", "degradation", "first_year_median", "year_on_year_slopes"]

_TOLERANCE = timedelta(days=8)


@frozen
class Degradation:
    """Year-on-year degradation.

    Attributes:
        percent_per_year: Median of the slopes, below 0 is a loss; None if not reliable.
        low: Lower end of the 68.2 % confidence interval of that median.
        high: Its upper end.
        pairs: The number of pairs of days a year apart.
        label: What the value means, for display.
        withheld: Why there is no value; else None.
    """

    percent_per_year: float | None
    low: float | None
    high: float | None
    pairs: int
    label: str
    withheld: str | None = None


def degradation(
    days: Daily,
    *,
    meter_start: date | None = None,
    against_neighbours: bool = False,
    min_years: int = 3,
    min_known: float = 0.8,
    max_width: float = 1.0,
) -> Degradation:
    """Median change in %/yr of the first year, of all pairs of days a calendar year apart.

    Given only with `min_years` years of one source, `min_known` of the days of each year known and
    above 0, and a confidence interval of at most `max_width` %/yr. Days at 0 are left out.

    Args:
        days: Daily yield (any unit), or ratio to the neighbours' median.
        meter_start: The day a meter took over, if one did: no trend goes across it.
        against_neighbours: Whether the values are ratios to the neighbours, who age as well.
        min_years: Years needed.
        min_known: Share of the days of each year needed.
        max_width: Widest confidence interval told.
    """
    label = "against neighbours" if against_neighbours else "weather not removed"
    made = {day: v for day, value in days.items() if (v := known(value)) is not None and v > 0}
    if reason := _too_little(made, meter_start, min_years, min_known):
        return Degradation(None, None, None, 0, label, reason)
    slopes = sorted(year_on_year_slopes(made, base=first_year_median(made)))
    low, high = _confidence(slopes)
    if high - low > max_width:
        reason = f"its confidence interval is wider than {max_width:g} %/yr"
        return Degradation(None, None, None, len(slopes), label, reason)
    return Degradation(median(slopes), low, high, len(slopes), label)


def _too_little(
    made: dict[date, float], meter_start: date | None, min_years: int, min_known: float
) -> str | None:
    if not made:
        return "no day has energy"
    first, last = min(made), max(made)
    if last < _years_later(first, min_years) - timedelta(days=1):
        return f"less than {min_years} years are known"
    if meter_start is not None and first < meter_start <= last:
        return "a meter took over within the time"
    begin, n = first, 1
    while (end := _years_later(first, n) - timedelta(days=1)) <= last:
        year = Period(begin, end)
        if sum(day in made for day in year) < min_known * len(year):
            return f"too few days are known of the year from {begin}"
        begin, n = end + timedelta(days=1), n + 1
    return None


def first_year_median(days: Daily) -> float:
    """Median of the first 365 days, what lies at or below a thousandth of their top left out."""
    values = {day: v for day, value in days.items() if (v := known(value)) is not None}
    end = min(values) + timedelta(days=365)
    year = sorted(v for day, v in values.items() if day < end)
    place = 0.99 * (len(year) - 1)
    below, above = year[floor(place)], year[ceil(place)]
    top = below + (above - below) * (place - floor(place))
    return median([v for v in year if v > top / 1000] or year)


def year_on_year_slopes(days: Daily, *, base: float) -> list[float]:
    """100 (now - a year before) / base / (days between / 365) of each pair, in %/yr.

    A day is paired with the same calendar day of the year before, or the newest known one up to 8
    days before that.
    """
    values = {day: v for day, value in sorted(days.items()) if (v := known(value)) is not None}
    # A 29 February falls on the 28th of the next year, where it replaces that one.
    year_later = {_years_later(day, 1): day for day in values}
    anniversaries = list(year_later)
    slopes: list[float] = []
    for day, value in values.items():
        place = bisect_right(anniversaries, day)
        if place and day - anniversaries[place - 1] <= _TOLERANCE:
            before = year_later[anniversaries[place - 1]]
            slopes.append(100 * (value - values[before]) / base / ((day - before).days / 365))
    return slopes


def _confidence(slopes: list[float]) -> tuple[float, float]:
    """The 68.2 % interval of the median by order statistics: what a bootstrap of it tends to."""
    n = len(slopes)
    reach = NormalDist().inv_cdf(0.841) * sqrt(n) / 2
    middle = (n - 1) / 2
    return slopes[max(0, round(middle - reach))], slopes[min(n - 1, round(middle + reach))]


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
