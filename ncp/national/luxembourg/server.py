"""A FHIR server with Luxembourg's profiles, to the adapter that knows MPD.

The headers of a patient's prescriptions are searched once for all lines, and what they
say is handed down. A header that names no line is none of ours: laboratory
prescriptions are CarePlans too.

Spec: simplifier.net/eprescriptionlux / HL7 FHIR R4 CarePlan (search by patient).
Assumption: see :mod:`ncp.national.luxembourg.profiles`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from ncp.national.fhir_client import FhirClient
from ncp.national.fhir_document import is_about
from ncp.national.fhir_fetch import private_of
from ncp.national.fhir_json import Resource
from ncp.national.luxembourg.dispensations import dispensation_from_mpd
from ncp.national.luxembourg.prescriptions import activities, prescription_to_mpd
from ncp.national.luxembourg.profiles import HeaderForm, LuxembourgProfiles
from ncp.national.ports import PatientRecord

HEADER_WARNING: Final = "national.luxembourg.header"
_HEADER: Final = "CarePlan"
_LINE: Final = "MedicationRequest"


class LuxembourgServer:
    """Completes the lines that are read; shapes the dispensations that are written.

    Parameters
    ----------
    warn
        Told the rule of each remark; never an identifier, never a value.
    """

    def __init__(
        self,
        client: FhirClient,
        profiles: LuxembourgProfiles,
        warn: Callable[[str], None],
    ) -> None:
        self._client = client
        self._profiles = profiles
        self._warn = warn

    def headed(
        self, patient: PatientRecord, lines: Sequence[Resource]
    ) -> tuple[list[Resource], list[Resource]]:
        """Return the lines with what their headers say, and the headers that say it."""
        headers = self._headers(patient, lines)
        if not headers:
            return list(lines), []
        bundle = {"entry": [{"resource": each} for each in (*lines, *headers)]}
        reshaped = prescription_to_mpd(bundle, self._profiles)
        for rule in dict.fromkeys(remark.rule for remark in reshaped.remarks):
            self._warn(f"{HEADER_WARNING}: {rule}")
        made = [entry["resource"] for entry in reshaped.bundle["entry"]]
        return made[: len(lines)], headers

    def dispense_line(self, dispense: Resource) -> Resource:
        """Return a dispensation as the profile of a line has it."""
        bundle = {"entry": [{"resource": dispense}]}
        made = dispensation_from_mpd(bundle, self._profiles).bundle
        line: Resource = made["entry"][0]["resource"]
        return line

    def _headers(
        self, patient: PatientRecord, lines: Sequence[Resource]
    ) -> list[Resource]:
        if self._profiles.header is HeaderForm.NONE:
            return []
        ours = {f"{_LINE}/{each['id']}" for each in lines}
        base = f"{self._client.base.url}/"
        found = self._client.search(
            _HEADER, [("patient", patient.source)], private=private_of(patient)
        )
        return [
            each
            for each in {str(one["id"]): one for one in found}.values()
            if is_about(each, patient, self._client.base.url)
            and not ours.isdisjoint(
                name.removeprefix(base).partition("/_history/")[0]
                for name in activities(each)
            )
        ]
