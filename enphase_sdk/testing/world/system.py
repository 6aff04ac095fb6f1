"""One simulated system: its facts, as a pure function of the world's seed and its index."""

from __future__ import annotations

from attrs import field, frozen

from enphase_sdk.testing.world.archetypes import Kind
from enphase_sdk.testing.world.places import Place
from enphase_sdk.testing.world.sky import Climate
from enphase_sdk.testing.world.traits import Trait, pick, roll_trait

__all__ = ["Gateway", "Meter", "Outage", "System", "Weakness", "gateway_serial"]

DAY = 86_400
QUARTER_HOUR = 900

_SURNAMES = (
    "Green", "Alvarez", "Nguyễn", "Müller", "O'Brien", "Kowalski", "Tāne", "Rossi", "Dubois",
    "Johansson", "Smith", "Patel", "García", "Silva", "van Dijk", "Lefèvre", "Ōkubo", "Jones",
    "Whitaker", "Naidoo", "Ferrari", "Łukaszewicz", "Brown", "Castillo",
)  # fmt: skip
_HOMES = ("Residence", "House", "Family Solar", "Farm", "Barn", "Cottage", "Workshop")
_INSTALLERS = ("Bright Roof", "Sunny Side Electric", "Northwind Solar", "Kilowatt & Sons")
_METERED_KINDS = {Kind.METERED, Kind.CONSUMPTION_DENIED, Kind.RETIRED_METER, Kind.TWO_GATEWAYS}
_NEVER_METERED = {Kind.PLAIN, Kind.NEW, Kind.NEVER_PRODUCED, Kind.LEGACY}
_LABELS = ("meter_issue", "storage_idle", "battery", "meter")


@frozen
class Gateway:
    """A gateway ("Envoy") of a system.

    Attributes:
        envoy_id: Enlighten's number for it.
        serial_number: Twelve digits; `World.owner_of` finds the system by it.
        never_reported: Enlighten has no record of a report from it.
    """

    envoy_id: int
    serial_number: str
    never_reported: bool = False


@frozen
class Meter:
    """A revenue-grade production meter of a system.

    Attributes:
        serial_number: Of the meter.
        envoy_serial_number: Of the gateway that reads it.
        installed_at: Epoch seconds, on a quarter hour.
        retired_at: The same, or None while it is in service.
        share: What part of the system's production passes through it, with its error.
        offset: The odometer's value when it was installed, Wh.
    """

    serial_number: str
    envoy_serial_number: str
    installed_at: int
    retired_at: int | None
    share: float
    offset: int


@frozen
class Outage:
    """A time without reports; afterwards the missing data is reported.

    Attributes:
        began_at: Last report before it, epoch seconds.
        ended_at: First report after it.
        refill: Seconds of old data that arrive in each second afterwards.
    """

    began_at: int
    ended_at: int
    refill: float


@frozen
class Weakness:
    """From when on a microinverter makes less than the others; its system makes the same.

    Attributes:
        module: Position of the microinverter.
        share: Its share of the energy of another one.
        since: Epoch seconds, on a five-minute mark.
    """

    module: int
    share: float
    since: int


