"""Where a version of the API has a system's past data: the calls, and how to read the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, tzinfo
from typing import Any, NamedTuple

from attrs import frozen
from msgspec import UNSET

from enphase_sdk.cloud.finality import DAY
from enphase_sdk.core.json import is_object
from enphase_sdk.core.measures import A_DAY, Measure, day_at
from enphase_sdk.core.times import Window, midnight
from enphase_sdk.errors import NotAvailableError, UnprocessableEntityError

__all__ = [
    "FACTS_KEPT_FOR",
    "Facts",
    "Histories",
    "Row",
    "Source",
    "consumed",
    "consumption_values",
    "metered",
    "produced",
    "production_values",
    "rest_of",
    "tells_of_data",
]

# A call of cloud.api, which knows this module.
AnyCall = Any

# Seconds. A system's time zone and first day are requested again after this time.
FACTS_KEPT_FOR = 30.0 * DAY


class Row(NamedTuple):
    """One interval of an answer; a value that it does not report is None."""

    end_at: int | None
    wh: float | None
    w: float | None = None
    reporting: int | None = None

    @property
    def reported_wh(self) -> float | None:
        """Its energy, Wh; None if not reported: meters fill missing reports with zeros."""
        return None if self.reporting == 0 and not self.wh else self.wh


@frozen
class Facts:
    """What must be known about a system before its history can be divided into days.

    Attributes:
        timezone: Its IANA zone.
        operational_at: Start of its operation, epoch seconds.
    """

    timezone: str | None
    operational_at: int | None

    @property
    def are_known(self) -> bool:
        """Whether both are known, so that they can be kept."""
        return bool(self.timezone) and self.operational_at is not None


@frozen
class Source:
    """Where a version of the API has one measure.

    Attributes:
        step: Length of an interval, seconds.
        window: The longest window of one request.
        ask: The call for a window: system, start, end or None for now.
        rows: The intervals of an answer.
        days: The call for a daily series: system, first and last day, or all for None.
        values: The values of that series, None where there is none, and its first day if that
            is later than the answer's.
    """

    step: int
    window: Window
    ask: Callable[[int, datetime, datetime | None], AnyCall]
    rows: Callable[[Any], Iterable[Row]]
    days: Callable[[int, date | None, date | None], AnyCall]
    values: Callable[[Any], tuple[list[Any] | None, date | None]]

    def rows_between(self, answer: Any, after: int, until: int) -> list[Row]:
        """The intervals that end after one instant and not after another, in order."""
        found: dict[int, Row] = {}
        for row in self.rows(answer):
            if isinstance(row.end_at, int) and after < row.end_at <= until:
                found[row.end_at] = row
        return [found[end_at] for end_at in sorted(found)]


@frozen
class Histories:
    """The past data that a version of the API has.

    Attributes:
        api: Its name for messages.
        facts: The call for a system's `Facts`.
        sources: Where it has each measure.
        years: For how many years back the API returns intervals.
        doubt: Days to subtract from that if it is not known when the server's day ends.
    """

    api: str
    facts: Callable[[int], AnyCall]
    sources: Mapping[Measure, Source]
    years: int
    doubt: int = 0

    def source(self, measure: Measure) -> Source:
        """The source of a measure.

        Raises:
            NotAvailableError: this version of the API does not have the measure.
        """
        if measure in self.sources:
            return self.sources[measure]
        raise NotAvailableError(
            f"API {self.api} does not have {measure}; it has {', '.join(self.sources)}"
        )

    def earliest(self, now: float, zone: tzinfo) -> int:
        """The first instant for which the API returns intervals, epoch seconds."""
        from dateutil.relativedelta import relativedelta

        day = day_at(now, zone) - relativedelta(years=self.years) + self.doubt * A_DAY
        return midnight(day, zone)


def rest_of(answer: Any, begin: int, end: int, now: float) -> int | None:
    """Where the rest of a window begins, if the server answered a shorter window.

    Args:
        answer: The server's answer for the window.
        begin: Its beginning, epoch seconds.
        end: Its end.
        now: The present.
    """
    told = getattr(answer, "end_at", None)
    return told if isinstance(told, int) and begin < told < end <= now else None


def tells_of_data(error: UnprocessableEntityError) -> bool:
    """Whether a refusal gives the time span for which the system has data."""
    return is_object(error.body) and "first_interval" in error.body


def produced(answer: Any) -> Iterable[Row]:
    """The intervals of the microinverters."""
    for each in answer.intervals or ():
        yield Row(each.end_at, each.enwh, each.powr, each.devices_reporting)


def metered(answer: Any) -> Iterable[Row]:
    """The intervals of all production meters together."""
    for each in answer.intervals or ():
        yield Row(each.end_at, each.wh_del, None, each.devices_reporting)


def consumed(answer: Any) -> Iterable[Row]:
    """The intervals of the consumption meters."""
    for each in answer.intervals or ():
        yield Row(each.end_at, each.enwh, None, each.devices_reporting)


def production_values(name: str) -> Any:
    """Reads one of the series of `energy_lifetime`."""

    def values(answer: Any) -> tuple[list[Any] | None, Any]:
        since = answer.meter_start_date if name == "meter_production" else None
        found = getattr(answer, name)
        is_there = found not in (None, UNSET, [])
        return (found if is_there else None), (None if since is UNSET else since)

    return values


def consumption_values(answer: Any) -> tuple[list[Any] | None, None]:
    """Reads `consumption_lifetime`."""
    return answer.consumption, None
