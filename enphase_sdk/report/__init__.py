"""The installer's fleet report: from fleet records to rows, totals, and files.

run = Fleet(enlighten).summaries()
rows = [report_row(record) for record in run]
report = FleetReport.of(rows, generated_at=datetime.now(UTC))
write_report(report, Path("report.html"))

The metrics are pure functions; a value that is not known is None and is not counted.

| what | function | unit |
| --- | --- | --- |
| offline since | `offline_since` | instant |
| reporting but not producing | `days_without_energy`, `zero_days` | days |
| energy today, of a month, a year, a lifetime | `energy_today`, `energy_of_month`, … | Wh |
| specific yield (Yf), also of a fleet | `specific_yield`, `fleet_yield` | kWh/kWp |
| capacity factor | `capacity_factor` | 0 to 1 |
| change against the period or year before | `change_since`, `change_since_last_year` | ratio - 1 |
| rank, performance to peers | `Neighbourhoods`, `compare`, `against_own_baseline` | ratio |
| zero days, availability | `zero_days`, `availability`, `energy_availability` | days, 0 to 1 |
| completeness | `completeness` | 0 to 1 |
| loss of an outage | `outage_loss`, `same_days_of_past_years` | Wh |
| microinverters | `microinverters_not_reporting`, `weak_microinverters` | serial numbers |
| the same of a store | `stored_inverter_energy`, `compare_inverters` | Wh, share of the median |
| meter against microinverters | `meter_against_micro` | ratio - 1 |
| self-consumption, self-sufficiency, import, export | `energy_balance` | 0 to 1, Wh |
| battery use | `battery_efficiency`, `battery_cycles` | 0 to 1, cycles |
| degradation | `degradation` | %/yr |
| % of the owner's estimate | `percent_of_estimate`, `read_estimates` | ratio |

They take daily energies (`Daily`; `daily_from_frame`, `whole_days`, `stored_days`); of a whole
store `stored_metrics` gives the usual ones. `assess` judges a fleet by them: which systems need a
visit or a call, why, since when, and the estimated loss; `changes_since` gives the changes.

From a store that `enphase sync` keeps: `FleetReport.of(stored_rows(store), from_store=True, …)`.
"""

from __future__ import annotations

from enphase_sdk.report.assessment import (
    assess,
)
from enphase_sdk.report.balance import (
    EnergyBalance,
    Flow,
    battery_cycles,
    battery_efficiency,
    energy_balance,
    meter_against_micro,
)
from enphase_sdk.report.changes import (
    Changes,
    OpenFinding,
    changes_since,
)
from enphase_sdk.report.condition import Condition
from enphase_sdk.report.days import (
    Daily,
    Period,
    daily,
    daily_from_frame,
    expected_intervals,
    hours_of_day,
    known,
    newest_whole_day,
    whole_days,
)
from enphase_sdk.report.degradation import (
    Degradation,
    degradation,
    first_year_median,
    year_on_year_slopes,
)
from enphase_sdk.report.devices import (
    Meters,
)
from enphase_sdk.report.findings import (
    AreaOutage,
    Assessment,
    Counts,
    DayTotal,
    Finding,
    Kind,
    Todo,
)
from enphase_sdk.report.inverter_energy import (
    ComparedInverters,
    InverterEnergy,
    InverterSpan,
    compare_inverters,
)
from enphase_sdk.report.memory import (
    ReportMemory,
)
from enphase_sdk.report.metrics import (
    Change,
    Energy,
    Estimate,
    Yield,
    capacity_factor,
    change_since,
    change_since_last_year,
    completeness,
    energy,
    energy_lifetime,
    energy_of_month,
    energy_of_year,
    fleet_yield,
    percent_of_estimate,
    read_estimate,
    read_estimates,
    specific_yield,
)
from enphase_sdk.report.microinverters import (
    Inverters,
    like_microinverters,
    microinverters_not_reporting,
    weak_microinverters,
)
from enphase_sdk.report.neighbours import (
    Availability,
    Comparison,
    Located,
    Neighbourhoods,
    ZeroDays,
    against_own_baseline,
    availability,
    compare,
    energy_availability,
    outage_loss,
    robust_z,
    zero_days,
)
from enphase_sdk.report.page import plain_page, report_page
from enphase_sdk.report.rows import FleetReport, ReportRow, Totals, report_row
from enphase_sdk.report.series import (
    DaySeries,
    same_days_of_past_years,
    standing,
)
from enphase_sdk.report.spreadsheet import report_csv
from enphase_sdk.report.status import days_without_energy, energy_today, offline_since
from enphase_sdk.report.stored import stored_rows
from enphase_sdk.report.stored_days import (
    stored_days,
    stored_meters,
)
from enphase_sdk.report.stored_inverters import (
    stored_inverter_energy,
    stored_inverters,
    stored_inverters_read_at,
)
from enphase_sdk.report.stored_metrics import StoredMetrics, stored_metrics
from enphase_sdk.report.thresholds import (
    DEFAULT_THRESHOLDS,
    Threshold,
    Thresholds,
)
from enphase_sdk.report.web.customer import customer_page
from enphase_sdk.report.web.history import (
    DayCurve,
    FleetDay,
    FleetWeek,
    History,
    Recent,
    read_history,
)
from enphase_sdk.report.web.modules import Module, ModuleSpan
from enphase_sdk.report.web.packing import PackedDays
from enphase_sdk.report.web.statuses import StatusDay
from enphase_sdk.report.web.system_days import SystemDays, read_system
from enphase_sdk.report.words import in_words
from enphase_sdk.report.workbook import (
    report_xlsx,
)
from enphase_sdk.report.writing import check_target, report_json, write_report

