"""Where production comes from, and that it stays so."""

from __future__ import annotations

import pytest

from enphase_sdk.core.effects import Reply
from enphase_sdk.errors import APITimeoutError
from enphase_sdk.gateway.models.energy import SystemEnergy
from enphase_sdk.gateway.profile import GatewayProfile
from enphase_sdk.gateway.reading import read
from enphase_sdk.gateway.snapshot import Problem
from tests.gateway import homes
from tests.gateway.gateways import HTML, Answer, FakeGateway, ok
from tests.gateway.homes import METERS, OLDER_PAGE, PAGE, READINGS, TARIFF, V1, reading

METERED = homes.page(
    homes.inverters_entry(),
    homes.entry("production", homes.figures(488.4, 3_183_793.6, 4425.3, 111_093.3)),
)
FROM_METER = SystemEnergy(
    watts_now=488,
    watt_hours_today=4425,
    watt_hours_last_7_days=111_093,
    watt_hours_lifetime=3_183_794,
)
UNMETERED = homes.page(homes.inverters_entry())
FROM_V1 = SystemEnergy(
    watts_now=700,
    watt_hours_today=3000,
    watt_hours_last_7_days=20_000,
    watt_hours_lifetime=900_000,
)
FROM_INVERTERS = SystemEnergy(
    watts_now=800,
    watt_hours_today=None,
    watt_hours_last_7_days=None,
    watt_hours_lifetime=500_000,
)
INACTIVE = homes.page(
    homes.inverters_entry(),
    homes.entry("production", homes.figures(0.0, 3_183_800.0, 4430.0), active=0),
)
UNSURE = homes.page(
    homes.inverters_entry(),
    homes.entry("production", homes.figures(488.4, 3_183_793.6)) | {"activeCount": "one"},
)
IDLE = homes.page(
    homes.inverters_entry(), homes.entry("production", homes.figures(5.0, 0.0), active=0)
)
BROKEN = Reply(200, {}, b'{"production": [')
PRODUCTION_METER = ok([homes.meter(1, "production")])
OUT_OF_USE = homes.meter(1, "production", enabled=False)
ITS_READING = ok([homes.meter_reading(1)])


def test_an_active_meter_comes_before_all_else() -> None:
    assert reading({PAGE: METERED, V1: homes.v1()}).system_production == FROM_METER


def test_imeter_false_does_not_mean_that_there_is_no_meter() -> None:
    assert reading({PAGE: METERED}, "4.2.33", imeter=False).system_production == FROM_METER


def test_old_firmware_does_not_name_what_its_production_meter_measures() -> None:
    page = homes.page(homes.entry(None, homes.figures(-8.8, 8_598_256.6, 10_214.6)))
    production = reading({PAGE: page}, "4.2.33").system_production
    assert production is not None
    assert (production.watts_now, production.watt_hours_lifetime) == (-9, 8_598_257)


def test_an_enabled_meter_is_the_source_even_while_it_says_that_it_is_not_active() -> None:
    answers = {METERS: PRODUCTION_METER, READINGS: ITS_READING, PAGE: INACTIVE, V1: homes.v1()}
    production = reading(answers).system_production
    assert production is not None
    assert production.watt_hours_lifetime == 3_183_800


def test_a_disabled_meter_is_not_the_source() -> None:
    snapshot = reading({METERS: ok([OUT_OF_USE]), PAGE: INACTIVE, V1: homes.v1()}, "7.3.466")
    assert snapshot.system_production == FROM_V1


def test_without_a_meter_the_gateways_own_sum_is_taken() -> None:
    snapshot = reading({PAGE: UNMETERED, V1: homes.v1()}, "7.6.114", imeter=False)
    assert snapshot.system_production == FROM_V1


@pytest.mark.parametrize("v1", [homes.v1(0, 0, 0, 0), homes.v1(689, 0, 0, 0)])
def test_a_sum_that_counts_no_energy_gives_way_to_the_microinverters(v1: Answer) -> None:
    snapshot = reading({PAGE: INACTIVE, V1: v1}, "7.3.466")
    assert snapshot.system_production == FROM_INVERTERS
    assert snapshot.problems == []


def test_the_sum_that_stands_still_is_neither_taken_nor_asked() -> None:
    answers: dict[str, Answer] = {PAGE: INACTIVE, V1: homes.v1()}
    gateway = FakeGateway(answers)
    snapshot = gateway.run(read(homes.info("8.2.4264"), GatewayProfile(), now=0.0))
    assert snapshot.system_production == FROM_INVERTERS
    assert V1 not in gateway.asked


@pytest.mark.parametrize(("firmware", "imeter"), [("8.2.4263", True), ("8.3.5167", False)])
def test_the_sum_is_taken_before_it_stood_still_and_where_metering_is_not_built_in(
    firmware: str, imeter: bool
) -> None:
    snapshot = reading({PAGE: UNMETERED, V1: homes.v1()}, firmware, imeter=imeter)
    assert snapshot.system_production == FROM_V1


def test_older_firmware_has_its_page_elsewhere() -> None:
    snapshot = reading({PAGE: HTML, OLDER_PAGE: METERED})
    assert snapshot.system_production == FROM_METER
    assert snapshot.problems == []


def test_nothing_at_all_is_none_and_a_problem() -> None:
    snapshot = reading({PAGE: homes.page(homes.inverters_entry(lifetime=0))})
    assert snapshot.system_production is None
    assert snapshot.problems == [
        Problem(PAGE, "no energy is counted, as in the first minutes after a restart")
    ]


