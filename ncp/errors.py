"""Every error of the gateway, in one tree.

::

    NcpError
    ├── ProtocolError        the peer's message is malformed
    ├── PolicyError          refused: consent, rights, wrong patient
    ├── TrustError           refused: certificate, signature, assertion
    ├── SemanticError        mapping, translation, missing mandatory fact
    ├── NationalError        our own infrastructure failed
    ├── PeerUnavailable      the other country did not answer
    ├── PeerRefused          the other country answered with an error
    ├── ConfigurationError   settings, keys, files
    └── InternalError        a defect of ours

Each carries a closed :class:`Refusal` (or a ``trust`` reason), a sentence safe for the
peer and a remedy for the operator. Wire codes are in ``ncp.answers`` and nowhere else.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from ncp.peer_words import PeerWords
from trust.decision import Reason, TrustDecision


class Refusal(StrEnum):
    """Why a use case or the wire refused; trust has its own ``Reason``."""

    # The message
    MALFORMED_XML = "malformed-xml"
    DTD_PRESENT = "dtd-present"
    MESSAGE_TOO_LARGE = "message-too-large"
    NOT_SOAP_12 = "not-soap-12"
    MEDIA_TYPE_UNSUPPORTED = "media-type-unsupported"
    MULTIPART_BROKEN = "multipart-broken"
    ACTION_UNKNOWN = "action-unknown"
    ACTION_CONTRADICTS = "action-contradicts"
    HEADER_NOT_UNDERSTOOD = "header-not-understood"
    BODY_INVALID = "body-invalid"
    MESSAGE_ID_REUSED = "message-id-reused"
    # ITI-55
    RECEIVER_WRONG = "receiver-wrong"
    PATIENT_ID_ABSENT = "patient-id-absent"
    PATIENT_UNKNOWN = "patient-unknown"
    PATIENT_AMBIGUOUS = "patient-ambiguous"
    DEMOGRAPHICS_NEEDED = "demographics-needed"
    HEALTH_CARD_NEEDED = "health-card-needed"
    PATIENT_AUTHENTICATION_NEEDED = "patient-authentication-needed"
    PRIVACY_AT_STAKE = "privacy-at-stake"
    RESPONDER_BUSY = "responder-busy"
    ANSWER_MODE_UNSUPPORTED = "answer-mode-unsupported"
    # ITI-38 and ITI-39
    HOME_COMMUNITY_WRONG = "home-community-wrong"
    CLASS_CODE_ABSENT = "class-code-absent"
    CLASS_CODE_UNSUPPORTED = "class-code-unsupported"
    FILTER_INVALID = "filter-invalid"
    QUERY_UNSUPPORTED = "query-unsupported"
    DOCUMENTS_NOT_FOUND = "documents-not-found"
    PDF_NOT_PROVIDED = "pdf-not-provided"
    DOCUMENT_UNKNOWN = "document-unknown"
    DOCUMENT_OF_ANOTHER_PATIENT = "document-of-another-patient"
    # ITI-41
    SUBMISSION_INCOMPLETE = "submission-incomplete"
    SUBMISSION_INVALID = "submission-invalid"
    SUBMISSION_KIND_UNKNOWN = "submission-kind-unknown"
    SUBMISSION_OF_ANOTHER_PATIENT = "submission-of-another-patient"
    SUBMISSION_CHANGED = "submission-changed"
    SUBMISSION_ID_REPEATED = "submission-id-repeated"
    SUBMISSION_DEFERRED = "submission-deferred"
    SUBMISSION_NOT_SIGNED = "submission-not-signed"
    SOURCE_PDF_MISSING = "source-pdf-missing"
    PIVOT_DOCUMENT_MISSING = "pivot-document-missing"
    PRESCRIPTION_NOT_NAMED = "prescription-not-named"
    PRESCRIPTION_UNKNOWN = "prescription-unknown"
    PRESCRIPTION_DISPENSED = "prescription-dispensed"
    PRESCRIPTION_NOT_DISPENSABLE = "prescription-not-dispensable"
    PRESCRIPTION_NOT_UPDATED = "prescription-not-updated"
    SUBSTITUTION_FORBIDDEN = "substitution-forbidden"
    DISPENSATION_NOT_STORED = "dispensation-not-stored"
    DISPENSATION_LACKS_FACT = "dispensation-lacks-fact"
    DISPENSATION_NOT_CODED = "dispensation-not-coded"
    DISPENSATION_DISCARDED = "dispensation-discarded"
    DISPENSATION_UNKNOWN = "dispensation-unknown"
    DISCARD_TOO_LATE = "discard-too-late"
    DISCARD_BY_ANOTHER = "discard-by-another"
    DISCARD_INCOMPLETE = "discard-incomplete"
    DISCARD_UNAVAILABLE = "discard-unavailable"
    # Everywhere
    CONSENT_REFUSED = "consent-refused"
    DOCUMENT_LACKS_MANDATORY_FACT = "document-lacks-mandatory-fact"
    DOCUMENT_UNFIT = "document-unfit"
    CODES_UNMAPPED = "codes-unmapped"
    CODES_PARTLY_UNMAPPED = "codes-partly-unmapped"
    NATIONAL_UNAVAILABLE = "national-unavailable"
    RECORD_UNAVAILABLE = "record-unavailable"
    SERVICE_UNAVAILABLE = "service-unavailable"
    TOO_MANY_REQUESTS = "too-many-requests"
    INTERNAL = "internal"
    # Country B
    PEER_UNKNOWN = "peer-unknown"
    PEER_UNREACHABLE = "peer-unreachable"
    PEER_NOT_BELIEVED = "peer-not-believed"
    PEER_ANSWER_INVALID = "peer-answer-invalid"
    PEER_ANSWERED_ERROR = "peer-answered-error"
    SUBMISSION_STATE_UNKNOWN = "submission-state-unknown"
    SUBMISSION_UNKNOWN = "submission-unknown"
    ORDER_KEY_REUSED = "order-key-reused"
    DIFFERENCES_NOT_CONFIRMED = "differences-not-confirmed"
    DISPENSATION_IN_PROGRESS = "dispensation-in-progress"
    DISPENSATION_NOT_MADE = "dispensation-not-made"
    NOTHING_TO_DISCARD = "nothing-to-discard"
    DISCARD_WINDOW_OVER = "discard-window-over"
    SEARCH_FORM_UNFIT = "search-form-unfit"
    SEARCH_FORM_UNKNOWN = "search-form-unknown"
    TREATMENT_UNKNOWN = "treatment-unknown"
    TREATMENT_NOT_CONFIRMED = "treatment-not-confirmed"
    # Country B, its token service
    ISSUE_UNSUPPORTED = "issue-unsupported"
    ISSUE_CLAIMS_INVALID = "issue-claims-invalid"
    ISSUE_REQUESTOR_OTHER = "issue-requestor-other"
    ISSUE_LIMIT_REACHED = "issue-limit-reached"


Condition: TypeAlias = Refusal | Reason
"""Everything that can stop an exchange: ours, or trust's."""


