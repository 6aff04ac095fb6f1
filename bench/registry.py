"""The groups there are; a new one is a module with a function `rows`, and a line here."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from bench.rows import Row

__all__ = ["GROUPS", "run"]

GROUPS = {
    "parse": "bench.groups.parse",
    "memory": "bench.groups.memory",
    "frames": "bench.groups.frames",
    "calls": "bench.groups.calls",
    "async": "bench.groups.async_calls",
    "clients": "bench.groups.clients",
    "imports": "bench.groups.imports",
    "pages": "bench.groups.pages",
    "quota": "bench.groups.quota",
    "ledgers": "bench.groups.ledgers",
    "cli": "bench.groups.cli",
    "growth": "bench.groups.growth",
    "gateway": "bench.groups.gateway",
    "simulator": "bench.groups.simulator",
    "store": "bench.groups.store",
    "report_page": "bench.groups.report_page",
    "metrics": "bench.groups.metrics",
}


def run(name: str) -> Iterator[Row]:
    """Measure one group."""
    rows: Iterator[Row] = import_module(GROUPS[name]).rows()
    return rows
