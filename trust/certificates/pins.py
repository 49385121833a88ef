"""Which country may use which certificate for what: by leaf, or by authority.

Trusting an issuing CA alone would let any customer of a commercial CA speak for any
country. So a certificate is believed if this very leaf was configured, or if it was
issued, by an authority that was configured for this country, to the subject that was
named with it.

Spec: eHDSI X.509 profile; the trust anchor of a peer is its published certificate.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from trust.certificates.purposes import Purpose
from trust.certificates.subjects import SubjectRule
from trust.certificates.voucher import Voucher
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
    check_country
        Refuse a leaf whose subject names another country than this one.
    """

    country: CountryCode
    purpose: Purpose
    fingerprint: str
    label: str
    check_country: bool = False

    def __post_init__(self) -> None:
        _check_fingerprint(self.fingerprint, self.label)

    @classmethod
    def of(
        cls,
        certificate: x509.Certificate,
        *,
        country: CountryCode,
        purpose: Purpose,
        label: str,
        check_country: bool = False,
    ) -> CertificatePin:
        """Pin this certificate."""
        return cls(country, purpose, fingerprint_of(certificate), label, check_country)


@dataclass(frozen=True, slots=True)
class AuthorityPin:
    """An authority, and whom it vouches for, for one country and one purpose.

    Attributes
    ----------
    anchor
        SHA-256 of the authority's DER certificate, which an
        :class:`~trust.certificates.anchors.AnchorStore` holds.
    subject
        Whom the authority must have given the leaf to.
    voucher
        Who vouches for the authority only for a time; None where the settings do.
    """

    country: CountryCode
    purpose: Purpose
    anchor: str
    subject: SubjectRule
    label: str
    check_country: bool = False
    voucher: Voucher | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        _check_fingerprint(self.anchor, self.label)


def _check_fingerprint(fingerprint: str, label: str) -> None:
    if not _FINGERPRINT.fullmatch(fingerprint):
        raise ValueError(
            f"the pin {label!r} needs a SHA-256 fingerprint of 64 lower-case "
            "hexadecimal digits"
        )


class PinStore:
    """The pins of all peers, found by certificate and purpose.

    Several leaves of one country may be pinned at once (roll-over); a certificate that
    two countries could use would leave the country of a message open and is refused.

    Raises
    ------
    ValueError
        One certificate is pinned for two countries, or could be.
    """

    __slots__ = ("_authorities", "_by_use", "_purposes")

    def __init__(
        self,
        pins: Iterable[CertificatePin],
        authorities: Iterable[AuthorityPin] = (),
    ) -> None:
        self._by_use: dict[tuple[str, Purpose], CertificatePin] = {}
        self._purposes: dict[str, set[Purpose]] = {}
        self._authorities = tuple(authorities)
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
        _refuse_shared(self._authorities)

    def find(
        self, certificate: x509.Certificate, purpose: Purpose
    ) -> CertificatePin | None:
        """Return the pin of this very leaf for this purpose, or None."""
        return self._by_use.get((fingerprint_of(certificate), purpose))

    def purposes_of(self, certificate: x509.Certificate) -> frozenset[Purpose]:
        """Return what this leaf is pinned for; empty where it is unknown."""
        return frozenset(self._purposes.get(fingerprint_of(certificate), ()))

    def authorities(self, purpose: Purpose) -> tuple[AuthorityPin, ...]:
        """Return the authorities that vouch for certificates of this purpose."""
        return tuple(pin for pin in self._authorities if pin.purpose is purpose)


def _refuse_shared(pins: tuple[AuthorityPin, ...]) -> None:
    for index, pin in enumerate(pins):
        for other in pins[index + 1 :]:
            if other.country == pin.country or pin.subject.excludes(other.subject):
                continue
            raise ValueError(
                f"one certificate could satisfy both {pin.label!r} ({pin.subject}) of "
                f"{pin.country} and {other.label!r} ({other.subject}) of "
                f"{other.country}; name an attribute in which they differ"
            )
