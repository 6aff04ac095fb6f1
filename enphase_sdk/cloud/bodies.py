"""Bodies of unsuccessful answers: the part that an error keeps, and the server's messages."""

from __future__ import annotations

import itertools
import re
from typing import Any

from attrs import define

from enphase_sdk.core.effects import Reply
from enphase_sdk.core.json import is_array, is_object
from enphase_sdk.core.json_text import decode_json
from enphase_sdk.core.redact import Redactor
from enphase_sdk.errors import messages_of

__all__ = [
    "QUOTA_WORDS",
    "decoded_json",
    "kept_body",
    "said",
    "spoken",
    "tells_of_the_quota",
    "words_of",
]

# Limits of the body that an error keeps: characters of each text, number of items, depth.
LONGEST_TEXT = 500
LONGEST_KEPT = 2_000
MOST_VALUES = 1_000
DEEPEST = 20

# Largest number of characters of a body that are searched for secrets; the rest is left out.
MOST_READ = 100_000

# The fields and words by which an answer about a used-up quota is recognized.
QUOTA_FIELDS = ("period", "period_start", "period_end", "limit")
QUOTA_WORDS = re.compile(r"(?i)\blimit|quota|too many|throttl")


def said(body: Any) -> str:
    """The server's messages, shortened."""
    text = "; ".join(messages_of(body)) or _described(body)
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + " …"


def decoded_json(content: bytes) -> Any:
    """The decoded JSON, or None if the bytes are not JSON."""
    try:
        # In an event stream the error is in a frame.
        return decode_json(content.removeprefix(b"data:"), "latin-1")
    except (ValueError, RecursionError):
        return None


@define
class _Bounds:
    """Limits depth and length of the body that an error keeps, so that it can be pickled."""

    redactor: Redactor
    values: int = MOST_VALUES
    characters: int = MOST_READ

    def kept(self, value: Any, depth: int = 0) -> Any:
        self.values -= 1
        if isinstance(value, str):
            return self._text(value)
        if is_array(value) and depth < DEEPEST:
            items = itertools.takewhile(self._has_room, value)
            return [self.kept(item, depth + 1) for item in items]
        if is_object(value) and depth < DEEPEST:
            pairs = itertools.takewhile(self._has_room, value.items())
            return {self._text(name): self.kept(item, depth + 1) for name, item in pairs}
        return "…" if is_array(value) or is_object(value) else value

    def _has_room(self, _: object) -> bool:
        return self.values > 0

    def _text(self, value: str) -> str:
        if self.characters <= 0:
            return "…"
        self.characters -= len(value)
        # Redact before cutting: half a secret would not be recognized.
        text = self.redactor.text(value)
        return text if len(text) <= LONGEST_KEPT else text[:LONGEST_KEPT] + " …"


def kept_body(content: bytes, redactor: Redactor) -> Any:
    """The body that an error keeps: decoded, redacted, limited in depth and length."""
    body = decoded_json(content)
    if body is None and content.strip() != b"null":
        # Redact before cutting: half a secret would not be recognized.
        return redactor.text(_decoded(content[:MOST_READ]))[:LONGEST_TEXT]
    return _Bounds(redactor).kept(body)


def _decoded(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        # Latin-1 decodes every byte, so no part of an old web page is lost.
        return content.decode("latin-1")


def _described(body: Any) -> str:
    if isinstance(body, str):
        start = body.lstrip()
        if not start:
            return "no body"
        return "an HTML page" if start.startswith("<") else " ".join(start.split())[:200]
    if is_object(body) and isinstance(body.get("reason"), (str, int)):
        return str(body["reason"])
    return "a list" if is_array(body) else "no message"


def spoken(body: dict[str, Any]) -> list[str]:
    """The messages of an error body, including a `reason` that is not a status number."""
    reason = body.get("reason")
    has_words = isinstance(reason, str) and not reason.strip().isdigit()
    return [*messages_of(body), str(reason)] if has_words else messages_of(body)


def tells_of_the_quota(body: dict[str, Any]) -> bool:
    """Whether an error's body, by its fields or its text, is about a quota."""
    named = any(body.get(name) is not None for name in QUOTA_FIELDS)
    return named or any(QUOTA_WORDS.search(text) for text in spoken(body))


def words_of(reply: Reply, redactor: Redactor) -> str:
    """The server's messages, shortened and redacted."""
    return said(kept_body(reply.content, redactor))
