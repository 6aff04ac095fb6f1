"""Both simulated clouds tell of one world; and what v4 alone tells of adds up with the rest."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import reduce
from operator import getitem
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enphase_sdk.testing import FakeClock, Kind, SimulatedEnlighten
from enphase_sdk.testing.cloud.v4.simulator import SimulatedEnlightenV4
from enphase_sdk.testing.world.flows import CAPACITY_WH, has_battery
from enphase_sdk.testing.world.system import System
from tests.testing.v4 import Caller

DAY = timedelta(days=1)
FLEET = 80

seeds = st.integers(0, 2**32)
indexes = st.integers(0, FLEET - 1)
instants = st.datetimes(datetime(2016, 1, 1), datetime(2031, 1, 1)).map(
    lambda naive: naive.replace(tzinfo=UTC, microsecond=0)
)
pytestmark = pytest.mark.no_cover

examples = settings(max_examples=25, deadline=None)


class Both:
    """One world behind both clouds, and one system of it."""

    def __init__(self, seed: int, instant: datetime) -> None:
        self.clock = FakeClock(instant)
        self.old = SimulatedEnlighten(FLEET, seed=seed, clock=self.clock)
        new = SimulatedEnlightenV4(FLEET, seed=seed, clock=self.clock, token_life=1e9)
        self.cloud = Caller(new)

    def v2(self, path: str, or_status: int = 200, /, **params: Any) -> Any:
        """The decoded answer, or None if it has the other status that is expected."""
        query = {"user_id": "u", **{name: str(value) for name, value in params.items()}}
        response = self.old(httpx.Request("GET", f"https://old/systems{path}", params=query))
        if response.status_code != 200 and response.status_code == or_status:
            return None
        assert response.status_code == 200, response.text
        return response.json()

    def v4(self, path: str, **params: Any) -> Any:
        return self.cloud.json(path, **params)

    def at(self, index: int) -> System:
        return self.old.system(self.old.system_ids()[index])

    def metered(self, index: int) -> System:
        """The next system with a consumption meter that may be read."""
        ids = self.old.system_ids()
        systems = map(self.old.system, ids[index:] + ids[:index])
        return next(s for s in systems if s.consumption_metered and s.consumption_allowed)


def by_day(body: Any, name: str) -> dict[date, int]:
    """A daily series by its dates, without the days that have nothing."""
    if body is None or body["start_date"] is None:
        return {}
    start = date.fromisoformat(body["start_date"])
    days = ((start + number * DAY, energy) for number, energy in enumerate(body[name]))
    return {day: energy for day, energy in days if energy}


def local_day(both: Both, system: System, day: date) -> dict[str, int]:
    """A day as both clouds take it, cut at now."""
    ends = [system.place.midnight(each.toordinal()) for each in (day, day + DAY)]
    return {"start_at": ends[0], "end_at": min(ends[1], int(both.clock.time()))}


def agree(both: Both, system: System, ago: int) -> None:
    """Every answer that both clouds have is the same, to the Wh."""
    path, day = f"/{system.system_id}", both.cloud.day(system, ago)
    asked: dict[str, Any]
    for asked in ({}, {"summary_date": day}):
        old, new = both.v2(f"{path}/summary", **asked), both.v4(f"{path}/summary", **asked)
        assert {name: new[name] for name in old} == old

    for asked in ({}, {"start_date": day - 40 * DAY, "end_date": day}, {"production": "all"}):
        old, new = (ask(f"{path}/energy_lifetime", **asked) for ask in (both.v2, both.v4))
        shown = [name for name in old if name.endswith("production")]
        today = both.cloud.day(system)
        for name in shown:
            known = by_day(old, name)
            known.pop(today, None)  # which v4 never tells
            assert by_day(new, name) == known

    span = local_day(both, system, day)
    window = {"start_at": span["start_at"], "granularity": "day"}
    for old_name, new_name, asked in (
        ("stats", "telemetry/production_micro", window),
        ("rgm_stats", "rgm_stats", span),
        ("consumption_stats", "telemetry/consumption_meter", window),
    ):
        if old_name == "consumption_stats" and not system.consumption_allowed:
            continue
        old = both.v2(f"{path}/{old_name}", 422, **span)
        new = both.v4(f"{path}/{new_name}", **asked)
        assert new["intervals"] == (old["intervals"] if old is not None else [])
        if old is not None:
            assert new["total_devices"] == old["total_devices"]
            assert new["meta"] == old["meta"]
            assert new.get("meter_intervals") == old.get("meter_intervals")

    assert both.v4(f"{path}/production_meter_readings") == both.v2(
        f"{path}/production_meter_readings"
    )
    inverters = "/inverters_summary_by_envoy_or_site"
    pages = range(1, -(-system.modules // 100) + 1)
    told = [
        one
        for page in pages
        for group in both.v4(inverters, site_id=system.system_id, page=page, size=100)
        for one in group["micro_inverters"]
    ]
    assert told == [
        one
        for group in both.v2(inverters, site_id=system.system_id)
        for one in group["micro_inverters"]
    ]


@examples
@given(seeds, indexes, instants, st.integers(1, 360))
def test_both_clouds_tell_the_same_of_any_system_at_any_time(
    seed: int, index: int, instant: datetime, ago: int
) -> None:
    both = Both(seed, instant)
    agree(both, both.at(index), ago)


@pytest.mark.parametrize("kind", Kind)
def test_both_clouds_tell_the_same_of_systems_of_every_kind(kind: Kind) -> None:
    both = Both(7, datetime(2024, 6, 15, 12, tzinfo=UTC))
    system = both.old.find(kind=kind)
    for ago in (0, 1, 100):
        agree(both, system, ago)
    both.clock.advance(30 * 86_400)
    agree(both, system, 2)


def test_both_clouds_tell_the_same_of_the_day_on_which_a_meter_was_installed() -> None:
    both = Both(3, datetime(2024, 6, 15, 12, tzinfo=UTC))
    year = both.clock.time() - 350 * 86_400
    late = both.old.find(
        lambda system: (
            bool(system.meters)
            and (system.operational_at or 0) < system.meters[0].installed_at > year
        )
    )
    zone = late.place.zone
    installed = datetime.fromtimestamp(late.meters[0].installed_at, zone).date()
    ago = (both.cloud.day(late) - installed).days
    for shift in (-1, 0, 1):
        agree(both, late, ago + shift)


@examples
@given(seeds, instants)
def test_both_clouds_list_the_same_systems(seed: int, instant: datetime) -> None:
    both = Both(seed, instant)
    old = both.v2("", limit=FLEET)["systems"]
    new = both.v4("", size=100)["systems"]
    assert [row["system_id"] for row in new] == both.cloud.sim.system_ids()
    for before, after in zip(old, new, strict=True):
        assert after["name"] == before["system_name"]
        assert after["public_name"] == before["system_public_name"]
        places = ("country", "state", "city", "postal_code")
        assert after["address"] == {name: before[name] for name in places}
        assert {name: after[name] for name in before["meta"]} == before["meta"]
        for name in ("timezone", "connection_type", "reference", "other_references"):
            assert after.get(name) == before.get(name)


@examples
@given(seeds, indexes, instants)
def test_devices_are_those_of_the_inventory_and_the_envoys(
    seed: int, index: int, instant: datetime
) -> None:
    both = Both(seed, instant)
    path = f"/{both.at(index).system_id}"
    devices = both.v4(f"{path}/devices")["devices"]
    inventory, envoys = both.v2(f"{path}/inventory"), both.v2(f"{path}/envoys")["envoys"]
    for kind, name in (("micros", "inverters"), ("meters", "meters"), ("gateways", "envoys")):
        serials = [device["serial_number"] for device in devices.get(kind, [])]
        assert serials == [device["sn"] for device in inventory[name]]
    for gateway, envoy in zip(devices["gateways"], envoys, strict=True):
        assert gateway["id"] == envoy["envoy_id"]
        for name in ("serial_number", "name", "part_number", "status", "last_report_at"):
            assert gateway[name] == envoy[name]


def flat(rows: list[Any]) -> list[Any]:
    """Intervals of import and export come one list deeper."""
    return [each for row in rows for each in (row if isinstance(row, list) else [row])]


@examples
@given(seeds, indexes, instants, st.integers(1, 600))
def test_a_days_telemetry_adds_up_to_the_lifetime_series(
    seed: int, index: int, instant: datetime, ago: int
) -> None:
    both = Both(seed, instant)
    system = both.metered(index)
    path, day = f"/{system.system_id}", both.cloud.day(system, ago)
    asked = {"start_date": day, "end_date": day}
    window = {"start_at": both.cloud.midnight(system, ago), "granularity": "day"}

    def total(name: str, *keys: str) -> int:
        rows = both.v4(f"{path}/{name}", **window)["intervals"]
        return sum(reduce(getitem, keys, row) for row in flat(rows))

    battery = both.v4(f"{path}/battery_lifetime", **asked)
    series = {
        "charge": battery["charge"],
        "discharge": battery["discharge"],
        "import": both.v4(f"{path}/energy_import_lifetime", **asked)["import"],
        "export": both.v4(f"{path}/energy_export_lifetime", **asked)["export"],
        "used": both.v4(f"{path}/consumption_lifetime", **asked)["consumption"],
        "made": both.v4(f"{path}/energy_lifetime", **asked)["production"],
    }
    sums = {name: sum(energies) for name, energies in series.items()}
    assert all(len(energies) <= 1 for energies in series.values())
    assert total("telemetry/battery", "charge", "enwh") == sums["charge"]
    assert total("telemetry/battery", "discharge", "enwh") == sums["discharge"]
    assert total("energy_import_telemetry", "wh_imported") == sums["import"]
    assert total("energy_export_telemetry", "wh_exported") == sums["export"]
    assert total("telemetry/consumption_meter", "enwh") == sums["used"]
    balance = sums["used"] - sums["made"] + sums["charge"] - sums["discharge"]
    assert sums["import"] - sums["export"] == balance
    assert all(energy >= 0 for energy in sums.values())


@examples
@given(seeds, indexes, instants, st.integers(1, 600))
def test_each_quarter_of_an_hour_is_balanced_and_a_battery_gives_what_it_took(
    seed: int, index: int, instant: datetime, ago: int
) -> None:
    both = Both(seed, instant)
    system = both.metered(index)
    path = f"/{system.system_id}"
    window = {"start_at": both.cloud.midnight(system, ago), "granularity": "day"}
    names = ("energy_import_telemetry", "energy_export_telemetry", "telemetry/battery")
    taken, given_, battery = (
        flat(both.v4(f"{path}/{name}", **window)["intervals"]) for name in names
    )
    used = both.v4(f"{path}/telemetry/consumption_meter", **window)["intervals"]
    ends = [row["end_at"] for row in used]
    assert [row["end_at"] for row in taken] == [row["end_at"] for row in given_] == ends
    assert all(end % 900 == 0 for end in ends)
    if not has_battery(system):
        assert battery == []
        return
    assert [row["end_at"] for row in battery] == ends
    stored = CAPACITY_WH // 5
    for use, flow, bought, sold in zip(used, battery, taken, given_, strict=True):
        charge, discharge = flow["charge"]["enwh"], flow["discharge"]["enwh"]
        made = use["enwh"] + charge - discharge - bought["wh_imported"] + sold["wh_exported"]
        assert made >= 0
        assert charge == 0 or discharge == 0
        if len(ends) > 90 and ends[0] - 900 == window["start_at"]:
            stored += charge - discharge
            assert CAPACITY_WH // 5 <= stored <= CAPACITY_WH
            assert flow["soc"]["percent"] == stored * 100 // CAPACITY_WH
    today = both.v4(f"{path}/storage_meter_readings")["meter_readings"]
    assert [reading["value_charged"] >= reading["value_discharged"] for reading in today] == [True]


@examples
@given(seeds, indexes, instants)
def test_odometers_of_consumption_go_on_by_what_was_used(
    seed: int, index: int, instant: datetime
) -> None:
    both = Both(seed, instant)
    system = both.metered(index)
    path, day = f"/{system.system_id}", both.cloud.day(system, 1)
    midnights = (both.cloud.midnight(system, ago) for ago in (1, 0))
    before, after = (
        both.v4(f"{path}/consumption_meter_readings", end_at=midnight)["meter_readings"]
        for midnight in midnights
    )
    used = both.v4(f"{path}/consumption_lifetime", start_date=day, end_date=day)["consumption"]
    assert after[0]["value"] - before[0]["value"] == sum(used)


@examples
@given(seeds, indexes, instants, st.integers(1, 300))
def test_microinverters_add_up_to_their_system(
    seed: int, index: int, instant: datetime, ago: int
) -> None:
    both = Both(seed, instant)
    system = both.at(index)
    path = f"/{system.system_id}"
    window = {"start_at": both.cloud.midnight(system, ago) + 43_200, "granularity": "15mins"}
    whole = both.v4(f"{path}/telemetry/production_micro", **window)["intervals"]
    sums = dict.fromkeys((row["end_at"] for row in whole), 0)
    pages = range(1, -(-system.modules // 20) + 1)
    devices = [
        device
        for page in pages
        for device in both.v4(f"{path}/devices/micros/telemetry", page=page, size=20, **window)[
            "devices"
        ]
    ]
    assert len({device["serial_number"] for device in devices}) == system.modules
    for device in devices:
        for row in device["intervals"]:
            sums[row["end_at"]] += row["enwh"]
    assert sums == {row["end_at"]: row["enwh"] for row in whole}
    one = devices[-1]
    alone = both.v4(f"{path}/devices/micros/{one['serial_number']}/telemetry", **window)
    assert alone["intervals"] == one["intervals"]