def as_sentence(text: str) -> str:
    """Return ``text`` beginning with a capital and ending with a full stop."""
    text = text.strip()
    if not text:
        return ""
    return f"{text[0].upper()}{text[1:]}{'' if text[-1] in '.!?:' else '.'}"


class NcpError(Exception):
    """Base of all errors of the gateway.

    Attributes
    ----------
    refusal
        The closed reason, from which ``ncp.answers`` finds the wire code.
    public_message
        A sentence safe for the peer and the log: no patient data, no internals. It and
        the remedy are made whole sentences here, so that they can stand side by side.
    remedy
        What the operator or the caller can do; may be empty.
    message_id
        Of the question to another country that it ended, where there was one: by this
        both sides find it.
    """

    message_id: str | None = None

    def __init__(
        self, refusal: Condition, public_message: str, remedy: str = ""
    ) -> None:
        self.refusal = refusal
        self.public_message = as_sentence(public_message)
        self.remedy = as_sentence(remedy)
        super().__init__(self.public_message)


class ProtocolError(NcpError):
    """The peer's message is malformed or of a form we do not serve."""


def answer_invalid(sentence: str) -> ProtocolError:
    """Make the error for a peer's answer that cannot be relied on."""
    return ProtocolError(
        Refusal.PEER_ANSWER_INVALID,
        sentence,
        "asking again changes nothing; the operator finds the exchange on record by "
        "its message id, and tells the other country what is wrong with its answer",
    )


class PolicyError(NcpError):
    """The request is understood and refused: consent, rights, wrong patient."""


class TrustError(NcpError):
    """A certificate, signature or assertion was not believed; ``decision`` says why."""

    def __init__(self, decision: TrustDecision) -> None:
        super().__init__(decision.reason, decision.sentence)
        self.decision = decision


class SemanticError(NcpError):
    """A document cannot be expressed as the rules demand."""


class NationalError(NcpError):
    """Our own national infrastructure failed or answered nonsense."""


class PeerUnavailable(NcpError):  # noqa: N818 - the field's word for it
    """The other country could not be reached, or did not answer in time.

    ``nothing_was_sent`` is True only where it is certain that no byte of the message
    left: then, and only then, sending it again cannot do anything twice.
    ``waited_in_full`` is True where it took the message and had all its time to answer.
    """

    def __init__(
        self,
        refusal: Refusal,
        public_message: str,
        remedy: str = "",
        *,
        nothing_was_sent: bool = False,
        waited_in_full: bool = False,
    ) -> None:
        super().__init__(refusal, public_message, remedy)
        self.nothing_was_sent = nothing_was_sent
        self.waited_in_full = waited_in_full


class PeerRefused(NcpError):  # noqa: N818 - the field's word for it
    """The other country answered with an error; ``codes`` and ``told`` are its own."""

    def __init__(
        self,
        refusal: Refusal,
        public_message: str,
        remedy: str = "",
        codes: tuple[str, ...] = (),
        told: tuple[PeerWords, ...] = (),
    ) -> None:
        super().__init__(refusal, public_message, remedy)
        self.codes = codes
        self.told = told


class ConfigurationError(NcpError):
    """Settings, keys or files are missing or wrong; the text names the key."""

    def __init__(self, public_message: str, remedy: str = "") -> None:
        super().__init__(Refusal.INTERNAL, public_message, remedy)


class InternalError(NcpError):
    """A defect of ours; the peer is told no more than that."""
