"""The error tree: its shape, what its members tell, and that they survive a pickle."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from enphase_sdk import errors
from enphase_sdk.cloud.api import Call
from enphase_sdk.cloud.v2.statuses import error_of
from enphase_sdk.core.effects import Reply, Request
from enphase_sdk.core.redact import Redactor
from enphase_sdk.testing import FakeClock
from tests.support import Script, Surface

TREE: dict[str, list[str]] = {
    "Exception": ["EnphaseError"],
    "EnphaseError": [
        "ConfigError",
        "InvalidArgumentError",
        "APIConnectionError",
        "APIStatusError",
        "APIResponseValidationError",
        "QuotaExceededError",
        "NotAvailableError",
        "FingerprintMismatchError",
    ],
    "APIConnectionError": ["APITimeoutError"],
    "APIStatusError": [
        "AuthenticationError",
        "NotFoundError",
        "UnprocessableEntityError",
        "RateLimitError",
        "ServerError",
    ],
}
PARENT = {child: parent for parent, children in TREE.items() for child in children}

STATUS_ERRORS = ["APIStatusError", *TREE["APIStatusError"]]


def status_kwargs(body: Any = None) -> dict[str, Any]:
    return {"status_code": 409, "body": body or {"limit": 10}, "operation": "Summary"}


MADE: list[errors.EnphaseError] = [
    errors.EnphaseError("plain"),
    errors.ConfigError("no key"),
    errors.InvalidArgumentError("not a date"),
    errors.APIConnectionError("no answer"),
    errors.APITimeoutError("late"),
    *(getattr(errors, name)("said", **status_kwargs()) for name in STATUS_ERRORS),
    errors.APIResponseValidationError("odd", operation="Systems", path="$.systems[3].meta"),
    errors.QuotaExceededError("full", opens_at=datetime(2024, 7, 1, tzinfo=UTC)),
    errors.QuotaExceededError("never", opens_at=None),
    errors.NotAvailableError("no such thing"),
    errors.FingerprintMismatchError("changed", host="gw:443", expected="aa", actual="bb"),
]


def reply(status: int, content: bytes = b"{}", **headers: str) -> Reply:
    return Reply(status, headers, content)


def error_for(status: int, content: bytes = b"{}", **headers: str) -> errors.APIStatusError:
    call: Call[object] = Call("Summary", Request("GET", "/systems/67/summary"), object)
    return error_of(call, reply(status, content, **headers), Redactor([]))


def test_the_public_names_are_the_tree() -> None:
    assert set(errors.__all__) == set(PARENT)


@pytest.mark.parametrize(("name", "parent"), PARENT.items())
def test_every_error_has_its_place(name: str, parent: str) -> None:
    bases = [base.__name__ for base in getattr(errors, name).__bases__]
    assert bases[0] == parent
    assert bases[1:] == (["ValueError"] if name == "InvalidArgumentError" else [])


def test_the_drawing_in_the_module_names_them_all() -> None:
    assert errors.__doc__ is not None
    assert [name for name in PARENT if name not in errors.__doc__ and name != "Exception"] == []


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("error", MADE, ids=lambda error: type(error).__name__)
def test_an_error_survives_a_pickle(error: errors.EnphaseError, protocol: int) -> None:
    error.__dict__["__notes__"] = ["seen at noon"]
    back = pickle.loads(pickle.dumps(error, protocol))
    assert type(back) is type(error)
    assert (str(back), back.args, vars(back)) == (str(error), error.args, vars(error))


@pytest.mark.parametrize("error", MADE, ids=lambda error: type(error).__name__)
def test_an_error_survives_a_copy(error: errors.EnphaseError) -> None:
    back = copy.deepcopy(error)
    assert type(back) is type(error)
    assert (str(back), vars(back)) == (str(error), vars(error))


def expected_kind(status: int) -> type[errors.APIStatusError]:
    kinds: dict[int, type[errors.APIStatusError]] = {
        401: errors.AuthenticationError,
        403: errors.AuthenticationError,
        404: errors.NotFoundError,
        409: errors.RateLimitError,
        422: errors.UnprocessableEntityError,
        429: errors.RateLimitError,
    }
    return kinds.get(status, errors.ServerError if status >= 500 else errors.APIStatusError)


@pytest.mark.parametrize("status", [*range(300, 600), 201, 202, 206, 299])
def test_every_status_has_its_error(status: int) -> None:
    error = error_for(status)
    assert type(error) is expected_kind(status)
    assert (error.status_code, error.operation, error.body) == (status, "Summary", {})
    assert str(error).startswith(f"Summary: status {status}")


@pytest.mark.parametrize(
    "status", [201, 202, 206, 300, 301, 302, 307, 308, 400, 401, 403, 404, 405, 422, 520, 599]
)
def test_a_status_ends_a_call_with_its_error(
    surface: Surface, clock: FakeClock, status: int
) -> None:
    script = Script(httpx.Response(status, json={"message": "no"}))
    with pytest.raises(expected_kind(status)) as caught:
        surface.call(script, lambda client: client.summary(67))
    assert caught.value.status_code == status
    assert caught.value.operation == "Summary"
    assert len(script.requests) == 1
    assert clock.sleeps == []


def test_a_422_with_the_window_tells_it() -> None:
    error = error_for(
        422,
        b'{"reason":"Requested date is before the first interval","start_at":1,"end_at":"2",'
        b'"first_interval":3,"last_interval":4,"start":"2011-01-01","end":"2011-01-02"}',
    )
    assert isinstance(error, errors.UnprocessableEntityError)
    assert (error.start_at, error.end_at) == (1, 2)
    assert (error.first_interval, error.last_interval) == (3, 4)
    assert (error.start, error.end) == ("2011-01-01", "2011-01-02")
    assert error.messages == []
    assert "before the first interval" in str(error)


@pytest.mark.parametrize(
    ("body", "messages"),
    [
        (b'{"message":"Couldn\'t find Site"}', ["Couldn't find Site"]),
        (b'{"message":["one","two"]}', ["one", "two"]),
        (b'{"errorMessages":["only"]}', ["only"]),
        (b'{"errorMessages":["a", 7, null, ["b"]],"message":{"text":"c"}}', ["a"]),
        (b"[]", []),
        (b"<html></html>", []),
    ],
)
def test_a_422_tells_what_the_server_said(body: bytes, messages: list[str]) -> None:
    error = error_for(422, body)
    assert isinstance(error, errors.UnprocessableEntityError)
    assert error.messages == messages
    assert all(message in str(error) for message in messages)
    assert (error.start, error.end, error.start_at, error.end_at) == (None,) * 4
    assert (error.first_interval, error.last_interval) == (None, None)


def test_a_409_tells_the_window() -> None:
    error = error_for(
        409,
        b'{"reason":409,"message":["Usage limit exceeded for plan Watt"],"period":"month",'
        b'"period_start":1401580800,"period_end":"1404172800","limit":1000.0}',
    )
    assert isinstance(error, errors.RateLimitError)
    assert (error.period, error.limit) == ("month", 1000)
    assert (error.period_start, error.period_end) == (1401580800, 1404172800)


@pytest.mark.parametrize(
    "value", ["true", "null", '"soon"', "[]", '"' + "9" * 5000 + '"', '"1e400"', "{}"]
)
def test_a_number_that_is_none_is_not_told(value: str) -> None:
    body = f'{{"period_start":{value},"period_end":{value},"limit":{value},"period":7}}'
    error = error_for(409, body.encode())
    assert isinstance(error, errors.RateLimitError)
    assert (error.period, error.period_start, error.period_end, error.limit) == (None,) * 4


@pytest.mark.parametrize(("status", "code"), [(500, 7), (503, 7), (503, None)])
def test_a_server_error_tells_its_code(status: int, code: int | None) -> None:
    body = b'{"errorCode":7,"errorMessages":["Data temporarily unavailable"]}' if code else b""
    error = error_for(status, body)
    assert isinstance(error, errors.ServerError)
    assert error.error_code == code


@pytest.mark.parametrize(
    ("body", "described", "kept"),
    [
        (b"", "no body", ""),
        (b"  \n ", "no body", "  \n "),
        (b"<!DOCTYPE html><html>down</html>", "an HTML page", "<!DOCTYPE html><html>down</html>"),
        (b'{"message": ["cut o', '{"message": ["cut o', '{"message": ["cut o'),
        ("Zugriff verweigert für Käufer".encode("latin-1"), "für Käufer", None),
        (b"\xff\xfe\x00", "", None),
        (b"[1, 2]", "a list", [1, 2]),
        (b'"plain"', "plain", "plain"),
        (b"17", "no message", 17),
        (b"null", "no message", None),
        (b'{"reason": "409"}', "409", {"reason": "409"}),
        (b"1e400", "1e400", "1e400"),
        (b'\xef\xbb\xbf{"message": "Down"}', "Down", {"message": "Down"}),
        (
            '{"message": "verweigert f\u00fcr"}'.encode("latin-1"),
            "f\u00fcr",
            {"message": "verweigert f\u00fcr"},
        ),
        (b'{"message": "Down", "load": NaN}', "Down", {"message": "Down", "load": None}),
        (b"9" * 5000, "999", "9" * 500),
    ],
)
def test_any_body_is_described(body: bytes, described: str, kept: object) -> None:
    error = error_for(500, body)
    assert described in str(error)
    if kept is not None:
        assert error.body == kept


@pytest.mark.parametrize("depth", [10, 300, 600, 950, 100_000])
def test_a_deeply_nested_body_is_no_trouble(depth: int) -> None:
    error = error_for(500, b"[" * depth + b"]" * depth)
    assert isinstance(error, errors.ServerError)


def test_a_long_text_is_cut() -> None:
    error = error_for(500, b"words " * 10_000)
    assert len(str(error)) < 400
    assert len(str(error.body)) == 500


def test_a_redirect_says_where_it_points_and_that_it_is_not_followed() -> None:
    text = str(error_for(302, location="https://elsewhere.example/v4/systems?page=2"))
    assert "https://elsewhere.example/v4/systems" in text
    assert "page=2" not in text
    assert "base_url" in text


@pytest.mark.parametrize(
    ("status", "advice"),
    [(401, "API key"), (403, "permission"), (404, "id or serial"), (422, "arguments")],
)
def test_the_text_says_what_to_do(status: int, advice: str) -> None:
    assert advice in str(error_for(status))
