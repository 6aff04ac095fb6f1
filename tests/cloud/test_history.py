"""The history of a cloud's site: whole, in order, resumable, and paid for once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enphase_sdk import Enlighten, EnlightenV4, errors
from enphase_sdk.cloud.v4.authorization import TokensInMemory
from enphase_sdk.testing import FakeClock, SimulatedEnlighten, SimulatedEnlightenV4
from enphase_sdk.testing.world.flows import has_battery
from enphase_sdk.types import HistoryInterval
from tests.support import Surface

DAY = 86_400
START = 1_718_452_800.0  # of every clock here: 15 June 2024, 12:00 UTC
A_DAY = timedelta(days=1)

V2 = ("production", "micro_production", "meter_production", "consumption")
ONLY_V4 = ("battery_charge", "battery_discharge", "import", "export")
MEASURES = [("v2", name) for name in V2] + [("v4", name) for name in (*V2, *ONLY_V4)]
STEPS = {"production": 300, "micro_production": 300}


class Cloud:
    """A simulated cloud of one version, and clients of it."""

    def __init__(self, api: str, clock: FakeClock, surface: Surface | None = None) -> None:
        self.api = api
        self.surface = surface
        kind = SimulatedEnlighten if api == "v2" else SimulatedEnlightenV4
        self.server: Any = kind(60, clock=clock)
        self.system = self.server.find(where=has_battery)
        self.zone = self.system.place.zone

    def client(self, handler: Callable[[Any], Any] | None = None, **options: Any) -> Any:
        answering = handler or self.server
        if self.api == "v4":
            options |= {**self.server.credentials(), "tokens": TokensInMemory()}
        if self.surface is not None:
            make = self.surface.client if self.api == "v2" else self.surface.client_v4
            return make(answering, **options)
        transport = httpx.MockTransport(answering)
        if self.api == "v2":
            return Enlighten("a key", "a user", transport=transport, **options)
        return EnlightenV4(transport=transport, **options)

    def history(
        self, *span: Any, system_id: int | None = None, options: Any = None, **more: Any
    ) -> list[HistoryInterval]:
        number = self.system.system_id if system_id is None else system_id
        client = self.client(**(options or {}))
        if self.surface is None:
            with client:
                return list(client.site(number).history(*span, **more))
        surface = self.surface
        result: list[HistoryInterval] = surface.use(
            client, lambda c: surface.collected(c.site(number).history(*span, **more))
        )
        return result

    def cost(self, *span: Any, **more: Any) -> tuple[list[HistoryInterval], int]:
        before = self.server.hits
        return self.history(*span, **more), self.server.hits - before


@pytest.fixture
def cloud(api: str, clock: FakeClock) -> Cloud:
    """Of the version that a test is about: each names it."""
    return Cloud(api, clock)


def assert_in_order(found: list[HistoryInterval]) -> None:
    assert all(before.end_at <= after.start_at for before, after in pairwise(found))


def by_day(found: list[HistoryInterval], zone: ZoneInfo) -> dict[date, float]:
    sums: dict[date, float] = defaultdict(float)
    for each in found:
        assert each.wh is not None
        sums[each.start_at.astimezone(zone).date()] += each.wh
    return sums


# Around both changes of the clocks, in the Netherlands, where the system is.
SPRING = (date(2024, 3, 29), date(2024, 4, 2), date(2024, 3, 31), 23)
AUTUMN = (date(2023, 10, 27), date(2023, 10, 31), date(2023, 10, 29), 25)


@pytest.mark.parametrize(("first", "after", "changed", "hours"), [SPRING, AUTUMN])
@pytest.mark.parametrize(("api", "measure"), MEASURES)
def test_the_intervals_of_each_day_add_up_to_the_day(
    cloud: Cloud, measure: str, first: date, after: date, changed: date, hours: int
) -> None:
    assert cloud.zone.key == "Europe/Amsterdam"

    found = cloud.history(measure, first, after)
    days = cloud.history("micro_production" if measure == "production" else measure,
                         first, after, daily=True)  # fmt: skip

    assert_in_order(found)
    wanted = {day.start_at.astimezone(cloud.zone).date(): day.wh for day in days}
    assert list(wanted) == [first + number * A_DAY for number in range((after - first).days)]
    assert by_day(found, cloud.zone) == wanted
    step = STEPS.get(measure, 900)
    assert {each.end_at - each.start_at for each in found} == {timedelta(seconds=step)}
    if step == 900:
        count = sum(each.start_at.astimezone(cloud.zone).date() == changed for each in found)
        assert count == hours * 4
    assert all(each.final for each in [*found, *days])
    lengths = {day.end_at - day.start_at for day in days}
    assert lengths == {timedelta(hours=24), timedelta(hours=hours)}


@pytest.mark.parametrize(("api", "measure"), MEASURES)
@pytest.mark.parametrize("daily", [False, True])
def test_a_second_walk_of_what_is_settled_costs_nothing(
    cloud: Cloud, measure: str, tmp_path: Path, daily: bool
) -> None:
    kept = {"cache": tmp_path / "cache.sqlite"}
    span = (measure, "2024-03-25", "2024-04-08")

    first, cost = cloud.cost(*span, daily=daily, options=kept)
    again = cloud.cost(*span, daily=daily, options=kept)

    assert cost > 0
    assert again == (first, 0)
    if not daily:  # other spans in the same windows are there, too
        part = cloud.cost(measure, first[7].end_at, first[-9].end_at, options=kept)
        assert part == (first[8:-8], 0)


@pytest.mark.parametrize("api", ["v2", "v4"])
def test_what_is_not_settled_is_asked_for_again(
    cloud: Cloud, clock: FakeClock, tmp_path: Path
) -> None:
    kept = {"cache": tmp_path / "cache.sqlite"}
    now = datetime.fromtimestamp(START, cloud.zone)
    span = ("micro_production", now.date() - 2 * A_DAY)

    clock.set(START - 6 * 3_600)
    early, cost = cloud.cost(*span, options=kept)
    assert cost == 4  # the system, the day before yesterday, yesterday, today
    assert not early[-1].final
    assert early[0].final
    clock.advance(10 * 3_600)
    late, cost = cloud.cost(*span, options=kept)
    # Yesterday has been settled meanwhile, but was not when it was asked for.
    assert cost == 2
    assert late[: len(early)] != early  # what was provisional is final
    assert [each.wh for each in late[: len(early)]] == [each.wh for each in early]
    assert len(late) > len(early)
    assert cloud.cost(*span, options=kept)[1] == 1


@pytest.mark.parametrize(("api", "windows"), [("v2", (1, 4)), ("v4", (2, 4))])
def test_it_is_lazy_and_asks_for_the_windows_of_the_api(
    cloud: Cloud, windows: tuple[int, int]
) -> None:
    with cloud.client() as client:
        history = client.site(cloud.system.system_id).history("production", "2024-05-01")
        assert cloud.server.hits == 0
        first = next(history)
        assert cloud.server.hits == 2  # the system and the first day
        while next(history).start_at - first.start_at < A_DAY:
            pass
        assert cloud.server.hits == 3
    asked = [request.operation for request in cloud.server.requests]
    assert asked[0] == ("Systems" if cloud.api == "v2" else "System")
    zone = cloud.zone.key
    assert cloud.cost("consumption", "2024-06-01", "2024-06-08", timezone=zone)[1] == windows[0]
    meter = cloud.cost("meter_production", "2024-05-25", "2024-06-10", timezone=zone)[1]
    assert meter == windows[1]


@cache
def whole(api: str, measure: str) -> tuple[Cloud, list[HistoryInterval]]:
    """A cloud, and a history of it around both changes of its clocks, in one piece."""
    cloud = Cloud(api, FakeClock(START))
    return cloud, cloud.history(measure, FIRST, LAST)


FIRST, LAST = 1_711_360_000, 1_712_230_000  # 25 March to 4 April 2024, at no boundary


@settings(max_examples=12)
@given(
    case=st.sampled_from([("v2", "micro_production"), ("v2", "consumption"), ("v4", "import")]),
    cuts=st.lists(st.integers(FIRST, LAST), max_size=3, unique=True).map(sorted),
)
@pytest.mark.usefixtures("clock")
def test_a_span_cut_anywhere_gives_the_same_intervals_once(
    case: tuple[str, str], cuts: list[int]
) -> None:
    cloud, expected = whole(*case)
    points = [FIRST, *cuts, LAST]
    found: list[HistoryInterval] = []
    for start, end in pairwise(points):
        found += cloud.history(case[1], start, end, timezone=cloud.zone.key)
    assert found == expected


@pytest.mark.usefixtures("clock")
@settings(max_examples=6)
@given(count=st.integers(1, 900))
def test_it_goes_on_where_the_last_interval_ended(count: int) -> None:
    cloud, expected = whole("v2", "consumption")
    with cloud.client() as client:
        site = client.site(cloud.system.system_id)
        history = site.history("consumption", FIRST, LAST)
        found = [next(history) for _ in range(min(count, len(expected)))]
        found += site.history("consumption", found[-1].end_at, LAST)
    assert found == expected


@pytest.mark.parametrize("api", ["v2", "v4"])
def test_async_and_sync_give_the_same(api: str, surface: Surface, clock: FakeClock) -> None:
    cloud, other = Cloud(api, clock, surface), Cloud(api, clock)
    for daily in (False, True):
        span = ("consumption", "2024-06-01", datetime.fromtimestamp(START, cloud.zone))
        assert cloud.history(*span, daily=daily) == other.history(*span, daily=daily)


@pytest.mark.parametrize("api", ["v2", "v4"])
def test_after_an_error_it_goes_on_and_nothing_is_missing(cloud: Cloud) -> None:
    expected = cloud.history("production", "2024-06-01", "2024-06-06")
    broken = [2, 4]

    def sometimes(request: httpx.Request) -> httpx.Response:
        broken.append(0)
        if len(broken) in (4, 6, 7):
            raise httpx.ConnectError("no way there")
        response: httpx.Response = cloud.server(request)
        return response

    found: list[HistoryInterval] = []
    failures = 0
    with cloud.client(sometimes, max_retries=0) as client:
        history = client.site(cloud.system.system_id).history(
            "production", "2024-06-01", "2024-06-06"
        )
        while True:
            try:
                found.append(next(history))
            except errors.APIConnectionError:
                failures += 1
            except StopIteration:
                break
    assert failures == 3
    assert found == expected


@pytest.mark.parametrize("api", ["v4"])
@pytest.mark.parametrize(("day", "hours"), [(date(2024, 3, 31), 23), (date(2023, 10, 29), 25)])
def test_a_server_whose_days_have_24_hours_always_loses_and_doubles_nothing(
    cloud: Cloud, day: date, hours: int
) -> None:
    expected = cloud.history("export", day, day + 2 * A_DAY)

    def literal(request: httpx.Request) -> httpx.Response:
        response: httpx.Response = cloud.server(request)
        body = msgspec.json.decode(response.content)
        if "start_at" not in body:
            return response
        start = body["start_at"]
        longer = httpx.Request(
            "GET",
            request.url.copy_merge_params({"granularity": "week"}),
            headers=request.headers,
        )
        week = msgspec.json.decode(cloud.server(longer).content)
        (rows,) = week["intervals"]
        body["intervals"] = [[row for row in rows if row["end_at"] <= start + DAY]]
        body["end_at"] = start + DAY
        return httpx.Response(200, json=body)

    with cloud.client(literal) as client:
        site = client.site(cloud.system.system_id)
        assert list(site.history("export", day, day + 2 * A_DAY)) == expected
    assert len(expected) == (hours + 24) * 4


@pytest.mark.parametrize("api", ["v2", "v4"])
def test_a_history_from_before_the_system_begins_with_it(cloud: Cloud) -> None:
    young = cloud.server.find(kind="new")
    began = datetime.fromtimestamp(young.operational_at, cloud.zone)
    before = (began - 20 * A_DAY).date()
    for more in ({}, {"timezone": young.place.timezone}):
        found, cost = cloud.cost("production", before, system_id=young.system_id, **more)
        assert found
        assert found[0].start_at >= began
        assert found[0].start_at - began < A_DAY
    # API v2 tells in its refusal where to begin.
    assert cloud.api == "v4" or cost <= 5
    days = cloud.history("production", before, daily=True, system_id=young.system_id)
    assert days[0].start_at <= began
    assert days[0].end_at > began


@pytest.mark.parametrize("api", ["v2", "v4"])
def test_what_was_never_reported_is_none_and_not_final(cloud: Cloud) -> None:
    silent = cloud.server.find(kind="offline")
    assert silent.outage is not None
    today = datetime.fromtimestamp(START, silent.place.zone).date()
    last = datetime.fromtimestamp(silent.outage.began_at, silent.place.zone).date()
    first = last - 3 * A_DAY

    days = cloud.history("production", first, daily=True, system_id=silent.system_id)

    assert [day.start_at.astimezone(silent.place.zone).date() for day in days] == [
        first + number * A_DAY for number in range((today - first).days)
    ]
    unreported = [day for day in days if day.start_at.astimezone(silent.place.zone).date() > last]
    assert unreported
    assert all(day.wh is None and not day.final for day in unreported)
    assert all(day.wh and day.final for day in days[:2])
    found, cost = cloud.cost("production", first, system_id=silent.system_id)
    assert found[-1].end_at.timestamp() <= silent.outage.began_at
    assert cost <= 6  # nothing is asked of the days since


@pytest.mark.parametrize("api", ["v4"])
def test_zeros_in_the_place_of_what_a_meter_did_not_report_are_none(cloud: Cloud) -> None:
    def filling(request: httpx.Request) -> httpx.Response:
        response: httpx.Response = cloud.server(request)
        body = msgspec.json.decode(response.content)
        for row in body.get("intervals", [])[40:50]:
            row.update(enwh=0, devices_reporting=0)
        return httpx.Response(200, json=body)

    with cloud.client(filling) as client:
        site = client.site(cloud.system.system_id)
        found = list(site.history("consumption", "2024-06-01", "2024-06-08"))
    unknown = [each for each in found if each.wh is None]
    assert len(unknown) == 10
    assert all(each.devices_reporting == 0 and each.total_devices == 1 for each in unknown)


@pytest.mark.parametrize("api", ["v2", "v4"])
def test_a_measure_that_a_system_does_not_have_is_an_error(cloud: Cloud) -> None:
    plain = cloud.server.find(kind="plain").system_id
    for measure in ("consumption", "meter_production", *(ONLY_V4 if cloud.api == "v4" else ())):
        for daily in (False, True):
            before = cloud.server.hits
            with pytest.raises(errors.NotAvailableError, match=rf"system {plain} has no {measure}"):
                cloud.history(measure, "2024-05-01", daily=daily, system_id=plain)
            assert cloud.server.hits - before <= 3
    denied = cloud.server.find(kind="consumption_denied").system_id
    with pytest.raises((errors.AuthenticationError, errors.NotAvailableError)):
        cloud.history("consumption", "2024-05-01", system_id=denied)


@pytest.mark.parametrize("api", ["v2"])
def test_a_measure_that_the_api_does_not_have_is_an_error_at_once(cloud: Cloud) -> None:
    for measure in ONLY_V4:
        with pytest.raises(errors.NotAvailableError, match=f"API v2 does not have {measure}"):
            cloud.history(measure, "2024-05-01")
    assert cloud.server.hits == 0


@pytest.mark.parametrize(("api", "years"), [("v2", 1), ("v4", 2)])
@pytest.mark.parametrize("measure", ["production", "meter_production", "consumption"])
def test_intervals_that_the_cloud_has_forgotten_are_an_error(
    cloud: Cloud, years: int, measure: str
) -> None:
    """API v2 would answer with an empty list."""
    now = datetime.fromtimestamp(START, cloud.zone)
    limit = now.date().replace(year=now.year - years) + (years - 1) * A_DAY
    with pytest.raises(errors.NotAvailableError, match=r"begin at .* or request the whole life"):
        cloud.history(measure, limit - 2 * A_DAY, limit + 3 * A_DAY)
    assert cloud.server.hits == 1  # for the zone
    reached = cloud.history(measure, limit + A_DAY, limit + 3 * A_DAY)
    assert reached[0].start_at.astimezone(cloud.zone).date() == limit + A_DAY
    days = cloud.history(measure, limit - 500 * A_DAY, limit, daily=True)
    assert len(days) == 500


@pytest.mark.parametrize("api", ["v2", "v4"])
def test_wrong_arguments_are_told_and_cost_nothing(cloud: Cloud) -> None:
    wrong: list[tuple[tuple[Any, ...], dict[str, Any], str]] = [
        (("sunshine", "2024-05-01"), {}, "measure: one of production, .*, not 'sunshine'"),
        (("production", datetime(2024, 5, 1, 12)), {}, "start: .* is naive"),
        (("production", "yesterday"), {}, "start: 'yesterday' is not a date or time"),
        (("production", "2024-05-02", "2024-05-01"), {}, "end 2024-05-01 lies before start"),
        (("production", "2024-05-02"), {"timezone": "Mars/Base"}, "timezone must be an IANA name"),
    ]
    for span, more, message in wrong:
        with pytest.raises(errors.InvalidArgumentError, match=message):
            cloud.history(*span, **more)
    assert cloud.server.hits == 0
    assert cloud.history("production", "2024-05-02", "2024-05-02") == []
    assert cloud.history("production", "2034-05-02") == []


@pytest.mark.parametrize("api", ["v2", "v4"])
def test_an_unknown_zone_can_be_given(cloud: Cloud) -> None:
    def without(request: httpx.Request) -> httpx.Response:
        response: httpx.Response = cloud.server(request)
        return httpx.Response(
            response.status_code,
            content=response.content.replace(b'"timezone":"Europe/Amsterdam"', b'"timezone":null'),
        )

    with cloud.client(without) as client:
        site = client.site(cloud.system.system_id)
        with pytest.raises(errors.NotAvailableError, match=r"does not give the time zone .* pass"):
            next(site.history("production", "2024-05-01"))
        given = site.history("production", "2024-05-01", timezone=cloud.zone)
        assert next(given).final


@pytest.mark.parametrize("api", ["v2"])
def test_a_system_that_is_not_listed_is_not_found(cloud: Cloud) -> None:
    with pytest.raises(errors.APIStatusError):
        cloud.history("production", "2024-05-01", system_id=1)


@pytest.mark.parametrize("api", ["v4"])
@pytest.mark.parametrize(("first", "after", "changed", "hours"), [SPRING, AUTUMN])
def test_the_series_of_v4_have_no_hole_where_clocks_are_changed(
    cloud: Cloud, first: date, after: date, changed: date, hours: int
) -> None:
    """From noon to noon: a window over the change is an hour shorter or longer than asked for."""
    begin, end = (
        datetime(day.year, day.month, day.day, 12, tzinfo=cloud.zone)
        for day in (first - 8 * A_DAY, after)
    )
    assert first < changed < after
    with cloud.client() as client:
        site = client.site(cloud.system.system_id)
        made = [row.end_at for row in site.stats(start_at=begin, end_at=end).intervals]
        used = [row.end_at for row in site.consumption_stats(start_at=begin, end_at=end).intervals]
        for measure, ends in (("micro_production", made), ("consumption", used)):
            found = site.history(measure, begin, end)
            assert [each.end_at.timestamp() for each in found] == ends
    assert hours in (23, 25)
    assert used == list(range(int(begin.timestamp()) + 900, int(end.timestamp()) + 1, 900))


NONSENSE: tuple[Any, ...] = (None, "x", 10**30, [None])
FIELDS = (
    *("meta", "intervals", "total_devices", "end_at", "start_date", "timezone", "systems"),
    *("production", "micro_production", "consumption", "charge", "meter_start_date"),
    *("meta.last_energy_at", "meta.last_report_at", "meta.operational_at", "operational_at"),
    *("intervals.0.end_at", "intervals.0.enwh", "intervals.0.devices_reporting"),
    *("intervals.0.charge", "systems.0.timezone", "systems.0.meta", "systems.0.system_id"),
)


@pytest.mark.parametrize("api", ["v2", "v4"])
@pytest.mark.parametrize("field", FIELDS)
def test_no_answer_is_so_odd_that_another_error_comes_of_it(cloud: Cloud, field: str) -> None:
    value: Any = None

    def odd(request: httpx.Request) -> httpx.Response:
        response: httpx.Response = cloud.server(request)
        body = msgspec.json.decode(response.content)
        place: Any = body
        *way, last = field.split(".")
        try:
            for step in way:
                place = place[int(step) if step.isdigit() else step]
            if last in place:
                place[last] = value
        except (KeyError, IndexError, TypeError):
            pass
        return httpx.Response(200, json=body)

    measures = [name for api, name in MEASURES if api == cloud.api and name != "production"]
    for value in NONSENSE:  # noqa: B007 - what `odd` sends
        with cloud.client(odd, max_retries=0) as client:
            site = client.site(cloud.system.system_id)
            for measure in measures:
                for daily in (False, True):
                    with suppress(errors.EnphaseError):
                        history = site.history(measure, "2024-06-01", "2024-06-02", daily=daily)
                        assert_in_order(list(history))
