"""The pytest plugin, in projects of its own made for each test."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import enphase_sdk
from enphase_sdk.testing.gateway.profiles import PROFILES

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
PLUGIN = "enphase_sdk.testing.plugin"
HEAVY = {"anyio", "attr", "attrs", "enphase_sdk_api_v2", "httpx", "hypothesis", "msgspec"}

V4_ON_ITS_OWN_CLOCK = ("simulated_enlighten_v4", "SimulatedEnlightenV4(3)")
needs_v4 = pytest.mark.skipif(
    not hasattr(enphase_sdk, "EnlightenV4"), reason="the client of API v4 is not there yet"
)


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """An empty project with no plugins but ours and anyio's."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "generated")]))
    pytester.makeini(
        "[pytest]\nfilterwarnings =\n    error\n"
        # The outer run has loaded the plugin already; older versions of pytest mind.
        "    ignore:Module already imported:pytest.PytestAssertRewriteWarning\n"
        "addopts = -p anyio -p no:cacheprovider\n"
    )
    return pytester


def passes(project: pytest.Pytester, *options: str, **counts: int) -> pytest.RunResult:
    result = project.runpytest_inprocess("-p", PLUGIN, *options)
    result.assert_outcomes(**counts)
    return result


def test_pytest_finds_the_plugin_by_its_entry_point(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    points = project["entry-points"]["pytest11"]
    assert points == {PLUGIN: PLUGIN}
    installed = pytester.mkdir("site")
    info = installed / "enphase_sdk-0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: enphase-sdk\nVersion: 0\n")
    lines = [f"{name} = {module}" for name, module in points.items()]
    (info / "entry_points.txt").write_text("\n".join(["[pytest11]", *lines]))
    pytester.makepyfile("def test(enlighten): assert enlighten.summary(67).system_id == 67")
    paths = [str(installed), str(ROOT), str(ROOT / "generated")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    pytester.runpytest_subprocess("-p", "no:schemathesis").assert_outcomes(passed=1)


def test_nothing_heavy_is_imported_until_a_fixture_is_used(project: pytest.Pytester) -> None:
    project.makepyfile(
        f"""
        import sys

        def test_before(request):
            assert {PLUGIN!r} in sys.modules
            assert not {HEAVY!r} & set(sys.modules)

        def test_after(enlighten):
            assert {{"attrs", "httpx", "msgspec"}} <= set(sys.modules)
        """
    )
    project.makeini("[pytest]\n")
    project.runpytest_subprocess("-p", PLUGIN).assert_outcomes(passed=2)


def test_the_module_brings_nothing_but_itself() -> None:
    code = (
        "import sys, pytest; before = set(sys.modules); "
        f"import {PLUGIN}; print(*set(sys.modules) - before)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT
    )
    assert set(run.stdout.split()) == {"enphase_sdk", "enphase_sdk.testing", PLUGIN}


def test_the_clients_speak_to_the_simulators(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        from enphase_sdk import Enlighten, Envoy

        def test_cloud(enlighten, simulated_enlighten):
            assert isinstance(enlighten, Enlighten)
            assert [s.system_id for s in enlighten.systems()] == simulated_enlighten.system_ids()
            assert [asked.operation for asked in simulated_enlighten.requests] == ["Systems"]

        def test_gateway(envoy, simulated_gateway):
            assert isinstance(envoy, Envoy)
            assert envoy.info.serial_number == simulated_gateway.serial
            assert envoy.read().problems == []
            assert envoy.summary().energy_today >= 0

        def test_both_at_one_time(enlighten, envoy, simulated_enlighten, simulated_gateway):
            assert simulated_enlighten.clock is simulated_gateway.clock
        """
    )
    passes(project, passed=3)


@needs_v4
def test_the_clients_of_v4_speak_to_its_simulator_and_keep_no_file(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    project.makepyfile(
        """
        import pytest
        from enphase_sdk import AsyncEnlightenV4, EnlightenV4

        def test_cloud(enlighten_v4, simulated_enlighten_v4, fake_clock):
            assert isinstance(enlighten_v4, EnlightenV4)
            ids = [system.system_id for system in enlighten_v4.systems()]
            assert ids == simulated_enlighten_v4.system_ids()
            fake_clock.advance(2 * 86_400)  # the access token has ended
            assert enlighten_v4.summary(67).system_id == 67
            assert simulated_enlighten_v4.oauth.renewals == 1

        def test_one_world(enlighten_v4, enlighten):
            old, new = enlighten.energy_lifetime(67), enlighten_v4.energy_lifetime(67)
            assert new.production == old.production

        @pytest.mark.anyio
        async def test_async(async_enlighten_v4, simulated_enlighten_v4):
            assert isinstance(async_enlighten_v4, AsyncEnlightenV4)
            assert (await async_enlighten_v4.summary(67)).system_id == 67
        """
    )
    passes(project, passed=4)
    assert list(tmp_path.iterdir()) == []


def test_the_simulator_of_v4_is_a_fixture(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import httpx

        def test(simulated_enlighten_v4, simulated_enlighten, fake_clock):
            assert simulated_enlighten_v4.clock is fake_clock
            assert simulated_enlighten_v4.system_ids() == simulated_enlighten.system_ids()
            given = simulated_enlighten_v4.credentials()
            headers = {"key": given["api_key"], "Authorization": f"Bearer {given['access_token']}"}
            request = httpx.Request("GET", "https://x/api/v4/systems/67", headers=headers)
            assert simulated_enlighten_v4(request).json()["system_id"] == 67
        """
    )
    passes(project, passed=1)


def test_the_async_client_runs_on_any_loop(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import asyncio

        import pytest
        from enphase_sdk import AsyncEnlighten
        from enphase_sdk.testing import faults

        @pytest.mark.anyio
        async def test_with_anyio(async_enlighten, simulated_enlighten, fake_clock):
            assert isinstance(async_enlighten, AsyncEnlighten)
            simulated_enlighten.fail(with_=faults.status(503))
            assert (await async_enlighten.summary(67)).system_id == 67
            assert len(fake_clock.sleeps) == 1
            assert len([s async for s in async_enlighten.systems()]) == 60

        def test_by_hand(async_enlighten):
            assert asyncio.run(async_enlighten.summary(67)).system_id == 67
        """
    )
    result = passes(project, "-v", passed=3)
    result.stdout.fnmatch_lines_random(["*test_with_anyio[[]asyncio*", "*test_with_anyio[[]trio*"])


def test_no_wait_takes_time_and_each_is_seen(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest
        from enphase_sdk import Enlighten, clock
        from enphase_sdk.testing import SimulatedEnlighten, faults

        @pytest.fixture
        def simulated_enlighten(fake_clock):
            return SimulatedEnlighten(5, plan="watt", clock=fake_clock)

        def test_quota(enlighten, simulated_enlighten, fake_clock):
            start = fake_clock.time()
            for _ in range(25):
                enlighten.summary(67)
            assert simulated_enlighten.hits == 25
            assert fake_clock.time() - start >= 120
            assert sum(fake_clock.sleeps) == pytest.approx(fake_clock.time() - start)

        def test_retries(enlighten, simulated_enlighten, fake_clock):
            simulated_enlighten.fail(times=4, with_=faults.stalled())
            assert enlighten.summary(67).system_id == 67
            assert len(fake_clock.sleeps) == 4

        def test_the_order_of_fixtures_is_no_matter(simulated_enlighten, enlighten, fake_clock):
            assert clock.current_clock() is fake_clock is simulated_enlighten.clock

        def test_the_clock_is_put_back():
            assert isinstance(clock.current_clock(), clock.SystemClock)
        """
    )
    passes(project, passed=4)


def test_any_gateway_can_be_chosen(project: pytest.Pytester) -> None:
    names = [profile.name for profile in PROFILES if profile.version >= (3, 9)]
    project.makepyfile(
        f"""
        import pytest
        from enphase_sdk.testing import SimulatedGateway

        @pytest.fixture(params={names!r})
        def simulated_gateway(request, fake_clock):
            return SimulatedGateway(request.param, clock=fake_clock)

        def test(envoy, simulated_gateway):
            snapshot = envoy.read()
            assert snapshot.problems == []
            assert snapshot.system_production.watts_now is not None
        """
    )
    passes(project, passed=len(names))


@pytest.mark.parametrize(
    ("fixture", "made", "client"),
    [
        ("simulated_enlighten", "SimulatedEnlighten(3)", "enlighten"),
        ("simulated_enlighten", "SimulatedEnlighten(3)", "async_enlighten"),
        ("simulated_gateway", "SimulatedGateway()", "envoy"),
        pytest.param(*V4_ON_ITS_OWN_CLOCK, "enlighten_v4", marks=needs_v4),
        pytest.param(*V4_ON_ITS_OWN_CLOCK, "async_enlighten_v4", marks=needs_v4),
    ],
)
def test_a_simulator_on_a_clock_of_its_own_is_refused(
    project: pytest.Pytester, fixture: str, made: str, client: str
) -> None:
    project.makepyfile(
        f"""
        import pytest
        from enphase_sdk.testing import SimulatedEnlighten, SimulatedEnlightenV4, SimulatedGateway

        @pytest.fixture
        def {fixture}():
            return {made}

        def test({client}):
            pass
        """
    )
    name = made.partition("(")[0]
    result = passes(project, errors=1)
    result.stdout.fnmatch_lines(
        [f"the fixture {fixture} has a clock of its own; * with {name}(…, clock=fake_clock)"]
    )


def test_the_settings_of_the_machine_do_not_reach_the_clients(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text("this is no TOML")
    monkeypatch.setenv("ENPHASE_CONFIG", str(settings))
    monkeypatch.setenv("ENPHASE_PROFILE", "work")
    monkeypatch.setenv("ENPHASE_PLAN", "none such")
    monkeypatch.setenv("ENPHASE_BASE_URL", "ftp://nowhere")
    project.makepyfile(
        """
        import os

        def test(enlighten, async_enlighten):
            assert "test-user" not in repr((enlighten, async_enlighten))
            assert os.environ["ENPHASE_PROFILE"] == "work"
        """
    )
    passes(project, passed=1)


CROSSING = """
import socket
import pytest
from enphase_sdk.testing.network import NetworkBlockedError

def test_out({fixture}):
    with pytest.raises(NetworkBlockedError, match="api.enphase.invalid"):
        socket.getaddrinfo("api.enphase.invalid", 443)

def test_in({fixture}):
    assert socket.getaddrinfo("localhost", 443)
"""


def test_no_network_holds_for_the_tests_that_ask_for_it(project: pytest.Pytester) -> None:
    project.makepyfile(CROSSING.format(fixture="no_network"))
    passes(project, passed=2)


@pytest.mark.parametrize("by", ["option", "setting"])
def test_no_network_can_hold_for_all_tests(project: pytest.Pytester, by: str) -> None:
    project.makepyfile(CROSSING.format(fixture=""))
    if by == "setting":
        project.makeini("[pytest]\nenphase_no_network = true\n")
    passes(project, *(["--enphase-no-network"] if by == "option" else []), passed=2)


def test_without_it_nothing_is_blocked(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import sys

        def test():
            sys.audit("socket.getaddrinfo", "api.enphase.invalid", 443, 0, 0, 0)
        """
    )
    passes(project, passed=1)


def test_the_fixtures_tell_what_they_are(project: pytest.Pytester) -> None:
    shown = passes(project, "--fixtures").stdout.str()
    for name in (
        "enlighten", "async_enlighten", "simulated_enlighten", "envoy", "simulated_gateway",
        "enlighten_v4", "async_enlighten_v4", "simulated_enlighten_v4", "fake_clock", "no_network",
    ):  # fmt: skip
        assert f"\n{name} -- " in shown
