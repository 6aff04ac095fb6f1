from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..types import UNSET, Unset, present


@define
class ApiError:
    """The call was refused, or failed. Which fields there are depends on the service.

    Attributes:
        code (int | str | Unset): HTTP status of the answer, as a number or as text.
        details (list[str] | str | Unset): What is wrong, in detail; at times a list of texts.
        error_code (int | str | Unset): Number of the failure. 7: the data cannot be reached for the
            moment.
        error_messages (list[str] | Unset): What is wrong, for people to read.
        limit (int | Unset): Calls allowed in the window.
        message (list[str] | str | Unset): What is wrong, in a few words; at times a list of texts.
        period (str | Unset): Which window of the quota was used up: `minute` or `month`.
        period_end (int | Unset): End of the window, epoch seconds (UTC).
        period_start (int | Unset): Start of the window, epoch seconds (UTC).
        reason (int | str | Unset): HTTP status of the answer, as text or as a number.
    """

    code: int | str | Unset = UNSET
    details: list[str] | str | Unset = UNSET
    errorCode: int | str | Unset = UNSET
    errorMessages: list[str] | Unset = UNSET
    limit: int | Unset = UNSET
    message: list[str] | str | Unset = UNSET
    period: str | Unset = UNSET
    period_end: int | Unset = UNSET
    period_start: int | Unset = UNSET
    reason: int | str | Unset = UNSET

    def __repr__(self) -> str:
        return present(self)

    @property
    def error_code(self) -> int | str | Unset:
        """The same as `errorCode`, in Python's spelling."""
        return self.errorCode

    @property
    def error_messages(self) -> list[str] | Unset:
        """The same as `errorMessages`, in Python's spelling."""
        return self.errorMessages

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> ApiError:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
