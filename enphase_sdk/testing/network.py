"""A guard that allows connections to this machine only."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

from enphase_sdk.core.forks import Turn

__all__ = ["NetworkBlockedError", "no_network"]


class NetworkBlockedError(RuntimeError):
    """A connection or look-up to another machine was blocked by `no_network`.

    It is not an ``OSError``, so that clients do not treat it as a failed connection and retry.

    Attributes:
        host: The blocked name or address.
    """

    def __init__(self, host: str) -> None:
        super().__init__(
            f"no_network: blocked on its way to {host}; only this machine can be reached. Use the "
            "fixtures enlighten or envoy, give the client transport=httpx.MockTransport(…), route "
            "it with respx, or replay a cassette; a test that really needs the network must run "
            "without no_network"
        )
        self.host = host

    def __reduce__(self) -> tuple[type[NetworkBlockedError], tuple[str]]:
        return type(self), (self.host,)


@contextmanager
def no_network() -> Generator[None]:
    """Block connections, datagrams and look-ups to other hosts while the context is open.

    It applies to every thread and event loop of the process. Allowed are loopback names and
    addresses, this machine's own name, and Unix sockets.

    Raises:
        NetworkBlockedError: inside the context, for any other host.
    """
    with _guard:
        yield


class _Guard:
    """Counts the open contexts, because an audit hook cannot be removed."""

    __cantrace__ = True  # otherwise Python hides audit hooks from debuggers and coverage

    def __init__(self) -> None:
        self._turn = Turn()
        self._open = 0
        self._hooked = False

    def __enter__(self) -> None:
        with self._turn.mine():
            self._open += 1
            if not self._hooked:
                sys.addaudithook(self)
                self._hooked = True

    def __exit__(self, *exc_info: object) -> None:
        with self._turn.mine():
            self._open -= 1

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if not self._open or event not in _HOSTS:
            return
        host = _HOSTS[event](*args)
        if not _is_here(host):
            raise NetworkBlockedError(host)


def _is_here(host: str) -> bool:
    if host in ("", "localhost", socket.gethostname()):
        return True
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return mapped.is_loopback or mapped.is_unspecified


def _named(host: str | bytes | None, *_: object) -> str:
    return host.decode("utf-8", "replace") if isinstance(host, bytes) else host or ""


def _addressed(connection: socket.socket, address: Any) -> str:
    inet = connection.family in (socket.AF_INET, socket.AF_INET6)
    return _named(address[0]) if inet and address is not None else ""


# The audit events that contain a host.
_HOSTS: Mapping[str, Callable[..., str]] = {
    "socket.connect": _addressed,
    "socket.sendto": _addressed,
    "socket.sendmsg": _addressed,
    "socket.getaddrinfo": _named,
    "socket.gethostbyname": _named,
    "socket.gethostbyaddr": _named,
}

_guard = _Guard()
