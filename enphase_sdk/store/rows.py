"""Turns the values that callers give into Arrow rows with the columns of a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from attrs import define, field, frozen

from enphase_sdk import models
from enphase_sdk.core.times import DateLike, InstantLike, plain, to_date, to_epoch, zone_named
from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.frames import _tables as frames
from enphase_sdk.frames._columns import cleaned
from enphase_sdk.store.schema import DATE, INSTANT, TABLES, Table, TableName, arrow

__all__ = [
    "Batch",
    "Interval",
    "Row",
    "Span",
    "keyed",
    "listed",
    "of_days",
    "of_intervals",
    "of_inverters",
    "of_readings",
    "of_spans",
    "of_statuses",
    "of_summaries",
    "spans_of",
]

Row: TypeAlias = Mapping[str, Any]

EPOCH = date(1970, 1, 1).toordinal()
MICROSECONDS = 1_000_000
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

# The whole range of a system and measure; days outside of it are not valid dates in Python.
ALL_DAYS = (date.min.toordinal() - EPOCH, date.max.toordinal() - EPOCH)
ALL_INSTANTS = (-(2**62), 2**62)


class Interval(NamedTuple):
    """An interval, by its end.

    Attributes:
        end_at: Epoch seconds.
        wh: Energy, Wh; None if unreported.
        w: Power, W; None if unreported.
        devices_reporting: Devices that reported in it; None if not known.
    """

    end_at: int
    wh: float | None = None
    w: float | None = None
    devices_reporting: int | None = None


@frozen
class Span:
    """A stretch of a series: days since 1970-01-01, or microseconds for intervals.

    Attributes:
        key: System and measure.
        start: The first day, or the instant at which the first interval starts.
        end: The day after the last, or the instant at which the last interval ends.
        final_end: The end of the final part; `start` if nothing is final.
        read_at: Microseconds since 1970-01-01.
    """

    key: tuple[int, str]
    start: int
    end: int
    final_end: int
    read_at: int


@define
class Batch:
    """Rows of one table that are written together; no two of them have the same key.

    Attributes:
        table: The table.
        parts: The rows, as Arrow tables.
        replaced: For a ranged table the ranges whose rows are replaced: system, measure, first,
            last.
        keys: Keys, or systems and measures, that may be in the batch only once.
        spans: The spans that become known, for `daily` and `intervals`.
    """

    table: Table
    parts: list[Any]
    replaced: list[tuple[int, str, int, int]] = field(factory=list[tuple[int, str, int, int]])
    keys: set[Any] = field(factory=set[Any])
    spans: list[Span] = field(factory=list[Span])

    def takes(self, other: Batch) -> bool:
        """Add another batch if the two have no key in common; returns whether it was added."""
        if other.table.name != self.table.name or not self.keys.isdisjoint(other.keys):
            return False
        self.parts += other.parts
        self.replaced += other.replaced
        self.keys |= other.keys
        self.spans += other.spans
        return True

    def rows(self) -> Any:
        """All rows as one Arrow table."""
        pa = arrow()
        return pa.concat_tables(self.parts).combine_chunks()

    def ranges(self) -> Any:
        """The replaced ranges, as an Arrow table."""
        pa = arrow()
        columns = map(list, zip(*self.replaced, strict=True))
        return pa.table(dict(zip(("system_id", "measure", "first", "last"), columns, strict=True)))

    def __len__(self) -> int:
        return sum(len(part) for part in self.parts)


def listed(rows: Iterable[models.System | Row]) -> list[Row]:
    """Systems as listed, with the columns of `systems`."""
    return [
        row
        if isinstance(row, Mapping)
        else {column.name: cleaned(column).values[0] for column in frames.systems(row, UTC)}
        for row in rows
    ]


def of_statuses(rows: Iterable[Row], read_at: datetime) -> Batch:
    """The statuses of listed systems, each on the day of the listing in the system's own zone."""
    names = ("system_id", "status", "last_report_at", "last_energy_at")
    found: list[Row] = []
    days: dict[Any, date] = {}
    for row in rows:
        zone = row.get("timezone")
        if zone not in days:
            days[zone] = read_at.astimezone(zone_named(zone) or UTC).date()
        found.append({name: row.get(name) for name in names} | {"day": days[zone]})
    return keyed("statuses", found, read_at)


def of_summaries(rows: Iterable[models.Summary | Row], read_at: datetime) -> Batch:
    """Summaries, one for each system and day."""
    found = [row if isinstance(row, Mapping) else _of_summary(row) for row in rows]
    return keyed("summaries", found, read_at)


