"""The findings on a fleet: reason, since when, and estimated loss.

`assess` (`enphase_sdk.report.assessment`) makes them from a report's rows and daily energies:

    assessment = assess(rows, production, as_of=now, thresholds=Thresholds())
    assessment.headline            # "1,200 systems, data to 25 Nov 2026: 14 need a visit, …"
    assessment.visits              # findings, worst first
    assessment.calls
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from attrs import frozen

from enphase_sdk.report.thresholds import Thresholds

__all__ = ["URGENCY", "AreaOutage", "Assessment", "Counts", "DayTotal", "Finding", "Kind", "Todo"]


class Kind(StrEnum):
    """The kind of a system's problem."""

    NOT_PRODUCING = "not_producing"
    LOW = "low"
    MICROINVERTERS = "microinverters"
    DEAD_MICROINVERTERS = "dead_microinverters"
    WEAK_MICROINVERTERS = "weak_microinverters"
    METER = "meter"
    OFFLINE = "offline"
    BELOW_ESTIMATE = "below_estimate"
    ATTENTION = "attention"
    SIZE_WRONG = "size_wrong"
    UNREAD = "unread"

    @property
    def words(self) -> str:
        """Its name for people."""
        return _WORDS.get(self, self.value.replace("_", " "))


_WORDS = {
    Kind.MICROINVERTERS: "microinverters not reporting",
    Kind.DEAD_MICROINVERTERS: "microinverters without energy",
    Kind.METER: "meter fault",
    Kind.LOW: "low production",
    Kind.ATTENTION: "needs attention",
    Kind.SIZE_WRONG: "size looks wrong",
    Kind.UNREAD: "could not be read",
}


class Todo(StrEnum):
    """What to do about it, most urgent first."""

    VISIT = "visit"
    CALL = "call"
    WATCH = "watch"


URGENCY = {todo: place for place, todo in enumerate(Todo)}
"""The place of each in the order of urgency; 0 is the most urgent."""


@frozen
class Finding:
    """One problem of one system. A value that is not known is None, never 0.

    Attributes:
        system_id: Its Enlighten id.
        kind: The kind of the problem.
        todo: `visit` (hardware), `call` (no proof of loss) or `watch`.
        reason: The reason, as text for people.
        since: The first instant or day of the problem, if known: a day in the system's own time
            zone, or an instant in that zone.
        days: The number of days it has lasted, or of days that show it.
        lost_wh: Estimated loss of energy over those days, Wh; None if not known.
        basis: The basis of the estimate, such as "6 neighbours in the same city".
        certainty: The certainty of the estimate, from 0 (not known) to 1.
        ratio: Energy of the system / expected energy; 1 is as expected, None if not known.
            Against neighbours it is relative to the system's usual ratio to them.
        raw_ratio: The ratio to the neighbours itself, without regard to the usual ratio.
        by_days: Whether it is judged by whole days: it ends only after enough good days.
    """

    system_id: int
    kind: Kind
    todo: Todo
    reason: str
    since: date | datetime | None = None
    days: int | None = None
    lost_wh: float | None = None
    basis: str | None = None
    certainty: float = 0.0
    ratio: float | None = None
    raw_ratio: float | None = None
    by_days: bool = False

    @property
    def lost_wh_per_day(self) -> float | None:
        """Estimated loss of each day, Wh."""
        return None if self.lost_wh is None else self.lost_wh / max(1, self.days or 1)

    def to_dict(self) -> dict[str, Any]:
        """JSON types only."""
        return {
            "system_id": self.system_id,
            "kind": self.kind.value,
            "todo": self.todo.value,
            "reason": self.reason,
            "since": self.since and iso(self.since),
            "days": self.days,
            "lost_wh": self.lost_wh,
            "basis": self.basis,
            "certainty": self.certainty,
            "ratio": self.ratio,
            "raw_ratio": self.raw_ratio,
        }


@frozen
class AreaOutage:
    """Systems of one place that stopped together, probably because of the grid or a network.

    Attributes:
        place: City, state and country.
        kind: `offline` or `not_producing`.
        since: When the first of them stopped, as in `Finding`.
        system_ids: The systems, in order.
        of: The number of systems of the place.
    """

    place: str
    kind: Kind
    since: date | datetime
    system_ids: tuple[int, ...]
    of: int

    @property
    def reason(self) -> str:
        """The reason, as text for people."""
        what = "stopped reporting" if self.kind is Kind.OFFLINE else "stopped producing"
        return f"{len(self.system_ids)} of {self.of} systems {what} together"

    def to_dict(self) -> dict[str, Any]:
        """JSON types only."""
        return {
            "place": self.place,
            "kind": self.kind.value,
            "since": iso(self.since),
            "system_ids": list(self.system_ids),
            "of": self.of,
            "reason": self.reason,
        }


