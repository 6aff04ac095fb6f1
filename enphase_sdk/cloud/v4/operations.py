"""The operations that v2 has too: requests to v4, results in the models of v2.

If v4 answers less per call than v2, several calls make one result.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import Any, Literal, TypeVar

from attrs import evolve
from msgspec import UNSET

from enphase_sdk import models
from enphase_sdk.cloud.api import Call, Steps, call
from enphase_sdk.cloud.arguments import (
    Filter,
    day,
    given,
    instants,
    integer,
    many,
    serial_number,
    series,
    text,
)
from enphase_sdk.cloud.finality import settled_days, settled_summary, settled_window
from enphase_sdk.cloud.v4 import mapping
from enphase_sdk.cloud.v4.inverters import all_inverters
from enphase_sdk.cloud.v4.paging import page_of_cursor
from enphase_sdk.cloud.v4.windows import (
    DAY,
    FIVE_MINUTES,
    HOUR,
    QUARTER_HOUR,
    WEEK,
    days,
    final_of,
    granularity,
    hour_left_out,
    instant,
    until_day,
    windows,
)
from enphase_sdk.core.times import DateLike, InstantLike, to_date
from enphase_sdk.errors import InvalidArgumentError, NotAvailableError

T = TypeVar("T")

DETAILS = "System Details"
PRODUCTION = "Site Level Production Monitoring"
CONSUMPTION = "Site Level Consumption Monitoring"

# Entries per page requested by default: large, because each page costs a hit. The server may send
# fewer; the answer says how many.
LISTED_PAGE = 100
FOUND_PAGE = 1_000

# Seconds for which `envoys` and `inventory` share one answer.
SHARED_FOR = 60.0


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
    """GET /systems, or POST /systems/search if there are filters; one page."""
    if installer is not None:
        raise NotAvailableError("systems: API v4 cannot filter by installer; leave installer out")
    page = 1 if next is None else page_of_cursor(text(next, "next"))
    ids, names = many(system_id, "system_id", integer), many(system_name, "system_name", text)
    statuses, references = many(status, "status", text), many(reference, "reference", text)
    wanted_types = many(connection_type, "connection_type", text)
    adapt = None
    if wanted_types is not UNSET:
        adapt = _of_types({_comparable(each) for each in wanted_types})
    filters = {
        "ids": ids,
        "name": _only_one(names, "system_name"),
        "reference": _only_one(references, "reference"),
        "statuses": statuses,
    }
    if all(value is UNSET for value in filters.values()):
        found = _listed(page, _size(limit, LISTED_PAGE))
    else:
        found = _searched(filters, page, _size(limit, FOUND_PAGE))
    return evolve(found, adapt=adapt)


def _listed(page: int, size: int) -> Call[models.SystemsPage]:
    from enphase_sdk_api_v4.api.default import systems as api
    from enphase_sdk_api_v4.models import SystemsOrder

    made = api.request(page=page, size=size, sort_by=SystemsOrder("id"))
    return call(api, made, access=DETAILS)


def _searched(filters: dict[str, Any], page: int, size: int) -> Call[models.SystemsPage]:
    from enphase_sdk_api_v4.api.default import search_systems as api
    from enphase_sdk_api_v4.models import SystemsFilter, SystemsOrder, SystemsSearch

    body = SystemsSearch(system=SystemsFilter(**filters), sort_by=SystemsOrder("id"))
    made = api.request(body=body, page=page, size=size)
    return evolve(call(api, made, access=DETAILS), operation="Systems")


def _size(limit: int | None, largest: int) -> int:
    size = largest if limit is None else integer(limit, "limit")
    if not 1 <= size <= FOUND_PAGE:
        raise InvalidArgumentError(f"limit: a page holds 1 to {FOUND_PAGE} systems, not {size}")
    return min(size, largest)


def _only_one(values: Any, name: str) -> Any:
    if values is UNSET:
        return UNSET
    if len(values) > 1:
        raise NotAvailableError(
            f"systems: API v4 filters by one {name} at a time, not by {len(values)}; list them one "
            "after the other"
        )
    return values[0]


def _of_types(wanted: set[str]) -> Callable[[models.SystemsPage], models.SystemsPage]:
    """A filter of a page by connection type, because v4 cannot filter by it."""

    def keep(page: models.SystemsPage) -> models.SystemsPage:
        kept = [each for each in page.systems if _comparable(each.connection_type) in wanted]
        return evolve(page, systems=kept)

    return keep


def _comparable(value: Any) -> str:
    return str(getattr(value, "value", value)).replace("-", "").casefold()


def summary(system_id: int, *, summary_date: DateLike | None = None) -> Call[models.Summary]:
    """GET /systems/{system_id}/summary."""
    from enphase_sdk_api_v4.api.default import summary as api

    number = integer(system_id, "system_id")
    made = api.request(number, summary_date=day(summary_date, "summary_date"))
    final = settled_summary(summary_date)
    return call(api, made, models.Summary, access=DETAILS, system_id=number, final=final)


def envoys(system_id: int) -> Call[models.EnvoysResponse]:
    """GET /systems/{system_id}/devices: the gateways."""
    return _devices(system_id, mapping.envoys)


def inventory(system_id: int) -> Call[models.Inventory]:
    """GET /systems/{system_id}/devices: gateways, microinverters and meters."""
    return _devices(system_id, mapping.inventory)


def _devices(system_id: int, adapt: Callable[[Any], Any]) -> Call[Any]:
    from enphase_sdk_api_v4.api.default import devices as api
    from enphase_sdk_api_v4.models import Devices

    number = integer(system_id, "system_id")
    return call(
        api,
        api.request(number),
        Devices,
        access=DETAILS,
        system_id=number,
        adapt=adapt,
        shared_for=SHARED_FOR,
    )


def inverters_summary_by_envoy_or_site(site_id: int) -> Steps[list[models.InvertersSummary]]:
    """GET /systems/inverters_summary_by_envoy_or_site, every page."""
    return all_inverters(integer(site_id, "site_id"), DETAILS)


def monthly_production(system_id: int, start_date: DateLike) -> Call[models.MonthlyProduction]:
    """API v4 has no such operation.

    Raises:
        NotAvailableError: always; the message names an alternative.
    """
    integer(system_id, "system_id")
    to_date(start_date, "start_date")
    warnings.warn("monthly_production is deprecated by Enphase", DeprecationWarning, stacklevel=3)
    raise NotAvailableError(
        "monthly_production: API v4 does not have it; add up the days of energy_lifetime"
    )


def production_meter_readings(
    system_id: int, *, end_at: InstantLike | None = None
) -> Call[models.ProductionMeterReadings]:
    """GET /systems/{system_id}/production_meter_readings."""
    from enphase_sdk_api_v4.api.default import production_meter_readings as api

    number = integer(system_id, "system_id")
    made = api.request(number, end_at=instant(end_at, "end_at"))
    shape, final = models.ProductionMeterReadings, settled_window(None, end_at, 0)
    return call(api, made, shape, access=PRODUCTION, system_id=number, final=final)


def rgm_stats(
    system_id: int, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
) -> Steps[models.RgmStats]:
    """GET /systems/{system_id}/rgm_stats, a hit for every 7 days."""
    number, window = integer(system_id, "system_id"), instants(start_at, end_at)
    return _rgm_stats(number, *window)


def _rgm_stats(number: int, start: int | None, end: int | None) -> Steps[models.RgmStats]:
    from enphase_sdk_api_v4.api.default import rgm_stats as api

    parts: list[models.RgmStats] = []
    for begin, finish in windows(start, end, WEEK, QUARTER_HOUR):
        made = api.request(number, start_at=given(begin), end_at=given(finish))
        shape = models.RgmStats
        final = settled_window(begin, finish, 8 * DAY)
        _, part = yield call(api, made, shape, access=PRODUCTION, system_id=number, final=final)
        parts.append(part)
    return evolve(
        parts[-1],
        intervals=[each for part in parts for each in _until(end, part.intervals)],
        meter_intervals=_by_meter(parts, end),
    )


def _by_meter(parts: list[models.RgmStats], end: int | None) -> list[models.MeterIntervals]:
    meters: dict[Any, models.MeterIntervals] = {}
    for part in parts:
        for meter in part.meter_intervals or ():
            known = meters.get(meter.meter_serial_number)
            before = known.intervals if known is not None else []
            intervals = [*before, *_until(end, meter.intervals)]
            meters[meter.meter_serial_number] = evolve(known or meter, intervals=intervals)
    return list(meters.values())


def _until(end: int | None, intervals: list[T] | None) -> list[T]:
    """The intervals that end at an instant or before it."""
    at = attrgetter("end_at")
    return [each for each in intervals or () if end is None or at(each) is None or at(each) <= end]


def stats(
    system_id: int, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
) -> Steps[models.Stats]:
    """GET /systems/{system_id}/telemetry/production_micro, a hit for every day."""
    number, window = integer(system_id, "system_id"), instants(start_at, end_at)
    from enphase_sdk_api_v4.api.default import telemetry_production_micro as api

    return _telemetry(api, models.Stats, PRODUCTION, number, window, "day", FIVE_MINUTES)


def consumption_stats(
    system_id: int, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
) -> Steps[models.ConsumptionStats]:
    """GET /systems/{system_id}/telemetry/consumption_meter, a hit for every week."""
    number, window = integer(system_id, "system_id"), instants(start_at, end_at)
    from enphase_sdk_api_v4.api.default import telemetry_consumption_meter as api

    shape = models.ConsumptionStats
    return _telemetry(api, shape, CONSUMPTION, number, window, None, QUARTER_HOUR)


def _telemetry(
    api: Any,
    shape: type[T],
    access: str,
    number: int,
    window: tuple[int | None, int | None],
    length: str | None,
    step: int,
) -> Steps[T]:
    """Calls for windows of a day or a week in sequence; intervals outside the request are removed.

    `granularity` is the length of the window, not of the intervals.
    """
    start, end = window
    parts: list[Any] = []
    longest = DAY if length == "day" else WEEK
    ask = partial(call, api, shape=shape, access=access, system_id=number)
    for begin, finish in windows(start, end, longest, step):
        if begin is None or finish is None:
            asked = {} if begin is None else {"start_at": begin, "granularity": granularity(DAY)}
            _, part = yield ask(api.request(number, **asked), final=final_of(asked))
            parts.append(part)
            continue
        asked = {"start_at": begin, "granularity": granularity(finish - begin)}
        reply, part = yield ask(api.request(number, **asked), final=final_of(asked))
        parts.append(part)
        ended = hour_left_out(begin, finish, longest, reply)
        if ended is not None:
            asked = {"start_at": ended, "granularity": granularity(HOUR)}
            _, part = yield ask(api.request(number, **asked), final=final_of(asked))
            parts.append(part)
    last = parts[-1]
    first_end = None if start is None else start // step * step
    kept: dict[int, Any] = {}
    for part in parts:
        for interval in part.intervals or ():
            at = interval.end_at
            if at is None or (first_end is not None and at <= first_end):
                continue
            if end is None or at <= end:
                kept[at] = interval
    merged: T = evolve(last, intervals=[kept[at] for at in sorted(kept)])
    return merged


def energy_lifetime(
    system_id: int,
    *,
    start_date: DateLike | None = None,
    end_date: DateLike | None = None,
    production: Literal["all"] | None = None,
) -> Call[models.EnergyLifetime | None]:
    """GET /systems/{system_id}/energy_lifetime."""
    from enphase_sdk_api_v4.api.default import energy_lifetime as api

    number = integer(system_id, "system_id")
    made = api.request(number, **days(start_date, end_date), production=series(production))
    shape = models.EnergyLifetime
    found = call(api, made, shape, access=PRODUCTION, system_id=number, may_be_empty=True)
    adapt = until_day(end_date, _none_without_series("production"))
    return evolve(found, adapt=adapt, final=settled_days(end_date, "production"))


def consumption_lifetime(
    system_id: int, *, start_date: DateLike | None = None, end_date: DateLike | None = None
) -> Call[models.ConsumptionLifetime | None]:
    """GET /systems/{system_id}/consumption_lifetime."""
    from enphase_sdk_api_v4.api.default import consumption_lifetime as api

    number = integer(system_id, "system_id")
    made = api.request(number, **days(start_date, end_date))
    shape = models.ConsumptionLifetime
    found = call(api, made, shape, access=CONSUMPTION, system_id=number, may_be_empty=True)
    adapt = until_day(end_date, _none_without_series("consumption"))
    return evolve(found, adapt=adapt, final=settled_days(end_date, "consumption"))


def _none_without_series(name: str) -> Callable[[Any], Any]:
    """None for an empty series without a first day, for which v2 answers 204."""

    def adapt(series: Any) -> Any:
        empty = not getattr(series, name) and series.start_date in (None, UNSET)
        return None if empty else series

    return adapt


def search_system_id(serial_num: str | int) -> Call[models.SystemIdFound]:
    """GET /systems/retrieve_system_id."""
    from enphase_sdk_api_v4.api.default import retrieve_system_id as api

    made = api.request(serial_num=serial_number(serial_num))
    return call(api, made, models.SystemIdFound, access=DETAILS)
