"""The report's pages: what they hold, what they let in, and whose data are in them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from enphase_sdk.report import (
    DEFAULT_THRESHOLDS,
    FleetReport,
    Threshold,
    Thresholds,
    assess,
    customer_page,
    read_history,
    read_system,
    report_page,
    stored_days,
    stored_rows,
)
from enphase_sdk.report.formats import UNKNOWN
from enphase_sdk.report.web.columns import entries
from enphase_sdk.report.web.history import History
from enphase_sdk.report.web.system_charts import months
from enphase_sdk.store import Store

from .fleet_store import (
    DAYS,
    DEAD,
    LAST_DAY,
    NASTY,
    NOW,
    OFFLINE,
    READ_TWICE,
    SYSTEMS,
    YOUNG,
    fill,
    fleet_report,
    made,
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with fill(tmp_path_factory.mktemp("fleet") / "fleet.duckdb") as filled:
        yield filled


@pytest.fixture(scope="module")
def report(store: Store) -> FleetReport:
    return fleet_report(store)


@pytest.fixture(scope="module")
def page(report: FleetReport) -> str:
    return report_page(report)


def owners_page(store: Store, system_id: int) -> str:
    (row,) = [row for row in stored_rows(store) if row.system_id == system_id]
    return customer_page(row, read_system(store, row), generated_at=NOW)


class Parts(HTMLParser):
    """The texts of the elements of a page, in order, by tag."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.texts.append("")

    def handle_data(self, data: str) -> None:
        if self.texts:
            self.texts[-1] += data

    def of(self, tag: str) -> list[tuple[dict[str, str | None], str]]:
        """Attributes and text of each element of a kind."""
        pairs = zip(self.tags, self.texts, strict=True)
        return [(attributes, text) for (name, attributes), text in pairs if name == tag]


def data_of(page: str) -> dict[str, Any]:
    (found,) = [
        text for attributes, text in Parts(page).of("script") if attributes.get("id") == "data"
    ]
    document: dict[str, Any] = json.loads(found)
    return document


def history_of(report: FleetReport) -> History:
    assert report.history is not None
    return report.history


def unpacked(history: History, system_id: int) -> list[int]:
    """As days.js does it: all high bytes, then all low bytes."""
    raw = zlib.decompress(b64decode(history.packed.text))
    half = len(raw) // 2
    values = [256 * high + low for high, low in zip(raw[:half], raw[half:], strict=True)]
    place = history.packed.places[system_id]
    return values[place * history.packed.days : (place + 1) * history.packed.days]


def test_the_days_of_each_system_come_back_in_steps_of_10_wh(report: FleetReport) -> None:
    history = history_of(report)
    assert history.packed.days == DAYS
    for system_id in SYSTEMS:
        wanted = [65_535 if wh is None else round(wh / 10) for wh in made(system_id)]
        if system_id == OFFLINE:
            wanted[-1:] = [65_535]  # it was heard last within the 25th, which is not whole
        assert unpacked(history, system_id) == wanted


def test_a_large_system_gets_a_step_that_its_best_day_fits_in(tmp_path: Path) -> None:
    with fill(tmp_path / "one.duckdb", [101]) as store:
        store.write_daily(101, "production", LAST_DAY, [6_000_000], LAST_DAY, NOW)
        history = read_history(store, list(stored_rows(store)))
        assert history is not None
        (step,) = history.packed.steps_wh
        assert step == 92  # 6,000,000 / 65,534, rounded up
        assert unpacked(history, 101)[-1] == round(6_000_000 / 92)


