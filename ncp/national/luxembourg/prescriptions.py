"""Luxembourg's prescriptions in the shape of HL7 Europe MPD, and back.

The lines are MedicationRequests already. What MPD demands of a line and Luxembourg says
once for all lines (number, date, prescriber, patient) comes from the header, where the
settings say that there is one. The header stays in the Bundle, so that a translation
accounts for whatever else it says.

Spec: simplifier.net/eprescriptionlux / HL7 Europe MPD (R4) MedicationRequest,
Medication: ``groupIdentifier`` is the number of a prescription of several items.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator

from ncp.national.fhir_json import as_list
from ncp.national.luxembourg.oids import DISPENSABLE_MEDICATION
from ncp.national.luxembourg.profiles import (
    PRESCRIPTION_HEADER,
    PRESCRIPTION_LINE,
    HeaderForm,
    Json,
    LuxembourgProfiles,
    Remark,
    Reshaped,
    claim,
    resources_of,
)

_MPD = "http://hl7.eu/fhir/mpd/StructureDefinition"
_REQUEST = f"{_MPD}/MedicationRequest-eu-mpd"
_MEDICATION = f"{_MPD}/Medication-eu-mpd"
# What a line has of its header: element of the line, element of the header.
_INHERITED = (
    ("authoredOn", "created"),
    ("requester", "author"),
    ("subject", "subject"),
)
# What becomes of the lines of a header that holds no more.
_WITHDRAWN = {"revoked": "stopped", "entered-in-error": "entered-in-error"}
_OPEN = frozenset({"active", "on-hold", "draft", "unknown"})


def prescription_to_mpd(bundle: Json, profiles: LuxembourgProfiles) -> Reshaped:
    """Bring a prescription of Luxembourg to the shape of MPD.

    The Bundle that is given stays as it is.
    """
    made = copy.deepcopy(bundle)
    remarks: list[Remark] = []
    headers = list(resources_of(made, "CarePlan"))
    for place, header in headers:
        if profiles.header is HeaderForm.NONE:
            remarks.append(_unread(place))
        else:
            remarks += _hand_down(header, made)
    if profiles.header is not HeaderForm.NONE:
        remarks += _withdraw([header for _, header in headers], made)
    for _, line in resources_of(made, "MedicationRequest"):
        claim(line, _REQUEST)
    for _, medicine in resources_of(made, "Medication"):
        claim(medicine, _MEDICATION)
        name_product(medicine)
    return Reshaped(made, tuple(remarks))


def _unread(place: str) -> Remark:
    return Remark(
        "prescription-header-not-read",
        place,
        "the header of the prescription is not read: its profile is not published; "
        "set `national.luxembourg.header` where the form is known",
    )


def _hand_down(header: Json, bundle: Json) -> Iterator[Remark]:
    """Give each line of a header what it says for all of them.

    What a line says itself stays; where the header says something else, that is told.
    """
    identifiers = as_list(header.get("identifier"))
    for place, line in _lines_of(header, bundle):
        if identifiers and "groupIdentifier" not in line:
            line["groupIdentifier"] = copy.deepcopy(identifiers[0])
        for name, inherited in _INHERITED:
            value = header.get(inherited)
            if value is None or line.get(name) == value:
                continue
            if name in line:
                yield Remark(
                    "line-differs-from-header",
                    f"{place}.{name}",
                    "the line says something else than the header of its prescription; "
                    "the line is followed",
                )
            else:
                line[name] = _inherit(value, header, line)


def _withdraw(headers: list[Json], bundle: Json) -> Iterator[Remark]:
    """Let open lines of which no header holds any more hold no more."""
    above: dict[str, list[str]] = {}
    for header in headers:
        for place, _ in _lines_of(header, bundle):
            above.setdefault(place, []).append(str(header.get("status")))
    for place, line in resources_of(bundle, "MedicationRequest"):
        statuses = above.get(place, [""])
        if line.get("status") in _OPEN and all(one in _WITHDRAWN for one in statuses):
            line["status"] = _WITHDRAWN[statuses[0]]
            yield Remark(
                "header-withdrawn",
                f"{place}.status",
                "the header of its prescription holds no more, so the line does not",
            )


def _inherit(value: object, header: Json, line: Json) -> object:
    """Copy a value of a header; what it names inside the header comes with it."""
    copied = copy.deepcopy(value)
    if not isinstance(copied, dict) or not str(copied.get("reference")).startswith("#"):
        return copied
    inside = [one for one in as_list(header.get("contained")) if "id" in one]
    inside = copy.deepcopy(inside)
    new = {f"#{one['id']}": f"#header-{one['id']}" for one in inside}
    for one in inside:
        one["id"] = f"header-{one['id']}"
    _rename([copied, inside], new)
    own = as_list(line.get("contained"))
    names = {one.get("id") for one in own}
    line["contained"] = [*own, *(one for one in inside if one["id"] not in names)]
    return copied


def _lines_of(header: Json, bundle: Json) -> Iterator[tuple[str, Json]]:
    """Yield the lines that a header names; all there are where it names none."""
    references = list(activities(header))
    named = {
        reference.partition("/_history/")[0].rpartition("/")[2]
        for reference in references
        if "/" not in reference or "MedicationRequest/" in reference
    }
    for place, line in resources_of(bundle, "MedicationRequest"):
        ids = {line.get("id"), _url_of(place, bundle)}
        if not references or ids & named:
            yield place, line


def activities(header: Json) -> Iterator[str]:
    """Yield what a header names as its lines, of whatever type."""
    for activity in as_list(header.get("activity")):
        named = activity.get("reference") if isinstance(activity, dict) else None
        reference = named.get("reference") if isinstance(named, dict) else None
        if isinstance(reference, str):
            yield reference


def _url_of(place: str, bundle: Json) -> str:
    index = int(place.partition("[")[2].partition("]")[0])
    url = bundle["entry"][index].get("fullUrl", "")
    return str(url).rpartition("/")[2]


def product_code(medicine: Json) -> str | None:
    """Return the code of a product among those that Luxembourg dispenses."""
    for coding in medicine.get("code", {}).get("coding") or ():
        if coding.get("system") == DISPENSABLE_MEDICATION.urn and coding.get("code"):
            return str(coding["code"])
    return None


def name_product(medicine: Json) -> None:
    """Let the code of a product be its first identifier too, as the profile wants."""
    code = product_code(medicine)
    if code is None:
        return
    identifier = {"system": DISPENSABLE_MEDICATION.urn, "value": code}
    others = [one for one in medicine.get("identifier") or () if one != identifier]
    medicine["identifier"] = [identifier, *others]


def prescription_from_mpd(bundle: Json, profiles: LuxembourgProfiles) -> Reshaped:
    """Bring a prescription of MPD to the profiles of Luxembourg.

    Ids are the server's to give, so lines go without; references between resources
    of the Bundle go by ``fullUrl``.
    """
    made = copy.deepcopy(bundle)
    for _, line in resources_of(made, "MedicationRequest"):
        claim(line, profiles.url(PRESCRIPTION_LINE))
    for _, medicine in resources_of(made, "Medication"):
        claim(medicine)
        name_product(medicine)
    if profiles.header is HeaderForm.CARE_PLAN:
        _add_header(made, profiles)
    refer_by_url(made)
    for _, line in resources_of(made, "MedicationRequest", "CarePlan"):
        line.pop("id", None)
    return Reshaped(made)


def _add_header(bundle: Json, profiles: LuxembourgProfiles) -> None:
    """Add the header that holds the lines together, unless one is there."""
    lines = [
        (entry["fullUrl"], entry["resource"])
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == "MedicationRequest"
    ]
    headers = [header for _, header in resources_of(bundle, "CarePlan")]
    for header in headers:
        claim(header, profiles.url(PRESCRIPTION_HEADER))
    if headers or not lines:
        return
    first = lines[0][1]
    header = {
        "resourceType": "CarePlan",
        "meta": {"profile": [profiles.url(PRESCRIPTION_HEADER)]},
        "status": "active",
        "intent": "order",
        "activity": [{"reference": {"reference": url}} for url, _ in lines],
    }
    if "groupIdentifier" in first:
        header["identifier"] = [copy.deepcopy(first["groupIdentifier"])]
    for name, inherited in _INHERITED:
        if name in first:
            header[inherited] = copy.deepcopy(first[name])
    url = f"{lines[0][0]}-header"
    bundle["entry"].insert(0, {"fullUrl": url, "resource": header})


def refer_by_url(bundle: Json) -> None:
    """Let every reference to a resource of the Bundle name its ``fullUrl``."""
    urls = {
        f"{entry['resource']['resourceType']}/{entry['resource']['id']}": entry[
            "fullUrl"
        ]
        for entry in bundle.get("entry") or ()
        if "id" in entry.get("resource", {}) and "fullUrl" in entry
    }
    _rename(bundle.get("entry") or [], urls)


def _rename(value: object, urls: dict[str, str]) -> None:
    if isinstance(value, dict):
        name = value.get("reference")
        if isinstance(name, str) and name in urls:
            value["reference"] = urls[name]
        for child in value.values():
            _rename(child, urls)
    elif isinstance(value, list):
        for child in value:
            _rename(child, urls)
