"""Both sides of the border, put together for one set of keys, pins and anchors."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from ncp.assembly.conformity import conformity
from ncp.assembly.dispensing import crossing_policy
from ncp.assembly.inspection import incoming, outgoing
from ncp.assembly.shared import Shared
from ncp.country_a.find import FindDocuments
from ncp.country_a.identification import Demographics, IdentificationPolicy
from ncp.country_a.identify import IdentifyPatient
from ncp.country_a.prescriptions import KeyNeeded, OfferedPrescriptions
from ncp.country_a.provide import ProvideDocuments
from ncp.country_a.responding_gateway import RespondingGateway
from ncp.country_a.retrieve import RetrieveDocuments
from ncp.country_a.services import RespondingServices
from ncp.country_b.dispensing import (
    DispensingPolicy,
    Pharmacy,
    PharmacyServices,
)
from ncp.country_b.dispensing.edispensation import ClinicalDocumentWriter
from ncp.country_b.dispensing.register_letters import REGISTER
from ncp.country_b.initiating_gateway import TreatmentGateway
from ncp.country_b.services import InitiatingServices
from ncp.country_b.tokens import TokenDesk
from ncp.identity import GatewayIdentity
from ncp.national.build import National
from ncp.national.dispensations import DispensationRegister
from ncp.peers.client import PeerClient
from ncp.peers.gate import CurrentPeerGate
from ncp.peers.line import CurrentPeerLine
from ncp.rotation import TrustMaterial
from ncp.settings.assertions import assertion_policy
from ncp.settings.model import Role, Settings
from ncp.settings.sts import issue_limit, token_service
from trust.certificates import subject_name
from trust.identifiers import CountryCode
from trust.smp import SearchMask


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides of the border; a side that is not played is None."""

    material: TrustMaterial
    identity: GatewayIdentity
    responding: RespondingGateway | None
    treatment: TreatmentGateway | None
    pharmacy: Pharmacy | None
    line: PeerClient | None


