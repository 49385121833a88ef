"""What is recorded of one exchange, of a refused connection, of a start and a stop.

An event is a value: it is built by the use case, committed with its message by
``ncp.store`` and written in DICOM form by :func:`ncp.audit.to_dicom`. It holds what was
*known*: who was not believed is not named as the human requestor.

Spec: DICOM PS3.15 A.5 / IHE ITI TF-2 3.55.5, 3.38.5, 3.39.5 (security considerations) /
RFC 3881 §5.
Seen: OpenNCP 9 IdentificationServiceAuditMessageBuilder and its neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from ncp.ihe.codes import ClassCode, Transaction
from trust.assertions import HcpAssertion
from trust.identifiers import HomeCommunityId, PatientId


class Side(StrEnum):
    """Which of the two gateways records: A answers, B asks."""

    A = "A"
    B = "B"


class AuditOutcome(IntEnum):
    """The event outcome indicator (RFC 3881 §5.1.4)."""

    SUCCESS = 0
    MINOR_FAILURE = 4
    SERIOUS_FAILURE = 8
    MAJOR_FAILURE = 12


@dataclass(frozen=True, slots=True)
class HumanRequestor:
    """The health professional, as a believed assertion names them.

    Attributes
    ----------
    user_id
        See :func:`human_user_id`.
    role_code, role_display
        The functional role of the assertion (ISCO), kept as a second role code.
    """

    user_id: str = field(repr=False)
    name: str = field(repr=False)
    role_code: str | None = None
    role_display: str | None = None


@dataclass(frozen=True, slots=True)
class AuditError:
    """One error that was sent or received.

    ``text`` has no patient data of ours; what a peer told stands there as it was told.
    """

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One exchange between two gateways, on the side that records it.

    Attributes
    ----------
    moment
        Side A: when the request arrived. Side B: when it was sent. Aware.
    audit_source
        The recording node's ISO 3166-2 code, such as ``LU-1``.
    document_kind
        The class code in question; None where it is unknown or does not matter.
    point_of_care, human
        From a believed HCP assertion; None where nobody was believed.
    consumer_dn, provider_dn
        Subject of the TLS certificate of country B and of country A.
    source_address
        Where the request came from; on side B our own address.
    provider_address
        Side B: the host that was asked, for when it never showed a certificate.
    patients
        The ids of the answer, or where there are none the ids asked for.
    query
        The query element of the request, as it was sent.
    documents
        Unique ids listed (ITI-38), asked for (ITI-39) or provided (ITI-41).
    submission_set
        The unique id of the submission set (ITI-41).
    request_header, response_header
        The SOAP header as sent, assertions included.
    purpose_of_use
        ``TREATMENT`` or ``EMERGENCY``, as the assertion says.
    """

    transaction: Transaction
    side: Side
    moment: datetime
    outcome: AuditOutcome
    audit_source: str
    document_kind: ClassCode | None = None
    point_of_care: str | None = field(default=None, repr=False)
    human: HumanRequestor | None = None
    consumer_dn: str | None = None
    provider_dn: str | None = None
    source_address: str | None = None
    provider_address: str | None = None
    patients: tuple[PatientId, ...] = field(default=(), repr=False)
    query: bytes | None = field(default=None, repr=False)
    home_community_id: HomeCommunityId | None = None
    documents: tuple[str, ...] = field(default=(), repr=False)
    request_message_id: str | None = None
    response_message_id: str | None = None
    request_header: bytes | None = field(default=None, repr=False)
    response_header: bytes | None = field(default=None, repr=False)
    errors: tuple[AuditError, ...] = ()
    purpose_of_use: str | None = None
    submission_set: str | None = None

    def __post_init__(self) -> None:
        require_zone(self.moment)


@dataclass(frozen=True, slots=True)
class NodeAuthenticationAlert:
    """A connection or a certificate that was refused (DCM 110113, 110126).

    Attributes
    ----------
    node
        The subject shown by the other side, or its address where it showed none.
    reporter
        Our own name, such as the subject of our certificate.
    description
        The reason as a sentence.
    """

    moment: datetime
    audit_source: str
    reporter: str
    node: str
    address: str | None
    description: str
    outcome: AuditOutcome = AuditOutcome.SERIOUS_FAILURE

    def __post_init__(self) -> None:
        require_zone(self.moment)


