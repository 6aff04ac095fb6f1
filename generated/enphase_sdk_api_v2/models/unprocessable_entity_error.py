from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define

from ..types import UNSET, Unset, present


@define
class UnprocessableEntityError:
    """The arguments make no sense for this system. Three shapes occur: the window with what is on
    record, one `message`, or `errorMessages`.

        Attributes:
            end (datetime.date | Unset): Last day of the range as the server understood it.
            end_at (int | Unset): End of the window as the server understood it, epoch seconds (UTC).
            error_messages (list[str] | Unset): What is wrong, for people to read.
            first_interval (int | Unset): Oldest interval on record, epoch seconds (UTC).
            last_interval (int | Unset): Newest interval on record, epoch seconds (UTC).
            message (list[str] | str | Unset): What is wrong, for people to read: one text, at times a
                list of texts.
            reason (int | str | Unset): Status code, or what is wrong in a few words.
            start (datetime.date | Unset): First day of the range as the server understood it.
            start_at (int | Unset): Start of the window as the server understood it, epoch seconds
                (UTC).
    """

    end: datetime.date | Unset = UNSET
    end_at: int | Unset = UNSET
    errorMessages: list[str] | Unset = UNSET
    first_interval: int | Unset = UNSET
    last_interval: int | Unset = UNSET
    message: list[str] | str | Unset = UNSET
    reason: int | str | Unset = UNSET
    start: datetime.date | Unset = UNSET
    start_at: int | Unset = UNSET

    def __repr__(self) -> str:
        return present(self)

    @property
    def error_messages(self) -> list[str] | Unset:
        """The same as `errorMessages`, in Python's spelling."""
        return self.errorMessages

    def to_dict(self) -> dict[str, Any]:
        """The wire form: JSON types only, absent fields left out."""
        wire: dict[str, Any] = msgspec.to_builtins(self)
        return wire

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> UnprocessableEntityError:
        """Read the wire form; unknown fields are ignored.

        Raises:
            msgspec.ValidationError: a field is missing or of another type than declared.
        """
        return msgspec.convert(src_dict, cls)
