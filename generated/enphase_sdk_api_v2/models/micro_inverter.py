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
        energy (EnergyProduced | None): Energy produced since installation; a value of 0 if there
            has been none. Mind the unit.
        envoy_serial_number (str): Serial number of the gateway that listens to this microinverter.
        grid_profile (None | str): Id of the grid profile in force: the limits of voltage and
            frequency.
        id (int | None): Id of the device in Enlighten; not its serial number.
        last_report_date (int | None): Instant of the latest report: despite its name a number,
            epoch seconds (UTC). Null if there has been none.
        model (None | str): Name of the model.
        param_table (None | str): Parameter table loaded with the firmware; `undetermined-v` if
            unknown.
        part_number (None | str): Part number of Enphase.
        power_produced (int | None | PowerProduced): Power the microinverter last reported, in W.
        proc_load (None | str): Firmware image of the processor; `undetermined-v` if unknown.
        serial_number (str): Serial number; text, because a leading zero counts.
        sku (None | str): Stock keeping unit of the maker.
        status (MicroInverterStatus | None): State of the microinverter.
            * `normal`: produces and reports.
            * `power`: produces less than it should, or nothing.
            * `micro`: sends no reports.
            * `retired`: out of service for good.
    """

    energy: EnergyProduced | None
    envoy_serial_number: str
    grid_profile: None | str
    id: int | None
    last_report_date: int | None
    model: None | str
    param_table: None | str
    part_number: None | str
    power_produced: int | None | PowerProduced
    proc_load: None | str
    serial_number: str
    sku: None | str
    status: MicroInverterStatus | None

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
