"""`envoy.live()`: which source it reads, what its samples say, how it goes on and ends."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from enphase_sdk import AsyncEnvoy, Envoy
from enphase_sdk.errors import (
    APIConnectionError,
    AuthenticationError,
    ConfigError,
    InvalidArgumentError,
    NotAvailableError,
)
from enphase_sdk.live import LiveSample
from enphase_sdk.testing import FakeClock, SimulatedGateway
from enphase_sdk.testing import gateway_faults as faults
from tests.gateway.envoys import HOST, asked, is_modern, network_of
from tests.support import Surface

STREAM = "/stream/meter"
LIVEDATA = "/ivp/livedata/status"
ENABLING = "/ivp/livedata/stream"


@pytest.fixture
def plain(clock: FakeClock) -> SimulatedGateway:
    """A gateway with meters and no batteries."""
    return SimulatedGateway("8.3-three-phase", clock=clock)


@pytest.fixture
def stored(clock: FakeClock) -> SimulatedGateway:
    """A gateway with batteries."""
    return SimulatedGateway("8.2-batteries", clock=clock)


def with_envoy(
    surface: Surface, gateway: SimulatedGateway, action: Callable[[Any], Any], **options: Any
) -> Any:
    """What `action` gives for a client of the gateway, awaited if need be."""
    if is_modern(gateway):
        options = {"token": gateway.issue_token(owner=False), **options}
    options.setdefault("transport", network_of(gateway))
    client: Any = AsyncEnvoy if surface.is_async else Envoy
    return surface.use(client(HOST, **options), action)


def first(surface: Surface, live: Any, *steps: int | Callable[[], object]) -> Any:
    """So many samples, what happens then, so many more; the iterator is closed after them."""
    found: list[LiveSample] = []
    if not surface.is_async:
        with live:
            for step in steps:
                if callable(step):
                    step()
                else:
                    found += [next(live) for _ in range(step)]
        return found

    async def collect() -> list[LiveSample]:
        async with live:
            for step in steps:
                if callable(step):
                    step()
                else:
                    found.extend([await anext(live) for _ in range(step)])
        return found

    return collect()


def samples(
    surface: Surface,
    gateway: SimulatedGateway,
    *steps: int | Callable[[], object],
    made: Any = None,
    **options: Any,
) -> list[LiveSample]:
    def action(envoy: Any) -> Any:
        return first(surface, envoy.live(**options), *steps)

    found: list[LiveSample] = with_envoy(surface, gateway, action, **(made or {}))
    return found


class Behind(FakeClock):
    """A clock that is two days behind another one, which it moves."""

    def __init__(self, right: FakeClock) -> None:
        super().__init__()
        self._right = right

    def time(self) -> float:
        return self._right.time() - 2 * 86400

    def sleep(self, seconds: float) -> None:
        self._right.sleep(seconds)


def posts(gateway: SimulatedGateway) -> int:
    return sum(path == ENABLING for path in asked(gateway))


# What they say


def test_a_house_without_batteries_is_read_from_its_meters(
    surface: Surface, plain: SimulatedGateway, clock: FakeClock
) -> None:
    begun = clock.time()
    found = samples(surface, plain, 3, made={"system_id": 67})
    assert [sample.at for sample in found] == [begun + 1, begun + 2, begun + 3]
    assert plain.streams == 0
    sample, moment = found[-1], plain.moment
    assert (sample.source, sample.age_s, sample.is_stale) == ("meters", 0, False)
    assert (sample.system_id, sample.envoy_serial_numbers) == (67, (plain.serial,))
    assert sample.pv_w == pytest.approx(moment.production, abs=0.01)
    assert sample.grid_w == pytest.approx(sum(moment.grid), abs=0.01)
    assert sample.pv_w is not None
    assert sample.grid_w is not None
    assert sample.consumption_w == pytest.approx(sample.pv_w + sample.grid_w, abs=0.01)
    # Nothing stores: the house uses what the meters count.
    assert sample.load_w == sample.consumption_w
    assert (sample.battery_w, sample.generator_w, sample.state_of_charge) == (None, None, None)
    assert list(sample.phases) == ["L1", "L2", "L3"]
    by_phase = [phase.grid_w or 0.0 for phase in sample.phases.values()]
    assert sum(by_phase) == pytest.approx(sample.grid_w, abs=0.01)
    # No write, and no poll but the one that looks for batteries.
    assert posts(plain) == 0
    assert asked(plain).count(LIVEDATA) == 1
    assert asked(plain).count(STREAM) == 1


def test_batteries_are_told_of_by_polling(
    surface: Surface, stored: SimulatedGateway, clock: FakeClock
) -> None:
    begun = clock.time()
    old, *found = samples(surface, stored, 4)
    assert old.is_stale
    assert [sample.at for sample in found] == [begun + 1, begun + 2, begun + 3]
    sample, moment = found[-1], stored.moment
    assert (sample.source, sample.is_stale) == ("livedata", False)
    assert sample.age_s == pytest.approx(0, abs=1)
    assert sample.battery_w == pytest.approx(moment.battery, abs=0.01)
    assert sample.pv_w == pytest.approx(moment.production, abs=0.01)
    assert sample.load_w == pytest.approx(
        sum(filter(None, (sample.pv_w, sample.grid_w, sample.battery_w))), abs=0.01
    )
    assert sample.consumption_w == pytest.approx((sample.load_w or 0) - (sample.battery_w or 0))
    assert sample.battery_w != 0
    assert sample.state_of_charge is not None
    assert 0 < sample.state_of_charge <= 100
    assert sample.grid_status == "On Grid"
    assert list(sample.phases) == ["L1", "L2"]
    assert posts(stored) == 1
    assert STREAM not in asked(stored)


def test_old_numbers_are_told_as_stale_and_are_no_values(
    surface: Surface, stored: SimulatedGateway, clock: FakeClock
) -> None:
    stored.fail(ENABLING, with_=faults.status(400), times=None)
    begun = clock.time()
    found = samples(surface, stored, 100)
    assert {sample.is_stale for sample in found} == {True}
    assert {sample.at for sample in found} == {begun - 3600}
    assert found[0].age_s == 3600
    assert found[-1].age_s == 3699
    for sample in found:
        values = [sample.pv_w, sample.grid_w, sample.load_w, sample.battery_w, sample.consumption_w]
        assert [*values, sample.state_of_charge] == [None] * 6
        assert not sample.phases
    # Refused three times, half a minute between each, then no more.
    assert posts(stored) == 3


def test_live_data_that_ends_is_enabled_again(surface: Surface, stored: SimulatedGateway) -> None:
    found = samples(surface, stored, 40, every=60.0)
    assert posts(stored) == 3  # it lasts 15 minutes
    # A minute passes until the next poll; the numbers of that poll are a minute old at most.
    assert [sample.is_stale for sample in found] == [True, *[False] * 39]


def test_plain_readings_enable_nothing(surface: Surface, stored: SimulatedGateway) -> None:
    with_envoy(surface, stored, lambda envoy: envoy.read())
    assert posts(stored) == 0


def test_the_gateway_s_clock_decides_what_is_stale(
    surface: Surface, stored: SimulatedGateway, clock: FakeClock
) -> None:
    """Its clock is two days behind; ours plays no part in it."""
    stored.clock = Behind(clock)
    found = samples(surface, stored, 3, made={"token": stored.issue_token()})
    assert [sample.is_stale for sample in found] == [True, False, False]
    assert found[-1].at == clock.time() - 2 * 86400
    assert found[-1].age_s == 0


def test_a_day_off_the_grid(surface: Surface, stored: SimulatedGateway) -> None:
    on = samples(surface, stored, 2)[-1]
    with_envoy(surface, stored, lambda envoy: envoy.control.go_off_grid(wait=False))
    off = samples(surface, stored, 2)[-1]
    assert [on.grid_status, off.grid_status] == ["On Grid", "Off Grid"]


def test_a_meter_that_is_not_in_use_measures_nothing(surface: Surface, clock: FakeClock) -> None:
    gateway = SimulatedGateway("8.3-three-phase", clock=clock, meters_enabled=False)
    found = samples(surface, gateway, 2)
    assert {sample.source for sample in found} == {"livedata"}
    assert [found[-1].grid_w, found[-1].load_w, found[-1].consumption_w] == [None] * 3
    assert STREAM not in asked(gateway)


# Which source


def test_an_owner_who_may_not_read_the_stream_is_given_live_data(
    surface: Surface, clock: FakeClock
) -> None:
    gateway = SimulatedGateway("7.6-metered", clock=clock)

    def action(envoy: Any) -> Any:
        if not surface.is_async:
            return [first(surface, envoy.live(), 3), first(surface, envoy.live(), 3)]

        async def both() -> Any:
            return [await first(surface, envoy.live(), 3), await first(surface, envoy.live(), 3)]

        return both()

    found = with_envoy(surface, gateway, action, token=gateway.issue_token())
    assert {sample.source for some in found for sample in some} == {"livedata"}
    # Tried, then again after the token was found to be good; not a third time.
    assert asked(gateway).count(STREAM) == 2


def test_the_stream_is_tried_again_with_another_firmware(
    surface: Surface, clock: FakeClock
) -> None:
    gateway = SimulatedGateway("7.6-metered", clock=clock)

    def update() -> None:
        gateway.update_firmware("D8.3.5528")
        clock.advance(3601)

    before, *after = samples(surface, gateway, 1, update, 2, made={"token": gateway.issue_token()})
    assert before.source == "livedata"
    assert after[-1].source == "meters"


@pytest.mark.parametrize("status", [403, 404])
def test_a_stream_that_is_not_there_is_replaced(
    surface: Surface, plain: SimulatedGateway, status: int
) -> None:
    plain.fail(STREAM, with_=faults.status(status), times=None)
    found = samples(surface, plain, 5)
    assert {sample.source for sample in found} == {"livedata"}
    assert asked(plain).count(STREAM) == 1


def test_a_source_that_was_asked_for_is_not_replaced(
    surface: Surface, plain: SimulatedGateway
) -> None:
    found = samples(surface, plain, 2, source="livedata")
    assert {sample.source for sample in found} == {"livedata"}
    plain.fail(STREAM, with_=faults.status(403), times=None)
    with pytest.raises(AuthenticationError, match="may not read"):
        samples(surface, plain, 1, source="meters")
    plain.fail(LIVEDATA, with_=faults.status(403), times=None)
    with pytest.raises(AuthenticationError):
        samples(surface, plain, 1, source="livedata")


def test_old_firmware_has_neither(surface: Surface, clock: FakeClock) -> None:
    gateway = SimulatedGateway("3.17", clock=clock)
    with pytest.raises(NotAvailableError, match="live data"):
        samples(surface, gateway, 1)


@pytest.mark.parametrize("options", [{"source": "cloud"}, {"every": 0.1}, {"every": float("nan")}])
def test_options_that_make_no_sense_are_refused(
    plain: SimulatedGateway, options: dict[str, Any]
) -> None:
    with pytest.raises(InvalidArgumentError, match=next(iter(options))):
        samples(Surface("sync"), plain, 1, **options)


def test_one_stream_at_most(surface: Surface, plain: SimulatedGateway) -> None:
    """A second iterator of the same client polls, or is refused where it insists."""

    def action(envoy: Any) -> Any:
        one, two, three = envoy.live(), envoy.live(), envoy.live(source="meters")
        if not surface.is_async:
            got = [next(one), next(two), next(one)]
            with pytest.raises(ConfigError, match="one stream"):
                next(three)
            return [*got, next(one)], plain.streams

        async def all_three() -> Any:
            got = [await anext(one), await anext(two), await anext(one)]
            with pytest.raises(ConfigError, match="one stream"):
                await anext(three)
            return [*got, await anext(one)], plain.streams

        return all_three()

    found, streams = with_envoy(surface, plain, action)
    assert [sample.source for sample in found] == ["meters", "livedata", "meters", "meters"]
    assert streams == 1
    assert plain.stalled == 0


def test_readings_go_on_beside_the_stream(surface: Surface, plain: SimulatedGateway) -> None:
    def action(envoy: Any) -> Any:
        live = envoy.live()
        if not surface.is_async:
            return next(live), envoy.read(), next(live)

        async def all_three() -> Any:
            return await anext(live), await envoy.read(), await anext(live)

        return all_three()

    _, snapshot, after = with_envoy(surface, plain, action)
    assert not snapshot.problems
    assert after.source == "meters"
    assert asked(plain).count(STREAM) == 1
    assert plain.stalled == 0


# Faults of the stream


def test_pieces_of_any_size_give_the_same_samples(
    surface: Surface, plain: SimulatedGateway
) -> None:
    plain.script_stream(faults.events(8), faults.events(chunks=700), faults.events(3, chunks=7))
    found = samples(surface, plain, 13)
    assert {sample.source for sample in found} == {"meters"}
    assert asked(plain).count(STREAM) == 1
    # Eight at one time, as after a stall, then one, three, and the first one of what follows.
    assert [len({s.at for s in found[:8]}), len({s.at for s in found})] == [1, 4]


def test_a_stall_of_13_seconds_is_no_end(surface: Surface, plain: SimulatedGateway) -> None:
    plain.script_stream(faults.events(), faults.stall(13.0), faults.events(8, after=0.0))
    found = samples(surface, plain, 9)
    assert asked(plain).count(STREAM) == 1
    assert (found[1].at or 0) - (found[0].at or 0) == 13


def test_a_minute_of_silence_is_an_end(surface: Surface, plain: SimulatedGateway) -> None:
    plain.script_stream(faults.events(), faults.stall(61.0))
    found = samples(surface, plain, 2)
    assert asked(plain).count(STREAM) == 2
    # 60 s until it was given up, 1 s before it was opened again, 1 s until its first event.
    assert (found[1].at or 0) - (found[0].at or 0) == 62


@pytest.mark.parametrize("end", [faults.stream_ends(), faults.stream_breaks()])
def test_a_stream_that_is_lost_is_opened_again(
    surface: Surface, plain: SimulatedGateway, end: Any, caplog: pytest.LogCaptureFixture
) -> None:
    plain.script_stream(faults.events(), end, faults.events())
    found = samples(surface, plain, 4)
    assert len(found) == 4
    assert asked(plain).count(STREAM) == 2
    assert plain.streams == 0
    assert "trying again" in caplog.text


def test_a_gateway_that_is_away_is_asked_less_and_less(
    surface: Surface, plain: SimulatedGateway
) -> None:
    def goes_away() -> None:
        plain.script_stream(faults.stream_breaks())
        plain.fail(STREAM, with_=faults.connection_error(), times=9)

    found = samples(surface, plain, 1, goes_away, 1)
    waited = (found[1].at or 0) - (found[0].at or 0)
    assert waited == 1 + 2 + 4 + 8 + 16 + 32 + 60 * 4 + 1


def test_events_that_are_broken_are_counted_and_left_out(
    surface: Surface, plain: SimulatedGateway
) -> None:
    plain.script_stream(
        faults.events(),
        faults.garbage(b"data: {\r\n\r\n"),
        faults.garbage(b": a comment\r\nevent: x\r\nid: 3\r\n\r\ndata: [1]\r\n\r\n"),
        faults.garbage(b'data: {"production": {"ph-a": {"p": "x"}}}\r\n\r\n'),
        faults.events(),
    )

    def action(envoy: Any) -> Any:
        live = envoy.live()
        found = first(surface, live, 3)
        if not surface.is_async:
            return found, live.broken_events

        async def both() -> Any:
            return await found, live.broken_events

        return both()

    (_, odd, last), broken = with_envoy(surface, plain, action)
    assert broken == 2
    assert (odd.pv_w, odd.consumption_w) == (None, None)
    assert last.pv_w is not None


def test_an_event_without_end_is_never_held(surface: Surface, plain: SimulatedGateway) -> None:
    endless = faults.garbage(b"data: " + b"x" * 700_000)
    plain.script_stream(faults.events(), endless, endless)
    found = samples(surface, plain, 2)
    assert asked(plain).count(STREAM) == 2
    assert found[-1].source == "meters"


def test_no_answer_the_first_time_is_an_error(surface: Surface, plain: SimulatedGateway) -> None:
    plain.fail("/info", with_=faults.connection_error(), times=None)
    with pytest.raises(APIConnectionError):
        samples(surface, plain, 1)


# Faults of polling


def test_polls_that_fail_are_followed_by_others(surface: Surface, stored: SimulatedGateway) -> None:
    def fails() -> None:
        for fault in (faults.timeout(), faults.status(503), faults.html_page(), faults.empty()):
            stored.fail(LIVEDATA, with_=fault)

    found = samples(surface, stored, 2, fails, 2)
    assert [sample.is_stale for sample in found] == [True, False, False, False]
    ats = [sample.at or 0 for sample in found[1:]]
    assert all(later > earlier for earlier, later in pairwise(ats))


def test_numbers_that_are_no_numbers_are_not_known(
    surface: Surface, stored: SimulatedGateway
) -> None:
    stored.fail(LIVEDATA, with_=faults.wrong_types(), times=None)
    found = samples(surface, stored, 2)
    assert [found[0].pv_w, found[0].at, found[0].age_s] == [None] * 3


# Tokens


def test_a_token_that_ends_while_a_stream_runs_is_renewed(
    surface: Surface, plain: SimulatedGateway
) -> None:
    given: list[str] = []

    def provider(_: str) -> str:
        given.append(plain.issue_token(owner=False, lifetime=700.0))
        return given[-1]

    found = samples(surface, plain, 1500, made={"token": None, "token_provider": provider})
    assert {sample.source for sample in found} == {"meters"}
    assert len(given) >= 3
    assert plain.streams == 0


def test_a_token_that_ends_while_polling_is_renewed(
    surface: Surface, stored: SimulatedGateway
) -> None:
    given: list[str] = []

    def provider(_: str) -> str:
        given.append(stored.issue_token(lifetime=700.0))
        return given[-1]

    found = samples(
        surface, stored, 300, every=5.0, made={"token": None, "token_provider": provider}
    )
    assert {sample.is_stale for sample in found[1:]} == {False}
    assert len(given) >= 3


def test_a_token_that_is_over_for_good_ends_it(surface: Surface, stored: SimulatedGateway) -> None:
    with pytest.raises(AuthenticationError):
        samples(surface, stored, 1, stored.revoke_tokens, 1)


def test_a_session_that_died_needs_no_other_token(
    surface: Surface, stored: SimulatedGateway
) -> None:
    stored.fail(LIVEDATA, with_=faults.status(401))
    found = samples(surface, stored, 3)
    assert len(found) == 3
    assert asked(stored).count("/auth/check_jwt") == 2


# Its end


def test_it_ends_with_its_client(surface: Surface, plain: SimulatedGateway) -> None:
    def action(envoy: Any) -> Any:
        live = envoy.live()
        if not surface.is_async:
            next(live)
            envoy.close()
            return list(live)

        async def some() -> Any:
            await anext(live)
            await envoy.aclose()
            return [sample async for sample in live]

        return some()

    assert with_envoy(surface, plain, action) == []
    assert plain.streams == 0


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_closes_the_stream(
    surface: Surface,
    plain: SimulatedGateway,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
    error: type[BaseException],
) -> None:
    def interrupted(_: float) -> None:
        raise error

    def interrupts() -> None:
        monkeypatch.setattr(clock, "sleep", interrupted)

    with pytest.raises(error):
        samples(surface, plain, 1, interrupts, 1)
    assert plain.streams == 0
