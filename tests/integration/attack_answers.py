"""What our gateway answers to each attack, exactly: the condition it records.

The catalogue itself names only the family of the reason, since it is for any gateway.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from conformance.attacks import Family, Transaction
from ncp.answers import Condition
from ncp.errors import Refusal
from ncp.web.handshake import HandshakeFailure
from trust.decision import Reason

ITI_55 = Transaction.ITI_55
ITI_38 = Transaction.ITI_38
ITI_39 = Transaction.ITI_39
ITI_41 = Transaction.ITI_41


@dataclass(frozen=True)
class Http:
    """Refused at the door, before it was a message."""

    status: int


@dataclass(frozen=True)
class Gone:
    """The connection ends without an answer."""


@dataclass(frozen=True)
class Served:
    """Answered like the good message."""


SERVED = Served()
GONE = Gone()
Expected: TypeAlias = Condition | Http | Gone | Served | HandshakeFailure
ByTransaction: TypeAlias = Expected | Mapping[Transaction, Expected]


def all_as(expected: ByTransaction, *names: str) -> dict[str, ByTransaction]:
    return dict.fromkeys(names, expected)


ANSWERS: Final[dict[str, ByTransaction]] = {
    # Wrapping
    **all_as(Reason.SECURITY_HEADER_REPEATED, "xsw-2", "trc-xsw-2"),
    **all_as(
        Reason.HCP_REPEATED,
        "xsw-3",
        "xsw-3b",
        "xsw-same-id",
        "two-hcp",
        "same-hcp-twice",
    ),
    **all_as(Reason.TRC_REPEATED, "trc-xsw-3", "trc-xsw-3b", "two-trc"),
    **all_as(
        Reason.SECURITY_HEADER_FOREIGN_CONTENT,
        *("xsw-1", "xsw-4", "xsw-5", "xsw-6", "xsw-7", "xsw-8"),
        *("xsw-advice", "xsw-body"),
        *("trc-xsw-1", "trc-xsw-4", "trc-xsw-5", "trc-xsw-6", "trc-xsw-7", "trc-xsw-8"),
        *("trc-xsw-advice", "trc-xsw-body"),
        *("security-with-timestamp", "assertion-encrypted", "assertion-in-body"),
        "advice-holds-assertion",
    ),
    "xsw-replaced": Reason.DIGEST_MISMATCH,
    # Signatures
    **all_as(Reason.SIGNATURE_ABSENT, "signature-stripped", "trc-signature-stripped"),
    **all_as(
        Reason.SIGNATURE_VALUE_INVALID,
        *("signature-value-altered", "signed-by-another-key"),
        "method-of-other-key",
    ),
    **all_as(
        Reason.DIGEST_MISMATCH,
        *("digest-altered", "content-altered", "trc-content-altered"),
        *("blank-in-value", "other-prefix", "default-namespace-undeclared"),
        *("element-in-name-id", "namespace-redeclared", "combining-accent-in-name"),
        *("tab-reference-in-name-id", "line-end-reference-in-name-id"),
        *("return-reference-in-name-id", "invisible-letter-in-name-id"),
        *("xml-base-on-assertion", "xml-lang-on-assertion", "xml-space-on-assertion"),
    ),
    **all_as(
        Reason.SIGNATURE_FORM_REFUSED,
        *("two-signatures", "signature-in-last-place", "signature-value-huge"),
        *("reference-empty", "reference-absent", "reference-to-body"),
        *("reference-http", "reference-file", "reference-xpointer"),
        *("two-references", "object-in-signature", "manifest-in-signature"),
        *("hmac-truncated", "transform-xpath", "transform-xslt", "transform-base64"),
        *("canonical-form-inclusive", "canonical-form-with-comments"),
        *("prefix-list-flood", "key-value-only", "key-name-only", "key-retrieval"),
        *("two-certificates", "management-data", "no-certificate"),
        *("two-key-infos", "two-certificate-lists", "key-value-besides"),
        *("reference-by-other-id", "reference-by-xml-id", "reference-encoded"),
        *("reference-of-a-type", "transforms-swapped", "transform-twice"),
        "transform-enveloped-only",
    ),
    **all_as(
        Reason.SIGNATURE_ALGORITHM_REFUSED,
        *("hmac-with-certificate", "algorithm-none", "signature-sha-1"),
        *("signature-md5", "digest-sha-1", "digest-md5"),
    ),
    # Canonical form
    **all_as(
        SERVED,
        *("comment-in-name-id", "comment-in-attribute", "unused-namespace"),
        *("default-namespace-outside", "xml-base-on-envelope"),
        *("character-references", "cdata", "other-quotes", "blanks-as-references"),
    ),
    "instruction-in-name-id": Refusal.MALFORMED_XML,
    # Certificates
    "junk-behind-certificate": Reason.CERTIFICATE_UNREADABLE,
    **all_as(
        Reason.SIGNER_NOT_PINNED,
        *("seal-not-known", "seal-self-signed", "trc-seal-not-known"),
    ),
    "seal-expired": Reason.CERTIFICATE_EXPIRED,
    **all_as(Reason.CERTIFICATE_REVOKED, "seal-revoked", "tls-revoked"),
    "seal-not-yet-valid": Reason.CERTIFICATE_NOT_YET_VALID,
    **all_as(
        Reason.CERTIFICATE_WRONG_PURPOSE,
        *("seal-without-signing", "seal-of-authority", "seal-of-tls"),
        "tls-seal-as-client",
    ),
    **all_as(Reason.CERTIFICATE_WEAK, "seal-short-key", "seal-old-hash"),
    **all_as(
        Reason.SIGNER_OF_ANOTHER_COUNTRY,
        *("seal-of-other-country", "trc-seal-of-other-country"),
        "tls-of-other-country",
    ),
    # TLS
    "tls-no-certificate": HandshakeFailure.NO_CLIENT_CERTIFICATE,
    "tls-unknown-authority": HandshakeFailure.UNKNOWN_AUTHORITY,
    "tls-expired": HandshakeFailure.CERTIFICATE_EXPIRED,
    "tls-not-yet-valid": HandshakeFailure.CERTIFICATE_EXPIRED,
    "tls-server-only": HandshakeFailure.CERTIFICATE_REFUSED,
    "tls-downgrade": HandshakeFailure.NO_COMMON_PROTOCOL,
    "tls-absent": HandshakeFailure.NOT_TLS,
    **all_as(Reason.PEER_NOT_PINNED, "tls-not-known", "tls-forged-client-cert"),
    # Times
    **all_as(Reason.ASSERTION_EXPIRED, "hcp-expired", "hcp-just-expired"),
    **all_as(
        Reason.ASSERTION_NOT_YET_VALID,
        *("hcp-not-yet-valid", "hcp-just-not-yet-valid"),
        *("hcp-issued-in-future", "hcp-authenticated-in-future"),
    ),
    **all_as(
        Reason.ASSERTION_LIVES_TOO_LONG, "hcp-lives-too-long", "trc-lives-too-long"
    ),
    **all_as(
        SERVED,
        *("hcp-within-skew-at-end", "hcp-within-skew-at-start"),
        *("hcp-lives-as-long-as-it-may", "time-in-other-zone"),
    ),
    **all_as(
        Reason.ASSERTION_FIELD_INVALID,
        *("hcp-window-inverted", "hcp-window-empty"),
        *("time-without-zone", "time-as-date", "time-beyond-calendar"),
    ),
    **all_as(
        Reason.ASSERTION_FIELD_MISSING,
        *("hcp-without-conditions", "hcp-without-end", "hcp-without-start"),
    ),
    "trc-expired": Reason.ASSERTION_EXPIRED,
    # Audience and conditions
    **all_as(
        Reason.AUDIENCE_WRONG,
        *("audience-wrong", "audience-one-of-two", "audience-empty"),
        "trc-audience-wrong",
    ),
    **all_as(SERVED, "audience-absent", "audience-among-others"),
    "condition-not-understood": Reason.ASSERTION_FIELD_INVALID,
    # Who is at the keyboard
    "authentication-weak": Reason.AUTHENTICATION_WEAK,
    "confirmed-as-bearer": Reason.CONFIRMATION_METHOD_WRONG,
    **all_as(
        Reason.ASSERTION_FIELD_INVALID,
        *("authentication-twice", "authentication-of-two-classes"),
        *("confirmation-twice", "confirmation-for-another"),
        *("name-id-encrypted", "name-id-includes"),
        *("version-1-1", "parts-out-of-order", "element-foreign"),
        *("role-twice", "role-attribute-twice", "purpose-twice", "facility-unknown"),
    ),
    **all_as(
        Reason.ASSERTION_FIELD_MISSING,
        *("name-id-empty", "role-absent", "purpose-absent", "locality-absent"),
        *("name-absent", "attributes-absent", "attribute-without-name"),
    ),
    **all_as(
        Reason.ISSUER_OF_ANOTHER_COUNTRY,
        *("issuer-of-other-country", "issuer-homoglyph", "issuer-as-gateway"),
    ),
    "issuer-in-small-letters": SERVED,
    "home-community-of-other-country": Reason.HOME_COMMUNITY_OF_ANOTHER_COUNTRY,
    **all_as(
        Reason.ROLE_UNKNOWN,
        *("role-unknown", "role-with-blanks", "role-mismatch", "role-of-other-system"),
    ),
    **all_as(
        Reason.PERMISSION_MISSING,
        *("permissions-absent", "permissions-in-small-letters"),
        *("permission-missing-to-identify", "permission-missing-to-read"),
        *("permission-missing-to-dispense",),
    ),
    "purpose-unknown": Reason.PURPOSE_OF_USE_UNKNOWN,
    "purpose-emergency": SERVED,
    # Binding
    **all_as(
        Reason.HCP_ABSENT,
        *("hcp-absent", "assertions-absent", "trc-in-place-of-hcp"),
    ),
    "trc-outlives-hcp": SERVED,
    "trc-absent": Reason.TRC_ABSENT,
    "trc-before-hcp": SERVED,
    "next-of-kin-without-relation": Reason.NOK_UNSUPPORTED,
    "same-id-in-both": Reason.ID_NOT_UNIQUE,
    "hcp-called-trc": {
        ITI_55: Reason.HCP_ABSENT,
        ITI_38: Reason.TRC_REPEATED,
        ITI_39: Reason.TRC_REPEATED,
        ITI_41: Reason.TRC_REPEATED,
    },
    "trc-called-hcp": Reason.HCP_REPEATED,
    "kinds-swapped": Reason.ASSERTION_FIELD_MISSING,
    **all_as(
        Reason.ASSERTION_KIND_UNKNOWN,
        *("kind-in-capitals", "kind-with-blank", "kind-unknown", "kind-absent"),
        "trc-kind-absent",
    ),
    **all_as(
        Reason.TRC_OF_ANOTHER_HCP,
        *("hcp-of-other-session", "trc-of-other-session", "trc-refers-elsewhere"),
    ),
    **all_as(
        Reason.TRC_OF_ANOTHER_PROFESSIONAL,
        *("trc-of-other-name", "trc-of-other-name-format"),
    ),
    **all_as(
        Reason.ASSERTION_FIELD_INVALID, "trc-refers-twice", "trc-refers-by-address"
    ),
    "trc-refers-to-nothing": Reason.ASSERTION_FIELD_MISSING,
    "trc-of-other-patient": {
        ITI_38: Reason.TRC_OF_ANOTHER_PATIENT,
        ITI_39: Refusal.DOCUMENT_OF_ANOTHER_PATIENT,
        ITI_41: Reason.TRC_OF_ANOTHER_PATIENT,
    },
    **all_as(
        Reason.ASSERTION_FIELD_INVALID,
        *("trc-patient-with-more-carets", "trc-patient-with-urn", "trc-patient-twice"),
    ),
    "trc-patient-absent": Reason.ASSERTION_FIELD_MISSING,
    # Envelopes
    **all_as(Reason.SECURITY_HEADER_ABSENT, "security-absent", "security-for-other"),
    **all_as(
        Reason.SECURITY_HEADER_REPEATED,
        *("security-twice", "security-for-two"),
        *("security-in-two-roles", "security-in-two-strengths"),
    ),
    **all_as(
        Reason.ID_NOT_UNIQUE,
        "id-twice",
        "id-twice-capital",
        "id-twice-wsu",
        "id-twice-xml",
        "id-twice-small",
    ),
    **all_as(
        Refusal.HEADER_NOT_UNDERSTOOD, "header-not-understood", "header-not-a-boolean"
    ),
    **all_as(
        SERVED,
        *("header-unknown", "header-for-other", "action-only-in-body"),
        *("addressed-twice", "addressed-elsewhere", "reply-to-bait", "fault-to-bait"),
        *("message-id-absent", "message-id-empty", "include-in-body"),
        *("message-sent-again", "assertions-used-again"),
    ),
    **all_as(Refusal.NOT_SOAP_12, "soap-1-1", "not-an-envelope"),
    **all_as(
        Refusal.BODY_INVALID,
        *("two-headers", "body-first", "two-bodies", "body-of-two"),
        *("element-behind-body", "message-id-twice", "message-id-huge"),
        "action-twice",
    ),
    **all_as(
        Refusal.ACTION_UNKNOWN,
        *("action-unknown", "soap-action-unknown"),
        "action-contradicts",
    ),
    # A part that nothing refers to is found before the Body is looked at.
    "body-empty": {
        **dict.fromkeys((ITI_55, ITI_38, ITI_39), Refusal.BODY_INVALID),
        ITI_41: Refusal.MULTIPART_BROKEN,
    },
    "body-of-other-service": {
        **dict.fromkeys((ITI_55, ITI_38, ITI_39), Refusal.ACTION_UNKNOWN),
        ITI_41: Refusal.MULTIPART_BROKEN,
    },
    "message-id-reused": Refusal.MESSAGE_ID_REUSED,
    # XML
    **all_as(
        Refusal.DTD_PRESENT,
        *("dtd", "dtd-behind-comment", "dtd-in-utf-16"),
        *("entity-of-file", "entity-of-bait", "dtd-of-bait"),
        *("parameter-entity-of-bait", "billion-laughs", "quadratic-blow-up"),
    ),
    **all_as(
        Refusal.MALFORMED_XML,
        *("entity-undefined", "style-sheet", "instruction-in-header"),
        *("cut-short", "null-character", "not-utf-8", "utf-8-overlong"),
        *("encoding-unknown", "encoding-contradicts"),
        *("attribute-twice", "prefix-undeclared"),
    ),
    **all_as(
        Refusal.MESSAGE_TOO_LARGE,
        *("attribute-flood", "namespace-flood", "element-flood"),
        *("nested-deeply", "nested-very-deeply", "nested-without-end"),
        *("text-huge", "name-huge"),
    ),
    # Packages
    **all_as(
        Refusal.MULTIPART_BROKEN,
        *("part-missing", "part-unused", "part-used-twice", "part-twice"),
        *("part-without-id", "cid-of-path", "cid-of-file", "cid-of-bait"),
        *("cid-of-envelope", "cid-empty", "reference-in-header"),
        *("part-headers-flood", "part-nested", "part-of-message", "part-not-base64"),
        *("part-quoted-printable", "part-compressed", "part-header-twice"),
        *("boundary-absent", "boundary-other"),
        *("package-without-end", "package-with-more-behind"),
        *("package-with-more-before", "package-of-line-feeds"),
        *("package-of-two-envelopes", "start-of-nothing"),
    ),
    # By the rules of MIME the envelope ends at its boundary.
    "boundary-in-envelope": Refusal.MALFORMED_XML,
    "parts-flood": Refusal.MESSAGE_TOO_LARGE,
    "start-absent": SERVED,
    **all_as(
        Refusal.MEDIA_TYPE_UNSUPPORTED,
        *("boundary-twice", "root-of-other-type", "root-of-soap-1-1"),
        *("root-of-other-charset", "package-of-other-type"),
        *("type-of-soap-1-1", "type-json", "type-absent"),
        *("type-unreadable", "type-huge", "charset-latin-1", "charset-utf-7"),
        "charset-twice",
    ),
    "type-of-package-only": Refusal.MULTIPART_BROKEN,
    # Requests
    **all_as(Http(400), "type-twice", "soap-action-twice"),
    "compressed": Http(415),
    "compressed-silently": Refusal.MALFORMED_XML,
    **all_as(
        Http(400),
        *("lengths-contradict", "length-and-chunks", "length-negative"),
        *("length-with-sign", "length-in-letters", "length-in-list"),
        *("coding-unknown", "coding-behind-blank", "chunk-of-nonsense"),
        *("field-folded", "field-of-nothing"),
    ),
    "chunked": SERVED,
    "body-over-the-limit": Refusal.MESSAGE_TOO_LARGE,
    **all_as(Http(405), "method-get", "method-head", "method-put", "method-trace"),
    **all_as(
        Http(404),
        *("path-unknown", "path-up", "path-encoded"),
        *("path-description", "path-absolute"),
    ),
    "body-stalled": Http(408),
    **all_as(GONE, "body-abandoned", "fields-flood"),
    # Submissions
    **all_as(
        Refusal.SUBMISSION_INVALID,
        *("request-wrapped", "request-twice", "list-nested", "list-twice"),
        *("set-of-another-type", "documents-swapped", "references-swapped"),
        *("document-twice", "document-stray", "entry-twice"),
        *("member-swapped", "member-absent", "member-elsewhere"),
        *("member-of-another-set", "patient-twice", "source-patient-twice"),
        *("class-twice", "format-twice", "status-deprecated"),
        "document-of-another-id",
        *("document-with-entity", "document-broken-off"),
    ),
    **all_as(Refusal.SUBMISSION_INCOMPLETE, "two-sets", "folder"),
    "unique-id-twice": Refusal.SUBMISSION_ID_REPEATED,
    "document-absent": Refusal.MULTIPART_BROKEN,
    "member-replaces": Refusal.QUERY_UNSUPPORTED,
    **all_as(
        Reason.TRC_OF_ANOTHER_PATIENT,
        *("entry-of-another-patient", "set-of-another-patient"),
    ),
    "document-of-another-patient": Refusal.SUBMISSION_OF_ANOTHER_PATIENT,
    "document-changed": Refusal.SUBMISSION_CHANGED,
    "format-of-summary": Refusal.SUBMISSION_KIND_UNKNOWN,
    # A discard may come under the class of a dispensation: some programs send it so.
    "class-of-discard": SERVED,
}


def answer_to(attack: str, transaction: Transaction) -> Expected:
    """Return what our gateway has to answer."""
    expected = ANSWERS[attack]
    return expected[transaction] if isinstance(expected, Mapping) else expected


_FAMILIES: Final = {
    **dict.fromkeys(
        (
            *(Reason.SECURITY_HEADER_REPEATED, Reason.SECURITY_HEADER_FOREIGN_CONTENT),
            *(Reason.ID_NOT_UNIQUE, Reason.ASSERTION_KIND_UNKNOWN),
            *(Reason.SIGNATURE_ABSENT, Reason.SIGNATURE_FORM_REFUSED),
            *(Reason.SIGNATURE_ALGORITHM_REFUSED, Reason.SIGNATURE_VALUE_INVALID),
            *(Reason.DIGEST_MISMATCH, Refusal.SUBMISSION_CHANGED),
        ),
        Family.INTEGRITY,
    ),
    **dict.fromkeys(
        (
            *(Reason.ROLE_UNKNOWN, Reason.PERMISSION_MISSING),
            Reason.PURPOSE_OF_USE_UNKNOWN,
        ),
        Family.RIGHTS,
    ),
    **dict.fromkeys(
        (
            *(Reason.TRC_OF_ANOTHER_PATIENT, Refusal.DOCUMENT_OF_ANOTHER_PATIENT),
            Refusal.SUBMISSION_OF_ANOTHER_PATIENT,
        ),
        Family.PATIENT_BINDING,
    ),
}


def families_of(expected: Expected) -> set[Family]:
    """Return the families of reasons to which an answer of ours belongs."""
    match expected:
        case Served():
            families = {Family.SERVED}
        case Http() | Gone() | HandshakeFailure():
            families = {Family.TRANSPORT}
        case Refusal.MESSAGE_TOO_LARGE:
            families = {Family.FORMAT, Family.TRANSPORT}
        case Reason.HCP_REPEATED | Reason.TRC_REPEATED:
            # One assertion too many, or one that took the name of the other.
            families = {Family.INTEGRITY, Family.AUTHENTICATION}
        case _:
            families = {_FAMILIES.get(expected) or _by_kind(expected)}
    return families


def _by_kind(condition: Condition) -> Family:
    is_refusal = isinstance(condition, Refusal)
    return Family.FORMAT if is_refusal else Family.AUTHENTICATION
