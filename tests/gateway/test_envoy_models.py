"""The cloud's models from a gateway: every profile, compared with what the plant really does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec import UNSET

from enphase_sdk import models
from enphase_sdk.errors import APIConnectionError, InvalidArgumentError, NotAvailableError
from enphase_sdk.testing import FakeClock, SimulatedGateway, gateway_faults
from enphase_sdk.testing.gateway.inverters import METER_LOSS
from enphase_sdk.testing.gateway.profiles import Profile, profile_named
from tests.gateway.envoys import (
    MODERN,
    READABLE,
    asked,
    credentials,
    network_of,
    opened,
)
from tests.support import Surface

NOON = datetime(2024, 6, 15, 12, 0, tzinfo=UTC)
# Already the next day in Europe, still the same one in America.
LATE = datetime(2024, 6, 15, 23, 30, tzinfo=UTC)
NIGHT = datetime(2024, 12, 21, 3, 10, tzinfo=UTC)


SPOILT = [gateway_faults.status(500), gateway_faults.html_page(), gateway_faults.wrong_types()]


@contextmanager
def gateway_and_client(
    surface: Surface, name: str, clock: FakeClock, **options: Any
) -> Iterator[tuple[SimulatedGateway, Any]]:
    gateway = SimulatedGateway(name, clock=clock)
    login = credentials(gateway)
    with opened(surface, transport=network_of(gateway), **login, **options) as envoy:
        yield gateway, envoy


def is_metered(profile: Profile) -> bool:
    return any(meter.measurement == "production" for meter in profile.meters)


def produced(profile: Profile, energy: float) -> float:
    """What the gateway's source of production says of energy or power behind the meter."""
    return energy if is_metered(profile) else energy * (1 + METER_LOSS)


@pytest.mark.parametrize("now", [NOON, LATE], ids=["noon", "late"])
@pytest.mark.parametrize("name", READABLE)
def test_summary(name: str, now: datetime, surface: Surface, clock: FakeClock) -> None:
    clock.set(now)
    profile = profile_named(name)
    with gateway_and_client(surface, name, clock, system_id=67, size_w=9400) as (gateway, envoy):
        summary = envoy.summary()
        moment = gateway.moment
    assert isinstance(summary, models.Summary)
    assert summary.current_power == pytest.approx(produced(profile, moment.production), abs=1)
    today = produced(profile, moment.today.produced)
    lifetime = produced(profile, moment.totals.produced)
    assert summary.energy_today == pytest.approx(today, abs=1)
    assert summary.energy_lifetime == pytest.approx(lifetime - today, abs=2)
    assert summary.modules == profile.inverters
    assert summary.source == ("meter" if is_metered(profile) else "microinverters")
    assert summary.last_report_at == int(now.timestamp())
    assert summary.last_interval_end_at == int(moment.reported_at)
    assert (summary.system_id, summary.size_w) == (67, 9400)
    assert summary.status is None
    assert summary.operational_at is None
    # /home, which tells the zone, is a web page before firmware 7.
    local = now.astimezone(ZoneInfo(profile.zone)).date() if name in MODERN else None
    assert summary.summary_date == local


@pytest.mark.parametrize("name", READABLE)
def test_a_given_zone_dates_the_summary_and_spares_the_slow_page(
    name: str, surface: Surface, clock: FakeClock
) -> None:
    clock.set(LATE)
    options = {"timezone": "Asia/Tokyo"}
    with gateway_and_client(surface, name, clock, **options) as (gateway, envoy):
        assert envoy.summary().summary_date == date(2024, 6, 16)
        assert envoy.summary(summary_date="2024-06-16").summary_date == date(2024, 6, 16)
        with pytest.raises(NotAvailableError, match="has a summary of today only"):
            envoy.summary(summary_date="2024-06-15")
    assert "/home" not in asked(gateway)


def test_the_slow_page_is_asked_once_for_the_zone(surface: Surface, clock: FakeClock) -> None:
    with gateway_and_client(surface, "8.3-three-phase", clock) as (gateway, envoy):
        assert envoy.timezone is None
        for _ in range(3):
            envoy.summary()
            envoy.inventory()
        assert envoy.timezone == ZoneInfo("Europe/Brussels")
    assert asked(gateway).count("/home") == 1


@pytest.mark.parametrize("zone", [None, "", "Mars/Olympus", "../../etc/passwd", 7])
def test_a_page_without_a_usable_zone_is_not_asked_for_it_again(
    zone: object, surface: Surface, clock: FakeClock
) -> None:
    with gateway_and_client(surface, "7.6", clock) as (gateway, envoy):
        page = gateway_faults.instead({"timezone": zone, "network": {"web_comm": True}})
        gateway.fail("/home", with_=page, times=None)
        for _ in range(2):
            assert envoy.summary().summary_date is None
    assert asked(gateway).count("/home") == 1


def test_the_day_is_not_guessed_where_the_zone_is_not_known(
    surface: Surface, clock: FakeClock
) -> None:
    with (
        gateway_and_client(surface, "5.0", clock) as (_, envoy),
        pytest.raises(NotAvailableError, match="timezone="),
    ):
        envoy.summary(summary_date="2024-06-15")


