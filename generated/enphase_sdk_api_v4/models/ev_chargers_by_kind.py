from __future__ import annotations

from typing import TypeAlias

from ..models.ev_charger import EvCharger

EvChargersByKind: TypeAlias = dict[str, list[EvCharger]]
"""The chargers in service, by kind: `ev_chargers`."""
