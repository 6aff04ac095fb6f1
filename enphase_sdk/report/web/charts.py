"""The charts of a fleet: each a drawing, a sentence and a table with the same values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from attrs import frozen

from enphase_sdk.report.formats import UNKNOWN, count_of_systems, day_in_words, number, plain
from enphase_sdk.report.web.history import FleetDay, FleetWeek
from enphase_sdk.report.web.statuses import STATUS_DAYS
from enphase_sdk.report.web.svg import NARROW, WIDE, Drawing, altair, draw

__all__ = [
    "Figure",
    "best_and_worst",
    "both",
    "calendar_map",
    "day_axis",
    "reporting",
    "weeks",
    "yields",
]

EXTREMES = 8
DAY = timedelta(days=1)


@frozen
class Figure:
    """A chart and its values.

    Attributes:
        title: Its title.
        says: What it shows, in a sentence.
        drawing: The drawing.
        headings: The headings of the table of its values.
        rows: The rows of that table.
    """

    title: str
    says: str
    drawing: Drawing
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


def weeks(told: Sequence[FleetWeek]) -> Figure | None:
    """Energy of each seven days, against the year before if that is known."""
    if len(told) < 2:
        return None
    pairs = [week for week in told if week.same_wh is not None and week.before_wh is not None]
    compared = len(pairs) > 1
    series = (
        [("this year", week.last_day, week.same_wh) for week in pairs]
        + [("the year before", week.last_day, week.before_wh) for week in pairs]
        if compared
        else [("this year", week.last_day, week.wh) for week in told]
    )
    # A house makes less than 1 MWh in a week, a fleet many.
    unit, scale = ("kWh", 1e3) if max(wh or 0 for _, _, wh in series) < 1e6 else ("MWh", 1e6)
    values = [
        {"s": s, "day": day.isoformat(), "energy": (wh or 0) / scale} for s, day, wh in series
    ]
    alt = altair()

    def made(width: int) -> Any:
        lines = alt.Chart(alt.InlineData(values=values), width=width, height=210).mark_line(
            strokeWidth=2.5, strokeCap="round"
        )
        names = ["this year", "the year before"] if compared else ["this year"]
        return lines.encode(
            x=alt.X(
                "day:T",
                title=None,
                scale=alt.Scale(type="utc"),
                axis=alt.Axis(format="%b", tickCount="month", grid=False, labelOverlap=True),
            ),
            y=alt.Y("energy:Q", title=f"{unit} in 7 days", scale=alt.Scale(zero=True)),
            color=alt.Color(
                "s:N",
                title=None,
                scale=alt.Scale(domain=names, range=["var(--now)", "var(--before)"][: len(names)]),
                legend=alt.Legend() if compared else None,
            ),
            strokeDash=alt.StrokeDash(
                "s:N",
                scale=alt.Scale(domain=names, range=[[1, 0], [5, 5]][: len(names)]),
                legend=alt.Legend() if compared else None,
            ),
        )

    return Figure(
        title="Energy against the year before" if compared else "Energy by week",
        says=_weeks_in_words(pairs)
        if compared
        else f"Each point is seven days, to {told[-1].last_day}.",
        drawing=both(made),
        headings=[
            "7 days to",
            *(f"{unit}, {of}" for of in ("all", "compared", "year before")),
            "Systems compared",
        ],
        rows=[
            [
                str(w.last_day),
                *(number(wh, 1, divided_by=scale) for wh in (w.wh, w.same_wh, w.before_wh)),
                str(w.systems),
            ]
            for w in reversed(told)
        ],
    )


def _weeks_in_words(pairs: Sequence[FleetWeek]) -> str:
    now = sum(week.same_wh or 0 for week in pairs)
    before = sum(week.before_wh or 0 for week in pairs)
    change = f"{now / before - 1:+.1%}" if before else UNKNOWN
    most = count_of_systems(max(week.systems for week in pairs))
    return (
        f"The same systems on the same days of both years, up to {most}: "
        f"{change} over {len(pairs)} weeks. The weather differs from year to year."
    )


def day_axis(first: date, last: date) -> Any:
    """The axis of a picture with a bar for each day, `day`."""
    alt = altair()
    return alt.X(
        "day:T",
        title=None,
        scale=alt.Scale(type="utc", domain=[str(first - DAY), str(last + DAY)]),
        axis=alt.Axis(format="%-d %b", tickCount=6, grid=False, labelOverlap=True),
    )


def reporting(told: Sequence[FleetDay]) -> Figure | None:
    """How many systems made 0 Wh, or are not known, on each of the last 90 days."""
    days = told[-STATUS_DAYS:]
    if not any(day.producing or day.zero for day in days):
        return None
    values = [
        {"s": name, "n": count, "day": day.day.isoformat()}
        for day in days
        for name, count in (("0 kWh", day.zero), ("not known", day.unknown))
        if count
    ]
    first, last = days[0], days[-1]
    if not values:
        return None
    alt = altair()

    def made(width: int) -> Any:
        return (
            alt.Chart(alt.InlineData(values=values), width=width, height=210)
            .mark_bar(width=max(1.0, 0.85 * width / len(days)))
            .encode(
                x=day_axis(first.day, last.day),
                y=alt.Y(
                    "n:Q",
                    title="systems",
                    stack="zero",
                    axis=alt.Axis(tickMinStep=1, format=",.0f"),
                ),
                color=alt.Color(
                    "s:N",
                    title=None,
                    scale=alt.Scale(
                        domain=["0 kWh", "not known"], range=["var(--visit)", "var(--missing)"]
                    ),
                ),
            )
        )

    return Figure(
        title=f"Systems without energy, {len(days)} days",
        says=(
            f"On {last.day} {count_of_systems(last.producing)} produced, {last.zero:,} made 0 kWh, "
            f"{last.unknown:,} are not known (often not reported yet). It is derived from daily "
            "energies, as too few of these days have the statuses of a sync."
        ),
        drawing=both(made),
        headings=["Day", "Produced", "0 kWh", "Not known"],
        rows=[
            [str(day.day), str(day.producing), str(day.zero), str(day.unknown)]
            for day in reversed(days)
        ],
    )


def calendar_map(days: Sequence[tuple[date, float | None]], unit: str) -> Figure | None:
    """A square for each day of a year; a stronger colour means more."""
    known = [value for _, value in days if value is not None]
    if len(known) < 14:
        return None
    # Seven steps between these percentiles: one wrong day does not make the others alike.
    ordered = sorted(known)
    least, most = ordered[int(len(known) * 0.02)], ordered[int(len(known) * 0.98)]
    step = (most - least) / 7 or 1.0
    values = [
        {
            "week": (day.toordinal() - 1) // 7,
            "weekday": day.weekday(),
            "month": f"{day:%Y-%m}",
            "day": day.day,
            "c": "?" if value is None else str(max(0, min(6, int((value - least) / step)))),
        }
        for day, value in days
    ]
    names = [
        {"week": (day.toordinal() - 1) // 7, "name": f"{day:%b}"} for day, _ in days if day.day == 1
    ]
    first = (days[0][0].toordinal() - 1) // 7
    alt = altair()
    classes = ["?", *map(str, range(7))]
    fill = alt.Fill(
        "c:N",
        scale=alt.Scale(
            domain=classes, range=["var(--sheet)", *(f"var(--heat{n})" for n in range(7))]
        ),
        legend=None,
    )
    stroke = alt.Stroke(
        "c:N",
        scale=alt.Scale(domain=classes, range=["var(--missing)", *["none"] * 7]),
        legend=None,
    )
    bare = {"grid": False, "ticks": False, "domain": False, "labelOverlap": False}

    def squares(width: int, height: float, cell: float) -> Any:
        return (
            alt.Chart(alt.InlineData(values=values), width=width, height=height)
            .mark_square(size=(cell * 0.86) ** 2, opacity=1, strokeWidth=0.7)
            .encode(fill=fill, stroke=stroke)
        )

    def by_month(width: int) -> Any:
        cell = (width - 40) / 31
        return squares(width - 40, 15 * len({value["month"] for value in values}), cell).encode(
            x=alt.X(
                "day:Q",
                title="day of the month",
                scale=alt.Scale(domain=[0.5, 31.5], nice=False),
                axis=alt.Axis(values=[1, 8, 15, 22, 29], **bare),
            ),
            y=alt.Y("month:O", title=None, axis=alt.Axis(**bare)),
        )

    def by_week(width: int) -> Any:
        cell = (width - 10) / 54
        x = alt.X("week:Q", axis=None, scale=alt.Scale(domain=[first - 0.5, first + 53.5]))
        weekdays = alt.Axis(
            values=[0, 2, 4, 6], labelExpr="['Mon','','Wed','','Fri','','Sun'][datum.value]", **bare
        )
        labels = (
            alt.Chart(alt.InlineData(values=names))
            .mark_text(align="left", color="var(--faint)")
            .encode(x=x, y=alt.value(-8), text="name:N")
        )
        return alt.layer(
            squares(width, cell * 7.4, cell).encode(
                x=x,
                y=alt.Y(
                    "weekday:Q",
                    title=None,
                    scale=alt.Scale(domain=[6.6, -0.6], nice=False),
                    axis=weekdays,
                ),
            ),
            labels,
        )

    best = max((day for day in days if day[1] is not None), key=lambda day: day[1] or 0)
    return Figure(
        title="Each day of the year",
        says=(
            f"From faint ({number(least, 1)} {unit} or less) to strong ({number(most, 1)} or "
            "more); an empty square is a day that is not known. "
            f"Best day: {day_in_words(best[0])} with {number(best[1], 2)} {unit}."
        ),
        drawing=Drawing(wide=draw(by_week(WIDE)), narrow=draw(by_month(NARROW))),
        headings=["Day", unit],
        rows=[[str(day), number(value, 2)] for day, value in reversed(days)],
    )


def yields(values: Sequence[float], what: str) -> Figure | None:
    """How many systems have which specific yield, in kWh/kW."""
    if len(values) < 5:
        return None
    top = sorted(values)[int(len(values) * 0.99)] or 1.0
    step = next(s for s in (0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 50, 100, 1e9) if top / s <= 28)
    last = int(top / step)
    counts = [0] * (last + 1)
    for value in values:
        counts[min(last, max(0, int(value / step)))] += 1
    bars = [{"a": n * step, "b": (n + 1) * step, "n": count} for n, count in enumerate(counts)]
    alt = altair()

    def made(width: int) -> Any:
        return (
            alt.Chart(alt.InlineData(values=bars), width=width, height=210)
            .mark_bar(color="var(--now)", binSpacing=1)
            .encode(
                x=alt.X(
                    "a:Q",
                    bin="binned",
                    title=f"kWh/kW, {what}",
                    axis=alt.Axis(grid=False, labelOverlap=True),
                ),
                x2="b:Q",
                y=alt.Y("n:Q", title="systems", axis=alt.Axis(format=",.0f", tickMinStep=1)),
            )
        )

    middle = sorted(values)[len(values) // 2]
    return Figure(
        title="Distribution of the yields",
        says=(
            f"{count_of_systems(len(values))} whose size is known; half have "
            f"{number(middle, 2)} kWh/kW or more. The last bar includes all higher yields."
        ),
        drawing=both(made),
        headings=["kWh/kW from", "below", "Systems"],
        rows=[
            [number(bar["a"], 2), number(bar["b"], 2) if n < last else "", str(bar["n"])]
            for n, bar in enumerate(bars)
        ],
    )


def best_and_worst(named: Sequence[tuple[str, float]], what: str) -> Figure | None:
    """The systems with the lowest and the highest specific yield, in kWh/kW."""
    if len(named) < 2 * EXTREMES:
        return None
    ordered = sorted(named, key=lambda one: one[1])
    worst, best = ordered[:EXTREMES], ordered[-EXTREMES:]
    rows = [("lowest", *one) for one in worst] + [("highest", *one) for one in best]
    alt = altair()

    def made(width: int) -> Any:
        letters, room = (30, 165) if width == WIDE else (18, 90)
        values = [
            {"g": group, "n": f"{place:02}\t{_short(name, letters)}", "y": value}
            for place, (group, name, value) in enumerate(rows)
        ]
        return (
            alt.Chart(alt.InlineData(values=values), width=width - room, height=17 * len(values))
            .mark_bar(height=11)
            .encode(
                y=alt.Y(
                    "n:N",
                    title=None,
                    sort=None,
                    axis=alt.Axis(
                        labelExpr="slice(datum.value, 3)", ticks=False, domain=False, labelLimit=220
                    ),
                ),
                x=alt.X("y:Q", title=f"kWh/kW, {what}"),
                color=alt.Color(
                    "g:N",
                    title=None,
                    scale=alt.Scale(
                        domain=["lowest", "highest"], range=["var(--visit)", "var(--fine)"]
                    ),
                ),
            )
        )

    return Figure(
        title="Lowest and highest yields",
        says=f"The {EXTREMES} lowest and highest of {len(named):,} systems whose size is known.",
        drawing=both(made),
        headings=["", "System", "kWh/kW"],
        rows=[[group, name, number(value, 2)] for group, name, value in rows],
    )


def _short(name: str, letters: int) -> str:
    name = plain(name)
    return name if len(name) <= letters else name[: letters - 1] + "…"


def both(made: Callable[[int], Any]) -> Drawing:
    """The drawings of a chart for both widths."""
    return Drawing(wide=draw(made(WIDE)), narrow=draw(made(NARROW)))
