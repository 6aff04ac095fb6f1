"""The models of the API's answers, each loaded when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .address import Address
    from .alarm import Alarm
    from .alarm_event import AlarmEvent
    from .alarms import Alarms
    from .api_error import ApiError
    from .battery_energy import BatteryEnergy
    from .battery_lifetime import BatteryLifetime
    from .battery_settings import BatterySettings
    from .battery_settings_change import BatterySettingsChange
    from .battery_telemetry import BatteryTelemetry
    from .battery_telemetry_interval import BatteryTelemetryInterval
    from .cellular_modem import CellularModem
    from .charging_schedule import ChargingSchedule
    from .charging_session import ChargingSession
    from .charging_sessions import ChargingSessions
    from .charging_time import ChargingTime
    from .command_accepted import CommandAccepted
    from .consumed_interval import ConsumedInterval
    from .consumption_lifetime import ConsumptionLifetime
    from .consumption_meter_reading import ConsumptionMeterReading
    from .consumption_meter_readings import ConsumptionMeterReadings
    from .consumption_meter_telemetry import ConsumptionMeterTelemetry
    from .consumption_meter_telemetry_interval import ConsumptionMeterTelemetryInterval
    from .controlled_load import ControlledLoad
    from .controlled_load_change import ControlledLoadChange
    from .device import Device
    from .devices import Devices
    from .devices_by_kind import DevicesByKind
    from .encharge_telemetry import EnchargeTelemetry
    from .encharge_telemetry_interval import EnchargeTelemetryInterval
    from .energy_export_lifetime import EnergyExportLifetime
    from .energy_export_telemetry import EnergyExportTelemetry
    from .energy_import_lifetime import EnergyImportLifetime
    from .energy_import_telemetry import EnergyImportTelemetry
    from .energy_lifetime import EnergyLifetime
    from .energy_produced import EnergyProduced
    from .ev_charger import EvCharger
    from .ev_charger_event import EvChargerEvent
    from .ev_charger_events import EvChargerEvents
    from .ev_charger_lifetime import EvChargerLifetime
    from .ev_charger_schedules import EvChargerSchedules
    from .ev_charger_telemetry import EvChargerTelemetry
    from .ev_charger_telemetry_interval import EvChargerTelemetryInterval
    from .ev_chargers import EvChargers
    from .ev_chargers_by_kind import EvChargersByKind
    from .event import Event
    from .event_type import EventType
    from .event_types import EventTypes
    from .events import Events
    from .evse_lifetime import EvseLifetime
    from .evse_power import EvsePower
    from .evse_power_by_serial import EvsePowerBySerial
    from .evse_telemetry import EvseTelemetry
    from .exported_interval import ExportedInterval
    from .found_system import FoundSystem
    from .found_systems_page import FoundSystemsPage
    from .granularity import Granularity
    from .grid_status import GridStatus
    from .hp_lifetime import HpLifetime
    from .hp_telemetry import HpTelemetry
    from .imported_interval import ImportedInterval
    from .inverters_summary import InvertersSummary
    from .latest_report import LatestReport
    from .latest_reports_by_kind import LatestReportsByKind
    from .latest_telemetry import LatestTelemetry
    from .load_control import LoadControl
    from .meta import Meta
    from .meter_interval import MeterInterval
    from .meter_intervals import MeterIntervals
    from .micro_intervals import MicroIntervals
    from .micro_inverter import MicroInverter
    from .micro_telemetry import MicroTelemetry
    from .micro_telemetry_interval import MicroTelemetryInterval
    from .micros_telemetry import MicrosTelemetry
    from .open_alarms import OpenAlarms
    from .open_events import OpenEvents
    from .power_produced import PowerProduced
    from .production_meter_reading import ProductionMeterReading
    from .production_meter_readings import ProductionMeterReadings
    from .production_meter_telemetry import ProductionMeterTelemetry
    from .production_meter_telemetry_interval import ProductionMeterTelemetryInterval
    from .production_micro_telemetry import ProductionMicroTelemetry
    from .production_micro_telemetry_interval import ProductionMicroTelemetryInterval
    from .rgm_stats import RgmStats
    from .rgm_stats_interval import RgmStatsInterval
    from .start_charging import StartCharging
    from .state_of_charge import StateOfCharge
    from .status import Status
    from .storage_meter_reading import StorageMeterReading
    from .storage_meter_readings import StorageMeterReadings
    from .storm_guard import StormGuard
    from .storm_guard_change import StormGuardChange
    from .summary import Summary
    from .system import System
    from .system_id_found import SystemIdFound
    from .systems_filter import SystemsFilter
    from .systems_order import SystemsOrder
    from .systems_page import SystemsPage
    from .systems_search import SystemsSearch

_MODULES = {
    "Address": ".address",
    "Alarm": ".alarm",
    "AlarmEvent": ".alarm_event",
    "Alarms": ".alarms",
    "ApiError": ".api_error",
    "BatteryEnergy": ".battery_energy",
    "BatteryLifetime": ".battery_lifetime",
    "BatterySettings": ".battery_settings",
    "BatterySettingsChange": ".battery_settings_change",
    "BatteryTelemetry": ".battery_telemetry",
    "BatteryTelemetryInterval": ".battery_telemetry_interval",
    "CellularModem": ".cellular_modem",
    "ChargingSchedule": ".charging_schedule",
    "ChargingSession": ".charging_session",
    "ChargingSessions": ".charging_sessions",
    "ChargingTime": ".charging_time",
    "CommandAccepted": ".command_accepted",
    "ConsumedInterval": ".consumed_interval",
    "ConsumptionLifetime": ".consumption_lifetime",
    "ConsumptionMeterReading": ".consumption_meter_reading",
    "ConsumptionMeterReadings": ".consumption_meter_readings",
    "ConsumptionMeterTelemetry": ".consumption_meter_telemetry",
    "ConsumptionMeterTelemetryInterval": ".consumption_meter_telemetry_interval",
    "ControlledLoad": ".controlled_load",
    "ControlledLoadChange": ".controlled_load_change",
    "Device": ".device",
    "Devices": ".devices",
    "DevicesByKind": ".devices_by_kind",
    "EnchargeTelemetry": ".encharge_telemetry",
    "EnchargeTelemetryInterval": ".encharge_telemetry_interval",
    "EnergyExportLifetime": ".energy_export_lifetime",
    "EnergyExportTelemetry": ".energy_export_telemetry",
    "EnergyImportLifetime": ".energy_import_lifetime",
    "EnergyImportTelemetry": ".energy_import_telemetry",
    "EnergyLifetime": ".energy_lifetime",
    "EnergyProduced": ".energy_produced",
    "EvCharger": ".ev_charger",
    "EvChargerEvent": ".ev_charger_event",
    "EvChargerEvents": ".ev_charger_events",
    "EvChargerLifetime": ".ev_charger_lifetime",
    "EvChargerSchedules": ".ev_charger_schedules",
    "EvChargerTelemetry": ".ev_charger_telemetry",
    "EvChargerTelemetryInterval": ".ev_charger_telemetry_interval",
    "EvChargers": ".ev_chargers",
    "EvChargersByKind": ".ev_chargers_by_kind",
    "Event": ".event",
    "EventType": ".event_type",
    "EventTypes": ".event_types",
    "Events": ".events",
    "EvseLifetime": ".evse_lifetime",
    "EvsePower": ".evse_power",
    "EvsePowerBySerial": ".evse_power_by_serial",
    "EvseTelemetry": ".evse_telemetry",
    "ExportedInterval": ".exported_interval",
    "FoundSystem": ".found_system",
    "FoundSystemsPage": ".found_systems_page",
    "Granularity": ".granularity",
    "GridStatus": ".grid_status",
    "HpLifetime": ".hp_lifetime",
    "HpTelemetry": ".hp_telemetry",
    "ImportedInterval": ".imported_interval",
    "InvertersSummary": ".inverters_summary",
    "LatestReport": ".latest_report",
    "LatestReportsByKind": ".latest_reports_by_kind",
    "LatestTelemetry": ".latest_telemetry",
    "LoadControl": ".load_control",
    "Meta": ".meta",
    "MeterInterval": ".meter_interval",
    "MeterIntervals": ".meter_intervals",
    "MicroIntervals": ".micro_intervals",
    "MicroInverter": ".micro_inverter",
    "MicroTelemetry": ".micro_telemetry",
    "MicroTelemetryInterval": ".micro_telemetry_interval",
    "MicrosTelemetry": ".micros_telemetry",
    "OpenAlarms": ".open_alarms",
    "OpenEvents": ".open_events",
    "PowerProduced": ".power_produced",
    "ProductionMeterReading": ".production_meter_reading",
    "ProductionMeterReadings": ".production_meter_readings",
    "ProductionMeterTelemetry": ".production_meter_telemetry",
    "ProductionMeterTelemetryInterval": ".production_meter_telemetry_interval",
    "ProductionMicroTelemetry": ".production_micro_telemetry",
    "ProductionMicroTelemetryInterval": ".production_micro_telemetry_interval",
    "RgmStats": ".rgm_stats",
    "RgmStatsInterval": ".rgm_stats_interval",
    "StartCharging": ".start_charging",
    "StateOfCharge": ".state_of_charge",
    "Status": ".status",
    "StorageMeterReading": ".storage_meter_reading",
    "StorageMeterReadings": ".storage_meter_readings",
    "StormGuard": ".storm_guard",
    "StormGuardChange": ".storm_guard_change",
    "Summary": ".summary",
    "System": ".system",
    "SystemIdFound": ".system_id_found",
    "SystemsFilter": ".systems_filter",
    "SystemsOrder": ".systems_order",
    "SystemsPage": ".systems_page",
    "SystemsSearch": ".systems_search",
}

__all__ = [
    "Address",
    "Alarm",
    "AlarmEvent",
    "Alarms",
    "ApiError",
    "BatteryEnergy",
    "BatteryLifetime",
    "BatterySettings",
    "BatterySettingsChange",
    "BatteryTelemetry",
    "BatteryTelemetryInterval",
    "CellularModem",
    "ChargingSchedule",
    "ChargingSession",
    "ChargingSessions",
    "ChargingTime",
    "CommandAccepted",
    "ConsumedInterval",
    "ConsumptionLifetime",
    "ConsumptionMeterReading",
    "ConsumptionMeterReadings",
    "ConsumptionMeterTelemetry",
    "ConsumptionMeterTelemetryInterval",
    "ControlledLoad",
    "ControlledLoadChange",
    "Device",
    "Devices",
    "DevicesByKind",
    "EnchargeTelemetry",
    "EnchargeTelemetryInterval",
    "EnergyExportLifetime",
    "EnergyExportTelemetry",
    "EnergyImportLifetime",
    "EnergyImportTelemetry",
    "EnergyLifetime",
    "EnergyProduced",
    "EvCharger",
    "EvChargerEvent",
    "EvChargerEvents",
    "EvChargerLifetime",
    "EvChargers",
    "EvChargersByKind",
    "EvChargerSchedules",
    "EvChargerTelemetry",
    "EvChargerTelemetryInterval",
    "Event",
    "Events",
    "EventType",
    "EventTypes",
    "EvseLifetime",
    "EvsePower",
    "EvsePowerBySerial",
    "EvseTelemetry",
    "ExportedInterval",
    "FoundSystem",
    "FoundSystemsPage",
    "Granularity",
    "GridStatus",
    "HpLifetime",
    "HpTelemetry",
    "ImportedInterval",
    "InvertersSummary",
    "LatestReport",
    "LatestReportsByKind",
    "LatestTelemetry",
    "LoadControl",
    "Meta",
    "MeterInterval",
    "MeterIntervals",
    "MicroIntervals",
    "MicroInverter",
    "MicrosTelemetry",
    "MicroTelemetry",
    "MicroTelemetryInterval",
    "OpenAlarms",
    "OpenEvents",
    "PowerProduced",
    "ProductionMeterReading",
    "ProductionMeterReadings",
    "ProductionMeterTelemetry",
    "ProductionMeterTelemetryInterval",
    "ProductionMicroTelemetry",
    "ProductionMicroTelemetryInterval",
    "RgmStats",
    "RgmStatsInterval",
    "StartCharging",
    "StateOfCharge",
    "Status",
    "StorageMeterReading",
    "StorageMeterReadings",
    "StormGuard",
    "StormGuardChange",
    "Summary",
    "System",
    "SystemIdFound",
    "SystemsFilter",
    "SystemsOrder",
    "SystemsPage",
    "SystemsSearch",
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
