"""The files of one transaction in a folder of Parquet: staged, then moved to their places.

A file is named after its table, its period and its bucket: `daily/year=2026/part-07.parquet`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
from attrs import define, field

from enphase_sdk.core.json import is_array, is_object
from enphase_sdk.core.times import utc
from enphase_sdk.store.known import KNOWN, learnt
from enphase_sdk.store.rows import EPOCH, MICROSECONDS, Batch
from enphase_sdk.store.schema import DATE, TABLES, Table
from enphase_sdk.store.sql import (
    Session,
    incoming_of,
    known_query,
    same_rows,
    spans_from,
    wanted_rows,
)

__all__ = [
    "BUCKETS",
    "JOURNAL",
    "Staging",
    "bucket_of",
    "buckets_of",
    "journal_buckets",
    "parquet",
    "replay",
]

# A power of two; enough files for a large fleet, and not too many for a small fleet.
BUCKETS = 64

JOURNAL = "journal.json"

_BUCKET = f"(system_id & {BUCKETS - 1})"


def bucket_of(system_id: int) -> int:
    """The bucket of a system."""
    return system_id & (BUCKETS - 1)


def buckets_of(batch: Batch) -> set[int]:
    """The buckets that a batch changes."""
    if batch.table.key[0] != "system_id":
        return {0}
    return {bucket_of(key[0]) for key in batch.keys}


@define
class Staging:
    """The files that one transaction writes.

    Attributes:
        root: The folder of the store.
        own: The folder for staged files; no other program writes there.
        session: DuckDB, to read and write Parquet.
        staged: The staged file of each file that will be replaced, by its name under `root`.
    """

    root: Path
    own: Path
    session: Session
    staged: dict[str, Path] = field(factory=dict[str, Path])
    _numbers: Iterator[int] = field(factory=count)

    def add(self, batch: Batch) -> None:
        """Stage the files that a batch changes, and the files of the spans that become known."""
        self._apply(batch)
        if not batch.spans:
            return
        name = KNOWN[batch.table.name]
        places = (_name(TABLES[name], (), bucket) for bucket in buckets_of(batch))
        files = [file for place in places if (file := self._file(place)) is not None]
        rows: list[tuple[Any, ...]] = []
        if files:
            with self.session.given(incoming=batch.ranges()):
                rows = self.session.run(known_query(batch, parquet(*files)))
        self._apply(learnt(name, batch.spans, spans_from(batch, rows)))

    def rewrite(self, place: str, columns: Iterable[str]) -> None:
        """Stage a file again with these columns, which are SQL expressions."""
        existing = self._file(place)
        assert existing is not None  # noqa: S101 - it was listed
        self._copy(place, f"SELECT {', '.join(columns)} FROM {parquet(existing)}")

    def publish(self, buckets: Iterable[int]) -> None:
        """Move the staged files into the store, as one atomic step."""
        for file in self.staged.values():
            _settle(file)
        moves = [[file.name, place] for place, file in self.staged.items()]
        whole = self.own / "journal.new"
        whole.write_bytes(msgspec.json.encode({"buckets": sorted(buckets), "moves": moves}))
        _settle(whole)
        journal = self.own / JOURNAL
        whole.replace(journal)
        replay(self.root, journal)

    def discard(self) -> None:
        """Delete staged files that were not published."""
        if not (self.own / JOURNAL).exists():
            for file in self.own.glob("*.parquet"):
                with suppress(OSError):
                    file.unlink()

    def _apply(self, batch: Batch) -> None:
        table, rows = batch.table, batch.rows()
        names = ", ".join(table.names)
        with self.session.given(incoming=incoming_of(batch), rows=rows):
            divided = [*_periods_sql(table), _BUCKET if _is_bucketed(table) else "0"]
            found = self.session.run(f"SELECT DISTINCT {', '.join(divided)} FROM rows")
            for *period, bucket in sorted({*found, *self._replaced(batch)}):
                place = _name(table, tuple(period), bucket)
                parts = (*period, bucket)
                here = " AND ".join(f"{d} = {p}" for d, p in zip(divided, parts, strict=True))
                query = f"SELECT {names} FROM rows WHERE {here}"
                existing = self._file(place)
                if existing is not None:
                    query += (
                        f" UNION ALL SELECT {names} FROM {parquet(existing)} t "
                        f"ANTI JOIN incoming i ON {same_rows(table)}"
                    )
                    if wanted := wanted_rows(table):
                        query = f"SELECT {names} FROM ({query}) QUALIFY {wanted}"
                    query += f" ORDER BY {', '.join(table.key)}"
                self._copy(place, query)

    def _replaced(self, batch: Batch) -> Iterator[tuple[int, ...]]:
        """The periods and buckets of existing files that contain days of the batch's ranges."""
        table = batch.table
        if not table.ranged:
            return
        periods = self._periods(table) if table.periods else {()}
        for system_id, _, first, last in batch.replaced:
            bucket = bucket_of(system_id)
            low, high = _period(table, first), _period(table, last)
            for period in periods:
                if low <= period <= high and self._file(_name(table, period, bucket)) is not None:
                    yield (*period, bucket)

    def _periods(self, table: Table) -> set[tuple[int, ...]]:
        """The periods for which the table has files."""
        pattern = "/".join(f"{period}=*" for period in table.periods)
        folders = (self.root / table.name).glob(pattern)
        places = [folder.relative_to(self.root).as_posix() for folder in folders]
        places += [place.rpartition("/")[0] for place in self.staged]
        return {
            tuple(int(part.partition("=")[2]) for part in place.split("/")[1:])
            for place in places
            if place.startswith(f"{table.name}/")
        }

    def _file(self, place: str) -> Path | None:
        """The file as it is in this transaction, if there is one."""
        if place in self.staged:
            return self.staged[place]
        file = self.root / place
        return file if file.exists() else None

    def _copy(self, place: str, query: str) -> None:
        new = self.own / f"{next(self._numbers)}.parquet"
        self.session.run(f"COPY ({query}) TO {_text(new)} (FORMAT parquet, COMPRESSION zstd)")
        before = self.staged.get(place)
        self.staged[place] = new
        if before is not None:
            before.unlink()


