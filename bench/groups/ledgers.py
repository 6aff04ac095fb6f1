"""How much of a quota several processes use together, and how often the server has to refuse.

A simulated cloud on a port, whose minutes last three seconds; the workers of each process share a
client, the processes a ledger. A *sharer* of the quota is who can have a hit under way, that is
a worker: while the limit is unknown, each can be refused once, because its hit has left before the
first refusal comes back.

The share used is that of whole windows after the first: in that one the server's clock is known
only to the second, because `Date` headers are cut to it, and that is a third of a window here.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
from attrs import frozen

from bench.rows import Row, skipped
from enphase_sdk.testing import Plan, SimulatedEnlighten

LIMIT = 30
SECONDS = 3.0
WINDOWS = 4
WORKERS = (1, 4, 16)
PROCESSES = 4


class _Counting(SimulatedEnlighten):
    """Counts what it lets through and refuses in each of its windows, by their number."""

    def __init__(self) -> None:
        super().__init__(1, plan=Plan("Short", LIMIT, minute_seconds=SECONDS))
        self.by_window: Counter[int] = Counter()
        self.refused_by_window: Counter[int] = Counter()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        window = int(self.clock.time() // SECONDS)
        response = super().__call__(request)
        if response.status_code == 409:
            self.refused_by_window[int(response.json()["period_start"] // SECONDS)] += 1
        else:
            self.by_window[window] += 1
        return response


@frozen
class _Outcome:
    """What came of a run.

    Attributes:
        used: Percent of the hits that the windows allow.
        refusals: In all windows.
        later_refusals: Those after the window of the first, when the limit is known.
        words: What the processes had to say, as of a ledger that fails.
    """

    used: float
    refusals: int
    later_refusals: int
    words: str


def rows() -> Iterator[Row]:
    """Each ledger, number of processes and of workers, with a known plan and without."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ledgers = {"memory": "memory", "SQLite": "", "Redis": ""}
        if shutil.which("redis-server") and find_spec("redis"):
            ledgers["Redis"] = stack.enter_context(_redis(folder))
        else:
            del ledgers["Redis"]
            yield skipped("ledger Redis", "no redis-server, or no redis for Python")
        for name, address in ledgers.items():
            for processes in (1,) if name == "memory" else (1, PROCESSES):
                for workers in WORKERS:
                    for known in (True, False):
                        run = f"{name}-{processes}-{workers}-{known}.sqlite"
                        outcome = measured(address or str(folder / run), processes, workers, known)
                        yield from _rows(name, processes, workers, known, outcome)


def _rows(name: str, processes: int, workers: int, known: bool, outcome: _Outcome) -> Iterator[Row]:
    work = f"ledger {name}, {processes} x {workers} workers, plan {'known' if known else 'learnt'}"
    yield Row(work, "ours, used", outcome.used, unit="%", goal=98.0, at_least=True)
    goal = 0 if known else processes * workers
    yield Row(work, "ours, 409s", outcome.refusals, unit="", goal=goal, note=outcome.words)
    if not known:
        later = outcome.later_refusals
        yield Row(work, "ours, 409s once the limit is known", later, unit="", goal=0)


def measured(ledger: str, processes: int, workers: int, known: bool) -> _Outcome:
    """Let so many processes spend the quota of some windows."""
    simulated = _Counting()
    with simulated.serve() as base_url, ExitStack() as stack:
        asked: dict[str, Any] = {"base_url": base_url, "ledger": ledger, "per_minute": LIMIT}
        asked |= {"seconds": SECONDS, "known": known, "workers": workers}
        command = [sys.executable, "-m", "bench.spending", json.dumps(asked)]
        pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        children: list[Any] = [
            stack.enter_context(subprocess.Popen(command, text=True, **pipes))
            for _ in range(processes)
        ]
        for child in children:
            child.stdout.readline()
        first = int(time.time() // SECONDS) + 1
        until = (first + 1 + WINDOWS) * SECONDS
        for child in children:
            child.stdin.write(f"{until}\n")
            child.stdin.flush()
        said = [child.communicate()[1].strip() for child in children]
    used = sum(simulated.by_window[window] for window in range(first + 1, first + 1 + WINDOWS))
    refused = simulated.refused_by_window
    later = sum(n for window, n in refused.items() if window > min(refused))
    return _Outcome(
        100 * used / (LIMIT * WINDOWS),
        refused.total(),
        later,
        " ".join(filter(None, said))[:200],
    )


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with subprocess.Popen([*command, "--dir", str(folder)], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert any(b"Ready to accept connections" in line for line in server.stdout)
        yield f"redis://127.0.0.1:{port}/0"
        server.terminate()
