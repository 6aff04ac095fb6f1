from __future__ import annotations

from typing import TypeAlias

from ..models.evse_power import EvsePower

EvsePowerBySerial: TypeAlias = dict[str, EvsePower]
"""Limits of power of one EV charger, by its serial number."""
