"""The same shapes as msgspec Structs: the limit for parsing."""

from __future__ import annotations

import datetime

from enphase_sdk_api_v2 import models
from msgspec import UNSET, Struct, UnsetType


class Meta(Struct):
    last_energy_at: int | None
    last_report_at: int | None
    operational_at: int | None
    status: models.Status


class System(Struct):
    city: str
    connection_type: models.ConnectionType
    country: str
    meta: Meta
    postal_code: str
    state: str
    status: models.SystemStatus
    system_id: int
    system_name: str
    system_public_name: str
    timezone: str
    other_references: list[str] | UnsetType = UNSET
    reference: str | UnsetType = UNSET


class SystemsPage(Struct):
    systems: list[System]
    next: str | UnsetType = UNSET


class StatsInterval(Struct):
    devices_reporting: int
    end_at: int
    enwh: int
    powr: int


class Stats(Struct):
    intervals: list[StatsInterval]
    meta: Meta
    system_id: int
    total_devices: int


class RgmStatsInterval(Struct):
    devices_reporting: int
    end_at: int
    wh_del: float | int | None


class MeterInterval(Struct):
    channel: int
    curr_w: int | None
    end_at: int
    wh_del: float | int | None


class MeterIntervals(Struct):
    envoy_serial_number: str
    intervals: list[MeterInterval]
    meter_serial_number: str


class RgmStats(Struct):
    intervals: list[RgmStatsInterval]
    meta: Meta
    meter_intervals: list[MeterIntervals]
    system_id: int
    total_devices: int


class EnergyProduced(Struct):
    precision: int
    units: models.EnergyUnits
    value: int


class PowerProduced(Struct):
    precision: int
    units: models.PowerUnits
    value: int


class MicroInverter(Struct):
    energy: EnergyProduced
    envoy_serial_number: str
    grid_profile: str
    id: int
    last_report_date: int | None
    model: str
    param_table: str
    part_number: str
    power_produced: int | PowerProduced
    proc_load: str
    serial_number: str
    sku: str
    status: models.MicroInverterStatus


class InvertersSummary(Struct):
    micro_inverters: list[MicroInverter]
    signal_strength: int


class EnergyLifetime(Struct):
    meta: Meta
    production: list[int]
    start_date: datetime.date | None
    system_id: int
    meter_production: list[int] | UnsetType = UNSET
    meter_start_date: datetime.date | UnsetType = UNSET
    micro_production: list[int] | UnsetType = UNSET
