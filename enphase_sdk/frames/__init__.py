"""Answers as data frames of polars, pandas or pyarrow.

    frame = enlighten.stats(67).to_frame(backend="polars", timezone="America/Denver")
    frame = enlighten.systems().to_frame(backend="pandas")
    frame = frames.to_frame([enlighten.summary(n) for n in ids], backend="pyarrow")
    frame = frames.from_bytes("stats", saved, backend="polars", timezone="America/Denver")
    days = Fleet(enlighten).frame("energy_lifetime", backend="pandas")  # days.frame, days.errors
    fleet = frames.to_frame(Fleet(enlighten).summaries())  # a row for each system, errors too

A frame has one row for each interval, day, system or device. The column names contain the units
(`power_w`, `energy_wh`), instants are aware, values that were not reported are null, and
`system_id` (or a serial number) names the system of a row. Without a `backend` it is the first that
is installed of pandas, polars and pyarrow. Needs the extra `frames` and one of these libraries,
imported only when a frame is made.
"""

from __future__ import annotations

from enphase_sdk.frames._backends import AnyFrame, BackendName
from enphase_sdk.frames._convert import FrameBuilder, from_bytes, to_frame
from enphase_sdk.frames._fleet import FleetFrame
from enphase_sdk.frames._making import Timezone
from enphase_sdk.frames._operations import Operation

__all__ = [
    "AnyFrame",
    "BackendName",
    "FleetFrame",
    "FrameBuilder",
    "Operation",
    "Timezone",
    "from_bytes",
    "to_frame",
]
