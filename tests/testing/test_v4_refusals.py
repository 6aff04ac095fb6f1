"""What the simulated cloud of API v4 refuses, and in which of its shapes."""

from __future__ import annotations

from typing import Any

import pytest

from enphase_sdk.testing import FakeClock, Kind, Plan
from enphase_sdk.testing.cloud.v4.contract import OPERATIONS
from enphase_sdk.testing.cloud.v4.simulator import SimulatedEnlightenV4
from tests.testing.v4 import Caller, complete, serial_of

MINUTE = 60


@pytest.fixture
def cloud() -> Caller:
    return Caller(SimulatedEnlightenV4(80, clock=FakeClock()))


def path_of(operation: str, cloud: Caller) -> tuple[str, str]:
    """Method and path of an operation, of a system that has everything."""
    system = complete(cloud.sim)
    found = OPERATIONS[operation]
    micro = f"48{system.index:07d}000"
    snake = {"MicroTelemetry": "micro_telemetry", "EnchargeTelemetry": "encharge_telemetry"}
    serial = serial_of(snake.get(operation, ""), system, micro)
    path = found.path.format(system_id=system.system_id, serial_no=serial)
    return found.method, path.removeprefix("/api/v4/systems")


def shape_a(body: Any, status: int, message: str) -> str:
    """The details of a refusal in the usual shape."""
    assert set(body) == {"message", "details", "code"}
    assert (body["code"], body["message"]) == (status, message)
    details = body["details"]
    assert isinstance(details, str)
    return details


def test_a_key_and_a_token_are_both_needed_and_belong_together() -> None:
    cloud = Caller(SimulatedEnlightenV4(3, clock=FakeClock(), api_key="right"))
    assert cloud.send("").status_code == 200
    missing = cloud.json("", 401, headers={"key": ""})
    assert shape_a(missing, 401, "Unauthorized") == "Keys are missing at Header location"
    other = cloud.json("", 401, headers={"key": "other"})
    assert shape_a(other, 401, "Unauthorized") == "API Key -Client mismatch"
    for wrong in ("", "Bearer x.y.z", "Basic abcd", "x"):
        body = cloud.json("", 401, headers={"Authorization": wrong})
        assert shape_a(body, 401, "Unauthorized") == "Invalid or expired access token"
    assert cloud.sim.hits == 1


def test_a_key_in_the_url_is_taken_too_and_kept_nowhere() -> None:
    cloud = Caller(SimulatedEnlightenV4(3, clock=FakeClock(), api_key="right"))
    assert cloud.send("", headers={"key": ""}, key="right", page=1).status_code == 200
    assert cloud.json("", 401, headers={"key": ""}, key="wrong")["code"] == 401
    assert cloud.sim.requests[-1].params == ()
    assert cloud.sim.requests[-2].params == (("page", "1"),)
    assert "right" not in repr(cloud.sim.requests)
    assert cloud.headers["Authorization"].split()[1] not in repr(cloud.sim.requests)


def test_without_a_key_of_its_own_any_key_is_accepted(cloud: Caller) -> None:
    assert cloud.send("", headers={"key": "whatever"}).status_code == 200


DEVICE = {
    "MicrosTelemetry", "MicroTelemetry", "EnchargeTelemetry", "EvseLifetime", "EvseTelemetry",
    "HpLifetime", "HpTelemetry", "LiveData",
}  # fmt: skip
SETTINGS = {
    "BatterySettings", "SetBatterySettings", "StormGuard", "SetStormGuard", "GridStatus",
    "LoadControl", "SetLoadControl",
}  # fmt: skip
COMMANDS = {"StartCharging", "StopCharging"}


@pytest.mark.parametrize(
    ("plan", "lacking"),
    [
        ("watt", DEVICE | SETTINGS | COMMANDS),
        ("kilowatt", SETTINGS | COMMANDS),
        ("megawatt", COMMANDS),
        ("partner", set[str]()),
        (None, set[str]()),
    ],
)
def test_a_plan_lacks_the_access_controls_of_dearer_ones(plan: Any, lacking: set[str]) -> None:
    cloud = Caller(SimulatedEnlightenV4(80, plan=plan, clock=FakeClock()))
    refused = set[str]()
    for operation in OPERATIONS:
        method, path = path_of(operation, cloud)
        cloud.sim.clock.sleep(MINUTE)  # the quota is another matter
        answer = cloud.send(path, method=method)
        if answer.status_code == 401:
            refused.add(operation)
            body = answer.json()
            assert body["message"] == "Not Authorized"
            assert body["details"] == "Not authorized to access this resource"
            assert body["code"] == ("401" if operation in COMMANDS else 401)
    assert refused == lacking


