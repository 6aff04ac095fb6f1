"""The table for people, and the document for programs, both with the environment."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench.rows import WIDE, Row

__all__ = ["as_document", "as_table"]

PACKAGES = [
    "aiohttp", "anyio", "attrs", "httpcore", "httpx", "msgspec", "narwhals",
    "openapi-python-client", "orjson", "pandas", "polars", "pyarrow", "pydantic", "sniffio",
]  # fmt: skip

HEADER = ("work", "contender", "value", "of", "goal", "met")


def as_document(rows: list[Row], failed: list[str]) -> str:
    """One JSON document: the environment, and each row with whether its goal is met."""
    measured = [{**row.to_dict(), "met": row.met, "wide": row.wide} for row in rows]
    return json.dumps({"environment": environment(), "rows": measured, "failed": failed}, indent=1)


def as_table(rows: list[Row], failed: list[str]) -> str:
    """The table, what could not be measured, and how far the samples are to be trusted."""
    lines = [HEADER, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADER))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in lines]  # fmt: skip
    text.insert(1, "  ".join("-" * width for width in widths))
    asked = [row for row in rows if row.met is not None]
    text += ["", f"{sum(bool(row.met) for row in asked)} of {len(asked)} goals met"]
    text += [f"! group {name} failed; its error is above" for name in failed]
    wide = [row for row in rows if row.wide]
    if wide:
        text.append(
            f"! {len(wide)} rows marked ~: the middle half of the samples is wider than "
            f"{WIDE:.0%} of the median; close other programs and run again"
        )
    text += [f"{name}: {value}" for name, value in environment().items()]
    return "\n".join(text)


def environment() -> dict[str, str]:
    """What the numbers depend on."""
    return {
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "CPU": f"{os.cpu_count()} x {_cpu()}",
        "load": " ".join(f"{load:.1f}" for load in os.getloadavg()),
        "packages": ", ".join(f"{name} {_version(name)}" for name in PACKAGES),
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "unknown"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def _cells(row: Row) -> tuple[str, ...]:
    if row.value is None:
        return (row.work, row.contender, "–", row.note, "", "")
    value = f"{_number(row.value)} {row.unit}".rstrip() + (" ~" if row.wide else "")
    sign = "≥" if row.at_least else "≤"
    goal = "" if row.goal is None else f"{sign} {_number(row.goal)} {row.unit}".rstrip()
    met = "" if row.met is None else ("yes" if row.met else "NO")
    return (row.work, row.contender, value, row.against or row.note, goal, met)


def _number(value: float) -> str:
    if value and abs(value) < 0.1:
        return f"{value:.3f}"
    return f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"
