"""The thirteen operations: arguments as callers write them, turned into a request and a shape.

The requests themselves come from the generated operations; this adds what the contract cannot
say: how dates and instants are read, that filters take one value or many, and what an answer
without a body means.
"""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Any, Literal, TypeVar

from msgspec import UNSET

from enphase_sdk import models
from enphase_sdk.clock import current_clock
from enphase_sdk.cloud.api import Call
from enphase_sdk.cloud.arguments import Filter, days, integer, many, serial_number, text
from enphase_sdk.core.effects import Request
from enphase_sdk.core.log import logger
from enphase_sdk.core.times import (
    DateLike,
    InstantLike,
    Window,
    check_window,
    end_of_window,
    to_date,
    to_epoch,
    utc,
)
from enphase_sdk.errors import InvalidArgumentError

__all__: list[str] = []

T = TypeVar("T")
V = TypeVar("V")

LARGEST_PAGE = 1000
HOUR = 3_600


def systems(
    *,
    system_id: Filter[int] = None,
    system_name: Filter[str] = None,
    status: Filter[str] = None,
    reference: Filter[str] = None,
    installer: Filter[str] = None,
    connection_type: Filter[str] = None,
    limit: int | None = None,
    next: str | None = None,  # noqa: A002 - the wire's name
) -> Call[models.SystemsPage]:
    """GET /systems, one page."""
    size = LARGEST_PAGE if limit is None else integer(limit, "limit")
    if not 1 <= size <= LARGEST_PAGE:
        raise InvalidArgumentError(f"limit: a page holds 1 to {LARGEST_PAGE} systems, not {size}")
    return _call(
        "systems",
        models.SystemsPage,
        vital=("next",),  # the listing would seem to be at its end
        next_=UNSET if next is None else text(next, "next"),
        limit=size,
        system_id=many(system_id, "system_id", integer),
        system_name=many(system_name, "system_name", text),
        status=many(status, "status", text),
        reference=many(reference, "reference", text),
        installer=many(installer, "installer", text),
        connection_type=many(connection_type, "connection_type", text),
    )


def energy_lifetime(
    system_id: int,
    *,
    start_date: DateLike | None = None,
    end_date: DateLike | None = None,
    production: Literal["all"] | None = None,
) -> Call[models.EnergyLifetime | None]:
    """GET /systems/{system_id}/energy_lifetime."""
    if production not in (None, "all"):
        raise InvalidArgumentError(f"production: only 'all' or nothing, not {production!r}")
    return _call(
        "energy_lifetime",
        models.EnergyLifetime,
        may_be_empty=True,
        system_id=integer(system_id, "system_id"),
        **days(start_date, end_date),
        production=UNSET if production is None else production,
    )


def envoys(system_id: int) -> Call[models.EnvoysResponse]:
    """GET /systems/{system_id}/envoys."""
    return _call("envoys", models.EnvoysResponse, system_id=integer(system_id, "system_id"))


def inventory(system_id: int) -> Call[models.Inventory]:
    """GET /systems/{system_id}/inventory."""
    return _call("inventory", models.Inventory, system_id=integer(system_id, "system_id"))


def inverters_summary_by_envoy_or_site(site_id: int) -> Call[list[models.InvertersSummary]]:
    """GET /systems/inverters_summary_by_envoy_or_site."""
    return _call(
        "inverters_summary_by_envoy_or_site",
        list[models.InvertersSummary],
        site_id=integer(site_id, "site_id"),
    )


def monthly_production(system_id: int, start_date: DateLike) -> Call[models.MonthlyProduction]:
    """GET /systems/{system_id}/monthly_production."""
    warnings.warn(
        "monthly_production is deprecated by Enphase; use energy_lifetime or "
        "production_meter_readings",
        DeprecationWarning,
        stacklevel=3,
    )
    return _call(
        "monthly_production",
        models.MonthlyProduction,
        system_id=integer(system_id, "system_id"),
        start_date=to_date(start_date, "start_date"),
    )


