"""Settled answers: which are kept, what they save, and what a cache that fails costs."""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from enphase_sdk import errors
from enphase_sdk.cloud.cache import FileCache
from enphase_sdk.cloud.v4.authorization import TokensInMemory
from enphase_sdk.testing import FakeClock, SimulatedEnlighten, SimulatedEnlightenV4
from enphase_sdk.testing.world.flows import has_battery
from tests.support import KEY, SURFACES, USER_ID, Surface, summary_body

HOUR, DAY = 3_600, 86_400
START = 1_718_452_800  # of every clock here: 15 June 2024, 12:00 UTC


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache.sqlite"


class Clouds:
    """The simulated clouds of both versions, and clients of them that share a cache."""

    def __init__(self, surface: Surface, clock: FakeClock) -> None:
        self.surface = surface
        self.v2 = SimulatedEnlighten(60, clock=clock)
        self.v4 = SimulatedEnlightenV4(60, clock=clock)
        self.metered = self.v2.find(kind="metered").system_id
        self.battery = self.v2.find(where=has_battery).system_id

    def client(self, api: str, handler: Any = None, **options: Any) -> Any:
        if api == "v2":
            return self.surface.client(handler or self.v2, **options)
        known = {**self.v4.credentials(), "tokens": TokensInMemory()}
        return self.surface.client_v4(handler or self.v4, **known, **options)

    def hits(self, api: str) -> int:
        return (self.v2 if api == "v2" else self.v4).hits

    def cost(self, api: str, action: Callable[[Any], Any], **options: Any) -> tuple[Any, int]:
        """What an action gives, and the hits it took."""
        before = self.hits(api)
        result = self.surface.use(self.client(api, **options), action)
        return result, self.hits(api) - before


@pytest.fixture
def clouds(surface: Surface, clock: FakeClock) -> Clouds:
    assert clock.time() == START
    return Clouds(surface, clock)


SETTLED = {"start_at": START - 4 * DAY, "end_at": START - 3 * DAY}
DAYS = {"start_date": "2024-05-01", "end_date": "2024-06-10"}
BOTH: dict[str, dict[str, Any]] = {
    "stats": SETTLED,
    "rgm_stats": SETTLED,
    "consumption_stats": SETTLED,
    "production_meter_readings": {"end_at": START - 3 * DAY},
    "energy_lifetime": DAYS,
    "consumption_lifetime": DAYS,
    "summary": {"summary_date": "2024-06-10"},
}
ONLY_V4: dict[str, dict[str, Any]] = {
    "telemetry_production_micro": SETTLED,
    "telemetry_production_meter": SETTLED,
    "telemetry_consumption_meter": SETTLED,
    "telemetry_battery": SETTLED,
    "energy_import_telemetry": SETTLED,
    "energy_export_telemetry": SETTLED,
    "battery_lifetime": DAYS,
    "energy_import_lifetime": DAYS,
    "energy_export_lifetime": DAYS,
    "consumption_meter_readings": {"end_at": START - 3 * DAY},
    "storage_meter_readings": {"end_at": START - 3 * DAY},
}
CASES = [
    *(("v2", name, arguments) for name, arguments in BOTH.items()),
    *(("v4", name, arguments) for name, arguments in {**BOTH, **ONLY_V4}.items()),
]


@pytest.mark.parametrize(("api", "name", "arguments"), CASES)
def test_what_is_settled_is_asked_for_once(
    clouds: Clouds, path: Path, api: str, name: str, arguments: dict[str, Any]
) -> None:
    def ask(client: Any) -> Any:
        return getattr(client, name)(clouds.battery, **arguments)

    first, cost = clouds.cost(api, ask, cache=path)
    assert cost == 1
    assert clouds.cost(api, ask, cache=str(path)) == (first, 0)
    assert clouds.cost(api, ask) == (first, 1)  # without a cache

    def ask_afresh(client: Any) -> Any:
        return getattr(client.with_options(fresh=True), name)(clouds.battery, **arguments)

    assert clouds.cost(api, ask_afresh, cache=path) == (first, 1)
    assert clouds.cost(api, ask, cache=path) == (first, 0)


