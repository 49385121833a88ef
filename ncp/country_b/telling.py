"""Between what the national door says and what the wire does.

Spec: fact sheet 01 6.2 (what a portal needs of country B).
"""

from __future__ import annotations

from ncp.country_b.retrieve import CheckedDocument, Fetched
from ncp.country_b.treatment import (
    FetchedDocument,
    FoundPatient,
    NotFetched,
    SoughtPatient,
    TranslatedDocument,
)
from ncp.errors import PeerRefused
from ncp.ihe.iti55_xcpd import PatientMatch, PatientTraits
from ncp.store import Treatment
from ncp.terminology.desk import Processed


def traits_of(sought: SoughtPatient) -> PatientTraits:
    """Return what is searched by."""
    return PatientTraits(
        ids=sought.identifiers,
        family=sought.family,
        given=sought.given,
        birth_date=sought.birth_date,
        gender=sought.gender,
        address=sought.address,
    )


def found_patient(treatment: Treatment, match: PatientMatch) -> FoundPatient:
    """Tell who was found."""
    address = match.address
    return FoundPatient(
        handle=treatment.handle,
        family=match.family,
        given=match.given,
        birth_date=match.birth_date,
        gender=match.gender,
        address_lines=address.lines if address else (),
        city=address.city if address else None,
        postal_code=address.postal_code if address else None,
        country=address.country if address else None,
    )


def fetched_document(document: str, found: Fetched) -> FetchedDocument | NotFetched:
    """Tell what came, or why it did not."""
    if isinstance(found, CheckedDocument):
        return FetchedDocument(
            document,
            found.mime_type,
            found.content,
            found.names_patient,
            is_valid=found.report.is_valid,
        )
    if isinstance(found, PeerRefused):
        return NotFetched(document, found.public_message, found.codes, found.told)
    return NotFetched(document, found.public_message)


def told_beside(processed: Processed | None) -> TranslatedDocument | None:
    """Tell what was translated, if anything was."""
    if processed is None:
        return None
    return TranslatedDocument(
        processed.document, processed.languages, processed.account.summary()
    )
