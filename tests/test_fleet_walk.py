"""The main job's first half: a whole fleet through everything that goes wrong, each system once.

25 pages of 1,000 systems over a real port. The clock is a fake one, for the client and for the
simulated cloud alike, so that nothing waits and every wait is seen.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from enphase_sdk.errors import APIConnectionError, APIResponseValidationError
from enphase_sdk.testing import FakeClock, Plan, SimulatedEnlighten, faults
from tests.support import Surface

pytestmark = pytest.mark.no_cover

SYSTEMS = 25_000
PLAN = Plan("Watt", 10, 1_000)


def cloud(clock: FakeClock, systems: int = SYSTEMS, **options: Any) -> SimulatedEnlighten:
    return SimulatedEnlighten(systems, seed=1, clock=clock, **options)


def script(simulated: SimulatedEnlighten) -> list[Any]:
    """One of everything, spread over the listing; some of it twice in a row."""
    return [
        simulated.fail(with_=faults.unavailable(), after=2, times=2),
        simulated.fail(with_=faults.html(503), after=6, times=1),
        simulated.fail(with_=faults.html(200), after=9, times=2),
        simulated.fail(with_=faults.truncated(), after=13, times=1),
        simulated.fail(with_=faults.dropped(), after=17, times=2),
        simulated.fail(with_=faults.unavailable(500), after=21, times=1),
        simulated.fail(with_=faults.status(502, text="bad gateway"), after=24, times=1),
        simulated.fail(with_=faults.truncated(keep=0.0), after=27, times=1),
        simulated.fail(with_=faults.status(504, text="timed out"), after=30, times=1),
        simulated.fail(with_=faults.conflict(), after=33, times=1),
        simulated.fail(with_=faults.status(409, text="<html>slow down</html>"), after=35, times=1),
    ]


def walk(surface: Surface, url: str, told: list[Any], **options: Any) -> list[int]:
    def ids(client: Any) -> Any:
        if not surface.is_async:
            return [system.system_id for system in client.systems()]

        async def act() -> Any:
            return [system.system_id async for system in client.systems()]

        return act()

    client = surface.client(base_url=url, on_wait=told.append, **options)
    found: list[int] = surface.use(client, ids)
    return found


def test_25_pages_through_everything_give_each_system_once(
    surface: Surface, clock: FakeClock, record_property: Any
) -> None:
    simulated = cloud(clock, plan=PLAN, skew=-3.0)
    rules = script(simulated)
    told: list[Any] = []
    with simulated.serve() as url:
        found = walk(surface, f"{url}/api/v2", told)
    assert found == simulated.system_ids()
    assert Counter(found).most_common(1)[0][1] == 1
    assert [rule for rule in rules if not rule.applied] == []
    mishaps = sum(rule.applied for rule in rules)
    assert len(simulated.requests) == 25 + mishaps + simulated.refused
    # One refusal taught the limit; from then on it was kept to.
    assert simulated.refused == 1
    assert [sleep.seconds for sleep in told] == clock.sleeps
    waited_for_quota = [sleep for sleep in told if "quota" in sleep.reason]
    assert 3 <= len(waited_for_quota) <= 6
    record_property("requests", len(simulated.requests))
    record_property("refused", simulated.refused)
    record_property("waits", [(round(s.seconds, 1), s.reason) for s in told])


def test_with_the_plan_known_nothing_is_refused(surface: Surface, clock: FakeClock) -> None:
    simulated = cloud(clock, plan=PLAN)
    with simulated.serve() as url:
        found = walk(surface, url, [], quota="watt")
    assert found == simulated.system_ids()
    assert simulated.refused == 0
    assert len(simulated.requests) == 25
    # 10, 10 and 5 pages: two windows had to be waited for.
    assert len(clock.sleeps) == 2


def test_pages_that_shift_while_they_are_listed_give_no_system_twice(
    surface: Surface, clock: FakeClock
) -> None:
    simulated = cloud(clock, 8_000)
    rule = simulated.fail(with_=faults.duplicate_on_boundary(), rate=1.0)
    with simulated.serve() as url:
        found = walk(surface, url, [])
    assert rule.applied >= 8
    assert found == simulated.system_ids()


def test_odd_systems_cost_no_others(surface: Surface, clock: FakeClock) -> None:
    simulated = cloud(clock, 5_000)
    for path in ("$.systems[0].meta", "$.systems[999].city", "$.systems[*].postal_code"):
        simulated.fail(with_=faults.null(path), rate=0.3)
    simulated.fail(with_=faults.unknown_value("$.systems[*].meta.status"), rate=0.3)
    simulated.fail(with_=faults.unknown_field("$.systems[*]"), rate=0.3)
    with simulated.serve() as url:
        found = walk(surface, url, [])
    assert found == simulated.system_ids()


def test_a_repeated_cursor_ends_the_walk(surface: Surface, clock: FakeClock) -> None:
    simulated = cloud(clock, 8_000)
    simulated.fail(with_=faults.repeated_cursor(), after=4)
    with (
        simulated.serve() as url,
        pytest.raises(APIResponseValidationError, match="repeated a cursor"),
    ):
        walk(surface, url, [])
    assert len(simulated.requests) == 5


def test_a_server_that_stays_down_is_given_up(surface: Surface, clock: FakeClock) -> None:
    simulated = cloud(clock, 8_000)
    simulated.fail(with_=faults.dropped(), after=3, times=1000)
    with simulated.serve() as url, pytest.raises(APIConnectionError, match="no answer"):
        walk(surface, url, [])
    assert len(simulated.requests) == 3 + 5
