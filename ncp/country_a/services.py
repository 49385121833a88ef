"""What the answering side is made of; put together once, at the start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Protocol

from ncp.answers import Dialect
from ncp.conformity import INCOMING, OUTGOING, Conformity
from ncp.country_a.document_ids import DocumentIds
from ncp.country_a.identification import IdentificationPolicy
from ncp.country_a.prescriptions import OfferedPrescriptions
from ncp.evidence import ExchangeFolder
from ncp.identity import GatewayIdentity
from ncp.ihe.codes import Transaction
from ncp.national.dispensations import DispensationRegister
from ncp.national.ports import (
    ConsentRegister,
    DocumentKind,
    DocumentSource,
    PatientIndex,
)
from ncp.ports import Clock, FreshIds
from ncp.restraint import STANDARD, Noticed, RuleSet, Watch, count_nothing
from ncp.store import RecordStore
from ncp.terminology.desk import TerminologyDesk
from transformations.inspection import REFUSING, Inspector, inspect
from trust.assertions import AssertionPolicy
from trust.certificates import CertificateTrust
from trust.identifiers import CountryCode, HomeCommunityId


class PeerGate(Protocol):
    """What operators and directories say of a country while the gateway runs."""

    def refuse_answering(self, country: CountryCode, transaction: Transaction) -> None:
        """Raise PolicyError where this service is switched off for a country."""
        ...

    def look_again(self, country: CountryCode) -> CertificateTrust | None:
        """Return what certificates are judged by now, where a directory had news."""
        ...


class OpenGate:
    """Where nothing is switched off and everything stands in the settings."""

    def refuse_answering(self, country: CountryCode, transaction: Transaction) -> None:
        """Refuse nobody."""

    def look_again(self, country: CountryCode) -> CertificateTrust | None:
        """Know no news."""
        del country
        return None


@dataclass(frozen=True, slots=True)
class RespondingServices:
    """The ports and values the use cases of country A share.

    Attributes
    ----------
    exchange_folder
        Where whole exchanges are kept, or None.
    send_incomplete_documents
        Demo only: send a document although a mandatory fact is missing.
    listing_lifetime
        How long an id that was given out for an unversioned source stays good.
    home_communities
        The peers' own, where an HCP assertion that names one has to name this one.
    offer_pdf
        Whether a patient summary is offered as PDF too, beside the coded form.
    look_into
        Looks into an original before it leaves, and refuses what may not.
    literal_image_types
        Name images as the template's text does (``application/png``).
    gate
        Whom operators have switched off, and what directories say by now.
    dispensations
        None where this country takes no dispensations.
    prescriptions
        None where this country gives out no prescriptions.
    terminology
        None where no catalogue is named: codes and displays leave as they came.
    conformity
        What is done about a document of ours that breaks a rule.
    received
        By what rules a dispensation from abroad is judged; what it breaks is recorded.
    restraint
        The rules against abuse.
    noticed
        Counts what they notice.
    identification
        By what a patient may be found.
    dialects
        Countries whose software has to be answered in its own way.
    """

    identity: GatewayIdentity
    pins: CertificateTrust
    assertion_policy: AssertionPolicy
    patients: PatientIndex
    documents: DocumentSource
    consents: ConsentRegister
    store: RecordStore
    clock: Clock
    fresh_ids: FreshIds
    document_ids: DocumentIds
    exchange_folder: ExchangeFolder | None = None
    send_incomplete_documents: bool = False
    listing_lifetime: timedelta = timedelta(hours=4)
    home_communities: Mapping[CountryCode, HomeCommunityId] = field(
        default_factory=dict
    )
    offer_pdf: bool = True
    look_into: Inspector = partial(inspect, policy=REFUSING)  # noqa: RUF009
    literal_image_types: bool = False
    gate: PeerGate = field(default_factory=OpenGate)
    dispensations: DispensationRegister | None = None
    prescriptions: OfferedPrescriptions | None = None
    terminology: TerminologyDesk | None = None
    conformity: Conformity = OUTGOING
    received: Conformity = INCOMING
    restraint: RuleSet = STANDARD
    noticed: Noticed = count_nothing
    identification: IdentificationPolicy = field(default_factory=IdentificationPolicy)
    dialects: Mapping[CountryCode, Dialect] = field(default_factory=dict)

    @property
    def watch(self) -> Watch:
        """The rules against abuse, over the store."""
        return Watch(
            self.restraint,
            self.store.restraints,
            self.clock,
            self.identity.audit_source,
            self.noticed,
        )

    def serves(self, kind: DocumentKind) -> bool:
        """Whether documents of a kind are given out at all."""
        return kind is not DocumentKind.PRESCRIPTION or self.prescriptions is not None

    def dialect_of(self, country: CountryCode | None) -> Dialect:
        """Return how a country is answered: in our own way where nothing is said."""
        if country is None:
            return Dialect.OURS
        return self.dialects.get(country, Dialect.OURS)
