"""The models of the API's answers, each loaded when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .client_error import ClientError
    from .conflict_error import ConflictError
    from .connection_type import ConnectionType
    from .consumption_lifetime import ConsumptionLifetime
    from .consumption_stats import ConsumptionStats
    from .consumption_stats_interval import ConsumptionStatsInterval
    from .energy_lifetime import EnergyLifetime
    from .energy_produced import EnergyProduced
    from .energy_units import EnergyUnits
    from .envoy_record import EnvoyRecord
    from .envoy_status import EnvoyStatus
    from .envoys_response import EnvoysResponse
    from .inventory import Inventory
    from .inventory_envoy import InventoryEnvoy
    from .inventory_inverter import InventoryInverter
    from .inventory_meter import InventoryMeter
    from .inverters_summary import InvertersSummary
    from .meta import Meta
    from .meter_interval import MeterInterval
    from .meter_intervals import MeterIntervals
    from .meter_reading import MeterReading
    from .micro_inverter import MicroInverter
    from .micro_inverter_status import MicroInverterStatus
    from .monthly_meter_reading import MonthlyMeterReading
    from .monthly_production import MonthlyProduction
    from .not_found_error import NotFoundError
    from .power_produced import PowerProduced
    from .power_units import PowerUnits
    from .production_meter_readings import ProductionMeterReadings
    from .production_series import ProductionSeries
    from .rgm_stats import RgmStats
    from .rgm_stats_interval import RgmStatsInterval
    from .server_error import ServerError
    from .stats import Stats
    from .stats_interval import StatsInterval
    from .status import Status
    from .summary import Summary
    from .summary_source import SummarySource
    from .system import System
    from .system_id_found import SystemIdFound
    from .system_status import SystemStatus
    from .systems_page import SystemsPage
    from .unprocessable_entity_error import UnprocessableEntityError

_MODULES = {
    "ClientError": ".client_error",
    "ConflictError": ".conflict_error",
    "ConnectionType": ".connection_type",
    "ConsumptionLifetime": ".consumption_lifetime",
    "ConsumptionStats": ".consumption_stats",
    "ConsumptionStatsInterval": ".consumption_stats_interval",
    "EnergyLifetime": ".energy_lifetime",
    "EnergyProduced": ".energy_produced",
    "EnergyUnits": ".energy_units",
    "EnvoyRecord": ".envoy_record",
    "EnvoyStatus": ".envoy_status",
    "EnvoysResponse": ".envoys_response",
    "Inventory": ".inventory",
    "InventoryEnvoy": ".inventory_envoy",
    "InventoryInverter": ".inventory_inverter",
    "InventoryMeter": ".inventory_meter",
    "InvertersSummary": ".inverters_summary",
    "Meta": ".meta",
    "MeterInterval": ".meter_interval",
    "MeterIntervals": ".meter_intervals",
    "MeterReading": ".meter_reading",
    "MicroInverter": ".micro_inverter",
    "MicroInverterStatus": ".micro_inverter_status",
    "MonthlyMeterReading": ".monthly_meter_reading",
    "MonthlyProduction": ".monthly_production",
    "NotFoundError": ".not_found_error",
    "PowerProduced": ".power_produced",
    "PowerUnits": ".power_units",
    "ProductionMeterReadings": ".production_meter_readings",
    "ProductionSeries": ".production_series",
    "RgmStats": ".rgm_stats",
    "RgmStatsInterval": ".rgm_stats_interval",
    "ServerError": ".server_error",
    "Stats": ".stats",
    "StatsInterval": ".stats_interval",
    "Status": ".status",
    "Summary": ".summary",
    "SummarySource": ".summary_source",
    "System": ".system",
    "SystemIdFound": ".system_id_found",
    "SystemStatus": ".system_status",
    "SystemsPage": ".systems_page",
    "UnprocessableEntityError": ".unprocessable_entity_error",
}

__all__ = [
    "ClientError",
    "ConflictError",
    "ConnectionType",
    "ConsumptionLifetime",
    "ConsumptionStats",
    "ConsumptionStatsInterval",
    "EnergyLifetime",
    "EnergyProduced",
    "EnergyUnits",
    "EnvoyRecord",
    "EnvoysResponse",
    "EnvoyStatus",
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
    "MicroInverterStatus",
    "MonthlyMeterReading",
    "MonthlyProduction",
    "NotFoundError",
    "PowerProduced",
    "PowerUnits",
    "ProductionMeterReadings",
    "ProductionSeries",
    "RgmStats",
    "RgmStatsInterval",
    "ServerError",
    "Stats",
    "StatsInterval",
    "Status",
    "Summary",
    "SummarySource",
    "System",
    "SystemIdFound",
    "SystemsPage",
    "SystemStatus",
    "UnprocessableEntityError",
]


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_MODULES[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