__all__ = [
    "DEFAULT_THRESHOLDS",
    "AreaOutage",
    "Assessment",
    "Availability",
    "Change",
    "Changes",
    "ComparedInverters",
    "Comparison",
    "Condition",
    "Counts",
    "Daily",
    "DayCurve",
    "DaySeries",
    "DayTotal",
    "Degradation",
    "Energy",
    "EnergyBalance",
    "Estimate",
    "Finding",
    "FleetDay",
    "FleetReport",
    "FleetWeek",
    "Flow",
    "History",
    "InverterEnergy",
    "InverterSpan",
    "Inverters",
    "Kind",
    "Located",
    "Meters",
    "Module",
    "ModuleSpan",
    "Neighbourhoods",
    "OpenFinding",
    "PackedDays",
    "Period",
    "Recent",
    "ReportMemory",
    "ReportRow",
    "StatusDay",
    "StoredMetrics",
    "SystemDays",
    "Threshold",
    "Thresholds",
    "Todo",
    "Totals",
    "Yield",
    "ZeroDays",
    "against_own_baseline",
    "assess",
    "availability",
    "battery_cycles",
    "battery_efficiency",
    "capacity_factor",
    "change_since",
    "change_since_last_year",
    "changes_since",
    "check_target",
    "compare",
    "compare_inverters",
    "completeness",
    "customer_page",
    "daily",
    "daily_from_frame",
    "days_without_energy",
    "degradation",
    "energy",
    "energy_availability",
    "energy_balance",
    "energy_lifetime",
    "energy_of_month",
    "energy_of_year",
    "energy_today",
    "expected_intervals",
    "first_year_median",
    "fleet_yield",
    "hours_of_day",
    "in_words",
    "known",
    "like_microinverters",
    "meter_against_micro",
    "microinverters_not_reporting",
    "newest_whole_day",
    "offline_since",
    "outage_loss",
    "percent_of_estimate",
    "plain_page",
    "read_estimate",
    "read_estimates",
    "read_history",
    "read_system",
    "report_csv",
    "report_json",
    "report_page",
    "report_row",
    "report_xlsx",
    "robust_z",
    "same_days_of_past_years",
    "specific_yield",
    "standing",
    "stored_days",
    "stored_inverter_energy",
    "stored_inverters",
    "stored_inverters_read_at",
    "stored_meters",
    "stored_metrics",
    "stored_rows",
    "weak_microinverters",
    "whole_days",
    "write_report",
    "year_on_year_slopes",
    "zero_days",
]
