"""Writes a recording: each reading, with all energies computed from it, is one transaction."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import astuple, define, field

from enphase_sdk.core.database import check, ensure_file, opened, sound, transaction, usable
from enphase_sdk.errors import ConfigError
from enphase_sdk.history.counting import Count, Counter, Mark, Rules, Shown, Span
from enphase_sdk.history.file import RECORDING, create, locked_against_others, one_name
from enphase_sdk.history.sample import Sample

__all__ = ["Recording"]

# Seconds. If the clock was ahead by less than this, readings wait until it is past the newest.
_FAR = 86_400.0
# Readings. At the start of a recording up to this many from a wrong clock may be deleted.
_FEW = 3


@define(eq=False)
class Recording:
    """A recording that is open for writing; only one at a time per file.

    Safe to share between threads.
    """

    _path: Path
    _rules: Rules
    _keep: float
    _connection: sqlite3.Connection
    _lock: sqlite3.Connection
    _turn: threading.Lock = field(factory=threading.Lock)

    @classmethod
    def opened(cls, path: Path, serial_number: str, rules: Rules, keep: float) -> Recording:
        """Open a gateway's recording, or create it.

        Args:
            path: The file.
            serial_number: The gateway's serial number.
            rules: The limits of plausible readings.
            keep: Seconds for which readings are kept; intervals are never deleted.

        Raises:
            ConfigError: another recorder is writing the file, it belongs to another gateway, or
                this version cannot write it. The file is not changed.
        """
        # Symbolic links are resolved, so that all names of the file share one lock.
        path = one_name(path)
        lock = locked_against_others(path)
        try:
            with usable(path, RECORDING):
                connection = _connected(path, serial_number)
        except BaseException:
            lock.close()
            raise
        return cls(path, rules, keep, connection, lock)

    def close(self) -> None:
        """Close the file and release it for other recorders."""
        with self._turn:
            self._connection.close()
            self._lock.close()

    @property
    def timezone(self) -> str | None:
        """The gateway's IANA zone, if it has been noted."""
        with self._turn, usable(self._path, RECORDING):
            ((name,),) = self._rows("T", "SELECT timezone FROM gateway")
        known: str | None = name
        return known

    def note_timezone(self, name: str) -> None:
        """Store the gateway's IANA time zone, which defines its days."""
        with self._transaction():
            self._connection.execute("UPDATE gateway SET timezone = ?", (name,))

    def add(self, sample: Sample) -> list[Mark] | None:
        """Store a reading with the energies computed from it.

        Returns:
            The marks of its counters; None if the reading was not stored, because the file already
            holds one of the same time or later.

        Raises:
            ConfigError: the file cannot be written.
        """
        with self._transaction():
            ((newest,),) = self._rows("E", "SELECT max(at) FROM readings")
            if newest is not None and sample.at <= newest:
                if not self._was_ahead(sample.at, newest):
                    return None
                self._go_back_behind(sample.at)
            self._connection.execute(
                "INSERT INTO readings VALUES (?, ?, ?, ?, ?, ?, ?)", astuple(sample)
            )
            self._forget_before(sample.at - self._keep)
            marks: list[Mark] = []
            for counter in Counter:
                shown = sample.shown(counter)
                if shown is not None:
                    marks += self._follow(counter, shown)
        return marks

    def _was_ahead(self, at: float, newest: float) -> bool:
        """Whether the clock was ahead for the readings after `at` and is now correct again.

        The clock may also be wrong now; so those readings must be few and far ahead.
        """
        ((first, ahead),) = self._rows(
            "ei", "SELECT min(at), count(*) FROM readings WHERE at >= ?", at
        )
        if first - at < max(_FAR, 100 * (newest - first)):
            return False
        ((before,),) = self._rows("i", "SELECT count(*) FROM readings WHERE at < ?", at)
        few: bool = ahead <= max(before, _FEW)
        return few

    def _go_back_behind(self, at: float) -> None:
        """Delete the readings after `at`, and continue from the one before them."""
        rows = self._rows("E", "SELECT max(at) FROM readings WHERE at < ?", at)
        last = rows[0][0] or 0
        for table, column in (("readings", "at"), ("marks", "at"), ("spans", "end_at")):
            self._connection.execute(f"DELETE FROM {table} WHERE {column} > ?", (last,))  # noqa: S608 - constant names, no input
        self._connection.execute("DELETE FROM counts")
        counts: dict[Counter, Count] = {}
        for row in self._rows(
            "eITIIII",
            "SELECT at, production, source, production_meter, consumption, devices, reporting "
            "FROM readings ORDER BY at",
        ):
            sample = Sample(*row)
            for counter in Counter:
                if (shown := sample.shown(counter)) is None:
                    continue
                count = counts.get(counter)
                if count is None:
                    counts[counter] = Count.begun(shown, counter.step)
                else:
                    counts[counter], _, _ = count.followed(shown, counter.step, self._rules)
        for counter, count in counts.items():
            self._keep_count(counter, count)

    def _forget_before(self, at: float) -> None:
        """Delete old readings, unless the time has jumped since: then the clock may be wrong."""
        self._connection.execute(
            "DELETE FROM readings WHERE at < ? "
            "AND EXISTS (SELECT 1 FROM readings WHERE at >= ? AND at < ?)",
            (at, at, at + self._keep / 2),
        )

    def _follow(self, counter: Counter, shown: Shown) -> list[Mark]:
        before = self._count(counter)
        if before is None:
            self._keep_count(counter, Count.begun(shown, counter.step))
            return []
        count, spans, reason = before.followed(shown, counter.step, self._rules)
        self._keep_count(counter, count)
        for span in spans:
            self._keep_span(counter, span)
        if reason is None:
            return []
        mark = Mark(shown.at, counter, reason, before.highest, shown.wh)
        self._connection.execute("INSERT INTO marks VALUES (?, ?, ?, ?, ?)", astuple(mark))
        return [mark]

    def _count(self, counter: Counter) -> Count | None:
        rows = self._rows(
            "eiiiTEiI",
            "SELECT at, first, shown, highest, source, boundary, level, fell_from FROM counts "
            "WHERE counter = ?",
            counter,
        )
        return Count(*rows[0]) if rows else None

    def _keep_count(self, counter: Counter, count: Count) -> None:
        self._connection.execute(
            "REPLACE INTO counts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (counter, *astuple(count))
        )

    def _keep_span(self, counter: Counter, span: Span) -> None:
        reporting = None
        if counter is Counter.PRODUCTION:
            ((reporting,),) = self._rows(
                "I",
                "SELECT max(reporting) FROM readings WHERE at > ? AND at <= ?",
                span.start_at,
                span.end_at,
            )
        self._connection.execute(
            "INSERT INTO spans VALUES (?, ?, ?, ?, ?)",
            (counter, span.end_at, span.start_at, span.wh, reporting),
        )

    def _rows(self, kinds: str, query: str, *parameters: Any) -> list[Any]:
        return sound(self._connection.execute(query, parameters), kinds)

    @contextmanager
    def _transaction(self) -> Generator[None, None, None]:
        with (
            self._turn,
            usable(self._path, RECORDING),
            transaction(self._connection),
        ):
            yield


def _connected(path: Path, serial_number: str) -> sqlite3.Connection:
    ensure_file(path, RECORDING)
    connection = opened(path, RECORDING, thread_bound=False)
    try:
        create(connection, path, serial_number)
        check(connection)
        ((recorded,),) = sound(connection.execute("SELECT serial_number FROM gateway"), "t")
    except BaseException:
        connection.close()
        raise
    if recorded == serial_number:
        return connection
    connection.close()
    raise ConfigError(
        f"{path} is the recording of gateway {recorded}, not of {serial_number}; name another file"
    )
