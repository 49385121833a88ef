"""Records to test with, everything made up; CANARY marks what is personal."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ncp.ihe.codes import Transaction
from ncp.store import (
    Direction,
    IssuedDocument,
    ListedEntry,
    MessageRecord,
    SentSubmission,
    Sighting,
    SubmissionState,
    Treatment,
)
from tests.clocks import START
from tests.ncp.audit.samples import PATIENT
from trust.decision import Reason, accept, deny
from trust.identifiers import CountryCode, HomeCommunityId

DENMARK = CountryCode("DK")


def message(**changes: object) -> MessageRecord:
    record = MessageRecord(
        peer=DENMARK,
        direction=Direction.INBOUND,
        transaction=Transaction.ITI_39,
        message_id="urn:uuid:request",
        body_hash="0" * 64,
        outcome="refused",
        condition="digest-mismatch",
        decisions=(
            accept("TLS peer", "pinned for DK", START, ("leaf pinned", "in time")),
            deny("HCP assertion", Reason.DIGEST_MISMATCH, "altered", START),
        ),
        received_at=START,
        sighting=Sighting.DUPLICATE,
    )
    return replace(record, **changes)


def issued(**changes: object) -> IssuedDocument:
    document = IssuedDocument(
        document_id="2.25.1",
        patient=PATIENT,
        document_kind="patient-summary",
        source={"source_id": "SOURCE-CANARY", "version": None},
        created=START,
        issued_at=START,
        expires=START + timedelta(hours=4),
        language="fr-LU",
        content=b"CONTENT-CANARY",
    )
    return replace(document, **changes)


def treatment(**changes: object) -> Treatment:
    value = Treatment(
        handle="t-1",
        country=CountryCode("LU"),
        patient=PATIENT,
        professional_id="DOCTOR-CANARY",
        purpose_of_use="TREATMENT",
        hcp_assertion=b"<HCP-CANARY/>",
        trc_assertion=None,
        expires=START + timedelta(hours=2),
    )
    return replace(value, **changes)


def entry(**changes: object) -> ListedEntry:
    value = ListedEntry(
        handle="d-1",
        treatment_handle="t-1",
        home_community_id=HomeCommunityId("1.3.182.100"),
        repository_unique_id="1.3.182.101",
        document_unique_id="2.25.77-CANARY",
        class_code="60591-5",
        mime_type="text/xml",
        expires=START + timedelta(hours=2),
        format_code="urn:epSOS:ps:ps:2010",
        title="TITLE-CANARY",
    )
    return replace(value, **changes)


def submission(**changes: object) -> SentSubmission:
    value = SentSubmission(
        handle="s-1",
        country=CountryCode("LU"),
        operation="60593-1",
        state=SubmissionState.UNKNOWN,
        message_id="urn:uuid:1",
        submission_set_id="2.25.9",
        entry_id="11111111-2222-4333-8444-555555555555",
        document_unique_id="2.25.78-CANARY",
        author_person="AUTHOR-CANARY",
        author_institution="Apotek",
        content=b"CONTENT-CANARY",
        submitted_at=START,
        expires=START + timedelta(days=7),
    )
    return replace(value, **changes)
