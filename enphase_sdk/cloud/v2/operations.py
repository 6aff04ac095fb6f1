"""The thirteen operations: arguments as callers write them, turned into a request and a shape.

The requests themselves come from the generated operations. This module adds what the contract does
not define: how dates and instants are read, that filters take one value or several, and the meaning
of an answer without a body.
"""

from __future__ import annotations

import warnings
from typing import Any, Literal

from msgspec import UNSET

from enphase_sdk import models
from enphase_sdk.clock import current_clock
from enphase_sdk.cloud.api import Call, call
from enphase_sdk.cloud.arguments import (
    Filter,
    day,
    days,
    given,
    instant,
    instants,
    integer,
    many,
    serial_number,
    series,
    text,
)
from enphase_sdk.cloud.finality import (
    DAY,
    Final,
    settled_days,
    settled_month,
    settled_summary,
    settled_window,
)
from enphase_sdk.core.log import logger
from enphase_sdk.core.times import (
    DateLike,
    InstantLike,
    Window,
    check_window,
    end_of_window,
    to_date,
    utc,
)
from enphase_sdk.errors import InvalidArgumentError

__all__: list[str] = []

LARGEST_PAGE = 1000
HOUR = 3_600

# Years. For older intervals the server answers an empty list; one day is subtracted to be safe.
YEAR = 364 * DAY


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
    from enphase_sdk_api_v2.api.default import systems as api

    size = LARGEST_PAGE if limit is None else integer(limit, "limit")
    if not 1 <= size <= LARGEST_PAGE:
        raise InvalidArgumentError(f"limit: a page holds 1 to {LARGEST_PAGE} systems, not {size}")
    made = api.request(
        next_=UNSET if next is None else text(next, "next"),
        limit=size,
        system_id=many(system_id, "system_id", integer),
        system_name=many(system_name, "system_name", text),
        status=many(status, "status", text),
        reference=many(reference, "reference", text),
        installer=many(installer, "installer", text),
        connection_type=many(connection_type, "connection_type", text),
    )
    # Without a readable cursor the listing would seem to have ended.
    return call(api, made, vital=("next",))


def energy_lifetime(
    system_id: int,
    *,
    start_date: DateLike | None = None,
    end_date: DateLike | None = None,
    production: Literal["all"] | None = None,
) -> Call[models.EnergyLifetime | None]:
    """GET /systems/{system_id}/energy_lifetime."""
    from enphase_sdk_api_v2.api.default import energy_lifetime as api

    number = integer(system_id, "system_id")
    made = api.request(number, **days(start_date, end_date), production=series(production))
    final = settled_days(end_date, "production")
    return call(api, made, system_id=number, may_be_empty=True, final=final)


def envoys(system_id: int) -> Call[models.EnvoysResponse]:
    """GET /systems/{system_id}/envoys."""
    from enphase_sdk_api_v2.api.default import envoys as api

    number = integer(system_id, "system_id")
    return call(api, api.request(number), system_id=number)


def inventory(system_id: int) -> Call[models.Inventory]:
    """GET /systems/{system_id}/inventory."""
    from enphase_sdk_api_v2.api.default import inventory as api

    number = integer(system_id, "system_id")
    return call(api, api.request(number), system_id=number)


def inverters_summary_by_envoy_or_site(site_id: int) -> Call[list[models.InvertersSummary]]:
    """GET /systems/inverters_summary_by_envoy_or_site."""
    from enphase_sdk_api_v2.api.default import inverters_summary_by_envoy_or_site as api

    return call(api, api.request(site_id=integer(site_id, "site_id")))


def monthly_production(system_id: int, start_date: DateLike) -> Call[models.MonthlyProduction]:
    """GET /systems/{system_id}/monthly_production."""
    warnings.warn(
        "monthly_production is deprecated by Enphase; use energy_lifetime or "
        "production_meter_readings",
        DeprecationWarning,
        stacklevel=3,
    )
    from enphase_sdk_api_v2.api.default import monthly_production as api

    number = integer(system_id, "system_id")
    made = api.request(number, start_date=to_date(start_date, "start_date"))
    return call(api, made, system_id=number, final=settled_month)


def production_meter_readings(
    system_id: int, *, end_at: InstantLike | None = None
) -> Call[models.ProductionMeterReadings]:
    """GET /systems/{system_id}/production_meter_readings."""
    from enphase_sdk_api_v2.api.default import production_meter_readings as api

    number = integer(system_id, "system_id")
    made = api.request(number, end_at=instant(end_at, "end_at"))
    return call(api, made, system_id=number, final=settled_window(None, end_at, 0))


def rgm_stats(
    system_id: int,
    *,
    start_at: InstantLike | None = None,
    end_at: InstantLike | None = None,
) -> Call[models.RgmStats]:
    """GET /systems/{system_id}/rgm_stats."""
    from enphase_sdk_api_v2.api.default import rgm_stats as api

    number = integer(system_id, "system_id")
    made = api.request(number, **_window("rgm_stats", start_at, end_at, "7 days"))
    return call(api, made, system_id=number, final=_final(start_at, end_at, 8))


def stats(
    system_id: int,
    *,
    start_at: InstantLike | None = None,
    end_at: InstantLike | None = None,
) -> Call[models.Stats]:
    """GET /systems/{system_id}/stats."""
    from enphase_sdk_api_v2.api.default import stats as api

    number = integer(system_id, "system_id")
    made = api.request(number, **_window("stats", start_at, end_at, "1 day"))
    return call(api, made, system_id=number, final=_final(start_at, end_at, 2))


def consumption_stats(
    system_id: int,
    *,
    start_at: InstantLike | None = None,
    end_at: InstantLike | None = None,
) -> Call[models.ConsumptionStats]:
    """GET /systems/{system_id}/consumption_stats."""
    from enphase_sdk_api_v2.api.default import consumption_stats as api

    number = integer(system_id, "system_id")
    made = api.request(number, **_window("consumption_stats", start_at, end_at, "1 month"))
    return call(api, made, system_id=number, final=_final(start_at, end_at, 32))


def consumption_lifetime(
    system_id: int,
    *,
    start_date: DateLike | None = None,
    end_date: DateLike | None = None,
) -> Call[models.ConsumptionLifetime | None]:
    """GET /systems/{system_id}/consumption_lifetime."""
    from enphase_sdk_api_v2.api.default import consumption_lifetime as api

    number = integer(system_id, "system_id")
    made = api.request(number, **days(start_date, end_date))
    final = settled_days(end_date, "consumption")
    return call(api, made, system_id=number, may_be_empty=True, final=final)


def summary(system_id: int, *, summary_date: DateLike | None = None) -> Call[models.Summary]:
    """GET /systems/{system_id}/summary."""
    from enphase_sdk_api_v2.api.default import summary as api

    number = integer(system_id, "system_id")
    made = api.request(number, summary_date=day(summary_date, "summary_date"))
    return call(api, made, system_id=number, final=settled_summary(summary_date))


def search_system_id(serial_num: str | int) -> Call[models.SystemIdFound]:
    """GET /systems/search_system_id."""
    from enphase_sdk_api_v2.api.default import search_system_id as api

    return call(api, api.request(serial_num=serial_number(serial_num)))


def _final(start: InstantLike | None, end: InstantLike | None, days: int) -> Final | None:
    return settled_window(start, end, days * DAY, oldest=YEAR)


def _window(
    operation: str, start: InstantLike | None, end: InstantLike | None, longest: Window
) -> dict[str, Any]:
    first, last = instants(start, end)
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
        "start_at": given(first),
        "end_at": given(last),
    }
