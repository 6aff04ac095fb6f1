from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define


@define
class ConflictError:
    """The quota of the application's plan is used up for the current minute or month. For a minute,
    wait until `period_end` and repeat the call; a month is too long to wait for.

        Attributes:
            limit (int): Calls allowed per window.
            message (list[str] | str): Which plan's limit was hit, for people to read.
            period (str): Length of the window. `minute` and `month` have been seen; expect any text.
            period_end (int): End of the window, epoch seconds by the server's clock (UTC). Calls are
                answered again from then on.
            period_start (int): Start of the window, epoch seconds by the server's clock (UTC).
            reason (int | str): Status code; sent as text or as a number.
    """

    limit: int
    message: list[str] | str
    period: str
    period_end: int
    period_start: int
    reason: int | str

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> ConflictError:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
