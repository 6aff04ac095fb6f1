"""Judges the microinverters of a system by their energies."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from enphase_sdk.report.findings import Finding, Kind, Todo
from enphase_sdk.report.inverter_energy import (
    ComparedInverters,
    InverterEnergy,
    InverterSpan,
    compare_inverters,
)
from enphase_sdk.report.thresholds import Thresholds
from enphase_sdk.report.watched import Watched

__all__ = ["judge_inverters"]

# How certain an estimate from the like microinverters is, 0 to 1.
_LIKE_ONES = 0.8

# Shade is the same each year: one that makes this share of what it made then is as usual.
_AS_BEFORE = 0.9


def judge_inverters(
    one: Watched, energy: InverterEnergy, thresholds: Thresholds, *, as_of: datetime
) -> list[Finding]:
    """The findings on weak microinverters, and on those that report but make no energy.

    Such a finding ends only when the newest readings (`clear_days` of them) do not show it.

    Args:
        one: The system.
        energy: The energies of its microinverters.
        thresholds: The limits.
        as_of: The present instant (aware).
    """
    oldest = as_of.astimezone(UTC) - timedelta(days=thresholds.weak_old_days)
    told = [
        (span, compare_inverters(span, thresholds))
        for span in energy.spans[: thresholds.clear_days]
        if span.ended_at >= oldest
    ]
    found: list[Finding] = []
    dead: Collection[str] = ()
    for span, compared in told:
        if compared.dead:
            dead = compared.dead
            found.append(_dead(one, span, compared))
            break
    year = energy.year_before
    before = None if year is None else compare_inverters(year, thresholds)
    for span, compared in told:
        weak = [serial for serial in compared.weak if serial not in dead]
        if weak:
            found.append(_weak(one, span, compared, weak, before, thresholds))
            break
    return found


def _dead(one: Watched, span: InverterSpan, compared: ComparedInverters) -> Finding:
    count = len(compared.dead)
    lost = sum(compared.expected_wh[serial] for serial in compared.dead)
    return Finding(
        one.row.system_id,
        Kind.DEAD_MICROINVERTERS,
        Todo.VISIT,
        f"{count} of {len(span.energy_wh)} microinverters "
        f"{'reports, but has' if count == 1 else 'report, but have'} made no energy "
        f"{_over(one, span)} ({_some(compared.dead)})",
        since=_first_day(one, span),
        days=span.days,
        lost_wh=lost,
        basis="the like microinverters",
        certainty=_LIKE_ONES,
        ratio=_ratio(span, lost),
        by_days=True,
    )


def _weak(
    one: Watched,
    span: InverterSpan,
    compared: ComparedInverters,
    weak: Collection[str],
    before: ComparedInverters | None,
    thresholds: Thresholds,
) -> Finding:
    shares = compared.shares
    then: Mapping[str, float] = {} if before is None else before.shares
    usual = [s for s in weak if s in then and shares[s] >= _AS_BEFORE * then[s]]
    lost = sum(
        (1 - shares[serial]) * compared.expected_wh[serial] for serial in set(weak) - set(usual)
    )
    lowest = min(weak, key=shares.__getitem__)
    reason = (
        f"{len(weak)} of {len(span.energy_wh)} microinverters "
        f"produce{'s' if len(weak) == 1 else ''} less than {thresholds.weak_ratio:.0%} of the like "
        f"ones {_over(one, span)} (lowest: {lowest} with {shares[lowest]:.0%})"
    )
    if usual:
        which = "" if len(usual) == len(weak) else f" {len(usual)} of them"
        reason += f";{which} as little a year before, so perhaps shade"
    is_new = len(usual) < len(weak)
    return Finding(
        one.row.system_id,
        Kind.WEAK_MICROINVERTERS,
        Todo.VISIT if is_new else Todo.WATCH,
        reason,
        since=_first_day(one, span),
        days=span.days,
        lost_wh=lost if is_new else None,
        basis="the like microinverters" if is_new else None,
        certainty=_LIKE_ONES if is_new else 0.0,
        ratio=_ratio(span, lost),
        by_days=True,
    )


def _over(one: Watched, span: InverterSpan) -> str:
    return f"over {span.days} days to {span.ended_at.astimezone(one.zone).date()}"


def _first_day(one: Watched, span: InverterSpan) -> datetime:
    """When the span began, in the system's zone: the problem may be older."""
    return span.started_at.astimezone(one.zone)


def _some(serials: Collection[str]) -> str:
    shown = sorted(serials)[:3]
    more = len(serials) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _ratio(span: InverterSpan, lost: float) -> float | None:
    """The energy of all microinverters / what it would be without the loss."""
    made = _sum(span.energy_wh.values())
    return made / (made + lost) if made + lost > 0 else None


def _sum(values: Iterable[float | None]) -> float:
    return sum(value for value in values if value is not None)
