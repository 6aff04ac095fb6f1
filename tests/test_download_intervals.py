"""A fleet's intervals in a store: in which order they come, and that no window is asked twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from enphase_sdk import Cloud, Enlighten, EnlightenV4
from enphase_sdk.download import Download
from enphase_sdk.errors import NotFoundError
from enphase_sdk.store import Store
from enphase_sdk.testing import FakeClock, SimulatedEnlighten, SimulatedEnlightenV4, faults
from enphase_sdk.testing.world.flows import has_battery

DAY = timedelta(days=1)

ROWS = "SELECT * EXCLUDE (read_at) FROM intervals ORDER BY ALL"
KNOWN = "SELECT * EXCLUDE (read_at) FROM known_intervals ORDER BY ALL"


@pytest.fixture(params=["fleet.duckdb", "fleet"])
def store(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    with Store(tmp_path / request.param) as opened:
        yield opened


@pytest.fixture
def cloud(clock: FakeClock) -> SimulatedEnlighten:
    return SimulatedEnlighten(12, clock=clock)


def client_of(cloud: SimulatedEnlighten) -> Enlighten:
    return Enlighten("k", "u", transport=httpx.MockTransport(cloud))


def download(cloud: SimulatedEnlighten, store: Store, **options: Any) -> Download:
    with client_of(cloud) as client:
        run = Download(client, store, tables=["intervals"], **options)
        list(run)
        return run


def rows(store: Store, query: str) -> list[tuple[Any, ...]]:
    return store.connection.execute(query).fetchall()


def normal(cloud: SimulatedEnlighten, count: int) -> list[int]:
    """The first systems that report as they should."""
    listed = client_of(cloud).systems()
    return [row.system_id for row in listed if row.meta.status == "normal"][:count]


def asked(cloud: SimulatedEnlighten, operation: str = "Stats") -> list[tuple[int, datetime]]:
    """System and start of each window that was asked for."""
    return [
        (
            int(request.path.split("/")[-2]),
            datetime.fromtimestamp(int(dict(request.params)["start_at"]), UTC),
        )
        for request in cloud.requests
        if request.operation == operation
    ]


def yesterday(zone: ZoneInfo, clock: FakeClock) -> date:
    return datetime.fromtimestamp(clock.time(), zone).date() - DAY


@pytest.mark.parametrize(("api", "name"), [("v2", "fleet"), ("v4", "fleet.duckdb")])
def test_the_store_has_what_the_history_has(
    clock: FakeClock, tmp_path: Path, api: str, name: str
) -> None:
    client: Cloud
    simulated = (SimulatedEnlighten if api == "v2" else SimulatedEnlightenV4)(60, clock=clock)
    system = simulated.find(where=has_battery)
    first = yesterday(system.place.zone, clock) - DAY
    if isinstance(simulated, SimulatedEnlightenV4):
        credentials: dict[str, Any] = simulated.credentials()
        client = EnlightenV4(**credentials, transport=httpx.MockTransport(simulated))
    else:
        client = client_of(simulated)
    with client, Store(tmp_path / name) as store:
        run = Download(client, store, systems=[system.system_id], since=first, tables=["intervals"])
        list(run)
        assert (run.failed, run.left, run.stopped_by) == (0, 0, None)
        kept = rows(
            store,
            "SELECT measure, end_at, wh, w, devices_reporting, total_devices, final FROM intervals",
        )
        measures = {row[0] for row in kept}
        only_v4 = {"battery_charge", "battery_discharge", "import", "export"}
        assert measures == {"production", "consumption", *(only_v4 if api == "v4" else ())}
        told = [
            (i.measure, i.end_at, i.wh, i.w, i.devices_reporting, i.total_devices)
            for measure in measures
            for i in client.site(system.system_id).history(measure, first, first + 2 * DAY)
        ]
        assert sorted(row[:-1] for row in kept) == sorted(told)
        sources = rows(store, "SELECT DISTINCT measure, source FROM intervals ORDER BY 1")
        assert ("production", "microinverters") in sources
        assert ("consumption", "meter") in sources


def test_yesterday_of_all_systems_comes_first(
    cloud: SimulatedEnlighten, store: Store, clock: FakeClock
) -> None:
    wanted = normal(cloud, 3)
    zones = {row["system_id"]: row for row in (s.to_dict() for s in client_of(cloud).systems())}
    download(cloud, store, systems=wanted, since="2024-06-12", workers=1)
    days_ago = list[int]()
    for system_id, start in asked(cloud):
        zone = ZoneInfo(zones[system_id]["timezone"])
        local = start.astimezone(zone)
        assert (local.hour, local.minute) == (0, 0)
        days_ago.append((yesterday(zone, clock) - local.date()).days)
    assert len(days_ago) > len(wanted)
    assert days_ago == sorted(days_ago)
    assert Counter(days_ago)[0] == len(wanted)


def test_without_a_first_day_thirty_days_come(
    cloud: SimulatedEnlighten, store: Store, clock: FakeClock
) -> None:
    (wanted,) = normal(cloud, 1)
    download(cloud, store, systems=[wanted])
    zone = ZoneInfo(next(row["timezone"] for row in store.systems()))
    starts = [start.astimezone(zone).date() for _, start in asked(cloud)]
    newest = yesterday(zone, clock)
    assert starts == [newest - number * DAY for number in range(30)]


def test_what_the_cloud_has_forgotten_is_not_asked_for(
    cloud: SimulatedEnlighten, tmp_path: Path
) -> None:
    (wanted,) = normal(cloud, 1)

    def calls(since: str) -> int:
        run = Download(client, store, systems=[wanted], since=since, tables=["intervals"])
        told = run.cost()["calls"]
        assert told is not None
        return told

    with client_of(cloud) as client, Store(tmp_path / "f.duckdb") as store:
        download(cloud, store, systems=[wanted], since="2024-06-14")
        # It is 15 June 2024; of 15 June 2023 it may be too late before its turn comes.
        assert calls("2010-01-01") == calls("2023-06-16") == calls("2023-06-17") + 1
        assert calls("2023-06-16") == calls("2024-06-13") + 363


def test_only_what_is_missing_or_not_settled_is_asked_for(
    cloud: SimulatedEnlighten, store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    wanted = normal(cloud, 4)
    options: dict[str, Any] = {"systems": wanted, "since": "2024-06-12"}
    download(cloud, store, **options)
    cloud.requests.clear()
    run = download(cloud, store, **options)
    assert (run.hits, run.asked, run.left) == (1, 0, 0)
    assert {request.operation for request in cloud.requests} == {"Systems"}
    clock.advance(DAY.total_seconds())
    final = store.intervals_known("production")
    cloud.requests.clear()
    download(cloud, store, **options)
    windows = asked(cloud)
    assert len(windows) == len(set(windows)) >= len(wanted)
    for system_id, start in windows:
        assert not any(first <= start and start + DAY <= last for first, last in final[system_id])
    with Store(tmp_path / "fresh.duckdb") as fresh:
        download(cloud, fresh, **options)
        assert rows(fresh, ROWS) == rows(store, ROWS)
        assert rows(fresh, KNOWN) == rows(store, KNOWN)


def test_a_small_budget_gets_there_and_asks_for_no_window_twice(
    cloud: SimulatedEnlighten, store: Store, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"systems": normal(cloud, 3), "since": "2024-06-13"}
    with Store(tmp_path / "other.duckdb") as undisturbed:
        download(cloud, undisturbed, **options)
        expected = rows(undisturbed, ROWS), rows(undisturbed, KNOWN)
    cloud.requests.clear()
    for _ in range(20):
        run = download(cloud, store, budget=4, **options)
        assert run.hits <= 4
        if not run.left:
            break
    assert (rows(store, ROWS), rows(store, KNOWN)) == expected
    assert set(Counter(asked(cloud)).values()) == {1}


def test_a_window_that_cannot_be_read_is_asked_again_and_others_are_not(
    cloud: SimulatedEnlighten, store: Store
) -> None:
    (wanted,) = normal(cloud, 1)
    cloud.fail(with_=faults.status(404), operation="Stats", times=1)
    options: dict[str, Any] = {"systems": [wanted], "since": "2024-06-12", "workers": 1}
    run = download(cloud, store, **options)
    assert (run.failed, run.left) == (1, 1)
    assert isinstance(run.last_error, NotFoundError)
    failed, *others = asked(cloud)
    assert others
    cloud.requests.clear()
    run = download(cloud, store, **options)
    assert (run.failed, run.left) == (0, 0)
    assert asked(cloud) == [failed]


class Scripted:
    """A system in UTC, whose newest interval and answer a test sets."""

    def __init__(self) -> None:
        self.reported_at = 0
        self.intervals: list[dict[str, Any]] = []
        self.windows: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        meta = {
            "status": "normal", "operational_at": 1_600_000_000,
            "last_report_at": self.reported_at, "last_energy_at": self.reported_at,
        }  # fmt: skip
        path = request.url.path
        if path.endswith("/systems"):
            system = {
                "system_id": 1, "system_name": "a", "system_public_name": "a", "city": None,
                "state": None, "country": None, "postal_code": None, "timezone": "UTC",
                "connection_type": "ethernet", "status": "normal", "meta": meta,
            }  # fmt: skip
            return httpx.Response(200, json={"systems": [system]})
        if path.endswith("/stats"):
            self.windows.append(request.url.params["start_at"])
            start, end = (int(request.url.params[name]) for name in ("start_at", "end_at"))
            found = [i for i in self.intervals if start < i["end_at"] <= end]
            body = {"system_id": 1, "total_devices": 2, "meta": meta, "intervals": found}
            return httpx.Response(200, json=body)
        if path.endswith("/energy_lifetime"):
            body = {"system_id": 1, "start_date": "2024-06-10", "production": [5], "meta": meta}
            return httpx.Response(200, json=body)
        return httpx.Response(204 if path.endswith("consumption_lifetime") else 404)


def test_late_intervals_replace_and_what_was_not_reported_is_null(
    store: Store, clock: FakeClock
) -> None:
    def interval(end_at: int, wh: int, devices: int) -> dict[str, int]:
        return {"end_at": end_at, "powr": wh * 12, "enwh": wh, "devices_reporting": devices}

    scripted = Scripted()
    midnight = int(datetime(2024, 6, 15, tzinfo=UTC).timestamp())
    noon = midnight + 12 * 3600
    clock.advance(midnight + 86_400 + 3600 - clock.time())  # an hour into the 16th

    def go() -> list[tuple[Any, ...]]:
        transport = httpx.MockTransport(scripted)
        with Enlighten("k", "u", transport=transport) as client:
            list(Download(client, store, since="2024-06-15", tables=["intervals"]))
        return rows(
            store, "SELECT epoch(end_at), wh, devices_reporting, final FROM intervals ORDER BY 1"
        )

    scripted.reported_at = noon
    scripted.intervals = [
        interval(noon - 600, 7, 1), interval(noon - 300, 0, 0), interval(noon, 8, 2),
        interval(noon + 300, 0, 2),
    ]  # fmt: skip
    # One that no device reported, and one after the last report, are not zero.
    assert go() == [
        (noon - 600, 7.0, 1, False), (noon - 300, None, 0, False), (noon, 8.0, 2, False),
        (noon + 300, None, 2, False),
    ]  # fmt: skip
    assert go()
    assert scripted.windows == [str(midnight)]  # the same report has nothing new
    scripted.reported_at = midnight + 86_400 + 1800
    scripted.intervals = [
        interval(noon - 600, 9, 2), interval(noon - 300, 0, 1), interval(noon + 600, 6, 2),
    ]  # fmt: skip
    # The data reach half an hour into the next day: twelve hours before that is settled.
    assert go() == [
        (noon - 600, 9.0, 2, True), (noon - 300, 0.0, 1, True), (noon + 600, 6.0, 2, True),
    ]  # fmt: skip
    assert len(scripted.windows) == 2
    clock.advance(86_400)
    scripted.reported_at += 86_400
    go()
    assert sorted(scripted.windows) == [
        str(midnight), str(midnight), str(midnight), str(midnight + 86_400)
    ]  # fmt: skip
