"""The places of the simulated systems, with their local days."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from attrs import Factory, field, frozen

__all__ = ["PLACES", "SNOWY_PLACES", "Place"]


@frozen(eq=False)
class Place:
    """A town with its weather.

    Attributes:
        country: ISO 3166-1 code of two letters.
        state: The subdivision part of its ISO 3166-2 code.
        city: Name in the local spelling.
        postal_codes: Codes its systems have.
        timezone: IANA name.
        latitude: Degrees, north positive.
        longitude: Degrees, east positive.
        clouds: Exponent for the weather's random value: below 1 sunny, above 1 cloudy.
        snow: Probability of snow for each period of four winter days.
    """

    country: str
    state: str
    city: str
    postal_codes: tuple[str, ...]
    timezone: str
    latitude: float
    longitude: float
    clouds: float
    snow: float = 0.0
    zone: ZoneInfo = field(
        init=False,
        repr=False,
        default=Factory(lambda self: ZoneInfo(self.timezone), takes_self=True),
    )

    def ordinal(self, instant: float) -> int:
        """The local day (`date.toordinal`) that `instant`, epoch seconds, falls in."""
        return datetime.fromtimestamp(instant, self.zone).toordinal()

    def midnight(self, ordinal: int) -> int:
        """Epoch seconds at which the local day `ordinal` begins."""
        return _midnight(self, ordinal)


@lru_cache(maxsize=4_096)
def _midnight(place: Place, ordinal: int) -> int:
    day = date.fromordinal(ordinal)
    return int(datetime(day.year, day.month, day.day, tzinfo=place.zone).timestamp())


PLACES: tuple[Place, ...] = (
    Place("US", "CA", "Sebastopol", ("95472", "95473"), "America/Los_Angeles", 38.4, -122.8, 0.6),
    Place("US", "CA", "Placerville", ("95667",), "America/Los_Angeles", 38.7, -120.8, 0.6),
    Place("US", "AZ", "Tucson", ("85701", "85719"), "America/Phoenix", 32.2, -110.9, 0.45),
    Place("US", "CO", "Boulder", ("80301", "80304"), "America/Denver", 40.0, -105.3, 0.65, 0.14),
    Place("US", "TX", "Austin", ("78701", "78745"), "America/Chicago", 30.3, -97.7, 0.7),
    Place("US", "MN", "Duluth", ("55802", "55811"), "America/Chicago", 46.8, -92.1, 1.0, 0.3),
    Place("US", "MA", "Worcester", ("01602", "01609"), "America/New_York", 42.3, -71.8, 1.0, 0.2),
    Place("US", "FL", "Orlando", ("32801",), "America/New_York", 28.5, -81.4, 0.8),
    Place("US", "HI", "Hilo", ("96720",), "Pacific/Honolulu", 19.7, -155.1, 0.9),
    Place("CA", "QC", "Trois-Rivières", ("G8T 1A1",), "America/Toronto", 46.3, -72.5, 1.0, 0.3),
    Place("MX", "JAL", "Guadalajara", ("44100",), "America/Mexico_City", 20.7, -103.3, 0.6),
    Place("BR", "SP", "São Carlos", ("13560-000",), "America/Sao_Paulo", -22.0, -47.9, 0.8),
    Place("CL", "RM", "Santiago", ("8320000",), "America/Santiago", -33.4, -70.7, 0.6),
    Place("GB", "ENG", "Bristol", ("BS1 4DJ", "BS8 1TH"), "Europe/London", 51.5, -2.6, 1.4),
    Place("FR", "ARA", "Lyon", ("69003", "69007"), "Europe/Paris", 45.8, 4.8, 0.9),
    Place("NL", "UT", "Utrecht", ("3511 AB", "3582 KN"), "Europe/Amsterdam", 52.1, 5.1, 1.3),
    Place("DE", "BY", "Nürnberg", ("90402", "90459"), "Europe/Berlin", 49.5, 11.1, 1.1, 0.12),
    Place("PL", "LD", "Łódź", ("90-001",), "Europe/Warsaw", 51.8, 19.5, 1.2, 0.18),
    Place("SE", "AB", "Stockholm", ("111 20",), "Europe/Stockholm", 59.3, 18.1, 1.2, 0.3),
    Place("IT", "RM", "Roma", ("00118",), "Europe/Rome", 41.9, 12.5, 0.7),
    Place("ES", "SE", "Sevilla", ("41001",), "Europe/Madrid", 37.4, -6.0, 0.55),
    Place("ZA", "WC", "Cape Town", ("8001",), "Africa/Johannesburg", -33.9, 18.4, 0.6),
    Place("IN", "KA", "Bengaluru", ("560001",), "Asia/Kolkata", 13.0, 77.6, 0.8),
    Place("AU", "NSW", "Newcastle", ("2300", "2302"), "Australia/Sydney", -32.9, 151.8, 0.7),
    Place("AU", "QLD", "Townsville", ("4810",), "Australia/Brisbane", -19.3, 146.8, 0.65),
    Place("AU", "SA", "Adelaide", ("5000", "5006"), "Australia/Adelaide", -34.9, 138.6, 0.65),
    Place("AU", "WA", "Perth", ("6000",), "Australia/Perth", -32.0, 115.9, 0.5),
    Place("NZ", "AUK", "Ōtāhuhu", ("1062",), "Pacific/Auckland", -36.9, 174.8, 0.9),
)

SNOWY_PLACES: tuple[Place, ...] = tuple(place for place in PLACES if place.snow)
