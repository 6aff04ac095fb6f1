"""The judgement of a fleet on the command line."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from enphase_sdk.testing import FakeClock, SimulatedEnlighten

from .conftest import Run

openpyxl: Any = import_module("openpyxl")  # it has no types

HOUR = 3_600


@pytest.fixture
def kept(run: Run, cloud: SimulatedEnlighten, tmp_path: Path) -> Path:
    """A store of the fleet, brought up to date."""
    store = tmp_path / "fleet.duckdb"
    assert run("sync", "--store", store).code == 0
    assert cloud.requests
    return store


def document(run: Run, *words: object) -> Any:
    return json.loads(run("report", "--json", *words).out)


def test_a_report_from_a_store_says_who_needs_a_visit(run: Run, kept: Path) -> None:
    assessment = document(run, "--store", kept, "--budget", 0)["assessment"]
    told = run("report", "--store", kept, "--budget", 0)
    assert told.code == 0
    assert told.out.splitlines()[-1] == assessment["headline"]
    for finding in assessment["findings"]:
        assert f"  {finding['system_id']} " in told.out
        assert finding["reason"] in told.out or finding["todo"] == "watch"
    assert assessment["newest_day"] in ("2024-06-13", "2024-06-14")
    assert assessment["thresholds"]["offline_h"] == 6
    assert assessment["counts"]["systems"] == 12


def test_limits_come_from_the_profile_and_from_the_command_line(
    run: Run, cloud: SimulatedEnlighten, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[default.report]\noffline_h = 8.5\nlow_days = 4\n")
    monkeypatch.setenv("ENPHASE_CONFIG", str(config))
    limits = document(run, "--limit", "low_days=5", "--limit", "low_ratio=0.6")
    assert (
        limits["assessment"]["thresholds"]
        | {
            "offline_h": 8.5,
            "low_days": 5,
            "low_ratio": 0.6,
        }
        == limits["assessment"]["thresholds"]
    )
    before = cloud.hits
    config.write_text("[default.report]\noffline = 8\n")
    wrong = run("report")
    assert (wrong.code, wrong.out) == (2, "")
    assert "[default.report] in" in wrong.err
    assert "there is no limit 'offline'; use offline_h, " in wrong.err
    config.write_text("[default]\nreport = 8\n")
    assert "must be a table, such as [default.report]" in run("report").err
    config.unlink()
    monkeypatch.delenv("ENPHASE_CONFIG")
    for share in ("70", "1.01"):
        percent = run("report", "--limit", f"low_ratio={share}")
        assert (percent.code, percent.out) == (2, "")
        assert "low_ratio is a share, from 0 to 1" in percent.err
    assert cloud.hits == before


def test_a_limit_changes_who_is_offline(run: Run, cloud: SimulatedEnlighten) -> None:
    def offline(*words: object) -> int:
        kinds: dict[str, int] = document(run, *words)["assessment"]["counts"]["kinds"]
        return kinds.get("offline", 0)

    assert cloud.system_ids()
    assert offline() > 0
    none = ["--limit", "offline_h=100000", "--limit", "offline_cellular_h=100000"]
    assert offline(*none) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--limit", "low_days"], "'low_days' is not a limit; write a name and a number"),
        (["--limit", "low_days=x"], "is not a limit; write a name and a number"),
        (["--limit", "low_days=0"], "low_days must be 1 or more, not 0"),
        (["--limit", "low_days=nan"], "low_days must be a whole number, not nan"),
        (["--limit", "nothing=1"], "there is no limit 'nothing'"),
        (["--fail-on", "offlin"], "there is no finding 'offlin'; use not_producing, low,"),
        (["--fail-on", ","], "name a finding"),
        (["--estimate", "-5"], "it must be more than 0 kWh a month"),
        (["--estimate", "nowhere.csv"], "nowhere.csv cannot be read"),
        (["--xlsx", "report.csv"], "the file's name must end in .xlsx"),
    ],
)
def test_what_cannot_be_asked_is_said_before_anything_is_spent(
    run: Run, cloud: SimulatedEnlighten, words: list[str], said: str
) -> None:
    result = run("report", *words)
    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert len(result.err.splitlines()) == 1
    assert not cloud.requests


@pytest.mark.usefixtures("cloud")
def test_a_finding_that_was_asked_about_gives_exit_code_6(run: Run) -> None:
    there = document(run)["assessment"]["counts"]["kinds"]
    found = run("report", "--fail-on", "low, offline")
    assert there["offline"] > 0
    assert found.code == 6
    assert found.err == (f"enphase: --fail-on: found offline: {there['offline']}\n")
    assert "systems" in found.out
    assert "size_wrong" not in there
    assert run("report", "--fail-on", "size_wrong").code == 0


def test_a_weak_microinverter_is_told_of_in_every_form(
    run: Run, cloud: SimulatedEnlighten, clock: FakeClock, tmp_path: Path
) -> None:
    store = tmp_path / "fleet.duckdb"
    weak = cloud.find(kind="plain").system_id
    cloud.weaken_microinverter(weak, 0.5, module=2)
    sync = ("sync", "--store", store, "--tables", "daily,inverters")
    report = ("report", "--store", store, "--budget", 0)
    assert run(*sync).code == 0
    first = document(run, *report[1:], "--changes")["assessment"]["counts"]["kinds"]
    assert not {"weak_microinverters", "dead_microinverters"} & first.keys()
    clock.advance(7 * 24 * HOUR)
    assert run(*sync).code == 0
    files = [tmp_path / f"fleet.{ending}" for ending in ("html", "json", "xlsx")]
    outs = [word for file in files for word in ("--out", file)]
    found = run(*report, "--fail-on", "weak_microinverters", "--changes", *outs)
    assert found.code == 6
    assert "--fail-on: found weak microinverters: 1" in found.err
    new = found.out.partition("Resolved:")[0]
    assert new.startswith("New:")
    assert f"\n  {weak} " in new
    assert "produces less than 85% of the like ones over 7 days to 2024-06-22" in new
    made = json.loads(files[1].read_text("utf-8"))
    (finding,) = [
        one for one in made["assessment"]["findings"] if one["kind"] == "weak_microinverters"
    ]
    assert (finding["system_id"], finding["todo"], finding["days"]) == (weak, "visit", 7)
    assert finding["lost_wh"] > 1_000
    assert finding["reason"] in files[0].read_text("utf-8")
    assert "Energy over ${span[0]} days" in files[0].read_text("utf-8")
    sheet = openpyxl.load_workbook(files[2])["Findings"]
    assert finding["reason"] in [cell.value for cell in sheet["F"]]
    again = run(*report, "--changes")
    assert "produces less than" not in again.out
    assert ", 0 resolved, " in again.out
    none = run(*report, "--fail-on", "weak_microinverters", "--limit", "weak_ratio=0.3")
    assert none.code == 0


def test_changes_are_told_once(
    run: Run, cloud: SimulatedEnlighten, clock: FakeClock, tmp_path: Path
) -> None:
    first = document(run, "--changes")
    count = len(first["assessment"]["findings"])
    assert count > 0
    assert first["changes"]["since"] is None
    assert len(first["changes"]["new"]) == count
    second = run("report", "--changes")
    assert second.code == 0
    assert second.out.startswith(f"0 new, 0 worse, 0 resolved, {count} still open (since ")
    assert second.out.endswith("Powered by Enphase Energy (https://enphase.com)\n")
    assert cloud.system_ids()
    clock.advance(10 * HOUR)
    # Other filters make another report.
    other = document(run, "--changes", "--system-id", 67)
    assert other["changes"]["since"] is None
    assert document(run)["changes"] is None
    state = [path.name for path in (tmp_path / "state").iterdir()]
    assert "reports.sqlite" in state


def test_a_workbook_holds_the_judgement(run: Run, kept: Path, tmp_path: Path) -> None:
    one, other = tmp_path / "one.xlsx", tmp_path / "other.xlsx"
    words = ["--store", kept, "--budget", 0, "--xlsx", one, "--out", other]
    made = document(run, *words)
    for path in (one, other):
        book = openpyxl.load_workbook(path)
        assert book["Systems"].max_row == 13
        assert book["Findings"].max_row == 1 + len(made["assessment"]["findings"])


def test_an_estimate_that_is_not_reached_is_found(run: Run, kept: Path, tmp_path: Path) -> None:
    def below(text: object) -> list[int]:
        found = document(run, "--store", kept, "--budget", 0, "--estimate", text)["assessment"]
        return [f["system_id"] for f in found["findings"] if f["kind"] == "below_estimate"]

    everybody = below(1_000_000)
    assert len(everybody) > 5
    assert below(0.001) == []
    file = tmp_path / "estimates.csv"
    months = "".join(f"{everybody[0]},{month},1000000\n" for month in range(1, 13))
    file.write_text(f"system_id,month,kwh\n{months}")
    assert below(file) == everybody[:1]
