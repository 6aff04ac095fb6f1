"""`enphase demo` and `enphase simulate`: real ports, no account."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import socket
import sys
import threading
from pathlib import Path

import httpx
import pytest

from enphase_sdk.cli import main
from enphase_sdk.testing import FakeClock

from .conftest import Run


@pytest.mark.parametrize(("api", "status"), [("v2", 409), ("v4", 429)])
def test_the_demo_reports_on_a_fleet_and_says_what_it_waited_for(
    run: Run, clock: FakeClock, tmp_path: Path, api: str, status: int
) -> None:
    folder = tmp_path / "new" / "demo"
    result = run("demo", "--folder", folder, "--api", api)
    assert (result.code, result.err) == (0, "")
    assert "60 systems in " in result.out
    refused = re.search(rf"with 61 hits; the cloud refused (\d+) more \({status}\)", result.out)
    assert refused is not None
    assert int(refused[1]) >= 1
    waited = re.search(r"Waited (\d+) times:\n((?:  .*\n)+)", result.out)
    assert waited is not None
    assert int(waited[1]) == len(waited[2].splitlines()) >= 3
    assert "the quota of 15 hits a minute is used up" in waited[2]
    assert sum(clock.sleeps) < 60
    document = json.loads((folder / "report.json").read_text("utf-8"))
    assert (document["complete"], document["totals"]["systems"]) == (True, 60)
    assert (folder / "report.html").exists()
    assert len((folder / "report.csv").read_text("utf-8").splitlines()) == 61


def test_the_demo_does_not_care_for_settings(
    run: Run, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENPHASE_PLAN", "watt")
    monkeypatch.setenv("ENPHASE_BASE_URL", "https://example.com")
    assert run("demo", "--folder", tmp_path).code == 0
    assert sum(clock.sleeps) < 60


@pytest.mark.usefixtures("clock")
def test_a_demo_folder_that_cannot_be_made_is_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("demo", "--folder", tmp_path / "file")
    assert (result.code, result.out) == (2, "")
    assert "--folder" in result.err


class Watched(io.StringIO):
    """A stdout that tells when the server is up."""

    def __init__(self) -> None:
        super().__init__()
        self.up = threading.Event()

    def write(self, text: str) -> int:
        written = super().write(text)
        if "ctrl-c" in text:
            self.up.set()
        return written


# An exception inside the tracer would leave the tracer's own lock locked for ever.
@pytest.mark.no_cover
@pytest.mark.usefixtures("clock")
def test_simulate_serves_until_ctrl_c(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stdout = Watched()
    monkeypatch.setattr(sys, "stdout", stdout)
    answers: list[httpx.Response] = []
    refused: list[httpx.Response] = []

    def use_it() -> None:
        try:
            assert stdout.up.wait(60)
            said = dict(re.findall(r"export ENPHASE_(\w+)=(\S+)", stdout.getvalue()))
            params = {"key": said["API_KEY"], "user_id": said["USER_ID"]}
            for wrong in ("key", "user_id"):
                strange = {**params, wrong: "another"}
                refused.append(httpx.get(said["BASE_URL"] + "/systems", params=strange))
            for _ in range(11):
                answers.append(httpx.get(said["BASE_URL"] + "/systems", params=params))
        finally:
            os.kill(os.getpid(), signal.SIGINT)

    user = threading.Thread(target=use_it)
    user.start()
    code = main(["simulate", "--systems", "3", "--plan", "watt", "--seed", "5"])
    user.join()
    assert code == 0
    assert [answer.status_code for answer in refused] == [401, 401]
    assert len(answers[0].json()["systems"]) == 3
    assert [answer.status_code for answer in answers] == [200] * 10 + [409]
    assert "stopped after 10 requests, 1 more were refused" in capsys.readouterr().err


@pytest.mark.no_cover
@pytest.mark.usefixtures("clock")
def test_simulate_serves_api_v4_and_says_all_that_a_client_needs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stdout = Watched()
    monkeypatch.setattr(sys, "stdout", stdout)
    said: dict[str, str] = {}
    answers: list[httpx.Response] = []

    def use_it() -> None:
        try:
            assert stdout.up.wait(60)
            said.update(re.findall(r"export ENPHASE_(\w+)=(\S+)", stdout.getvalue()))
            form = {"grant_type": "refresh_token", "refresh_token": said["REFRESH_TOKEN"]}
            auth = (said["CLIENT_ID"], said["CLIENT_SECRET"])
            renewed = httpx.post(said["BASE_URL"] + "/oauth/token", data=form, auth=auth).json()
            for key, token in (
                (said["API_KEY"], said["ACCESS_TOKEN"]),
                (said["API_KEY"], renewed["access_token"]),
                ("another", said["ACCESS_TOKEN"]),
            ):
                headers = {"key": key, "Authorization": f"Bearer {token}"}
                answers.append(httpx.get(said["BASE_URL"] + "/api/v4/systems", headers=headers))
        finally:
            os.kill(os.getpid(), signal.SIGINT)

    user = threading.Thread(target=use_it)
    user.start()
    code = main(["simulate", "--api", "v4", "--systems", "3"])
    user.join()
    assert code == 0
    assert said.pop("API") == "v4"
    assert said.keys() == {
        "BASE_URL", "API_KEY", "CLIENT_ID", "CLIENT_SECRET", "ACCESS_TOKEN", "REFRESH_TOKEN",
    }  # fmt: skip
    assert [answer.status_code for answer in answers] == [200, 200, 401]
    assert answers[0].json()["total"] == 3


def test_a_port_in_use_is_said(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run("simulate", "--port", taken.getsockname()[1])
    assert (result.code, result.out) == (2, "")
    assert "try --port 0" in result.err
