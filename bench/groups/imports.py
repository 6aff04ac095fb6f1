"""CPU seconds of imports, each in a fresh interpreter."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterator

from bench.peers.default_client import PACKAGE, folder
from bench.rows import Row

BASELINE = "import httpx"
ROUNDS = 21

MADE = "with a client made"

STATEMENTS = {
    BASELINE: "import httpx",
    "import enphase_sdk": "import enphase_sdk",
    f"enphase_sdk {MADE}": "import enphase_sdk; enphase_sdk.Enlighten('key', 'user')",
    f"enphase_sdk async {MADE}": "import enphase_sdk; enphase_sdk.AsyncEnlighten('key', 'user')",
    # Another address is looked at at once, which loads httpx too; otherwise the first call does.
    "enphase_sdk ready to send": (
        "import enphase_sdk; enphase_sdk.Enlighten('key', 'user', base_url='https://127.0.0.1')"
    ),
    f"httpx {MADE}": "import httpx; httpx.Client()",
    "import msgspec, attrs": "import msgspec, attrs",
    f"default client {MADE}": (
        f"from {PACKAGE} import Client; from {PACKAGE}.api.default import summary; "
        "Client(base_url='https://127.0.0.1')"
    ),
}

GOALS = {"import enphase_sdk": 0.05, f"enphase_sdk {MADE}": 1.15, f"enphase_sdk async {MADE}": 1.15}


def rows() -> Iterator[Row]:
    """The middle of many interleaved runs, as a multiple of `import httpx`."""
    samples: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    for statement in STATEMENTS.values():
        _seconds(statement)  # byte code and disk caches are there for all
    for _ in range(ROUNDS):
        for name, statement in STATEMENTS.items():
            samples[name].append(_seconds(statement))
    base = statistics.median(samples[BASELINE])
    for name, seconds in samples.items():
        low, middle, high = statistics.quantiles(seconds, n=4)
        yield Row("imports", name, middle / base, against=BASELINE, goal=GOALS.get(name),
                  spread=(high - low) / middle)  # fmt: skip
    yield Row("imports", BASELINE, base * 1e3, unit="ms")


def _seconds(statement: str) -> float:
    program = (
        f"import sys, time; sys.path.append({str(folder())!r})\n"
        f"started = time.process_time()\n{statement}\nprint(time.process_time() - started)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, check=True
    )
    return float(done.stdout)
