"""The pages of the simulated API v4, and what happens to them while they are read."""

from __future__ import annotations

import itertools
from typing import Any

import httpx
import pytest

from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.testing import FakeClock, Kind, SimulatedEnlighten, faults
from enphase_sdk.testing.cloud.v4.simulator import SimulatedEnlightenV4
from tests.testing.v4 import HOST, Caller, complete, headers


@pytest.fixture
def cloud() -> Caller:
    return Caller(SimulatedEnlightenV4(137, clock=FakeClock()))


def ids(page: Any) -> list[int]:
    return [row["system_id"] for row in page["systems"]]


def walk(cloud: Caller, **params: Any) -> list[int]:
    """The ids of all pages, one page after the other, until an empty one."""
    found: list[int] = []
    for number in itertools.count(1):
        page = ids(cloud.json("", page=number, **params))
        if not page:
            return found
        found += page
    raise AssertionError


def test_a_page_has_ten_systems_unless_asked_otherwise_and_a_hundred_at_most(
    cloud: Caller,
) -> None:
    everything = cloud.sim.system_ids()
    for asked, size in (({}, 10), ({"size": 7}, 7), ({"size": 100}, 100), ({"size": 1_000}, 100)):
        page = cloud.json("", **asked)
        assert ids(page) == everything[:size]
        head = {name: value for name, value in page.items() if name != "systems"}
        assert head == {
            "total": 137,
            "current_page": 1,
            "size": size,
            "count": size,
            "items": "systems",
        }


def test_all_pages_give_all_systems_and_the_next_is_empty(cloud: Caller) -> None:
    assert walk(cloud, size=50) == cloud.sim.system_ids()
    last = cloud.json("", size=50, page=3)
    assert (last["count"], last["size"], last["total"]) == (37, 50, 137)
    beyond = cloud.json("", size=50, page=10**12)
    assert (beyond["count"], beyond["systems"], beyond["total"]) == (0, [], 137)


def test_the_order_can_be_turned_round(cloud: Caller) -> None:
    everything = cloud.sim.system_ids()
    assert walk(cloud, sort_by="-id", size=30) == everything[::-1]
    assert walk(cloud, sort_by="id", size=30) == everything


def search(cloud: Caller, order: str | None = None, *, page: int = 1, **system: Any) -> Any:
    body = {"system": system} if order is None else {"system": system, "sort_by": order}
    return cloud.json("/search", method="POST", json=body, size=1_000, page=page)


def test_a_search_finds_what_every_filter_lets_pass(cloud: Caller) -> None:
    sim = cloud.sim
    everything = sim.system_ids()
    assert ids(search(cloud)) == everything
    assert search(cloud)["size"] == 1_000
    assert ids(search(cloud, "-id")) == everything[::-1]
    assert ids(search(cloud, page=2)) == []
    assert ids(search(cloud, ids=[everything[4], 68, everything[2]])) == everything[2:5:2]
    assert ids(search(cloud, ids=[], name="", statuses=[], reference="")) == everything
    system = sim.find(lambda each: each.reference is not None)
    assert ids(search(cloud, reference=str(system.reference).lower())) == [system.system_id]
    assert ids(search(cloud, reference=str(system.reference)[:-1])) == []
    other = sim.find(lambda each: bool(each.other_references))
    assert ids(search(cloud, other_reference=other.other_references[0])) == [other.system_id]
    named = [each for each in everything if "House" in sim.system(each).name]
    assert ids(search(cloud, name="house")) == named
    offline = search(cloud, statuses=["comm"])["systems"]
    assert sim.find(kind=Kind.OFFLINE).system_id in [row["system_id"] for row in offline]
    assert {row["status"] for row in offline} == {"comm"}
    both = search(cloud, statuses=["comm", "power"])["systems"]
    assert {row["status"] for row in both} == {"comm", "power"}
    assert ids(search(cloud, statuses=["comm"], ids=[67])) == []


def test_rows_of_a_search_tell_of_live_data_and_not_of_the_city(cloud: Caller) -> None:
    (listed,) = (row for row in cloud.json("", size=100)["systems"] if row["system_id"] == 67)
    (found,) = search(cloud, ids=[67])["systems"]
    assert found["live_stream"] in ("enabled", "disabled")
    assert set(listed["address"]) - set(found["address"]) == {"city"}
    kept = set(found) - {"live_stream", "address"}
    assert {name: found[name] for name in kept} == {name: listed[name] for name in kept}


