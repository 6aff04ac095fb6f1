"""The page's server, and the page in a real browser."""

from __future__ import annotations

import json
import logging
import re
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from enphase_sdk import Envoy, GatewayRecorder
from enphase_sdk.errors import ConfigError
from enphase_sdk.export import Feed
from enphase_sdk.export.dashboard import Dashboard
from enphase_sdk.export.dashboard.sources import CurveSource, LiveSource
from enphase_sdk.testing import FakeClock, SimulatedGateway


@pytest.fixture
def everywhere(clock: FakeClock) -> Iterator[Dashboard]:  # noqa: ARG001 - is read by it
    with Dashboard(bind="0.0.0.0") as serving:  # noqa: S104 - what is tested
        yield serving


def get(url: str, **headers: str) -> httpx.Response:
    return httpx.get(url, headers=headers, trust_env=False)


def port_of(dashboard: Dashboard) -> int:
    return int(dashboard.url.split("/")[2].rpartition(":")[2])


def events(response: httpx.Response) -> Iterator[dict[str, Any]]:
    for line in response.iter_lines():
        if line:
            assert line.startswith("data: ")
            yield json.loads(line.removeprefix("data: "))


def test_the_page_may_load_nothing_from_elsewhere(dashboard: Dashboard) -> None:
    for path, kind in {
        "": "text/html",
        "page.css": "text/css",
        "page.js": "text/javascript",
        "icon.svg": "image/svg+xml",
    }.items():
        answer = get(dashboard.url + path)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(kind)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        assert "http" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not re.search(r"(src|href|url)\W{1,3}https?:", answer.text)
        assert "style=" not in answer.text.partition("<svg")[0]
    assert get(dashboard.url + "other").status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[", "192.0.2.1"])
def test_another_name_is_refused_on_loopback(dashboard: Dashboard, host: str) -> None:
    answer = get(dashboard.url, host=host)
    assert answer.status_code == 421 or (host == "" and answer.status_code == 400)
    assert "content-security-policy" in answer.headers or host == ""


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:80", "[::1]:5"])
def test_loopback_s_own_names_are_let_in(dashboard: Dashboard, host: str) -> None:
    assert get(dashboard.url, host=host).status_code == 200


def test_two_hosts_are_refused(dashboard: Dashboard) -> None:
    port = port_of(dashboard)
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(
            b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
        )
        assert client.makefile("rb").readline().split()[1] in (b"421", b"400")


def test_elsewhere_a_token_is_needed(everywhere: Dashboard) -> None:
    token = everywhere.url.partition("?token=")[2]
    assert len(token) >= 32
    base = f"http://127.0.0.1:{port_of(everywhere)}/"
    for path in ("", "events", "page.js", "?token=", "?token=wrong", "events?token=" + token):
        assert get(base + path).status_code == 401
    assert get(base, cookie="enphase_dashboard=wrong").status_code == 401
    assert get(base, cookie=f"enphase_dashboard={token}x").status_code == 401
    let_in = get(f"{base}?token={token}")
    assert let_in.status_code == 303
    assert let_in.headers["location"] == "/"
    cookie = let_in.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    given = cookie.partition(";")[0]
    assert get(base, cookie=given).status_code == 200
    assert get(base, cookie=given, host="192.0.2.1").status_code == 200
    assert get(base, cookie=given, host=socket.gethostname()).status_code == 200
    assert get(base, cookie=given, host="evil.example").status_code == 421
    assert token not in repr(everywhere)


def test_events_tell_what_is_known(
    dashboard: Dashboard, feed: Feed, envoy: Envoy, clock: FakeClock
) -> None:
    with httpx.stream("GET", dashboard.url + "events", trust_env=False, timeout=60) as response:
        told = events(response)
        first = next(told)
        assert first["up"] is False
        assert first["values"] == {}
        dashboard.publish(feed.poll())
        second = next(told)
    snapshot = envoy.read()
    assert snapshot.system_production is not None
    assert second["up"] is True
    assert second["values"]["production_power_w"] == {
        "number": snapshot.system_production.watts_now,
        "at": clock.time(),
        "source": "reading",
        "limit": 180.0,
    }
    states = [inverter["state"] for inverter in second["inverters"]]
    assert states == ["producing"] * len(snapshot.inverters)


def test_a_failed_reading_leaves_the_old_values_with_their_age(
    dashboard: Dashboard, feed: Feed, gateway: SimulatedGateway, clock: FakeClock
) -> None:
    dashboard.publish(feed.poll())
    read_at = clock.time()
    clock.advance(3000)
    gateway.crashed = True
    dashboard.publish(feed.poll())
    told = dashboard.board.to_dict(clock.time())
    assert told["up"] is False
    assert "no answer" in told["error"]
    assert told["values"]["production_power_w"]["at"] == read_at
    assert {inverter["state"] for inverter in told["inverters"]} == {"silent"}
    assert {inverter["watts"] for inverter in told["inverters"]} == {None}


@pytest.mark.parametrize("profile", ["8.2-batteries", "8.3-three-phase"])
def test_live_data_come_beside_readings(
    dashboard: Dashboard, clock: FakeClock, profile: str
) -> None:
    gateway = SimulatedGateway(profile, clock=clock)
    token = gateway.issue_token()
    with (
        Envoy("g.test", token=token, transport=gateway.transport()) as envoy,
        httpx.stream("GET", dashboard.url + "events", trust_env=False, timeout=60) as response,
    ):
        dashboard.publish(Feed(envoy).poll())
        with LiveSource(envoy, dashboard):
            for told in events(response):
                values = told["values"]
                if values and values["grid_power_w"]["source"] == "live":
                    break
        assert values["production_power_w"]["limit"] == 30.0
        assert values["production_energy_wh"]["source"] == "reading"


def test_a_gateway_without_live_data_says_so(dashboard: Dashboard, clock: FakeClock) -> None:
    gateway = SimulatedGateway("3.17", clock=clock)
    with (
        Envoy("g.test", transport=gateway.transport()) as envoy,
        httpx.stream("GET", dashboard.url + "events", trust_env=False, timeout=60) as response,
        LiveSource(envoy, dashboard),
    ):
        note = next(told["live_note"] for told in events(response) if told["live_note"])
    assert note.startswith("No live data: ")


def test_a_gateway_that_is_away_does_not_end_the_curve(
    dashboard: Dashboard, feed: Feed, envoy: Envoy, gateway: SimulatedGateway, clock: FakeClock
) -> None:
    curve = CurveSource(envoy, dashboard)
    curve.publish(feed.poll())
    assert "record" in dashboard.board.to_dict(clock.time())["curve"]["note"]
    clock.advance(4000)
    gateway.crashed = True
    curve.publish(feed.poll())
    gateway.reboot()
    with GatewayRecorder(envoy, every=300) as recorder:
        for _ in range(3):
            recorder.poll()
            clock.advance(300)
    curve.publish(feed.poll())
    assert dashboard.board.to_dict(clock.time())["curve"]["note"] is None


def test_it_ends_while_somebody_looks_on(clock: FakeClock) -> None:
    assert clock
    with Dashboard() as serving:
        client = httpx.Client(trust_env=False, timeout=60)
        with client.stream("GET", serving.url + "events") as response:
            told = events(response)
            next(told)
            serving.close()
            assert list(told) == []
        client.close()
    with pytest.raises(httpx.ConnectError):
        get(serving.url)


def test_no_secret_is_on_the_page_or_in_logs(
    gateway: SimulatedGateway, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    token = gateway.issue_token()
    caplog.set_level(logging.DEBUG)
    with (
        Envoy("g.test", token=token, transport=gateway.transport()) as envoy,
        Dashboard(bind="0.0.0.0") as serving,  # noqa: S104 - what is tested
    ):
        feed = Feed(envoy)
        serving.publish(feed.poll())
        gateway.revoke_tokens()
        clock.advance(60)
        serving.publish(feed.poll())
        own = serving.url.partition("?token=")[2]
        base = f"http://127.0.0.1:{port_of(serving)}/"
        shown = json.dumps(serving.board.to_dict(clock.time()))
        with httpx.stream(
            "GET", base + "events", headers={"cookie": f"enphase_dashboard={own}"}, trust_env=False
        ) as response:
            shown += json.dumps(next(events(response)))
        shown += get(base, cookie=f"enphase_dashboard={own}").text
    for part in (token, token.split(".")[2], own):
        assert part not in shown
    logged = " ".join(r.getMessage() for r in caplog.records if not r.name.startswith("http"))
    for part in (token, token.split(".")[2], own):
        assert part not in logged


def test_a_port_in_use_is_a_setting_to_change() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(ConfigError, match="choose another"),
    ):
        Dashboard(taken.getsockname()[1])


@pytest.mark.parametrize("bind", ["a" * 300, "a\x00b", "[::", " ", "é\n", "192.0.2.1"])
def test_an_address_that_is_none_of_this_machine(bind: str) -> None:
    with pytest.raises(ConfigError, match="cannot listen"):
        Dashboard(bind=bind)
