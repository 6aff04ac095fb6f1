from __future__ import annotations

from typing import TypeAlias

from ..models.latest_report import LatestReport

LatestReportsByKind: TypeAlias = dict[str, list[LatestReport]]
"""The latest report of each device, by kind: `meters`, `encharges`, `heat-pump`, `evse`. A kind of
which there is none is absent."""
