"""``summary``: one system on one day."""

from __future__ import annotations

from datetime import date

from enphase_sdk.testing.cloud.question import Question, View
from enphase_sdk.testing.cloud.refusal import invalid_period

__all__ = ["summary"]

_STALE_AFTER = 3_600


def summary(question: Question) -> object:
    """The energy of a day and of all days before it; other values only for the current day."""
    view = question.subject
    system, report = view.system, view.report
    asked = question.day("summary_date")
    day = asked.toordinal() if asked is not None else view.today
    if day > view.today:
        raise invalid_period("Requested date is in the future", start=asked, end=asked)
    metering = view.metering
    before = metering.merged(view.made_by_day(day))
    after = metering.merged(view.made_by_day(day + 1))
    current = day == view.today
    return {
        "system_id": system.system_id,
        "modules": system.modules if current else 0,
        "size_w": system.size_w if current else 0,
        "current_power": current_power(view) if current else 0,
        "energy_today": after - before,
        "energy_lifetime": before,
        "summary_date": date.fromordinal(day),
        "source": "meter" if metering.first_full_day is not None else "microinverters",
        "status": view.status,
        "operational_at": system.operational_at,
        "last_report_at": report.last_report_at,
        "last_interval_end_at": report.last_energy_at,
    }


def current_power(view: View) -> int:
    """Mean power of the last reported interval, W; 0 if the interval is too old."""
    through = view.report.through
    if view.now - through > _STALE_AFTER:
        return 0
    energy = view.made_by_now - view.production.until(through - 300)
    return round(energy * 12)
