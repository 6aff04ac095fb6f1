"""Removes secrets from texts: from what a server repeats, and from what libraries log.

A secret may be encoded for a URL, for JSON, for HTML, or for several of them, one inside the
other. So a text is decoded one layer at a time, and each layer is searched for the secret.
The time is proportional to the text's length, which is limited.
"""

from __future__ import annotations

import base64
import logging
import re
import struct
import traceback
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from html.entities import html5
from typing import Any

from attrs import frozen

from enphase_sdk.core.json import is_array, is_object

__all__ = ["WEB_TOKEN", "Redactor", "hide_in_library_logs", "hide_in_record"]

HIDDEN = "[hidden]"

# Characters. A shorter text is not treated as a secret: hiding it would spoil every message.
SHORTEST_SECRET = 4

# Characters. A longer text is data rather than a message, and is cut.
LONGEST_TEXT = 65_536
_CUT = " … (cut)"

# Number of nested encodings that are decoded.
_LAYERS = 3

# The longest forms of one character are like `\\\\u00e9` or `%25C3%25A9`.
_LONGEST_FORM = 16

_PARAMETER = re.compile(
    r"(?i)\b(key|user_id|api_key|password|session_id|manager_token|token|access_token"
    r"|refresh_token|client_secret)=[^&\s\"'\\#<>)]+"
)

# The form in which httpcore logs the headers of an answer.
_COOKIE = re.compile(r"(?i)(?<=b'set-cookie', b['\"])[^'\"]+")

_CREDENTIALS = re.compile(r"(?i)\b(bearer|basic) +[\w.~+/=-]{16,}")

# A match begins only at the start of a run of its characters; otherwise time would be quadratic.
WEB_TOKEN = re.compile(r"(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*", re.ASCII)

_ESCAPE = re.compile(
    r"""(?ix)
    \\++ (?: u(?P<unit>[0-9a-f]{4}) (?: \\++ u(?P<second>d[c-f][0-9a-f]{2}) )?
           | x(?P<octet>[0-9a-f]{2}) )?+
    | % (?P<percent>[0-9a-f]{2})
    | & (?: \#(?P<decimal>[0-9]{1,7}) | \#x(?P<hex>[0-9a-f]{1,6}) | (?P<name>[a-z]{2,8}) ) ;
    | (?P<space>\+)
    """
)


class Redactor:
    """Replaces known secrets, and anything that looks like a credential, in texts.

    A secret is recognized however it is written: as it is, in a URL or a form, in JSON, in HTML,
    in base64. A text longer than `LONGEST_TEXT` is cut.
    """

    __slots__ = ("_layers", "_overlap", "_secrets")

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = tuple(secret for secret in secrets if len(secret) >= SHORTEST_SECRET)
        self._overlap = _LONGEST_FORM * max(map(len, self._secrets), default=1)
        self._layers: tuple[frozenset[str], ...] | None = None

    def text(self, text: str) -> str:
        """The text with every secret and every cookie replaced; a cookie can replace a token."""
        text = self.known(text, longest=LONGEST_TEXT)
        text = _COOKIE.sub(HIDDEN, text)
        text = _CREDENTIALS.sub(rf"\1 {HIDDEN}", WEB_TOKEN.sub(HIDDEN, text))
        return _PARAMETER.sub(rf"\1={HIDDEN}", text)

    def value(self, value: Any) -> Any:
        """A decoded JSON value with every text in it redacted."""
        if isinstance(value, str):
            return self.text(value)
        if is_array(value):
            return [self.value(item) for item in value]
        if is_object(value):
            return {self.text(name): self.value(item) for name, item in value.items()}
        return value

    def known(self, text: str, *, longest: int | None = None) -> str:
        """The text with the known secrets replaced and nothing else; cut if it is longer."""
        end = len(text) if longest is None else min(len(text), longest)
        pieces: list[str] = []
        position = 0
        # Half a secret at the cut would not be recognized, so some characters more are searched.
        for start, stop in self._spans(text[: end + self._overlap]):
            if start >= end:
                break
            if start >= position:
                pieces += [text[position:start], HIDDEN]
            position = max(position, stop)
        pieces.append(text[position:end])
        return "".join(pieces) + (_CUT if len(text) > end else "")

    def _spans(self, text: str) -> list[tuple[int, int]]:
        """The positions of secrets, from left to right."""
        found: set[tuple[int, int]] = set()
        layer: _Layer | None = _Layer.of(text) if self._secrets else None
        for known in self._known_layers():
            if layer is None:
                break
            for needle in known:
                found.update(layer.spans(needle))
            layer = layer.decoded()
        return sorted(found)

    def _known_layers(self) -> tuple[frozenset[str], ...]:
        """The texts to search each layer for: a secret may itself look like an escape."""
        if self._layers is None:
            needles: set[str] = set()
            layers: list[frozenset[str]] = []
            current = [_Layer.of(secret) for secret in self._secrets]
            needles.update(form for secret in self._secrets for form in _in_base64(secret))
            for _ in range(_LAYERS + 1):
                needles.update(layer.text for layer in current)
                layers.append(frozenset(n for n in needles if len(n) >= SHORTEST_SECRET))
                current = [layer.decoded() or layer for layer in current]
            self._layers = tuple(layers)
        return self._layers


