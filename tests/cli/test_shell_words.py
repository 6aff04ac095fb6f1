"""Errors on the command line advise in its own words, not in those of Python."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from enphase_sdk import Enlighten, Plan
from enphase_sdk.cli.failures import explain
from enphase_sdk.errors import ConfigError, QuotaExceededError
from enphase_sdk.testing import (
    FakeClock,
    SimulatedEnlighten,
    SimulatedEnlightenV4,
    SimulatedGateway,
    faults,
)

from .conftest import Run

# An argument as messages name it: `token=`, `username='envoy'`, `with_options(…)`.
PYTHON = re.compile(r"\b[a-z_]+=(?!\w)|\w\(.*?\)|\b(max_wait|max_body|base_url|with_options)\b")


def said(run: Run, *words: object, code: int = 2) -> str:
    result = run(*words)
    assert result.code == code, result.err
    assert not PYTHON.search(result.err), result.err
    return result.err


def test_a_month_that_the_cloud_calls_used_up(run: Run, cloud: SimulatedEnlighten) -> None:
    cloud.fail(with_=faults.conflict("month"))
    assert run("summary", 67).code == 4
    err = said(run, "summary", 67, code=4)
    assert err.rstrip().endswith("; try again: one call a day is sent anyway")
    assert len(cloud.requests) == 1


@pytest.mark.usefixtures("cloud")
def test_a_month_that_the_own_count_calls_used_up() -> None:
    with Enlighten(quota=Plan("Mine", 10, 1)) as client:
        client.summary(67)
        with pytest.raises(QuotaExceededError) as caught:
            client.summary(67)
    assert str(caught.value).endswith("continue now with with_options(quota=…)")
    assert explain(caught.value).endswith(
        "; if the plan was raised, name it with --plan or ENPHASE_PLAN"
    )


def test_an_unknown_plan(run: Run, cloud: SimulatedEnlighten) -> None:
    err = said(run, "summary", 67, "--plan", "none of them")
    assert "there is no plan 'none of them'; known are watt, kilowatt" in err
    assert cloud.hits == 0


def test_a_longer_wait_is_an_option(run: Run, cloud: SimulatedEnlighten) -> None:
    cloud.fail(with_=faults.conflict(limit=10))
    run("summary", 67, "--max-wait", 0)
    assert "allow longer waits with --max-wait" in said(run, "summary", 67, "--max-wait", 0, code=4)
    assert len(cloud.requests) == 1


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--max-wait", -1], "--max-wait must be seconds"),
        (["--timeout", -1], "--timeout must be seconds"),
        (["--base-url", "ftp://x"], "--base-url (ENPHASE_BASE_URL) must begin with https://"),
    ],
)
def test_options_are_named_as_they_are_written(
    run: Run, options: list[object], expected: str
) -> None:
    result = run("summary", 67, *options)
    assert (result.code, expected in result.err) == (2, True), result.err


def test_a_missing_key_is_set_in_the_environment_or_the_file(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    err = said(run, "summary", 67, "--api", "v2")
    assert "no usable API key: set ENPHASE_API_KEY, or put api_key under [default]" in err
    monkeypatch.setenv("ENPHASE_LEDGER", "ftp://nowhere")
    monkeypatch.setenv("ENPHASE_API_KEY", "k")
    monkeypatch.setenv("ENPHASE_USER_ID", "u")
    err = said(run, "summary", 67, "--api", "v2")
    assert err.startswith("enphase: ENPHASE_LEDGER must be")
    err = said(run, "summary", 67, "--api", "v4")
    assert "no client id: set ENPHASE_CLIENT_ID, or put client_id into the config file" in err


def test_missing_tokens_are_got_with_a_login(
    run: Run, clock: FakeClock, settings: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENPHASE_CLIENT_ID", "c")
    monkeypatch.setenv("ENPHASE_CLIENT_SECRET", "s")
    with SimulatedEnlightenV4(1, clock=clock).serve() as base_url:
        settings(base_url)
        err = said(run, "summary", 67, "--api", "v4")
    assert err.rstrip().endswith("run 'enphase login' once")


def test_a_gateway_says_how_to_log_in(run: Run, clock: FakeClock) -> None:
    gateway = SimulatedGateway(clock=clock)
    with gateway.serve(tls=True) as address:
        err = said(run, "envoy", "summary", address)
        assert "set ENVOY_TOKEN or use --token-file, or use --username and --password-file" in err
        err = said(run, "envoy", "summary", address, "--username", "x@example.org")
        assert "--password-file" in err
        other = "0" * 64
        err = said(run, "envoy", "summary", address, "--fingerprint", other, code=5)
        assert re.search(r"accept the new one with --fingerprint [0-9a-f]{64} or delete", err)


def test_words_that_name_nothing_of_python_stay() -> None:
    text = "GET /x?token=abc: status 404 (check the id)"
    assert explain(ConfigError(text)) == text
