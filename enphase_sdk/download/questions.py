"""One call about one system: how it is sent, and how its answer is stored.

Questions are plain values, so that other processes can send them and store the answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Any, Literal, Protocol, TypeAlias

from attrs import frozen

from enphase_sdk._sync.cloud_base import Cloud, histories_of
from enphase_sdk.clock import current_clock
from enphase_sdk.cloud.finality import settled_until
from enphase_sdk.cloud.sources import Source, rest_of, tells_of_data
from enphase_sdk.core.measures import A_DAY
from enphase_sdk.core.times import midnight, moment_told, utc
from enphase_sdk.errors import UnprocessableEntityError
from enphase_sdk.fleet import SystemOperation
from enphase_sdk.store import Asked, Interval, Measure, Store

__all__ = [
    "INVERTERS",
    "PRODUCTION",
    "SERIES",
    "SUMMARY",
    "InvertersQuestion",
    "Question",
    "Series",
    "SeriesQuestion",
    "SummaryQuestion",
    "WindowQuestion",
    "settled_through",
]

# What measures each series; the merged daily series may be from either.
_SOURCES: dict[Measure, str] = {
    "micro_production": "microinverters",
    "meter_production": "meter",
    "consumption": "meter",
    "import": "meter",
    "export": "meter",
}

# By intervals, production is the microinverters'.
_INTERVAL_SOURCES: dict[Measure, str] = {**_SOURCES, "production": "microinverters"}


class Question(Protocol):
    """A request about one system.

    Attributes:
        system_id: The system.
    """

    @property
    def system_id(self) -> int:
        """The system."""
        ...

    @property
    def operation(self) -> str:
        """The operation, by its name in the store."""
        ...

    def ask(self, client: Cloud) -> Any:
        """The answer.

        Raises:
            EnphaseError: as the operation of the client.
        """
        ...

    def keep(self, store: Store, answer: Any, read_at: datetime) -> Asked | None:
        """Store an answer and the record of the request, both or neither.

        Returns:
            The record of the request; None if none was stored.

        Raises:
            ConfigError: it cannot be stored.
        """
        ...


@frozen
class Series:
    """A daily series: the operation that returns it, and its names in the store.

    Attributes:
        operation: The operation.
        measures: The store's measures, and the fields of the answer that hold them.
        arguments: Further arguments of the operation.
    """

    operation: SystemOperation
    measures: Mapping[Measure, str]
    arguments: Mapping[str, Any] = {}


PRODUCTION = Series(
    "energy_lifetime",
    {
        "production": "production",
        "micro_production": "micro_production",
        "meter_production": "meter_production",
    },
    {"production": "all"},
)
SERIES = (
    PRODUCTION,
    Series("consumption_lifetime", {"consumption": "consumption"}),
    Series("battery_lifetime", {"battery_charge": "charge", "battery_discharge": "discharge"}),
    Series("energy_import_lifetime", {"import": "import_"}),
    Series("energy_export_lifetime", {"export": "export"}),
)


@frozen
class SeriesQuestion:
    """The daily energies of a system from a day on.

    Attributes:
        system_id: The system.
        series: The series.
        start_date: The first day; None for the whole life.
        asked_from: The first day that was ever requested; None for the whole life.
        zone: The system's zone.
        data_at: End of its newest interval with energy, as listed.
    """

    system_id: int
    series: Series
    start_date: date | None
    asked_from: date | None
    zone: tzinfo
    data_at: datetime | None

    @property
    def operation(self) -> str:
        """As the client names it."""
        return self.series.operation

    def ask(self, client: Cloud) -> Any:
        """See `Question.ask`."""
        ask = getattr(client, self.series.operation)
        return ask(self.system_id, start_date=self.start_date, **self.series.arguments)

    def keep(self, store: Store, answer: Any, read_at: datetime) -> Asked:
        """See `Question.keep`."""
        start, meta = getattr(answer, "start_date", None), getattr(answer, "meta", None)
        told = moment_told(getattr(meta, "last_energy_at", None), by=read_at)
        data_at = self.data_at if told is None else told
        final_through = settled_through(data_at, self.zone, read_at)
        is_absent = True
        with store.transaction():
            for measure, name in self.series.measures.items():
                values: list[int | None] | None = getattr(answer, name, None) or None
                if start is None or values is None:
                    continue
                is_absent = False
                store.write_daily(
                    self.system_id,
                    measure,
                    start,
                    _reported(values, start, data_at, self.zone),
                    final_through,
                    read_at,
                    source=_SOURCES.get(measure),
                )
            asked = Asked(self.asked_from, final_through, data_at, is_absent, read_at)
            store.write_asked(self.operation, self.system_id, asked)
        return asked


_Present: TypeAlias = Literal["summary", "inverters_summary_by_envoy_or_site"]
SUMMARY: _Present = "summary"
INVERTERS: _Present = "inverters_summary_by_envoy_or_site"


@frozen
class SummaryQuestion:
    """The summary of a system's present day.

    Attributes:
        system_id: The system.
        data_at: When it reported last, as listed.
    """

    system_id: int
    data_at: datetime | None

    @property
    def operation(self) -> str:
        """As the client names it."""
        return SUMMARY

    def ask(self, client: Cloud) -> Any:
        """See `Question.ask`."""
        return client.summary(self.system_id)

    def keep(self, store: Store, answer: Any, read_at: datetime) -> Asked:
        """See `Question.keep`."""
        asked = Asked(None, None, self.data_at, answer is None, read_at)
        with store.transaction():
            if answer is not None:
                store.write_summaries([answer], read_at)
            store.write_asked(self.operation, self.system_id, asked)
        return asked


@frozen
class InvertersQuestion:
    """The microinverters of a system, with their present values.

    Attributes:
        system_id: The system.
        data_at: When it reported last, as listed.
        zone: The system's zone.
    """

    system_id: int
    data_at: datetime | None
    zone: tzinfo

    @property
    def operation(self) -> str:
        """As the client names it."""
        return INVERTERS

    def ask(self, client: Cloud) -> Any:
        """See `Question.ask`."""
        return client.inverters_summary_by_envoy_or_site(self.system_id)

    def keep(self, store: Store, answer: Any, read_at: datetime) -> Asked:
        """See `Question.keep`."""
        asked = Asked(None, None, self.data_at, answer is None, read_at)
        with store.transaction():
            store.write_inverters(self.system_id, answer or [], read_at, zone=self.zone)
            store.write_asked(self.operation, self.system_id, asked)
        return asked


@frozen
class WindowQuestion:
    """The intervals of whole days.

    Attributes:
        system_id: The system.
        operation: Its name in the store.
        measures: The measures wanted; one answer has all of them.
        first: The first day, in the system's zone.
        last: The last day.
        zone: The system's zone.
        data_at: End of its newest interval with energy, as listed.
        reported_at: When it reported last, as listed.
        asked_from: With this answer, all days from this day on have been requested while the
            system's data reached `data_at`; None if later days are still missing.
    """

    system_id: int
    operation: str
    measures: tuple[Measure, ...]
    first: date
    last: date
    zone: tzinfo
    data_at: datetime
    reported_at: datetime | None
    asked_from: date | None

    def ask(self, client: Cloud) -> Answered:
        """See `Question.ask`; one call, or two on a day of 25 hours."""
        start, end = self._start_and_end
        now = current_clock().time()
        finish = None if end > now else datetime.fromtimestamp(end, self.zone)
        histories = histories_of(client)
        sources: list[tuple[Measure, Source]] = [
            (measure, histories.source(measure)) for measure in self.measures
        ]
        found: dict[Measure, list[Interval]] = {measure: [] for measure in self.measures}
        total: int | None = None
        rest: int | None = start
        while rest is not None:
            begin = datetime.fromtimestamp(rest, self.zone)
            call = sources[0][1].ask(self.system_id, begin, finish)
            try:
                answer: Any = client.exchange(call)[1]
            except UnprocessableEntityError as error:
                if tells_of_data(error):
                    break  # the system has data for other days only
                raise
            for measure, source in sources:
                rows = source.rows_between(answer, rest, end)
                found[measure] += [self._interval(row) for row in rows]
            total = answer.total_devices or total
            rest = rest_of(answer, rest, end, now)
        return Answered(found, total)

    def keep(self, store: Store, answer: Answered, read_at: datetime) -> Asked | None:
        """See `Question.keep`."""
        start, end = self._start_and_end
        settled = settled_until(int(self.data_at.timestamp()), read_at.timestamp())
        asked = None
        with store.transaction():
            for measure in self.measures:
                store.write_intervals(
                    self.system_id,
                    measure,
                    answer.intervals[measure],
                    start,
                    end,
                    int(settled) if settled > start else None,
                    read_at,
                    total_devices=answer.total_devices,
                    source=_INTERVAL_SOURCES.get(measure),
                )
            if self.asked_from is not None:
                asked = Asked(self.asked_from, None, self.data_at, False, read_at)
                store.write_asked(self.operation, self.system_id, asked)
        return asked

    @property
    def _start_and_end(self) -> tuple[int, int]:
        return midnight(self.first, self.zone), midnight(self.last + A_DAY, self.zone)

    def _interval(self, row: Any) -> Interval:
        wh = row.reported_wh
        if not wh and (self.reported_at is None or row.end_at > self.reported_at.timestamp()):
            wh = None  # the API sends zero for what is not reported yet
        return Interval(row.end_at, wh, row.w, row.reporting)


@frozen
class Answered:
    """The result of a window.

    Attributes:
        intervals: The intervals of each measure.
        total_devices: Devices that could have reported; None if not known.
    """

    intervals: Mapping[Measure, list[Interval]]
    total_devices: int | None


def settled_through(data_at: datetime | None, zone: tzinfo, now: datetime) -> date | None:
    """The last day that late reports can no longer change; None if there is no such day.

    Args:
        data_at: End of a system's newest interval with energy.
        zone: Its zone.
        now: The present.
    """
    if data_at is None:
        return None
    settled = settled_until(int(data_at.timestamp()), now.timestamp())
    return utc(settled).astimezone(zone).date() - A_DAY


def _reported(
    values: list[int | None], start: date, data_at: datetime | None, zone: tzinfo
) -> list[int | None]:
    """A daily series without the zeros at its end, of days that have not been reported yet."""
    days = 0
    if data_at is not None:
        days = max(0, (data_at.astimezone(zone).date() - start).days + 1)
    count = len(values)
    while count > days and not values[count - 1]:
        count -= 1
    return values[:count]
