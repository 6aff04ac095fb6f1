"""The cloud client in use: operations, options, raw answers, sites, opening and closing."""

from __future__ import annotations

import copy
import inspect
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from enphase_sdk import AsyncSite, Plan, Site, errors, models
from enphase_sdk.cloud.raw import RawResponse
from enphase_sdk.testing import FakeClock, SimulatedEnlighten
from tests.support import (
    OPERATION_CALLS,
    Script,
    Surface,
    json_of,
    loopback,
    small_fleet,
    summary_body,
    wire,
)

RESULTS: dict[str, type] = {
    "energy_lifetime": models.EnergyLifetime,
    "envoys": models.EnvoysResponse,
    "inventory": models.Inventory,
    "inverters_summary_by_envoy_or_site": list,
    "monthly_production": models.MonthlyProduction,
    "production_meter_readings": models.ProductionMeterReadings,
    "rgm_stats": models.RgmStats,
    "stats": models.Stats,
    "consumption_stats": models.ConsumptionStats,
    "consumption_lifetime": models.ConsumptionLifetime,
    "summary": models.Summary,
    "search_system_id": models.SystemIdFound,
}

SITE_METHODS = {
    "summary": "summary",
    "envoys": "envoys",
    "inventory": "inventory",
    "inverters_summary": "inverters_summary_by_envoy_or_site",
    "production_meter_readings": "production_meter_readings",
    "stats": "stats",
    "rgm_stats": "rgm_stats",
    "consumption_stats": "consumption_stats",
    "energy_lifetime": "energy_lifetime",
    "consumption_lifetime": "consumption_lifetime",
}

ignoring_deprecation = pytest.mark.filterwarnings("ignore:monthly_production:DeprecationWarning")

GOOD = httpx.Response(200, json=summary_body())


@pytest.fixture
def simulated() -> SimulatedEnlighten:
    return small_fleet()


def arguments(name: str) -> tuple[Any, ...]:
    if name == "search_system_id":
        return (json_of("/systems/67/envoys")["envoys"][0]["serial_number"],)
    return OPERATION_CALLS[name]


def test_all_thirteen_operations_are_covered_here() -> None:
    assert {*RESULTS, "systems"} == {*OPERATION_CALLS, "systems"}
    assert len(RESULTS) + 1 == 13


@ignoring_deprecation
@pytest.mark.parametrize("name", RESULTS)
def test_an_operation_gives_its_model(
    surface: Surface, simulated: SimulatedEnlighten, name: str
) -> None:
    result = surface.call(simulated, lambda client: getattr(client, name)(*arguments(name)))
    # A system without a consumption meter has no consumption series.
    if not (name == "consumption_lifetime" and result is None):
        assert isinstance(result, RESULTS[name])
    (asked,) = simulated.requests
    assert asked.operation.lower().startswith(name.replace("_", "")[:12])


@pytest.mark.parametrize("name", ["energy_lifetime", "consumption_lifetime"])
def test_a_204_is_none_where_there_may_be_no_series(surface: Surface, name: str) -> None:
    script = Script(httpx.Response(204))
    assert surface.call(script, lambda client: getattr(client, name)(67)) is None
    raw = surface.call(script, lambda client: getattr(client.with_raw_response, name)(67))
    assert (raw.status_code, raw.content, raw.parsed) == (204, b"", None)


@ignoring_deprecation
@pytest.mark.parametrize("name", RESULTS)
def test_a_raw_answer_comes_beside_its_model(
    surface: Surface, simulated: SimulatedEnlighten, name: str
) -> None:
    def act(client: Any) -> Any:
        return getattr(client.with_raw_response, name)(*arguments(name))

    raw = surface.call(simulated, act)
    assert isinstance(raw, RawResponse)
    parsed = surface.call(simulated, lambda client: getattr(client, name)(*arguments(name)))
    assert raw.parsed == parsed
    assert raw.status_code == (200 if parsed is not None else 204)
    assert raw.headers["Date"] == raw.headers["date"]
    assert raw.content.startswith((b"{", b"[")) == (parsed is not None)
    assert "content=" not in repr(raw)
    assert "headers=" not in repr(raw)


