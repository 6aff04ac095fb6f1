"""The chart of the statuses of a fleet, as they were listed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from enphase_sdk.report.formats import UNKNOWN
from enphase_sdk.report.web.charts import Figure, both, day_axis
from enphase_sdk.report.web.statuses import GROUPS, StatusDay
from enphase_sdk.report.web.svg import altair

__all__ = ["LEAST_DAYS", "statuses"]

# Fewer days with a listing are no picture.
LEAST_DAYS = 14

_HEIGHT = 210
_GAP = "no sync"
_COLOURS = {
    "power": "var(--visit)",
    "comm": "var(--call)",
    "micro": "var(--outage)",
    "meter": "var(--watch)",
    "other": "var(--before)",
    _GAP: "var(--missing)",
}


def statuses(days: Sequence[StatusDay]) -> Figure | None:
    """The systems with a problem on each day, by status; None with fewer than 14 observed days."""
    observed = [day for day in days if day.is_observed]
    if len(observed) < LEAST_DAYS:
        return None
    values = [
        {"s": name, "n": count, "day": day.day.isoformat()}
        for day in observed
        for name in GROUPS
        if (count := day.of(name))
    ]
    gaps = [{"s": _GAP, "day": day.day.isoformat()} for day in days if not day.is_observed]
    top = max((day.listed - day.normal for day in observed), default=0)
    there = {name for name in GROUPS if any(day.of(name) for day in observed)}
    there |= {_GAP} if gaps else set()
    names = [name for name in _COLOURS if name in there]
    alt = altair()

    def made(width: int) -> Any:
        x = day_axis(days[0].day, days[-1].day)
        colour = alt.Color(
            "s:N",
            title=None,
            scale=alt.Scale(domain=names, range=[_COLOURS[name] for name in names]),
            legend=alt.Legend() if names else None,
        )
        day_width = width / len(days)
        unknown = (
            alt.Chart(alt.InlineData(values=gaps))
            .mark_bar(width=max(1.0, 0.2 * day_width), opacity=1)
            .encode(x=x, y=alt.value(0), y2=alt.value(_HEIGHT), color=colour)
        )
        known = (
            alt.Chart(alt.InlineData(values=values))
            .mark_bar(width=max(1.0, 0.85 * day_width), opacity=1)
            .encode(
                x=x,
                y=alt.Y(
                    "n:Q",
                    title="systems",
                    stack="zero",
                    scale=alt.Scale(domain=[0, max(1, top)]),
                    axis=alt.Axis(tickMinStep=1, format=",.0f"),
                ),
                color=colour,
            )
        )
        return alt.layer(unknown, known, width=width, height=_HEIGHT)

    return Figure(
        title=f"Status of the systems, {len(days)} days",
        says=_in_words(days, observed),
        drawing=both(made),
        headings=["Day", "Listed", "normal", *GROUPS],
        rows=[
            [
                str(day.day),
                *(str(n) for n in (day.listed, day.normal, *(day.of(group) for group in GROUPS))),
            ]
            if day.listed
            else [str(day.day), *[UNKNOWN] * (2 + len(GROUPS))]
            for day in reversed(days)
        ],
    )


def _in_words(days: Sequence[StatusDay], observed: Sequence[StatusDay]) -> str:
    last = observed[-1]
    said = (
        "As Enlighten listed the systems at each sync, not derived from energies. Systems without "
        f"a problem are not drawn: on {last.day} {last.normal:,} of {last.listed:,}."
    )
    gaps = len(days) - len(observed)
    if gaps:
        said += f" {gaps} days without a sync of most systems are thin lines: not known."
    return said
