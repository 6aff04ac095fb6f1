"""The current transformers of a simulated gateway, and all answers about them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from attrs import frozen

from enphase_sdk.testing.gateway.plant import Counters, Moment, Sizes
from enphase_sdk.testing.gateway.profiles import CurrentTransformer, Profile

__all__ = ["PHASE_NAMES", "Meters"]

PHASE_NAMES = ("ph-a", "ph-b", "ph-c")

_FIRST_EID = 704643328
_FIRST_CHANNEL_EID = 1778385169
_EID_STEP = 256
_HIDDEN_EID = 1023410688
_LINES = 3


@frozen
class Channel:
    """One phase of a meter, or its total: W, V, Wh, var and A.

    Delivered energy flows in the usual direction of the measured quantity, received energy in
    the other.
    """

    watts: float = 0.0
    volts: float = 0.0
    delivered: float = 0.0
    received: float = 0.0
    reactive: float = 0.0
    apparent: float = 0.0
    amperes: float = 0.0
    factor: float = 0.0


_DEAD = Channel()


@frozen
class Meters:
    """Every answer about meters, for one instant.

    Attributes:
        profile: The gateway's equipment.
        sizes: How the plant is spread over the phases.
        moment: The instant.
    """

    profile: Profile
    sizes: Sizes
    moment: Moment

    def configuration(self) -> list[dict[str, Any]]:
        """``/ivp/meters``; empty on a gateway without metering."""
        return [
            {
                "eid": eid,
                "state": "enabled" if meter.enabled else "disabled",
                "measurementType": meter.measurement,
                "phaseMode": self.profile.phase_mode,
                "phaseCount": self.profile.phases,
                "meteringStatus": "normal",
                "statusFlags": [],
            }
            for eid, meter in self._numbered()
        ]

    def readings(self) -> list[dict[str, Any]]:
        """``/ivp/meters/readings``, not in the order of ``/ivp/meters``, padded to 3 channels."""
        found = [
            self._reading(
                eid, _FIRST_CHANNEL_EID + eid - _FIRST_EID, self._channels(meter.measurement)
            )
            for eid, meter in self._numbered()
        ]
        hidden = [
            self._reading(_HIDDEN_EID + index, _FIRST_CHANNEL_EID + 0x10000, ())
            for index in range(self.profile.hidden_meters)
        ]
        return [*hidden, *found] if hidden else found

    def reports(self) -> list[dict[str, Any]]:
        """``/ivp/meters/reports``."""
        return [
            {
                "createdAt": int(self.moment.at),
                "reportType": meter.measurement,
                "cumulative": _report(_total(channels, self.profile), self.profile.hertz),
                "lines": [_report(channel, self.profile.hertz) for channel in channels],
            }
            for _, meter in self._numbered()
            if meter.enabled
            for channels in (self._channels(meter.measurement),)
        ]

    def production_entry(self, *, details: bool) -> dict[str, Any]:
        """The ``eim`` entry of production in ``/production.json``."""
        return self._entry("production", details=details)

    def consumption_entries(self, *, details: bool) -> list[dict[str, Any]]:
        """The ``eim`` entries of consumption in ``/production.json``: total, then net."""
        return [
            self._entry("total-consumption", details=details),
            self._entry("net-consumption", details=details),
        ]

    def devices(self, serial: str) -> list[tuple[int, dict[str, Any]]]:
        """Production and consumption as devices of ``/ivp/pdm/device_data``, with their ids."""
        return [
            (eid, self._device(eid, f"{serial}EIM{number}", meter))
            for number, (eid, meter) in enumerate(self._numbered(), start=1)
            if number <= 2
        ]

    def stream(self) -> dict[str, Any]:
        """One event of ``/stream/meter``."""
        kinds = ("production", "net-consumption", "total-consumption")
        return {
            kind: {
                name: {
                    "p": round(channel.watts, 3),
                    "q": round(channel.reactive, 3),
                    "s": round(channel.apparent, 3),
                    "v": round(channel.volts, 3),
                    "i": round(channel.amperes, 3),
                    "pf": round(channel.factor, 2),
                    "f": self.profile.hertz,
                }
                for name, channel in zip(PHASE_NAMES, _padded(self._channels(kind)), strict=True)
            }
            for kind in kinds
        }

    def _channels(self, kind: str) -> tuple[Channel, ...]:
        return tuple(self._measured(kind, self.moment.totals))

    def _measured(self, kind: str, counters: Counters) -> Iterator[Channel]:
        """The values of a meter of that kind on each phase, with the energy of `counters`."""
        moment = self.moment
        for phase in range(self.profile.phases):
            solar, load = self.sizes.solar_shares[phase], self.sizes.load_shares[phase]
            sun, produced = moment.production * solar, counters.produced * solar
            imported, exported = counters.imported[phase], counters.exported[phase]
            flows = {
                "production": (sun, produced, 0.0),
                "net-consumption": (moment.grid[phase], imported, exported),
                "total-consumption": (
                    moment.grid[phase] + sun,
                    imported - exported + produced,
                    0.0,
                ),
                "storage": (
                    moment.battery * load,
                    counters.discharged * load,
                    counters.charged * load,
                ),
            }
            watts, delivered, received = flows.get(kind, (0.0, 0.0, 0.0))
            yield _wired(watts, self.profile.volts + 0.4 * phase, delivered, received)

    def _numbered(self) -> Iterator[tuple[int, CurrentTransformer]]:
        for index, meter in enumerate(self.profile.meters):
            yield _FIRST_EID + _EID_STEP * index, meter

    def _reading(self, eid: int, channel_eid: int, channels: Sequence[Channel]) -> dict[str, Any]:
        return {
            **self._values(eid, _total(channels, self.profile)),
            "channels": [
                self._values(channel_eid + index, channel)
                for index, channel in enumerate(_padded(channels))
            ],
        }

    def _values(self, eid: int, channel: Channel) -> dict[str, Any]:
        return {
            "eid": eid,
            "timestamp": int(self.moment.at),
            "actEnergyDlvd": round(channel.delivered, 3),
            "actEnergyRcvd": round(channel.received, 3),
            "apparentEnergy": round((channel.delivered + channel.received) * 1.1, 3),
            "reactEnergyLagg": round((channel.delivered + channel.received) * 0.2, 3),
            "reactEnergyLead": round((channel.delivered + channel.received) * 0.01, 3),
            "instantaneousDemand": round(channel.watts, 3),
            "activePower": round(channel.watts, 3),
            "apparentPower": round(channel.apparent, 3),
            "reactivePower": round(channel.reactive, 3),
            "pwrFactor": round(channel.factor, 3),
            "voltage": round(channel.volts, 3),
            "current": round(channel.amperes, 3),
            "freq": self.profile.hertz,
        }

    def _entry(self, kind: str, *, details: bool) -> dict[str, Any]:
        active = any(
            meter.enabled and meter.measurement.endswith(kind.rpartition("-")[2])
            for meter in self.profile.meters
        )
        counters = (self.moment.totals, self.moment.today, self.moment.week)
        by_time = [list(self._measured(kind, counter)) for counter in counters]
        entry = {
            "type": "eim",
            "activeCount": int(active),
            "measurementType": kind,
            "readingTime": int(self.moment.at),
            **_flow(kind, *(_total(channels, self.profile) for channels in by_time)),
        }
        if details and active:
            wired = [_flow(kind, *line) for line in zip(*by_time, strict=True)]
            dead = [_flow(kind, _DEAD, _DEAD, _DEAD)] * (self.profile.lines - len(wired))
            entry["lines"] = wired + dead
        return entry

    def _device(self, eid: int, serial: str, meter: CurrentTransformer) -> dict[str, Any]:
        kind = meter.measurement
        counters = (self.moment.totals, self.moment.today, self.moment.yesterday, self.moment.week)
        by_time = [list(self._measured(kind, counter)) for counter in counters]
        dead = [[_DEAD] * 4] * (_LINES - self.profile.phases)
        date = int(self.moment.at) // 300 * 300
        first = _FIRST_CHANNEL_EID + eid - _FIRST_EID
        return {
            "devName": "eim",
            "sn": serial,
            "active": meter.enabled,
            "modGone": True,
            "channels": [
                {
                    "chanEid": first + index,
                    "created": date if total.volts else 0,
                    "wattHours": {
                        "today": round(today.delivered),
                        "yesterday": round(yesterday.delivered),
                        "week": round(week.delivered),
                    },
                    "watts": {"now": round(total.watts), "nowUsed": 0, "max": 0},
                    "lastReading": _device_reading(first + index, date, total, self.profile.hertz)
                    if total.volts
                    else {},
                    "lifetime": {},
                }
                for index, (total, today, yesterday, week) in enumerate(
                    [*zip(*by_time, strict=True), *dead]
                )
            ],
        }


def _padded(channels: Sequence[Channel]) -> list[Channel]:
    return [*channels, *[_DEAD] * (_LINES - len(channels))]


def _wired(watts: float, volts: float, delivered: float, received: float) -> Channel:
    """A phase with a small additional reactive power, as filters cause it."""
    reactive = 0.06 * abs(watts) + 3.0
    apparent = math.hypot(watts, reactive)
    return Channel(
        watts, volts, delivered, received, reactive, apparent, apparent / volts, watts / apparent
    )


def _total(channels: Sequence[Channel], profile: Profile) -> Channel:
    """The total of the phases: all values are summed, from 8.3 on even the power factor."""
    count = len(channels) if profile.version < (8, 3) else 1
    return Channel(
        sum(channel.watts for channel in channels),
        sum(channel.volts for channel in channels),
        sum(channel.delivered for channel in channels),
        sum(channel.received for channel in channels),
        sum(channel.reactive for channel in channels),
        sum(channel.apparent for channel in channels),
        sum(channel.amperes for channel in channels),
        sum(channel.factor for channel in channels) / max(1, count),
    )


def _flow(kind: str, total: Channel, today: Channel, week: Channel) -> dict[str, Any]:
    """The values of one entry or line; net consumption has no energy of today or seven days."""
    net = kind == "net-consumption"
    lifetime = total.delivered - total.received
    return {
        "wNow": round(total.watts, 3),
        "whLifetime": round(lifetime, 3),
        "varhLeadLifetime": round(total.delivered * 0.01, 3),
        "varhLagLifetime": round(total.delivered * 0.2, 3),
        "vahLifetime": round((total.delivered + total.received) * 1.1, 3),
        "rmsCurrent": round(total.amperes, 3),
        "rmsVoltage": round(total.volts, 3),
        "reactPwr": round(total.reactive, 3),
        "apprntPwr": round(total.apparent, 3),
        "pwrFactor": round(total.factor, 2),
        "whToday": 0 if net else round(today.delivered, 3),
        "whLastSevenDays": 0 if net else round(week.delivered, 3),
        "vahToday": 0 if net else round(today.delivered * 1.1, 3),
        "varhLeadToday": 0 if net else round(today.delivered * 0.01, 3),
        "varhLagToday": 0 if net else round(today.delivered * 0.2, 3),
    }


def _report(channel: Channel, hertz: float) -> dict[str, Any]:
    return {
        "currW": round(channel.watts, 3),
        "actPower": round(channel.watts, 3),
        "apprntPwr": round(channel.apparent, 3),
        "reactPwr": round(channel.reactive, 3),
        "whDlvdCum": round(channel.delivered, 3),
        "whRcvdCum": round(channel.received, 3),
        "varhLagCum": round(channel.delivered * 0.2, 3),
        "varhLeadCum": round(channel.delivered * 0.01, 3),
        "vahCum": round((channel.delivered + channel.received) * 1.1, 3),
        "rmsVoltage": round(channel.volts, 3),
        "rmsCurrent": round(channel.amperes, 3),
        "pwrFactor": round(channel.factor, 2),
        "freqHz": hertz,
    }


def _device_reading(eid: int, date: int, channel: Channel, hertz: float) -> dict[str, Any]:
    return {
        "eid": eid,
        "interval_type": 0,
        "endDate": date,
        "duration": 900,
        "curr_w": round(channel.watts),
        "wh_dlvd_cum": round(channel.delivered),
        "vah_cum": round(channel.delivered * 1.1),
        "rms_mvolt": round(channel.volts * 1000),
        "rms_mamp": round(channel.amperes * 1000),
        "freq_mhz": round(hertz * 1000),
        "wh_pos": round(channel.delivered),
        "wh_neg": round(channel.received),
    }
