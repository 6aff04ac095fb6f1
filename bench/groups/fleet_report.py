"""A fleet's records as a report's input, without any call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from bench import data
from enphase_sdk import models
from enphase_sdk.fleet import FleetRecord
from enphase_sdk.report import FleetReport, report_page, report_row

NOW = datetime.fromtimestamp(data.START, UTC)


def report_on(count: int) -> Callable[[], object]:
    """The making of a report's page on so many systems."""
    summary = msgspec.json.decode(data.SUMMARY, type=models.Summary)
    listed = msgspec.convert(data.systems(1, min(count, 1_000)), list[models.System])
    records = [FleetRecord(listed[n % len(listed)], summary, None, NOW) for n in range(count)]

    def report() -> str:
        return report_page(FleetReport.of(map(report_row, records), generated_at=NOW))

    return report
