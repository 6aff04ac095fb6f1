"""The operations of API v4 that read, returning whole answers."""

from __future__ import annotations

from enphase_sdk._async.cloud_raw import AsyncRawView, raw
from enphase_sdk.cloud.v4 import operations
from enphase_sdk.cloud.v4.extras import chargers, settings, telemetry
from enphase_sdk.cloud.v4.extras import devices as of_devices
from enphase_sdk.cloud.v4.paging import one_page

__all__ = ["AsyncRawEnlightenV4"]


class AsyncRawEnlightenV4(AsyncRawView):
    """Made by `AsyncEnlightenV4.with_raw_response`; `systems` gives one page."""

    systems = raw(one_page(operations.systems))
    energy_lifetime = raw(operations.energy_lifetime)
    envoys = raw(operations.envoys)
    inventory = raw(operations.inventory)
    inverters_summary_by_envoy_or_site = raw(operations.inverters_summary_by_envoy_or_site)
    production_meter_readings = raw(operations.production_meter_readings)
    rgm_stats = raw(operations.rgm_stats)
    stats = raw(operations.stats)
    consumption_stats = raw(operations.consumption_stats)
    consumption_lifetime = raw(operations.consumption_lifetime)
    summary = raw(operations.summary)
    search_system_id = raw(operations.search_system_id)

    battery_lifetime = raw(telemetry.battery_lifetime)
    energy_import_lifetime = raw(telemetry.energy_import_lifetime)
    energy_export_lifetime = raw(telemetry.energy_export_lifetime)
    telemetry_production_micro = raw(telemetry.telemetry_production_micro)
    telemetry_production_meter = raw(telemetry.telemetry_production_meter)
    telemetry_consumption_meter = raw(telemetry.telemetry_consumption_meter)
    telemetry_battery = raw(telemetry.telemetry_battery)
    energy_import_telemetry = raw(telemetry.energy_import_telemetry)
    energy_export_telemetry = raw(telemetry.energy_export_telemetry)
    latest_telemetry = raw(telemetry.latest_telemetry)
    consumption_meter_readings = raw(telemetry.consumption_meter_readings)
    storage_meter_readings = raw(telemetry.storage_meter_readings)
    micros_telemetry = raw(telemetry.micros_telemetry)
    micro_telemetry = raw(telemetry.micro_telemetry)
    encharge_telemetry = raw(telemetry.encharge_telemetry)
    hp_lifetime = raw(telemetry.hp_lifetime)
    hp_telemetry = raw(telemetry.hp_telemetry)

    system = raw(of_devices.system)
    devices = raw(of_devices.devices)
    events = raw(of_devices.events)
    alarms = raw(of_devices.alarms)
    open_events = raw(of_devices.open_events)
    open_alarms = raw(of_devices.open_alarms)
    event_types = raw(of_devices.event_types)

    battery_settings = raw(settings.battery_settings)
    storm_guard = raw(settings.storm_guard)
    grid_status = raw(settings.grid_status)
    load_control = raw(settings.load_control)

    evse_lifetime = raw(chargers.evse_lifetime)
    evse_telemetry = raw(chargers.evse_telemetry)
    ev_charger_devices = raw(chargers.ev_charger_devices)
    ev_charger_events = raw(chargers.ev_charger_events)
    ev_charger_sessions = raw(chargers.ev_charger_sessions)
    ev_charger_schedules = raw(chargers.ev_charger_schedules)
    ev_charger_lifetime = raw(chargers.ev_charger_lifetime)
    ev_charger_telemetry = raw(chargers.ev_charger_telemetry)
