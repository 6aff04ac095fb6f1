"""A recording's answers in the cloud's models: windows, days, and sums that agree."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from enphase_sdk import models
from enphase_sdk.errors import InvalidArgumentError, NotAvailableError
from enphase_sdk.gateway.cloud_models import SiteFacts
from enphase_sdk.history import Counter, Day, History, Sample
from enphase_sdk.history.counting import Rules
from enphase_sdk.history.recording import Recording
from enphase_sdk.history.series import RecordedSeries

SERIAL = "122233334444"
DENVER = ZoneInfo("America/Denver")
SYDNEY = ZoneInfo("Australia/Sydney")
QUARTER = 900


def at(text: str, zone: ZoneInfo = DENVER) -> int:
    """Epoch seconds of a local time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


def produced(instant: float) -> int:
    """A lifetime counter that rises now faster, now slower, and no two hours alike."""
    hours = instant / 3600
    return int(900 * hours + 400 * math.sin(hours * math.tau / 24) + 90 * math.sin(hours * 5))


def sample(instant: float, source: str = "meter", **changes: Any) -> Sample:
    values: dict[str, Any] = {
        "production": produced(instant),
        "source": source,
        "production_meter": produced(instant) + 12,
        "consumption": 3 * produced(instant) // 2,
        "devices": 20,
        "reporting": 19,
    }
    return Sample(at=instant, **values | changes)


