"""Systems and their energy in the formats of API v4: the operations that v2 has too."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, TypeVar

from enphase_sdk.testing.cloud.devices import inverters_summary as inverters_by_gateway
from enphase_sdk.testing.cloud.intervals import consumption_rows, meter_rows, micro_rows
from enphase_sdk.testing.cloud.listing import matches
from enphase_sdk.testing.cloud.meters import production_meter_readings as odometers
from enphase_sdk.testing.cloud.periods import Days, Intervals
from enphase_sdk.testing.cloud.question import Question, View
from enphase_sdk.testing.cloud.summary import summary as summary_of_v2
from enphase_sdk.testing.cloud.v4.bodies import list_of, one_of, read_fields, text
from enphase_sdk.testing.cloud.v4.refusals import not_found, not_in_plan, unprocessable
from enphase_sdk.testing.cloud.v4.windows import days, window, window_fields
from enphase_sdk.testing.world.consumption import Consumption
from enphase_sdk.testing.world.flows import CAPACITY_WH, MOST_POWER_W, flows_of, has_battery
from enphase_sdk.testing.world.system import QUARTER_HOUR

__all__ = [
    "consumption_lifetime",
    "energy_lifetime",
    "flow_lifetime",
    "inverters_summary",
    "produced",
    "production_meter_readings",
    "reported",
    "require_consumption",
    "retrieve_system_id",
    "rgm_stats",
    "row",
    "search_systems",
    "summary",
    "system",
    "systems",
    "telemetry_consumption_meter",
    "telemetry_production_meter",
    "telemetry_production_micro",
]

T = TypeVar("T")

_FIVE_MINUTES = 300
_LARGEST_PAGE = 100
_LARGEST_SEARCH = 1_000
_NEVER_TOLD = -1
_FILTERS = {
    "ids": list_of(lambda value: type(value) is int),
    "name": text,
    "reference": text,
    "other_reference": text,
    "statuses": list_of(text),
}


def systems(question: Question) -> object:
    """GET /systems: one page of the fleet, by id."""
    world = question.world
    places = world.positions
    if question.parameters.get("sort_by") == "-id":
        places = places[::-1]
    return _page(
        question,
        places,
        _LARGEST_PAGE,
        lambda place: row(View(world.system(place), question.now)),
    )


def search_systems(question: Question) -> object:
    """POST /systems/search: one page of those that match every filter."""
    body = read_fields(
        question.parameters["body"],
        {"sort_by": one_of("id", "-id"), "system": lambda value: isinstance(value, dict)},
        required=("system",),
    )
    wanted = read_fields(body["system"], _FILTERS)
    unknown = sorted(set(body["system"]) - set(_FILTERS))
    if unknown:
        raise unprocessable(f"{unknown[0]} is not allowed at Json body location")
    views = [
        view
        for system in question.world.systems()
        if _is_wanted(view := View(system, question.now), wanted)
    ]
    if body.get("sort_by") == "-id":
        views.reverse()
    return _page(question, views, _LARGEST_SEARCH, _found_row)


def _is_wanted(view: View, wanted: dict[str, Any]) -> bool:
    ids, statuses = wanted.get("ids"), wanted.get("statuses")
    reference, other = wanted.get("reference"), wanted.get("other_reference")
    return (
        (not ids or view.system.system_id in ids)
        and (not statuses or view.status in statuses)
        and (not wanted.get("name") or matches(view, "system_name", wanted["name"]))
        and (not reference or (view.system.reference or "").casefold() == reference.casefold())
        and (not other or other in view.system.other_references)
    )


def _page(
    question: Question, entries: Sequence[T], largest: int, show: Callable[[T], object]
) -> object:
    page = question.integer("page") or 1
    size = min(question.integer("size") or 10, largest)
    shown = entries[(page - 1) * size : page * size]
    return {
        "total": len(entries),
        "current_page": page,
        "size": size,
        "count": len(shown),
        "items": "systems",
        "systems": [show(entry) for entry in shown],
    }


def row(view: View) -> dict[str, object]:
    """A system as it is listed."""
    each, place = view.system, view.system.place
    shown: dict[str, object] = {
        "system_id": each.system_id,
        "name": each.name,
        "public_name": "Residential System" if each.anonymous else each.name,
        "timezone": place.timezone,
        "address": {
            "city": place.city,
            "state": place.state,
            "country": place.country,
            "postal_code": each.postal_code,
        },
        "connection_type": each.connection_type,
        "energy_lifetime": _NEVER_TOLD,
        "energy_today": _NEVER_TOLD,
        "system_size": _NEVER_TOLD,
        "attachment_type": None,
        "interconnect_date": None,
        **view.meta(),
    }
    if each.reference is not None:
        shown["reference"] = each.reference
    if each.other_references:
        shown["other_references"] = list(each.other_references)
    return shown


def _found_row(view: View) -> dict[str, object]:
    shown = row(view)
    address: Any = shown["address"]
    del address["city"]
    shown.pop("other_references", None)
    return {**shown, "live_stream": "disabled"}


def system(question: Question) -> object:
    """GET /systems/{system_id}: one system as it is listed."""
    return row(question.subject)


def summary(question: Question) -> object:
    """One system on one day, as in v2, with its battery."""
    view = question.subject
    asked = question.day("summary_date")
    if asked is not None and asked.toordinal() > view.today:
        raise unprocessable("Requested date is in the future")
    shown: Any = summary_of_v2(question)
    if has_battery(view.system):
        shown |= {
            "battery_charge_w": MOST_POWER_W,
            "battery_discharge_w": MOST_POWER_W,
            "battery_capacity_wh": CAPACITY_WH,
        }
    return {**shown, "nmi": None, "evse_power": []}


def retrieve_system_id(question: Question) -> object:
    """The system that has a gateway."""
    found = question.world.owner_of(question.parameters["serial_num"])
    if found is None:
        raise not_found("Envoy not found with this serial number")
    return {"system_id": found.system_id}


def inverters_summary(question: Question) -> object:
    """The microinverters of one page, by gateway; an empty list after the last page."""
    page = question.integer("page") or 1
    size = min(question.integer("size") or 10, _LARGEST_PAGE)
    gateways: Any = inverters_by_gateway(question)
    numbered = [(gateway, each) for gateway in gateways for each in gateway["micro_inverters"]]
    shown: dict[int, dict[str, Any]] = {}
    for gateway, each in numbered[(page - 1) * size : page * size]:
        group = shown.setdefault(id(gateway), {**gateway, "micro_inverters": []})
        group["micro_inverters"].append(each)
    return list(shown.values())


def production_meter_readings(question: Question) -> object:
    """The last reading of every production meter."""
    return odometers(question)


def energy_lifetime(question: Question) -> object:
    """Energy produced on each day; with `production=all` also the series of both sources."""
    view, period, metering = question.subject, days(question), question.subject.metering
    made = [view.made_by_day(day) for day in _boundaries(period)]
    shown: dict[str, object] = {
        "system_id": view.system.system_id,
        "start_date": _start_date(period),
        "production": _differences(list(map(metering.merged, made))),
        "meta": view.meta(),
    }
    if question.parameters.get("production") == "all":
        metered = metering.first_full_day is not None
        counted = map(metering.metered, made) if metered else ()
        shown["micro_production"] = _differences(list(map(math.floor, made)))
        shown["meter_production"] = _differences(list(counted))
        shown["meter_start_date"] = (
            date.fromordinal(metering.first_full_day) if metering.first_full_day else None
        )
    return shown


def consumption_lifetime(question: Question) -> object:
    """Energy consumed on each day; an empty series without a consumption meter."""
    view = question.subject
    require_consumption(view)
    period = days(question) if view.system.consumption_metered else None
    consumption = Consumption(view.system)
    used = [
        math.floor(consumption.until(min(view.midnight(day), view.report.through)))
        for day in _boundaries(period)
    ]
    return {
        "system_id": view.system.system_id,
        "start_date": _start_date(period),
        "consumption": _differences(used),
        "meta": view.meta(),
    }


def flow_lifetime(question: Question, *names: str) -> object:
    """Energy on each day through the battery or the grid meter."""
    view = question.subject
    require_consumption(view)
    period = days(question) if view.system.consumption_metered else None
    flows = flows_of(view.system)
    shown = [
        flows.between(
            min(view.midnight(day), view.report.through),
            min(view.midnight(day + 1), view.report.through),
        )
        for day in list(_boundaries(period))[:-1]
    ]
    fields = {name.rstrip("_"): [getattr(flow, name) for flow in shown] for name in names}
    return {
        "system_id": view.system.system_id,
        "start_date": _start_date(period),
        **fields,
        "meta": view.meta(),
    }


def rgm_stats(question: Question) -> object:
    """Production measured by each production meter."""
    view = question.subject
    period = window(question, step=QUARTER_HOUR, by_end=True)
    summed, by_meter = _metered_rows(view, period)
    active = sum(meter.retired_at is None for meter in view.system.meters)
    return {
        "system_id": view.system.system_id,
        "total_devices": active,
        "meta": view.meta(),
        "intervals": summed,
        "meter_intervals": by_meter,
    }


def telemetry_production_micro(question: Question) -> object:
    """Production of the microinverters in 5-minute intervals; unreported ones are left out."""
    view = question.subject
    period = window(question, step=_FIVE_MINUTES)
    rows = micro_rows(view, produced(view, period))
    return {**_telemetry(question, period, view.system.modules, rows), "meta": view.meta()}


def telemetry_production_meter(question: Question) -> object:
    """Production measured by all meters together in 15-minute intervals."""
    view = question.subject
    period = window(question, step=QUARTER_HOUR)
    rows = _metered_rows(view, period)[0]
    active = sum(meter.retired_at is None for meter in view.system.meters)
    return _telemetry(question, period, active, rows)


def telemetry_consumption_meter(question: Question) -> object:
    """Consumption in 15-minute intervals."""
    view = question.subject
    require_consumption(view)
    period = window(question, step=QUARTER_HOUR)
    metered = view.system.consumption_metered
    rows = consumption_rows(view, reported(view, period)) if metered else []
    return {**_telemetry(question, period, int(metered), rows), "meta": view.meta()}


def _telemetry(
    question: Question, period: Intervals, devices: int, rows: Sequence[object]
) -> dict[str, object]:
    return {
        "system_id": question.subject.system.system_id,
        "granularity": question.parameters.get("granularity", "day"),
        "total_devices": devices,
        **window_fields(question, period),
        "items": "intervals",
        "intervals": rows,
    }


def _metered_rows(
    view: View, period: Intervals
) -> tuple[list[dict[str, int]], list[dict[str, object]]]:
    meters = view.system.meters
    if not meters:
        return [], []
    return meter_rows(view, _cut(period, meters[0].installed_at, view.report.through))


def require_consumption(view: View) -> None:
    """Refuse (401) if the application may not read consumption."""
    if not view.system.consumption_allowed:
        raise not_in_plan()


def reported(view: View, period: Intervals) -> Intervals:
    """The part of a window for which there is data."""
    return _cut(period, view.system.operational_at, view.report.through)


def produced(view: View, period: Intervals) -> Intervals:
    """The part of a window in which microinverters may have reported."""
    return _cut(period, view.system.operational_at, view.report.last_energy_at)


def _cut(period: Intervals, first: int | None, last: int | None) -> Intervals:
    if first is None or last is None:
        return Intervals(period.start, period.start)
    start = max(period.start, first)
    return Intervals(start, max(start, min(period.end, last)))


def _boundaries(period: Days | None) -> Iterator[int]:
    return iter(range(period.first, period.last + 2) if period is not None else ())


def _start_date(period: Days | None) -> date | None:
    return date.fromordinal(period.first) if period is not None else None


def _differences(energies: Sequence[int]) -> list[int]:
    return [after - before for before, after in pairwise(energies)]
