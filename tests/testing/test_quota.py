"""The plans' fixed windows, as the cloud counts them."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, cast

import httpx
import pytest

from enphase_sdk.errors import ConfigError
from enphase_sdk.testing import FakeClock, Plan, SimulatedEnlighten

MINUTE = 1_718_452_800  # 2024-06-15T12:00:00Z, the beginning of a minute


def ask(sim: SimulatedEnlighten, **params: str) -> httpx.Response:
    query = {"key": "k", "user_id": "u", **params}
    return sim(httpx.Request("GET", "https://cloud/api/v2/systems", params=query))


def statuses(sim: SimulatedEnlighten, requests: int) -> list[int]:
    return [ask(sim).status_code for _ in range(requests)]


def test_over_the_limit_the_answer_describes_the_window() -> None:
    clock = FakeClock(MINUTE + 17.5)
    sim = SimulatedEnlighten(3, plan="watt", clock=clock)
    assert statuses(sim, 11) == [200] * 10 + [409]
    response = ask(sim)
    assert response.json() == {
        "reason": "409",
        "message": ["Usage limit exceeded for plan Watt"],
        "period": "minute",
        "period_start": MINUTE,
        "period_end": MINUTE + 60,
        "limit": 10,
    }
    assert response.headers["Date"] == "Sat, 15 Jun 2024 12:00:17 GMT"
    assert (sim.hits, sim.refused) == (10, 2)


def test_the_window_opens_at_its_end_and_not_before() -> None:
    clock = FakeClock(MINUTE + 59)
    sim = SimulatedEnlighten(3, plan="watt", clock=clock)
    statuses(sim, 10)
    clock.set(MINUTE + 59.999)
    assert statuses(sim, 1) == [409]
    clock.set(MINUTE + 60)
    assert statuses(sim, 11) == [200] * 10 + [409]


@pytest.mark.parametrize(
    ("month", "opens"),
    [(6, datetime(2024, 7, 1, tzinfo=UTC)), (12, datetime(2025, 1, 1, tzinfo=UTC))],
)
def test_the_month_is_a_calendar_month_and_comes_first(month: int, opens: datetime) -> None:
    clock = FakeClock(datetime(2024, month, 15, tzinfo=UTC))
    sim = SimulatedEnlighten(3, plan=Plan("Tiny", per_minute=2, per_month=3), clock=clock)
    assert statuses(sim, 3) == [200, 200, 409]
    clock.advance(60)
    assert statuses(sim, 2) == [200, 409]
    body: dict[str, Any] = ask(sim).json()
    assert (body["period"], body["limit"]) == ("month", 3)
    assert body["period_start"] == datetime(2024, month, 1, tzinfo=UTC).timestamp()
    assert body["period_end"] == opens.timestamp()
    clock.set(opens)
    assert statuses(sim, 3) == [200, 200, 409]


def test_a_short_minute_stays_aligned_and_never_says_too_early_an_end() -> None:
    clock = FakeClock(MINUTE + 0.5)
    sim = SimulatedEnlighten(3, plan=Plan("Demo", 1, 1000, minute_seconds=2.5), clock=clock)
    assert statuses(sim, 2) == [200, 409]
    body = ask(sim).json()
    assert (body["period_start"], body["period_end"]) == (MINUTE, MINUTE + 3)
    clock.set(MINUTE + 2.5)
    assert statuses(sim, 1) == [200]


def test_a_skewed_server_shifts_its_windows_and_its_date() -> None:
    clock = FakeClock(MINUTE + 57)
    sim = SimulatedEnlighten(3, plan="watt", clock=clock, skew=3)
    assert statuses(sim, 11) == [200] * 10 + [409]
    response = ask(sim)
    assert response.json()["period_start"] == MINUTE + 60
    assert parsedate_to_datetime(response.headers["Date"]).timestamp() == MINUTE + 60
    sim.skew = -60
    assert ask(sim).status_code == 200


def test_only_authorized_requests_use_the_quota() -> None:
    sim = SimulatedEnlighten(3, plan="watt", clock=FakeClock(MINUTE), api_key="k")
    for _ in range(20):
        assert ask(sim, key="wrong").status_code == 401
    assert (sim.hits, sim.refused) == (0, 0)


def test_many_threads_get_no_more_than_the_limit() -> None:
    sim = SimulatedEnlighten(3, plan="kilowatt", clock=FakeClock(MINUTE))
    got: list[int] = []

    def work() -> None:
        got.extend(statuses(sim, 20))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (got.count(200), got.count(409)) == (50, 70)


def test_an_unknown_plan_is_refused_with_those_there_are() -> None:
    unknown, loud = cast("Any", "gigawatt"), cast("Any", "MEGAWATT")
    with pytest.raises(ConfigError, match="watt, kilowatt, megawatt, partner"):
        SimulatedEnlighten(3, plan=unknown)
    assert "Megawatt" in repr(SimulatedEnlighten(3, plan=loud, clock=FakeClock()))
