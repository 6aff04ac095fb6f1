from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.energy_produced import EnergyProduced
from ..models.power_produced import PowerProduced


@define
class MicroInverter:
    """A microinverter: identity, state, latest power and lifetime energy.

    Attributes:
        energy (EnergyProduced): Energy produced since installation. Mind the unit.
        envoy_serial_number (str): Serial number of the gateway that the device reports to.
        grid_profile (None | str): Id or name of the grid profile in force: the limits of voltage
            and frequency.
        id (int): Id of the device in Enlighten; not its serial number.
        last_report_date (int | None | str): When the microinverter last reported, epoch seconds
            (UTC); formerly ISO 8601 text. Null if it has not.
        model (None | str): Name of the model.
        param_table (str): Parameter table loaded with the firmware.
        part_number (str): Part number of Enphase.
        power_produced (int | None | PowerProduced): Power that the microinverter last reported, W.
            Null if it does not report.
        proc_load (str): Firmware image of the processor.
        serial_number (str): Serial number; text, because a leading zero counts.
        sku (None | str): Stock keeping unit of the maker. Null if there is none.
        status (str): State of the device.
    """

    energy: EnergyProduced
    envoy_serial_number: str
    grid_profile: None | str
    id: int
    last_report_date: int | None | str
    model: None | str
    param_table: str
    part_number: str
    power_produced: int | None | PowerProduced
    proc_load: str
    serial_number: str
    sku: None | str
    status: str

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> MicroInverter:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
