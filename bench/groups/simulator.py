"""How fast the simulated cloud answers, in process."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from bench.measure import race
from bench.rows import Row
from enphase_sdk.testing import SimulatedEnlighten

BASE = "https://cloud/api/v2/systems"


def rows() -> Iterator[Row]:
    """CPU of one process."""
    cloud = SimulatedEnlighten(1000)
    ids = cloud.system_ids()
    summaries = [
        httpx.Request("GET", f"{BASE}/{ids[n]}/summary?key=k&user_id=u") for n in range(100)
    ]
    page = httpx.Request("GET", f"{BASE}?limit=1000&key=k&user_id=u")
    measured = race(
        {
            "summaries": lambda: [cloud(request) for request in summaries],
            "page": lambda: cloud(page),
        },
        seconds=6.0,
    )
    rate = len(summaries) / measured.median("summaries")
    spread = measured.spread("summaries")
    work = "simulator: summaries a second"
    yield Row(work, "ours", rate, unit="", goal=2000.0, at_least=True, spread=spread)
    milliseconds = measured.median("page") * 1e3
    spread = measured.spread("page")
    work = "simulator: a page of 1,000 systems"
    yield Row(work, "ours", milliseconds, unit="ms", goal=30.0, spread=spread)
