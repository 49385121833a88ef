"""What a portal fetches for a patient at the operations door: who had access."""

from __future__ import annotations

from ncp.assembly.access_reporting import Ordered, read_report, written
from ncp.audit_retrieval import Looker, record_look
from ncp.ports import Clock
from ncp.settings import Settings
from ncp.store import Store
from ncp.web.access_routes import AskedReport
from trust.identifiers import Oid, PatientId


class StoreAccessDesk:
    """Writes reports from the store; every look is on record first."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings

    def report(self, asked: AskedReport, operator: str, address: str | None) -> bytes:
        """Record the look, and return the report in the form asked for.

        Raises
        ------
        IdentifierError
            The patient is not of its form; nothing was looked at.
        StoreUnavailable
            The look could not be recorded.
        """
        patient = PatientId(Oid.parse(asked.patient.root), asked.patient.extension)
        ordered = Ordered(patient, asked.form, asked.language, asked.since, asked.until)
        # The look of this report itself is later than what it tells of.
        now = self._clock.now()
        settings = self._settings
        looker = Looker.at_door(operator, address, settings.gateway.audit_source)
        record_look(self._store, self._clock, looker, ordered.question, ordered.terms)
        report = read_report(self._store, settings, ordered, now)
        return written(report, settings, ordered)
