"""Reads an answer's bytes into a model: a fast strict reading, then a lenient one if that fails."""

from __future__ import annotations

import gc
from collections.abc import Hashable
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec

from enphase_sdk.core.effects import Reply
from enphase_sdk.core.forks import Turn, renew_after_fork
from enphase_sdk.core.json_text import declared_charset, decode_json
from enphase_sdk.core.log import logger
from enphase_sdk.errors import APIResponseValidationError

if TYPE_CHECKING:
    from enphase_sdk.core.lenient import Oddity

__all__ = ["Reader", "UndecodableError", "collector_paused", "is_null"]

T = TypeVar("T")

# Bytes. A body of this size holds hundreds of records.
LONG = 50_000


class _Paused:
    def __init__(self) -> None:
        self._is_paused = False
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Enable it if a thread of the parent has paused it, which does not exist here."""
        if self._is_paused:
            self.__exit__()

    def __enter__(self) -> None:
        self._is_paused = True
        gc.disable()

    def __exit__(self, *_: object) -> None:
        gc.enable()
        self._is_paused = False


_paused = _Paused()


def collector_paused(content: bytes) -> AbstractContextManager[None, None]:
    """Pause garbage collection while a long body is decoded.

    Otherwise the collector would scan all new models again after every few hundred of them.
    """
    return _paused if len(content) >= LONG and gc.isenabled() else nullcontext()


class UndecodableError(APIResponseValidationError):
    """The body is not JSON: cut off, empty, or an HTML page during an outage."""


@cache
def _decoder(shape: Hashable) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(shape)


class Reader:
    """Reads answers into models; logs each deviation from the contract once.

    Args:
        strict: Raise if an answer differs from the contract, instead of reading it leniently.
    """

    def __init__(self, *, strict: bool = False) -> None:
        self._strict = strict
        self._told: set[tuple[str, str]] = set()
        self._turn = Turn()

    def read(self, operation: str, shape: type[T], reply: Reply) -> T:
        """The model of an answer's body.

        Raises:
            UndecodableError: the body is not JSON.
            APIResponseValidationError: it is JSON but cannot be read; with `strict`, also if it
                differs from the contract.
        """
        with collector_paused(reply.content):
            made = self._made(operation, shape, reply)
        # Raised here, where no frame and no context holds the body: it may repeat credentials.
        if isinstance(made, APIResponseValidationError):
            raise made
        return made

    def _made(self, operation: str, shape: type[T], reply: Reply) -> T | APIResponseValidationError:
        try:
            value: T = _decoder(cast(Hashable, shape)).decode(reply.content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._made_again(operation, shape, reply)
        return value

    def _made_again(
        self, operation: str, shape: type[T], reply: Reply
    ) -> T | APIResponseValidationError:
        # Loaded only when an answer differs from the contract, which is rare.
        from enphase_sdk.core import lenient

        charset = declared_charset(reply.headers.get("content-type"))
        try:
            raw = decode_json(reply.content, charset, unreadable=lenient.Unreadable)
            value, oddities = lenient.convert(raw, shape)
        except (ValueError, RecursionError):
            return UndecodableError(
                f"{operation}: the answer is {_kind(reply.content)}, not JSON", operation=operation
            )
        if not oddities:  # the JSON was correct, in an encoding other than UTF-8
            right: T = value
            return right
        first = oddities[0]
        if self._strict or value is None or value is lenient.NOTHING:
            return APIResponseValidationError(
                f"{operation}: {first.path} {first.problem}", operation=operation, path=first.path
            )
        self._tell(operation, oddities)
        result: T = value
        return result

    def _tell(self, operation: str, oddities: list[Oddity]) -> None:
        for oddity in oddities:
            key = (operation, oddity.field)
            with self._turn.mine():
                if key in self._told:
                    continue
                self._told.add(key)
            logger.warning(
                "%s: %s %s; %s (logged once for this field)",
                operation,
                oddity.path,
                oddity.problem,
                oddity.remedy,
            )


def is_null(reply: Reply, name: str) -> bool:
    """Whether the server sent a field as null or left it out."""
    charset = declared_charset(reply.headers.get("content-type"))
    body = decode_json(reply.content, charset, unreadable=lambda problem: problem)
    return body.get(name) is None


def _kind(content: bytes) -> str:
    start = content[:200].lstrip().lower()
    if not start:
        return "empty"
    if start.startswith(b"<"):
        return "an HTML page" if b"html" in start else "XML or HTML"
    if start[:1] in b"{[":
        return "cut off or malformed"
    return "text"
