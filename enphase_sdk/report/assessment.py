"""Judges a fleet: what each system needs, why, since when and what it costs.

Whole days are compared, each in the system's own time zone. A day that is not over is not used, no
energy at night is normal, and a value that is not known is not a fault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from statistics import median_high

from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.report.days import Daily
from enphase_sdk.report.devices import Devices, Meters, judge_devices, judge_listing
from enphase_sdk.report.findings import URGENCY, Assessment, Counts, DayTotal, Finding, Kind, Todo
from enphase_sdk.report.inverter_energy import InverterEnergy
from enphase_sdk.report.metrics import Estimate
from enphase_sdk.report.outages import area_outages
from enphase_sdk.report.peers import Peers
from enphase_sdk.report.production import judge_production
from enphase_sdk.report.rows import ReportRow
from enphase_sdk.report.thresholds import DEFAULT_THRESHOLDS, Thresholds
from enphase_sdk.report.watched import Watched, watch

__all__ = ["assess"]


def assess(
    rows: Iterable[ReportRow],
    production: Mapping[int, Daily] | None = None,
    *,
    as_of: datetime,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    meters: Mapping[int, Meters] | None = None,
    inverters: Mapping[int, Mapping[str, datetime | None]] | None = None,
    inverters_read_at: Mapping[int, datetime] | None = None,
    inverter_energy: Mapping[int, InverterEnergy] | None = None,
    estimates: Estimate | Mapping[int, Estimate] | None = None,
) -> Assessment:
    """What a fleet needs, worst first.

    Args:
        rows: The rows of a report (`report_row`, `stored_rows`), in any order.
        production: Daily energy of each system by its id, Wh (`whole_days`, `stored_days`). Days
            that are not over, or not wholly reported, are left out here. Without it only what the
            listing and the summary say is judged.
        as_of: The present instant (aware).
        thresholds: The limits.
        meters: Energy by meter and by microinverters, by system.
        inverters: Last report of each microinverter by its serial number, by system.
        inverters_read_at: When these were read, by system (aware): later reports are not known.
        inverter_energy: Energy of each microinverter between readings, by system.
        estimates: What the owners expect: one for every system, or by system.

    Raises:
        InvalidArgumentError: `as_of` has no time zone, or a system is given twice.
    """
    if as_of.tzinfo is None:
        raise InvalidArgumentError("as_of: pass an aware datetime, such as datetime.now(UTC)")
    systems: dict[int, Watched] = {}
    for row in rows:
        if row.system_id in systems:
            raise InvalidArgumentError(
                f"rows: system {row.system_id} is given twice; pass each system once"
            )
        days = (production or {}).get(row.system_id, {})
        systems[row.system_id] = watch(row, days, as_of=as_of, thresholds=thresholds)
    peers = Peers(
        {system_id: one.row for system_id, one in systems.items() if one.serves},
        lambda system_id, day: systems[system_id].yield_on(day),
        least=thresholds.min_neighbours,
    )
    found: list[Finding] = []
    for system_id, one in systems.items():
        judged = judge_production(one, peers, thresholds, _estimate(estimates, system_id))
        found += judged
        devices = Devices(
            meters=(meters or {}).get(system_id),
            inverters=(inverters or {}).get(system_id, {}),
            inverters_read_at=(inverters_read_at or {}).get(system_id),
            inverter_energy=(inverter_energy or {}).get(system_id),
        )
        found += judge_devices(one, thresholds, devices, as_of=as_of)
        found += judge_listing(one, thresholds)
    outages = area_outages(systems, found, thresholds)
    together = {(outage.kind, one) for outage in outages for one in outage.system_ids}
    left = sorted(
        (f for f in _one_of_each_kind(found) if (f.kind, f.system_id) not in together),
        key=lambda finding: _urgency(finding, as_of),
    )
    newest = _newest(systems.values())
    return Assessment(
        as_of=as_of,
        newest_day=newest,
        provisional_from=newest and newest - timedelta(days=thresholds.provisional_days - 1),
        counts=_counts(systems, left, {one for _, one in together}),
        findings=tuple(left),
        outages=tuple(outages),
        thresholds=thresholds,
        newest_total=_total(newest, systems.values()) if newest else None,
    )


def _total(day: date, systems: Iterable[Watched]) -> DayTotal | None:
    return DayTotal.of(
        day,
        (
            (wh, one.size_kw and one.size_kw * 1000)
            for one in systems
            if (wh := one.wh_on(day.toordinal())) is not None
        ),
    )


def _estimate(
    estimates: Estimate | Mapping[int, Estimate] | None, system_id: int
) -> Estimate | None:
    if estimates is None or isinstance(estimates, Estimate):
        return estimates
    return estimates.get(system_id)


def _one_of_each_kind(found: Iterable[Finding]) -> list[Finding]:
    """The first of each kind for each system: measured findings before those from the listing."""
    first: dict[tuple[int, Kind], Finding] = {}
    for finding in found:
        first.setdefault((finding.system_id, finding.kind), finding)
    return list(first.values())


_KIND_ORDER = {kind: place for place, kind in enumerate(Kind)}


def _urgency(finding: Finding, as_of: datetime) -> tuple[int, float, float, int, int]:
    since = finding.since
    if since is None:
        age = 0.0
    elif isinstance(since, datetime):
        age = (as_of - since).total_seconds()
    else:
        age = (as_of - datetime.combine(since, time.min, as_of.tzinfo)).total_seconds()
    return (
        URGENCY[finding.todo],
        -(finding.lost_wh_per_day or 0.0) * finding.certainty,
        -age,
        _KIND_ORDER[finding.kind],
        finding.system_id,
    )


def _newest(systems: Iterable[Watched]) -> date | None:
    """The newest day that at least half of the systems with data have."""
    newest = [one.newest for one in systems if one.newest is not None]
    return median_high(newest) if newest else None


def _counts(systems: Mapping[int, Watched], findings: Iterable[Finding], dark: set[int]) -> Counts:
    most_urgent: dict[int, Todo] = {}
    kinds = Counter[Kind]()
    for finding in findings:
        kinds[finding.kind] += 1
        before = most_urgent.get(finding.system_id, finding.todo)
        most_urgent[finding.system_id] = min(before, finding.todo, key=URGENCY.__getitem__)
    todos = Counter(most_urgent.values())
    in_outage = len(dark - most_urgent.keys())
    return Counts(
        systems=len(systems),
        visit=todos[Todo.VISIT],
        call=todos[Todo.CALL],
        watch=todos[Todo.WATCH],
        in_outage=in_outage,
        fine=len(systems) - len(most_urgent) - in_outage,
        unread=sum(one.row.problem is not None for one in systems.values()),
        kinds={kind: kinds[kind] for kind in Kind if kinds[kind]},
    )
