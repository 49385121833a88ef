"""Every event that a contact point has to record: what is written, on which side.

The events are those of eHDSI (OpenNCP's event types), of IHE ATNA and of DICOM PS3.16
CID 400 and 403. Each is a row, or is named with the reason why it does not occur here.
"""

from __future__ import annotations

from dataclasses import dataclass

QUERY, EXPORT, IMPORT, ALERT = "110112", "110106", "110107", "110113"


@dataclass(frozen=True)
class Row:
    """One event as it has to stand in the audit message.

    Attributes
    ----------
    key
        How its source calls it: an EHDSI number, or a DICOM event type.
    side
        A, B, or empty where the gateway as a whole records it.
    name
        What the trail calls it.
    service
        The displayName of the EventTypeCode, where it tells events apart.
    """

    key: str
    side: str
    name: str
    event_id: str
    type_code: str
    action: str
    service: str = ""

    def __str__(self) -> str:
        return "-".join(filter(None, (self.key, self.side, self.service)))


def both(key: str, name: str, service: str, a: str, b: str) -> tuple[Row, Row]:
    """An exchange on both sides; ``a`` and ``b`` are EventID and action."""
    return tuple(
        Row(key, side, name, *told.split()[:1], name, told.split()[1], service)
        for side, told in (("A", a), ("B", b))
    )


def numbered(key: str, side: str = "", event_id: str = QUERY) -> Row:
    """An event of eHDSI whose number is also its type, and its name in the trail."""
    return Row(key, side, key, event_id, key, "E")


def typed(key: str, name: str, side: str = "", event_id: str = ALERT) -> Row:
    """An event of DICOM's CID 403, which is an alert where nothing else is said."""
    return Row(key, side, name, event_id, key, "E")


_ASKED = f"{QUERY} E"
EXCHANGES: tuple[Row, ...] = (
    *both(
        "EHDSI-11", "ITI-55", "IdentityService::FindIdentityByTraits", _ASKED, _ASKED
    ),
    *both("EHDSI-21", "ITI-38", "PatientService::List", _ASKED, _ASKED),
    *both(
        "EHDSI-22", "ITI-39", "PatientService::Retrieve", f"{EXPORT} R", f"{IMPORT} C"
    ),
    *both("EHDSI-31", "ITI-38", "OrderService::List", _ASKED, _ASKED),
    *both("EHDSI-32", "ITI-39", "OrderService::Retrieve", f"{EXPORT} R", f"{IMPORT} C"),
    *both("EHDSI-61", "ITI-38", "OrCDService::List", _ASKED, _ASKED),
    *both("EHDSI-62", "ITI-39", "OrCDService::Retrieve", f"{EXPORT} R", f"{IMPORT} C"),
    *both(
        "EHDSI-41",
        "ITI-41",
        "DispensationService::Initialize",
        f"{IMPORT} C",
        f"{EXPORT} R",
    ),
    *both(
        "EHDSI-42",
        "ITI-41",
        "DispensationService::Discard",
        f"{IMPORT} C",
        f"{EXPORT} R",
    ),
    Row("EHDSI-91", "B", "EHDSI-91", QUERY, "ITI-40", "E"),
    numbered("EHDSI-92", "B"),
    numbered("EHDSI-96", "B"),
    numbered("EHDSI-94", "A"),
    numbered("EHDSI-94", "B"),
    numbered("EHDSI-CF", "A"),
    numbered("EHDSI-CF", "B"),
    typed("110147", "access-denied", "A"),
    typed("110147", "access-denied", "B"),
    typed("110127", "emergency-override-started", "B"),
    typed("110126", "node-authentication"),
)
LISTS: tuple[Row, ...] = (numbered("EHDSI-93"),)
DIRECTORIES: tuple[Row, ...] = (
    numbered("EHDSI-193", event_id="SMP"),
    numbered("EHDSI-194", event_id="SMP"),
    typed("110129", "security-configuration"),
)
HOUSE: tuple[Row, ...] = (
    typed("110120", "application-start", event_id="110100"),
    typed("110121", "application-stop", event_id="110100"),
    Row("110101", "", "audit-log-used", "110101", "", "R"),
    typed("110122", "user-authentication", event_id="110114"),
    typed("110126", "node-authentication"),
    typed("110129", "security-configuration"),
    typed("110131", "software-configuration"),
    typed("110132", "restricted-function"),
    typed("110133", "audit-recording-stopped"),
    typed("110134", "audit-recording-started"),
)
_UNEXPECTED = "WARNING_SEC_UNEXPECTED_NUMBER_OF_REQUESTS"
ABUSE: dict[tuple[str, str], Row] = {
    (rule, side): typed(code, "abuse", side)
    for rule, code, sides in (
        ("cp-059-all", _UNEXPECTED, "AB"),
        ("cp-059-patient", f"{_UNEXPECTED}_FOR_UNIQUE_PATIENT", "A"),
        ("cp-059-point-of-care", f"{_UNEXPECTED}_FOR_UNIQUE_POINT_OF_CARE", "B"),
    )
    for side in sides
}
"""By the rule that is broken, and the side."""
ROWS: tuple[Row, ...] = (*EXCHANGES, *LISTS, *DIRECTORIES, *HOUSE, *ABUSE.values())

