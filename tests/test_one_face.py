"""The same script on API v2, on v4, and on a gateway of the same world: the same results.

The script knows of no source. Both clouds are asked for all of it, sync and async and by the
command line; the gateway, which has one system and the days that were recorded, for what it can
know.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from attrs import evolve, frozen
from polars.testing import assert_frame_equal

from enphase_sdk import Cloud, Envoy, Fleet, GatewayRecorder, Site, frames
from enphase_sdk.cli import main
from enphase_sdk.report import FleetReport, report_json, report_row
from enphase_sdk.testing import FakeClock, SimulatedEnlighten, SimulatedEnlightenV4
from enphase_sdk.testing.world.consumption import Consumption
from enphase_sdk.testing.world.production import Metering, Production
from enphase_sdk.testing.world.system import System
from tests.history.house import House
from tests.support import SURFACES, Surface

SYSTEMS = 60
TEN_YEARS = 3_653
DAY = 86_400
VERSIONS = ("v2", "v4")


@frozen
class Kit:
    """Both clouds of one world, and a metered system of it that is older than ten years."""

    clock: FakeClock
    clouds: dict[str, Any]
    system: System

    def client(self, version: str, surface: Surface = SURFACES[0]) -> Any:
        cloud = self.clouds[version]
        if version == "v2":
            return surface.client(cloud)
        return surface.client_v4(cloud, **cloud.credentials())

    @property
    def yesterday(self) -> date:
        return date.fromordinal(self.system.place.ordinal(self.clock.time()) - 1)

    def midnight(self, day: date) -> int:
        return int(self.system.place.midnight(day.toordinal()))


@pytest.fixture
def kit(clock: FakeClock) -> Kit:
    old = SimulatedEnlighten(SYSTEMS, clock=clock)
    new = SimulatedEnlightenV4(SYSTEMS, clock=clock)
    begun = clock.time() - TEN_YEARS * DAY
    system = old.find(
        lambda one: (
            one.consumption_metered
            and one.consumption_allowed
            and one.trouble is None
            and (one.operational_at or clock.time()) < begun
        )
    )
    return Kit(clock, {"v2": old, "v4": new}, system)


# The script, which is the same for every source.


def fleet_told(cloud: Cloud, at: datetime) -> dict[str, Any]:
    """List, offline, summaries, report as JSON, frame of a fleet."""
    records = list(Fleet(cloud).summaries())
    report = FleetReport.of([report_row(record) for record in records], generated_at=at)
    return {
        "list": [system.to_dict() for system in cloud.systems()],
        "offline": [s.system_id for s in cloud.systems(status=["comm", "power"])],
        "summaries": [record.summary and record.summary.to_dict() for record in records],
        "report": report_json(report),
        "frame": cloud.systems().to_frame(backend="polars"),
    }


def site_told(site: Site, start: int, day: date, first: date) -> dict[str, Any]:
    """Summary, a day of stats, years of daily energy, and their frames, of one site."""
    span: dict[str, Any] = {"start_at": start, "end_at": start + DAY}
    days: dict[str, Any] = {"start_date": first, "end_date": day}
    answers: dict[str, Any] = {
        "stats": site.stats(**span),
        "consumption_stats": site.consumption_stats(**span),
        "energy_lifetime": site.energy_lifetime(**days),
        "consumption_lifetime": site.consumption_lifetime(**days),
        "inventory": site.inventory(),
        "envoys": site.envoys(),
    }
    return {"summary": site.summary(), **answers, "frames": framed(answers)}


def framed(answers: dict[str, Any]) -> dict[str, pl.DataFrame]:
    return {
        name: frames.to_frame(answer, backend="polars", timezone="UTC", operation=name)  # type: ignore[call-overload]
        for name, answer in answers.items()
    }


# v2's `status` beside `meta` is its deprecated one, which learns late of a silent gateway; rows
# that v4 has searched for come without the city and the references.
DIFFERENT = {"status", "city", "reference", "other_references"}


def comparable(rows: list[dict[str, Any]], different: set[str] = DIFFERENT) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in row.items() if value is not None and name not in different}
        for row in rows
    ]


def test_a_fleet_is_the_same_on_both_clouds(kit: Kit) -> None:
    told: dict[str, dict[str, Any]] = {}
    for version in VERSIONS:
        with kit.client(version) as client:
            told[version] = fleet_told(client, datetime.fromtimestamp(kit.clock.time(), UTC))
    old, new = told["v2"], told["v4"]
    rows = [comparable(listed["list"], {"status"}) for listed in (new, old)]
    assert rows[0] == rows[1]
    assert len(new["list"]) == SYSTEMS
    assert new["offline"] == old["offline"] != []
    assert all(
        {name: value for name, value in theirs.items() if name in ours} == ours
        for ours, theirs in zip(old["summaries"], new["summaries"], strict=True)
    )
    assert json.loads(new["report"]) == json.loads(old["report"])
    assert len(json.loads(new["report"])["records"]) == SYSTEMS
    assert_frame_equal(new["frame"].drop("status"), old["frame"].drop("status"))
    assert new["frame"].schema == old["frame"].schema


@pytest.mark.parametrize("years", [0, 10])
def test_a_site_is_the_same_on_both_clouds(kit: Kit, years: int) -> None:
    first = kit.yesterday - timedelta(days=TEN_YEARS - 1 if years else 0)
    told: dict[str, dict[str, Any]] = {}
    for version in VERSIONS:
        with kit.client(version) as client:
            site = client.site(kit.system.system_id)
            told[version] = site_told(site, kit.midnight(kit.yesterday), kit.yesterday, first)
    old, new = told["v2"], told["v4"]
    assert len(new["energy_lifetime"].production) == (TEN_YEARS if years else 1)
    assert len(new["stats"].intervals) > 100
    # v4 tells since when there is a meter only where both series are asked for.
    lifetimes = [evolve(told[name]["energy_lifetime"], meter_start_date=None) for name in VERSIONS]
    assert lifetimes[0] == lifetimes[1]
    for name in ("stats", "consumption_stats", "consumption_lifetime", "envoys"):
        assert new[name] == old[name], name
    for name in ("stats", "consumption_stats", "energy_lifetime", "consumption_lifetime", "envoys"):
        assert_frame_equal(new["frames"][name], old["frames"][name])
    # v4 tells neither the makers of meters nor the system's state with its devices.
    for name in ("envoys", "inverters"):
        assert getattr(new["inventory"], name) == getattr(old["inventory"], name)
    assert new["frames"]["inventory"].schema == old["frames"]["inventory"].schema
    assert new["summary"].to_dict() == new["summary"].to_dict() | old["summary"].to_dict()


def test_async_clients_give_what_the_sync_ones_give(kit: Kit, async_surface: Surface) -> None:
    number, start = kit.system.system_id, kit.midnight(kit.yesterday)
    first = kit.yesterday - timedelta(days=TEN_YEARS - 1)
    days = {"start_date": first, "end_date": kit.yesterday}
    told: list[Any] = []
    for version in VERSIONS:

        async def act(client: Any) -> list[Any]:
            return [
                comparable([system.to_dict() async for system in client.systems()]),
                [each.system_id async for each in client.systems(status=["comm"])],
                await client.stats(number, start_at=start, end_at=start + DAY),
                (await client.energy_lifetime(number, **days)).production,
                await client.site(number).consumption_lifetime(**days),
                await client.site(number).envoys(),
            ]

        told.append(async_surface.use(kit.client(version, async_surface), act))
        with kit.client(version) as client:
            assert told[-1][2] == client.stats(number, start_at=start, end_at=start + DAY)
            assert told[-1][3] == client.energy_lifetime(number, **days).production
    assert told[0] == told[1]


COMMANDS: dict[str, Callable[[Kit], list[str]]] = {
    "report": lambda _: ["report", "--json"],
    "systems": lambda _: ["systems", "--csv"],
    "offline": lambda _: ["systems", "--status", "comm", "--csv"],
    "energy": lambda kit: ["energy", str(kit.system.system_id), "--end-date", str(kit.yesterday),
                           "--csv"],
    "stats": lambda kit: ["stats", str(kit.system.system_id), "--csv",
                          "--start-at", str(kit.midnight(kit.yesterday)),
                          "--end-at", str(kit.midnight(kit.yesterday) + DAY)],
}  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_line_prints_the_same_of_both_clouds(
    kit: Kit,
    command: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ENPHASE_USER_ID", "a user")
    for name, value in kit.clouds["v4"].credentials().items():
        monkeypatch.setenv(f"ENPHASE_{name.upper()}", value)
    printed: list[str] = []
    for version in VERSIONS:
        monkeypatch.setenv("ENPHASE_API", version)
        with kit.clouds[version].serve() as url:
            monkeypatch.setenv("ENPHASE_BASE_URL", url)
            assert main(COMMANDS[command](kit)) == 0
        printed.append(capsys.readouterr().out)
    assert len(printed[0]) > 500
    if command == "report":
        assert printed[0] == printed[1]
        return
    old, new = (list(csv.DictReader(io.StringIO(text))) for text in printed)
    listed = command in ("systems", "offline")
    assert comparable(new, DIFFERENT if listed else set()) == comparable(
        old, DIFFERENT if listed else set()
    )


def test_a_gateway_of_the_same_world_gives_the_same_day(kit: Kit, tmp_path: Path) -> None:
    """The gateway counts what the world makes; the recorder reads it for two days."""
    day = kit.yesterday
    start = kit.midnight(day)
    made, used = Production(kit.system), Consumption(kit.system)
    metered = Metering(kit.system, made).merged
    house = House(
        kit.clock,
        production=lambda at: metered(made.until(int(at))),
        consumption=lambda at: int(used.until(int(at))),
        zone=kit.system.place.timezone,
    )
    with kit.client("v4") as client:
        from_cloud = site_told(client.site(kit.system.system_id), start, day, day)
    kit.clock.set(datetime.fromtimestamp(start - DAY, UTC))
    options: dict[str, Any] = {
        "transport": house.transport(),
        "recording": tmp_path / "it",
        "timezone": kit.system.place.timezone,
        "system_id": kit.system.system_id,
    }
    with Envoy("envoy.local", **options) as envoy:
        with GatewayRecorder(envoy, every=300) as recorder:
            recorder.run(until=start + DAY + 3_600)
        from_gateway = site_told(envoy, start, day, day)
    assert from_gateway.keys() == from_cloud.keys()
    for name, frame in from_cloud["frames"].items():
        assert from_gateway["frames"][name].schema == frame.schema, name
        assert type(from_gateway[name]) is type(from_cloud[name])
    assert from_gateway["energy_lifetime"].start_date == day
    for name, values in (
        ("energy_lifetime", "production"),
        ("consumption_lifetime", "consumption"),
    ):
        ours, theirs = (getattr(told[name], values) for told in (from_gateway, from_cloud))
        assert ours == [pytest.approx(theirs[0], abs=2)]
    # The cloud's are the microinverters' own, the gateway's its meter's.
    theirs = {each.end_at: each.enwh for each in from_cloud["stats"].intervals}
    ours = {each.end_at: each.enwh for each in from_gateway["stats"].intervals}
    assert [ours[at] for at in theirs] == [
        pytest.approx(wh, abs=2, rel=0.01) for wh in theirs.values()
    ]
    assert not any(wh for at, wh in ours.items() if at not in theirs)