@pytest.mark.parametrize("day", ["yesterday", "03/05/2024", 20240615, datetime(2024, 6, 15)])
def test_a_date_that_is_none_is_refused_before_anything_is_asked(
    day: Any, surface: Surface, clock: FakeClock
) -> None:
    with (
        gateway_and_client(surface, "7.6", clock) as (gateway, envoy),
        pytest.raises(InvalidArgumentError),
    ):
        envoy.summary(summary_date=day)
    assert asked(gateway) == []


@pytest.mark.parametrize("name", READABLE)
def test_envoys(name: str, surface: Surface, clock: FakeClock) -> None:
    profile = profile_named(name)
    with gateway_and_client(surface, name, clock, system_id=67) as (gateway, envoy):
        answer = envoy.envoys()
    assert isinstance(answer, models.EnvoysResponse)
    assert answer.system_id == 67
    (record,) = answer.envoys
    assert isinstance(record, models.EnvoyRecord)
    assert (record.serial_number, record.part_number) == (gateway.serial, profile.part_number)
    assert {record.to_dict()[name] for name in ("envoy_id", "name")} == {None}
    if name in MODERN:
        assert record.last_report_at == int(clock.time()) // 900 * 900
        assert record.status == "normal"
    else:
        assert {record.to_dict()[name] for name in ("last_report_at", "status")} == {None}


@pytest.mark.parametrize(("age", "status"), [(3600, "normal"), (7 * 86400, "comm")])
def test_a_gateway_that_has_not_reported_for_long_has_lost_communication(
    age: int, status: str, surface: Surface, clock: FakeClock
) -> None:
    reported = int(clock.time()) - age
    with gateway_and_client(surface, "7.6", clock) as (gateway, envoy):
        page = {"timezone": "UTC", "network": {"last_enlighten_report_time": reported}}
        gateway.fail("/home", with_=gateway_faults.instead(page))
        (record,) = envoy.envoys().envoys
    assert (record.last_report_at, record.status) == (reported, status)


def test_envoys_asks_nothing_but_the_page_that_tells(surface: Surface, clock: FakeClock) -> None:
    with gateway_and_client(surface, "8.2-batteries", clock) as (gateway, envoy):
        envoy.envoys()
    assert asked(gateway) == ["/info", "/auth/check_jwt", "/home"]


@pytest.mark.parametrize("name", READABLE)
def test_inventory(name: str, surface: Surface, clock: FakeClock) -> None:
    profile = profile_named(name)
    with gateway_and_client(surface, name, clock, system_id=67) as (gateway, envoy):
        inventory = envoy.inventory()
        serial_numbers = list(envoy.read().inverters)
    assert isinstance(inventory, models.Inventory)
    assert inventory.system_id == 67
    assert inventory.to_dict()["envoys"] == [
        {"sn": gateway.serial, "sku": profile.part_number, "model": None}
    ]
    assert [inverter.sn for inverter in inventory.inverters] == serial_numbers
    assert len(serial_numbers) == profile.inverters
    # Firmware 3 has no list of devices.
    skus = {inverter.sku for inverter in inventory.inverters}
    assert skus == ({"800-01391-r03"} if profile.version >= (5,) else {UNSET})
    ends = {"production": "EIM1", "net-consumption": "EIM2", "total-consumption": "EIM2"}
    assert [(meter.sn, meter.manufacturer, meter.state) for meter in inventory.meters] == [
        (gateway.serial + ends[meter.measurement], "Enphase", "enabled")
        for meter in profile.meters
        if meter.measurement in ends
    ]
    assert inventory.to_dict()["meta"]["last_report_at"] == int(clock.time())


@pytest.mark.parametrize("now", [NOON, NIGHT], ids=["noon", "night"])
@pytest.mark.parametrize("name", READABLE)
def test_inverters_summary(name: str, now: datetime, clock: FakeClock) -> None:
    clock.set(now)
    profile = profile_named(name)
    with gateway_and_client(Surface("sync"), name, clock) as (gateway, envoy):
        (summary,) = envoy.inverters_summary()
        moment = gateway.moment
    assert isinstance(summary, models.InvertersSummary)
    units = summary.to_dict()["micro_inverters"]
    assert len(units) == profile.inverters
    assert {unit["envoy_serial_number"] for unit in units} == {gateway.serial}
    power = sum(unit["power_produced"]["value"] for unit in units)
    assert power == pytest.approx(moment.production * (1 + METER_LOSS), abs=len(units))
    assert {unit["power_produced"]["units"] for unit in units} == {"W"}
    assert max(unit["last_report_date"] for unit in units) == int(moment.reported_at)
    if profile.version >= (8, 2):
        energy = sum(unit["energy"]["value"] for unit in units)
        expected = moment.totals.produced * (1 + METER_LOSS)
        assert energy == pytest.approx(expected, abs=len(units))
        assert {unit["energy"]["units"] for unit in units} == {"Wh"}
    else:
        assert {unit["energy"] for unit in units} == {None}
    known = profile.version >= (5,)
    assert {unit["status"] for unit in units} == ({"normal"} if known else {None})


