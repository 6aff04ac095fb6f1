"""A fleet's download: what is asked for, what is kept, and that nothing is asked twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import httpx
import pytest

from enphase_sdk import Cloud, Enlighten, EnlightenV4
from enphase_sdk.download import Download
from enphase_sdk.errors import (
    AuthenticationError,
    ConfigError,
    InvalidArgumentError,
    NotFoundError,
    QuotaExceededError,
    RateLimitError,
)
from enphase_sdk.store import Store
from enphase_sdk.testing import FakeClock, Plan, SimulatedEnlighten, SimulatedEnlightenV4, faults
from tests.cli.conftest import API_KEY, USER_ID

COUNT = 12
DAY = 86_400


@pytest.fixture
def cloud(clock: FakeClock) -> SimulatedEnlighten:
    return SimulatedEnlighten(COUNT, clock=clock)


@pytest.fixture(params=["fleet.duckdb", "fleet"])
def store(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    with Store(tmp_path / request.param) as opened:
        yield opened


def client_of(cloud: SimulatedEnlighten, **options: Any) -> Enlighten:
    return Enlighten("k", "u", transport=httpx.MockTransport(cloud), **options)


def download(cloud: SimulatedEnlighten, store: Store, **options: Any) -> Download:
    client_options = {"max_retries": options.pop("max_retries", 4)}
    with client_of(cloud, **client_options) as client:
        run = Download(client, store, **options)
        for _ in run:
            pass
        return run


def rows(store: Store, query: str) -> list[tuple[Any, ...]]:
    return store.connection.execute(query).fetchall()


DAILY = "SELECT system_id, measure, day, wh, final FROM daily ORDER BY ALL"


def series(store: Store, system_id: int, measure: str) -> dict[date, int | None]:
    query = "SELECT day, wh FROM daily WHERE system_id = ? AND measure = ?"
    return dict(store.connection.execute(query, [system_id, measure]).fetchall())


def asked(cloud: SimulatedEnlighten) -> Counter[str]:
    return Counter(request.operation for request in cloud.requests)


def test_the_store_holds_what_the_cloud_says(cloud: SimulatedEnlighten, store: Store) -> None:
    run = download(cloud, store)
    assert (run.systems, run.failed, run.left, run.stopped_by) == (COUNT, 0, 0, None)
    assert [row["system_id"] for row in store.systems()] == cloud.system_ids()
    with client_of(cloud) as client:
        for system in client.systems():
            lifetime = client.energy_lifetime(system.system_id)
            assert lifetime is not None
            assert lifetime.start_date is not None
            told = {
                lifetime.start_date + timedelta(days=n): wh
                for n, wh in enumerate(lifetime.production)
            }
            kept = series(store, system.system_id, "production")
            # Zeros after the newest energy are days that were not reported: they have no rows.
            assert {day: told[day] for day in kept} == kept
            assert not any(wh for day, wh in told.items() if day not in kept)
            consumed = client.consumption_lifetime(system.system_id)
            count = len(consumed.consumption) if consumed is not None else 0
            assert count - 3 <= len(series(store, system.system_id, "consumption")) <= count


def test_an_unchanged_fleet_costs_its_listing(cloud: SimulatedEnlighten, store: Store) -> None:
    download(cloud, store, tables=["daily", "summaries", "inverters"])
    before = rows(store, DAILY)
    cloud.requests.clear()
    run = download(cloud, store, tables=["daily", "summaries", "inverters"])
    assert (run.hits, run.asked, run.left) == (1, 0, 0)
    assert asked(cloud) == {"Systems": 1}
    assert rows(store, DAILY) == before


def test_later_only_what_is_not_settled_is_asked_for(
    cloud: SimulatedEnlighten, store: Store, clock: FakeClock
) -> None:
    download(cloud, store)
    settled = store.daily_known("production")
    clock.advance(3 * DAY)
    starts: dict[int, str] = {}

    def watching(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/energy_lifetime"):
            starts[int(request.url.path.split("/")[-2])] = request.url.params["start_date"]
        return cloud(request)

    with Enlighten("k", "u", transport=httpx.MockTransport(watching)) as client:
        list(Download(client, store))
    assert starts
    for system_id, start in starts.items():
        assert date.fromisoformat(start) == settled[system_id] + timedelta(days=1)
    fresh = Store(store.path.with_name("fresh.duckdb"))
    with fresh:
        download(cloud, fresh)
        assert rows(store, DAILY) == rows(fresh, DAILY)


def test_late_data_comes_when_it_is_there(store: Store) -> None:
    """A system that is silent for days, and tells all of it later."""
    answers = {"last": "2024-06-10T12:00", "values": [5, 6, 0, 0]}

    def answer(request: httpx.Request) -> httpx.Response:
        instant = int(date.fromisoformat(str(answers["last"])[:10]).strftime("%s")) + 12 * 3600
        meta = {
            "status": "comm",
            "last_report_at": instant,
            "last_energy_at": instant,
            "operational_at": 1_600_000_000,
        }
        path = request.url.path
        if path.endswith("/systems"):
            system = {
                "system_id": 1, "system_name": "a", "system_public_name": "a", "city": None,
                "state": None, "country": None, "postal_code": None, "timezone": "UTC",
                "connection_type": "ethernet", "status": "comm", "meta": meta,
            }  # fmt: skip
            return httpx.Response(200, json={"systems": [system]})
        if path.endswith("/energy_lifetime"):
            start = date.fromisoformat(request.url.params.get("start_date", "2024-06-09"))
            values = answers["values"][(start - date(2024, 6, 9)).days :]
            body = {"system_id": 1, "start_date": str(start), "production": values, "meta": meta}
            return httpx.Response(200, json=body)
        return httpx.Response(204 if path.endswith("consumption_lifetime") else 404)

    def go() -> None:
        with Enlighten("k", "u", transport=httpx.MockTransport(answer)) as client:
            list(Download(client, store))

    go()
    first = date(2024, 6, 9)
    assert series(store, 1, "production") == {
        first + timedelta(days=n): wh for n, wh in enumerate([5, 6])
    }
    answers |= {"last": "2024-06-14", "values": [5, 7, 8, 9, 10]}
    go()
    assert series(store, 1, "production") == {
        first + timedelta(days=n): wh for n, wh in enumerate([5, 7, 8, 9, 10])
    }


def test_a_budget_is_kept_and_what_is_left_comes_the_next_time(
    cloud: SimulatedEnlighten, store: Store, tmp_path: Path
) -> None:
    used, runs = [], 0
    while runs < 40:
        run = download(cloud, store, budget=5)
        used.append(run.hits)
        runs += 1
        if not run.left:
            break
    assert max(used) <= 5
    assert runs > 3
    with Store(tmp_path / "other.duckdb") as other:
        download(cloud, other)
        assert rows(store, DAILY) == rows(other, DAILY)


def test_what_looks_wrong_comes_first(cloud: SimulatedEnlighten, store: Store) -> None:
    statuses = {row.system_id: str(row.meta.status) for row in client_of(cloud).systems()}
    wrong = [system_id for system_id, status in statuses.items() if status != "normal"]
    assert 0 < len(wrong) < COUNT
    download(cloud, store, budget=1 + len(wrong))
    summaries = rows(store, "SELECT system_id FROM summaries ORDER BY ALL")
    assert [row[0] for row in summaries] == wrong
    assert rows(store, "SELECT count(*) FROM daily") == [(0,)]


def test_only_what_is_wanted_comes(cloud: SimulatedEnlighten, store: Store) -> None:
    listed = client_of(cloud).systems()
    one, other = [row.system_id for row in listed if row.meta.status == "normal"][:2]

    def first_day(system_id: int) -> date:
        return min(series(store, system_id, "production"))

    run = download(cloud, store, systems=[one, other], since="2024-06-01", tables=["daily"])
    assert run.systems == 2
    assert rows(store, "SELECT DISTINCT system_id FROM daily ORDER BY ALL") == [(one,), (other,)]
    assert first_day(one) == first_day(other) == date(2024, 6, 1)
    download(cloud, store, systems=[one, other], since="2024-05-01", tables=["daily"])
    assert first_day(one) == first_day(other) == date(2024, 5, 1)
    download(cloud, store, systems=[one], tables=["daily"])
    assert first_day(one) < date(2024, 5, 1) == first_day(other)


def test_a_system_that_cannot_be_read_is_told_and_asked_again(
    cloud: SimulatedEnlighten, store: Store
) -> None:
    cloud.fail(with_=faults.status(404), operation="EnergyLifetime", system_id=77)
    run = download(cloud, store)
    assert (run.failed, run.left, run.stopped_by) == (1, 1, None)
    assert isinstance(run.last_error, NotFoundError)
    assert not series(store, 77, "production")
    run = download(cloud, store)
    assert (run.asked, run.failed, run.left) == (1, 0, 0)
    assert series(store, 77, "production")


def test_a_plan_without_a_series_costs_a_few_hits_once(
    cloud: SimulatedEnlighten, store: Store, clock: FakeClock
) -> None:
    cloud.fail(with_=faults.status(401), operation="ConsumptionLifetime", times=9_999)
    run = download(cloud, store, workers=1)
    assert (run.stopped_by, run.failed, run.left) == (None, 0, 0)
    assert asked(cloud)["ConsumptionLifetime"] == 5
    assert len(store.daily_known("production")) == COUNT
    clock.advance(2 * DAY)
    download(cloud, store, workers=1)
    assert asked(cloud)["ConsumptionLifetime"] == 5
    clock.advance(31 * DAY)
    download(cloud, store, workers=1)
    assert asked(cloud)["ConsumptionLifetime"] == 10


def test_credentials_that_end_are_no_missing_plan(cloud: SimulatedEnlighten, store: Store) -> None:
    """Nothing is noted as absent when everything is refused."""
    cloud.fail(with_=faults.status(401), operation="ConsumptionLifetime", times=9_999)
    cloud.fail(with_=faults.status(401), operation="Systems", after=1, times=9_999)
    run = download(cloud, store, workers=1)
    assert isinstance(run.stopped_by, AuthenticationError)
    assert not store.asked("consumption_lifetime")


def test_a_spent_quota_keeps_what_came(clock: FakeClock, store: Store) -> None:
    cloud = SimulatedEnlighten(COUNT, clock=clock, plan=Plan("Tiny", 100, 9))
    run = download(cloud, store, max_retries=0)
    assert isinstance(run.stopped_by, RateLimitError | QuotaExceededError)
    came = len(rows(store, "SELECT * FROM asked"))
    assert came == 8
    ((outcome, hits),) = rows(store, "SELECT outcome, hits FROM runs")
    assert outcome == "partly"
    assert hits >= 9


def test_arguments_are_refused_before_anything_is_asked(
    cloud: SimulatedEnlighten, store: Store
) -> None:
    for options in ({"tables": ["dayly"]}, {"budget": 0}, {"since": "yesterdayish"}):
        with pytest.raises(InvalidArgumentError):
            download(cloud, store, **options)
    assert not cloud.requests


def test_v4_brings_what_only_v4_knows(clock: FakeClock, tmp_path: Path) -> None:
    kept: dict[str, list[tuple[Any, ...]]] = {}
    v4, v2 = SimulatedEnlightenV4(COUNT, clock=clock), SimulatedEnlighten(COUNT, clock=clock)
    credentials: dict[str, Any] = v4.credentials()
    clients: dict[str, Cloud] = {
        "v4": EnlightenV4(**credentials, transport=httpx.MockTransport(v4)),
        "v2": client_of(v2),
    }
    for name, client in clients.items():
        with client, Store(tmp_path / f"{name}.duckdb") as store:
            run = Download(client, store)
            list(run)
            assert (run.failed, run.left, run.stopped_by) == (0, 0, None)
            kept[name] = rows(store, DAILY)
            if name == "v4":
                run = Download(client, store)
                list(run)
                assert run.asked == 0
    shared = {row[1] for row in kept["v2"]}
    assert [row for row in kept["v4"] if row[1] in shared] == kept["v2"]
    assert {row[1] for row in kept["v4"]} - shared == {
        "battery_charge",
        "battery_discharge",
        "import",
        "export",
    }


@pytest.fixture
def served(cloud: SimulatedEnlighten, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("ENPHASE_API_KEY", API_KEY)
    monkeypatch.setenv("ENPHASE_USER_ID", USER_ID)
    with cloud.serve() as base_url:
        monkeypatch.setenv("ENPHASE_BASE_URL", base_url)
        yield base_url


@pytest.mark.usefixtures("served")
def test_processes_bring_the_same(store: Store, tmp_path: Path, cloud: SimulatedEnlighten) -> None:
    pool = ProcessPoolExecutor(2, mp_context=get_context("spawn"))
    with Enlighten() as client, pool, Store(tmp_path / "other.duckdb") as other:
        run = Download(client, other, executor=pool)
        list(run)
        assert (run.failed, run.left, run.stopped_by) == (0, 0, None)
        assert run.hits >= run.asked + 1
        download(cloud, store)
        assert rows(store, DAILY) == rows(other, DAILY)


def test_a_store_that_cannot_be_written_ends_the_run(
    cloud: SimulatedEnlighten, tmp_path: Path
) -> None:
    path = tmp_path / "fleet.duckdb"
    with Store(path) as made:
        download(cloud, made, budget=2)
    with Store(path, read_only=True) as store, pytest.raises(ConfigError, match="read-only"):
        download(cloud, store)


# What a gateway with a wrong clock, or the cloud by mistake, has sent as a time.
NO_TIMES = [10**18, -(10**18), 1_718_452_800_000, 253_402_300_799, -1, None, "soon"]


def with_times(cloud: SimulatedEnlighten, system_id: int, told: object) -> httpx.MockTransport:
    """The cloud with other times of one system's reports; `...` for none of its meta."""
    times = dict.fromkeys(("last_energy_at", "last_report_at", "operational_at"), told)

    def answered(request: httpx.Request) -> httpx.Response:
        answer = cloud(request)
        document = json.loads(answer.content or "null")
        if not isinstance(document, dict):
            return answer
        for place in [*document.get("systems", []), document]:
            if place.get("system_id") == system_id and "meta" in place:
                place["meta"] = None if told is ... else {**place["meta"], **times}
        return httpx.Response(answer.status_code, headers=answer.headers, json=document)

    return httpx.MockTransport(answered)


