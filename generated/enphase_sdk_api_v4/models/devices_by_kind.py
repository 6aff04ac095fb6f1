from __future__ import annotations

from typing import TypeAlias

from ..models.device import Device

DevicesByKind: TypeAlias = dict[str, list[Device]]
"""The devices in service, by kind: `micros`, `meters`, `gateways`, `encharges`, ... A kind of
which there is none is absent."""
