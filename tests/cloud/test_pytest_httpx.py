"""Users who mock with pytest-httpx match our requests by URL and by pattern."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from enphase_sdk.cloud.v4.authorization import TokensInMemory
from enphase_sdk.types import TokenStore
from tests.support import KEY, USER_ID, Surface, summary_body

if TYPE_CHECKING:
    from pytest_httpx import HTTPXMock
else:
    pytest.importorskip("pytest_httpx", reason="pytest-httpx needs the newest httpx")

V2 = "https://api.enphaseenergy.com/api/v2/systems/67/summary"
V4 = "https://api.enphaseenergy.com/api/v4/systems/67/summary"


def matchers(address: str) -> list[Any]:
    return [
        {"url": f"{address}?summary_date=2024-06-01"},
        {"url": re.compile(r".*/systems/\d+/summary\?summary_date=.*")},
        {"url": address, "match_params": {"summary_date": "2024-06-01"}},
        {"method": "GET"},
    ]


def ask(client: Any) -> Any:
    return client.summary(67, summary_date="2024-06-01")


@pytest.mark.parametrize("number", range(4))
def test_v2(surface: Surface, httpx_mock: HTTPXMock, number: int) -> None:
    httpx_mock.add_response(json=summary_body(), **matchers(V2)[number])
    assert surface.use(surface.client(), ask).system_id == 67
    (request,) = httpx_mock.get_requests()
    assert KEY not in str(request.url)
    assert USER_ID not in str(request.url)


@pytest.mark.parametrize("number", range(4))
def test_v4(surface: Surface, httpx_mock: HTTPXMock, number: int) -> None:
    httpx_mock.add_response(json=summary_body(), **matchers(V4)[number])
    tokens: TokenStore = TokensInMemory()
    client = surface.client_v4(tokens=tokens)
    assert surface.use(client, ask).system_id == 67
    (request,) = httpx_mock.get_requests()
    assert request.headers["authorization"].startswith("Bearer ")
    assert request.headers["key"] == "a-key"


def test_what_is_not_mocked_goes_nowhere(surface: Surface, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_exception(TimeoutError("nothing answers"))
    with pytest.raises(Exception, match="no answer") as caught:
        surface.use(surface.client(max_retries=0), ask)
    assert KEY not in str(caught.value)
