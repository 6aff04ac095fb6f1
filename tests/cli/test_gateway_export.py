"""`enphase envoy export` and `dashboard`, against a simulated gateway on a real port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from enphase_sdk.testing import FakeClock, SimulatedGateway
from tests.cli.conftest import Run


@pytest.fixture
def gateway(clock: FakeClock) -> SimulatedGateway:
    return SimulatedGateway("8.2-batteries", clock=clock)


@pytest.fixture
def host(gateway: SimulatedGateway, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("ENVOY_TOKEN", gateway.issue_token())
    with gateway.serve(tls=True) as address:
        yield address


def test_line_protocol_on_stdout(run: Run, host: str, gateway: SimulatedGateway) -> None:
    result = run("envoy", "export", host, "--influx", "--count", 2)
    assert result.code == 0
    site = [one for one in result.out.splitlines() if one.startswith("enphase,")]
    assert len(site) == 2
    assert all(f"enphase,gateway={gateway.serial} production_power_w=" in one for one in site)
    times = [int(one.rpartition(" ")[2]) for one in site]
    assert times[1] - times[0] == pytest.approx(60e9, abs=1e9)


def test_one_reading_serves_all(run: Run, host: str, gateway: SimulatedGateway) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        to = f"127.0.0.1:{listening.getsockname()[1]}"
        words = ["--influx", "--influx-socket", to, "--prometheus", 0, "--count", 1]
        result = run("envoy", "export", host, *words)
        connection, _ = listening.accept()
        with connection, connection.makefile("rb") as sent:
            assert sent.read().decode() == result.out
    assert result.code == 0
    assert "metrics at http://127.0.0.1:" in result.err
    assert [path for _, path in gateway.requests].count("/ivp/meters/readings") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "no target: give --prometheus"),
        (["--mqtt", "user:zzSECRETzz@broker"], "--mqtt"),
        (["--mqtt", "broker:port"], "--mqtt"),
        (["--mqtt", "broker", "--mqtt-password-file", "/nowhere"], "--mqtt-password-file"),
        (["--influx-socket", "broker"], "HOST:PORT"),
        (["--prometheus", "70000"], "--prometheus"),
        (["--influx", "--every", "1"], "--every"),
        (["--influx", "--json"], "--json"),
    ],
)
def test_words_that_make_no_sense(run: Run, words: list[str], said: str) -> None:
    result = run("envoy", "export", "192.0.2.1", *words)
    assert result.code == 2
    assert said in result.err
    assert result.err.count("\n") == 1
    assert result.out == ""


def test_an_outage_ends_nothing(run: Run, host: str, gateway: SimulatedGateway) -> None:
    gateway.crashed = True
    result = run("envoy", "export", host, "--influx", "--count", 3)
    assert (result.code, result.out) == (0, "")
    assert result.err.count("trying again") == 1


def test_a_refused_login_ends_it(run: Run, host: str, gateway: SimulatedGateway) -> None:
    gateway.revoke_tokens()
    result = run("envoy", "export", host, "--influx")
    assert result.code == 3
    assert os.environ["ENVOY_TOKEN"] not in result.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_dashboard_ends_cleanly_while_somebody_looks_on(number: signal.Signals) -> None:
    gateway = SimulatedGateway("8.2-batteries")
    token = gateway.issue_token()
    command = [sys.executable, "-m", "enphase_sdk", "envoy", "dashboard", "--port", "0"]
    with (
        gateway.serve(tls=True) as address,
        subprocess.Popen(
            [*command, address],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "ENVOY_TOKEN": token},
        ) as run,
    ):
        assert run.stdout is not None
        page = run.stdout.readline().split()[4].rstrip(";")
        with httpx.stream("GET", f"{page}events", trust_env=False, timeout=60) as response:
            lines = (line for line in response.iter_lines() if line)
            while '"up":true' not in next(lines):
                pass
            run.send_signal(number)
            assert not [line for line in lines if not line.startswith("data: ")]
        _, said = run.communicate(timeout=60)
    assert run.returncode == 0
    assert "Traceback" not in said
    assert token not in said
