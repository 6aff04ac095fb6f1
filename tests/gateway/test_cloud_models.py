"""A reading in the cloud's words: what is told, and what is left open."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve, fields
from msgspec import UNSET

from enphase_sdk import models
from enphase_sdk.gateway.cloud_models import REPORT_IS_OLD, Reading, SiteFacts, made
from enphase_sdk.gateway.identity import GatewayInfo
from enphase_sdk.gateway.models.energy import CtMeter, Inverter, SystemEnergy
from enphase_sdk.gateway.models.site import Device, Home
from enphase_sdk.gateway.snapshot import Snapshot

SERIAL = "122300000001"
READ_AT = 1_718_490_600  # 2024-06-15T22:30:00Z


def info(**changes: Any) -> GatewayInfo:
    known: dict[str, Any] = {
        "serial_number": SERIAL,
        "part_number": "800-00654-r08",
        "firmware": "8.2.4345",
        "version": (8, 2, 4345),
        "is_metered": True,
    }
    return GatewayInfo(**{**known, **changes})


def reading(snapshot: Snapshot | None = None, **changes: Any) -> Reading:
    known: dict[str, Any] = {
        "info": info(),
        "snapshot": snapshot or Snapshot(),
        "facts": SiteFacts(),
        "read_at": READ_AT,
        "timezone": ZoneInfo("UTC"),
        "source": None,
    }
    return Reading(**{**known, **changes})


def produced(
    now: int | None = 500, today: int | None = 1200, lifetime: int | None = 90_000
) -> Snapshot:
    energy = SystemEnergy(
        watts_now=now,
        watt_hours_today=today,
        watt_hours_last_7_days=None,
        watt_hours_lifetime=lifetime,
    )
    return Snapshot(system_production=energy)


def inverter(serial_number: str = "1", **changes: Any) -> Inverter:
    known: dict[str, Any] = {
        "serial_number": serial_number,
        "last_report_date": READ_AT - 60,
        "last_report_watts": 250,
        "max_report_watts": 290,
    }
    return Inverter(**{**known, **changes})


def meter(kind: str, **changes: Any) -> CtMeter:
    unknown = dict.fromkeys(field.name for field in fields(CtMeter))
    known = {"eid": 1, "state": "enabled", "measurement_type": kind}
    return CtMeter(**{**unknown, **known, **changes})


def device(serial_number: str = "1", **changes: Any) -> Device:
    known: dict[str, Any] = {
        "kind": "PCU",
        "serial_number": serial_number,
        "part_number": "800-01391-r03",
        "firmware_version": None,
        "last_report_date": None,
        "communicating": True,
        "producing": False,
    }
    return Device(**{**known, **changes})


def test_lifetime_energy_is_that_of_all_days_before_this_one() -> None:
    summary = reading(produced()).summary()
    assert (summary.energy_today, summary.energy_lifetime) == (1200, 88_800)
    assert summary.current_power == 500


@pytest.mark.parametrize(
    ("today", "lifetime"), [(None, 90_000), (1200, None), (None, None)], ids=str
)
def test_lifetime_energy_is_not_told_where_today_s_part_of_it_is_not_known(
    today: int | None, lifetime: int | None
) -> None:
    summary = reading(produced(today=today, lifetime=lifetime)).summary()
    assert summary.energy_today == today
    assert summary.energy_lifetime is None
    assert summary.current_power == 500


def test_nothing_is_made_up_where_nothing_was_read() -> None:
    summary = reading(timezone=None).summary()
    assert summary == made(
        models.Summary,
        current_power=None,
        energy_lifetime=None,
        energy_today=None,
        last_interval_end_at=None,
        last_report_at=READ_AT,
        modules=None,
        operational_at=None,
        size_w=None,
        source=None,
        status=None,
        summary_date=None,
        system_id=None,
    )


def test_a_lifetime_counter_that_began_anew_today_tells_nothing_of_before() -> None:
    assert reading(produced(today=1200, lifetime=900)).summary().energy_lifetime is None


def test_zero_is_told_as_zero() -> None:
    summary = reading(produced(0, 0, 0), facts=SiteFacts(0, 0)).summary()
    assert (summary.current_power, summary.energy_today, summary.energy_lifetime) == (0, 0, 0)
    assert (summary.system_id, summary.size_w) == (0, 0)


@pytest.mark.parametrize(
    ("source", "word"),
    [("meter", "meter"), ("v1", "microinverters"), ("inverters", "microinverters"), (None, None)],
)
def test_the_source_is_named_as_the_cloud_names_it(source: Any, word: str | None) -> None:
    assert reading(produced(), source=source).summary().source == word


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("UTC", date(2024, 6, 15)),
        ("Asia/Tokyo", date(2024, 6, 16)),
        ("US/Hawaii", date(2024, 6, 15)),
    ],
)
def test_the_day_is_that_of_the_gateway(zone: str, day: date) -> None:
    assert reading(timezone=ZoneInfo(zone)).summary().summary_date == day


def test_the_newest_report_is_that_of_the_newest_microinverter() -> None:
    snapshot = Snapshot(
        inverters={
            "1": inverter("1", last_report_date=READ_AT - 900),
            "2": inverter("2", last_report_date=READ_AT - 30),
            "3": inverter("3", last_report_date=None),
        }
    )
    read = reading(snapshot)
    assert read.summary().last_interval_end_at == READ_AT - 30
    assert read.inventory().to_dict()["meta"]["last_energy_at"] == READ_AT - 30
    assert read.summary().modules == 3
    silent = Snapshot(inverters={"1": inverter(last_report_date=None)})
    assert reading(silent).summary().last_interval_end_at is None


@pytest.mark.parametrize(
    ("age", "status"), [(0, "normal"), (REPORT_IS_OLD, "normal"), (REPORT_IS_OLD + 1, "comm")]
)
def test_a_gateway_that_does_not_reach_the_cloud(age: int, status: str) -> None:
    home = Home(
        interface=None,
        timezone=None,
        last_enlighten_report_at=READ_AT - age,
        reaches_enlighten=True,
    )
    (record,) = reading(Snapshot(home=home)).envoys().envoys
    assert (record.status, record.last_report_at) == (status, READ_AT - age)
    (unknown,) = reading(Snapshot(home=evolve(home, last_enlighten_report_at=None))).envoys().envoys
    told = unknown.to_dict()
    assert (told["status"], told["last_report_at"]) == (None, None)


def test_what_the_list_of_devices_adds() -> None:
    snapshot = Snapshot(
        inverters={name: inverter(name) for name in "1234"},
        devices=[
            device("1"),
            device("2", communicating=False),
            device("3", communicating=None, part_number=None),
            device("9"),
        ],
    )
    (summary,) = reading(snapshot).inverters_summary()
    found = [(unit.serial_number, unit.status, unit.sku) for unit in summary.micro_inverters]
    assert found == [
        ("1", "normal", "800-01391-r03"),
        ("2", "micro", "800-01391-r03"),
        ("3", None, None),
        ("4", None, None),
    ]
    skus = [inverter.sku for inverter in reading(snapshot).inventory().inverters]
    assert skus == ["800-01391-r03", "800-01391-r03", UNSET, UNSET]


def test_a_quantity_has_its_unit_or_is_not_there() -> None:
    snapshot = Snapshot(
        inverters={
            "1": inverter("1", lifetime_energy=1_234_567),
            "2": inverter("2", last_report_watts=None),
            "3": inverter("3", last_report_watts=0, lifetime_energy=0),
        }
    )
    (summary,) = reading(snapshot).inverters_summary()
    first, second, third = (unit.to_dict() for unit in summary.micro_inverters)
    assert first["power_produced"] == {"value": 250, "units": "W", "precision": 0}
    assert first["energy"] == {"value": 1_234_567, "units": "Wh", "precision": 0}
    assert (second["power_produced"], second["energy"]) == (None, None)
    assert (third["power_produced"]["value"], third["energy"]["value"]) == (0, 0)
    assert first["envoy_serial_number"] == SERIAL


def test_meters_have_the_gateway_s_serial_number_and_an_end() -> None:
    kinds = ["production", "total-consumption", "storage", "backfeed", "something-new"]
    snapshot = Snapshot(
        ctmeters={kind: meter(kind, energy_delivered=7, timestamp=READ_AT) for kind in kinds}
    )
    inventory = reading(snapshot).inventory()
    assert [meter.sn for meter in inventory.meters] == [f"{SERIAL}EIM1", f"{SERIAL}EIM2"]
    assert {meter.manufacturer for meter in inventory.meters} == {"Enphase"}
    assert {meter.status for meter in inventory.meters} == {UNSET}
    (odometer,) = reading(snapshot).production_meter_readings().meter_readings
    assert odometer.to_dict() == {
        "serial_number": f"{SERIAL}EIM1",
        "value": 7,
        "read_at": READ_AT,
    }


def test_without_a_production_meter_there_is_no_odometer() -> None:
    snapshot = Snapshot(ctmeters={"net-consumption": meter("net-consumption", energy_delivered=7)})
    assert reading(snapshot).production_meter_readings().meter_readings == []


def test_a_gateway_without_a_part_number() -> None:
    inventory = reading(info=info(part_number=None)).inventory()
    assert inventory.to_dict()["envoys"] == [{"sn": SERIAL, "model": None}]


@pytest.mark.parametrize(
    ("firmware", "source", "zone", "at", "known"),
    [
        ("8.3.5286", "v1", "Europe/Berlin", "2026-07-01T00:30+02:00", False),
        ("8.3.5286", "inverters", "Europe/Berlin", "2026-07-01T00:00+02:00", False),
        ("8.3.5286", "v1", "Europe/Berlin", "2026-07-01T01:00+02:00", True),
        ("8.3.5286", "v1", "Europe/Berlin", "2026-06-30T23:59+02:00", True),
        ("8.3.5286", "v1", "Europe/Berlin", "2026-01-01T00:30+01:00", True),
        ("8.3.5286", "v1", "America/Phoenix", "2026-07-01T00:30-07:00", True),
        ("8.3.5286", "v1", None, "2026-07-01T00:30+00:00", True),
        ("8.3.5286", "meter", "Europe/Berlin", "2026-07-01T00:30+02:00", True),
        ("8.3.5528", "v1", "Europe/Berlin", "2026-07-01T00:30+02:00", True),
    ],
)
def test_a_day_that_begins_at_one_in_summer_is_not_known_before(
    firmware: str, source: str, zone: str | None, at: str, known: bool
) -> None:
    summary = reading(
        produced(today=5000),
        info=info(firmware=firmware, version=tuple(map(int, firmware.split(".")))),
        read_at=int(datetime.fromisoformat(at).timestamp()),
        timezone=None if zone is None else ZoneInfo(zone),
        source=source,
    ).summary()
    told = [summary.energy_today, summary.energy_lifetime]
    assert told == ([5000, 85_000] if known else [None, None])
