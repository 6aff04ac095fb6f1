"""Rules for when a fault happens: a number of times, or for a share of the requests."""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain

import httpx

from enphase_sdk.core.forks import Turn
from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.testing.fault_parts import Answer, Exchange, Fault
from enphase_sdk.testing.world.chance import mix, roll

__all__ = ["FaultRule", "FaultRules"]


class FaultRule:
    """One rule of a script.

    Attributes:
        fault: The fault.
        applied: Number of requests with the fault so far.
    """

    def __init__(
        self,
        fault: Fault,
        *,
        times: int | None,
        rate: float | None,
        after: int,
        operation: str | None,
        system_id: int | None,
        key: int,
    ) -> None:
        self.fault = fault
        self.applied = 0
        self._left = times
        self._rate = rate
        self._after = after
        self._operation = operation
        self._system_id = str(system_id) if system_id is not None else None
        self._key = key
        self._seen = 0

    def __repr__(self) -> str:
        return f"FaultRule({self.fault}, applied={self.applied})"

    def takes(self, operation: str, system_id: str | None) -> bool:
        """Whether the fault happens to this request; counts it if so."""
        if self._operation not in (None, operation) or self._system_id not in (None, system_id):
            return False
        self._seen += 1
        if self._left == 0 or self._seen <= self._after:
            return False
        if self._rate is not None and roll(self._key, self._seen) >= self._rate:
            return False
        if self._left is not None:
            self._left -= 1
        self.applied += 1
        return True


class FaultRules:
    """The script of a simulator; safe to share between threads.

    Args:
        seed: The seed for the choice of requests by `rate`.
        operations: The operations that a rule may name.
    """

    def __init__(self, seed: int, operations: Collection[str]) -> None:
        self._operations = operations
        self._key = mix(seed)
        self._turn = Turn()
        self._rules: list[FaultRule] = []

    def add(
        self,
        fault: Fault,
        *,
        times: int | None,
        rate: float | None,
        after: int,
        operation: str | None,
        system_id: int | None,
    ) -> FaultRule:
        """Add a rule at the end; see `SimulatedEnlighten.fail`.

        Raises:
            InvalidArgumentError: No such operation, or a number out of its range.
        """
        if operation is not None and operation not in self._operations:
            raise InvalidArgumentError(
                f"no operation {operation!r}; there are {', '.join(self._operations)}"
            )
        if times is not None and times < 1:
            raise InvalidArgumentError(f"times={times!r}: must be 1 or more")
        if rate is not None and not 0 < rate <= 1:
            raise InvalidArgumentError(f"rate={rate!r}: must be a share of the requests, 0 to 1")
        if after < 0:
            raise InvalidArgumentError(
                f"after={after!r}: must be the number of requests that succeed first, 0 or more"
            )
        with self._turn.mine():
            rule = FaultRule(
                fault,
                times=1 if times is None and rate is None else times,
                rate=rate,
                after=after,
                operation=operation,
                system_id=system_id,
                key=self._key + len(self._rules),
            )
            self._rules.append(rule)
            return rule

    def clear(self) -> None:
        """Remove all rules."""
        with self._turn.mine():
            self._rules.clear()

    def apply(
        self,
        exchange: Exchange,
        operation: str,
        system_id: str | None,
        answer: Answer,
    ) -> httpx.Response:
        """The answer with all faults that happen to this request, as if combined with ``&``."""
        with self._turn.mine():
            taken = [rule.fault.parts for rule in self._rules if rule.takes(operation, system_id)]
        return Fault(tuple(chain(*taken))).apply(exchange, answer)
