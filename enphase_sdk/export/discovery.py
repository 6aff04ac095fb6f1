"""Home Assistant's MQTT discovery: one retained message that describes a gateway.

One message for each device (component ``device``): the gateway with a component for each series.
All components read their value from one JSON object, the state, by the component's id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from attrs import frozen

from enphase_sdk.export.measures import Kind, Unit, Value
from enphase_sdk.export.subjects import Subject
from enphase_sdk.gateway.identity import GatewayInfo

__all__ = ["Topics", "component_id", "discovery"]

# The only characters that Home Assistant accepts in ids.
_REFUSED = re.compile(r"[^a-zA-Z0-9_-]")

_CLASSES = {
    Unit.WATT: "power",
    Unit.WATT_HOUR: "energy",
    Unit.VOLT: "voltage",
    Unit.AMPERE: "current",
    Unit.HERTZ: "frequency",
    Unit.PERCENT: "battery",
    Unit.CELSIUS: "temperature",
    Unit.EPOCH: "timestamp",
}
# A limit, not a charge: the battery class of Home Assistant would show it wrongly.
_WITHOUT_CLASS = {"battery_reserve"}
# Measures that Home Assistant shows as diagnostic details.
_DIAGNOSTIC = {"inverter_last_report", "inverters", "inverters_reporting"}


@frozen
class Topics:
    """The topics of one gateway.

    Attributes:
        prefix: Home Assistant's prefix.
        base: The first part of our own topics.
        serial_number: The gateway's serial number.
    """

    prefix: str
    base: str
    serial_number: str

    @property
    def device_id(self) -> str:
        """The device's id, which its components' ids begin with."""
        return f"enphase_{_REFUSED.sub('_', self.serial_number)}"

    @property
    def config(self) -> str:
        """The topic of the discovery message, retained."""
        return f"{self.prefix}/device/{self.device_id}/config"

    @property
    def birth(self) -> str:
        """The topic in which Home Assistant reports its start."""
        return f"{self.prefix}/status"

    @property
    def state(self) -> str:
        """The topic of the values, not retained."""
        return f"{self._own}/state"

    @property
    def bridge(self) -> str:
        """The topic that says whether this program runs: ``online`` or ``offline``, retained."""
        return f"{self._own}/bridge"

    @property
    def gateway(self) -> str:
        """The topic that says whether the values are new: ``online`` or ``offline``, retained."""
        return f"{self._own}/gateway"

    @property
    def _own(self) -> str:
        return f"{self.base}/{_REFUSED.sub('_', self.serial_number)}"


def component_id(value: Value) -> str:
    """The id of a series: ``production_power_w``, ``inverter_121212121212_power_w``."""
    measure = value.measure
    labels = [_REFUSED.sub("_", text) for _, text in value.labels]
    if not labels:
        return measure.key
    kind = measure.subject.name.lower()
    return "_".join([kind, *labels, measure.key.removeprefix(f"{kind}_")])


def discovery(
    info: GatewayInfo, values: Iterable[Value], topics: Topics, *, expire_after: float, version: str
) -> dict[str, Any]:
    """The message for a gateway.

    Args:
        info: The gateway.
        values: One value of each series; the numbers are not used.
        topics: Its topics.
        expire_after: Seconds after which Home Assistant drops a value.
        version: The version of this package.
    """
    device = {
        "ids": [topics.device_id],
        "name": f"IQ Gateway {info.serial_number}",
        "mf": "Enphase",
        "mdl": "IQ Gateway",
        "sn": info.serial_number,
        "sw": info.firmware,
    }
    if info.part_number:
        device["mdl_id"] = info.part_number
    return {
        "dev": device,
        "o": {"name": "enphase-sdk", "sw": version},
        "avty": [{"t": topics.bridge}, {"t": topics.gateway}],
        "avty_mode": "all",
        "stat_t": topics.state,
        "cmps": {
            component_id(value): _component(value, topics, max(1, round(expire_after)))
            for value in values
        },
    }


def _component(value: Value, topics: Topics, expire_after: int) -> dict[str, Any]:
    measure, own_id = value.measure, component_id(value)
    component: dict[str, Any] = {
        "p": "sensor",
        "unique_id": f"{topics.device_id}_{own_id}",
        "name": _name(value),
        "expire_after": expire_after,
        "value_template": f"{{{{ value_json['{own_id}'] }}}}",
    }
    if measure.name in _DIAGNOSTIC:
        component["entity_category"] = "diagnostic"
    if measure.kind is Kind.STATE:
        return component | {
            "p": "binary_sensor",
            "device_class": "connectivity",
            "payload_on": "1.0",
            "payload_off": "0.0",
        }
    if measure.kind is Kind.MOMENT:
        shown = (
            f"{{{{ value_json['{own_id}'] | as_datetime if value_json['{own_id}'] else none }}}}"
        )
        return component | {"device_class": "timestamp", "value_template": shown}
    if measure.kind is Kind.STORED:
        component["device_class"] = "energy_storage"
    elif measure.unit in _CLASSES and measure.name not in _WITHOUT_CLASS:
        component["device_class"] = _CLASSES[measure.unit]
    if measure.unit.symbol:
        component["unit_of_measurement"] = measure.unit.symbol
    component["state_class"] = "total_increasing" if measure.counts else "measurement"
    return component


def _name(value: Value) -> str:
    title = value.measure.title
    if value.measure.subject is Subject.SITE:
        return title
    told = [text for name, text in value.labels if (name, text) != ("phase", "all")]
    return f"{value.measure.subject.name.capitalize()} {' '.join(told)} {title.lower()}"
