"""Coded values of audit messages, each as the field writes it.

Spec: DICOM PS3.16 CID 400-403 (event and role codes) / RFC 3881 §5.5.4 / IHE ITI TF-2
3.20.7 (audit of transactions).
Seen: OpenNCP 9 EventType, TransactionName, AbstractAuditMessageBuilder (July 2024 set).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ncp.audit.directory_event import DirectoryAct
from ncp.audit.event import Activity, AuditEvent, Side, TokenEvent, TokenKind
from ncp.ihe.codes import SUBMISSION_SET as SUBMISSION_SET_NODE
from ncp.ihe.codes import ClassCode, Transaction

DCM = "DCM"
RFC_3881 = "RFC-3881"
IHE_TRANSACTIONS = "IHE Transactions"
EHDSI = "eHealth DSI"
EHDSI_SECURITY = "eHealth DSI Security"
EHDSI_MESSAGE = "eHealth DSI Msg"


@dataclass(frozen=True, slots=True)
class Coded:
    """A coded value; all but the display name must be there (DICOM PS3.15 A.5.2)."""

    code: str
    system: str
    text: str
    display: str | None = None


class Action(StrEnum):
    """Event action codes (RFC 3881 §5.1.2)."""

    CREATE = "C"
    READ = "R"
    EXECUTE = "E"


@dataclass(frozen=True, slots=True)
class ExchangeCodes:
    """How one transaction is written; the last three are for its participant objects.

    ``name`` is the IHE transaction name, ``operation`` follows the name of the service
    in ``PatientService::List``.
    """

    name: str
    operation: str
    object_text: str
    object_role: str


EXCHANGES = {
    Transaction.ITI_55: ExchangeCodes(
        "XCPD::CrossGatewayPatientDiscovery",
        "FindIdentityByTraits",
        "Cross Gateway Patient Discovery",
        "24",
    ),
    Transaction.ITI_38: ExchangeCodes(
        "XCA::CrossGatewayQuery", "List", "Cross Gateway Query", "24"
    ),
    Transaction.ITI_39: ExchangeCodes(
        "XCA::CrossGatewayRetrieve", "Retrieve", "Cross Gateway Retrieve", "3"
    ),
    Transaction.ITI_41: ExchangeCodes(
        "XDR::ProvideandRegisterDocumentSet-b",
        "Initialize",
        "Provide and Register Document Set-b",
        "20",
    ),
}

_QUERY = ("110112", "Query", Action.EXECUTE)
_EVENTS = {
    (Transaction.ITI_55, Side.A): _QUERY,
    (Transaction.ITI_55, Side.B): _QUERY,
    (Transaction.ITI_38, Side.A): _QUERY,
    (Transaction.ITI_38, Side.B): _QUERY,
    (Transaction.ITI_39, Side.A): ("110106", "Export", Action.READ),
    (Transaction.ITI_39, Side.B): ("110107", "Import", Action.CREATE),
    # What is provided goes the other way: country A imports it.
    (Transaction.ITI_41, Side.A): ("110107", "Import", Action.CREATE),
    (Transaction.ITI_41, Side.B): ("110106", "Export", Action.READ),
}


def exchange_event(transaction: Transaction, side: Side) -> tuple[Coded, Action]:
    """Return the EventID and the action of an exchange on one side."""
    code, text, action = _EVENTS[transaction, side]
    return Coded(code, DCM, text, EXCHANGES[transaction].name), action


def exchange_type(transaction: Transaction, kind: ClassCode | None) -> Coded:
    """Return the EventTypeCode; without a known kind it names no service."""
    codes = EXCHANGES[transaction]
    service = _service(transaction, kind)
    is_discard = kind is ClassCode.DISCARD
    operation = "Discard" if is_discard else codes.operation
    display = None if service is None else f"{service}::{operation}"
    return Coded(transaction.value, IHE_TRANSACTIONS, codes.name, display)


def _service(transaction: Transaction, kind: ClassCode | None) -> str | None:
    if transaction is Transaction.ITI_55:
        return "IdentityService"
    match kind:
        case None:
            return None
        case ClassCode.PATIENT_SUMMARY:
            return "PatientService"
        case ClassCode.EPRESCRIPTION:
            return "OrderService"
        case ClassCode.EDISPENSATION | ClassCode.DISCARD:
            return "DispensationService"
        case _:
            return "OrCDService"


def human_is_requestor(transaction: Transaction, side: Side) -> bool:
    """Return the requestor flag of the professional.

    Never in a retrieve; on side A where documents are provided; else on side B.
    """
    if transaction is Transaction.ITI_41:
        return side is Side.A
    return transaction is not Transaction.ITI_39 and side is Side.B


# IHE ITI TF-2 3.41.5.1: the submission set's classification node.
SUBMISSION_SET = Coded(
    SUBMISSION_SET_NODE,
    "IHE XDS Metadata",
    "submission set classificationNode",
    "submission set classificationNode",
)
POINT_OF_CARE = Coded("110152", DCM, "Destination Role ID")
HUMAN_REQUESTOR = Coded("110153", DCM, "Source Role ID")
SERVICE_CONSUMER = Coded(
    "ServiceConsumer",
    EHDSI,
    "eHealth DSI Service Consumer",
    "eHealth DSI Service Consumer",
)
SERVICE_PROVIDER = Coded(
    "ServiceProvider",
    EHDSI,
    "eHealth DSI Service Provider",
    "eHealth DSI Service Provider",
)
# The functional role of the assertion, which the reference gateway loses.
ROLE_SYSTEM = "ISCO"
PURPOSE_SYSTEM = "eHDSI XSPA PurposeOfUse"

ERROR_MESSAGE = Coded("9", EHDSI_SECURITY, "error message")
REQUEST_MESSAGE = Coded("req", EHDSI_MESSAGE, "req", "Request Message")
RESPONSE_MESSAGE = Coded("rsp", EHDSI_MESSAGE, "rsp", "Response Message")


def patient_number(transaction: Transaction) -> Coded:
    """Return the id type of a patient; list and discovery share one text."""
    shares_text = transaction is Transaction.ITI_38
    source = Transaction.ITI_55 if shares_text else transaction
    return Coded("2", RFC_3881, EXCHANGES[source].object_text, "Patient Number")


def request_object(transaction: Transaction) -> Coded:
    """Return the id type of the query or request object."""
    text = EXCHANGES[transaction].object_text
    return Coded(transaction.value, IHE_TRANSACTIONS, text, "Patient Number")


def event_target(transaction: Transaction) -> Coded:
    """Return the id type of a document; DCM stands where RFC-3881 would be right."""
    text = EXCHANGES[transaction].object_text
    return Coded("12", DCM, text, text)


@dataclass(frozen=True, slots=True)
class TokenCodes:
    """How the issue of one kind of assertion is written."""

    person: Coded
    assertion: Coded


_ISSUES = {
    TokenKind.HCP: Coded(
        "ITI-40",
        IHE_TRANSACTIONS,
        "XUA::ProvideX-UserAssertion",
        "identityProvider::HPAuthentication",
    ),
    TokenKind.TRC: Coded(
        "EHDSI-92", IHE_TRANSACTIONS, "ncp::TrcAssertion", "ncp::TrcAssertion"
    ),
    TokenKind.NOK: Coded(
        "EHDSI-96", IHE_TRANSACTIONS, "ncp::NokAssertion", "ncp::NokAssertion"
    ),
}

TOKENS = {
    TokenKind.HCP: TokenCodes(
        Coded("2", RFC_3881, "Patient Number", "Patient Number"),
        Coded(
            "IdA", EHDSI_SECURITY, "HCP Identity Assertion", "HCP Identity Assertion"
        ),
    ),
    TokenKind.TRC: TokenCodes(
        Coded("2", RFC_3881, "Patient Number", "Patient Number"),
        Coded("TrcA", EHDSI_SECURITY, "TRC Assertion", "TRC Assertion"),
    ),
    TokenKind.NOK: TokenCodes(
        Coded("7", RFC_3881, "Patient Number", "Guarantor Number"),
        Coded("NokA", EHDSI_SECURITY, "NOK Assertion", "NOK Assertion"),
    ),
}


def token_event(kind: TokenKind) -> tuple[Coded, Coded, Action]:
    """Return the EventID, the EventTypeCode and the action of an issue."""
    code, text, action = _QUERY
    issue = _ISSUES[kind]
    return Coded(code, DCM, text, issue.text), issue, action


def type_of(event: AuditEvent | TokenEvent) -> Coded:
    """Return the EventTypeCode of what was asked for."""
    if isinstance(event, TokenEvent):
        return _ISSUES[event.kind]
    return exchange_type(event.transaction, event.document_kind)


_DIRECTORY_ACTS = {
    DirectoryAct.QUERY: "SMP::Query",
    DirectoryAct.PUSH: "SMP::Push",
    DirectoryAct.IMPORT: "ncpConfigurationManager::ImportNSL",
}


def directory_codes(act: DirectoryAct) -> tuple[Coded, ...]:
    """Return the EventID and the EventTypeCodes; those of SMP have two."""
    name = _DIRECTORY_ACTS[act]
    kind = Coded(act.value, IHE_TRANSACTIONS, name, name)
    if act is DirectoryAct.IMPORT:
        code, text, _ = _QUERY
        return Coded(code, DCM, text, name), kind
    smp = Coded("SMP", act.value, name, name)
    return smp, kind, smp


def directory_object(act: DirectoryAct) -> Coded:
    """Return the id type of what was asked for, written or taken over."""
    if act is DirectoryAct.IMPORT:
        name = "Trusted Service List"
        return Coded("NSL", EHDSI_SECURITY, name, name)
    name = "SignedServiceMetadata"
    return Coded("SMP", EHDSI_SECURITY, name, name)


_TRANSLATE = "ncpTransformationMgr::Translate"
_TRANSLATION_SYSTEM = "eHealth DSI Translation"
TRANSLATION_EVENT = Coded(_QUERY[0], DCM, _QUERY[1], _TRANSLATE)
TRANSLATION = Coded("EHDSI-94", IHE_TRANSACTIONS, _TRANSLATE, _TRANSLATE)
TRANSLATION_INPUT = Coded("in", _TRANSLATION_SYSTEM, "Input Data", "Input Data")
TRANSLATION_OUTPUT = Coded("out", _TRANSLATION_SYSTEM, "Output Data", "Output Data")


_FAILURE = "epsosCommunicationFailure"
COMMUNICATION_FAILURE_EVENT = Coded(_QUERY[0], DCM, _QUERY[1], _FAILURE)
COMMUNICATION_FAILURE = Coded(
    "EHDSI-CF", IHE_TRANSACTIONS, _FAILURE, "CommunicationFailure"
)


# DICOM PS3.15 A.5.3.11 (Security Alert) and A.5.3.1 (Application Activity).
SECURITY_ALERT = Coded("110113", DCM, "Security Alert", "Security Alert")
NODE_AUTHENTICATION = Coded("110126", DCM, "Node Authentication", "Node Authentication")
SECURITY_CONFIGURATION = Coded(
    "110129", DCM, "Security Configuration", "Security Configuration"
)
RESTRICTED_FUNCTION = Coded(
    "110132", DCM, "Use of Restricted Function", "Use of Restricted Function"
)
SOFTWARE_CONFIGURATION = Coded(
    "110131", DCM, "Software Configuration", "Software Configuration"
)
AUDIT_RECORDING_STOPPED = Coded(
    "110133", DCM, "Audit Recording Stopped", "Audit Recording Stopped"
)
AUDIT_RECORDING_STARTED = Coded(
    "110134", DCM, "Audit Recording Started", "Audit Recording Started"
)
ACCESS_CONTROL_DECISION = Coded(
    "110147", DCM, "Access Control Decision", "Access Control Decision"
)
EMERGENCY_OVERRIDE_STARTED = Coded(
    "110127", DCM, "Emergency Override Started", "Emergency Override Started"
)
# DICOM PS3.15 A.5.3.12 (User Authentication).
USER_AUTHENTICATION = Coded("110114", DCM, "User Authentication", "User Authentication")
LOGIN = Coded("110122", DCM, "Login", "Login")
NODE_ID = Coded("110182", DCM, "Node ID", "Node ID")
APPLICATION_ACTIVITY = Coded(
    "110100", DCM, "Application Activity", "Application Activity"
)
ACTIVITIES = {
    Activity.START: Coded("110120", DCM, "Application Start", "Application Start"),
    Activity.STOP: Coded("110121", DCM, "Application Stop", "Application Stop"),
}
# DICOM PS3.15 A.5.3.2 (Audit Log Used).
AUDIT_LOG_USED = Coded("110101", DCM, "Audit Log Used", "Audit Log Used")
URI = Coded("12", RFC_3881, "URI", "URI")
PATIENT_LOOKED_FOR = Coded("2", RFC_3881, "Patient Number", "Patient Number")
APPLICATION = Coded("110150", DCM, "Application", "Application")
APPLICATION_LAUNCHER = Coded(
    "110151", DCM, "Application Launcher", "Application Launcher"
)
