"""Microinverters: with details where the firmware has them, all of them in any case."""

from __future__ import annotations

from typing import Any

import pytest

from enphase_sdk.core.effects import Reply
from enphase_sdk.gateway.models.energy import Inverter
from enphase_sdk.gateway.profile import GatewayProfile
from tests.gateway import homes
from tests.gateway.gateways import Answer, FakeGateway, ok
from tests.gateway.homes import DEVICE_DATA, INVERTERS, device_data, listed_inverter, pcu, reading

SERIALS = [f"2020000000{number:02}" for number in range(60)]


def listed(serials: list[str]) -> Answer:
    return ok([listed_inverter(serial) for serial in serials])


def changed(serial: str, **reading: Any) -> homes.Json:
    device = pcu(serial)
    device["channels"][0]["lastReading"] = reading
    return device


def test_details_are_in_plain_units() -> None:
    assert reading({DEVICE_DATA: device_data(pcu("1"))}).inverters["1"] == Inverter(
        serial_number="1",
        last_report_date=1_748_576_887,
        last_report_watts=255,
        max_report_watts=371,
        dc_voltage=32.363,
        dc_current=8.078,
        ac_voltage=248.156,
        ac_current=1.049,
        ac_frequency=50.013,
        temperature=38,
        lifetime_energy=98_412,
        energy_produced=70.833,
        energy_today=1239,
        last_report_duration=900,
    )


def test_the_list_has_power_only() -> None:
    assert reading({INVERTERS: listed(["1"])}, "3.9.36").inverters == {
        "1": Inverter(
            serial_number="1",
            last_report_date=1_748_576_887,
            last_report_watts=255,
            max_report_watts=371,
        )
    }


def test_the_list_is_not_asked_where_details_hold_all() -> None:
    gateway = FakeGateway({DEVICE_DATA: device_data(pcu("1")), INVERTERS: listed(["1"])})
    gateway.run(homes.first_flow())
    assert INVERTERS not in gateway.asked


def test_only_microinverters_are_inverters() -> None:
    meter = pcu("122446001637EIM1") | {"devName": "eim"}
    assert list(reading({DEVICE_DATA: device_data(pcu("1"), meter)}).inverters) == ["1"]


def test_removed_microinverters_are_left_out() -> None:
    removed = changed("2") | {"active": False}
    gone_but_reporting = pcu("3", modGone=True)
    silent = pcu("4", active=False)
    waiting = changed("5")
    devices = device_data(pcu("1"), removed, gone_but_reporting, silent, waiting)
    inverters = reading({DEVICE_DATA: devices}).inverters
    assert list(inverters) == ["1", "3", "4", "5"]
    assert inverters["5"].last_report_watts is None


@pytest.mark.parametrize("spelling", ["acCurrentInmA", "acCurrentINmA"])
def test_spellings_drift_between_firmwares(spelling: str) -> None:
    device = changed("1", **{spelling: 435})
    assert reading({DEVICE_DATA: device_data(device)}).inverters["1"].ac_current == 0.435


def test_an_interval_of_no_length_has_no_power() -> None:
    device = changed("1", joulesProduced=100, duration=0)
    inverter = reading({DEVICE_DATA: device_data(device)}).inverters["1"]
    assert (inverter.last_report_watts, inverter.energy_produced) == (None, None)


def test_details_that_are_cut_give_way_to_the_list_and_are_not_asked_again() -> None:
    profile = GatewayProfile()
    cut = device_data(*map(pcu, SERIALS[:50]), count=60)
    answers = {DEVICE_DATA: cut, INVERTERS: listed(SERIALS)}
    first = reading(answers, profile=profile)
    assert list(first.inverters) == SERIALS
    assert first.inverters[SERIALS[0]].dc_voltage is None
    assert reading({INVERTERS: listed(SERIALS)}, profile=profile) == first


def test_full_details_are_kept_if_the_list_has_no_more() -> None:
    full = device_data(*map(pcu, SERIALS[:50]))
    inverters = reading({DEVICE_DATA: full, INVERTERS: listed(SERIALS[:50])}).inverters
    assert len(inverters) == 50
    assert inverters[SERIALS[0]].dc_voltage == 32.363


def test_full_details_give_way_if_the_list_has_more() -> None:
    full = device_data(*map(pcu, SERIALS[:50]))
    assert len(reading({DEVICE_DATA: full, INVERTERS: listed(SERIALS)}).inverters) == 60


@pytest.mark.parametrize("details", [Reply(500), ok([1]), device_data()])
def test_the_list_stands_in_for_details_that_fail_or_are_empty(details: Answer) -> None:
    inverters = reading({DEVICE_DATA: details, INVERTERS: listed(["1"])}).inverters
    assert list(inverters) == ["1"]


def test_one_odd_record_costs_itself_only() -> None:
    odd: list[Any] = [
        listed_inverter("1"),
        listed_inverter("2") | {"lastReportWatts": "many"},
        {"lastReportWatts": 3},
        None,
        listed_inverter(""),
    ]
    snapshot = reading(homes.producing({INVERTERS: ok(odd)}))
    assert list(snapshot.inverters) == ["1", "2"]
    assert snapshot.inverters["2"].last_report_watts is None
    assert snapshot.inverters["2"].max_report_watts == 371
    assert [problem.reason for problem in snapshot.problems] == [
        "an entry: null where an object was expected",
        "lastReportWatts: text where a number was expected",
        "a record without serialNumber (2 times)",
    ]


def test_one_odd_device_costs_itself_only() -> None:
    content = {"1": pcu("1"), "2": 5, "3": pcu("3", channels="none"), "deviceCount": 3}
    snapshot = reading(homes.producing({DEVICE_DATA: ok(content | {"deviceDataLimit": 50})}))
    assert list(snapshot.inverters) == ["1", "3"]
    assert snapshot.inverters["3"].dc_voltage is None
    assert [problem.reason for problem in snapshot.problems] == [
        "an entry: a number where an object was expected",
        "channels: text where a list was expected",
    ]


def test_a_list_that_is_none_is_a_problem() -> None:
    snapshot = reading(homes.producing({INVERTERS: ok({"inverters": []})}))
    assert snapshot.inverters == {}
    assert [problem.endpoint for problem in snapshot.problems] == [INVERTERS]
