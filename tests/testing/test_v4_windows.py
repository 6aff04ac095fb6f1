"""The windows of telemetry and the days of series that the simulated API v4 answers with."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from enphase_sdk.testing import FakeClock, Kind
from enphase_sdk.testing.cloud.v4.simulator import SimulatedEnlightenV4
from enphase_sdk.testing.world.system import System
from tests.testing.v4 import Caller, complete, serial_of

DAY = 86_400
NOON = 1_718_452_800  # 2024-06-15T12:00:00Z

SITE = {
    "telemetry/production_micro": 300,
    "telemetry/production_meter": 900,
    "telemetry/consumption_meter": 900,
    "telemetry/battery": 900,
    "energy_import_telemetry": 900,
    "energy_export_telemetry": 900,
    "hp_telemetry": 900,
}


@pytest.fixture(scope="module")
def cloud() -> Caller:
    return Caller(SimulatedEnlightenV4(80, clock=FakeClock(NOON)))


@pytest.fixture(scope="module")
def system(cloud: Caller) -> System:
    return complete(cloud.sim)


def intervals(body: Any) -> list[Any]:
    rows: list[Any] = body["intervals"]
    return rows[0] if rows and isinstance(rows[0], list) else rows


@pytest.mark.parametrize("name", SITE)
@pytest.mark.parametrize(
    ("granularity", "length"),
    [("5mins", 300), ("15mins", 900), ("day", DAY), ("week", 7 * DAY), (None, DAY)],
)
def test_granularity_is_the_length_of_the_window(
    cloud: Caller, system: System, name: str, granularity: str | None, length: int
) -> None:
    start = cloud.midnight(system, 10) + 12 * 3_600
    asked: dict[str, Any] = {} if granularity is None else {"granularity": granularity}
    body = cloud.json(f"/{system.system_id}/{name}", start_at=start, **asked)
    step = SITE[name]
    assert body["granularity"] == (granularity or "day")
    assert (body["start_at"], body["end_at"]) == (start, start + length // step * step)
    ends = [row["end_at"] for row in intervals(body)]
    if name not in ("telemetry/production_micro", "hp_telemetry"):
        assert ends == list(range(start + step, start + length // step * step + 1, step))
    elif name != "hp_telemetry":
        assert len(ends) <= length // step
        if length <= 900:  # at noon no interval is without a report
            assert ends == list(range(start + step, start + length + 1, step))


@pytest.mark.parametrize("name", SITE)
def test_without_a_start_it_is_today_whatever_the_granularity(
    cloud: Caller, system: System, name: str
) -> None:
    path = f"/{system.system_id}/{name}"
    whole = cloud.json(path)
    assert whole["start_at"] == cloud.midnight(system)
    assert whole["end_at"] == NOON
    short = cloud.json(path, granularity="15mins")
    assert {**short, "granularity": "day"} == whole


@pytest.mark.parametrize("name", SITE)
def test_a_window_ends_now_and_starts_on_a_mark(cloud: Caller, system: System, name: str) -> None:
    path, step = f"/{system.system_id}/{name}", SITE[name]
    body = cloud.json(path, start_at=NOON - 3_601, granularity="day")
    assert body["end_at"] == NOON
    assert body["start_at"] == (NOON - 3_601) // step * step


@pytest.mark.parametrize("name", SITE)
def test_a_start_in_the_future_or_too_far_back_is_refused(
    cloud: Caller, system: System, name: str
) -> None:
    path = f"/{system.system_id}/{name}"
    future = "Requested date is in the future"
    tomorrow = cloud.day(system, -1)
    for asked in ({"start_at": NOON + 60}, {"start_at": 253_402_300_799}, {"start_date": tomorrow},
                  {"start_date": "9999-12-31"}):  # fmt: skip
        assert cloud.json(path, 422, **asked)["details"] == future
    early = "Requested date is more than two years in the past"
    two_years = NOON - 731 * DAY - DAY // 2  # to the midnight, UTC, with one leap day
    assert cloud.json(path, start_at=two_years)["start_at"] == two_years
    for asked in ({"start_at": two_years - 1}, {"start_at": 0}, {"start_date": "0001-01-01"}):
        assert cloud.json(path, 422, **asked)["details"] == early


@pytest.mark.parametrize("name", SITE)
def test_an_end_at_cuts_or_stretches_the_window_to_a_week_at_most(
    cloud: Caller, system: System, name: str
) -> None:
    path, start = f"/{system.system_id}/{name}", NOON - 20 * DAY
    for length in (3_600, 3 * DAY, 7 * DAY):
        body = cloud.json(path, start_at=start, end_at=start + length)
        assert (body["start_at"], body["end_at"]) == (start, start + length)
    refused = cloud.json(path, 422, start_at=start, end_at=start + 8 * DAY)["details"]
    assert refused.startswith("Requested date range is invalid for this system.")
    assert f":start_at=>{start}" in refused
    assert cloud.json(path, 422, start_at=start, end_at=start - 900)["code"] == 422
    future = cloud.json(path, 422, start_at=NOON - 900, end_at=NOON + 900)
    assert future["details"] == "Requested date is in the future"


@pytest.mark.parametrize("name", SITE)
def test_a_start_date_is_answered_with_dates_that_have_an_offset(
    cloud: Caller, system: System, name: str
) -> None:
    day = cloud.day(system, 5)
    body = cloud.json(f"/{system.system_id}/{name}", start_date=day)
    assert "start_at" not in body
    assert "end_at" not in body
    start, end = (datetime.fromisoformat(body[key]) for key in ("start_date", "end_date"))
    assert start.timestamp() == cloud.midnight(system, 5)
    assert end.timestamp() == cloud.midnight(system, 4)
    assert start.utcoffset() is not None
    assert start.date() == day


@pytest.mark.parametrize("where", ["devices/encharges/{}/telemetry", "{}/evse_telemetry"])
def test_devices_have_the_same_windows(cloud: Caller, system: System, where: str) -> None:
    kind = "encharge_telemetry" if "encharges" in where else ""
    path = f"/{system.system_id}/{where.format(serial_of(kind, system, ''))}"
    start = cloud.midnight(system, 3)
    body = cloud.json(path, start_at=start, granularity="day")
    assert [row["end_at"] for row in intervals(body)] == list(
        range(start + 900, start + DAY + 1, 900)
    )
    assert cloud.json(path, 422, start_at=NOON + 60)["code"] == 422


def test_a_chargers_own_telemetry_takes_and_gives_dates(cloud: Caller, system: System) -> None:
    serial = serial_of("", system, "")
    path = f"/{system.system_id}/ev_charger/{serial}"
    day = cloud.day(system, 3)
    body = cloud.json(f"{path}/telemetry", start_date=day.strftime("%Y%m%d"), granularity="day")
    assert body["start_date"] == day.isoformat()
    assert len(body["consumption"]) == 96
    series = cloud.json(f"{path}/lifetime", start_date=day.strftime("%Y%m%d"))
    assert series["start_date"] == day.isoformat()
    assert series["consumption"][0] == sum(row["consumption"] for row in body["consumption"])
    assert cloud.json(f"{path}/lifetime", 422, start_date=day.isoformat())["code"] == "422"


def test_a_day_in_march_and_one_in_november_have_other_lengths() -> None:
    for instant, hours in (("2024-03-12T12:00+00:00", 23), ("2024-11-05T12:00+00:00", 25)):
        cloud = Caller(SimulatedEnlightenV4(200, clock=FakeClock(datetime.fromisoformat(instant))))
        american = cloud.sim.find(
            lambda system: (
                system.place.timezone.startswith("America/Los")
                and system.consumption_metered
                and system.consumption_allowed
            )
        )
        changed = cloud.day(american, 2)
        path = f"/{american.system_id}/telemetry/consumption_meter"
        body = cloud.json(path, start_date=changed)
        assert len(body["intervals"]) == hours * 4
        asked: dict[str, Any] = {"start_date": changed, "end_date": changed}
        series = cloud.json(f"/{american.system_id}/consumption_lifetime", **asked)
        assert series["consumption"] == [sum(row["enwh"] for row in body["intervals"])]


def test_behind_the_last_report_a_window_is_empty(cloud: Caller) -> None:
    silent = cloud.sim.find(kind=Kind.OFFLINE)
    path = f"/{silent.system_id}/telemetry/production_micro"
    assert cloud.json(path)["intervals"] == []
    never = cloud.sim.find(kind=Kind.NEVER_PRODUCED)
    assert cloud.json(f"/{never.system_id}/telemetry/production_micro")["intervals"] == []


def test_rgm_stats_are_a_week_from_their_start(cloud: Caller, system: System) -> None:
    path = f"/{system.system_id}/rgm_stats"
    start = NOON - 20 * DAY
    assert len(cloud.json(path, start_at=start)["intervals"]) == 7 * 96
    assert len(cloud.json(path, start_at=start, end_at=start + 3_600)["intervals"]) == 4
    assert cloud.json(path, 422, start_at=start, end_at=start + 9 * DAY)["code"] == 422


LIFETIMES = {
    "energy_lifetime": "production",
    "consumption_lifetime": "consumption",
    "battery_lifetime": "charge",
    "energy_import_lifetime": "import",
    "energy_export_lifetime": "export",
}


@pytest.mark.parametrize(("name", "field"), LIFETIMES.items())
def test_a_daily_series_never_has_today_and_may_be_shorter_than_asked(
    cloud: Caller, system: System, name: str, field: str
) -> None:
    path, today = f"/{system.system_id}/{name}", cloud.day(system)
    body = cloud.json(path, start_date=today - timedelta(days=10), end_date=today)
    assert body["start_date"] == (today - timedelta(days=10)).isoformat()
    assert len(body[field]) == 10
    empty = cloud.json(path, start_date=today, end_date=today)
    assert (empty["start_date"], empty[field]) == (None, [])
    before = cloud.json(path, start_date="1999-01-01", end_date="1999-02-01")
    assert (before["start_date"], before[field]) == (None, [])


@pytest.mark.parametrize(("name", "field"), LIFETIMES.items())
def test_by_default_a_series_runs_from_the_first_day_to_yesterday(
    cloud: Caller, system: System, name: str, field: str
) -> None:
    body = cloud.json(f"/{system.system_id}/{name}")
    first = system.place.ordinal(system.operational_at or 0)
    assert body["start_date"] == date.fromordinal(first).isoformat()
    assert len(body[field]) == cloud.day(system).toordinal() - first


def test_events_and_alarms_are_of_a_week_at_most(cloud: Caller) -> None:
    silent = cloud.sim.find(kind=Kind.OFFLINE)
    path = f"/{silent.system_id}"
    (open_event,) = cloud.json(f"{path}/open_events")["events"]
    assert (open_event["status"], open_event["event_end_time"]) == ("open", None)
    began = open_event["event_start_time"]
    for name in ("events", "alarms"):
        assert cloud.json(f"{path}/{name}", start_time=began - 60, end_time=began + 60)[name]
        assert cloud.json(f"{path}/{name}", start_time=began - DAY, end_time=began)[name] == []
        too_long = {"start_time": began - 8 * DAY, "end_time": began}
        assert cloud.json(f"{path}/{name}", 422, **too_long)["details"] == "Invalid date/time range"
        assert cloud.json(f"{path}/{name}", 422, start_time=NOON + 60)["code"] == 422
    asked = {"start_time": began - 60, "end_time": began + 60}
    assert cloud.json(f"{path}/alarms", cleared="true", **asked)["alarms"] == []
    (alarm,) = cloud.json(f"{path}/alarms", cleared="false", **asked)["alarms"]
    assert alarm == cloud.json(f"{path}/open_alarms")["alarms"][0]
    kinds = {kind["event_type_id"] for kind in cloud.json("/event_types")["event_types"]}
    assert alarm["event_type_id"] in kinds
