"""Writes to a simulated gateway: what they change, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from enphase_sdk.testing.clock import FakeClock
from enphase_sdk.testing.gateway.ensemble import acb_serials
from enphase_sdk.testing.gateway.profiles import profile_named
from enphase_sdk.testing.gateway.simulator import SimulatedGateway
from enphase_sdk.testing.gateway_faults import status, timeout

RELAY = "/ivp/ensemble/relay"
CONTACTS = "/ivp/ensemble/dry_contacts"
CONTACT_SETTINGS = "/ivp/ss/dry_contact_settings"
TARIFF = "/admin/lib/tariff"
ACB = "/admin/lib/acb_config"


class Site:
    """A gateway and a client that is logged in to it."""

    def __init__(self, profile: str) -> None:
        self.clock = FakeClock()
        self.gateway = SimulatedGateway(profile, clock=self.clock)
        self.client = httpx.Client(
            transport=self.gateway.transport(),
            base_url="https://envoy.local",
            headers={"Authorization": f"Bearer {self.gateway.issue_token()}"},
        )

    def read(self, path: str) -> Any:
        response = self.client.get(path)
        assert response.status_code == 200
        return response.json()

    def write(self, method: str, path: str, body: object) -> httpx.Response:
        return self.client.request(method, path, json=body)

    def tariff(self, **storage: object) -> httpx.Response:
        """Write the tariff back with some of its storage settings changed."""
        document = self.read(TARIFF)["tariff"]
        document["storage_settings"] |= storage
        return self.write("PUT", TARIFF, {"tariff": document})


@pytest.fixture
def battery_site() -> Iterator[Site]:
    site = Site("8.2-batteries")
    with site.client:
        yield site


@pytest.fixture
def generator_site() -> Iterator[Site]:
    site = Site("8.3-generator-collar")
    with site.client:
        yield site


@pytest.fixture
def acb_site() -> Iterator[Site]:
    site = Site("8.2-acb")
    with site.client:
        yield site


def net_watts(site: Site) -> float:
    [_, net] = site.read("/production.json")["consumption"]
    return float(net["wNow"])


def test_off_and_on_the_grid(battery_site: Site) -> None:
    site = battery_site
    site.clock.advance(11 * 3600)
    assert net_watts(site) != 0.0
    assert site.write("POST", RELAY, {"mains_admin_state": "open"}).status_code == 200
    [enpower] = site.read("/ivp/ensemble/inventory")[1]["devices"]
    assert (enpower["mains_admin_state"], enpower["mains_oper_state"]) == ("open", "open")
    assert site.read(RELAY)["Enchg_grid_mode"] == "multimode-offgrid"
    assert net_watts(site) == 0.0
    site.write("POST", RELAY, {"mains_admin_state": "closed"})
    assert site.read(RELAY)["mains_oper_state"] == "closed"
    assert site.gateway.writes == [
        ("POST", RELAY, {"mains_admin_state": "open"}),
        ("POST", RELAY, {"mains_admin_state": "closed"}),
    ]


def test_a_collar_goes_off_the_grid_too(generator_site: Site) -> None:
    generator_site.write("POST", RELAY, {"mains_admin_state": "open"})
    groups = {
        group["type"]: group["devices"] for group in generator_site.read("/ivp/ensemble/inventory")
    }
    [collar] = groups["COLLAR"]
    assert (collar["mid_state"], collar["grid_state"]) == ("open", "off_grid")
    assert groups["ENCHARGE"][0]["reported_enc_grid_state"] == "grid-forming"


def test_a_dry_contact_opens_and_closes(battery_site: Site) -> None:
    wanted = {"dry_contacts": {"id": "NC1", "status": "open"}}
    assert battery_site.write("POST", CONTACTS, wanted).status_code == 200
    contacts = battery_site.read(CONTACTS)["dry_contacts"]
    assert contacts[0] == {"id": "NC1", "status": "open"}
    assert {contact["status"] for contact in contacts[1:]} == {"closed"}


def test_a_whole_record_of_a_dry_contact_is_taken(battery_site: Site) -> None:
    record = battery_site.read(CONTACT_SETTINGS)["dry_contacts"][2]
    assert record["id"] == "NO1"
    record |= {"load_name": "Sauna", "soc_low": 35.0, "manual_override": False}
    answer = battery_site.write("POST", CONTACT_SETTINGS, {"dry_contacts": record})
    assert answer.status_code == 200
    after = battery_site.read(CONTACT_SETTINGS)["dry_contacts"][2]
    assert after == record | {"manual_override": "false"}


def test_a_partial_record_takes_the_gateway_down_until_it_is_rebooted(battery_site: Site) -> None:
    site = battery_site
    partial = {"dry_contacts": {"id": "NO1", "load_name": "Sauna"}}
    with pytest.raises(httpx.RemoteProtocolError):
        site.write("POST", CONTACT_SETTINGS, partial)
    assert site.gateway.crashed
    with pytest.raises(httpx.ConnectError, match="reboot"):
        site.client.get("/info")
    site.gateway.reboot()
    assert site.read(CONTACT_SETTINGS)["dry_contacts"][2]["load_name"] != "Sauna"
    assert site.gateway.writes == []


def test_the_tariff_sets_reserve_and_charging_from_the_grid(battery_site: Site) -> None:
    site = battery_site
    assert site.tariff(reserved_soc=33.0, charge_from_grid=True).status_code == 200
    document = site.read(TARIFF)
    assert document["tariff"]["storage_settings"]["reserved_soc"] == 33.0
    assert document["schedule"]["reserved_soc"] == 33.0
    assert document["schedule"]["charge_from_grid"] is True
    assert document["schedule"]["date"] == "2024-06-15 12:00:00 UTC"
    assert site.read("/ivp/ensemble/secctrl")["configured_backup_soc"] == 33


def test_the_mode_is_ignored_while_the_gateway_schedules_itself(battery_site: Site) -> None:
    site = battery_site
    assert site.read(TARIFF)["tariff"]["storage_settings"]["opt_schedules"] is True
    assert site.tariff(mode="backup").status_code == 200
    assert site.read(TARIFF)["tariff"]["storage_settings"]["mode"] == "backup"
    assert site.read(TARIFF)["schedule"]["batt_mode"] == "self-consumption"
    site.tariff(mode="backup", opt_schedules=False)
    storage = site.read(TARIFF)["tariff"]["storage_settings"]
    assert (storage["mode"], storage["opt_schedules"]) == ("backup", False)
    assert site.read(TARIFF)["schedule"]["battery_mode"] == "backup"
    site.tariff(mode="economy")
    assert site.read(TARIFF)["tariff"]["storage_settings"]["mode"] == "economy"


def test_a_mode_changes_what_the_batteries_do(battery_site: Site) -> None:
    site = battery_site
    site.clock.advance(12 * 3600)
    evening = sum(item["real_power_mw"] for item in site.read("/ivp/ensemble/power")["devices:"])
    site.tariff(mode="backup", opt_schedules=False)
    spared = sum(item["real_power_mw"] for item in site.read("/ivp/ensemble/power")["devices:"])
    assert evening > 0
    assert spared == 0


def test_what_the_writer_does_not_know_is_kept(battery_site: Site) -> None:
    site = battery_site
    document = site.read(TARIFF)["tariff"]
    del document["seasons_sell"]
    document["storage_settings"]["from_the_future"] = 1
    assert site.write("PUT", TARIFF, {"tariff": document}).status_code == 200
    after = site.read(TARIFF)["tariff"]
    assert after["seasons_sell"] == []
    assert after["storage_settings"]["from_the_future"] == 1


def test_ac_batteries_sleep_and_wake(acb_site: Site) -> None:
    site = acb_site
    serial = acb_serials(profile_named("8.2-acb"))[0]
    site.clock.advance(6 * 3600)
    before = site.read("/production.json")["storage"][0]["wNow"]
    asleep = {"acb_sleep": [{"serial_num": serial, "sleep_min_soc": 20, "sleep_max_soc": 40}]}
    assert site.write("PUT", ACB, asleep).json() == asleep
    devices = site.read("/inventory.json")[1]["devices"]
    assert [device["sleep_enabled"] for device in devices] == [True, False, False]
    assert (devices[0]["sleep_min_soc"], devices[0]["sleep_max_soc"]) == (20, 40)
    assert 0 < site.read("/production.json")["storage"][0]["wNow"] < before
    awake = {"acb_sleep": [{"serial_num": serial}]}
    assert site.write("DELETE", ACB, awake).json() == {"acb_sleep": []}
    assert site.write("DELETE", ACB, awake).status_code == 200
    assert not site.read("/inventory.json")[1]["devices"][0]["sleep_enabled"]


@pytest.mark.parametrize(("mode", "number"), [("off", 0), ("on", 1), ("auto", 2)])
def test_the_generator_follows_its_mode(generator_site: Site, mode: str, number: int) -> None:
    site = generator_site
    assert site.write("POST", "/ivp/ss/gen_mode", {"gen_cmd": mode}).status_code == 200
    generator = site.read("/ivp/ensemble/generator")
    assert generator["admin_mode"] == number
    assert generator["oper_state"] == ("close" if mode == "on" else "open")
    assert site.read("/ivp/ss/gen_mode") == {"gen_cmd": mode}


def test_the_generator_supplies_a_house_off_the_grid(generator_site: Site) -> None:
    site = generator_site
    site.write("POST", "/ivp/ss/gen_mode", {"gen_cmd": "on"})
    site.write("POST", RELAY, {"mains_admin_state": "open"})
    site.clock.advance(12 * 3600)
    live = site.read("/ivp/livedata/status")["meters"]
    assert live["generator"]["agg_p_mw"] > 0
    assert live["generator"]["agg_p_mw"] == pytest.approx(live["grid"]["agg_p_mw"], abs=5)
    assert live["gen_relay_state"] == 1
    assert site.read(RELAY)["Enchg_grid_mode"] == "multimode-generator"


def test_whole_generator_documents_are_taken(generator_site: Site) -> None:
    site = generator_site
    config = site.read("/ivp/ss/gen_config") | {"charge_from_generator": False}
    schedule = site.read("/ivp/ss/gen_schedule")
    schedule["exercise_config"]["day"] = "Thu"
    schedule["default_soc"]["start_soc"] = 25
    assert site.write("POST", "/ivp/ss/gen_config", config).status_code == 200
    assert site.write("POST", "/ivp/ss/gen_schedule", schedule).status_code == 200
    assert site.read("/ivp/ss/gen_config") == config
    assert site.read("/ivp/ss/gen_schedule") == schedule


def test_the_live_stream_is_switched_on(battery_site: Site) -> None:
    answer = battery_site.write("POST", "/ivp/livedata/stream", {"enable": 1})
    assert answer.json() == {"sc_stream": "enabled"}
    connection = battery_site.read("/ivp/livedata/status")["connection"]
    assert connection["sc_stream"] == "enabled"


@pytest.mark.parametrize(
    ("profile", "method", "path", "body"),
    [
        ("8.2-batteries", "POST", RELAY, {"mains_admin_state": "ajar"}),
        ("8.2-batteries", "POST", RELAY, ["open"]),
        ("8.2-batteries", "POST", CONTACTS, {"dry_contacts": {"id": "NC9", "status": "open"}}),
        ("8.2-batteries", "POST", CONTACTS, {"dry_contacts": [{"id": "NC1", "status": "open"}]}),
        ("8.2-batteries", "PUT", TARIFF, {"tariff": {"storage_settings": {"mode": "backup"}}}),
        ("8.2-batteries", "PUT", TARIFF, {}),
        ("8.2-batteries", "POST", "/ivp/livedata/stream", {"enable": "yes"}),
        ("8.3-generator-collar", "POST", "/ivp/ss/gen_mode", {"gen_cmd": "explode"}),
        ("8.3-generator-collar", "POST", "/ivp/ss/gen_config", {"gen_type": "Standby"}),
        ("8.3-generator-collar", "POST", "/ivp/ss/gen_schedule", {"schedule": {}}),
        ("8.2-acb", "PUT", ACB, {"acb_sleep": []}),
        ("8.2-acb", "PUT", ACB, {"acb_sleep": [{"serial_num": "1"}]}),
        ("8.2-acb", "PUT", ACB, {"acb_sleep": [{"serial_num": "121700000100"}]}),
    ],
)
def test_a_wrong_body_is_refused_and_changes_nothing(
    profile: str, method: str, path: str, body: object
) -> None:
    site = Site(profile)
    with site.client as client:
        before = client.get(path).content
        answer = site.write(method, path, body)
        assert answer.status_code == 400
        assert answer.json()["error"]
        assert client.get(path).content == before
    assert site.gateway.writes == []


@pytest.mark.parametrize(
    "storage", [{"mode": "party"}, {"reserved_soc": 120.0}, {"reserved_soc": "20"}, {"mode": None}]
)
def test_storage_settings_that_make_no_sense_are_refused(
    battery_site: Site, storage: dict[str, object]
) -> None:
    before = battery_site.read(TARIFF)
    assert battery_site.tariff(**storage).status_code == 400
    assert battery_site.read(TARIFF) == before


def test_values_of_another_kind_are_refused(battery_site: Site, generator_site: Site) -> None:
    record = battery_site.read(CONTACT_SETTINGS)["dry_contacts"][0] | {"soc_low": "30"}
    refused = battery_site.write("POST", CONTACT_SETTINGS, {"dry_contacts": record})
    assert (refused.status_code, refused.json()["error"]) == (400, "soc_low must be a number")
    config = generator_site.read("/ivp/ss/gen_config") | {"charge_from_generator": "no"}
    refused = generator_site.write("POST", "/ivp/ss/gen_config", config)
    assert refused.json()["error"] == "charge_from_generator must be true or false"
    schedule = generator_site.read("/ivp/ss/gen_schedule") | {"exercise_config": []}
    refused = generator_site.write("POST", "/ivp/ss/gen_schedule", schedule)
    assert refused.json()["error"] == "exercise_config must be an object"
    document = battery_site.read(TARIFF)["tariff"] | {"seasons": "all"}
    refused = battery_site.write("PUT", TARIFF, {"tariff": document})
    assert refused.json()["error"] == "seasons must be a list"


def test_a_body_that_is_not_json_is_refused(battery_site: Site) -> None:
    answer = battery_site.client.post(RELAY, content=b"open sesame")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "status_code"),
    [
        ("POST", RELAY, 405),
        ("POST", "/ivp/ss/gen_mode", 404),
        ("PUT", ACB, 404),
        ("POST", "/info", 405),
    ],
)
def test_what_is_not_there_cannot_be_written(method: str, path: str, status_code: int) -> None:
    site = Site("7.6")
    with site.client:
        assert site.write(method, path, {}).status_code == status_code


def test_a_write_needs_a_login() -> None:
    gateway = SimulatedGateway("8.2-batteries", clock=FakeClock())
    with httpx.Client(transport=gateway.transport()) as client:
        body = {"mains_admin_state": "open"}
        assert client.post(f"https://envoy.local{RELAY}", json=body).status_code == 401
    assert gateway.writes == []


def test_a_write_that_is_answered_with_an_error_changed_nothing(battery_site: Site) -> None:
    battery_site.gateway.fail(RELAY, with_=status(503))
    answer = battery_site.write("POST", RELAY, {"mains_admin_state": "open"})
    assert answer.status_code == 503
    assert battery_site.read(RELAY)["mains_oper_state"] == "closed"


def test_a_write_whose_answer_is_lost_has_happened(battery_site: Site) -> None:
    battery_site.gateway.fail(RELAY, with_=timeout())
    with pytest.raises(httpx.ReadTimeout):
        battery_site.write("POST", RELAY, {"mains_admin_state": "open"})
    assert battery_site.read(RELAY)["mains_oper_state"] == "open synchronized"


def test_old_firmware_takes_no_writes() -> None:
    gateway = SimulatedGateway("5.0", clock=FakeClock())
    auth = httpx.DigestAuth("envoy", gateway.serial[-6:])
    with httpx.Client(transport=gateway.transport(), auth=auth) as client:
        answer = client.put(f"http://envoy.local{TARIFF}", json={"tariff": {}})
    assert answer.status_code == 405
    assert gateway.writes == []
