"""Altair charts as static SVG with colours from the page's CSS variables."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

from attrs import frozen

from enphase_sdk.errors import ConfigError

__all__ = ["NARROW", "WIDE", "Drawing", "altair", "draw", "has_charts"]

# The widths for a page and for a phone: text must not shrink with the chart.
WIDE, NARROW = 560, 330

_FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'

_CONFIG: dict[str, Any] = {
    "background": None,
    "font": "sans-serif",
    "padding": 4,
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--faint)",
        "titleColor": "var(--faint)",
        "titleFontWeight": "normal",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "gridColor": "var(--line)",
        "domainColor": "var(--line-strong)",
        "tickColor": "var(--line-strong)",
        "labelLimit": 150,
        # The reader's font may be wider than the one that labels are measured with here.
        "labelSeparation": 14,
        "labelFlush": False,
    },
    "legend": {
        "labelColor": "var(--ink)",
        "labelFontSize": 12,
        "titleColor": "var(--faint)",
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "orient": "top",
        "symbolStrokeWidth": 3,
        "labelLimit": 240,
    },
    "text": {"color": "var(--ink)", "fontSize": 12},
}

# Vega's texts for screen readers about each mark: the chart has a name and a table instead.
_SAID = re.compile(r' (?:role|aria-[a-z]+|class|pointer-events|xmlns(?::xlink)?|version)="[^"]*"')
_SIZE = re.compile(r'^<svg width="([0-9.]+)" height="([0-9.]+)" viewBox="([^"]*)">')
_FRACTION = re.compile(r"(\d+\.\d\d)\d+")
_FAMILY = re.compile(r' font-family="[^"]*"')


@frozen
class Drawing:
    """A chart as SVG, once for wide and once for narrow screens."""

    wide: str
    narrow: str


def has_charts() -> bool:
    """Whether the extra `report` is installed."""
    try:
        altair()
    except ConfigError:
        return False
    return True


def altair() -> Any:
    """The library altair, with vl-convert beside it.

    Raises:
        ConfigError: one of them is not installed.
    """
    try:
        import_module("vl_convert")
        return import_module("altair")
    except ImportError:
        raise ConfigError(
            "charts need altair and vl-convert; install them: pip install 'enphase-sdk[report]'"
        ) from None


def draw(chart: Any) -> str:
    """An altair chart as an `<svg>`, hidden from screen readers, with the page's colours."""
    spec = chart.to_dict()
    spec["config"] = _CONFIG
    svg: str = import_module("vl_convert").vegalite_to_svg(spec)
    svg = _FRACTION.sub(r"\1", _FAMILY.sub("", _SAID.sub("", svg)))
    return _SIZE.sub(r'<svg viewBox="\3" width="\1" height="\2" aria-hidden="true">', svg)
