"""``ncp audit search|show|export``: who did what; every look is itself recorded.

Spec: sheet 06 §2.7 / DICOM PS3.15 A.5.3.2 (Audit Log Used).
"""

from __future__ import annotations

import getpass
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from ncp.audit import Term, TermKind
from ncp.audit.fhir import to_fhir
from ncp.audit.forms import AuditForm, in_form
from ncp.audit.names import EVENT_NAMES, known_names
from ncp.audit_retrieval import Looker, record_look
from ncp.cli.auditing import audit_line
from ncp.cli.recording_store import recording_store
from ncp.errors import ConfigurationError
from ncp.ports import SystemClock
from ncp.private_file import write_private
from ncp.settings import Settings, load_settings
from ncp.store import (
    AuditQuery,
    AuditTrailEntry,
    Store,
)
from trust.identifiers import IdentifierError, Oid, PatientId

FHIR: Final = "fhir"
FORMS: Final = (AuditForm.DICOM.value, AuditForm.RFC_3881.value, FHIR)
_APPLICATION: Final = "ncp audit"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for, word by word; empty where nothing is said."""

    patient: str = ""
    person: str = ""
    organisation: str = ""
    document: str = ""
    message: str = ""
    event: str = ""
    since: datetime | None = None
    until: datetime | None = None
    failed: bool = False

    def query(self) -> AuditQuery:
        """Return it as a query of the store.

        Raises
        ------
        ConfigurationError
            The patient is not of its form, or there is no event of this name.
        """
        if self.event and self.event not in EVENT_NAMES:
            raise ConfigurationError(
                f"--event: no event is called {self.event[:40]!r}.",
                f"They are called {known_names()}.",
            )
        return AuditQuery(
            terms=tuple(self._terms()),
            since=self.since,
            until=self.until,
            event=self.event or None,
            outcomes=(4, 8, 12) if self.failed else (),
        )

    def _terms(self) -> Iterator[Term]:
        if self.patient:
            yield TermKind.PATIENT, patient_of(self.patient).cx
        for kind, value in (
            (TermKind.PERSON, self.person),
            (TermKind.ORGANISATION, self.organisation),
            (TermKind.DOCUMENT, self.document),
            (TermKind.MESSAGE, self.message),
        ):
            if value:
                yield kind, value

    def told(self) -> str:
        """Say what was asked, for the record."""
        stated = {name: str(value) for name, value in asdict(self).items() if value}
        return json.dumps(stated, sort_keys=True)


def search_lines(settings_file: Path, wanted: Wanted) -> Iterator[str]:
    """Give one line for each event that fits, oldest first."""
    query = wanted.query()
    with _looking(settings_file, f"search {wanted.told()}", query.terms) as store:
        for entry in store.search_audit(query):
            yield audit_line(entry)


def show(settings_file: Path, which: str, form: str) -> str:
    """Return one event, whole, with the patient's data.

    Parameters
    ----------
    which
        Its number in the list, or its reference in a report of accesses.

    Raises
    ------
    ConfigurationError
        There is none of this name.
    """
    with _looking(settings_file, f"show {which}", ()) as store:
        return _written(_entry(store, which), form).decode()


def export(settings_file: Path, wanted: Wanted, form: str, folder: Path) -> int:
    """Write what fits into a new folder, one file for each event; return how many.

    ``manifest.json`` names each file with its SHA-256, in the order of the records.

    Raises
    ------
    ConfigurationError
        The folder is there already, or cannot be made.
    """
    query = wanted.query()
    settings = load_settings(settings_file)
    _make_new(folder)
    manifest = []
    question = f"export {wanted.told()}"
    with opened_to_look(settings, _APPLICATION, question, query.terms) as store:
        for entry in store.search_audit(query):
            data = _written(entry, form)
            name = f"{entry.sequence:09}-{entry.event}.{_suffix(form)}"
            write_private(folder / name, data)
            manifest.append(
                {
                    "file": name,
                    "event": entry.event_id,
                    "recorded": entry.recorded_at.isoformat(),
                    "sha256": hashlib.sha256(data).hexdigest(),
                }
            )
    text = json.dumps({"form": form, "events": manifest}, indent=1)
    write_private(folder / "manifest.json", text.encode())
    return len(manifest)


def _make_new(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise ConfigurationError(
            f"{folder} cannot be made: {error.strerror}.", "Name a new folder."
        ) from None


@contextmanager
def _looking(
    settings_file: Path, question: str, terms: tuple[Term, ...]
) -> Iterator[Store]:
    settings = load_settings(settings_file)
    with opened_to_look(settings, _APPLICATION, question, terms) as store:
        yield store


@contextmanager
def opened_to_look(
    settings: Settings, application: str, question: str, terms: tuple[Term, ...] = ()
) -> Iterator[Store]:
    """Open the store for a command; the look is on record before anything is seen."""
    clock = SystemClock()
    with recording_store(settings, clock) as store:
        looker = Looker(getpass.getuser(), application, settings.gateway.audit_source)
        record_look(store, clock, looker, question, terms)
        yield store


def _entry(store: Store, which: str) -> AuditTrailEntry:
    entry = _by_number(store, int(which)) if which.isdecimal() else None
    with suppress(ValueError):
        entry = entry or store.audit_event(UUID(which).hex)
    if entry is None:
        raise ConfigurationError(
            f"There is no audit event {which[:40]}.",
            "`ncp audit list` has their numbers.",
        )
    return entry


def _by_number(store: Store, sequence: int) -> AuditTrailEntry | None:
    entry = next(store.audit_trail(sequence - 1), None)
    return None if entry is None or entry.sequence != sequence else entry


def _written(entry: AuditTrailEntry, form: str) -> bytes:
    if form == FHIR:
        resource = to_fhir(entry.dicom, entry.event_id)
        return json.dumps(resource, indent=2, ensure_ascii=False).encode()
    return in_form(entry.dicom, AuditForm(form))


def _suffix(form: str) -> str:
    return "json" if form == FHIR else "xml"


def patient_of(text: str) -> PatientId:
    """Read ``ROOT^EXTENSION``; raises ConfigurationError."""
    root, _, extension = text.partition("^")
    try:
        return PatientId(Oid.parse(root), extension)
    except IdentifierError as error:
        raise ConfigurationError(
            f"--patient: {error}.", "Write it as ROOT^EXTENSION: 1.3.182.4.4^12345."
        ) from None
