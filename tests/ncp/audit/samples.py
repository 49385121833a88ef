"""Audit events to test with: one of each kind, everything made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ncp.audit import (
    AbuseAlert,
    Activity,
    AdministrationAct,
    AdministrationEvent,
    AlertKind,
    ApplicationActivity,
    Auditable,
    AuditError,
    AuditEvent,
    AuditOutcome,
    CommunicationFailure,
    DirectoryAct,
    DirectoryEvent,
    ExchangeAlert,
    HumanRequestor,
    LogUsed,
    NodeAuthenticationAlert,
    Side,
    TermKind,
    TokenEvent,
    TokenKind,
    TranslationEvent,
    UserAuthentication,
)
from ncp.ihe.codes import ClassCode, Transaction
from trust.identifiers import CountryCode, HomeCommunityId, Oid, PatientId

MOMENT = datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=UTC)
PATIENT = PatientId(Oid("1.3.182.4.4"), "PAT-CANARY-1")
OTHER_PATIENT = PatientId(Oid("1.3.182.4.4"), "PAT-CANARY-2")
HUMAN = HumanRequestor(
    "<hcp-canary@urn:idp:XX:countryB>", "Jane Canary", "2212", "Specialist doctor"
)


def directory(
    act: DirectoryAct = DirectoryAct.QUERY, **changes: object
) -> DirectoryEvent:
    """A question to a directory that was answered."""
    event = DirectoryEvent(
        act=act,
        moment=MOMENT,
        outcome=AuditOutcome.SUCCESS,
        audit_source="LU-1",
        about="xcpd of PT",
        address="https://smp.example.eu/urn%3Aehealth%3Apt%3Ancp-idp",
        consumer_dn="CN=ncp-b.example,C=LU",
        source_address="ncp.example.lu",
        provider="smp.example.eu",
    )
    return replace(event, **changes)


def refused_directory() -> DirectoryEvent:
    """A question of an operator whose answer was not believed."""
    return directory(
        outcome=AuditOutcome.MAJOR_FAILURE,
        operator="ann",
        errors=(AuditError("digest-mismatch", "the element was altered"),),
    )


def exchange(
    transaction: Transaction = Transaction.ITI_39,
    side: Side = Side.A,
    **changes: object,
) -> AuditEvent:
    """A successful exchange with every field filled."""
    event = AuditEvent(
        transaction=transaction,
        side=side,
        moment=MOMENT,
        outcome=AuditOutcome.SUCCESS,
        audit_source="LU-1",
        document_kind=ClassCode.PATIENT_SUMMARY,
        point_of_care="Hospital <North> & Sons",
        human=HUMAN,
        consumer_dn="CN=ncp-b.example,C=DK",
        provider_dn="CN=ncp-a.example,C=LU",
        source_address="192.0.2.10",
        patients=(PATIENT,),
        query=b"<query>PAT-CANARY-1</query>",
        home_community_id=HomeCommunityId("1.3.182.100"),
        documents=("2.25.1", "2.25.2"),
        request_message_id="urn:uuid:request",
        response_message_id="urn:uuid:response",
        request_header=b"<Header>request</Header>",
        response_header=b"<Header>response</Header>",
        purpose_of_use="TREATMENT",
    )
    return replace(event, **changes)


def refused_stranger() -> AuditEvent:
    """A request of which nothing was believed but the TLS certificate."""
    return exchange(
        outcome=AuditOutcome.MAJOR_FAILURE,
        document_kind=None,
        point_of_care=None,
        human=None,
        patients=(),
        query=None,
        documents=(),
        response_header=None,
        purpose_of_use=None,
        errors=(
            AuditError("ERROR_HPI_GENERIC", "the assertion is not signed"),
            AuditError("ERROR_GENERIC", "second"),
        ),
    )


ALERT = NodeAuthenticationAlert(
    moment=MOMENT,
    audit_source="LU-1",
    reporter="CN=ncp-a.example,C=LU",
    node="CN=stranger",
    address="2001:db8::7",
    description="the certificate is not pinned",
)
START = ApplicationActivity(
    MOMENT, "LU-1", Activity.START, "ncp-gateway", "4711", "gateway"
)
STOP = ApplicationActivity(
    MOMENT, "LU-1", Activity.STOP, "ncp-gateway", "4711", "gateway"
)


def token(kind: TokenKind = TokenKind.TRC, **changes: object) -> TokenEvent:
    """An assertion that was issued for a portal, with every field filled."""
    is_trc = kind is TokenKind.TRC
    event = TokenEvent(
        kind=kind,
        moment=MOMENT,
        outcome=AuditOutcome.SUCCESS,
        audit_source="LU-1",
        point_of_care="Hospital <North> & Sons",
        human=HUMAN,
        consumer_dn="CN=ncp-b.example,C=LU",
        provider_dn="CN=seal.example,C=LU",
        source_address="127.0.0.1",
        provider_address="ncp.example",
        patients=(PATIENT,) if is_trc else (),
        next_of_kin=None if is_trc else "KIN-CANARY",
        assertion_id="_11111111-2222-4333-8444-555555555555",
        request_message_id="urn:uuid:request",
        response_message_id="urn:uuid:response",
        request_header=b"<Security>request</Security>",
        purpose_of_use="TREATMENT",
    )
    return replace(event, **changes)


LOOK = LogUsed(
    moment=MOMENT,
    audit_source="LU-1",
    operator="ann",
    application="ncp audit",
    log="urn:ncp:audit-trail",
    question='search {"patient": "PAT-CANARY-1"}',
    terms=((TermKind.PATIENT, PATIENT.cx),),
)


CHANGE = AdministrationEvent(
    act=AdministrationAct.CONFIGURATION,
    moment=MOMENT,
    outcome=AuditOutcome.SUCCESS,
    audit_source="LU-1",
    application="ncp-gateway",
    changed="urn:ncp:trust-material",
    description="set 2 of keys, pins and anchors was adopted",
    before="0" * 64,
    after="1" * 64,
)
REVIVAL = AdministrationEvent(
    act=AdministrationAct.RESTRICTED_FUNCTION,
    moment=MOMENT,
    outcome=AuditOutcome.SUCCESS,
    audit_source="LU-1",
    application="ncp outbox",
    changed="urn:ncp:outbox:audit-national",
    description="letters are to be tried again: all that are dead",
    operator="ann",
)


TRANSLATED = TranslationEvent(
    side=Side.B,
    moment=MOMENT,
    outcome=AuditOutcome.SUCCESS,
    audit_source="LU-1",
    consumer_dn="CN=ncp-b.example,C=LU",
    address="ncp.example",
    document="2.25.77-CANARY",
)
NOT_TRANSLATED = replace(
    TRANSLATED,
    outcome=AuditOutcome.SERIOUS_FAILURE,
    errors=(AuditError("E1", "no catalogue speaks"),),
)


DENIED = ExchangeAlert(
    AlertKind.ACCESS_DENIED,
    exchange(),
    "the patient has not consented to this exchange",
    (AuditError("consent-refused", "the patient has not consented"),),
)
EMERGENCY = ExchangeAlert(
    AlertKind.EMERGENCY_STARTED, token(), "the professional states an emergency"
)
UNREACHED = CommunicationFailure.of(
    exchange(
        side=Side.B,
        provider_dn=None,
        provider_address="ncp-a.example",
        response_message_id=None,
        errors=(AuditError("peer-unreachable", "nobody listens there"),),
    )
)
UNREAD = CommunicationFailure(
    side=Side.A,
    moment=MOMENT,
    audit_source="LU-1",
    consumer_dn="CN=ncp-b.example,C=DK",
    provider_dn="CN=ncp-a.example,C=LU",
    source_address="192.0.2.10",
    errors=(AuditError("malformed-xml", "the message is no XML"),),
)
NOT_LET_IN = UserAuthentication(MOMENT, "LU-1", "ncp-gateway operations", "127.0.0.1")
ABUSE = AbuseAlert(
    moment=MOMENT,
    side=Side.A,
    audit_source="LU-1",
    code="WARNING_SEC_UNEXPECTED_NUMBER_OF_REQUESTS",
    rule="unknown-patients-of-professional",
    per="professional",
    counts="unknown-patients",
    counted=30,
    most=30,
    window_s=900,
    action="throttle",
    until=MOMENT + timedelta(minutes=15),
    country=CountryCode("DK"),
    reference="0" * 32,
    point_of_care="Hospital <North> & Sons",
    human=HUMAN,
    patients=(PATIENT,),
)
ABUSE_OF_ALL = replace(ABUSE, until=None, point_of_care=None, human=None)


def every_event() -> list[Auditable]:
    """Each kind of event: all transactions on both sides, and what is no exchange."""
    exchanges = [exchange(each, side) for each in Transaction for side in Side]
    failures = [
        exchange(
            each,
            side,
            outcome=AuditOutcome.SERIOUS_FAILURE,
            documents=(),
            errors=(AuditError("E1", "one"), AuditError("E2", "two")),
        )
        for each in Transaction
        for side in Side
    ]
    tokens = [token(kind) for kind in TokenKind]
    directories = [directory(act) for act in DirectoryAct]
    others = [refused_directory(), refused_stranger(), ALERT, START, STOP, LOOK]
    others += [CHANGE, REVIVAL, TRANSLATED, NOT_TRANSLATED]
    others += [replace(CHANGE, act=act, approver="ben") for act in AdministrationAct]
    others += [DENIED, EMERGENCY, UNREACHED, UNREAD, NOT_LET_IN]
    others += [ABUSE, ABUSE_OF_ALL]
    return [*exchanges, *failures, *tokens, *directories, *others]