def production_meter_readings(
    system_id: int, *, end_at: InstantLike | None = None
) -> Call[models.ProductionMeterReadings]:
    """GET /systems/{system_id}/production_meter_readings."""
    return _call(
        "production_meter_readings",
        models.ProductionMeterReadings,
        system_id=integer(system_id, "system_id"),
        end_at=UNSET if end_at is None else to_epoch(end_at, "end_at"),
    )


def rgm_stats(
    system_id: int,
    *,
    start_at: InstantLike | None = None,
    end_at: InstantLike | None = None,
) -> Call[models.RgmStats]:
    """GET /systems/{system_id}/rgm_stats."""
    return _call(
        "rgm_stats",
        models.RgmStats,
        system_id=integer(system_id, "system_id"),
        **_window("rgm_stats", start_at, end_at, "7 days"),
    )


def stats(
    system_id: int,
    *,
    start_at: InstantLike | None = None,
    end_at: InstantLike | None = None,
) -> Call[models.Stats]:
    """GET /systems/{system_id}/stats."""
    return _call(
        "stats",
        models.Stats,
        system_id=integer(system_id, "system_id"),
        **_window("stats", start_at, end_at, "1 day"),
    )


def consumption_stats(
    system_id: int,
    *,
    start_at: InstantLike | None = None,
    end_at: InstantLike | None = None,
) -> Call[models.ConsumptionStats]:
    """GET /systems/{system_id}/consumption_stats."""
    return _call(
        "consumption_stats",
        models.ConsumptionStats,
        system_id=integer(system_id, "system_id"),
        **_window("consumption_stats", start_at, end_at, "1 month"),
    )


def consumption_lifetime(
    system_id: int,
    *,
    start_date: DateLike | None = None,
    end_date: DateLike | None = None,
) -> Call[models.ConsumptionLifetime | None]:
    """GET /systems/{system_id}/consumption_lifetime."""
    return _call(
        "consumption_lifetime",
        models.ConsumptionLifetime,
        may_be_empty=True,
        system_id=integer(system_id, "system_id"),
        **days(start_date, end_date),
    )


def summary(system_id: int, *, summary_date: DateLike | None = None) -> Call[models.Summary]:
    """GET /systems/{system_id}/summary."""
    return _call(
        "summary",
        models.Summary,
        system_id=integer(system_id, "system_id"),
        summary_date=UNSET if summary_date is None else to_date(summary_date, "summary_date"),
    )


def search_system_id(serial_num: str | int) -> Call[models.SystemIdFound]:
    """GET /systems/search_system_id."""
    return _call(
        "search_system_id",
        models.SystemIdFound,
        serial_num=serial_number(serial_num),
    )


def _call(
    name: str,
    shape: type[T],
    *,
    may_be_empty: bool = False,
    vital: tuple[str, ...] = (),
    **arguments: Any,
) -> Call[T]:
    module = import_module(f"enphase_sdk_api_v2.api.default.{name}")
    made = module.request(**arguments)
    request = Request(made.method, made.url, made.params)
    about = arguments.get("system_id")
    system_id = about if isinstance(about, int) else None
    return Call(module.OPERATION, request, shape, may_be_empty, system_id, vital=vital)


def _window(
    operation: str, start: InstantLike | None, end: InstantLike | None, longest: Window
) -> dict[str, Any]:
    first = None if start is None else to_epoch(start, "start_at")
    last = None if end is None else to_epoch(end, "end_at")
    if first is not None and last is not None and last < first:
        raise InvalidArgumentError(f"end_at {last} lies before start_at {first} (epoch seconds)")
    if start is not None and end is not None:
        check_window(start, end, longest=longest, operation=operation)
    elif first is not None and (
        current_clock().time() > end_of_window(utc(first), longest).timestamp() + HOUR
    ):
        logger.warning(
            "%s: only the first %s from start_at will be answered, not all until now; give end_at "
            "to ask for one window after another",
            operation,
            longest,
        )
    return {
        "start_at": UNSET if first is None else first,
        "end_at": UNSET if last is None else last,
    }
