"""How a system is doing."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest

from enphase_sdk.errors import ServerError
from enphase_sdk.report import Condition, report_row
from enphase_sdk.report.formats import instant

from .records import NOON, ago, at, record

UNREAD = ServerError("down", status_code=503, body=None, operation="Summary")


def epoch(hour: int, minute: int = 0) -> int:
    return int(at(hour, minute).timestamp())


def test_a_system_that_reports_and_produces_is_normal_and_needs_no_words() -> None:
    row = report_row(record())
    assert (row.condition, row.reason) == (Condition.NORMAL, "")


@pytest.mark.parametrize(
    ("connection", "hours", "condition"),
    [
        ("ethernet", 5.99, Condition.NORMAL),
        ("ethernet", 6, Condition.OFFLINE),
        ("wifi", 6, Condition.OFFLINE),
        ("cellular", 6, Condition.NORMAL),
        ("cellular", 11.99, Condition.NORMAL),
        ("cellular", 12, Condition.OFFLINE),
        ("satellite", 6, Condition.OFFLINE),
    ],
)
def test_silence_is_tolerated_for_6_hours_and_over_cellular_for_12(
    connection: str, hours: float, condition: Condition
) -> None:
    silent = record(reported=ago(hours=hours), system={"connection_type": connection})
    assert report_row(silent).condition is condition


@pytest.mark.parametrize(
    ("silence", "words"),
    [
        ({"hours": 7, "minutes": 30}, "no report for 7 h 30 min"),
        ({"days": 3, "hours": 4}, "no report for 3 d 4 h"),
        ({"days": 2}, "no report for 2 d"),
        ({"days": 45, "hours": 4}, "no report for 45 d"),
    ],
)
def test_the_reason_tells_how_long_it_has_been_silent(
    silence: dict[str, float], words: str
) -> None:
    assert report_row(record(reported=ago(**silence))).reason == words


def test_silence_counts_up_to_the_reading_and_not_to_the_end_of_the_run() -> None:
    early = record(read_at=NOON - timedelta(hours=20), reported=ago(hours=21))
    assert report_row(early).condition is Condition.NORMAL


def test_the_newer_of_listing_and_summary_counts() -> None:
    fresh = record(reported=ago(hours=9), last_report_at=ago(minutes=2), energy_today=500)
    row = report_row(fresh)
    assert row.condition is Condition.NORMAL
    assert row.last_report_at is not None
    assert row.last_report_at.timestamp() == ago(minutes=2)


def test_a_system_without_any_report_is_offline() -> None:
    row = report_row(record(reported=None, last_energy=None))
    assert (row.condition, row.reason) == (Condition.OFFLINE, "has never reported")
    assert row.last_report_at is None


def test_energy_is_a_sign_of_life_where_the_report_is_not_told() -> None:
    row = report_row(record(reported=None, last_energy=ago(minutes=5)))
    assert row.condition is Condition.NORMAL
    assert row.last_report_at is None


def test_no_energy_by_late_morning_is_a_fault() -> None:
    dark = record(
        read_at=at(10, 5), reported=epoch(10, 0), last_energy=ago(hours=16), energy_today=0
    )
    row = report_row(dark)
    assert row.condition is Condition.NOT_PRODUCING
    assert row.reason == "no energy since 2024-06-14 20:00"
    assert row.energy_today_wh == 0


@pytest.mark.parametrize("hour", [0, 5, 9])
def test_no_energy_by_night_or_early_morning_is_none(hour: int) -> None:
    night = record(
        read_at=at(hour, 59), reported=epoch(hour, 55), last_energy=ago(hours=16), energy_today=0
    )
    assert report_row(night).condition is Condition.NORMAL


def test_a_whole_day_without_energy_is_a_fault_in_the_evening_too() -> None:
    evening = record(
        read_at=at(23, 30), reported=epoch(23, 25), last_energy=ago(hours=16), energy_today=0
    )
    assert report_row(evening).condition is Condition.NOT_PRODUCING


def test_daylight_must_have_been_reported_not_only_have_come() -> None:
    """A cellular system that last reported before dawn has shown nothing yet."""
    quiet = record(
        read_at=at(13),
        reported=epoch(4),
        last_energy=ago(hours=16),
        energy_today=0,
        system={"connection_type": "cellular"},
    )
    assert report_row(quiet).condition is Condition.NORMAL


def test_a_day_and_night_without_energy_is_a_fault_at_any_hour() -> None:
    last_night = epoch(2, 55) - 86_400
    for last_energy, condition in (
        (last_night + 1, Condition.NORMAL),
        (last_night, Condition.NOT_PRODUCING),
    ):
        dark = record(read_at=at(3), reported=epoch(2, 55), energy_today=0, last_energy=last_energy)
        assert report_row(dark).condition is condition


def test_status_power_with_no_energy_is_a_fault_at_any_hour() -> None:
    night = record(
        status="power",
        read_at=at(3),
        reported=epoch(2, 55),
        last_energy=ago(hours=16),
        energy_today=0,
    )
    assert report_row(night).condition is Condition.NOT_PRODUCING


def test_a_system_that_never_produced_is_not_producing() -> None:
    new = record(
        last_energy=None, energy_today=0, energy_lifetime=0, read_at=at(3), reported=epoch(2)
    )
    row = report_row(new)
    assert (row.condition, row.reason) == (Condition.NOT_PRODUCING, "has never produced")


def test_energy_whose_time_is_not_told_is_still_energy() -> None:
    row = report_row(record(last_energy=None, energy_today=0))
    assert (row.condition, row.reason) == (Condition.NOT_PRODUCING, "no energy today")
    night = record(last_energy=None, energy_today=0, read_at=at(3), reported=epoch(2, 55))
    assert report_row(night).condition is Condition.NORMAL


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "America/Denver\0"])
def test_without_a_zone_the_clock_cannot_accuse(zone: str) -> None:
    unplaced = record(energy_today=0, last_energy=ago(hours=16), system={"timezone": zone})
    row = report_row(unplaced)
    assert row.condition is Condition.NORMAL
    assert row.last_report_at is not None
    assert row.last_report_at.tzinfo is UTC
    assert instant(row.last_report_at).endswith("Z")


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("micro", "some microinverters do not report"),
        ("comm", "one of its gateways does not report"),
        ("power", "production is faulty"),
        ("encharge_issue", "its status is encharge_issue"),
        ("retired", "its status is retired"),
    ],
)
def test_a_status_that_names_a_trouble_needs_attention(status: str, reason: str) -> None:
    row = report_row(record(status=status))
    assert (row.condition, row.reason, row.status) == (Condition.ATTENTION, reason, status)


@pytest.mark.parametrize("status", ["normal", "on_grid"])
def test_a_status_that_names_none_does_not(status: str) -> None:
    assert report_row(record(status=status)).condition is Condition.NORMAL


def test_the_deprecated_status_of_the_listing_is_not_believed() -> None:
    row = report_row(record(system={"status": "power"}))
    assert (row.condition, row.status) == (Condition.NORMAL, "normal")


def test_without_a_summary_the_listing_speaks() -> None:
    assert report_row(record(error=UNREAD)).condition is Condition.UNKNOWN
    assert report_row(record(error=UNREAD, status="micro")).condition is Condition.ATTENTION
    assert report_row(record(error=UNREAD, reported=ago(days=2))).condition is Condition.OFFLINE


def test_an_instant_beyond_the_calendar_is_not_known() -> None:
    assert report_row(record(reported=10**18, last_energy=None)).last_report_at is None
