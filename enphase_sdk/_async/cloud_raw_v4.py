"""The operations of API v4 that v2 has too, returning whole answers."""

from __future__ import annotations

from enphase_sdk._async.cloud_raw import AsyncRawView, raw
from enphase_sdk.cloud.v4 import operations

__all__ = ["AsyncRawEnlightenV4"]


class AsyncRawEnlightenV4(AsyncRawView):
    """Made by `AsyncEnlightenV4.with_raw_response`; `systems` gives one page."""

    systems = raw(operations.systems)
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
