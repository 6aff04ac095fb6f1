"""Every fault, as a client meets it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
import httpx
import pytest

from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.testing import FakeClock, SimulatedEnlighten, faults
from enphase_sdk.testing.faults import Fault

SUMMARY = "/systems/67/summary"
Get = Callable[..., httpx.Response]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def sim(clock: FakeClock) -> SimulatedEnlighten:
    return SimulatedEnlighten(30, clock=clock)


@pytest.fixture(params=["sync", "async"])
def get(request: pytest.FixtureRequest, sim: SimulatedEnlighten) -> Get:
    transport = httpx.MockTransport(sim)

    def sync(path: str = SUMMARY, **params: object) -> httpx.Response:
        with httpx.Client(transport=transport, base_url="https://cloud", timeout=5) as client:
            return client.get(path, params=query(params))

    def through_a_task(path: str = SUMMARY, **params: object) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=transport, base_url="https://cloud", timeout=5
            ) as client:
                return await client.get(path, params=query(params))

        return anyio.run(ask)

    return sync if request.param == "sync" else through_a_task


def query(params: dict[str, object]) -> dict[str, str]:
    return {"user_id": "u", **{name: str(value) for name, value in params.items()}}


def test_a_fault_happens_once_unless_more_is_asked_for(sim: SimulatedEnlighten, get: Get) -> None:
    rule = sim.fail(with_=faults.status(503))
    assert [get().status_code for _ in range(3)] == [503, 200, 200]
    assert rule.applied == 1
    again = sim.fail(times=2, with_=faults.status(500))
    assert [get().status_code for _ in range(3)] == [500, 500, 200]
    assert again.applied == 2


def test_a_fault_can_be_for_one_operation_one_system_and_later(
    sim: SimulatedEnlighten, get: Get
) -> None:
    sim.fail(times=5, operation="Summary", system_id=72, after=1, with_=faults.status(503))
    assert get("/systems").status_code == 200
    assert get("/systems/72/inventory").status_code == 200
    assert [get("/systems/72/summary").status_code for _ in range(3)] == [200, 503, 503]
    assert get(SUMMARY).status_code == 200
    sim.heal()
    assert get("/systems/72/summary").status_code == 200
    sim.fail(system_id=72, with_=faults.status(503))
    inverters = "/systems/inverters_summary_by_envoy_or_site"
    assert [get(inverters, site_id=site).status_code for site in (67, 72)] == [200, 503]


def test_a_rate_picks_the_same_share_for_the_same_seed() -> None:
    def run(seed: int) -> list[int]:
        sim = SimulatedEnlighten(3, seed=seed, clock=FakeClock())
        sim.fail(rate=0.3, with_=faults.status(503))
        request = httpx.Request("GET", f"https://cloud{SUMMARY}?user_id=u")
        return [sim(request).status_code for _ in range(300)]

    first = run(1)
    assert 60 <= first.count(503) <= 120
    assert first == run(1)
    assert first != run(2)


def test_refused_requests_use_up_no_fault(sim: SimulatedEnlighten, get: Get) -> None:
    sim.fail(with_=faults.status(503))
    assert sim(httpx.Request("GET", f"https://cloud{SUMMARY}")).status_code == 401
    assert get().status_code == 503


def test_a_status_comes_with_what_it_is_given_and_a_date(sim: SimulatedEnlighten, get: Get) -> None:
    sim.fail(with_=faults.status(520, json={"errorCode": 9}, headers={"X-Why": "test"}))
    response = get()
    assert (response.status_code, response.json()) == (520, {"errorCode": 9})
    assert response.headers["X-Why"] == "test"
    assert "Date" in response.headers


@pytest.mark.parametrize(
    ("fault", "status", "kind", "text"),
    [
        (faults.status(502, text="bad gateway"), 502, "text/plain", "bad gateway"),
        (faults.status(409), 409, None, ""),
        (faults.html(), 503, "text/html", "maintenance"),
        (faults.html(409), 409, "text/html", "maintenance"),
        (faults.html(200, page="<p>hello"), 200, "text/html", "hello"),
        (faults.unavailable(), 503, "application/json", '"errorCode":7'),
        (faults.unavailable(500), 500, "application/json", '"errorCode":7'),
    ],
)
def test_another_answer_is_sent(
    sim: SimulatedEnlighten, get: Get, fault: Fault, status: int, kind: str | None, text: str
) -> None:
    sim.fail(with_=fault)
    response = get()
    assert response.status_code == status
    assert text in response.text
    sent = response.headers.get("Content-Type")
    assert sent is None if kind is None else kind in sent


@pytest.mark.parametrize(("period", "seconds"), [("minute", 60), ("month", 30 * 86_400)])
def test_a_storm_of_409s_tells_the_present_window(
    sim: SimulatedEnlighten, clock: FakeClock, get: Get, period: str, seconds: int
) -> None:
    sim.fail(times=3, with_=faults.conflict(period, limit=7, plan="Kilowatt"))
    sim.skew = 5
    for _ in range(3):
        body = get().json()
        assert (body["period"], body["limit"]) == (period, 7)
        assert body["period_end"] - body["period_start"] == seconds
        assert body["period_start"] <= clock.time() + 5 < body["period_end"]
        clock.set(body["period_end"] - 5 if period == "minute" else clock.time())
    assert get().status_code == 200


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.dropped(), httpx.RemoteProtocolError),
        (faults.refused(), httpx.ConnectError),
        (faults.stalled(), httpx.ReadTimeout),
        (faults.truncated(), httpx.RemoteProtocolError),
        (faults.truncated(keep=0), httpx.RemoteProtocolError),
        (faults.slow(seconds=40, chunks=4), httpx.ReadTimeout),
    ],
)
def test_a_connection_fails_as_a_real_one(
    sim: SimulatedEnlighten, get: Get, fault: Fault, error: type[Exception]
) -> None:
    sim.fail(with_=fault)
    with pytest.raises(error):
        get()
    assert get().status_code == 200


def test_a_stall_lasts_as_long_as_the_client_waits(
    sim: SimulatedEnlighten, clock: FakeClock, get: Get
) -> None:
    start = clock.time()
    sim.fail(with_=faults.stalled())
    with pytest.raises(httpx.ReadTimeout):
        get()
    assert clock.time() == start + 5


def test_a_stall_on_the_real_clock_does_not_wait() -> None:
    sim = SimulatedEnlighten(3)
    sim.fail(with_=faults.stalled())
    with pytest.raises(httpx.ReadTimeout):
        sim(httpx.Request("GET", f"https://cloud{SUMMARY}?user_id=u"))


def test_a_slow_body_arrives_whole_after_its_pauses(
    sim: SimulatedEnlighten, clock: FakeClock, get: Get
) -> None:
    right = get().content
    sim.fail(with_=faults.slow(seconds=8, chunks=4))
    assert get().content == right
    assert clock.sleeps == [2, 2, 2, 2]
    sim.fail(with_=faults.status(503) & faults.slow(seconds=1))
    assert get().status_code == 503


def test_a_body_comes_in_part_before_the_connection_breaks(sim: SimulatedEnlighten) -> None:
    request = httpx.Request("GET", f"https://cloud{SUMMARY}?user_id=u")
    whole = sim(request).content
    sim.fail(with_=faults.truncated(keep=0.25))
    response = sim(request)
    assert response.headers["Content-Length"] == str(len(whole))
    parts: list[bytes] = []
    with pytest.raises(httpx.RemoteProtocolError):
        parts.extend(response.iter_raw())
    assert whole.startswith(b"".join(parts))


def test_fields_become_null_other_values_other_types_or_vanish(
    sim: SimulatedEnlighten, get: Get
) -> None:
    right = get("/systems", limit=3).json()
    for fault in (
        faults.null("$.systems[1].meta.last_report_at"),
        faults.missing("systems[0].timezone"),
        faults.retyped("$.systems[*].system_id"),
        faults.retyped("$.systems[2].system_name"),
        faults.retyped("$.systems[2].meta"),
        faults.unknown_value("$.systems[2].status"),
        faults.unknown_field("$.systems[*]", "battery_count", 3),
        faults.unknown_field(),
        faults.replaced("$.systems[0].city", ["two", "cities"]),
    ):
        sim.fail(with_=fault, operation="Systems")
    wrong = get("/systems", limit=3).json()
    assert wrong["systems"][1]["meta"]["last_report_at"] is None
    assert "timezone" not in wrong["systems"][0]
    assert [system["system_id"] for system in wrong["systems"]] == ["67", "72", "77"]
    assert wrong["systems"][2]["system_name"] == len(right["systems"][2]["system_name"])
    assert wrong["systems"][2]["meta"] == []
    assert wrong["systems"][2]["status"] == "encharge_issue"
    assert [system["battery_count"] for system in wrong["systems"]] == [3, 3, 3]
    assert wrong["added_later"] is True
    assert wrong["systems"][0]["city"] == ["two", "cities"]
    assert get("/systems", limit=3).json() == right


def test_items_of_arrays_can_vanish_and_arrays_change_their_type(
    sim: SimulatedEnlighten, get: Get
) -> None:
    path = "/systems/inverters_summary_by_envoy_or_site"
    sim.fail(with_=faults.missing("$[0].micro_inverters[*]"))
    assert get(path, site_id=67).json()[0]["micro_inverters"] == []
    sim.fail(with_=faults.retyped("$[0].micro_inverters"))
    assert get(path, site_id=67).json()[0]["micro_inverters"] == {}


def test_only_successes_are_edited(sim: SimulatedEnlighten, get: Get) -> None:
    sim.fail(with_=faults.null("$.energy_today"))
    assert get("/systems/68/summary").status_code == 401
    sim.fail(with_=faults.null("$.energy_today") & faults.html())
    assert get().status_code == 503


def test_a_fault_of_no_known_path_says_what_there_is(sim: SimulatedEnlighten, get: Get) -> None:
    for fault, message in (
        (faults.null("$.metadata"), r"no 'metadata' at \$ .*: there are system_id, modules"),
        (faults.missing("$[0]"), r"no 0 at \$ .*: there are"),
        (faults.null("$.modules.count"), r"no 'count' at \$.modules .*: it is a single value"),
        (faults.unknown_field("$.modules"), r"\$.modules of the answer is not an object"),
        (faults.repeated_cursor(), "operation='Systems'"),
    ):
        sim.fail(with_=fault)
        with pytest.raises(InvalidArgumentError, match=message):
            get()
    sim.fail(with_=faults.null("$.systems[5000].city"))
    with pytest.raises(InvalidArgumentError, match="it has 30 items"):
        get("/systems")
    sim.fail(with_=faults.null("$.systems[*].city"))
    assert get("/systems", system_name="nobody").json() == {"systems": []}


@pytest.mark.parametrize("path", ["$..x", "a b", "systems[", "$[-1]"])
def test_what_is_no_path_is_refused_at_once(path: str) -> None:
    with pytest.raises(InvalidArgumentError, match="write it like"):
        faults.null(path)


@pytest.mark.parametrize("make", [faults.null, faults.retyped, faults.missing])
def test_the_whole_answer_is_no_place_in_it(make: Callable[[str], Fault]) -> None:
    with pytest.raises(InvalidArgumentError, match="give a path to a part"):
        make("$")


def walk(get: Get, pages: int = 10, **params: object) -> list[int]:
    ids: list[int] = []
    for _ in range(pages):
        page: dict[str, Any] = get("/systems", limit=10, **params).json()
        ids += [system["system_id"] for system in page["systems"]]
        if "next" not in page:
            return ids
        params["next"] = page["next"]
    return ids


def test_a_cursor_can_repeat_itself(sim: SimulatedEnlighten, get: Get) -> None:
    sim.fail(times=99, operation="Systems", with_=faults.repeated_cursor())
    ids = walk(get, pages=4)
    assert ids == [*sim.system_ids()[:20], *sim.system_ids()[10:20], *sim.system_ids()[10:20]]


def test_a_system_can_come_twice_or_not_at_all_between_pages(
    sim: SimulatedEnlighten, get: Get
) -> None:
    every = sim.system_ids()
    sim.fail(operation="Systems", with_=faults.duplicate_on_boundary())
    assert walk(get) == [*every[:10], *every[9:]]
    sim.fail(operation="Systems", with_=faults.missing_on_boundary())
    assert walk(get) == [*every[:10], *every[11:]]
    sim.fail(operation="Systems", with_=faults.duplicate_on_boundary())
    sim.fail(operation="Systems", with_=faults.missing_on_boundary())
    sim.fail(operation="Systems", with_=faults.duplicate_on_boundary())
    last = [get("/systems", limit=30).json() for _ in range(3)]
    assert not any("next" in page for page in last)


def test_faults_come_together_in_the_order_of_a_real_failure(
    sim: SimulatedEnlighten, clock: FakeClock, get: Get
) -> None:
    both = faults.slow(seconds=1, chunks=1) & faults.null("$.modules") & faults.unknown_field()
    assert repr(both) == "slow(1, 1) & null('$.modules') & unknown_field('$', 'added_later')"
    sim.fail(with_=both)
    body = get().json()
    assert (body["modules"], body["added_later"], clock.sleeps) == (None, True, [1])
    sim.fail(with_=faults.status(500) & faults.status(501))
    assert get().status_code == 500


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ({"operation": "Sumary"}, "no operation 'Sumary'; there are Systems, SearchSystemId"),
        ({"system_id": 68}, r"no system 68 in this fleet; there are 67, 72, .* … 212"),
        ({"times": 0}, "1 or more"),
        ({"rate": 0.0}, "a share of the requests"),
        ({"rate": 5.0}, "a share of the requests"),
        ({"after": -1}, "number of requests that succeed"),
    ],
)
def test_a_script_that_makes_no_sense_is_refused(
    sim: SimulatedEnlighten, script: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        sim.fail(with_=faults.dropped(), **script)


def test_a_conflict_has_a_known_window_and_a_rule_shows_itself(sim: SimulatedEnlighten) -> None:
    with pytest.raises(InvalidArgumentError, match="there are minute and month"):
        faults.conflict("hour")
    assert repr(sim.fail(with_=faults.dropped())) == "FaultRule(dropped(), applied=0)"
