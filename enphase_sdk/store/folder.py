"""A store in a folder of Parquet files, which several programs may write at the same time.

A table is divided into periods (`daily/year=2026/`), and each period into one file for each bucket
(`part-07.parquet`). A bucket has the systems whose ids end with the same binary digits. A bucket
is locked while its files are written: other programs that need it wait.

A transaction stages its files in `_store/writers/`, writes a journal of the moves to make, and then
moves the files. It counts as stored when the journal is written. If the program is killed after
that, the next program that opens the store, or writes the same bucket, makes the remaining moves.
"""

from __future__ import annotations

import shutil
import socket
import tempfile
import time
from collections.abc import Generator, Iterable
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from enphase_sdk.core.json import is_object
from enphase_sdk.core.state import ProcessLock
from enphase_sdk.errors import ConfigError
from enphase_sdk.store.lock import WriterLock
from enphase_sdk.store.rows import Batch
from enphase_sdk.store.schema import FORMAT, TABLES, VERSION, Table
from enphase_sdk.store.sql import Session, in_our_words, known_version
from enphase_sdk.store.staging import (
    BUCKETS,
    JOURNAL,
    Staging,
    bucket_of,
    buckets_of,
    journal_buckets,
    parquet,
    replay,
)

__all__ = ["Folder", "check_same", "in_buckets"]

# Seconds. Another program locks a bucket for some seconds; a longer lock is a fault.
_PATIENCE = 300.0

_INNER = "_store"
_WRITERS = "writers"
_MANIFEST = "_store.json"


