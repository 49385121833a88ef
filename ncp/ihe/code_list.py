"""Every code a peer may tell, in our words: eHDSI's, IHE's, and those of translation.

It is for reading. What we say ourselves is in the table; a code that stands nowhere is
shown as it came.

Seen: OpenNCP 7 and 9 OpenNCPErrorCode, TMError, TSAMError, IheErrorCode / gematik
tiger-integration-ncp 2.1 / IHE ITI TF-3 §4.2.4.1.
"""

from __future__ import annotations

from typing import Final

_PLAIN: Final = {
    # Everywhere
    "ERROR_GENERIC": "an internal error",
    "WARNING_GENERIC": "an internal warning",
    "ERROR_GENERIC_CONNECTION_NOT_POSSIBLE": "it could not be reached",
    "ERROR_GENERIC_DOCUMENT_MISSING": "the document is not there",
    "ERROR_GENERIC_SERVICE_SIGNIFIER_UNKNOWN": "the class code is not served",
    "ERROR_NO_CONSENT": "the patient's consent is not given",
    # The professional
    "ERROR_HPI_GENERIC": "the professional cannot be identified",
    "WARNING_HPI_GENERIC": "the professional is identified in part",
    "ERROR_HPI_NO_INFORMATION": "nothing is known of the professional",
    "ERROR_HPI_INSUFFICIENT_INFORMATION": (
        "too little is known of the professional, such as an unknown role"
    ),
    "ERROR_HPI_HAI_NO_INFORMATION": "nothing is known of the health authority",
    "ERROR_HPI_POC_NO_INFORMATION": "nothing is known of the point of care",
    "ERROR_HPI_AUTHENTICATION_NOT_RECEIVED": "the identity assertion did not come",
    # Security
    "ERROR_SEC_GENERIC": "a signature or certificate is not believed",
    "WARNING_SEC_GENERIC": "a warning about security",
    "ERROR_SEC_DATA_INTEGRITY_NOT_ENSURED": "the integrity of the message is in doubt",
    "1001": "an assertion is not valid",
    "1002": "the treatment assertion does not belong to the identity assertion",
    "4702": "the authentication is too weak",
    "4703": "the rights do not suffice",
    "4704": "the professional's signature is missing",
    "4705": "a policy of the country forbids it",
    "4706": "the policy is not known",
    # Identification
    "ERROR_PI_GENERIC": "the patient cannot be identified in this way",
    "WARNING_PI_GENERIC": "a warning about the identification",
    "ERROR_PI_NO_MATCH": "no patient matches",
    "ERROR_PI_MULTIPLE_MATCHES": "several patients match",
    "ERROR_PI_INCORRECT_FORMATTING": "an identifier is not of its form",
    "ERROR_PI_MISSING_REQUIRED_FIELDS": "a field of the search mask is missing",
    "ERROR_PI_REGISTRY_NOT_AVAILABLE": "the patient registry is not available",
    "ERROR_PI_INTERNAL_ERROR": "an internal error of the identification",
    "WARNING_PI_NO_CONSENT": "the patient's consent is not given",
    "NS250": "the processing mode is not supported",
    # Documents, by number
    "1100": "there are no documents",
    "1101": "there is no prescription",
    "1102": "there is no patient summary",
    "1103": "there is no medication overview",
    "1104": "there is no original clinical document",
    "2102": "the source document has to be considered too",
    "2201": "received, and not processed yet",
    "4101": "not every form of the document is there",
    "4102": "the collection is not complete",
    "4103": "the register of prescriptions is not available",
    "4104": "data exist and cannot be reached",
    "4105": "there is no matching prescription",
    "4106": "the prescription is already dispensed",
    "4107": "the source document in PDF is missing",
    "4108": "the coded document is missing",
    "4201": "a feature is not supported, such as a PDF",
    "4202": "the kind of document, or a part of the query, is not supported",
    "4203": "a code could not be translated",
    "4204": "a value of the query is not understood",
    "4205": "documents on demand are not supported",
    "4206": "the patient of the query is not that of the treatment assertion",
    "4207": "prescription id or PIN is not that of the treatment assertion",
    "4701": "the patient's consent is not given",
    # Structure
    "ERROR_HQI_GENERIC": "the document is not well structured",
    "WARNING_HQI_GENERIC": "a warning about the document's structure",
    # Dispensation
    "ERROR_ED_NOT_DISPENSABLE_EPRESCRIPTION": "the prescription cannot be dispensed",
    "ERROR_ED_SUBSTITUTION_INFORMATION_NOT_ALLOWED": "a substitution is forbidden",
    "ERROR_ED_EPRESCRIPTION_NOT_IDENTIFIABLE": "the prescription cannot be told",
    "ERROR_ED_INFORMATION_NOT_STORE": "the dispensation was not stored by who made it",
    "ERROR_ED_EDISPENSATION_ACK_NOT_RECEIVED": "a dispensation is not acknowledged yet",
    "ERROR_ED_EPRESCRIPTION_NOT_UPDATED": "the prescription could not be updated",
    "ERROR_ED_EDISPENSATION_NOT_STORED": "the dispensation could not be stored",
    "ERROR_ED_DISCARD_SERVICE_NOT_AVAILABLE": "nothing can be discarded now",
    "ERROR_ED_DISCARD_FAILED": "the dispensation could not be discarded",
    "WARNING_ED_DISCARD_MISSING_MANDATORY_DATA": "the discard lacks a mandatory fact",
    # Original documents
    "ERROR_ORCD_SERVICE_NOT_AVAILABLE": "original documents are not available now",
    "WARNING_ORCD_MISSING_MANDATORY_DATA": "the document lacks a mandatory fact",
    "WARNING_ORCD_MISSING_MANDATORY_METADATA": "its metadata lack a mandatory fact",
    "ERROR_ORCD_INCORRECT_FORMAT": "the file format is not allowed",
    # IHE
    "XDSMissingDocument": "the document is not there",
    "XDSRepositoryError": "the repository failed",
    "XDSRegistryError": "the registry failed",
    "XDSUnknownPatientId": "the patient is not known",
    "XDSUnavailableCommunity": "the community cannot be reached",
    "XDSUnknownCommunity": "the home community is another",
    "XDSMissingHomeCommunityId": "the home community is missing",
    "XDSUnknownRepositoryId": "the repository is not known",
    "XDSDocumentUniqueIdError": "the document id is not known",
    "XDSNonIdenticalHash": "the same document id came with another content before",
    "XDSRepositoryDuplicateUniqueIdInMessage": (
        "two documents of the message have the same id"
    ),
    "XDSRegistryDuplicateUniqueIdInMessage": (
        "two objects of the message have the same id"
    ),
    # Faults
    "InvalidSecurityToken": "the certificates are not of one accepted country",
    "Invalid Security Token": "the certificates are not of one accepted country",
    "HP Missing Attributes": "the two assertions name different professionals",
    "ActionNotSupported": "the action is not served",
    "InvalidAddressingHeader": "an addressing header is not accepted",
    "MustUnderstand": "a mandatory header is not understood",
    "VersionMismatch": "it is no SOAP 1.2 message",
    "Sender": "the fault is in our message",
    "Receiver": "the fault is on the other side",
}

