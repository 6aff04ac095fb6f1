"""TLS to a gateway: its self-signed certificate is pinned at first contact, then always checked.

The check is part of the handshake, so nothing can be sent to a gateway that has not passed it.
"""

from __future__ import annotations

import hashlib
import re
import ssl
from contextlib import suppress
from pathlib import Path
from typing import Any

from attrs import frozen

from enphase_sdk.core.log import logger
from enphase_sdk.core.reasons import reason_of
from enphase_sdk.core.state import (
    PrivateEntries,
    create_private,
    read_private,
    real_path,
    replace_private,
    state_folder,
)
from enphase_sdk.errors import (
    APIConnectionError,
    ConfigError,
    EnphaseError,
    FingerprintMismatchError,
)
from enphase_sdk.gateway.address import Address

__all__ = ["GatewayTrust", "Pin", "ca_context", "fingerprint_text", "pinning_context"]


_FINGERPRINT = re.compile(
    r"(?:sha-?256)?[\s:=/]*(?:fingerprint)?[\s:=]*((?:[0-9a-f]{2}[\s:-]?){31}[0-9a-f]{2})",
    re.ASCII | re.IGNORECASE,
)


def fingerprint_text(value: str) -> str:
    """A SHA-256 fingerprint as 64 lower-case hex digits.

    Colons and the prefix that openssl prints are removed.

    Raises:
        ConfigError: the text is not such a fingerprint.
    """
    match = _FINGERPRINT.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ConfigError(
            "fingerprint must be the certificate's SHA-256 in hex, 64 digits with or without "
            "colons, as `openssl x509 -noout -fingerprint -sha256` prints it"
        )
    return re.sub(r"[\s:-]", "", match[1]).lower()


@frozen
class Pin:
    """The fingerprint a gateway's certificate must have.

    Attributes:
        address: The gateway.
        given: The fingerprint that the caller has passed (64 hex digits), or None. It is stored.
    """

    address: Address
    given: str | None = None

    @property
    def path(self) -> Path:
        """The file that keeps it."""
        name = f"{self.address.host}_{self.address.port or 443}".replace(":", "-")
        return state_folder() / "fingerprints" / name

    def known(self) -> str | None:
        """The fingerprint, given or stored; None before the first contact.

        Raises:
            ConfigError: the file that keeps it cannot be used.
        """
        return self._stored() if self.given is None else self.given

    def _stored(self) -> str | None:
        stored = read_private(self.path)
        if stored is None:
            return None
        try:
            return fingerprint_text(stored)
        except ConfigError:
            # The file may hold anything, and a traceback may show local variables.
            del stored
            problem = (
                f"{self.path} holds no fingerprint: pass fingerprint=, or delete it, and the "
                "certificate that is presented next is pinned"
            )
        raise ConfigError(problem)

    def check(self, certificate: bytes | None) -> None:
        """Compare a certificate (DER) with the pin; at the first contact it becomes the pin.

        Raises:
            FingerprintMismatchError: it is another one.
            ConfigError: the pin cannot be read, or written at the first contact.
        """
        if certificate is None:
            raise APIConnectionError(f"{self.address}: the gateway presented no certificate")
        actual = hashlib.sha256(certificate).hexdigest()
        expected = self.known()
        if expected is None:
            if create_private(self.path, actual):
                logger.warning(
                    "%s: first contact; its certificate is pinned from now on (SHA-256 %s, "
                    "kept in %s)",
                    self.address,
                    actual,
                    self.path,
                )
                return
            expected = self.known()
        if actual != expected:
            raise FingerprintMismatchError(
                f"{self.address}: the certificate's SHA-256 is {actual}, pinned is {expected}; "
                "nothing was sent. If the gateway was replaced or reset, accept the new one with "
                f"fingerprint='{actual}' or delete {self.path}; if not, another device answers at "
                "this address",
                host=str(self.address),
                expected=str(expected),
                actual=actual,
            )
        if self.given is not None:
            self._keep(actual)

    def _keep(self, actual: str) -> None:
        """Store the fingerprint that the caller passed, for later runs without it."""
        with suppress(ConfigError):
            if self._stored() == actual:
                return
        try:
            replace_private(self.path, actual)
        except ConfigError as error:
            logger.warning("%s: the given fingerprint could not be stored: %s", self.address, error)


class _PinningContext(ssl.SSLContext):
    pin: Pin


class _PinnedSocket(ssl.SSLSocket):
    def do_handshake(self, block: bool = False) -> None:
        super().do_handshake(block)
        try:
            _check(self)
        except EnphaseError:
            self.close()
            raise


class _PinnedObject(ssl.SSLObject):
    def do_handshake(self) -> None:
        super().do_handshake()
        _check(self)


def _check(connection: Any) -> None:
    context: _PinningContext = connection.context
    context.pin.check(connection.getpeercert(binary_form=True))


def pinning_context(pin: Pin) -> ssl.SSLContext:
    """A context whose handshakes fail unless the certificate is the pinned one."""
    context = _PinningContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    # The pin is checked, not a chain of trust, which a self-signed certificate does not have.
    context.verify_mode = ssl.CERT_NONE
    # Older firmware supports no cipher of Python's stricter default set.
    context.set_ciphers("DEFAULT")
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = _PinnedSocket
    context.sslobject_class = _PinnedObject
    context.pin = pin
    return context


@frozen
class GatewayTrust:
    """How a gateway's certificate is checked: by its pin, or by a file of authorities.

    Attributes:
        pin: The fingerprint: given, stored, or taken at the first connection.
        ca_file: A PEM file of authorities, instead of the pin.
    """

    pin: Pin
    ca_file: Path | None = None

    def is_established(self) -> bool:
        """Whether this gateway is known to use TLS."""
        return self.ca_file is not None or self.pin.known() is not None

    def has_spoken_tls(self, serial_number: str) -> bool:
        """Whether the gateway with this serial number has used TLS before, at any address.

        Raises:
            ConfigError: the file that stores this cannot be used.
        """
        return _fingerprints_by_serial().get(serial_number) is not None

    def note_serial(self, serial_number: str) -> None:
        """Store that the gateway with this serial number uses TLS, at any address."""
        if self.ca_file is not None:
            return
        # With a given fingerprint the connection is safe even if nothing can be stored.
        with suppress(ConfigError):
            pinned, noted = self.pin.known(), _fingerprints_by_serial()
            if pinned is not None and noted.get(serial_number) != pinned:
                noted.put(serial_number, pinned)

    def context(self) -> ssl.SSLContext:
        """The context for its connections."""
        return pinning_context(self.pin) if self.ca_file is None else ca_context(self.ca_file)


def _fingerprints_by_serial() -> PrivateEntries:
    return PrivateEntries(state_folder() / "gateway-serials.json")


def ca_context(path: str | Path) -> ssl.SSLContext:
    """A context that trusts the authorities in a PEM file, for gateways with an issued certificate.

    Raises:
        ConfigError: the file cannot be used.
    """
    path = real_path(path, "ca_file")
    try:
        return ssl.create_default_context(cafile=path)
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        problem = f"ca_file {path} cannot be used: {reason_of(error)}"
    raise ConfigError(problem)
