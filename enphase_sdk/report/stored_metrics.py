"""The metrics of all systems of a store, computed in DuckDB."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from attrs import fields, frozen

from enphase_sdk.report.stored_days import newest_days
from enphase_sdk.store import Store

__all__ = ["StoredMetrics", "stored_metrics"]


@frozen
class StoredMetrics:
    """The energies of one system up to its newest whole day. A value not known is None, never 0.

    A day that is null or missing is not counted, neither as 0 nor as a day, and not estimated.

    Attributes:
        system_id: Its Enlighten id.
        newest_day: The newest day that was over, and reported, when it was read.
        day_wh: Energy of that day, Wh.
        week_wh: Energy of the known days among the 7 days up to it, Wh.
        week_days: The number of known days among them.
        month_wh: Energy of its calendar month up to that day, Wh.
        month_days: The number of known days among them.
        year_wh: Energy of its calendar year up to that day, Wh.
        year_days: The number of known days among them.
        lifetime_wh: Energy of all known days, Wh.
        first_day: The first day with energy.
        completeness: Known days / all days from the first one with energy to the newest, 0 to 1.
        zero_days: Known days without energy among the newest 90.
        change_week: Energy of the 7 days against the 7 days before, as a ratio - 1; only days that
            are known in both count, the first with the first, and so on.
        change_year: The same for the newest 30 days against the same days of the year before,
            without 29 February.
    """

    system_id: int
    newest_day: date
    day_wh: float | None
    week_wh: float | None
    week_days: int
    month_wh: float | None
    month_days: int
    year_wh: float | None
    year_days: int
    lifetime_wh: float | None
    first_day: date | None
    completeness: float | None
    zero_days: int
    change_week: float | None
    change_year: float | None


# `n` is the newest whole day of a system; `recent` has the days that are compared.
_QUERY = """
WITH sums AS (
    SELECT system_id, any_value(newest_day) AS n,
        sum(wh) FILTER (day = newest_day) AS day_wh,
        sum(wh) FILTER (day > newest_day - 7) AS week_wh,
        count(*) FILTER (day > newest_day - 7) AS week_days,
        sum(wh) FILTER (day >= month_start) AS month_wh,
        count(*) FILTER (day >= month_start) AS month_days,
        sum(wh) FILTER (day >= year_start) AS year_wh,
        count(*) FILTER (day >= year_start) AS year_days,
        sum(wh) AS lifetime_wh,
        count(*) AS days,
        min(day) FILTER (wh > 0) AS first_day,
        count(*) FILTER (wh <= 0 AND day > newest_day - 90) AS zero_days
    FROM daily JOIN newest_days USING (system_id)
    WHERE measure = $measure AND wh IS NOT NULL AND day <= newest_day GROUP BY system_id
),
early AS (
    SELECT system_id, count(*) AS days FROM daily JOIN sums USING (system_id)
    WHERE measure = $measure AND wh <= 0 AND day < first_day GROUP BY system_id
),
recent AS MATERIALIZED (
    SELECT system_id, day, wh, newest_day AS n FROM daily JOIN newest_days USING (system_id)
    WHERE measure = $measure AND wh IS NOT NULL AND day > $since AND day <= newest_day
        AND (day > newest_day - 30 OR day BETWEEN newest_day - 400 AND newest_day - 360)
),
weeks AS (
    SELECT now.system_id, sum(now.wh) AS now_wh, sum(before.wh) AS before_wh
    FROM recent now JOIN recent before
        ON before.system_id = now.system_id AND before.day = now.day - 7
    WHERE now.day > now.n - 7 GROUP BY now.system_id
),
years AS (
    SELECT now.system_id, sum(now.wh) AS now_wh, sum(past.wh) AS before_wh
    FROM recent now JOIN recent past
        ON past.system_id = now.system_id AND past.day = (now.day - INTERVAL 1 YEAR)::DATE
    WHERE now.day > now.n - 30 AND NOT (month(now.day) = 2 AND day(now.day) = 29)
    GROUP BY now.system_id
)
SELECT system_id, n, day_wh, week_wh, week_days, month_wh, month_days, year_wh, year_days,
    lifetime_wh, first_day, (sums.days - coalesce(early.days, 0)) / (n - first_day + 1), zero_days,
    weeks.now_wh / nullif(greatest(weeks.before_wh, 0), 0) - 1,
    years.now_wh / nullif(greatest(years.before_wh, 0), 0) - 1
FROM sums LEFT JOIN early USING (system_id) LEFT JOIN weeks USING (system_id)
    LEFT JOIN years USING (system_id)
ORDER BY system_id
"""


def stored_metrics(store: Store) -> list[StoredMetrics]:
    """The energies of each system of a store, in the order of their ids.

    They are the same as from `energy`, `energy_lifetime`, `completeness`, `change_since` and
    `change_since_last_year` over `stored_days`, for fleets for which Python would take minutes.
    Systems without a known whole day are left out. Source: tables `daily`, `asked`,
    `systems`.

    Raises:
        ConfigError: the store cannot be read.
    """
    import pyarrow as pa

    newest = {one: day for one, day in newest_days(store).items() if day is not None}
    if not newest:
        return []
    given = pa.table(
        {
            "system_id": pa.array(list(newest), pa.int64()),
            "newest_day": pa.array(list(newest.values()), pa.date32()),
            "month_start": pa.array([day.replace(day=1) for day in newest.values()], pa.date32()),
            "year_start": pa.array(
                [day.replace(month=1, day=1) for day in newest.values()], pa.date32()
            ),
        }
    )
    connection = store.connection
    connection.register("newest_days", given)
    try:
        asked = {"measure": "production", "since": min(newest.values()) - timedelta(days=400)}
        rows: list[tuple[Any, ...]] = connection.execute(_QUERY, asked).fetchall()
    finally:
        connection.unregister("newest_days")
    names = [attribute.name for attribute in fields(StoredMetrics)]
    return [StoredMetrics(**dict(zip(names, row, strict=True))) for row in rows]
