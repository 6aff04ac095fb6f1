"""The history of a gateway's site, from its recording."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enphase_sdk import AsyncEnvoy, Envoy
from enphase_sdk.errors import ConfigError, InvalidArgumentError, NotAvailableError
from enphase_sdk.testing import FakeClock
from enphase_sdk.types import HistoryInterval
from tests.history.test_series import DAYS, DENVER, QUARTER, Recorded, at, produced, sample
from tests.support import Surface

A_DAY = timedelta(days=1)


@pytest.fixture
def recorded(tmp_path: Path) -> Recorded:
    return Recorded(tmp_path / "house.sqlite")


def unreachable(_: httpx.Request) -> httpx.Response:
    raise AssertionError("the gateway is not asked for the past")


def site(recorded: Recorded, *, asynchronous: bool = False, **more: Any) -> Any:
    options: dict[str, Any] = {
        "recording": recorded.path,
        "transport": httpx.MockTransport(unreachable),
        "timezone": DENVER,
        **more,
    }
    return AsyncEnvoy("envoy.local", **options) if asynchronous else Envoy("envoy.local", **options)


def history(recorded: Recorded, *span: Any, zone: Any = DENVER, **more: Any) -> Any:
    with site(recorded, timezone=zone) as envoy:
        return list(envoy.history(*span, **more))


MEASURES = ["production", "meter_production", "consumption"]


@pytest.mark.parametrize(("zone", "day", "hours"), DAYS)
def test_a_day_s_intervals_add_up_to_the_day(
    recorded: Recorded, clock: FakeClock, zone: Any, day: date, hours: int
) -> None:
    start, end = at(str(day), zone), at(str(day + A_DAY), zone)
    recorded.record(range(start - 700, end + 1200, QUARTER))
    clock.set(end + 43_200)

    for measure in MEASURES:
        found = history(recorded, measure, day, day + A_DAY, zone=zone)
        (whole,) = history(recorded, measure, day, day + A_DAY, zone=zone, daily=True)
        step = 300 if measure == "production" else QUARTER
        assert [each.end_at.timestamp() for each in found] == list(
            range(start + step, end + 1, step)
        )
        assert sum(each.wh for each in found) == whole.wh
        assert whole.end_at - whole.start_at == timedelta(hours=hours)
        assert whole.final
        assert all(each.final and each.w == each.wh * 3600 / step for each in found)
        assert {each.total_devices for each in found} == {20 if step == 300 else None}


def test_what_was_not_recorded_is_left_out_and_a_day_with_it_is_not_final(
    recorded: Recorded, clock: FakeClock
) -> None:
    first = at("2024-06-01")
    night = first + 86_400 + 7_200
    recorded.record([*range(first, night, 300), *range(night + 20_000, first + 3 * 86_400, 300)])
    clock.set(first + 3 * 86_400)

    found = history(recorded, "consumption", "2024-05-20")
    days = history(recorded, "consumption", "2024-05-20", daily=True)

    holes = [(a.end_at, b.start_at) for a, b in pairwise(found) if a.end_at != b.start_at]
    assert len(holes) == 1
    assert holes[0][0].timestamp() == pytest.approx(night, abs=QUARTER)
    assert [day.start_at.astimezone(DENVER).day for day in days] == [1, 2, 3]
    assert [day.final for day in days] == [True, True, False]  # the gap lies within one day
    assert found[0].start_at.timestamp() == first


def spans(found: list[HistoryInterval]) -> list[tuple[float, float]]:
    return [(each.start_at.timestamp(), each.end_at.timestamp()) for each in found]


BEGIN = at("2024-03-01")
LENGTH = 20 * 86_400


@pytest.fixture(scope="module")
def long_recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    recorded = Recorded(tmp_path_factory.mktemp("long") / "house.sqlite")
    recorded.record(range(BEGIN, BEGIN + LENGTH + 1, QUARTER))
    return recorded


@settings(max_examples=25)
@given(
    measure=st.sampled_from(MEASURES),
    daily=st.booleans(),
    cuts=st.lists(st.integers(BEGIN, BEGIN + LENGTH), max_size=4, unique=True).map(sorted),
)
@pytest.mark.usefixtures("clock")
def test_a_span_cut_anywhere_gives_the_same_intervals_once(
    long_recorded: Recorded, measure: str, daily: bool, cuts: list[int]
) -> None:
    points = [BEGIN, *cuts, BEGIN + LENGTH]
    found: list[HistoryInterval] = []
    for start, end in pairwise(points):
        found += history(long_recorded, measure, start, end, daily=daily)
    assert found == history(long_recorded, measure, BEGIN, BEGIN + LENGTH, daily=daily)
    assert len(found) == (20 if daily else LENGTH // (300 if measure == "production" else 900))


@pytest.mark.usefixtures("clock")
def test_async_and_sync_give_the_same(long_recorded: Recorded, surface: Surface) -> None:
    envoy = site(long_recorded, asynchronous=surface.is_async)
    span = ("production", BEGIN, BEGIN + 9 * 86_400)
    found = surface.use(envoy, lambda it: surface.collected(it.history(*span)))
    assert found == history(long_recorded, *span)
    assert sum(each.wh for each in found) == produced(BEGIN + 9 * 86_400) - produced(BEGIN)


@pytest.mark.usefixtures("clock")
def test_what_a_recording_does_not_have_is_an_error(recorded: Recorded) -> None:
    with pytest.raises(NotAvailableError, match="nothing has been recorded"):
        history(recorded, "production", BEGIN)
    recorded.record(
        range(BEGIN, BEGIN + 7_200, 300), lambda instant: sample(instant, consumption=None)
    )
    for measure in ("battery_charge", "battery_discharge", "import", "export"):
        with pytest.raises(NotAvailableError, match=f"recording does not have {measure}"):
            history(recorded, measure, BEGIN)
    for measure in ("consumption", "micro_production"):  # production is the meter's
        with pytest.raises(NotAvailableError, match=f"{measure} was not recorded"):
            history(recorded, measure, BEGIN)
    with pytest.raises(InvalidArgumentError, match="measure: one of"):
        history(recorded, "sunshine", BEGIN)
    with pytest.raises(NotAvailableError, match=r"time zone is not known.* give timezone="):
        history(recorded, "production", "2024-03-01", zone=None)
    assert history(recorded, "production", BEGIN, zone=None)
    assert history(recorded, "production", "2024-03-01", zone=None, timezone="America/Denver")


@pytest.mark.usefixtures("clock")
def test_after_a_failed_read_it_goes_on(long_recorded: Recorded, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    copy.write_bytes(long_recorded.path.read_bytes())
    aside = tmp_path / "aside"
    found: list[HistoryInterval] = []
    with Envoy("envoy.local", recording=copy, timezone=DENVER) as envoy:
        walk = envoy.history("consumption", BEGIN, BEGIN + LENGTH)
        found += [next(walk) for _ in range(7 * 96)]
        copy.rename(aside)
        copy.write_bytes(b"no database" * 1000)
        with pytest.raises(ConfigError):
            next(walk)
        aside.replace(copy)
        found += walk
    assert found == history(long_recorded, "consumption", BEGIN, BEGIN + LENGTH)
