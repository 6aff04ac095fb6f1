"""Judges a system by its listing, its meters and its microinverters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

from attrs import frozen

from enphase_sdk.report.balance import meter_against_micro
from enphase_sdk.report.condition import Condition
from enphase_sdk.report.days import Daily, Period, known
from enphase_sdk.report.findings import Finding, Kind, Todo
from enphase_sdk.report.inverter_energy import InverterEnergy
from enphase_sdk.report.judged_inverters import judge_inverters
from enphase_sdk.report.microinverters import microinverters_not_reporting
from enphase_sdk.report.rows import ReportRow
from enphase_sdk.report.thresholds import Thresholds
from enphase_sdk.report.watched import Watched

__all__ = ["Devices", "Meters", "judge_devices", "judge_listing", "silent_inverters"]

# The finding for each status; another status only needs to be watched.
_OF_STATUS: Mapping[str, tuple[Kind, Todo]] = {
    "comm": (Kind.ATTENTION, Todo.CALL),
    "meter": (Kind.METER, Todo.VISIT),
    "meter_issue": (Kind.METER, Todo.VISIT),
    "micro": (Kind.MICROINVERTERS, Todo.WATCH),
    "power": (Kind.ATTENTION, Todo.VISIT),
}


@frozen
class Meters:
    """Daily energy of one system from both of its sources, Wh.

    Attributes:
        meter: From the production meter (`meter_production`).
        micro: From the microinverters (`micro_production`).
        start: The first day of the meter, if known; it is partial.
    """

    meter: Daily
    micro: Daily
    start: date | None = None


def judge_listing(one: Watched, thresholds: Thresholds) -> list[Finding]:
    """The findings from a system's listing and summary."""
    row, found = one.row, list[Finding]()
    if row.condition is Condition.OFFLINE:
        heard, read = row.heard_at, row.judged_at
        silence = read.astimezone(UTC) - heard if heard is not None and read is not None else None
        late = silence is not None and silence >= timedelta(hours=thresholds.visit_after_h)
        found.append(
            Finding(
                row.system_id,
                Kind.OFFLINE,
                Todo.VISIT if late else Todo.CALL,
                row.reason,
                since=heard,
                days=None if silence is None else silence.days,
            )
        )
    elif row.condition is Condition.ATTENTION:
        kind, todo = _OF_STATUS.get(row.status or "", (Kind.ATTENTION, Todo.WATCH))
        found.append(Finding(row.system_id, kind, todo, row.reason))
    if row.problem is not None:
        found.append(Finding(row.system_id, Kind.UNREAD, Todo.WATCH, row.problem))
    return found


@frozen
class Devices:
    """What is known of the devices of one system.

    Attributes:
        meters: Energy by meter and by microinverters.
        inverters: Last report of each microinverter by its serial number.
        inverters_read_at: When these were read; None for as late as the system's last report.
        inverter_energy: Energy of each microinverter between readings.
    """

    meters: Meters | None = None
    inverters: Mapping[str, datetime | None] = {}
    inverters_read_at: datetime | None = None
    inverter_energy: InverterEnergy | None = None


def judge_devices(
    one: Watched, thresholds: Thresholds, devices: Devices, *, as_of: datetime
) -> list[Finding]:
    """The findings on a system's meter and microinverters.

    An offline system does not report its devices, so none of its microinverters is said to be
    silent; energies that were read before are judged.
    """
    found = list[Finding | None]()
    if one.row.condition is not Condition.OFFLINE:
        found.append(_silent(one, devices, thresholds))
    if devices.inverter_energy is not None:
        found += judge_inverters(one, devices.inverter_energy, thresholds, as_of=as_of)
    meters = devices.meters
    if meters is not None:
        found.append(_meter(one, meters, thresholds))
    return [finding for finding in found if finding is not None]


def silent_inverters(
    row: ReportRow,
    inverters: Mapping[str, datetime | None],
    read_at: datetime | None,
    thresholds: Thresholds,
) -> tuple[str, ...]:
    """The microinverters that did not report for long while their system did.

    Args:
        row: The system's row.
        inverters: Last report of each microinverter by its serial number.
        read_at: When these were read; None for as late as the system's last report.
        thresholds: The limits.
    """
    heard = _inverters_known_at(row, read_at)
    if heard is None:
        return ()
    after = timedelta(days=thresholds.microinverter_days)
    return microinverters_not_reporting(inverters, read_at=heard, after=after)


def _inverters_known_at(row: ReportRow, read_at: datetime | None) -> datetime | None:
    """Until when it is known which microinverters reported."""
    heard = row.heard_at and row.heard_at.astimezone(UTC)
    return min(heard, read_at) if heard is not None and read_at is not None else heard


def _silent(one: Watched, devices: Devices, thresholds: Thresholds) -> Finding | None:
    inverters, read_at = devices.inverters, devices.inverters_read_at
    silent = silent_inverters(one.row, inverters, read_at, thresholds)
    heard = _inverters_known_at(one.row, read_at)
    if heard is None:
        return None
    # If all of them are silent, the system does not produce, which is another finding.
    if not silent or (len(silent) == len(inverters) and _is_dark(one)):
        return None
    since = min(at for serial in silent if (at := inverters[serial]) is not None)
    count = len(silent)
    return Finding(
        one.row.system_id,
        Kind.MICROINVERTERS,
        Todo.VISIT,
        f"{count} of {len(inverters)} microinverters {'has' if count == 1 else 'have'} not "
        f"reported for {thresholds.microinverter_days:g} days or more",
        since=since.astimezone(one.zone),
        days=(heard - since).days,
        ratio=1 - count / len(inverters),
    )


def _is_dark(one: Watched) -> bool:
    return one.row.condition is Condition.NOT_PRODUCING


def _meter(one: Watched, meters: Meters, thresholds: Thresholds) -> Finding | None:
    if one.newest is None:
        return None
    for back in range(thresholds.clear_days):
        period = Period.ending(one.newest - timedelta(days=back), days=thresholds.meter_days)
        both = [
            day
            for day in period
            if known(meters.meter.get(day)) is not None and known(meters.micro.get(day)) is not None
        ]
        off = meter_against_micro(
            _of(meters.meter, both), _of(meters.micro, both), meter_start=meters.start
        )
        if off is None or abs(off) <= thresholds.meter_ratio:
            continue
        reason = (
            f"the meter shows {abs(off):.0%} {'less' if off < 0 else 'more'} than the "
            f"microinverters over {len(both)} days to {period.last}"
        )
        for share, seen in ((-1 / 2, "one of two phases"), (-2 / 3, "one of three phases")):
            if abs(off - share) <= thresholds.meter_ratio:
                reason += f"; it seems to measure {seen} only"
        return Finding(
            one.row.system_id,
            Kind.METER,
            Todo.VISIT,
            reason,
            days=len(both),
            ratio=1 + off,
            by_days=True,
        )
    return None


def _of(days: Daily, wanted: Iterable[date]) -> Daily:
    return {day: days.get(day) for day in wanted}
