"""Pinned leaf certificates: which country may use which certificate for what.

Trusting an issuing CA alone would let any customer of a commercial CA speak for any
country, so a certificate is believed only if this very leaf was configured.

Spec: eHDSI X.509 profile; the trust anchor of a peer is its published certificate.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from trust.certificates.purposes import Purpose
from trust.identifiers import CountryCode

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


def fingerprint_of(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of the DER form, 64 lower-case hexadecimal digits."""
    return certificate.fingerprint(hashes.SHA256()).hex()


@dataclass(frozen=True, slots=True)
class CertificatePin:
    """One leaf certificate, pinned for one country and one purpose.

    Attributes
    ----------
    fingerprint
        SHA-256 of the DER leaf, 64 lower-case hexadecimal digits.
    label
        Where the pin comes from, in the operator's words (a file name, say).
    """

    country: CountryCode
    purpose: Purpose
    fingerprint: str
    label: str

    def __post_init__(self) -> None:
        if not _FINGERPRINT.fullmatch(self.fingerprint):
            raise ValueError(
                f"the pin {self.label!r} needs a SHA-256 fingerprint of 64 lower-case "
                "hexadecimal digits"
            )

    @classmethod
    def of(
        cls,
        certificate: x509.Certificate,
        *,
        country: CountryCode,
        purpose: Purpose,
        label: str,
    ) -> CertificatePin:
        """Pin this certificate."""
        return cls(country, purpose, fingerprint_of(certificate), label)


class PinStore:
    """The pins of all peers, found by fingerprint and purpose.

    Several leaves of one country may be pinned at once (roll-over); one leaf for two
    countries would leave the country of a message open and is refused.

    Raises
    ------
    ValueError
        One certificate is pinned for two countries.
    """

    __slots__ = ("_by_use", "_purposes")

    def __init__(self, pins: Iterable[CertificatePin]) -> None:
        self._by_use: dict[tuple[str, Purpose], CertificatePin] = {}
        self._purposes: dict[str, set[Purpose]] = {}
        countries: dict[str, CertificatePin] = {}
        for pin in pins:
            first = countries.setdefault(pin.fingerprint, pin)
            if first.country != pin.country:
                raise ValueError(
                    f"the certificate of the pins {first.label!r} and {pin.label!r} is "
                    f"pinned for {first.country} and {pin.country}; one country only"
                )
            self._by_use.setdefault((pin.fingerprint, pin.purpose), pin)
            self._purposes.setdefault(pin.fingerprint, set()).add(pin.purpose)

    def find(
        self, certificate: x509.Certificate, purpose: Purpose
    ) -> CertificatePin | None:
        """Return the pin of this very leaf for this purpose, or None."""
        return self._by_use.get((fingerprint_of(certificate), purpose))

    def purposes_of(self, certificate: x509.Certificate) -> frozenset[Purpose]:
        """Return what this leaf is pinned for; empty where it is unknown."""
        return frozenset(self._purposes.get(fingerprint_of(certificate), ()))
