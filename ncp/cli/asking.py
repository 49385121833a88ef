"""Asks any country, with any details of the assertions: a tool for tests and operators.

It is this gateway that asks, with its keys, its peers and its record: each exchange
stands in the audit trail like one of the national door. What only a test needs, such as
assertions that are out of their time, is refused in production.

Spec: fact sheet 01 §10.3 (a driver with assertion profiles) / IHE ITI TF-2 §3.38,
§3.39, §3.41, §3.55.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from ncp.assembly.renewal import Renewal
from ncp.assembly.shared import open_shared
from ncp.country_b.services import InitiatingServices
from ncp.country_b.tokens import TokenCall
from ncp.errors import ConfigurationError, TrustError
from ncp.evidence import ExchangeFolder
from ncp.peers.directory import Peer
from ncp.ports import RandomIds, SystemClock
from ncp.settings import Settings
from ncp.settings.model import Role
from ncp.web.tokens import professional_of
from trust.assertions import (
    ROLES,
    HcpAssertion,
    HealthProfessional,
    Permission,
    PurposeOfUse,
    build_hcp_assertion,
    read_own_hcp,
)
from trust.decision import TrustRefused, deny
from trust.identifiers import CountryCode, IdentifierError, Oid, PatientId
from trust.sts import TreatmentClaims

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Details:
    """What the assertions say; what is left out is as the settings have it.

    Attributes
    ----------
    professional
        The identifier of one of the settings' professionals; None: the first.
    issued_ago_s
        How long ago the HCP assertion was issued: with much, it is out of its time.
    treated
        The patient of the TRC assertion, where it is to be another.
    """

    professional: str | None = None
    name: str | None = None
    role: str | None = None
    organization: str | None = None
    organization_id: str | None = None
    permissions: tuple[str, ...] | None = None
    purpose_of_use: str | None = None
    prescription_id: str | None = field(default=None, repr=False)
    dispensation_pin: str | None = field(default=None, repr=False)
    issued_ago_s: float = 0.0
    treated: PatientId | None = field(default=None, repr=False)

    @property
    def is_for_tests(self) -> bool:
        """Whether what it says is deliberately wrong."""
        return bool(self.issued_ago_s) or self.treated is not None


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks whom, ready to ask."""

    services: InitiatingServices
    peer: Peer
    details: Details
    professional: HealthProfessional

    def hcp(self) -> tuple[bytes, HcpAssertion]:
        """Issue the identity assertion."""
        services = self.services
        key, country = services.seal, services.identity.country
        now = services.clock.now()
        try:
            data = build_hcp_assertion(
                self.professional,
                country=country,
                home_community_id=services.identity.home_community_id,
                key=key,
                now=now - timedelta(seconds=self.details.issued_ago_s),
                lifetime=services.hcp_lifetime,
                assertion_id=services.fresh_ids.uuid(),
            )
            hcp = read_own_hcp(data, key=key, country=country)
        except TrustRefused as refused:
            raise TrustError(
                deny("HCP assertion", refused.reason, refused.sentence, now)
            ) from None
        services.tokens.record_vouched(hcp, TokenCall(self.professional.identifier))
        return data, hcp

    def both(self, patient: PatientId) -> tuple[tuple[bytes, bytes], HcpAssertion]:
        """Issue both assertions; the second one is recorded like any other."""
        data, hcp = self.hcp()
        details = self.details
        purpose = details.purpose_of_use
        claims = TreatmentClaims(
            details.treated or patient,
            None if purpose is None else PurposeOfUse(purpose),
            details.prescription_id,
            details.dispensation_pin,
        )
        call = TokenCall(self.professional.identifier)
        return (data, self.services.tokens.issue_trc(hcp, claims, call).data), hcp


@contextmanager
def asking(
    settings: Settings,
    country: str,
    details: Details,
    keep: Path | None = None,
    at_once: int | None = None,
) -> Iterator[Asker]:
    """Open what asking needs: keys, store, directory, the line.

    Parameters
    ----------
    keep
        Where every exchange is kept as a folder, with patient data in the clear.
    at_once
        How many documents are asked for in one message; None: as the settings say.
    """
    _check(settings, details, keep)
    with ExitStack() as resources:
        shared = open_shared(settings, SystemClock(), RandomIds(), resources)
        renewal = Renewal(shared)
        resources.callback(renewal.hang_up_lines)
        services = renewal.country_b().services
        if keep is not None:
            services = replace(services, exchange_folder=ExchangeFolder(keep))
        peer = services.directory.find(_country(country))
        if at_once is not None:
            peer = replace(peer, documents_per_request=at_once)
        who = professional_named(settings, details.professional)
        yield Asker(services, peer, details, _changed(who, details))


def _check(settings: Settings, details: Details, keep: Path | None) -> None:
    if Role.B not in settings.gateway.roles:
        raise ConfigurationError(
            "This gateway asks nobody: it does not play country B.",
            'Add "B" to gateway.roles.',
        )
    if not settings.gateway.is_production:
        return
    if details.is_for_tests:
        raise _refused("assertions that are wrong on purpose are for tests")
    if keep is not None and not settings.exchange.allow_in_production:
        raise _refused("exchanges are not kept in production")


def _refused(sentence: str) -> ConfigurationError:
    return ConfigurationError(sentence, "Ask from a gateway of another environment.")


def _country(value: str) -> CountryCode:
    try:
        return CountryCode(value)
    except IdentifierError as error:
        raise ConfigurationError(f"The country is {error}.") from None


def professional_named(settings: Settings, wanted: str | None) -> HealthProfessional:
    """Return a professional of the settings; None names the first.

    Raises
    ------
    ConfigurationError
        There is no such professional.
    """
    known = {each.identifier: each for each in settings.professionals}
    wanted = wanted or next(iter(known), None)
    if wanted is None or wanted not in known:
        raise ConfigurationError(
            "There is no such professional in the settings.",
            "Add a [[professionals]] section, or name one of them with --as.",
        )
    return professional_of(known[wanted])


def _changed(who: HealthProfessional, details: Details) -> HealthProfessional:
    plain = {
        name: value
        for name in ("name", "organization", "organization_id")
        if (value := getattr(details, name)) is not None
    }
    who = replace(who, **plain)
    if details.role is not None:
        who = replace(who, role=_known(ROLES, details.role, "role"))
    if details.permissions is not None:
        codes = {each.value: each for each in Permission}
        given = tuple(_known(codes, each, "permission") for each in details.permissions)
        who = replace(who, permissions=given)
    if details.purpose_of_use is not None:
        purposes = {each.value: each for each in PurposeOfUse}
        purpose = _known(purposes, details.purpose_of_use, "purpose of use")
        who = replace(who, purpose_of_use=purpose)
    return who


def _known(known: Mapping[str, _T], value: str, what: str) -> _T:
    if value not in known:
        raise ConfigurationError(
            f"There is no {what} {value[:40]!r}.", f"Known are {', '.join(known)}."
        )
    return known[value]


def parse_patient(text: str) -> PatientId:
    """Read ``ROOT^EXTENSION``, as a patient id is written on the command line."""
    root, _, extension = text.partition("^")
    try:
        return PatientId(Oid.parse(root), extension)
    except IdentifierError as error:
        raise ConfigurationError(
            f"A patient id is {error}.", "Write it as ROOT^EXTENSION."
        ) from None


def parse_patients(texts: Sequence[str]) -> tuple[PatientId, ...]:
    """Read several of them."""
    return tuple(map(parse_patient, texts))