def test_consumption_that_may_not_be_read_is_refused_as_by_a_plan(cloud: Caller) -> None:
    denied = cloud.sim.find(kind=Kind.CONSUMPTION_DENIED).system_id
    consumption = [
        name
        for name, operation in OPERATIONS.items()
        if operation.access == "Site Level Consumption Monitoring"
    ]
    assert len(consumption) == 11
    for operation in consumption:
        path = OPERATIONS[operation].path.format(system_id=denied)
        body = cloud.json(path.removeprefix("/api/v4/systems"), 401)
        assert shape_a(body, 401, "Not Authorized") == "Not authorized to access this resource"


OF_A_SYSTEM = [name for name, each in OPERATIONS.items() if "{system_id}" in each.path]


@pytest.mark.parametrize("operation", OF_A_SYSTEM)
@pytest.mark.parametrize(
    ("system_id", "status"),
    [(68, 403), (10_000_001, 404), ("abc", 404), (-1, 404), ("6\u0667", 404), ("6_7", 404)],
)
def test_somebody_elses_system_is_forbidden_and_nobodys_not_found(
    cloud: Caller, operation: str, system_id: int | str, status: int
) -> None:
    found = OPERATIONS[operation]
    path = found.path.format(system_id=system_id, serial_no="1").removeprefix("/api/v4/systems")
    needed = {"start_time": 0, "start_date": "20240601"}
    params = {name: needed[name] for name in found.required}
    body = cloud.json(path, status, method=found.method, json={}, **params)
    code = str(status) if "EV Charger" in found.access else status
    assert body["code"] == code
    if status == 404:
        assert body["details"] == f'System not found for {{:id=>"{system_id}"}}'


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_known_path_with_another_method_is_405(cloud: Caller, operation: str) -> None:
    _, path = path_of(operation, cloud)
    for method in ("DELETE", "PATCH", "HEAD", "OPTIONS"):
        answer = cloud.send(path, method=method)
        assert answer.status_code == 405
        assert answer.json() == {"reason": "405", "message": ["Method not allowed"]}
        assert OPERATIONS[operation].method in answer.headers["Allow"].split(", ")


@pytest.mark.parametrize(
    "path", ["/67/stats", "/67/envoys", "/67/devices/acbs/1/telemetry", "/67/ev_charger/1"]
)
def test_a_path_below_a_system_that_is_none_is_405(cloud: Caller, path: str) -> None:
    assert cloud.json(path, 405)["reason"] == "405"


def test_a_method_the_cloud_does_not_know_is_501(cloud: Caller) -> None:
    body = cloud.json("/67/summary", 501, method="TRACE")
    assert body == {"reason": "501", "message": ["Not Implemented"]}


def test_any_other_path_is_not_found(cloud: Caller) -> None:
    assert cloud.json("x", 404)["message"] == "Not Found"
    assert cloud.json("//67/summary", 404)["message"] == "Not Found"
    assert cloud.sim.hits == 0


@pytest.mark.parametrize(
    ("path", "params", "details"),
    [
        ("", {"page": 0}, "page is less than 1"),
        ("", {"page": "one"}, "page is not an integer"),
        ("", {"size": ""}, "size is not an integer"),
        ("", {"sort_by": "name"}, "sort_by is not one of id, -id"),
        ("/retrieve_system_id", {}, "serial_num is required"),
        ("/67/events", {}, "start_time is required"),
        ("/67/alarms", {"start_time": 1, "cleared": "yes"}, "cleared is not true or false"),
        ("/67/summary", {"summary_date": "2024-06-16"}, "Requested date is in the future"),
        (
            "/67/summary",
            {"summary_date": "20240601"},
            "summary_date is not a date in the form YYYY-MM-DD",
        ),
        ("/67/energy_lifetime", {"start_date": "2024-07-01"}, "Requested date is in the future"),
        (
            "/67/energy_lifetime",
            {"start_date": "2024-06-10", "end_date": "2024-06-09"},
            "Invalid date/time range",
        ),
        ("/inverters_summary_by_envoy_or_site", {}, "Envoy serial number or Site id mandatory"),
        (
            "/67/telemetry/production_micro",
            {"granularity": "month"},
            "granularity is not one of 5mins, 15mins, day, week",
        ),
        ("/67/telemetry/production_micro", {"start_at": "x"}, "start_at is not an integer"),
    ],
)
def test_a_wrong_parameter_is_told(
    cloud: Caller, path: str, params: dict[str, Any], details: str
) -> None:
    body = cloud.json(path, 422, **params)
    assert shape_a(body, 422, "Unprocessable Entity") == details


