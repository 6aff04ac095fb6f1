"""What each profile answers, and that its numbers agree with each other at any time of day."""

from __future__ import annotations

from typing import Any, cast
from xml.etree import ElementTree

import httpx
import pytest

from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.testing.clock import FakeClock
from enphase_sdk.testing.gateway.profiles import ENDPOINTS, PROFILES, Profile
from enphase_sdk.testing.gateway.simulator import SimulatedGateway

MODERN = [profile for profile in PROFILES if profile.version >= (7,)]
METERED = [profile for profile in MODERN if profile.meters]
HOURS = (0.0, 1.3, 5.2, 9.0, 13.77, 20.0)


def by_name(profile: Profile) -> str:
    return profile.name


def client_of(gateway: SimulatedGateway) -> httpx.Client:
    """A client that logs in as that firmware asks."""
    auth: httpx.Auth | None = httpx.DigestAuth("envoy", gateway.serial[-6:])
    headers = {}
    try:
        headers["Authorization"] = f"Bearer {gateway.issue_token()}"
        auth = None
    except InvalidArgumentError:
        pass
    return httpx.Client(
        transport=gateway.transport(), base_url="http://envoy.local", auth=auth, headers=headers
    )


def read(gateway: SimulatedGateway, path: str) -> Any:
    with client_of(gateway) as client:
        response = client.get(path)
    assert response.status_code == 200, response.text
    return response.json()


