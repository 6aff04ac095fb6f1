"""Batteries and the boxes around them, AC Batteries, relays."""

from __future__ import annotations

from typing import Any

import pytest

from enphase_sdk.core.effects import Reply
from enphase_sdk.gateway.models.settings import DryContact
from enphase_sdk.gateway.models.storage import (
    AcbPower,
    BatteryAggregate,
    EnchargeAggregate,
    EnchargePower,
)
from enphase_sdk.gateway.profile import GatewayProfile
from tests.gateway import homes
from tests.gateway.gateways import Answer, FakeGateway, ok
from tests.gateway.homes import (
    ACB_INVENTORY,
    CONTACT_SETTINGS,
    DEVICE_DATA,
    DRY_CONTACTS,
    GEN_CONFIG,
    INVENTORY,
    INVERTERS,
    PAGE,
    POWER,
    SECCTRL,
    Json,
    reading,
)


def inventory(**devices: list[homes.Json]) -> Answer:
    return ok([{"type": kind, "devices": listed} for kind, listed in devices.items()])


def asked(answers: dict[str, Answer]) -> list[str]:
    gateway = FakeGateway(homes.producing(answers))
    gateway.run(homes.first_flow())
    return gateway.asked


def test_every_box_is_read() -> None:
    snapshot = reading(homes.everything())
    assert snapshot.encharge_inventory is not None
    assert list(snapshot.encharge_inventory) == ["492000000001", "492000000002"]
    battery = snapshot.encharge_inventory["492000000001"]
    assert (battery.percent_full, battery.temperature, battery.temperature_unit) == (85, 42, "C")
    assert battery.operating is None
    assert snapshot.encharge_power == {
        "492000000001": EnchargePower(apparent_power_mva=-24100, real_power_mw=-24000, soc=85)
    }
    assert snapshot.enpower is not None
    assert (snapshot.enpower.grid_mode, snapshot.enpower.temperature_unit) == (
        "multimode-ongrid",
        "F",
    )
    assert snapshot.collar is not None
    assert (snapshot.collar.mid_state, snapshot.collar.grid_state) == ("close", "on_grid")
    assert snapshot.c6cc is not None
    assert snapshot.c6cc.firmware_version == "0.1.20-D1"
    assert snapshot.problems == []


def test_sums_over_batteries_of_one_kind_and_of_all() -> None:
    snapshot = reading(homes.everything())
    assert snapshot.encharge_aggregate == EnchargeAggregate(
        available_energy=4216,
        backup_reserve=1488,
        max_available_capacity=4960,
        state_of_charge=85,
        reserve_state_of_charge=31,
        configured_reserve_state_of_charge=30,
    )
    assert snapshot.battery_aggregate == BatteryAggregate(
        available_energy=4576, max_available_capacity=8560, state_of_charge=50
    )


def test_ac_batteries_are_read_where_there_are_any() -> None:
    snapshot = reading(homes.everything())
    assert snapshot.acb_power == AcbPower(
        power=260, charge_wh=930, state_of_charge=25, state="discharging", batteries=3
    )
    assert snapshot.acb_inventory is not None
    battery = snapshot.acb_inventory["121000000001"]
    assert (battery.installed_date, battery.charge_status) == (1_504_015_900, "discharging")


def test_without_ac_batteries_nothing_is_asked_about_them() -> None:
    idle = {"type": "acb", "activeCount": 0, "wNow": 0, "whNow": 0, "state": "idle"}
    answers = homes.everything() | {PAGE: homes.page(storage=[idle])}
    snapshot = reading(answers)
    assert (snapshot.acb_power, snapshot.acb_inventory, snapshot.battery_aggregate) == (
        None,
        None,
        None,
    )
    assert ACB_INVENTORY not in asked(answers)


def test_ac_batteries_alone_have_an_aggregate_too() -> None:
    snapshot = reading({k: v for k, v in homes.everything().items() if k != INVENTORY})
    assert snapshot.encharge_aggregate is None
    assert snapshot.battery_aggregate is not None


def test_ac_batteries_are_remembered_while_the_production_page_fails() -> None:
    profile = GatewayProfile()
    reading(homes.everything(), profile=profile)
    snapshot = reading(homes.everything() | {PAGE: Reply(503)}, profile=profile)
    assert snapshot.acb_inventory is not None
    assert snapshot.battery_aggregate is not None


@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        ({}, set()),
        ({"ENCHARGE": []}, {SECCTRL, POWER}),
        ({"ENPOWER": [homes.ENPOWER]}, {DRY_CONTACTS, CONTACT_SETTINGS, GEN_CONFIG}),
        ({"ENPOWER": []}, set()),
        ({"COLLAR": [homes.COLLAR]}, {GEN_CONFIG}),
        ({"C6 RGM": [{"serial_num": "1"}]}, set()),
    ],
)
def test_only_what_the_boxes_have_is_asked(
    devices: dict[str, list[homes.Json]], expected: set[str]
) -> None:
    dependent = {SECCTRL, POWER, DRY_CONTACTS, CONTACT_SETTINGS, GEN_CONFIG}
    assert dependent & set(asked({INVENTORY: inventory(**devices)})) == expected


def test_batteries_may_be_foreseen_and_not_there() -> None:
    answers = {INVENTORY: inventory(ENCHARGE=[]), POWER: ok({"devices:": []})}
    snapshot = reading(answers)
    assert snapshot.encharge_inventory == {}
    assert snapshot.encharge_power == {}


def test_a_name_without_its_odd_colon_is_read_too() -> None:
    power = {"devices": [{"serial_num": "1", "real_power_mw": 5.4}]}
    snapshot = reading({INVENTORY: inventory(ENCHARGE=[]), POWER: ok(power)})
    assert snapshot.encharge_power is not None
    assert snapshot.encharge_power["1"].real_power_mw == 5


