"""The fleet report as data: a row for each system, worst first, and the totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from statistics import median_high
from typing import TYPE_CHECKING, Any

from attrs import field, fields, frozen

from enphase_sdk.fleet import FleetRecord
from enphase_sdk.report.condition import Condition, judge
from enphase_sdk.report.findings import Assessment, DayTotal
from enphase_sdk.report.records import Facts, facts_of
from enphase_sdk.report.thresholds import DEFAULT_THRESHOLDS, Thresholds
from enphase_sdk.report.words import in_words

if TYPE_CHECKING:
    from enphase_sdk.report.changes import Changes
    from enphase_sdk.report.web.history import History

__all__ = ["FleetReport", "ReportRow", "Totals", "report_row", "yield_of"]

_ORDER = {condition: place for place, condition in enumerate(Condition)}


@frozen
class ReportRow:
    """One system. What is not known is None, never 0.

    Attributes:
        system_id: Its Enlighten id.
        system_name: Its name.
        city: City of its address.
        state: State or province of its address, ISO 3166-2 subdivision code without the country.
        postal_code: Postal code of its address.
        country: Country of its address, ISO 3166-1 alpha-2 code.
        timezone: IANA time zone.
        connection_type: Connection of the gateway: `ethernet`, `wifi` or `cellular`.
        condition: Its condition; see `enphase_sdk.report.condition`.
        reason: The reason for the condition, in words; empty for a normal system.
        status: `meta.status` as Enlighten sends it.
        last_report_at: Last report of a gateway, in the system's time zone (UTC if unknown).
        energy_today_wh: Energy of its current day as far as reported, Wh; None before the first
            report of the day.
        energy_lifetime_wh: Energy of all days including the current one, Wh.
        size_w: Rated power, W.
        specific_yield_kwh_per_kwp: Energy of the current day per rated power, kWh/kWp; in a
            report from a store of `last_day`.
        problem: Why the summary could not be read, in words for people.
        error: The text of the error, with technical details.
        last_day: Newest whole day whose energy is in the store, in the system's zone; None in a
            report that was read from the cloud.
        last_day_wh: Energy of that day, Wh.
        read_at: When that energy was read (aware, UTC).
        last_energy_at: End of the newest interval with energy, in the system's time zone (UTC if
            unknown).
        judged_at: When the listing was read; the time without a report ends there (aware, UTC).
    """

    system_id: int
    system_name: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    country: str | None
    timezone: str | None
    connection_type: str | None
    condition: Condition
    reason: str
    status: str | None
    last_report_at: datetime | None
    energy_today_wh: int | None
    energy_lifetime_wh: int | None
    size_w: int | None
    specific_yield_kwh_per_kwp: float | None
    problem: str | None = None
    error: str | None = None
    last_day: date | None = None
    last_day_wh: int | None = None
    read_at: datetime | None = None
    last_energy_at: datetime | None = None
    judged_at: datetime | None = None

    @property
    def heard_at(self) -> datetime | None:
        """The last report: the later of `last_report_at` and `last_energy_at`."""
        return max(filter(None, (self.last_report_at, self.last_energy_at)), default=None)

    @property
    def offline_since(self) -> datetime | None:
        """The last report of a system that is offline; None for any other, or if unknown."""
        return self.heard_at if self.condition is Condition.OFFLINE else None

    @property
    def compared_wh(self) -> int | None:
        """The energy from which the specific yield is computed."""
        return self.energy_today_wh if self.read_at is None else self.last_day_wh

    @property
    def place(self) -> str:
        """City, state and country, as far as known."""
        return ", ".join(filter(None, (self.city, self.state, self.country)))

    def to_dict(self) -> dict[str, Any]:
        """JSON types only; instants as ISO 8601 text with the offset of the system's zone."""
        wire = {name: getattr(self, name) for name in ROW_FIELDS}
        wire["condition"] = self.condition.value
        wire["last_report_at"] = _iso(self.last_report_at)
        wire["last_day"] = self.last_day and self.last_day.isoformat()
        for name in ("read_at", "last_energy_at", "judged_at"):
            wire[name] = _iso(getattr(self, name))
        return wire


