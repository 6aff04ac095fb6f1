"""Answers as data frames: polars, pandas or pyarrow, whichever is installed and asked for.

    raw = enlighten.with_raw_response.stats(67)
    frame = raw.to_frame(backend="polars", timezone="America/Denver")
    frame = enlighten.systems().to_frame(backend="pandas")
    frame = frames.to_frame([enlighten.summary(n) for n in ids], backend="pyarrow")
    frame = frames.from_bytes("stats", saved, backend="polars", timezone="America/Denver")

A frame has one row for each interval, day, system or device. Units stand in the column names
(`power_w`, `energy_wh`), instants are aware, what was not reported is null, and `system_id` (or a
serial number) tells of which system a row is. Needs the extra `frames`; none of the libraries is
imported before a frame is made.
"""

from __future__ import annotations

from enphase_sdk.frames._backends import AnyFrame, BackendName
from enphase_sdk.frames._convert import FrameBuilder, Operation, Timezone, from_bytes, to_frame

__all__ = [
    "AnyFrame",
    "BackendName",
    "FrameBuilder",
    "Operation",
    "Timezone",
    "from_bytes",
    "to_frame",
]
