"""Bodies of unsuccessful answers: what an error may keep of one, and what it says."""

from __future__ import annotations

import itertools
from typing import Any

from enphase_sdk.core.effects import Reply
from enphase_sdk.core.json import is_array, is_object
from enphase_sdk.core.json_text import decode_json
from enphase_sdk.core.redact import Redactor
from enphase_sdk.errors import messages_of

__all__ = ["decoded_json", "kept_body", "said", "words_of"]

# What an error keeps of a body: characters of its text and of each value, items, and depth.
LONGEST_TEXT = 500
LONGEST_KEPT = 2_000
MOST_ITEMS = 100
DEEPEST = 20
LARGEST_TEXT = 20_000


def said(body: Any) -> str:
    """The server's own words, cut."""
    text = "; ".join(messages_of(body)) or _described(body)
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + " …"


def decoded_json(content: bytes) -> Any:
    """What the bytes hold, or None if it is not JSON."""
    try:
        return decode_json(content, "latin-1")
    except (ValueError, RecursionError):
        return None


def _bounded(value: Any, depth: int = 0) -> Any:
    """A body that an error may keep: not deep, not long, so that it can be copied and pickled."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST_KEPT else value[:LONGEST_KEPT] + " …"
    if depth == DEEPEST:
        return "…" if is_array(value) or is_object(value) else value
    if is_array(value):
        return [_bounded(item, depth + 1) for item in value[:MOST_ITEMS]]
    if is_object(value):
        shown = itertools.islice(value.items(), MOST_ITEMS)
        return {name[:LONGEST_KEPT]: _bounded(item, depth + 1) for name, item in shown}
    return value


def kept_body(content: bytes, redactor: Redactor) -> Any:
    """What an error keeps: decoded, without secrets, not deep and not long."""
    body = decoded_json(content)
    if body is None and content.strip() != b"null":
        # Cut last, because half a secret would not be recognized.
        return redactor.text(_decoded(content[:LARGEST_TEXT]))[:LONGEST_TEXT]
    return redactor.value(_bounded(body))


def _decoded(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        # Latin-1 gives every byte some character, so nothing of a legacy page is lost.
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


def words_of(reply: Reply, redactor: Redactor) -> str:
    """The server's own words, cut, without secrets."""
    return said(kept_body(reply.content, redactor))
