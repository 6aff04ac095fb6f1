"""What comes of writes to a simulated gateway, on its own clock, and who may write."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.testing import FakeClock, SimulatedGateway
from enphase_sdk.testing.gateway.ensemble import acb_serials
from enphase_sdk.testing.gateway.profiles import profile_named

RELAY = "/ivp/ensemble/relay"
CONTACTS = "/ivp/ensemble/dry_contacts"
CONTACT_SETTINGS = "/ivp/ss/dry_contact_settings"
TARIFF = "/admin/lib/tariff"
SWITCH = "/ivp/mod/603980032/mode/power"
LIMIT = "/ivp/ss/dpel"
OFF = {"length": 1, "arr": [1]}


class Site:
    def __init__(self, profile: str, *, owner: bool = True) -> None:
        self.clock = FakeClock()
        self.gateway = SimulatedGateway(profile, clock=self.clock)
        self.client = httpx.Client(
            transport=self.gateway.transport(),
            base_url="https://envoy.local",
            headers={"Authorization": f"Bearer {self.gateway.issue_token(owner=owner)}"},
        )

    def read(self, path: str) -> Any:
        return self.client.get(path).json()

    def write(self, method: str, path: str, body: object) -> int:
        return self.client.request(method, path, json=body).status_code


def relay_of(site: Site) -> tuple[str, str]:
    told = site.read(RELAY)
    return told["mains_admin_state"], told["mains_oper_state"]


def test_a_relay_that_moves_late() -> None:
    site = Site("8.2-batteries")
    site.gateway.set_effect(RELAY, "late")
    assert site.write("POST", RELAY, {"mains_admin_state": "open"}) == 200
    site.clock.advance(89)
    assert relay_of(site) == ("open", "closed")
    site.clock.advance(1)
    assert relay_of(site) == ("open", "open synchronized")


def test_a_tariff_that_is_stored_only() -> None:
    site = Site("8.2-batteries")
    site.gateway.set_effect(TARIFF, "stored only")
    tariff = site.read(TARIFF)["tariff"]
    tariff["storage_settings"] |= {"reserved_soc": 50.0, "charge_from_grid": True}
    assert site.write("PUT", TARIFF, {"tariff": tariff}) == 200
    site.clock.advance(86_400)
    whole = site.read(TARIFF)
    assert whole["tariff"]["storage_settings"]["reserved_soc"] == 50.0
    assert whole["schedule"]["reserved_soc"] == 20.0
    assert site.read("/ivp/ensemble/secctrl")["configured_backup_soc"] == 20
    assert site.read("/ivp/sc/sched")["Charge From Grid Allowed"] is False


def test_a_tariff_that_the_cloud_undoes() -> None:
    site = Site("8.2-batteries")
    site.gateway.set_effect(TARIFF, "reverted")
    before = site.read(TARIFF)["tariff"]
    changed = {**before, "storage_settings": {**before["storage_settings"], "reserved_soc": 50.0}}
    site.write("PUT", TARIFF, {"tariff": changed})
    site.clock.advance(109)
    assert site.read("/ivp/ensemble/secctrl")["configured_backup_soc"] == 50
    site.clock.advance(1)
    assert site.read("/ivp/ensemble/secctrl")["configured_backup_soc"] == 20
    assert site.read(TARIFF)["tariff"] == before


def test_an_ac_battery_falls_asleep_after_a_quarter_of_an_hour() -> None:
    site = Site("8.2-acb")
    site.gateway.set_effect("/admin/lib/acb_config", "late")
    [serial, *_] = acb_serials(profile_named("8.2-acb"))
    record = {"serial_num": serial, "sleep_min_soc": 95, "sleep_max_soc": 100}
    site.write("PUT", "/admin/lib/acb_config", {"acb_sleep": [record]})

    def battery() -> Any:
        return site.read("/inventory.json?deleted=1")[1]["devices"][0]

    site.clock.advance(899)
    assert battery()["sleep_enabled"] is True
    assert "envoy.cond_flags.pcu_ctrl.sleep-mode" not in battery()["device_status"]
    site.clock.advance(1)
    assert "envoy.cond_flags.pcu_ctrl.sleep-mode" in battery()["device_status"]
    assert battery()["charge_status"] == "idle"


def test_contacts_read_open_for_90_seconds_after_a_settings_write() -> None:
    site = Site("8.2-batteries")
    record = site.read(CONTACT_SETTINGS)["dry_contacts"][0]
    site.write("POST", CONTACT_SETTINGS, {"dry_contacts": {**record, "soc_low": 40.0}})

    def contacts() -> list[str]:
        return [one["status"] for one in site.read(CONTACTS)["dry_contacts"]]

    site.clock.advance(89)
    assert contacts() == ["open", "open", "closed", "closed"]
    site.clock.advance(1)
    assert contacts() == ["closed"] * 4


def test_production_switched_off_and_on() -> None:
    site = Site("8.3-three-phase", owner=False)
    sunny = site.gateway.moment.production
    assert sunny > 1000
    assert site.write("PUT", SWITCH, OFF) == 204
    assert site.gateway.writes == [("PUT", SWITCH, OFF)]
    assert site.read(SWITCH) == {"powerForcedOff": True}
    assert site.gateway.moment.production == 0
    site.gateway.set_effect(SWITCH, "late", after=600)
    site.write("PUT", SWITCH, {"length": 1, "arr": [0]})
    assert site.read(SWITCH) == {"powerForcedOff": False}
    site.clock.advance(599)
    assert site.gateway.moment.production == 0
    site.clock.advance(1)
    assert site.gateway.moment.production > 1000


@pytest.mark.parametrize("firmware", [None, "D8.3.5528"])
@pytest.mark.parametrize("says_export", [False, True])
def test_what_a_limit_limits_depends_on_the_firmware(
    firmware: str | None, says_export: bool
) -> None:
    site = Site("8.3-three-phase", owner=False)
    if firmware is not None:
        site.gateway.update_firmware(firmware)
    limits = {
        "enable": True,
        "export_limit": says_export,
        "limit_value_W": 700.0,
        "slew_rate": 50.0,
        "enable_dynamic_limiting": False,
    }
    assert site.write("POST", LIMIT, {"dynamic_pel_settings": limits}) == 200
    now = site.gateway.moment
    if says_export is (firmware is not None):
        assert sum(now.grid) == pytest.approx(-700)
        assert now.production > 700
    else:
        assert now.production == pytest.approx(700)
    site.write("POST", LIMIT, {"dynamic_pel_settings": {"enable": False}})
    assert sum(site.gateway.moment.grid) < -1000


@pytest.mark.parametrize("path", [SWITCH, LIMIT])
def test_what_is_an_installer_s_is_closed_to_an_owner(path: str) -> None:
    for owner, status in ((True, 401), (False, 200)):
        site = Site("8.3-three-phase", owner=owner)
        assert site.client.get(path).status_code == status
    owners = Site("8.3-three-phase")
    assert owners.write("PUT" if path == SWITCH else "POST", path, OFF) == 401
    assert owners.gateway.writes == []


def test_a_session_keeps_the_role_of_its_token() -> None:
    gateway = SimulatedGateway("8.3-three-phase", clock=FakeClock(), sessions=True)
    for owner, status in ((True, 401), (False, 200)):
        token = gateway.issue_token(owner=owner)
        with httpx.Client(transport=gateway.transport(), base_url="https://envoy.local") as client:
            client.get("/auth/check_jwt", headers={"Authorization": f"Bearer {token}"})
            assert client.get("/ivp/meters").status_code == 200
            assert client.get(SWITCH).status_code == status


@pytest.mark.parametrize(
    ("path", "effect", "after", "said"),
    [
        ("/ivp/meters", "late", None, "cannot be written to; there are: /admin"),
        (RELAY, "never", None, "there are: at once, late, stored only, reverted"),
        (RELAY, "late", -1.0, "after"),
        (RELAY, "late", float("nan"), "after"),
    ],
)
def test_an_effect_that_makes_no_sense(
    path: str, effect: Any, after: float | None, said: str
) -> None:
    gateway = SimulatedGateway("8.2-batteries", clock=FakeClock())
    with pytest.raises(InvalidArgumentError, match=said):
        gateway.set_effect(path, effect, after=after)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", SWITCH, {"length": 1, "arr": [2]}),
        ("PUT", SWITCH, {"arr": [0]}),
        ("POST", LIMIT, {"dynamic_pel_settings": {"enable": "yes"}}),
        ("POST", LIMIT, {"dynamic_pel_settings": {"enable": True, "limit_value_W": 5.0}}),
    ],
)
def test_a_body_that_an_installer_s_write_does_not_take(
    method: str, path: str, body: object
) -> None:
    site = Site("8.3-three-phase", owner=False)
    assert site.write(method, path, body) == 400
    assert site.gateway.writes == []
