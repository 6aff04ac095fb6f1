"""The address of a gateway: host and port."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address

from attrs import frozen

from enphase_sdk.errors import ConfigError

__all__ = ["Address"]

_WITH_PORT = re.compile(r"(\[[^]]*\]|[^:]*)(?::(\d{1,5}))?", re.ASCII)
_NAME = re.compile(r"[\w-]{1,63}(\.[\w-]{1,63})*\.?", re.ASCII)
_LONGEST_NAME = 253


@frozen
class Address:
    """A host name or IP address, and a port if it is not the default."""

    host: str
    port: int | None = None

    @classmethod
    def parsed(cls, text: str) -> Address:
        """Read ``192.168.1.50``, ``envoy.local:8443`` or ``[fe80::1]:443``.

        Raises:
            ConfigError: the text is not an address.
        """
        found = cls.read(text)
        # A traceback that shows local variables must not show it: it may hold a password.
        del text
        if isinstance(found, ConfigError):
            raise found
        return found

    @classmethod
    def read(cls, text: str) -> Address | ConfigError:
        """The address; or the error, not raised, for a caller whose frame holds the text."""
        found = _parts(text.strip()) if isinstance(text, str) else None
        if found is not None:
            return cls(*found)
        # The text before an @ may be a password.
        shown = "one with a user" if "@" in str(text) else repr(text)
        return ConfigError(
            "host must be the gateway's name or address, like 192.168.1.50 or envoy.local, with "
            f"a port or without, not {shown}"
        )

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    def url(self, scheme: str) -> str:
        """The URL of the gateway's root, without a slash at its end."""
        return f"{scheme}://{self}"


def _parts(text: str) -> tuple[str, int | None] | None:
    is_bare_ipv6 = text.count(":") > 1 and not text.startswith("[")
    match = _WITH_PORT.fullmatch(f"[{text}]" if is_bare_ipv6 else text)
    if match is None:
        return None
    host = _ipv6(match[1][1:-1]) if match[1].startswith("[") else _name_or_ipv4(match[1])
    port = int(match[2]) if match[2] else None
    if host is None or (port is not None and not 0 < port < 65536):
        return None
    return host, port


def _ipv6(text: str) -> str | None:
    try:
        return str(IPv6Address(text))
    except ValueError:
        return None


def _name_or_ipv4(text: str) -> str | None:
    if text.replace(".", "").isdecimal():
        try:
            return str(IPv4Address(text))
        except ValueError:
            return None
    return text.lower() if _NAME.fullmatch(text) and len(text) <= _LONGEST_NAME else None
