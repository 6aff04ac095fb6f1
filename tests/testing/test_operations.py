"""Who may ask what, and what the hardware looks like."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.testing import FakeClock, SimulatedEnlighten
from enphase_sdk.testing.cloud.contract import OPERATIONS

BASES = ("https://api.enphaseenergy.com/api/v2", "http://localhost:8000", "https://x/a/systems/b")


def ask(sim: SimulatedEnlighten, path: str, method: str = "GET", **params: Any) -> httpx.Response:
    query = {"key": "k", "user_id": "u", **{name: str(value) for name, value in params.items()}}
    return sim(httpx.Request(method, f"https://cloud/api/v2{path}", params=query))


def answer(sim: SimulatedEnlighten, path: str, status: int = 200, **params: Any) -> Any:
    response = ask(sim, path, **params)
    assert response.status_code == status, response.text
    return response.json()


@pytest.fixture(scope="module")
def sim() -> SimulatedEnlighten:
    return SimulatedEnlighten(200, clock=FakeClock(), api_key="k")


@pytest.mark.parametrize("base", BASES)
def test_any_host_and_base_path_will_do(sim: SimulatedEnlighten, base: str) -> None:
    for path in ("/systems", "/systems/67/summary"):
        request = httpx.Request("GET", base + path, params={"key": "k", "user_id": "u"})
        assert sim(request).status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/system", "/systems/67", "/systems/67/everything", "/systems/67/stats/x"]
)
def test_a_path_that_is_no_operation_is_told_those_there_are(
    sim: SimulatedEnlighten, path: str
) -> None:
    messages = answer(sim, path, 404)["errorMessages"]
    assert path in messages[0]
    assert messages[1:] == [operation.path for operation in OPERATIONS.values()]
    assert len(messages) == 14


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
def test_every_operation_is_a_get(sim: SimulatedEnlighten, method: str) -> None:
    response = ask(sim, "/systems/67/summary", method)
    assert (response.status_code, response.headers["Allow"]) == (405, "GET")


@pytest.mark.parametrize("params", [{"key": "other"}, {"key": ""}, {"user_id": ""}])
def test_a_wrong_key_or_no_user_is_not_authorized(
    sim: SimulatedEnlighten, params: dict[str, str]
) -> None:
    body = answer(sim, "/systems", 401, **params)
    assert body["reason"] == "401"
    assert len(body["message"]) == 1


def test_without_a_key_any_is_accepted_but_a_user_is_needed() -> None:
    sim = SimulatedEnlighten(3, clock=FakeClock())
    assert ask(sim, "/systems", key="whatever").status_code == 200
    assert sim(httpx.Request("GET", "https://x/systems?user_id=u")).status_code == 200
    assert sim(httpx.Request("GET", "https://x/systems?key=k")).status_code == 401


@pytest.mark.parametrize("system_id", [1, 68, 9_999_999])
def test_somebody_elses_system_is_not_authorized(sim: SimulatedEnlighten, system_id: int) -> None:
    assert answer(sim, f"/systems/{system_id}/summary", 401)["reason"] == "401"
    answer(sim, "/systems/inverters_summary_by_envoy_or_site", 401, site_id=system_id)


@pytest.mark.parametrize("system_id", ["-1", "0", "10000001", "abc", "1.5", "6_7", "6\u0667"])
def test_nobodys_system_cannot_be_found(sim: SimulatedEnlighten, system_id: str) -> None:
    body = answer(sim, f"/systems/{system_id}/inventory", 422)
    assert body == {"message": f"Couldn't find Site with 'id'={system_id}"}


def test_consumption_needs_permission_and_a_meter(sim: SimulatedEnlighten) -> None:
    denied, plain = sim.find(kind="consumption_denied"), sim.find(kind="plain")
    for operation in ("consumption_lifetime", "consumption_stats"):
        answer(sim, f"/systems/{denied.system_id}/{operation}", 401)
    response = ask(sim, f"/systems/{plain.system_id}/consumption_lifetime")
    assert (response.status_code, response.content) == (204, b"")
    nothing = answer(sim, f"/systems/{plain.system_id}/consumption_stats")
    assert (nothing["total_devices"], nothing["intervals"]) == (0, [])


def test_gateways_are_found_by_their_serial_number(sim: SimulatedEnlighten) -> None:
    for system_id in (67, sim.find(kind="two_gateways").system_id):
        for envoy in answer(sim, f"/systems/{system_id}/envoys")["envoys"]:
            found = answer(sim, "/systems/search_system_id", serial_num=envoy["serial_number"])
            assert found == {"system_id": system_id}


@pytest.mark.parametrize(
    "serial", ["", "x", "122100000001", "122199999990", "99", "12210000000٣", "122200000000"]
)
def test_an_unknown_serial_number_is_not_found(sim: SimulatedEnlighten, serial: str) -> None:
    body = answer(sim, "/systems/search_system_id", 404, serial_num=serial)
    assert body["reason"] == "404"
    assert body["errorMessages"]


def test_required_parameters_are_required(sim: SimulatedEnlighten) -> None:
    missing = answer(sim, "/systems/search_system_id", 422)["errorMessages"]
    assert missing == ["serial_num is missing"]
    missing = answer(sim, "/systems/inverters_summary_by_envoy_or_site", 422)["errorMessages"]
    assert missing == ["site_id is missing"]


def test_a_second_gateway_has_its_half_or_never_reported(sim: SimulatedEnlighten) -> None:
    both = sim.find(lambda s: not s.gateways[-1].never_reported, kind="two_gateways")
    silent = sim.find(lambda s: s.gateways[-1].never_reported, kind="two_gateways")
    groups = {
        system.system_id: answer(
            sim, "/systems/inverters_summary_by_envoy_or_site", site_id=system.system_id
        )
        for system in (both, silent)
    }
    halves = [len(group["micro_inverters"]) for group in groups[both.system_id]]
    assert len(halves) == 2
    assert sum(halves) == both.modules
    assert abs(halves[0] - halves[1]) <= 1
    assert len(groups[silent.system_id]) == 1
    envoys = answer(sim, f"/systems/{silent.system_id}/envoys")["envoys"]
    assert [envoy["last_report_at"] is None for envoy in envoys] == [False, True]
    period = {"start_at": 1_718_200_800, "end_at": 1_718_287_200}
    rgm = answer(sim, f"/systems/{both.system_id}/rgm_stats", **period)
    assert rgm["total_devices"] == 2
    assert len({one["envoy_serial_number"] for one in rgm["meter_intervals"]}) == 2


def test_a_retired_meter_stands_still_and_its_successor_goes_on(sim: SimulatedEnlighten) -> None:
    system = sim.find(
        lambda s: s.meters[0].installed_at < s.meters[1].installed_at, kind="retired_meter"
    )
    old, new = system.meters
    assert old.retired_at == new.installed_at
    path = f"/systems/{system.system_id}"
    readings = answer(sim, f"{path}/production_meter_readings")["meter_readings"]
    assert [reading["serial_number"] for reading in readings] == [
        old.serial_number,
        new.serial_number,
    ]
    assert readings[0]["read_at"] == old.retired_at
    assert readings[1]["read_at"] > sim.clock.time() - 3600
    earlier = answer(
        sim, f"{path}/production_meter_readings", end_at=(old.retired_at or 0) - 86_400
    )
    assert len(earlier["meter_readings"]) == 1
    assert earlier["meter_readings"][0]["value"] < readings[0]["value"]
    inventory = answer(sim, f"{path}/inventory")
    assert [meter["sn"] for meter in inventory["meters"]] == [new.serial_number]
    change = {"start_at": new.installed_at - 3600, "end_at": new.installed_at + 3600}
    rgm = answer(sim, f"{path}/rgm_stats", **change)
    assert [len(one["intervals"]) for one in rgm["meter_intervals"]] == [4, 4]
    assert [interval["devices_reporting"] for interval in rgm["intervals"]] == [1] * 8


def test_a_failed_microinverter_stands_still_and_is_not_counted(sim: SimulatedEnlighten) -> None:
    system = sim.find(kind="failing_micro")
    groups = answer(sim, "/systems/inverters_summary_by_envoy_or_site", site_id=system.system_id)
    failed = [one for one in groups[0]["micro_inverters"] if one["status"] == "micro"]
    assert len(failed) == 1
    assert failed[0]["last_report_date"] == system.dead_since
    assert failed[0]["power_produced"]["value"] == 0
    assert answer(sim, f"/systems/{system.system_id}/summary")["status"] == "micro"
    noon = (system.dead_since or 0) + 86_400 + 43_200
    stats = answer(sim, f"/systems/{system.system_id}/stats", start_at=noon, end_at=noon + 600)
    assert {one["devices_reporting"] for one in stats["intervals"]} == {system.modules - 1}


def test_a_weakened_microinverter_makes_its_share_and_the_sum_stays() -> None:
    clock = FakeClock()
    sim, same = (SimulatedEnlighten(5, clock=clock, api_key="k") for _ in range(2))
    system = sim.weaken_microinverter(67, 0.5, module=3)

    def energies(cloud: SimulatedEnlighten) -> list[int]:
        groups = answer(cloud, "/systems/inverters_summary_by_envoy_or_site", site_id=67)
        return [one["energy"]["value"] for one in groups[0]["micro_inverters"]]

    clock.advance(3_600)
    first = energies(sim)
    clock.advance(10 * 86_400)
    made = [after - before for before, after in zip(first, energies(sim), strict=True)]
    others = [wh for module, wh in enumerate(made) if module != 3]
    assert len(others) == system.modules - 1
    assert 0.47 * min(others) < made[3] < 0.53 * max(others)
    sim.weaken_microinverter(67, 1.0, module=3)
    middle = energies(sim)
    assert sum(middle) == sum(energies(same))
    clock.advance(10 * 86_400)
    made = [after - before for before, after in zip(middle, energies(sim), strict=True)]
    assert made[3] > 0.9 * max(made)
    assert sum(energies(sim)) == sum(energies(same))
    mistakes: list[Any] = [{"share": 1.5}, {"module": 99}, {"module": -1}]
    for wrong in mistakes:
        with pytest.raises(InvalidArgumentError, match=r"must be from 0 to 1|microinverters"):
            sim.weaken_microinverter(67, **wrong)


def test_a_system_that_does_not_produce_still_reports(sim: SimulatedEnlighten) -> None:
    system = sim.find(kind="not_producing")
    summary = answer(sim, f"/systems/{system.system_id}/summary")
    assert summary["status"] == "power"
    assert summary["last_report_at"] > sim.clock.time() - 1800
    assert summary["last_interval_end_at"] <= (system.dark_since or 0)
    assert summary["energy_today"] == 0
    lifetime = answer(sim, f"/systems/{system.system_id}/energy_lifetime")["production"]
    assert lifetime[-1] == 0
    assert lifetime[-40] > 0
    groups = answer(sim, "/systems/inverters_summary_by_envoy_or_site", site_id=system.system_id)
    assert {one["status"] for one in groups[0]["micro_inverters"]} == {"power"}


def test_old_hardware_counts_in_kilojoules_and_tells_bare_power(sim: SimulatedEnlighten) -> None:
    system = sim.find(kind="legacy")
    groups = answer(sim, "/systems/inverters_summary_by_envoy_or_site", site_id=system.system_id)
    one = groups[0]["micro_inverters"][0]
    assert one["energy"]["units"] == "kJ"
    assert isinstance(one["power_produced"], int)


def test_winters_under_snow_leave_days_of_almost_nothing(sim: SimulatedEnlighten) -> None:
    system = sim.find(kind="snow")
    winter = answer(
        sim,
        f"/systems/{system.system_id}/energy_lifetime",
        start_date="2023-12-01",
        end_date="2024-02-29",
    )["production"]
    usual = sorted(winter)[len(winter) // 2]
    assert sum(energy < usual / 10 for energy in winter) >= 3


def test_an_inventory_has_what_the_summary_counts(sim: SimulatedEnlighten) -> None:
    for kind in ("plain", "large", "metered"):
        system = sim.find(kind=kind)
        inventory = answer(sim, f"/systems/{system.system_id}/inventory")
        assert len(inventory["inverters"]) == system.modules
        assert len({one["sn"] for one in inventory["inverters"]}) == system.modules
        assert len(inventory["meters"]) == (2 if kind == "metered" else len(system.meters))
