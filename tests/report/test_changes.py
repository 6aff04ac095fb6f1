"""What is new, worse and resolved between two reports, and what is remembered of them."""

from __future__ import annotations

import sqlite3
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from attrs import evolve

from enphase_sdk.report import (
    AreaOutage,
    Assessment,
    Changes,
    Counts,
    Finding,
    Kind,
    OpenFinding,
    ReportMemory,
    Thresholds,
    Todo,
    changes_since,
)

START = datetime(2026, 11, 20, 7, tzinfo=UTC)
SYSTEMS = range(1, 100)
NO_COUNTS = Counts(0, 0, 0, 0, 0, 0, 0, {})


def report(*findings: Finding, days: float = 0, outages: tuple[AreaOutage, ...] = ()) -> Assessment:
    """A report so many days after the first."""
    as_of = START + timedelta(days=days)
    return Assessment(as_of, None, None, NO_COUNTS, findings, outages, Thresholds())


def offline(system_id: int = 1, todo: Todo = Todo.CALL) -> Finding:
    return Finding(system_id, Kind.OFFLINE, todo, "no report")


def low(ratio: float, system_id: int = 1) -> Finding:
    return Finding(system_id, Kind.LOW, Todo.VISIT, "low", ratio=ratio, by_days=True)


class Reports:
    """One report after the other, each told what the last one left open."""

    def __init__(self) -> None:
        self.open: list[OpenFinding] = []
        self.since: datetime | None = None

    def then(self, assessment: Assessment, systems: range = SYSTEMS) -> Changes:
        changes, self.open = changes_since(self.open, assessment, systems=systems, since=self.since)
        self.since = assessment.as_of
        return changes


def numbers(changes: Changes) -> tuple[int, int, int, int]:
    """New, worse, resolved, still open."""
    told = (changes.new, changes.worse, changes.resolved)
    new, worse, resolved = map(len, told)
    return new, worse, resolved, changes.still_open


def test_new_once_then_open() -> None:
    reports = Reports()
    first = reports.then(report(offline()))
    assert (numbers(first), first.since) == ((1, 0, 0, 0), None)
    second = reports.then(report(offline(), days=1))
    assert (numbers(second), second.since) == ((0, 0, 0, 1), START)
    assert second.headline == "0 new, 0 worse, 0 resolved, 1 still open"
    assert reports.open[0].opened_at == START
    assert reports.open[0].seen_at == START + timedelta(days=1)


def test_a_trouble_that_comes_and_goes_does_not_flap() -> None:
    reports = Reports()
    reports.then(report(offline()))
    assert numbers(reports.then(report(days=0.5))) == (0, 0, 0, 1)
    assert numbers(reports.then(report(offline(), days=1))) == (0, 0, 0, 1)
    assert numbers(reports.then(report(days=2))) == (0, 0, 0, 1)
    assert numbers(reports.then(report(days=2.9))) == (0, 0, 0, 1)
    gone = reports.then(report(days=3))
    assert numbers(gone) == (0, 0, 1, 0)
    assert (gone.resolved[0].system_id, gone.resolved[0].opened_at) == (1, START)
    assert numbers(reports.then(report(days=4))) == (0, 0, 0, 0)
    assert numbers(reports.then(report(offline(), days=5))) == (1, 0, 0, 0)


def test_what_whole_days_show_has_waited_already() -> None:
    reports = Reports()
    reports.then(report(low(0.5)))
    assert numbers(reports.then(report(days=1))) == (0, 0, 1, 0)


def test_a_call_that_becomes_a_visit_is_worse() -> None:
    reports = Reports()
    reports.then(report(offline()))
    assert numbers(reports.then(report(offline(todo=Todo.VISIT), days=1))) == (0, 1, 0, 0)
    assert numbers(reports.then(report(offline(todo=Todo.VISIT), days=2))) == (0, 0, 0, 1)
    assert reports.open[0].opened_at == START


def test_a_tenth_less_than_was_told_is_worse_however_slowly_it_comes() -> None:
    reports = Reports()
    told = [numbers(reports.then(report(low(ratio), days=day)))[1]
            for day, ratio in enumerate([0.6, 0.55, 0.5, 0.45, 0.41, 0.4])]  # fmt: skip
    assert told == [0, 0, 1, 0, 0, 1]


def test_a_system_that_is_not_in_the_report_or_cannot_be_read_is_not_resolved() -> None:
    reports = Reports()
    reports.then(report(offline(), low(0.5, system_id=2)))
    unread = Finding(1, Kind.UNREAD, Todo.WATCH, "Enlighten did not answer in time")
    later = reports.then(report(unread, days=9), systems=range(1, 2))
    assert numbers(later) == (1, 0, 0, 2)
    back = reports.then(report(days=19))
    assert sorted(one.kind for one in back.resolved) == [Kind.LOW, Kind.OFFLINE, Kind.UNREAD]


def test_an_area_is_told_once_and_its_systems_are_not() -> None:
    outage = AreaOutage("Boulder", Kind.OFFLINE, START, (1, 2, 3, 4, 5), 8)
    reports = Reports()
    first = reports.then(report(outages=(outage,)))
    assert (numbers(first), first.new_outages) == ((0, 0, 0, 0), (outage,))
    grown = evolve(outage, system_ids=(1, 2, 3, 4, 5, 6))
    assert reports.then(report(outages=(grown,), days=1)).new_outages == ()
    # The area is back, but for system 3, which has a trouble of its own now.
    back = reports.then(report(offline(3), days=4))
    assert (numbers(back), back.recovered) == ((1, 0, 0, 0), 5)
    assert back.headline == (
        "1 new, 0 worse, 0 resolved, 0 still open, 5 working again after an outage of their area"
    )


def test_each_report_is_remembered_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "state" / "reports.sqlite"
    _, found = changes_since([], report(offline(), low(0.5)), systems=SYSTEMS, since=None)
    memory = ReportMemory(path)
    assert memory.last("store a") == (None, [])
    memory.keep("store a", START, found)
    memory.keep("store b", START, [])
    memory.close()
    again = ReportMemory(path)
    since, before = again.last("store a")
    assert (since, sorted(before, key=lambda one: one.kind)) == (
        START,
        sorted(found, key=lambda one: one.kind),
    )
    assert again.last("store b") == (START, [])
    again.keep("store a", START + timedelta(days=1), found[:1])
    assert again.last("store a") == (START + timedelta(days=1), found[:1])
    again.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_more_than_fifty_reports_are_remembered(tmp_path: Path) -> None:
    memory = ReportMemory(tmp_path / "reports.sqlite")
    _, found = changes_since([], report(offline()), systems=SYSTEMS, since=None)
    for number in range(52):
        memory.keep(f"store {number}", START + timedelta(hours=number), found)
    assert memory.last("store 1") == (None, [])
    assert memory.last("store 2")[1] == found
    memory.close()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE open SET kind = 'nothing'",
        "UPDATE open SET ratio = 'half'",
        "UPDATE open SET seen_at = 1e300",
        "UPDATE reports SET made_at = 'monday'",
    ],
)
def test_a_damaged_memory_is_set_aside(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "reports.sqlite"
    _, found = changes_since([], report(low(0.5)), systems=SYSTEMS, since=None)
    memory = ReportMemory(path)
    memory.keep("a", START, found)
    memory.close()
    with sqlite3.connect(path) as connection:
        connection.execute(damage)
    connection.close()
    again = ReportMemory(path)
    assert again.last("a") == (None, [])
    again.close()
    assert list(tmp_path.glob("*.damaged"))