PROVISIONAL: list[tuple[str, dict[str, Any]]] = [
    ("v2", {"start_at": START - DAY // 2, "end_at": START + HOUR}),  # which v4 refuses
    *(
        (api, arguments)
        for api in ("v2", "v4")
        for arguments in (
            {},
            {"start_at": START - DAY // 2},
            {"start_at": START - 14 * HOUR, "end_at": START - 2 * HOUR},
        )
    ),
]


@pytest.mark.parametrize(("api", "arguments"), PROVISIONAL)
@pytest.mark.parametrize("name", ["stats", "consumption_stats", "rgm_stats"])
def test_what_may_still_change_is_never_kept(
    clouds: Clouds, path: Path, api: str, name: str, arguments: dict[str, Any]
) -> None:
    def ask(client: Any) -> Any:
        return getattr(client, name)(clouds.metered, **arguments)

    for _ in range(2):
        assert clouds.cost(api, ask, cache=path)[1] == 1


def test_a_day_that_is_filled_in_after_an_outage_is_kept_only_when_it_is_whole(
    clouds: Clouds, path: Path, clock: FakeClock
) -> None:
    """The gateway reports again, but the day that was asked for has not arrived yet."""
    late = clouds.v2.find(where=lambda system: system.outage is not None)
    outage = late.outage
    assert outage is not None
    clock.advance(outage.ended_at + HOUR - clock.time())
    day = datetime.fromtimestamp((outage.began_at + outage.ended_at) / 2, UTC).date()

    def ask(client: Any) -> Any:
        return client.energy_lifetime(late.system_id, end_date=day)

    early, _ = clouds.cost("v2", ask, cache=path)
    clock.advance(30 * DAY)
    whole, cost = clouds.cost("v2", ask, cache=path)
    assert cost == 1
    assert sum(whole.production) > sum(early.production)
    assert clouds.cost("v2", ask, cache=path) == (whole, 0)


def test_errors_are_never_kept(clouds: Clouds, path: Path) -> None:
    denied = clouds.v2.find(kind="consumption_denied").system_id

    def ask(client: Any) -> Any:
        return client.consumption_stats(denied, **SETTLED)

    for hits in (1, 2):
        with pytest.raises(errors.AuthenticationError):
            clouds.cost("v2", ask, cache=path)
        assert clouds.v2.hits == hits


def test_applications_and_addresses_do_not_share_answers(clouds: Clouds, path: Path) -> None:
    def ask(client: Any) -> Any:
        return client.stats(clouds.metered, **SETTLED)

    elsewhere = "https://elsewhere.example/api/v2"
    assert clouds.cost("v2", ask, cache=path)[1] == 1
    assert clouds.cost("v2", ask, cache=path, api_key="another key")[1] == 1
    assert clouds.cost("v2", ask, cache=path, base_url=elsewhere)[1] == 1
    assert clouds.cost("v4", ask, cache=path)[1] == 1
    assert clouds.cost("v2", ask, cache=path)[1] == 0


@pytest.mark.usefixtures("clock")
def test_no_secret_is_in_the_file(surface: Surface, path: Path) -> None:
    """Not even where the server repeats it."""
    body = {**summary_body(), "summary_date": "2014-06-10", "last_interval_end_at": START}

    def echo(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={**body, "you_asked": str(request.url), "key": KEY})

    def quiet(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=body)

    for handler in (echo, quiet):
        cache = FileCache(path)
        surface.call(handler, lambda c: c.summary(67, summary_date="2014-06-10"), cache=cache)
        cache.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM answers").fetchone() == (1,)
        dump = "\n".join(connection.iterdump())
    connection.close()
    assert not any(secret in dump for secret in (KEY, USER_ID, KEY[:8], USER_ID[:8]))
    assert KEY[:8].encode() not in path.read_bytes()


def test_a_damaged_file_costs_a_warning_and_a_hit(
    clouds: Clouds, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def ask(client: Any) -> Any:
        return client.stats(clouds.metered, **SETTLED)

    cache = FileCache(path)
    first, _ = clouds.cost("v2", ask, cache=cache)
    cache.close()
    path.write_bytes(b"what is this" * 1000)
    with caplog.at_level(logging.WARNING, "enphase_sdk"):
        assert clouds.cost("v2", ask, cache=path) == (first, 1)
        assert clouds.cost("v2", ask, cache=path) == (first, 0)
    (warning,) = caplog.messages
    assert re.search(
        r"cache .*cache\.sqlite was damaged .* renamed to cache\.sqlite\.damaged", warning
    )


class FullDisk:
    """A cache that can keep nothing any more."""

    def __init__(self) -> None:
        self.tried = 0

    def get(self, key: str) -> bytes | None:
        assert key
        return None

    def put(self, key: str, value: bytes) -> None:
        self.tried += bool(key and value)
        raise OSError(28, f"No space left on device for {KEY}")


def test_a_cache_that_fails_costs_one_warning_and_never_an_answer(
    clouds: Clouds, caplog: pytest.LogCaptureFixture
) -> None:
    cache = FullDisk()

    async def ask_async(client: Any) -> Any:
        return [await client.stats(clouds.metered, **SETTLED) for _ in range(3)]

    def ask(client: Any) -> Any:
        if clouds.surface.is_async:
            return ask_async(client)
        return [client.stats(clouds.metered, **SETTLED) for _ in range(3)]

    with caplog.at_level(logging.WARNING, "enphase_sdk"):
        answers, cost = clouds.cost("v2", ask, cache=cache)
    assert (len(answers), cost, cache.tried) == (3, 3, 3)
    (warning,) = caplog.messages
    assert "No space left on device" in warning
    assert KEY not in warning


def test_a_folder_in_the_place_of_the_file_costs_a_warning(
    clouds: Clouds, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.mkdir()
    with caplog.at_level(logging.WARNING, "enphase_sdk"):
        _, cost = clouds.cost("v2", lambda c: c.stats(clouds.metered, **SETTLED), cache=path)
    assert cost == 1
    assert "cannot be read" in caplog.messages[0]


class Memory(dict[str, bytes]):
    def put(self, key: str, value: bytes) -> None:
        self[key] = value


def test_an_object_can_be_the_cache(clouds: Clouds) -> None:
    cache = Memory()

    def ask(client: Any) -> Any:
        return client.stats(clouds.metered, **SETTLED)

    first, _ = clouds.cost("v2", ask, cache=cache)
    assert clouds.cost("v2", ask, cache=cache) == (first, 0)
    cache.update(dict.fromkeys(cache, b"something else"))
    assert clouds.cost("v2", ask, cache=cache) == (first, 1)


def test_the_settings_can_name_a_cache_and_a_call_can_do_without(
    clouds: Clouds, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENPHASE_CACHE", str(path))

    def ask(client: Any) -> Any:
        return client.stats(clouds.metered, **SETTLED)

    first, _ = clouds.cost("v2", ask)
    assert clouds.cost("v2", ask) == (first, 0)
    assert clouds.cost("v2", lambda c: ask(c.with_options(cache=None))) == (first, 1)
    monkeypatch.delenv("ENPHASE_CACHE")
    config = path.with_name("config.toml")
    config.write_text(f'[default]\ncache = "{path}"\n')
    monkeypatch.setenv("ENPHASE_CONFIG", str(config))
    assert clouds.cost("v2", ask) == (first, 0)
    assert clouds.cost("v4", ask)[1] == 1
    assert clouds.cost("v4", ask)[1] == 0


def test_what_is_no_cache_is_refused(surface: Surface) -> None:
    for wrong in (3, object(), {}):
        with pytest.raises(errors.ConfigError, match="cache must be None, a path, or an object"):
            surface.client(cache=wrong)
    with pytest.raises(errors.ConfigError, match="cache is not a usable path"):
        surface.client(cache="a\0b")


def test_raw_answers_come_from_the_cache_too(clouds: Clouds, path: Path) -> None:
    def ask(client: Any) -> Any:
        return client.with_raw_response.stats(clouds.metered, **SETTLED)

    first, _ = clouds.cost("v2", ask, cache=path)
    second, cost = clouds.cost("v2", ask, cache=path)
    assert cost == 0
    assert (second.content, second.parsed) == (first.content, first.parsed)
    assert second.headers["date"] == first.headers["date"]


def test_the_file_stays_within_its_bound_and_the_newest_stay(path: Path) -> None:
    cache = FileCache(path, largest=400_000)
    for number in range(300):
        # Hashes, so that packing does not make them smaller.
        noise = b"".join(str(hash((number, n))).encode() for n in range(300))
        cache.put(f"{number}", noise)
    cache.put("too long", bytes(str([hash(n) for n in range(20_000)]).encode()))
    cache.close()
    assert path.stat().st_size < 500_000
    assert cache.get("0") is None
    assert cache.get("299") is not None
    assert cache.get("too long") is None


NONSENSE: tuple[Any, ...] = (None, "x", -1, 10**30, [], [None], {}, True)


@pytest.mark.parametrize(("api", "name", "arguments"), CASES)
def test_no_answer_is_so_odd_that_keeping_it_fails(
    api: str, name: str, arguments: dict[str, Any], clock: FakeClock
) -> None:
    """Whatever the server sends, there is a result or an error of ours."""
    clouds = Clouds(SURFACES[0], clock)
    changes: list[tuple[str, Any]] = []

    def odd(request: httpx.Request) -> httpx.Response:
        response = (clouds.v2 if api == "v2" else clouds.v4)(request)
        body = msgspec.json.decode(response.content)
        for field, value in changes:
            body[field] = value
        return httpx.Response(200, json=body)

    probe = clouds.client(api, odd, max_retries=0)
    fields = list(msgspec.to_builtins(getattr(probe, name)(clouds.battery, **arguments)))
    probe.close()
    for field in fields:
        for value in NONSENSE:
            changes[:] = [(field, value)]
            cache = Memory()
            client = clouds.client(api, odd, max_retries=0, cache=cache)
            with client, suppress(errors.EnphaseError):
                first = getattr(client, name)(clouds.battery, **arguments)
                assert getattr(client, name)(clouds.battery, **arguments) == first
