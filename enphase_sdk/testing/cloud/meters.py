"""``production_meter_readings`` and ``monthly_production``: lifetime energy readings."""

from __future__ import annotations

from datetime import date

from enphase_sdk.testing.cloud.periods import next_month
from enphase_sdk.testing.cloud.question import Question
from enphase_sdk.testing.cloud.refusal import invalid_period
from enphase_sdk.testing.world.system import QUARTER_HOUR

__all__ = ["monthly_production", "production_meter_readings"]


def production_meter_readings(question: Question) -> object:
    """The last reading of every production meter, retired ones too, at ``end_at``."""
    view = question.subject
    asked = question.integer("end_at")
    end = min(view.now if asked is None else asked, view.report.through)
    readings: list[dict[str, object]] = []
    for number, meter in enumerate(view.system.meters):
        read_at = int(end // QUARTER_HOUR) * QUARTER_HOUR
        if meter.retired_at is not None:
            read_at = min(read_at, meter.retired_at)
        if read_at < meter.installed_at:
            continue
        passed = view.metering.passed(number, view.production.until(read_at))
        readings.append(
            {
                "serial_number": meter.serial_number,
                "value": meter.offset + passed,
                "read_at": read_at,
            }
        )
    return {
        "system_id": view.system.system_id,
        "meter_readings": readings,
        "meta": view.meta(),
    }


def monthly_production(question: Question) -> object:
    """The energy from ``start_date`` through the day before the same day of the next month."""
    view = question.subject
    start = question.day("start_date")
    assert start is not None  # noqa: S101 - the contract requires it
    end = next_month(start)
    if end.toordinal() > view.today:
        last = date.fromordinal(end.toordinal() - 1)
        raise invalid_period("Start date must be at least one month ago", start=start, end=last)
    before, after = view.made_by_day(start.toordinal()), view.made_by_day(end.toordinal())
    opened, closed = view.midnight(start.toordinal()), view.midnight(end.toordinal())
    return {
        "system_id": view.system.system_id,
        "start_date": start,
        "end_date": date.fromordinal(end.toordinal() - 1),
        "production_wh": view.metering.merged(after) - view.metering.merged(before),
        "meter_readings": [
            {
                "serial_number": meter.serial_number,
                "start": meter.offset + view.metering.passed(number, before),
                "end": meter.offset + view.metering.passed(number, after),
            }
            for number, meter in enumerate(view.system.meters)
            if meter.installed_at < closed
            and (meter.retired_at is None or meter.retired_at > opened)
        ],
        "meta": view.meta(),
    }
