"""Bytes to models, as a multiple of msgspec Structs of the same shape."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import msgspec
import orjson
from attrs import frozen

from bench import data
from bench.measure import race
from bench.peers import structs
from bench.peers.default_client import default_client
from bench.peers.pydantic_models import adapter
from bench.rows import Row
from enphase_sdk import models, models_v4
from enphase_sdk.cloud.v4.mapping import system_row
from enphase_sdk.core.decode import Reader
from enphase_sdk.core.effects import Reply

STRUCT = "msgspec Struct"
SECONDS = 6.0


@frozen
class Work:
    """One kind of answer, and what each contender calls it.

    Attributes:
        name: As the table names it.
        content: The body.
        ours: Our model.
        struct: The Struct of the same shape.
        default: The default client's class, or the item's if it is a list; None without one.
        odd: Where to put a null that the contract does not promise: keys and positions.
        goal: The highest multiple of the Struct asked for, if any was.
        adapt: From what was read to what the caller gets, where that is something else.
    """

    name: str
    content: bytes
    ours: Any
    struct: Any
    default: str | None
    odd: tuple[str | int, ...]
    goal: float | None
    adapt: Callable[[Any], object] | None = None


WORKS = [
    Work("1,000-system page", data.page(0, 2), models.SystemsPage, structs.SystemsPage,
         "SystemsResponse", ("systems", 500, "city"), 1.6),
    Work("1,000-system page, no optional fields", data.PLAIN_PAGE, models.SystemsPage,
         structs.SystemsPage, "SystemsResponse", ("systems", 500, "city"), None),
    Work("day of stats", data.DAY, models.Stats, structs.Stats,
         "StatsResponse", ("intervals", 100, "powr"), 1.6),
    Work("month of rgm_stats, 4 meters", data.MONTH, models.RgmStats, structs.RgmStats,
         "RgmStatsResponse", ("meter_intervals", 2, "intervals", 99, "channel"), 2.2),
    Work("1,000 inverters", data.INVERTERS, list[models.InvertersSummary],
         list[structs.InvertersSummary], "InvertersSummaryByEnvoyOrSiteResponse",
         (0, "micro_inverters", 500, "sku"), 1.6),
    Work("15 years of daily values x 3", data.LIFETIME, models.EnergyLifetime,
         structs.EnergyLifetime, "EnergyLifetimeResponse", ("system_id",), 1.05),
    Work("v4: page of 100 systems", data.PAGE_V4, models_v4.SystemsPage, structs.SystemsPageV4,
         None, ("systems", 50, "name"), 1.6),
    Work("v4: … as v2's models", data.PAGE_V4, models_v4.SystemsPage, structs.SystemsPageV4,
         None, ("systems", 50, "name"), None, lambda page: list(map(system_row, page.systems))),
    Work("v4: day of telemetry", data.DAY_V4, models.Stats, structs.Stats,
         None, ("intervals", 100, "powr"), 1.6),
]  # fmt: skip


def rows() -> Iterator[Row]:
    """Each kind of answer by every contender."""
    for work in WORKS:
        yield from _rows(work)


def _rows(work: Work) -> Iterator[Row]:
    measured = race(_contenders(work), seconds=SECONDS)

    def row(contender: str, goal: float | None = None, against: str = STRUCT) -> Row:
        value = measured.ratio(contender, against)
        spread = measured.spread(contender, against)
        return Row(work.name, contender, value, against=against, goal=goal, spread=spread)

    yield row("ours", work.goal)
    yield row("ours, lenient second reading", 8.0)
    if work.default:
        yield row("default client")
    for peer in ("pydantic 2", "json.loads alone", "orjson.loads alone"):
        yield row(peer)
    if not work.default:
        return
    faster = measured.ratio("default client", "ours")
    # The goal is for records; a plain series of integers has none to build.
    goal = 4.5 if work.goal and work.goal > 1.05 else None
    yield Row(work.name, "default client", faster, against="ours", goal=goal, at_least=True,
              spread=measured.spread("default client", "ours"))  # fmt: skip


def _contenders(work: Work) -> dict[str, Callable[[], object]]:
    content = work.content
    answer, odd = Reply(200, content=content), Reply(200, content=_with_null(content, work.odd))
    reader = Reader()
    adapt = work.adapt or (lambda answer: answer)
    return {
        STRUCT: partial(msgspec.json.Decoder(work.struct).decode, content),
        "ours": lambda: adapt(reader.read(work.name, work.ours, answer)),
        "ours, lenient second reading": lambda: adapt(reader.read(work.name, work.ours, odd)),
        **({"default client": _default(work, work.default)} if work.default else {}),
        "pydantic 2": partial(adapter(work.struct).validate_json, content),
        "json.loads alone": partial(json.loads, content),
        "orjson.loads alone": partial(orjson.loads, content),
    }


def _default(work: Work, name: str) -> Callable[[], object]:
    from_dict = getattr(default_client("models"), name).from_dict
    if work.content.startswith(b"["):
        return lambda: [from_dict(item) for item in json.loads(work.content)]
    return lambda: from_dict(json.loads(work.content))


def _with_null(content: bytes, place: tuple[str | int, ...]) -> bytes:
    whole = json.loads(content)
    inner = whole
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = None
    return msgspec.json.encode(whole)
