"""Bytes to a frame, as a multiple of what orjson needs to parse them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial

import orjson

from bench import data
from bench.measure import race
from bench.peers.default_client import default_client
from bench.rows import Row, skipped

ZONE = "America/Denver"
SECONDS = 8.0
ORJSON = "orjson.loads alone"

GOALS = {
    "rgm_stats": {"pyarrow": 0.85, "polars": 0.85, "pandas": 1.0},
    "stats": {"pyarrow": 1.5, "polars": 1.8, "pandas": 2.4},
}


def rows() -> Iterator[Row]:
    """A month of rgm_stats, and a day of stats."""
    try:
        from enphase_sdk import frames
    except ImportError as error:
        yield skipped("bytes to frame", str(error))
        return
    month = "rgm_stats, 11,904 rows, to a frame"
    yield from _rows("rgm_stats", month, data.MONTH, frames.from_bytes, _month_peers())
    yield from _rows("stats", "a day of stats to a frame", data.DAY, frames.from_bytes, {})


def _rows(
    operation: str,
    work: str,
    content: bytes,
    from_bytes: Callable[..., object],
    peers: dict[str, Callable[[], object]],
) -> Iterator[Row]:
    contenders: dict[str, Callable[[], object]] = {ORJSON: partial(orjson.loads, content)}
    for backend in GOALS[operation]:
        contenders[f"ours, {backend}"] = partial(
            from_bytes, operation, content, backend=backend, timezone=ZONE
        )
    contenders |= peers
    measured = race(contenders, seconds=SECONDS)
    for name in contenders:
        if name != ORJSON:
            goal = GOALS[operation].get(name.removeprefix("ours, "))
            yield Row(work, name, measured.ratio(name, ORJSON), against=ORJSON, goal=goal,
                      spread=measured.spread(name, ORJSON))  # fmt: skip


def _month_peers() -> dict[str, Callable[[], object]]:
    import pandas as pd

    from_dict = default_client("models").RgmStatsResponse.from_dict
    serials = ["envoy_serial_number", "meter_serial_number"]

    def normalized() -> object:
        meters = json.loads(data.MONTH)["meter_intervals"]
        frame = pd.json_normalize(meters, "intervals", serials)
        frame["interval_end"] = pd.to_datetime(frame["end_at"], unit="s", utc=True)
        return frame

    def from_default_client() -> object:
        parsed = from_dict(json.loads(data.MONTH))
        return pd.DataFrame([i.to_dict() for m in parsed.meter_intervals for i in m.intervals])

    return {"pandas json_normalize": normalized, "default client, pandas": from_default_client}
