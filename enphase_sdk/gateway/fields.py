"""Reads decoded JSON without trusting it: an invalid value is noted and left out, never raised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import frozen

from enphase_sdk.core.json import is_array, is_object
from enphase_sdk.gateway.problems import Problems

__all__ = ["Content", "Fields"]

_MISSING = object()
_LARGEST = 2**63
_LONGEST_EPOCH = 12
_WORDS = {"true": True, "false": False, 1: True, 0: False}


class Fields:
    """One JSON object.

    Every method takes the possible names of a field and reads the first one that is present; it
    returns None if none is. A value of a wrong type, also null, is noted as a problem and read as
    None.
    """

    __slots__ = ("_note", "_record")

    def __init__(self, record: dict[str, Any], note: Callable[[str], None]) -> None:
        self._record = record
        self._note = note

    def __bool__(self) -> bool:
        return bool(self._record)

    def text(self, *names: str) -> str | None:
        """A text."""
        name, value = self._first(names)
        if isinstance(value, str):
            return value
        self._odd(name, value, "text")
        return None

    def number(self, *names: str) -> float | None:
        """A number exactly as it was sent, whole or not."""
        name, value = self._first(names)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self._odd(name, value, "a number")
        elif abs(value) < _LARGEST:
            return value
        else:
            self._note(f"{name}: a number that is too large or not finite")
        return None

    def rounded(self, *names: str) -> int | None:
        """A number rounded to a whole one."""
        value = self.number(*names)
        return None if value is None else round(value)

    def integer(self, *names: str) -> int | None:
        """A whole number."""
        value = self.number(*names)
        if value is None or value == int(value):
            return None if value is None else int(value)
        self._note(f"{names[0]}: a fraction where a whole number was expected")
        return None

    def epoch(self, *names: str) -> int | None:
        """Epoch seconds, also written as text; None for 0, which means never."""
        _, value = self._first(names)
        if isinstance(value, str) and value.isdecimal() and len(value) <= _LONGEST_EPOCH:
            return int(value) or None
        return self.integer(*names) or None

    def flag(self, *names: str) -> bool | None:
        """A boolean: true and false, also written as text or as 1 and 0."""
        name, value = self._first(names)
        if isinstance(value, (str, int)) and value in _WORDS:
            return _WORDS[value]
        self._odd(name, value, "true or false")
        return None

    def fields(self, *names: str) -> Fields | None:
        """An object."""
        value = self.raw(*names)
        return None if value is None else Fields(value, self._note)

    def nothing(self) -> Fields:
        """An object without fields, used in place of a missing one."""
        return Fields({}, self._note)

    def raw(self, *names: str) -> dict[str, Any] | None:
        """An object as plain JSON."""
        name, value = self._first(names)
        if is_object(value):
            return value
        self._odd(name, value, "an object")
        return None

    def raw_records(self, *names: str) -> list[dict[str, Any]]:
        """A list of objects as plain JSON; other entries are left out."""
        return [item for item in self._items(names) or () if self._is_record(names[0], item)]

    def records(self, *names: str) -> list[Fields]:
        """A list of objects; other entries are left out."""
        return [Fields(item, self._note) for item in self.raw_records(*names)]

    def keyed(self, *names: str, key: str) -> dict[str, Fields]:
        """A list of objects as a mapping from their value of `key`; those without are left out."""
        return {value: record for record in self.records(*names) if (value := record.key(key))}

    def texts(self, *names: str) -> list[str] | None:
        """A list of texts; other entries are left out."""
        items = self._items(names)
        if items is None:
            return None
        texts = [item for item in items if isinstance(item, str)]
        if len(texts) < len(items):
            self._note(f"{names[0]}: an entry that is not text")
        return texts

    def others(self, *names: str) -> list[Fields]:
        """The objects under all other names; other values are left out."""
        return [
            Fields(value, self._note)
            for name, value in self._record.items()
            if name not in names and self._is_record("an entry", value)
        ]

    def key(self, name: str) -> str | None:
        """A text that the record needs: if it is absent, that is noted as a problem."""
        value = self.text(name)
        if value == "" or name not in self._record:
            self._note(f"a record without {name}")
        return value or None

    def note(self, reason: str) -> None:
        """Note a problem with the endpoint this object came from."""
        self._note(reason)

    def _first(self, names: tuple[str, ...]) -> tuple[str, Any]:
        for name in names:
            if name in self._record:
                return name, self._record[name]
        return names[0], _MISSING

    def _items(self, names: tuple[str, ...]) -> list[Any] | None:
        name, value = self._first(names)
        if is_array(value):
            return value
        self._odd(name, value, "a list")
        return None

    def _is_record(self, name: str, value: Any) -> bool:
        if is_object(value):
            return True
        self._odd(name, value, "an object")
        return False

    def _odd(self, name: str, value: Any, wanted: str) -> None:
        if value is not _MISSING:
            self._note(f"{name}: {_kind(value)} where {wanted} was expected")


@frozen
class Content:
    """The whole of one answer, decoded.

    Attributes:
        endpoint: The endpoint that gave the answer.
        value: The decoded JSON.
        problems: The collection to which problems are added.
    """

    endpoint: str
    value: Any
    problems: Problems

    def fields(self, *names: str) -> Fields | None:
        """The answer as an object with at least one of `names`; otherwise None and a problem."""
        if not is_object(self.value):
            self._note(f"{_kind(self.value)} where an object was expected")
        elif names and not any(name in self.value for name in names):
            self._note(f"an object without {' or '.join(names)}")
        else:
            return Fields(self.value, self._note)
        return None

    def records(self) -> list[Fields] | None:
        """The answer as a list of objects; otherwise None and a problem."""
        if is_array(self.value):
            return Fields({"an entry": self.value}, self._note).records("an entry") or None
        self._note(f"{_kind(self.value)} where a list was expected")
        return None

    def _note(self, reason: str) -> None:
        self.problems.add(self.endpoint, reason)


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a list" if is_array(value) else "an object"
