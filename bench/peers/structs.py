"""The same shapes as msgspec Structs: the limit for parsing."""

from __future__ import annotations

import datetime

from enphase_sdk_api_v2 import models
from enphase_sdk_api_v4 import models as models_v4
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


class Address(Struct):
    city: str | None
    country: str | None
    postal_code: str | None
    state: str | None


class SystemV4(Struct):
    address: Address
    attachment_type: str | None
    connection_type: str | None
    interconnect_date: int | str | None
    last_energy_at: int | None
    last_report_at: int | None
    name: str
    operational_at: int | None
    public_name: str | None
    status: models_v4.Status
    system_id: int
    timezone: str | None
    energy_lifetime: int | UnsetType = UNSET
    energy_today: int | UnsetType = UNSET
    other_references: list[str] | UnsetType = UNSET
    reference: str | UnsetType | None = UNSET
    system_size: float | UnsetType = UNSET


class SystemsPageV4(Struct):
    count: int
    current_page: int
    items: str
    size: int
    systems: list[SystemV4]
    total: int


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