def test_a_raw_listing_gives_one_page(surface: Surface, simulated: SimulatedEnlighten) -> None:
    raw = surface.call(simulated, lambda client: client.with_raw_response.systems(limit=4))
    assert [s.system_id for s in raw.parsed.systems] == simulated.system_ids()[:4]
    assert raw.parsed.next
    rest = surface.call(
        simulated, lambda client: client.with_raw_response.systems(limit=4, next=raw.parsed.next)
    )
    assert [s.system_id for s in rest.parsed.systems] == simulated.system_ids()[4:]


@pytest.mark.usefixtures("clock")
def test_a_raw_answer_is_the_last_of_all_tries(surface: Surface) -> None:
    script = Script(
        httpx.Response(503), httpx.Response(200, json=summary_body(), headers={"x": "2"})
    )
    raw = surface.call(script, lambda client: client.with_raw_response.summary(67))
    assert (raw.status_code, raw.headers["x"]) == (200, "2")


def test_a_raw_call_raises_like_any_other(surface: Surface) -> None:
    script = Script(httpx.Response(404, json={"reason": "404"}))
    with pytest.raises(errors.NotFoundError):
        surface.call(script, lambda client: client.with_raw_response.summary(67))


def test_the_deprecated_operation_warns_at_the_caller_s_line(surface: Surface) -> None:
    script = Script(httpx.Response(404, json={}))

    async def act(client: Any) -> None:
        with pytest.raises(errors.NotFoundError):
            await client.monthly_production(67, "2023-07-01")

    def act_sync(client: Any) -> None:
        with pytest.raises(errors.NotFoundError):
            client.monthly_production(67, "2023-07-01")

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        surface.call(script, act if surface.is_async else act_sync)
    (warning,) = (w for w in caught if w.category is DeprecationWarning)
    assert warning.filename == __file__


@pytest.mark.parametrize(("method", "operation"), SITE_METHODS.items())
def test_a_site_answers_as_the_client_does(
    surface: Surface, simulated: SimulatedEnlighten, method: str, operation: str
) -> None:
    of_site = surface.call(simulated, lambda client: getattr(client.site(67), method)())
    of_client = surface.call(simulated, lambda client: getattr(client, operation)(67))
    assert of_site == of_client
    first, second = simulated.requests
    assert first == second


@pytest.mark.parametrize(
    ("method", "given", "sent"),
    [
        ("summary", {"summary_date": "2024-03-05"}, {"summary_date": "2024-03-05"}),
        ("production_meter_readings", {"end_at": 7}, {"end_at": "7"}),
        ("stats", {"start_at": 1, "end_at": 2}, {"start_at": "1", "end_at": "2"}),
        ("rgm_stats", {"start_at": 1, "end_at": 2}, {"start_at": "1", "end_at": "2"}),
        ("consumption_stats", {"start_at": 1, "end_at": 2}, {"start_at": "1", "end_at": "2"}),
        (
            "energy_lifetime",
            {"start_date": "2024-03-05", "end_date": "2024-03-06", "production": "all"},
            {"start_date": "2024-03-05", "end_date": "2024-03-06", "production": "all"},
        ),
        (
            "consumption_lifetime",
            {"start_date": "2024-03-05", "end_date": "2024-03-06"},
            {"start_date": "2024-03-05", "end_date": "2024-03-06"},
        ),
    ],
)
def test_a_site_passes_every_argument_on(
    surface: Surface, method: str, given: dict[str, Any], sent: dict[str, str]
) -> None:
    script = Script(httpx.Response(404, json={}))
    with pytest.raises(errors.NotFoundError):
        surface.call(script, lambda client: getattr(client.site(72), method)(**given))
    (request,) = script.requests
    assert request.url.path.endswith(f"/systems/72/{method}")
    params = dict(request.url.params)
    assert {k: v for k, v in params.items() if k not in ("key", "user_id")} == sent


def test_a_site_is_a_site(surface: Surface) -> None:
    site = surface.client(Script(GOOD)).site(67)
    assert site.system_id == 67
    assert "67" in repr(site)
    assert isinstance(site, AsyncSite if surface.is_async else Site)
    assert not isinstance(object(), Site)