def test_relays_are_read_with_words_nobody_has_seen() -> None:
    contacts = [{"id": "NC1", "status": "stuck"}, {"id": "NC2", "status": 3}, {"status": "open"}]
    answers = {
        INVENTORY: inventory(ENPOWER=[homes.ENPOWER]),
        DRY_CONTACTS: ok({"dry_contacts": contacts}),
    }
    snapshot = reading(homes.producing(answers))
    assert snapshot.dry_contact_status == {
        "NC1": DryContact(id="NC1", status="stuck"),
        "NC2": DryContact(id="NC2", status=None),
    }
    assert [problem.reason for problem in snapshot.problems] == [
        "a record without id",
        "status: a number where text was expected",
    ]


def test_boxes_are_remembered_while_their_list_fails() -> None:
    profile = GatewayProfile()
    before = reading(homes.everything(), profile=profile)
    after = reading(homes.everything() | {INVENTORY: ok({"no": "list"})}, profile=profile)
    assert after.encharge_inventory is None
    assert after.encharge_power == before.encharge_power
    assert after.encharge_aggregate == before.encharge_aggregate
    assert after.dry_contact_settings == before.dry_contact_settings
    assert after.generator == before.generator


def test_boxes_that_never_answered_are_not_asked_for_more() -> None:
    assert POWER not in asked({INVENTORY: Reply(503), POWER: ok({"devices:": []})})


def test_an_odd_battery_costs_itself_only() -> None:
    devices = [homes.battery("1"), homes.battery("2", temperature=None), {"serial_num": 3}]
    snapshot = reading(homes.producing({INVENTORY: inventory(ENCHARGE=devices)}))
    assert snapshot.encharge_inventory is not None
    assert list(snapshot.encharge_inventory) == ["1", "2"]
    assert snapshot.encharge_inventory["2"].temperature is None
    assert [problem.reason for problem in snapshot.problems] == [
        "serial_num: a number where text was expected",
        "temperature: null where a number was expected",
    ]


def test_a_list_of_nothing_known_is_a_problem() -> None:
    snapshot = reading(homes.producing({INVENTORY: ok([{"devices": []}])}))
    assert snapshot.encharge_inventory is None
    assert [problem.reason for problem in snapshot.problems] == ["a record without type"]


def ac_battery(last_report: str, **changes: Any) -> Answer:
    battery = {
        "serial_num": "121000000001",
        "part_num": "800-00560-r03",
        "device_status": ["envoy.global.ok"],
        "last_rpt_date": last_report,
        "percentFull": 25,
    }
    return inventory(ACB=[battery | changes])


def with_ac_battery(listed: Answer, reported: Json) -> dict[str, Answer]:
    answers = {k: v for k, v in homes.everything().items() if k != DEVICE_DATA}
    entry = homes.listed_inverter("121000000001") | {"devType": 11} | reported
    inverters = ok([homes.listed_inverter("202000000001"), entry])
    return answers | {ACB_INVENTORY: listed, INVERTERS: inverters}


@pytest.mark.parametrize(
    ("in_inventory", "in_list", "newest"),
    [
        ("1700000900", 1_700_000_000, 1_700_000_900),
        ("1700000000", 1_700_000_900, 1_700_000_900),
        ("0", 1_700_000_900, 1_700_000_900),
        ("1700000900", 0, 1_700_000_900),
        ("0", 0, None),
    ],
)
def test_the_newer_report_of_an_ac_battery_counts(
    in_inventory: str, in_list: int, newest: int | None
) -> None:
    reported = {"lastReportDate": in_list, "lastReportWatts": -25, "maxReportWatts": 140}
    snapshot = reading(with_ac_battery(ac_battery(in_inventory), reported))
    assert snapshot.problems == []
    told = snapshot.to_dict()["acb_inventory"]["121000000001"]
    assert (told["serial_num"], told["part_num"]) == ("121000000001", "800-00560-r03")
    assert told["device_status"] == ["envoy.global.ok"]
    assert told["last_report_date"] == newest
    assert (told["last_report_watts"], told["max_report_watts"]) == (-25, 140)
    assert told["percent_full"] == 25


def test_an_ac_battery_that_is_listed_nowhere_else_has_its_own_report() -> None:
    answers = with_ac_battery(ac_battery("1700000900"), {"serialNumber": "121000000002"})
    batteries = reading(answers).acb_inventory
    assert batteries is not None
    assert batteries["121000000001"].last_report_date == 1_700_000_900
    assert batteries["121000000001"].last_report_watts is None


def test_power_that_cannot_be_is_left_out_of_an_ac_battery_too() -> None:
    answers = with_ac_battery(ac_battery("1700000900"), {"lastReportWatts": 2**31 - 1})
    snapshot = reading(answers)
    assert snapshot.acb_inventory is not None
    assert snapshot.acb_inventory["121000000001"].last_report_watts is None
    assert [problem.endpoint for problem in snapshot.problems] == [INVERTERS]


def test_a_date_of_0_is_never_wherever_it_stands() -> None:
    devices = [homes.battery("1", last_rpt_date=0, img_load_date=0, installed=0)]
    answers = {
        INVENTORY: inventory(ENCHARGE=devices),
        INVERTERS: ok([homes.listed_inverter("9") | {"lastReportDate": 0}]),
    }
    snapshot = reading(homes.producing(answers))
    assert snapshot.problems == []
    assert snapshot.inverters["9"].last_report_date is None
    assert snapshot.encharge_inventory is not None
    battery = snapshot.encharge_inventory["1"]
    dates = (battery.last_report_date, battery.firmware_loaded_date, battery.installed_date)
    assert dates == (None, None, None)
