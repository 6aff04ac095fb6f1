"""Keep secrets out of texts: what a server echoes, and what libraries log."""

from __future__ import annotations

import html
import logging
import re
import struct
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any
from urllib.parse import quote

from enphase_sdk.core.json import is_array, is_object

__all__ = ["Redactor", "hide_in_library_logs"]

HIDDEN = "[hidden]"

_PARAMETER = re.compile(r"(?i)\b(key|user_id)=[^&\s\"'\\#<>)]+")

# As httpcore logs the headers of an answer.
_COOKIE = re.compile(r"(?i)(?<=b'set-cookie', b['\"])[^'\"]+")

# Anything shorter is no secret, and hiding it would riddle every text.
SHORTEST_SECRET = 4


class Redactor:
    """Replaces known secrets, and anything that looks like a credential parameter, in texts.

    A secret is recognized however it is written: as it is, in a URL, in JSON, in HTML.
    """

    __slots__ = ("pattern",)

    def __init__(self, secrets: Iterable[str]) -> None:
        known = sorted((s for s in secrets if len(s) >= SHORTEST_SECRET), key=len, reverse=True)
        self.pattern = re.compile("|".join(map(_spelt, known)) or "(?!)")

    def text(self, text: str) -> str:
        """The text with every secret replaced, and every cookie: those stand in for tokens."""
        text = _COOKIE.sub(HIDDEN, text)
        return _PARAMETER.sub(rf"\1={HIDDEN}", self.pattern.sub(HIDDEN, text))

    def value(self, value: Any) -> Any:
        """The same for every text inside a decoded JSON value."""
        if isinstance(value, str):
            return self.text(value)
        if is_array(value):
            return [self.value(item) for item in value]
        if is_object(value):
            return {self.text(name): self.value(item) for name, item in value.items()}
        return value


def _spelt(secret: str) -> str:
    """A pattern for the secret in which each character may stand in any form it takes."""
    return "".join(map(_character, secret))


def _character(character: str) -> str:
    if character.isascii() and character.isalnum():
        return character
    quoted, code = quote(character, safe=""), ord(character)
    forms = {
        character, quoted, quoted.lower(), quote(quoted), quote(quoted).lower(),
        html.escape(character), f"&#{code};", f"&#x{code:x};",
    }  # fmt: skip
    if character == " ":
        forms.add("+")
    octets = r"\\+".join(f"x{octet:02x}" for octet in character.encode())
    surrogates = r"\\+".join(f"u{unit:04x}" for unit in _utf_16(character))
    patterns = [*map(re.escape, sorted(forms, key=len, reverse=True)), octets, f"(?i:{surrogates})"]
    # As many backslashes as there were programs to escape it.
    return rf"(?:\\*(?:{'|'.join(patterns)})){'+' if character == _BACKSLASH else ''}"


_BACKSLASH = "\\"


def _utf_16(character: str) -> tuple[int, ...]:
    encoded = character.encode("utf-16-be")
    return struct.unpack(f">{len(encoded) // 2}H", encoded)


# Whose exchange is under way in this thread or task; libraries log in the same one.
_exchanging: ContextVar[Redactor | None] = ContextVar("exchanging", default=None)


class _SecretFilter(logging.Filter):
    """Hides secrets in what httpx and httpcore log while one of our exchanges is under way.

    A server that redirects with the query it was sent puts the key into a response header.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        redactor = _exchanging.get()
        if redactor is not None:
            message = record.getMessage()
            redacted = redactor.text(message)
            if redacted != message:
                record.msg, record.args = redacted, ()
        return True


class hide_in_library_logs:  # noqa: N801 - used like a function
    """A context in which no secret of `redactor` gets into the logs of httpx and httpcore."""

    __slots__ = ("_redactor", "_token")

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def __enter__(self) -> None:
        self._token = _exchanging.set(self._redactor)

    def __exit__(self, *exc_info: object) -> None:
        _exchanging.reset(self._token)


for _name in (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
):
    logging.getLogger(_name).addFilter(_SecretFilter())
