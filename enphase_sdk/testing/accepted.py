"""The fields that each builder accepts, for type checkers: with the models' types, or as in JSON.

A test compares them with the models, which are generated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypedDict

from msgspec import UnsetType

from enphase_sdk import models

__all__ = [
    "ClientError",
    "ConflictError",
    "ConsumptionLifetime",
    "ConsumptionStats",
    "ConsumptionStatsInterval",
    "EnergyLifetime",
    "EnergyProduced",
    "EnvoyRecord",
    "EnvoysResponse",
    "Inventory",
    "InventoryEnvoy",
    "InventoryInverter",
    "InventoryMeter",
    "InvertersSummary",
    "Meta",
    "MeterInterval",
    "MeterIntervals",
    "MeterReading",
    "MicroInverter",
    "MonthlyMeterReading",
    "MonthlyProduction",
    "NotFoundError",
    "PowerProduced",
    "ProductionMeterReadings",
    "RgmStats",
    "RgmStatsInterval",
    "ServerError",
    "Stats",
    "StatsInterval",
    "Summary",
    "System",
    "SystemIdFound",
    "SystemsPage",
    "UnprocessableEntityError",
]


class System(TypedDict, total=False):
    """Of `builders.system`."""

    city: str | None
    connection_type: models.ConnectionType | str
    country: str | None
    meta: models.Meta | Mapping[str, Any]
    postal_code: str | None
    state: str | None
    status: models.SystemStatus | str
    system_id: int
    system_name: str
    system_public_name: str
    timezone: str | None
    other_references: Sequence[str] | UnsetType
    reference: str | UnsetType


class SystemsPage(TypedDict, total=False):
    """Of `builders.systems_page`."""

    systems: Sequence[models.System | Mapping[str, Any]]
    next: str | UnsetType


class Meta(TypedDict, total=False):
    """Of `builders.meta`."""

    last_energy_at: int | None
    last_report_at: int | None
    operational_at: int | None
    status: models.Status | str | None


class Summary(TypedDict, total=False):
    """Of `builders.summary`."""

    current_power: int | None
    energy_lifetime: int | None
    energy_today: int | None
    last_interval_end_at: int | None
    last_report_at: int | None
    modules: int | None
    operational_at: int | None
    size_w: int | None
    source: models.SummarySource | str | None
    status: models.Status | str | None
    summary_date: date | str | None
    system_id: int | None


class EnergyLifetime(TypedDict, total=False):
    """Of `builders.energy_lifetime`."""

    meta: models.Meta | Mapping[str, Any]
    production: Sequence[int]
    start_date: date | str | None
    system_id: int | None
    meter_production: Sequence[int] | UnsetType
    meter_start_date: date | str | UnsetType
    micro_production: Sequence[int] | UnsetType


class ConsumptionLifetime(TypedDict, total=False):
    """Of `builders.consumption_lifetime`."""

    consumption: Sequence[int]
    meta: models.Meta | Mapping[str, Any]
    start_date: date | str | None
    system_id: int | UnsetType | None


class Stats(TypedDict, total=False):
    """Of `builders.stats`."""

    intervals: Sequence[models.StatsInterval | Mapping[str, Any]]
    meta: models.Meta | Mapping[str, Any]
    system_id: int | None
    total_devices: int | None


class StatsInterval(TypedDict, total=False):
    """Of `builders.stats_interval`."""

    devices_reporting: int | None
    end_at: int
    enwh: int
    powr: int


class RgmStats(TypedDict, total=False):
    """Of `builders.rgm_stats`."""

    intervals: Sequence[models.RgmStatsInterval | Mapping[str, Any]]
    meta: models.Meta | Mapping[str, Any]
    meter_intervals: Sequence[models.MeterIntervals | Mapping[str, Any]]
    system_id: int | None
    total_devices: int | None


class RgmStatsInterval(TypedDict, total=False):
    """Of `builders.rgm_stats_interval`."""

    devices_reporting: int
    end_at: int
    wh_del: float | int | None


class MeterIntervals(TypedDict, total=False):
    """Of `builders.meter_intervals`."""

    envoy_serial_number: str
    intervals: Sequence[models.MeterInterval | Mapping[str, Any]]
    meter_serial_number: str


class MeterInterval(TypedDict, total=False):
    """Of `builders.meter_interval`."""

    channel: int
    curr_w: int | None
    end_at: int
    wh_del: float | int | None


class ConsumptionStats(TypedDict, total=False):
    """Of `builders.consumption_stats`."""

    intervals: Sequence[models.ConsumptionStatsInterval | Mapping[str, Any]]
    meta: models.Meta | Mapping[str, Any]
    system_id: int | None
    total_devices: int | None


class ConsumptionStatsInterval(TypedDict, total=False):
    """Of `builders.consumption_stats_interval`."""

    devices_reporting: int
    end_at: int
    enwh: int


class ProductionMeterReadings(TypedDict, total=False):
    """Of `builders.production_meter_readings`."""

    meta: models.Meta | Mapping[str, Any]
    meter_readings: Sequence[models.MeterReading | Mapping[str, Any]]
    system_id: int | None


class MeterReading(TypedDict, total=False):
    """Of `builders.meter_reading`."""

    read_at: int | None
    serial_number: str
    value: int | None


class MonthlyProduction(TypedDict, total=False):
    """Of `builders.monthly_production`."""

    end_date: date | str
    meta: models.Meta | Mapping[str, Any]
    meter_readings: Sequence[models.MonthlyMeterReading | Mapping[str, Any]]
    production_wh: int
    start_date: date | str
    system_id: int


class MonthlyMeterReading(TypedDict, total=False):
    """Of `builders.monthly_meter_reading`."""

    end: int
    serial_number: str
    start: int


class EnvoysResponse(TypedDict, total=False):
    """Of `builders.envoys_response`."""

    envoys: Sequence[models.EnvoyRecord | Mapping[str, Any]]
    system_id: int | None


class EnvoyRecord(TypedDict, total=False):
    """Of `builders.envoy_record`."""

    envoy_id: int | None
    last_report_at: int | None
    name: str | None
    part_number: str | None
    serial_number: str
    status: models.EnvoyStatus | str | None


class Inventory(TypedDict, total=False):
    """Of `builders.inventory`."""

    inverters: Sequence[models.InventoryInverter | Mapping[str, Any]]
    meters: Sequence[models.InventoryMeter | Mapping[str, Any]]
    system_id: int | None
    envoys: Sequence[models.InventoryEnvoy | Mapping[str, Any]] | UnsetType
    meta: models.Meta | Mapping[str, Any] | UnsetType


class InventoryEnvoy(TypedDict, total=False):
    """Of `builders.inventory_envoy`."""

    model: str | None
    sn: str
    sku: str | UnsetType


class InventoryInverter(TypedDict, total=False):
    """Of `builders.inventory_inverter`."""

    model: str | None
    sn: str
    sku: str | UnsetType


class InventoryMeter(TypedDict, total=False):
    """Of `builders.inventory_meter`."""

    manufacturer: str | None
    model: str | None
    sn: str
    state: str | UnsetType
    status: str | UnsetType


class InvertersSummary(TypedDict, total=False):
    """Of `builders.inverters_summary`."""

    micro_inverters: Sequence[models.MicroInverter | Mapping[str, Any]]
    signal_strength: int | None


class MicroInverter(TypedDict, total=False):
    """Of `builders.micro_inverter`."""

    energy: models.EnergyProduced | Mapping[str, Any] | None
    envoy_serial_number: str
    grid_profile: str | None
    id: int | None
    last_report_date: int | None
    model: str | None
    param_table: str | None
    part_number: str | None
    power_produced: int | models.PowerProduced | Mapping[str, Any] | None
    proc_load: str | None
    serial_number: str
    sku: str | None
    status: models.MicroInverterStatus | str | None


class PowerProduced(TypedDict, total=False):
    """Of `builders.power_produced`."""

    precision: int
    units: models.PowerUnits | str
    value: int


class EnergyProduced(TypedDict, total=False):
    """Of `builders.energy_produced`."""

    precision: int
    units: models.EnergyUnits | str
    value: int


class SystemIdFound(TypedDict, total=False):
    """Of `builders.system_id_found`."""

    system_id: int


class ClientError(TypedDict, total=False):
    """Of `builders.client_error_body`."""

    message: Sequence[str] | str
    reason: int | str


class NotFoundError(TypedDict, total=False):
    """Of `builders.not_found_body`."""

    reason: int | str
    errorMessages: Sequence[str] | UnsetType
    message: Sequence[str] | str | UnsetType


class ConflictError(TypedDict, total=False):
    """Of `builders.conflict_body`."""

    limit: int
    message: Sequence[str] | str
    period: str
    period_end: int
    period_start: int
    reason: int | str


class UnprocessableEntityError(TypedDict, total=False):
    """Of `builders.unprocessable_body`."""

    end: date | str | UnsetType
    end_at: int | UnsetType
    errorMessages: Sequence[str] | UnsetType
    first_interval: int | UnsetType
    last_interval: int | UnsetType
    message: Sequence[str] | str | UnsetType
    reason: int | str | UnsetType
    start: date | str | UnsetType
    start_at: int | UnsetType


class ServerError(TypedDict, total=False):
    """Of `builders.server_error_body`."""

    errorCode: int
    errorMessages: Sequence[str]
