"""docs/names.md: every name in it exists, and no column that has a unit is missing."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, get_args

import attrs
import pytest

from enphase_sdk import models, models_v4
from enphase_sdk.frames import Operation, to_frame
from enphase_sdk.frames._history import HistoryFrame
from enphase_sdk.gateway.models import energy, storage
from enphase_sdk.gateway.snapshot import Snapshot
from enphase_sdk.live import LiveSample
from enphase_sdk.store.schema import TABLES
from tests.support import ROOT

PAGE = (ROOT / "docs" / "names.md").read_text(encoding="utf-8")
NAME = re.compile(r"`([^`]+)`")
UNITS = {
    "w": "W", "wh": "Wh", "v": "V", "a": "A", "hz": "Hz", "c": "°C", "percent": "%", "mw": "mW",
    "s": "s", "miles": "miles",
}  # fmt: skip


def rows() -> list[list[str]]:
    lines = [line for line in PAGE.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line[1:].rstrip("|").split("|")] for line in lines]
    return [row for row in cells if row[0] not in ("quantity", "---")]


def named(place: int) -> list[str]:
    return [name for row in rows() for name in NAME.findall(row[place])]


def fields_of(model: Any) -> set[str]:
    names = [a.name for a in attrs.fields(model)] if attrs.has(model) else model.__annotations__
    return {name.removesuffix("_") for name in names}  # `import_` is `import` on the wire


@cache
def columns_of(frame: str) -> tuple[str, ...]:
    if frame == "history":
        return tuple(HistoryFrame("polars", "UTC").of("production", []).columns)
    if frame == "snapshot":
        return tuple(Snapshot().to_frame(backend="polars").columns)
    operation: Any = frame
    return tuple(to_frame([], backend="polars", operation=operation).columns)


def unit_of(column: str) -> str | None:
    return UNITS.get(column.rpartition("_")[2])


def test_each_row_is_whole() -> None:
    assert len(rows()) > 40
    assert {len(row) for row in rows()} == {6}
    assert all(row[0] and row[1] for row in rows())
    assert all(any(row[2:]) for row in rows())


@pytest.mark.parametrize("name", named(2))
def test_a_field_of_a_model_exists(name: str) -> None:
    home = models_v4 if name.startswith("v4.") else models
    model, _, field = name.removeprefix("v4.").partition(".")
    assert field in fields_of(getattr(home, model))


@pytest.mark.parametrize("name", named(3))
def test_a_column_of_a_frame_exists(name: str) -> None:
    frame, _, column = name.partition(".")
    assert column in columns_of(frame)


@pytest.mark.parametrize("name", named(4))
def test_a_column_of_the_store_exists(name: str) -> None:
    table, _, column = name.partition(".")
    assert column in {str(known): spec.names for known, spec in TABLES.items()}[table]


@pytest.mark.parametrize("name", named(5))
def test_a_field_of_the_gateway_exists(name: str) -> None:
    model, _, field = name.partition(".")
    homes = [vars(home).get(model) for home in (energy, storage)]
    found = LiveSample if model == "LiveSample" else next(kind for kind in homes if kind)
    assert field in fields_of(found)


def test_the_unit_in_a_name_is_the_unit_of_its_row() -> None:
    for row in rows():
        for name in NAME.findall(" ".join(row[3:])):
            unit = unit_of(name.rpartition(".")[2])
            assert unit in (None, row[1]), name


def test_no_column_with_a_unit_is_missing() -> None:
    told = set(named(3))
    for frame in {*get_args(Operation), "history", "snapshot"} - {"inverters_summary"}:  # an alias
        with_unit = {f"{frame}.{c}" for c in columns_of(frame) if unit_of(c)}
        assert with_unit <= told
    kept = {f"{table}.{c}" for table, spec in TABLES.items() for c in spec.names if unit_of(c)}
    assert kept <= set(named(4))
