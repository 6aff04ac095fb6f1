"""The pages of the report as a command: of a store, of one system, and as PDF."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from enphase_sdk.store import Store
from enphase_sdk.testing import Kind, SimulatedEnlighten

from .conftest import Run


def names(run: Run) -> dict[int, str]:
    listed = json.loads(run("systems", "--json").out)
    return {system["system_id"]: system["system_name"] for system in listed}


def test_an_owner_s_page_costs_one_request_more_and_names_no_other_system(
    run: Run, cloud: SimulatedEnlighten, tmp_path: Path
) -> None:
    named = names(run)
    mine, *others = named
    before = len(cloud.requests)
    result = run("report", "--system", mine, "--out", tmp_path / "one.html")
    assert (result.code, result.err) == (0, "")
    asked = [request.path.rsplit("/", 1)[-1] for request in list(cloud.requests)[before:]]
    assert asked == ["systems", "summary", "energy_lifetime"]
    page = (tmp_path / "one.html").read_text("utf-8")
    assert "kWh in the 30 days to" in page
    assert not [named[other] for other in others if named[other] in page]


def test_a_store_s_page_has_the_days_of_all_systems_and_an_owner_s_only_one(
    run: Run, cloud: SimulatedEnlighten, tmp_path: Path
) -> None:
    named = names(run)
    store = tmp_path / "fleet.duckdb"
    assert run("sync", "--store", store, "--since", "2024-01-01").code == 0
    before = len(cloud.requests)
    of_store = ("report", "--store", store, "--budget", 0)
    assert run(*of_store, "--out", tmp_path / "fleet.html").code == 0
    assert run(*of_store, "--system", min(named), "--out", tmp_path / "one.html").code == 0
    assert len(cloud.requests) == before
    fleet, one = ((tmp_path / f"{name}.html").read_text("utf-8") for name in ("fleet", "one"))
    assert "Systems without energy" in fleet or "Each day of the year" in fleet
    assert all(f"#s{system_id}" in fleet for system_id in named)
    assert not [named[other] for other in named if other != min(named) and named[other] in one]
    unknown = run(*of_store, "--system", 4, "--out", tmp_path / "none.html")
    assert (unknown.code, unknown.out) == (2, "")
    assert "holds no such system" in unknown.err
    assert not (tmp_path / "none.html").exists()


def test_an_owner_s_map_of_microinverters_obeys_the_limits(
    run: Run, cloud: SimulatedEnlighten, tmp_path: Path
) -> None:
    system_id = cloud.find(kind=Kind.PLAIN).system_id
    store, page = tmp_path / "fleet.duckdb", tmp_path / "one.html"
    tables = ("--tables", "systems,daily,inverters", "--since", "2024-06-01")
    assert run("sync", "--store", store, *tables, "--systems", system_id).code == 0
    with Store(store) as opened:
        opened.connection.execute(
            "UPDATE inverters SET last_report_at = last_report_at - INTERVAL 2 DAY "
            "WHERE serial_number = (SELECT min(serial_number) FROM inverters)"
        )
    words = ("report", "--store", store, "--budget", 0, "--system", system_id, "--out", page)
    assert run(*words).code == 0
    assert "does not report" not in page.read_text("utf-8")
    assert run(*words, "--limit", "microinverter_days=1").code == 0
    assert page.read_text("utf-8").count("<b>does not report</b>") == 1


@pytest.mark.parametrize("missing", ["altair", "vl_convert"])
def test_an_owner_s_page_without_the_extra_costs_no_request(
    run: Run,
    cloud: SimulatedEnlighten,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    missing: str,
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    result = run("report", "--system", 67, "--out", tmp_path / "one.html")
    assert (result.code, result.out) == (2, "")
    assert "pip install 'enphase-sdk[report]'" in result.err
    assert len(cloud.requests) == 0


@pytest.mark.usefixtures("cloud")
def test_what_cannot_be_is_said(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "the file's name must end in .pdf" in run("report", "--pdf", tmp_path / "report.txt").err
    both = run("report", "--system", 67, "--status", "comm")
    assert "use either the filters or --system" in both.err
    assert "has no such system" in run("report", "--system", 4).err
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "needs Chromium or Chrome" in run("report", "--pdf", tmp_path / "report.pdf").err
