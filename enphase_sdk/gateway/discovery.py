"""Finds gateways on the local network by multicast DNS (extra ``discover``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from enphase_sdk.clock import current_clock
from enphase_sdk.errors import ConfigError

if TYPE_CHECKING:
    from zeroconf import ServiceInfo

__all__ = ["FoundGateway", "discover"]

SERVICE = "_enphase-envoy._tcp.local."


@frozen
class FoundGateway:
    """A gateway that announces itself.

    Attributes:
        serial_number: The serial number that it announces, or None.
        host: Its IP address for `Envoy`; IPv4 if it has one.
        name: Its host name, such as ``envoy.local``.
    """

    serial_number: str | None
    host: str
    name: str


def discover(
    seconds: float = 3.0, *, interfaces: Sequence[str] | None = None
) -> list[FoundGateway]:
    """Listen for gateways that announce themselves.

    Args:
        seconds: Time to listen, seconds.
        interfaces: IP addresses of the network interfaces to listen on. Default: all.

    Raises:
        ConfigError: the extra is not installed, or the network cannot be listened on.
    """
    try:
        from zeroconf import ServiceBrowser, ServiceStateChange, Zeroconf
    except ImportError:
        raise ConfigError(
            "finding gateways needs the extra: pip install 'enphase-sdk[discover]'"
        ) from None
    names: set[str] = set()

    def changed(*, name: str, state_change: ServiceStateChange, **_: object) -> None:
        if state_change is ServiceStateChange.Added:
            names.add(name)

    try:
        zeroconf = Zeroconf(interfaces=list(interfaces)) if interfaces else Zeroconf()
    except (OSError, ValueError, RuntimeError) as error:  # no such interface, or no address
        reason = getattr(error, "strerror", None) or error
        problem = f"cannot listen for gateways: {reason}; name the gateway's address"
        raise ConfigError(problem) from None
    with zeroconf:
        browser = ServiceBrowser(zeroconf, SERVICE, handlers=[changed])
        current_clock().sleep(seconds)
        browser.cancel()
        told = [zeroconf.get_service_info(SERVICE, name) for name in names]
    found = {_gateway(info) for info in told if info is not None and info.parsed_addresses()}
    return sorted(found, key=lambda gateway: (gateway.serial_number or "", gateway.host))


def _gateway(info: ServiceInfo) -> FoundGateway:
    addresses = info.parsed_addresses()
    v4 = [address for address in addresses if ":" not in address]
    return FoundGateway(
        serial_number=info.decoded_properties.get("serialnum"),
        host=(v4 or addresses)[0],
        name=(info.server or info.name).rstrip("."),
    )
