"""An explanation as a value, and its JSON form.

Spec: none; the form is ours. It holds no name and no identifier of a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from trust.certificates import fingerprint_of, subject_name
from trust.decision import TrustDecision
from trust.explain.remedies import remedy_for
from trust.explain.signatures import SignatureFinding


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What an operator compares when a certificate is the question.

    ``as_seal`` says whether it is believed as a seal, where that was asked.
    """

    subject: str
    issuer: str
    serial_number: str
    valid_from: datetime
    valid_until: datetime
    fingerprint: str
    as_seal: str | None = None

    @classmethod
    def of(
        cls, certificate: x509.Certificate, as_seal: str | None = None
    ) -> CertificateFacts:
        """Return the facts of a certificate."""
        return cls(
            subject_name(certificate),
            certificate.issuer.rfc4514_string(),
            f"{certificate.serial_number:x}",
            certificate.not_valid_before_utc,
            certificate.not_valid_after_utc,
            fingerprint_of(certificate),
            as_seal,
        )

    def to_json(self) -> dict[str, object]:
        """Return the JSON form."""
        return {
            "subject": self.subject,
            "issuer": self.issuer,
            "serialNumber": self.serial_number,
            "validFrom": self.valid_from.isoformat(),
            "validUntil": self.valid_until.isoformat(),
            "fingerprint": self.fingerprint,
            "asSeal": self.as_seal,
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was judged, how it ended, and every step on the way.

    Attributes
    ----------
    subject
        What the file holds: ``SOAP message``, ``HCP assertion``, ``certificate``.
    decision
        The verdict on the whole.
    decisions
        The verdict on each step, in order.
    notes
        What was assumed, and what a file cannot show.
    """

    subject: str
    decision: TrustDecision
    decisions: tuple[TrustDecision, ...]
    signatures: tuple[SignatureFinding, ...] = ()
    certificates: tuple[CertificateFacts, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def remedy(self) -> str:
        """What the operator can do."""
        return remedy_for(self.decision.reason)

    def to_json(self) -> dict[str, object]:
        """Return the JSON form."""
        return {
            "verdict": self.decision.verdict.value,
            "reason": self.decision.reason.value,
            "sentence": self.decision.sentence,
            "signatures": [_signature(each) for each in self.signatures],
            "subject": self.subject,
            "moment": self.decision.moment.isoformat(),
            "remedy": self.remedy,
            "notes": list(self.notes),
            "decisions": [_decision(each) for each in self.decisions],
            "certificates": [each.to_json() for each in self.certificates],
        }


def _signature(finding: SignatureFinding) -> dict[str, object]:
    return {
        "element": finding.element,
        "valid": finding.is_valid,
        "signer": None if finding.signer is None else subject_name(finding.signer),
        "problem": finding.problem,
    }


def _decision(decision: TrustDecision) -> dict[str, object]:
    return {
        "subject": decision.subject,
        "verdict": decision.verdict.value,
        "reason": decision.reason.value,
        "sentence": decision.sentence,
        "evidence": list(decision.evidence),
        "policy": list(decision.policy),
    }
