"""The values that the page shows, each with its age, its source and its limit."""

from __future__ import annotations

import threading
from typing import Any

from attrs import frozen

from enphase_sdk.export.dashboard.curve import Curve
from enphase_sdk.export.feed import Told
from enphase_sdk.export.measures import Value
from enphase_sdk.export.subjects import FRESH, Subject

__all__ = ["Board", "Shown"]

# Seconds. Live data arrive each second, but a gateway may pause for some seconds.
LIVE_LIMIT = 30.0


@frozen
class Shown:
    """A value on the page.

    Attributes:
        number: In its measure's unit.
        at: When it was read, epoch seconds UTC.
        source: ``reading`` or ``live``.
        limit: Seconds after which it is too old.
    """

    number: float
    at: float
    source: str
    limit: float

    def to_dict(self) -> dict[str, Any]:
        """The JSON object for the page."""
        return {"number": self.number, "at": self.at, "source": self.source, "limit": self.limit}


class Board:
    """What is known now, from readings, live data and the recording. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told = Told()
        self._read: dict[str, Shown] = {}
        self._live: dict[str, Shown] = {}
        self._live_note: str | None = None
        self._curve: Curve | None = None

    def note_reading(self, told: Told) -> None:
        """Store a reading; values that it does not have stay, and become older."""
        with self._lock:
            self._told = told
            if told.up and told.reading is not None:
                for value in told.reading.values:
                    if value.measure.subject is Subject.SITE:
                        self._read[value.measure.key] = Shown(
                            value.number, value.at, "reading", told.stale_after
                        )

    def note_live(self, values: list[Value]) -> None:
        """Store a sample of live data."""
        with self._lock:
            self._live_note = None
            for value in values:
                self._live[value.measure.key] = Shown(value.number, value.at, "live", LIVE_LIMIT)

    def note_no_live(self, reason: str) -> None:
        """Store the reason why there are no live data."""
        with self._lock:
            self._live_note = reason

    def note_curve(self, curve: Curve) -> None:
        """Store the recorded curve of today."""
        with self._lock:
            self._curve = curve

    def to_dict(self, now: float) -> dict[str, Any]:
        """Everything, as JSON for the page.

        Args:
            now: Epoch seconds UTC.
        """
        with self._lock:
            told, reading = self._told, self._told.reading
            return {
                "now": now,
                "up": told.up,
                "error": told.error,
                "live_note": self._live_note,
                "gateway": None
                if reading is None
                else {
                    "serial_number": reading.info.serial_number,
                    "firmware": reading.info.firmware,
                    "at": reading.at,
                    "problems": list(reading.problems),
                    "production_source": reading.source,
                },
                "values": {key: shown.to_dict() for key, shown in self._chosen(now).items()},
                "inverters": _inverters(told, now),
                "curve": None if self._curve is None else self._curve.to_dict(),
            }

    def _chosen(self, now: float) -> dict[str, Shown]:
        """For each value the live one, unless it is too old and the reading's is newer."""
        chosen = dict(self._read)
        for key, live in self._live.items():
            read = chosen.get(key)
            if read is None or now - live.at <= live.limit or live.at >= read.at:
                chosen[key] = live
        return chosen


def _inverters(told: Told, now: float) -> list[dict[str, Any]]:
    """The microinverters with their state; the last report may have become old meanwhile."""
    found: dict[str, dict[str, Any]] = {}
    for value in told.reading.values if told.reading else ():
        if value.measure.subject is Subject.INVERTER:
            serial = value.labels[0][1]
            row = found.setdefault(serial, {"serial_number": serial, "watts": None, "at": None})
            if value.measure.name == "inverter_power":
                row["watts"] = value.number
            elif value.measure.name == "inverter_last_report":
                row["at"] = value.number
    for row in found.values():
        reported = row["at"] is not None and now - row["at"] <= FRESH
        if not reported:
            row["watts"] = None
        row["state"] = _state(row["watts"]) if reported else "silent"
    return list(found.values())


def _state(watts: float | None) -> str:
    if watts is None:
        return "unknown"
    return "producing" if watts > 0 else "idle"
