"""The report's pages in a real browser: they run, nothing is loaded, and people can use them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from enphase_sdk.errors import ConfigError
from enphase_sdk.report import (
    FleetReport,
    check_target,
    customer_page,
    read_system,
    report_page,
    stored_rows,
    write_report,
)
from enphase_sdk.report.formats import UNKNOWN
from tests.programs import opened_browser, program

from .fleet_store import DEAD, NASTY, NOW, OFFLINE, READ_TWICE, SYSTEMS, fill, fleet_report

pytestmark = pytest.mark.proof

WATCHED = """
window.violations = [];
const noted = (event) => window.violations.push(event.violatedDirective);
document.addEventListener("securitypolicyviolation", noted);
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with opened_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> FleetReport:
    # 250 systems, so that the table holds back some and the static rows are fewer than all.
    systems = [*SYSTEMS, *range(200, 438)]
    with fill(tmp_path_factory.mktemp("fleet") / "fleet.duckdb", systems) as store:
        return fleet_report(store)


@pytest.fixture(scope="module")
def fleet_file(report: FleetReport, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "fleet.html"
    path.write_text(report_page(report), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def owner_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("owner")
    with fill(folder / "one.duckdb", [112]) as store:
        (row,) = stored_rows(store)
        text = customer_page(row, read_system(store, row), generated_at=NOW)
    (folder / "owner.html").write_text(text, encoding="utf-8")
    return folder / "owner.html"


class Opened:
    """A page in a browser, with what went wrong on it."""

    def __init__(self, browser: Any, path: Path, **options: Any) -> None:
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.add_init_script(WATCHED)
        self.page.goto(path.as_uri())

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.context.close()

    def check(self) -> None:
        """Nothing was said on the console, refused by the policy, or asked of anyone."""
        assert self.said == []
        if self.context.pages:
            assert self.page.evaluate("window.violations ?? []") == []
        assert [url for url in self.asked if not url.startswith("file:")] == []

    def names(self) -> list[str]:
        """The systems in the table, as shown."""
        found: list[str] = self.page.locator("#table tbody .name a").all_inner_texts()
        return found

    def column(self, label: str) -> list[str]:
        """The cells of a column, as shown."""
        cells: list[str] = self.page.locator(
            f'#table tbody td[data-label="{label}"]'
        ).all_inner_texts()
        return cells


def test_the_table_sorts_filters_and_searches(browser: Any, fleet_file: Path) -> None:
    with Opened(browser, fleet_file) as opened:
        page = opened.page
        assert len(opened.names()) == 100
        assert page.locator("#shown").inner_text().startswith("100 of 250 systems")
        page.get_by_role("button", name="Show 100 more").click()
        assert len(opened.names()) == 200
        # The shapes beside the words are for the eye, not read out.
        assert page.get_by_role("button", name="1 visit", exact=True).is_visible()
        shape = "e => getComputedStyle(e, '::before').content"
        assert "▲" in page.locator("#table tbody .mark").first.evaluate(shape)
        assert opened.names()[:2] == [f"House {DEAD}", f"House {OFFLINE}"]

        page.get_by_role("button", name="Last day kWh").click()
        assert page.locator("th[aria-sort]").all_inner_texts() == ["Last day kWh"]
        lowest = [float(cell.replace(",", "")) for cell in opened.column("Last day kWh")]
        assert lowest == sorted(lowest)
        page.get_by_role("button", name="Last day kWh").click()
        highest = [float(cell.replace(",", "")) for cell in opened.column("Last day kWh")]
        assert highest == sorted(highest, reverse=True)
        assert highest[0] > lowest[-1]
        page.get_by_role("button", name="Lost kWh").click()
        lost = opened.column("Lost kWh")
        assert lost[0] not in (UNKNOWN, "0")
        assert set(lost[1:]) == {UNKNOWN}  # not known stands last, both ways
        page.get_by_role("button", name="Lost kWh").click()
        assert opened.column("Lost kWh")[0] == lost[0]

        page.locator(".counts button[value=call]").click()
        assert opened.names() == [f"House {OFFLINE}"]
        assert page.locator(".counts [aria-pressed=true]").get_attribute("value") == "call"
        assert page.locator("#shown").inner_text().startswith("1 of 1 system: call first, sorted")
        # The page has gone to the table, and the keyboard with it.
        assert page.evaluate("document.activeElement.id") == "systems"
        page.locator("#filter").select_option("all")
        page.get_by_label("Search").fill("house 43")
        wanted = [f"House {n}" for n in (243, 343, *range(430, 438))]
        assert sorted(opened.names()) == sorted(wanted)
        page.get_by_label("Search").fill("no such house")
        assert "No system matches" in page.locator("#shown").inner_text()
        page.get_by_label("Search").fill("alert('x')")
        assert opened.names() == [NASTY]
        opened.check()


def test_a_system_opens_with_its_days_months_curve_modules_and_neighbours(
    browser: Any, fleet_file: Path
) -> None:
    with Opened(browser, fleet_file) as opened:
        page = opened.page
        page.locator(f"#table a[href='#s{DEAD}']").focus()
        page.keyboard.press("Enter")
        page.locator(f"#detail-body[data-system='{DEAD}']").wait_for()
        dialog = page.get_by_role("dialog", name=f"House {DEAD}")
        titles = dialog.locator("h3").all_inner_texts()
        assert titles == [
            "Energy of the last 90 days, kWh",
            "Energy by month, kWh",
            "Power on 2026-11-25, W",
            "Microinverters",
            "Neighbours",
        ]
        text = dialog.inner_text()
        assert "no energy since 2026-11-23" in text
        assert "House 249" in text  # the best of its neighbours
        days = dialog.locator("figure").first
        days.locator("summary").click()
        rows = days.locator("tbody tr").all_inner_texts()
        assert rows[0].split()[:2] == ["2026-11-25", "0.0"]
        assert rows[3].split()[:2] == ["2026-11-22", "11.4"]
        months = dialog.locator("figure").nth(1)
        months.locator("summary").click()
        october = months.locator("tbody tr", has_text="2026-10").inner_text().split()
        assert october == ["2026-10", "354.6", "31", "of", "31", "322.4"]  # 31 x 11.44, x 10.4
        weak = dialog.locator(".modules li.visit").all_inner_texts()
        assert [one.split()[0] for one in weak] == ["50"]  # half of the middle one
        page.keyboard.press("Escape")
        assert page.locator("dialog[open]").count() == 0
        focused = "document.activeElement.getAttribute('href')"
        assert page.evaluate(focused) == f"#s{DEAD}"
        opened.check()


def test_microinverters_show_their_energy_between_two_readings(
    browser: Any, fleet_file: Path
) -> None:
    with Opened(browser, fleet_file) as opened:
        page = opened.page
        page.evaluate(f"location.hash = '#s{READ_TWICE}'")
        page.locator(f"#detail-body[data-system='{READ_TWICE}']").wait_for()
        dialog = page.get_by_role("dialog")
        assert "Energy over 7 days to 2026-11-26" in dialog.inner_text()
        modules = dialog.locator(".modules li").all_inner_texts()
        assert modules[0].split() == ["50", "%", "5.0", "kWh", "\u2026000000"]
        assert modules[1].split()[:4] == ["100", "%", "10.0", "kWh"]
        assert dialog.locator(".modules li.visit").count() == 1
        opened.check()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1024, 1440])
