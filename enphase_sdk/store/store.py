"""The store as its users see it."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from importlib.metadata import version
from threading import RLock
from typing import TYPE_CHECKING, Any, Literal, Self, overload

from enphase_sdk import models
from enphase_sdk.core.state import real_path
from enphase_sdk.core.times import DateLike, InstantLike, plain, to_date
from enphase_sdk.errors import ConfigError, InvalidArgumentError
from enphase_sdk.frames import AnyFrame, BackendName
from enphase_sdk.store import rows as made
from enphase_sdk.store.database import Database
from enphase_sdk.store.folder import Folder
from enphase_sdk.store.reading import frame_of
from enphase_sdk.store.rows import Batch, Interval, Row
from enphase_sdk.store.schema import MEASURES, TABLES, Measure, TableName
from enphase_sdk.store.sql import Session

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import polars as pl
    import pyarrow as pa

__all__ = ["Store"]


class Store:
    """A fleet's data on this machine; see `enphase_sdk.store` for the tables.

    One program writes at a time. Use it as a context manager, or close it. It may be shared by
    threads, each of which has it to itself for the length of a call or a transaction; calls
    block. A forked process opens it anew.

    Args:
        path: A file whose name ends in `.duckdb` becomes a DuckDB database, any other path a
            folder of Parquet files. What is not there yet is made.
        read_only: Write nothing. Any number of programs may read at the same time; a DuckDB
            file only while nobody writes it.
        shared: For a folder, and for programs that share the work: write beside others, each
            of which writes other systems.

    Attributes:
        path: The file or folder, its symbolic links resolved.

    Raises:
        ConfigError: another program is writing it (the message names it), it is damaged, of a
            newer version of this package or something else and was left alone, or the extra
            `store` is not installed.
    """

    path: Any

    def __init__(
        self, path: str | os.PathLike[str], *, read_only: bool = False, shared: bool = False
    ) -> None:
        self.path = real_path(path, "store")
        self._lock = RLock()
        self._process = os.getpid()
        self._waiting: dict[str, list[Batch]] | None = None
        self._connection: Any = None
        self._read_only = read_only
        if self.path.suffix == ".duckdb" and not self.path.is_dir():
            if shared:
                raise ConfigError(
                    f"{self.path} has one writer at a time; share a folder of Parquet"
                )
            self._kept: Database | Folder = Database(self.path, read_only=read_only)
        else:
            self._kept = Folder(self.path, read_only=read_only, shared=shared)

    def __repr__(self) -> str:
        return f"<Store {self.path}>"

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a store is an open file and is not pickled; open it where it is used")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close it and let other writers in; again does nothing."""
        with self._lock:
            if self._process == os.getpid():
                connection, self._connection = self._connection, None
                if connection is not None:
                    connection.close()
                self._kept.close()

    @contextmanager
    def transaction(self) -> Generator[None, None, None]:
        """Store what is written inside at its end, all of it or nothing (after an error).

        The rows are held in memory until then and are not read before; a transaction inside of
        another is a part of that one. Other threads wait.

        Raises:
            ConfigError: it cannot be stored; what was stored before is whole.
        """
        with self._lock:
            if self._waiting is not None:
                yield
                return
            self._waiting = {}
            try:
                yield
                waiting = self._waiting
            finally:
                self._waiting = None
            self._commit(batch for batches in waiting.values() for batch in batches)

    def write_systems(self, systems: Iterable[models.System | Row], read_at: datetime) -> None:
        """Store systems as listed; each replaces its row.

        Args:
            systems: As a client lists them, or mappings of the columns of `systems`.
            read_at: When they were listed, aware.

        Raises:
            InvalidArgumentError: a row is not of this table.
            ConfigError: it cannot be stored.
        """
        self._write(made.of_systems(systems, read_at))

    def write_summaries(self, summaries: Iterable[models.Summary | Row], read_at: datetime) -> None:
        """Store summaries; each replaces the one of its system and day.

        Args:
            summaries: As a client reads them, or mappings of the columns of `summaries`. Of a
                past day power, size and modules are null: it is not told.
            read_at: When they were read, aware.

        Raises:
            InvalidArgumentError: a row is not of this table.
            ConfigError: it cannot be stored.
        """
        self._write(made.of_summaries(summaries, read_at))

    def write_daily(
        self,
        system_id: int,
        measure: Measure,
        first_day: DateLike,
        values: Sequence[int | None],
        final_through: DateLike | None,
        read_at: datetime,
        *,
        source: str | None = None,
    ) -> None:
        """Store the energy of days in a row, and through which day it is final.

        The days given, and all through `final_through`, are replaced. A day that is final and
        has no value has no row: the source has nothing of it.

        Args:
            system_id: The system.
            measure: What was measured.
            first_day: The first value's day, in the system's own zone.
            values: Wh of one day after the other; None where nothing was reported.
            final_through: The last day that needs never be asked for again; None if all are
                provisional.
            read_at: When it was read, aware.
            source: Who measured it (`meter`, `microinverters`), if known.

        Raises:
            InvalidArgumentError: there is no such measure, or a value is no number.
            ConfigError: it cannot be stored.
        """
        number = self._series(system_id, measure)
        self._write(
            made.of_days(number, measure, first_day, values, final_through, source, read_at)
        )

    def write_intervals(
        self,
        system_id: int,
        measure: Measure,
        intervals: Iterable[Interval],
        start_at: InstantLike,
        end_at: InstantLike,
        final_through: InstantLike | None,
        read_at: datetime,
        *,
        total_devices: int | None = None,
        source: str | None = None,
    ) -> None:
        """Store the intervals of a window, in place of all that ended in it.

        Args:
            system_id: The system.
            measure: What was measured.
            intervals: Those that end after `start_at` and not after `end_at`, in any order.
            start_at: Where the window starts.
            end_at: Where it ends.
            final_through: Up to which instant it needs never be asked for again; None if all
                is provisional.
            read_at: When it was read, aware.
            total_devices: How many devices could have reported, if known.
            source: Who measured it (`meter`, `microinverters`), if known.

        Raises:
            InvalidArgumentError: there is no such measure, a value is no number, or an
                interval does not end in the window.
            ConfigError: it cannot be stored.
        """
        number, window = self._series(system_id, measure), (start_at, end_at)
        self._write(
            made.of_intervals(
                number, measure, intervals, window, final_through, total_devices, source, read_at
            )
        )

    def write_inverters(
        self,
        system_id: int,
        inverters: Iterable[models.InvertersSummary | Row],
        read_at: datetime,
    ) -> None:
        """Store the microinverters of a system; each replaces its row.

        One that is not reported any more keeps its row, with its older `read_at`.

        Args:
            system_id: The system.
            inverters: As a client reads them (a group for each gateway), or mappings of the
                columns of `inverters`. One without a serial number is left out.
            read_at: When they were read, aware.

        Raises:
            InvalidArgumentError: a row is not of this table.
            ConfigError: it cannot be stored.
        """
        self._write(made.of_inverters(self._id(system_id), inverters, read_at))

    def begin_run(self, started_at: datetime, *, api: str | None = None) -> int:
        """Note that a run begins, at once also in a transaction.

        Args:
            started_at: When, aware.
            api: Which API it asks (`v2`, `v4`).

        Returns:
            Its number, for `end_run`; each run has a higher one.

        Raises:
            ConfigError: it cannot be stored.
        """
        with self._lock:
            ((last,),) = self._select("SELECT coalesce(max(run_id), 0) FROM runs")
            run = {"run_id": last + 1, "started_at": started_at, "api": api}
            self._write_run({**run, "sdk_version": version("enphase-sdk")})
        return int(last) + 1

    def end_run(
        self,
        run_id: int,
        ended_at: datetime,
        *,
        hits: int,
        outcome: str,
        message: str | None = None,
    ) -> None:
        """Note how a run ended, at once also in a transaction; one that was killed has no end.

        Args:
            run_id: Its number.
            ended_at: When, aware.
            hits: How many hits of the quota it used.
            outcome: How, in a word (`done`, `partly`, `quota`, `failed`).
            message: What else there is to say; nothing secret.

        Raises:
            InvalidArgumentError: there is no such run.
            ConfigError: it cannot be stored.
        """
        with self._lock:
            rows = self._select("SELECT * FROM runs WHERE run_id = ?", run_id)
            if not rows:
                raise InvalidArgumentError(f"run_id: there is no run {run_id!r}")
            run = dict(zip(TABLES["runs"].names, rows[0], strict=True))
            run |= {"ended_at": ended_at, "hits": hits, "outcome": outcome, "message": message}
            self._write_run(run)

    def systems(self) -> list[dict[str, Any]]:
        """The rows of `systems`, by id."""
        return self._rows("systems", "ORDER BY system_id")

    def summaries(self, day: DateLike) -> dict[int, dict[str, Any]]:
        """The rows of `summaries` of one day, by system."""
        found = self._rows("summaries", "WHERE day = ?", to_date(day, "day"))
        return {row["system_id"]: row for row in found}

    def runs(self) -> list[dict[str, Any]]:
        """The rows of `runs`, the latest first."""
        return self._rows("runs", "ORDER BY run_id DESC")

    def daily_known(self, measure: Measure) -> dict[int, date]:
        """The last day that is final, of each system of which one is."""
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

    def groups(self, system_ids: Iterable[int]) -> list[list[int]]:
        """Systems that are best written in one transaction, and by one program, group by group.

        A folder writes the files of a group anew for each transaction that touches it. Groups of
        a DuckDB file are as large as transactions of whole lives may well be.
        """
        return self._kept.groups(system_ids)

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
    def frame(
        self, table: TableName, *, backend: BackendName, system_id: int | None = None
    ) -> AnyFrame:
        """A table, or its rows of one system, as a data frame, in the order of its key.

        Instants are in UTC. A large table is better read in parts, with `connection`.

        Raises:
            InvalidArgumentError: there is no such table or backend.
            ConfigError: the library is not installed, or the store cannot be read.
        """
        if table not in TABLES:
            raise InvalidArgumentError(f"table: there are {', '.join(TABLES)}, not {table!r}")
        where, values = "", ()
        if system_id is not None:
            if "system_id" not in TABLES[table].names:
                raise InvalidArgumentError(f"system_id: {table} is not of systems")
            where, values = "WHERE system_id = ?", (self._id(system_id),)
        order = ", ".join(TABLES[table].key)
        names = ", ".join(TABLES[table].names)
        with self._reading() as session:
            query = f"SELECT {names} FROM {table} {where} ORDER BY {order}"
            arrow = session.arrow(query, values)
        return frame_of(arrow.cast(TABLES[table].arrow_schema), backend)

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """A connection of DuckDB for SQL on the tables; `store.close()` closes it, too.

        What it writes nobody checks. It does not see a transaction before its end.
        """
        with self._reading() as session:
            if self._connection is None:
                self._connection = session.cursor()
            return self._connection

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

    def _write_run(self, run: Row) -> None:
        self._check_writable()
        self._commit([made.keyed("runs", [run])])

    def _write(self, batch: Batch) -> None:
        with self._lock:
            self._check_writable()
            if self._waiting is None:
                self._commit([batch])
                return
            batches = self._waiting.setdefault(batch.table.name, [])
            if not (batches and batches[-1].takes(batch)):
                batches.append(batch)

    def _commit(self, batches: Iterable[Batch]) -> None:
        whole = [batch for batch in batches if len(batch) or batch.replaced]
        if whole:
            self._kept.commit(whole)

    def _check_writable(self) -> None:
        self._check_process()
        if self._read_only:
            raise ConfigError(f"{self.path} was opened to be read only; open it for writing")

    def _check_process(self) -> None:
        if self._process != os.getpid():
            raise ConfigError(
                f"{self.path} was opened by the process that this one was forked from; open it anew"
            )

    def _series(self, system_id: int, measure: Measure) -> int:
        self._measure(measure)
        return self._id(system_id)

    def _id(self, system_id: int) -> int:
        number = plain(system_id)
        if isinstance(number, int) and not isinstance(number, bool):
            return number
        raise InvalidArgumentError(f"system_id: a whole number is wanted, not {system_id!r}")

    def _measure(self, measure: Measure) -> str:
        if measure not in MEASURES:
            raise InvalidArgumentError(
                f"measure: one of {', '.join(MEASURES)} is wanted, not {measure!r}"
            )
        return measure
