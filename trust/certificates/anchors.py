"""The authorities that are known: those that end a path, and those inside one.

They are kept apart from pinned leaves: a leaf that stood among the anchors would be the
end of its own path.

Spec: RFC 5280 §6.1.1 (d) (trust anchor information).
"""

from __future__ import annotations

from collections.abc import Iterable

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from trust.certificates.pins import fingerprint_of


class AnchorStore:
    """Authorities by fingerprint, with the intermediates a path may go through.

    Peers send intermediates in the handshake, but the TLS library shows the leaf alone:
    they come from the settings.
    """

    __slots__ = ("_anchors", "intermediates")

    def __init__(
        self,
        anchors: Iterable[x509.Certificate] = (),
        intermediates: Iterable[x509.Certificate] = (),
    ) -> None:
        self._anchors = {fingerprint_of(anchor): anchor for anchor in anchors}
        self.intermediates = tuple(intermediates)

    def find(self, fingerprint: str) -> x509.Certificate | None:
        """Return the anchor of this fingerprint, or None."""
        return self._anchors.get(fingerprint)

    def holds(self, certificate: x509.Certificate) -> bool:
        """Tell whether the certificate is itself one of the anchors."""
        return fingerprint_of(certificate) in self._anchors

    def issuers_of(self, leaf: x509.Certificate) -> tuple[x509.Certificate, ...]:
        """Return the known authorities that signed this leaf, itself excluded."""
        known = {fingerprint_of(each): each for each in self.intermediates}
        known |= self._anchors
        return tuple(
            authority
            for authority in known.values()
            if authority != leaf and _is_signed_by(leaf, authority)
        )

    def has_named(self, name: x509.Name) -> bool:
        """Tell whether an authority of this name is known."""
        return any(
            each.subject == name
            for each in (*self._anchors.values(), *self.intermediates)
        )


def _is_signed_by(leaf: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        leaf.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
