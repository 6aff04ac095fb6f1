"""The types of the fleet, its report and the test kit. Checked, never run."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any, assert_type

import httpx

from enphase_sdk import Enlighten, Envoy, Fleet, Plan, models
from enphase_sdk.errors import EnphaseError
from enphase_sdk.fleet import FleetRecord, FleetRun
from enphase_sdk.report import FleetReport, ReportRow, report_row
from enphase_sdk.testing import (
    FakeClock,
    SimulatedEnlighten,
    SimulatedGateway,
    builders,
    strategies,
)
from enphase_sdk.types import SystemPages


def fleet(enlighten: Enlighten) -> None:
    assert_type(iter(Fleet(enlighten)), Iterator[models.System])
    assert_type(Fleet(enlighten, workers=2).systems(status="comm"), SystemPages)
    run = Fleet(enlighten).summaries(connection_type=["wifi"])
    assert_type(run, FleetRun)
    assert_type(run.stopped_by, EnphaseError | None)
    assert_type(run.total, int | None)
    for record in run:
        assert_type(record, FleetRecord)
        assert_type(record.summary, models.Summary | None)
        record.summary.size_w  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess, reportUnusedExpression]  # noqa: B018
    Fleet(enlighten).summaries(weather="fine")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def report(record: FleetRecord) -> None:
    row = report_row(record)
    assert_type(row, ReportRow)
    assert_type(row.size_w, int | None)
    assert_type(row.timezone, str | None)
    made_at = datetime.datetime.now(datetime.UTC)
    assert_type(FleetReport.of([row], generated_at=made_at), FleetReport)


def simulations() -> None:
    cloud = SimulatedEnlighten(3, seed=1, plan="watt", clock=FakeClock())
    assert_type(cloud(httpx.Request("GET", "https://x")), httpx.Response)
    SimulatedEnlighten(3, plan=Plan("mine", 3))
    with Enlighten("key", "user", transport=httpx.MockTransport(cloud)) as enlighten:
        assert_type(enlighten, Enlighten)
    gateway = SimulatedGateway("8.3-three-phase", quirks=["stalled_v1"])
    assert_type(gateway.requests[0].path, str)
    with Envoy("192.0.2.1", transport=httpx.MockTransport(gateway)) as envoy:
        assert_type(envoy, Envoy)


def built() -> None:
    assert_type(builders.system(system_id=1, status="retired"), models.System)
    assert_type(builders.summary(summary_date="2024-06-15", size_w=None), models.Summary)
    assert_type(builders.stats(intervals=[builders.stats_interval(enwh=3)]), models.Stats)
    assert_type(builders.conflict_body(period="month"), dict[str, Any])
    strategies.results(models.Summary).map(lambda summary: assert_type(summary, models.Summary))


def misuse() -> None:
    builders.system(systemid=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    builders.summary(energy_today="1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    builders.conflict_body(periods=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    SimulatedEnlighten(3, plan="gigawatt")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    SimulatedGateway(quirks=["haunted"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
