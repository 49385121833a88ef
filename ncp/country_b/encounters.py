"""What is kept of an encounter between the steps: the treatment, and what was listed.

A handle is of the professional alone who began with it.

Spec: eHDSI use case UC1, country of treatment.
"""

from __future__ import annotations

from ncp.country_b.services import InitiatingServices
from ncp.errors import PolicyError, Refusal
from ncp.ihe.document_entry import DocumentEntry
from ncp.ihe.iti55_xcpd import PatientMatch
from ncp.peers.directory import Peer
from ncp.store import ListedEntry, Treatment
from trust.assertions import HcpAssertion, HealthProfessional
from trust.identifiers import CountryCode


class Encounters:
    """Treatments and their lists in the store; one instance serves all threads."""

    def __init__(self, services: InitiatingServices) -> None:
        self._services = services

    def begin(
        self,
        professional: HealthProfessional,
        country: CountryCode,
        match: PatientMatch,
        hcp: HcpAssertion,
        hcp_bytes: bytes,
    ) -> Treatment:
        """Begin with a patient who was found; durable when it returns."""
        treatment = Treatment(
            handle=self._new_handle(),
            country=country,
            patient=match.id,
            professional_id=professional.identifier,
            purpose_of_use=professional.purpose_of_use.value,
            hcp_assertion=hcp_bytes,
            trc_assertion=None,
            expires=hcp.not_on_or_after,
        )
        self.remember(treatment)
        return treatment

    def listed_entry(self, handle: str, document: str) -> ListedEntry:
        """Return what a document of a list is; raises PolicyError where it is none."""
        listed = self._services.store.listed_entries.load(handle, document)
        if listed is None:
            raise PolicyError(
                Refusal.DOCUMENT_UNKNOWN,
                "the document is not in the list of this patient, or no longer",
                "List the documents again.",
            )
        return listed

    def _new_handle(self) -> str:
        return self._services.fresh_ids.uuid().hex

    def remember(self, treatment: Treatment) -> None:
        """Keep a treatment as it is now."""
        with self._services.store.unit_of_work() as work:
            work.treatment(treatment)
            work.commit()

    def remember_list(self, documents: list[ListedEntry]) -> None:
        """Keep what was listed."""
        with self._services.store.unit_of_work() as work:
            for document in documents:
                work.listed_entry(document)
            work.commit()

    def load(self, professional: HealthProfessional, handle: str) -> Treatment:
        """Return the treatment of a handle, which is of its professional alone.

        Raises
        ------
        PolicyError
            There is none, or it is somebody else's.
        """
        treatment = self._services.store.treatments.load(handle)
        if treatment is None or treatment.professional_id != professional.identifier:
            raise PolicyError(
                Refusal.TREATMENT_UNKNOWN,
                "there is no such treatment, or it has expired",
                "Identify the patient again.",
            )
        return treatment

    def confirmed(
        self, professional: HealthProfessional, handle: str
    ) -> tuple[Treatment, tuple[bytes, ...]]:
        """Return a treatment that is confirmed, and its assertions.

        Raises
        ------
        PolicyError
            There is none, or it is not confirmed.
        """
        treatment = self.load(professional, handle)
        if treatment.trc_assertion is None:
            raise PolicyError(
                Refusal.TREATMENT_NOT_CONFIRMED,
                "the treatment relationship is not confirmed",
                "Confirm that you treat this patient, then ask again.",
            )
        return treatment, (treatment.hcp_assertion, treatment.trc_assertion)

    def listed(
        self, treatment: Treatment, peer: Peer, entry: DocumentEntry
    ) -> ListedEntry:
        """Give an entry a handle within its treatment."""
        return ListedEntry(
            handle=self._new_handle(),
            treatment_handle=treatment.handle,
            home_community_id=entry.home or peer.home_community_id,
            repository_unique_id=entry.repository_unique_id,
            document_unique_id=entry.unique_id,
            class_code=entry.class_code,
            mime_type=entry.mime_type,
            expires=treatment.expires,
            format_code=entry.format_code,
            title=entry.title,
        )
