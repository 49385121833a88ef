"""The pharmacist's way: from the list of prescriptions to the sale, and back.

Every call is safe to repeat. What was prepared under a key of the pharmacy's software
is found again under it; what was sent is not sent anew unless nobody knows what became
of it, and then as the very same message.

Spec: sheet 09 §5.3 P6 to P12 / eHDSI use case UC2 (dispensation), country of treatment.
"""

from __future__ import annotations

from datetime import timedelta

from ncp.country_b.dispensing.case import Case
from ncp.country_b.dispensing.checks import check, check_prescription
from ncp.country_b.dispensing.details import read_details
from ncp.country_b.dispensing.drafting import Draft, Judged, draft, pharmacy_of
from ncp.country_b.dispensing.listing import listed_here, suggestions, unresolved
from ncp.country_b.dispensing.sending import (
    DISCARD,
    DISPENSE,
    Deed,
    Sending,
    deed_of,
    following,
    in_progress,
    settle_done,
)
from ncp.country_b.dispensing.services import PharmacyServices
from ncp.country_b.dispensing.telling import discard_ends, view
from ncp.country_b.dispensing.values import (
    DiscardReason,
    DispensationView,
    DispenseWish,
    Finding,
    OpenedPrescription,
    Prepared,
    PrescriptionList,
    Severity,
    Step,
)
from ncp.country_b.treatment import DocumentWish
from ncp.errors import PolicyError, ProtocolError, Refusal
from ncp.ihe.codes import ClassCode
from ncp.national.products import NationalProduct, ProductSearch
from ncp.store import DispensationState, ForeignDispensation, StoreConflict
from transformations.eprescription.facts import (
    PrescriptionFacts,
    PrescriptionRefused,
    read_prescription_facts,
)
from trust.assertions import HealthProfessional

_RECENT = timedelta(days=7)