def _of_summary(summary: models.Summary) -> Row:
    row = {column.name: cleaned(column).values[0] for column in frames.summary(summary, UTC)}
    row["day"] = row.pop("summary_date")
    return row


def of_inverters(system_id: int, rows: Iterable[models.InvertersSummary | Row]) -> list[Row]:
    """The microinverters of one system; the answer does not contain the system's id."""
    found: list[Row] = []
    for row in rows:
        if isinstance(row, Mapping):
            found.append({**row, "system_id": system_id})
            continue
        columns = [cleaned(column) for column in frames.inverters_summary(row, UTC)]
        names = ["inverter_id" if c.name == "id" else c.name for c in columns]
        for values in zip(*(c.values for c in columns), strict=True):
            found.append({**dict(zip(names, values, strict=True)), "system_id": system_id})
    # Without a serial number a microinverter cannot be identified.
    return [row for row in found if row.get("serial_number")]


def of_readings(inverters: Iterable[Row], read_at: datetime, zone: tzinfo) -> Batch:
    """The counters of microinverters, on the day of the answer in their system's zone."""
    names = ("system_id", "serial_number", "energy_wh", "last_report_at")
    day = read_at.astimezone(zone).date()
    found = [{name: row.get(name) for name in names} | {"day": day} for row in inverters]
    return keyed("inverter_readings", found, read_at)


def keyed(name: TableName, rows: Iterable[Row], read_at: datetime | None = None) -> Batch:
    """Rows that replace those with the same key; of two with the same key the later is stored."""
    pa = arrow()
    table = TABLES[name]
    found: dict[tuple[Any, ...], Row] = {}
    for given in rows:
        unknown = given.keys() - table.types.keys()
        if unknown:
            raise InvalidArgumentError(
                f"{name}: there is no column {min(unknown)!r}; there are {', '.join(table.names)}"
            )
        row = {column: _value(column, type_, given) for column, type_ in table.types.items()}
        if read_at is not None:
            row["read_at"] = _microseconds(read_at, "read_at")
        key = tuple(row[column] for column in table.key)
        if None in key:
            raise InvalidArgumentError(f"{name}: a row needs {' and '.join(table.key)}")
        found[key] = row
    schema = table.arrow_schema
    columns = {field.name: [row[field.name] for row in found.values()] for field in schema}
    try:
        arrays = [_array(columns[field.name], field.type) for field in schema]
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise InvalidArgumentError(f"{name}: a value has the wrong type ({error})") from None
    return Batch(table, [pa.Table.from_arrays(arrays, schema=schema)], keys=set(found))


def of_days(
    system_id: int,
    measure: str,
    first_day: DateLike,
    values: Sequence[int | None],
    final_through: DateLike | None,
    source: str | None,
    read_at: datetime,
) -> Batch:
    """A series of consecutive days; None is not reported."""
    pa = arrow()
    wh = _array(values, pa.int64(), "values")
    start, count = _day(first_day, "first_day"), len(wh)
    final_end = start
    if final_through is not None:
        final_end = max(start, _day(final_through, "final_through") + 1)
    end = max(start + count, final_end)
    span = Span((system_id, measure), start, end, final_end, _microseconds(read_at, "read_at"))
    return _series(
        "daily",
        span,
        (start, end - 1),
        day=_days(start, count),
        wh=wh,
        final=_marks(min(count, final_end - start), count),
        source=_repeated(source, pa.string(), count),
    )


def of_intervals(
    system_id: int,
    measure: str,
    rows: Iterable[Interval],
    window: tuple[InstantLike, InstantLike],
    final_through: InstantLike | None,
    total_devices: int | None,
    source: str | None,
    read_at: datetime,
) -> Batch:
    """The intervals that end after the window's start and not after its end."""
    pa = arrow()
    start, end = _microseconds(window[0], "start_at"), _microseconds(window[1], "end_at")
    found = {int(row[0]) * MICROSECONDS: row for row in rows}
    ends = sorted(found)
    if ends and not start < ends[0] <= ends[-1] <= end:
        raise InvalidArgumentError("rows: some intervals do not end in the window")
    final_end = start
    if final_through is not None:
        final_end = min(end, max(start, _microseconds(final_through, "final_through")))
    ordered = [found[end_at] for end_at in ends]
    count, number, real = len(ends), pa.int64(), pa.float64()
    span = Span((system_id, measure), start, end, final_end, _microseconds(read_at, "read_at"))
    return _series(
        "intervals",
        span,
        (start + 1, end),
        end_at=pa.array(ends, pa.timestamp("us", "UTC")),
        wh=_array([row[1] for row in ordered], real, "wh"),
        w=_array([row[2] for row in ordered], real, "w"),
        devices_reporting=_array([row[3] for row in ordered], number, "devices_reporting"),
        total_devices=_repeated(total_devices, number, count),
        final=_marks(sum(end_at <= final_end for end_at in ends), count),
        source=_repeated(source, pa.string(), count),
    )


