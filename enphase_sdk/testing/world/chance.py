"""Random numbers without state: the same key and salt always give the same number."""

from __future__ import annotations

__all__ = ["mix", "roll"]

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15


def mix(value: int) -> int:
    """The finalizer of splitmix64: 64 well-scattered bits from any integer."""
    value = (value + _GOLDEN) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def roll(key: int, salt: int) -> float:
    """A number in [0, 1) for this key and salt."""
    return (mix(key + salt * _GOLDEN) >> 11) * 2.0**-53
