"""What can be set: relays, tariff and storage, generator; and the gateway's own page."""

from __future__ import annotations

from typing import Any

import pytest

from enphase_sdk.core.effects import Reply
from enphase_sdk.errors import APIResponseValidationError, NotAvailableError
from enphase_sdk.gateway.models.settings import (
    DryContactSettings,
    Generator,
    GeneratorMode,
    GeneratorSchedule,
    StorageSettings,
)
from enphase_sdk.gateway.models.site import Device, Home, Interface
from enphase_sdk.gateway.profile import GatewayProfile
from enphase_sdk.gateway.reading import EVERYTHING, fetch, read
from enphase_sdk.gateway.sources import DEVICES, HOME, Source
from tests.gateway import homes
from tests.gateway.gateways import Answer, FakeGateway, ok
from tests.gateway.homes import CONTACT_SETTINGS, GEN_CONFIG, GEN_MODE, GENERATOR, TARIFF, reading


def tariff(**changes: Any) -> Answer:
    return ok({"tariff": homes.TARIFF_ANSWER["tariff"] | changes})


def test_relay_settings_are_read() -> None:
    assert reading(homes.everything()).dry_contact_settings == {
        "NC1": DryContactSettings(
            id="NC1",
            type="LOAD",
            load_name="Furnace",
            mode="soc",
            grid_action="apply",
            micro_grid_action="shed",
            generator_action="none",
            essential_start_time=32400.0,
            essential_end_time=57600.0,
            soc_low=30.0,
            soc_high=40.0,
            black_start=5.0,
            priority=1.0,
            override=True,
            manual_override=False,
            pv_serial_nb=[],
        )
    }


@pytest.mark.parametrize(
    ("sent", "flag"), [("true", True), ("false", False), (True, True), (1, True), ("yes", None)]
)
def test_relays_say_yes_and_no_in_several_ways(sent: Any, flag: bool | None) -> None:
    contact = homes.CONTACT | {"override": sent, "pv_serial_nb": ["1", 2]}
    answers = homes.everything() | {CONTACT_SETTINGS: ok({"dry_contacts": [contact]})}
    settings = reading(answers).dry_contact_settings["NC1"]
    assert settings.override is flag
    assert settings.pv_serial_nb == ["1"]


def test_a_tariff_keeps_what_it_does_not_understand() -> None:
    result = reading(homes.everything()).tariff
    assert result is not None
    assert result.seasons == [homes.SEASON]
    assert result.storage_settings is not None
    assert result.storage_settings.mode == "self-consumption"
    assert result.single_rate is not None
    assert (result.single_rate.rate, result.single_rate.sell) == (0.2, 0)


@pytest.mark.parametrize(
    ("sent", "mode"),
    [("savings-mode", "economy"), ("economy", "economy"), ("moonlight", "moonlight")],
)
def test_modes_keep_their_word_but_for_the_older_name_of_economy(sent: str, mode: str) -> None:
    result = reading({TARIFF: tariff(storage_settings=homes.STORAGE | {"mode": sent})}).tariff
    assert result is not None
    assert result.storage_settings is not None
    assert result.storage_settings.mode == mode


def test_a_tariff_may_be_without_batteries_and_prices() -> None:
    result = reading({TARIFF: ok({"tariff": {"currency": {"code": "USD"}}})}).tariff
    assert result is not None
    assert (result.storage_settings, result.single_rate, result.seasons) == (None, None, [])


def test_older_firmware_leaves_settings_out() -> None:
    result = reading({TARIFF: tariff(storage_settings={"reserved_soc": 30})}).tariff
    assert result is not None
    assert result.storage_settings == StorageSettings(
        mode=None,
        operation_mode_sub_type=None,
        reserved_soc=30,
        very_low_soc=None,
        charge_from_grid=None,
        date=None,
        opt_schedules=None,
    )


@pytest.mark.parametrize("content", [{"schedule": {}}, {"tariff": "high"}, [1]])
def test_what_is_no_tariff_is_none(content: Any) -> None:
    assert reading({TARIFF: ok(content)}).tariff is None


def test_a_generator_is_read() -> None:
    snapshot = reading(homes.everything())
    assert snapshot.generator == Generator(
        admin_mode=None,
        admin_state="close",
        exc_on=None,
        oper_state="close",
        present=True,
        schedule=None,
        start_soc=None,
        stop_soc=None,
        type=1,
    )
    assert snapshot.generator_mode == GeneratorMode(gen_cmd="auto")
    assert snapshot.generator_schedule == GeneratorSchedule(
        default_start_soc=30,
        default_stop_soc=70,
        exercise_day="Sun",
        exercise_duration=30,
        exercise_freq_in_weeks=1,
        exercise_start=750,
        last_updated_by="ITK",
        schedule={"default": []},
    )
    assert snapshot.generator_config is not None
    assert snapshot.generator_config.charge_from_generator is True


