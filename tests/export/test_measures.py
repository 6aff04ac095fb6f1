"""What is exported of a reading: hand-made readings with known values."""

from __future__ import annotations

from typing import Any

import pytest

from enphase_sdk.export.measures import MEASURES, Kind, Unit, live_values_of, values_of
from enphase_sdk.gateway.models.energy import CtMeter, Inverter, SystemEnergy
from enphase_sdk.gateway.models.storage import (
    Encharge,
    EnchargeAggregate,
    EnchargePower,
    Enpower,
)
from enphase_sdk.gateway.snapshot import Snapshot
from enphase_sdk.live import LiveSample

NOW = 1_718_452_800.0

# Whoever has put one of these on a page of his own relies on it: none may ever change.
PUBLISHED = [
    "production_power_w",
    "house_power_w",
    "grid_power_w",
    "battery_power_w",
    "production_and_grid_power_w",
    "production_energy_wh",
    "production_energy_today_wh",
    "house_energy_wh",
    "house_energy_today_wh",
    "grid_import_energy_wh",
    "grid_export_energy_wh",
    "battery_discharge_energy_wh",
    "battery_charge_energy_wh",
    "battery_state_of_charge_percent",
    "battery_reserve_percent",
    "battery_stored_energy_wh",
    "generator_power_w",
    "grid_connected",
    "inverters",
    "inverters_reporting",
    "meter_power_w",
    "meter_voltage_v",
    "meter_current_a",
    "meter_frequency_hz",
    "inverter_power_w",
    "inverter_energy_wh",
    "inverter_temperature_celsius",
    "inverter_last_report_timestamp_seconds",
    "battery_unit_power_w",
    "battery_unit_state_of_charge_percent",
    "battery_unit_temperature_celsius",
]


def energy(watts: int | None, lifetime: int | None = None, today: int | None = None) -> Any:
    return SystemEnergy(
        watts_now=watts,
        watt_hours_today=today,
        watt_hours_last_7_days=None,
        watt_hours_lifetime=lifetime,
    )


def meter(
    kind: str, delivered: int, received: int, watts: int = 1, volts: float = 240.0
) -> CtMeter:
    return CtMeter(
        eid=1,
        timestamp=int(NOW),
        energy_delivered=delivered,
        energy_received=received,
        active_power=watts,
        power_factor=1.0,
        voltage=volts,
        current=0.5,
        frequency=60.0,
        state="enabled",
        measurement_type=kind,
        metering_status="normal",
        status_flags=[],
    )


def told(snapshot: Snapshot) -> dict[Any, float]:
    """The values by key, and by key and labels' texts where there are labels."""
    found: dict[Any, float] = {}
    for value in values_of(snapshot, NOW):
        texts = tuple(text for _, text in value.labels)
        key = (value.measure.key, *texts) if texts else value.measure.key
        assert key not in found
        found[key] = value.number
    return found


def test_published_names_stay() -> None:
    assert [measure.key for measure in MEASURES] == PUBLISHED


def test_units_stand_in_names() -> None:
    for measure in MEASURES:
        if measure.unit is Unit.NUMBER:
            assert measure.kind is Kind.STATE or measure.name.startswith("inverters")
        else:
            assert measure.key.endswith(f"_{measure.unit.suffix}")


def test_nothing_is_known_of_nothing() -> None:
    assert told(Snapshot()) == {}


def test_a_house_without_batteries() -> None:
    snapshot = Snapshot(
        system_production=energy(3000, 9_000_000, 12_000),
        system_consumption=energy(1000, 8_000_000, 7_000),
        system_net_consumption=energy(-2000, 0, 0),
        ctmeters={"net-consumption": meter("net-consumption", 500, 1500, -2000)},
    )
    values = told(snapshot)
    assert values["production_power_w"] == 3000.0
    assert values["house_power_w"] == 1000.0
    assert values["grid_power_w"] == -2000.0
    assert values["house_energy_wh"] == 8_000_000.0
    assert values["house_energy_today_wh"] == 7_000.0
    assert values["grid_import_energy_wh"] == 500.0
    assert values["grid_export_energy_wh"] == 1500.0
    assert "battery_power_w" not in values
    assert "production_and_grid_power_w" not in values
    assert all(type(number) is float for number in values.values())


def test_what_charges_a_battery_is_not_called_the_house_s() -> None:
    snapshot = Snapshot(
        system_production=energy(3000, 9_000_000),
        system_consumption=energy(3100, 8_000_000, 7_000),
        system_net_consumption=energy(100),
        ctmeters={"net-consumption": meter("net-consumption", 500, 1500)},
        encharge_power={"1": EnchargePower(apparent_power_mva=0, real_power_mw=-2_500_000, soc=40)},
        encharge_aggregate=EnchargeAggregate(
            available_energy=2000.0,
            backup_reserve=1000.0,
            max_available_capacity=5000.0,
            state_of_charge=40.0,
            reserve_state_of_charge=20.0,
            configured_reserve_state_of_charge=20.0,
        ),
    )
    values = told(snapshot)
    assert values["battery_power_w"] == -2500.0
    assert values["house_power_w"] == 600.0  # 3000 + 100 - 2500
    assert "house_energy_wh" not in values
    assert values["battery_state_of_charge_percent"] == 40.0
    assert values["battery_stored_energy_wh"] == 2000.0
    assert values["battery_unit_power_w", "1"] == -2500.0


