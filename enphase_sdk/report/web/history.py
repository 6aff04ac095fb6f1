"""The days of a fleet from a store, as the pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta, tzinfo
from itertools import pairwise
from typing import Any

from attrs import field, frozen

from enphase_sdk.core.times import zone_named
from enphase_sdk.report.inverter_energy import InverterEnergy
from enphase_sdk.report.rows import ReportRow
from enphase_sdk.report.thresholds import DEFAULT_THRESHOLDS, Thresholds
from enphase_sdk.report.watched import zeros_after
from enphase_sdk.report.web.modules import Module, ModuleSpan, read_modules
from enphase_sdk.report.web.packing import PackedDays, pack
from enphase_sdk.report.web.statuses import StatusDay, read_statuses
from enphase_sdk.store import Store

__all__ = [
    "RECENT_DAYS",
    "DayCurve",
    "FleetDay",
    "FleetWeek",
    "History",
    "Recent",
    "read_curves",
    "read_history",
]

RECENT_DAYS = 30
YEAR = 365

# Two years of each system, as long as this many values are not exceeded; else one year.
MOST_VALUES = 1_000_000


@frozen
class FleetDay:
    """A day of the fleet.

    Attributes:
        day: The day, for each system in its own time zone.
        wh: Energy of the systems with a known value, Wh; None if there are none.
        producing: Systems with energy.
        zero: Systems with 0 Wh, and those that reported but have no energy since an earlier day.
        unknown: Systems that have started to produce, but whose day is not known.
        kwh_per_kw: Energy per rated power over the systems for which both are known.
    """

    day: date
    wh: int | None
    producing: int
    zero: int
    unknown: int
    kwh_per_kw: float | None


@frozen
class FleetWeek:
    """Seven days of the fleet against the same days of the year before.

    At least six of them are known: 29 February has no day to compare with, and a part of a week
    would look like a loss.

    Attributes:
        last_day: The last of the seven days.
        wh: Energy of all systems, Wh.
        same_wh: Energy over the systems and days known in both years, Wh; None where fewer than six
            days are.
        before_wh: Their energy a year before, Wh.
        systems: The number of these systems.
    """

    last_day: date
    wh: int
    same_wh: int | None
    before_wh: int | None
    systems: int


@frozen
class Recent:
    """The last days of one system.

    Attributes:
        wh: Energy of the known days among its last 30 whole days, Wh.
        days: The number of known days among them.
        change: Their energy against the same days a year before, as a ratio - 1, over the days
            known in both; None where there are none.
        pairs: The number of these days.
    """

    wh: int
    days: int
    change: float | None
    pairs: int


@frozen
class DayCurve:
    """The mean power of each interval of one day, in W; None where nothing was reported.

    Attributes:
        day: The day, in the system's zone.
        start: Minutes after midnight at which the first interval starts.
        minutes: Length of an interval.
        watts: One value an interval.
    """

    day: date
    start: int
    minutes: int
    watts: Sequence[int | None]


@frozen
class History:
    """The days of some systems.

    Attributes:
        days: Each day of the last year of the fleet, oldest first.
        weeks: The same for each seven days, against the year before.
        recent: The last 30 days of each system with a known day.
        modules: The microinverters of each system for which the store has any.
        module_spans: The span of their energies between two readings, where it is known.
        curves: The newest day with intervals of each system that has any.
        packed: The energy of each day of each system, in the order of the rows.
        statuses: Each of the last 90 days, with the systems by status as they were listed.
    """

    days: Sequence[FleetDay] = field(repr=False)
    weeks: Sequence[FleetWeek] = field(repr=False)
    recent: Mapping[int, Recent] = field(repr=False)
    modules: Mapping[int, Sequence[Module]] = field(repr=False)
    module_spans: Mapping[int, ModuleSpan] = field(repr=False)
    curves: Mapping[int, DayCurve] = field(repr=False)
    packed: PackedDays = field(repr=False)
    statuses: Sequence[StatusDay] = field(repr=False)


# A system's days end at its newest whole day; later days are not known, even if stored as 0, but
# for those on which it only reported, `zeros_from` to `end_day`: they are 0.
_CUT = """
WITH cut AS (
    SELECT unnest(?::BIGINT[]) AS system_id, unnest(?::DATE[]) AS last_day,
        unnest(?::DATE[]) AS zeros_from, unnest(?::DATE[]) AS end_day, unnest(?::BIGINT[]) AS size_w
), made AS (
    SELECT daily.system_id, day, wh, end_day, size_w FROM daily JOIN cut USING (system_id)
    WHERE measure = 'production' AND wh IS NOT NULL AND day <= last_day AND day > ?::DATE
    UNION ALL
    SELECT system_id, unnest(generate_series(zeros_from, end_day, INTERVAL 1 DAY))::DATE, 0,
        end_day, size_w
    FROM cut WHERE zeros_from IS NOT NULL
)
"""

_DAYS = (
    _CUT
    + """, begun AS (SELECT system_id, min(day) AS first_day FROM made WHERE wh > 0 GROUP BY 1),
