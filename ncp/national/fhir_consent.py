"""Consent register over FHIR Consent resources.

Read so that a doubt never gives: a condition of a permission that is not understood
makes the permission void, a condition of a denial that is not understood leaves the
denial whole. One applicable denial outweighs every permission. The configured default
answers only where no consent speaks at all.

Conditions that are understood in a provision:

========= ===========================================================================
period    the moment of the question lies within
actor     the asking country, as identifier ``urn:iso:std:iso:3166|PT``
purpose   ``TREAT`` or ``ETREAT`` of v3-ActReason
code      the document's LOINC, or ``urn:ihe:event-type-code|ITI-55``
action    ``access`` or ``disclose`` of consentaction
========= ===========================================================================

Spec: HL7 FHIR R4 Consent, §6.2 (provision rules).
Assumption: the coding of country and service, as no public profile of a consent
register says how; both are in ``ncp.national.codes``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from ncp.national.codes import (
    ACT_CODE,
    ACT_REASON,
    CONSENT_ACTION,
    CONSENT_SCOPE,
    COUNTRY,
    IHE_TRANSACTION,
    LOINC,
    LOINC_OF_KIND,
    MEDICATION_DISPENSED,
    PATIENT_DISCOVERY,
    REASON_OF_PURPOSE,
)
from ncp.national.fhir_client import FhirClient
from ncp.national.fhir_json import Resource, as_list, as_text
from ncp.national.ports import (
    DISPENSATION,
    IDENTIFICATION,
    ConsentAnswer,
    DocumentKind,
    PatientRecord,
    Service,
)
from ncp.ports import Clock
from trust.identifiers import CountryCode, IdentifierError

_PARTIAL_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
_UNDERSTOOD: Final = frozenset(
    {"id", "type", "period", "actor", "purpose", "code", "action", "provision"}
)
_ACTIONS: Final = frozenset({(CONSENT_ACTION, "access"), (CONSENT_ACTION, "disclose")})


class ConsentDefault(StrEnum):
    """The answer where no consent is registered."""

    DENY = "deny"
    PERMIT = "permit"


class _Match(StrEnum):
    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


class _Ruling(StrEnum):
    PERMIT = "permit"
    DENY = "deny"
    UNCLEAR = "unclear"  # a permission with a condition that is not understood
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class ConsentQuestion:
    """What is asked of one patient's consents."""

    country: CountryCode
    service: Service
    purpose: str
    moment: datetime


class FhirConsentRegister:
    """Asks ``POST Consent/_search`` and weighs what is active."""

    def __init__(
        self,
        client: FhirClient,
        clock: Clock,
        *,
        default: ConsentDefault = ConsentDefault.DENY,
    ) -> None:
        self._client = client
        self._clock = clock
        self._default = default

    def consent(
        self,
        patient: PatientRecord,
        *,
        country: CountryCode,
        service: Service,
        purpose: str,
    ) -> ConsentAnswer:
        """Say whether ``country`` may have ``service`` for ``purpose``."""
        question = ConsentQuestion(country, service, purpose, self._clock.now())
        rulings = {rule(item, question) for item in self._active(patient)}
        return _answer(rulings, self._default)

    def _active(self, patient: PatientRecord) -> Iterator[Resource]:
        found = self._client.search(
            "Consent",
            [("patient", patient.source), ("status", "active")],
            private=[item.extension for item in patient.identifiers],
        )
        for consent in found:
            if consent.get("status") == "active" and _is_privacy(consent):
                subject = consent.get("patient")
                target = subject.get("reference") if isinstance(subject, dict) else None
                if target in {
                    patient.source,
                    f"{self._client.base.url}/{patient.source}",
                }:
                    yield consent


def _answer(rulings: set[_Ruling], default: ConsentDefault) -> ConsentAnswer:
    if _Ruling.DENY in rulings:
        return ConsentAnswer(
            is_given=False, sentence="The patient's registered consent denies it."
        )
    if _Ruling.PERMIT in rulings:
        return ConsentAnswer(
            is_given=True, sentence="The patient's registered consent permits it."
        )
    if _Ruling.UNCLEAR in rulings:
        return ConsentAnswer(
            is_given=False,
            sentence="The patient's registered consent has a condition that is not "
            "understood, so that it permits nothing.",
        )
    return ConsentAnswer(
        is_given=default is ConsentDefault.PERMIT,
        sentence="No registered consent speaks about it; "
        f"the configured default is to {default.value}.",
    )


def rule(consent: Resource, question: ConsentQuestion) -> _Ruling:
    """Say what one Consent rules: the base rule, then its exceptions."""
    # Without a provision the base rule stands alone (Consent.policyRule).
    root = consent.get("provision", {})
    if consent.get("modifierExtension") or not isinstance(root, dict):
        # A consent that turns its own meaning, or says nothing to compute.
        return _Ruling.DENY
    base = as_text(root.get("type")) or _policy_rule(consent)
    if base not in {"permit", "deny"}:
        return _Ruling.DENY
    return _rule_provision(root, _Ruling(base), question)


def _rule_provision(
    provision: dict[str, Any], own: _Ruling, question: ConsentQuestion
) -> _Ruling:
    match = _applies(provision, question)
    if match is _Match.NO:
        return _Ruling.SILENT
    exceptions = _exceptions(provision, own, question)
    if own is _Ruling.DENY or _Ruling.DENY in exceptions:
        # An exception from a denial that is itself unclear could be too wide.
        permitted = (
            match is _Match.YES
            and _Ruling.PERMIT in exceptions
            and _Ruling.DENY not in exceptions
        )
        return _Ruling.PERMIT if permitted else _Ruling.DENY
    return _Ruling.PERMIT if match is _Match.YES else _Ruling.UNCLEAR


