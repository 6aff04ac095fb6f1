# Made from enphase_sdk/_async/cloud_raw.py by `make generate`; edit that one.
"""The raw view of a client: the same operations, returning complete answers with their models."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from enphase_sdk.cloud.api import Call, Steps
from enphase_sdk.cloud.raw import RawResponse
from enphase_sdk.cloud.v2 import operations
from enphase_sdk.core.effects import Reply

__all__ = ["Exchanging", "RawEnlighten", "raw"]

P = ParamSpec("P")
T = TypeVar("T")


class Exchanging(Protocol):
    """The part of a client that the raw view uses."""

    def exchange(self, call: Call[T] | Steps[T]) -> tuple[Reply, T | None]:
        """The last answer of a call, and its result."""
        ...


class RawView:
    """Operations of a client that return whole answers."""

    def __init__(self, client: Exchanging) -> None:
        self.client = client


def raw(
    operation: Callable[P, Call[T] | Steps[T]],
) -> Callable[Concatenate[RawView, P], RawResponse[T]]:
    """Make a method of a raw view from the function that makes an operation's call."""

    @wraps(operation)
    def call(self: RawView, /, *args: P.args, **kwargs: P.kwargs) -> RawResponse[T]:
        reply, parsed = self.client.exchange(operation(*args, **kwargs))
        name = operation.__name__
        return RawResponse(name, reply.status, reply.headers, reply.content, parsed)  # type: ignore[arg-type]  # None only of a 204

    signature = inspect.signature(operation)
    own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    shown = signature.replace(parameters=[own, *signature.parameters.values()])
    vars(call)["__signature__"] = shown
    return call


class RawEnlighten(RawView):
    """Made by `Enlighten.with_raw_response`; `systems` gives one page."""

    systems = raw(operations.systems)
    energy_lifetime = raw(operations.energy_lifetime)
    envoys = raw(operations.envoys)
    inventory = raw(operations.inventory)
    inverters_summary_by_envoy_or_site = raw(operations.inverters_summary_by_envoy_or_site)
    monthly_production = raw(operations.monthly_production)
    production_meter_readings = raw(operations.production_meter_readings)
    rgm_stats = raw(operations.rgm_stats)
    stats = raw(operations.stats)
    consumption_stats = raw(operations.consumption_stats)
    consumption_lifetime = raw(operations.consumption_lifetime)
    summary = raw(operations.summary)
    search_system_id = raw(operations.search_system_id)
