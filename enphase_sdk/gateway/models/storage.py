"""Batteries, and the devices between them, the house and the grid.

All of it comes from ``/ivp/ensemble/…``, except AC Batteries. Dates are epoch seconds UTC,
states of charge are percent, communication levels are 0 (none, or wired) to 5. A value is None
if the firmware does not send it.
"""

from __future__ import annotations

from attrs import frozen

__all__ = [
    "AcBattery",
    "AcbPower",
    "BatteryAggregate",
    "Collar",
    "CombinerController",
    "Encharge",
    "EnchargeAggregate",
    "EnchargePower",
    "Enpower",
]


@frozen(kw_only=True)
class Encharge:
    """One IQ Battery (``/ivp/ensemble/inventory``).

    Attributes:
        percent_full: State of charge in percent.
        temperature: In `temperature_unit`.
        max_cell_temp: Of the warmest cell, in `temperature_unit`.
        encharge_capacity: In Wh.
        led_status: The light's colour and rhythm, as a number defined by the gateway.
        dc_switch_off: Whether its DC switch is off.
    """

    serial_number: str
    part_number: str | None
    admin_state: int | None
    admin_state_str: str | None
    bmu_firmware_version: str | None
    comm_level_2_4_ghz: int | None
    comm_level_sub_ghz: int | None
    communicating: bool | None
    dc_switch_off: bool | None
    encharge_capacity: float | None
    encharge_revision: int | None
    firmware_loaded_date: int | None
    firmware_version: str | None
    installed_date: int | None
    last_report_date: int | None
    led_status: int | None
    max_cell_temp: float | None
    operating: bool | None
    percent_full: float | None
    temperature: float | None
    temperature_unit: str = "C"
    zigbee_dongle_fw_version: str | None


@frozen(kw_only=True)
class EnchargePower:
    """The power of one IQ Battery now (``/ivp/ensemble/power``).

    Attributes:
        apparent_power_mva: In mVA; negative is charging.
        real_power_mw: In mW; negative is charging.
        soc: State of charge in percent.
    """

    apparent_power_mva: int | None
    real_power_mw: int | None
    soc: float | None


@frozen(kw_only=True)
class EnchargeAggregate:
    """All IQ Batteries together (``/ivp/ensemble/secctrl``).

    Attributes:
        available_energy: In Wh.
        backup_reserve: Energy kept for an outage, in Wh.
        max_available_capacity: In Wh.
        state_of_charge: In percent.
        reserve_state_of_charge: The reserve in use, in percent.
        configured_reserve_state_of_charge: The reserve that was configured, in percent.
    """

    available_energy: float | None
    backup_reserve: float | None
    max_available_capacity: float | None
    state_of_charge: float | None
    reserve_state_of_charge: float | None
    configured_reserve_state_of_charge: float | None


@frozen(kw_only=True)
class Enpower:
    """The System Controller that takes the house off the grid (``/ivp/ensemble/inventory``).

    Attributes:
        grid_mode: ``grid-tied``, ``multimode-ongrid``, ``multimode-offgrid``, …
        mains_admin_state: The state that the relay is set to, ``closed`` or ``open``.
        mains_oper_state: The actual state of the relay, ``closed`` or ``open``.
        temperature: In `temperature_unit`.
    """

    serial_number: str
    part_number: str | None
    admin_state: int | None
    admin_state_str: str | None
    comm_level_2_4_ghz: int | None
    comm_level_sub_ghz: int | None
    communicating: bool | None
    firmware_loaded_date: int | None
    firmware_version: str | None
    grid_mode: str | None
    installed_date: int | None
    last_report_date: int | None
    mains_admin_state: str | None
    mains_oper_state: str | None
    operating: bool | None
    temperature: float | None
    temperature_unit: str = "F"
    zigbee_dongle_fw_version: str | None


@frozen(kw_only=True)
class Collar:
    """The IQ Meter Collar (``/ivp/ensemble/inventory``).

    Attributes:
        mid_state: Its switch to the grid, ``close`` or ``open``.
        grid_state: ``on_grid``, ``off_grid``, …
        control_error: 0 is none.
        temperature: In `temperature_unit`.
    """

    serial_number: str
    part_number: str | None
    admin_state: int | None
    admin_state_str: str | None
    collar_state: str | None
    communicating: bool | None
    control_error: int | None
    firmware_loaded_date: int | None
    firmware_version: str | None
    grid_state: str | None
    installed_date: int | None
    last_report_date: int | None
    mid_state: str | None
    temperature: float | None
    temperature_unit: str = "C"


@frozen(kw_only=True)
class CombinerController:
    """The C6 Combiner Controller (``/ivp/ensemble/inventory``)."""

    serial_number: str
    part_number: str | None
    admin_state: int | None
    admin_state_str: str | None
    communicating: bool | None
    dmir_version: str | None
    firmware_loaded_date: int | None
    firmware_version: str | None
    installed_date: int | None
    last_report_date: int | None


@frozen(kw_only=True)
class AcbPower:
    """All AC Batteries together (``/production.json``, storage).

    Attributes:
        power: In W; negative is charging.
        charge_wh: Energy stored, in Wh.
        state_of_charge: In percent.
        state: ``idle``, ``charging``, ``discharging``, …
        batteries: How many there are.
    """

    power: int | None
    charge_wh: float | None
    state_of_charge: float | None
    state: str | None
    batteries: int


@frozen(kw_only=True)
class AcBattery:
    """One AC Battery (``/inventory.json?deleted=1``, ``/api/v1/production/inverters``).

    Attributes:
        device_status: Its status in the gateway's words; ``envoy.global.ok`` without faults.
        last_report_date: Time of the newer report of the two endpoints.
        last_report_watts: Mean power in W over the last reported interval; None if the second
            endpoint was not requested, or does not list it.
        max_report_watts: Greatest power in W ever reported; None as above.
        percent_full: State of charge in percent.
        max_cell_temp: Of the warmest cell, in degrees Celsius.
        sleep_enabled: Whether it was put to sleep.
        sleep_min_soc: Lower bound of its charge while it sleeps, in percent.
        sleep_max_soc: Upper bound of its charge while it sleeps, in percent.
        charge_status: ``idle``, ``charging``, ``discharging``, …
    """

    serial_num: str
    part_num: str | None
    admin_state: int | None
    charge_status: str | None
    communicating: bool | None
    device_status: list[str] | None
    firmware_version: str | None
    installed_date: int | None
    last_report_date: int | None
    last_report_watts: int | None = None
    max_cell_temp: float | None
    max_report_watts: int | None = None
    operating: bool | None
    percent_full: float | None
    producing: bool | None
    sleep_enabled: bool | None
    sleep_max_soc: float | None
    sleep_min_soc: float | None


@frozen(kw_only=True)
class BatteryAggregate:
    """IQ and AC Batteries together, on systems that have AC Batteries.

    Attributes:
        available_energy: In Wh.
        max_available_capacity: In Wh.
        state_of_charge: In percent.
    """

    available_energy: float | None
    max_available_capacity: float | None
    state_of_charge: float | None
