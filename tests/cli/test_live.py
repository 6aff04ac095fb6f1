"""`enphase live`: samples as they come, in every form, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from attrs import fields

from enphase_sdk.cli.live_lines import LIVE_POWERS
from enphase_sdk.live import LiveSample
from enphase_sdk.report.formats import UNKNOWN
from enphase_sdk.testing import FakeClock, SimulatedEnlighten, SimulatedEnlightenV4
from tests.support import loopback

from .conftest import Run

NAMES = [field.name for field in fields(LiveSample)]


def settings_of(cloud: SimulatedEnlightenV4, url: str) -> dict[str, str]:
    known = {f"ENPHASE_{name.upper()}": value for name, value in cloud.credentials().items()}
    return {**known, "ENPHASE_API": "v4", "ENPHASE_BASE_URL": url}


@pytest.fixture
def cloud(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedEnlightenV4]:
    simulated = SimulatedEnlightenV4(20, clock=clock)
    with simulated.serve() as url:
        for name, value in settings_of(simulated, url).items():
            monkeypatch.setenv(name, value)
        yield simulated


def metered(cloud: SimulatedEnlightenV4) -> int:
    """A system of which there are live data."""
    return cloud.find(kind="metered").system_id


def test_json_is_an_object_on_a_line_for_each_sample(run: Run, cloud: SimulatedEnlightenV4) -> None:
    number = metered(cloud)
    result = run("live", number, "--json")
    assert (result.code, result.err) == (0, "")
    samples = [json.loads(line) for line in result.out.splitlines()]
    assert len(samples) >= 30
    assert {sample["system_id"] for sample in samples} == {number}
    assert all(list(sample) == NAMES for sample in samples)
    assert all(s["load_w"] == s["pv_w"] + s["grid_w"] + (s["battery_w"] or 0) for s in samples)
    assert [s["at"] for s in samples] == sorted(s["at"] for s in samples)


def test_csv_has_a_header_and_a_line_for_each_sample(run: Run, cloud: SimulatedEnlightenV4) -> None:
    result = run("live", metered(cloud), "--csv", "--duration", 45)
    assert result.code == 0
    header, *rows = list(csv.reader(io.StringIO(result.out)))
    assert header == [name for name in NAMES if name != "phases"]
    assert len(rows) >= 45
    assert {len(row) for row in rows} == {len(header)}


def test_people_get_a_line_for_each_sample(run: Run, cloud: SimulatedEnlightenV4) -> None:
    result = run("live", metered(cloud))
    lines = result.out.splitlines()
    assert result.code == 0
    assert len(lines) >= 30
    for line in lines:
        assert "+00:00 " in line
        assert all(f"{LIVE_POWERS[name]} " in line for name in ("pv_w", "load_w", "grid_w"))


@pytest.mark.usefixtures("cloud")
def test_what_is_not_known_is_told_so_and_nothing_is_obeyed(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames: list[Any] = [
        {"data": {"battery_mode": "\x1b[2J"}},
        {"data": {"pv_power": 3}, "timestamp_epoch": 1e300},
        {"error": {"code": 466}},
    ]
    stream = b"".join(b"data:" + json.dumps(each).encode() + b"\n\n" for each in frames)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
    with loopback(lambda _: head + stream) as (url, _):
        monkeypatch.setenv("ENPHASE_BASE_URL", url.removesuffix("/api/v2"))
        result = run("live", 67)
    assert result.code == 5
    assert "older than 6.0.0" in result.err
    first, second = result.out.splitlines()
    assert first == f"{UNKNOWN} no power is known, [2J"
    assert second.endswith("Production 3 W")


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize("duration", ["29", "301", "x", "nan"])
def test_a_duration_that_the_server_refuses_is_not_sent(
    run: Run, cloud: SimulatedEnlightenV4, duration: str
) -> None:
    result = run("live", 67, "--duration", duration)
    assert (result.code, result.out) == (2, "")
    assert "duration" in result.err
    assert not cloud.requests


def test_v2_says_where_there_are_live_data(run: Run, clock: FakeClock, settings: Any) -> None:
    with SimulatedEnlighten(4, clock=clock).serve() as url:
        settings(url)
        result = run("live", 67)
    assert (result.code, result.out) == (5, "")
    assert "--api v4" in result.err


def test_a_system_and_a_plan_without_live_data_say_so(
    run: Run, clock: FakeClock, cloud: SimulatedEnlightenV4, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run("live", cloud.find(kind="plain").system_id)
    assert (result.code, result.out) == (5, "")
    assert "no meters of consumption" in result.err
    poor = SimulatedEnlightenV4(4, clock=clock, plan="watt")
    with poor.serve() as url:
        for name, value in settings_of(poor, url).items():
            monkeypatch.setenv(name, value)
        result = run("live", 67)
    assert (result.code, result.out) == (5, "")
    assert "Streaming APIs" in result.err


@pytest.fixture
def running() -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own, in real time, with its first sample to be read."""
    simulated = SimulatedEnlightenV4(20)
    with simulated.serve() as url:
        environment = {**os.environ, **settings_of(simulated, url)}
        words = ["live", str(metered(simulated)), "--json", "--duration", "300"]
        with subprocess.Popen(
            [sys.executable, "-m", "enphase_sdk", *words],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            yield process
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_it_and_every_sample_is_there_at_once(
    running: subprocess.Popen[str], number: signal.Signals
) -> None:
    assert running.stdout
    assert "pv_w" in json.loads(running.stdout.readline())
    running.send_signal(number)
    rest, err = running.communicate(timeout=120)
    assert running.returncode == 130
    assert err == "enphase: stopped\n"
    assert all(json.loads(line) for line in rest.splitlines())


def test_it_ends_when_nobody_reads_on(running: subprocess.Popen[str]) -> None:
    assert running.stdout
    assert running.stderr
    running.stdout.readline()
    running.stdout.close()
    assert running.wait(timeout=120) == 141
    assert running.stderr.read() == ""
