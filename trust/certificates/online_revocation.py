"""Revocation data from the addresses that certificates name, kept while it is fresh.

An answer is kept until its nextUpdate, and renewed before. An address that failed is
left alone for a while: a dead responder must not slow every message. The network is the
edge's: this module sees a :class:`~trust.certificates.revocation.RevocationLine`.

Spec: RFC 5280 §4.2.1.13 (distribution points), §4.2.2.1 (AIA) / RFC 6960 §4 /
RFC 5019 §5 (http).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from trust.certificates.path import RevocationData
from trust.certificates.pins import fingerprint_of
from trust.certificates.revocation import (
    LineFailed,
    RevocationFinding,
    RevocationLine,
    describe_crl,
)

_SCHEMES: Final = ("http://", "https://")
# An answer without an end is used for this long and no longer.
_WITHOUT_END: Final = timedelta(hours=1)
_MAX_ADDRESSES: Final = 4
_MAX_KEPT: Final = 4_096
# What an answer is renewed before its end, so that no message waits for it.
_AHEAD: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Freshness:
    """How long answers and failures are kept.

    Attributes
    ----------
    max_age
        An answer is asked for again after this, however far its nextUpdate is.
    retry
        A failed address is asked again after this.
    """

    max_age: timedelta = timedelta(hours=1)
    retry: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Kept:
    """The last answer of an address; ``trouble`` says why there is no newer one."""

    data: RevocationData
    note: str | None
    renew_at: datetime
    good_until: datetime | None
    asked_at: datetime
    trouble: str | None = None

    def is_fresh(self, moment: datetime) -> bool:
        return self.asked_at <= moment < self.renew_at

    def is_good(self, moment: datetime) -> bool:
        return self.good_until is not None and moment < self.good_until

    def finding(self) -> RevocationFinding:
        notes = tuple(note for note in (self.note, self.trouble) if note)
        return RevocationFinding(self.data, notes, self.renew_at, self.good_until)


@dataclass(frozen=True, slots=True)
class _Answer:
    data: RevocationData
    note: str
    end: datetime | None


class OnlineRevocation:
    """Asks OCSP responders and CRL distribution points; shared by all threads."""

    def __init__(
        self, line: RevocationLine, freshness: Freshness | None = None
    ) -> None:
        self._line = line
        self._freshness = freshness or Freshness()
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._locks: dict[tuple[str, str], threading.Lock] = {}
        self._lock = threading.Lock()

    def find(
        self, certificate: x509.Certificate, issuer: x509.Certificate, moment: datetime
    ) -> RevocationFinding:
        """Return what the certificate's own addresses say."""
        finding = RevocationFinding()
        for kind, address, ask in self._questions(certificate, issuer):
            kept = self._ask(kind, address, ask, moment)
            finding += kept.finding()
        return finding

    def _questions(
        self, certificate: x509.Certificate, issuer: x509.Certificate
    ) -> Iterator[tuple[str, str, Callable[[], _Answer]]]:
        for address in ocsp_addresses(certificate):
            yield (
                fingerprint_of(certificate),
                address,
                _OcspQuestion(self._line, address, certificate, issuer),
            )
        for address in crl_addresses(certificate):
            yield "crl", address, _CrlQuestion(self._line, address)

    def _ask(
        self, kind: str, address: str, ask: Callable[[], _Answer], moment: datetime
    ) -> _Kept:
        key = (kind, address)
        with self._lock_of(key):
            before = self._kept.get(key)
            if before is not None and before.is_fresh(moment):
                return before
            kept = self._renewed(before, address, ask, moment)
            self._kept[key] = kept
            return kept

    def _lock_of(self, key: tuple[str, str]) -> threading.Lock:
        """Return the lock of one address: a slow one must not hold up the others."""
        with self._lock:
            if len(self._locks) >= _MAX_KEPT:
                self._locks.clear()
                self._kept.clear()
            return self._locks.setdefault(key, threading.Lock())

    def _renewed(
        self,
        before: _Kept | None,
        address: str,
        ask: Callable[[], _Answer],
        moment: datetime,
    ) -> _Kept:
        try:
            return self._answered(ask(), moment)
        except LineFailed as failed:
            trouble = f"{address}: {failed}"
        except (ValueError, UnsupportedAlgorithm):
            trouble = f"{address}: the answer cannot be read"
        renew_at = moment + self._freshness.retry
        if before is not None and before.is_good(moment):
            return _Kept(
                before.data, before.note, renew_at, before.good_until, moment, trouble
            )
        return _Kept(RevocationData(), None, renew_at, None, moment, trouble)

    def _answered(self, answer: _Answer, moment: datetime) -> _Kept:
        end = answer.end or moment + _WITHOUT_END
        soonest = moment + self._freshness.retry
        renew_at = max(soonest, min(end - _AHEAD, moment + self._freshness.max_age))
        good_until = end if end > moment else None
        return _Kept(answer.data, answer.note, renew_at, good_until, moment)


@dataclass(frozen=True, slots=True)
class _OcspQuestion:
    line: RevocationLine
    address: str
    certificate: x509.Certificate
    issuer: x509.Certificate

    def __call__(self) -> _Answer:
        # SHA-1 names the certificate here and proves nothing (RFC 5019 §2.1.1).
        builder = ocsp.OCSPRequestBuilder().add_certificate(
            self.certificate,
            self.issuer,
            SHA1(),  # noqa: S303
        )
        data = self.line.post(self.address, builder.build().public_bytes(Encoding.DER))
        response = ocsp.load_der_ocsp_response(data)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            status = response.response_status.name.lower().replace("_", " ")
            raise LineFailed(f"the OCSP responder answered {status}")
        note = (
            f"OCSP response from {self.address}, of "
            f"{response.this_update_utc:%Y-%m-%d %H:%M}Z: "
            f"{response.certificate_status.name.lower()}"
        )
        return _Answer(
            RevocationData(ocsp_responses=(data,)), note, response.next_update_utc
        )


@dataclass(frozen=True, slots=True)
class _CrlQuestion:
    line: RevocationLine
    address: str

    def __call__(self) -> _Answer:
        data = self.line.get(self.address)
        crl = x509.load_der_x509_crl(data)
        return _Answer(
            RevocationData(crls=(data,)),
            describe_crl(crl, self.address),
            crl.next_update_utc,
        )


def ocsp_addresses(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the OCSP responders that the certificate names."""
    try:
        access = certificate.extensions.get_extension_for_class(
            x509.AuthorityInformationAccess
        ).value
    except x509.ExtensionNotFound:
        return ()
    return _web(
        each.access_location
        for each in access
        if each.access_method == AuthorityInformationAccessOID.OCSP
    )


def crl_addresses(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the CRL distribution points that the certificate names."""
    try:
        points = certificate.extensions.get_extension_for_class(
            x509.CRLDistributionPoints
        ).value
    except x509.ExtensionNotFound:
        return ()
    return _web(name for point in points for name in point.full_name or ())


def _web(names: Iterator[x509.GeneralName]) -> tuple[str, ...]:
    """Keep web addresses; LDAP and directory names are not asked."""
    found = dict.fromkeys(
        name.value
        for name in names
        if isinstance(name, x509.UniformResourceIdentifier)
        and name.value.lower().startswith(_SCHEMES)
    )
    return tuple(found)[:_MAX_ADDRESSES]
