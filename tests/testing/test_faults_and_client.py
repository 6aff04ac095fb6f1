"""Every fault of the kit, and what the client makes of it: a recovery or one of its errors."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from attrs import frozen

from enphase_sdk import errors, models
from enphase_sdk.testing import FakeClock, SimulatedEnlighten, faults
from enphase_sdk.testing.faults import Fault

if TYPE_CHECKING:
    from tests.support import Surface

FOREVER = 1_000


@frozen
class Failure:
    """What comes of a fault that happens to each request of one call.

    Attributes:
        fault: Which.
        error: What the call raises if it does not stop.
        sent: How many requests it sends before it gives up.
        recovers: Whether it comes back with the right answer if it happens once.
    """

    fault: Fault
    error: type[errors.EnphaseError]
    sent: int = 5
    recovers: bool = True


def permanent(fault: Fault, error: type[errors.EnphaseError]) -> Failure:
    """The caller's own fault, or one that no other try mends."""
    return Failure(fault, error, sent=1, recovers=False)


INVALID = errors.APIResponseValidationError
FAILURES: dict[str, list[Failure]] = {
    "status": [
        Failure(faults.status(500), errors.ServerError),
        Failure(faults.status(502, text="bad gateway"), errors.ServerError),
        Failure(faults.status(503, json={"reason": "503"}), errors.ServerError),
        Failure(faults.status(504), errors.ServerError),
        Failure(faults.status(409), errors.RateLimitError),
        Failure(faults.status(429, json={"message": "slow down"}), errors.RateLimitError),
        Failure(faults.status(200), INVALID),
        Failure(faults.status(200, text="fine"), INVALID),
        permanent(faults.status(401), errors.AuthenticationError),
        permanent(faults.status(403, json={"message": ["no"]}), errors.AuthenticationError),
        permanent(faults.status(404), errors.NotFoundError),
        permanent(faults.status(422, json={"message": "no Site"}), errors.UnprocessableEntityError),
        permanent(faults.status(302, headers={"Location": "/login"}), errors.APIStatusError),
        permanent(faults.status(418), errors.APIStatusError),
        permanent(faults.status(520, text="<html>"), errors.ServerError),
    ],
    "html": [
        Failure(faults.html(), errors.ServerError),
        Failure(faults.html(409), errors.RateLimitError),
        Failure(faults.html(200), INVALID),
        permanent(faults.html(404), errors.NotFoundError),
    ],
    "unavailable": [
        Failure(faults.unavailable(), errors.ServerError),
        Failure(faults.unavailable(500), errors.ServerError),
    ],
    "conflict": [permanent(faults.conflict("month"), errors.RateLimitError)],
    "answer_lost": [Failure(faults.answer_lost(), errors.APIConnectionError)],
    "too_many_requests": [Failure(faults.too_many_requests(None), errors.RateLimitError)],
    "dropped": [Failure(faults.dropped(), errors.APIConnectionError)],
    "refused": [Failure(faults.refused(), errors.APIConnectionError)],
    "stalled": [Failure(faults.stalled(), errors.APITimeoutError)],
    "truncated": [
        Failure(faults.truncated(), errors.APIConnectionError),
        Failure(faults.truncated(keep=0), errors.APIConnectionError),
    ],
    "slow": [Failure(faults.slow(seconds=40, chunks=1), errors.APITimeoutError)],
}
CASES = [failure for failures in FAILURES.values() for failure in failures]


def short_pages(cloud: Any, surface: Surface) -> Any:
    return surface.collected(cloud.systems(limit=10))


@pytest.fixture
def sim(clock: FakeClock) -> SimulatedEnlighten:
    return SimulatedEnlighten(30, clock=clock)


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case.fault))
def test_a_fault_that_goes_on_ends_in_its_error(
    surface: Surface, sim: SimulatedEnlighten, case: Failure
) -> None:
    sim.fail(times=FOREVER, with_=case.fault)
    with pytest.raises(errors.EnphaseError) as raised:
        surface.call(sim, lambda cloud: cloud.summary(67), timeout=30.0)
    assert type(raised.value) is case.error or (
        case.error is INVALID and isinstance(raised.value, INVALID)
    )
    assert len(sim.requests) == case.sent


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.recovers], ids=lambda case: repr(case.fault)
)
def test_a_fault_that_passes_costs_a_wait_and_nothing_else(
    surface: Surface, sim: SimulatedEnlighten, clock: FakeClock, case: Failure
) -> None:
    right = surface.call(sim, lambda cloud: cloud.summary(72))
    sim.requests.clear()
    sim.fail(times=2, with_=case.fault)
    waits: list[float] = []
    got = surface.call(
        sim,
        lambda cloud: cloud.summary(72),
        timeout=30.0,
        on_wait=lambda sleep: waits.append(sleep.seconds),
    )
    assert got == right
    assert len(sim.requests) == 3
    assert len(waits) == 2
    assert set(waits) <= set(clock.sleeps)


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case.fault))
def test_without_retries_every_fault_is_told_at_once(
    surface: Surface, sim: SimulatedEnlighten, case: Failure
) -> None:
    rule = sim.fail(times=FOREVER, with_=case.fault)
    with pytest.raises(case.error):
        surface.call(sim, lambda cloud: cloud.summary(67), max_retries=0, timeout=30.0)
    assert (len(sim.requests), rule.applied) == (1, 1)


