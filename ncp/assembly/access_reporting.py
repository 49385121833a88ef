"""A patient's report of accesses, read from a store and written in a form.

Spec: GDPR Art. 15 / sheet 06 §5.6 (18), §6.2.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from ncp.accesses.access import Access
from ncp.accesses.audit_event import Node
from ncp.accesses.reading import AccessReader
from ncp.accesses.report import (
    LANGUAGES,
    AccessReport,
    Period,
    ask,
    report_bundle,
    report_pdf,
)
from ncp.assembly.access_telling import countries_of, node_of
from ncp.audit import TermKind
from ncp.audit.term import Term
from ncp.errors import ConfigurationError
from ncp.ports import RandomIds
from ncp.settings import Settings
from ncp.store import Store
from trust.identifiers import PatientId

_Write = Callable[[AccessReport, Node, str], bytes]


@dataclass(frozen=True, slots=True)
class Ordered:
    """Which report is asked for.

    Raises
    ------
    ConfigurationError
        There is no such form or language.
    """

    patient: PatientId = field(repr=False)
    form: str = "pdf"
    language: str = "fr"
    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse what could not be written before anything is looked at."""
        if self.form not in _FORMS:
            raise ConfigurationError(
                "There is no such form of a report.", f"One of {', '.join(_FORMS)}."
            )
        if self.language not in LANGUAGES:
            raise ConfigurationError(
                "The report has no words in this language.",
                f"One of {', '.join(LANGUAGES)}.",
            )

    @property
    def question(self) -> str:
        """What the record of the look says; the patient stands beside it."""
        return f"report {self.since or ''} {self.until or ''}".rstrip()

    @property
    def terms(self) -> tuple[Term, ...]:
        """By what the look is found again."""
        return ((TermKind.PATIENT, self.patient.cx),)


def read_report(
    store: Store, settings: Settings, ordered: Ordered, now: datetime
) -> AccessReport:
    """Read who had access before ``now``, the moment before the look was recorded."""
    period = Period(ordered.since, min(ordered.until or now, now))
    reader = AccessReader(store, countries_of(settings))
    accesses = ask(store, reader, ordered.patient, period)
    stated = settings.accesses
    organisation = settings.gateway.organization
    return AccessReport(
        patient=ordered.patient,
        period=period,
        made_at=now,
        organisation=organisation,
        contact=stated.contact or organisation,
        zone=_zone(stated.time_zone),
        accesses=_told(accesses, names_persons=stated.name_professionals),
    )


def written(report: AccessReport, settings: Settings, ordered: Ordered) -> bytes:
    """Write a report in the form and language that were ordered."""
    return _FORMS[ordered.form](report, node_of(settings), ordered.language)


def _told(accesses: tuple[Access, ...], *, names_persons: bool) -> tuple[Access, ...]:
    return accesses if names_persons else tuple(a.without_person() for a in accesses)


def _pdf(report: AccessReport, _node: Node, language: str) -> bytes:
    return report_pdf(report, language)


def _fhir(report: AccessReport, node: Node, _language: str) -> bytes:
    bundle = report_bundle(report, node, RandomIds().uuid())
    return (json.dumps(bundle, indent=1, ensure_ascii=False) + "\n").encode()


_FORMS: Final[dict[str, _Write]] = {"pdf": _pdf, "fhir": _fhir}


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except LookupError:
        raise ConfigurationError(
            f"This machine does not know the time zone {name}.",
            "Install the package tzdata, or set accesses.time_zone.",
        ) from None
