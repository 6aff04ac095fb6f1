"""The kinds of gateway that can be simulated, with their hardware and firmware."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from enphase_sdk.errors import InvalidArgumentError

__all__ = [
    "ENDPOINTS",
    "LIMITS",
    "LIMITS_SINCE",
    "PRODUCTION_SWITCH",
    "PROFILES",
    "CurrentTransformer",
    "Profile",
    "profile_named",
]

PRODUCTION_SWITCH = "/ivp/mod/603980032/mode/power"
LIMITS = "/ivp/ss/dpel"
LIMITS_SINCE = (8, 2, 4398)

ENDPOINTS = (
    "/admin/lib/acb_config",
    "/admin/lib/tariff",
    "/api/v1/production",
    "/api/v1/production/inverters",
    "/auth/check_jwt",
    "/home",
    "/info",
    "/inventory.json",
    "/ivp/ensemble/dry_contacts",
    "/ivp/ensemble/generator",
    "/ivp/ensemble/inventory",
    "/ivp/ensemble/power",
    "/ivp/ensemble/relay",
    "/ivp/ensemble/secctrl",
    "/ivp/ensemble/status",
    "/ivp/livedata/status",
    "/ivp/livedata/stream",
    "/ivp/meters",
    "/ivp/meters/readings",
    "/ivp/meters/reports",
    PRODUCTION_SWITCH,
    "/ivp/pdm/device_data",
    "/ivp/pdm/energy",
    "/ivp/sc/pvlimit",
    "/ivp/sc/sched",
    LIMITS,
    "/ivp/ss/dry_contact_settings",
    "/ivp/ss/gen_config",
    "/ivp/ss/gen_mode",
    "/ivp/ss/gen_schedule",
    "/ivp/ss/pel_settings",
    "/production",
    "/production.json",
    "/stream/meter",
)
"""Every path that some firmware answers, without query."""


@frozen
class CurrentTransformer:
    """One current transformer as ``/ivp/meters`` lists it."""

    measurement: str
    enabled: bool = True


@frozen(kw_only=True)
class Profile:
    """The hardware and firmware of one kind of gateway.

    Attributes:
        name: The name of the profile.
        software: The firmware as ``/info`` writes it, with its letter.
        part_number: The gateway's own part number.
        login: The kind of login.
        imeter: Whether ``/info`` says metering is built in; None leaves the element out.
        zone: IANA time zone.
        phases: Phases wired, 1 to 3.
        phase_mode: ``phaseMode`` of the meters.
        lines: Lines under ``?details=1``; more than `phases` are padding of zeros.
        volts: Voltage of one phase to neutral.
        hertz: Frequency of the grid.
        meters: Current transformers in the order of ``/ivp/meters``.
        hidden_meters: How many readings have ids that ``/ivp/meters`` lacks.
        inverters: Microinverters in use.
        inverter_watts: Greatest power of one of them.
        batteries: Encharge units, of `battery_wh` and `battery_watts` each.
        acbs: AC batteries, of `acb_wh` each.
        enpower: Whether there is a System Controller with its dry contacts.
        collar: Whether there is a meter collar with a combiner.
        generator: Whether there is a generator.
    """

    name: str
    software: str
    part_number: str
    login: Literal["open", "digest", "token"]
    imeter: bool | None
    zone: str
    phases: int = 1
    phase_mode: str = "three"
    lines: int = 1
    volts: float = 230.0
    hertz: float = 50.0
    meters: tuple[CurrentTransformer, ...] = ()
    hidden_meters: int = 0
    inverters: int
    inverter_watts: float
    batteries: int = 0
    battery_wh: float = 5000.0
    battery_watts: float = 3840.0
    acbs: int = 0
    acb_wh: float = 1200.0
    enpower: bool = False
    collar: bool = False
    generator: bool = False

    @property
    def version(self) -> tuple[int, ...]:
        """The firmware as numbers: ``(8, 3, 5167)``."""
        return tuple(int(part) for part in self.software.lstrip("DRM").split("."))

    @property
    def metered(self) -> bool:
        """Whether a current transformer measures production."""
        return any(meter.enabled for meter in self.meters if meter.measurement == "production")

    @property
    def stored(self) -> bool:
        """Whether there is any battery."""
        return self.batteries + self.acbs > 0


_NET = (CurrentTransformer("production"), CurrentTransformer("net-consumption"))
_STORAGE = CurrentTransformer("storage")

PROFILES = (
    Profile(
        name="3.7",
        software="R3.7.31",
        part_number="800-00069-r05",
        login="open",
        imeter=None,
        zone="US/Eastern",
        inverters=10,
        inverter_watts=225.0,
    ),
    Profile(
        name="3.17",
        software="R3.17.3",
        part_number="800-00069-r05",
        login="digest",
        imeter=None,
        zone="US/Eastern",
        inverters=12,
        inverter_watts=235.0,
    ),
    Profile(
        name="5.0",
        software="D5.0.62",
        part_number="800-00551-r02",
        login="digest",
        imeter=False,
        zone="US/Eastern",
        inverters=40,
        inverter_watts=245.0,
    ),
    Profile(
        name="7.6",
        software="D7.6.114",
        part_number="800-00656-r06",
        login="token",
        imeter=False,
        zone="Europe/Paris",
        inverters=13,
        inverter_watts=330.0,
    ),
    Profile(
        name="7.6-metered",
        software="D7.6.175",
        part_number="800-00654-r08",
        login="token",
        imeter=True,
        zone="Europe/Amsterdam",
        meters=(CurrentTransformer("production"), CurrentTransformer("total-consumption")),
        inverters=14,
        inverter_watts=365.0,
    ),
    Profile(
        name="8.2-generator",
        software="D8.2.127",
        part_number="800-00654-r08",
        login="token",
        imeter=True,
        zone="US/Eastern",
        phases=2,
        phase_mode="split",
        lines=2,
        volts=121.0,
        hertz=60.0,
        meters=_NET,
        inverters=30,
        inverter_watts=290.0,
        batteries=2,
        enpower=True,
        generator=True,
    ),
    Profile(
        name="8.2-batteries",
        software="D8.2.4286",
        part_number="800-00647-r09",
        login="token",
        imeter=True,
        zone="US/Eastern",
        phases=2,
        phase_mode="split",
        lines=2,
        volts=121.5,
        hertz=60.0,
        meters=(*_NET, _STORAGE),
        inverters=35,
        inverter_watts=290.0,
        batteries=3,
        enpower=True,
    ),
    Profile(
        name="8.2-acb",
        software="D8.2.4382",
        part_number="800-00654-r06",
        login="token",
        imeter=True,
        zone="Europe/Berlin",
        meters=_NET,
        inverters=17,
        inverter_watts=300.0,
        batteries=1,
        battery_wh=3500.0,
        battery_watts=1280.0,
        acbs=3,
    ),
    Profile(
        name="8.3-three-phase",
        software="D8.3.5167",
        part_number="800-00649-r01",
        login="token",
        imeter=True,
        zone="Europe/Brussels",
        phases=3,
        lines=3,
        meters=_NET,
        inverters=24,
        inverter_watts=384.0,
    ),
    Profile(
        name="8.3-generator-collar",
        software="D8.3.1598",
        part_number="800-02409-r03",
        login="token",
        imeter=True,
        zone="US/Eastern",
        phases=2,
        phase_mode="split",
        lines=3,
        volts=120.5,
        hertz=60.0,
        meters=(
            *_NET,
            _STORAGE,
            CurrentTransformer("backfeed"),
            CurrentTransformer("load", enabled=False),
            CurrentTransformer("evse", enabled=False),
            CurrentTransformer("pv3p", enabled=False),
        ),
        hidden_meters=1,
        inverters=20,
        inverter_watts=349.0,
        batteries=2,
        collar=True,
        generator=True,
    ),
)


def profile_named(name: str) -> Profile:
    """The profile of that name.

    Raises:
        InvalidArgumentError: There is no such profile; the message lists the known ones.
    """
    for profile in PROFILES:
        if profile.name == name:
            return profile
    known = ", ".join(profile.name for profile in PROFILES)
    raise InvalidArgumentError(f"there is no gateway profile {name!r}; there are: {known}")
