"""Pins from a folder of certificates, for explaining without a settings file.

The place of a file says what it is for: ``DK/seal/any-name.pem`` or
``DK-seal-any-name.pem``. Any other certificate is pinned for the country its subject
names and for every purpose: good enough to look into a message, never to run by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

from ncp.errors import ConfigurationError
from trust.certificates import CertificatePin, PinStore, Purpose
from trust.identifiers import CountryCode, IdentifierError

_ENDINGS = frozenset({".pem", ".crt", ".cer", ".der"})
_PEM = b"-----BEGIN CERTIFICATE-----"
_PLACE = re.compile(
    r"(?P<country>[A-Za-z]{2})[-/](?P<purpose>seal|tls-client|tls-server)(?:[-/.].*)"
)


def load_pin_folder(folder: Path) -> PinStore:
    """Read every certificate in a folder and its sub-folders.

    Raises
    ------
    ConfigurationError
        There is none, one cannot be read, or two contradict each other.
    """
    if not folder.is_dir():
        raise ConfigurationError(
            f"There is no folder {folder}.", "Name a folder of certificates."
        )
    pins = [
        pin
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in _ENDINGS
        for pin in _pins_of(path, folder)
    ]
    if not pins:
        raise ConfigurationError(
            f"The folder {folder} holds no certificate.",
            "Put certificates there (.pem, .crt, .cer or .der), for example "
            "DK/seal/denmark.pem.",
        )
    try:
        return PinStore(pins)
    except ValueError as error:
        raise ConfigurationError(
            f"The certificates in {folder} contradict each other: {error}.",
            "Keep each certificate under its own country only.",
        ) from None


def _pins_of(path: Path, folder: Path) -> Iterator[CertificatePin]:
    certificate = _read(path)
    label = path.relative_to(folder).as_posix()
    place = _PLACE.fullmatch(label)
    country = CountryCode(place["country"]) if place else _stated(certificate, path)
    for purpose in [Purpose(place["purpose"])] if place else Purpose:
        yield CertificatePin.of(
            certificate, country=country, purpose=purpose, label=label
        )


def _read(path: Path) -> x509.Certificate:
    try:
        data = path.read_bytes()
        if _PEM in data:
            return x509.load_pem_x509_certificate(data)
        return x509.load_der_x509_certificate(data)
    except (OSError, ValueError):
        raise ConfigurationError(
            f"{path} holds no readable certificate.",
            "Use PEM or DER, one certificate in each file; a private key is none.",
        ) from None


def _stated(certificate: x509.Certificate, path: Path) -> CountryCode:
    stated = certificate.subject.get_attributes_for_oid(NameOID.COUNTRY_NAME)
    try:
        (country,) = {CountryCode(str(attribute.value)) for attribute in stated}
    except (ValueError, IdentifierError):
        raise ConfigurationError(
            f"Neither the place nor the subject of {path} says which country it is of.",
            "Put it in a folder that does, for example DK/seal.",
        ) from None
    return country