@frozen(eq=False)
class System:
    """The facts of one system; instants are epoch seconds, UTC, on a quarter hour.

    Attributes:
        index: Position in the fleet.
        system_id: Enlighten's number for it.
        key: The seed of the random values of its days and intervals.
        traits: 512 random bits for its properties.
        kind: What is special about it.
        place: Where it stands.
        climate: The weather there.
        today: The local day (ordinal) at which the world was made.
        modules: Number of active microinverters.
        module_w: Size of one module, W.
        operational_at: When it first produced, or None if it never did.
        outage: A long silence, or None.
        dead_since: When one microinverter stopped, or None.
        dark_since: When all production stopped, or None.
        weaknesses: Microinverters that make less than the others, in the order of time.
    """

    index: int
    system_id: int
    key: int = field(repr=False)
    traits: int = field(repr=False)
    kind: Kind
    place: Place
    climate: Climate = field(repr=False)
    today: int
    modules: int
    module_w: int
    operational_at: int | None
    outage: Outage | None = None
    dead_since: int | None = None
    dark_since: int | None = None
    weaknesses: tuple[Weakness, ...] = ()

    @property
    def size_w(self) -> int:
        """Nameplate size, W."""
        return self.modules * self.module_w

    @property
    def efficiency(self) -> float:
        """Efficiency with shade, dirt and direction, 0.85 to 1."""
        return 0.85 + 0.15 * roll_trait(self.traits, Trait.SHADE)

    @property
    def name(self) -> str:
        """Its name, ``system_name`` on the wire."""
        surname = pick(self.traits, Trait.SURNAME, _SURNAMES)
        return f"{surname} {pick(self.traits, Trait.HOME, _HOMES)} {self.index + 1}"

    @property
    def anonymous(self) -> bool:
        """Whether its name is hidden on public lists."""
        return roll_trait(self.traits, Trait.ANONYMOUS) < 0.2

    @property
    def postal_code(self) -> str:
        """A postal code of its place."""
        return pick(self.traits, Trait.TOWN, self.place.postal_codes)

    @property
    def connection_type(self) -> str:
        """``ethernet``, ``wifi`` or ``cellular``."""
        if self.kind is Kind.CELLULAR:
            return "cellular"
        return "wifi" if roll_trait(self.traits, Trait.LINK) < 0.4 else "ethernet"

    @property
    def reference(self) -> str | None:
        """The reference of the calling company, if there is one."""
        return f"JOB-{self.index:06d}" if roll_trait(self.traits, Trait.REFERENCE) < 0.5 else None

    @property
    def other_references(self) -> tuple[str, ...]:
        """Other companies' names for it."""
        return (
            (f"ASSET {self.index}",) if roll_trait(self.traits, Trait.OTHER_REFERENCE) < 0.1 else ()
        )

    @property
    def installer(self) -> str:
        """The installer, a filter of the listing that is not in any answer."""
        return pick(self.traits, Trait.INSTALLER, _INSTALLERS)

    @property
    def trouble(self) -> str | None:
        """A status that does not depend on its reports, or None."""
        if self.kind is Kind.FAILING_MICRO:
            return "micro"
        if self.kind in (Kind.NOT_PRODUCING, Kind.NEVER_PRODUCED):
            return "power"
        if self.kind is Kind.METERED and roll_trait(self.traits, Trait.TROUBLE) < 0.3:
            return pick(self.traits, Trait.LABEL, _LABELS)
        return None

    @property
    def report_phase(self) -> int:
        """Seconds after each full reporting period at which its gateway reports."""
        return 60 + int(roll_trait(self.traits, Trait.PHASE) * 780)

    @property
    def consumption_metered(self) -> bool:
        """Whether it has a consumption meter."""
        return self.kind in (Kind.METERED, Kind.CONSUMPTION_DENIED)

    @property
    def consumption_allowed(self) -> bool:
        """Whether the application may read its consumption."""
        return self.kind is not Kind.CONSUMPTION_DENIED

    @property
    def dead_module(self) -> int:
        """Position of the microinverter that fails, where one does."""
        return int(roll_trait(self.traits, Trait.DEAD) * self.modules)

    @property
    def gateways(self) -> tuple[Gateway, ...]:
        """Its gateways: one, or two."""
        first = Gateway(500_000 + self.index * 2, gateway_serial(self.index, 0))
        if self.kind is not Kind.TWO_GATEWAYS:
            return (first,)
        second = Gateway(
            500_001 + self.index * 2,
            gateway_serial(self.index, 1),
            never_reported=roll_trait(self.traits, Trait.SILENT_GATEWAY) < 0.5,
        )
        return first, second

    @property
    def reporting_gateways(self) -> tuple[Gateway, ...]:
        """The gateways that have ever reported; the devices belong to these."""
        return tuple(gateway for gateway in self.gateways if not gateway.never_reported)

    @property
    def metered(self) -> bool:
        """Whether its production is measured by revenue-grade meters."""
        if self.kind in _METERED_KINDS:
            return True
        return self.kind not in _NEVER_METERED and roll_trait(self.traits, Trait.METERED) < 0.3

    @property
    def meters(self) -> tuple[Meter, ...]:
        """Its production meters, retired ones too, oldest first."""
        start = self.operational_at
        if start is None or not self.metered:
            return ()
        error = 0.9935 + 0.005 * roll_trait(self.traits, Trait.METER_ERROR)
        if roll_trait(self.traits, Trait.METER_LATER) < 0.5:
            start += int(roll_trait(self.traits, Trait.METER_DAY) * 300) * DAY
        if self.kind is Kind.RETIRED_METER:
            change = self._meters_changed_at()
            return (
                self._meter(0, start=min(start, change), end=change, share=error),
                self._meter(1, start=change, end=None, share=error),
            )
        gateways = len(self.reporting_gateways)
        return tuple(
            self._meter(number, start=start, end=None, share=error / gateways)
            for number in range(gateways)
        )

    def _meters_changed_at(self) -> int:
        """A quarter hour about midday, some time in the last year."""
        day = self.today - 30 - int(roll_trait(self.traits, Trait.SINCE) * 300)
        quarter = 40 + int(roll_trait(self.traits, Trait.METER_NOON) * 16)
        return self.place.midnight(day) + quarter * QUARTER_HOUR

    def _meter(self, number: int, *, start: int, end: int | None, share: float) -> Meter:
        gateways = self.reporting_gateways
        return Meter(
            serial_number=f"91{self.index:07d}{number}EIM1",
            envoy_serial_number=gateways[number % len(gateways)].serial_number,
            installed_at=start,
            retired_at=end,
            share=share,
            offset=int(roll_trait(self.traits, Trait.ODOMETER + number) * 500),
        )


def gateway_serial(index: int, number: int) -> str:
    """The serial number of a system's gateway."""
    return f"1221{index:07d}{number}"
