"""What is claimed in a request for an assertion: of a treatment, or a next of kin.

A claim that is missing, repeated or not of its form is refused; a blank one says
nothing.

Spec: WS-Trust 1.3 §4.1.
Seen: OpenNCP 9 TRC-STS: its own parameter elements, the first of several patient ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Final, TypeAlias

from lxml import etree

from ncp.errors import ProtocolError, Refusal
from ncp.ihe import namespaces as ns
from ncp.ihe.nodes import element, local
from ncp.ihe.nodes import text as text_of
from trust.assertions import NextOfKin, PurposeOfUse
from trust.assertions.birth_dates import parse_birth_date
from trust.identifiers import IdentifierError, PatientId
from trust.sts import TreatmentClaims
from trust.xml import Element

LONGEST_CLAIM: Final = 256

Claims: TypeAlias = TreatmentClaims | NextOfKin


def _trc(name: str) -> str:
    return f"{{{ns.TRC_PARAMETERS}}}{name}"


def _nok(name: str) -> str:
    return f"{{{ns.NOK_PARAMETERS}}}{name}"


_NOK_NAMES: Final[Mapping[str, str]] = {
    "id": "NextOfKinId",
    "family_name": "NextOfKinFamilyName",
    "first_name": "NextOfKinFirstName",
    "gender": "NextOfKinGender",
    "birth_date": "NextOfKinBirthDate",
    "street": "NextOfKinAddressStreet",
    "city": "NextOfKinAddressCity",
    "postal_code": "NextOfKinPostalCode",
    "country": "NextOfKinAddressCountry",
}
_TRC_NAMES: Final = (
    "PurposeOfUse",
    "PatientId",
    "DispensationPinCode",
    "PrescriptionId",
)


def read_claims(parts: Iterable[etree._Element]) -> Claims:
    """Read the claims among the parts of a request.

    Raises
    ------
    ProtocolError
        They do not stand exactly once, or one is missing, repeated or not of its form.
    """
    found = [each for each in parts if each.tag in CLAIMS]
    if len(found) != 1:
        raise _invalid("TRCParameters or NoKParameters must stand once")
    return CLAIMS[str(found[0].tag)](found[0])


def write_claims(claims: Claims) -> Element:
    """Write claims in the parameter elements of OpenNCP."""
    if isinstance(claims, TreatmentClaims):
        purpose = claims.purpose_of_use
        values = (
            None if purpose is None else purpose.value,
            claims.patient.cx,
            claims.dispensation_pin,
            claims.prescription_id,
        )
        named = zip(map(_trc, _TRC_NAMES), values, strict=True)
        return _parameters(_trc("TRCParameters"), named)
    born = claims.birth_date
    texts = {
        "birth_date": None if born is None else f"{born:%d-%m-%Y}",
        **{key: getattr(claims, key) for key in _NOK_NAMES if key != "birth_date"},
    }
    ordered = ((_nok(name), texts[key]) for key, name in _NOK_NAMES.items())
    return _parameters(_nok("NoKParameters"), ordered)


def only_these(parts: Iterable[etree._Element], allowed: set[str]) -> None:
    """Check that there is nothing but these, and nothing twice.

    Raises
    ------
    ProtocolError
        ``ISSUE_UNSUPPORTED``: an answer without regard to it would deceive.
    """
    seen = set()
    for part in parts:
        if part.tag not in allowed:
            raise unsupported(
                f"<{local(part)}> is not served: the assertion would be issued "
                "without regard to it"
            )
        if part.tag in seen:
            raise unsupported(f"<{local(part)}> stands more than once")
        seen.add(part.tag)


def unsupported(sentence: str) -> ProtocolError:
    """Return the refusal of a request for what is not issued here."""
    return ProtocolError(Refusal.ISSUE_UNSUPPORTED, sentence)


def _read_treatment(parameters: etree._Element) -> TreatmentClaims:
    told = _texts(parameters, {_trc(name): name for name in _TRC_NAMES})
    patient = told.get("PatientId")
    if patient is None:
        raise _invalid("there is no PatientId")
    return TreatmentClaims(
        _patient(patient),
        _purpose_of_use(told.get("PurposeOfUse")),
        prescription_id=told.get("PrescriptionId"),
        dispensation_pin=told.get("DispensationPinCode"),
    )


def _read_next_of_kin(parameters: etree._Element) -> NextOfKin:
    told = _texts(parameters, {_nok(name): key for key, name in _NOK_NAMES.items()})
    identifier = told.pop("id", None)
    if identifier is None:
        raise _invalid("there is no NextOfKinId, which the assertion cannot do without")
    born = told.pop("birth_date", None)
    birth_date = None if born is None else _birth_date(born)
    return NextOfKin(identifier, birth_date=birth_date, **told)


def _texts(parameters: etree._Element, names: Mapping[str, str]) -> dict[str, str]:
    """Return what is there and not blank; a blank element says nothing."""
    parts = list(parameters.iterchildren("*"))
    only_these(parts, set(names))
    told = {names[str(part.tag)]: _leaf(part) for part in parts}
    return {name: value for name, value in told.items() if value is not None}


def _leaf(part: etree._Element) -> str | None:
    if len(part):
        raise _invalid(f"<{local(part)}> holds elements instead of a value")
    value = text_of(part)
    if value is not None and len(value) > LONGEST_CLAIM:
        raise _invalid(f"<{local(part)}> is longer than {LONGEST_CLAIM} characters")
    return value


def _patient(value: str) -> PatientId:
    try:
        return PatientId.from_cx(value)
    except IdentifierError:
        raise _invalid("the PatientId is not of the form ext^^^&root&ISO") from None


def _purpose_of_use(value: str | None) -> PurposeOfUse | None:
    try:
        return None if value is None else PurposeOfUse(value)
    except ValueError:
        raise _invalid("the PurposeOfUse is neither TREATMENT nor EMERGENCY") from None


def _birth_date(value: str) -> date:
    for read in (_day_first, parse_birth_date):
        try:
            return read(value)
        except ValueError:
            continue
    raise _invalid("the NextOfKinBirthDate is no date of the form dd-MM-yyyy")


def _day_first(value: str) -> date:
    day, month, year = value.split("-")
    if (len(day), len(month), len(year)) != (2, 2, 4):
        raise ValueError("not a date of the form dd-MM-yyyy")
    return date(int(year), int(month), int(day))


CLAIMS: Final[Mapping[str, Callable[[etree._Element], Claims]]] = {
    _trc("TRCParameters"): _read_treatment,
    _nok("NoKParameters"): _read_next_of_kin,
}
"""The elements that hold claims, and how each is read."""


def _parameters(tag: str, values: Iterable[tuple[str, str | None]]) -> Element:
    return element(
        tag, *(element(name, value) for name, value in values if value is not None)
    )


def _invalid(sentence: str) -> ProtocolError:
    return ProtocolError(Refusal.ISSUE_CLAIMS_INVALID, sentence)