OPTIONS: dict[str, Any] = {
    "timeout": 3.0,
    "max_retries": 1,
    "max_wait": 5.0,
    "quota": Plan("mine", 2),
    "strict": True,
    "on_wait": print,
    "cache": "cache.sqlite",
    "fresh": True,
}


def settings_of(client: Any) -> dict[str, Any]:
    options = client._options
    return {
        "timeout": client._connection.timeouts,
        "max_retries": options.policy.backoff.max_retries,
        "max_wait": options.policy.max_wait,
        "quota": options.policy.pacer,
        "strict": options.policy.reader,
        "on_wait": options.on_wait,
        "cache": options.policy.cache,
        "fresh": options.policy.fresh,
    }


@pytest.mark.parametrize("name", OPTIONS)
def test_with_options_changes_one_option_of_a_copy(surface: Surface, name: str) -> None:
    original = surface.client(Script(GOOD))
    before = settings_of(original)
    changed = original.with_options(**{name: OPTIONS[name]})
    assert type(changed) is type(original)
    assert settings_of(original) == before
    different = {key for key, value in settings_of(changed).items() if value != before[key]}
    assert different == {name}
    assert changed._connection._line is original._connection._line


@pytest.mark.parametrize("name", ["api_key", "base_url", "transport", "retries", "Timeout"])
def test_with_options_says_what_it_can_change(surface: Surface, name: str) -> None:
    with pytest.raises(errors.ConfigError, match="it can change timeout, max_retries") as caught:
        surface.client(Script(GOOD)).with_options(**{name: 1})
    assert repr(name) in str(caught.value)


@pytest.mark.usefixtures("clock")
def test_options_take_effect(surface: Surface) -> None:
    script = Script(httpx.Response(503))
    with pytest.raises(errors.ServerError):
        surface.call(script, lambda client: client.with_options(max_retries=2).summary(67))
    assert len(script.requests) == 3


def test_the_timeout_reaches_the_transport(surface: Surface) -> None:
    script = Script(GOOD)
    surface.call(script, lambda client: client.summary(67))
    surface.call(script, lambda client: client.with_options(timeout=3).summary(67))
    surface.call(script, lambda client: client.with_options(timeout=None).summary(67))
    surface.call(script, lambda client: client.summary(67), timeout=httpx.Timeout(1.0, read=2.0))
    default, three, never, own = (request.extensions["timeout"] for request in script.requests)
    assert all(value is not None for value in default.values())
    assert max(default.values()) <= 60
    assert set(three.values()) == {3}
    assert set(never.values()) == {None}
    assert own == {"connect": 1.0, "read": 2.0, "write": 1.0, "pool": 1.0}


@pytest.mark.usefixtures("clock")
def test_copies_share_the_quota_and_the_connection() -> None:
    script = Script(GOOD)
    client = Surface("sync").client(script, quota=Plan("mine", 2), max_wait=0)
    copied = client.with_options(max_retries=0)
    client.summary(67)
    copied.with_options(timeout=5).summary(67)
    acts: list[Callable[[], Any]] = [
        lambda: client.summary(67),
        lambda: copied.summary(67),
        lambda: client.site(67).summary(),
        lambda: client.with_raw_response.summary(67),
    ]
    for act in acts:
        with pytest.raises(errors.QuotaExceededError):
            act()
    assert client.with_options(quota="partner").summary(67).system_id == 67
    assert len(script.requests) == 3


class Closing(httpx.MockTransport):
    """Counts how often it is closed."""

    def __init__(self) -> None:
        super().__init__(Script(GOOD))
        self.closed = 0

    def close(self) -> None:
        self.closed += 1

    async def aclose(self) -> None:
        self.closed += 1


def test_leaving_the_context_closes_the_transport(surface: Surface) -> None:
    transport = Closing()
    client = surface.client(transport=transport)
    surface.use(client, lambda client: client.summary(67))
    assert transport.closed == 1


