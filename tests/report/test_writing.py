"""The report as JSON, CSV and a page, and what is refused before anything is read."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from enphase_sdk.errors import ConfigError, ServerError
from enphase_sdk.report import (
    AreaOutage,
    Finding,
    FleetReport,
    Kind,
    Todo,
    check_target,
    plain_page,
    report_csv,
    report_json,
    report_page,
    report_row,
    write_report,
)
from enphase_sdk.report.formats import UNKNOWN
from enphase_sdk.report.rows import ROW_FIELDS
from enphase_sdk.report.spreadsheet import csv_lines

from .fleets import NEWEST, judged
from .fleets import row as row_of
from .records import NOON, ago, record

NASTY = "<script>alert('x')</script> & \"Söhne\" $title ${rows}"
UNREAD = ServerError("Summary: status 503: <b>down</b>", status_code=503, body=None, operation="x")


def named(name: str) -> dict[str, Any]:
    return {"system_name": name, "city": name}


@pytest.fixture
def report() -> FleetReport:
    rows = [
        report_row(record(system=named(NASTY))),
        report_row(record(system={"system_id": 68}, reported=ago(days=3), energy_today=0)),
        report_row(record(system={"system_id": 69}, error=UNREAD)),
    ]
    return FleetReport.of(rows, generated_at=NOON, stopped_by="quota <used> up")


class Page(HTMLParser):
    """The elements of a page, and the texts of its cells."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.cells: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "td":
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data


def test_json_is_a_document_with_raw_units(report: FleetReport) -> None:
    document = json.loads(report_json(report))
    assert document == report.to_dict()
    assert document["generated_at"] == "2024-06-15T12:00:00-06:00"
    assert document["complete"] is False
    assert document["totals"]["conditions"]["offline"] == 1
    offline, unread, normal = document["records"]
    assert normal["system_name"] == NASTY
    assert normal["energy_today_wh"] == 10_000
    assert normal["specific_yield_kwh_per_kwp"] == 2.0
    assert offline["energy_today_wh"] is None
    assert unread["problem"] == "Enlighten had an internal error"
    assert unread["error"] == "Summary: status 503: <b>down</b>"


def test_csv_comes_back_as_it_was(report: FleetReport) -> None:
    text = report_csv(report)
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    needs = ("todo", "finding", "since", "lost_kwh")
    assert tuple(rows[0]) == (*ROW_FIELDS, *needs)
    for row, wire in zip(rows, report.to_dict()["records"], strict=True):
        wanted = wire | dict.fromkeys(needs)  # this report was not judged
        assert row == {name: "" if value is None else str(value) for name, value in wanted.items()}


def test_csv_and_json_have_the_findings_since_and_loss() -> None:
    ids = (1, 2, 3, 4)
    findings = (
        Finding(2, Kind.NOT_PRODUCING, Todo.VISIT, "dark", since=NEWEST, lost_wh=54_321.4),
        Finding(1, Kind.OFFLINE, Todo.CALL, "gone", since=datetime(2026, 11, 20, 8, tzinfo=UTC)),
        Finding(2, Kind.METER, Todo.CALL, "less urgent"),
        Finding(3, Kind.ATTENTION, Todo.WATCH, "watched"),
    )
    outage = AreaOutage("Boulder", Kind.OFFLINE, NEWEST, (3,), 6)
    assessment = evolve(
        judged([row_of(one) for one in ids], {}), findings=findings, outages=(outage,)
    )
    report = FleetReport.of([row_of(one) for one in ids], generated_at=NOON, assessment=assessment)
    rows = csv.DictReader(io.StringIO(report_csv(report), newline=""))
    columns = ("todo", "finding", "since", "lost_kwh")
    assert {row["system_id"]: tuple(row[name] for name in columns) for row in rows} == {
        "1": ("call", "offline", "2026-11-20T08:00:00+00:00", ""),
        "2": ("visit", "not_producing", "2026-11-24", "54.321"),
        "3": ("outage", "offline", "2026-11-24", ""),
        "4": ("", "", "", ""),
    }
    told = json.loads(report_json(report))["assessment"]["findings"]
    assert [(one["kind"], one["since"], one["lost_wh"]) for one in told[:2]] == [
        ("not_producing", "2026-11-24", 54_321.4),
        ("offline", "2026-11-20T08:00:00+00:00", None),
    ]


@pytest.mark.parametrize("start", [*"=+-@\t\r\n", "＝", "＠"])  # noqa: RUF001 - as typed in Asia
def test_no_name_is_a_formula(start: str) -> None:
    dangerous = start + "HYPERLINK(0)"
    report = FleetReport.of([report_row(record(system=named(dangerous)))], generated_at=NOON)
    (row,) = csv.DictReader(io.StringIO(report_csv(report), newline=""))
    assert row["system_name"] == "'" + dangerous
    assert row["city"] == "'" + dangerous


