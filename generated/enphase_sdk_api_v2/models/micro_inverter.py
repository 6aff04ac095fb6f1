from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..models.energy_produced import EnergyProduced
from ..models.micro_inverter_status import MicroInverterStatus
from ..models.power_produced import PowerProduced


@define
class MicroInverter:
    """A microinverter: identity, state, latest power and lifetime energy.

    Attributes:
        energy (EnergyProduced): Energy produced since installation; a value of 0 if there has been
            none. Mind the unit.
        envoy_serial_number (str): Serial number of the gateway that listens to this microinverter.
        grid_profile (str): Id of the grid profile in force: the limits of voltage and frequency.
        id (int): Id of the device in Enlighten; not its serial number.
        last_report_date (int | None): Instant of the latest report: despite its name a number,
            epoch seconds (UTC). Null if there has been none.
        model (str): Name of the model.
        param_table (str): Parameter table loaded with the firmware; `undetermined-v` if unknown.
        part_number (str): Part number of Enphase.
        power_produced (int | PowerProduced): Power the microinverter last reported, in W.
        proc_load (str): Firmware image of the processor; `undetermined-v` if unknown.
        serial_number (str): Serial number; text, because a leading zero counts.
        sku (str): Stock keeping unit of the maker.
        status (MicroInverterStatus): State of the microinverter.
            * `normal`: produces and reports.
            * `power`: produces less than it should, or nothing.
            * `micro`: sends no reports.
            * `retired`: out of service for good.
    """

    energy: EnergyProduced
    envoy_serial_number: str
    grid_profile: str
    id: int
    last_report_date: int | None
    model: str
    param_table: str
    part_number: str
    power_produced: int | PowerProduced
    proc_load: str
    serial_number: str
    sku: str
    status: MicroInverterStatus

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
