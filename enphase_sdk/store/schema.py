"""The tables of a store, their columns, and the schema version that added each of them.

A column or table that is added later gets a higher `since`, and `VERSION` is raised: an older store
is then migrated automatically, with null in the new column, and without rows in the new table.
Released columns are never renamed and never change their type.
"""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from typing import Any, Literal, TypeAlias

from attrs import frozen

__all__ = [
    "FORMAT",
    "TABLES",
    "VERSION",
    "Column",
    "Table",
    "TableName",
    "Thinning",
    "arrow",
]

FORMAT = "enphase_sdk.store"
VERSION = 2

TableName: TypeAlias = Literal[
    "systems",
    "summaries",
    "daily",
    "intervals",
    "inverters",
    "runs",
    "known_days",
    "known_intervals",
    "asked",
    "statuses",
    "inverter_readings",
]

# The types of columns, as DuckDB names them; all instants are UTC, to the microsecond.
INTEGER = "BIGINT"
DOUBLE = "DOUBLE"
TEXT = "VARCHAR"
TEXTS = "VARCHAR[]"
DATE = "DATE"
INSTANT = "TIMESTAMPTZ"
BOOLEAN = "BOOLEAN"


@frozen
class Column:
    """A column.

    Attributes:
        name: Its name, with the unit.
        type: Its type, as DuckDB names it.
        since: The version of the schema that added it.
    """

    name: str
    type: str
    since: int = 1


@frozen
class Thinning:
    """Which rows are stored of a table that has a row for each day; a write deletes the others.

    Attributes:
        days: Every row of this number of days up to the newest day of its system.
        older_days: Of older rows the first in each month, for this number of days.
    """

    days: int
    older_days: int


