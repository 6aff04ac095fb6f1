"""Gateways for tests: flows are run against answers held in memory or in a recording's folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import pytest
from attrs import define, field

from enphase_sdk.core.effects import Flow, Reply, Request, Send
from enphase_sdk.errors import APIConnectionError

T = TypeVar("T")

SHARED = Path(__file__).parents[3] / "shared"
RECORDINGS = sorted(path.name for path in (SHARED / "recordings").glob("*"))

NOTHING = Reply(404, {}, b'{ "error" : "404 - Not Found" }')
HTML = Reply(200, {"content-type": "text/html"}, b"\n <!DOCTYPE html>\n<html><body>?</body></html>")

Answer = Reply | APIConnectionError


def every_recording() -> pytest.MarkDecorator:
    """Parametrise a test by the recordings of real gateways; skipped where they are not."""
    if not RECORDINGS:
        reason = f"no recordings in {SHARED.name}/recordings beside the checkout"
        return pytest.mark.parametrize("name", [pytest.param("", marks=pytest.mark.skip(reason))])
    return pytest.mark.parametrize("name", RECORDINGS)


def ok(document: Any) -> Reply:
    """A success with a JSON document; bytes are sent as they are."""
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Reply(200, {}, content)


@define
class FakeGateway:
    """Answers requests, one at a time, and writes down what was asked.

    Attributes:
        answers: By endpoint (path with query); what is missing is not there.
        asked: Every endpoint that was asked, in order.
    """

    answers: dict[str, Answer]
    asked: list[str] = field(factory=list)

    def run(self, flow: Flow[T]) -> T:
        """Run a flow to its end."""
        try:
            effect = next(flow)
            while True:
                assert isinstance(effect, Send), "a reading never waits"
                answer = self.answer(effect.request)
                if isinstance(answer, APIConnectionError):
                    effect = flow.throw(answer)
                else:
                    effect = flow.send(answer)
        except StopIteration as stop:
            result: T = stop.value
            return result

    def answer(self, request: Request) -> Answer:
        """What is sent back."""
        assert request.method == "GET"
        assert request.content is None
        endpoint = request.url
        if request.params:
            endpoint += "?" + "&".join(f"{name}={value}" for name, value in request.params)
        self.asked.append(endpoint)
        return self.answers.get(endpoint, NOTHING)


def recorded(name: str) -> FakeGateway:
    """The gateway of a recording."""
    return FakeGateway(_Recording(SHARED / "recordings" / name))


def expectation(name: str) -> dict[str, Any]:
    """What the ecosystem's client makes of a recording."""
    result: dict[str, Any] = json.loads((SHARED / "expected" / f"{name}.json").read_bytes())
    return result


class _Recording(dict[str, Answer]):
    """Answers from the files of a recording; reading a second time gives the same."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, endpoint: str, default: Any = None) -> Any:
        if endpoint not in self:
            # Most recordings of /production.json were made with details, and say not so.
            for name in (endpoint, endpoint.split("?")[0]):
                file = self._folder / _file_name(name)
                if file.is_file():
                    self[endpoint] = _reply(file)
                    break
        return super().get(endpoint, default)


def _file_name(endpoint: str) -> str:
    return endpoint.lstrip("/").translate(str.maketrans("/?=&", "____"))


def _reply(file: Path) -> Reply:
    log = file.with_name(f"{file.name}_log.json")
    if not log.is_file():
        return Reply(200, {}, file.read_bytes())
    recorded_log: Mapping[str, Any] = json.loads(log.read_bytes())
    headers = {name.lower(): value for name, value in recorded_log["headers"].items()}
    return Reply(recorded_log["code"], headers, file.read_bytes())
