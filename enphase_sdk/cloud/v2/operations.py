"""The thirteen operations: arguments as callers write them, turned into a request and a shape.

The requests themselves come from the generated operations; this adds what the contract cannot
say: how dates and instants are read, that filters take one value or many, and what an answer
without a body means.
"""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any, Generic, SupportsIndex, TypeAlias, TypeVar, cast

import msgspec
from attrs import frozen
from msgspec import UNSET

from enphase_sdk import models
from enphase_sdk.core.effects import Request
from enphase_sdk.core.times import DateLike, InstantLike, to_date, to_epoch
from enphase_sdk.errors import InvalidArgumentError

__all__ = ["Call", "Filter"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
V = TypeVar("V")

# A filter of the listing: one value, or several of which any may match.
Filter: TypeAlias = V | Iterable[V] | None

LARGEST_PAGE = 1000
LARGEST_INTEGER = 10**18 - 1


@frozen
class Call(Generic[T_co]):
    """One call, ready to be sent.

    Attributes:
        operation: The operation's id in the contract.
        request: What to send, without credentials.
        shape: The type of the answer's model.
        may_be_empty: Whether 204 is an answer here, read as None.
        system_id: The system it is about, which the answer must be about too; None for others.
        vital: Fields that an answer may leave out, but that must not be of a wrong type.
    """

    operation: str
    request: Request
    shape: type[T_co]
    may_be_empty: bool = False
    system_id: int | None = None
    vital: tuple[str, ...] = ()


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
    size = LARGEST_PAGE if limit is None else _integer(limit, "limit")
    if not 1 <= size <= LARGEST_PAGE:
        raise InvalidArgumentError(f"limit: a page holds 1 to {LARGEST_PAGE} systems, not {size}")
    return _call(
        "systems",
        models.SystemsPage,
        vital=("next",),  # the listing would seem to be at its end
        next_=UNSET if next is None else _text(next, "next"),
        limit=size,
        system_id=_many(system_id, "system_id", _integer),
        system_name=_many(system_name, "system_name", _text),
        status=_many(status, "status", _text),
        reference=_many(reference, "reference", _text),
        installer=_many(installer, "installer", _text),
        connection_type=_many(connection_type, "connection_type", _text),
    )


def energy_lifetime(
    system_id: int,
    *,
    start_date: DateLike | None = None,
    end_date: DateLike | None = None,
    production: str | None = None,
) -> Call[models.EnergyLifetime]:
    """GET /systems/{system_id}/energy_lifetime."""
    if production not in (None, "all"):
        raise InvalidArgumentError(f"production: only 'all' or nothing, not {production!r}")
    return _call(
        "energy_lifetime",
        models.EnergyLifetime,
        may_be_empty=True,
        system_id=_integer(system_id, "system_id"),
        **_days(start_date, end_date),
        production=UNSET if production is None else production,
    )


def envoys(system_id: int) -> Call[models.EnvoysResponse]:
    """GET /systems/{system_id}/envoys."""
    return _call("envoys", models.EnvoysResponse, system_id=_integer(system_id, "system_id"))


def inventory(system_id: int) -> Call[models.Inventory]:
    """GET /systems/{system_id}/inventory."""
    return _call("inventory", models.Inventory, system_id=_integer(system_id, "system_id"))


def inverters_summary_by_envoy_or_site(site_id: int) -> Call[list[models.InvertersSummary]]:
    """GET /systems/inverters_summary_by_envoy_or_site."""
    return _call(
        "inverters_summary_by_envoy_or_site",
        list[models.InvertersSummary],
        site_id=_integer(site_id, "site_id"),
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
        system_id=_integer(system_id, "system_id"),
        start_date=to_date(start_date, "start_date"),
    )


def production_meter_readings(
    system_id: int, *, end_at: InstantLike | None = None
) -> Call[models.ProductionMeterReadings]:
    """GET /systems/{system_id}/production_meter_readings."""
    return _call(
        "production_meter_readings",
        models.ProductionMeterReadings,
        system_id=_integer(system_id, "system_id"),
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
        system_id=_integer(system_id, "system_id"),
        **_instants(start_at, end_at),
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
        system_id=_integer(system_id, "system_id"),
        **_instants(start_at, end_at),
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
        system_id=_integer(system_id, "system_id"),
        **_instants(start_at, end_at),
    )


def consumption_lifetime(
    system_id: int,
    *,
    start_date: DateLike | None = None,
    end_date: DateLike | None = None,
) -> Call[models.ConsumptionLifetime]:
    """GET /systems/{system_id}/consumption_lifetime."""
    return _call(
        "consumption_lifetime",
        models.ConsumptionLifetime,
        may_be_empty=True,
        system_id=_integer(system_id, "system_id"),
        **_days(start_date, end_date),
    )


def summary(system_id: int, *, summary_date: DateLike | None = None) -> Call[models.Summary]:
    """GET /systems/{system_id}/summary."""
    return _call(
        "summary",
        models.Summary,
        system_id=_integer(system_id, "system_id"),
        summary_date=UNSET if summary_date is None else to_date(summary_date, "summary_date"),
    )


def search_system_id(serial_num: str | int) -> Call[models.SystemIdFound]:
    """GET /systems/search_system_id."""
    return _call(
        "search_system_id",
        models.SystemIdFound,
        serial_num=_text(str(serial_num), "serial_num"),
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
    return Call(module.OPERATION, request, shape, may_be_empty, system_id, vital)


def _days(start: DateLike | None, end: DateLike | None) -> dict[str, Any]:
    first = UNSET if start is None else to_date(start, "start_date")
    last = UNSET if end is None else to_date(end, "end_date")
    if first is not UNSET and last is not UNSET and last < first:
        raise InvalidArgumentError(f"end_date {last} lies before start_date {first}")
    return {"start_date": first, "end_date": last}


def _instants(start: InstantLike | None, end: InstantLike | None) -> dict[str, Any]:
    first = UNSET if start is None else to_epoch(start, "start_at")
    last = UNSET if end is None else to_epoch(end, "end_at")
    if first is not UNSET and last is not UNSET and last < first:
        raise InvalidArgumentError(f"end_at {last} lies before start_at {first} (epoch seconds)")
    return {"start_at": first, "end_at": last}


def _integer(value: object, name: str) -> int:
    try:
        if isinstance(value, SupportsIndex) and not isinstance(value, bool):
            number = operator.index(value)  # numpy's integers are no int
        else:
            number = msgspec.convert(value, int, strict=False)
    except msgspec.ValidationError:
        raise InvalidArgumentError(f"{name}: a whole number is wanted, not {value!r}") from None
    if abs(number) > LARGEST_INTEGER:
        raise InvalidArgumentError(f"{name}: a number of more than 18 digits is none of Enphase's")
    return number


def _text(value: object, name: str) -> str:
    try:
        if isinstance(value, str) and value.encode():
            return str.__str__(value)  # not the name of an enum's member
    except UnicodeEncodeError:
        pass
    raise InvalidArgumentError(f"{name}: text is wanted, not {value!r}")


def _many(value: object, name: str, checked: Callable[[object, str], object]) -> Any:
    if value is None:
        return UNSET
    if isinstance(value, str) or not isinstance(value, Iterable):
        return [checked(value, name)]
    values = [checked(item, name) for item in cast("Iterable[object]", value)]
    if not values:
        raise InvalidArgumentError(
            f"{name}: an empty list matches nothing; leave it out to list every system"
        )
    return values
