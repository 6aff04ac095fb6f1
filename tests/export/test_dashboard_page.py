"""The page in a real browser: what it shows, and that everybody can use it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from enphase_sdk import Envoy, GatewayRecorder
from enphase_sdk.export import Feed
from enphase_sdk.export.dashboard import Dashboard
from enphase_sdk.export.dashboard.sources import CurveSource
from enphase_sdk.testing import FakeClock, SimulatedGateway
from tests.programs import opened_browser

pytest.importorskip("playwright")

from playwright.sync_api import Browser, ConsoleMessage, Page, expect

expect.set_options(timeout=60_000)


@pytest.fixture
def browser() -> Iterator[Browser]:
    with opened_browser() as browser:
        yield browser


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
    expect(page.locator("#status")).to_have_text("The gateway answers.")
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
