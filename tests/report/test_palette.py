"""The colours of the pages can be told from what they stand on, in the light and in the dark."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from enphase_sdk.report.web.shell import asset

TEXTS = ["ink", "faint", "link", "visit", "call", "outage", "watch", "unread", "fine"]
MARKS = ["now", "before", "missing", "line-strong", "focus", "visit", "fine"]


def palettes() -> dict[str, dict[str, str]]:
    light, dark = re.findall(r":root \{(.*?)\}", asset("page.css"), flags=re.S)[:2]
    return {name: dict(re.findall(r"--([\w-]+): (#\w+);", text)) for name, text in
            (("light", light), ("dark", dark))}  # fmt: skip


PALETTES = palettes()


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_is_that_of_wcag() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#fff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_can_be_read(mode: str) -> None:
    palette = PALETTES[mode]
    for ground in ("page", "sheet", "soft"):
        for text in TEXTS:
            assert contrast(palette[text], palette[ground]) >= 4.5, (text, ground)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_marks_and_controls_can_be_seen(mode: str) -> None:
    palette = PALETTES[mode]
    for mark in MARKS:
        assert contrast(palette[mark], palette["sheet"]) >= 3, mark
    assert contrast(palette["line-strong"], palette["page"]) >= 3


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_steps_of_the_calendar_lead_away_from_the_sheet(mode: str) -> None:
    palette = PALETTES[mode]
    away = [contrast(palette[f"heat{n}"], palette["sheet"]) for n in range(7)]
    assert away == sorted(away)
    assert all(after / before > 1.15 for before, after in pairwise(away))


def test_the_dark_has_each_colour_of_the_light() -> None:
    assert PALETTES["dark"].keys() == PALETTES["light"].keys()