class Folder:
    """The folder, opened.

    Args:
        path: The folder.
        read_only: Whether nothing is written.
        shared: Whether others may write at the same time.

    Raises:
        ConfigError: it cannot be opened, is not a store, is from a newer version, or is open in
            another writer.
    """

    def __init__(self, path: Path, *, read_only: bool, shared: bool) -> None:
        self._path = path
        self._inner = path / _INNER
        self._lock = WriterLock(self._inner / "lock", path)
        self._own: tuple[Path, ProcessLock] | None = None
        self._session: Session | None = None
        self._viewed: set[str] = set()
        try:
            with in_our_words(path):
                if read_only:
                    self._read()
                else:
                    self._write(shared)
                self._session = Session(":memory:")
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close it, so that other writers can open it."""
        session, self._session = self._session, None
        own, self._own = self._own, None
        try:
            with in_our_words(self._path):
                if session is not None:
                    session.close()
                if own is not None:
                    _leave(*own)
        finally:
            self._lock.give_back()

    @contextmanager
    def reading(self) -> Generator[Session, None, None]:
        """A session to read in; it has a view for each table.

        Raises:
            ConfigError: the folder cannot be read.
        """
        with in_our_words(self._path):
            session = self._opened()
            for table in TABLES.values():
                self._view(session, table)
            yield session

    def commit(self, batches: Iterable[Batch]) -> None:
        """Store all batches, or none.

        Raises:
            ConfigError: it cannot be stored.
        """
        whole = list(batches)
        buckets = set[int]().union(*map(buckets_of, whole))
        with self._staging(buckets) as staging:
            for batch in whole:
                staging.add(batch)

    def groups(self, system_ids: Iterable[int]) -> list[list[int]]:
        """The systems of each bucket."""
        return in_buckets(system_ids)

    def writer(self) -> str:
        """The name of this writer; others use it to check that they see the same folder.

        Raises:
            ConfigError: it was closed.
        """
        self._opened()
        assert self._own is not None  # noqa: S101 - not read only
        return self._own[0].name

    @contextmanager
    def _staging(self, buckets: set[int]) -> Generator[Staging, None, None]:
        """Stage files in the context and publish them at its end; after an error, publish none."""
        with in_our_words(self._path):
            session = self._opened()
            assert self._own is not None  # noqa: S101 - not read only
            with self._locked(buckets):
                for journal in self._journals():
                    if not buckets.isdisjoint(journal_buckets(journal)):
                        # A running writer would hold the lock that is held here, so it has ended.
                        replay(self._path, journal)
                staging = Staging(self._path, self._own[0], session)
                try:
                    yield staging
                    staging.publish(buckets)
                finally:
                    staging.discard()

    def _opened(self) -> Session:
        if self._session is None:
            raise ConfigError(f"{self._path} was closed; open it again")
        return self._session

    def _view(self, session: Session, table: Table) -> None:
        """Create the view of the table's present files."""
        if table.name in self._viewed:
            return
        typed = ", ".join(f"NULL::{column.type} AS {column.name}" for column in table.columns)
        source = f"(SELECT {typed} WHERE false)"
        pattern = "/".join([*("*" for _ in table.periods), "part-*.parquet"])
        if next((self._path / table.name).glob(pattern), None) is not None:
            source = parquet(self._path / table.name, pattern=f"/{pattern}")
            self._viewed.add(table.name)
        names = ", ".join(table.names)
        session.run(f"CREATE OR REPLACE VIEW {table.name} AS SELECT {names} FROM {source}")

    def _read(self) -> None:
        version = self._version()
        if version == 0:
            raise ConfigError(f"there is no store {self._path}; `enphase sync` makes one")
        if version < VERSION:
            raise ConfigError(
                f"{self._path} was made by an older version of this package (format {version}, "
                f"now {VERSION}): open it once for writing, which brings it up to date"
            )
        with suppress(OSError, ConfigError):  # where this program may not write
            self._make_moves()

    def _write(self, shared: bool) -> None:
        version = self._version()
        self._inner.mkdir(parents=True, exist_ok=True)
        if version == 0:
            self._write_manifest()
        if not shared:
            self._lock.take()
        writers = self._inner / _WRITERS
        with self._one_lock(self._inner / "writers.lock"):
            writers.mkdir(exist_ok=True)
            for folder in writers.iterdir():
                _remove_if_left(folder)
            own = Path(tempfile.mkdtemp(dir=writers))
            lock = ProcessLock(own / "lock")
            lock.take()
            self._own = own, lock
        self._make_moves()
        if 0 < version < VERSION:
            self._migrate()

    def _version(self) -> int:
        """The version of the schema; 0 if the folder is empty."""
        if not self._path.exists():
            return 0
        if not self._path.is_dir():
            raise ConfigError(
                f"{self._path} is a file: a store is a file whose name ends in .duckdb, or a "
                "folder; name another one"
            )
        try:
            text = (self._path / _MANIFEST).read_bytes()
        except FileNotFoundError:
            if all(inside.name == _INNER for inside in self._path.iterdir()):
                return 0
            raise ConfigError(
                f"{self._path} is not a store and was not changed; name another folder"
            ) from None
        try:
            manifest: Any = msgspec.json.decode(text)
        except msgspec.DecodeError:
            manifest = None
        if not is_object(manifest) or manifest.get("format") != FORMAT:
            raise ConfigError(
                f"{self._path / _MANIFEST} is damaged, so it is not known what the folder holds, "
                "and it was not changed; restore that file, or name another store"
            )
        return known_version(manifest.get("version"), self._path)

    def _write_manifest(self) -> None:
        new = self._inner / f"{_MANIFEST}.new"
        manifest = {"format": FORMAT, "version": VERSION, "buckets": BUCKETS}
        new.write_bytes(msgspec.json.encode(manifest))
        new.replace(self._path / _MANIFEST)

    def _migrate(self) -> None:
        """Write the files again in which columns are missing."""
        self._session = Session(":memory:")
        with self._staging(set(range(BUCKETS))) as staging:
            for table in TABLES.values():
                for file in sorted((self._path / table.name).rglob("part-*.parquet")):
                    rows = self._session.run(f"DESCRIBE SELECT * FROM {parquet(file)}")
                    there = {name for name, *_ in rows}
                    columns = [
                        c.name if c.name in there else f"NULL::{c.type} AS {c.name}"
                        for c in table.columns
                    ]
                    if not there.issuperset(table.names):
                        place = file.relative_to(self._path).as_posix()
                        staging.rewrite(place, columns)
        self._session.close()
        self._write_manifest()

    def _make_moves(self) -> None:
        """Finish the transactions of writers that were killed after storing."""
        for journal in self._journals():
            with self._locked(journal_buckets(journal)):
                replay(self._path, journal)

    def _journals(self) -> list[Path]:
        return list((self._inner / _WRITERS).glob(f"*/{JOURNAL}"))

    @contextmanager
    def _locked(self, buckets: Iterable[int]) -> Generator[None, None, None]:
        """Lock the buckets, always in the same order, so that there is no deadlock."""
        with ExitStack() as stack:
            for bucket in sorted(buckets):
                lock = self._inner / "buckets" / f"{bucket:02d}.lock"
                stack.enter_context(self._one_lock(lock))
            yield

    @contextmanager
    def _one_lock(self, path: Path) -> Generator[None, None, None]:
        lock = ProcessLock(path)
        end = time.monotonic() + _PATIENCE
        while not lock.take():
            if time.monotonic() >= end:
                raise ConfigError(
                    f"another program keeps a part of {self._path} locked ({path.name}): stop it"
                )
            time.sleep(0.005)
        try:
            yield
        finally:
            lock.give_back()


def in_buckets(system_ids: Iterable[int]) -> list[list[int]]:
    """The systems of each bucket."""
    groups: dict[int, list[int]] = {}
    for system_id in system_ids:
        groups.setdefault(bucket_of(system_id), []).append(system_id)
    return list(groups.values())


def check_same(path: Path, writer: str) -> None:
    """Check that this program sees the folder that another one writes.

    Raises:
        ConfigError: it does not, or that program has closed it.
    """
    if not (path / _INNER / _WRITERS / writer).is_dir():
        raise ConfigError(
            f"{socket.gethostname()} does not see the store {path} that is being written: put it "
            "on a disk that all machines share, under the same path"
        )


def _leave(own: Path, lock: ProcessLock) -> None:
    """Remove a writer's folder, unless it has a journal whose moves are not made yet."""
    if not (own / JOURNAL).exists():
        shutil.rmtree(own, ignore_errors=True)
    lock.give_back()


def _remove_if_left(folder: Path) -> None:
    lock = ProcessLock(folder / "lock")
    if lock.take():
        _leave(folder, lock)
