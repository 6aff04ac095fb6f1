"""The report as files: what a name's ending asks for."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from enphase_sdk.errors import ConfigError
from enphase_sdk.report.page import report_page
from enphase_sdk.report.rows import FleetReport
from enphase_sdk.report.spreadsheet import report_csv

__all__ = ["check_target", "report_json", "write_report"]


def report_json(report: FleetReport) -> str:
    """The report as a JSON document: `generated_at`, `totals`, `records`; raw units."""
    return msgspec.json.format(msgspec.json.encode(report.to_dict()), indent=2).decode() + "\n"


_WRITERS: Mapping[str, Callable[[FleetReport], str]] = {
    ".html": report_page,
    ".json": report_json,
    ".csv": report_csv,
}


def check_target(path: Path) -> None:
    """Whether a report could be written there, before any quota is spent on it.

    Raises:
        ConfigError: no; says why and what would do.
    """
    if path.suffix.lower() not in _WRITERS:
        raise ConfigError(f"{path}: a report's name ends in {', '.join(_WRITERS)}")
    if path.is_dir():
        raise ConfigError(f"{path} is a folder; name a file in it")
    if not path.parent.is_dir():
        raise ConfigError(f"{path}: there is no folder {path.parent}; make it first")
    if not os.access(path.parent, os.W_OK):
        raise ConfigError(f"{path}: no permission to write into {path.parent}")


def write_report(report: FleetReport, path: Path) -> None:
    """Write the report as HTML, JSON or CSV, as the name's ending says.

    Raises:
        ConfigError: it cannot be written there.
    """
    check_target(path)
    content = _WRITERS[path.suffix.lower()](report)
    try:
        path.write_text(content, encoding="utf-8", newline="")
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; write it elsewhere") from None
