"""Which days and intervals a request gets, and which it is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from enphase_sdk.testing import FakeClock, SimulatedEnlighten
from enphase_sdk.testing.world.system import System

NOW = datetime(2024, 6, 15, 20, 0, tzinfo=UTC)
DAY = timedelta(days=1)


class Cloud:
    def __init__(self, clock: FakeClock, sim: SimulatedEnlighten, system: System) -> None:
        self.clock = clock
        self.sim = sim
        self.system = system
        self.zone = system.place.zone

    def get(self, operation: str, **params: object) -> httpx.Response:
        query = {"user_id": "u", **{name: str(value) for name, value in params.items()}}
        url = f"https://cloud/systems/{self.system.system_id}/{operation}"
        return self.sim(httpx.Request("GET", url, params=query))

    def json(self, operation: str, status: int = 200, **params: object) -> Any:
        response = self.get(operation, **params)
        assert response.status_code == status, response.text
        return response.json()

    def at(self, year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
        return int(datetime(year, month, day, hour, minute, tzinfo=self.zone).timestamp())


def cloud_with(kind: str, city: str, now: datetime = NOW) -> Cloud:
    clock = FakeClock(now)
    sim = SimulatedEnlighten(4000, clock=clock)
    return Cloud(clock, sim, sim.find(lambda s: s.place.city == city, kind=kind))


@pytest.fixture
def metered() -> Cloud:
    return cloud_with("metered", "Tucson")  # 13:00 local, no daylight saving


def ends(body: Any) -> list[int]:
    return [interval["end_at"] for interval in body["intervals"]]


def test_by_default_stats_are_todays_so_far_and_dark_hours_are_left_out(metered: Cloud) -> None:
    body = metered.json("stats")
    got = ends(body)
    assert got[0] > metered.at(2024, 6, 15, 4)
    assert got[-1] == body["meta"]["last_energy_at"]
    assert {after - before for before, after in pairwise(got)} == {300}
    assert body["total_devices"] == metered.system.modules


def test_times_are_rounded_down_and_intervals_named_by_their_end(metered: Cloud) -> None:
    start = metered.at(2024, 6, 14, 12)
    plain = metered.json("stats", start_at=start, end_at=start + 900)
    rounded = metered.json("stats", start_at=start + 299, end_at=start + 900 + 299)
    assert ends(plain) == ends(rounded) == [start + 300, start + 600, start + 900]
    meter = metered.json("rgm_stats", start_at=start + 899, end_at=start + 1800 + 899)
    assert ends(meter) == [start + 900, start + 1800]
    used = metered.json("consumption_stats", start_at=start + 899, end_at=start + 1800 + 899)
    assert ends(used) == [start + 900, start + 1800]


def test_stats_end_after_one_day(metered: Cloud) -> None:
    start = metered.at(2024, 6, 10, 12)
    got = ends(metered.json("stats", start_at=start, end_at=start + 5 * 86_400))
    assert start < got[0]
    assert got[-1] == start + 86_400


def test_meter_intervals_of_more_than_seven_days_are_refused(metered: Cloud) -> None:
    start = metered.at(2024, 6, 1)
    week = metered.json("rgm_stats", start_at=start, end_at=start + 7 * 86_400)
    assert len(week["intervals"]) == 7 * 96
    over = metered.json("rgm_stats", 422, start_at=start, end_at=start + 7 * 86_400 + 900)
    assert over["start_at"] == start


def test_consumption_ends_after_a_month(metered: Cloud) -> None:
    start = metered.at(2024, 4, 1)
    got = ends(metered.json("consumption_stats", start_at=start, end_at=start + 60 * 86_400))
    assert got[-1] == metered.at(2024, 5, 1)


@pytest.mark.parametrize("operation", ["stats", "rgm_stats", "consumption_stats"])
def test_a_start_of_more_than_a_year_ago_gives_no_intervals(metered: Cloud, operation: str) -> None:
    edge = metered.at(2023, 6, 15)
    old = metered.json(operation, start_at=edge - 900, end_at=edge + 86_400)
    assert old["intervals"] == []
    assert metered.json(operation, start_at=edge, end_at=edge + 86_400)["intervals"]


def test_the_year_of_a_leap_day_ends_on_the_last_of_february() -> None:
    cloud = cloud_with("metered", "Tucson", datetime(2024, 2, 29, 20, tzinfo=UTC))
    edge = cloud.at(2023, 2, 28)
    assert cloud.json("rgm_stats", start_at=edge, end_at=edge + 900)["intervals"]
    assert not cloud.json("rgm_stats", start_at=edge - 900, end_at=edge + 900)["intervals"]


@pytest.mark.parametrize("operation", ["stats", "rgm_stats", "consumption_stats"])
def test_a_period_without_data_is_refused_with_the_parameters_used(
    metered: Cloud, operation: str
) -> None:
    now = int(metered.clock.time())
    body = metered.json(operation, 422, start_at=now + 7200, end_at=now + 10_801)
    assert body["reason"] == "Requested date range is invalid for this system"
    assert (body["start_at"], body["end_at"]) == (now + 7200, now + 10_800)
    assert body["first_interval"] < body["last_interval"] <= now
    backwards = metered.json(operation, 422, start_at=now - 3600, end_at=now - 7200)
    assert backwards["end_at"] == now - 7200


def test_before_the_first_production_there_is_nothing_and_a_start_before_it_is_moved() -> None:
    cloud = cloud_with("new", "Tucson")
    start = cloud.system.operational_at
    assert start is not None
    assert datetime.fromtimestamp(start, cloud.zone).date() == date(2024, 6, 14)
    assert cloud.json("stats", 422, start_at=start - 86_400, end_at=start)["first_interval"] == (
        start + 300
    )
    moved = ends(cloud.json("stats", start_at=start - 86_400, end_at=start + 600))
    assert moved == [start + 300, start + 600]
    assert len(cloud.json("energy_lifetime")["production"]) == 1


def test_a_system_that_never_produced_has_nulls_and_no_intervals() -> None:
    cloud = cloud_with("never_produced", "Tucson")
    assert "first_interval" not in cloud.json("stats", 422)
    lifetime = cloud.json("energy_lifetime")
    assert (lifetime["start_date"], lifetime["production"]) == (None, [])
    asked = cloud.json("energy_lifetime", start_date="2024-06-01", end_date="2024-06-03")
    assert (asked["start_date"], asked["production"]) == ("2024-06-01", [0, 0, 0])
    summary = cloud.json("summary")
    assert (summary["operational_at"], summary["last_interval_end_at"]) == (None, None)
    assert (summary["energy_today"], summary["energy_lifetime"]) == (0, 0)
    assert summary["last_report_at"] > metered_now(cloud) - 3600
    assert cloud.json("rgm_stats")["intervals"] == []


def metered_now(cloud: Cloud) -> float:
    return cloud.clock.time()


def test_a_lifetime_series_runs_from_the_first_day_through_yesterday(metered: Cloud) -> None:
    body = metered.json("energy_lifetime")
    start = date.fromisoformat(body["start_date"])
    assert start.toordinal() == metered.system.place.ordinal(metered.system.operational_at or 0)
    assert len(body["production"]) == (date(2024, 6, 14) - start).days + 1
    assert "micro_production" not in body
    ignored = metered.json("energy_lifetime", production="some")
    assert ignored == body


def test_asked_days_are_given_without_gaps_zero_before_the_beginning(metered: Cloud) -> None:
    start = date.fromordinal(metered.system.place.ordinal(metered.system.operational_at or 0))
    body = metered.json("energy_lifetime", start_date=start - 3 * DAY, end_date=start + 2 * DAY)
    assert body["start_date"] == str(start - 3 * DAY)
    assert body["production"][:3] == [0, 0, 0]
    assert all(body["production"][3:])
    assert len(body["production"]) == 6


def test_a_lifetime_may_end_today_and_not_later(metered: Cloud) -> None:
    body = metered.json("energy_lifetime", start_date="2024-06-14", end_date="2024-06-15")
    assert body["production"][1] == metered.json("summary")["energy_today"] > 0
    for params in ({"end_date": "2024-06-16"}, {"start_date": "2024-06-16"}):
        refused = metered.json("energy_lifetime", 422, **params)
        assert refused["reason"] == "Requested date is in the future"
    backwards = {"start_date": "2024-06-14", "end_date": "2024-06-13"}
    assert metered.json("consumption_lifetime", 422, **backwards)["start"] == "2024-06-14"


def test_an_offline_systems_series_ends_on_its_last_day_or_in_zeros() -> None:
    cloud = cloud_with("offline", "Tucson")
    body = cloud.json("energy_lifetime")
    outage = cloud.system.outage
    assert outage is not None
    last = cloud.system.place.ordinal(outage.began_at)
    start = date.fromisoformat(body["start_date"])
    assert start.toordinal() + len(body["production"]) - 1 == last
    trailing = cloud.json("energy_lifetime", end_date="2024-06-14")["production"]
    silent = date(2024, 6, 14).toordinal() - last
    assert trailing[-silent:] == [0] * silent
    assert trailing[-silent - 2] > 0
    summary = cloud.json("summary")
    assert (summary["status"], summary["current_power"]) == ("comm", 0)
    assert summary["energy_lifetime"] == sum(body["production"])


def test_a_summary_of_another_day_tells_only_its_energies(metered: Cloud) -> None:
    today, past = metered.json("summary"), metered.json("summary", summary_date="2024-03-01")
    assert today["summary_date"] == "2024-06-15"
    assert today["size_w"] == metered.system.size_w
    assert today["modules"] == metered.system.modules
    assert today["current_power"] > 0
    assert today["source"] == "meter"
    assert (past["size_w"], past["modules"], past["current_power"]) == (0, 0, 0)
    assert past["summary_date"] == "2024-03-01"
    assert past["energy_lifetime"] < today["energy_lifetime"]
    assert metered.json("summary", summary_date="2024-06-15") == today
    future = metered.json("summary", 422, summary_date="2024-06-16")
    assert future["reason"] == "Requested date is in the future"


@pytest.mark.parametrize("text", ["2024-13-01", "2024-02-30", "15.6.2024", "2024-6-5", ""])
def test_a_date_that_is_none_is_refused(metered: Cloud, text: str) -> None:
    body = metered.json("summary", 422, summary_date=text)
    assert body["errorMessages"][0].startswith("summary_date ")


@pytest.mark.parametrize("text", ["-1", "1.5", "now", "99999999999999999999", "253402300800"])
def test_an_instant_that_is_none_is_refused(metered: Cloud, text: str) -> None:
    for operation in ("stats", "production_meter_readings"):
        body = metered.json(operation, 422, end_at=text)
        assert body["errorMessages"][0].startswith("end_at ")


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2024-01-01", "2024-01-31"),
        ("2023-07-20", "2023-08-19"),
        ("2024-01-31", "2024-02-28"),
        ("2023-12-15", "2024-01-14"),
    ],
)
def test_a_month_ends_the_day_before_the_same_day(metered: Cloud, start: str, end: str) -> None:
    assert metered.json("monthly_production", start_date=start)["end_date"] == end


def test_a_month_must_be_over_and_have_a_start(metered: Cloud) -> None:
    assert metered.json("monthly_production", start_date="2024-05-15")["end_date"] == "2024-06-14"
    last = metered.json("monthly_production", 422, start_date="9999-12-31")
    assert last["start"] == "9999-12-31"
    body = metered.json("monthly_production", 422, start_date="2024-05-16")
    assert (body["start"], body["end"]) == ("2024-05-16", "2024-06-15")
    missing = metered.json("monthly_production", 422)
    assert missing["errorMessages"] == ["start_date is missing"]


def length(cloud: Cloud, operation: str, day: date) -> int:
    start = cloud.at(day.year, day.month, day.day)
    after = day + DAY
    end = cloud.at(after.year, after.month, after.day)
    return len(cloud.json(operation, start_at=start, end_at=end)["intervals"])


@pytest.mark.parametrize(
    ("city", "short", "long"),
    [
        ("Sebastopol", date(2024, 3, 10), date(2023, 11, 5)),
        ("Nürnberg", date(2024, 3, 31), date(2023, 10, 29)),
        ("Newcastle", date(2023, 10, 1), date(2024, 4, 7)),
        ("Santiago", date(2023, 9, 3), date(2024, 4, 6)),
    ],
)
@pytest.mark.parametrize("operation", ["rgm_stats", "consumption_stats"])
def test_days_of_23_and_25_hours_have_92_and_100_quarters(
    city: str, short: date, long: date, operation: str
) -> None:
    cloud = cloud_with("metered", city)
    assert length(cloud, operation, short) == 92
    assert length(cloud, operation, short - DAY) == 96
    assert length(cloud, operation, long) == 100


def test_stats_of_a_long_day_reach_to_its_end() -> None:
    cloud = cloud_with("plain", "Nürnberg")
    start, end = cloud.at(2023, 10, 29), cloud.at(2023, 10, 30)
    assert end - start == 25 * 3600
    got = cloud.json("stats", start_at=start, end_at=end)
    series = cloud.json("energy_lifetime", start_date="2023-10-29", end_date="2023-10-29")
    assert [sum(interval["enwh"] for interval in got["intervals"])] == series["production"]
    over = ends(cloud.json("stats", start_at=start + 43_200, end_at=end + 86_400))
    assert datetime.fromtimestamp(over[-1], ZoneInfo("Europe/Berlin")).day == 30


def test_a_cellular_system_reports_four_times_a_day() -> None:
    cloud = cloud_with("cellular", "Tucson")
    reports = set()
    for _ in range(48):
        reports.add(cloud.json("summary")["last_report_at"])
        cloud.clock.advance(1800)
    assert 4 <= len(reports) <= 5


def test_missing_weeks_are_filled_in_over_days_oldest_first() -> None:
    cloud = cloud_with("offline", "Tucson")
    outage = cloud.system.outage
    assert outage is not None
    known = []
    for days in (-1, 0.5, 1.5, 2.5, 4.0):
        cloud.clock.set(outage.ended_at + days * 86_400)
        meta = cloud.json("inventory")["meta"]
        known.append((meta["status"], meta["last_energy_at"] // 86_400))
        if 0 < days < 3:
            assert cloud.clock.time() - meta["last_report_at"] < 1800
            assert cloud.json("summary")["energy_today"] == 0
    assert [status for status, _ in known] == ["comm", *["normal"] * 4]
    assert [day for _, day in known] == sorted({day for _, day in known})
    caught_up = datetime.fromtimestamp(cloud.clock.time(), cloud.zone)
    cloud.clock.set(caught_up.replace(hour=15) + DAY)
    assert cloud.json("summary")["energy_today"] > 0
