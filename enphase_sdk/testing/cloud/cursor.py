"""The opaque ``next`` of a listing: where the following page begins."""

from __future__ import annotations

from base64 import b64decode, b64encode

__all__ = ["read_cursor", "write_cursor"]


def write_cursor(position: int) -> str:
    """The cursor of a page that begins at a position of the fleet."""
    return (b64encode(str(position).encode()) + b"\n").hex()


def read_cursor(cursor: str) -> int:
    """The position a cursor stands for.

    Raises:
        ValueError: No cursor of ours.
    """
    text = b64decode(bytes.fromhex(cursor)).decode("ascii")
    if not (text.isdigit() and write_cursor(int(text)) == cursor):
        raise ValueError("not a cursor")
    return int(text)