@frozen
class Counts:
    """Numbers of systems. A system with several findings counts once, by the most urgent one.

    Attributes:
        systems: All systems of the fleet.
        visit: Systems that need a visit.
        call: Systems that need a call first.
        watch: Systems that only need to be watched.
        in_outage: Systems in an area's outage without a finding of their own.
        fine: Systems without a finding.
        unread: Systems that could not be read (they may also be counted above).
        kinds: Systems with a finding of each kind, without those in an area's outage.
    """

    systems: int
    visit: int
    call: int
    watch: int
    in_outage: int
    fine: int
    unread: int
    kinds: Mapping[Kind, int]

    def to_dict(self) -> dict[str, Any]:
        """JSON types only."""
        return {
            "systems": self.systems,
            "visit": self.visit,
            "call": self.call,
            "watch": self.watch,
            "in_outage": self.in_outage,
            "fine": self.fine,
            "unread": self.unread,
            "kinds": {kind.value: count for kind, count in self.kinds.items()},
        }


@frozen
class DayTotal:
    """The energy of a fleet on one day, each system's in its own time zone.

    Attributes:
        day: The day.
        wh: Energy of the systems whose day is known, Wh.
        systems: The number of these systems.
        kwh_per_kwp: Energy per rated power, kWh/kWp, over those whose rated power is known, too.
    """

    day: date
    wh: int
    systems: int
    kwh_per_kwp: float | None

    @classmethod
    def of(cls, day: date, known: Iterable[tuple[float, float | None]]) -> DayTotal | None:
        """The total of the energies (Wh) and rated powers (W) that are known; None of none."""
        every = list(known)
        sized = [(wh, size_w) for wh, size_w in every if size_w]
        if not every:
            return None
        per_size = sum(wh for wh, _ in sized) / sum(w for _, w in sized) if sized else None
        return cls(
            day=day,
            wh=round(sum(wh for wh, _ in every)),
            systems=len(every),
            kwh_per_kwp=None if per_size is None else round(per_size, 4),
        )


@frozen
class Assessment:
    """The assessment of a fleet at an instant.

    Attributes:
        as_of: The instant (aware).
        newest_day: The newest whole day that at least half of the systems with data have.
        provisional_from: From this day on energies may still increase; None without data.
        counts: The numbers of systems by what they need.
        findings: Visits first, then calls; within each the highest loss in kWh a day times
            certainty first, then the oldest. Systems that stopped with their area are in
            `outages` instead.
        outages: Areas that stopped together, the largest first.
        thresholds: The limits that were used.
        newest_total: The energy of the newest day; None without data.
    """

    as_of: datetime
    newest_day: date | None
    provisional_from: date | None
    counts: Counts
    findings: tuple[Finding, ...]
    outages: tuple[AreaOutage, ...]
    thresholds: Thresholds
    newest_total: DayTotal | None = None

    @property
    def visits(self) -> tuple[Finding, ...]:
        """Findings that need a visit."""
        return self._of(Todo.VISIT)

    @property
    def calls(self) -> tuple[Finding, ...]:
        """Findings for which to call first."""
        return self._of(Todo.CALL)

    @property
    def watched(self) -> tuple[Finding, ...]:
        """Findings that only need to be watched."""
        return self._of(Todo.WATCH)

    @property
    def headline(self) -> str:
        """The fleet in one sentence."""
        counts = self.counts
        said = [
            f"{counts.visit:,} {'needs' if counts.visit == 1 else 'need'} a visit",
            f"{counts.call:,} {'needs' if counts.call == 1 else 'need'} a call",
        ]
        if counts.in_outage:
            said.append(f"{counts.in_outage:,} stopped with their area")
        if counts.unread:
            said.append(f"{counts.unread:,} could not be read")
        day = self.newest_day
        data = f", data to {day.day} {day:%b %Y}" if day else ""
        systems = f"{counts.systems:,} system{'' if counts.systems == 1 else 's'}"
        return f"{systems}{data}: {', '.join(said)}"

    def of_system(self, system_id: int) -> tuple[Finding, ...]:
        """The findings of one system, worst first."""
        return tuple(finding for finding in self.findings if finding.system_id == system_id)

    def to_dict(self) -> dict[str, Any]:
        """JSON types only."""
        return {
            "as_of": iso(self.as_of),
            "newest_day": self.newest_day and iso(self.newest_day),
            "provisional_from": self.provisional_from and iso(self.provisional_from),
            "headline": self.headline,
            "counts": self.counts.to_dict(),
            "findings": [finding.to_dict() for finding in self.findings],
            "outages": [outage.to_dict() for outage in self.outages],
            "thresholds": self.thresholds.to_dict(),
        }

    def _of(self, todo: Todo) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.todo is todo)


def iso(moment: date | datetime) -> str:
    """A day or an instant as ISO 8601 text."""
    return (
        moment.isoformat(timespec="seconds") if isinstance(moment, datetime) else moment.isoformat()
    )