def test_days_on_which_a_system_only_reported_count_as_0(tmp_path: Path) -> None:
    with fill(tmp_path / "two.duckdb", [101, 102]) as store:
        silent, fine = stored_rows(store)
        since = NOW - timedelta(days=5)
        silent = evolve(silent, last_energy_at=since, last_day=since.date() - timedelta(days=1))
        history = read_history(store, [silent, fine])
        days = read_system(store, silent)
        own = days.production
        assessment = assess([silent, fine], stored_days(store), as_of=NOW)
    shown, _ = entries(
        FleetReport.of([silent, fine], generated_at=NOW, from_store=True), assessment, history
    )
    (last,) = [(one.last_day, one.last_day_wh) for one in shown if one.row is silent]
    assert last == (LAST_DAY - timedelta(1), 0)
    assert history is not None
    # Energy ended within the first of these days, and the last one is not settled yet.
    assert [(day.producing, day.zero, day.unknown) for day in history.days[-6:]] == [
        (2, 0, 0),
        (1, 0, 1),
        (1, 1, 0),
        (1, 1, 0),
        (1, 1, 0),
        (1, 0, 1),
    ]
    recent = history.recent[101]
    whole = sum(wh or 0 for wh in made(101)[-31:-5])
    assert (recent.days, recent.wh, recent.pairs) == (29, whole, 29)
    # The same in the system's own days, and on its owner's page.
    assert [n if n in (0, 65_535) else 1 for n in unpacked(history, 101)[-6:]] == [
        1, 65_535, 0, 0, 0, 65_535,
    ]  # fmt: skip
    assert {own.get(LAST_DAY - timedelta(n)) for n in (1, 2, 3)} == {0.0}
    assert (own.get(LAST_DAY), own.get(LAST_DAY - timedelta(4))) == (None, None)
    assert "24 November 2026" in customer_page(silent, days, generated_at=NOW)


def test_the_fleet_s_days_count_who_produced_and_who_is_not_known(report: FleetReport) -> None:
    last = history_of(report).days[-1]
    assert (last.day, last.producing, last.zero, last.unknown) == (LAST_DAY, 10, 1, 1)
    known = [made(system_id)[-1] or 0 for system_id in SYSTEMS if system_id != OFFLINE]
    assert last.wh == sum(known)
    assert last.kwh_per_kw == pytest.approx(sum(known) / (11 * 5_000))
    first = history_of(report).days[0]
    assert (first.day, first.producing, first.unknown) == (LAST_DAY - timedelta(364), 11, 0)


def test_weeks_compare_the_same_systems_on_the_same_days(report: FleetReport) -> None:
    weeks = history_of(report).weeks
    assert len(weeks) == 52
    week = weeks[-2]  # 12 to 18 November: all produced, the young one has no year before
    assert week.last_day == date(2026, 11, 18)
    now = [7 * (made(system_id)[-8] or 0) for system_id in SYSTEMS]
    young = 7 * (made(YOUNG)[-8] or 0)
    assert week.wh == sum(now)
    assert (week.same_wh, week.systems) == (sum(now) - young, 11)
    assert week.before_wh == sum(7 * (made(s)[0] or 0) for s in SYSTEMS if s != YOUNG)
    assert (week.same_wh or 0) / (week.before_wh or 1) == pytest.approx(1.1)


def test_a_part_of_a_week_is_not_shown_as_a_week(tmp_path: Path) -> None:
    begins = date(2025, 6, 6)  # a Friday; weeks end on Wednesdays here
    with fill(tmp_path / "one.duckdb", [112]) as store:
        store.connection.execute("DELETE FROM daily WHERE day < ?", [begins])
        first, *_ = [week for week in history_of(fleet_report(store)).weeks if week.same_wh]
    assert first.last_day == date(2026, 6, 17)
    assert first.same_wh == 7 * 12_320
    assert first.before_wh == 7 * 11_200


def test_the_last_30_days_against_the_year_before(report: FleetReport) -> None:
    recent = history_of(report).recent
    assert recent[112].wh == 30 * 12_320  # 11,200 and a tenth
    assert (recent[112].days, recent[112].pairs) == (30, 30)
    assert recent[112].change == pytest.approx(0.1)
    assert (recent[YOUNG].days, recent[YOUNG].change, recent[YOUNG].pairs) == (20, None, 0)
    assert recent[DEAD].wh == 27 * 11_440


def test_a_day_s_curve_has_a_gap_where_nothing_was_reported(report: FleetReport) -> None:
    curve = history_of(report).curves[101]
    assert (curve.day, curve.start, curve.minutes) == (LAST_DAY, 8 * 60, 15)
    assert list(curve.watts) == [400, 600, 800, None, 1200, 1400, 1600, 1800]


