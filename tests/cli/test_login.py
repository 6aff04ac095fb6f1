"""`enphase login` and `logout`: an owner's consent, and a partner's account."""

from __future__ import annotations

import io
import re
import socket
import sys
import threading
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from enphase_sdk import EnlightenV4
from enphase_sdk.testing import FakeClock, SimulatedEnlightenV4
from enphase_sdk.testing.cloud.v4.oauth import INSTALLER
from tests.programs import free_port

from .conftest import Run

SECRETS = ("client_secret", "access_token", "refresh_token")


@pytest.fixture
def cloud(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedEnlightenV4]:
    """A cloud that knows this application, which has no tokens yet."""
    simulated = SimulatedEnlightenV4(6, clock=clock)
    known = simulated.credentials()
    with simulated.serve() as url:
        monkeypatch.setenv("ENPHASE_API", "v4")
        monkeypatch.setenv("ENPHASE_BASE_URL", url)
        for name in ("api_key", "client_id", "client_secret"):
            monkeypatch.setenv(f"ENPHASE_{name.upper()}", known[name])
        yield simulated


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A browser in which the owner agrees at once; the pages it has shown."""
    pages: list[str] = []
    windows: list[threading.Thread] = []

    def show(address: str) -> bool:
        def visit() -> None:
            answer = httpx.get(address, timeout=60)
            target = answer.headers.get("location", "")
            if target:
                # Another page of the owner's browser finds the port, too.
                forged = re.sub("state=[^&]*", "state=forged", target)
                pages.append(httpx.get(forged, timeout=60).text)
                answer = httpx.get(target, timeout=60)
            pages.append(answer.text)

        windows.append(threading.Thread(target=visit))
        windows[-1].start()
        return True

    monkeypatch.setattr(webbrowser, "open", show)
    yield pages
    for window in windows:
        window.join()


def shown_code() -> str:
    """The code on the page that an owner sees who has agreed."""
    with EnlightenV4() as client:
        page = httpx.get(client.authorize_url())
    found = re.search("<b>(.*)</b>", page.text)
    assert found is not None
    return found[1]


def type_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


@pytest.mark.parametrize("how", ["typed", "argument", "stdin"])
def test_a_code_that_is_shown_logs_in(
    how: str, cloud: SimulatedEnlightenV4, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = shown_code()
    words = {"typed": [], "argument": ["--code", code], "stdin": ["--code", "-"]}[how]
    type_in(monkeypatch, f"{code}\n")
    result = run("login", "--no-browser", *words)
    assert (result.code, result.err) == (0, "")
    assert ("/oauth/authorize?response_type=code" in result.out) == (how == "typed")
    assert len(run("systems", "--csv").out.splitlines()) == 7
    cloud.oauth.end_access_tokens()
    assert run("systems").code == 0  # the refresh token was kept too


def test_the_browser_brings_the_code(
    cloud: SimulatedEnlightenV4, run: Run, browser: list[str]
) -> None:
    result = run("login", "--port", free_port())
    assert (result.code, result.err) == (0, "")
    asked = parse_qs(urlsplit(result.out.split()[5]).query)
    assert asked["redirect_uri"][0].startswith("http://localhost:")
    assert len(asked["state"][0]) > 20
    assert browser[0] == "Not for us."
    assert cloud.system_ids()
    assert run("systems").code == 0


def test_an_owner_who_does_not_agree(
    cloud: SimulatedEnlightenV4, run: Run, browser: list[str]
) -> None:
    cloud.oauth.refusing_owner = True
    result = run("login", "--port", free_port())
    assert result.code == 2
    assert "the owner did not give consent" in result.err
    assert run("systems").code in (2, 3)
    assert browser


@pytest.mark.usefixtures("cloud")
def test_a_port_that_is_taken_is_said_before_the_owner_is_asked(
    run: Run, browser: list[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        result = run("login", "--port", server.getsockname()[1])
    assert result.code == 2
    assert "cannot listen on port" in result.err
    assert (result.out, browser) == ("", [])


@pytest.mark.parametrize("code", ["nonsense", "", "  "])
def test_a_wrong_code_changes_nothing(
    code: str, cloud: SimulatedEnlightenV4, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, f"{code}\n")
    result = run("login", "--no-browser")
    assert result.code in (2, 3)
    assert not code.strip() or code not in result.err
    assert run("systems").code in (2, 3)
    assert cloud.oauth.renewals == 0


@pytest.mark.usefixtures("cloud")
def test_an_installer_logs_in_with_a_password_from_stdin(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, password = INSTALLER
    type_in(monkeypatch, "wrong\n")
    assert run("login", "--username", name).code == 3
    type_in(monkeypatch, f"{password}\n")
    result = run("login", "--username", name)
    assert (result.code, result.err) == (0, "")
    assert password not in result.out
    assert run("systems").code == 0


def test_logging_out_deletes_the_tokens(
    cloud: SimulatedEnlightenV4, run: Run, tmp_path: Path
) -> None:
    assert run("login", "--code", shown_code()).code == 0
    kept = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert kept
    assert all(path.stat().st_mode & 0o077 == 0 for path in kept)
    assert run("logout").code == 0
    assert run("systems").code in (2, 3)
    assert run("logout").code == 0  # again
    texts = [path.read_bytes() for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert not any(b"refresh" in text for text in texts)
    assert cloud.oauth.renewals == 0


def test_logging_out_without_a_client_says_what_to_set(run: Run) -> None:
    result = run("logout")
    assert result.code == 2
    assert "ENPHASE_CLIENT_ID" in result.err