known AS (
    SELECT day, sum(wh)::BIGINT AS wh, count(*) FILTER (wh > 0) AS producing,
        count(*) FILTER (wh = 0) AS zero,
        sum(wh) FILTER (size_w > 0) / sum(size_w) FILTER (size_w > 0) AS yield
    FROM made JOIN begun USING (system_id) WHERE day >= first_day GROUP BY day
), calendar AS (SELECT unnest(generate_series(?::DATE, ?::DATE, INTERVAL 1 DAY))::DATE AS day)
SELECT day, wh, coalesce(producing, 0), coalesce(zero, 0),
    (SELECT count(*) FROM begun WHERE first_day <= calendar.day)
        - coalesce(producing, 0) - coalesce(zero, 0), yield
FROM calendar LEFT JOIN known USING (day) ORDER BY day
"""
)

_PAIRS = """
, pairs AS (
    SELECT now.system_id, now.day, now.end_day, now.wh, before.wh AS before_wh
    FROM made AS now LEFT JOIN made AS before
    ON before.system_id = now.system_id AND before.day = now.day - INTERVAL 1 YEAR
        AND strftime(now.day, '%m-%d') <> '02-29'
    WHERE now.day > ?::DATE
)
"""

_WEEKS = (
    _CUT
    + _PAIRS
    + """, weekly AS (
    SELECT week, sum(wh)::BIGINT AS wh, count(DISTINCT day) AS days,
        count(DISTINCT day) FILTER (before_wh IS NOT NULL) >= 6 AS compared,
        sum(wh) FILTER (before_wh IS NOT NULL)::BIGINT AS same_wh,
        sum(before_wh)::BIGINT AS before_wh,
        count(DISTINCT system_id) FILTER (before_wh IS NOT NULL) AS systems
    FROM (SELECT *, (?::DATE - day) // 7 AS week FROM pairs) WHERE week < 52 GROUP BY week
)
SELECT ?::DATE - 7 * week::INTEGER, wh, if(compared, same_wh, NULL),
    if(compared, before_wh, NULL), if(compared, systems, 0)
FROM weekly WHERE days >= 6 ORDER BY 1
"""
)

_RECENT = (
    _CUT
    + _PAIRS
    + """SELECT system_id, sum(wh)::BIGINT, count(*),
    sum(wh) FILTER (before_wh IS NOT NULL) / nullif(sum(before_wh), 0) - 1, count(before_wh)
FROM pairs WHERE day > end_day - 30 GROUP BY system_id
"""
)

_INTERVALS = """
WITH newest AS (
    SELECT system_id, max(end_at) AS newest FROM intervals
    WHERE measure = 'production' AND system_id IN (SELECT unnest(?::BIGINT[])) GROUP BY 1
)
SELECT system_id, list({'at': end_at, 'wh': wh, 'w': w} ORDER BY end_at)
FROM intervals JOIN newest USING (system_id)
WHERE measure = 'production' AND end_at > newest - INTERVAL 50 HOUR GROUP BY 1
"""


def read_history(
    store: Store,
    rows: Sequence[ReportRow],
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    *,
    inverter_energy: Mapping[int, InverterEnergy] | None = None,
) -> History | None:
    """The days of the systems in `rows` only; None if no whole day is known.

    Source: tables `daily`, `intervals`, `inverters`, `inverter_readings` and `statuses` of the
    store. Each system's days end at the row's `last_day`; later days on which it only reported are
    0 Wh. Of the thresholds those count by which such days and microinverters are judged.
    `inverter_energy` is what `stored_inverter_energy` gave for these
    rows; without it, it is read.

    Raises:
        ConfigError: the store cannot be read.
    """
    known = [row for row in rows if row.last_day is not None]
    last_day = max((row.last_day for row in known if row.last_day), default=None)
    if last_day is None:
        return None
    zeros = [zeros_after(row, last_day, thresholds) for row in known]
    cut = [
        [row.system_id for row in known],
        [row.last_day for row in known],
        [one and one.first for one in zeros],
        [one.last if one else row.last_day for row, one in zip(known, zeros, strict=True)],
        [row.size_w for row in known],
    ]
    year_ago, before = last_day - timedelta(YEAR), last_day - timedelta(2 * YEAR + 1)
    select = store.connection.execute
    first = year_ago + timedelta(1)
    modules = read_modules(store, rows, thresholds, inverter_energy)
    return History(
        days=[FleetDay(*r) for r in select(_DAYS, [*cut, year_ago, first, last_day]).fetchall()],
        weeks=[
            FleetWeek(*r)
            for r in select(_WEEKS, [*cut, before, year_ago, last_day, last_day]).fetchall()
        ],
        recent={r[0]: Recent(*r[1:]) for r in select(_RECENT, [*cut, before, year_ago]).fetchall()},
        modules=modules.known,
        module_spans=modules.spans,
        curves=read_curves(store, rows),
        packed=pack(
            store,
            rows,
            last_day,
            2 * YEAR if len(rows) * 2 * YEAR <= MOST_VALUES else YEAR,
            thresholds,
        ),
        statuses=read_statuses(store, rows),
    )


def read_curves(store: Store, rows: Sequence[ReportRow]) -> dict[int, DayCurve]:
    """The newest whole day of those systems in `rows` for which the store has intervals."""
    by_id = {row.system_id: row for row in rows}
    curves: dict[int, DayCurve] = {}
    for system_id, intervals in store.connection.execute(_INTERVALS, [list(by_id)]).fetchall():
        row = by_id[system_id]
        zone = zone_named(row.timezone)
        if zone is not None and row.last_day is not None:
            curve = _curve(intervals, zone, row.last_day)
            if curve is not None:
                curves[system_id] = curve
    return curves


def _curve(intervals: list[dict[str, Any]], zone: tzinfo, last_day: date) -> DayCurve | None:
    """The newest whole day, with a value for each interval from the first to the last known."""
    ends = [(one["at"], one) for one in intervals]
    starts = [at - timedelta(minutes=1) for at, _ in ends]
    days = [start.astimezone(zone).date() for start in starts]
    day = max((day for day in days if day <= last_day), default=None)
    of_day = [end for end, its_day in zip(ends, days, strict=True) if its_day == day]
    if day is None or len(of_day) < 2:
        return None
    gaps = {after[0] - before[0] for before, after in pairwise(of_day)}
    minutes = int(min(gaps).total_seconds() // 60)
    if minutes < 1:
        return None
    first_end = of_day[0][0]
    watts: dict[int, int | None] = {}
    for at, one in of_day:
        place = round((at - first_end).total_seconds() / 60 / minutes)
        power = one["w"] if one["w"] is not None else _watts(one["wh"], minutes)
        watts[place] = None if power is None else round(power)
    local = (first_end - timedelta(minutes=minutes)).astimezone(zone)
    return DayCurve(
        day=day,
        start=local.hour * 60 + local.minute,
        minutes=minutes,
        watts=[watts.get(place) for place in range(max(watts) + 1)],
    )


def _watts(wh: float | None, minutes: int) -> float | None:
    return None if wh is None else wh * 60 / minutes
