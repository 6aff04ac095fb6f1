"""Reads a recording."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

from attrs import define, frozen

from enphase_sdk.core.database import holds, opened, sound, usable
from enphase_sdk.core.state import real_path
from enphase_sdk.core.times import midnight, zone_named
from enphase_sdk.errors import NotAvailableError
from enphase_sdk.history.counting import Counter, Mark, Reason, Span
from enphase_sdk.history.file import RECORDING
from enphase_sdk.history.sample import Sample

__all__ = ["Day", "History", "Interval"]


@frozen
class Interval:
    """Energy of one interval of a counter.

    Attributes:
        end_at: Its end, epoch seconds UTC.
        wh: Energy in Wh.
        reporting: Microinverters that reported; None if not known, or for other counters
            than `Counter.PRODUCTION`.
    """

    end_at: int
    wh: int
    reporting: int | None


@frozen
class Day:
    """Energy of one day.

    Attributes:
        day: The day, in the zone that was asked for.
        wh: Energy of the known parts of the day, Wh; None if no part is known.
        complete: Whether the whole day is known.
    """

    day: date
    wh: int | None
    complete: bool


@define(eq=False)
class History:
    """A recording as it was when it was opened; a recorder may write to it meanwhile.

    Use it as a context manager. All methods raise `enphase_sdk.errors.ConfigError` if the file is
    damaged.

    Attributes:
        path: The file.
        serial_number: Of the gateway.
        timezone: The gateway's zone; None if it is not known.
        last_at: The newest reading's time, epoch seconds UTC.
    """

    path: Path
    serial_number: str
    timezone: ZoneInfo | None
    last_at: float
    _connection: sqlite3.Connection

    @classmethod
    def opened(cls, path: str | Path) -> Self:
        """Open a recording.

        Raises:
            NotAvailableError: the file does not exist, or holds no reading yet.
            ConfigError: it cannot be read.
        """
        file = real_path(path, "recording")
        with usable(file, RECORDING):
            if not file.exists():
                raise _nothing_recorded(file)
            connection = opened(file, RECORDING)
            try:
                connection.execute("BEGIN")
                if not holds(connection, file, RECORDING):
                    raise _nothing_recorded(file)
                newest = connection.execute("SELECT max(at) FROM readings")
                ((last_at,),) = sound(newest, "E")
                if last_at is None:
                    raise _nothing_recorded(file)
                gateway = connection.execute("SELECT serial_number, timezone FROM gateway")
                ((serial_number, zone),) = sound(gateway, "tT")
            except BaseException:
                connection.close()
                raise
        return cls(file, serial_number, zone_named(zone), last_at, connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def marks(self) -> list[Mark]:
        """The marks of all counters, oldest first."""
        rows = self._rows(
            "eitii", "SELECT at, counter, reason, before, after FROM marks ORDER BY at"
        )
        with usable(self.path, RECORDING):
            return [
                Mark(at, Counter(counter), Reason(reason), before, after)
                for at, counter, reason, before, after in rows
            ]

    def readings(self, start_at: float, end_at: float) -> list[Sample]:
        """The stored readings from one instant to another (epoch seconds), both included.

        Readings older than the recorder's `keep` have been deleted.
        """
        rows = self._rows(
            "eITIIII",
            "SELECT at, production, source, production_meter, consumption, devices, reporting "
            "FROM readings WHERE at BETWEEN ? AND ? ORDER BY at",
            start_at,
            end_at,
        )
        return [Sample(*row) for row in rows]

    def intervals(self, counter: Counter, start_at: int, end_at: int) -> list[Interval]:
        """The intervals of a counter that lie between two boundaries (epoch seconds)."""
        rows = self._rows(
            "eiI",
            "SELECT end_at, wh, reporting FROM spans WHERE counter = ? AND end_at > ? "
            "AND end_at <= ? AND end_at - start_at = ? ORDER BY end_at",
            counter,
            start_at,
            end_at,
            counter.step,
        )
        return [Interval(*row) for row in rows]

    def gaps(self, counter: Counter, start_at: int, end_at: int) -> list[Span]:
        """The gaps of known energy between two boundaries (epoch seconds)."""
        rows = self._rows(
            "eei",
            "SELECT start_at, end_at, wh FROM spans WHERE counter = ? AND start_at >= ? "
            "AND end_at <= ? AND end_at > ? AND end_at - start_at > ? ORDER BY end_at",
            counter,
            start_at,
            end_at,
            start_at,
            counter.step,
        )
        return [Span(*row) for row in rows]

    def is_counted(self, counter: Counter) -> bool:
        """Whether the gateway has ever reported this counter."""
        return bool(self._rows("i", "SELECT 1 FROM counts WHERE counter = ?", counter))

    def source(self) -> str | None:
        """The last source of production: ``meter``, ``v1``, ``inverters``; None if unknown."""
        value: str | None = self._value(
            "T", "SELECT source FROM counts WHERE counter = ?", Counter.PRODUCTION
        )
        return value

    def last_change_of_source(self) -> float | None:
        """When the source of production last changed, epoch seconds UTC; None if never."""
        value: float | None = self._value(
            "E", "SELECT max(at) FROM marks WHERE reason = ?", Reason.SOURCE
        )
        return value

    def devices(self) -> int | None:
        """Number of microinverters in the newest reading that has any."""
        value: int | None = self._value(
            "I", "SELECT devices FROM readings WHERE devices IS NOT NULL ORDER BY at DESC LIMIT 1"
        )
        return value

    def first_start_at(self, counter: Counter) -> int | None:
        """Start of the first known interval or gap, epoch seconds UTC."""
        value: int | None = self._value(
            "E", "SELECT start_at FROM spans WHERE counter = ? ORDER BY end_at LIMIT 1", counter
        )
        return value

    def last_end_at(self, counter: Counter) -> int | None:
        """End of the newest known interval or gap, epoch seconds UTC."""
        value: int | None = self._value(
            "E", "SELECT max(end_at) FROM spans WHERE counter = ?", counter
        )
        return value

    def days(self, counter: Counter, first: date, last: date, zone: ZoneInfo) -> list[Day]:
        """Energy of each day from `first` to `last`; a day in `zone` has 23 to 25 hours."""
        days: list[Day] = []
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            start_at, end_at = midnight(day, zone), midnight(day + timedelta(days=1), zone)
            ((wh, known),) = self._rows(
                "II",
                "SELECT sum(wh), sum(end_at - start_at) FROM spans WHERE counter = ? "
                "AND end_at > ? AND end_at <= ? AND start_at >= ?",
                counter,
                start_at,
                end_at,
                start_at,
            )
            days.append(Day(day, wh, known == end_at - start_at))
        return days

    def _value(self, kind: str, query: str, *parameters: Any) -> Any:
        return next((value for (value,) in self._rows(kind, query, *parameters)), None)

    def _rows(self, kinds: str, query: str, *parameters: Any) -> list[Any]:
        with usable(self.path, RECORDING):
            return sound(self._connection.execute(query, parameters), kinds)


def _nothing_recorded(path: Path) -> NotAvailableError:
    return NotAvailableError(
        f"a gateway keeps no history, and nothing has been recorded in {path} yet: leave "
        "GatewayRecorder(envoy).run() running, or ask the cloud"
    )