def test_it_fits_and_its_pictures_are_there(
    browser: Any, fleet_file: Path, owner_file: Path, width: int, scheme: str
) -> None:
    options = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    for path in (fleet_file, owner_file):
        with Opened(browser, path, **options) as opened:
            page = opened.page
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            # The largest energy that is told in kWh.
            facts = page.locator(".facts.big dt + dd")
            facts.evaluate_all("all => all.forEach(one => { one.textContent = '99,999.9 kWh' })")
            for needed, given in facts.evaluate_all(
                "all => all.map(one => [one.scrollWidth, one.clientWidth])"
            ):
                assert needed <= given
            drawn = page.locator("figure svg:visible")
            assert drawn.count() == page.locator("figure").count() >= 4
            for box in drawn.evaluate_all(
                "all => all.map(s => [s.clientWidth, s.querySelectorAll('path,rect').length])"
            ):
                assert box[0] > 200
                assert box[1] > 5
            # What was said with axe alone: white text on white passes it.
            colours = (
                "e => [getComputedStyle(e).color, getComputedStyle(document.body).backgroundColor]"
            )
            ink, ground = page.locator("h2").first.evaluate(colours)
            assert ink != ground
            opened.check()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(
    browser: Any, fleet_file: Path, owner_file: Path, scheme: str
) -> None:
    axe = import_module("axe_playwright_python.sync_playwright").Axe()

    for path in (fleet_file, owner_file):
        with Opened(browser, path, color_scheme=scheme) as opened:
            if path is fleet_file:
                assert _serious(axe.run(opened.page)) == []
                opened.page.evaluate(f"location.hash = '#s{DEAD}'")
                opened.page.locator(f"#detail-body[data-system='{DEAD}']").wait_for()
            assert _serious(axe.run(opened.page)) == []


def _serious(results: Any) -> list[str]:
    return [
        f"{found['id']}: {found['nodes'][0]['html'][:120]}"
        for found in results.response["violations"]
        if found["impact"] in ("serious", "critical")
    ]


def test_a_page_without_systems_says_so(browser: Any, tmp_path: Path) -> None:
    page = report_page(FleetReport.of([], generated_at=NOW))
    (tmp_path / "none.html").write_text(page, encoding="utf-8")
    with Opened(browser, tmp_path / "none.html") as opened:
        assert opened.page.locator("#shown").inner_text() == "No systems"
        told = opened.page.locator(".totals dd").all_inner_texts()
        assert set(told) == {"", UNKNOWN}  # no unit without a value
        opened.check()


def test_without_script_the_worst_200_stand_in_the_table(browser: Any, fleet_file: Path) -> None:
    with Opened(browser, fleet_file, java_script_enabled=False) as opened:
        assert len(opened.names()) == 200
        assert opened.names()[0] == f"House {DEAD}"
        assert not opened.page.locator(".controls").is_visible()


def test_it_is_printed_to_a_pdf(report: FleetReport, tmp_path: Path) -> None:
    program("chromium")
    write_report(report, tmp_path / "fleet.pdf")
    content = (tmp_path / "fleet.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.count(b"/Type /Page\n") >= 3


def test_each_printed_page_of_the_table_tells_its_columns(
    browser: Any, fleet_file: Path, tmp_path: Path
) -> None:
    with Opened(browser, fleet_file) as opened:
        opened.page.pdf(path=tmp_path / "fleet.pdf", prefer_css_page_size=True)
    reader = [program("pdftotext", "poppler-utils"), "-layout", str(tmp_path / "fleet.pdf"), "-"]
    pages = subprocess.run(reader, capture_output=True, text=True, check=True).stdout.split("\f")
    tables = [page for page in pages if len(re.findall(r"\bHouse \d+ ", page)) > 12]
    assert len(tables) > 2
    assert [page[:200] for page in tables if "System and reason" not in page] == []


def test_a_pdf_without_chromium_is_refused_beforehand(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match=r"needs Chromium .* or write \.html"):
        check_target(tmp_path / "fleet.pdf")
