"""A feed goes on, whatever the gateway does, and tells it."""

from __future__ import annotations

import httpx
import pytest

from enphase_sdk import Envoy
from enphase_sdk.errors import AuthenticationError, ConfigError
from enphase_sdk.export import Feed, Told
from enphase_sdk.testing import FakeClock, SimulatedGateway, gateway_faults


class Kept:
    """An exporter that keeps what it is given."""

    def __init__(self) -> None:
        self.told: list[Told] = []

    def publish(self, told: Told) -> None:
        self.told.append(told)


def numbers(told: Told, name: str, now: float) -> list[float]:
    return [value.number for value in told.fresh(now) if value.measure.name == name]


def test_a_reading_is_that_of_the_gateway(
    feed: Feed, envoy: Envoy, gateway: SimulatedGateway, clock: FakeClock
) -> None:
    told = feed.poll()
    assert told.up
    assert told.reading is not None
    assert told.reading.info.serial_number == gateway.serial
    snapshot = envoy.read()
    assert snapshot.system_production is not None
    assert numbers(told, "production_power", clock.time()) == [snapshot.system_production.watts_now]
    assert len(numbers(told, "inverter_energy", clock.time())) == len(snapshot.inverters)
    assert len(numbers(told, "production_energy_today", clock.time())) == 1


def test_the_time_zone_is_asked_for_once(feed: Feed, gateway: SimulatedGateway) -> None:
    for _ in range(3):
        feed.poll()
    assert [path for _, path in gateway.requests].count("/home") == 1


def test_failures_end_nothing(feed: Feed, gateway: SimulatedGateway, clock: FakeClock) -> None:
    kept, said = Kept(), list[str]()
    feed.poll()
    for path in ("/production.json", "/api/v1/production", "/ivp/meters/readings"):
        gateway.fail(path, with_=gateway_faults.status(503), times=2)
    gateway.reboot(starting_for=200)
    begun = clock.time()
    feed.run([kept], count=6, on_failure=said.append)
    assert clock.time() - begun == pytest.approx(5 * 60, abs=1)
    assert kept.told[-1].up
    before = 0.0
    for told in kept.told:
        if told.up and told.reading is not None:
            values = [v for v in told.reading.values if v.measure.name == "production_energy"]
            for value in values:
                assert value.number >= before > -1
                before = value.number
    assert before > 1_000_000


def test_an_outage_is_told_and_its_values_go_away(
    feed: Feed, gateway: SimulatedGateway, clock: FakeClock
) -> None:
    assert feed.poll().fresh(clock.time())
    gateway.crashed = True
    said = list[str]()
    kept = Kept()
    feed.run([kept], count=4, on_failure=said.append)
    assert [told.up for told in kept.told] == [False] * 4
    assert [told.failures for told in kept.told] == [1, 2, 3, 4]
    assert len(said) == 1
    assert kept.told[-1].fresh(clock.time() - 60)
    assert not kept.told[-1].fresh(clock.time() + 60)
    gateway.reboot()
    feed.run([kept], count=1, on_failure=said.append)
    assert kept.told[-1].up
    assert "again" in said[-1]


def test_it_begins_before_the_gateway_does(
    feed: Feed, gateway: SimulatedGateway, clock: FakeClock
) -> None:
    gateway.crashed = True
    told = feed.poll()
    assert not told.up
    assert told.reading is None
    assert told.fresh(clock.time()) == ()
    gateway.reboot()
    assert feed.poll().up


def test_a_login_that_never_worked_ends_it(gateway: SimulatedGateway) -> None:
    token = gateway.issue_token()
    gateway.revoke_tokens()
    with (
        Envoy("g.test", token=token, transport=gateway.transport()) as envoy,
        pytest.raises(AuthenticationError),
    ):
        Feed(envoy).run([])


def test_a_login_that_ends_is_tried_seldom(
    feed: Feed, gateway: SimulatedGateway, clock: FakeClock
) -> None:
    feed.poll()
    gateway.revoke_tokens()
    begun = clock.time()
    kept = Kept()
    feed.run([kept], count=3)
    assert [told.up for told in kept.told] == [False] * 3
    assert clock.time() - begun >= 1200
    assert "token" in (kept.told[-1].error or "")


def test_another_gateway_has_other_counters(clock: FakeClock) -> None:
    old = SimulatedGateway("8.2-batteries", seed=1, clock=clock)
    new = SimulatedGateway("8.2-batteries", seed=2, clock=clock)
    chosen = [old]
    tokens = {old.serial: old.issue_token(), new.serial: new.issue_token()}

    def either(request: httpx.Request) -> httpx.Response:
        return chosen[0](request)

    with Envoy(
        "g.test", token_provider=tokens.__getitem__, transport=httpx.MockTransport(either)
    ) as envoy:
        feed = Feed(envoy)
        first = feed.poll().reading
        assert first is not None
        chosen[0] = new
        clock.advance(4000)  # /info is asked for again after an hour
        for _ in range(3):
            clock.advance(60)
            last = feed.poll().reading
        assert last is not None
        assert last.info.serial_number == new.serial
        assert any(value.measure.name == "production_energy" for value in last.values)


@pytest.mark.parametrize("settings", [{"every": 1}, {"every": float("nan")}, {"stale_after": 5}])
def test_settings_that_make_no_sense(envoy: Envoy, settings: dict[str, float]) -> None:
    with pytest.raises(ConfigError):
        Feed(envoy, **settings)
