"""The types that public calls take and return, for the annotations of one's own code.

    from enphase_sdk.types import DateLike, SystemPages

Results are in `enphase_sdk.models`, what only a gateway tells in `enphase_sdk.gateway`, errors in
`enphase_sdk.errors`. Each name is loaded when it is first used.
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
    from enphase_sdk._async.gateway_session import AsyncTokenProvider
    from enphase_sdk._sync.cloud_pages import SystemPages
    from enphase_sdk._sync.cloud_raw import Exchanging, RawEnlighten
    from enphase_sdk._sync.cloud_raw_v4 import RawEnlightenV4
    from enphase_sdk._sync.cloud_site import CloudSite, Site
    from enphase_sdk._sync.cloud_stream import LiveStream
    from enphase_sdk._sync.gateway_control import GatewayControl
    from enphase_sdk._sync.gateway_session import TokenProvider
    from enphase_sdk.clock import Clock
    from enphase_sdk.cloud.api import Call, Walk
    from enphase_sdk.cloud.arguments import Filter
    from enphase_sdk.cloud.options import Changes
    from enphase_sdk.cloud.plans import Plan, PlanName
    from enphase_sdk.cloud.raw import RawResponse
    from enphase_sdk.cloud.v4.authorization import TokensInMemory, TokenStore
    from enphase_sdk.cloud.v4.oauth import Tokens
    from enphase_sdk.core.effects import Reply, Request
    from enphase_sdk.core.effects import Sleep as Wait
    from enphase_sdk.core.json import Json
    from enphase_sdk.core.times import DateLike, InstantLike
    from enphase_sdk.fleet import FleetRecord, FleetRun, Progress, SystemFilters
    from enphase_sdk.frames import AnyFrame, BackendName, FrameBuilder, Operation, Timezone
    from enphase_sdk.gateway.identity import GatewayInfo
    from enphase_sdk.gateway.profile import GatewayProfile
    from enphase_sdk.gateway.snapshot import Problem, Snapshot
    from enphase_sdk.live import LiveSample

__all__ = [
    "AnyFrame",
    "AsyncCloudSite",
    "AsyncExchanging",
    "AsyncGatewayControl",
    "AsyncLiveStream",
    "AsyncRawEnlighten",
    "AsyncRawEnlightenV4",
    "AsyncSite",
    "AsyncSystemPages",
    "AsyncTokenProvider",
    "BackendName",
    "Call",
    "Changes",
    "Clock",
    "CloudSite",
    "DateLike",
    "Exchanging",
    "Filter",
    "FleetRecord",
    "FleetRun",
    "FrameBuilder",
    "GatewayControl",
    "GatewayInfo",
    "GatewayProfile",
    "InstantLike",
    "Json",
    "LiveSample",
    "LiveStream",
    "Operation",
    "Plan",
    "PlanName",
    "Problem",
    "Progress",
    "RawEnlighten",
    "RawEnlightenV4",
    "RawResponse",
    "Reply",
    "Request",
    "Site",
    "Snapshot",
    "SystemFilters",
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
    "Walk": "cloud.api",
    "Tokens": "cloud.v4.oauth",
    "TokenStore": "cloud.v4.authorization",
    "TokensInMemory": "cloud.v4.authorization",
    "LiveStream": "_sync.cloud_stream",
    "AsyncLiveStream": "_async.cloud_stream",
    "LiveSample": "live",
    "Reply": "core.effects",
    "RawEnlightenV4": "_sync.cloud_raw_v4",
    "Exchanging": "_sync.cloud_raw",
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
    "Changes": "cloud.options",
    "Clock": "clock",
    "CloudSite": "_sync.cloud_site",
    "DateLike": "core.times",
    "Filter": "cloud.arguments",
    "FleetRecord": "fleet",
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

# What they are called where they are at home.
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