def replay(root: Path, journal: Path) -> None:
    """Make the moves of a journal that are not made yet; a second call does nothing."""
    with suppress(FileNotFoundError):
        written: Any = msgspec.json.decode(journal.read_bytes())
        for name, place in written["moves"]:
            target = root / place
            target.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):
                (journal.parent / name).replace(target)
        journal.unlink()


def journal_buckets(journal: Path) -> set[int]:
    """The buckets whose files a journal moves; none if it is gone."""
    try:
        written: Any = msgspec.json.decode(journal.read_bytes())
    except FileNotFoundError:
        return set()
    return set(written["buckets"]) if is_object(written) and is_array(written["buckets"]) else set()


def parquet(*files: Path, pattern: str = "") -> str:
    """Parquet files, or those in a folder that match a pattern, as the source of a query."""
    names = ", ".join(_text(_literal(file) + pattern) for file in files)
    return f"read_parquet([{names}], hive_partitioning = false)"


def _literal(path: Path) -> str:
    """A path with the characters of patterns escaped."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in str(path))


def _text(path: Path | str) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _settle(file: Path) -> None:
    """Write a file to the disk before it gets its final name, in case the power fails."""
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())


def _is_bucketed(table: Table) -> bool:
    return table.key[0] == "system_id"


def _name(table: Table, period: tuple[int, ...], bucket: int) -> str:
    parts: list[str] = [table.name]
    for name, value in zip(table.periods, period, strict=True):
        parts.append(f"{name}={value:02d}")
    return "/".join([*parts, f"part-{bucket:02d}.parquet"])


def _periods_sql(table: Table) -> list[str]:
    return [f"{period}({table.key[-1]})" for period in table.periods]


def _period(table: Table, number: int) -> tuple[int, ...]:
    """The period of a day or an instant."""
    if not table.periods:
        return ()
    day: date | datetime
    if table.types[table.key[-1]] == DATE:
        day = date.fromordinal(number + EPOCH)
    else:
        day = utc(number // MICROSECONDS)
    return (day.year, day.month)[: len(table.periods)]
