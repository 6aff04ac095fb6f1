"""Energy and power: the system as a whole, its current transformers, its microinverters."""

from __future__ import annotations

from attrs import frozen

__all__ = ["CtMeter", "Inverter", "SystemEnergy"]


@frozen(kw_only=True)
class SystemEnergy:
    """Production or consumption of the whole system, or of one phase.

    A value is None if the source does not know it; microinverters, for example, report power
    and lifetime energy only.

    Attributes:
        watts_now: Power in W. Production: positive is delivered. Net consumption: positive is
            import from the grid, negative is export.
        watt_hours_today: Energy in Wh since midnight in the gateway's time zone. For net
            consumption gateways always send 0, which means not known.
        watt_hours_last_7_days: Energy in Wh of the last seven days; often wrong, and for
            net consumption always 0, which means not known.
        watt_hours_lifetime: Energy in Wh since the counter began. For net consumption this is
            energy imported minus exported on firmware 7 and up, imported alone before.
    """

    watts_now: int | None
    watt_hours_today: int | None
    watt_hours_last_7_days: int | None
    watt_hours_lifetime: int | None


@frozen(kw_only=True, hash=False)
class CtMeter:
    """One current transformer, or one phase of it (``/ivp/meters``, ``/ivp/meters/readings``).

    Voltage and power factor of a meter as a whole are sums over its phases on many firmwares.

    Attributes:
        eid: The gateway's number for the meter or channel.
        timestamp: When it was read, epoch seconds UTC.
        energy_delivered: Lifetime energy in Wh: produced, imported or discharged.
        energy_received: Lifetime energy in Wh the other way: exported or charged.
        active_power: Power in W; for storage negative is charging.
        power_factor: cos phi, -1 to 1 for one phase.
        voltage: RMS voltage in V.
        current: RMS current in A.
        frequency: Grid frequency in Hz.
        state: ``enabled``, or another word of the gateway.
        measurement_type: ``production``, ``net-consumption``, ``total-consumption``,
            ``storage``, ``backfeed``, or another word of the gateway.
        metering_status: ``normal``, ``not-metering``, ``check-wiring``, …
        status_flags: Its faults, in the gateway's words; None on old firmware.
    """

    eid: int
    timestamp: int | None
    energy_delivered: int | None
    energy_received: int | None
    active_power: int | None
    power_factor: float | None
    voltage: float | None
    current: float | None
    frequency: float | None
    state: str | None
    measurement_type: str
    metering_status: str | None
    status_flags: list[str] | None


@frozen(kw_only=True)
class Inverter:
    """One microinverter (``/ivp/pdm/device_data`` or ``/api/v1/production/inverters``).

    Beyond the first four, attributes are None where the firmware has no ``device_data``, or
    truncates it because there are too many devices.

    Attributes:
        serial_number: Its serial number.
        last_report_date: End of the last reported interval, epoch seconds UTC.
        last_report_watts: Mean power in W over the last reported interval.
        max_report_watts: Greatest power in W ever reported.
        dc_voltage: In V.
        dc_current: In A.
        ac_voltage: In V.
        ac_current: In A.
        ac_frequency: In Hz.
        temperature: In degrees Celsius.
        lifetime_energy: Energy in Wh since installation.
        energy_produced: Energy per second of the last interval, in mWh/s, as the ecosystem's
            client defines it. Times `last_report_duration` it is that interval's energy in mWh.
        energy_today: Energy in Wh since midnight.
        last_report_duration: Length of the last interval in s.
    """

    serial_number: str
    last_report_date: int | None
    last_report_watts: int | None
    max_report_watts: int | None
    dc_voltage: float | None = None
    dc_current: float | None = None
    ac_voltage: float | None = None
    ac_current: float | None = None
    ac_frequency: float | None = None
    temperature: float | None = None
    lifetime_energy: int | None = None
    energy_produced: float | None = None
    energy_today: int | None = None
    last_report_duration: int | None = None
