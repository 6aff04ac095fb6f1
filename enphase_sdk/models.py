"""The result models, as generated from the contract; cloud and gateway both return them.

They are slotted attrs classes: typed, comparable, picklable. Enumerations are open: an unknown
value keeps its text.

Plain Python: `to_dict()` gives the wire form (JSON types, absent fields left out), `from_dict()`
reads it. `json.dumps(result, default=models.to_json_default)` writes any result, or a list or dict
of them. A field that the contract does not promise and that did not come is `msgspec.UNSET`.

Types: a field that the cloud, its API v4 or a gateway leaves out by its nature is typed with None.
Beyond that an answer that breaks the contract is read leniently (unless the client is `strict`),
and logged once for each field: a field that is missing, null or of a wrong type is None though its
type does not say so, and a quantity (W, Wh) that came with a fraction keeps it as a float. An entry
of a list that is no record is left out.
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


def to_json_default(value: object) -> object:
    """For `json.dumps(…, default=models.to_json_default)`: results, dates and absent fields.

    Results become their wire form; of what `attrs.asdict` makes of one, dates become ISO text and
    absent fields null.

    Raises:
        TypeError: it is nothing that a result holds.
    """
    from datetime import date

    from msgspec import UNSET

    if value is UNSET:
        return None
    if isinstance(value, date):
        return value.isoformat()
    to_dict = getattr(value, "to_dict", None)
    if to_dict is None:
        raise TypeError(f"a {type(value).__name__} is no result and no part of one")
    return to_dict()


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'enphase_sdk.models' has no attribute {name!r}")
    from enphase_sdk_api_v2 import models

    value = getattr(models, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