def test_a_client_works_without_a_context(surface: Surface) -> None:
    transport = Closing()
    client = surface.client(transport=transport)

    async def act() -> Any:
        summary = await client.summary(67)
        await client.aclose()
        return summary

    if surface.backend is None:
        summary = client.summary(67)
        client.close()
    else:
        import anyio

        summary = anyio.run(act, backend=surface.backend)
    assert summary.system_id == 67
    assert transport.closed == 1


def test_closing_a_copy_leaves_the_original_open(surface: Surface) -> None:
    transport = Closing()

    def act(client: Any) -> Any:
        if not surface.is_async:
            with client.with_options(timeout=1) as copied:
                copied.summary(67)
            return client.summary(67)

        async def act_async() -> Any:
            async with client.with_options(timeout=1) as copied:
                await copied.summary(67)
            assert transport.closed == 0
            return await client.summary(67)

        return act_async()

    surface.use(surface.client(transport=transport), act)
    assert transport.closed == 1


def test_a_closed_client_says_so_at_once(surface: Surface, clock: FakeClock) -> None:
    transport = Closing()
    client = surface.client(transport=transport)
    copied = client.with_options(timeout=5)
    listing = client.systems()
    surface.use(client, lambda client: client.summary(67))
    for act in (
        lambda _: client.summary(67),
        lambda _: copied.summary(67),
        lambda _: client.site(67).envoys(),
        lambda _: client.with_raw_response.summary(67),
        lambda _: surface.collected(listing),
    ):
        with pytest.raises(errors.APIConnectionError, match="client is closed; make a new one"):
            surface.use(client, act)
    assert clock.sleeps == [], "trying again is of no use"


@pytest.mark.usefixtures("clock")
def test_two_clients_do_not_share_a_quota() -> None:
    script = Script(GOOD)
    for _ in range(2):
        Surface("sync").client(script, quota=Plan("mine", 1), max_wait=0).summary(67)
    assert len(script.requests) == 2


def test_a_client_is_not_copied_by_accident(surface: Surface) -> None:
    with pytest.raises(TypeError, match="credentials"):
        copy.deepcopy(surface.client(Script(GOOD)))


def test_sixteen_threads_share_one_client() -> None:
    body = {number: summary_body(system_id=number) for number in range(1, 161)}

    def answer(seen: Any) -> bytes:
        number = int(seen.target.split("/systems/")[1].split("/")[0])
        return wire("200 OK", httpx.Response(200, json=body[number]).content)

    started = threading.Barrier(16)
    with loopback(answer) as (url, seen), Surface("sync").client(base_url=url) as client:

        def work(thread: int) -> list[tuple[int, int]]:
            started.wait()
            numbers = range(thread * 10 + 1, thread * 10 + 11)
            raw = client.with_raw_response
            return [
                (
                    number,
                    (
                        raw.summary(number).parsed if number % 2 else client.summary(number)
                    ).system_id,
                )
                for number in numbers
            ]

        with ThreadPoolExecutor(16) as pool:
            pairs = [pair for done in pool.map(work, range(16)) for pair in done]
    assert len(pairs) == len(seen) == 160
    assert all(asked == got for asked, got in pairs)


def test_fifty_tasks_share_one_client(async_surface: Surface) -> None:
    import anyio

    def answer(request: httpx.Request) -> httpx.Response:
        number = int(request.url.path.split("/")[-2])
        return httpx.Response(200, json=summary_body(system_id=number))

    async def act(client: Any) -> list[bool]:
        right: list[bool] = []

        async def ask(number: int) -> None:
            raw = await client.with_raw_response.summary(number)
            right.append(raw.parsed.system_id == number)

        async with anyio.create_task_group() as group:
            for number in range(50):
                group.start_soon(ask, number)
        return right

    assert async_surface.call(answer, act) == [True] * 50


def test_every_public_method_is_documented(surface: Surface) -> None:
    client = surface.client(Script(GOOD))
    for name, member in inspect.getmembers(type(client)):
        if not name.startswith("_"):
            assert inspect.getdoc(member), name
    for name in (*RESULTS, "systems"):
        documentation = inspect.getdoc(getattr(client, name)) or ""
        assert "Source: operation" in documentation, name