def test_microinverters_come_in_pages_over_all_gateways(cloud: Caller) -> None:
    system = cloud.sim.find(lambda each: len(each.reporting_gateways) == 2, kind=Kind.TWO_GATEWAYS)
    path, asked = "/inverters_summary_by_envoy_or_site", {"site_id": system.system_id}
    first = cloud.json(path, **asked)
    assert sum(len(group["micro_inverters"]) for group in first) == min(10, system.modules)
    found: list[str] = []
    for page in itertools.count(1):
        groups = cloud.json(path, page=page, size=3, **asked)
        if not groups:
            break
        units = [one for group in groups for one in group["micro_inverters"]]
        assert len(units) <= 3
        found += [one["serial_number"] for one in units]
    assert len(found) == len(set(found)) == system.modules
    large = cloud.sim.find(kind=Kind.LARGE)
    groups = cloud.json(path, size=1_000, site_id=large.system_id)
    assert sum(len(group["micro_inverters"]) for group in groups) == 100
    serial = system.gateways[0].serial_number
    assert cloud.json(path, envoy_serial_number=serial) == first


def test_telemetry_of_microinverters_comes_in_pages_of_twenty_at_most(cloud: Caller) -> None:
    system = cloud.sim.find(kind=Kind.LARGE)
    path = f"/{system.system_id}/devices/micros/telemetry"
    window: dict[str, Any] = {
        "start_at": cloud.midnight(system) - 43_200,
        "granularity": "15mins",
    }
    for asked, size in (({}, 10), ({"size": 50}, 20), ({"size": 3, "page": 2}, 3)):
        body = cloud.json(path, **window, **asked)
        assert len(body["devices"]) == body["page_size"] == size
        assert (body["total_devices"], body["page"]) == (system.modules, asked.get("page", 1))
    last = -(-system.modules // 20)
    rest = cloud.json(path, **window, size=20, page=last)
    assert len(rest["devices"]) == system.modules - 20 * (last - 1)
    assert cloud.json(path, **window, size=20, page=last + 1)["devices"] == []


def test_sessions_of_a_charger_come_by_offset(cloud: Caller) -> None:
    system = complete(cloud.sim)
    path = f"/{system.system_id}/ev_charger/2029{system.index:08d}/sessions"
    whole = cloud.json(path, limit=100)
    assert len(whole["sessions"]) == whole["count"] > 20
    assert len(cloud.json(path)["sessions"]) == 20
    part = cloud.json(path, offset=5, limit=3)
    assert part["sessions"] == whole["sessions"][5:8]
    assert cloud.json(path, offset=1_000)["sessions"] == []


def test_a_system_that_joins_in_front_shifts_the_pages(cloud: Caller) -> None:
    everything = cloud.sim.system_ids()
    first = everything[0]
    cloud.sim.remove_system(first)
    assert cloud.sim.system_ids() == everything[1:]
    assert cloud.json(f"/{first}/summary", 403)["code"] == 403
    before = ids(cloud.json("", size=50))
    assert cloud.sim.add_system(first).system_id == first
    after = ids(cloud.json("", size=50, page=2))
    assert before[-1] == after[0]
    assert walk(cloud, size=50) == everything
    assert cloud.send(f"/{first}/summary").status_code == 200


def test_a_new_system_joins_at_the_end_and_answers(cloud: Caller) -> None:
    everything = cloud.sim.system_ids()
    new = cloud.sim.add_system()
    assert new.system_id > everything[-1]
    assert walk(cloud, size=100) == [*everything, new.system_id]
    serial = new.gateways[0].serial_number
    assert cloud.json("/retrieve_system_id", serial_num=serial) == {"system_id": new.system_id}
    cloud.sim.remove_system(new.system_id)
    assert cloud.json("/retrieve_system_id", 404, serial_num=serial)["code"] == 404


@pytest.mark.parametrize("system_id", [67, 68, 10_000])
def test_only_what_was_removed_comes_back(cloud: Caller, system_id: int) -> None:
    with pytest.raises(InvalidArgumentError, match=str(system_id)):
        cloud.sim.add_system(system_id)


def test_only_what_is_there_can_be_removed(cloud: Caller) -> None:
    cloud.sim.remove_system(67)
    for system_id in (67, 68):
        with pytest.raises(InvalidArgumentError, match=str(system_id)):
            cloud.sim.remove_system(system_id)


def test_the_fleet_can_change_while_pages_are_read(cloud: Caller) -> None:
    everything = cloud.sim.system_ids()
    cloud.sim.remove_system(everything[0])
    cloud.sim.fail(operation="Systems", after=1, with_=faults.system_added(everything[0]))
    doubled = walk(cloud, size=50)
    assert sorted(doubled) == sorted([*everything[1:], everything[50]])
    gone = faults.system_removed(everything[0]) & faults.unknown_field()
    rule = cloud.sim.fail(operation="Systems", after=1, with_=gone)
    lost = walk(cloud, size=50)
    assert rule.applied == 1
    assert set(everything) - set(lost) == {everything[50]}
    added = faults.system_added()
    assert (repr(added), repr(gone)) == (
        "system_added(None)",
        f"system_removed({everything[0]}) & unknown_field('$', 'added_later')",
    )


def test_cursors_of_v2_go_over_a_system_that_left() -> None:
    sim = SimulatedEnlighten(30, clock=FakeClock())
    everything = sim.system_ids()

    def page(**params: str) -> Any:
        query = {"user_id": "u", "limit": "10", **params}
        return sim(httpx.Request("GET", f"{HOST}/systems", params=query)).json()

    first = page()
    sim.remove_system(everything[3])
    sim.remove_system(everything[10])
    second = page(next=first["next"])
    assert ids(second) == everything[11:21]
    assert ids(page(system_id=str(everything[3]))) == []
    assert ids(page())[:4] == [*everything[:3], everything[4]]


@pytest.mark.parametrize(
    "fault",
    [faults.duplicate_on_boundary(), faults.missing_on_boundary(), faults.repeated_cursor()],
    ids=repr,
)
def test_faults_of_cursors_say_what_there_is_for_pages(cloud: Caller, fault: faults.Fault) -> None:
    cloud.sim.fail(operation="Systems", with_=fault)
    with pytest.raises(InvalidArgumentError, match="system_added"):
        cloud.send("")


@pytest.mark.parametrize("period", ["minute", "month", None])
def test_a_429_can_be_scripted_in_every_form(cloud: Caller, period: str | None) -> None:
    cloud.sim.fail(with_=faults.too_many_requests(period, limit=5, plan="Kilowatt"))
    body = cloud.json("", 429)
    assert body["details"] == "Usage limit exceeded for plan Kilowatt"
    assert body.get("period") == period
    if period is None:
        assert set(body) == {"message", "details", "code"}
    else:
        assert body["period_start"] <= cloud.sim.clock.time() < body["period_end"]
        assert body["limit"] == 5
    assert cloud.send("").status_code == 200


def test_a_429_of_no_window_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="minute and month"):
        faults.too_many_requests("day")