# What the sources name, each with the sides that record it.
KNOWN: dict[str, tuple[str, ...]] = {
    "EHDSI-11": ("A", "B"),
    "EHDSI-21": ("A", "B"),
    "EHDSI-22": ("A", "B"),
    "EHDSI-31": ("A", "B"),
    "EHDSI-32": ("A", "B"),
    "EHDSI-41": ("A", "B"),
    "EHDSI-42": ("A", "B"),
    "EHDSI-51": ("A", "B"),
    "EHDSI-52": ("A", "B"),
    "EHDSI-53": ("A", "B"),
    "EHDSI-61": ("A", "B"),
    "EHDSI-62": ("A", "B"),
    "EHDSI-91": ("B",),
    "EHDSI-92": ("B",),
    "EHDSI-93": ("",),
    "EHDSI-94": ("A", "B"),
    "EHDSI-95": ("A",),
    "EHDSI-96": ("B",),
    "EHDSI-193": ("",),
    "EHDSI-194": ("",),
    "EHDSI-CF": ("A", "B"),
    "110101": ("",),
    "110120": ("",),
    "110121": ("",),
    "110122": ("",),
    "110123": ("",),
    "110126": ("",),
    "110127": ("A", "B"),
    "110128": ("",),
    "110129": ("",),
    "110131": ("",),
    "110132": ("",),
    "110133": ("",),
    "110134": ("",),
    "110136": ("",),
    "110137": ("",),
    "110138": ("B",),
    "110144": ("A", "B"),
    "110147": ("A", "B"),
    # Of eHDSI CP-059.
    "WARNING_SEC_UNEXPECTED_NUMBER_OF_REQUESTS": ("A", "B"),
    "WARNING_SEC_UNEXPECTED_NUMBER_OF_REQUESTS_FOR_UNIQUE_PATIENT": ("A",),
    "WARNING_SEC_UNEXPECTED_NUMBER_OF_REQUESTS_FOR_UNIQUE_POINT_OF_CARE": ("B",),
}

_CONSENT = "the consent services of epSOS were given up"
ABSENT: dict[tuple[str, str], str] = {
    **{(f"EHDSI-{number}", side): _CONSENT for number in (51, 52, 53) for side in "AB"},
    ("EHDSI-95", "A"): "the patient's own access of epSOS was given up",
    ("110123", ""): "who is let in shows a token each time: there is no session to end",
    ("110127", "A"): "the professional's country states the emergency; the exchange of "
    "country A has it as its purpose of use",
    ("110138", "B"): "nobody ends an emergency: its assertion expires",
    ("110128", ""): "no command changes a network; its addresses are settings, and "
    "those of other countries are the security configuration",
    ("110136", ""): "roles stand in the settings, which no command changes",
    ("110137", ""): "people stand in the settings, which no command changes",
    ("110144", "A"): "a denial is an access control decision (110147)",
    ("110144", "B"): "a denial is an access control decision (110147)",
}