def test_a_body_that_is_slow_but_steady_is_waited_for(
    surface: Surface, sim: SimulatedEnlighten, clock: FakeClock
) -> None:
    sim.fail(with_=faults.slow(seconds=40, chunks=4))
    assert surface.call(sim, lambda cloud: cloud.summary(67), timeout=30.0).system_id == 67
    assert (len(sim.requests), clock.sleeps) == (1, [10] * 4)


@pytest.mark.parametrize("storm", [1, 3])
def test_a_409_is_waited_out_until_the_window_ends(
    surface: Surface, sim: SimulatedEnlighten, clock: FakeClock, storm: int
) -> None:
    start = clock.time()
    sim.fail(times=storm, with_=faults.conflict())
    assert surface.call(sim, lambda cloud: cloud.summary(67)).system_id == 67
    assert len(sim.requests) == storm + 1
    opened = math.floor(start / 60) * 60 + 60 * storm
    assert opened <= clock.time() <= opened + 5 * storm


@pytest.mark.parametrize("skew", [-300, -3, 3, 300])
def test_a_409_of_a_server_with_another_clock_is_waited_out_on_its_clock(
    surface: Surface, sim: SimulatedEnlighten, clock: FakeClock, skew: float
) -> None:
    sim.skew = skew
    sim.fail(with_=faults.conflict())
    opens = (math.floor((clock.time() + skew) / 60) + 1) * 60 - skew
    assert surface.call(sim, lambda cloud: cloud.summary(67)).system_id == 67
    assert len(sim.requests) == 2
    assert opens <= clock.time() <= opens + 5


def test_a_months_quota_is_no_wait_and_says_when_it_opens(
    surface: Surface, sim: SimulatedEnlighten, clock: FakeClock
) -> None:
    sim.fail(with_=faults.conflict("month", limit=1000))
    with pytest.raises(errors.RateLimitError, match="2024-07-01T00:00:00") as raised:
        surface.call(sim, lambda cloud: cloud.summary(67))
    assert (raised.value.period, raised.value.limit) == ("month", 1000)
    assert clock.sleeps == []