class Recorded:
    """Records samples, and answers from them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def record(self, instants: Iterable[float], make: Callable[[float], Sample] = sample) -> None:
        rules = Rules(bridge=1000, most_watts=500_000)
        recording = Recording.opened(self.path, SERIAL, rules, 1e9)
        for instant in instants:
            recording.add(make(instant))
        recording.close()

    def answer(
        self,
        operation: str,
        *arguments: Any,
        now: float,
        zone: ZoneInfo | None = DENVER,
        facts: SiteFacts | None = None,
    ) -> Any:
        known = SiteFacts() if facts is None else facts
        with RecordedSeries.opened(self.path, known, zone, now) as series:
            padded = (*arguments, *[None] * (2 + (operation == "energy_lifetime")))
            count = 3 if operation == "energy_lifetime" else 2
            return getattr(series, operation)(*padded[:count])


@pytest.fixture
def recorded(tmp_path: Path) -> Recorded:
    return Recorded(tmp_path / "house.sqlite")


def ends(answer: Any) -> list[int]:
    return [interval.end_at for interval in answer.intervals]


DAYS = [
    (DENVER, date(2024, 3, 10), 23),
    (DENVER, date(2024, 11, 3), 25),
    (SYDNEY, date(2024, 10, 6), 23),
    (SYDNEY, date(2024, 4, 7), 25),
    (DENVER, date(2024, 6, 1), 24),
]


@pytest.mark.parametrize(("zone", "day", "hours"), DAYS)
def test_a_day_is_as_long_as_it_is_there_and_its_sums_agree(
    recorded: Recorded, zone: ZoneInfo, day: date, hours: int
) -> None:
    start = at(str(day), zone)
    end = at(str(day + timedelta(days=1)), zone)
    now = end + 43_200
    assert end - start == hours * 3600
    # Between boundaries, from before midnight until after midnight.
    recorded.record(range(start - 700, end + 1200, QUARTER))

    stats = recorded.answer("stats", start, now=now, zone=zone)
    rgm = recorded.answer("rgm_stats", start, end, now=now, zone=zone)
    used = recorded.answer("consumption_stats", start, end, now=now, zone=zone)
    lifetime = recorded.answer("energy_lifetime", day, None, "all", now=now, zone=zone)
    consumption = recorded.answer("consumption_lifetime", day, now=now, zone=zone)

    assert ends(stats) == list(range(start + 300, end + 1, 300))
    assert ends(rgm) == ends(used) == list(range(start + QUARTER, end + 1, QUARTER))
    assert (lifetime.start_date, len(lifetime.production)) == (day, 1)
    energy = sum(interval.enwh for interval in stats.intervals)
    assert [energy] == lifetime.production == lifetime.meter_production
    assert energy == sum(interval.wh_del for interval in rgm.intervals)
    assert abs(energy - (produced(end) - produced(start))) <= 25  # the line is not the curve
    assert [sum(interval.enwh for interval in used.intervals)] == consumption.consumption
    assert lifetime.meter_start_date == date.fromordinal(day.toordinal() - 1)


def test_readings_at_midnight_make_a_day_exactly_what_the_counter_rose(recorded: Recorded) -> None:
    start, end = at("2024-06-01"), at("2024-06-02")
    recorded.record(range(start, end + 1, 300))

    lifetime = recorded.answer("energy_lifetime", now=end + 60)

    assert lifetime.production == [produced(end) - produced(start)]
    with History.opened(recorded.path) as history:
        assert history.days(Counter.PRODUCTION, date(2024, 5, 31), date(2024, 6, 2), DENVER) == [
            Day(date(2024, 5, 31), None, complete=False),
            Day(date(2024, 6, 1), lifetime.production[0], complete=True),
            Day(date(2024, 6, 2), None, complete=False),
        ]


def test_stats_have_every_field_of_the_cloud(recorded: Recorded) -> None:
    start = at("2024-06-01T12:00")
    recorded.record([start, start + 300], lambda t: sample(t, production=t - start))

    stats = recorded.answer("stats", start, now=start + 300, facts=SiteFacts(67))

    assert stats == models.Stats(
        system_id=67,
        total_devices=20,
        intervals=[
            models.StatsInterval(end_at=start + 300, powr=3600, enwh=300, devices_reporting=19)
        ],
        meta=_meta(start + 300, start + 300),
    )
    assert models.StatsInterval.from_dict(stats.intervals[0].to_dict()) == stats.intervals[0]


def test_rgm_stats_have_every_field_of_the_cloud(recorded: Recorded) -> None:
    start = at("2024-06-01T12:00")
    recorded.record(
        [start, start + QUARTER], lambda t: sample(t, production_meter=(t - start) // 10)
    )

    assert recorded.answer("rgm_stats", start, now=start + QUARTER) == _loosely(
        models.RgmStats,
        system_id=None,
        total_devices=1,
        intervals=[models.RgmStatsInterval(end_at=start + QUARTER, wh_del=90, devices_reporting=1)],
        meter_intervals=[
            models.MeterIntervals(
                meter_serial_number="122233334444EIM1",
                envoy_serial_number=SERIAL,
                intervals=[
                    models.MeterInterval(channel=1, end_at=start + QUARTER, wh_del=90, curr_w=360)
                ],
            )
        ],
        meta=_meta(start + QUARTER, start + QUARTER),
    )


def test_consumption_stats_have_every_field_of_the_cloud(recorded: Recorded) -> None:
    start = at("2024-06-01T12:00")
    recorded.record([start, start + QUARTER], lambda t: sample(t, consumption=(t - start) // 9))

    answer = recorded.answer("consumption_stats", start, now=start + QUARTER)

    assert answer == _loosely(
        models.ConsumptionStats,
        system_id=None,
        total_devices=1,
        intervals=[
            models.ConsumptionStatsInterval(end_at=start + QUARTER, enwh=100, devices_reporting=1)
        ],
        meta=_meta(start + QUARTER, start + QUARTER),
    )


def test_what_is_not_known_of_microinverters_is_none(recorded: Recorded) -> None:
    start = at("2024-06-01T12:00")
    recorded.record([start, start + 300], lambda t: sample(t, devices=None, reporting=None))

    stats = recorded.answer("stats", start, now=start + 300)

    assert (stats.total_devices, stats.system_id) == (None, None)
    assert [interval.devices_reporting for interval in stats.intervals] == [None]


def test_a_window_is_rounded_down_and_holds_the_intervals_that_end_in_it(
    recorded: Recorded,
) -> None:
    start = at("2024-06-01T12:00")
    recorded.record(range(start - 3600, start + 3601, 300))

    def window(operation: str, first: int, last: int) -> list[int]:
        answer = recorded.answer(operation, start + first, start + last, now=start + 9999)
        return [end - start for end in ends(answer)]

    assert window("stats", 299, 601) == [300, 600]
    assert window("stats", 300, 899) == [600]
    assert window("stats", 10, 20) == []
    assert window("rgm_stats", 899, 1801) == [900, 1800]
    assert window("consumption_stats", 900, 2699) == [1800]
    assert window("stats", 3601, 80_000) == []


def test_by_default_a_window_goes_from_midnight_until_now(recorded: Recorded) -> None:
    midnight = at("2024-06-01")
    recorded.record(range(midnight - 3600, midnight + 3601, 300))

    for operation, step in (("stats", 300), ("rgm_stats", 900), ("consumption_stats", 900)):
        answer = recorded.answer(operation, now=midnight + 1900)
        assert ends(answer) == list(range(midnight + step, midnight + 1801, step))


def test_instants_can_be_written_in_every_way(recorded: Recorded) -> None:
    start = at("2024-06-01T12:00")
    recorded.record(range(start, start + 601, 300))

    for first in (
        start,
        float(start),
        "2024-06-01T12:00-06:00",
        datetime.fromtimestamp(start, DENVER),
    ):
        assert ends(recorded.answer("stats", first, now=start + 700)) == [start + 300, start + 600]


def test_a_longer_window_is_refused_and_an_open_one_ends_when_it_is_full(
    recorded: Recorded,
) -> None:
    # Forty days around the end of summer time, every quarter of an hour.
    start = at("2024-10-25")
    recorded.record(range(start, at("2024-12-04") + 1, QUARTER))
    now = at("2024-12-04")

    stats = recorded.answer("stats", at("2024-11-03"), now=now)
    assert ends(stats)[-1] == at("2024-11-04")
    used = recorded.answer("consumption_stats", at("2024-10-30T10:00"), now=now)
    assert ends(used)[-1] == at("2024-11-30T10:00")
    assert len(ends(used)) == 31 * 96 + 4
    for operation, last in [
        ("stats", at("2024-10-31T00:05")),
        ("rgm_stats", at("2024-11-06T00:15")),
        ("consumption_stats", at("2024-11-30T00:15")),
    ]:
        with pytest.raises(
            InvalidArgumentError, match=rf"^{operation}: at most (1 day|7 days|1 month) "
        ):
            recorded.answer(operation, at("2024-10-30"), last, now=now)
    assert ends(recorded.answer("rgm_stats", at("2024-10-30"), at("2024-11-06"), now=now))[
        -1
    ] == at("2024-11-06")


def test_a_window_that_ends_before_it_starts_is_refused(recorded: Recorded) -> None:
    start = at("2024-06-01T12:00")
    recorded.record([start])
    for operation in ("stats", "rgm_stats", "consumption_stats"):
        with pytest.raises(InvalidArgumentError, match="start_at lies after end_at"):
            recorded.answer(operation, start, start - 1, now=start)
        with pytest.raises(InvalidArgumentError, match="default: now"):
            recorded.answer(operation, start + 1, now=start)


def test_gaps_and_interruptions_stay_gaps(recorded: Recorded) -> None:
    start = at("2024-06-01T12:00")
    recorded.record(range(start, start + 1801, 300))
    recorded.record(range(start + 5400, start + 7201, 300))
    recorded.record(
        range(start + 7500, start + 9001, 300), lambda t: sample(t, production=int(t - start))
    )

    stats = recorded.answer("stats", start, now=start + 9001)

    assert [end - start for end in ends(stats)] == [
        *range(300, 1801, 300),
        *range(5700, 7201, 300),
        *range(7800, 9001, 300),
    ]
    # The gap's energy is known, if not when it passed; what passed during the reset is not.
    rise = produced(start + 7200) - produced(start) + 1500
    lifetime = recorded.answer("energy_lifetime", None, "2024-06-01", now=start + 9001)
    assert lifetime.production == [rise]
    assert sum(interval.enwh for interval in stats.intervals) < rise


def test_energy_of_a_gap_over_midnight_is_counted_on_neither_day(recorded: Recorded) -> None:
    midnight = at("2024-06-02")
    recorded.record(range(midnight - 7200, midnight - 3599, 300))
    recorded.record(range(midnight + 3600, midnight + 7201, 300))

    lifetime = recorded.answer("energy_lifetime", now=midnight + 86_400)

    assert lifetime.start_date == date(2024, 6, 1)
    assert lifetime.production == [
        produced(midnight - 3600) - produced(midnight - 7200),
        produced(midnight + 7200) - produced(midnight + 3600),
    ]


def test_daily_series_reach_from_the_first_recorded_day_to_yesterday(recorded: Recorded) -> None:
    first, last = at("2024-06-01T20:00"), at("2024-06-05T09:00")
    recorded.record(range(first, last, QUARTER))
    day = date(2024, 6, 1)
    now = at("2024-06-05T10:00")

    def days(*arguments: Any, now: float = now) -> tuple[date, int]:
        answer = recorded.answer("energy_lifetime", *arguments, now=now)
        consumption = recorded.answer("consumption_lifetime", *arguments, now=now)
        assert answer.start_date == consumption.start_date
        assert len(answer.production) == len(consumption.consumption)
        assert all(answer.production[:-1])
        return answer.start_date, len(answer.production)

    assert days() == (day, 4)
    assert days("2024-06-03") == (date(2024, 6, 3), 2)
    assert days(date(2024, 6, 3), "3 June 2024") == (date(2024, 6, 3), 1)
    assert days("2020-01-01", "2024-06-02") == (day, 2)
    assert days(None, "2024-06-05") == (day, 5)
    # Nothing was recorded since; a day that is asked for all the same is not reported.
    assert days(now=at("2024-06-20")) == (day, 5)
    late = recorded.answer("energy_lifetime", "2024-06-05", "2024-06-07", now=at("2024-06-20"))
    assert (late.production[0] > 0, late.production[1:]) == (True, [0, 0])
    none = recorded.answer("energy_lifetime", None, "2024-05-01", "all", now=now)
    assert (none.start_date, none.production, none.meter_production) == (None, [], [])


def test_dates_that_make_no_sense_are_refused(recorded: Recorded) -> None:
    recorded.record(range(at("2024-06-01"), at("2024-06-02"), QUARTER))
    now = at("2024-06-02T12:00")
    for arguments, message in (
        (("2024-06-03",), "not be after today"),
        ((None, "2024-06-03"), "not be after today"),
        (("2024-06-02", "2024-06-01"), "start_date lies after end_date"),
        (("06/01/2024",), "start_date: '06/01/2024' could be more than one day"),
    ):
        for operation in ("energy_lifetime", "consumption_lifetime"):
            with pytest.raises(InvalidArgumentError, match=message):
                recorded.answer(operation, *arguments, now=now)
    with pytest.raises(InvalidArgumentError, match="production: must be 'all' or None"):
        recorded.answer("energy_lifetime", None, None, "some", now=now)


def test_a_recording_of_a_moment_has_no_days_yet(recorded: Recorded) -> None:
    start = at("2024-06-01T12:00")
    recorded.record([start + 7])

    lifetime = recorded.answer("energy_lifetime", None, None, "all", now=start + 60)

    assert (lifetime.start_date, lifetime.production) == (None, [])
    assert lifetime.meter_start_date is msgspec.UNSET
    assert lifetime.meta == _meta(start + 7, None)
    assert recorded.answer("stats", start, now=start + 60).intervals == []


@pytest.mark.parametrize("source", ["v1", "inverters"])
def test_production_of_microinverters_has_no_meter(recorded: Recorded, source: str) -> None:
    start = at("2024-06-01")
    recorded.record(
        range(start, at("2024-06-02") + 1, QUARTER),
        lambda t: sample(t, source, production_meter=None, consumption=None),
    )
    now = at("2024-06-02T12:00")

    lifetime = recorded.answer("energy_lifetime", None, None, "all", now=now)

    assert lifetime.micro_production == lifetime.production != [0]
    assert (lifetime.meter_production, lifetime.meter_start_date) == (msgspec.UNSET, msgspec.UNSET)
    plain = recorded.answer("energy_lifetime", now=now)
    assert plain.micro_production is msgspec.UNSET
    rgm = recorded.answer("rgm_stats", start, now=now)
    assert (rgm.total_devices, rgm.intervals, rgm.meter_intervals) == (0, [], [])
    used = recorded.answer("consumption_stats", start, now=now)
    assert (used.total_devices, used.intervals) == (0, [])
    assert recorded.answer("consumption_lifetime", now=now) is None


def test_a_meter_that_is_put_in_later_counts_from_the_next_day_on(recorded: Recorded) -> None:
    start, switch = at("2024-06-01"), at("2024-06-03T12:00")
    recorded.record(range(start, switch, QUARTER), lambda t: sample(t, "v1", production_meter=None))
    recorded.record(range(switch, at("2024-06-06"), QUARTER))

    lifetime = recorded.answer(
        "energy_lifetime", None, None, "all", now=at("2024-06-06"), facts=SiteFacts(67)
    )

    assert lifetime.meter_start_date == date(2024, 6, 4)
    assert lifetime.meter_production[:2] == [0, 0]
    assert lifetime.meter_production[3:] == lifetime.production[3:]
    assert lifetime.micro_production is msgspec.UNSET
    assert lifetime.to_dict()["system_id"] == 67


def test_without_a_zone_a_start_must_be_given(recorded: Recorded) -> None:
    start = at("2024-06-01T12:00")
    recorded.record(range(start, start + 90_001, 300))
    now = start + 90_001

    for operation in ("stats", "rgm_stats", "consumption_stats"):
        with pytest.raises(NotAvailableError, match=r"time zone is not known.*: give start_at"):
            recorded.answer(operation, now=now, zone=None)
        assert recorded.answer(operation, start, now=now, zone=None).intervals
    assert ends(recorded.answer("stats", start, now=now, zone=None))[-1] == start + 86_400
    for operation in ("energy_lifetime", "consumption_lifetime"):
        with pytest.raises(NotAvailableError, match="pass timezone= to Envoy"):
            recorded.answer(operation, now=now, zone=None)


def test_the_recorded_zone_is_taken_where_none_is_given(recorded: Recorded) -> None:
    midnight = at("2024-06-01", SYDNEY)
    recorded.record(range(midnight - 900, midnight + 901, 300))
    recording = Recording.opened(recorded.path, SERIAL, Rules(300, 1e6), 1e9)
    recording.note_timezone("Australia/Sydney")
    recording.close()

    assert len(ends(recorded.answer("stats", now=midnight + 901, zone=None))) == 3


def _meta(last_report_at: int, last_energy_at: int | None) -> Any:
    return _loosely(
        models.Meta,
        status=None,
        last_report_at=last_report_at,
        last_energy_at=last_energy_at,
        operational_at=None,
    )


def _loosely(shape: Any, **fields: Any) -> Any:
    return shape(**fields)
