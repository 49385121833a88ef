"""Why a certificate, an assertion or a message is believed or not, for a person."""

from trust.explain.as_text import as_text
from trust.explain.explaining import ExplainTerms, Unreadable, explain
from trust.explain.explanation import CertificateFacts, Explanation
from trust.explain.remedies import remedy_for
from trust.explain.signatures import SignatureFinding, examine_signatures

__all__ = [
    "CertificateFacts",
    "ExplainTerms",
    "Explanation",
    "SignatureFinding",
    "Unreadable",
    "as_text",
    "examine_signatures",
    "explain",
    "remedy_for",
]
