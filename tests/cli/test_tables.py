"""Tables of every view in terminals of every width: a number is whole, or its column is named."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from enphase_sdk.cli import gateway_views, views
from enphase_sdk.cli.fields import quantity_fields
from enphase_sdk.cli.output import Heading, View
from enphase_sdk.cli.tables import fitted_table
from enphase_sdk.report import FleetReport
from enphase_sdk.report.columns import columns_of
from enphase_sdk.report.formats import UNKNOWN, kilo, number

NOW = datetime(2024, 6, 15, tzinfo=UTC)

VIEWS = {
    f"{module.__name__.rpartition('.')[2]} {name}": [
        field.heading for field in getattr(module, name).fields if field.heading is not None
    ]
    for module in (views, gateway_views)
    for name in module.__all__
    if isinstance(getattr(module, name), View)
} | {
    name: [Heading(c.heading, c.numeric, c.spare, c.stays) for c in columns_of(report)]
    for name, report in (
        ("report", FleetReport.of([], generated_at=NOW)),
        ("report of a store", FleetReport.of([], generated_at=NOW, from_store=True)),
    )
}

NUMBERS = st.floats(-1e7, 1e9).map(lambda value: number(value, 1)) | st.just(UNKNOWN)
IDS = st.integers(1, 10**8).map(str)
TEXTS = st.text("abcdefghij -_./", min_size=1, max_size=60).map(str.strip).filter(bool) | IDS


def printed(headings: list[Heading], rows: list[list[str]], width: int) -> tuple[str, list[str]]:
    stream = io.StringIO()
    table, left_out = fitted_table(headings, rows, width)
    Console(file=stream, width=width, force_terminal=False).print(table)
    return stream.getvalue(), left_out


@pytest.mark.parametrize("name", VIEWS)
@settings(max_examples=40)
@given(data=st.data(), width=st.integers(40, 200))
def test_a_number_is_whole_or_its_column_is_named(name: str, data: Any, width: int) -> None:
    headings = VIEWS[name]
    cells = [(IDS if h.stays else NUMBERS) if h.numeric else TEXTS for h in headings]
    rows = data.draw(st.lists(st.tuples(*cells).map(list), min_size=1, max_size=3))
    text, left_out = printed(headings, rows, width)
    lines = text.splitlines()
    assert max(map(cell_len, lines)) <= width
    words = set(text.split())
    stays = [h for h in headings if h.stays] or headings[:1]
    assert not {h.text for h in stays} & set(left_out)
    for n, heading in enumerate(headings):
        if heading.text in left_out:
            continue
        assert set(heading.text.split()) <= words or "/" in heading.text
        for row in rows:
            if heading.numeric:
                assert row[n] in words, (heading, row[n])
    assert set(left_out) <= {h.text for h in headings}


@given(width=st.integers(40, 200), text=st.text("abc12.-_ /", min_size=1, max_size=80))
@example(width=40, text="a" * 80)
def test_no_text_loses_a_letter(width: int, text: str) -> None:
    headings = [Heading("What", stays=True), Heading("Value", numeric=True)]
    shown, left_out = printed(headings, [[text.strip() or "x", "243.4"]], width)
    body = "".join(shown.split("─")[-1].replace("243.4", "", 1).split())
    assert body == "".join((text.strip() or "x").split())
    assert not left_out


@pytest.mark.parametrize("width", [60, 80])
def test_the_meters_keep_their_names_and_volts(width: int) -> None:
    headings = VIEWS["gateway_views METERS"]
    row = ["net-consumption", "L1", "enabled", "normal", "-1,234", "12,345.6", "1,234,567.8",
           "243.4", "10.93", "0.98", "50.0"]  # fmt: skip
    text, left_out = printed(headings, [row], width)
    assert "net-consumption" in text
    for heading, cell in zip(headings, row, strict=True):
        assert (cell in text.split()) != (heading.text in left_out)


def test_headings_are_not_folded_where_there_is_room() -> None:
    text, left_out = printed([Heading("Power W", numeric=True), Heading("Name")], [["1", "x"]], 80)
    assert re.match(r"Power W  Name", text)
    assert not left_out


@pytest.mark.parametrize("places", [10**9, -(10**9), 400, 13])
def test_no_number_of_places_hangs(places: int) -> None:
    row = {"energy_value": 5, "energy_units": "Wh", "energy_precision": places}
    assert quantity_fields("energy", "Energy")[0].text(row) == UNKNOWN


def test_numbers_nobody_can_write_are_not_known() -> None:
    for value in (float("nan"), float("inf"), 10**400):
        assert kilo(value) == UNKNOWN
    assert len(number(1e300, 2)) < 12
    assert (
        quantity_fields("p", "P")[0].text({"p_value": 12345, "p_units": "W", "p_precision": 2})
        == "123.45 W"
    )
