"""The changes since the last report: new, worse, resolved, and how many are still open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import evolve, frozen

from enphase_sdk.report.findings import URGENCY, AreaOutage, Assessment, Finding, Kind, Todo, iso

__all__ = ["Changes", "OpenFinding", "changes_since"]

# A finding is worse if the ratio has fallen by this since the last report of it.
_WORSE_BY = 0.1


@frozen
class OpenFinding:
    """A finding as stored between two reports.

    Attributes:
        system_id: The system's Enlighten id.
        kind: The kind of the problem.
        todo: What to do about it.
        ratio: Energy / expected energy, as last reported; None if not known.
        opened_at: The time of the first report with it (aware, UTC).
        seen_at: The time of the last report with it (aware, UTC).
        by_days: Whether it is judged by whole days: it ends only after enough good days.
        in_outage: Whether the system stopped with its area.
    """

    system_id: int
    kind: Kind
    todo: Todo
    ratio: float | None
    opened_at: datetime
    seen_at: datetime
    by_days: bool
    in_outage: bool

    @property
    def key(self) -> tuple[int, Kind]:
        """The key that identifies it."""
        return self.system_id, self.kind


@frozen
class Changes:
    """The changes since an earlier report.

    Attributes:
        since: When the earlier report was made; None if there was none.
        new: Findings that were not open before.
        worse: Findings that were open and are more urgent now, or whose ratio fell by a tenth.
        resolved: Findings that have been absent for long enough.
        still_open: The number of other open findings, including those absent for a short time.
        new_outages: Areas in which no system was known to have stopped before.
        recovered: The number of systems that work again after an outage of their area.
    """

    since: datetime | None
    new: tuple[Finding, ...]
    worse: tuple[Finding, ...]
    resolved: tuple[OpenFinding, ...]
    still_open: int
    new_outages: tuple[AreaOutage, ...]
    recovered: int

    @property
    def headline(self) -> str:
        """The changes in one line."""
        parts = [
            f"{len(self.new)} new",
            f"{len(self.worse)} worse",
            f"{len(self.resolved)} resolved",
            f"{self.still_open} still open",
        ]
        if self.new_outages:
            parts.insert(0, f"{len(self.new_outages)} areas stopped")
        if self.recovered:
            parts.append(f"{self.recovered} working again after an outage of their area")
        return ", ".join(parts)

    def to_dict(self) -> dict[str, Any]:
        """JSON types only."""
        return {
            "since": self.since and iso(self.since),
            "headline": self.headline,
            "new": [finding.to_dict() for finding in self.new],
            "worse": [finding.to_dict() for finding in self.worse],
            "resolved": [
                {
                    "system_id": one.system_id,
                    "kind": one.kind.value,
                    "opened_at": iso(one.opened_at),
                }
                for one in self.resolved
            ],
            "still_open": self.still_open,
            "new_outages": [outage.to_dict() for outage in self.new_outages],
            "recovered": self.recovered,
        }


def changes_since(
    before: Iterable[OpenFinding],
    assessment: Assessment,
    *,
    systems: Iterable[int],
    since: datetime | None,
) -> tuple[Changes, list[OpenFinding]]:
    """What is new, worse and resolved, and what is open now, to be remembered.

    A finding is resolved when it has been absent for `clear_days`, or immediately if it is judged
    by whole days. It stays open while its system cannot be read, or is not in the report.

    Args:
        before: What was open after the earlier report.
        assessment: The new one.
        systems: The ids of the systems in it.
        since: When the earlier report was made; None where there was none.
    """
    now = assessment.as_of.astimezone(UTC)
    old = {one.key: one for one in before}
    found = _found(assessment, now)
    known = set(systems) - {key[0] for key in found if key[1] is Kind.UNREAD}
    new, worse = list[Finding](), list[Finding]()
    still_open = 0
    for finding in assessment.findings:
        key = finding.system_id, finding.kind
        earlier = old.get(key)
        if earlier is None or earlier.in_outage:
            new.append(finding)
        elif _is_worse(earlier, finding):
            worse.append(finding)
            found[key] = evolve(found[key], opened_at=earlier.opened_at)
        else:
            still_open += 1
            found[key] = evolve(
                found[key], opened_at=earlier.opened_at, ratio=_told(earlier, finding)
            )
    new_outages = [
        outage
        for outage in assessment.outages
        if not any(
            (earlier := old.get((one, outage.kind))) is not None and earlier.in_outage
            for one in outage.system_ids
        )
    ]
    resolved, recovered = list[OpenFinding](), 0
    wait = timedelta(days=assessment.thresholds.clear_days)
    for key, earlier in old.items():
        if key in found:
            continue
        over = earlier.by_days or now - earlier.seen_at >= wait
        if key[0] in known and over:
            recovered += earlier.in_outage
            if not earlier.in_outage:
                resolved.append(earlier)
            continue
        still_open += not earlier.in_outage
        found[key] = earlier
    changes = Changes(
        since=since,
        new=tuple(new),
        worse=tuple(worse),
        resolved=tuple(sorted(resolved, key=lambda one: one.key)),
        still_open=still_open,
        new_outages=tuple(new_outages),
        recovered=recovered,
    )
    return changes, list(found.values())


def _found(assessment: Assessment, now: datetime) -> dict[tuple[int, Kind], OpenFinding]:
    """What an assessment found, as it is remembered."""
    found: dict[tuple[int, Kind], OpenFinding] = {}
    for outage in assessment.outages:
        for one in outage.system_ids:
            found[one, outage.kind] = OpenFinding(
                one, outage.kind, Todo.WATCH, None, now, now, by_days=False, in_outage=True
            )
    for finding in assessment.findings:
        found[finding.system_id, finding.kind] = OpenFinding(
            finding.system_id,
            finding.kind,
            finding.todo,
            finding.ratio,
            now,
            now,
            by_days=finding.by_days,
            in_outage=False,
        )
    return found


def _is_worse(earlier: OpenFinding, finding: Finding) -> bool:
    if URGENCY[finding.todo] < URGENCY[earlier.todo]:
        return True
    if earlier.ratio is None or finding.ratio is None or finding.kind is Kind.METER:
        return False
    return finding.ratio <= earlier.ratio - _WORSE_BY


def _told(earlier: OpenFinding, finding: Finding) -> float | None:
    """The ratio that was told of: a slow decline is worse one day, too."""
    return finding.ratio if earlier.ratio is None else earlier.ratio
