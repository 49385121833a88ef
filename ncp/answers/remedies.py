"""What whoever asked can do about a refusal, in a sentence.

For conditions of trust the sentences are in :mod:`trust.explain`, where an operator
reads them beside the evidence.
"""

from __future__ import annotations

from typing import Final

from ncp.errors import Condition, Refusal
from trust.decision import Reason
from trust.explain.remedies import REMEDIES

_MESSAGE: Final = "Compare the message with the form of its transaction."
_ASK: Final = "Ask the operators of the answering country; the message id finds it."
_LATER: Final = "Send it again later."
_PATIENT: Final = "Compare the patient of the document with that of the treatment."
_NEW_ID: Final = "Give the changed document an id of its own."

_OF_REFUSALS: Final[dict[Refusal, str]] = {
    Refusal.MALFORMED_XML: _MESSAGE,
    Refusal.DTD_PRESENT: "Send it without a document type declaration.",
    Refusal.MESSAGE_TOO_LARGE: "Send less in one message.",
    Refusal.NOT_SOAP_12: "Send a SOAP 1.2 envelope.",
    Refusal.MEDIA_TYPE_UNSUPPORTED: "Send application/soap+xml or an MTOM package.",
    Refusal.MULTIPART_BROKEN: "Compare the package with XOP and RFC 2387.",
    Refusal.ACTION_UNKNOWN: "Compare wsa:Action and the first element of the Body.",
    Refusal.ACTION_CONTRADICTS: "Tell one action in every place.",
    Refusal.HEADER_NOT_UNDERSTOOD: "Send the header without mustUnderstand, or not.",
    Refusal.BODY_INVALID: _MESSAGE,
    Refusal.MESSAGE_ID_REUSED: "Give every new message a MessageID of its own.",
    Refusal.RECEIVER_WRONG: "Name the home community that is asked.",
    Refusal.PATIENT_ID_ABSENT: "Ask with an identifier of the search mask.",
    Refusal.PATIENT_UNKNOWN: "Compare what was typed in with the patient's card.",
    Refusal.PATIENT_AMBIGUOUS: "Ask with more traits.",
    Refusal.DEMOGRAPHICS_NEEDED: "Add family name, given name and day of birth.",
    Refusal.HEALTH_CARD_NEEDED: "Ask with the number of the national health card.",
    Refusal.PATIENT_AUTHENTICATION_NEEDED: "Ask the patient for the access code.",
    Refusal.PRIVACY_AT_STAKE: _ASK,
    Refusal.RESPONDER_BUSY: _LATER,
    Refusal.ANSWER_MODE_UNSUPPORTED: "Ask for one answer, at once.",
    Refusal.HOME_COMMUNITY_WRONG: "Name the home community of the list entry.",
    Refusal.CLASS_CODE_ABSENT: "Name a class code.",
    Refusal.CLASS_CODE_UNSUPPORTED: "Ask for a kind of document the country serves.",
    Refusal.FILTER_INVALID: "Compare the values with their formats.",
    Refusal.QUERY_UNSUPPORTED: "Leave out what is not served.",
    Refusal.DOCUMENTS_NOT_FOUND: "There is nothing to be done: there is none.",
    Refusal.PDF_NOT_PROVIDED: "Ask for the coded form.",
    Refusal.DOCUMENT_UNKNOWN: "List the documents again.",
    Refusal.DOCUMENT_OF_ANOTHER_PATIENT: "List the documents again.",
    Refusal.SUBMISSION_INCOMPLETE: "Add what is missing to the metadata.",
    Refusal.SUBMISSION_INVALID: "Compare the metadata with the document.",
    Refusal.SUBMISSION_KIND_UNKNOWN: "Compare class code and format code.",
    Refusal.SUBMISSION_OF_ANOTHER_PATIENT: _PATIENT,
    Refusal.SUBMISSION_CHANGED: _NEW_ID,
    Refusal.SUBMISSION_ID_REPEATED: "Give each document an id of its own.",
    Refusal.SUBMISSION_DEFERRED: "Send the very same again later.",
    Refusal.SUBMISSION_NOT_SIGNED: "Have the professional sign the document.",
    Refusal.SOURCE_PDF_MISSING: "Submit the PDF too.",
    Refusal.PIVOT_DOCUMENT_MISSING: "Submit the coded document.",
    Refusal.PRESCRIPTION_NOT_NAMED: "Name the prescription in inFulfillmentOf.",
    Refusal.PRESCRIPTION_UNKNOWN: "List the prescriptions again.",
    Refusal.PRESCRIPTION_DISPENSED: "Do not dispense it.",
    Refusal.PRESCRIPTION_NOT_DISPENSABLE: "Do not dispense it.",
    Refusal.PRESCRIPTION_NOT_UPDATED: _ASK,
    Refusal.SUBSTITUTION_FORBIDDEN: "Dispense the product that is prescribed.",
    Refusal.DISPENSATION_NOT_STORED: _ASK,
    Refusal.DISPENSATION_LACKS_FACT: "Add the mandatory facts to the document.",
    Refusal.DISPENSATION_NOT_CODED: "Add the expected codes to the document.",
    Refusal.DISPENSATION_DISCARDED: _NEW_ID,
    Refusal.DISPENSATION_UNKNOWN: "Discard by the very document it was dispensed by.",
    Refusal.DISCARD_TOO_LATE: _ASK,
    Refusal.DISCARD_INCOMPLETE: "Add the mandatory facts.",
    Refusal.DISCARD_UNAVAILABLE: _LATER,
    Refusal.CONSENT_REFUSED: "The patient decides that, in the own country.",
    Refusal.DOCUMENT_LACKS_MANDATORY_FACT: _ASK,
    Refusal.CODES_UNMAPPED: _ASK,
    Refusal.CODES_PARTLY_UNMAPPED: "Read what is meant in the narrative or the PDF.",
    Refusal.NATIONAL_UNAVAILABLE: _LATER,
    Refusal.RECORD_UNAVAILABLE: _LATER,
    Refusal.SERVICE_UNAVAILABLE: _ASK,
    Refusal.TOO_MANY_REQUESTS: _LATER,
    Refusal.INTERNAL: _ASK,
}


def remedy_for(condition: Condition) -> str:
    """Return the sentence; empty where a condition is never an answer."""
    if isinstance(condition, Reason):
        return REMEDIES.get(condition, "")
    return _OF_REFUSALS.get(condition, "")