def test_parameters_that_are_not_known_are_passed_over(cloud: Caller) -> None:
    assert cloud.json("/67/summary", limit="x") == cloud.json("/67/summary")


@pytest.mark.parametrize(
    ("body", "details"),
    [
        (None, "Json body is missing"),
        ([], "Json body is missing"),
        ({"sort_by": "id"}, "system is missing at Json body location"),
        ({"system": []}, "system is invalid at Json body location"),
        ({"system": {"installer": "x"}}, "installer is not allowed at Json body location"),
        ({"system": {"ids": "67"}}, "ids is invalid at Json body location"),
        ({"system": {"ids": [True]}}, "ids is invalid at Json body location"),
        ({"system": {"name": 5}}, "name is invalid at Json body location"),
    ],
)
def test_a_wrong_search_is_told(cloud: Caller, body: Any, details: str) -> None:
    refused = cloud.json("/search", 422, method="POST", json=body)
    assert shape_a(refused, 422, "Unprocessable Entity") == details


def test_unknown_devices_are_told(cloud: Caller) -> None:
    system = complete(cloud.sim).system_id
    for path in ("micros", "encharges"):
        assert cloud.json(f"/{system}/devices/{path}/1/telemetry", 404)["code"] == 404
    body = cloud.json(f"/{system}/ev_charger/1/sessions", 400)
    assert body["details"] == ["Invalid system_id or serial_no"]
    assert cloud.json("/retrieve_system_id", 404, serial_num="1")["message"] == "Not Found"


PLAN = Plan("Kilowatt", per_minute=3, per_month=5)


def test_a_full_minute_is_told_and_opens_again() -> None:
    clock = FakeClock(1_718_452_830.5)
    cloud = Caller(SimulatedEnlightenV4(3, plan=PLAN, clock=clock))
    for _ in range(3):
        assert cloud.send("").status_code == 200
    assert cloud.json("", 429) == {
        "message": "Too Many Requests",
        "details": "Usage limit exceeded for plan Kilowatt",
        "code": 429,
        "period": "minute",
        "period_start": 1_718_452_800,
        "period_end": 1_718_452_860,
        "limit": 3,
    }
    assert (cloud.sim.hits, cloud.sim.refused) == (3, 1)
    clock.set(1_718_452_860)
    assert cloud.send("").status_code == 200


def test_a_full_month_is_told_and_opens_with_the_next() -> None:
    clock = FakeClock()
    cloud = Caller(SimulatedEnlightenV4(3, plan=PLAN, clock=clock, token_life=1e9))
    for _ in range(5):
        assert cloud.send("").status_code == 200
        clock.advance(MINUTE)
    body = cloud.json("", 429)
    assert (body["period"], body["limit"]) == ("month", 5)
    clock.set(body["period_end"] - 1)
    assert cloud.json("", 429) == body
    clock.set(body["period_end"])
    assert cloud.send("").status_code == 200


def test_some_refusals_do_not_say_which_window_is_full() -> None:
    sim = SimulatedEnlightenV4(3, plan=PLAN, clock=FakeClock(), bare_refusals=True)
    cloud = Caller(sim)
    for _ in range(3):
        assert cloud.send("").status_code == 200
    answer = cloud.send("")
    assert set(answer.json()) == {"message", "details", "code"}
    assert "Retry-After" not in answer.headers
    sim.bare_refusals = False
    assert cloud.json("", 429)["period"] == "minute"


def test_who_is_not_let_in_uses_up_nothing_and_tokens_cost_nothing() -> None:
    cloud = Caller(SimulatedEnlightenV4(3, plan=PLAN, clock=FakeClock()))
    for _ in range(5):
        assert cloud.send("", headers={"key": ""}).status_code == 401
        cloud.sim.credentials()
    assert cloud.sim.hits == cloud.sim.refused == 0


def test_chargers_share_the_quota_and_say_so_in_their_shape() -> None:
    cloud = Caller(SimulatedEnlightenV4(3, plan=PLAN, clock=FakeClock()))
    for _ in range(3):
        assert cloud.send("/67/ev_charger/devices").status_code == 200
    body = cloud.json("/67/ev_charger/devices", 429)
    assert (body["code"], body["period"]) == ("429", "minute")
