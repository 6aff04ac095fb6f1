"""The result models, as generated from the contract; cloud and gateway both return them.

They are slotted attrs classes: typed, comparable, picklable. `to_dict()` gives the wire form
back, `from_dict()` reads it. A value that the contract does not promise is absent as
`msgspec.UNSET`. Enumerations are open: an unknown value keeps its text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from enphase_sdk_api_v2.models import (
        ConnectionType,
        ConsumptionLifetime,
        ConsumptionStats,
        ConsumptionStatsInterval,
        EnergyLifetime,
        EnergyProduced,
        EnergyUnits,
        EnvoyRecord,
        EnvoysResponse,
        EnvoyStatus,
        Inventory,
        InventoryEnvoy,
        InventoryInverter,
        InventoryMeter,
        InvertersSummary,
        Meta,
        MeterInterval,
        MeterIntervals,
        MeterReading,
        MicroInverter,
        MicroInverterStatus,
        MonthlyMeterReading,
        MonthlyProduction,
        PowerProduced,
        PowerUnits,
        ProductionMeterReadings,
        ProductionSeries,
        RgmStats,
        RgmStatsInterval,
        Stats,
        StatsInterval,
        Status,
        Summary,
        SummarySource,
        System,
        SystemIdFound,
        SystemsPage,
        SystemStatus,
    )

__all__ = [
    "ConnectionType",
    "ConsumptionLifetime",
    "ConsumptionStats",
    "ConsumptionStatsInterval",
    "EnergyLifetime",
    "EnergyProduced",
    "EnergyUnits",
    "EnvoyRecord",
    "EnvoyStatus",
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
    "MicroInverterStatus",
    "MonthlyMeterReading",
    "MonthlyProduction",
    "PowerProduced",
    "PowerUnits",
    "ProductionMeterReadings",
    "ProductionSeries",
    "RgmStats",
    "RgmStatsInterval",
    "Stats",
    "StatsInterval",
    "Status",
    "Summary",
    "SummarySource",
    "System",
    "SystemIdFound",
    "SystemStatus",
    "SystemsPage",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'enphase_sdk.models' has no attribute {name!r}")
    from enphase_sdk_api_v2 import models

    value = getattr(models, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
