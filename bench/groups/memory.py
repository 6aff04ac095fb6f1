"""Memory that the models of a page keep, as a multiple of the Structs'."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial

import msgspec

from bench import data
from bench.peers import structs
from bench.peers.default_client import default_client
from bench.rows import Row
from enphase_sdk import models
from enphase_sdk.core.decode import Reader
from enphase_sdk.core.effects import Reply

WORK = "memory kept, 1,000 systems"


def rows() -> Iterator[Row]:
    """What is still allocated once the bytes are gone; exact, so measured once."""
    content = data.page(0, 1)
    from_dict = default_client("models").SystemsResponse.from_dict
    limit = _kept(partial(msgspec.json.Decoder(structs.SystemsPage).decode, content))
    ours = _kept(partial(Reader().read, "Systems", models.SystemsPage, Reply(200, content=content)))
    default = _kept(lambda: from_dict(json.loads(content)))
    note = "msgspec Struct"
    yield Row(WORK, "ours", ours / limit, against=note, goal=1.05)
    yield Row(WORK, "default client", default / limit, against=note)
    yield Row(WORK, "ours", ours / 1e6, unit="MB")


def _kept(make: Callable[[], object]) -> int:
    make()  # what is cached once and for all does not count
    gc.collect()
    tracemalloc.start()
    try:
        kept = make()
        gc.collect()
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    del kept
    return size
