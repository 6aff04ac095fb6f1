"""Reading a store."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Literal, overload

from enphase_sdk.core.forks import leave_to_parent, renew_after_fork
from enphase_sdk.core.measures import MEASURES, Measure
from enphase_sdk.core.times import DateLike, plain, to_date
from enphase_sdk.errors import ConfigError, InvalidArgumentError
from enphase_sdk.frames import AnyFrame, BackendName
from enphase_sdk.frames._backends import installed_backend
from enphase_sdk.store.database import Database
from enphase_sdk.store.folder import Folder
from enphase_sdk.store.schema import TABLES, TableName, arrow
from enphase_sdk.store.sql import Session

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import polars as pl
    import pyarrow as pa

__all__ = ["StoredData"]


class StoredData:
    """The reading methods of a store, for both kinds of store. Instants are in UTC.

    All methods raise `enphase_sdk.errors.ConfigError` if the store cannot be read.

    Args:
        path: The file or folder.
        kept: The opened file or folder.

    Attributes:
        path: The file or folder, its symbolic links resolved.
    """

    path: Path

    def __init__(self, path: Path, kept: Database | Folder) -> None:
        self.path = path
        self._kept = kept
        self._lock = RLock()
        self._is_forked = False
        self._connection: Any = None
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Leave the store to the parent: DuckDB cannot be used, or closed, in a forked process."""
        self._lock = RLock()
        self._is_forked = True
        leave_to_parent((self._kept, self._connection))

    def systems(self) -> list[dict[str, Any]]:
        """The rows of `systems`, ordered by id."""
        return self._rows("systems", "ORDER BY system_id")

    def summaries(self, day: DateLike) -> dict[int, dict[str, Any]]:
        """The rows of `summaries` of one day, by system."""
        found = self._rows("summaries", "WHERE day = ?", to_date(day, "day"))
        return {row["system_id"]: row for row in found}

    def runs(self) -> list[dict[str, Any]]:
        """The rows of `runs`, the latest first."""
        return self._rows("runs", "ORDER BY run_id DESC")

    def daily_known(self, measure: Measure) -> dict[int, date]:
        """The last final day of each system; without systems that have no final day."""
        rows = self._select(
            "SELECT system_id, max(last_day) FROM known_days WHERE measure = ? GROUP BY ALL",
            self._measure(measure),
        )
        return dict(rows)

    def daily_spans(self, measure: Measure) -> dict[int, list[tuple[date, date]]]:
        """First and last day of each stretch of final days, oldest first, by system."""
        return self._spans("known_days", measure)

    def intervals_known(self, measure: Measure) -> dict[int, list[tuple[datetime, datetime]]]:
        """Start and end of each stretch of final intervals (UTC), oldest first, by system."""
        return self._spans("known_intervals", measure)

    @overload
    def frame(
        self, table: TableName, *, backend: Literal["polars"], system_id: int | None = None
    ) -> pl.DataFrame: ...
    @overload
    def frame(
        self, table: TableName, *, backend: Literal["pandas"], system_id: int | None = None
    ) -> pd.DataFrame: ...
    @overload
    def frame(
        self, table: TableName, *, backend: Literal["pyarrow"], system_id: int | None = None
    ) -> pa.Table: ...
    @overload
    def frame(
        self, table: TableName, *, backend: BackendName | None = ..., system_id: int | None = None
    ) -> AnyFrame: ...
    def frame(
        self, table: TableName, *, backend: BackendName | None = None, system_id: int | None = None
    ) -> AnyFrame:
        """A table, or its rows of one system, as a data frame, in the order of its key.

        Instants are in UTC. A large table is better read in parts, with `connection`. Without a
        backend it is the first that is installed of pandas, polars and pyarrow.

        Raises:
            InvalidArgumentError: there is no such table or backend.
            ConfigError: the library is not installed, or the store cannot be read.
        """
        if table not in TABLES:
            raise InvalidArgumentError(f"table must be one of {', '.join(TABLES)}, not {table!r}")
        where = ""
        values: tuple[int, ...] = ()
        if system_id is not None:
            if "system_id" not in TABLES[table].names:
                raise InvalidArgumentError(
                    f"system_id: the table {table} has no systems; leave it out"
                )
            where, values = "WHERE system_id = ?", (self._id(system_id),)
        order = ", ".join(TABLES[table].key)
        names = ", ".join(TABLES[table].names)
        with self._reading() as session:
            query = f"SELECT {names} FROM {table} {where} ORDER BY {order}"
            arrow = session.arrow(query, values)
        library = installed_backend() if backend is None else backend
        frame: AnyFrame = _frame_of(arrow.cast(TABLES[table].arrow_schema), library)
        return frame

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """A connection of DuckDB for SQL on the tables; `store.close()` closes it, too.

        Changes made with it are not checked. It does not see a transaction before its end.
        """
        with self._reading() as session:
            if self._connection is None:
                self._connection = session.cursor()
            connection: duckdb.DuckDBPyConnection = self._connection
        return connection

    def _spans(self, table: TableName, measure: Measure) -> dict[int, list[tuple[Any, Any]]]:
        _, _, start, end, _ = TABLES[table].names
        found: dict[int, list[tuple[Any, Any]]] = {}
        for system_id, first, last in self._select(
            f"SELECT system_id, {start}, {end} FROM {table} WHERE measure = ? ORDER BY ALL",
            self._measure(measure),
        ):
            found.setdefault(system_id, []).append((first, last))
        return found

    def _rows(self, table: TableName, rest: str, *values: Any) -> list[dict[str, Any]]:
        names = TABLES[table].names
        rows = self._select(f"SELECT {', '.join(names)} FROM {table} {rest}", *values)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _select(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._reading() as session:
            return session.run(query, *values)

    @contextmanager
    def _reading(self) -> Generator[Session, None, None]:
        with self._lock:
            self._check_process()
            with self._kept.reading() as session:
                yield session

    def _check_process(self) -> None:
        if self._is_forked:
            raise ConfigError(
                f"{self.path} was opened before this process was forked; open it again here"
            )

    def _id(self, system_id: int) -> int:
        number = plain(system_id)
        if isinstance(number, int) and not isinstance(number, bool):
            return number
        raise InvalidArgumentError(f"system_id must be a whole number, not {system_id!r}")

    def _measure(self, measure: Measure) -> str:
        if measure not in MEASURES:
            raise InvalidArgumentError(
                f"measure must be one of {', '.join(MEASURES)}, not {measure!r}"
            )
        return measure


def _frame_of(table: Any, backend: str) -> Any:
    """The same rows; null stays null in all of them.

    Raises:
        InvalidArgumentError: there is no such backend.
        ConfigError: the library is not installed.
    """
    try:
        match backend:
            case "pyarrow":
                return table
            case "polars":
                return import_module("polars").from_arrow(table)
            case "pandas":
                return _pandas(table)
            case _:
                raise InvalidArgumentError(
                    f"backend must be 'pandas', 'polars' or 'pyarrow', not {backend!r}"
                )
    except ImportError as error:
        raise ConfigError(
            f"frames of {backend} need {error.name or backend}, which cannot be imported; "
            f"install it: pip install {backend}"
        ) from error


def _pandas(table: Any) -> Any:
    pd: Any = import_module("pandas")
    pa = arrow()
    types = {
        pa.int64(): pd.Int64Dtype(),
        pa.bool_(): pd.BooleanDtype(),
        pa.string(): pd.StringDtype(),
    }
    return table.to_pandas(types_mapper=types.get, date_as_object=False)
