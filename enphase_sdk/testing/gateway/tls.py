"""The self-signed certificate of a simulated gateway, created at its first use."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import frozen

from enphase_sdk.errors import ConfigError

__all__ = ["Certificate", "self_signed"]

_FROM = datetime(2020, 1, 1, tzinfo=UTC)


@frozen
class Certificate:
    """A certificate with its key.

    Attributes:
        pem: The certificate, PEM; as a CA file it verifies itself.
        fingerprint: SHA-256 of the certificate's DER form, lower-case hex.
        context: A server's TLS context that presents it.
    """

    pem: bytes
    fingerprint: str
    context: ssl.SSLContext


def self_signed(serial_number: str) -> Certificate:
    """A new certificate for 127.0.0.1, as a gateway with that serial number makes one.

    Raises:
        ConfigError: The ``cryptography`` package is not installed.
    """
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.x509.oid import NameOID
    except ImportError:
        raise ConfigError(
            "a simulated gateway needs the extra testing to serve TLS: "
            "pip install 'enphase-sdk[testing]'"
        ) from None
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, serial_number)])
    hosts = [
        x509.DNSName("localhost"),
        x509.DNSName("envoy.local"),
        x509.IPAddress(ip_address("127.0.0.1")),
    ]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_FROM + timedelta(days=365 * 60))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    fingerprint = sha256(certificate.public_bytes(serialization.Encoding.DER)).hexdigest()
    return Certificate(pem, fingerprint, _context(pem, secret))


def _context(pem: bytes, secret: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # The ssl module reads a key from a file only.
    with TemporaryDirectory() as folder:
        chain = Path(folder, "chain.pem")
        chain.touch(mode=0o600)
        chain.write_bytes(pem + secret)
        context.load_cert_chain(chain)
    return context
