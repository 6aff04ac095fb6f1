"""The commands about a gateway, against a simulated one on a real port."""

from __future__ import annotations

import io
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from zeroconf import ServiceBrowser, ServiceInfo, Zeroconf

from enphase_sdk.cli import main
from enphase_sdk.cli.gateway_views import POWERS
from enphase_sdk.cli.watch import Course
from enphase_sdk.gateway.discovery import FoundGateway, discover
from enphase_sdk.gateway.models.energy import SystemEnergy
from enphase_sdk.gateway.snapshot import Snapshot
from enphase_sdk.testing import FakeClock, SimulatedGateway, gateway_faults


@pytest.fixture
def gateway(clock: FakeClock) -> SimulatedGateway:
    return SimulatedGateway("8.2-batteries", clock=clock)


@pytest.fixture
def host(
    gateway: SimulatedGateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    monkeypatch.setenv("ENPHASE_STATE", str(tmp_path))
    monkeypatch.setenv("ENVOY_TOKEN", gateway.issue_token())
    with gateway.serve(tls=True) as address:
        yield address


def test_read_in_json_is_the_snapshot(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["envoy", "read", host, "--json"]) == 0
    said = capsys.readouterr()
    wire = json.loads(said.out)
    assert set(wire) >= {"system_production", "inverters", "encharge_inventory", "tariff"}
    assert "first contact" in said.err


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("read", "system_production.watts_now"),
        ("summary", "meter"),
        ("inverters", "Serial number"),
        ("meters", "net-consumption"),
    ],
)
@pytest.mark.parametrize("form", [[], ["--csv"]])
def test_each_command_shows_what_it_is_for(
    command: str, shown: str, form: list[str], host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["envoy", command, host, *form]) == 0
    out = capsys.readouterr().out
    assert shown.lower().replace(" ", "_" if form else " ") in out.lower()


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("after", [b"", b"\n", b"\r\n"])
@pytest.mark.parametrize("source", ["file", "stdin"])
def test_a_token_need_not_stand_on_the_command_line(
    source: str,
    before: bytes,
    after: bytes,
    host: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    content = before + os.environ["ENVOY_TOKEN"].encode() + after
    monkeypatch.setenv("ENVOY_TOKEN", "not.this.one")
    (tmp_path / "token").write_bytes(content)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    named = "-" if source == "stdin" else str(tmp_path / "token")
    assert main(["envoy", "summary", host, "--token-file", named]) == 0


@pytest.mark.parametrize("option", ["--token-file", "--password-file"])
@pytest.mark.parametrize(
    "content", [b"", b"\n", b"zzSECRETzz\nzzSECRETzz", b"\xff", b"zzSECRETzz\0", None]
)
def test_a_secret_s_file_that_cannot_be_used_is_told(
    option: str, content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    for named in (str(path), "x" * 300):
        assert main(["envoy", "read", "192.0.2.1", option, named]) == 2
        said = capsys.readouterr()
        assert option in said.err
        assert "SECRET" not in said.out + said.err
        assert said.err.count("\n") == 1


def test_stdin_holds_one_secret(capsys: pytest.CaptureFixture[str]) -> None:
    files = ["--token-file", "-", "--password-file", "-"]
    assert main(["envoy", "read", "192.0.2.1", *files]) == 2
    assert "only one" in capsys.readouterr().err


def test_help_says_what_shows_in_ps(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["envoy", "read", "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert said.count("shows in `ps`") == 2
    assert "--token-file" in said
    assert "--password-file" in said


def test_an_old_gateway_must_be_allowed_where_a_token_is_given(
    host: str, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    assert host
    old = SimulatedGateway("5.0", clock=clock)
    with old.serve() as address:
        assert main(["envoy", "summary", address]) == 2
        assert "--allow-http" in capsys.readouterr().err
        assert main(["envoy", "summary", address, "--allow-http"]) == 0


def test_meters_in_json_are_those_of_the_snapshot(
    host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["envoy", "meters", host, "--json"]) == 0
    wire = json.loads(capsys.readouterr().out)
    assert set(wire) == {"ctmeters", "ctmeters_phases"}
    assert wire["ctmeters"]["production"]["state"] == "enabled"


def test_a_part_that_fails_is_said_and_the_rest_shown(
    gateway: SimulatedGateway, host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway.fail("/admin/lib/tariff", with_=gateway_faults.status(500), times=None)
    assert main(["envoy", "read", host, "--json"]) == 6
    said = capsys.readouterr()
    assert json.loads(said.out)["tariff"] is None
    assert "/admin/lib/tariff" in said.err


def test_watching_prints_a_line_for_each_reading_where_nobody_watches(
    host: str, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["envoy", "watch", host, "--count", "3", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == 3
    assert list(lines[0]) == ["at", *POWERS]
    assert sum(clock.sleeps) <= 2 * 5.0
    assert main(["envoy", "watch", host, "--count", "1"]) == 0
    assert "Production" in capsys.readouterr().out


def test_a_course_has_its_lowest_value_lowest_and_gaps_where_nothing_was_known() -> None:
    course = Course()
    for watts in (0, None, 1000):
        energy = SystemEnergy(
            watts_now=watts,
            watt_hours_today=None,
            watt_hours_last_7_days=None,
            watt_hours_lifetime=None,
        )
        course.add(Snapshot(system_production=energy))
    assert course.sparkline("production_w") == "▁ █"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["read", "http://192.168.1.50"], 2, "host must be"),
        (["read", "127.0.0.1:1"], 5, "no answer"),
        (["read", "127.0.0.1:1", "--token", "abc"], 2, "JSON Web Token"),
        (["watch", "127.0.0.1:1", "--every", "1"], 2, "--every"),
        (["read", "127.0.0.1:1", "--json", "--csv"], 2, "choose one"),
        (["discover", "--json", "--csv"], 2, "choose one"),
    ],
)
def test_wrong_words_are_one_line_that_says_what_to_do(
    words: list[str],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ENPHASE_STATE", str(tmp_path))
    monkeypatch.delenv("ENVOY_TOKEN", raising=False)
    assert main(["envoy", *words]) == code
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_a_gateway_that_announces_itself_is_found() -> None:
    service, loopback = "_enphase-envoy._tcp.local.", ["127.0.0.1"]
    info = ServiceInfo(
        service,
        f"envoy.{service}",
        addresses=[socket.inet_aton("127.0.0.1")],
        port=80,
        properties={"serialnum": "122364014316"},
        server="envoy.local.",
    )
    wanted = FoundGateway("122364014316", "127.0.0.1", "envoy.local")
    heard = threading.Event()

    def changed(**_: object) -> None:
        heard.set()

    try:
        announcer, listener = Zeroconf(interfaces=loopback), Zeroconf(interfaces=loopback)
    except OSError as error:
        pytest.skip(f"this machine has no multicast on loopback: {error}")
    with announcer, listener:
        browser = ServiceBrowser(listener, service, handlers=[changed])
        announcer.register_service(info)
        last = time.monotonic() + 60
        while wanted not in (found := discover(0.5, interfaces=loopback)):
            if time.monotonic() > last:
                break
        browser.cancel()
        announcer.unregister_service(info)
    if not heard.is_set():
        pytest.skip("no multicast arrives on this machine's loopback")
    assert wanted in found
