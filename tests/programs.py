"""The programs of Debian that some tests start: found, or said to be missing."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_CHROMIUM = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def program(name: str, package: str | None = None) -> str:
    """The path of a program; without it the test is skipped, and in CI it fails."""
    path = shutil.which(name)
    if path is None:
        advice = f"{name} is missing: apt-get install {package or name}"
        if os.environ.get("CI"):
            pytest.fail(advice)
        pytest.skip(advice)
    return path


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


@contextmanager
def redis_on(port: int, folder: Path) -> Iterator[None]:
    """A Redis that answers on this port."""
    command = [program("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with subprocess.Popen([*command, "--dir", str(folder)], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        # It says so itself when it is ready; if it cannot begin, its output ends.
        assert any(b"Ready to accept connections" in line for line in server.stdout)
        yield
        server.terminate()


@contextmanager
def opened_browser() -> Iterator[Browser]:
    """A Chromium without a window."""
    path = program("chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_CHROMIUM))
        yield browser
        browser.close()