@pytest.mark.parametrize("name", READABLE)
def test_production_meter_readings(name: str, surface: Surface, clock: FakeClock) -> None:
    profile = profile_named(name)
    with gateway_and_client(surface, name, clock, system_id=67) as (gateway, envoy):
        answer = envoy.production_meter_readings()
        moment = gateway.moment
    assert isinstance(answer, models.ProductionMeterReadings)
    assert answer.system_id == 67
    found = [(r.serial_number, r.read_at) for r in answer.meter_readings]
    metered = is_metered(profile)
    assert found == ([(f"{gateway.serial}EIM1", int(clock.time()))] if metered else [])
    for reading in answer.meter_readings:
        assert reading.value == pytest.approx(moment.totals.produced, abs=1)


def test_only_present_meter_readings_are_known(surface: Surface, clock: FakeClock) -> None:
    now = int(clock.time())
    with gateway_and_client(surface, "7.6-metered", clock) as (gateway, envoy):
        assert envoy.production_meter_readings(end_at=now).meter_readings
        assert envoy.production_meter_readings(end_at=now + 3600).meter_readings
        before = len(gateway.requests)
        with pytest.raises(NotAvailableError, match="present readings only"):
            envoy.production_meter_readings(end_at=now - 1)
        with pytest.raises(InvalidArgumentError):
            envoy.production_meter_readings(end_at="2024-06-15T12:00:00")
    assert len(gateway.requests) == before


def test_nothing_is_said_of_the_site_that_was_not_given(surface: Surface, clock: FakeClock) -> None:
    with gateway_and_client(surface, "8.3-three-phase", clock) as (_, envoy):
        summary, inventory, envoys = envoy.summary(), envoy.inventory(), envoy.envoys()
        readings = envoy.production_meter_readings()
    assert (summary.system_id, summary.size_w) == (None, None)
    assert (inventory.system_id, envoys.system_id, readings.system_id) == (None, None, None)
    assert {inventory.meta.status, readings.meta.status} == {None}


@pytest.mark.parametrize("count", [1, 48, 49, 60])
def test_every_microinverter_is_there_however_many(
    count: int, surface: Surface, clock: FakeClock
) -> None:
    gateway = SimulatedGateway("8.3-three-phase", clock=clock, inverters=count, removed_inverters=3)
    network = network_of(gateway)
    with opened(surface, transport=network, token=gateway.issue_token()) as envoy:
        summary, inventory = envoy.summary(), envoy.inventory()
        (units,) = envoy.inverters_summary()
    assert summary.modules == len(inventory.inverters) == len(units.micro_inverters) == count


def test_modules_that_could_not_be_counted_are_not_none_at_all(
    surface: Surface, clock: FakeClock
) -> None:
    with gateway_and_client(surface, "7.6", clock) as (gateway, envoy):
        gateway.fail("/api/v1/production/inverters", with_=gateway_faults.status(500), times=None)
        summary = envoy.summary()
    assert summary.modules is None
    assert summary.last_interval_end_at is None
    assert summary.current_power


@pytest.mark.parametrize(
    "fault",
    [
        *SPOILT,
        gateway_faults.timeout(),
        gateway_faults.broken_off(),
        gateway_faults.connection_error(),
        gateway_faults.status(401),
        gateway_faults.status(404),
    ],
    ids=lambda fault: fault.name,
)
@pytest.mark.parametrize("path", ["/home", "/inventory.json"])
def test_what_only_adds_to_a_model_may_fail(
    path: str, fault: Any, surface: Surface, clock: FakeClock
) -> None:
    with gateway_and_client(surface, "7.6-metered", clock) as (gateway, envoy):
        gateway.fail(path, with_=fault, times=None)
        assert envoy.summary().modules == 14
        assert len(envoy.inventory().inverters) == 14
        assert len(envoy.inverters_summary()[0].micro_inverters) == 14
        assert envoy.production_meter_readings().meter_readings


@pytest.mark.parametrize(
    "fault",
    [*SPOILT, gateway_faults.timeout(), gateway_faults.status(401), gateway_faults.status(404)],
    ids=lambda fault: fault.name,
)
def test_a_gateway_is_listed_although_its_page_fails(
    fault: Any, surface: Surface, clock: FakeClock
) -> None:
    with gateway_and_client(surface, "7.6-metered", clock) as (gateway, envoy):
        gateway.fail("/home", with_=fault, times=None)
        (record,) = envoy.envoys().envoys
    assert (record.serial_number, record.status) == (gateway.serial, None)


@pytest.mark.parametrize("fault", [gateway_faults.connection_error(), gateway_faults.broken_off()])
def test_a_gateway_that_cannot_be_reached_is_not_listed(
    fault: Any, surface: Surface, clock: FakeClock
) -> None:
    with gateway_and_client(surface, "7.6-metered", clock) as (gateway, envoy):
        gateway.fail("/home", with_=fault, times=None)
        with pytest.raises(APIConnectionError):
            envoy.envoys()
