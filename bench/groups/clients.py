"""What a second client costs in a process that has one."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from bench.measure import race
from bench.peers.default_client import default_client
from bench.rows import Row
from enphase_sdk import Enlighten

WORK = "a second client in one process"
SECONDS = 5.0


def rows() -> Iterator[Row]:
    """Made, ready to call, and closed; CPU milliseconds."""
    make_default = default_client("client").Client

    def ours() -> None:
        Enlighten("0123456789abcdef", "4d6a49784e7a63790a").close()

    def default() -> None:
        make_default(base_url="https://127.0.0.1").get_httpx_client().close()

    contenders = {"ours": ours, "default client": default, "httpx.Client": lambda: httpx.Client()}
    measured = race(contenders, seconds=SECONDS)
    for name in contenders:
        goal = 0.3 if name == "ours" else None
        yield Row(WORK, name, measured.median(name) * 1e3, unit="ms", goal=goal,
                  spread=measured.spread(name))  # fmt: skip
