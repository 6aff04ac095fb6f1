"""The history of a gateway that keeps none: its readings, recorded, and what follows from them.

A recording is one SQLite file (mode 0600) for one gateway, written by `GatewayRecorder` and read
by `History`. A reading is stored whole, with all that follows from it, or not at all, whatever
ends the process: until the recorder closes it, the newest readings stand in ``….sqlite-wal``
beside it. An empty file ``….lock`` keeps a second recorder out; a process that was killed leaves
nothing locked.

How energy comes about, for each counter (see `Counter`) by itself:

- A counter's value at a boundary between intervals lies on the straight line between the reading
  before it and the one after it, cut to whole Wh, if these are at most `bridge` seconds apart
  (five minutes, or 2.5 times the interval of polling if that is more). Else it is not known.
- An interval's energy is the difference between its boundaries. It is known if both are known
  and the counter was not interrupted in between; else there is no such interval. As neighbours
  share a boundary, intervals add up to the counter's rise exactly.
- A counter is interrupted where it falls by more than 100 Wh (``reset``), rises by more than
  `most_watts` could make in the time that passed and another quarter of an hour (``jump``), comes
  back at once to where it was before it fell (``returned``), or counts another source (``source``).
  It starts afresh there; what passed meanwhile is not known and is counted nowhere.
- A counter that falls by less has not been reset: it is taken to stand still until it is above
  its highest value again (``dip``).
- A counter of microinverters that falls by 2^32 J, less what was made meanwhile, goes on
  without loss: the counter of one of them has begun anew (``wrap``).
- All of these are kept with their reason: see `History.marks`.
- A gap without interruption has an energy, if not a course. It counts for its day if it lies
  within one, and nowhere if it goes over midnight (unless it is 0).

A clock that goes back makes readings wait until it is past the newest again. Where it was ahead
by a day or more for a few readings, a hundredth of that time at most, these are taken back. No
earlier reading goes on account of one that may be far ahead.

Intervals and marks are kept for good (about 4 MB a year), readings for 40 days unless said
otherwise (about 3 MB).
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
