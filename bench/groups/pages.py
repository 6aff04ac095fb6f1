"""Walking a listing: time against a loop over the default client's calls, and memory added."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial

from bench.measure import race
from bench.peers.default_client import default_client
from bench.rows import Row
from bench.server import serving
from enphase_sdk import Enlighten

PAGES = 100
WORK = f"{PAGES} pages of 1,000 systems"
SECONDS = 10.0


def rows() -> Iterator[Row]:
    """Client CPU, and the peak of what is allocated on the way."""
    with serving() as address:
        measured = race(
            {
                "ours": partial(walk, address, PAGES),
                "default client": partial(_walk_default, address, PAGES),
            },
            seconds=SECONDS,
        )
        yield Row(WORK, "times faster", measured.ratio("default client", "ours"),
                  against="default client", goal=3.0, at_least=True,
                  spread=measured.spread("default client", "ours"))  # fmt: skip
        for pages in (10, PAGES):
            work = f"memory added by {pages} pages"
            ours = _peak(partial(walk, address, pages))
            yield Row(work, "ours", ours / 1e6, unit="MB", goal=2.0)
        default = _peak(partial(_walk_default, address, 10))
        yield Row("memory added by 10 pages", "default client", default / 1e6, unit="MB")


def walk(address: str, pages: int) -> None:
    """Every system of a listing of so many pages, through the public client."""
    with Enlighten("key", "user", base_url=f"{address}/{pages}") as enlighten:
        count = sum(1 for _ in enlighten.systems())
    _check(count, pages)


def _walk_default(address: str, pages: int) -> None:
    sync = default_client("api.default.systems").sync
    unset = default_client("types").UNSET
    count, cursor = 0, unset
    with default_client("client").Client(base_url=f"{address}/{pages}") as client:
        while True:
            page = sync(client=client, limit=1000, next_=cursor)
            for _ in page.systems:
                count += 1
            cursor = page.next_
            if cursor is unset:
                break
    _check(count, pages)


def _check(count: int, pages: int) -> None:
    if count != 1000 * pages:
        raise RuntimeError(f"{count} systems came in {pages} pages")


def _peak(work: Callable[[], None]) -> int:
    work()
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        work()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak - before