def test_calls_for_tokens_can_fail(cloud: Caller) -> None:
    sim = cloud.sim
    given = sim.credentials()
    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    auth = (given["client_id"], given["client_secret"])
    outage = sim.fail(operation="OAuthToken", times=2, with_=faults.html())
    lost = sim.fail(operation="OAuthToken", after=2, with_=faults.answer_lost())
    with httpx.Client(
        transport=httpx.MockTransport(sim), base_url=HOST, headers=headers(sim)
    ) as client:
        for _ in range(2):
            assert client.post("/oauth/token", data=form, auth=auth).status_code == 503
        assert sim.oauth.renewals == 0
        assert client.get("/api/v4/systems").status_code == 200
        with pytest.raises(httpx.ReadError):
            client.post("/oauth/token", data=form, auth=auth)
        assert sim.oauth.renewals == 1  # done, but nobody knows the new pair
        assert client.post("/oauth/token", data=form, auth=auth).status_code == 401
    assert (outage.applied, lost.applied) == (2, 1)


def test_on_a_port_a_lost_answer_is_a_connection_that_closes(cloud: Caller) -> None:
    given = cloud.sim.credentials()
    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    auth = (given["client_id"], given["client_secret"])
    cloud.sim.fail(operation="OAuthToken", with_=faults.answer_lost())
    with cloud.sim.serve() as url, pytest.raises(httpx.TransportError):
        httpx.post(f"{url}/oauth/token", data=form, auth=auth)
    assert cloud.sim.oauth.renewals == 1
