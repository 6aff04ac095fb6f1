"""Any answer of a gateway at any endpoint, alone and in a reading; any recording of one."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enphase_sdk.core.effects import Reply
from enphase_sdk.gateway import sources
from enphase_sdk.gateway.identity import parse_info
from enphase_sdk.gateway.profile import GatewayProfile
from enphase_sdk.gateway.reading import fetch, read
from enphase_sdk.gateway.sources import Source
from enphase_sdk.testing import SimulatedGateway
from tests.fuzz.hostile import broken, fuzz, only_ours
from tests.gateway import homes
from tests.gateway.gateways import Answer, FakeGateway

pytestmark = pytest.mark.proof

INFO = (
    b"<?xml version='1.0' encoding='UTF-8'?>\n<envoy_info>\n<time>1753703630</time>\n<device>\n"
    b"<sn>123456789012</sn>\n<pn>800-00649-r01</pn>\n<software>D8.3.5167</software>\n"
    b"<imeter>true</imeter>\n</device>\n</envoy_info>\n"
)

SOURCES: list[Source[object]] = [
    found for _, found in sorted(vars(sources).items()) if isinstance(found, Source)
]
assert len(SOURCES) >= 20, "there is an answer to read at each of them"

HOUSE: dict[str, bytes] = {
    endpoint: answer.content
    for endpoint, answer in homes.everything().items()
    if isinstance(answer, Reply) and answer.status == 200
}

statuses = st.sampled_from([200] * 12 + [204, 301, 401, 403, 404, 500, 503])


def documents(source: Source[object]) -> list[bytes]:
    return [HOUSE.get(source.endpoint, b'{"connection":{"mqtt":[1,"2"]},"relay":null}')]


@fuzz(300)
@given(broken([INFO, INFO.replace(b"D8.3.5167", b"R3.17.3")]))
def test_any_identity(content: bytes) -> None:
    info = only_ours(lambda: parse_info(content), trace=None)
    assert info is None or (info.serial_number and info.version >= (3, 9))


@fuzz(500)
@given(st.sampled_from(SOURCES), st.data(), statuses)
def test_any_answer_at_any_endpoint(
    source: Source[object], data: st.DataObject, status: int
) -> None:
    content = data.draw(broken(documents(source)))
    gateway = FakeGateway({source.endpoint: Reply(status, {}, content)})
    only_ours(lambda: gateway.run(fetch(source)), trace=None)


@fuzz(400)
@given(st.dictionaries(st.sampled_from(sorted(HOUSE)), st.data(), min_size=1, max_size=3), statuses)
def test_any_answers_in_a_reading(chosen: dict[str, st.DataObject], status: int) -> None:
    answers: dict[str, Answer] = dict(homes.everything())
    for endpoint, data in chosen.items():
        answers[endpoint] = Reply(status, {}, data.draw(broken([HOUSE[endpoint]])))
    profile = GatewayProfile()
    gateway = FakeGateway(answers)
    for now in (0.0, 4000.0):
        flow = read(homes.info(), profile, now=now)
        snapshot = only_ours(partial(gateway.run, flow), trace=None)
        if snapshot is not None:
            json.dumps(snapshot.to_dict())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("recording")


LOG = b'{"code": 200, "headers": {"Content-Type": "application/json"}}'


@fuzz(120)
@given(broken([INFO]), broken([LOG]), broken([HOUSE[homes.PAGE]]))
def test_any_recording(folder: Path, info: bytes, log: bytes, page: bytes) -> None:
    (folder / "info").write_bytes(info)
    (folder / "production.json_details_1").write_bytes(page)
    (folder / "production.json_details_1_log.json").write_bytes(log)
    gateway = only_ours(lambda: SimulatedGateway.from_recording(folder), trace=None)
    if gateway is not None:
        asked = httpx.Request("GET", "http://envoy.local/production.json?details=1")
        only_ours(lambda: gateway(asked), trace=None)
