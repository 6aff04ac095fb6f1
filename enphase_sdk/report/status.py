"""Since when a system has not reported, and whether it reports but does not produce."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo

from enphase_sdk.report.days import Period
from enphase_sdk.report.thresholds import DEFAULT_THRESHOLDS, Thresholds

__all__ = ["days_without_energy", "energy_today", "offline_since"]


def offline_since(
    last_report_at: datetime | None,
    last_energy_at: datetime | None,
    *,
    read_at: datetime,
    cellular: bool = False,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> datetime | None:
    """The last report of a system that is offline; None for one that is not.

    A system is offline if it has not reported for `offline_h` hours, over cellular for
    `offline_cellular_h` hours. None for a system that has never reported. Source:
    `meta.last_report_at` and `meta.last_energy_at` of the listing, or the summary's
    `last_report_at` and `last_interval_end_at`.

    Args:
        last_report_at: When a gateway last reported (aware).
        last_energy_at: End of the newest interval with energy (aware).
        read_at: When these were read (aware).
        cellular: Whether it reports over cellular.
        thresholds: The limits.
    """
    heard_at = max(filter(None, (last_report_at, last_energy_at)), default=None)
    limit = thresholds.offline_after_on_cellular if cellular else thresholds.offline_after
    if heard_at is None or read_at.astimezone(UTC) - heard_at < limit:
        return None
    return heard_at


def days_without_energy(
    last_report_at: datetime | None,
    last_energy_at: datetime | None,
    *,
    zone: tzinfo,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> Period | None:
    """Reporting but not producing: the whole days after the newest energy on which it reported.

    A day counts if there were reports until `settled_h` hours after its end, because a gateway that
    was offline reports its newest energy last. The neighbours show whether the days were faults
    (`zero_days`). None where there is no such day or an instant is not known. Source: as
    `offline_since`.

    Args:
        last_report_at: When a gateway last reported (aware).
        last_energy_at: End of the newest interval with energy (aware).
        zone: The system's time zone.
        thresholds: The limits.
    """
    if last_report_at is None or last_energy_at is None:
        return None
    first = last_energy_at.astimezone(zone).date() + timedelta(days=1)
    # In UTC: when clocks change, an hour of local time is missing or exists twice.
    settled = last_report_at.astimezone(UTC) - timedelta(hours=thresholds.settled_h)
    last = settled.astimezone(zone).date() - timedelta(days=1)
    return Period(first, last) if last >= first else None


def energy_today(
    energy_wh: float | None, *, day: date | None, heard_at: datetime | None, zone: tzinfo
) -> float | None:
    """Energy of the current day as far as it is reported, in Wh; None before its first report.

    Until then a summary has 0. The day is not complete: do not compare it with whole days. Source:
    `energy_today` of the summary.

    Args:
        energy_wh: The energy in the summary.
        day: The day of the summary.
        heard_at: The last report (aware).
        zone: The system's time zone.
    """
    if heard_at is None or day is None or heard_at.astimezone(zone).date() < day:
        return None
    return energy_wh