def test_phases_stand_in_the_place_of_their_sum() -> None:
    snapshot = Snapshot(
        ctmeters={"production": meter("production", 9, 0, 300), "storage": meter("storage", 7, 8)},
        ctmeters_phases={
            "production": {
                "L1": meter("production", 4, 0, 100, 121.0),
                "L2": meter("production", 5, 0, 200, 122.0),
            }
        },
    )
    values = told(snapshot)
    powers = {key[1:]: w for key, w in values.items() if key[0] == "meter_power_w"}
    assert powers == {
        ("production", "L1"): 100.0,
        ("production", "L2"): 200.0,
        ("storage", "all"): 1.0,
    }
    assert values["battery_discharge_energy_wh"] == 7.0
    assert values["battery_charge_energy_wh"] == 8.0


def inverter(serial: str, reported: float | None, watts: int | None = 200) -> Inverter:
    return Inverter(
        serial_number=serial,
        last_report_date=None if reported is None else int(reported),
        last_report_watts=watts,
        max_report_watts=300,
        temperature=40.0,
        lifetime_energy=1_000_000,
    )


def test_an_old_report_is_no_value_of_now() -> None:
    inverters = {
        "1": inverter("1", NOW - 1200),
        "2": inverter("2", NOW - 1201),
        "3": inverter("3", None),
        "4": inverter("4", NOW, None),
    }
    values = told(Snapshot(inverters=inverters))
    assert [key[1] for key in values if key[0] == "inverter_power_w"] == ["1"]
    assert [key[1] for key in values if key[0] == "inverter_temperature_celsius"] == ["1", "4"]
    assert [key[1] for key in values if key[0] == "inverter_energy_wh"] == ["1", "2", "3", "4"]
    assert values["inverters"] == 4.0
    assert values["inverters_reporting"] == 2.0


@pytest.mark.parametrize(
    ("state", "connected"),
    [
        ("closed", 1.0),
        ("open synchronizing", 0.0),
        ("open", 0.0),
        ("unheard of", None),
        (None, None),
    ],
)
def test_on_and_off_the_grid(state: str | None, connected: float | None) -> None:
    unknown: dict[str, Any] = dict.fromkeys(
        (
            "part_number", "admin_state", "admin_state_str", "comm_level_2_4_ghz",
            "comm_level_sub_ghz", "communicating", "firmware_loaded_date", "firmware_version",
            "grid_mode", "installed_date", "last_report_date", "mains_admin_state", "operating",
            "temperature", "zigbee_dongle_fw_version",
        )
    )  # fmt: skip
    enpower = Enpower(serial_number="1", mains_oper_state=state, **unknown)
    assert told(Snapshot(enpower=enpower)).get("grid_connected") == connected


@pytest.mark.parametrize(("degrees", "unit", "celsius"), [(77.0, "F", 25.0), (25.0, "C", 25.0)])
def test_degrees_are_celsius(degrees: float, unit: str, celsius: float) -> None:
    unknown: dict[str, Any] = dict.fromkeys(
        (
            "part_number", "admin_state", "admin_state_str", "bmu_firmware_version",
            "comm_level_2_4_ghz", "comm_level_sub_ghz", "communicating", "dc_switch_off",
            "encharge_capacity", "encharge_revision", "firmware_loaded_date", "firmware_version",
            "installed_date", "last_report_date", "led_status", "max_cell_temp", "operating",
            "percent_full", "zigbee_dongle_fw_version",
        )
    )  # fmt: skip
    battery = Encharge(serial_number="1", temperature=degrees, temperature_unit=unit, **unknown)
    values = told(Snapshot(encharge_inventory={"1": battery}))
    assert values["battery_unit_temperature_celsius", "1"] == celsius


def test_a_live_sample_has_the_same_names() -> None:
    sample = LiveSample(
        at=1.0, pv_w=3000, grid_w=100, battery_w=-2500, load_w=600, consumption_w=3100,
        generator_w=0, state_of_charge=40,
    )  # fmt: skip
    values = {v.measure.key: v.number for v in live_values_of(sample, NOW)}
    assert values == {
        "production_power_w": 3000.0,
        "house_power_w": 600.0,
        "grid_power_w": 100.0,
        "battery_power_w": -2500.0,
        "battery_state_of_charge_percent": 40.0,
        "generator_power_w": 0.0,
    }
    assert {v.at for v in live_values_of(sample, NOW)} == {NOW}


def test_what_a_live_sample_does_not_know_is_absent() -> None:
    meters = LiveSample(pv_w=3000, grid_w=100, consumption_w=3100, source="meters")
    values = {v.measure.key: v.number for v in live_values_of(meters, NOW)}
    assert values["production_and_grid_power_w"] == 3100.0
    assert "house_power_w" not in values
    assert list(live_values_of(LiveSample(is_stale=True), NOW)) == []
