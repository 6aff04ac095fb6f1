"""Judges a system's production: none, too little, or more than its size allows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, timedelta
from statistics import fmean, median

from attrs import frozen

from enphase_sdk.report.condition import Condition
from enphase_sdk.report.days import Period, known
from enphase_sdk.report.findings import Finding, Kind, Todo
from enphase_sdk.report.metrics import Estimate, percent_of_estimate
from enphase_sdk.report.neighbours import outage_loss
from enphase_sdk.report.peers import AREA_WORDS, Peers
from enphase_sdk.report.series import same_days_of_past_years, standing
from enphase_sdk.report.thresholds import Thresholds
from enphase_sdk.report.watched import Watched

__all__ = ["judge_production"]

# How certain an estimate of lost energy is, 0 to 1.
_REBASED, _NEIGHBOURS, _OWN_PAST, _ESTIMATE = 0.9, 0.6, 0.4, 0.3


def judge_production(
    one: Watched, peers: Peers, thresholds: Thresholds, estimate: Estimate | None
) -> list[Finding]:
    """The findings on a system's production. Production of long ago is not judged.

    Args:
        one: The system.
        peers: Its neighbours.
        thresholds: The limits.
        estimate: What its owner expects; None if not known.
    """
    judge = _Judge(one, peers, thresholds)
    found = [judge.size_wrong()]
    if not one.is_stale:
        found.append(judge.not_producing() or judge.low())
        found.append(None if estimate is None else judge.below_estimate(estimate))
    return [finding for finding in found if finding is not None]


@frozen
class _Loss:
    """Estimated loss in Wh, the basis of the estimate, and how certain it is."""

    wh: float | None
    basis: str | None
    certainty: float


class _Judge:
    def __init__(self, one: Watched, peers: Peers, thresholds: Thresholds) -> None:
        self._one = one
        self._peers = peers
        self._limits = thresholds
        self._id = one.row.system_id
        self._area = peers.area(self._id, one.row)
        self._theirs: dict[int, float | None] = {}

    def not_producing(self) -> Finding | None:
        """Days without energy while the neighbours produced, or a finding from the listing."""
        days = self._since_good_days()
        excused = False
        marks: list[bool | None] = []
        for day in days:
            wh = self._one.wh_on(day.toordinal())
            mark = None if wh is None else wh <= 0
            if mark and not self._should_have_produced(day):
                mark, excused = None, True
            marks.append(mark)
        alone = self._area is None
        bad = standing(
            marks,
            open_after=self._limits.zero_days_alone if alone else self._limits.zero_days,
            clear_after=self._limits.clear_days,
        )
        if bad:
            dark = [days[place] for place in bad]
            again = [mark for mark in marks if mark is not None][-1] is False
            return self._dark(dark, days[bad[0] :], again=again)
        return self._told_dark(excused=excused)

    def _since_good_days(self) -> list[date]:
        """The days since enough good days would have ended any problem, oldest first."""
        one = self._one
        if one.began is None or one.days.last is None:
            return []
        good, day = 0, one.days.last
        while day > one.began and good < self._limits.clear_days:
            wh = one.wh_on(day.toordinal())
            if wh is not None:
                good = good + 1 if wh > 0 else 0
            day -= timedelta(days=1)
        return list(Period(day + timedelta(days=1), one.days.last)) if day < one.days.last else []

    def _should_have_produced(self, day: date) -> bool:
        if self._area is not None:
            theirs = self._their_yield(day.toordinal())
            return theirs is not None and theirs >= self._limits.peer_yield
        usual = same_days_of_past_years(self._one.days, day)
        size = self._one.size_kw
        return usual is None or size is None or usual >= self._limits.peer_yield * size * 1000

    def _dark(self, dark: Sequence[date], since: Sequence[date], *, again: bool) -> Finding:
        loss = self._loss(dark)
        count = f"{len(dark)} day{'' if len(dark) == 1 else 's'}"
        others = [self._one.wh_on(day.toordinal()) for day in since if day not in {*dark}]
        if again:
            reason = f"no energy on {count} from {dark[0]} to {dark[-1]}"
        elif any(wh is not None and wh > 0 for wh in others):
            reason = f"no energy on {count} since {dark[0]}"
        else:
            reason = f"no energy since {dark[0]} ({count}{self._not_counted(others)})"
        if self._area is None:
            reason += "; it has no neighbours to compare with"
        else:
            theirs = fmean(self._their_yield(day.toordinal()) or 0.0 for day in dark)
            reason += f", while {self._neighbours()} made {theirs:.1f} kWh for each kW a day"
        if again:
            reason += f"; it produces again, but not yet for {self._limits.clear_days} days"
        return Finding(
            self._id,
            Kind.NOT_PRODUCING,
            Todo.VISIT,
            reason,
            since=dark[0],
            days=len(dark),
            lost_wh=loss.wh,
            basis=loss.basis,
            certainty=loss.certainty,
            ratio=0.0,
            raw_ratio=0.0,
            by_days=True,
        )

    def _not_counted(self, others: Sequence[float | None]) -> str:
        """The days without energy that are no fault, and those that are not known, in words."""
        unknown = others.count(None)
        excused = len(others) - unknown
        alone = self._area is None
        whose = "it hardly produced in past years" if alone else "the neighbours hardly produced"
        said = f", and {excused} on which {whose}" if excused else ""
        return said + (f", and {unknown} not known" if unknown else "")

    def _told_dark(self, *, excused: bool) -> Finding | None:
        """The finding from listing and summary for a system that reports but does not produce."""
        row = self._one.row
        if row.condition is not Condition.NOT_PRODUCING:
            return None
        reason, todo, days = row.reason, Todo.WATCH, None
        if row.last_energy_at is None:
            todo = Todo.CALL  # it may not have been switched on yet
        elif row.last_report_at is not None:
            silence = row.last_report_at.astimezone(UTC) - row.last_energy_at
            days = silence.days
            if not excused and days >= self._limits.zero_days_alone:
                todo = Todo.VISIT
        if excused:
            reason += "; the neighbours made almost nothing too"
        since = row.last_energy_at
        return Finding(self._id, Kind.NOT_PRODUCING, todo, reason, since=since, days=days)

    def low(self) -> Finding | None:
        """Too little against the neighbours, relative to the system's usual ratio to them."""
        limits, one = self._limits, self._one
        if self._area is None or one.newest is None or one.count < limits.min_days_ranked:
            return None
        last = one.newest.toordinal()
        begin = last - limits.slow_days + 1
        usual = self._usual_ratio(begin)
        if usual is None:
            return None
        days = range(begin - limits.baseline_days, last + 1)
        marks = [
            None if (ratio := self._ratio(day)) is None else ratio < limits.low_ratio * usual
            for day in days
        ]
        bad = standing(marks, open_after=limits.low_days, clear_after=limits.clear_days)
        if bad:
            low = [days[place] for place in bad]
            raw = self._ratio_over(low) or 0.0
            shown = f"on {len(low)} days since {date.fromordinal(low[0])}"
            return self._too_low(low, usual, raw, shown)
        for end in range(last, last - limits.clear_days, -1):
            window = range(end - limits.slow_days + 1, end + 1)
            # Days without energy are another finding, reported separately.
            known_days = [day for day in window if self._ratio(day)]
            raw_ratio = self._ratio_over(known_days)
            if raw_ratio is None or 2 * len(known_days) < limits.slow_days:
                continue
            if raw_ratio < limits.slow_ratio * usual:
                shown = f"over {limits.slow_days} days to {date.fromordinal(end)}"
                return self._too_low(known_days, usual, raw_ratio, shown)
        return None

    def _too_low(self, days: Sequence[int], usual: float, raw: float, shown: str) -> Finding:
        loss = self._loss([date.fromordinal(day) for day in days])
        return Finding(
            self._id,
            Kind.LOW,
            Todo.VISIT,
            f"made {raw / usual:.0%} of what it usually makes against {self._neighbours()}, {shown}"
            f" ({raw:.0%} of their yield, usually {usual:.0%})",
            since=date.fromordinal(days[0]),
            days=len(days),
            lost_wh=loss.wh,
            basis=loss.basis,
            certainty=loss.certainty,
            ratio=raw / usual,
            raw_ratio=raw,
            by_days=True,
        )

    def below_estimate(self, estimate: Estimate) -> Finding | None:
        """Less than a share of what the owner expects, over a season."""
        limits, one = self._limits, self._one
        if one.newest is None:
            return None
        for back in range(limits.clear_days):
            period = Period.ending(one.newest - timedelta(days=back), days=limits.estimate_days)
            both = [
                (wh, kwh * 1000)
                for day in period
                if (wh := one.wh_on(day.toordinal())) is not None
                and (kwh := estimate.of_day(day)) is not None
            ]
            if 2 * len(both) < limits.estimate_days:
                continue
            own = {day: one.wh_on(day.toordinal()) for day in period}
            share = percent_of_estimate(own, period, estimate)
            if share is None or share >= limits.estimate_ratio:
                continue
            return Finding(
                self._id,
                Kind.BELOW_ESTIMATE,
                Todo.WATCH,
                f"made {share:.0%} of the owner's estimate over {len(both)} days to {period.last}",
                since=period.first,
                days=len(both),
                lost_wh=sum(expected - wh for wh, expected in both),
                basis="the owner's estimate",
                certainty=_ESTIMATE,
                ratio=share,
                by_days=True,
            )
        return None

    def size_wrong(self) -> Finding | None:
        """More than its rated power can make."""
        reason = self._one.size_wrong
        if reason is None:
            return None
        return Finding(self._id, Kind.SIZE_WRONG, Todo.WATCH, reason)

    def _their_yield(self, day: int) -> float | None:
        if day not in self._theirs:
            self._theirs[day] = self._peers.median(self._id, self._area, day)
        return self._theirs[day]

    def _ratio(self, day: int) -> float | None:
        """Own yield / median of the neighbours; None if these made almost nothing."""
        own, theirs = self._one.yield_on(day), self._their_yield(day)
        if own is None or theirs is None or theirs < self._limits.peer_yield or theirs <= 0:
            return None
        return own / theirs

    def _ratio_over(self, days: Iterable[int]) -> float | None:
        """The same ratio over several days, from sums."""
        told = [day for day in days if self._ratio(day) is not None]
        theirs = sum(self._their_yield(day) or 0.0 for day in told)
        return sum(self._one.yield_on(day) or 0.0 for day in told) / theirs if theirs > 0 else None

    def _usual_ratio(self, end: int) -> float | None:
        """Median ratio of the days with energy before a day; None where too few are known."""
        ratios = [
            ratio
            for day in range(end - self._limits.baseline_days, end)
            if (ratio := self._ratio(day))
        ]
        return median(ratios) if len(ratios) >= self._limits.min_baseline_days else None

    def _loss(self, days: Sequence[date]) -> _Loss:
        """The loss of some days, from the neighbours, else from the same days of past years."""
        one = self._one
        size_w = None if one.size_kw is None else one.size_kw * 1000
        if self._area is not None and size_w is not None:
            usual = self._usual_ratio(days[0].toordinal())
            lost = outage_loss(
                {day: one.wh_on(day.toordinal()) for day in days},
                {day: self._their_yield(day.toordinal()) for day in days},
                days,
                size_w=size_w,
                baseline=usual if usual is not None else 1.0,
            )
            told = [wh for wh in lost.values() if wh is not None]
            certainty = _NEIGHBOURS if usual is None else _REBASED
            if told:
                return _Loss(sum(told), self._neighbours(), certainty)
        told = [
            max(0.0, usual - wh)
            for day in days
            if (wh := known(one.wh_on(day.toordinal()))) is not None
            and (usual := same_days_of_past_years(one.days, day)) is not None
        ]
        if not told:
            return _Loss(None, None, 0.0)
        return _Loss(sum(told), "the same days of its own past years", _OWN_PAST)

    def _neighbours(self) -> str:
        if self._area is None:
            return "no neighbours"
        count = self._peers.others(self._id, self._area)
        return f"{count} neighbours {AREA_WORDS[self._area[0] or '']}"