def entries(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The entries of ``/production.json`` by what they measure."""
    both = [*document["production"], *document.get("consumption", [])]
    return {entry.get("measurementType", entry["type"]): entry for entry in both}


@pytest.mark.parametrize("hours", HOURS)
@pytest.mark.parametrize("profile", METERED, ids=by_name)
def test_all_answers_about_energy_agree(profile: Profile, hours: float) -> None:
    clock = FakeClock()
    gateway = SimulatedGateway(profile.name, seed=3, clock=clock)
    clock.advance(hours * 3600)
    flows = entries(read(gateway, "/production.json?details=1"))
    readings = {reading["eid"]: reading for reading in read(gateway, "/ivp/meters/readings")}
    meters = {
        meter["measurementType"]: readings[meter["eid"]] for meter in read(gateway, "/ivp/meters")
    }
    v1 = read(gateway, "/api/v1/production")
    inverters = read(gateway, "/api/v1/production/inverters")
    sun, total, net = (
        flows["production"],
        flows["total-consumption"],
        flows["net-consumption"],
    )
    assert net["wNow"] == pytest.approx(total["wNow"] - sun["wNow"], abs=0.01)
    assert net["whLifetime"] == pytest.approx(total["whLifetime"] - sun["whLifetime"], abs=0.01)
    assert meters["production"]["activePower"] == pytest.approx(sun["wNow"], abs=0.01)
    assert meters["production"]["actEnergyDlvd"] == pytest.approx(sun["whLifetime"], abs=0.01)
    if "net-consumption" in meters:
        meter = meters["net-consumption"]
        assert meter["activePower"] == pytest.approx(net["wNow"], abs=0.01)
        through = meter["actEnergyDlvd"] - meter["actEnergyRcvd"]
        assert through == pytest.approx(net["whLifetime"], abs=0.01)
    else:
        meter = meters["total-consumption"]
        assert meter["activePower"] == pytest.approx(total["wNow"], abs=0.01)
        assert meter["actEnergyDlvd"] == pytest.approx(total["whLifetime"], abs=0.01)
    assert v1 == {
        "wattHoursToday": round(sun["whToday"]),
        "wattHoursSevenDays": round(sun["whLastSevenDays"]),
        "wattHoursLifetime": round(sun["whLifetime"]),
        "wattsNow": round(sun["wNow"]),
    }
    seen = sum(inverter["lastReportWatts"] for inverter in inverters)
    assert seen == pytest.approx(sun["wNow"], rel=0.01, abs=1.0)
    assert flows["inverters"]["wNow"] == pytest.approx(seen, abs=1)
    assert flows["inverters"]["whLifetime"] == pytest.approx(sun["whLifetime"], rel=0.01)
    assert 0 <= sun["whToday"] <= sun["whLastSevenDays"] <= sun["whLifetime"]
    assert all(item["lastReportWatts"] <= item["maxReportWatts"] for item in inverters)
    assert all(item["lastReportDate"] <= clock.time() for item in inverters)


@pytest.mark.parametrize("profile", METERED, ids=by_name)
def test_phases_add_up_to_totals(profile: Profile) -> None:
    gateway = SimulatedGateway(profile.name, clock=FakeClock())
    flows = entries(read(gateway, "/production.json?details=1"))
    for kind in ("production", "total-consumption", "net-consumption"):
        lines = flows[kind]["lines"]
        assert len(lines) == profile.lines
        for value in ("wNow", "whLifetime", "whToday", "rmsVoltage", "rmsCurrent"):
            whole = sum(line[value] for line in lines)
            assert whole == pytest.approx(flows[kind][value], abs=0.01)
        assert all(line["wNow"] == 0.0 for line in lines[profile.phases :])
    for reading in read(gateway, "/ivp/meters/readings"):
        assert len(reading["channels"]) == 3
        for value in ("activePower", "actEnergyDlvd", "actEnergyRcvd", "voltage", "current"):
            whole = sum(channel[value] for channel in reading["channels"])
            assert whole == pytest.approx(reading[value], abs=0.01)


@pytest.mark.parametrize("profile", METERED, ids=by_name)
def test_lines_come_only_with_details(profile: Profile) -> None:
    gateway = SimulatedGateway(profile.name, clock=FakeClock())
    for path in ("/production", "/production.json", "/production.json?details=0"):
        assert all("lines" not in entry for entry in entries(read(gateway, path)).values())


def test_power_factor_of_the_total_is_a_mean_before_8_3_and_a_sum_after() -> None:
    old = SimulatedGateway("8.2-batteries", clock=FakeClock())
    new = SimulatedGateway("8.3-three-phase", clock=FakeClock())
    assert read(old, "/ivp/meters/readings")[0]["pwrFactor"] <= 1.0
    assert read(new, "/ivp/meters/readings")[0]["pwrFactor"] > 2.0


@pytest.mark.parametrize("profile", METERED, ids=by_name)
def test_counters_grow_by_the_power_that_was_shown(profile: Profile) -> None:
    clock = FakeClock()
    gateway = SimulatedGateway(profile.name, clock=clock)
    before = entries(read(gateway, "/production.json"))
    clock.advance(10)
    after = entries(read(gateway, "/production.json"))
    for kind in ("production", "net-consumption"):
        grown = after[kind]["whLifetime"] - before[kind]["whLifetime"]
        shown = (after[kind]["wNow"] + before[kind]["wNow"]) / 2 * 10 / 3600
        assert grown == pytest.approx(shown, abs=0.01)


def test_the_same_seed_and_clock_give_the_same_bytes() -> None:
    def answers(seed: int) -> list[bytes]:
        clock = FakeClock()
        gateway = SimulatedGateway("8.2-batteries", seed=seed, clock=clock)
        with client_of(gateway) as client:
            first = [client.get(path).content for path in ENDPOINTS]
            clock.advance(5 * 3600)
            return first + [client.get(path).content for path in ENDPOINTS]

    assert answers(7) == answers(7)
    assert answers(7) != answers(8)


@pytest.mark.parametrize("profile", PROFILES, ids=by_name)
def test_info_names_the_gateway_and_its_firmware_to_anyone(profile: Profile) -> None:
    gateway = SimulatedGateway(profile.name, clock=FakeClock())
    with httpx.Client(transport=gateway.transport()) as client:
        response = client.get("http://envoy.local/info")
    device = ElementTree.fromstring(response.content).find("device")  # noqa: S314 - our own
    assert device is not None
    assert device.findtext("sn") == gateway.serial
    assert len(gateway.serial) == 12
    assert device.findtext("software") == profile.software
    imeter = None if profile.imeter is None else str(profile.imeter).lower()
    assert device.findtext("imeter") == imeter
    assert response.headers["content-type"] == "text/xml"


@pytest.mark.parametrize("profile", MODERN, ids=by_name)
def test_home_is_open_and_in_the_local_time(profile: Profile) -> None:
    gateway = SimulatedGateway(profile.name, clock=FakeClock())
    with httpx.Client(transport=gateway.transport()) as client:
        home = client.get("http://envoy.local/home").json()
    assert home["timezone"] == profile.zone
    assert home["current_date"] == "06/15/2024"
    assert home["current_time"] == ("08:00" if profile.zone == "US/Eastern" else "14:00")
    assert home["network"]["last_enlighten_report_time"] == 1718452800


def test_the_web_pages_of_old_firmware_tell_energy_in_text() -> None:
    gateway = SimulatedGateway("3.7", clock=FakeClock())
    with client_of(gateway) as client:
        pages = {path: client.get(path) for path in ("/home", "/production")}
        missing = client.get("/api/v1/production")
    assert "Since Installation" in pages["/production"].text
    assert gateway.serial in pages["/home"].text
    assert missing.status_code == 404


def test_firmware_3_answers_json_in_one_place_and_pages_with_status_200_elsewhere() -> None:
    gateway = SimulatedGateway("3.17", clock=FakeClock())
    with client_of(gateway) as client:
        odd = client.get("/production.json?details=1")
        refused = client.get("/admin/lib/tariff")
        inverters = client.get("/api/v1/production/inverters").json()
    assert odd.status_code == 200
    assert odd.headers["content-type"] == "text/html"
    assert refused.status_code == 401
    assert refused.text == "Error: 401"
    assert len(inverters) == 12
    assert "devType" not in inverters[0]


def test_firmware_3_answers_zeros_for_minutes_after_booting() -> None:
    clock = FakeClock()
    gateway = SimulatedGateway("3.17", clock=clock)
    running = read(gateway, "/api/v1/production")
    gateway.reboot()
    booting = read(gateway, "/api/v1/production")
    clock.advance(300)
    up = read(gateway, "/api/v1/production")
    assert set(booting.values()) == {0}
    assert up["wattHoursLifetime"] >= running["wattHoursLifetime"] > 0


def test_services_come_up_some_time_after_a_reboot() -> None:
    clock = FakeClock()
    gateway = SimulatedGateway("5.0", clock=clock)
    gateway.reboot(starting_for=60)
    with client_of(gateway) as client:
        assert set(client.get("/api/v1/production").json().values()) == {0}
        assert client.get("/production.json").status_code == 404
        assert client.get("/info").status_code == 200
        clock.advance(60)
        assert client.get("/production.json").status_code == 200
        assert client.get("/api/v1/production").json()["wattHoursLifetime"] > 0


def test_firmware_is_updated_on_the_same_hardware() -> None:
    clock = FakeClock()
    gateway = SimulatedGateway("5.0", clock=clock)
    before = read(gateway, "/api/v1/production")
    serial = gateway.serial
    gateway.update_firmware("D7.6.175")
    plain = gateway(httpx.Request("GET", "http://envoy.local/production.json?details=1"))
    assert plain.status_code == 301
    assert plain.headers["location"] == "https://envoy.local/production.json?details=1"
    refused = gateway(httpx.Request("GET", "https://envoy.local/api/v1/production"))
    login = {"authorization": f"Bearer {gateway.issue_token()}"}
    allowed = gateway(httpx.Request("GET", "https://envoy.local/api/v1/production", headers=login))
    assert refused.status_code == 401
    assert allowed.json() == before
    assert gateway.serial == serial
    with pytest.raises(InvalidArgumentError, match="only goes up"):
        gateway.update_firmware("D5.0.62")


def test_meters_are_taken_into_use_and_out_of_it() -> None:
    gateway = SimulatedGateway("8.3-three-phase", clock=FakeClock(), meters_enabled=False)
    for on, state in ((True, "enabled"), (False, "disabled")):
        gateway.enable_meters(on=on)
        assert {meter["state"] for meter in read(gateway, "/ivp/meters")} == {state}


def test_what_is_absent_is_told_in_each_firmware_s_way() -> None:
    with client_of(SimulatedGateway("5.0", clock=FakeClock())) as client:
        ensemble = client.get("/ivp/ensemble/inventory")
        storage = client.get("/ivp/ss/gen_config")
        meters = client.get("/ivp/meters")
        page = client.get("/production")
    assert (ensemble.status_code, ensemble.json()) == (404, {"error": "404 - Not Found"})
    assert ensemble.headers["content-type"] == "application/json; charset=ISO-8859-4"
    assert (storage.status_code, storage.json()) == (404, {"err": "404 - Not Found"})
    assert "content-type" not in storage.headers
    assert (meters.status_code, meters.json()) == (200, [])
    assert "content-type" not in meters.headers
    assert page.status_code == 401
    assert meters.headers["connection"] == "close"
    assert meters.headers["date"].count("GMT") == 2
    with client_of(SimulatedGateway("7.6", clock=FakeClock())) as client:
        assert client.get("/ivp/ensemble/inventory").json() == []
        assert client.get("/ivp/ensemble/power").json() == {"devices:": []}
        assert client.get("/ivp/ss/gen_config").json() == {}
        unknown = client.get("/no/such/thing")
        wrong = client.post("/ivp/meters", json={})
    assert (unknown.status_code, unknown.headers["content-type"]) == (404, "text/html")
    assert wrong.status_code == 405


def test_a_standard_gateway_counts_by_inverters_alone() -> None:
    gateway = SimulatedGateway("7.6", clock=FakeClock())
    document = read(gateway, "/production.json?details=1")
    assert [entry["type"] for entry in document["production"]] == ["inverters"]
    assert "consumption" not in document
    v1 = read(gateway, "/api/v1/production")
    assert v1["wattsNow"] == document["production"][0]["wNow"] > 0
    energy = read(gateway, "/ivp/pdm/energy")
    assert energy["production"]["pcu"] == v1
    assert set(energy["production"]["eim"].values()) == {0}


def test_meters_that_are_not_in_use_say_so() -> None:
    gateway = SimulatedGateway("8.3-three-phase", clock=FakeClock(), meters_enabled=False)
    assert {meter["state"] for meter in read(gateway, "/ivp/meters")} == {"disabled"}
    flows = entries(read(gateway, "/production.json?details=1"))
    assert flows["production"]["activeCount"] == flows["net-consumption"]["activeCount"] == 0
    assert "lines" not in flows["production"]
    assert flows["inverters"]["activeCount"] == 24
    assert read(gateway, "/ivp/meters/reports") == []


def test_readings_hold_ids_that_the_list_of_meters_lacks() -> None:
    gateway = SimulatedGateway("8.3-generator-collar", clock=FakeClock())
    listed = [meter["eid"] for meter in read(gateway, "/ivp/meters")]
    measured = [reading["eid"] for reading in read(gateway, "/ivp/meters/readings")]
    assert set(listed) < set(measured)
    assert measured[: len(listed)] != listed


def test_device_data_knows_each_inverter_in_detail() -> None:
    clock = FakeClock()
    gateway = SimulatedGateway("8.3-three-phase", clock=clock, removed_inverters=2)
    document = read(gateway, "/ivp/pdm/device_data")
    devices = [device for device in document.values() if isinstance(device, dict)]
    pcus = [device for device in devices if device["devName"] == "pcu"]
    eims = [device for device in devices if device["devName"] == "eim"]
    assert document["deviceCount"] == len(devices) == 28
    gone = [device for device in pcus if not device["active"]]
    assert [device["channels"][0]["lastReading"] for device in gone] == [{}, {}]
    watts = [device["channels"][0]["watts"]["now"] for device in pcus]
    flows = entries(read(gateway, "/production.json"))
    assert sum(watts) == pytest.approx(flows["production"]["wNow"], rel=0.01)
    today = sum(device["channels"][0]["wattHours"]["today"] for device in pcus)
    assert today == pytest.approx(flows["production"]["whToday"], rel=0.01)
    joules = sum(device["channels"][0]["lifetime"]["joulesProduced"] for device in pcus)
    assert joules / 3600 == pytest.approx(flows["production"]["whLifetime"], rel=0.01)
    assert [eim["sn"] for eim in eims] == [f"{gateway.serial}EIM1", f"{gateway.serial}EIM2"]
    reading = pcus[0]["channels"][0]["lastReading"]
    assert {"acCurrentInmA", "dcCurrentINmA", "acVoltageINmV"} < reading.keys()
    assert reading["joulesProduced"] == watts[0] * reading["duration"]
    clock.advance(10 * 3600)
    night = read(gateway, "/ivp/pdm/device_data")
    dark = next(device for device in night.values() if isinstance(device, dict))
    assert (dark["modGone"], dark["active"]) == (True, True)


def test_device_data_is_cut_at_fifty_devices() -> None:
    gateway = SimulatedGateway("8.3-three-phase", clock=FakeClock(), inverters=63)
    document = read(gateway, "/ivp/pdm/device_data")
    assert (document["deviceCount"], document["deviceDataLimit"]) == (65, 50)
    assert len([device for device in document.values() if isinstance(device, dict)]) == 50
    assert len(read(gateway, "/api/v1/production/inverters")) == 63


def test_removed_inverters_stay_listed_by_old_firmware_only() -> None:
    old = SimulatedGateway("5.0", clock=FakeClock(), removed_inverters=3)
    new = SimulatedGateway("7.6", clock=FakeClock(), removed_inverters=3)
    assert len(read(old, "/api/v1/production/inverters")) == 43
    assert len(read(new, "/api/v1/production/inverters")) == 13
    [pcu, *_] = read(new, "/inventory.json?deleted=1")
    assert sum(not device["communicating"] for device in pcu["devices"]) == 3


def test_inverters_stop_reporting_at_night() -> None:
    clock = FakeClock()
    gateway = SimulatedGateway("7.6", clock=clock)
    clock.advance(13 * 3600)
    [inverters, v1] = [
        read(gateway, path) for path in ("/api/v1/production/inverters", "/api/v1/production")
    ]
    newest = max(inverter["lastReportDate"] for inverter in inverters)
    assert 3 * 3600 < clock.time() - newest < 8 * 3600
    assert {inverter["lastReportWatts"] for inverter in inverters} == {0}
    assert v1["wattsNow"] == 0


@pytest.mark.parametrize("name", ["8.2-batteries", "8.3-generator-collar"])
def test_batteries_are_told_alike_everywhere(name: str) -> None:
    gateway = SimulatedGateway(name, clock=FakeClock())
    inventory = {
        group["type"]: group["devices"] for group in read(gateway, "/ivp/ensemble/inventory")
    }
    power = read(gateway, "/ivp/ensemble/power")["devices:"]
    secctrl = read(gateway, "/ivp/ensemble/secctrl")
    meters = {meter["measurementType"]: meter["eid"] for meter in read(gateway, "/ivp/meters")}
    readings = {reading["eid"]: reading for reading in read(gateway, "/ivp/meters/readings")}
    live = read(gateway, "/ivp/livedata/status")["meters"]
    level = secctrl["ENC_agg_soc"]
    assert 0 < level < 100
    assert {battery["percentFull"] for battery in inventory["ENCHARGE"]} == {level}
    assert {battery["soc"] for battery in power} == {level}
    capacity = sum(battery["encharge_capacity"] for battery in inventory["ENCHARGE"])
    assert capacity == secctrl["Enc_max_available_capacity"] == secctrl["Max_energy"]
    assert secctrl["ENC_agg_avail_energy"] == pytest.approx(capacity * level / 100, rel=0.03)
    watts = sum(battery["real_power_mw"] for battery in power) / 1000
    assert readings[meters["storage"]]["activePower"] == pytest.approx(watts, abs=0.01)
    assert live["storage"]["agg_p_mw"] == pytest.approx(watts * 1000, abs=5)
    flows = entries(read(gateway, "/production.json"))
    house = flows["total-consumption"]["wNow"] + watts
    assert live["load"]["agg_p_mw"] == pytest.approx(house * 1000, abs=5)
    assert live["soc"] == level
    status = read(gateway, "/ivp/ensemble/status")
    assert status["secctrl"] == secctrl
    assert status["relay"] == read(gateway, "/ivp/ensemble/relay")
    listed = {device["serial_num"] for group in inventory.values() for device in group}
    assert status["inventory"]["serial_nums"].keys() == listed


def test_ac_batteries_stand_in_the_production_and_the_inventory() -> None:
    gateway = SimulatedGateway("8.2-acb", clock=FakeClock())
    [storage] = read(gateway, "/production.json")["storage"]
    devices = {group["type"]: group["devices"] for group in read(gateway, "/inventory.json")}
    secctrl = read(gateway, "/ivp/ensemble/secctrl")
    assert storage["activeCount"] == len(devices["ACB"]) == 3
    assert storage["whNow"] == secctrl["ACB_agg_energy"]
    assert storage["percentFull"] == secctrl["ACB_agg_soc"] == secctrl["agg_soc"]
    assert read(gateway, "/admin/lib/acb_config") == {"acb_sleep": []}


def test_live_answers_agree_with_the_meters() -> None:
    gateway = SimulatedGateway("8.3-three-phase", clock=FakeClock())
    flows = entries(read(gateway, "/production.json"))
    reports = {report["reportType"]: report for report in read(gateway, "/ivp/meters/reports")}
    energy = read(gateway, "/ivp/pdm/energy")
    with client_of(gateway) as client, client.stream("GET", "/stream/meter") as stream:
        line = next(stream.iter_lines())
        assert gateway.streams == 1
    assert gateway.streams == 0
    event = httpx.Response(200, content=line.removeprefix("data: ")).json()
    assert reports["production"]["cumulative"]["whDlvdCum"] == flows["production"]["whLifetime"]
    assert energy["production"]["eim"] == read(gateway, "/api/v1/production")
    assert energy["consumption"]["eim"]["wattsNow"] == round(flows["total-consumption"]["wNow"])
    watts = sum(phase["p"] for phase in event["net-consumption"].values())
    assert watts == pytest.approx(flows["net-consumption"]["wNow"], abs=0.01)
    assert stream.headers["content-type"] == "text/event-stream"


def test_the_moment_is_what_the_answers_are_made_from() -> None:
    gateway = SimulatedGateway("8.2-batteries", clock=FakeClock())
    moment, flows = gateway.moment, entries(read(gateway, "/production.json"))
    assert flows["production"]["wNow"] == round(moment.production, 3)
    assert flows["production"]["whLifetime"] == pytest.approx(moment.totals.produced, abs=0.001)
    assert flows["net-consumption"]["wNow"] == pytest.approx(sum(moment.grid), abs=0.001)


def test_total_equal_to_net_is_a_quirk_that_comes_and_goes() -> None:
    gateway = SimulatedGateway("8.3-three-phase", clock=FakeClock(), quirks=["total_equals_net"])
    odd = entries(read(gateway, "/production.json?details=1"))
    gateway.set_quirk("total_equals_net", on=False)
    right = entries(read(gateway, "/production.json?details=1"))
    assert odd["total-consumption"]["wNow"] == odd["net-consumption"]["wNow"]
    assert odd["total-consumption"]["lines"] == odd["net-consumption"]["lines"]
    assert right["total-consumption"]["wNow"] != right["net-consumption"]["wNow"]


def test_the_production_meter_claims_to_be_unused_at_times() -> None:
    gateway = SimulatedGateway("8.3-three-phase", clock=FakeClock())
    gateway.set_quirk("active_count_zero")
    assert entries(read(gateway, "/production.json"))["production"]["activeCount"] == 0
    assert read(gateway, "/ivp/meters")[0]["state"] == "enabled"


def test_v1_production_can_stall_where_it_stands() -> None:
    clock = FakeClock()
    gateway = SimulatedGateway("8.3-three-phase", clock=clock, meters_enabled=False)
    before = read(gateway, "/api/v1/production")
    gateway.set_quirk("stalled_v1")
    clock.advance(3600)
    assert read(gateway, "/api/v1/production") == before
    gateway.set_quirk("stalled_v1", on=False)
    assert read(gateway, "/api/v1/production")["wattHoursLifetime"] > before["wattHoursLifetime"]


def test_misuse_is_told_with_what_there_is() -> None:
    with pytest.raises(InvalidArgumentError, match=r"'9\.9'; there are: 3\.7, 3\.17, 5\.0"):
        SimulatedGateway("9.9")
    with pytest.raises(InvalidArgumentError, match="there are: active_count_zero, stalled_v1"):
        SimulatedGateway(quirks=cast("Any", ["frozen"]))
    with pytest.raises(InvalidArgumentError, match="at least one inverter"):
        SimulatedGateway(inverters=0)
    with pytest.raises(InvalidArgumentError, match="has no tokens"):
        SimulatedGateway("5.0", token="secret-token")
    with pytest.raises(InvalidArgumentError, match="go together"):
        SimulatedGateway("5.0", username="installer")
    with pytest.raises(InvalidArgumentError, match="digest login"):
        SimulatedGateway("7.6", username="installer", password="secret")


def test_the_repr_names_the_gateway() -> None:
    gateway = SimulatedGateway("7.6", token="secret-token")
    assert repr(gateway) == f"SimulatedGateway(serial='{gateway.serial}')"
