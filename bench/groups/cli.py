"""How long the command line takes to answer `--help`."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec

from bench.rows import Row, skipped

WORK = "enphase --help"
BASELINE = "python -c pass"
ROUNDS = 15
GOAL = 12.0

PROGRAMS = {
    BASELINE: "pass",
    "ours": "import sys; sys.argv = ['enphase', '--help']; import enphase_sdk.cli as c; c.main()",
}


def rows() -> Iterator[Row]:
    """CPU seconds of whole processes, interleaved."""
    if find_spec("enphase_sdk.cli") is None:
        yield skipped(WORK, "there is no command line yet")
        return
    samples: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for round_ in range(-1, ROUNDS):
        for name, program in PROGRAMS.items():
            seconds = _seconds(program)
            if round_ >= 0:
                samples[name].append(seconds)
    base = statistics.median(samples[BASELINE])
    low, middle, high = statistics.quantiles(samples["ours"], n=4)
    spread = (high - low) / middle
    yield Row(WORK, "ours", middle / base, against=BASELINE, goal=GOAL, spread=spread)
    yield Row(WORK, "ours", middle * 1e3, unit="ms")


def _seconds(program: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program], stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
