"""Codes that the transactions carry: closed lists with their wire values.

Spec: IHE ITI TF-2 §3.38, §3.39, §3.41, §3.55 / IHE ITI TF-3 §4.2.4 / HL7 v3
QueryResponse, AcknowledgementType / SOAP 1.2 Part 1 §5.4.6 / eHDSI XCPD, XCA and XDR
profiles.
"""

from __future__ import annotations

from enum import StrEnum

from ncp.ihe import namespaces as ns
from ncp.ihe.oids import EHDSI_DETECTED_ISSUE, IHE_DETECTED_ISSUE
from trust.identifiers import Oid


class Transaction(StrEnum):
    """The IHE transactions the gateway speaks."""

    ITI_55 = "ITI-55"
    ITI_38 = "ITI-38"
    ITI_39 = "ITI-39"
    ITI_41 = "ITI-41"

    @property
    def request_action(self) -> str:
        """The ``wsa:Action`` of the request."""
        return _WIRE[self][0]

    @property
    def response_action(self) -> str:
        """The ``wsa:Action`` of the response."""
        return _WIRE[self][1]

    @property
    def request_element(self) -> str:
        """The first child of the request's Body, in Clark notation."""
        return _WIRE[self][2]

    @property
    def response_element(self) -> str:
        """The first child of the response's Body, in Clark notation."""
        return _WIRE[self][3]


_WIRE = {
    Transaction.ITI_55: (
        ns.ITI_55_REQUEST,
        ns.ITI_55_RESPONSE,
        f"{{{ns.HL7}}}PRPA_IN201305UV02",
        f"{{{ns.HL7}}}PRPA_IN201306UV02",
    ),
    Transaction.ITI_38: (
        ns.ITI_38_REQUEST,
        ns.ITI_38_RESPONSE,
        f"{{{ns.QUERY}}}AdhocQueryRequest",
        f"{{{ns.QUERY}}}AdhocQueryResponse",
    ),
    Transaction.ITI_39: (
        ns.ITI_39_REQUEST,
        ns.ITI_39_RESPONSE,
        f"{{{ns.XDSB}}}RetrieveDocumentSetRequest",
        f"{{{ns.XDSB}}}RetrieveDocumentSetResponse",
    ),
    Transaction.ITI_41: (
        ns.ITI_41_REQUEST,
        ns.ITI_41_RESPONSE,
        f"{{{ns.XDSB}}}ProvideAndRegisterDocumentSetRequest",
        f"{{{ns.RS}}}RegistryResponse",
    ),
}


class ClassCode(StrEnum):
    """Document class codes of MyHealth@EU (LOINC, but for the clinical image)."""

    PATIENT_SUMMARY = "60591-5"
    EPRESCRIPTION = "57833-6"
    HOSPITAL_DISCHARGE_REPORT = "34105-7"
    LABORATORY_RESULT = "11502-2"
    MEDICAL_IMAGING_REPORT = "18748-4"
    MEDICAL_IMAGE = "x-clinical-image"
    EDISPENSATION = "60593-1"
    DISCARD = "DISCARD-60593-1"

    @property
    def is_original_clinical_document(self) -> bool:
        """Whether it may be asked for together with others of its kind."""
        return self not in _OF_SERVICES_OF_THEIR_OWN

    @property
    def is_submitted(self) -> bool:
        """Whether it travels to country A (ITI-41) and is never asked of it."""
        return self in {ClassCode.EDISPENSATION, ClassCode.DISCARD}


_OF_SERVICES_OF_THEIR_OWN = frozenset(
    {
        ClassCode.PATIENT_SUMMARY,
        ClassCode.EPRESCRIPTION,
        ClassCode.EDISPENSATION,
        ClassCode.DISCARD,
    }
)