def test_each_system_stands_with_its_reason_those_that_need_something_first(page: str) -> None:
    data = data_of(page)
    at = {column["key"]: n for n, column in enumerate(data["columns"])}
    rows = {row[at["id"]]: row for row in data["rows"]}
    assert [row[at["id"]] for row in data["rows"]][:2] == [DEAD, OFFLINE]
    assert [row[at["todo"]] for row in data["rows"]] == ["visit", "call"] + ["fine"] * 10
    dead, offline = rows[DEAD], rows[OFFLINE]
    assert "no energy since 2026-11-23" in dead[at["reason"]]
    assert dead[at["since"]] == "2026-11-23"
    assert dead[at["lost"]] > 0
    assert offline[at["lost"]] is None
    assert "no report for" in offline[at["reason"]]
    assert rows[112][at["yield"]] == 2.46  # 12.32 kWh of 5 kW a day
    assert rows[112][at["day"]] == 12.3
    assert rows[112][at["change"]] == 10
    # Median of the others that are compared (101 to 111 without the young one): 11.715 kWh
    assert data["areas"][rows[112][at["area"]]][0] == "80301"
    static = {attributes.get("href") for attributes, _ in Parts(page).of("a")}
    assert {f"#s{system_id}" for system_id in SYSTEMS} <= static


def test_counts_and_lists_say_the_same_as_the_headline(report: FleetReport, page: str) -> None:
    assert report.assessment is not None
    assert "12 systems, data to 25 Nov 2026: 1 needs a visit, 1 needs a call" in page
    buttons = {a["value"] for a, _ in Parts(page).of("button") if a.get("data-show")}
    assert buttons == {"all", "visit", "call", "fine"}
    assert page.index('id="visit-title"') < page.index('id="call-title"') < page.index('id="table"')
    assert ">not known<" in page


def test_every_picture_has_a_name_and_a_table_of_its_values(page: str) -> None:
    parts = Parts(page)
    figures = parts.of("figure")
    titles = [text for _, text in parts.of("h3")]
    assert len(figures) == 4
    assert titles[:4] == [
        "Energy against the year before",
        "Systems without energy, 90 days",
        "Each day of the year",
        "Distribution of the yields",
    ]
    assert sum("Values: " in text for _, text in parts.of("summary")) == 4
    svgs = parts.of("svg")
    assert len(svgs) == 8  # wide and narrow
    assert all(attributes.get("aria-hidden") == "true" for attributes, _ in svgs)
    assert "var(--now)" in page


def test_microinverters_have_their_energy_between_two_readings(page: str, store: Store) -> None:
    data = data_of(page)
    assert data["spans"] == {str(READ_TWICE): [7, "2026-11-26"]}
    low, *others = data["modules"][str(READ_TWICE)]
    assert low == [f"12{READ_TWICE}00000", 5.0, 0, 50, 1]
    assert others[0] == [f"12{READ_TWICE}00001", 10.0, 0, 100]
    assert len(others) == 7
    # Of the others the lifetime is known alone.
    assert data["modules"]["112"][0] == ["1211200000", 200.0, 0]
    owner = owners_page(store, READ_TWICE)
    assert "over 7 days to 26 November 2026" in owner
    assert "<b>50%</b>5.0 kWh …000000" in owner
    assert "<b>50%</b>…200000" in owners_page(store, 112)


def test_a_microinverter_that_does_not_report_is_shown_as_such(tmp_path: Path) -> None:
    """Its lifetime energy is as good as that of the others, but it says nothing of today."""
    with fill(tmp_path / "one.duckdb", [103]) as store:
        gone = NOW - timedelta(days=4)
        every = [
            {"serial_number": f"9990000{n}", "energy_wh": 400_000.0, "last_report_at": at}
            for n, at in enumerate([gone, NOW - timedelta(minutes=10), None])
        ]
        store.write_inverters(103, every, NOW)
        (row,) = stored_rows(store)

        def shown(thresholds: Thresholds) -> list[tuple[str | None, str]]:
            days = read_system(store, row, thresholds)
            parts = Parts(customer_page(row, days, generated_at=NOW))
            kinds = [attributes.get("class") for attributes, _ in parts.of("li")]
            said = [text.partition("…")[0] for _, text in parts.of("b")]
            return list(zip(kinds, said, strict=True))[-3:]

        good = ("fine", "100%")
        assert shown(DEFAULT_THRESHOLDS) == [("call", "does not report"), good, good]
        assert shown(Thresholds(microinverter_days=5)) == [good] * 3
        page = report_page(fleet_report(store))
    modules = [each[1:3] for each in data_of(page)["modules"]["103"][-3:]]
    assert modules == [[400.0, 1], [400.0, 0], [400.0, 0]]


