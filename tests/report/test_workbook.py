"""The report as a workbook, read by another library."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from attrs import evolve

from enphase_sdk.report import FleetReport, report_csv, report_xlsx

from .fleets import NEWEST, NOW, days_to, judged, neighbours, row

openpyxl: Any = import_module("openpyxl")  # it has no types

HARMFUL = ["=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(A1)", "http://example.com", "0123", "\t=1"]


def book_of(names: list[str | None]) -> Any:
    rows, production = neighbours()
    names = [*names, *[None] * (len(rows) - len(names))]
    changed = [evolve(one, system_name=name) for one, name in zip(rows, names, strict=True)]
    dark = row(1, system_name="=1+1", energy_today_wh=12_340, last_day=date(2026, 11, 24))
    found = judged([dark, *changed], production | {1: days_to(NEWEST, 0, before=18_000)})
    made = FleetReport.of([dark, *changed], generated_at=NOW, assessment=found)
    return openpyxl.load_workbook(io.BytesIO(report_xlsx(made)))


def table(sheet: Any) -> list[dict[str, Any]]:
    heading, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(heading, cells, strict=True)) for cells in rows]


def test_texts_are_texts_whatever_they_look_like() -> None:
    sheet = book_of([*HARMFUL[:6]])["Systems"]
    names = {cell.value: cell for cell in sheet["B"][1:]}
    assert set(HARMFUL[:6]) <= set(names)
    assert {cell.data_type for cell in names.values()} == {"s"}
    assert all(cell.hyperlink is None for cell in names.values())


def test_numbers_are_numbers_with_their_units_in_the_heading() -> None:
    book = book_of([None])
    assert book.sheetnames == ["Systems", "Findings", "Limits", "Source"]
    (one,) = [line for line in table(book["Systems"]) if line["System ID"] == 1]
    assert one["Size (kW)"] == 5
    assert one["Energy today (kWh)"] == pytest.approx(12.34)
    assert one["Energy lifetime (kWh)"] is None
    assert one["Last day"] == datetime(2026, 11, 24)
    local = (NOW - timedelta(minutes=5) - timedelta(hours=7)).replace(tzinfo=None)
    assert one["Last report (local time)"] == local
    assert one["Time zone"] == "America/Denver"


def test_findings_and_limits_stand_on_sheets_of_their_own() -> None:
    book = book_of([None])
    (found,) = table(book["Findings"])
    assert (found["To do"], found["System"], found["Days"]) == ("visit", "=1+1", 1)
    assert found["Estimated loss (kWh)"] == pytest.approx(18)
    cell = book["Source"]["A1"]
    assert (cell.value, cell.hyperlink.target) == (
        "Powered by Enphase Energy",
        "https://enphase.com",
    )
    limits = {line["Limit"]: (line["Value"], line["Unit"]) for line in table(book["Limits"])}
    assert limits["offline_h"] == (6, "h")
    assert limits["low_ratio"] == (0.7, "share")


def test_what_no_cell_can_hold_is_cut_or_replaced() -> None:
    names = ["x" * 40_000, "a\udcffb", "bell\x07"]
    written = {line["System"] for line in table(book_of([*names])["Systems"])}
    assert "x" * 32_767 in written
    assert "a?b" in written


def test_a_csv_guards_against_the_same() -> None:
    made = FleetReport.of(
        [row(n, system_name=name) for n, name in enumerate(HARMFUL)], generated_at=NOW
    )
    text = report_csv(made)
    for harmful in HARMFUL:
        if harmful[0] in "=+-@\t":
            assert f"'{harmful}" in text
