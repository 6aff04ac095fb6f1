"""The fleet of one seeded world; no system of it is stored."""

from __future__ import annotations

from collections.abc import Iterator

from enphase_sdk.testing.world.builder import Maker
from enphase_sdk.testing.world.system import System

__all__ = ["World"]

_FIRST_ID = 67
_ID_STEP = 5
_LAST_FOREIGN_ID = 10_000_000


class World:
    """Systems by position, id and serial number.

    Args:
        size: Number of systems, 1 to 100,000.
        seed: Any integer; the same gives the same world.
        anchor: Epoch seconds at which it is made.
    """

    def __init__(self, size: int, seed: int, anchor: float) -> None:
        self.size = size
        self.seed = seed
        self._maker = Maker(seed, anchor)

    def system(self, index: int) -> System:
        """The system at a position, made anew."""
        return self._maker.make(index, self.id_at(index))

    def id_at(self, index: int) -> int:
        """The id of the system at a position; ids grow with positions."""
        return _FIRST_ID + _ID_STEP * index

    def index_of(self, system_id: int) -> int | None:
        """The position of an id, or None if no system of the fleet has it."""
        index, rest = divmod(system_id - _FIRST_ID, _ID_STEP)
        return index if rest == 0 and 0 <= index < self.size else None

    def is_foreign(self, system_id: int) -> bool:
        """Whether the id belongs to somebody else's system."""
        return 0 < system_id <= _LAST_FOREIGN_ID and self.index_of(system_id) is None

    def systems(self, start: int = 0) -> Iterator[System]:
        """All systems from a position on, one at a time."""
        return (self.system(index) for index in range(start, self.size))

    def owner_of(self, gateway: str) -> System | None:
        """The system that has the gateway with this serial number."""
        digits = gateway[4:11]
        if not (digits.isascii() and digits.isdigit()) or int(digits) >= self.size:
            return None
        system = self.system(int(digits))
        serials = {each.serial_number for each in system.gateways}
        return system if gateway in serials else None