_OF_KINDS: Final = {
    "ERROR_{kind}_GENERIC": "an error",
    "WARNING_{kind}_GENERIC": "a warning",
    "ERROR_{kind}_NOT_FOUND": "there is none",
    "ERROR_{kind}_NO_CONSENT": "the patient's consent is not given",
    "ERROR_{kind}_INTERNAL_ERROR": "an internal error",
    "ERROR_{kind}_REGISTRY_NOT_AVAILABLE": "the registry is not available",
    "ERROR_{kind}_INCORRECT_FORMATTING": "a field is not of its form",
    "ERROR_{kind}_MISSING_REQUIRED_FIELDS": "a required field is missing",
    "ERROR_{kind}_MISSING_BASIC_SECTIONS": "a basic section is missing",
    "ERROR_{kind}_MISSING_BASIC_DATA": "a mandatory fact is missing",
    "WARNING_{kind}_MISSING_BASIC_DATA": "a basic fact is missing",
    "ERROR_{kind}_MISSING_EXPECTED_MAPPING": "a required code could not be translated",
    "WARNING_{kind}_MISSING_EXPECTED_MAPPING": "a code could not be translated",
    "WARNING_{kind}_MISSING_EXPECTED_TRANSLATION": "a text could not be translated",
    "ERROR_{kind}_PDF_FORMAT_NOT_PROVIDED": "there is no PDF",
}
_KINDS: Final = {
    "PS": "patient summary",
    "EP": "prescription",
    "ED": "dispensation",
    "ORCD": "original document",
}

# The numbers of the translation manager mean several things: their text is to be read.
_TRANSLATION: Final = {
    **dict.fromkeys(map(str, range(4500, 4514)), "the translation of codes failed"),
    **dict.fromkeys(("2401", "2402", "2403"), "the source document breaks a rule"),
    **dict.fromkeys(("2404", "2405", "2406"), "the translated document breaks a rule"),
    **dict.fromkeys(map(str, range(2500, 2511)), "the translation of codes is partial"),
}

CODE_LIST: Final[dict[str, str]] = {
    **{
        template.format(kind=kind): f"{name}: {meaning}"
        for template, meaning in _OF_KINDS.items()
        for kind, name in _KINDS.items()
    },
    # Seen: OpenNCP writes this one with a prefix of its own.
    "EHDSI_WARNING_PS_MISSING_EXPECTED_TRANSLATION": (
        "patient summary: a text could not be translated"
    ),
    **_TRANSLATION,
    **_PLAIN,
}
"""Code to what it says, without a capital and without a full stop."""


def fault_meanings(codes: tuple[str, ...]) -> str:
    """Return what the codes of a SOAP fault say, the most special one; else nothing."""
    known = [CODE_LIST[code] for code in reversed(codes) if code in CODE_LIST]
    return known[0] if known else ""