class Pharmacy:
    """What a pharmacy's software can do; one instance serves all threads."""

    def __init__(self, services: PharmacyServices) -> None:
        self._services = services

    # Looking ------------------------------------------------------------------------

    def prescriptions(
        self, professional: HealthProfessional, handle: str
    ) -> PrescriptionList:
        """List the patient's prescriptions, each with what is known of it here."""
        wish = DocumentWish(kinds=(ClassCode.EPRESCRIPTION,))
        gateway = self._services.treatment
        found = gateway.documents(professional, handle, wish)
        sender = gateway.sender(professional, handle)
        reader = self._services.initiating.store.foreign_dispensations
        ours = reader.of_patient(sender.peer.country, sender.patient)
        entries = {
            each.document: gateway.entry(professional, handle, each.document)
            for each in found.documents
        }
        return PrescriptionList(
            handle,
            listed_here(found.documents, entries, ours, pharmacy_of(professional)),
            (*found.warnings, *unresolved(ours)),
        )

    def open(
        self,
        professional: HealthProfessional,
        handle: str,
        document: str,
        language: str | None = None,
    ) -> OpenedPrescription:
        """Fetch a coded prescription, told in a language beside the source (ITI-39)."""
        gateway = self._services.treatment
        fetched = gateway.fetch(professional, handle, document, language)
        facts = _facts(fetched.content)
        sender = gateway.sender(professional, handle)
        reader = self._services.initiating.store.foreign_dispensations
        live = reader.live(sender.peer.country, facts.prescription_id)
        findings = check_prescription(
            facts, names_patient=fetched.names_patient, elsewhere=live is not None
        )
        return OpenedPrescription(
            document,
            facts,
            fetched,
            findings,
            suggestions(self._services.products, facts),
        )

    def products(
        self, _professional: HealthProfessional, search: ProductSearch
    ) -> tuple[NationalProduct, ...]:
        """Search the national catalogue."""
        return tuple(self._services.products.find(search))

    def state(
        self, professional: HealthProfessional, dispensation: str
    ) -> DispensationView:
        """Say how a dispensation stands."""
        return self._view(self._load(professional, dispensation))

    def recent(
        self, professional: HealthProfessional, since: timedelta = _RECENT
    ) -> tuple[DispensationView, ...]:
        """Return the pharmacy's dispensations, those of which nobody knows first."""
        now = self._services.initiating.clock.now()
        reader = self._services.initiating.store.foreign_dispensations
        found = reader.of_pharmacy(pharmacy_of(professional), now - since)
        views = map(self._view, found)
        return tuple(sorted(views, key=lambda each: not each.state.is_open))

    # Preparing ----------------------------------------------------------------------

    def check(
        self, professional: HealthProfessional, wish: DispenseWish
    ) -> tuple[Finding, ...]:
        """Say what there is to say about a wish; nothing is kept or sent."""
        return self._judged(professional, wish).findings

    def prepare(
        self, professional: HealthProfessional, wish: DispenseWish, order_key: str
    ) -> Prepared:
        """Make the dispensation that is to be sent, and keep it.

        Parameters
        ----------
        order_key
            Of the pharmacy's software: under the same key the same wish finds what was
            prepared before, and another is refused.
        """
        known = self._ordered(professional, wish, order_key)
        if known is not None:
            return self._prepared(known)
        judged = self._judged(professional, wish)
        product = judged.sound
        if product is None:
            return Prepared(judged.findings, None)
        made = draft(self._services, judged, product, order_key)
        try:
            self._commit(made)
        except StoreConflict:
            # The same order came twice at once: the first one is the one.
            first = self._ordered(professional, wish, order_key)
            if first is None:
                raise
            return self._prepared(first)
        return self._prepared(made.dispensation)

    # Doing --------------------------------------------------------------------------

    def submit(
        self,
        professional: HealthProfessional,
        dispensation: str,
        confirmed: tuple[str, ...] = (),
        handle: str | None = None,
    ) -> DispensationView:
        """Send what was prepared (ITI-41); what is known already is only told.

        Parameters
        ----------
        confirmed
            The rules of the differences that the pharmacist has confirmed.
        handle
            A confirmed treatment of the same patient, where that of the preparation is
            over.
        """
        kept = self._load(professional, dispensation)
        if deed_of(kept.state) is DISPENSE:
            return self.resume(professional, dispensation, handle)
        if kept.state is not DispensationState.PREPARED:
            return self._view(kept)
        self._require_confirmed(kept, confirmed)
        return self._carry_out(professional, DISPENSE, kept, handle)

    def discard(
        self,
        professional: HealthProfessional,
        dispensation: str,
        reason: DiscardReason,
        handle: str | None = None,
    ) -> DispensationView:
        """Take a dispensation back (ITI-41), by the same bytes, within its window."""
        kept = self._load(professional, dispensation)
        if deed_of(kept.state) is DISCARD:
            return self.resume(professional, dispensation, handle)
        if kept.state is DispensationState.DISCARDED:
            return self._view(kept)
        self._require_discardable(kept)
        return self._carry_out(professional, DISCARD, kept, handle, reason.value)

    def resume(
        self,
        professional: HealthProfessional,
        dispensation: str,
        handle: str | None = None,
    ) -> DispensationView:
        """Find out what became of a dispensation, by sending the very same again."""
        kept = self._load(professional, dispensation)
        deed = deed_of(kept.state)
        if deed is None:
            return self._view(kept)
        return self._carry_out(professional, deed, kept, handle)

    def clarify(
        self,
        professional: HealthProfessional,
        dispensation: str,
        *,
        is_done: bool,
        source: str,
    ) -> DispensationView:
        """Settle by hand what no message settles: somebody asked the other country.

        Parameters
        ----------
        source
            Who said so, and when: it stands in the steps.
        """
        kept = self._load(professional, dispensation)
        deed = deed_of(kept.state)
        if deed is None:
            return self._view(kept)
        now = self._services.initiating.clock.now()
        if kept.claimed_until is not None and kept.claimed_until > now:
            raise in_progress(kept.claimed_until)
        by, sentence = professional.name, f"Clarified by hand: {source}"
        with self._services.initiating.store.unit_of_work() as work:
            if is_done:
                settled = settle_done(work, self._services, deed, kept, by, sentence)
            else:
                step = Step(deed.refused, now, by, sentence)
                settled = following(self._services, kept, step)
                work.foreign_dispensation(settled)
            work.commit()
        return self._view(settled)

    # Inside -------------------------------------------------------------------------

    def _judged(self, professional: HealthProfessional, wish: DispenseWish) -> Judged:
        gateway = self._services.treatment
        received = gateway.received(professional, wish.handle, wish.document)
        facts = _facts(received.content)
        sender = gateway.sender(professional, wish.handle)
        initiating = self._services.initiating
        live = initiating.store.foreign_dispensations.live(
            sender.peer.country, facts.prescription_id
        )
        case = Case(
            facts=facts,
            names_patient=received.names_patient,
            professional=professional,
            wish=wish,
            product=self._services.products.read(wish.product),
            elsewhere=live is not None,
            now=initiating.clock.now(),
            policy=self._services.policy,
        )
        return Judged(case, check(case), received.content, sender)

    def _ordered(
        self, professional: HealthProfessional, wish: DispenseWish, order_key: str
    ) -> ForeignDispensation | None:
        reader = self._services.initiating.store.foreign_dispensations
        known = reader.ordered(pharmacy_of(professional), order_key)
        if known is not None and known.content_hash != wish.content_hash:
            raise PolicyError(
                Refusal.ORDER_KEY_REUSED,
                "under this key something else was ordered before",
                "A changed order needs a key of its own.",
            )
        return known

    def _prepared(self, kept: ForeignDispensation) -> Prepared:
        return Prepared(read_details(kept).findings, self._view(kept))

    def _require_confirmed(
        self, kept: ForeignDispensation, confirmed: tuple[str, ...]
    ) -> None:
        missing = sorted(
            each.rule
            for each in read_details(kept).findings
            if each.severity is Severity.CONFIRM and each.rule not in confirmed
        )
        if missing:
            raise PolicyError(
                Refusal.DIFFERENCES_NOT_CONFIRMED,
                f"differences are not confirmed: {', '.join(missing)}",
                "Read what they say, and confirm each by its word.",
            )

    def _require_discardable(self, kept: ForeignDispensation) -> None:
        ends = discard_ends(kept, self._services.policy)
        if ends is None:
            raise PolicyError(
                Refusal.NOTHING_TO_DISCARD,
                "nothing is dispensed that could be taken back",
                "Where its state is unknown, resolve that first.",
            )
        if self._services.initiating.clock.now() > ends:
            raise PolicyError(
                Refusal.DISCARD_WINDOW_OVER,
                "the time in which it could be taken back is over",
                "Ask the other country's service desk.",
            )

    def _carry_out(
        self,
        professional: HealthProfessional,
        deed: Deed,
        kept: ForeignDispensation,
        handle: str | None,
        why: str = "",
    ) -> DispensationView:
        treatment = handle or read_details(kept).treatment
        sender = self._services.treatment.sender(professional, treatment)
        if (sender.peer.country, sender.patient) != (kept.country, kept.patient):
            raise PolicyError(
                Refusal.SUBMISSION_OF_ANOTHER_PATIENT,
                "the treatment is of another patient than the dispensation",
                "Identify the patient of the dispensation again.",
            )
        sending = Sending(self._services, deed, sender, professional.name, why)
        return self._view(sending.carry_out(kept))

    def _load(
        self, professional: HealthProfessional, dispensation: str
    ) -> ForeignDispensation:
        kept = self._services.initiating.store.foreign_dispensations.load(dispensation)
        if kept is None or kept.pharmacy != pharmacy_of(professional):
            raise PolicyError(
                Refusal.SUBMISSION_UNKNOWN,
                "this pharmacy has no such dispensation, or no longer",
                "Look at the list of your dispensations.",
            )
        return kept

    def _commit(self, made: Draft) -> None:
        with self._services.initiating.store.unit_of_work() as work:
            work.foreign_dispensation(made.dispensation)
            if made.translation is not None:
                work.audit(made.translation)
            work.commit()

    def _view(self, kept: ForeignDispensation) -> DispensationView:
        return view(kept, self._services.policy)


def _facts(content: bytes) -> PrescriptionFacts:
    try:
        return read_prescription_facts(content)
    except PrescriptionRefused as error:
        raise ProtocolError(
            Refusal.PEER_ANSWER_INVALID,
            str(error),
            "Show its PDF, and ask the other country to correct it.",
        ) from None
