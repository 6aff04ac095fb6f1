"""The fleet of one seeded world; systems are computed, not stored."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from attrs import evolve

from enphase_sdk.core.forks import Turn
from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.testing.world.builder import Maker
from enphase_sdk.testing.world.system import System, Weakness

__all__ = ["World"]

_FIRST_ID = 67
_ID_STEP = 5
_LAST_FOREIGN_ID = 10_000_000


class World:
    """Systems by position, id and serial number. Safe to share between threads.

    Args:
        size: Number of systems, 1 to 100,000.
        seed: Any integer; the same gives the same world.
        anchor: Epoch seconds at which it is made.

    Attributes:
        seed: As given.
        positions: The positions of all systems that belong to the fleet now, in order.
    """

    def __init__(self, size: int, seed: int, anchor: float) -> None:
        self.seed = seed
        self.positions: Sequence[int] = range(size)
        self._maker = Maker(seed, anchor)
        self._turn = Turn()
        self._made = size
        self._gone: frozenset[int] = frozenset()
        self._weak: dict[int, tuple[Weakness, ...]] = {}

    @property
    def size(self) -> int:
        """Number of systems in the fleet now."""
        return len(self.positions)

    def system(self, index: int) -> System:
        """The system at a position, made anew."""
        made = self._maker.make(index, self.id_at(index))
        weak = self._weak.get(index)
        return made if weak is None else evolve(made, weaknesses=weak)

    def id_at(self, index: int) -> int:
        """The id of the system at a position; ids grow with positions."""
        return _FIRST_ID + _ID_STEP * index

    def index_of(self, system_id: int) -> int | None:
        """The position of an id, or None if no system of the fleet has it."""
        index, rest = divmod(system_id - _FIRST_ID, _ID_STEP)
        return index if rest == 0 and self._has(index) else None

    def is_foreign(self, system_id: int) -> bool:
        """Whether the id belongs to another owner's system."""
        return 0 < system_id <= _LAST_FOREIGN_ID and self.index_of(system_id) is None

    def systems(self, start: int = 0) -> Iterator[System]:
        """All systems from a position on, one at a time."""
        positions = self.positions
        return map(self.system, positions[bisect_left(positions, start) :])

    def owner_of(self, gateway: str) -> System | None:
        """The system that has the gateway with this serial number."""
        digits = gateway[4:11]
        if not (digits.isascii() and digits.isdigit()) or not self._has(int(digits)):
            return None
        system = self.system(int(digits))
        serials = {each.serial_number for each in system.gateways}
        return system if gateway in serials else None

    def add(self, system_id: int | None = None) -> System:
        """Add a system: one that was removed, at its old position, or a new one at the end.

        Raises:
            InvalidArgumentError: No system with this id was removed.
        """
        with self._turn.mine():
            if system_id is None:
                index = self._made
                self._made += 1
            else:
                index = (system_id - _FIRST_ID) // _ID_STEP
                if index not in self._gone or self.id_at(index) != system_id:
                    raise InvalidArgumentError(
                        f"no system {system_id!r} was removed from this fleet before"
                    )
            self._change(self._gone - {index})
        return self.system(index)

    def remove(self, system_id: int) -> None:
        """Remove a system; from then on it belongs to another owner.

        Raises:
            InvalidArgumentError: The fleet has no such system.
        """
        with self._turn.mine():
            index = self.index_of(system_id)
            if index is None:
                raise InvalidArgumentError(f"no system {system_id!r} in this fleet")
            self._change(self._gone | {index})

    def weaken(self, index: int, module: int, share: float, since: int) -> None:
        """Let one microinverter of a system make this share of the others' energy."""
        with self._turn.mine():
            self._weak[index] = (*self._weak.get(index, ()), Weakness(module, share, since))

    def _change(self, gone: frozenset[int]) -> None:
        made = range(self._made)
        self.positions = [index for index in made if index not in gone] if gone else made
        self._gone = gone

    def _has(self, index: int) -> bool:
        return 0 <= index < self._made and index not in self._gone
