# Made from enphase_sdk/_async/cloud_raw.py by `make generate`; edit that one.
"""The operations once more, returning whole answers instead of models only."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from enphase_sdk import models
from enphase_sdk._sync.cloud_client import Enlighten
from enphase_sdk._sync.cloud_pages import SystemPages
from enphase_sdk.cloud.raw import RawResponse
from enphase_sdk.cloud.v2.operations import Call
from enphase_sdk.core.effects import Reply

__all__ = ["RawEnlighten"]

P = ParamSpec("P")
T = TypeVar("T")
U = TypeVar("U")


class _Overheard(Enlighten):
    """A twin of a client that keeps the last answer."""

    reply: Reply

    @classmethod
    def of(cls, enlighten: Enlighten) -> _Overheard:
        twin = object.__new__(cls)
        twin.__dict__.update(enlighten.twin().__dict__)
        return twin

    def _exchange(self, call: Call[U]) -> tuple[Reply, U | None]:
        self.reply, result = super()._exchange(call)
        return self.reply, result

    def raw(self, method: str, parsed: U) -> RawResponse[U]:
        reply = self.reply
        return RawResponse(method, reply.status, reply.headers, reply.content, parsed)


def _raw(
    method: Callable[Concatenate[Enlighten, P], T],
) -> Callable[Concatenate[RawEnlighten, P], RawResponse[T]]:
    @wraps(method)
    def call(self: RawEnlighten, /, *args: P.args, **kwargs: P.kwargs) -> RawResponse[T]:
        twin = _Overheard.of(self.enlighten)
        return twin.raw(method.__name__, method(twin, *args, **kwargs))

    return call


def _raw_page(
    method: Callable[Concatenate[Enlighten, P], SystemPages],
) -> Callable[Concatenate[RawEnlighten, P], RawResponse[models.SystemsPage]]:
    @wraps(method)
    def call(
        self: RawEnlighten, /, *args: P.args, **kwargs: P.kwargs
    ) -> RawResponse[models.SystemsPage]:
        twin = _Overheard.of(self.enlighten)
        return twin.raw(method.__name__, next(method(twin, *args, **kwargs).pages()))

    return call


class RawEnlighten:
    """Made by `Enlighten.with_raw_response`; `systems` gives one page."""

    def __init__(self, enlighten: Enlighten) -> None:
        self.enlighten = enlighten

    systems = _raw_page(Enlighten.systems)
    energy_lifetime = _raw(Enlighten.energy_lifetime)
    envoys = _raw(Enlighten.envoys)
    inventory = _raw(Enlighten.inventory)
    inverters_summary_by_envoy_or_site = _raw(Enlighten.inverters_summary_by_envoy_or_site)
    monthly_production = _raw(Enlighten.monthly_production)
    production_meter_readings = _raw(Enlighten.production_meter_readings)
    rgm_stats = _raw(Enlighten.rgm_stats)
    stats = _raw(Enlighten.stats)
    consumption_stats = _raw(Enlighten.consumption_stats)
    consumption_lifetime = _raw(Enlighten.consumption_lifetime)
    summary = _raw(Enlighten.summary)
    search_system_id = _raw(Enlighten.search_system_id)