# Seen: OpenNCP 9 ClassCode, XCAConstants.
CLASS_CODE_NAMES = {
    ClassCode.PATIENT_SUMMARY: "Patient Summary",
    ClassCode.EPRESCRIPTION: "eHDSI - ePrescription",
    ClassCode.HOSPITAL_DISCHARGE_REPORT: "OrCD Hospital Discharge Summary",
    ClassCode.LABORATORY_RESULT: "OrCD Laboratory Report",
    ClassCode.MEDICAL_IMAGING_REPORT: "OrCD Diagnostic Imaging Study",
    ClassCode.MEDICAL_IMAGE: "OrCD Medical Image",
    ClassCode.EDISPENSATION: "Medication dispensed",
    ClassCode.DISCARD: "Discard Medication dispensed",
}
# Seen: OpenNCP 9 XDSbRepositoryServiceInvoker; elsewhere class and type have one name.
TYPE_CODE_NAMES = {
    **CLASS_CODE_NAMES,
    ClassCode.EDISPENSATION: "eDispensation",
    ClassCode.DISCARD: "eDispensation Discard",
}


class FormatCode(StrEnum):
    """Format codes, spelt as OpenNCP emits them; compared without case on input."""

    PATIENT_SUMMARY = "urn:epSOS:ps:ps:2010"
    EPRESCRIPTION = "urn:epsos:ep:pre:2010"
    PDF = "urn:ihe:iti:xds-sd:pdf:2008"
    ORIGINAL_PDF = "urn:eHDSI:orcd:pdf:2021"
    ORIGINAL_PNG = "urn:eHDSI:orcd:png:2021"
    ORIGINAL_JPEG = "urn:eHDSI:orcd:jpeg:2021"
    EDISPENSATION = "urn:epSOS:ep:dis:2010"
    DISCARD = "urn:eHDSI:ed:discard:2020"


EHDSI_FORMAT_CODES = "eHDSI formatCodes"
IHE_PCC = "IHE PCC"
FORMAT_CODE_NAMES = {
    FormatCode.PATIENT_SUMMARY: ("epSOS coded Patient Summary", EHDSI_FORMAT_CODES),
    FormatCode.EPRESCRIPTION: ("epSOS coded ePrescription", EHDSI_FORMAT_CODES),
    FormatCode.PDF: ("PDF/A coded document", IHE_PCC),
    FormatCode.ORIGINAL_PDF: ("PDF/A coded document", EHDSI_FORMAT_CODES),
    FormatCode.ORIGINAL_PNG: ("PNG coded document", EHDSI_FORMAT_CODES),
    FormatCode.ORIGINAL_JPEG: ("JPEG coded document", EHDSI_FORMAT_CODES),
    FormatCode.EDISPENSATION: ("eHDSI coded eDispensation", EHDSI_FORMAT_CODES),
    FormatCode.DISCARD: ("eHDSI coded eDispensation Discard", EHDSI_FORMAT_CODES),
}


class ResponseStatus(StrEnum):
    """Status of an ebXML response (ITI TF-3 4.2.4.2)."""

    SUCCESS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
    PARTIAL_SUCCESS = "urn:ihe:iti:2007:ResponseStatusType:PartialSuccess"
    FAILURE = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure"


class Severity(StrEnum):
    """Severity of a registry error."""

    ERROR = "urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error"
    WARNING = "urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Warning"


class Acknowledgement(StrEnum):
    """HL7 v3 AcknowledgementType as the field uses it."""

    ACCEPT = "AA"
    ERROR = "AE"
    REJECT = "AR"


class QueryResponse(StrEnum):
    """HL7 v3 QueryResponse."""

    OK = "OK"
    NOT_FOUND = "NF"
    APPLICATION_ERROR = "AE"
    QUERY_ERROR = "QE"


class FaultCode(StrEnum):
    """SOAP 1.2 fault codes (Part 1 §5.4.6)."""

    SENDER = "Sender"
    RECEIVER = "Receiver"
    MUST_UNDERSTAND = "MustUnderstand"
    VERSION_MISMATCH = "VersionMismatch"


