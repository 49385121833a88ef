"""What a condition is, and what brings one about.

The names of the catalogues: ``XCPD #``, ``PS #``, ``EP #`` and ``ED #`` are the
negative tests of OpenNCP 7 (PT_CLIENT), ``UC``, ``EPA``, ``ERP`` and ``NCP`` those of
gematik (tiger-integration-ncp 2.1). What stands in words is of none of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from types import SimpleNamespace

from conformance.simulators.dialect import Dialect as Family
from ncp.audit import Side
from ncp.errors import NationalError, PolicyError, Refusal
from ncp.restraint import Action, Counted, Per, Rule, RuleSet
from tests.families.asking import Asking, replaced
from tests.ncp.country_a.scene import (
    DENMARK,
    EVA,
    LUC,
)
from tests.trust import pki
from transformations.mapping import Severity
from transformations.terminology.passes import TermRule
from trust.assertions import AssertionPolicy
from trust.certificates import Purpose
from trust.identifiers import CountryCode, PatientId

NOBODY = PatientId(EVA.root, "1990010112345")
LABORATORY, PRESCRIPTION, OVERVIEW = "11502-2", "57833-6", "56445-0"
# What a doctor may, and a professional who may do nothing with documents.
NO_DOCUMENTS = {"permissions": ("PRD-006",)}
NOT_EVEN_IDENTIFY = {"permissions": ("PRD-003", "PRD-005", "PRD-010", "PRD-016")}
OPENNCP = (Family.OPENNCP_OLD, Family.OPENNCP_NEW)


@dataclass(frozen=True)
class Condition:
    """One line of a catalogue.

    Attributes
    ----------
    ask
        Brings the condition about and asks; the last question is the one that counts.
    who
        What is special about the professional.
    families
        Whose programs can ask this at all.
    """

    name: str
    catalogue: str
    ask: Callable[[Asking], object]
    who: dict[str, object] = field(default_factory=dict, hash=False)
    families: tuple[Family, ...] = tuple(Family)

    def named(self) -> Iterator[str]:
        """Yield the conditions of the catalogues that it is."""
        for each in re.split("[;,]", self.catalogue):
            first, _, last = each.strip().partition(" to ")
            yield from (first, last) if last else (first,)


def bent(bend: Callable[[bytes], bytes], ask: Callable[[Asking], object]):
    """Bend the question."""

    def asked(asking: Asking) -> object:
        asking.bend = bend
        return ask(asking)

    return asked


def refused(refusal: Refusal, ask: Callable[[Asking], object]):
    """Let the national side refuse."""

    def asked(asking: Asking) -> object:
        is_outage = refusal in {Refusal.NATIONAL_UNAVAILABLE, Refusal.RESPONDER_BUSY}
        kind = NationalError if is_outage else PolicyError
        asking.country.nation.error = kind(refusal, "not so")
        return ask(asking)

    return asked


class OffGate:
    """A gate at which every service is switched off for everybody."""

    def refuse_answering(self, *_: object) -> None:
        raise PolicyError(Refusal.SERVICE_UNAVAILABLE, "switched off")

    def look_again(self, _country: object) -> None:
        return None


def switched_off(ask: Callable[[Asking], object]):
    """Let an operator have switched the service off for the country."""

    return served_with(ask, gate=OffGate())


_HOLDINGS = count(1)


def held_back(ask: Callable[[Asking], object]):
    """Let who asks have asked once too often, by a rule nobody else has broken."""

    def asked(asking: Asking) -> object:
        rule = Rule(
            f"held-back-{next(_HOLDINGS)}",
            frozenset({Side.A}),
            Counted.REQUESTS,
            Per.GATEWAY,
            most=1,
            window=timedelta(hours=1),
            action=Action.THROTTLE,
        )
        country = asking.country
        country.serve_by(replace(country.services, restraint=RuleSet((rule,))))
        asking.identify()
        return ask(asking)

    return asked


@dataclass(frozen=True)
class NoCodes:
    """A terminology that knows a code of no document.

    ``may_lack``: what has none may go without.
    """

    may_lack: bool = False

    def pivoted(self, document: bytes) -> object:
        lacking = SimpleNamespace(
            rule=TermRule.REQUIRED_NOT_TRANSCODED,
            severity=Severity.CRITICAL,
            where="/",
            sentence="not so",
        )
        errors = [] if self.may_lack else [lacking]
        account = SimpleNamespace(errors=errors, findings=[lacking], summary={})
        return SimpleNamespace(document=document, account=account, is_lacking=True)


def served_with(ask: Callable[[Asking], object], **services: object):
    """Serve with other parts."""

    def asked(asking: Asking) -> object:
        country = asking.country
        country.serve_by(replace(country.services, **services))
        return ask(asking)

    return asked


def too_weak(ask: Callable[[Asking], object]):
    """Accept no way in which the professional of a simulator is known."""
    policy = AssertionPolicy(accepted_authentication=frozenset())
    return served_with(ask, assertion_policy=policy)


def signed_elsewhere(ask: Callable[[Asking], object]):
    """Let the seal of another country sign, which is known as that country's."""

    def asked(asking: Asking) -> object:
        seal, country = pki.seal("swedish"), asking.country
        pins = pki.pins(
            (country.client, DENMARK, Purpose.TLS_CLIENT),
            (country.seal.certificate, DENMARK, Purpose.SEAL),
            (seal.certificate, CountryCode("SE"), Purpose.SEAL),
        )
        asking.sign_with(seal)
        return served_with(ask, pins=pins)(asking)

    return asked


def identify(asking: Asking) -> object:
    return asking.identify()


def listing(asking: Asking) -> object:
    return asking.list()


def slot(name: bytes, value: bytes) -> Callable[[bytes], bytes]:
    """Add a parameter to the query of ITI-38."""
    value_list = b"<ValueList><Value>%s</Value></ValueList>" % value
    added = (
        b'<Slot xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0" name="%s">' % name
    )
    return replaced(
        rb"</((?:rim:)?)AdhocQuery>", added + value_list + rb"</Slot></\1AdhocQuery>"
    )


ONLY_PDF = slot(
    b"$XDSDocumentEntryFormatCode", b"('urn:ihe:iti:xds-sd:pdf:2008^^IHE PCC')"
)


def of_another_patient(ask: Callable[[Asking], object]):
    def asked(asking: Asking) -> object:
        asking.treats(EVA, LUC)
        return ask(asking)

    return asked


def of_another_professional(ask: Callable[[Asking], object]):
    def asked(asking: Asking) -> object:
        other = replace(asking.issuer.professional, identifier="KIT-OTHER")
        asking.treats(EVA, replace(asking.issuer, professional=other))
        return ask(asking)

    return asked
