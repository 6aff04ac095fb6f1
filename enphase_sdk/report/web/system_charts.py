"""The charts of one system."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from enphase_sdk.report.days import Daily, known
from enphase_sdk.report.formats import day_in_words, kilo, number
from enphase_sdk.report.web.charts import Figure, both
from enphase_sdk.report.web.history import DayCurve
from enphase_sdk.report.web.svg import altair

__all__ = ["day_curve", "last_days", "months"]

LAST_DAYS = 60

# Of the days known in a month, so many must be known in the same month a year before.
_SHARE_KNOWN = 0.9


def last_days(days: Daily, last: date) -> Figure | None:
    """Energy of each of the last 60 days; a day that is not known has no bar."""
    span = [last - timedelta(back) for back in range(LAST_DAYS - 1, -1, -1)]
    values = [
        {"day": day.isoformat(), "kwh": None if (wh := known(days.get(day))) is None else wh / 1e3}
        for day in span
    ]
    unknown = sum(value["kwh"] is None for value in values)
    if unknown == len(values):
        return None
    alt = altair()

    def made(width: int) -> Any:
        return (
            alt.Chart(alt.InlineData(values=values), width=width, height=190)
            .mark_bar(width=0.8 * width / LAST_DAYS, color="var(--now)")
            .encode(
                x=alt.X(
                    "day:T",
                    title=None,
                    scale=alt.Scale(type="utc"),
                    axis=alt.Axis(format="%-d %b", tickCount=6, grid=False, labelOverlap=True),
                ),
                y=alt.Y("kwh:Q", title="kWh a day"),
            )
        )

    gap = f" {unknown} of them are not known; they have no bar." if unknown else ""
    return Figure(
        title=f"The last {LAST_DAYS} days",
        says=f"Energy of each day up to {day_in_words(last)}.{gap}",
        drawing=both(made),
        headings=["Day", "kWh"],
        rows=[[str(day), kilo(known(days.get(day)))] for day in reversed(span)],
    )


def months(days: Daily, last: date) -> Figure | None:
    """Energy of the last 12 months and of the year before; the last one up to the same day."""
    sums: dict[tuple[int, int], list[float]] = {}
    for day, value in days.items():
        beyond = (day.year, day.month) == (last.year - 1, last.month) and day.day > last.day
        if (wh := known(value)) is not None and day <= last and not beyond:
            sums.setdefault((day.year, day.month), []).append(wh)
    span = [_month_back(last, back) for back in range(11, -1, -1)]
    names = ["this year", "the year before"]
    rows = [(m, sums.get(m), _comparable(sums.get((m[0] - 1, m[1])), sums.get(m))) for m in span]
    values = [
        {"m": f"{year}-{month:02}-01", "s": name, "kwh": sum(told) / 1e3}
        for (year, month), now, before in rows
        for name, told in ((names[0], now), (names[1], before))
        if told
    ]
    if len({value["m"] for value in values}) < 2:
        return None
    compared = any(before for _, _, before in rows)
    alt = altair()

    def made(width: int) -> Any:
        return (
            alt.Chart(alt.InlineData(values=values), width=width, height=190)
            .mark_bar()
            .encode(
                x=alt.X(
                    "m:O",
                    title=None,
                    sort=None if not compared else "ascending",
                    axis=alt.Axis(
                        labelExpr="timeFormat(toDate(datum.value + 'T12:00:00'), '%b')",
                        labelAngle=0,
                        ticks=False,
                    ),
                ),
                xOffset=alt.XOffset("s:N", sort=names[::-1]),
                y=alt.Y("kwh:Q", title="kWh a month"),
                color=alt.Color(
                    "s:N",
                    title=None,
                    scale=alt.Scale(domain=names, range=["var(--now)", "var(--before)"]),
                    legend=alt.Legend() if compared else None,
                ),
            )
        )

    return Figure(
        title="Energy by month",
        says=(
            f"The last month counts up to day {last.day} in both years. "
            "The weather differs from year to year."
            if compared
            else f"The last month counts up to {day_in_words(last)}."
        ),
        drawing=both(made),
        headings=["Month", "kWh", "Days known", "Year before, kWh"],
        rows=[
            [
                f"{year}-{month:02}",
                kilo(sum(now) if now else None),
                str(len(now or ())),
                kilo(sum(before) if before else None),
            ]
            for (year, month), now, before in reversed(rows)
        ],
    )


def day_curve(curve: DayCurve) -> Figure | None:
    """Power during one day."""
    values: list[dict[str, Any]] = [
        {"h": (curve.start + n * curve.minutes) / 60, "kw": None if w is None else w / 1e3}
        for n, w in enumerate(curve.watts)
    ]
    if len(values) < 2:
        return None
    alt = altair()

    def made(width: int) -> Any:
        return (
            alt.Chart(alt.InlineData(values=values), width=width, height=190)
            .mark_area(
                line={"color": "var(--now)", "strokeWidth": 2},
                color="var(--now)",
                fillOpacity=0.25,
                interpolate="step-after",
            )
            .encode(
                x=alt.X(
                    "h:Q",
                    title="hour",
                    scale=alt.Scale(domain=[0, 24], nice=False),
                    axis=alt.Axis(values=list(range(0, 25, 4)), grid=False),
                ),
                y=alt.Y("kw:Q", title="kW"),
            )
        )

    return Figure(
        title=f"Power on {day_in_words(curve.day)}",
        says=f"Mean power of each {curve.minutes} minutes.",
        drawing=both(made),
        headings=["From", "kW"],
        rows=[[_clock(value["h"]), number(value["kw"], 2)] for value in values],
    )


def _comparable(before: list[float] | None, now: list[float] | None) -> list[float] | None:
    """A month of the year before, unless days of it are missing that are known of this year."""
    return before if before and len(before) >= _SHARE_KNOWN * len(now or before) else None


def _clock(hours: float) -> str:
    minutes = round(hours * 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _month_back(last: date, back: int) -> tuple[int, int]:
    number = last.year * 12 + last.month - 1 - back
    return number // 12, number % 12 + 1
