"""``/ivp/pdm/device_data`` and ``/api/v1/production/inverters``."""

from __future__ import annotations

from attrs import frozen

from enphase_sdk.gateway.fields import Content, Fields
from enphase_sdk.gateway.models.energy import Inverter

__all__ = ["DetailedInverters", "detailed_inverters", "listed_inverters"]

_COUNTS = ("deviceCount", "deviceDataLimit")


@frozen(kw_only=True, hash=False)
class DetailedInverters:
    """The microinverters in ``device_data``.

    Attributes:
        inverters: By serial number.
        full: Whether as many devices are listed as the answer can hold, so that there may
            be more.
        cut: Whether there certainly are more than are listed.
    """

    inverters: dict[str, Inverter]
    full: bool
    cut: bool


def detailed_inverters(content: Content) -> DetailedInverters | None:
    """Microinverters in use. The list also contains meters and removed microinverters."""
    answer = content.fields()
    if answer is None:
        return None
    devices = answer.others(*_COUNTS)
    count, limit = (answer.integer(name) for name in _COUNTS)
    inverters = {
        inverter.serial_number: inverter
        for device in devices
        if device.text("devName") == "pcu" and (inverter := _detailed(device))
    }
    cut = limit is not None and count is not None and count > limit
    return DetailedInverters(
        inverters=inverters, full=cut or (limit is not None and len(devices) >= limit), cut=cut
    )


def listed_inverters(content: Content) -> dict[str, Inverter] | None:
    """Every microinverter, with its power only."""
    records = content.records()
    if records is None:
        return None
    inverters: dict[str, Inverter] = {}
    for record in records:
        if serial_number := record.key("serialNumber"):
            inverters[serial_number] = Inverter(
                serial_number=serial_number,
                last_report_date=record.epoch("lastReportDate"),
                last_report_watts=record.rounded("lastReportWatts"),
                max_report_watts=record.rounded("maxReportWatts"),
            )
    return inverters or None


def _detailed(device: Fields) -> Inverter | None:
    channels = device.records("channels")
    channel = channels[0] if channels else device.nothing()
    reading = channel.fields("lastReading") or device.nothing()
    removed = device.flag("active") is False and not reading
    serial_number = device.key("sn")
    if removed or serial_number is None:
        return None
    watts = channel.fields("watts") or device.nothing()
    energy = channel.fields("wattHours") or device.nothing()
    lifetime = channel.fields("lifetime") or device.nothing()
    joules, duration = reading.number("joulesProduced"), reading.integer("duration")
    power = joules / duration if joules is not None and duration else None
    lifetime_joules = lifetime.number("joulesProduced")
    return Inverter(
        serial_number=serial_number,
        last_report_date=reading.epoch("endDate"),
        last_report_watts=None if power is None else round(power),
        max_report_watts=watts.rounded("max"),
        dc_voltage=_thousandth(reading, "dcVoltageINmV", "dcVoltageInmV"),
        dc_current=_thousandth(reading, "dcCurrentINmA", "dcCurrentInmA"),
        ac_voltage=_thousandth(reading, "acVoltageINmV", "acVoltageInmV"),
        ac_current=_thousandth(reading, "acCurrentInmA", "acCurrentINmA"),
        ac_frequency=_thousandth(reading, "acFrequencyINmHz", "acFrequencyInmHz"),
        temperature=reading.number("channelTemp"),
        lifetime_energy=None if lifetime_joules is None else round(lifetime_joules / 3600),
        energy_produced=None if power is None else round(power / 3.6, 3),
        energy_today=energy.rounded("today"),
        last_report_duration=duration,
    )


def _thousandth(reading: Fields, *names: str) -> float | None:
    value = reading.number(*names)
    return None if value is None else value / 1000