@pytest.mark.parametrize("told", [*NO_TIMES, ...])
def test_one_system_with_times_that_cannot_be_costs_no_other_system(
    cloud: SimulatedEnlighten, store: Store, told: object
) -> None:
    odd, good = cloud.system_ids()[3:5]
    with Enlighten("k", "u", transport=with_times(cloud, odd, told)) as client:
        run = Download(client, store)
        for _ in run:
            pass
    assert (run.systems, run.failed, run.left, run.stopped_by) == (COUNT, 0, 0, None)
    assert series(store, good, "production")


def test_a_gateway_whose_clock_was_ahead_is_asked_again_when_it_is_right(
    cloud: SimulatedEnlighten, store: Store, clock: FakeClock
) -> None:
    ahead = cloud.system_ids()[3]
    in_ten_years = int(clock.time()) + 3650 * DAY
    with Enlighten("k", "u", transport=with_times(cloud, ahead, in_ten_years)) as client:
        for _ in Download(client, store):
            pass
    clock.advance(3 * DAY)
    download(cloud, store)
    with client_of(cloud) as client:
        answer = client.energy_lifetime(ahead)
    assert answer
    assert len(series(store, ahead, "production")) >= len(answer.production)


@pytest.mark.parametrize("listed", [10**18, 2**63, 10**30, "abc", None], ids=repr)
def test_a_system_whose_id_cannot_be_used_costs_only_itself(
    cloud: SimulatedEnlighten, store: Store, listed: object, caplog: pytest.LogCaptureFixture
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        response = cloud(request)
        if request.url.path.endswith("/systems"):
            page = json.loads(response.content)
            page["systems"][1]["system_id"] = listed
            return httpx.Response(200, json=page)
        return response

    ids = cloud.system_ids()
    with Enlighten("k", "u", transport=httpx.MockTransport(answer)) as client:
        run = Download(client, store)
        assert {step.error for step in run} == {None}
    assert (run.systems, run.failed, run.left, run.stopped_by) == (COUNT - 1, 1, 0, None)
    assert isinstance(run.last_error, InvalidArgumentError)
    assert [row["system_id"] for row in store.systems()] == [ids[0], *ids[2:]]
    assert "a listed system is left out" in caplog.text