EDITS: dict[str, tuple[Fault, str, Callable[[models.SystemsPage], bool]]] = {
    "null": (
        faults.null("$.systems[1].system_name"), "$.systems[1].system_name",
        lambda page: page.systems[1].system_name is None,
    ),
    "missing": (
        faults.missing("$.systems[1].timezone"), "$.systems[1].timezone",
        lambda page: page.systems[1].timezone is None,
    ),
    "retyped": (
        faults.retyped("$.systems[1].system_id"), "$.systems[1].system_id",
        lambda page: page.systems[1].system_id == 72,
    ),
    "replaced": (
        faults.replaced("$.systems[1].meta", 7), "$.systems[1].meta",
        lambda page: page.systems[1].meta is None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_a_wrong_value_is_none_or_what_it_stands_for_and_costs_no_other(
    surface: Surface, sim: SimulatedEnlighten, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    fault, path, holds = EDITS[name]

    def first_page(cloud: Any) -> Any:
        return surface.collected(cloud.systems(limit=30).pages())

    (right,) = surface.call(sim, first_page)
    sim.fail(operation="Systems", with_=fault)
    (page,) = surface.call(sim, first_page)
    assert holds(page)
    del page.systems[1], right.systems[1]
    assert page == right
    assert path in caplog.text


@pytest.mark.parametrize("name", EDITS)
def test_a_strict_client_says_where_the_wrong_value_is(
    surface: Surface, sim: SimulatedEnlighten, name: str
) -> None:
    fault, path, _ = EDITS[name]
    sim.fail(operation="Systems", with_=fault)
    with pytest.raises(errors.APIResponseValidationError) as raised:
        surface.call(sim, lambda cloud: short_pages(cloud, surface), strict=True)
    assert raised.value.path == path


LEGAL: dict[str, Fault] = {
    "unknown_value": faults.unknown_value("$.systems[*].meta.status", "encharge_issue"),
    "unknown_field": faults.unknown_field("$.systems[*]", "battery_count", 3),
}


@pytest.mark.parametrize("strict", [False, True], ids=["lenient", "strict"])
@pytest.mark.parametrize("name", LEGAL)
def test_what_a_newer_server_may_say_is_no_fault(
    surface: Surface,
    sim: SimulatedEnlighten,
    caplog: pytest.LogCaptureFixture,
    name: str,
    strict: bool,
) -> None:
    sim.fail(operation="Systems", with_=LEGAL[name])
    systems = surface.call(
        sim, lambda cloud: surface.collected(cloud.systems(limit=30)), strict=strict
    )
    assert [system.system_id for system in systems] == sim.system_ids()
    unknown = [system.meta.status == "encharge_issue" for system in systems]
    assert all(unknown) is (name == "unknown_value")
    assert caplog.text == ""


def listed(surface: Surface, sim: SimulatedEnlighten) -> list[int]:
    systems = surface.call(sim, lambda cloud: short_pages(cloud, surface))
    return [system.system_id for system in systems]


def test_a_repeated_cursor_is_an_error(surface: Surface, sim: SimulatedEnlighten) -> None:
    sim.fail(times=FOREVER, operation="Systems", with_=faults.repeated_cursor())
    with pytest.raises(errors.APIResponseValidationError, match="repeated a cursor"):
        listed(surface, sim)
    assert len(sim.requests) == 2


def test_a_system_that_comes_twice_at_a_boundary_is_given_once(
    surface: Surface, sim: SimulatedEnlighten
) -> None:
    sim.fail(operation="Systems", with_=faults.duplicate_on_boundary())
    assert listed(surface, sim) == sim.system_ids()


def test_a_system_that_a_boundary_leaves_out_is_missed_and_nothing_else(
    surface: Surface, sim: SimulatedEnlighten
) -> None:
    sim.fail(operation="Systems", with_=faults.missing_on_boundary())
    assert listed(surface, sim) == [id_ for id_ in sim.system_ids() if id_ != 117]


def test_a_fleet_that_changes_between_two_pages_is_listed_as_far_as_it_stayed(
    surface: Surface, sim: SimulatedEnlighten
) -> None:
    first, *stayed, last = sim.system_ids()
    sim.remove_system(first)
    changes = faults.system_added(first) & faults.system_removed(last)
    sim.fail(operation="Systems", after=1, with_=changes)
    assert listed(surface, sim) == stayed
    assert listed(surface, sim) == [first, *stayed]


def test_faults_at_a_rate_lose_nothing_of_a_long_walk(
    surface: Surface, sim: SimulatedEnlighten
) -> None:
    for fault in (faults.status(503), faults.html(200), faults.dropped(), faults.conflict()):
        sim.fail(rate=0.1, with_=fault)
    systems = surface.call(
        sim, lambda cloud: surface.collected(cloud.systems(limit=1)), max_retries=8
    )
    assert [system.system_id for system in systems] == sim.system_ids()
    assert len(sim.requests) > 30


def test_every_fault_of_the_kit_is_here() -> None:
    on_the_listing = {"repeated_cursor", "duplicate_on_boundary", "missing_on_boundary"}
    of_the_fleet = {"system_added", "system_removed"}
    tested = {*FAILURES, *EDITS, *LEGAL, *on_the_listing, *of_the_fleet}
    assert tested == set(faults.__all__) - {"Exchange", "Fault"}


@pytest.mark.parametrize(
    ("fault", "error"),
    [(faults.status(503), errors.ServerError), (faults.status(409), errors.RateLimitError)],
    ids=repr,
)
def test_an_answer_without_a_body_is_whole_on_the_real_port_too(
    clock: FakeClock, surface: Surface, fault: Fault, error: type[errors.EnphaseError]
) -> None:
    sim = SimulatedEnlighten(3, clock=clock)
    sim.fail(with_=fault)
    with sim.serve() as url, pytest.raises(error):
        surface.use(
            surface.client(base_url=url, timeout=60, max_retries=0),
            lambda cloud: cloud.summary(67),
        )


def test_the_real_port_ends_in_the_same_errors(clock: FakeClock, surface: Surface) -> None:
    sim = SimulatedEnlighten(3, clock=clock)
    seen: list[type[Exception]] = []
    with sim.serve() as url:
        for fault, patience in (
            (faults.dropped(), 30),
            (faults.refused(), 30),
            (faults.truncated(), 30),
            (faults.stalled(), 0.05),
        ):
            sim.fail(times=FOREVER, with_=fault)
            timeout = httpx.Timeout(30, read=patience)
            with pytest.raises(errors.APIConnectionError) as raised:
                surface.use(
                    surface.client(base_url=url, max_retries=1, timeout=timeout),
                    lambda cloud: cloud.summary(67),
                )
            seen.append(raised.type)
            sim.heal()
        assert surface.use(surface.client(base_url=url), lambda cloud: cloud.summary(67))
    assert seen == [errors.APIConnectionError] * 3 + [errors.APITimeoutError]
