"""The types that public calls take and return, for type annotations in your own code.

    from enphase_sdk.types import DateLike, SystemPages

Result models are in `enphase_sdk.models`, types that only a gateway returns in
`enphase_sdk.gateway`, errors in `enphase_sdk.errors`. Each name is loaded at its first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from enphase_sdk._async.cloud_pages import AsyncSystemPages
    from enphase_sdk._async.cloud_raw import AsyncExchanging, AsyncRawEnlighten
    from enphase_sdk._async.cloud_raw_v4 import AsyncRawEnlightenV4
    from enphase_sdk._async.cloud_site import AsyncCloudSite, AsyncSite
    from enphase_sdk._async.cloud_stream import AsyncLiveStream
    from enphase_sdk._async.gateway_control import AsyncGatewayControl
    from enphase_sdk._async.gateway_live import AsyncGatewayLive, GatewayLiveSource
    from enphase_sdk._async.gateway_raw import AsyncRawEnvoy
    from enphase_sdk._async.gateway_session import AsyncTokenProvider
    from enphase_sdk._async.site_history import AsyncHistoryIntervals
    from enphase_sdk._sync.cloud_pages import SystemPages
    from enphase_sdk._sync.cloud_raw import Exchanging, RawEnlighten
    from enphase_sdk._sync.cloud_raw_v4 import RawEnlightenV4
    from enphase_sdk._sync.cloud_site import CloudSite, Site
    from enphase_sdk._sync.cloud_stream import LiveStream
    from enphase_sdk._sync.gateway_control import GatewayControl
    from enphase_sdk._sync.gateway_live import GatewayLive
    from enphase_sdk._sync.gateway_raw import RawEnvoy
    from enphase_sdk._sync.gateway_session import TokenProvider
    from enphase_sdk._sync.site_history import HistoryIntervals
    from enphase_sdk.clock import Clock
    from enphase_sdk.cloud.api import Call, Walk
    from enphase_sdk.cloud.arguments import Filter
    from enphase_sdk.cloud.cache import Cache, FileCache
    from enphase_sdk.cloud.ledgers import Ledger
    from enphase_sdk.cloud.options import Changes
    from enphase_sdk.cloud.plans import Plan, PlanName, Reserve
    from enphase_sdk.cloud.quota_status import QuotaStatus, QuotaWindow
    from enphase_sdk.cloud.raw import RawResponse
    from enphase_sdk.cloud.v4.authorization import TokensInMemory, TokenStore
    from enphase_sdk.cloud.v4.extras.changing import ChangedSettings
    from enphase_sdk.cloud.v4.oauth import Tokens
    from enphase_sdk.core.effects import Reply, Request
    from enphase_sdk.core.effects import Sleep as Wait
    from enphase_sdk.core.json import Json
    from enphase_sdk.core.measures import HistoryInterval, Measure
    from enphase_sdk.core.times import DateLike, InstantLike
    from enphase_sdk.fleet import (
        AsyncCollection,
        AsyncFleetRun,
        Collected,
        Collection,
        FleetRecord,
        FleetRun,
        Progress,
        SystemFilters,
        SystemOperation,
    )
    from enphase_sdk.frames import (
        AnyFrame,
        BackendName,
        FleetFrame,
        FrameBuilder,
        Operation,
        Timezone,
    )
    from enphase_sdk.gateway.identity import GatewayInfo
    from enphase_sdk.gateway.profile import GatewayProfile
    from enphase_sdk.gateway.snapshot import Problem, Snapshot
    from enphase_sdk.live import LivePowers, LiveSample, LiveSource

__all__ = [
    "AnyFrame",
    "AsyncCloudSite",
    "AsyncCollection",
    "AsyncExchanging",
    "AsyncFleetRun",
    "AsyncGatewayControl",
    "AsyncGatewayLive",
    "AsyncHistoryIntervals",
    "AsyncLiveStream",
    "AsyncRawEnlighten",
    "AsyncRawEnlightenV4",
    "AsyncRawEnvoy",
    "AsyncSite",
    "AsyncSystemPages",
    "AsyncTokenProvider",
    "BackendName",
    "Cache",
    "Call",
    "ChangedSettings",
    "Changes",
    "Clock",
    "CloudSite",
    "Collected",
    "Collection",
    "DateLike",
    "Exchanging",
    "FileCache",
    "Filter",
    "FleetFrame",
    "FleetRecord",
    "FleetRun",
    "FrameBuilder",
    "GatewayControl",
    "GatewayInfo",
    "GatewayLive",
    "GatewayLiveSource",
    "GatewayProfile",
    "HistoryInterval",
    "HistoryIntervals",
    "InstantLike",
    "Json",
    "Ledger",
    "LivePowers",
    "LiveSample",
    "LiveSource",
    "LiveStream",
    "Measure",
    "Operation",
    "Plan",
    "PlanName",
    "Problem",
    "Progress",
    "QuotaStatus",
    "QuotaWindow",
    "RawEnlighten",
    "RawEnlightenV4",
    "RawEnvoy",
    "RawResponse",
    "Reply",
    "Request",
    "Reserve",
    "Site",
    "Snapshot",
    "SystemFilters",
    "SystemOperation",
    "SystemPages",
    "Timezone",
    "TokenProvider",
    "TokenStore",
    "Tokens",
    "TokensInMemory",
    "Wait",
    "Walk",
]

_HOMES = {
    "Ledger": "cloud.ledgers",
    "QuotaStatus": "cloud.quota_status",
    "QuotaWindow": "cloud.quota_status",
    "Reserve": "cloud.plans",
    "AsyncHistoryIntervals": "_async.site_history",
    "HistoryInterval": "core.measures",
    "HistoryIntervals": "_sync.site_history",
    "Measure": "core.measures",
    "Walk": "cloud.api",
    "Tokens": "cloud.v4.oauth",
    "TokenStore": "cloud.v4.authorization",
    "TokensInMemory": "cloud.v4.authorization",
    "LiveStream": "_sync.cloud_stream",
    "AsyncLiveStream": "_async.cloud_stream",
    "LivePowers": "live",
    "LiveSample": "live",
    "LiveSource": "live",
    "GatewayLive": "_sync.gateway_live",
    "RawEnvoy": "_sync.gateway_raw",
    "AsyncRawEnvoy": "_async.gateway_raw",
    "GatewayLiveSource": "_async.gateway_live",
    "AsyncGatewayLive": "_async.gateway_live",
    "Reply": "core.effects",
    "RawEnlightenV4": "_sync.cloud_raw_v4",
    "Exchanging": "_sync.cloud_raw",
    "Cache": "cloud.cache",
    "Call": "cloud.api",
    "AsyncRawEnlightenV4": "_async.cloud_raw_v4",
    "AsyncExchanging": "_async.cloud_raw",
    "AnyFrame": "frames",
    "AsyncCloudSite": "_async.cloud_site",
    "AsyncRawEnlighten": "_async.cloud_raw",
    "AsyncSite": "_async.cloud_site",
    "AsyncSystemPages": "_async.cloud_pages",
    "AsyncTokenProvider": "_async.gateway_session",
    "BackendName": "frames",
    "ChangedSettings": "cloud.v4.extras.changing",
    "Changes": "cloud.options",
    "Clock": "clock",
    "CloudSite": "_sync.cloud_site",
    "DateLike": "core.times",
    "FileCache": "cloud.cache",
    "Filter": "cloud.arguments",
    "FleetFrame": "frames",
    "FleetRecord": "fleet",
    "AsyncCollection": "fleet",
    "AsyncFleetRun": "fleet",
    "Collected": "fleet",
    "Collection": "fleet",
    "SystemOperation": "fleet",
    "FleetRun": "fleet",
    "FrameBuilder": "frames",
    "AsyncGatewayControl": "_async.gateway_control",
    "GatewayControl": "_sync.gateway_control",
    "GatewayInfo": "gateway.identity",
    "GatewayProfile": "gateway.profile",
    "InstantLike": "core.times",
    "Json": "core.json",
    "Operation": "frames",
    "Plan": "cloud.plans",
    "PlanName": "cloud.plans",
    "Problem": "gateway.snapshot",
    "Progress": "fleet",
    "RawEnlighten": "_sync.cloud_raw",
    "RawResponse": "cloud.raw",
    "Site": "_sync.cloud_site",
    "Snapshot": "gateway.snapshot",
    "Request": "core.effects",
    "SystemFilters": "fleet",
    "SystemPages": "_sync.cloud_pages",
    "Timezone": "frames",
    "TokenProvider": "_sync.gateway_session",
    "Wait": "core.effects",
}

# Public names that differ from the name in the defining module.
_OTHER_NAMES = {"Wait": "Sleep"}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'enphase_sdk.types' has no attribute {name!r}")
    home = import_module(f"enphase_sdk.{_HOMES[name]}")
    value = getattr(home, _OTHER_NAMES.get(name, name))
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
