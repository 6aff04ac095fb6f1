"""Two kinds of store, and programs that write them in processes of their own."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path

KINDS = {"duckdb": "fleet.duckdb", "parquet": "fleet"}

READ_AT = datetime(2026, 11, 26, 20, 0, 0, 250_000, tzinfo=UTC)
LATER = datetime(2026, 11, 27, 20, tzinfo=UTC)

HEAD = """
import os, signal, sys
from datetime import UTC, datetime
from enphase_sdk.errors import ConfigError
from enphase_sdk.store import Interval, Store

AT = datetime(2026, 11, 26, 20, tzinfo=UTC)
PATH = sys.argv[1]


def say(*words):
    print(*words, flush=True)


def wait():
    sys.stdin.readline()


def whole(store, system_id):
    # Two tables, several periods, and what becomes known.
    with store.transaction():
        store.write_systems([{"system_id": system_id, "system_name": "x" * 20}], AT)
        store.write_daily(system_id, "production", "2025-01-01", [7] * 400, "2026-01-31", AT)
"""


def program(code: str, path: Path, *arguments: str) -> subprocess.Popen[str]:
    """Another process that runs this code; `wait()` there is answered by a line from here."""
    return subprocess.Popen(
        [sys.executable, "-c", HEAD + textwrap.dedent(code), str(path), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(running: subprocess.Popen[str]) -> str:
    """The next line that a program says."""
    assert running.stdout is not None
    line = running.stdout.readline()
    if not line:
        raise AssertionError(f"it ended: {running.communicate()[1]}")
    return line.strip()


def finished(running: subprocess.Popen[str]) -> str:
    """What else a program says, once it has ended without a fault."""
    out, err = running.communicate("\n")
    assert running.returncode == 0, err
    return out.strip()
