"""The page's server, and the page in a real browser."""

from __future__ import annotations

import json
import logging
import math
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from enphase_sdk import Envoy, GatewayRecorder
from enphase_sdk.errors import ConfigError
from enphase_sdk.export import Feed
from enphase_sdk.export.dashboard import Dashboard
from enphase_sdk.export.dashboard.sources import CurveSource, LiveSource
from enphase_sdk.testing import FakeClock, SimulatedGateway


@pytest.fixture
def dashboard(clock: FakeClock) -> Iterator[Dashboard]:  # noqa: ARG001 - is read by it
    with Dashboard() as serving:
        yield serving


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


# The page itself

expect.set_options(timeout=60_000)

ARGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture
def browser(program: Callable[[str], str]) -> Iterator[Browser]:
    path = program("chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(ARGS))
        yield chromium
        chromium.close()


@pytest.fixture
def recorded(envoy: Envoy, clock: FakeClock) -> Envoy:
    """A gateway of which some hours have been recorded."""
    with GatewayRecorder(envoy, every=300) as recorder:
        for _ in range(16):
            recorder.poll()
            clock.advance(300)
    return envoy


def looked_at(browser: Browser, url: str, width: int, scheme: Any) -> tuple[Page, list[str]]:
    page = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme
    ).new_page()
    said = list[str]()

    def note(message: ConsoleMessage) -> None:
        said.append(f"{message.type}: {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(url)
    expect(page.locator("#status")).to_have_text("The gateway is read.")
    return page, said


@pytest.mark.proof
@pytest.mark.no_cover
def test_values_appear_change_and_grow_old(
    browser: Browser,
    dashboard: Dashboard,
    recorded: Envoy,
    gateway: SimulatedGateway,
    clock: FakeClock,
) -> None:
    feed = Feed(recorded, every=60)
    curve = CurveSource(recorded, dashboard)

    def kilowatts() -> str:
        told = dashboard.board.to_dict(clock.time())
        watts = told["values"]["production_power_w"]["number"]
        # Half is rounded up, as by browsers.
        return f"{math.floor(watts / 10 + 0.5) / 100:.2f}\u00a0kW"

    dashboard.publish(feed.poll())
    curve.publish(feed.told)
    page, said = looked_at(browser, dashboard.url, 1440, "light")
    roof = page.locator("[data-node=roof] .number")
    before = kilowatts()
    expect(roof).to_have_text(before)
    expect(page.locator("[data-node=roof] .age")).to_have_text(re.compile("^reading, "))
    expect(page.locator("#states")).to_have_text("35 producing")
    assert page.locator("#plot path.production").get_attribute("d")
    assert page.locator("#plot path.consumption").get_attribute("d")

    clock.advance(3600)
    dashboard.publish(feed.poll())
    after = kilowatts()
    assert after != before
    expect(roof).to_have_text(after)

    gateway.crashed = True
    clock.advance(1500)
    dashboard.publish(feed.poll())
    expect(page.locator("#status")).to_have_class("bad")
    expect(page.locator("[data-node=roof]")).to_have_class("stale")
    expect(page.locator("[data-node=roof] .age")).to_have_text(re.compile("^old: reading, 25 min"))
    expect(page.locator("#states")).to_have_text("35 no report for 20 minutes")
    expect(page.locator("#sentence")).to_have_text("")
    assert said == []


@pytest.mark.proof
@pytest.mark.no_cover
def test_it_can_be_used_by_everybody(
    browser: Browser, dashboard: Dashboard, recorded: Envoy, tmp_path: Path
) -> None:
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

    feed = Feed(recorded, every=60)
    dashboard.publish(feed.poll())
    CurveSource(recorded, dashboard).publish(feed.told)
    for width in (390, 1440):
        for scheme in ("light", "dark"):
            page, said = looked_at(browser, dashboard.url, width, scheme)
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.className") == "skip"
            for name in ("hours", "list"):
                page.locator(f"#{name} summary").focus()
                page.keyboard.press("Enter")
                expect(page.locator(f"#{name} tbody tr").first).to_be_visible()
            if (width, scheme) in ((390, "dark"), (1440, "light")):
                found = Axe().run(page).response["violations"]
                serious = [v["id"] for v in found if v["impact"] in ("serious", "critical")]
                assert serious == [], found
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert said == []
            page.screenshot(path=tmp_path / f"{width}-{scheme}.png", full_page=True)
            page.context.close()


@pytest.mark.parametrize("bind", ["a" * 300, "a\x00b", "[::", " ", "é\n", "192.0.2.1"])
def test_an_address_that_is_none_of_this_machine(bind: str) -> None:
    with pytest.raises(ConfigError, match="cannot listen"):
        Dashboard(bind=bind)
