"""The initiating gateway: the four steps of who treats a patient from abroad.

Between the steps everything is in the store, under a handle that only its professional
can use: nothing that matters is only in memory.

Spec: eHDSI use case UC1, country of treatment / IHE ITI TF-1 §18.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ncp.country_b.ask import told_warnings
from ncp.country_b.encounters import Encounters
from ncp.country_b.find import NOTHING_FOUND_CODES, find
from ncp.country_b.identify import identify
from ncp.country_b.listed import queries, told_list
from ncp.country_b.retrieve import (
    CheckedDocument,
    checked,
    retrieve,
    retrieve_several,
)
from ncp.country_b.search_form import check_form, form_of
from ncp.country_b.services import InitiatingServices
from ncp.country_b.shown import shown
from ncp.country_b.submit import Sender, submit
from ncp.country_b.telling import (
    fetched_document,
    found_patient,
    told_beside,
    traits_of,
)
from ncp.country_b.tokens import TokenCall, TokenDesk
from ncp.country_b.treatment import (
    ConfirmedTreatment,
    DocumentWish,
    FetchedDocument,
    IdentifiedPatients,
    ListedDocument,
    ListedDocuments,
    NotFetched,
    SearchForm,
    ShownDocument,
    ShownPrescription,
    SoughtPatient,
    SubmitOperation,
    SubmittedToCountry,
)
from ncp.country_b.vouching import Vouching
from ncp.errors import PolicyError, Refusal
from ncp.ihe.codes import ClassCode, Transaction
from ncp.store import ListedEntry, Treatment
from trust.assertions import (
    HealthProfessional,
    PurposeOfUse,
)
from trust.identifiers import CountryCode
from trust.sts import IssuedTrc, TreatmentClaims

_CLASS_CODES = {
    SubmitOperation.DISPENSE: ClassCode.EDISPENSATION,
    SubmitOperation.DISCARD: ClassCode.DISCARD,
}


class TreatmentGateway:
    """Country B's side of an encounter; one instance serves all threads."""

    def __init__(self, services: InitiatingServices) -> None:
        self._services = services
        self._encounters = Encounters(services)
        self._vouching = Vouching(services)

    @property
    def services(self) -> InitiatingServices:
        """What it is made of, for commands that ask without a treatment."""
        return self._services

    @property
    def tokens(self) -> TokenDesk:
        """Where assertions are issued; national portals ask there too."""
        return self._services.tokens

    def search_form(self, country: CountryCode) -> SearchForm:
        """Return the form that a country asks for.

        Raises
        ------
        PolicyError
            It has published none that is believed.
        """
        self._services.directory.find(country)
        mask = self._services.search_mask(country)
        if mask is None:
            raise PolicyError(
                Refusal.SEARCH_FORM_UNKNOWN,
                f"country {country} has published no search form",
                f"`ncp smp lookup {country}` says why.",
            )
        return form_of(mask)

    def identify(
        self,
        professional: HealthProfessional,
        country: CountryCode,
        sought: SoughtPatient,
    ) -> IdentifiedPatients:
        """Ask ``country`` who the patient is (ITI-55)."""
        peer = self._services.directory.find(country)
        mask = self._services.search_mask(country)
        if mask is not None:
            check_form(mask, sought)
        hcp_bytes = self._vouching.hcp(professional)
        hcp = self._vouching.read(hcp_bytes)
        self.tokens.record_vouched(hcp, TokenCall(professional.identifier))
        assertions = (hcp_bytes, *self._vouching.next_of_kin(professional, sought, hcp))
        match = identify(self._services, peer, traits_of(sought), hcp, assertions)
        if match is None:
            return IdentifiedPatients(country, ())
        treatment = self._encounters.begin(professional, country, match, hcp, hcp_bytes)
        return IdentifiedPatients(country, (found_patient(treatment, match),))

    def confirm(
        self,
        professional: HealthProfessional,
        handle: str,
        purpose_of_use: str,
        shown: ShownPrescription | None = None,
    ) -> ConfirmedTreatment:
        """Confirm the treatment relationship; the TRC assertion is made here."""
        treatment = self._encounters.load(professional, handle)
        claims = TreatmentClaims(
            treatment.patient,
            PurposeOfUse(purpose_of_use),
            shown.id if shown else None,
            shown.pin if shown else None,
        )

        def confirmed(issued: IssuedTrc) -> Treatment:
            return replace(
                treatment,
                trc_assertion=issued.data,
                purpose_of_use=purpose_of_use,
                expires=issued.assertion.not_on_or_after,
            )

        trc = self._services.tokens.issue_trc(
            self._vouching.read(treatment.hcp_assertion),
            claims,
            TokenCall(professional.identifier),
            also=lambda work, issued: work.treatment(confirmed(issued)),
        )
        return ConfirmedTreatment(handle, purpose_of_use, trc.assertion.not_on_or_after)

    def documents(
        self,
        professional: HealthProfessional,
        handle: str,
        wish: DocumentWish = DocumentWish(),  # noqa: B008 - immutable
    ) -> ListedDocuments:
        """List the patient's documents (ITI-38)."""
        treatment, assertions = self._encounters.confirmed(professional, handle)
        peer = self._services.directory.find(treatment.country)
        hcp = self._vouching.read(treatment.hcp_assertion)
        listed: list[ListedDocument] = []
        warnings: list[str] = []
        for query in queries(treatment.patient, wish):
            found = find(self._services, peer, query, hcp, assertions)
            entries = [
                (self._encounters.listed(treatment, peer, entry), entry)
                for entry in found.entries
            ]
            self._encounters.remember_list([document for document, _ in entries])
            listed += told_list(entries, found.transforms)
            warnings += told_warnings(
                found.errors, Transaction.ITI_38, NOTHING_FOUND_CODES
            )
        return ListedDocuments(handle, tuple(listed), tuple(warnings))

    def fetch(
        self,
        professional: HealthProfessional,
        handle: str,
        document: str,
        language: str | None = None,
    ) -> FetchedDocument:
        """Fetch one listed document (ITI-39), told in a language where one is named."""
        _, fetched = self._fetched(professional, handle, document, language)
        return FetchedDocument(
            document,
            fetched.mime_type,
            fetched.content,
            fetched.names_patient,
            told_beside(fetched.translation),
            is_valid=fetched.report.is_valid,
        )

    def show(
        self, professional: HealthProfessional, handle: str, document: str
    ) -> ShownDocument:
        """Fetch one listed document (ITI-39), and show what is inside."""
        listed, fetched = self._fetched(professional, handle, document)
        return shown(document, listed, fetched, self._services.look_into)

    def received(
        self, professional: HealthProfessional, handle: str, document: str
    ) -> FetchedDocument:
        """Return a document as it was received, without asking the other country."""
        treatment, _ = self._encounters.confirmed(professional, handle)
        listed = self._encounters.listed_entry(handle, document)
        if listed.content is None:
            raise PolicyError(
                Refusal.DOCUMENT_UNKNOWN,
                "the document was not fetched yet",
                "Fetch it, or show it, first.",
            )
        again = checked(
            listed.content,
            listed.mime_type,
            treatment.patient,
            self._services.conformity,
        )
        return FetchedDocument(
            document,
            listed.mime_type,
            listed.content,
            again.names_patient,
            is_valid=again.report.is_valid,
        )

    def _fetched(
        self,
        professional: HealthProfessional,
        handle: str,
        document: str,
        language: str | None = None,
    ) -> tuple[ListedEntry, CheckedDocument]:
        treatment, assertions = self._encounters.confirmed(professional, handle)
        listed = self._encounters.listed_entry(handle, document)
        return listed, retrieve(
            self._services,
            self._services.directory.find(treatment.country),
            treatment.patient,
            listed,
            self._vouching.read(treatment.hcp_assertion),
            assertions,
            language,
        )

    def fetch_several(
        self, professional: HealthProfessional, handle: str, documents: Sequence[str]
    ) -> tuple[FetchedDocument | NotFetched, ...]:
        """Fetch several, as many at once as the other country takes (ITI-39)."""
        treatment, assertions = self._encounters.confirmed(professional, handle)
        listed = [self._encounters.listed_entry(handle, each) for each in documents]
        found = retrieve_several(
            self._services,
            self._services.directory.find(treatment.country),
            treatment.patient,
            listed,
            self._vouching.read(treatment.hcp_assertion),
            assertions,
        )
        return tuple(map(fetched_document, documents, found))

    def submit(
        self,
        professional: HealthProfessional,
        handle: str,
        operation: SubmitOperation,
        content: bytes,
    ) -> SubmittedToCountry:
        """Submit a dispensation, or its discard (ITI-41)."""
        sender = self.sender(professional, handle)
        sent = submit(self._services, sender, _CLASS_CODES[operation], content)
        return SubmittedToCountry(handle, operation, sent.handle)

    def sender(self, professional: HealthProfessional, handle: str) -> Sender:
        """Return in whose name and for whom something is submitted.

        Raises
        ------
        PolicyError
            The treatment is not known to this professional, has expired, or was not
            confirmed.
        """
        treatment, assertions = self._encounters.confirmed(professional, handle)
        return Sender(
            self._services.directory.find(treatment.country),
            treatment.patient,
            self._vouching.read(treatment.hcp_assertion),
            assertions,
        )

    def entry(
        self, professional: HealthProfessional, handle: str, document: str
    ) -> ListedEntry:
        """Return an entry of the list of a treatment, as the other country wrote it."""
        self._encounters.confirmed(professional, handle)
        return self._encounters.listed_entry(handle, document)