class DetectedIssue(StrEnum):
    """Reasons of an XCPD ``detectedIssueEvent`` (IHE 3.55.4.2.2.7 and eHDSI)."""

    ANSWER_NOT_AVAILABLE = "AnswerNotAvailable"
    RESPONDER_BUSY = "ResponderBusy"
    INTERNAL_ERROR = "InternalError"
    ADDITIONAL_DEMOGRAPHICS_REQUESTED = "AdditionalDemographicsRequested"
    DEMOGRAPHICS_QUERY_NOT_ALLOWED = "DemographicsQueryNotAllowed"
    EHIC_DATA_REQUESTED = "EHICDataRequested"
    PRIVACY_VIOLATION = "PrivacyViolation"
    INSUFFICIENT_RIGHTS = "InsufficientRights"
    PATIENT_AUTHENTICATION_REQUIRED = "PatientAuthenticationRequired"
    POLICY_VIOLATION = "PolicyViolation"

    @property
    def code_system(self) -> Oid:
        """The code system that defines the reason."""
        return IHE_DETECTED_ISSUE if self in _IHE_ISSUES else EHDSI_DETECTED_ISSUE

    @property
    def asks_for_more(self) -> bool:
        """Whether the asker can act on it: ``triggerFor``, not ``mitigatedBy``."""
        return self in _ASKING_ISSUES


_IHE_ISSUES = frozenset(
    {
        DetectedIssue.ANSWER_NOT_AVAILABLE,
        DetectedIssue.RESPONDER_BUSY,
        DetectedIssue.INTERNAL_ERROR,
    }
)
_ASKING_ISSUES = frozenset(
    {
        DetectedIssue.ADDITIONAL_DEMOGRAPHICS_REQUESTED,
        DetectedIssue.DEMOGRAPHICS_QUERY_NOT_ALLOWED,
        DetectedIssue.EHIC_DATA_REQUESTED,
        DetectedIssue.PATIENT_AUTHENTICATION_REQUIRED,
    }
)

# ITI TF-2 3.18.4.1.2.4: the stored query FindDocuments.
FIND_DOCUMENTS = "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"
STATUS_APPROVED = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
# ITI TF-3 4.2.5.2: stable document entries.
STABLE_DOCUMENT_ENTRY = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
ASSOCIATION_TRANSFORM = "urn:ihe:iti:2007:AssociationType:XFRM"
ASSOCIATION_MEMBER = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"
# ITI TF-3 4.2.5.1: the object type, and the classification, of a submission set.
SUBMISSION_SET = "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"
EXTERNAL_IDENTIFIER = (
    "urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:ExternalIdentifier"
)


class EntryScheme(StrEnum):
    """Classification and identification schemes of a document entry (TF-3 4.2.5.2)."""

    CONFIDENTIALITY = "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"
    CLASS_CODE = "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a"
    TYPE_CODE = "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983"
    HEALTHCARE_FACILITY = "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1"
    PRACTICE_SETTING = "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead"
    FORMAT_CODE = "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d"
    PATIENT_ID = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
    AUTHOR = "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d"
    EVENT_CODE = "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4"
    UNIQUE_ID = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"


class SubmissionScheme(StrEnum):
    """Classification and identification schemes of a submission set (TF-3 4.2.5.1)."""

    AUTHOR = "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d"
    CONTENT_TYPE = "urn:uuid:aa543740-bdda-424e-8c96-df4873be8500"
    UNIQUE_ID = "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8"
    PATIENT_ID = "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446"
    SOURCE_ID = "urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832"


# Seen: OpenNCP ClassificationBuilder; eHDSI does not use the practice setting.
PRACTICE_SETTING_NOT_USED = "Not Used"
PRACTICE_SETTING_CODES = "eHDSI Practice Setting Codes-Not Used"
CONFIDENTIALITY_NAMES = {"N": "Normal", "R": "Restricted", "V": "Very restricted"}
