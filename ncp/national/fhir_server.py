"""Patient index and document source over any FHIR R4 server.

Actor: country of affiliation. Nothing a server returns is taken for granted: a Patient
must bear the identifier that was asked, a DocumentReference must be of the patient, a
document must not name somebody else.

Spec: HL7 FHIR R4 §3.1.1 (search) / IHE PDQm ITI-78 / IHE MHD ITI-67, ITI-68 /
HL7 IPS 2.0.0 OperationDefinition ``$summary``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ncp.national.codes import LOINC, LOINC_OF_KIND
from ncp.national.fhir_client import FhirClient, escape
from ncp.national.fhir_document import (
    JSON_TYPES,
    PDF_TYPES,
    check_document,
    document_composition,
    document_instant,
    find_attachment,
    has_type,
    is_about,
    read_document,
    unusable,
)
from ncp.national.fhir_failures import NotThere
from ncp.national.fhir_fetch import fetch, private_of
from ncp.national.fhir_json import Resource, as_text
from ncp.national.fhir_originals import FhirOriginals
from ncp.national.fhir_patient import (
    Traits,
    fits,
    fits_wholly,
    read_national_patient,
    read_patient,
)
from ncp.national.ports import (
    DocumentKind,
    OriginalContent,
    PatientRecord,
    SourceDocument,
)
from trust.identifiers import Oid, PatientId

_SUMMARY: Final = "$summary"


class FhirPatientIndex:
    """Finds people with ``POST Patient/_search``.

    Parameters
    ----------
    preferred
        The authority whose identifier becomes ``PatientRecord.id`` where it is known.
    """

    def __init__(self, client: FhirClient, *, preferred: Oid | None = None) -> None:
        self._client = client
        self._preferred = preferred

    def find(
        self,
        ids: Sequence[PatientId],
        *,
        family: Sequence[str] = (),
        given: Sequence[str] = (),
        birth_date: str | None = None,
        gender: str | None = None,
    ) -> Sequence[PatientRecord]:
        """Return every person who bears one of ``ids`` and fits the other traits."""
        if not ids:
            return ()
        traits = Traits(tuple(family), tuple(given), birth_date, gender)
        return tuple(record for record in self._bearers(ids) if fits(record, traits))

    def find_by_demographics(
        self,
        *,
        family: Sequence[str],
        given: Sequence[str],
        birth_date: str,
        gender: str | None = None,
    ) -> Sequence[PatientRecord]:
        """Return every person of these names who was born on this day."""
        wanted = [("family", escape(name)) for name in family]
        wanted += [("given", escape(name)) for name in given]
        found = self._client.search(
            "Patient",
            [*wanted, ("birthdate", birth_date)],
            private=[*family, *given, birth_date],
        )
        traits = Traits(tuple(family), tuple(given), birth_date, gender)
        records = [read_national_patient(item, self._preferred) for item in found]
        return tuple(
            record
            for record in records
            if record is not None and fits_wholly(record, traits)
        )

    def _bearers(self, ids: Sequence[PatientId]) -> Iterator[PatientRecord]:
        wanted = ",".join(f"{item.root.urn}|{escape(item.extension)}" for item in ids)
        found = self._client.search(
            "Patient",
            [("identifier", wanted)],
            private=[item.extension for item in ids],
        )
        # The same resource may stand on two pages; two people never share an id.
        for patient in {as_text(item.get("id")): item for item in found}.values():
            record = read_patient(patient, ids, self._preferred)
            if record is not None:
                yield record


class FhirDocumentSource:
    """Lists with ``POST DocumentReference/_search``, reads below the base URL.

    Parameters
    ----------
    summary_fallback
        Ask ``Patient/[id]/$summary`` where no DocumentReference exists. Such a document
        is made when it is asked for: it has no version.
    """

    def __init__(self, client: FhirClient, *, summary_fallback: bool = False) -> None:
        self._client = client
        self._summary_fallback = summary_fallback
        self._originals = FhirOriginals(client)

    def documents(
        self, patient: PatientRecord, kind: DocumentKind
    ) -> Sequence[SourceDocument]:
        """Return what can be given out now, newest first."""
        if kind.is_original:
            return self._originals.documents(patient, kind)
        found = [
            document
            for reference in self._references(patient, kind)
            if (document := read_document(reference, kind)) is not None
        ]
        if not found and self._summary_fallback:
            found = list(self._generated(patient, kind))
        return sorted(found, key=lambda document: document.created, reverse=True)

    def pdf(self, patient: PatientRecord, document: SourceDocument) -> bytes:
        """Return the PDF beside a patient summary."""
        reference = self._current(patient, document)
        attachment = find_attachment(reference, PDF_TYPES)
        return fetch(self._client, attachment, PDF_TYPES, private_of(patient))

    def original(
        self, patient: PatientRecord, document: SourceDocument
    ) -> OriginalContent:
        """Return an original document with its cover."""
        return self._originals.content(patient, document)

    def content(self, patient: PatientRecord, document: SourceDocument) -> bytes:
        """Return the FHIR JSON of ``document``, byte for byte."""
        if document.locator.startswith("Patient/"):
            body = self._summary(patient)
        else:
            body = self._referenced(patient, document)
        bundle = check_document(body, patient)
        if not has_type(document_composition(bundle).get("type"), document.kind):
            raise unusable("it is of another type than its index says")
        return body

    def _references(
        self, patient: PatientRecord, kind: DocumentKind
    ) -> Iterator[Resource]:
        found = self._client.search(
            "DocumentReference",
            [
                ("patient", patient.source),
                ("type", f"{LOINC}|{LOINC_OF_KIND[kind]}"),
                ("status", "current"),
            ],
            private=private_of(patient),
        )
        for reference in {as_text(item.get("id")): item for item in found}.values():
            if is_about(reference, patient, self._client.base.url):
                yield reference

    def _referenced(self, patient: PatientRecord, document: SourceDocument) -> bytes:
        reference = self._current(patient, document)
        return fetch(
            self._client, find_attachment(reference), JSON_TYPES, private_of(patient)
        )

    def _current(self, patient: PatientRecord, document: SourceDocument) -> Resource:
        """Read a DocumentReference anew: it may have been withdrawn or replaced."""
        private = private_of(patient)
        logical_id = document.locator.removeprefix("DocumentReference/")
        reference = self._client.read("DocumentReference", logical_id, private=private)
        current = read_document(reference, document.kind)
        if current is None or not is_about(reference, patient, self._client.base.url):
            raise unusable("it was withdrawn since it was listed")
        if current.version != document.version:
            raise unusable("it was replaced since it was listed")
        return reference

    def _summary(self, patient: PatientRecord) -> bytes:
        logical_id = patient.source.removeprefix("Patient/")
        return self._client.get_logical(
            "Patient", logical_id, operation=_SUMMARY, private=private_of(patient)
        )

    def _generated(
        self, patient: PatientRecord, kind: DocumentKind
    ) -> Iterator[SourceDocument]:
        """Describe what ``$summary`` makes, if it makes anything."""
        try:
            bundle = check_document(self._summary(patient), patient)
        except NotThere:
            return
        composition = document_composition(bundle)
        if not has_type(composition.get("type"), kind):
            return
        yield SourceDocument(
            source_id=f"{patient.source}/{_SUMMARY}",
            version=None,
            created=document_instant(bundle),
            kind=kind,
            language=as_text(composition.get("language"))
            or as_text(bundle.get("language")),
            title=as_text(composition.get("title")) or kind.value,
            locator=f"{patient.source}/{_SUMMARY}",
        )
