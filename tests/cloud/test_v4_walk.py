"""A fleet of 1,234 systems on API v4 through everything that goes wrong, each system once.

Tokens live 4 seconds, a refresh token that is used twice ends the consent, windows of the quota
are full with and without saying so, answers are web pages or cut off, and a system is added in
front of those that were read already.
"""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path
from typing import Any

import httpx
import pytest

from enphase_sdk import EnlightenV4
from enphase_sdk.cli import main
from enphase_sdk.cloud.v4.authorization import TokensInMemory
from enphase_sdk.testing import FakeClock, Plan, SimulatedEnlightenV4, faults
from enphase_sdk.testing.cloud.quota import full_window
from enphase_sdk.testing.cloud.v4.refusals import too_many_requests
from enphase_sdk.testing.fault_parts import Exchange, instead
from tests.support import Surface

SYSTEMS = 1_234
LIFE = 4.0
# As the pages' hits, in order: what goes wrong, once each.
MISHAPS = (
    faults.html(503),
    None,  # a full window that says when it opens
    faults.truncated(),
    faults.too_many_requests(None),
    faults.html(200),
    faults.dropped(),
    faults.status(500, json={"message": "503 Service Unavailable", "code": 500}),
    faults.answer_lost(),
    faults.too_many_requests(None),
    faults.truncated(keep=0.0),
)


# Of a window of the quota, in real time.
WINDOW = Plan("Partner", 10, 1_500_000, minute_seconds=2.0)


def window_is_full(exchange: Exchange) -> httpx.Response:
    """A 429 of a window that is as short as those of the plan above."""
    full = full_window(WINDOW, "minute", exchange.server_time)
    refusal = too_many_requests(full, with_period=True)
    return httpx.Response(refusal.status, json=refusal.body)


def hostile(clock: FakeClock | None = None, **options: Any) -> tuple[SimulatedEnlightenV4, Any]:
    """The cloud, and the rules of what is to go wrong with it."""
    in_real_time = instead("window_is_full()", window_is_full)
    full = in_real_time if clock is None else faults.too_many_requests("minute")
    cloud = SimulatedEnlightenV4(SYSTEMS, token_life=LIFE, clock=clock, **options)
    front = cloud.system_ids()[0]
    cloud.remove_system(front)
    rules = [
        cloud.fail(operation="Systems", with_=mishap or full, after=1 + 2 * number, times=1)
        for number, mishap in enumerate(MISHAPS)
    ]
    rules.append(
        cloud.fail(operation="Systems", with_=faults.system_added(front), after=6, times=1)
    )
    return cloud, rules


def require_each_once(found: list[int], cloud: SimulatedEnlightenV4, rules: Any) -> None:
    assert len(found) == len(set(found)) == SYSTEMS
    assert sorted(found) == cloud.system_ids()
    assert [rule for rule in rules if rule.applied != 1] == []
    # One that is used twice would have ended everything.
    assert cloud.oauth.renewals >= 3


def test_each_system_is_given_once(surface: Surface, clock: FakeClock) -> None:
    cloud, rules = hostile(clock)
    settings: dict[str, Any] = {**cloud.credentials(), "tokens": TokensInMemory()}
    client = surface.client_v4(cloud, max_retries=8, **settings)
    found = surface.use(client, lambda it: surface.collected(it.systems()))
    require_each_once([system.system_id for system in found], cloud, rules)


def test_each_system_is_printed_once(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud, rules = hostile(clock)
    with cloud.serve() as url:
        for name, value in {**cloud.credentials(), "api": "v4", "base_url": url}.items():
            monkeypatch.setenv(f"ENPHASE_{name.upper()}", value)
        assert main(["systems", "--json"]) == 0
    found = [system["system_id"] for system in json.loads(capsys.readouterr().out)]
    require_each_once(found, cloud, rules)


def walk_elsewhere(url: str, path: str, credentials: dict[str, str], found: Any) -> None:
    """In a process of its own: the walk, with the tokens that the file keeps."""
    settings: dict[str, Any] = {**credentials, "tokens": path, "base_url": url}
    with EnlightenV4(**settings, quota=WINDOW, max_retries=12) as client:
        found.put([system.system_id for system in client.systems()])


@pytest.mark.proof
def test_each_of_two_processes_that_share_the_tokens_gets_each_system_once(
    tmp_path: Path,
) -> None:
    cloud, rules = hostile(plan=WINDOW)
    path = tmp_path / "tokens.json"
    settings: dict[str, Any] = {**cloud.credentials(), "tokens": path}
    with EnlightenV4(**settings, transport=httpx.MockTransport(cloud)) as client:
        # The first pair that is renewed is the first that is kept.
        cloud.oauth.end_access_tokens()
        client.summary(cloud.system_ids()[0])
    credentials = {name: settings[name] for name in ("api_key", "client_id", "client_secret")}
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    with cloud.serve() as url:
        processes = [
            context.Process(target=walk_elsewhere, args=(url, str(path), credentials, queue))
            for _ in range(2)
        ]
        for process in processes:
            process.start()
        results = [queue.get(timeout=300) for _ in processes]
        for process in processes:
            process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    for found in results:
        require_each_once(found, cloud, rules)
