"""``ncp audit report``: who had access to one patient's data, for the patient.

Spec: GDPR Art. 15 / sheet 06 §5.6 (18), §6.2.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
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
from ncp.cli.audit_search import opened_to_look, patient_of
from ncp.errors import ConfigurationError
from ncp.ports import RandomIds, SystemClock
from ncp.private_file import open_private
from ncp.settings import load_settings

_APPLICATION: Final = "ncp audit report"
_Write = Callable[[AccessReport, Node, str], bytes]


@dataclass(frozen=True, slots=True)
class Ordered:
    """What the command line asks for; ``patient`` is ROOT^EXTENSION."""

    patient: str = field(repr=False)
    form: str = "pdf"
    language: str = "fr"
    since: datetime | None = None
    until: datetime | None = None


def write_report(settings_file: Path, ordered: Ordered, output: Path) -> int:
    """Write the report into a new private file; return how many accesses it tells.

    Raises
    ------
    ConfigurationError
        The patient, form or language is none of those there are, or the file exists.
    """
    write = _form(ordered.form)
    _require_language(ordered.language)
    report = read_report(settings_file, ordered)
    node = node_of(load_settings(settings_file))
    data = write(report, node, ordered.language)
    try:
        with open_private(output) as file:
            file.write(data)
    except OSError as error:
        raise ConfigurationError(
            f"{output} cannot be made: {error.strerror}.", "Name a new file."
        ) from None
    return len(report.accesses)


def read_report(settings_file: Path, ordered: Ordered) -> AccessReport:
    """Read who had access; the look itself is on record before anything is seen.

    Raises
    ------
    ConfigurationError
        The patient is not of its form, or the settings cannot be used.
    """
    settings = load_settings(settings_file)
    patient = patient_of(ordered.patient)
    # The look of this report itself is later than what it tells of.
    now = SystemClock().now()
    period = Period(ordered.since, min(ordered.until or now, now))
    question = f"report {ordered.since or ''} {ordered.until or ''}".rstrip()
    terms = ((TermKind.PATIENT, patient.cx),)
    with opened_to_look(settings, _APPLICATION, question, terms) as store:
        accesses = ask(
            store, AccessReader(store, countries_of(settings)), patient, period
        )
    stated = settings.accesses
    organisation = settings.gateway.organization
    return AccessReport(
        patient=patient,
        period=period,
        made_at=now,
        organisation=organisation,
        contact=stated.contact or organisation,
        zone=_zone(stated.time_zone),
        accesses=_told(accesses, names_persons=stated.name_professionals),
    )


def _told(accesses: tuple[Access, ...], *, names_persons: bool) -> tuple[Access, ...]:
    return accesses if names_persons else tuple(a.without_person() for a in accesses)


def _pdf(report: AccessReport, _node: Node, language: str) -> bytes:
    return report_pdf(report, language)


def _fhir(report: AccessReport, node: Node, _language: str) -> bytes:
    bundle = report_bundle(report, node, RandomIds().uuid())
    return (json.dumps(bundle, indent=1, ensure_ascii=False) + "\n").encode()


_FORMS: Final[dict[str, _Write]] = {"pdf": _pdf, "fhir": _fhir}


def _form(name: str) -> _Write:
    if name not in _FORMS:
        raise ConfigurationError(
            "There is no such form of a report.", f"One of {', '.join(_FORMS)}."
        )
    return _FORMS[name]


def _require_language(name: str) -> None:
    if name not in LANGUAGES:
        raise ConfigurationError(
            "The report has no words in this language.",
            f"One of {', '.join(LANGUAGES)}.",
        )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except LookupError:
        raise ConfigurationError(
            f"This machine does not know the time zone {name}.",
            "Install the package tzdata, or set accesses.time_zone.",
        ) from None
