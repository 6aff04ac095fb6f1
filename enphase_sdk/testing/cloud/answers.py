"""Which function answers which operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from enphase_sdk.testing.cloud.devices import envoys, inventory, inverters_summary, search_system_id
from enphase_sdk.testing.cloud.intervals import consumption_stats, rgm_stats, stats
from enphase_sdk.testing.cloud.listing import systems
from enphase_sdk.testing.cloud.meters import monthly_production, production_meter_readings
from enphase_sdk.testing.cloud.question import Question
from enphase_sdk.testing.cloud.series import consumption_lifetime, energy_lifetime
from enphase_sdk.testing.cloud.summary import summary

__all__ = ["ANSWERS"]

ANSWERS: Mapping[str, Callable[[Question], object]] = {
    "ConsumptionLifetime": consumption_lifetime,
    "ConsumptionStats": consumption_stats,
    "EnergyLifetime": energy_lifetime,
    "Envoys": envoys,
    "Inventory": inventory,
    "InvertersSummaryByEnvoyOrSite": inverters_summary,
    "MonthlyProduction": monthly_production,
    "ProductionMeterReadings": production_meter_readings,
    "RgmStats": rgm_stats,
    "SearchSystemId": search_system_id,
    "Stats": stats,
    "Summary": summary,
    "Systems": systems,
}
