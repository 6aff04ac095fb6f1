"""The public class of the store."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, tzinfo
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

from attrs import asdict, fields, frozen

from enphase_sdk import models
from enphase_sdk.core.measures import Measure
from enphase_sdk.core.state import real_path
from enphase_sdk.core.times import DateLike, InstantLike
from enphase_sdk.errors import ConfigError, InvalidArgumentError
from enphase_sdk.store import rows as made
from enphase_sdk.store.database import Database
from enphase_sdk.store.folder import Folder, check_same, in_buckets
from enphase_sdk.store.reading import StoredData
from enphase_sdk.store.rows import Batch, Interval, Row
from enphase_sdk.store.schema import TABLES

__all__ = ["Asked", "SharedStore", "Store"]


@frozen
class Asked:
    """The last request of a sync to one operation for a system, and what its answer covered.

    Attributes:
        first_day: The first day requested, in the system's time zone; None for its whole life.
        final_through: The last day that was final; None if none was.
        data_at: The end of the system's data at that time (aware, UTC); None if it had none.
        is_absent: Whether the system does not have the data of this operation.
        read_at: When the answer arrived (aware, UTC).
    """

    first_day: date | None
    final_through: date | None
    data_at: datetime | None
    is_absent: bool
    read_at: datetime


@frozen
class SharedStore:
    """A folder of Parquet files that several programs write, each for different systems.

    Attributes:
        path: The folder.
        writer: The id of one of its writers, to check that another machine sees the same folder.
    """

    path: Path
    writer: str

    def open(self) -> Store:
        """The store, opened for writing in parallel with other programs.

        Raises:
            ConfigError: this program does not see the same folder, or cannot open it.
        """
        check_same(self.path, self.writer)
        return Store(self.path, shared=True)

    def groups(self, system_ids: Iterable[int]) -> list[list[int]]:
        """See `Store.groups`."""
        return in_buckets(system_ids)


class Store(StoredData):
    """A fleet's data on this machine; see `enphase_sdk.store` for the tables.

    One program writes at a time. Use it as a context manager, or close it. Threads may share it:
    a call or a transaction of one thread blocks the others until it ends. A forked process must
    open it again.

    Args:
        path: A file whose name ends in `.duckdb` becomes a DuckDB database, any other path a
            folder of Parquet files. It is created if it does not exist.
        read_only: Write nothing. Any number of programs may read at the same time; a DuckDB
            file only while no program writes it.
        shared: For a folder: let other programs write it at the same time, each for different
            systems.

    Attributes:
        path: The file or folder, its symbolic links resolved.

    Raises:
        ConfigError: another program is writing it (the message names it); or it is damaged, from
            a newer version of this package, or not a store, and was not changed; or the extra
            `store` is not installed.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, read_only: bool = False, shared: bool = False
    ) -> None:
        real = real_path(path, "store")
        if real.suffix != ".duckdb" or real.is_dir():
            super().__init__(real, Folder(real, read_only=read_only, shared=shared))
        elif shared:
            raise ConfigError(f"{real} has one writer at a time; share a folder of Parquet")
        else:
            super().__init__(real, Database(real, read_only=read_only))
        self._read_only = read_only
        self._waiting: dict[str, list[Batch]] | None = None

    def __repr__(self) -> str:
        return f"<Store {self.path}>"

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a store is an open file and cannot be pickled; open it where it is used")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close it, so that other writers can open it; a second call does nothing."""
        with self._lock:
            if not self._is_forked:
                connection, self._connection = self._connection, None
                if connection is not None:
                    connection.close()
                self._kept.close()

    @contextmanager
    def transaction(self) -> Generator[None, None, None]:
        """Store all that is written in the context when it ends; after an error, nothing.

        Until then the rows are in memory and cannot be read from the store; a transaction inside
        another one is part of it. Other threads wait.

        Raises:
            ConfigError: it cannot be stored; data stored before is complete.
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
        """Store systems as listed, each replacing its row, and their statuses of that day.

        The day is that of `read_at` in the system's own zone (UTC without a known zone). Of several
        listings on a day, `statuses` has the newest.

        Args:
            systems: As a client lists them, or mappings of the columns of `systems`.
            read_at: When they were listed, aware.

        Raises:
            InvalidArgumentError: a row is not of this table.
            ConfigError: it cannot be stored.
        """
        rows = made.listed(systems)
        listing = made.keyed("systems", rows, read_at)
        statuses = made.of_statuses(rows, read_at)
        with self.transaction():
            self._write(listing)
            self._write(statuses)

    def write_summaries(self, summaries: Iterable[models.Summary | Row], read_at: datetime) -> None:
        """Store summaries; each replaces the one of its system and day.

        Args:
            summaries: As a client reads them, or mappings of the columns of `summaries`. Of a
                past day power, size and modules are null, because they are not reported.
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
        """Store the energy of consecutive days, and through which day it is final.

        The days given, and all days through `final_through`, are replaced. A final day without a
        value has no row: the source has no value for it.

        Args:
            system_id: The system.
            measure: What was measured.
            first_day: The first value's day, in the system's own zone.
            values: Wh of consecutive days; None where nothing was reported.
            final_through: The last day that never needs to be requested again; None if all are
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
        """Store the intervals of a window; they replace all intervals that ended in it.

        Args:
            system_id: The system.
            measure: What was measured.
            intervals: Those that end after `start_at` and not after `end_at`, in any order.
            start_at: The start of the window.
            end_at: The end of the window.
            final_through: The instant up to which it never needs to be requested again; None if
                all intervals are provisional.
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
        *,
        zone: tzinfo = UTC,
    ) -> None:
        """Store the microinverters of a system, each replacing its row, and their readings.

        A microinverter that is no longer reported keeps its row, with its older `read_at`. Their
        lifetime energies are added to `inverter_readings`, for the day of `read_at`; of several
        answers on a day the newest is stored. It has the last 35 days of each system, and before
        that the first reading of each month, for 430 days.

        Args:
            system_id: The system.
            inverters: As a client reads them (a group for each gateway), or mappings of the
                columns of `inverters`. One without a serial number is left out.
            read_at: When they were read, aware.
            zone: The system's time zone.

        Raises:
            InvalidArgumentError: a row is not of this table.
            ConfigError: it cannot be stored.
        """
        rows = made.of_inverters(self._id(system_id), inverters)
        present = made.keyed("inverters", rows, read_at)
        readings = made.of_readings(rows, read_at, zone)
        with self.transaction():
            self._write(present)
            self._write(readings)

    def write_asked(self, operation: str, system_id: int, asked: Asked) -> None:
        """Store the last request for a system; it replaces the earlier one.

        Raises:
            ConfigError: it cannot be stored.
        """
        row = {"system_id": self._id(system_id), "operation": operation, **asdict(asked)}
        self._write(made.keyed("asked", [row]))

    def asked(self, operation: str) -> dict[int, Asked]:
        """The last request of an operation for each system."""
        rows = self._rows("asked", "WHERE operation = ?", operation)
        names = [field.name for field in fields(Asked)]
        return {row["system_id"]: Asked(**{name: row[name] for name in names}) for row in rows}

    def begin_run(self, started_at: datetime, *, api: str | None = None) -> int:
        """Record the start of a run; stored immediately, even inside a transaction.

        Args:
            started_at: When, aware.
            api: The API that it uses (`v2`, `v4`).

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
        """Record the end of a run; stored immediately, even inside a transaction.

        A run that was killed has no end.

        Args:
            run_id: Its number.
            ended_at: When, aware.
            hits: How many hits of the quota it used.
            outcome: The outcome in one word (`done`, `partly`, `quota`, `failed`).
            message: Further text; it must not contain secrets.

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

    def shared(self) -> SharedStore:
        """The same folder for programs that write in parallel to this one; it can be pickled.

        Raises:
            ConfigError: it is a DuckDB file, closed, or read only.
        """
        self._check_writable()
        return SharedStore(self.path, self._kept.writer())

    def groups(self, system_ids: Iterable[int]) -> list[list[int]]:
        """Groups of systems; write each group in one transaction, and by one program.

        In a folder each transaction writes the files of all groups that it changes again. For a
        DuckDB file a group has as many systems as one transaction of whole lives should have.
        """
        return self._kept.groups(system_ids)

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
            raise ConfigError(f"{self.path} was opened read-only; open it for writing")

    def _series(self, system_id: int, measure: Measure) -> int:
        self._measure(measure)
        return self._id(system_id)