class Activity(StrEnum):
    """What an application did (DCM 110120, 110121)."""

    START = "start"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class ApplicationActivity:
    """The gateway started or stopped (DCM 110100).

    Attributes
    ----------
    application
        The name of the application; ``process`` tells which one it was.
    launcher
        The user or service account that started it.
    """

    moment: datetime
    audit_source: str
    activity: Activity
    application: str
    process: str
    launcher: str
    outcome: AuditOutcome = AuditOutcome.SUCCESS

    def __post_init__(self) -> None:
        require_zone(self.moment)


class TokenKind(StrEnum):
    """Which assertion was asked of the token service; the values are event codes."""

    HCP = "EHDSI-91"
    TRC = "EHDSI-92"
    NOK = "EHDSI-96"


@dataclass(frozen=True, slots=True)
class TokenEvent:
    """An assertion was asked of our own gateway; only country B issues any.

    Attributes
    ----------
    patients, next_of_kin
        Whom the assertion is about: patients of a TRC, the id of a next of kin; nobody
        for that of a professional.
    assertion_id
        None where none was issued.
    consumer_dn, provider_dn
        Our gateway, which uses the assertion, and the seal, which vouches for it.
    source_address, provider_address
        Where the request came from, and our own node.
    request_message_id, response_message_id
        None where the gateway asked itself, without a message.
    """

    kind: TokenKind
    moment: datetime
    outcome: AuditOutcome
    audit_source: str
    point_of_care: str | None = field(default=None, repr=False)
    human: HumanRequestor | None = None
    consumer_dn: str | None = None
    provider_dn: str | None = None
    source_address: str | None = None
    provider_address: str | None = None
    patients: tuple[PatientId, ...] = field(default=(), repr=False)
    next_of_kin: str | None = field(default=None, repr=False)
    assertion_id: str | None = None
    request_message_id: str | None = None
    response_message_id: str | None = None
    request_header: bytes | None = field(default=None, repr=False)
    response_header: bytes | None = field(default=None, repr=False)
    errors: tuple[AuditError, ...] = ()
    purpose_of_use: str | None = None

    def __post_init__(self) -> None:
        require_zone(self.moment)


def human_requestor(hcp: HcpAssertion) -> HumanRequestor:
    """Return the professional of a believed HCP assertion, as the record names them."""
    return HumanRequestor(
        human_user_id(hcp.name_id, hcp.issuer, hcp.sp_provided_id),
        hcp.subject_name,
        hcp.role.code,
        hcp.role.display_name,
    )


def human_user_id(name_id: str, issuer: str, sp_provided_id: str | None = None) -> str:
    """Return the user id of a professional: SPProvidedID, else ``<NameID@Issuer>``.

    Spec: IHE ITI TF-2 3.40.4.2 (user name of the audit message).
    """
    return sp_provided_id or f"<{name_id}@{issuer}>"


def exchange_outcome(
    transaction: Transaction,
    *,
    has_result: bool,
    has_errors: bool,
    is_no_match: bool = False,
) -> AuditOutcome:
    """Return the outcome indicator of an exchange.

    Parameters
    ----------
    has_result
        A document for ITI-39, a list (possibly beside warnings) for ITI-38, a patient
        for ITI-55, a document that was taken for ITI-41.
    is_no_match
        ITI-55: the answer is that no patient matched.

    Seen: OpenNCP 9 EventLogUtil (the outcome of each service).
    """
    if not has_errors and (has_result or transaction is Transaction.ITI_55):
        return AuditOutcome.SUCCESS
    if transaction is Transaction.ITI_41:
        # Any error is a failure here, also beside documents that were taken.
        return AuditOutcome.MAJOR_FAILURE
    soft = is_no_match if transaction is Transaction.ITI_55 else has_result
    return AuditOutcome.SERIOUS_FAILURE if soft else AuditOutcome.MAJOR_FAILURE


def require_zone(moment: datetime) -> None:
    """Raise ValueError for a moment that leaves open when it was."""
    if moment.tzinfo is None:
        raise ValueError("the moment of an audit event needs a time zone")
