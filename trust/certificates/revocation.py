"""What is known about revocation, where it comes from, and what to do without it.

Sources give revocation data; they never judge. A source may be a set of files, or the
addresses that certificates name, asked through a :class:`RevocationLine` that the edge
provides.

Spec: RFC 5280 §5 (CRLs) / RFC 6960 (OCSP).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from trust.certificates.path import NOTHING_KNOWN, RevocationData


class RevocationPolicy(StrEnum):
    """What to do where revocation cannot be established; one for each purpose."""

    DENY = "deny"
    ACCEPT_AND_ALARM = "accept-and-alarm"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class RevocationFinding:
    """What a source knows about one certificate.

    Attributes
    ----------
    notes
        What was found and what failed, one short statement each, for the evidence.
    renew_at
        When to ask again although what is known still holds; None for never.
    good_until
        When what is known holds no longer; None where nothing is known.
    """

    data: RevocationData = NOTHING_KNOWN
    notes: tuple[str, ...] = ()
    renew_at: datetime | None = None
    good_until: datetime | None = None

    def __add__(self, other: RevocationFinding) -> RevocationFinding:
        return RevocationFinding(
            self.data + other.data,
            self.notes + other.notes,
            _earlier(self.renew_at, other.renew_at),
            _earlier(self.good_until, other.good_until),
        )


class RevocationSource(Protocol):
    """Finds revocation data; may take its time, and says in notes what failed."""

    def find(
        self, certificate: x509.Certificate, issuer: x509.Certificate, moment: datetime
    ) -> RevocationFinding:
        """Return what is known about ``certificate`` at ``moment``."""
        ...


class LineFailed(Exception):  # noqa: N818 - an outcome, told in the evidence
    """Nothing came from an address; the text says why in a few words."""


class RevocationLine(Protocol):
    """The line to CRL distribution points and OCSP responders."""

    def get(self, address: str) -> bytes:
        """Fetch a CRL; raises :class:`LineFailed`."""
        ...

    def post(self, address: str, request: bytes) -> bytes:
        """Ask an OCSP responder; raises :class:`LineFailed`."""
        ...


class RevocationSources:
    """Several sources as one; each adds what it knows."""

    def __init__(self, sources: Sequence[RevocationSource]) -> None:
        self._sources = tuple(sources)

    def find(
        self, certificate: x509.Certificate, issuer: x509.Certificate, moment: datetime
    ) -> RevocationFinding:
        """Return everything that is known."""
        finding = RevocationFinding()
        for source in self._sources:
            finding += source.find(certificate, issuer, moment)
        return finding


class RevocationLists:
    """CRLs that were given, from files say; works without a network.

    Raises
    ------
    ValueError
        One of them is no DER or PEM certificate revocation list.
    """

    def __init__(self, lists: Iterable[bytes]) -> None:
        self._by_issuer: dict[x509.Name, list[x509.CertificateRevocationList]] = {}
        for data in lists:
            crl = read_crl(data)
            self._by_issuer.setdefault(crl.issuer, []).append(crl)

    def find(
        self,
        certificate: x509.Certificate,
        issuer: x509.Certificate,  # noqa: ARG002 - the port's signature
        moment: datetime,
    ) -> RevocationFinding:
        """Return the lists that the certificate's issuer signed."""
        finding = RevocationFinding()
        for crl in self._by_issuer.get(certificate.issuer, ()):
            finding += _of_list(crl, moment)
        return finding


def _of_list(
    crl: x509.CertificateRevocationList, moment: datetime
) -> RevocationFinding:
    end = crl.next_update_utc
    is_over = end is not None and end < moment
    return RevocationFinding(
        RevocationData(crls=(crl.public_bytes(Encoding.DER),)),
        (describe_crl(crl, "a file"),),
        # A list that is over bounds nothing: another one may be in time.
        good_until=None if is_over else end,
    )


def read_crl(data: bytes) -> x509.CertificateRevocationList:
    """Read a CRL in PEM or DER; raises ValueError."""
    if data.lstrip().startswith(b"-----BEGIN"):
        return x509.load_pem_x509_crl(data)
    return x509.load_der_x509_crl(data)


def describe_crl(crl: x509.CertificateRevocationList, origin: str) -> str:
    """Say in one line which list it is."""
    end = crl.next_update_utc
    return (
        f"CRL of {crl.issuer.rfc4514_string()} from {origin}, of "
        f"{crl.last_update_utc:%Y-%m-%d %H:%M}Z, next by "
        f"{f'{end:%Y-%m-%d %H:%M}Z' if end else 'no stated time'}"
    )


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return min(one, other)
