"""`enphase quota`: what is used and left, when it opens, and what a sync or report would cost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from enphase_sdk.testing import FakeClock, SimulatedEnlighten, faults
from tests.cli.conftest import Run

# The clock of the tests begins at 2024-06-15 12:00 UTC.
MINUTE_OPENS, MONTH_OPENS = "2024-06-15T12:01:00+00:00", "2024-07-01T00:00:00+00:00"


def quota(run: Run, *words: object) -> dict[str, Any]:
    result = run("quota", "--json", *words)
    assert (result.code, result.err) == (0, "")
    told: dict[str, Any] = json.loads(result.out)
    return told


def test_used_left_and_the_next_opening(run: Run, cloud: SimulatedEnlighten) -> None:
    for number in (67, 72, 77):
        assert run("summary", number, "--plan", "watt").code == 0
    assert quota(run, "--plan", "watt") == {
        "minute": {"used": 3, "left": 7, "limit": 10, "opens_at": MINUTE_OPENS},
        "month": {"used": 3, "left": 997, "limit": 1000, "opens_at": MONTH_OPENS},
        "counted_since": "2024-06-15T12:00:00+00:00",
        "closed_until": None,
        "reason": None,
        "costs": None,
    }
    assert cloud.hits == 3


@pytest.mark.usefixtures("cloud")
def test_the_table(run: Run) -> None:
    assert run("summary", 67, "--plan", "watt").code == 0
    lines = run("quota", "--plan", "watt").out.splitlines()
    words = [line.split() for line in lines]
    assert words[0] == ["window", "used", "left", "limit", "next", "opening"]
    assert ["minute", "1", "9", "10", MINUTE_OPENS] in words
    assert ["month", "1", "999", "1000", MONTH_OPENS] in words


@pytest.mark.usefixtures("cloud")
def test_of_an_unknown_plan_only_what_is_used_is_told(run: Run) -> None:
    assert run("summary", 67).code == 0
    told = quota(run)
    assert told["minute"] == {"used": 1, "left": None, "limit": None, "opens_at": MINUTE_OPENS}
    assert told["month"] == {"used": 1, "left": None, "limit": None, "opens_at": MONTH_OPENS}
    assert run("quota").out.count("unknown") == 4


def test_a_spent_month_is_told_before_anything_is_sent(
    run: Run, cloud: SimulatedEnlighten, clock: FakeClock
) -> None:
    cloud.fail(with_=faults.conflict("month"), operation="Summary")
    assert run("summary", 67).code == 4  # the server says so
    hits = len(cloud.requests)
    clock.advance(90)
    result = run("summary", 67)
    assert result.code == 4
    assert len(cloud.requests) == hits
    assert "nothing was sent" in result.err
    assert "it opens at 2024-07-01" in result.err
    told = quota(run)
    assert told["closed_until"] == MONTH_OPENS
    assert "hits a month is used up; it opens at 2024-07-01" in told["reason"]
    assert f"closed: {told['reason']}" in run("quota").out.splitlines()


def test_what_a_sync_and_a_report_would_cost(
    run: Run, cloud: SimulatedEnlighten, tmp_path: Path
) -> None:
    store = tmp_path / "fleet.duckdb"
    assert run("sync", "--store", store, "--tables", "systems", "--plan", "partner").code == 0
    before = cloud.hits
    told = quota(run, "--store", store, "--plan", "partner")
    assert told["costs"]["report"] == 1
    line = run("quota", "--store", store).out.splitlines()[-1]
    assert f"costs about {told['costs']['sync']} hits, a report from it 1," in line
    assert cloud.hits == before
    assert run("sync", "--store", store, "--plan", "partner").code == 0
    assert cloud.hits - before == told["costs"]["sync"]


@pytest.mark.usefixtures("cloud")
def test_the_cost_of_a_store_that_does_not_exist_is_not_known(run: Run, tmp_path: Path) -> None:
    store = tmp_path / "nowhere.duckdb"
    told = quota(run, "--store", store)
    assert told["costs"] == {"report": None, "sync": None}
    assert f"{store} is empty" in run("quota", "--store", store).out
    assert not store.exists()
