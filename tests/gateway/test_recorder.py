"""Recording a gateway, and what its client then answers; the sync client and the async one."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from inspect import isawaitable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import anyio
import httpx
import pytest

from enphase_sdk import AsyncEnvoy, AsyncGatewayRecorder, Envoy, GatewayRecorder
from enphase_sdk.clock import set_clock
from enphase_sdk.errors import (
    AuthenticationError,
    ConfigError,
    FingerprintMismatchError,
    InvalidArgumentError,
    NotAvailableError,
)
from enphase_sdk.history import History, Reason
from enphase_sdk.testing import FakeClock, SimulatedGateway
from tests.gateway.envoys import READABLE, credentials, network_of
from tests.history.house import OFFSET, SERIAL, House, produced
from tests.support import Surface

NOON = 1_718_452_800  # 2024-06-15T12:00:00Z
MIDNIGHT = 1_718_431_200  # 2024-06-15T00:00:00-06:00
SERIES = ("stats", "rgm_stats", "consumption_stats", "energy_lifetime", "consumption_lifetime")


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("ENPHASE_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def house(clock: FakeClock) -> House:
    return House(clock)


class Kit:
    """Makes the clients and recorders of one surface, and waits for what they give."""

    def __init__(self, surface: Surface) -> None:
        self.surface = surface

    def envoy(self, gateway: Any, **options: Any) -> Any:
        kind = AsyncEnvoy if self.surface.is_async else Envoy
        transport = gateway.transport() if isinstance(gateway, House) else gateway
        return kind("envoy.local", transport=transport, **options)

    def recorder(self, envoy: Any, **options: Any) -> Any:
        kind = AsyncGatewayRecorder if self.surface.is_async else GatewayRecorder
        return kind(envoy, **options)

    async def close(self, closable: Any) -> None:
        await got(closable.aclose() if self.surface.is_async else closable.close())

    def run(self, scenario: Callable[[], Awaitable[None]]) -> None:
        anyio.run(scenario, backend=self.surface.backend or "asyncio")


async def got(value: Any) -> Any:
    return await value if isawaitable(value) else value


@pytest.fixture
def kit(surface: Surface) -> Kit:
    return Kit(surface)


def times(path: Path) -> list[float]:
    """When readings were taken, seconds after noon."""
    with History.opened(path) as history:
        return [sample.at - NOON for sample in history.readings(0, 1e12)]


def default_file(state: Path) -> Path:
    return state / "recordings" / f"{SERIAL}.sqlite"


def test_readings_are_taken_at_once_and_then_at_each_full_minute(
    kit: Kit, house: House, clock: FakeClock, state: Path
) -> None:
    async def scenario() -> None:
        clock.advance(17.5)
        await got(kit.recorder(kit.envoy(house)).run(until=NOON + 300))

    kit.run(scenario)

    assert times(default_file(state)) == [17.5, 60, 120, 180, 240, 300]
    assert clock.time() == NOON + 300


def test_another_interval_has_its_own_multiples(
    kit: Kit, house: House, clock: FakeClock, tmp_path: Path
) -> None:
    async def scenario() -> None:
        recorder = kit.recorder(kit.envoy(house), path=tmp_path / "it", every=450)
        await got(recorder.run(datetime.fromtimestamp(NOON + 1799, UTC)))

    kit.run(scenario)

    assert times(tmp_path / "it") == [0, 450, 900, 1350]
    assert clock.time() == NOON + 1350
    assert max(clock.sleeps) <= 1  # so that closing ends a wait


def test_a_reading_that_takes_long_lets_the_polls_go_that_it_missed(
    kit: Kit, house: House, clock: FakeClock, state: Path
) -> None:
    def slow(path: str) -> None:
        if path == "/ivp/meters/readings" and clock.time() == NOON + 60:
            clock.advance(150)

    house.before = slow
    kit.run(lambda: got(kit.recorder(kit.envoy(house)).run(until=NOON + 360)))

    # The reading from 60 to 210 counts for the middle of it.
    assert times(default_file(state)) == [0, 135, 240, 300, 360]


def test_readings_never_overlap(async_surface: Surface, clock: FakeClock, tmp_path: Path) -> None:
    kit = Kit(async_surface)
    gateway = SimulatedGateway("5.0", clock=clock)

    async def scenario() -> None:
        recorder = kit.recorder(kit.envoy(network_of(gateway)), path=tmp_path / "it")

        async def poll() -> None:
            await recorder.poll()
            clock.advance(1)

        async with recorder, anyio.create_task_group() as tasks:
            for _ in range(4):
                tasks.start_soon(poll)

    kit.run(scenario)

    assert gateway.stalled == 0
    assert times(tmp_path / "it") == [0, 1, 2, 3]


def test_a_poll_tells_what_it_stored(kit: Kit, house: House, state: Path) -> None:
    async def scenario() -> None:
        recorder = kit.recorder(kit.envoy(house))
        sample = await got(recorder.poll())
        await kit.close(recorder)
        with History.opened(default_file(state)) as history:
            assert history.readings(0, 1e12) == [sample]
        assert sample.production == produced(NOON)
        assert sample.production_meter == produced(NOON) + OFFSET
        assert sample.consumption == 2 * produced(NOON)
        # The third one's last report is a second too old.
        assert (sample.source, sample.devices, sample.reporting) == ("meter", 3, 2)

    kit.run(scenario)


def test_counters_that_make_no_sense_are_not_known(kit: Kit, house: House) -> None:
    house.production = lambda _: 10**40

    async def scenario() -> None:
        recorder = kit.recorder(kit.envoy(house))
        sample = await got(recorder.poll())
        await kit.close(recorder)
        assert (sample.production, sample.production_meter) == (None, None)

    kit.run(scenario)


def test_a_reading_that_fails_is_logged_and_stays_a_gap(
    kit: Kit, house: House, clock: FakeClock, state: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(path: str) -> None:
        if 300 < clock.time() - NOON < 900 and path != "/info":
            raise httpx.ConnectError("no route to host")

    house.before = failing

    async def scenario() -> None:
        envoy = kit.envoy(house)
        await got(kit.recorder(envoy).run(until=NOON + 1800))
        stats = await got(envoy.stats(start_at=NOON))
        assert [interval.end_at - NOON for interval in stats.intervals] == [300, 1200, 1500, 1800]

    kit.run(scenario)

    assert times(default_file(state)) == [*range(0, 301, 60), *range(900, 1801, 60)]
    problems = [record.message for record in caplog.records]
    assert len(problems) == 9
    assert "Envoy envoy.local>: no reading: " in problems[0]


def test_one_endpoint_that_fails_loses_its_counter_only(
    kit: Kit, house: House, clock: FakeClock, state: Path
) -> None:
    def failing(path: str) -> None:
        if path == "/production.json" and clock.time() > NOON:
            raise httpx.ReadTimeout("nothing")

    house.before = failing
    kit.run(lambda: got(kit.recorder(kit.envoy(house)).run(until=NOON + 60)))

    with History.opened(default_file(state)) as history:
        sample = history.readings(NOON + 1, NOON + 60)[0]
    assert (sample.production, sample.consumption) == (None, None)
    assert sample.production_meter == produced(NOON + 60) + OFFSET


def mismatch(_: str) -> None:
    raise FingerprintMismatchError("changed", host="envoy.local", expected="a", actual="b")


def test_a_changed_certificate_ends_it(kit: Kit, house: House, clock: FakeClock) -> None:
    async def scenario() -> None:
        recorder = kit.recorder(kit.envoy(house))
        await got(recorder.run(until=NOON + 60))
        house.before = mismatch
        with pytest.raises(FingerprintMismatchError):
            await got(recorder.run())

    kit.run(scenario)
    assert clock.time() == NOON + 60


def test_a_refused_login_ends_it_and_unlocks_the_file(
    kit: Kit, clock: FakeClock, tmp_path: Path
) -> None:
    gateway = SimulatedGateway("8.3-three-phase", clock=clock)

    async def scenario() -> None:
        envoy = kit.envoy(network_of(gateway), **credentials(gateway))
        path = tmp_path / "it"
        await got(kit.recorder(envoy, path=path).run(until=NOON + 60))
        gateway.revoke_tokens()
        with pytest.raises(AuthenticationError):
            await got(kit.recorder(envoy, path=path).run())
        again = kit.recorder(kit.envoy(network_of(gateway), **credentials(gateway)), path=path)
        await got(again.run(until=NOON + 60))

    kit.run(scenario)


def test_a_second_recorder_ends_with_an_error(kit: Kit, house: House) -> None:
    async def scenario() -> None:
        envoy = kit.envoy(house)
        first, second = kit.recorder(envoy), kit.recorder(envoy)
        await got(first.poll())
        for attempt in (second.poll, second.run):
            with pytest.raises(ConfigError, match="another recorder is writing"):
                await got(attempt())
        await kit.close(first)
        await got(second.run(until=NOON))
        await kit.close(second)

    kit.run(scenario)


@pytest.mark.parametrize("kind", ["symbolic link", "link of a folder", "hard link"])
def test_a_second_recorder_by_another_name_ends_with_an_error_too(
    kind: str, kit: Kit, house: House, tmp_path: Path
) -> None:
    async def scenario() -> None:
        envoy = kit.envoy(house)
        folder = tmp_path / "folder"
        folder.mkdir()
        path = folder / "it"
        first = kit.recorder(envoy, path=path)
        await got(first.poll())
        if kind == "symbolic link":
            other = tmp_path / "other"
            other.symlink_to(path)
        elif kind == "hard link":
            other = tmp_path / "other"
            other.hardlink_to(path)
        else:
            (tmp_path / "also").symlink_to(folder)
            other = tmp_path / "also" / "it"
        second = kit.recorder(envoy, path=other)
        with pytest.raises(ConfigError, match="another recorder"):
            await got(second.poll())
        await kit.close(first)
        if kind != "hard link":
            await got(second.poll())
        await kit.close(second)

    kit.run(scenario)


@pytest.mark.parametrize("path", ["a\0b", "x" * 300])
def test_a_path_that_can_be_none_is_told(path: str, kit: Kit, house: House) -> None:
    with pytest.raises(ConfigError, match="path is not a usable path"):
        kit.recorder(kit.envoy(house), path=path)


def test_the_recording_of_another_gateway_is_refused(
    kit: Kit, house: House, clock: FakeClock, tmp_path: Path
) -> None:
    gateway = SimulatedGateway("5.0", clock=clock)

    async def scenario() -> None:
        path = tmp_path / "it"
        await got(kit.recorder(kit.envoy(house), path=path).run(until=NOON))
        other = kit.recorder(kit.envoy(network_of(gateway)), path=path)
        with pytest.raises(ConfigError, match=f"the recording of gateway {SERIAL}"):
            await got(other.run())

    kit.run(scenario)


class ActingClock(FakeClock):
    """Does something on the tenth wait."""

    act: Callable[[], None] = staticmethod(lambda: None)

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if len(self.sleeps) == 10:
            self.act()


def test_closing_ends_the_wait_and_the_run(surface: Surface, tmp_path: Path) -> None:
    clock = ActingClock(NOON)
    before = set_clock(clock)
    kit, path = Kit(surface), tmp_path / "it"

    async def scenario() -> None:
        recorder = kit.recorder(kit.envoy(House(clock)), path=path)
        async with anyio.create_task_group() as tasks:

            def close() -> None:
                if surface.is_async:
                    tasks.start_soon(recorder.aclose)
                else:
                    recorder.close()

            clock.act = close
            await got(recorder.run())
        with pytest.raises(ConfigError, match="this recorder has been closed; make another"):
            await got(recorder.poll())
        await got(recorder.run())  # there is nothing left to do

    try:
        kit.run(scenario)
    finally:
        set_clock(before)
    assert times(path) == [0]
    assert 10 <= len(clock.sleeps) <= 12


def test_closing_while_a_reading_is_under_way_drops_it(
    surface: Surface, house: House, state: Path
) -> None:
    kit = Kit(surface)

    async def scenario() -> None:
        recorder = kit.recorder(kit.envoy(house))
        await got(recorder.poll())

        def close(path: str) -> None:
            if path == "/ivp/meters/readings":
                closing = recorder.aclose() if surface.is_async else recorder.close()
                if closing is not None:
                    with pytest.raises(StopIteration):
                        closing.send(None)

        house.before = close
        house.clock.sleep(60)
        await got(recorder.run())
        await got(kit.recorder(kit.envoy(House(house.clock))).run(until=NOON + 60))

    kit.run(scenario)
    assert times(default_file(state)) == [0, 60]


def test_cancelling_ends_the_run_and_unlocks_the_file(
    async_surface: Surface, clock: FakeClock, tmp_path: Path
) -> None:
    kit, path = Kit(async_surface), tmp_path / "it"

    async def scenario() -> None:
        with anyio.CancelScope() as scope:
            house = House(clock, before=lambda _: scope.cancel() if clock.time() > NOON else None)
            await kit.recorder(kit.envoy(house), path=path).run()
        assert scope.cancelled_caught
        async with kit.recorder(kit.envoy(House(clock)), path=path) as recorder:
            await recorder.poll()

    kit.run(scenario)
    assert times(path) == [0, 60]


def test_a_run_that_is_over_before_it_begins_reads_nothing(
    kit: Kit, house: House, state: Path
) -> None:
    kit.run(lambda: got(kit.recorder(kit.envoy(house)).run(until=NOON - 1)))
    assert house.asked == []
    assert not default_file(state).exists()


def test_a_clock_that_goes_back_records_nothing_until_it_has_caught_up(
    kit: Kit, house: House, clock: FakeClock, state: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        recorder = kit.recorder(kit.envoy(house))
        assert await got(recorder.poll()) is not None
        clock.set(NOON - 60)
        await got(recorder.run(until=NOON + 60))

    kit.run(scenario)
    assert times(default_file(state)) == [0, 60]
    assert [record.message.split(">: ")[1] for record in caplog.records] == [
        f"the clock says {moment}, which is not after the newest reading; not recorded"
        for moment in ("2024-06-15T11:59:00+00:00", "2024-06-15T12:00:00+00:00")
    ]


def test_a_counter_that_is_reset_is_told_and_marked(
    kit: Kit, house: House, state: Path, caplog: pytest.LogCaptureFixture
) -> None:
    house.production = lambda at: produced(at) if at < NOON + 600 else int(at - NOON)
    house.consumption = lambda at: 5000 - (at == NOON + 120)
    caplog.set_level(logging.INFO, "enphase_sdk")

    kit.run(lambda: got(kit.recorder(kit.envoy(house)).run(until=NOON + 1200)))

    with History.opened(default_file(state)) as history:
        assert [(mark.at - NOON, mark.reason) for mark in history.marks()] == [
            (120, Reason.DIP),
            (720, Reason.RESET),
            (720, Reason.RESET),
        ]
    told = [(r.levelname, r.message.split(">: ")[1]) for r in caplog.records if ">: " in r.message]
    assert told[0] == (
        "INFO",
        "consumption counter: dip, from 5000 to 4999 Wh at 2024-06-15T12:02:00+00:00",
    )
    assert told[1] == (
        "WARNING",
        f"production counter: reset, from {produced(NOON + 540)} to 720 Wh at "
        "2024-06-15T12:12:00+00:00",
    )


def test_the_zone_is_asked_for_once(kit: Kit, house: House, state: Path) -> None:
    async def scenario() -> None:
        await got(kit.recorder(kit.envoy(house)).run(until=NOON + 180))
        assert house.asked.count("/home") == 1
        answers = kit.envoy(refusing, recording=default_file(state))
        stats = await got(answers.stats())
        assert stats.intervals == []  # five minutes have not passed

    kit.run(scenario)
    with History.opened(default_file(state)) as history:
        assert history.timezone == ZoneInfo("America/Denver")


def test_a_zone_that_was_given_is_kept_and_not_asked_for(
    kit: Kit, house: House, state: Path
) -> None:
    async def scenario() -> None:
        envoy = kit.envoy(house, timezone="Australia/Sydney")
        await got(kit.recorder(envoy).run(until=NOON + 60))
        assert "/home" not in house.asked

    kit.run(scenario)
    with History.opened(default_file(state)) as history:
        assert history.timezone == ZoneInfo("Australia/Sydney")


@pytest.mark.parametrize("zone", [None, "Mars/Olympus"])
def test_without_a_zone_it_is_said_what_to_give(kit: Kit, house: House, zone: str | None) -> None:
    house.zone = zone

    async def scenario() -> None:
        envoy = kit.envoy(house)
        await got(kit.recorder(envoy).run(until=NOON + 300))
        with pytest.raises(NotAvailableError, match="time zone is not known"):
            await got(envoy.stats())
        assert len((await got(envoy.stats(start_at=NOON))).intervals) == 1

    kit.run(scenario)


refusing = httpx.MockTransport(lambda request: pytest.fail(f"asked for {request.url}"))


@pytest.mark.no_cover
def test_a_recording_that_is_named_answers_without_any_request(
    kit: Kit, house: House, clock: FakeClock, tmp_path: Path
) -> None:
    path = tmp_path / "it.sqlite"
    clock.set(MIDNIGHT)

    async def scenario() -> None:
        recording = kit.envoy(house, recording=str(path))
        await got(kit.recorder(recording, every=900).run(until=MIDNIGHT + 86_400))
        envoy = kit.envoy(refusing, recording=path, system_id=67)
        stats = await got(envoy.stats(start_at=MIDNIGHT))
        rgm = await got(envoy.rgm_stats(start_at=MIDNIGHT))
        used = await got(envoy.consumption_stats(start_at=MIDNIGHT))
        made = await got(envoy.energy_lifetime(production="all"))
        consumed = await got(envoy.consumption_lifetime())

        day = produced(MIDNIGHT + 86_400) - produced(MIDNIGHT)
        assert (len(stats.intervals), len(rgm.intervals), len(used.intervals)) == (288, 96, 96)
        assert sum(interval.enwh for interval in stats.intervals) == day == 14_400
        assert {interval.powr for interval in stats.intervals} == {600}
        assert sum(interval.wh_del for interval in rgm.intervals) == day
        assert sum(interval.enwh for interval in used.intervals) == 2 * day
        assert made.start_date == consumed.start_date == date(2024, 6, 15)
        assert made.production == made.meter_production == [day]
        assert consumed.consumption == [2 * day]
        assert {answer.system_id for answer in (stats, rgm, used, made, consumed)} == {67}

    kit.run(scenario)


def test_by_default_the_serial_number_names_the_recording(kit: Kit, house: House) -> None:
    async def scenario() -> None:
        await got(kit.recorder(kit.envoy(house)).run(until=NOON + 300))
        house.asked.clear()
        envoy = kit.envoy(house)
        for _ in range(2):
            assert len((await got(envoy.stats(start_at=NOON))).intervals) == 1
        assert house.asked == ["/info"]

    kit.run(scenario)


@pytest.mark.parametrize("operation", SERIES)
def test_before_anything_was_recorded_it_is_said_how_to(
    kit: Kit, house: House, tmp_path: Path, operation: str
) -> None:
    async def scenario() -> None:
        for options in ({}, {"recording": tmp_path / "none"}):
            with pytest.raises(NotAvailableError, match=r"GatewayRecorder\(envoy\)\.run\(\)"):
                await got(getattr(kit.envoy(house, **options), operation)())

    kit.run(scenario)


@pytest.mark.no_cover
@pytest.mark.parametrize("profile", READABLE)
def test_every_kind_of_gateway_can_be_recorded(
    surface: Surface, clock: FakeClock, tmp_path: Path, profile: str
) -> None:
    kit, path = Kit(surface), tmp_path / "it"
    gateway = SimulatedGateway(profile, clock=clock)
    metered = profile not in ("3.17", "5.0", "7.6")

    async def scenario() -> None:
        envoy = kit.envoy(network_of(gateway), recording=path, **credentials(gateway))
        await got(kit.recorder(envoy, every=300).run(until=NOON + 3600))
        stats = await got(envoy.stats(start_at=NOON))
        rgm = await got(envoy.rgm_stats(start_at=NOON))
        used = await got(envoy.consumption_stats(start_at=NOON))
        with History.opened(path) as history:
            first, *_, last = history.readings(0, 1e12)
            assert history.marks() == []
        assert len(stats.intervals) == 12
        assert first.production is not None
        assert last.production is not None
        rise = last.production - first.production
        assert sum(interval.enwh for interval in stats.intervals) == rise > 0
        assert stats.total_devices == first.devices
        assert (len(rgm.intervals), rgm.total_devices) == ((4, 1) if metered else (0, 0))
        assert (len(used.intervals), used.total_devices) == ((4, 1) if metered else (0, 0))

    kit.run(scenario)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"every": 0.5}, "every must be 1 to 900 seconds, not 0.5"),
        ({"every": 901}, "every must be 1 to 900 seconds, not 901"),
        ({"every": float("nan")}, "every must be 1 to 900 seconds, not nan"),
        ({"bridge": 59}, "bridge must not be less than every, 60.0 seconds, not 59"),
        ({"most_watts": 0}, "most_watts and keep_days must be above 0"),
        ({"keep_days": -1}, "most_watts and keep_days must be above 0"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    kit: Kit, house: House, options: dict[str, float], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        kit.recorder(kit.envoy(house), **options)


def test_an_end_that_is_no_instant_is_refused(kit: Kit, house: House) -> None:
    async def scenario() -> None:
        with pytest.raises(InvalidArgumentError, match=r"until: .* is naive"):
            await got(kit.recorder(kit.envoy(house)).run(until=datetime(2024, 6, 15)))

    kit.run(scenario)


def test_leaving_its_context_unlocks_the_file_and_leaves_the_client_open(
    kit: Kit, house: House, state: Path
) -> None:
    async def scenario() -> None:
        envoy = kit.envoy(house)
        if kit.surface.is_async:
            async with kit.recorder(envoy) as recorder:
                await recorder.poll()
        else:
            with kit.recorder(envoy) as recorder:
                recorder.poll()
        await got(kit.recorder(envoy).run(until=NOON))
        assert await got(envoy.read())

    kit.run(scenario)
    assert times(default_file(state)) == [0]


def test_it_shows_whose_recorder_it_is(kit: Kit, house: House) -> None:
    kind = "Async" if kit.surface.is_async else ""
    assert repr(kit.recorder(kit.envoy(house))) == (
        f"<{kind}GatewayRecorder of <{kind}Envoy envoy.local>>"
    )


def test_another_gateway_at_the_same_address_has_a_recording_of_its_own(
    kit: Kit, clock: FakeClock, state: Path
) -> None:
    one, other = (SimulatedGateway("5.0", clock=clock, seed=seed) for seed in (1, 2))
    network = network_of(one)

    async def scenario() -> None:
        recorder = kit.recorder(kit.envoy(network))
        await got(recorder.poll())
        network.gateway = other
        clock.advance(3600)
        await got(recorder.poll())
        await kit.close(recorder)

    kit.run(scenario)
    for gateway in (one, other):
        assert len(times(state / "recordings" / f"{gateway.serial}.sqlite")) == 1


def test_a_recorder_that_starts_with_the_gateway_records_all_once_it_is_up(
    kit: Kit, clock: FakeClock, tmp_path: Path
) -> None:
    gateway = SimulatedGateway("8.3-three-phase", clock=clock)
    login = credentials(gateway)
    gateway.reboot(starting_for=150)

    async def scenario() -> None:
        recorder = kit.recorder(kit.envoy(network_of(gateway), **login), path=tmp_path / "it")
        await got(recorder.run(until=NOON + 300))

    kit.run(scenario)
    with History.opened(tmp_path / "it") as history:
        samples = history.readings(NOON + 180, 1e12)
    assert len(samples) == 3
    for sample in samples:
        assert None not in (sample.production, sample.production_meter, sample.consumption)
        assert sample.devices
        assert sample.source == "meter"


def test_a_steady_reading_of_a_recorder_takes_three_requests(
    kit: Kit, clock: FakeClock, tmp_path: Path
) -> None:
    gateway = SimulatedGateway("8.3-generator-collar", clock=clock)
    login = credentials(gateway)

    async def scenario() -> None:
        recorder = kit.recorder(kit.envoy(network_of(gateway), **login), path=tmp_path / "it")
        await got(recorder.poll())
        before = len(gateway.requests)
        for _ in range(5):
            clock.advance(60)
            await got(recorder.poll())
        assert len(gateway.requests) - before == 5 * 3
        await kit.close(recorder)

    kit.run(scenario)
