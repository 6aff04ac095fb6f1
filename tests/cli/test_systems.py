"""The listing as a command."""

from __future__ import annotations

import csv
import io
import json

from enphase_sdk import Enlighten
from enphase_sdk.testing import SimulatedEnlighten, faults

from .conftest import Run


def test_json_is_one_list_in_wire_form(run: Run, client: Enlighten) -> None:
    result = run("systems", "--json")
    assert (result.code, result.err) == (0, "")
    assert json.loads(result.out) == [system.to_dict() for system in client.systems()]


def test_csv_has_a_line_for_each_system(run: Run, client: Enlighten) -> None:
    rows = list(csv.DictReader(io.StringIO(run("systems", "--csv").out, newline="")))
    for row, system in zip(rows, client.systems(), strict=True):
        assert row["system_id"] == str(system.system_id)
        assert row["system_name"] == system.system_name
        assert row["meta_status"] == system.meta.status
        assert row["meta_last_report_at"] == str(system.meta.last_report_at)
        assert row["timezone"] == system.timezone


def test_the_table_tells_what_people_look_for(run: Run, client: Enlighten) -> None:
    lines = run("systems").out.splitlines()
    assert lines[0].split()[:3] == ["ID", "Name", "Status"]
    for line, system in zip(lines[2:], client.systems(), strict=True):
        assert str(system.system_id) in line
        assert system.system_name in line
        assert str(system.meta.status) in line
        assert str(system.city) in line


def test_filters_go_out_as_they_were_given(run: Run, cloud: SimulatedEnlighten) -> None:
    result = run(
        "systems", "--json",
        "--status", "comm", "--status", "micro",
        "--system-id", "67", "--system-id", "72",
        "--system-name", "Barn", "--reference", "JOB-1", "--installer", "Bright Roof",
        "--connection-type", "cellular",
    )  # fmt: skip
    assert (result.code, result.out) == (0, "[]\n")
    (asked,) = cloud.requests
    assert dict.fromkeys(asked.params) == dict.fromkeys(
        [
            ("limit", "1000"),
            ("status[]", "comm"),
            ("status[]", "micro"),
            ("system_id[]", "67"),
            ("system_id[]", "72"),
            ("system_name[]", "Barn"),
            ("reference[]", "JOB-1"),
            ("installer[]", "Bright Roof"),
            ("connection_type[]", "cellular"),
        ]
    )


def test_a_status_that_is_not_known_here_is_the_clouds_business(
    run: Run, cloud: SimulatedEnlighten
) -> None:
    assert run("systems", "--status", "retired").code == 5
    assert ("status[]", "retired") in cloud.requests[0].params


def test_no_match_is_an_empty_result(run: Run, cloud: SimulatedEnlighten) -> None:
    nobody = ["systems", "--system-name", "Nobody"]
    assert run(*nobody, "--json").out == "[]\n"
    assert len(run(*nobody, "--csv").out.splitlines()) == 1
    assert run(*nobody).code == 0
    assert len(cloud.requests) == 3


def test_a_listing_that_breaks_off_keeps_what_came(run: Run, cloud: SimulatedEnlighten) -> None:
    for form in ("--json", "--csv"):
        cloud.heal()
        cloud.fail(with_=faults.unknown_field(name="next", value="a-cursor"), operation="Systems")
        result = run("systems", form)
        assert result.code == 6
        assert "partly done: 12 systems, then Systems: status 422" in result.err
        if form == "--json":
            assert len(json.loads(result.out)) == 12
        else:
            assert len(result.out.splitlines()) == 13