ROW_FIELDS = tuple(attribute.name for attribute in fields(ReportRow))


def report_row(record: FleetRecord, thresholds: Thresholds = DEFAULT_THRESHOLDS) -> ReportRow:
    """The row of one system."""
    system, facts = record.system, facts_of(record)
    condition, reason = judge(facts, thresholds)
    zone = facts.zone or UTC
    today = None if _unheard_of(facts) else facts.energy_today_wh
    return ReportRow(
        system_id=system.system_id,
        system_name=system.system_name,
        city=system.city,
        state=system.state,
        postal_code=system.postal_code,
        country=system.country,
        timezone=system.timezone,
        connection_type=_text(system.connection_type),
        condition=condition,
        reason=reason,
        status=facts.status,
        last_report_at=facts.reported_at and facts.reported_at.astimezone(zone),
        energy_today_wh=today,
        energy_lifetime_wh=_lifetime(facts),
        size_w=facts.size_w,
        specific_yield_kwh_per_kwp=yield_of(today, facts.size_w),
        problem=in_words(record.error) if record.error else None,
        error=str(record.error) if record.error else None,
        last_energy_at=facts.last_energy_at and facts.last_energy_at.astimezone(zone),
        judged_at=facts.read_at.astimezone(UTC),
    )


@frozen
class Totals:
    """The fleet as a whole; each sum is over the systems for which the value is known.

    Attributes:
        systems: Systems in the report.
        conditions: Number of systems in each condition.
        unread: Number of systems without a summary.
        reported_today: Number of systems that have reported on their current day.
        energy_today_wh: Energy of the current day, Wh; the days differ with the time zone.
        energy_lifetime_wh: Energy of all days, Wh.
        size_w: Rated power, W.
        specific_yield_kwh_per_kwp: Energy today per rated power, kWh/kWp, over the systems for
            which both are known; in a report from a store of the last day.
        last_day: The newest whole day that at least half of the systems with data have; None in a
            report that was read from the cloud.
        last_day_wh: Energy of that one day, Wh.
        last_day_systems: Number of systems whose energy of that day is known.
    """

    systems: int
    conditions: Mapping[Condition, int]
    unread: int
    reported_today: int
    energy_today_wh: int | None
    energy_lifetime_wh: int | None
    size_w: int | None
    specific_yield_kwh_per_kwp: float | None
    last_day: date | None = None
    last_day_wh: int | None = None
    last_day_systems: int = 0

    @classmethod
    def of(cls, rows: Iterable[ReportRow], newest: DayTotal | None = None) -> Totals:
        """The totals of `rows`.

        `newest` is the energy of the last day; without it that of the systems whose own last day
        it is.
        """
        rows = list(rows)
        counts = Counter(row.condition for row in rows)
        compared = [row for row in rows if row.specific_yield_kwh_per_kwp is not None]
        newest = newest or _newest(rows)
        return cls(
            systems=len(rows),
            conditions={condition: counts[condition] for condition in Condition},
            unread=sum(row.problem is not None for row in rows),
            reported_today=sum(row.energy_today_wh is not None for row in rows),
            energy_today_wh=_sum_of_known(row.energy_today_wh for row in rows),
            energy_lifetime_wh=_sum_of_known(row.energy_lifetime_wh for row in rows),
            size_w=_sum_of_known(row.size_w for row in rows),
            specific_yield_kwh_per_kwp=newest.kwh_per_kwp
            if newest
            else yield_of(
                _sum_of_known(row.compared_wh for row in compared),
                _sum_of_known(row.size_w for row in compared),
            ),
            last_day=newest.day if newest else None,
            last_day_wh=newest.wh if newest else None,
            last_day_systems=newest.systems if newest else 0,
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON types only."""
        wire = {attribute.name: getattr(self, attribute.name) for attribute in fields(Totals)}
        wire["conditions"] = {condition.value: n for condition, n in self.conditions.items()}
        wire["last_day"] = self.last_day and self.last_day.isoformat()
        return wire


@frozen
class FleetReport:
    """The report on a fleet.

    Attributes:
        generated_at: When the report was made (aware).
        rows: A row for each system, worst first: by condition, within it by specific yield (the
            lowest first, the unknown last), then by the oldest report.
        totals: The fleet as a whole.
        stopped_by: Why the run ended early and systems are missing, in words; None if complete.
        from_store: Whether the energies come from a store, each read at another time.
        assessment: What the systems need; None if they were not judged.
        history: Their days, from a store; None if none are known.
        changes: The changes since an earlier report; None if they were not requested.
    """

    generated_at: datetime
    rows: list[ReportRow] = field(repr=False)
    totals: Totals
    stopped_by: str | None = None
    from_store: bool = False
    assessment: Assessment | None = field(default=None, repr=False)
    history: History | None = field(default=None, repr=False)
    changes: Changes | None = field(default=None, repr=False)

    @classmethod
    def of(
        cls,
        rows: Iterable[ReportRow],
        *,
        generated_at: datetime,
        stopped_by: str | None = None,
        from_store: bool = False,
        assessment: Assessment | None = None,
        history: History | None = None,
    ) -> FleetReport:
        """The report of `rows`, which may be in any order."""
        worst_first = sorted(rows, key=_badness)
        # A report from the cloud knows no energy of whole days, only some days without energy.
        newest = assessment.newest_total if assessment and from_store else None
        totals = Totals.of(worst_first, newest)
        told = (stopped_by, from_store, assessment, history)
        return cls(generated_at, worst_first, totals, *told)

    @property
    def complete(self) -> bool:
        """Whether all systems of the fleet are in the report and were read."""
        return self.stopped_by is None and not self.totals.unread

    def to_dict(self) -> dict[str, Any]:
        """JSON types only: the document that `report.json` holds."""
        return {
            "generated_at": _iso(self.generated_at),
            "complete": self.complete,
            "stopped_by": self.stopped_by,
            "from_store": self.from_store,
            "totals": self.totals.to_dict(),
            "records": [row.to_dict() for row in self.rows],
            "assessment": self.assessment and self.assessment.to_dict(),
            "changes": self.changes and self.changes.to_dict(),
        }


def _newest(rows: Sequence[ReportRow]) -> DayTotal | None:
    days = [row.last_day for row in rows if row.last_day is not None]
    if not days:
        return None
    day = median_high(days)
    known = ((row.last_day_wh, row.size_w) for row in rows if row.last_day == day)
    return DayTotal.of(day, ((wh, size_w) for wh, size_w in known if wh is not None))


def _badness(row: ReportRow) -> tuple[int, bool, float, float, int]:
    specific_yield = row.specific_yield_kwh_per_kwp
    reported = row.last_report_at.timestamp() if row.last_report_at else 0.0
    return (
        _ORDER[row.condition],
        specific_yield is None,
        specific_yield or 0.0,
        reported,
        row.system_id or 0,
    )


def _unheard_of(facts: Facts) -> bool:
    """Whether the current day has no report yet; a value of 0 Wh then means not known."""
    return facts.heard_at is None or (facts.hours_heard_today or 0.0) < 0


def _lifetime(facts: Facts) -> int | None:
    if facts.energy_before_wh is None or facts.energy_today_wh is None:
        return None
    return facts.energy_before_wh + facts.energy_today_wh


def yield_of(energy_wh: int | None, size_w: int | None) -> float | None:
    """Energy per rated power, kWh/kWp; None where one of them is not known."""
    return round(energy_wh / size_w, 4) if energy_wh is not None and size_w else None


def _sum_of_known(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _text(value: str | None) -> str | None:
    return str(value) if value else None


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat(timespec="seconds") if instant else None