@frozen
class Table:
    """A table.

    Attributes:
        name: Its name.
        key: The columns that identify a row; they are never null.
        columns: All columns, those of the key first.
        ranged: Whether a write replaces a whole range of its last key column (days, instants)
            of one system and measure, or only the rows with the same keys.
        periods: How a folder of Parquet files divides the table: nothing, `year`, or `year` and
            `month` of the last key column (in UTC).
        since: The version of the schema that brought it.
        thinning: Which rows are stored; None for all. A thinned table has no periods.
    """

    name: TableName
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    ranged: bool = False
    periods: tuple[str, ...] = ()
    since: int = 1
    thinning: Thinning | None = None

    @cached_property
    def types(self) -> dict[str, str]:
        """The type of each column, as DuckDB names it."""
        return {column.name: column.type for column in self.columns}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all columns."""
        return tuple(self.types)

    @cached_property
    def arrow_schema(self) -> Any:
        """The columns as a schema of pyarrow."""
        pa = arrow()
        types = {
            INTEGER: pa.int64(),
            DOUBLE: pa.float64(),
            TEXT: pa.string(),
            TEXTS: pa.list_(pa.string()),
            DATE: pa.date32(),
            INSTANT: pa.timestamp("us", "UTC"),
            BOOLEAN: pa.bool_(),
        }
        return pa.schema(
            [pa.field(c.name, types[c.type], nullable=c.name not in self.key) for c in self.columns]
        )


def arrow() -> Any:
    """The library pyarrow, imported only when a store is opened."""
    return import_module("pyarrow")


_SYSTEM = Column("system_id", INTEGER)
_MEASURE = Column("measure", TEXT)
_READ_AT = Column("read_at", INSTANT)

_ALL = (
    Table(
        "systems",
        ("system_id",),
        (
            _SYSTEM,
            Column("system_name", TEXT),
            Column("system_public_name", TEXT),
            Column("reference", TEXT),
            Column("other_references", TEXTS),
            Column("city", TEXT),
            Column("state", TEXT),
            Column("postal_code", TEXT),
            Column("country", TEXT),
            Column("timezone", TEXT),
            Column("connection_type", TEXT),
            Column("status", TEXT),
            Column("operational_at", INSTANT),
            Column("last_report_at", INSTANT),
            Column("last_energy_at", INSTANT),
            _READ_AT,
        ),
    ),
    Table(
        "summaries",
        ("system_id", "day"),
        (
            _SYSTEM,
            Column("day", DATE),
            Column("status", TEXT),
            Column("source", TEXT),
            Column("modules", INTEGER),
            Column("size_w", DOUBLE),
            Column("current_power_w", DOUBLE),
            Column("energy_today_wh", INTEGER),
            Column("energy_lifetime_wh", INTEGER),
            Column("operational_at", INSTANT),
            Column("last_report_at", INSTANT),
            Column("last_interval_end_at", INSTANT),
            _READ_AT,
        ),
        periods=("year",),
    ),
    Table(
        "daily",
        ("system_id", "measure", "day"),
        (
            _SYSTEM,
            _MEASURE,
            Column("day", DATE),
            Column("wh", INTEGER),
            Column("final", BOOLEAN),
            Column("source", TEXT),
            _READ_AT,
        ),
        ranged=True,
        periods=("year",),
    ),
    Table(
        "intervals",
        ("system_id", "measure", "end_at"),
        (
            _SYSTEM,
            _MEASURE,
            Column("end_at", INSTANT),
            Column("wh", DOUBLE),
            Column("w", DOUBLE),
            Column("devices_reporting", INTEGER),
            Column("total_devices", INTEGER),
            Column("final", BOOLEAN),
            Column("source", TEXT),
            _READ_AT,
        ),
        ranged=True,
        periods=("year", "month"),
    ),
    Table(
        "inverters",
        ("system_id", "serial_number"),
        (
            _SYSTEM,
            Column("serial_number", TEXT),
            Column("inverter_id", INTEGER),
            Column("envoy_serial_number", TEXT),
            Column("model", TEXT),
            Column("part_number", TEXT),
            Column("sku", TEXT),
            Column("status", TEXT),
            Column("power_w", DOUBLE),
            Column("energy_wh", DOUBLE),
            Column("last_report_at", INSTANT),
            Column("signal_strength", INTEGER),
            Column("grid_profile", TEXT),
            _READ_AT,
        ),
    ),
    Table(
        "runs",
        ("run_id",),
        (
            Column("run_id", INTEGER),
            Column("started_at", INSTANT),
            Column("ended_at", INSTANT),
            Column("api", TEXT),
            Column("hits", INTEGER),
            Column("outcome", TEXT),
            Column("message", TEXT),
            Column("sdk_version", TEXT),
        ),
    ),
    Table(
        "known_days",
        ("system_id", "measure", "first_day"),
        (
            _SYSTEM,
            _MEASURE,
            Column("first_day", DATE),
            Column("last_day", DATE),
            _READ_AT,
        ),
        ranged=True,
    ),
    Table(
        "known_intervals",
        ("system_id", "measure", "start_at"),
        (
            _SYSTEM,
            _MEASURE,
            Column("start_at", INSTANT),
            Column("end_at", INSTANT),
            _READ_AT,
        ),
        ranged=True,
    ),
    Table(
        "asked",
        ("system_id", "operation"),
        (
            _SYSTEM,
            Column("operation", TEXT),
            Column("first_day", DATE),
            Column("final_through", DATE),
            Column("data_at", INSTANT),
            Column("is_absent", BOOLEAN),
            _READ_AT,
        ),
    ),
    Table(
        "statuses",
        ("system_id", "day"),
        (
            _SYSTEM,
            Column("day", DATE),
            Column("status", TEXT),
            Column("last_report_at", INSTANT),
            Column("last_energy_at", INSTANT),
            _READ_AT,
        ),
        periods=("year", "month"),
        since=2,
    ),
    Table(
        "inverter_readings",
        ("system_id", "serial_number", "day"),
        (
            _SYSTEM,
            Column("serial_number", TEXT),
            Column("day", DATE),
            Column("energy_wh", DOUBLE),
            Column("last_report_at", INSTANT),
            _READ_AT,
        ),
        since=2,
        # Weeks are compared with the weeks before, and with the same month of the year before.
        thinning=Thinning(days=35, older_days=430),
    ),
)

TABLES: dict[TableName, Table] = {table.name: table for table in _ALL}
