"""Turns records into rows and rows into records; personal columns are sealed here.

Spec: ARCHITECTURE "Personal data at rest".
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import RowMapping

from ncp.audit import (
    AbuseAlert,
    Auditable,
    AuditEvent,
    CommunicationFailure,
    DirectoryEvent,
    ExchangeAlert,
    Side,
    Term,
    TokenEvent,
    TranslationEvent,
    terms_of,
    to_dicom,
)
from ncp.audit.facts import FactsUnreadable, from_facts, to_facts
from ncp.audit.names import event_name
from ncp.evidence.exchange_evidence import ExchangeEvidence
from ncp.ihe.codes import Transaction
from ncp.store.errors import StoreUnavailable
from ncp.store.records import (
    AuditTrailEntry,
    Direction,
    IssuedDocument,
    ListedEntry,
    MessageRecord,
    SentSubmission,
    Sighting,
    StoredMessage,
    SubmissionState,
    Treatment,
)
from ncp.store.sealing import KeyRing, Place
from trust.decision import Reason, TrustDecision, Verdict
from trust.identifiers import CountryCode, HomeCommunityId, PatientId

Values: TypeAlias = dict[str, object]
Row: TypeAlias = RowMapping


# --- messages --------------------------------------------------------------------


def message_digest(message_id: str) -> str:
    """Return what a MessageID is found by: it has no bound of its own."""
    return hashlib.sha256(message_id.encode()).hexdigest()


def message_values(keys: KeyRing, row_id: str, record: MessageRecord) -> Values:
    """Return the row of a message record."""
    place = Place("messages", row_id)
    decisions = _to_json([_decision_values(item) for item in record.decisions])
    return {
        "row_id": row_id,
        "received_at": record.received_at,
        "peer": record.peer,
        "direction": record.direction.value,
        "transaction_code": record.transaction.value if record.transaction else None,
        "message_id": record.message_id,
        "body_hash": record.body_hash,
        "sighting": record.sighting.value,
        "outcome": record.outcome,
        "condition": record.condition,
        "sentence": record.sentence,
        "evidence": record.evidence.to_text() if record.evidence else None,
        "key_id": keys.current_id,
        "decisions": keys.seal(place, "decisions", decisions),
    }


def _read_transaction(code: str | None) -> Transaction | None:
    return None if code is None else Transaction(code)


def _read_evidence(text: str | None) -> ExchangeEvidence | None:
    return None if text is None else ExchangeEvidence.from_text(text)


def read_message(keys: KeyRing, row: Row) -> StoredMessage:
    """Return the message record of a row."""
    place = Place("messages", row["row_id"])
    decisions = keys.unseal(place, "decisions", row["key_id"], row["decisions"])
    record = MessageRecord(
        peer=None if row["peer"] is None else CountryCode(row["peer"]),
        direction=Direction(row["direction"]),
        transaction=_read_transaction(row["transaction_code"]),
        message_id=row["message_id"],
        body_hash=row["body_hash"],
        outcome=row["outcome"],
        condition=row["condition"],
        decisions=tuple(_read_decision(item) for item in json.loads(decisions)),
        received_at=row["received_at"],
        sighting=Sighting(row["sighting"]),
        sentence=row["sentence"],
        evidence=_read_evidence(row["evidence"]),
    )
    return StoredMessage(
        row["sequence"], row["exchange_id"], row["recorded_at"], record
    )


def _decision_values(decision: TrustDecision) -> Values:
    return {
        "verdict": decision.verdict.value,
        "reason": decision.reason.value,
        "subject": decision.subject,
        "sentence": decision.sentence,
        "moment": decision.moment.isoformat(),
        "evidence": list(decision.evidence),
        "policy": list(decision.policy),
    }


def _read_decision(values: Mapping[str, Any]) -> TrustDecision:
    return TrustDecision(
        Verdict(values["verdict"]),
        Reason(values["reason"]),
        values["subject"],
        values["sentence"],
        datetime.fromisoformat(values["moment"]),
        tuple(values["evidence"]),
        # Rows of before decisions named their policy.
        tuple(values.get("policy", ())),
    )


# --- audit -----------------------------------------------------------------------


def audit_values(keys: KeyRing, event_id: str, event: Auditable) -> Values:
    """Return the row of an audit event."""
    side, about = _side_and_kind(event)
    place = Place("audit_events", event_id)
    return {
        "event_id": event_id,
        "occurred_at": event.moment,
        "event": event_name(event),
        "side": None if side is None else side.value,
        "outcome": int(event.outcome),
        "document_kind": about,
        "key_id": keys.current_id,
        "facts": keys.seal(place, "facts", to_facts(event)),
        "terms": _terms_text(keys, event),
    }


def _side_and_kind(event: Auditable) -> tuple[Side | None, str | None]:
    """Return the side that records an event, and what it is about."""
    match event:
        case AuditEvent(side=side, document_kind=kind):
            return side, None if kind is None else kind.value
        case TokenEvent():
            return Side.B, None
        case DirectoryEvent():
            return None, event.about
        case TranslationEvent() | ExchangeAlert() | CommunicationFailure():
            return event.side, None
        case AbuseAlert():
            return event.side, None
    return None, None


def _terms_text(keys: KeyRing, event: Auditable) -> str | None:
    """Return the names by which an event is found, as its row has them."""
    names = {keys.name_of(_as_text(term)) for term in terms_of(event)}
    return " ".join(sorted(names)) or None


def names_of_term(keys: KeyRing, term: Term) -> list[str]:
    """Return what a term is called in the rows, under every key."""
    return keys.names_of(_as_text(term))


def _as_text(term: Term) -> str:
    return "\x1f".join(term)


def read_audit_entry(keys: KeyRing, row: Row) -> AuditTrailEntry:
    """Return the audit event of a row."""
    return AuditTrailEntry(
        sequence=row["sequence"],
        event_id=row["event_id"],
        exchange_id=row["exchange_id"],
        recorded_at=row["recorded_at"],
        occurred_at=row["occurred_at"],
        event=row["event"],
        side=row["side"],
        outcome=row["outcome"],
        document_kind=row["document_kind"],
        dicom=_read_dicom(keys, row),
    )


def _read_dicom(keys: KeyRing, row: Row) -> bytes:
    """Return the DICOM form of an event: made of its facts, or kept as it was."""
    place = Place("audit_events", row["event_id"])
    kept = keys.unseal_optional(place, "dicom", row["key_id"], row["dicom"])
    if kept is not None:
        return kept
    facts = keys.unseal(place, "facts", row["key_id"], row["facts"] or b"")
    try:
        return to_dicom(from_facts(facts))
    except FactsUnreadable:
        raise StoreUnavailable(
            "an audit event is not of a form that this release knows",
            "use the release that wrote it, or a later one",
        ) from None


# --- documents given out ---------------------------------------------------------


def issued_values(keys: KeyRing, row_id: str, document: IssuedDocument) -> Values:
    """Return the row of a document id given out."""
    place = Place("issued_documents", row_id)
    source = _to_json(dict(document.source))
    return {
        "row_id": row_id,
        "document_id": document.document_id,
        "patient_pseudonym": keys.pseudonym(document.patient),
        "document_kind": document.document_kind,
        "created": document.created,
        "issued_at": document.issued_at,
        "expires": document.expires,
        "language": document.language,
        "key_id": keys.current_id,
        "patient": keys.seal(place, "patient", document.patient.cx.encode()),
        "source": keys.seal(place, "source", source),
        "content": keys.seal_optional(place, "content", document.content),
        "delete_after": document.expires,
    }


def read_issued(keys: KeyRing, row: Row) -> IssuedDocument:
    """Return the document of a row."""
    place = Place("issued_documents", row["row_id"])
    key_id = row["key_id"]
    patient = keys.unseal(place, "patient", key_id, row["patient"])
    return IssuedDocument(
        document_id=row["document_id"],
        patient=PatientId.from_cx(patient.decode()),
        document_kind=row["document_kind"],
        source=json.loads(keys.unseal(place, "source", key_id, row["source"])),
        created=row["created"],
        issued_at=row["issued_at"],
        expires=row["expires"],
        language=row["language"],
        content=keys.unseal_optional(place, "content", key_id, row["content"]),
    )


# --- country B -------------------------------------------------------------------


def treatment_values(keys: KeyRing, treatment: Treatment) -> Values:
    """Return the row of a treatment."""
    place = Place("treatments", treatment.handle)
    professional = treatment.professional_id.encode()
    trc = keys.seal_optional(place, "trc_assertion", treatment.trc_assertion)
    return {
        "handle": treatment.handle,
        "country": treatment.country,
        "purpose_of_use": treatment.purpose_of_use,
        "expires": treatment.expires,
        "key_id": keys.current_id,
        "patient": keys.seal(place, "patient", treatment.patient.cx.encode()),
        "professional_id": keys.seal(place, "professional_id", professional),
        "hcp_assertion": keys.seal(place, "hcp_assertion", treatment.hcp_assertion),
        "trc_assertion": trc,
        "delete_after": treatment.expires,
    }


def read_treatment(keys: KeyRing, row: Row) -> Treatment:
    """Return the treatment of a row."""
    place = Place("treatments", row["handle"])

    def unseal(column: str) -> bytes:
        return keys.unseal(place, column, row["key_id"], row[column])

    return Treatment(
        handle=row["handle"],
        country=CountryCode(row["country"]),
        patient=PatientId.from_cx(unseal("patient").decode()),
        professional_id=unseal("professional_id").decode(),
        purpose_of_use=row["purpose_of_use"],
        hcp_assertion=unseal("hcp_assertion"),
        trc_assertion=keys.unseal_optional(
            place, "trc_assertion", row["key_id"], row["trc_assertion"]
        ),
        expires=row["expires"],
    )


def entry_values(keys: KeyRing, entry: ListedEntry) -> Values:
    """Return the row of a list entry."""
    sealed = _to_json(
        {
            "home_community_id": entry.home_community_id,
            "repository_unique_id": entry.repository_unique_id,
            "document_unique_id": entry.document_unique_id,
            "class_code": entry.class_code,
            "mime_type": entry.mime_type,
            "format_code": entry.format_code,
            "title": entry.title,
            "content": _to_base64(entry.content),
        }
    )
    return {
        "handle": entry.handle,
        "treatment_handle": entry.treatment_handle,
        "expires": entry.expires,
        "key_id": keys.current_id,
        "entry": keys.seal(Place("listed_entries", entry.handle), "entry", sealed),
        "delete_after": entry.expires,
    }


def read_entry(keys: KeyRing, row: Row) -> ListedEntry:
    """Return the list entry of a row."""
    place = Place("listed_entries", row["handle"])
    values = json.loads(keys.unseal(place, "entry", row["key_id"], row["entry"]))
    return ListedEntry(
        handle=row["handle"],
        treatment_handle=row["treatment_handle"],
        home_community_id=HomeCommunityId(values.pop("home_community_id")),
        expires=row["expires"],
        content=_from_base64(values.pop("content", None)),
        **values,
    )


def submission_values(keys: KeyRing, sent: SentSubmission) -> Values:
    """Return the row of a submission."""
    place = Place("sent_submissions", sent.handle)
    sealed = _to_json(
        {
            "message_id": sent.message_id,
            "submission_set_id": sent.submission_set_id,
            "entry_id": sent.entry_id,
            "document_unique_id": sent.document_unique_id,
            "author_person": sent.author_person,
            "author_institution": sent.author_institution,
        }
    )
    return {
        "handle": sent.handle,
        "country": sent.country,
        "operation": sent.operation,
        "state": sent.state.value,
        "submitted_at": sent.submitted_at,
        "expires": sent.expires,
        "key_id": keys.current_id,
        "submission": keys.seal(place, "submission", sealed),
        "content": keys.seal(place, "content", sent.content),
        "delete_after": sent.expires,
    }


def read_submission(keys: KeyRing, row: Row) -> SentSubmission:
    """Return the submission of a row."""
    place = Place("sent_submissions", row["handle"])

    def unseal(column: str) -> bytes:
        return keys.unseal(place, column, row["key_id"], row[column])

    return SentSubmission(
        handle=row["handle"],
        country=CountryCode(row["country"]),
        operation=row["operation"],
        state=SubmissionState(row["state"]),
        submitted_at=row["submitted_at"],
        expires=row["expires"],
        content=unseal("content"),
        **json.loads(unseal("submission")),
    )


def _to_base64(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(content).decode("ascii")


def _from_base64(content: str | None) -> bytes | None:
    return None if content is None else base64.b64decode(content)


def _to_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
