"""Identifiers that trust lists carry: kinds of list, of service, and statuses.

The lists of services are open: what is not named here is read all the same, and means
nothing until somebody asks for it by its URI.

Spec: ETSI TS 119 612 §5.3.3, §5.5.1, §5.5.4, Annex D / ETSI TS 102 231 §5.3.3.
Seen: epSOS NCP service lists (service types of the NSL, one of them misspelt).
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

_TYPE: Final = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/"
_STATUS: Final = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/"
_OLD_STATUS: Final = "http://uri.etsi.org/TrstSvc/Svcstatus/"
_SERVICE: Final = "http://uri.etsi.org/TrstSvc/Svctype/"
_EPSOS: Final = "http://uri.epsos.eu/Svc/Svctype/"

# `EUlistofthelists`; another community puts its own code in front (§5.3.3, Annex D).
_LIST_OF_LISTS: Final = re.compile(re.escape(_TYPE) + "[A-Z]{2,6}listofthelists")
LOTL_MEDIA_TYPE: Final = "application/vnd.etsi.tsl+xml"


class ServiceType(StrEnum):
    """Types of service that the gateway has a word for."""

    CA_QC = f"{_SERVICE}CA/QC"
    CA_PKC = f"{_SERVICE}CA/PKC"
    NATIONAL_ROOT_CA = f"{_SERVICE}NationalRootCA-QC"
    OCSP = f"{_SERVICE}Certstatus/OCSP"
    OCSP_QC = f"{_SERVICE}Certstatus/OCSP/QC"
    CRL = f"{_SERVICE}Certstatus/CRL"
    TIME_STAMP = f"{_SERVICE}TSA"
    TIME_STAMP_QUALIFIED = f"{_SERVICE}TSA/QTST"
    DELIVERY_QUALIFIED = f"{_SERVICE}EDS/Q"
    # The services of the epSOS lists (legacy).
    NCP = f"{_EPSOS}NCP"
    VPN_GATEWAY = f"{_EPSOS}VPNGateway"
    PATIENT_IDENTIFICATION = f"{_EPSOS}PatientIdentificationService"
    PATIENT_SERVICE = f"{_EPSOS}PatientService"
    ORDER_SERVICE = f"{_EPSOS}OrderService"
    DISPENSATION_SERVICE = f"{_EPSOS}DispensationService"
    CONSENT_SERVICE = f"{_EPSOS}ConsentService"
    IDENTITY_PROVIDER = f"{_EPSOS}IdV"


# Seen: the lists of epSOS write it so.
_MISSPELT: Final = {
    f"{_EPSOS}PatientIdenitificationService": ServiceType.PATIENT_IDENTIFICATION.value
}

# Everything else says that the service is not, or no longer, vouched for. The first
# two hold since July 2016, the others stand in histories and older lists.
GRANTED: Final = frozenset(
    {
        f"{_STATUS}granted",
        f"{_STATUS}recognisedatnationallevel",
        *(
            f"{_STATUS}{name}"
            for name in ("undersupervision", "supervisionincessation", "accredited")
        ),
        *(
            f"{_OLD_STATUS}{name}"
            for name in (
                "inaccord",
                "undersupervision",
                "supervisionincessation",
                "accredited",
            )
        ),
    }
)


def is_list_of_lists(list_type: str | None) -> bool:
    """Tell whether a list of this type vouches for other lists."""
    return list_type is not None and bool(_LIST_OF_LISTS.fullmatch(list_type))


def service_type(uri: str) -> str:
    """Return the URI of a service type, with a known slip put right."""
    return _MISSPELT.get(uri, uri)


def short_name(uri: str) -> str:
    """Return the last words of one of these URIs, for people."""
    for base in (_STATUS, _OLD_STATUS, _SERVICE, _EPSOS, _TYPE):
        if uri.startswith(base):
            return uri.removeprefix(base)
    return uri
