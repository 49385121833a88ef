"""``ncp prescriptions``: which cross the border, and by which rules others do not.

What is printed names products and rules; it is for an operator who may know them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from ncp.assembly.dispensing import crossing_policy
from ncp.cli.log_proving import Told
from ncp.country_a.prescriptions import CROSSING, Judged, OfferedPrescriptions
from ncp.errors import ConfigurationError
from ncp.national.build import National, build_national
from ncp.national.configuration import national_configuration
from ncp.national.ports import DocumentKind, PatientRecord
from ncp.ports import SystemClock
from ncp.settings import load_settings
from ncp.settings.model import Settings
from trust.identifiers import CountryCode, IdentifierError, Oid, PatientId


def rules(settings_file: Path, *, as_json: bool) -> str:
    """Print the table of rules, as the settings have it."""
    permitted = set(load_settings(settings_file).prescriptions.permitted)
    rows = [
        {
            "rule": each.rule.value,
            "reason": each.reason,
            "source": each.source,
            "setting": each.setting,
            "holds": each.rule.value not in permitted,
        }
        for each in CROSSING
    ]
    if as_json:
        return json.dumps(rows, indent=1, ensure_ascii=False)
    return "\n".join(
        f"{row['rule']:20} {'' if row['holds'] else '(switched off) '}{row['reason']}\n"
        f"{'':20} source: {row['source']}"
        + (f"\n{'':20} setting: {row['setting']}" if row["setting"] else "")
        for row in rows
    )


def explained(
    settings_file: Path,
    patient: str,
    country: str | None,
    moment: datetime | None,
    *,
    as_json: bool,
) -> Told:
    """Judge every prescription of a patient."""
    settings = load_settings(settings_file)
    national = _national(settings)
    record = _the_patient(national, patient)
    offered = OfferedPrescriptions(
        national.prescriptions, crossing_policy(settings.prescriptions)
    )
    judged = offered.judged(
        record,
        moment or SystemClock().now(),
        has_consent=_consent(national, record, country),
    )
    text = _as_json(judged) if as_json else _as_text(judged)
    return Told(text, any(each.verdict.crosses for each in judged))


def _national(settings: Settings) -> National:
    if settings.national is None:
        raise ConfigurationError(
            "there is no national infrastructure in the settings",
            "Prescriptions are those of role A: add a [national] section.",
        )
    return build_national(national_configuration(settings.national), SystemClock())


def _the_patient(national: National, written: str) -> PatientRecord:
    root, _, extension = written.partition("^")
    try:
        found = national.patients.find([PatientId(Oid.parse(root), extension)])
    except IdentifierError:
        raise ConfigurationError(
            "this is no identifier of a patient", "Write it as OID^identifier."
        ) from None
    if len(found) != 1:
        raise ConfigurationError(
            f"{len(found)} patients bear this identifier", "Exactly one must."
        )
    return found[0]


def _consent(
    national: National, patient: PatientRecord, country: str | None
) -> bool | None:
    if country is None:
        return None
    answer = national.consents.consent(
        patient,
        country=CountryCode(country),
        service=DocumentKind.PRESCRIPTION,
        purpose="TREATMENT",
    )
    return answer.is_given


def _as_text(judged: Sequence[Judged]) -> str:
    lines = []
    for each in judged:
        lines.append(f"{_fate(each):8} {each.prescription.product.name}")
        lines += [
            f"{'':8}   {broken.rule}: {broken.reason}" for broken in each.verdict.broken
        ]
    return "\n".join(lines) or "The patient has no prescription."


def _as_json(judged: Sequence[Judged]) -> str:
    rows: list[dict[str, Any]] = [
        {
            "product": each.prescription.product.name,
            "fate": _fate(each),
            "rules": [
                {"rule": broken.rule.value, "reason": broken.reason}
                for broken in each.verdict.broken
            ],
        }
        for each in judged
    ]
    return json.dumps(rows, indent=1, ensure_ascii=False)


def _fate(judged: Judged) -> str:
    if judged.verdict.crosses:
        return "crosses"
    return "closed" if judged.is_listed else "stays"