def test_numbers_and_lists_are_written_as_they_are() -> None:
    lines = list(csv_lines(["a", "b", "c", "d"], [{"a": -1, "b": ["x", "=y"], "c": None}]))
    assert lines == [f"a,b,c,d{os.linesep}", f"-1,x; =y,,{os.linesep}"]


def test_texts_from_outside_are_no_html(report: FleetReport) -> None:
    text = plain_page(report)
    page = Page(text)
    assert "script" not in page.tags
    assert "b" not in page.tags[page.tags.index("table") :]
    assert NASTY in page.cells
    assert "quota &lt;used&gt; up" in text


def test_the_page_needs_nothing_and_no_one(report: FleetReport) -> None:
    text = plain_page(report)
    page = Page(text)
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert not {"src", "onclick"} & {name for name, _ in page.attributes}
    assert [value for name, value in page.attributes if name == "href"] == ["https://enphase.com"]
    assert ">Powered by Enphase Energy</a>" in text
    assert text.count("://") == 1
    assert "url(" not in text
    assert "default-src 'none'" in text
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_the_page_shows_rows_for_people(report: FleetReport) -> None:
    page = Page(plain_page(report))
    width = page.tags.count("th")
    rows = [page.cells[n : n + width] for n in range(0, len(page.cells), width)]
    offline, unread, normal, totals = rows
    assert offline[0] == "offline"
    assert offline[5] == "2024-06-12 12:00"
    assert offline[6:10] == [UNKNOWN, "1.0", "5.0", UNKNOWN]
    assert offline[10].strip() == "no report for 3 d"
    assert unread[6:10] == [UNKNOWN] * 4
    assert (
        unread[10]
        .strip()
        .startswith("its summary could not be read: Enlighten had an internal error")
    )
    assert "503" not in plain_page(report)
    assert normal[6:10] == ["10.0", "1.0", "5.0", "2.00"]
    assert totals[1:3] == ["3", "systems"]
    assert totals[6:10] == ["10.0", "2.0", "10.0", "2.00"]


def test_the_page_says_what_is_missing(report: FleetReport) -> None:
    assert 'class="notice"' in plain_page(report)
    assert "1 of 3 could not be read." in plain_page(report)
    whole = FleetReport.of([report_row(record())], generated_at=NOON)
    assert 'class="notice"' not in plain_page(whole)


def test_no_placeholder_is_left() -> None:
    template = (Path(plain_page.__code__.co_filename).parent / "page.html").read_text("utf-8")
    text = plain_page(FleetReport.of([], generated_at=NOON))
    assert re.search(r"\$\w", template)
    assert not re.search(r"\$\w", text)


def test_control_characters_of_a_name_reach_no_page() -> None:
    nasty = report_row(record(system=named("a\x1b[2J\x00\u202eb")))
    text = plain_page(FleetReport.of([nasty], generated_at=NOON))
    assert not set(text) & {"\x1b", "\x00", "\u202e"}


@pytest.mark.parametrize("suffix", [".html", ".json", ".csv", ".HTML"])
def test_the_name_says_what_is_written(report: FleetReport, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"report{suffix}"
    write_report(report, path)
    wanted = {".html": report_page, ".json": report_json, ".csv": report_csv}[suffix.lower()]
    assert path.read_bytes().decode() == wanted(report)
    write_report(report, path)


def test_what_cannot_be_written_is_said_beforehand(tmp_path: Path) -> None:
    for path, said in (
        (tmp_path / "report.odt", r"must end in \.html, \.json, \.csv"),
        (tmp_path / "report", "end in"),
        (tmp_path / "missing" / "report.html", "no folder .*missing; create it first"),
    ):
        with pytest.raises(ConfigError, match=said):
            check_target(path)
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(ConfigError, match="is a folder"):
        check_target(tmp_path / "folder.html")
    check_target(tmp_path / "report.html")


def test_a_folder_without_permission_is_said_beforehand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Permissions do not bind root, who may run this.
    monkeypatch.setattr("os.access", lambda path, _: path != tmp_path)
    with pytest.raises(ConfigError, match="no permission"):
        check_target(tmp_path / "report.html")


def test_a_write_that_fails_is_an_error_of_ours(report: FleetReport, tmp_path: Path) -> None:
    (tmp_path / "loop.html").symlink_to("loop.html")
    with pytest.raises(ConfigError, match="write it elsewhere"):
        write_report(report, tmp_path / "loop.html")
