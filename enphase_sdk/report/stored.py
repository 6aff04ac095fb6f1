"""The report's rows from a store: the newest listing, and energies that were read before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from attrs import frozen

from enphase_sdk.core.times import zone_named
from enphase_sdk.report.condition import judge
from enphase_sdk.report.days import newest_whole_day
from enphase_sdk.report.records import Facts
from enphase_sdk.report.rows import ReportRow, yield_of
from enphase_sdk.report.thresholds import DEFAULT_THRESHOLDS, Thresholds
from enphase_sdk.store import Asked, Store

__all__ = ["stored_rows"]

# For each system: its two newest days (one may not be whole), the sum of all, the newest reading.
_DAILY = """
SELECT system_id, max(day, 2), arg_max(wh, day, 2), sum(wh), max(read_at)
FROM daily WHERE measure = 'production' AND wh IS NOT NULL GROUP BY system_id
"""

# The newest summary that has a size; summaries of past days have none.
_SUMMARIES = """
SELECT system_id, arg_max(size_w, read_at) FILTER (size_w > 0), max(day),
    arg_max(energy_today_wh, day), arg_max(energy_lifetime_wh, day)
FROM summaries GROUP BY system_id
"""


@frozen
class _Energy:
    """The energy of a system in a store; None if not known."""

    days: Sequence[date] = ()
    days_wh: Sequence[int] = ()
    all_days_wh: int | None = None
    read_at: datetime | None = None

    def last_whole_day(self, asked: Asked, zone: tzinfo) -> tuple[date, int] | None:
        """The newest day that was over when it was read, and its energy, Wh."""
        newest = newest_whole_day(asked.data_at, now=asked.read_at, zone=zone)
        days = zip(self.days, self.days_wh, strict=True)
        return next((d for d in days if newest is not None and d[0] <= newest), None)


@frozen
class _Summary:
    """The newest summary of a system in a store; None if not known."""

    size_w: int | None = None
    day: date | None = None
    today_wh: int | None = None
    before_wh: int | None = None


def stored_rows(store: Store, thresholds: Thresholds = DEFAULT_THRESHOLDS) -> Iterator[ReportRow]:
    """A row for each system of a store, judged at the time of its newest listing.

    Source: tables `systems`, `summaries` and `daily` of the store.
    """
    select = store.connection.execute
    asked = store.asked("energy_lifetime")
    energies = {row[0]: _Energy(*row[1:]) for row in select(_DAILY).fetchall()}
    summaries = {row[0]: _Summary(*row[1:]) for row in select(_SUMMARIES).fetchall()}
    for system in store.systems():
        system_id = system["system_id"]
        yield _row(
            system,
            energies.get(system_id, _Energy()),
            summaries.get(system_id, _Summary()),
            asked.get(system_id),
            thresholds,
        )


def _row(
    system: dict[str, Any],
    energy: _Energy,
    summary: _Summary,
    asked: Asked | None,
    thresholds: Thresholds,
) -> ReportRow:
    facts = _facts(system, energy, summary)
    condition, reason = judge(facts, thresholds)
    zone, lifetime = facts.zone or UTC, None
    last_day, last_day_wh = None, None
    if asked is not None:
        last_day, last_day_wh = energy.last_whole_day(asked, zone) or (None, None)
        if asked.first_day is None:
            lifetime = energy.all_days_wh
    if lifetime is None and summary.today_wh is not None and summary.before_wh is not None:
        lifetime = summary.before_wh + summary.today_wh
    return ReportRow(
        system_id=system["system_id"],
        system_name=system["system_name"],
        city=system["city"],
        state=system["state"],
        postal_code=system["postal_code"],
        country=system["country"],
        timezone=system["timezone"],
        connection_type=system["connection_type"],
        condition=condition,
        reason=reason,
        status=facts.status,
        last_report_at=facts.reported_at and facts.reported_at.astimezone(zone),
        energy_today_wh=facts.energy_today_wh,
        energy_lifetime_wh=None if lifetime is None else int(lifetime),
        size_w=facts.size_w,
        specific_yield_kwh_per_kwp=yield_of(last_day_wh, facts.size_w),
        last_day=last_day,
        last_day_wh=last_day_wh,
        read_at=(energy.read_at or system["read_at"]).astimezone(UTC),
        last_energy_at=facts.last_energy_at and facts.last_energy_at.astimezone(zone),
        judged_at=facts.read_at.astimezone(UTC),
    )


def _facts(system: dict[str, Any], energy: _Energy, summary: _Summary) -> Facts:
    zone = zone_named(system["timezone"])
    reported_at, energy_at = system["last_report_at"], system["last_energy_at"]
    today = system["read_at"].astimezone(zone or UTC).date()
    today_wh = None
    if reported_at is not None and _day(reported_at, zone) == today:
        if energy_at is None or _day(energy_at, zone) < today:
            today_wh = 0  # it has reported today, and no interval of today with energy
        elif summary.day == today:
            today_wh = summary.today_wh
    return Facts(
        read_at=system["read_at"],
        zone=zone,
        status=system["status"],
        cellular=system["connection_type"] == "cellular",
        reported_at=reported_at,
        last_energy_at=energy_at,
        day=today,
        energy_today_wh=today_wh,
        energy_before_wh=energy.all_days_wh,
        size_w=None if summary.size_w is None else int(summary.size_w),
        was_read=True,
    )


def _day(instant: datetime, zone: Any) -> date:
    return instant.astimezone(zone or UTC).date()
