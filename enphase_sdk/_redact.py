"""Keep secrets out of texts: what a server echoes, and what libraries log."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

from enphase_sdk._json import is_array, is_object

__all__ = ["Redactor", "guard_library_logs"]

HIDDEN = "[hidden]"

_PARAMETER = re.compile(r"(?i)\b(key|user_id)=[^&\s\"'\\#<>)]+")


class Redactor:
    """Replaces known secrets, and anything that looks like a credential parameter, in texts."""

    __slots__ = ("_secrets",)

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for s in secrets for form in (s, quote(s, safe=""), quote_plus(s))}
        # The longest first, so that no form is broken up by a shorter one within it.
        self._secrets = sorted(filter(None, forms), key=len, reverse=True)

    def text(self, text: str) -> str:
        """The text with every secret replaced."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return _PARAMETER.sub(rf"\1={HIDDEN}", text)

    def value(self, value: Any) -> Any:
        """The same for every text inside a decoded JSON value."""
        if isinstance(value, str):
            return self.text(value)
        if is_array(value):
            return [self.value(item) for item in value]
        if is_object(value):
            return {self.text(name): self.value(item) for name, item in value.items()}
        return value


class _ParameterFilter(logging.Filter):
    """A server that redirects with the query it was sent puts the key into a response header."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        redacted = _PARAMETER.sub(rf"\1={HIDDEN}", message)
        if redacted is not message:
            record.msg, record.args = redacted, ()
        return True


def guard_library_logs() -> None:
    """Filter what httpx and httpcore log; calling it again changes nothing."""
    for name in ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2"):
        logger = logging.getLogger(name)
        if not any(isinstance(present, _ParameterFilter) for present in logger.filters):
            logger.addFilter(_ParameterFilter())
