"""The operations once more, returning whole answers instead of models only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from enphase_sdk import models
from enphase_sdk._async.cloud_client import AsyncEnlighten
from enphase_sdk._async.cloud_pages import AsyncSystemPages
from enphase_sdk.cloud.raw import RawResponse
from enphase_sdk.cloud.api import Call
from enphase_sdk.core.effects import Reply

__all__ = ["AsyncRawEnlighten"]

P = ParamSpec("P")
T = TypeVar("T")
U = TypeVar("U")


class _Overheard(AsyncEnlighten):
    """A twin of a client that keeps the last answer."""

    reply: Reply

    @classmethod
    def of(cls, enlighten: AsyncEnlighten) -> _Overheard:
        twin = object.__new__(cls)
        twin.__dict__.update(enlighten.twin().__dict__)
        return twin

    async def _exchange(self, call: Call[U]) -> tuple[Reply, U | None]:
        self.reply, result = await super()._exchange(call)
        return self.reply, result

    def raw(self, method: str, parsed: U) -> RawResponse[U]:
        reply = self.reply
        return RawResponse(method, reply.status, reply.headers, reply.content, parsed)


def _raw(
    method: Callable[Concatenate[AsyncEnlighten, P], Awaitable[T]],
) -> Callable[Concatenate[AsyncRawEnlighten, P], Awaitable[RawResponse[T]]]:
    @wraps(method)
    async def call(self: AsyncRawEnlighten, /, *args: P.args, **kwargs: P.kwargs) -> RawResponse[T]:
        twin = _Overheard.of(self.enlighten)
        return twin.raw(method.__name__, await method(twin, *args, **kwargs))

    return call


def _raw_page(
    method: Callable[Concatenate[AsyncEnlighten, P], AsyncSystemPages],
) -> Callable[Concatenate[AsyncRawEnlighten, P], Awaitable[RawResponse[models.SystemsPage]]]:
    @wraps(method)
    async def call(
        self: AsyncRawEnlighten, /, *args: P.args, **kwargs: P.kwargs
    ) -> RawResponse[models.SystemsPage]:
        twin = _Overheard.of(self.enlighten)
        return twin.raw(method.__name__, await anext(method(twin, *args, **kwargs).pages()))

    return call


class AsyncRawEnlighten:
    """Made by `AsyncEnlighten.with_raw_response`; `systems` gives one page."""

    def __init__(self, enlighten: AsyncEnlighten) -> None:
        self.enlighten = enlighten

    systems = _raw_page(AsyncEnlighten.systems)
    energy_lifetime = _raw(AsyncEnlighten.energy_lifetime)
    envoys = _raw(AsyncEnlighten.envoys)
    inventory = _raw(AsyncEnlighten.inventory)
    inverters_summary_by_envoy_or_site = _raw(AsyncEnlighten.inverters_summary_by_envoy_or_site)
    monthly_production = _raw(AsyncEnlighten.monthly_production)
    production_meter_readings = _raw(AsyncEnlighten.production_meter_readings)
    rgm_stats = _raw(AsyncEnlighten.rgm_stats)
    stats = _raw(AsyncEnlighten.stats)
    consumption_stats = _raw(AsyncEnlighten.consumption_stats)
    consumption_lifetime = _raw(AsyncEnlighten.consumption_lifetime)
    summary = _raw(AsyncEnlighten.summary)
    search_system_id = _raw(AsyncEnlighten.search_system_id)
