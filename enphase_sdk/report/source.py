"""Where the data of a report come from, as Enphase asks for it."""

from __future__ import annotations

from html import escape

__all__ = ["POWERED_BY", "POWERED_BY_URL", "SOURCE", "source_as_html", "source_as_text"]

# The words and the link that Enphase's Display Requirements ask of those who use its API.
POWERED_BY = "Powered by Enphase Energy"
POWERED_BY_URL = "https://enphase.com"

SOURCE = (
    "Data: Enphase Energy, Inc. (Enlighten), through the Enphase API. Made with enphase-sdk; "
    "Enphase has not made or checked it."
)


def source_as_html() -> str:
    """The source with the link, for a page; it loads nothing."""
    link = f'<a href="{POWERED_BY_URL}" rel="noreferrer">{escape(POWERED_BY)}</a>'
    return f"{link}. {escape(SOURCE)}"


def source_as_text() -> str:
    """The words with the address, for a mail."""
    return f"{POWERED_BY} ({POWERED_BY_URL})"
