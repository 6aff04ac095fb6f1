"""Settings for vcrpy that keep secrets out of cassettes.

my_vcr = vcr.VCR(**cassettes.vcr_config(cassette_library_dir="tests/cassettes"))

The same dict is what pytest-recording's fixture ``vcr_config`` returns. Hidden are the cloud's
``key`` and ``user_id``, Authorization and cookie headers, passwords, account names, session ids
and tokens, wherever a request holds them, and wherever an answer repeats them. A replayed token
reads like one, and never expires. Needs vcrpy 9 or newer, which records below this package's
clients.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, unquote_plus, urlsplit

from enphase_sdk.core.json import is_object
from enphase_sdk.core.redact import HIDDEN, WEB_TOKEN, Redactor, hide_in_record

__all__ = ["vcr_config"]

_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})
_SECRETS = (
    "key",
    "user_id",
    "api_key",
    "password",
    "user[password]",
    "session_id",
    "manager_token",
    "token",
    "access_token",
    "refresh_token",
)
_ACCOUNTS = ("username", "email", "user[email]")
_NAMES = frozenset(_SECRETS + _ACCOUNTS)


def _any_of(names: Iterable[str]) -> str:
    return "|".join(re.escape(form) for name in names for form in {name, quote(name, safe="")})


_MEMBER = re.compile(rf'(?i)("(?:{_any_of(_NAMES)})"\s*:\s*)(?:"((?:[^"\\]|\\.)*)"|-?[0-9.]+)')
_PARAMETER = re.compile(rf"(?i)(?<![\w\[\]])((?:{_any_of(_NAMES)})=)([^&\s\"'\\#<>)]*)")

_LOGGERS = (
    "vcr.request",
    "vcr.cassette",
    "vcr.matchers",
    "vcr.patch",
    "vcr.stubs",
    "vcr.stubs.httpx_stubs",
)

# Characters. Shorter text in an answer is more likely a word than the secret.
_SHORTEST = 8


# The replacement for a token: its payload is {"enphaseUser":"owner"}, without an expiry.
_NO_TOKEN = "eyJhbGciOiJub25lIn0.eyJlbnBoYXNlVXNlciI6Im93bmVyIn0.hidden"  # noqa: S105 - nobody's


def vcr_config(**changes: Any) -> dict[str, Any]:
    """Arguments for ``vcr.VCR``, for one or many cassettes.

    Args:
        changes: Further arguments, or replacements for the default ones.
    """
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_hide_in_log)
    scrubber = _Scrubber()
    return {
        "before_record_request": scrubber.request,
        "before_record_response": scrubber.response,
        "decode_compressed_response": True,
        "match_on": ["method", "scheme", "host", "port", "path", "query"],
        **changes,
    }


class _Scrubber:
    """Hides secrets by their names, and remembers their values to hide repetitions."""

    def __init__(self) -> None:
        self._known: frozenset[str] = frozenset()
        self._redactor = Redactor(())

    def request(self, request: Any) -> Any:
        """The request as it is recorded, and as it is looked up; vcrpy gives a copy."""
        for name in [name for name in request.headers if name.lower() in _HEADERS]:
            self._learn(re.sub(r"(?i)^(bearer|basic) ", "", str(request.headers.pop(name))))
        request.uri = self._text(self._address(request.uri))
        request.body = self._body(request.body)
        return request

    def response(self, response: dict[str, Any]) -> dict[str, Any]:
        """The answer as it is recorded."""
        content = self._body(response["body"]["string"])
        headers: dict[str, Any] = {}
        for name, values in response["headers"].items():
            listed = [values] if isinstance(values, str) else list(values)
            if name.lower() == "set-cookie":
                headers[name] = [
                    re.sub(r"=[^;]*", f"={HIDDEN}", value, count=1) for value in listed
                ]
            elif name.lower() == "content-length":
                headers[name] = [str(len(content or b""))]
            else:
                headers[name] = [self._text(value) for value in listed]
        return {**response, "headers": headers, "body": {"string": content}}

    def _address(self, uri: str) -> str:
        parts = urlsplit(uri)
        kept: list[str] = []
        for parameter in parts.query.split("&"):
            name, _, value = parameter.partition("=")
            if unquote_plus(name).lower() in _NAMES:
                self._learn(unquote_plus(value))
            else:
                kept.append(parameter)
        host = parts.netloc.rpartition("@")[2]
        return parts._replace(netloc=host, query="&".join(kept)).geturl()

    def _body(self, body: Any) -> Any:
        if hasattr(body, "read"):
            body = body.read()
        if isinstance(body, str):
            return self._text(body)
        if not body:
            return body
        content = body if isinstance(body, bytes) else b"".join(body)
        try:
            return self._text(content.decode()).encode()
        except UnicodeDecodeError:
            return self._text(content.decode("latin-1")).encode("latin-1")

    def _text(self, text: str) -> str:
        text = _MEMBER.sub(self._without_value, text)
        text = _PARAMETER.sub(self._without_value, text)
        return self._redactor.known(WEB_TOKEN.sub(_NO_TOKEN, text))

    def _without_value(self, match: re.Match[str]) -> str:
        name, value = match[1], match[2]
        if value is None:
            return f"{name}0"
        shown = _NO_TOKEN if WEB_TOKEN.fullmatch(value) else HIDDEN
        if not any(account in name.lower() for account in _ACCOUNTS):
            self._learn(unquote_plus(value) if name.endswith("=") else value)
        return f'{name}"{shown}"' if '"' in name else f"{name}{shown}"

    def _learn(self, secret: str) -> None:
        if len(secret) >= _SHORTEST and secret not in (HIDDEN, _NO_TOKEN):
            self._known |= {secret}
            self._redactor = Redactor(self._known)


def _hide_in_log(record: logging.LogRecord) -> bool:
    """What vcrpy logs of a request without its secrets, and nothing of an answer."""
    if isinstance(record.args, tuple):
        record.args = tuple("(not shown)" if is_object(arg) else arg for arg in record.args)
    message = record.getMessage()
    message = _MEMBER.sub(rf'\1"{HIDDEN}"', message)
    record.msg, record.args = _PARAMETER.sub(rf"\1{HIDDEN}", message), ()
    hide_in_record(record, _NO_SECRETS)
    return True


_NO_SECRETS = Redactor(())
