"""The history of a gateway: its recorded readings, and the energies computed from them.

A recording is one SQLite file (mode 0600) for one gateway, written by `GatewayRecorder` and read
by `History`. Each reading is one transaction: it is stored with all energies computed from it, or
not at all, even if the process is killed. Until the recorder closes the file, the newest readings
are in ``….sqlite-wal`` beside it: copy both files together. The empty file ``….lock`` keeps a
second recorder out; the operating system releases the lock of a killed process.

How energy is computed, separately for each counter (see `Counter`):

- A counter's value at a boundary between intervals lies on the straight line between the reading
  before it and the one after it, cut to whole Wh, if these are at most `bridge` seconds apart
  (300 s, or 2.5 times the polling interval if that is longer). Otherwise it is not known.
- An interval's energy is the difference between its boundaries. It is known if both are known
  and the counter was not interrupted in between; otherwise there is no such interval. Because
  neighbours share a boundary, the intervals add up exactly to the rise of the counter.
- A counter is interrupted where it falls by more than 100 Wh (``reset``), rises by more than
  `most_watts` could produce in the time passed plus 15 minutes (``jump``), returns at once to its
  value before it fell (``returned``), or counts another source (``source``).
  Counting starts again there; the energy in between is not known and is not counted.
- A counter that falls by less has not been reset: it counts as unchanged until it is above its
  highest value again (``dip``).
- A sum over microinverters that falls by 2^32 J, less the energy produced meanwhile, is continued
  without loss: the 32-bit counter of one microinverter has overflowed (``wrap``).
- All of these are kept with their reason: see `History.marks`.
- A gap without interruption has a known energy, but no intervals. Its energy counts for a day if
  the gap lies within that day; a gap across midnight counts for no day (unless it is 0).

If the clock goes back, readings are not stored until its time is later than the newest reading. If
the clock was ahead by a day or more for only a few readings (at most a hundredth of that time),
these readings are deleted. A reading from a clock that may be far ahead deletes no earlier reading.

Intervals and marks are never deleted (about 4 MB a year). Readings are kept for 40 days by default
(about 3 MB).
"""

from __future__ import annotations

from enphase_sdk.history.counting import Counter, Mark, Reason, Shown, Span
from enphase_sdk.history.history import Day, History, Interval
from enphase_sdk.history.sample import Sample

__all__ = [
    "Counter",
    "Day",
    "History",
    "Interval",
    "Mark",
    "Reason",
    "Sample",
    "Shown",
    "Span",
]