def test_the_source_stays_while_the_meter_says_that_it_is_not_active() -> None:
    answers: dict[str, Answer] = {PAGE: METERED, V1: homes.v1()}
    profile = GatewayProfile()
    reading(answers, "8.3.5528", profile=profile)
    snapshot = reading(answers | {PAGE: INACTIVE}, "8.3.5528", profile=profile)
    assert snapshot.system_production is not None
    assert snapshot.system_production.watt_hours_lifetime == 3_183_800
    assert profile.production_source == "meter"


@pytest.mark.parametrize("page", [IDLE, UNMETERED, BROKEN])
def test_none_is_better_than_a_number_from_another_source(page: Answer) -> None:
    answers: dict[str, Answer] = {PAGE: METERED, V1: homes.v1(), TARIFF: ok(homes.TARIFF_ANSWER)}
    profile = GatewayProfile()
    reading(answers, profile=profile)
    snapshot = reading(answers | {PAGE: page}, profile=profile)
    assert snapshot.system_production is None
    assert [problem.endpoint for problem in snapshot.problems] == [PAGE]
    assert reading(answers, profile=profile).system_production == FROM_METER


def test_zeros_after_a_restart_are_not_production() -> None:
    profile = GatewayProfile()
    zeros = homes.v1(0, 0, 0, 0)
    first = reading({V1: zeros}, "3.17.3", imeter=False, profile=profile)
    assert first.system_production is None
    second = reading({V1: homes.v1()}, "3.17.3", imeter=False, profile=profile)
    assert second.system_production == FROM_V1
    third = reading({V1: zeros}, "3.17.3", imeter=False, profile=profile)
    assert third.system_production is None
    assert third.problems == [Problem(V1, "only zeros, as in the first minutes after a restart")]


def test_microinverters_that_count_nothing_any_more_are_not_production() -> None:
    profile = GatewayProfile()
    reading({PAGE: UNMETERED, V1: homes.v1(0, 0, 0, 0)}, profile=profile)
    empty = homes.page(homes.inverters_entry(lifetime=0))
    snapshot = reading({PAGE: empty, V1: homes.v1()}, profile=profile)
    assert snapshot.system_production is None
    assert [problem.endpoint for problem in snapshot.problems] == [PAGE]


@pytest.mark.parametrize(
    "answers",
    [
        {METERS: APITimeoutError("slow"), PAGE: INACTIVE, V1: homes.v1()},
        {METERS: APITimeoutError("slow"), PAGE: BROKEN, V1: homes.v1()},
        {PAGE: BROKEN, V1: homes.v1()},
        {PAGE: UNMETERED, V1: APITimeoutError("slow")},
        {PAGE: UNMETERED, V1: ok({"wattHoursLifetime": "many", "wattsNow": 3})},
        {PAGE: UNSURE, V1: homes.v1()},
    ],
)
def test_the_source_is_not_chosen_while_what_would_tell_is_failing(
    answers: dict[str, Answer],
) -> None:
    profile = GatewayProfile()
    beside: dict[str, Answer] = {TARIFF: ok(homes.TARIFF_ANSWER)}
    assert reading(beside | answers, "8.1.41", profile=profile).system_production is None
    assert profile.production_source is None
    healthy = {METERS: PRODUCTION_METER, READINGS: ITS_READING, PAGE: METERED}
    assert reading(healthy, "8.1.41", profile=profile).system_production == FROM_METER


@pytest.mark.parametrize(
    ("answers", "imeter"),
    [
        ({METERS: APITimeoutError("slow"), PAGE: UNMETERED, V1: homes.v1()}, True),
        ({METERS: APITimeoutError("slow"), PAGE: UNMETERED, V1: homes.v1()}, False),
        ({PAGE: BROKEN, V1: homes.v1()}, False),
        ({METERS: ok([OUT_OF_USE]), PAGE: BROKEN, V1: homes.v1()}, True),
    ],
)
def test_a_failure_that_would_not_have_told_of_a_meter_loses_nothing(
    answers: dict[str, Answer], imeter: bool
) -> None:
    assert reading(answers, "7.6.114", imeter=imeter).system_production == FROM_V1


def test_phases_are_those_that_are_wired_not_the_padding() -> None:
    lines = [homes.figures(60.4, 3000.4), homes.figures(40.0, 2000.2), homes.figures(0.0, 0.0)]
    page = homes.page(homes.entry("production", homes.figures(100.4, 5000.6), lines=lines))
    answers = {
        METERS: ok([homes.meter(1, "production", phases=2)]),
        READINGS: ITS_READING,
        PAGE: page,
    }
    phases = reading(answers).system_production_phases
    assert phases is not None
    assert {name: phase.watt_hours_lifetime for name, phase in phases.items()} == {
        "L1": 3000,
        "L2": 2000,
    }


def test_one_phase_is_not_told_apart_whatever_the_phase_mode() -> None:
    line = homes.figures(100.4, 5000.6)
    answers = {
        METERS: PRODUCTION_METER,
        READINGS: ITS_READING,
        PAGE: homes.page(homes.entry("production", line, lines=[line])),
    }
    assert reading(answers).system_production_phases is None


def test_phases_are_known_while_the_list_of_meters_fails() -> None:
    profile = GatewayProfile()
    answers = homes.everything()
    before = reading(answers, profile=profile)
    after = reading(answers | {METERS: BROKEN}, profile=profile)
    assert after.system_production_phases == before.system_production_phases
    assert after.ctmeters == {}