def of_spans(name: TableName, spans: Iterable[Span]) -> Batch:
    """Known spans, which replace all spans of their systems and measures."""
    pa = arrow()
    table = TABLES[name]
    given = list(spans)
    kept = [span for span in given if span.start < span.end]
    # For days the end is the last day itself; for instants it is the end of the last interval.
    after = 1 if name == "known_days" else 0
    schema = table.arrow_schema
    columns = (
        [span.key[0] for span in kept],
        [span.key[1] for span in kept],
        [span.start for span in kept],
        [span.end - after for span in kept],
        [span.read_at for span in kept],
    )
    arrays = [pa.array(c, field.type) for c, field in zip(columns, schema, strict=True)]
    keys = {span.key for span in given}
    everything = ALL_DAYS if name == "known_days" else ALL_INSTANTS
    replaced = [(*key, everything[0], everything[1]) for key in sorted(keys)]
    return Batch(table, [pa.Table.from_arrays(arrays, schema=schema)], replaced, keys)


def spans_of(name: TableName, rows: Iterable[tuple[Any, ...]]) -> list[Span]:
    """Spans from their rows, with days and instants as numbers."""
    after = 1 if name == "known_days" else 0
    return [
        Span((system_id, measure), start, end + after, end + after, read_at)
        for system_id, measure, start, end, read_at in rows
    ]


def _series(name: TableName, span: Span, replaced: tuple[int, int], **columns: Any) -> Batch:
    pa = arrow()
    table = TABLES[name]
    count = len(columns["wh"])
    system_id, measure = span.key
    columns |= {
        "system_id": _repeated(system_id, pa.int64(), count),
        "measure": _repeated(measure, pa.string(), count),
        "read_at": _repeated(span.read_at, pa.timestamp("us", "UTC"), count),
    }
    schema = table.arrow_schema
    rows = pa.Table.from_arrays([columns[name] for name in table.names], schema=schema)
    return Batch(table, [rows], [(*span.key, replaced[0], replaced[1])], {span.key}, [span])


def _repeated(value: Any, kind: Any, count: int) -> Any:
    pa = arrow()
    return pa.nulls(count, kind) if value is None else pa.repeat(pa.scalar(value, kind), count)


@cache
def _calendar() -> Any:
    """The days from 1970 to 2100; each series takes a slice of them without a copy."""
    pa = arrow()
    return pa.array(range(50_000), pa.date32())


def _days(start: int, count: int) -> Any:
    pa = arrow()
    if start >= 0 and start + count <= len(_calendar()):
        return _calendar().slice(start, count)
    return pa.array(range(start, start + count), pa.date32())


def _marks(true: int, count: int) -> Any:
    pa = arrow()
    if true == count:
        return pa.repeat(True, count)
    return pa.concat_arrays([pa.repeat(True, true), pa.repeat(False, count - true)])


def _array(values: Any, kind: Any, what: str = "") -> Any:
    pa = arrow()
    try:
        if kind == pa.int64():  # a direct conversion would cut off fractions
            return pa.array(values).cast(kind)
        return pa.array(values, kind)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        if not what:
            raise
        raise InvalidArgumentError(f"{what}: values must be numbers or None ({error})") from None


def _value(column: str, type_: str, row: Row) -> Any:
    value: Any = plain(row.get(column))
    if value is None:
        return None
    if type_ == INSTANT:
        return _microseconds(value, column)
    if type_ == DATE:
        return value if isinstance(value, int) else _day(value, column)
    return str(value) if isinstance(value, str) else value


def _day(value: DateLike, what: str) -> int:
    return to_date(value, what).toordinal() - EPOCH


def _microseconds(value: InstantLike, what: str) -> int:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return (value - _BEGINNING) // timedelta(microseconds=1)
    return to_epoch(value, what) * MICROSECONDS
