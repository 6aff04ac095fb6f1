"""Writes the report to a file, in the format of the name's ending."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import msgspec

from enphase_sdk.errors import ConfigError
from enphase_sdk.report.page import report_page
from enphase_sdk.report.rows import FleetReport
from enphase_sdk.report.spreadsheet import report_csv
from enphase_sdk.report.web.chromium import chromium, pdf_of
from enphase_sdk.report.workbook import check_workbook, report_xlsx

__all__ = ["check_target", "report_json", "write_report"]


def report_json(report: FleetReport) -> str:
    """The report as a JSON document: `generated_at`, `totals`, `records`; raw units.

    If the fleet was judged, `assessment` holds findings, outages and thresholds, and `changes` the
    changes since an earlier report.
    """
    return msgspec.json.format(msgspec.json.encode(report.to_dict()), indent=2).decode() + "\n"


Page: TypeAlias = Callable[[FleetReport], str]

_WRITERS: Mapping[str, Callable[[FleetReport, Page], str | bytes]] = {
    ".html": lambda report, page: page(report),
    ".json": lambda report, _: report_json(report),
    ".csv": lambda report, _: report_csv(report),
    ".xlsx": lambda report, _: report_xlsx(report),
    ".pdf": lambda report, page: pdf_of(page(report)),
}


def check_target(path: Path) -> None:
    """Check that a report can be written to `path`, before quota is spent on it.

    Raises:
        ConfigError: it cannot; the message says why and what to change.
    """
    if path.suffix.lower() not in _WRITERS:
        raise ConfigError(f"{path}: a report's name must end in {', '.join(_WRITERS)}")
    if path.suffix.lower() == ".xlsx":
        check_workbook()
    if path.suffix.lower() == ".pdf":
        chromium()
    try:
        if path.is_dir():
            raise ConfigError(f"{path} is a folder; name a file in it")
        if not path.parent.is_dir():
            raise ConfigError(f"{path}: there is no folder {path.parent}; create it first")
        if not os.access(path.parent, os.W_OK):
            raise ConfigError(f"{path}: no permission to write into {path.parent}")
        path.exists()  # finds names that are too long
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from None


def write_report(report: FleetReport, path: Path, *, page: Page = report_page) -> None:
    """Write the report as HTML, JSON, CSV, Excel workbook or PDF, by the name's ending.

    An existing file is replaced by the complete new report, or stays unchanged on an error. A PDF
    is printed by a Chromium that is installed.

    Args:
        report: The report.
        path: The file.
        page: Makes the page of HTML and PDF.

    Raises:
        ConfigError: the file cannot be written.
    """
    check_target(path)
    made = _WRITERS[path.suffix.lower()](report, page)
    content = made.encode() if isinstance(made, str) else made
    try:
        _replace(path, content)
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from None


def _replace(path: Path, content: bytes) -> None:
    """Replace a file atomically; a link's target is replaced, a device is written to directly."""
    target = Path(os.path.realpath(path))
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        mode = None
    if mode is not None and not stat.S_ISREG(mode):
        target.write_bytes(content)
        return
    beside = target.with_name(f".new-{secrets.token_hex(8)}")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # a full disk may be reported only here
        if mode is not None:
            beside.chmod(stat.S_IMODE(mode))
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError | ValueError) -> ConfigError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return ConfigError(f"{path}: {reason}; write it elsewhere")
