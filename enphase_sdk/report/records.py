"""Combines the values of the listing and the summary of a system."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from typing import Any

from attrs import frozen

from enphase_sdk.core.times import utc, zone_named
from enphase_sdk.fleet import FleetRecord

__all__ = ["Facts", "facts_of"]


@frozen
class Facts:
    """The combined values of the listing and the (newer) summary of one system.

    None means not known. Instants are aware, UTC.

    Attributes:
        read_at: When they were read.
        zone: The system's time zone.
        status: `meta.status`; the other `status` field is deprecated.
        cellular: Whether the system reports over cellular.
        reported_at: When a gateway last reported.
        last_energy_at: End of the newest interval with energy.
        day: The day of the summary, in the system's time zone.
        energy_today_wh: Energy of that day as far as reported, Wh.
        energy_before_wh: Energy of all days before it, Wh.
        size_w: Rated power, W.
        was_read: Whether there is a summary.
    """

    read_at: datetime
    zone: tzinfo | None
    status: str | None
    cellular: bool
    reported_at: datetime | None
    last_energy_at: datetime | None
    day: date | None
    energy_today_wh: int | None
    energy_before_wh: int | None
    size_w: int | None
    was_read: bool

    @property
    def heard_at(self) -> datetime | None:
        """The last report: the later of `reported_at` and `last_energy_at`."""
        return max(filter(None, (self.reported_at, self.last_energy_at)), default=None)

    @property
    def hours_heard_today(self) -> float | None:
        """The hour of the summary's day (local time) up to which the system has reported.

        24 if the day is complete, negative if it has no report yet, None if not known.
        """
        if self.heard_at is None or self.zone is None or self.day is None:
            return None
        local = self.heard_at.astimezone(self.zone)
        hours = local.hour + local.minute / 60
        return min(24.0, 24.0 * (local.date() - self.day).days + hours)


def facts_of(record: FleetRecord) -> Facts:
    """The combined values of a record."""
    system, summary = record.system, record.summary
    meta = _told(system, "meta")
    status = _told(meta, "status") or _told(summary, "status")
    return Facts(
        read_at=record.read_at,
        zone=zone_named(_told(system, "timezone")),
        status=str(status) if status else None,
        cellular=_told(system, "connection_type") == "cellular",
        reported_at=_latest(_told(meta, "last_report_at"), _told(summary, "last_report_at")),
        last_energy_at=_latest(
            _told(meta, "last_energy_at"), _told(summary, "last_interval_end_at")
        ),
        day=_told(summary, "summary_date"),
        energy_today_wh=_told(summary, "energy_today"),
        energy_before_wh=_told(summary, "energy_lifetime"),
        size_w=_told(summary, "size_w") or None,
        was_read=summary is not None,
    )


def _told(model: object, name: str) -> Any:
    # The lenient reading leaves None where the contract promises a value.
    return getattr(model, name, None)


def _latest(*instants: int | None) -> datetime | None:
    latest = max((instant for instant in instants if instant is not None), default=None)
    try:
        moment = None if latest is None else utc(latest)
    except (ValueError, OverflowError, OSError):  # out of the range of datetime
        return None
    # The first and last year could overflow when converted to another time zone.
    return moment if moment and 1 < moment.year < 9999 else None
