"""The result models, as generated from the contract; cloud and gateway both return them.

They are slotted attrs classes: typed, comparable, picklable. Enumerations are open: an unknown
value keeps its text.

Plain Python: `to_dict()` gives the wire form (JSON types, absent fields left out), `from_dict()`
reads it. `json.dumps(result, default=models.to_json_default)` writes any result, or a list or dict
of them. A field that the contract does not promise and that did not come is `msgspec.UNSET`.

Types: a field that one of the sources (API v2, API v4, gateway) never has allows None in its type.
An answer that breaks the contract is read leniently, unless the client is `strict`, and each
field concerned is logged once: a field that is missing, null or of a wrong type becomes None even
if its type does not allow None; a quantity (W, Wh) that was sent with a fraction is kept as a
float; an entry of a list of records that is not an object is left out.
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
    """The JSON form of a result or of a value in one: `json.dumps(…, default=to_json_default)`.

    A result becomes its wire form, a date ISO 8601 text, an absent field (`UNSET`) null. The last
    two are needed for the output of `attrs.asdict`.

    Raises:
        TypeError: `value` is not a result and cannot be part of one.
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
