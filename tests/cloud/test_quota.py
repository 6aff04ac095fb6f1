"""The pacer: no hit more than the plan allows, and hardly one less."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from enphase_sdk import errors
from enphase_sdk.cloud.plans import PLANS, Plan, plan_named
from enphase_sdk.cloud.quota import SPREAD, Pacer
from enphase_sdk.cloud.quota_rules import DAY, LEARNED_FOR, LONGEST_PERIOD, REMEMBERED
from enphase_sdk.cloud.tally import Closed, Ticket
from enphase_sdk.core import times
from tests.cloud.virtual import FixedWindows, Simulation

MINUTE = 60.0
NOW = 1_718_452_800.0  # the start of a minute


def http_date(epoch: float) -> str:
    return formatdate(epoch, usegmt=True)


def reserved(pacer: Pacer, now: float) -> Ticket:
    ticket = pacer.reserve(now)
    assert isinstance(ticket, Ticket)
    return ticket


def closed(pacer: Pacer, now: float) -> Closed:
    refusal = pacer.reserve(now)
    assert isinstance(refusal, Closed)
    return refusal


def refuse(pacer: Pacer, now: float, **fields: Any) -> Closed:
    absent = dict.fromkeys(("period", "period_start", "period_end", "limit"))
    return pacer.refuse(now, **{**absent, **fields})


def refuse_minute(pacer: Pacer, now: float, server_now: float, limit: int = 10) -> Closed:
    start = int(server_now // 60) * 60
    return refuse(
        pacer, now, period="minute", period_start=start, period_end=start + 60, limit=limit
    )


def exchange(pacer: Pacer, now: float, skew: float = 0.0, latency: float = 0.0) -> Ticket:
    """One hit that goes well, counted on arrival."""
    ticket = reserved(pacer, now)
    pacer.settle(ticket, now + latency, http_date(now + skew + latency / 2))
    return ticket


def test_the_published_plans() -> None:
    assert {name: plan.per_minute for name, plan in PLANS.items()} == {
        "watt": 10,
        "kilowatt": 50,
        "megawatt": 100,
        "partner": 300,
    }
    assert all(plan.minute_seconds == MINUTE for plan in PLANS.values())
    assert plan_named("Watt") is plan_named("WATT") is PLANS["watt"]


@pytest.mark.parametrize(
    "plan",
    [
        {"per_minute": 0},
        {"per_minute": -1},
        {"per_minute": 10, "per_month": 0},
        {"per_minute": 10, "per_month": -1},
        {"per_minute": 10, "minute_seconds": 0.0},
        {"per_minute": 10, "minute_seconds": -1.0},
        {"per_minute": 10, "minute_seconds": float("inf")},
        {"per_minute": 10, "minute_seconds": float("nan")},
    ],
    ids=repr,
)
def test_a_plan_that_never_opens_is_refused(plan: dict[str, Any]) -> None:
    with pytest.raises(errors.ConfigError, match="'mine'"):
        Plan("mine", **plan)


def test_without_a_plan_nothing_is_held_back() -> None:
    pacer = Pacer()
    for _ in range(5000):
        reserved(pacer, NOW)
    assert pacer.limit is None


def test_a_plan_is_never_overrun_within_a_window() -> None:
    pacer = Pacer(PLANS["watt"])
    for second in range(10):
        exchange(pacer, NOW + second)
    refusal = closed(pacer, NOW + 10)
    assert "all 10 hits" in refusal.reason
    assert refusal.opens_at == NOW + 60
    # The Date header leaves our knowledge of the server's clock uncertain by up to a second.
    assert 50 <= refusal.wait <= 51 + SPREAD


def test_the_next_window_is_open_again() -> None:
    pacer = Pacer(Plan("mine", 1))
    exchange(pacer, NOW)
    refusal = closed(pacer, NOW + 1)
    exchange(pacer, NOW + 1 + refusal.wait)


def test_hits_on_their_way_count() -> None:
    pacer = Pacer(Plan("mine", 2))
    first, _ = reserved(pacer, NOW + 59), reserved(pacer, NOW + 59)
    closed(pacer, NOW + 59)
    # Not back yet, so they may be counted in the next window too.
    closed(pacer, NOW + 60.5)
    pacer.settle(first, NOW + 61, http_date(NOW + 59.5))
    reserved(pacer, NOW + 62)
    closed(pacer, NOW + 62)


def test_a_hit_counts_in_the_window_that_begins_as_it_leaves() -> None:
    pacer = Pacer(Plan("mine", 1))
    reserved(pacer, NOW)
    assert closed(pacer, NOW).opens_at == NOW + 60


def test_a_hit_dated_in_the_last_second_of_a_window_is_not_counted_in_the_next() -> None:
    pacer = Pacer(Plan("mine", 1))
    pacer.settle(reserved(pacer, NOW + 59.2), NOW + 59.4, http_date(NOW + 59.3))
    reserved(pacer, NOW + 61.5)


def test_a_hit_that_failed_counts() -> None:
    pacer = Pacer(Plan("mine", 1))
    pacer.settle(reserved(pacer, NOW), NOW + 5, None)
    closed(pacer, NOW + 6)


def test_waiters_are_spread() -> None:
    pacer = Pacer(Plan("mine", 1))
    exchange(pacer, NOW)
    waits = {closed(pacer, NOW + 1).wait for _ in range(200)}
    assert max(waits) - min(waits) > 0.8 * SPREAD
    assert max(waits) - min(waits) <= SPREAD


@pytest.mark.parametrize("skew", [-3600.0, -3.0, 0.0, 3.0, 3600.0])
def test_windows_are_the_server_s(skew: float) -> None:
    pacer = Pacer(Plan("mine", 1))
    now = NOW - skew + 30  # half past by the server's clock
    exchange(pacer, now, skew)
    refusal = closed(pacer, now + 1)
    assert refusal.opens_at == NOW + 60
    assert 29 <= refusal.wait <= 30.5 + SPREAD


def test_the_server_s_clock_is_learned_better_with_every_answer() -> None:
    pacer = Pacer(Plan("mine", 1000))
    for step in range(100):
        exchange(pacer, NOW + step * 0.137, skew=7.3, latency=0.02)
    waits = []
    for _ in range(100):
        refusal = refuse_minute(pacer, NOW + 20, NOW + 27.3, limit=1000)
        waits.append(refusal.wait)
    assert min(waits) >= 32.7
    assert max(waits) <= 32.7 + 0.15 + SPREAD


def test_a_clock_that_is_set_is_learned_anew() -> None:
    pacer = Pacer(Plan("mine", 1))
    exchange(pacer, NOW, skew=0.0)
    exchange(pacer, NOW + 120, skew=-600.0)
    assert closed(pacer, NOW + 121).opens_at == NOW + 180 - 600


def test_a_refusal_teaches_the_limit_and_closes_for_everybody() -> None:
    pacer = Pacer()
    for _ in range(12):
        exchange(pacer, NOW + 1)
    refusal = refuse_minute(pacer, NOW + 2, NOW + 2)
    assert pacer.limit == 10
    assert refusal.opens_at == NOW + 60
    assert "10 hits a minute" in refusal.reason
    assert closed(pacer, NOW + 30).opens_at == NOW + 60
    after = NOW + 62
    for _ in range(10):
        exchange(pacer, after)
    assert closed(pacer, after).opens_at == NOW + 120


def test_a_refusal_corrects_a_plan_that_was_given_wrong() -> None:
    pacer = Pacer(PLANS["partner"])
    refuse_minute(pacer, NOW, NOW, limit=10)
    assert pacer.limit == 10


@pytest.mark.parametrize(
    ("period", "seconds"),
    [("hour", 3_600), ("month", 86_400), ("day", 86_400), ("fortnight", 86_400)],
)
def test_another_period_closes_and_teaches_no_limit(period: str, seconds: int) -> None:
    pacer = Pacer()
    end = int(NOW) + seconds
    refusal = refuse(pacer, NOW, period=period, period_start=0, period_end=end, limit=1000)
    assert pacer.limit is None
    assert refusal.wait >= seconds
    assert refusal.is_long == (period != "hour")
    assert f"1000 hits a {period}" in refusal.reason
    assert closed(pacer, NOW + 3500).opens_at == end


def test_a_period_is_over_after_its_own_length_whatever_its_end_says() -> None:
    for period, longest in (("minute", 60), ("hour", 3_600), ("month", 31 * 86_400), (None, 60)):
        refusal = refuse(Pacer(), NOW + 1, period=period, period_end=int(NOW) + 10**8, limit=10)
        assert 0 < refusal.wait <= longest + SPREAD


def test_a_month_that_is_used_up_lets_one_hit_a_day_out() -> None:
    pacer = Pacer()
    refuse(pacer, NOW, period="month", period_end=int(NOW) + 10 * 86_400, limit=1000)
    closed(pacer, NOW + 86_399)
    reserved(pacer, NOW + 86_401)
    closed(pacer, NOW + 86_402)
    reserved(pacer, NOW + 2 * 86_400 + 10)


def test_a_date_that_is_late_does_not_hold_against_the_window_a_refusal_names() -> None:
    pacer = Pacer()
    ticket = reserved(pacer, NOW + 5)
    pacer.settle(ticket, NOW + 5.1, http_date(NOW + 5 - 70))
    refusal = refuse_minute(pacer, NOW + 5.1, NOW + 5.1)
    assert 54.9 <= round(refusal.wait, 6) <= 54.9 + SPREAD


@pytest.mark.parametrize("limit", [None, 0, -5])
def test_a_limit_that_is_none_is_not_learned(limit: int | None) -> None:
    pacer = Pacer()
    refuse(pacer, NOW, period="minute", period_end=int(NOW) + 60, limit=limit)
    assert pacer.limit is None
    closed(pacer, NOW + 1)


def test_a_refusal_without_fields_closes_the_minute() -> None:
    pacer = Pacer()
    refusal = refuse(pacer, NOW + 20)
    assert refusal.opens_at == NOW + 60
    assert 40 <= refusal.wait <= 40 + SPREAD
    assert refusal.reason.startswith("the quota is used up")


@pytest.mark.parametrize("window", [0.5, 2.5, 7.0])
def test_a_refusal_without_fields_closes_a_window_of_another_length(window: float) -> None:
    pacer = Pacer(Plan("demo", 3, minute_seconds=window))
    refusal = refuse(pacer, NOW + 0.1)
    assert NOW + 0.1 < refusal.opens_at <= NOW + 0.1 + window
    assert refusal.opens_at % window == pytest.approx(0.0, abs=1e-6)
    assert 0 < refusal.wait <= window + SPREAD


@pytest.mark.parametrize("end", [-1, -(10**30), int(NOW + LONGEST_PERIOD) + 30, 10**12, 10**400])
def test_an_end_that_makes_no_sense_is_taken_as_the_minute_s(end: int) -> None:
    pacer = Pacer()
    refusal = refuse(pacer, NOW + 20, period="minute", period_end=end, limit=10)
    assert refusal.opens_at == NOW + 60
    assert closed(pacer, NOW + 30).wait <= 30 + SPREAD


@pytest.mark.parametrize("end", [0, 1_401_742_500, int(NOW) - 1, int(NOW)])
def test_an_end_in_the_past_asks_for_no_wait(end: int) -> None:
    pacer = Pacer()
    exchange(pacer, NOW - 1)
    refusal = refuse(pacer, NOW + 2, period="minute", period_start=end - 60, period_end=end)
    assert refusal.wait == 0
    reserved(pacer, NOW + 2)


def test_an_earlier_refusal_that_comes_late_opens_nothing() -> None:
    pacer = Pacer()
    refuse(pacer, NOW, period="month", period_start=0, period_end=int(NOW) + 86_400, limit=1000)
    refuse_minute(pacer, NOW + 1, NOW + 1)
    assert closed(pacer, NOW + 61).wait > 86_000


@pytest.mark.parametrize("skew", [-3600, -30, 45, 3600])
def test_a_refusal_tells_the_time_where_no_date_header_does(skew: int) -> None:
    pacer = Pacer()
    server_now = NOW + 20 + skew
    refusal = refuse_minute(pacer, NOW + 20, server_now)
    assert 60 - server_now % 60 <= refusal.wait <= 60 + SPREAD
    assert refusal.opens_at == (server_now // 60 + 1) * 60


def test_the_spec_s_own_example_moves_no_clock() -> None:
    # Test suites answer with it, and should not have to wait a minute for 2014.
    pacer = Pacer()
    refusal = refuse(
        pacer,
        NOW,
        period="minute",
        period_start=1_401_742_440,
        period_end=1_401_742_500,
        limit=10,
    )
    assert refusal.wait == 0
    reserved(pacer, NOW)
    assert pacer.limit == 10


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "yesterday",
        "Sat, 15 Jun 2024 12:00:00",
        "Sat, 15 Jun 2024 12:00:00 -0000",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Mon, 01 Jan 0001 00:00:00 GMT",
        "Sat, 15 Jun 2024 99:00:00 GMT",
        "Sat, 15 Jun 2024 12:00:00 +9999",
        "1718452800",
        "\x00",
        "é" * 1000,
    ],
)
def test_no_date_header_upsets_the_pacer(
    header: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    pacer = Pacer(Plan("mine", 1))
    pacer.settle(reserved(pacer, NOW), NOW, header)
    refusal = closed(pacer, NOW)
    assert refusal.opens_at % 60 == 0
    assert 59 <= refusal.wait <= 61 + SPREAD


@given(st.one_of(st.text(max_size=40), st.datetimes().map(lambda d: http_date_of(d))))
def test_any_date_header_leaves_a_pacer_that_works(header: str) -> None:
    pacer = Pacer(Plan("mine", 1))
    pacer.settle(reserved(pacer, NOW), NOW + 1, header)
    refusal = closed(pacer, NOW + 1)
    assert 0 < refusal.wait <= 62 + SPREAD


def http_date_of(moment: datetime) -> str:
    return moment.replace(tzinfo=UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")


@given(
    st.fixed_dictionaries(
        {
            "period": st.sampled_from([None, "minute", "second", "hour", "month", "x"]),
            "period_start": st.none() | st.integers(),
            "period_end": st.none() | st.integers() | st.integers(0, 4 * 10**9),
            "limit": st.none() | st.integers(),
        }
    )
)
def test_no_refusal_upsets_the_pacer(fields: dict[str, Any]) -> None:
    pacer = Pacer()
    exchange(pacer, NOW)
    refusal = refuse(pacer, NOW + 1, **fields)
    assert 0 <= refusal.wait <= LONGEST_PERIOD + 2 + SPREAD
    pacer.reserve(NOW + 2)
    assert isinstance(pacer.reserve(NOW + 1 + LONGEST_PERIOD + 5), Ticket)


@pytest.mark.no_cover
def test_the_pacer_forgets_what_is_over() -> None:
    pacer = Pacer(Plan("mine", 1000))
    for step in range(4000):
        exchange(pacer, NOW + step * 0.1)
    assert len(pacer._tickets) < 2000


def test_threads_share_one_count() -> None:
    pacer = Pacer(Plan("mine", 50))
    got: list[Any] = []
    barrier = threading.Barrier(16)

    def take() -> None:
        barrier.wait()
        got.extend(pacer.reserve(NOW) for _ in range(20))

    threads = [threading.Thread(target=take) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(each, Ticket) for each in got) == 50


latencies = st.sampled_from([0.01, 0.2, 1.0, 3.0])
skews = st.sampled_from([0.0, 3.0, -3.0, 3600.0, -3600.0]) | st.floats(-90.0, 90.0)


def simulation(
    limit: int, known: bool, workers: int, slowest: float, skew: float, phase: float, seed: int
) -> Simulation:
    # More than enough workers to use all there is, so that every window should be used up.
    assume(workers * MINUTE / slowest >= 2 * limit)

    def latency(rng: random.Random) -> tuple[float, float]:
        return rng.uniform(0.0, slowest) / 2, rng.uniform(0.0, slowest) / 2

    return Simulation(
        server=FixedWindows(limit, skew=skew),
        plan=Plan("mine", limit) if known else None,
        workers=workers,
        latency=latency,
        start=NOW + phase,
        duration=6 * MINUTE,
        seed=seed,
    )


phases = st.floats(0.0, 59.99) | st.floats(57.0, 59.99)
worlds: dict[str, Any] = {
    "limit": st.sampled_from([10, 10, 10, 50, 100]),
    "workers": st.sampled_from([1, 2, 4, 16, 24]),
    "slowest": latencies,
    "skew": skews,
    "phase": phases,
    "seed": st.integers(0, 2**32),
}


@pytest.mark.no_cover
@given(**worlds)
@example(limit=10, workers=16, slowest=0.2, skew=-3.0, phase=2.3, seed=8)
@example(limit=10, workers=16, slowest=1.0, skew=3.0, phase=59.5, seed=1)
@example(limit=10, workers=24, slowest=3.0, skew=-3.0, phase=58.0, seed=2)
def test_with_a_known_plan_nothing_is_refused_and_all_is_used(
    limit: int, workers: int, slowest: float, skew: float, phase: float, seed: int
) -> None:
    made = simulation(limit, True, workers, slowest, skew, phase, seed)
    outcome = made.run()
    assert sum(outcome.refusals) == 0
    # A call that crosses the first boundary may have to be counted on both of its sides.
    assert outcome.full_windows[0] >= limit - workers
    assert min(outcome.full_windows[1:]) >= 0.995 * limit


@pytest.mark.no_cover
@given(**worlds)
@example(limit=10, workers=16, slowest=0.01, skew=17.3, phase=42.64, seed=216)
@example(limit=10, workers=16, slowest=1.0, skew=17.3, phase=41.7, seed=262)
def test_while_learning_each_worker_is_refused_once_at_most(
    limit: int, workers: int, slowest: float, skew: float, phase: float, seed: int
) -> None:
    made = simulation(limit, False, workers, slowest, skew, phase, seed)
    outcome = made.run()
    assert max(outcome.refusals) <= 1
    assert min(outcome.full_windows[1:]) >= 0.995 * limit


@pytest.mark.parametrize("skew", [-3600.0, -3.0, 0.0, 3.0, 3600.0])
@pytest.mark.parametrize("known", [True, False])
def test_a_server_without_dates_is_still_got_along_with(skew: float, known: bool) -> None:
    def latency(rng: random.Random) -> tuple[float, float]:
        return rng.uniform(0.05, 0.2), rng.uniform(0.05, 0.2)

    outcomes = [
        Simulation(
            server=FixedWindows(10, skew=skew, dated=False),
            plan=PLANS["watt"] if known else None,
            workers=16,
            latency=latency,
            start=NOW + phase,
            duration=6 * MINUTE,
        ).run()
        for phase in (0.0, 20.0, 59.0)
    ]
    for outcome in outcomes:
        assert max(outcome.refusals) <= 3
        assert sum(outcome.full_windows) >= 0.8 * 10 * len(outcome.full_windows)


@pytest.mark.parametrize("name", ["Minute", " MINUTE", "minute"])
def test_the_name_of_a_period_is_read_in_any_case(name: str) -> None:
    pacer = Pacer()
    refusal = refuse(
        pacer, NOW + 20, period=name, period_start=int(NOW), period_end=int(NOW) + 60, limit=7
    )
    assert not refusal.is_long
    assert 40 <= refusal.wait <= 40 + SPREAD
    assert pacer.limit == 7


def test_a_second_s_refusal_leaves_the_minute_s_limit() -> None:
    pacer = Pacer(PLANS["watt"])
    start = int(NOW)
    refusal = refuse(pacer, NOW, period="second", period_start=start, period_end=start + 1, limit=3)
    assert 1 <= refusal.wait <= 1 + SPREAD
    assert pacer.limit == 10
    for _ in range(10):
        reserved(pacer, NOW + 2)
    closed(pacer, NOW + 2)


@pytest.mark.parametrize("plan", [None, PLANS["kilowatt"]])
def test_what_a_refusal_taught_is_forgotten_after_a_day(plan: Plan | None) -> None:
    pacer = Pacer(plan)
    refuse_minute(pacer, NOW, NOW)
    later = NOW + LEARNED_FOR
    reserved(pacer, later - 1)
    assert pacer.limit == 10
    reserved(pacer, later)
    assert pacer.limit == (plan and plan.per_minute)


def test_a_failed_try_opens_no_month_and_a_late_answer_neither() -> None:
    pacer = Pacer()
    late = reserved(pacer, NOW - 1)
    refuse(pacer, NOW, period="month", period_end=int(NOW) + 20 * 86_400, limit=1000)
    pacer.settle(late, NOW + 1, None, is_success=True)
    assert closed(pacer, NOW + DAY - 1).is_long
    pacer.settle(reserved(pacer, NOW + DAY), NOW + DAY, None)
    assert closed(pacer, NOW + 2 * DAY - 1).is_long
    pacer.settle(reserved(pacer, NOW + 2 * DAY), NOW + 2 * DAY, None, is_success=True)
    reserved(pacer, NOW + 2 * DAY)


def test_a_minute_s_refusal_does_not_rename_the_month_s() -> None:
    pacer = Pacer()
    refuse(pacer, NOW, period="month", period_end=int(NOW) + 20 * 86_400, limit=1000)
    refuse_minute(pacer, NOW + 1, NOW + 1)
    assert "1000 hits a month" in closed(pacer, NOW + 2).reason


def test_after_a_fork_the_parent_s_calls_count_and_are_not_waited_for() -> None:
    pacer = Pacer(Plan("mine", 1))
    reserved(pacer, NOW)
    closed(pacer, NOW + 3_600)  # as long as its answer is out
    pacer.after_fork()
    closed(pacer, NOW)
    reserved(pacer, NOW + 3_600)


@pytest.mark.parametrize("length", [60.0, 7.0])
def test_only_the_hits_of_one_window_are_remembered(length: float) -> None:
    pacer = Pacer(Plan("mine", 1000, minute_seconds=length))
    most = 0
    for step in range(500):
        exchange(pacer, NOW + step)
        most = max(most, len(pacer._tickets))
    # A second more, for what a Date header leaves open, and the one that is being made.
    assert length <= most <= length + 3


def test_so_many_hits_are_remembered_for_the_limit_to_come() -> None:
    pacer = Pacer()
    for _ in range(REMEMBERED + 50):
        reserved(pacer, NOW)
    assert len(pacer._tickets) == REMEMBERED


def test_a_hit_under_way_may_count_until_it_is_back() -> None:
    pacer = Pacer(Plan("mine", 1))
    hanging = reserved(pacer, NOW)
    closed(pacer, NOW + 3_600)
    pacer.settle(hanging, NOW + 3_600, None)
    reserved(pacer, NOW + 3_660)


def test_without_a_date_header_the_server_s_clock_is_taken_for_ours() -> None:
    pacer = Pacer(Plan("mine", 1))
    pacer.settle(reserved(pacer, NOW + 59), NOW + 59.5, None)
    closed(pacer, NOW + 59.9)
    reserved(pacer, NOW + 60)


@pytest.mark.parametrize("zone", ["GMT", "-0000", "+0000"])
def test_a_date_of_a_header_is_in_utc_unless_it_says_another_zone(zone: str) -> None:
    assert times.http_date(f"Sat, 15 Jun 2024 12:00:00 {zone}") == NOW
    assert times.http_date("Sat, 15 Jun 2024 14:00:00 +0200") == NOW
