"""Uses and schemes of addresses and telecommunications, both ways.

Spec: HL7 v3 PostalAddressUse, TelecommunicationAddressUse (eHDSI value set 42.40) /
FHIR R4 address-use, address-type, contact-point-system, contact-point-use.
"""

from __future__ import annotations

ADDRESS_USE = {"home": "H", "work": "WP", "temp": "TMP", "old": "BAD"}
ADDRESS_TYPE = {"physical": "PHYS", "postal": "PST"}
FROM_ADDRESS_USE = {
    "H": "home",
    "HP": "home",
    "HV": "home",
    "WP": "work",
    "DIR": "work",
    "PUB": "work",
    "TMP": "temp",
    "BAD": "old",
    "OLD": "old",
}
FROM_ADDRESS_TYPE = {"PHYS": "physical", "PST": "postal"}

TELECOM_USE = {
    "home": "H",
    "work": "WP",
    "temp": "TMP",
    "old": "BAD",
    "mobile": "MC",
}
FROM_TELECOM_USE = {
    "H": "home",
    "HP": "home",
    "HV": "home",
    "WP": "work",
    "DIR": "work",
    "PUB": "work",
    "AS": "work",
    "TMP": "temp",
    "BAD": "old",
    "MC": "mobile",
}

SCHEME = {"phone": "tel", "fax": "fax", "email": "mailto", "sms": "sms"}
FROM_SCHEME = {
    "tel": "phone",
    "fax": "fax",
    "x-text-fax": "fax",
    "mailto": "email",
    "sms": "sms",
}
