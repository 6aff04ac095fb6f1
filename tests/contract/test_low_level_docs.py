"""What docs/low-level.md shows runs as it stands."""

from __future__ import annotations

import re
from typing import Any

import httpx
import respx
from enphase_sdk_api_v2 import models as v2
from enphase_sdk_api_v4 import models as v4

from tests.contract.contracts import V4, examples_of_answers
from tests.support import ROOT, small_fleet

TEXT = (ROOT / "docs" / "low-level.md").read_text(encoding="utf-8")
FOR_V4, FOR_V2 = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)


def test_v2_against_the_simulated_cloud(respx_mock: respx.MockRouter) -> None:
    route = respx_mock.route(host="api.enphaseenergy.com").mock(side_effect=small_fleet())
    names: dict[str, Any] = {}
    exec(FOR_V2, names)  # noqa: S102 - our own documentation
    assert isinstance(names["answer"].parsed, v2.Stats)
    url = route.calls.last.request.url
    assert (url.path, url.params["key"]) == ("/api/v2/systems/67/stats", "KEY")


def test_v4_against_the_examples_of_the_contract(respx_mock: respx.MockRouter) -> None:
    answers = {example.place: example.value for example in examples_of_answers(V4)}

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["Authorization"] == "Bearer TOKEN"
        assert request.headers["key"] == "KEY"
        name = request.url.path.removeprefix("/api/v4/systems/67/")
        return httpx.Response(200, json=answers[f"{name}-200"])

    respx_mock.route(host="api.enphaseenergy.com").mock(side_effect=answer)
    names: dict[str, Any] = {}
    exec(FOR_V4, names)  # noqa: S102 - our own documentation
    assert isinstance(names["answer"].parsed, v4.Summary)
    assert names["stored"].charge == answers["battery_lifetime-200"]["charge"]
