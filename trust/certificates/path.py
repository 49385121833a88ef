"""The port to whatever builds certification paths and reads revocation.

No type of the library behind it passes; moments and revocation data are passed in, and
nothing is fetched: a decision about the past is made as the one about now.

Spec: RFC 5280 §6 (path validation, CRL processing) / RFC 6960 (OCSP).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from cryptography import x509

from trust.decision import Reason, TrustRefused


@dataclass(frozen=True, slots=True)
class RevocationData:
    """Revocation lists and OCSP responses, DER as they came, not yet believed."""

    crls: tuple[bytes, ...] = ()
    ocsp_responses: tuple[bytes, ...] = ()

    def __add__(self, other: RevocationData) -> RevocationData:
        return RevocationData(
            self.crls + other.crls, self.ocsp_responses + other.ocsp_responses
        )


NOTHING_KNOWN: Final = RevocationData()


class PathValidator(Protocol):
    """Builds and validates paths as RFC 5280 §6 says."""

    def validate(
        self,
        leaf: x509.Certificate,
        anchors: Sequence[x509.Certificate],
        intermediates: Sequence[x509.Certificate],
        moment: datetime,
        revocation: RevocationData | None,
    ) -> tuple[x509.Certificate, ...]:
        """Return a valid path, the leaf first and the anchor last.

        Parameters
        ----------
        revocation
            With it, every certificate but the anchor must be shown not to be revoked;
            None leaves revocation out.

        Raises
        ------
        TrustRefused
            For PATH_INVALID, CERTIFICATE_REVOKED or REVOCATION_UNKNOWN.
        """
        ...


class NoPaths:
    """Where no authority is configured, no path is valid."""

    def validate(
        self,
        leaf: x509.Certificate,
        anchors: Sequence[x509.Certificate],
        intermediates: Sequence[x509.Certificate],
        moment: datetime,
        revocation: RevocationData | None,
    ) -> tuple[x509.Certificate, ...]:
        """Refuse."""
        del leaf, anchors, intermediates, moment, revocation
        raise TrustRefused(
            Reason.PATH_INVALID, "no authority is configured that a path could end at"
        )