def test_without_a_generator_its_settings_are_asked_once_and_nothing_else() -> None:
    profile, gateway = GatewayProfile(), FakeGateway(homes.everything() | {GEN_CONFIG: ok({})})
    for _ in range(2):
        snapshot = gateway.run(read(homes.info(), profile, now=0.0))
        assert snapshot.generator is None
    assert gateway.asked.count(GEN_CONFIG) == 1
    assert GENERATOR not in gateway.asked


def test_a_generator_is_read_on_while_its_settings_fail() -> None:
    profile = GatewayProfile()
    before = reading(homes.everything(), profile=profile)
    after = reading(homes.everything() | {GEN_CONFIG: Reply(500)}, profile=profile)
    assert after.generator_config is None
    assert after.generator == before.generator


def test_a_mode_that_says_nothing_is_a_problem() -> None:
    snapshot = reading(homes.everything() | {GEN_MODE: ok({"other": 1})})
    assert snapshot.generator_mode is None
    assert [problem.endpoint for problem in snapshot.problems] == [GEN_MODE]


HOME_PAGE = {
    "software_build_epoch": 1_749_981_828,
    "timezone": "US/Eastern",
    "network": {
        "web_comm": True,
        "last_enlighten_report_time": 1_752_974_593,
        "primary_interface": "wlan0",
        "interfaces": [
            {"type": "ethernet", "interface": "eth0", "mac": "01:02:03:04:05:06", "dhcp": True},
            {"type": "wifi", "interface": "wlan0", "mac": "02:03:04:05:06:07", "dhcp": False},
        ],
    },
}


def test_the_gateways_own_page_is_read_on_demand() -> None:
    home = FakeGateway({"/home": ok(HOME_PAGE)}).run(fetch(HOME))
    assert home == Home(
        interface=Interface(
            primary_interface="wlan0",
            interface_type="wifi",
            mac="02:03:04:05:06:07",
            dhcp=False,
            software_build_epoch=1_749_981_828,
            timezone="US/Eastern",
        ),
        timezone="US/Eastern",
        last_enlighten_report_at=1_752_974_593,
        reaches_enlighten=True,
    )


@pytest.mark.parametrize(
    "network", [{}, {"primary_interface": "ppp0", "interfaces": []}, {"interfaces": [{}]}]
)
def test_the_interface_may_not_be_told(network: homes.Json) -> None:
    home = FakeGateway({"/home": ok({"network": network})}).run(fetch(HOME))
    assert home.interface is None


def test_devices_are_listed_on_demand() -> None:
    device = {
        "serial_num": "202000000001",
        "part_num": "800-01391-r03",
        "last_rpt_date": "1748576887",
        "img_pnum_running": "520-00082-r01-v04.27.04",
        "communicating": True,
        "producing": False,
    }
    inventory = [{"type": "PCU", "devices": [device, {"part_num": "?"}]}, {"devices": []}]
    gateway = FakeGateway(homes.everything() | {"/inventory.json": ok(inventory)})
    snapshot = gateway.run(
        read(homes.info(), GatewayProfile(), now=0.0, wanted=EVERYTHING | {"devices"})
    )
    assert snapshot.devices == [
        Device(
            kind="PCU",
            serial_number="202000000001",
            part_number="800-01391-r03",
            firmware_version="520-00082-r01-v04.27.04",
            last_report_date=1_748_576_887,
            communicating=True,
            producing=False,
        )
    ]
    assert [problem.reason for problem in snapshot.problems] == [
        "a record without serial_num",
        "a record without type",
    ]


@pytest.mark.parametrize(("path", "source"), [("/home", HOME), ("/inventory.json", DEVICES)])
@pytest.mark.parametrize("content", [{"no": "names"}, ["no", "records"], {}])
def test_what_is_neither_page_nor_list_is_an_error(
    path: str, source: Source[Any], content: Any
) -> None:
    with pytest.raises((APIResponseValidationError, NotAvailableError), match=path):
        FakeGateway({path: ok(content)}).run(fetch(source))


@pytest.mark.parametrize(("told", "by"), [({"last_updated_by": "ITK"}, "ITK"), ({}, None)])
def test_who_told_the_generator_its_mode(told: dict[str, str], by: str | None) -> None:
    mode = reading(homes.everything() | {homes.GEN_MODE: ok({"gen_cmd": "on"} | told)})
    assert mode.generator_mode is not None
    assert (mode.generator_mode.gen_cmd, mode.generator_mode.last_updated_by) == ("on", by)
