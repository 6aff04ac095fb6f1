"""Prints a page to PDF with a Chromium or Chrome that is installed on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from enphase_sdk.core.reasons import reason_of
from enphase_sdk.errors import ConfigError

__all__ = ["chromium", "pdf_of"]

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

_SECONDS = 300

# The page is one file: there is nothing to load, to sync or to update.
_OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
)


def chromium() -> str:
    """The path of an installed Chromium or Chrome.

    Raises:
        ConfigError: there is none.
    """
    for name in _NAMES:
        if found := shutil.which(name):
            return found
    raise ConfigError(
        "a PDF needs Chromium or Chrome, and none is installed; install one (Debian: apt-get "
        "install chromium), or write .html and print it from your browser"
    )


def pdf_of(page: str) -> bytes:
    """A page as PDF.

    Raises:
        ConfigError: no Chromium is installed, or printing failed.
    """
    command = [chromium(), *_OPTIONS]
    if _is_root():
        command.append("--no-sandbox")  # Chromium's sandbox refuses to run as root
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "report.html"), Path(folder, "report.pdf")
        source.write_text(page, encoding="utf-8")
        command += [f"--user-data-dir={folder}/profile", f"--print-to-pdf={target}"]
        try:
            done = subprocess.run(  # noqa: S603 - our own options, our own file
                [*command, source.as_uri()], capture_output=True, timeout=_SECONDS, check=False
            )
            if done.returncode == 0:
                return target.read_bytes()
            problem = f"it ended with code {done.returncode}"
        except OSError as error:
            problem = reason_of(error)
        except subprocess.SubprocessError:
            problem = f"it did not end within {_SECONDS} s"
    raise ConfigError(f"{command[0]} could not print the PDF: {problem}; write .html instead")


def _is_root() -> bool:
    return getattr(os, "geteuid", lambda: 1)() == 0
