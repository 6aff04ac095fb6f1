"""The identity of a gateway: ``GET /info``, which needs no login."""

from __future__ import annotations

import re
from typing import cast
from xml.parsers import expat

from attrs import frozen

from enphase_sdk.core.effects import Flow, Reply, Request, Send
from enphase_sdk.errors import APIResponseValidationError, EnphaseError, NotAvailableError
from enphase_sdk.gateway.answers import is_web_page, status_error

__all__ = [
    "OLDEST_FIRMWARE",
    "GatewayInfo",
    "MovedError",
    "identify",
    "needs_token",
    "parse_info",
    "sends_to_https",
]

OLDEST_FIRMWARE = (3, 9)
TOKEN_FIRMWARE = (7,)

_INFO = "/info"
_REDIRECTIONS = frozenset({301, 302, 303, 307, 308})
_VERSION = re.compile(r"[A-Za-z]?(\d{1,9}(?:\.\d{1,9})*)(?!\d)", re.ASCII)
_LONGEST_TEXT = 100
_CHECK = "check that the address is that of a gateway"
_OLD = "firmware before 3.9 has web pages only and cannot be read; ask Enphase to update it"


@frozen(kw_only=True)
class GatewayInfo:
    """The identity of a gateway, as it reports it without a login.

    Attributes:
        serial_number: Its serial number.
        part_number: The vendor's part number with its revision.
        firmware: The version without its first letter: ``8.3.5167``.
        version: The same as numbers, to compare: ``(8, 3, 5167)``.
        is_metered: Whether metering is built in (``imeter``). It does not show whether meters are
            in use, and is False on some gateways that have a meter.
    """

    serial_number: str
    part_number: str | None
    firmware: str
    version: tuple[int, ...]
    is_metered: bool


def identify() -> Flow[GatewayInfo]:
    """Read the identity of a gateway.

    Raises:
        APIConnectionError: the gateway does not answer.
        APIStatusError: it answers with a status that is not a success.
        APIResponseValidationError: the answer is not that of a gateway.
        NotAvailableError: the firmware is too old to be read, or the host is not a gateway.
    """
    reply = cast(Reply, (yield Send(Request("GET", _INFO))))
    if not 200 <= reply.status < 300:
        raise status_error(_INFO, reply.status, _CHECK)
    return parse_info(reply.content)


def parse_info(content: bytes) -> GatewayInfo:
    """Read the XML of ``/info``. It comes from a device: entities and DTDs are refused.

    Raises:
        APIResponseValidationError: It is no such XML, or the serial number or the firmware
            is missing.
        NotAvailableError: It is a web page, or the firmware is before 3.9.
    """
    if is_web_page(content):
        raise NotAvailableError(f"{_INFO} is a web page: {_OLD}, or {_CHECK}")
    device = _device(content)
    serial_number, software = device.get("sn"), device.get("software")
    if not serial_number:
        raise _invalid("it has no device/sn (serial number)")
    match = _VERSION.match(software or "")
    if match is None:
        raise _invalid("its device/software is missing or is not a version")
    firmware = match[1]
    version = tuple(int(part) for part in firmware.split("."))
    if version < OLDEST_FIRMWARE:
        raise NotAvailableError(f"the gateway has firmware {firmware}: {_OLD}")
    return GatewayInfo(
        serial_number=serial_number,
        part_number=device.get("pn") or None,
        firmware=firmware,
        version=version,
        is_metered=device.get("imeter") == "true",
    )


def needs_token(info: GatewayInfo) -> bool:
    """Whether the firmware needs a token (7 and up) rather than a local user."""
    return info.version >= TOKEN_FIRMWARE


class MovedError(EnphaseError):
    """Plain HTTP only redirects to HTTPS: from firmware 7 on a gateway uses HTTPS only."""


def sends_to_https(reply: Reply) -> bool:
    """Whether a reply is a redirection from HTTP to HTTPS."""
    location = reply.headers.get("location", "").strip().lower()
    return reply.status in _REDIRECTIONS and location.startswith("https:")


class _DtdError(Exception):
    """The XML has a DTD, which is refused because it can declare entities."""


def _device(content: bytes) -> dict[str, str]:
    """The texts of the elements directly under ``device``, by name."""
    path: list[str] = []
    texts: dict[str, str] = {}

    def start(name: str, _attributes: dict[str, str]) -> None:
        path.append(name)

    def end(_name: str) -> None:
        path.pop()

    def text(data: str) -> None:
        if len(path) == 3 and path[1] == "device":
            texts[path[2]] = (texts.get(path[2], "") + data)[:_LONGEST_TEXT]

    def doctype(*_: object) -> None:
        raise _DtdError

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(content, True)
    except _DtdError:
        raise _invalid("it has a DTD, which no gateway sends") from None
    except (expat.ExpatError, LookupError, ValueError):
        raise _invalid("it is not XML, or cut off") from None
    return {name: value.strip() for name, value in texts.items()}


def _invalid(reason: str) -> APIResponseValidationError:
    return APIResponseValidationError(f"{_INFO}: {reason}; {_CHECK}", operation=_INFO)