def test_texts_from_outside_are_text(page: str) -> None:
    parts = Parts(page)
    assert "alert" not in "".join(
        text for attributes, text in parts.of("script") if attributes.get("id") != "data"
    )
    assert len(parts.of("script")) == 3
    assert NASTY in [text for _, text in parts.of("a")]
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page)
    assert "<" not in data
    assert NASTY in [row[1] for row in json.loads(data)["rows"]]
    assert not set(page) & {"\x00", "\x1b", "\u202e", "\u202c"}
    assert "${rows}" in page  # the name's own, and no placeholder of ours is left
    assert not re.search(r"\$[a-z]", page.replace(NASTY, "").replace("$title ${rows}", ""))


def test_nothing_is_loaded_and_only_our_style_and_script_may_run(page: str, store: Store) -> None:
    for text in (page, owners_page(store, 101)):
        parts = Parts(text)
        assert text.count("://") == 1  # the link to the data's source, which loads nothing
        (source,) = [said for link, said in parts.of("a") if "://" in (link["href"] or "")]
        assert source.startswith("Powered by Enphase Energy")
        assert "url(" not in text
        assert "@import" not in text
        names = {name for _, attributes in parts.tags for name in attributes}
        assert not {"src", "srcset", "style", "onclick", "onload", "action"} & names
        (policy,) = [
            attributes["content"] or ""
            for attributes, _ in parts.of("meta")
            if attributes.get("http-equiv") == "Content-Security-Policy"
        ]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        inside = re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", text, flags=re.S)
        wanted = [b64encode(sha256(said.encode()).digest()).decode() for said in inside]
        assert re.findall(r"'sha256-([^']+)'", policy) == wanted


def test_an_owner_s_page_has_nothing_of_others(store: Store, tmp_path: Path) -> None:
    with fill(tmp_path / "alone.duckdb", [103]) as alone:
        wanted = owners_page(alone, 103)
    assert owners_page(store, 103) == wanted
    assert "House 103" in wanted
    for other in SYSTEMS:
        if other != 103:
            assert f"House {other}" not in wanted
            assert f"12{other}0000" not in wanted


def test_an_owner_s_page_is_in_an_owner_s_words(store: Store) -> None:
    healthy, offline, dead = (owners_page(store, system_id) for system_id in (112, OFFLINE, DEAD))
    assert "made 369.6 kWh in the 30 days to 25 November 2026, 10% more than" in healthy
    assert "reports as it should" in healthy
    assert "7 days to 24 November" in offline  # not the last 7 days: it has not reported since
    assert "Your gateway has not reported since 25 November 2026, 06:55" in offline
    assert "may still be producing" in offline
    assert "to 24 November 2026" in offline
    for text in (healthy, offline, dead):
        assert not re.search(r"\b(visit|offline|rank|neighbour|peer)", _visible(text))
        said = re.sub(r"<table>.*?</table>", "", text, flags=re.S)
        assert not re.search(r"\d{4}-\d\d-\d\d", _visible(said))  # dates are in words
        assert len(Parts(text).of("script")) == 0


def _visible(page: str) -> str:
    return re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.S)


def test_the_year_before_counts_up_to_the_same_day(store: Store) -> None:
    cells = [text for _, text in Parts(owners_page(store, 112)).of("td")]
    at = cells.index("2026-11")
    assert cells[at : at + 4] == ["2026-11", "308.0", "25", "280.0"]  # 25 days of both years


def test_a_month_with_missing_days_is_not_compared() -> None:
    days = {LAST_DAY - timedelta(n): 10_000.0 for n in range(400)}  # from 22 October 2025
    for known, shown in ((10, UNKNOWN), (25, "250.0")):
        of_year_before = {
            day: wh for day, wh in days.items() if day.year == 2026 or day.month != 11
        } | {date(2025, 11, 1 + n): 10_000.0 for n in range(known)}
        figure = months(of_year_before, LAST_DAY)
        assert figure is not None
        assert figure.rows[0] == ["2026-11", "250.0", "25", shown]


