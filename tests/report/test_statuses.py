"""Status over time: what the listings of each day said, with gaps where there was none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest

from enphase_sdk.report import ReportRow, StatusDay, report_page, stored_rows
from enphase_sdk.report.formats import UNKNOWN
from enphase_sdk.report.web.status_chart import statuses
from enphase_sdk.report.web.statuses import read_statuses
from enphase_sdk.store import Store
from tests.store.support import KINDS

from .fleet_store import NOW, fill, fleet_report

TODAY = NOW.date()


@pytest.fixture(params=[*KINDS.values()], ids=[*KINDS])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with fill(tmp_path / str(request.param), [101, 102, 103, 104]) as filled:
        yield filled


def listed(store: Store, ago: int, **told: str | None) -> None:
    """The statuses of systems on a day, so many days ago; `normal` for those not named."""
    names = {f"s{number}": "normal" for number in range(101, 105)} | told
    rows = [
        {"system_id": int(name[1:]), "status": status, "timezone": "America/Denver"}
        for name, status in names.items()
        if status != "absent"
    ]
    before = store.systems()
    store.write_systems(rows, NOW - timedelta(days=ago))
    store.write_systems(before, NOW)  # the newest listing is as it was


def history(store: Store, count: int) -> list[ReportRow]:
    for ago in range(1, count):
        listed(store, ago, s101="comm" if ago > 3 else "normal", s102="meter_issue")
    return list(stored_rows(store))


def test_each_day_counts_the_systems_as_they_were_listed(store: Store) -> None:
    listed(store, 5, s101="comm", s102="power", s103="something_new", s104=None)
    listed(store, 2, s101="absent", s102="absent", s103="absent")
    listed(store, 100, s101="power")
    days = read_statuses(store, list(stored_rows(store)))
    assert [day.day for day in days] == [TODAY - timedelta(n) for n in range(89, -1, -1)]
    by_day = {day.day: day for day in days if day.listed}
    five, two, now = by_day.values()
    assert by_day.keys() == {TODAY - timedelta(5), TODAY - timedelta(2), TODAY}
    assert five.counts == {"comm": 1, "power": 1, "something_new": 1, "": 1}
    groups = ("power", "comm", "micro", "meter", "other")
    assert [five.of(name) for name in groups] == [1, 1, 0, 0, 2]
    assert (five.normal, now.normal, now.listed) == (0, 4, 4)
    # One of four was listed: that is no observation of the fleet.
    assert [day.is_observed for day in (five, two, now)] == [True, False, True]
    assert not days[0].is_observed
    # Only the systems of the report are counted.
    some = [row for row in stored_rows(store) if row.system_id in (101, 102)]
    assert read_statuses(store, some)[-6].counts == {"comm": 1, "power": 1}


def test_a_system_that_came_later_does_not_make_gaps_of_the_days_before() -> None:
    day = date(2026, 11, 1)
    assert StatusDay(day, {"normal": 2}, begun=4).is_observed
    assert not StatusDay(day, {"normal": 1}, begun=4).is_observed
    assert not StatusDay(day, {}, begun=0).is_observed


def test_the_picture_has_gaps_for_days_without_a_sync(store: Store) -> None:
    figure = statuses(read_statuses(store, history(store, 14)))
    assert figure is not None
    assert figure.title == "Status of the systems, 90 days"
    assert "not derived from energies" in figure.says
    assert "on 2026-11-26 4 of 4." in figure.says
    assert "76 days without a sync of most systems are thin lines: not known." in figure.says
    head = dict(zip(figure.headings, figure.rows[5], strict=True))
    assert head == {
        "Day": "2026-11-21", "Listed": "4", "normal": "2", "power": "0", "comm": "1",
        "micro": "0", "meter": "1", "other": "0",
    }  # fmt: skip
    assert set(figure.rows[-1][1:]) == {UNKNOWN}
    for name in ("comm", "meter", "no sync"):
        assert f">{name}<" in figure.drawing.wide
    assert ">power<" not in figure.drawing.wide


def test_a_fleet_without_problems_has_a_picture_too() -> None:
    days = [StatusDay(TODAY - timedelta(n), {"normal": 9}, 9) for n in range(89, -1, -1)]
    figure = statuses(days)
    assert figure is not None
    assert "thin lines" not in figure.says
    assert "9 of 9" in figure.says
    assert "<svg" in figure.drawing.narrow


def test_the_page_says_which_of_the_two_pictures_it_is(store: Store) -> None:
    history(store, 13)
    few = unescape(report_page(fleet_report(store)))
    assert "Systems without energy, 90 days" in few
    assert "derived from daily energies" in few
    assert "Status of the systems" not in few
    listed(store, 40)
    enough = unescape(report_page(fleet_report(store)))
    assert "Status of the systems, 90 days" in enough
    assert "As Enlighten listed the systems at each sync" in enough
    assert "Systems without energy" not in enough
