"""The operations that v2 has too: v4's requests, and v2's models as results.

Where v4 answers less at once than v2, several calls make one result.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, Literal

from attrs import evolve
from msgspec import UNSET

from enphase_sdk import models
from enphase_sdk.cloud.api import Call, Steps, call
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
from enphase_sdk.cloud.finality import DAY, settled_days, settled_summary, settled_window
from enphase_sdk.cloud.v4 import mapping
from enphase_sdk.cloud.v4.paging import page_of_cursor
from enphase_sdk.cloud.v4.windows import (
    FIVE_MINUTES,
    QUARTER_HOUR,
    ConsumptionWindow,
    StatsWindow,
    in_shape,
    telemetry,
    windows,
)
from enphase_sdk.core.times import DateLike, InstantLike, to_date
from enphase_sdk.errors import InvalidArgumentError, NotAvailableError

DETAILS = "System Details"
PRODUCTION = "Site Level Production Monitoring"
CONSUMPTION = "Site Level Consumption Monitoring"

# What is asked for by default, because every page is a hit. The answer tells what it granted.
LISTED_PAGE = 100
FOUND_PAGE = 1_000
INVERTERS_PAGE = 100

# `envoys` and `inventory` share one answer for so long, seconds.
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
    """GET /systems, or POST /systems/search where something is filtered by; one page."""
    if installer is not None:
        raise NotAvailableError(
            "systems: API v4 tells no installers, so it cannot filter by them; leave installer out"
        )
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
    """Keeps the systems of a page that are connected in a wanted way; v4 cannot filter by it."""

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
    return _all_inverters(integer(site_id, "site_id"))


def _all_inverters(site_id: int) -> Steps[list[models.InvertersSummary]]:
    from enphase_sdk_api_v4.api.default import inverters_summary_by_envoy_or_site as api
    from enphase_sdk_api_v4.models import InvertersSummary

    gateways: list[models.InvertersSummary] = []
    seen: set[str] = set()
    for page in range(1, 1_000):
        made = api.request(site_id=site_id, page=page, size=INVERTERS_PAGE)
        found: list[models.InvertersSummary] = yield call(
            api, made, list[InvertersSummary], access=DETAILS, adapt=mapping.inverters
        )
        count, fresh = 0, False
        for gateway in found:
            inverters = gateway.micro_inverters or []
            count += len(inverters)
            new = [each for each in inverters if each.serial_number not in seen]
            seen.update(each.serial_number for each in new if each.serial_number)
            fresh = fresh or bool(new)
            _merge(gateways, evolve(gateway, micro_inverters=new))
        # A short page is the last one; a server without pages sends everything at once.
        if count < INVERTERS_PAGE or not fresh:
            break
    return [gateway for gateway in gateways if gateway.micro_inverters]


def _merge(gateways: list[models.InvertersSummary], part: models.InvertersSummary) -> None:
    """A gateway's microinverters may stand on several pages."""
    serials = {each.envoy_serial_number for each in part.micro_inverters}
    last = gateways[-1] if gateways else None
    if last is not None and serials & {e.envoy_serial_number for e in last.micro_inverters}:
        merged = [*last.micro_inverters, *part.micro_inverters]
        gateways[-1] = evolve(last, micro_inverters=merged)
    else:
        gateways.append(part)


def monthly_production(system_id: int, start_date: DateLike) -> Call[models.MonthlyProduction]:
    """API v4 has no such operation.

    Raises:
        NotAvailableError: always; says what tells the same.
    """
    integer(system_id, "system_id")
    to_date(start_date, "start_date")
    warnings.warn("monthly_production is deprecated by Enphase", DeprecationWarning, stacklevel=3)
    raise NotAvailableError(
        "monthly_production: API v4 has it no more; add up the days of energy_lifetime"
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
    for begin, finish in windows(start, end, 7 * DAY, QUARTER_HOUR):
        made = api.request(number, start_at=given(begin), end_at=given(finish))
        final = settled_window(begin, finish, 8 * DAY)
        found = call(api, made, models.RgmStats, access=PRODUCTION, system_id=number, final=final)
        parts.append((yield found))
    return evolve(
        parts[-1],
        intervals=[each for part in parts for each in part.intervals or ()],
        meter_intervals=_by_meter(parts),
    )


def _by_meter(parts: list[models.RgmStats]) -> list[models.MeterIntervals]:
    meters: dict[Any, models.MeterIntervals] = {}
    for part in parts:
        for meter in part.meter_intervals or ():
            known = meters.get(meter.meter_serial_number)
            if known is not None:
                meter = evolve(known, intervals=[*known.intervals, *meter.intervals])
            meters[meter.meter_serial_number] = meter
    return list(meters.values())


def stats(
    system_id: int, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
) -> Steps[models.Stats]:
    """GET /systems/{system_id}/telemetry/production_micro, a hit for every day."""
    number, window = integer(system_id, "system_id"), instants(start_at, end_at)
    from enphase_sdk_api_v4.api.default import telemetry_production_micro as api

    made = telemetry(api, StatsWindow, PRODUCTION, number, window, DAY, FIVE_MINUTES)
    return in_shape(models.Stats, made)


def consumption_stats(
    system_id: int, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
) -> Steps[models.ConsumptionStats]:
    """GET /systems/{system_id}/telemetry/consumption_meter, a hit for every week."""
    number, window = integer(system_id, "system_id"), instants(start_at, end_at)
    from enphase_sdk_api_v4.api.default import telemetry_consumption_meter as api

    made = telemetry(api, ConsumptionWindow, CONSUMPTION, number, window, 7 * DAY, QUARTER_HOUR)
    return in_shape(models.ConsumptionStats, made)


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
    final = settled_days(end_date, "production")
    return evolve(found, adapt=_none_without_series("production"), final=final)


def consumption_lifetime(
    system_id: int, *, start_date: DateLike | None = None, end_date: DateLike | None = None
) -> Call[models.ConsumptionLifetime | None]:
    """GET /systems/{system_id}/consumption_lifetime."""
    from enphase_sdk_api_v4.api.default import consumption_lifetime as api

    number = integer(system_id, "system_id")
    made = api.request(number, **days(start_date, end_date))
    shape = models.ConsumptionLifetime
    found = call(api, made, shape, access=CONSUMPTION, system_id=number, may_be_empty=True)
    final = settled_days(end_date, "consumption")
    return evolve(found, adapt=_none_without_series("consumption"), final=final)


def _none_without_series(name: str) -> Callable[[Any], Any]:
    """v2 answers 204 where v4 sends an empty series that begins on no day."""

    def adapt(series: Any) -> Any:
        empty = not getattr(series, name) and series.start_date in (None, UNSET)
        return None if empty else series

    return adapt


def search_system_id(serial_num: str | int) -> Call[models.SystemIdFound]:
    """GET /systems/retrieve_system_id."""
    from enphase_sdk_api_v4.api.default import retrieve_system_id as api

    made = api.request(serial_num=serial_number(serial_num))
    return call(api, made, models.SystemIdFound, access=DETAILS)
