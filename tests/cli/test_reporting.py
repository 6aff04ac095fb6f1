"""The fleet report as a command."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from enphase_sdk.testing import SimulatedEnlighten, faults

from .conftest import Run


@pytest.mark.usefixtures("cloud")
def test_the_table_is_worst_first_with_totals(run: Run) -> None:
    result = run("report")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    conditions = [line.split("  ")[0].strip() for line in lines[2:14]]
    order = ["offline", "not producing", "attention", "unknown", "normal"]
    assert conditions == sorted(conditions, key=order.index)
    assert lines[15].split()[:2] == ["12", "systems"]
    assert lines[-1].endswith("normal")


def test_files_and_streams_agree(run: Run, cloud: SimulatedEnlighten, tmp_path: Path) -> None:
    names = [tmp_path / f"report.{suffix}" for suffix in ("html", "json", "csv")]
    outs = [word for name in names for word in ("--out", str(name))]
    as_json = run("report", "--json", *outs)
    document = json.loads(as_json.out)
    assert (as_json.code, as_json.err) == (0, "")
    assert json.loads(names[1].read_text("utf-8")) == document
    assert document["complete"] is True
    assert sorted(r["system_id"] for r in document["records"]) == cloud.system_ids()
    as_csv = run("report", "--csv")
    assert names[2].read_bytes().decode() == as_csv.out
    rows = list(csv.DictReader(io.StringIO(as_csv.out, newline="")))
    assert [row["system_id"] for row in rows] == [str(r["system_id"]) for r in document["records"]]
    assert names[0].read_text("utf-8").startswith("<!DOCTYPE html>")


def test_only_the_worst_are_shown_unless_all_are_wanted(
    run: Run, cloud: SimulatedEnlighten
) -> None:
    shown = run("report", "--top", 3).out
    assert "9 more are not shown; --top 0 shows all" in shown
    assert len(run("report", "--top", 0).out.splitlines()) == 12 + 5
    assert len(run("report").out.splitlines()) == 12 + 5
    assert len(cloud.requests) == 3 * 13


def test_it_reports_on_what_matches(run: Run, cloud: SimulatedEnlighten) -> None:
    document = json.loads(run("report", "--json", "--system-id", 67, "--system-id", 72).out)
    assert {record["system_id"] for record in document["records"]} == {67, 72}
    assert len(cloud.requests) == 3
    nobody = run("report", "--system-name", "Nobody")
    assert (nobody.code, nobody.out.splitlines()[-1]) == (0, "no systems match")


def test_a_system_that_cannot_be_read_makes_it_partly_done(
    run: Run, cloud: SimulatedEnlighten, tmp_path: Path
) -> None:
    cloud.fail(with_=faults.status(404, json={}), system_id=72, times=9)
    out = tmp_path / "report.json"
    result = run("report", "--out", out)
    assert result.code == 6
    assert "partly done: 11 systems were read; 1 could not be (Summary: status 404" in result.err
    assert len(result.err.splitlines()) == 1
    document = json.loads(out.read_text("utf-8"))
    assert document["complete"] is False
    assert [r["problem"] is None for r in document["records"]].count(False) == 1


def test_a_used_up_quota_leaves_a_report_of_what_was_got(
    run: Run, cloud: SimulatedEnlighten, tmp_path: Path
) -> None:
    cloud.fail(with_=faults.conflict("month"), operation="Summary", after=5, times=99)
    out = tmp_path / "report.html"
    result = run("report", "--json", "--out", out)
    document = json.loads(result.out)
    assert result.code == 6
    assert len(document["records"]) == 5
    assert document["stopped_by"].startswith("the plan's requests are used up until ")
    # Either the call that was refused ends the run, or the next one, which is not sent.
    assert "allow longer waits with --max-wait" in result.err or "one call a day" in result.err
    assert "partly done: 5 systems were read; after 5 of 12 the run ended" in result.err
    assert "Systems are missing" in out.read_text("utf-8")


def test_a_page_that_does_not_come_leaves_a_report_of_what_was_got(
    run: Run, cloud: SimulatedEnlighten
) -> None:
    cloud.fail(with_=faults.unknown_field(name="next", value="a-cursor"), operation="Systems")
    result = run("report")
    assert result.code == 6
    assert "after 12 the run ended: Systems: status 422" in result.err


def test_where_nothing_could_be_read_it_is_no_report(
    run: Run, cloud: SimulatedEnlighten, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "report.html"
    for fault, code in (
        (faults.status(401, json={}), 3),
        (faults.conflict("month"), 4),
        (faults.status(404, json={}), 5),
    ):
        cloud.heal()
        cloud.fail(with_=fault, operation="Summary", times=99)
        # The ledger would remember the month's refusal.
        monkeypatch.setenv("ENPHASE_STATE", str(tmp_path / f"state-{code}"))
        result = run("report", "--out", out)
        assert (result.code, result.out) == (code, "")
        assert len(result.err.splitlines()) == 1
    assert not out.exists()


def test_a_file_that_cannot_be_written_after_all_is_said(
    run: Run, cloud: SimulatedEnlighten, tmp_path: Path
) -> None:
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop.name)
    result = run("report", "--out", loop)
    assert result.code == 2
    assert "write it elsewhere" in result.err
    assert "systems" in result.out
    assert cloud.requests
