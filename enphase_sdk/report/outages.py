"""Areas whose systems stopped together: one line instead of one for each system."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from enphase_sdk.report.findings import AreaOutage, Finding, Kind
from enphase_sdk.report.thresholds import Thresholds
from enphase_sdk.report.watched import Watched

__all__ = ["area_outages"]

_Moment = TypeVar("_Moment", date, datetime)


def area_outages(
    systems: Mapping[int, Watched], findings: Iterable[Finding], thresholds: Thresholds
) -> list[AreaOutage]:
    """Cities of which at least a share, and a number, of the systems stopped together.

    Together means: the last reports within some hours, or the same first day without energy.
    Largest first. A system without a city is in none.
    """
    cities: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for system_id, one in systems.items():
        row = one.row
        if row.city and row.city.strip():
            parts = (row.city, row.state or "", row.country or "")
            cities[tuple(part.strip().casefold() for part in parts)].append(system_id)
    silent: dict[int, datetime] = {}
    for finding in findings:
        if finding.kind is Kind.OFFLINE and isinstance(finding.since, datetime):
            silent[finding.system_id] = finding.since
    found: list[AreaOutage] = []
    for inside in cities.values():
        if len(inside) < thresholds.area_systems:
            continue
        place = systems[inside[0]].row.place
        dark = {one: day for one in inside if (day := _dark_since(systems[one])) is not None}
        heard = {one: silent[one].astimezone(UTC) for one in inside if one in silent}
        for kind, stopped in (
            (Kind.OFFLINE, _together(heard, timedelta(hours=thresholds.area_hours))),
            (Kind.NOT_PRODUCING, _together(dark, timedelta(0))),
        ):
            enough = max(thresholds.area_systems, thresholds.area_share * len(inside))
            if len(stopped) >= enough:
                first = stopped[0]
                since = silent[first] if kind is Kind.OFFLINE else dark[first]
                found.append(AreaOutage(place, kind, since, tuple(sorted(stopped)), len(inside)))
    return sorted(found, key=lambda outage: (-len(outage.system_ids), outage.place, outage.kind))


def _dark_since(one: Watched) -> date | None:
    """The first of the days without energy that go on to the newest one, after one with energy."""
    if one.newest is None or one.began is None:
        return None
    day, since = one.newest, None
    while day > one.began:
        wh = one.days.get(day)
        if wh is None or wh > 0:
            break
        day, since = day - timedelta(days=1), day
    return since


def _together(moments: Mapping[int, _Moment], within: timedelta) -> list[int]:
    """The most systems whose moments lie within a span; the earliest of several such groups."""
    ordered = sorted(moments, key=lambda one: (moments[one], one))
    best: list[int] = []
    start = 0
    for end, one in enumerate(ordered):
        while moments[one] - moments[ordered[start]] > within:
            start += 1
        if end - start + 1 > len(best):
            best = ordered[start : end + 1]
    return best
