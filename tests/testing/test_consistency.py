"""Rules that hold between the simulator's answers, over seeds, systems and instants."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enphase_sdk.testing import FakeClock, SimulatedEnlighten
from enphase_sdk.testing.world.system import System

DAY = timedelta(days=1)
FLEET = 80

seeds = st.integers(0, 2**32)
indexes = st.integers(0, FLEET - 1)
instants = st.datetimes(datetime(2012, 1, 1), datetime(2031, 1, 1)).map(
    lambda naive: naive.replace(tzinfo=UTC, microsecond=0)
)
pytestmark = pytest.mark.no_cover

examples = settings(max_examples=30, deadline=None)


class Cloud:
    """A simulator and one system of it, asked in short."""

    def __init__(
        self,
        seed: int,
        index: int,
        instant: datetime,
        where: Callable[[System], bool] = lambda _: True,
    ) -> None:
        self.clock = FakeClock(instant)
        self.sim = SimulatedEnlighten(FLEET, seed=seed, clock=self.clock)
        ids = self.sim.system_ids()
        systems = map(self.sim.system, ids[index:] + ids[:index])
        self.system: System = next(filter(where, systems))

    def get(self, operation: str, **params: object) -> httpx.Response:
        path = f"/systems/{self.system.system_id}/{operation}"
        if operation == "inverters_summary_by_envoy_or_site":
            path, params = f"/systems/{operation}", {"site_id": self.system.system_id}
        query = {"user_id": "u", **{name: str(value) for name, value in params.items()}}
        return self.sim(httpx.Request("GET", f"https://cloud{path}", params=query))

    def json(self, operation: str, **params: object) -> Any:
        response = self.get(operation, **params)
        assert response.status_code == 200, response.text
        return response.json()

    @property
    def today(self) -> date:
        return datetime.fromtimestamp(self.clock.time(), self.system.place.zone).date()

    def period(self, day: date) -> dict[str, int]:
        """A local day, as `start_at` and `end_at`."""
        zone = self.system.place.zone
        midnights = [
            datetime(each.year, each.month, each.day, tzinfo=zone) for each in (day, day + DAY)
        ]
        return {
            "start_at": int(midnights[0].timestamp()),
            "end_at": int(midnights[1].timestamp()),
        }

    def intervals(self, operation: str, day: date) -> list[dict[str, Any]]:
        """The intervals of a day; none where the cloud says that there are none."""
        response = self.get(operation, **self.period(day))
        assert response.status_code in (200, 422), response.text
        return response.json().get("intervals", []) if response.status_code == 200 else []

    def series(self, first: date, last: date) -> dict[str, list[int]]:
        body = self.json("energy_lifetime", start_date=first, end_date=last, production="all")
        return {
            name: body.get(name, [])
            for name in ("production", "micro_production", "meter_production")
        } | {"meter_start_date": body.get("meter_start_date")}


@examples
@given(seeds, indexes, instants, st.integers(0, 360))
def test_a_days_stats_add_up_to_its_entry_in_the_lifetime_series_and_the_summary(
    seed: int, index: int, instant: datetime, ago: int
) -> None:
    cloud = Cloud(seed, index, instant)
    day = cloud.today - ago * DAY
    series = cloud.series(day, day)
    summary = cloud.json("summary", summary_date=day)

    stats = sum(interval["enwh"] for interval in cloud.intervals("stats", day))

    assert [stats] == series["micro_production"]
    assert [summary["energy_today"]] == series["production"]
    if summary["source"] == "microinverters":
        assert stats == summary["energy_today"]


@examples
@given(seeds, indexes, instants, st.integers(0, 5000))
def test_the_lifetime_of_a_summary_is_the_sum_of_all_days_before_it(
    seed: int, index: int, instant: datetime, ago: int
) -> None:
    cloud = Cloud(seed, index, instant)
    day = cloud.today - ago * DAY
    start = cloud.system.operational_at
    first = date.fromordinal(cloud.system.place.ordinal(start)) if start is not None else day
    before = cloud.series(first, day - DAY)["production"] if first < day else []
    assert cloud.json("summary", summary_date=day)["energy_lifetime"] == sum(before)


@examples
@given(seeds, indexes, instants)
def test_the_default_lifetime_series_and_the_current_summary_agree(
    seed: int, index: int, instant: datetime
) -> None:
    cloud = Cloud(seed, index, instant)
    lifetime, summary = cloud.json("energy_lifetime"), cloud.json("summary")
    place = cloud.system.place
    if place.ordinal(lifetime["meta"]["last_report_at"]) == cloud.today.toordinal():
        assert sum(lifetime["production"]) == summary["energy_lifetime"]
    assert all(energy >= 0 for energy in lifetime["production"])


def metered(system: System) -> bool:
    return bool(system.meters)


@examples
@given(seeds, indexes, instants, st.integers(1, 360))
def test_meters_agree_with_microinverters_within_a_percent_and_take_over_the_series(
    seed: int, index: int, instant: datetime, ago: int
) -> None:
    cloud = Cloud(seed, index, instant, metered)
    day = cloud.today - ago * DAY
    series = cloud.series(day, day)
    (micro,), (meter,), (merged,) = (
        series["micro_production"],
        series["meter_production"],
        series["production"],
    )
    if day.isoformat() >= str(series["meter_start_date"]):
        assert merged == meter
        assert abs(meter - micro) <= micro / 100 + 2
    else:
        assert merged == micro


@examples
@given(seeds, indexes, instants, st.integers(0, 360))
def test_a_days_meter_intervals_add_up_to_its_entry_by_meter_and_in_total(
    seed: int, index: int, instant: datetime, ago: int
) -> None:
    cloud = Cloud(seed, index, instant, metered)
    day = cloud.today - ago * DAY
    response = cloud.get("rgm_stats", **cloud.period(day))
    (meter,) = cloud.series(day, day)["meter_production"]
    if response.status_code == 422:
        assert meter == 0
        return
    body = response.json()
    assert sum(interval["wh_del"] for interval in body["intervals"]) == meter
    single = [
        interval["wh_del"] for one in body["meter_intervals"] for interval in one["intervals"]
    ]
    assert sum(single) == meter
    serials = {one["meter_serial_number"] for one in body["meter_intervals"]}
    assert serials <= {one.serial_number for one in cloud.system.meters}


@examples
@given(seeds, indexes, instants, st.integers(1, 360))
def test_odometers_never_run_back_and_differ_by_the_days_energy(
    seed: int, index: int, instant: datetime, ago: int
) -> None:
    cloud = Cloud(seed, index, instant, metered)
    day = cloud.today - ago * DAY
    period = cloud.period(day)
    before, after = (
        {
            reading["serial_number"]: reading
            for reading in cloud.json("production_meter_readings", end_at=end)["meter_readings"]
        }
        for end in period.values()
    )
    offsets = {meter.serial_number: meter.offset for meter in cloud.system.meters}
    passed = 0
    for serial, reading in after.items():
        earlier = before.get(serial, {"value": offsets[serial], "read_at": 0})
        assert earlier["value"] <= reading["value"]
        assert earlier["read_at"] <= reading["read_at"] <= period["end_at"]
        passed += reading["value"] - earlier["value"]
    assert [passed] == cloud.series(day, day)["meter_production"]


@examples
@given(seeds, indexes, instants, st.integers(0, 2000))
def test_a_months_production_is_the_sum_of_its_days(
    seed: int, index: int, instant: datetime, ago: int
) -> None:
    cloud = Cloud(seed, index, instant)
    start = cloud.today - (31 + ago) * DAY
    month = cloud.json("monthly_production", start_date=start)
    end = date.fromisoformat(month["end_date"])
    assert 27 <= (end - start).days <= 30
    assert month["production_wh"] == sum(cloud.series(start, end)["production"])
    for reading in month["meter_readings"]:
        assert reading["start"] <= reading["end"]


@examples
@given(seeds, indexes, instants, st.integers(0, 360))
def test_intervals_are_on_their_marks_in_order_and_name_no_device_too_many(
    seed: int, index: int, instant: datetime, ago: int
) -> None:
    cloud = Cloud(seed, index, instant)
    day = cloud.today - ago * DAY
    period = cloud.period(day)
    for operation, step, energy in (
        ("stats", 300, "enwh"),
        ("rgm_stats", 900, "wh_del"),
        ("consumption_stats", 900, "enwh"),
    ):
        response = cloud.get(operation, **period)
        if response.status_code != 200:
            continue
        body = response.json()
        ends = [interval["end_at"] for interval in body["intervals"]]
        assert all(before < after for before, after in pairwise(ends))
        assert all(period["start_at"] < end <= period["end_at"] for end in ends)
        assert all(end % step == 0 for end in ends)
        for interval in body["intervals"]:
            assert interval[energy] >= 0
            assert 0 < interval["devices_reporting"] <= body["total_devices"]
            if operation == "stats":
                assert abs(interval["powr"] - interval["enwh"] * 12) <= 12


@examples
@given(seeds, indexes, instants, st.integers(1, 360))
def test_a_days_consumption_intervals_add_up_to_its_entry(
    seed: int, index: int, instant: datetime, ago: int
) -> None:
    cloud = Cloud(seed, index, instant, lambda s: s.consumption_metered and s.consumption_allowed)
    day = cloud.today - ago * DAY
    lifetime = cloud.json("consumption_lifetime", start_date=day, end_date=day)
    intervals = cloud.intervals("consumption_stats", day)
    assert [sum(interval["enwh"] for interval in intervals)] == lifetime["consumption"]


@examples
@given(seeds, indexes, instants)
def test_the_inverters_energies_add_up_to_the_systems(
    seed: int, index: int, instant: datetime
) -> None:
    cloud = Cloud(seed, index, instant)
    inverters = [
        inverter
        for group in cloud.json("inverters_summary_by_envoy_or_site")
        for inverter in group["micro_inverters"]
    ]
    energies = [inverter["energy"] for inverter in inverters]
    watt_hours = sum(
        energy["value"] / (3.6 if energy["units"] == "kJ" else 1) for energy in energies
    )
    assert len(inverters) == cloud.system.modules
    today = cloud.today
    start = cloud.system.operational_at
    first = date.fromordinal(cloud.system.place.ordinal(start)) if start is not None else today
    made = sum(cloud.series(first, max(today, first))["micro_production"])
    assert abs(watt_hours - made) <= len(inverters)
    assert all(energy["value"] >= 0 for energy in energies)


@examples
@given(seeds, indexes, instants, st.integers(1, 40 * 24))
def test_time_only_adds_what_was_not_reported_yet_oldest_first(
    seed: int, index: int, instant: datetime, hours: int
) -> None:
    cloud = Cloud(seed, index, instant)
    first, last = cloud.today - 70 * DAY, cloud.today
    early = cloud.series(first, last)["micro_production"]
    meta = cloud.json("inventory")["meta"]
    cloud.clock.advance(hours * 3600)
    late = cloud.series(first, last)["micro_production"]
    later_meta = cloud.json("inventory")["meta"]

    changed = [day for day, (a, b) in enumerate(zip(early, late, strict=True)) if a != b]
    assert all(early[day] < late[day] for day in changed)
    if changed:
        assert not any(early[changed[0] + 1 :])
    for name in ("last_report_at", "last_energy_at"):
        assert (meta[name] or 0) <= (later_meta[name] or 0)


@examples
@given(seeds, indexes, instants)
def test_nothing_is_told_that_lies_in_the_future(seed: int, index: int, instant: datetime) -> None:
    cloud = Cloud(seed, index, instant)
    now = cloud.clock.time()
    meta = cloud.json("inventory")["meta"]
    assert meta["last_report_at"] <= now
    assert meta["last_energy_at"] is None or meta["last_energy_at"] <= meta["last_report_at"]
    ends = [interval["end_at"] for interval in cloud.intervals("stats", cloud.today)]
    assert all(end <= meta["last_energy_at"] for end in ends)
    if ends:
        assert ends[-1] == meta["last_energy_at"]


@examples
@given(seeds, indexes, instants)
def test_a_panels_yield_is_plausible(seed: int, index: int, instant: datetime) -> None:
    cloud = Cloud(seed, index, instant, lambda s: s.operational_at is not None)
    series = cloud.json("energy_lifetime")["production"]
    yields = [energy / cloud.system.size_w for energy in series[1:]]
    assert all(value < 7.5 for value in yields)
    if len(yields) > 400 and cloud.system.dark_since is None and not cloud.system.outage:
        year = sum(yields[-365:]) / 365
        assert 1.2 < year < 5.5
