"""Chooses and builds the national adapter from the settings.

The composition root calls :func:`build_national` once; what it returns is shared by all
requests and safe to use from several threads.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ncp.national.access_log import NationalAccessLog
from ncp.national.dispensing import NationalRegister
from ncp.national.fhir_access_log import FhirAccessLog
from ncp.national.fhir_client import FhirClient
from ncp.national.fhir_consent import ConsentDefault, FhirConsentRegister
from ncp.national.fhir_prescriptions import FhirPrescriptionSource
from ncp.national.fhir_register import FhirDispensationRegister
from ncp.national.fhir_server import FhirDocumentSource, FhirPatientIndex
from ncp.national.http_line import ClientLimits, Line
from ncp.national.luxembourg.matricule import MatriculeRule, find_fault
from ncp.national.luxembourg.oids import MATRICULE
from ncp.national.luxembourg.profiles import LuxembourgProfiles
from ncp.national.luxembourg.server import LuxembourgServer
from ncp.national.ports import (
    ConsentRegister,
    DocumentSource,
    PatientIndex,
    PatientRecord,
)
from ncp.national.prescriptions import PrescriptionSource
from ncp.national.server_base import ServerBase
from ncp.ports import Clock
from trust.identifiers import Oid, PatientId

_log = logging.getLogger(__name__)

MATRICULE_WARNING: Final = "national.matricule.invalid"


@dataclass(frozen=True, slots=True)
class NationalConfiguration:
    """What the settings say about the national side.

    Attributes
    ----------
    patient_root
        The authority whose identifier is used across the border where a patient has
        several; None to use the one that was asked for.
    matricule
        What happens to a Luxembourg matricule with wrong check digits.
    summary_fallback
        Whether ``$summary`` is asked where a patient has no DocumentReference.
    luxembourg
        How prescriptions are written there, where the server speaks its profiles.
    """

    base_url: str
    patient_root: Oid | None = None
    matricule: MatriculeRule = MatriculeRule.OFF
    consent_default: ConsentDefault = ConsentDefault.DENY
    summary_fallback: bool = False
    token: str | None = field(default=None, repr=False)
    tls_authorities: tuple[Path, ...] = ()
    limits: ClientLimits = field(default_factory=ClientLimits)
    luxembourg: LuxembourgProfiles | None = None


@dataclass(frozen=True, slots=True)
class National:
    """The ports of the national side, ready to use."""

    patients: PatientIndex
    documents: DocumentSource
    consents: ConsentRegister
    prescriptions: PrescriptionSource
    register: NationalRegister
    access_log: NationalAccessLog


def build_national(
    configuration: NationalConfiguration,
    clock: Clock,
    *,
    warn: Callable[[str], None] = _log.warning,
    line: Line | None = None,
) -> National:
    """Build the ports over a FHIR R4 server; ``line`` takes the place of a real one.

    Raises
    ------
    ConfigurationError
        The base URL is not usable.
    """
    client = FhirClient(
        ServerBase.parse(configuration.base_url),
        limits=configuration.limits,
        token=configuration.token,
        tls_authorities=configuration.tls_authorities,
        line=line,
    )
    index = FhirPatientIndex(client, preferred=configuration.patient_root)
    prescriptions, register = _prescribing(client, configuration, warn)
    return National(
        patients=MatriculeCheck(index, configuration.matricule, warn),
        documents=FhirDocumentSource(
            client, summary_fallback=configuration.summary_fallback
        ),
        consents=FhirConsentRegister(
            client, clock, default=configuration.consent_default
        ),
        prescriptions=prescriptions,
        register=register,
        access_log=FhirAccessLog(client),
    )


def _prescribing(
    client: FhirClient,
    configuration: NationalConfiguration,
    warn: Callable[[str], None],
) -> tuple[PrescriptionSource, NationalRegister]:
    if configuration.luxembourg is None:
        return FhirPrescriptionSource(client), FhirDispensationRegister(client)
    server = LuxembourgServer(client, configuration.luxembourg, warn)
    return (
        FhirPrescriptionSource(client, server),
        FhirDispensationRegister(client, server.dispense_line),
    )


class MatriculeCheck:
    """A patient index that first looks at the check digits of a matricule.

    Identifiers of other authorities pass untouched.
    """

    def __init__(
        self, index: PatientIndex, rule: MatriculeRule, warn: Callable[[str], None]
    ) -> None:
        self._index = index
        self._rule = rule
        self._warn = warn

    def find(
        self,
        ids: Sequence[PatientId],
        *,
        family: Sequence[str] = (),
        given: Sequence[str] = (),
        birth_date: str | None = None,
        gender: str | None = None,
    ) -> Sequence[PatientRecord]:
        """Find people; a number the rule refuses is nobody's."""
        return self._index.find(
            [item for item in ids if self._is_searched(item)],
            family=family,
            given=given,
            birth_date=birth_date,
            gender=gender,
        )

    def find_by_demographics(
        self,
        *,
        family: Sequence[str],
        given: Sequence[str],
        birth_date: str,
        gender: str | None = None,
    ) -> Sequence[PatientRecord]:
        """Find people without any number to look at."""
        return self._index.find_by_demographics(
            family=family, given=given, birth_date=birth_date, gender=gender
        )

    def _is_searched(self, identifier: PatientId) -> bool:
        if self._rule is MatriculeRule.OFF or identifier.root != MATRICULE:
            return True
        fault = find_fault(identifier.extension)
        if fault is None:
            return True
        self._warn(f"{MATRICULE_WARNING}: {fault.value}")
        return self._rule is MatriculeRule.WARN
