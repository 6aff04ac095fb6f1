"""`enphase envoy watch --live`, `token` and `record`, `enphase simulate --gateway`."""

from __future__ import annotations

import csv
import io
import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import respx
from rich.console import Console

from enphase_sdk.cli.live_lines import LIVE_POWERS
from enphase_sdk.cli.watch import Course, live_table
from enphase_sdk.errors import utc_text
from enphase_sdk.gateway.tokens import Token
from enphase_sdk.live import LiveSample
from enphase_sdk.testing import FakeClock, SimulatedGateway, SimulatedTokenService
from enphase_sdk.testing import gateway_faults as faults

from .conftest import Run

EMAIL, PASSWORD = "owner@example.com", "correct horse"


@pytest.fixture
def gateway(clock: FakeClock) -> SimulatedGateway:
    return SimulatedGateway("8.2-batteries", clock=clock)


@pytest.fixture
def host(
    gateway: SimulatedGateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    monkeypatch.setenv("ENPHASE_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("ENVOY_FINGERPRINT", gateway.fingerprint)
    with gateway.serve(tls=True) as address:
        yield address


@pytest.fixture
def token(gateway: SimulatedGateway, monkeypatch: pytest.MonkeyPatch) -> str:
    token = gateway.issue_token()
    monkeypatch.setenv("ENVOY_TOKEN", token)
    return token


# watch --live


@pytest.mark.usefixtures("token")
def test_live_is_an_object_on_a_line_for_each_sample(run: Run, host: str) -> None:
    result = run("envoy", "watch", host, "--live", "--count", 4, "--json")
    assert (result.code, result.err) == (0, "")
    old, *samples = [json.loads(line) for line in result.out.splitlines()]
    assert (old["is_stale"], old["load_w"]) == (True, None)
    for sample in samples:
        assert (sample["source"], sample["is_stale"]) == ("livedata", False)
        parts = sum(sample[name] for name in ("pv_w", "grid_w", "battery_w"))
        assert sample["load_w"] == pytest.approx(parts, abs=0.01)
        assert set(sample["phases"]) == {"L1", "L2"}


@pytest.mark.usefixtures("token")
def test_live_in_csv_has_the_phases_in_columns(run: Run, host: str) -> None:
    result = run("envoy", "watch", host, "--live", "--count", 2, "--csv")
    stale, row = csv.DictReader(io.StringIO(result.out))
    assert (stale["is_stale"], stale["pv_w"]) == ("True", "")
    assert float(row["pv_w"]) == pytest.approx(float(row["pv_w_l1"]) + float(row["pv_w_l2"]))
    assert row["pv_w_l3"] == ""


@pytest.mark.usefixtures("token")
def test_live_tells_people_when_numbers_are_old(run: Run, host: str) -> None:
    lines = run("envoy", "watch", host, "--live", "--count", 2).out.splitlines()
    assert "stale, 3,600 s old" in lines[0]
    assert "House " in lines[1]
    assert "From the batteries " in lines[1]
    assert lines[1].endswith("%, On Grid")


@pytest.mark.usefixtures("token")
def test_live_over_a_real_stream(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over TLS and a connection of its own: pieces, a broken one, and an end in between."""
    clock = FakeClock()
    gateway = SimulatedGateway("8.3-three-phase", clock=clock)
    gateway.script_stream(
        faults.events(3),
        faults.events(chunks=50),
        faults.garbage(b"data: {\r\n\r\n"),
        faults.stream_ends(),
        faults.events(2),
        faults.stream_breaks(),
    )
    monkeypatch.setenv("ENPHASE_STATE", str(tmp_path))
    monkeypatch.setenv("ENVOY_FINGERPRINT", gateway.fingerprint)
    monkeypatch.setenv("ENVOY_TOKEN", gateway.issue_token())
    with gateway.serve(tls=True) as address:
        result = run("envoy", "watch", address, "--live", "--count", 8, "--json")
    samples = [json.loads(line) for line in result.out.splitlines()]
    assert [sample["source"] for sample in samples] == ["meters"] * 8
    assert result.err.count("trying again") == 2
    assert gateway.streams == 0


@pytest.mark.parametrize("width", [20, 60, 120])
def test_the_live_table_fits_any_terminal(width: int) -> None:
    course, stream = Course(), io.StringIO()
    sample = LiveSample(pv_w=1234.0, load_w=500.0, at=1_700_000_000, is_stale=True, age_s=90.0)
    course.add_powers({name: getattr(sample, name) for name in LIVE_POWERS})
    Console(file=stream, width=width).print(live_table("an envoy", course, sample, width))
    shown = stream.getvalue()
    assert "1,234" in shown
    assert "Generator" not in shown
    assert max(map(len, shown.splitlines())) <= width


# token


@pytest.fixture
def service(gateway: SimulatedGateway) -> Iterator[SimulatedTokenService]:
    simulated = SimulatedTokenService(gateway, email=EMAIL, password=PASSWORD)
    with respx.mock(assert_all_called=False) as mock:
        for name in ("enlighten", "entrez"):
            mock.route(host=f"{name}.enphaseenergy.com").mock(side_effect=simulated)
        mock.route(host="127.0.0.1").pass_through()
        yield simulated


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVOY_USERNAME", EMAIL)
    monkeypatch.setenv("ENVOY_PASSWORD", PASSWORD)


@pytest.mark.usefixtures("account")
def test_a_token_is_fetched_once_and_not_shown(
    run: Run, host: str, gateway: SimulatedGateway, service: SimulatedTokenService, clock: FakeClock
) -> None:
    result = run("envoy", "token", host, "--json")
    assert (result.code, result.err) == (0, "")
    told = json.loads(result.out)
    assert told == {
        "serial_number": gateway.serial,
        "user": "owner",
        "expires_at": int(clock.time() + 365 * 86400),
    }
    people = run("envoy", "token", host)
    assert "owner" in people.out
    assert "2025-06-15 12:00" in people.out
    assert "eyJ" not in people.out + people.err
    assert service.issued == 1


@pytest.mark.usefixtures("account")
def test_a_token_is_shown_when_it_is_asked_for(
    run: Run, host: str, gateway: SimulatedGateway, service: SimulatedTokenService
) -> None:
    shown = run("envoy", "token", host, "--show").out
    assert Token.parsed(shown).user == "owner"
    assert json.loads(run("envoy", "token", host, "--show", "--json").out)["token"] == shown.strip()
    assert run("envoy", "token", host, "--new", "--show").out != shown
    assert service.issued == 2
    gateway.revoke_tokens()
    assert run("envoy", "token", host).code == 0  # the stored one is refused: another is fetched
    assert service.issued == 3


@pytest.mark.usefixtures("account")
def test_a_second_factor_is_told(run: Run, host: str, gateway: SimulatedGateway) -> None:
    simulated = SimulatedTokenService(gateway, email=EMAIL, password=PASSWORD, second_factor=True)
    with respx.mock(assert_all_called=False) as mock:
        mock.route(host="enlighten.enphaseenergy.com").mock(side_effect=simulated)
        mock.route(host="127.0.0.1").pass_through()
        result = run("envoy", "token", host)
    assert (result.code, result.out) == (3, "")
    assert "second factor" in result.err
    assert "https://entrez.enphaseenergy.com" in result.err
    assert PASSWORD not in result.err


def test_a_new_token_needs_an_account(run: Run, host: str, token: str) -> None:
    result = run("envoy", "token", host, "--new")
    assert (result.code, result.out) == (2, "")
    assert "use --username and --password-file" in result.err
    assert "token_provider" not in result.err
    assert token not in result.err


def test_old_firmware_knows_no_tokens(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENPHASE_STATE", str(tmp_path))
    gateway = SimulatedGateway("5.0", clock=FakeClock())
    with gateway.serve() as address:
        result = run("envoy", "token", address)
    assert result.code == 5
    assert "does not use tokens" in result.err


# record


@pytest.mark.usefixtures("token")
def test_a_recording_is_written_until_an_instant(
    run: Run, host: str, gateway: SimulatedGateway, clock: FakeClock, tmp_path: Path
) -> None:
    file = tmp_path / "house.sqlite"
    end = utc_text(clock.time() + 3600)
    zone = ("--timezone", "America/Denver")
    result = run("envoy", "record", host, "--file", file, "--until", end, *zone)
    assert result.code == 0
    assert f"recording every 60 s to {file}" in result.err
    with closing(sqlite3.connect(file)) as connection:
        ((count,),) = connection.execute("SELECT count(*) FROM readings")
    assert count == 61
    # All but the first readings, which find out what there is, take 3 requests.
    assert len(gateway.requests) <= 3 * 61 + 10


@pytest.mark.usefixtures("token")
def test_a_reading_that_fails_is_told_and_does_not_end_a_recording(
    run: Run, host: str, gateway: SimulatedGateway, clock: FakeClock
) -> None:
    for path in (
        *("/ivp/meters", "/ivp/meters/readings", "/production.json", "/production"),
        *("/api/v1/production", "/api/v1/production/inverters", "/ivp/pdm/device_data"),
    ):
        gateway.fail(path, with_=faults.status(503))
    zone = ("--timezone", "America/Denver")  # which would be asked for, and told
    result = run("envoy", "record", host, "--until", utc_text(clock.time() + 180), *zone)
    assert result.code == 0
    assert result.err.count("no reading: ") == 1
    assert "recordings" in result.err


@pytest.mark.usefixtures("token")
def test_a_recording_has_no_other_form(run: Run, host: str) -> None:
    result = run("envoy", "record", host, "--json")
    assert result.code == 2
    assert "--json" in result.err


# simulate --gateway


@pytest.fixture
def simulating() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "enphase_sdk", "simulate", "--gateway", "8.3-three-phase"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


def test_a_simulated_gateway_can_be_read_with_what_it_says(
    simulating: subprocess.Popen[str], run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert simulating.stdout
    monkeypatch.setenv("ENPHASE_STATE", str(tmp_path))
    address = ""
    for line in simulating.stdout:
        name, _, value = line.strip().removeprefix("export ").partition("=")
        if value:
            monkeypatch.setenv(name, value)
        if line.startswith("Stop"):
            break
        address = line.split()[-1] if "envoy read" in line else address
    result = run("envoy", "summary", address, "--json", "--timeout", "60")
    assert result.code == 0, result.err
    assert json.loads(result.out)["energy_lifetime"] > 0
    simulating.send_signal(signal.SIGINT)
    assert simulating.wait(timeout=120) == 0


def test_an_unknown_profile_is_told_which_there_are(run: Run) -> None:
    result = run("simulate", "--gateway", "?")
    assert result.code == 2
    assert "8.3-three-phase" in result.err