@frozen
class _Layer:
    """A text, decoded to some depth.

    Attributes:
        text: Its UTF-8 octets, each of them as one character.
        starts: Where each of them comes from in the original, and where that ends.
    """

    text: str
    starts: list[int]

    @classmethod
    def of(cls, text: str) -> _Layer:
        """The layer of a text that is not decoded."""
        if text.isascii():
            return cls(text, list(range(len(text) + 1)))
        octets: list[str] = []
        starts: list[int] = []
        for position, character in enumerate(text):
            written = _octets(character)
            octets.append(written)
            starts += [position] * len(written)
        return cls("".join(octets), [*starts, len(text)])

    def spans(self, needle: str) -> Iterator[tuple[int, int]]:
        """The positions of `needle` in the original."""
        position = self.text.find(needle)
        while position >= 0:
            yield self.starts[position], self.starts[position + len(needle)]
            position = self.text.find(needle, position + 1)

    def decoded(self) -> _Layer | None:
        """The text with one layer of escapes decoded; None if it has no escapes."""
        pieces: list[str] = []
        starts: list[int] = []
        position = 0
        for match in _ESCAPE.finditer(self.text):
            written = _meaning(match)
            pieces += [self.text[position : match.start()], written]
            starts += self.starts[position : match.start()]
            starts += [self.starts[match.start()]] * len(written)
            position = match.end()
        if not position:
            return None
        return _Layer("".join([*pieces, self.text[position:]]), starts + self.starts[position:])


def _meaning(escape: re.Match[str]) -> str:
    """The octets that an escape means. Backslashes before other characters are dropped."""
    if escape["unit"]:
        units = [int(unit, 16) for unit in (escape["unit"], escape["second"]) if unit]
        return _octets(struct.pack(f"<{len(units)}H", *units).decode("utf-16-le", "surrogatepass"))
    if octet := escape["octet"] or escape["percent"]:
        return chr(int(octet, 16))
    if escape["space"]:
        return " "
    if escape["name"]:
        return _octets(html5.get(f"{escape['name']};", escape[0]))
    if code := escape["decimal"] or escape["hex"]:
        number = int(code, 10 if escape["decimal"] else 16)
        return _octets(chr(number)) if number <= 0x10FFFF else escape[0]
    return ""


def _octets(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def _in_base64(secret: str) -> Iterator[str]:
    """The part of the base64 text that is the same at every position of the secret."""
    content = secret.encode("utf-8", "surrogatepass")
    for before, touched in ((0, 0), (1, 2), (2, 3)):
        size = (before + len(content)) * 8 // 6
        encoded = base64.b64encode(bytes(before) + content)[touched:size].decode()
        if len(encoded) >= 2 * SHORTEST_SECRET:
            yield encoded
            yield encoded.translate(_OF_URLS)


_OF_URLS = str.maketrans("+/", "-_")


# The redactor of the exchange in this thread or task, in which the libraries log too.
_exchanging: ContextVar[Redactor | None] = ContextVar("exchanging", default=None)


class _SecretFilter(logging.Filter):
    """Hides secrets in what httpx and httpcore log while one of our exchanges is under way.

    A server that redirects with the query it was sent puts the key into a response header.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        redactor = _exchanging.get()
        if redactor is not None:
            hide_in_record(record, redactor)
        return True


def hide_in_record(record: logging.LogRecord, redactor: Redactor) -> None:
    """Redact the formatted message and the exception of a log record."""
    message = record.getMessage()
    redacted = redactor.text(message)
    if redacted != message:
        record.msg, record.args = redacted, ()
    if isinstance(record.exc_info, tuple) and record.exc_info[0] is not None:
        told = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
        redacted = redactor.text(told)
        if redacted != told:
            record.exc_info, record.exc_text = None, redacted


class hide_in_library_logs:  # noqa: N801 - a context manager that is called like a function
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
