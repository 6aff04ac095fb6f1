"""Decodes JSON leniently: any encoding, also numbers and texts that JSON does not allow."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable
from math import isinf
from typing import Any

import msgspec

from enphase_sdk.core.json import is_array, is_object

__all__ = ["declared_charset", "decode_json"]

_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:+-]+)", re.IGNORECASE)

# Encodings that servers declare. Python's other codecs are slow, or are no text encodings.
_TEXT_ENCODINGS = re.compile(
    r"ascii|iso8859|cp\d|utf-(8|16|32)|koi8|mac-roman|gb|big5|shift_jis|euc"
)

# Digits. Python refuses to read a longer integer; so does this module.
_MOST_DIGITS = 4_300


def decode_json(
    content: bytes,
    charset: str | None = None,
    *,
    unreadable: Callable[[str], Any] = lambda _: None,
) -> Any:
    """The value of a JSON text. An invalid value is replaced; the rest is still read.

    UTF-8, UTF-16 and UTF-32 are read with or without a byte order mark, any other encoding as
    `charset` says. Replaced are numbers that are not finite (NaN, Infinity, 1e999) and texts with
    an invalid character (half of a surrogate pair, bytes of another encoding).

    Args:
        content: The bytes.
        charset: The encoding that was declared for them, if any.
        unreadable: Makes the replacement for a value that cannot be read from a description of
        the problem. Default: None replaces it.

    Raises:
        ValueError: it is no JSON.
        RecursionError: it is nested too deeply.
    """
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass  # the slower decoder below decides
    return _Forgiving(unreadable).decode(_text(content, charset))


def declared_charset(content_type: str | None) -> str | None:
    """The encoding that a Content-Type header names."""
    found = _CHARSET.search(content_type or "")
    return found.group(1) if found else None


def _text(content: bytes, charset: str | None) -> str:
    encoding = json.detect_encoding(content)
    if not encoding.startswith("utf-8"):
        return content.decode(encoding, "surrogatepass")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        pass
    if charset is not None and _is_text_encoding(charset):
        return content.decode(charset)
    # Bytes of another encoding become halves of surrogate pairs, which are replaced later.
    return content.decode(encoding, "surrogateescape")


def _is_text_encoding(name: str) -> bool:
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return False
    return _TEXT_ENCODINGS.match(found) is not None and found != "utf-8"


class _Forgiving:
    """Python's own decoder, which reads values that the fast one refuses."""

    def __init__(self, unreadable: Callable[[str], Any]) -> None:
        self._unreadable = unreadable

    def decode(self, text: str) -> Any:
        value = json.loads(
            text,
            parse_constant=lambda word: self._unreadable(f"is {word}"),
            parse_float=self._float,
            parse_int=self._int,
        )
        return self._whole(value)

    def _float(self, digits: str) -> Any:
        value = float(digits)
        return self._unreadable("is too large a number") if isinf(value) else value

    def _int(self, digits: str) -> Any:
        if len(digits) > _MOST_DIGITS:
            return self._unreadable("is a number with too many digits")
        return int(digits)

    def _whole(self, value: Any) -> Any:
        """The value, with each text replaced that holds half of a surrogate pair."""
        if isinstance(value, str):
            return (
                value if _is_unicode(value) else self._unreadable("is text with broken characters")
            )
        if is_array(value):
            return [self._whole(item) for item in value]
        if is_object(value):
            return {_replaced(name): self._whole(item) for name, item in value.items()}
        return value


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _replaced(name: str) -> str:
    return name.encode(errors="replace").decode()
