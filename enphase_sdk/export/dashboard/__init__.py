"""A page on this machine that shows a gateway's power as it changes."""

from __future__ import annotations

from enphase_sdk.export.dashboard.server import Dashboard

__all__ = ["Dashboard"]