def test_half_days_of_a_fleet_without_a_store_are_not_compared(report: FleetReport) -> None:
    live = [evolve(row, last_day=None, last_day_wh=None) for row in report.rows]
    page = report_page(FleetReport.of(live, generated_at=NOW))
    assert "<figure" not in page
    assert "enphase sync --store" in page


UNUSUAL = {"share": 0.6173, "h": 7.25, "days": 17, "good days": 4, "newest days": 9}


@pytest.mark.parametrize("limit", DEFAULT_THRESHOLDS.listed(), ids=lambda one: one.name)
def test_every_limit_on_the_page_is_the_one_that_was_used(
    limit: Threshold, report: FleetReport
) -> None:
    value = UNUSUAL.get(limit.unit, 1_234_567)
    limits = DEFAULT_THRESHOLDS.changed({limit.name: value})
    judged = assess(report.rows, as_of=NOW, thresholds=limits)
    page = report_page(evolve(report, assessment=judged, history=None))
    (told,) = re.findall(r"<h2 id=\"method-title\".*?</section>", page, re.S)
    default = f"{limit.default:g}"
    amount = f"{value} {limit.unit}".rstrip()
    if limit.unit == "share":
        amount, default = f"{100 * value:g}%", f"{100 * limit.default:g}%"
    said = told.replace("&#x27;", "'")
    assert f"<li>{amount} {limit.words} (default {default})</li>" in said
    if limit.name == "min_neighbours":
        assert f"at least {value} other systems" in told
        assert data_of(page)["neighbours"] == value


def test_neighbours_and_ranks_of_the_page_obey_the_limits(report: FleetReport) -> None:
    def compared(**limits: int) -> set[bool]:
        rules = Thresholds(**limits)
        judged = assess(report.rows, as_of=NOW, thresholds=rules)
        data = data_of(report_page(evolve(report, assessment=judged)))
        at = [column["key"] for column in data["columns"]].index("peers")
        return {row[at] is not None for row in data["rows"]}

    assert True in compared()
    assert compared(min_neighbours=12) == {False}
    assert compared(min_neighbours=1, min_days_ranked=30)


def test_a_report_of_nothing_is_a_page() -> None:
    empty = report_page(FleetReport.of([], generated_at=NOW))
    assert "0 systems" in empty
    assert data_of(empty)["rows"] == []


def test_without_the_extra_it_is_the_plain_page_and_says_what_to_install(
    report: FleetReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)
    plain = report_page(report)
    assert "pip install &#x27;enphase-sdk[report]&#x27;" in plain
    assert "<svg" not in plain
    assert "House 112" in plain


def test_the_report_is_imported_without_its_extra() -> None:
    program = (
        "import sys; sys.modules.update(altair=None, vl_convert=None, xlsxwriter=None)\n"
        "import enphase_sdk.report, enphase_sdk.cli\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_limits_are_told_as_people_say_them(store: Store) -> None:
    rows = list(stored_rows(store))
    limits = Thresholds(low_ratio=0.65, weak_days=1)
    judged = assess(rows, stored_days(store), as_of=NOW, thresholds=limits)
    report = FleetReport.of(rows, generated_at=NOW, from_store=True, assessment=judged)
    page = report_page(report)
    assert (
        "<li>65% of the usual ratio to the neighbours, day by day: low (default 70%)</li>" in page
    )
    assert "<li>85% of the median of the like microinverters: weak, if also</li>" in page
    assert "<li>1 day over which microinverters are compared, at least (default 7)</li>" in page
    assert not re.search(r"\d share\b", page)


def test_a_page_of_one_house_counts_it_and_tells_kwh(tmp_path: Path) -> None:
    with fill(tmp_path / "one.duckdb", [112]) as store:
        page = report_page(fleet_report(store))
    assert re.findall(r"\b1 systems\b", page) == []
    assert "1 system" in page
    told = re.search(r"Last whole day \(2026-11-25, 1 system\)</dt><dd>([^<]*)</dd>", page)
    day_wh = made(112)[-1]
    assert told
    assert day_wh
    assert told[1] == f"{day_wh / 1000:.1f} kWh"
    assert "kWh in 7 days" in page
