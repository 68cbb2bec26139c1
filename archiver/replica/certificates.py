"""Creates valid and invalid certificates, for replicas and tests."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_NOW = datetime.now(UTC)


@dataclass(frozen=True)
class Signed:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def authority() -> Signed:
    key = ec.generate_private_key(ec.SECP256R1())
    built = (
        _builder("Test authority", key, days=30)
        .issuer_name(_name("Test authority"))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Signed(built, key)


def _builder(name: str, key: ec.EllipticCurvePrivateKey, days: int) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_NOW - timedelta(days=60))
        .not_valid_after(_NOW + timedelta(days=days))
    )


def pem(signed: Signed) -> bytes:
    """The certificate, as a file of trusted authorities holds it."""
    return signed.certificate.public_bytes(serialization.Encoding.PEM)


def _general_name(address: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(address))
    except ValueError:
        return x509.DNSName(address)


def context(folder: Path, address: str, by: Signed | None, days: int = 30) -> ssl.SSLContext:
    """For a server at an IP address or a name (``*.example.com``). Without ``by`` the certificate is
    self-signed; with days < 0 it is expired."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = by.certificate.subject if by else _name(address)
    names = x509.SubjectAlternativeName([_general_name(address)])
    built = (
        _builder(address, key, days)
        .issuer_name(issuer)
        .add_extension(names, critical=False)
        .sign(by.key if by else key, hashes.SHA256())
    )
    path = folder / f"{address.replace('*', 'any')}-{days}-{bool(by)}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + built.public_bytes(serialization.Encoding.PEM))
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(path)
    return made