@dataclass(frozen=True, slots=True)
class SidesBuilder:
    """Puts both sides together.

    Attributes
    ----------
    look_again
        Asks the directory about a country at once, and has adopted what is new.
    material, client
        Those of now, whichever set a side was built for.
    """

    shared: Shared
    look_again: Callable[[CountryCode], bool]
    material: Callable[[], TrustMaterial]
    client: Callable[[], PeerClient]

    def build(self, material: TrustMaterial) -> Sides:
        """Put them together for a set."""
        identity = _identity(material)
        responding = treatment = pharmacy = line = None
        if self.shared.national is not None:
            responding = self._responding(material, identity, self.shared.national)
        if self.shared.plays(Role.B):
            line = PeerClient(
                material.directory,
                material.settings.keys.tls_client,
                self.shared.clock,
                self.shared.metrics,
                material.trust,
            )
            treatment = self._treatment(material, identity)
            pharmacy = self._pharmacy(treatment)
        return Sides(material, identity, responding, treatment, pharmacy, line)

    def _responding(
        self, material: TrustMaterial, identity: GatewayIdentity, national: National
    ) -> RespondingGateway:
        shared = self.shared
        services = RespondingServices(
            identity=identity,
            pins=material.trust,
            assertion_policy=assertion_policy(shared.settings.assertions),
            patients=national.patients,
            documents=national.documents,
            consents=national.consents,
            dispensations=self._register(),
            prescriptions=self._prescriptions(national),
            identification=_identification(shared.settings),
            restraint=shared.settings.restraint.rule_set,
            noticed=shared.metrics.tell_noticed,
            dialects=material.directory.dialects(),
            conformity=conformity(shared.settings.rules.outgoing, shared),
            received=conformity(shared.settings.rules.incoming, shared),
            store=shared.store,
            clock=shared.clock,
            fresh_ids=shared.ids,
            document_ids=shared.document_ids,
            exchange_folder=shared.exchange_folder,
            terminology=shared.terminology,
            send_incomplete_documents=shared.settings.demo.allow_missing_mandatory,
            offer_pdf=shared.settings.documents.summary_as_pdf,
            literal_image_types=shared.settings.documents.literal_image_types,
            look_into=outgoing(shared.settings.documents),
            home_communities=material.home_communities,
            gate=CurrentPeerGate(
                shared.switches,
                self.look_again,
                lambda: self.material().trust,
                material.trust,
            ),
        )
        return RespondingGateway(
            services,
            (
                IdentifyPatient(services),
                FindDocuments(services),
                RetrieveDocuments(services),
                ProvideDocuments(services),
            ),
        )

    def _register(self) -> DispensationRegister | None:
        """Return who takes dispensations; None where nobody does."""
        dispensing = self.shared.dispensing
        return None if dispensing is None else dispensing.desk

    def _prescriptions(self, national: National) -> OfferedPrescriptions | None:
        stated = self.shared.settings.prescriptions
        if not stated.offered:
            return None
        deeds = self.shared.store.deeds
        return OfferedPrescriptions(
            national.prescriptions,
            crossing_policy(stated),
            lambda identifier: deeds.holder(identifier) is not None,
            KeyNeeded(stated.key_needed),
            stated.as_pdf,
        )

    def _treatment(
        self, material: TrustMaterial, identity: GatewayIdentity
    ) -> TreatmentGateway:
        shared = self.shared
        lifetime_s = shared.settings.assertions.hcp_lifetime_s
        return TreatmentGateway(
            InitiatingServices(
                identity=identity,
                directory=material.directory,
                line=self._line(),
                seal=material.seal,
                store=shared.store,
                clock=shared.clock,
                fresh_ids=shared.ids,
                hcp_lifetime=timedelta(seconds=lifetime_s),
                tokens=self._token_desk(material, identity),
                exchange_folder=shared.exchange_folder,
                terminology=shared.terminology,
                conformity=conformity(shared.settings.rules.incoming, shared),
                look_into=incoming(shared.settings.documents),
                search_mask=self._search_mask,
                restraint=shared.settings.restraint.rule_set,
                noticed=shared.metrics.tell_noticed,
            )
        )

    def _pharmacy(self, treatment: TreatmentGateway) -> Pharmacy | None:
        shared, ports = self.shared, self.shared.pharmacy
        if ports is None:
            return None
        stated = shared.settings.dispensing
        return Pharmacy(
            PharmacyServices(
                treatment=treatment,
                products=ports.products,
                writer=ClinicalDocumentWriter(
                    conformity(shared.settings.rules.outgoing, shared),
                    shared.terminology,
                ),
                policy=DispensingPolicy(
                    undo_window=timedelta(hours=stated.undo_window_h),
                    back_dating=timedelta(hours=stated.back_dating_h),
                ),
                register=None if ports.register is None else REGISTER,
            )
        )

    def _search_mask(self, country: CountryCode) -> SearchMask | None:
        """Return the mask a country has published, if it is looked up at all."""
        discovery = self.shared.discovery
        peer = self.material().directory.find(country)
        if discovery is None or not peer.is_from_directory:
            return None
        found = discovery.search_mask(country)
        return found if isinstance(found, SearchMask) else None

    def _line(self) -> CurrentPeerLine:
        shared = self.shared
        return CurrentPeerLine(
            self.client,
            lambda: self.material().directory,
            self.look_again,
            shared.switches,
            shared.health,
            shared.clock,
            shared.metrics,
            shared.breaker,
        )

    def _token_desk(
        self, material: TrustMaterial, identity: GatewayIdentity
    ) -> TokenDesk:
        shared = self.shared
        return TokenDesk(
            identity,
            token_service(shared.settings, material.seal),
            shared.store,
            shared.clock,
            shared.ids,
            issue_limit(shared.settings.sts),
        )


def _identification(settings: Settings) -> IdentificationPolicy:
    if settings.national is None:
        return IdentificationPolicy()
    stated = settings.national.identification
    return IdentificationPolicy(Demographics(stated.demographics), stated.authorities)


def _identity(material: TrustMaterial) -> GatewayIdentity:
    gateway = material.settings.gateway
    return GatewayIdentity(
        country=gateway.country,
        country_name=gateway.country_name,
        organization=gateway.organization,
        home_community_id=gateway.home_community_id,
        repository_unique_id=gateway.repository_unique_id,
        language=gateway.languages[0],
        audit_source=gateway.audit_source,
        node_address=socket.gethostname(),
        tls_server_dn=subject_name(material.tls_server),
        tls_client_dn=subject_name(material.tls_client),
    )
