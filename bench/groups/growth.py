"""How cost grows with the work: the exponent of a power law through the measured sizes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial

from bench.groups import async_calls, pages
from bench.measure import LEAST_ROUNDS, exponent, race
from bench.rows import Row, skipped
from bench.server import serving
from enphase_sdk import AsyncEnlighten

# Linear, and the little by which a fit of noisy numbers misses it.
LINEAR = 1.05
SECONDS = 10.0


def rows() -> Iterator[Row]:
    """Pages walked, calls at once, systems reported on."""
    with serving() as address:
        yield _fitted("pages walked", {n: partial(pages.walk, address, n) for n in (1, 10, 100)})
        yield _calls_at_once(address)
    yield from _report()


def _fitted(
    what: str, works: dict[int, Callable[[], object]], *, rounds: int = LEAST_ROUNDS
) -> Row:
    contenders = {str(size): work for size, work in works.items()}
    measured = race(contenders, seconds=SECONDS, least_rounds=rounds)
    costs = [measured.median(str(size)) for size in works]
    slope = exponent([float(size) for size in works], costs)
    told = ", ".join(
        f"{size:,}: {cost * 1e3:,.1f} ms" for size, cost in zip(works, costs, strict=True)
    )
    return Row(f"growth, {what}", "ours", slope, unit="exponent", goal=LINEAR, note=told)


def _calls_at_once(address: str) -> Row:
    loop = asyncio.new_event_loop()
    ours = AsyncEnlighten("key", "user", base_url=address)

    async def at_once(count: int) -> None:
        await asyncio.gather(*(ours.summary(67) for _ in range(count)))

    def run(count: int) -> None:
        loop.run_until_complete(at_once(count))

    try:
        return _fitted("calls at once", {n: partial(run, n) for n in async_calls.GOALS})
    finally:
        loop.run_until_complete(ours.aclose())
        loop.close()


def _report() -> Iterator[Row]:
    try:
        from bench.groups.fleet_report import report_on
    except ImportError as error:
        yield skipped("growth, systems in a report", str(error))
        return
    yield _fitted(
        "systems in a report", {n: report_on(n) for n in (10, 1_000, 10_000, 100_000)}, rounds=2
    )