def _exceptions(
    provision: dict[str, Any], own: _Ruling, question: ConsentQuestion
) -> set[_Ruling]:
    opposite = _Ruling.PERMIT if own is _Ruling.DENY else _Ruling.DENY
    return {
        _rule_provision(nested, _nested_type(nested, opposite), question)
        for nested in as_list(provision.get("provision"))
        if isinstance(nested, dict)
    }


def _nested_type(provision: dict[str, Any], opposite: _Ruling) -> _Ruling:
    """Nested provisions are exceptions: without a type, the opposite of the outer."""
    written = as_text(provision.get("type"))
    if written is None:
        return opposite
    return _Ruling.PERMIT if written == "permit" else _Ruling.DENY


def _applies(provision: dict[str, Any], question: ConsentQuestion) -> _Match:
    matches = {
        _Match.UNCLEAR if set(provision) - _UNDERSTOOD else _Match.YES,
        _period(provision.get("period"), question.moment),
        _actor(as_list(provision.get("actor")), question.country),
        _codings(as_list(provision.get("purpose")), _purposes(question)),
        _concepts(as_list(provision.get("code")), {_service(question.service)}),
        _concepts(as_list(provision.get("action")), _ACTIONS),
    }
    if _Match.NO in matches:
        return _Match.NO
    return _Match.UNCLEAR if _Match.UNCLEAR in matches else _Match.YES


def _period(period: object, moment: datetime) -> _Match:
    if period is None:
        return _Match.YES
    if not isinstance(period, dict):
        return _Match.UNCLEAR
    try:
        started = _compare(period.get("start"), moment) <= 0
        ended = "end" in period and _compare(period["end"], moment) < 0
    except (TypeError, ValueError):
        return _Match.UNCLEAR
    return _Match.YES if started and not ended else _Match.NO


def _compare(written: str | None, moment: datetime) -> int:
    """Order a FHIR dateTime and a moment as finely as it is written: -1, 0 or 1.

    A partial end counts to the end of its day, month or year (FHIR R4 Period).
    """
    if written is None:
        return -1
    if _PARTIAL_DATE.fullmatch(written):
        now = moment.astimezone(UTC).strftime("%Y-%m-%d")[: len(written)]
        return (written > now) - (written < now)
    instant = datetime.fromisoformat(written)
    return (instant > moment) - (instant < moment)


def _actor(actors: list[Any], country: CountryCode) -> _Match:
    matches = {_is_country(actor, country) for actor in actors}
    if not matches or _Match.YES in matches:
        return _Match.YES
    return _Match.UNCLEAR if _Match.UNCLEAR in matches else _Match.NO


def _is_country(actor: object, country: CountryCode) -> _Match:
    reference = actor.get("reference") if isinstance(actor, dict) else None
    identifier = reference.get("identifier") if isinstance(reference, dict) else None
    if not isinstance(identifier, dict) or identifier.get("system") != COUNTRY:
        return _Match.UNCLEAR
    try:
        named = CountryCode(as_text(identifier.get("value")) or "")
    except IdentifierError:
        return _Match.UNCLEAR
    return _Match.YES if named == country else _Match.NO


def _purposes(question: ConsentQuestion) -> set[tuple[str, str]]:
    code = REASON_OF_PURPOSE.get(question.purpose)
    return {(ACT_REASON, code)} if code else set()


def _service(service: Service) -> tuple[str, str]:
    if service == IDENTIFICATION:
        return IHE_TRANSACTION, PATIENT_DISCOVERY
    if service == DISPENSATION:
        return LOINC, MEDICATION_DISPENSED
    return LOINC, LOINC_OF_KIND[DocumentKind(service)]


def _concepts(
    concepts: list[Any], wanted: frozenset[tuple[str, str]] | set[tuple[str, str]]
) -> _Match:
    if not concepts:
        return _Match.YES
    codings = [
        coding
        for concept in concepts
        if isinstance(concept, dict)
        for coding in as_list(concept.get("coding"))
    ]
    # A concept in words only may mean anything.
    return _codings(codings, wanted) if codings else _Match.UNCLEAR


def _codings(
    codings: list[Any], wanted: frozenset[tuple[str, str]] | set[tuple[str, str]]
) -> _Match:
    if not codings:
        return _Match.YES
    written = {
        (coding.get("system"), coding.get("code"))
        for coding in codings
        if isinstance(coding, dict)
    }
    if written & wanted:
        return _Match.YES
    known = {system for system, _ in wanted} | {LOINC, IHE_TRANSACTION}
    return _Match.NO if all(s in known for s, _ in written) else _Match.UNCLEAR


def _is_privacy(consent: Resource) -> bool:
    """Whether it is about disclosure; treatment, research and directives are not.

    A consent without a readable scope is kept: it may be a denial.
    """
    scope = consent.get("scope")
    codings = as_list(scope.get("coding")) if isinstance(scope, dict) else []
    named = [
        coding.get("code")
        for coding in codings
        if isinstance(coding, dict) and coding.get("system") == CONSENT_SCOPE
    ]
    return not named or "patient-privacy" in named


def _policy_rule(consent: Resource) -> str | None:
    """Read the base rule where it stands as OPTIN or OPTOUT."""
    policy = consent.get("policyRule")
    for coding in as_list(policy.get("coding")) if isinstance(policy, dict) else []:
        if isinstance(coding, dict) and coding.get("system") == ACT_CODE:
            if coding.get("code") == "OPTIN":
                return "permit"
            if coding.get("code") == "OPTOUT":
                return "deny"
    return None
