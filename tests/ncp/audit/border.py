"""Everything that can happen between two countries, brought about once.

Country A answers from the sample country over real HTTP, country B asks on a line that
leads straight into it; both keep their own trail.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from ncp.audit import TokenKind
from ncp.conformity import OUTGOING
from ncp.country_a.prescriptions import OfferedPrescriptions
from ncp.country_b.dispensing import (
    DiscardReason,
    DispenseWish,
    OpenedPrescription,
    Pharmacy,
    PharmacyServices,
)
from ncp.country_b.dispensing.edispensation import ClinicalDocumentWriter
from ncp.country_b.initiating_gateway import TreatmentGateway
from ncp.country_b.token_endpoint import TokenEndpoint, TokenMessage
from ncp.country_b.treatment import DocumentWish, ListedDocument, SoughtPatient
from ncp.errors import NcpError, PeerUnavailable, Refusal
from ncp.exchange import InboundHttp, PeerIdentity
from ncp.ihe.codes import ClassCode, Transaction
from ncp.ihe.wstrust import write_token_request
from ncp.national.build import NationalConfiguration, build_national
from ncp.national.fhir_consent import ConsentDefault
from ncp.national.ports import ConsentAnswer
from ncp.national.sample_country import create_app, read_folder, start
from ncp.national.sample_products import SampleProducts
from ncp.store import AuditTrailEntry
from ncp.terminology.desk import TerminologyDesk
from ncp.terminology.shelf import bring_in_demo
from tests.ncp.country_a.noting_register import NotingRegister
from tests.ncp.country_a.scene import (
    DOCTOR,
    PATHS,
    CountryA,
    StoppedClock,
    discovery,
)
from tests.ncp.country_b.dispensing.scene import PHARMACIST
from tests.ncp.country_b.scene import LUXEMBOURG, CountryB
from tests.trust import pki
from tests.trust.assertions.cast import OTHER_HALF
from transformations.terminology.catalogue import CurrentCatalogue, Releases
from trust.assertions import AssertionPolicy
from trust.identifiers import Oid, PatientId
from trust.sts import TreatmentClaims

ELISE = PatientId(Oid("1.3.182.4.4"), "1957030451779")
PATIENTS = Path(str(files("ncp.national.sample_country") / "patients"))
PRESCRIPTION = "1.3.182.99.11^RX-2026-0001"
KINDS = (
    ClassCode.PATIENT_SUMMARY,
    ClassCode.EPRESCRIPTION,
    ClassCode.LABORATORY_RESULT,
)


class NoConsent:
    """Every patient says no."""

    def consent(self, *_: object, **__: object) -> ConsentAnswer:
        return ConsentAnswer(False, "as the test says")


class Border:
    """Two countries, and what happens between them."""

    def __init__(self, folder: Path, url: str) -> None:
        clock = StoppedClock()
        releases = Releases(folder / "terminology")
        bring_in_demo(releases, clock.now())
        desk = TerminologyDesk(CurrentCatalogue(releases, clock.now), ("fr-LU",))
        configuration = NationalConfiguration(
            base_url=url,
            consent_default=ConsentDefault.PERMIT,
        )
        national = build_national(configuration, clock)
        register = NotingRegister(folder / "register.sqlite", {PRESCRIPTION})
        self.a = CountryA(
            folder,
            patients=national.patients,
            documents=national.documents,
            consents=national.consents,
            prescriptions=OfferedPrescriptions(national.prescriptions),
            dispensations=register,
            terminology=desk,
            assertion_policy=AssertionPolicy(accept_next_of_kin=True),
        )
        self.b = CountryB(folder, self.a)
        services = replace(self.b.services, terminology=desk)
        self.b.gateway = TreatmentGateway(services)
        self.pharmacy = Pharmacy(
            PharmacyServices(
                treatment=self.b.gateway,
                products=SampleProducts.embedded(),
                writer=ClinicalDocumentWriter(OUTGOING, desk),
            )
        )

    def close(self) -> None:
        self.b.store.close()
        self.a.store.close()

    def trail(self) -> list[AuditTrailEntry]:
        return [*self.a.store.audit_trail(), *self.b.store.audit_trail()]

    # What goes well -----------------------------------------------------------------

    def treat_in_an_emergency(self) -> None:
        """Every step of a treatment, and every kind of document."""
        sought = SoughtPatient((ELISE,), next_of_kin=OTHER_HALF)
        found = self.b.gateway.identify(DOCTOR, LUXEMBOURG, sought)
        handle = found.patients[0].handle
        self.b.gateway.confirm(DOCTOR, handle, "EMERGENCY")
        for kind in KINDS:
            listed = self.b.gateway.documents(DOCTOR, handle, DocumentWish((kind,)))
            document = listed.documents[0].document
            self.b.gateway.fetch(DOCTOR, handle, document, "fr-LU")

    def dispense_and_take_back(self) -> None:
        """A pharmacy's way."""
        gateway = self.b.gateway
        found = gateway.identify(PHARMACIST, LUXEMBOURG, SoughtPatient((ELISE,)))
        handle = found.patients[0].handle
        gateway.confirm(PHARMACIST, handle, "TREATMENT")
        opened = next(
            found
            for each in self.pharmacy.prescriptions(PHARMACIST, handle).prescriptions
            if (found := self._opened(handle, each.listed)).suggestions
        )
        product = opened.suggestions[0].code.code
        wish = DispenseWish(handle, opened.document, product, 1)
        ready = self.pharmacy.prepare(PHARMACIST, wish, "order-1").dispensation
        assert ready is not None
        done = self.pharmacy.submit(PHARMACIST, ready.dispensation, ready.to_confirm)
        self.pharmacy.discard(PHARMACIST, done.dispensation, DiscardReason.ENTRY_ERROR)

    def _opened(self, handle: str, listed: ListedDocument) -> OpenedPrescription:
        return self.pharmacy.open(PHARMACIST, handle, listed.document)

    # What does not ------------------------------------------------------------------

    def be_denied(self) -> None:
        """The patient says no; a portal asks in another professional's name."""
        handle = self.b.treating(ELISE)
        self.a.serve_by(replace(self.a.services, consents=NoConsent()))
        with contextlib.suppress(NcpError):
            self.b.gateway.documents(DOCTOR, handle)
        payload = write_token_request(
            TreatmentClaims(ELISE),
            assertion=self.a.hcp(),
            message_id="urn:uuid:portal",
            to="http://127.0.0.1/TRC-STS/SecurityTokenService",
        )
        colleague = replace(DOCTOR, identifier="doctor-2")
        message = TokenMessage(colleague, TokenKind.TRC, payload, '""', "192.0.2.7")
        TokenEndpoint(self.b.desk).answer(message)

    def fail_on_the_line(self) -> None:
        """Nobody answers; and what arrives cannot be read."""
        self.b.line.faults = [
            PeerUnavailable(Refusal.PEER_UNREACHABLE, "nobody listens")
        ] * 2
        with contextlib.suppress(PeerUnavailable):
            self.b.handle_of(ELISE)
        self.deliver(b"<broken", pki.der(self.a.client))

    def meet_strangers(self) -> None:
        """Neither side believes who is at the other end."""
        self.b.line.faults = [
            PeerUnavailable(Refusal.PEER_NOT_BELIEVED, "the certificate is not pinned")
        ]
        with contextlib.suppress(PeerUnavailable):
            self.b.handle_of(ELISE)
        known = self.a.client
        self.a.client = pki.certificate(pki.rsa_key("stranger"), country="DK")
        self.a.send(Transaction.ITI_55, discovery(ELISE), [self.a.hcp()])
        self.a.client = known

    def deliver(self, body: bytes, certificate: bytes) -> None:
        self.a.gateway.answer(
            InboundHttp(
                PATHS[Transaction.ITI_55],
                "application/soap+xml",
                None,
                body,
                PeerIdentity(certificate, "192.0.2.7"),
                self.a.clock.now(),
            )
        )


@contextlib.contextmanager
def crossed(folder: Path) -> Iterator[Border]:
    """Give a border at which everything has happened."""
    server = start(create_app(read_folder(PATIENTS)))
    border = Border(folder, server.url)
    try:
        border.treat_in_an_emergency()
        border.dispense_and_take_back()
        border.fail_on_the_line()
        border.meet_strangers()
        border.be_denied()
        yield border
    finally:
        border.close()
        server.stop()
