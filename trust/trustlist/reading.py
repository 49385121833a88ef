"""Reads what a trust list says, from the very element that was verified.

Strict where a decision hangs on it, tolerant of everything else: extensions that are
not known, postal addresses and legal notices are not read.

Spec: ETSI TS 119 612 §5.3 to §5.6.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from lxml import etree

from trust.trustlist.codes import service_type
from trust.trustlist.fields import (
    base64_bytes,
    children,
    in_english,
    instant,
    only,
    required,
    required_instant,
    required_text,
    text,
    tsl,
)
from trust.trustlist.model import (
    ListPointer,
    ServiceIdentity,
    ServicePeriod,
    TrustList,
    TrustService,
    TrustServiceProvider,
)
from trust.trustlist.namespaces import ADDITIONAL
from trust.trustlist.refused import unreadable

ROOT: Final = tsl("TrustServiceStatusList")
_NUMBER: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_TERRITORY: Final = re.compile(r"[A-Z]{2,6}", re.ASCII)
_INFORMATION: Final = "ServiceInformationExtensions"
# Keeps no more than a list of a whole continent would have.
MOST_POINTERS: Final = 512
MOST_SERVICES: Final = 20_000
MOST_PERIODS: Final = 256


def read_trust_list(root: etree._Element) -> TrustList:
    """Read a list.

    Parameters
    ----------
    root
        As :func:`trust.trustlist.signature.verify_trust_list` leaves it.

    Raises
    ------
    TrustListRefused
        It lacks a field that a decision needs, or has it in no known form.
    """
    if root.tag != ROOT:
        raise unreadable("another root than TrustServiceStatusList")
    scheme = required(root, "SchemeInformation")
    return TrustList(
        version=_number(scheme, "TSLVersionIdentifier"),
        sequence=_number(scheme, "TSLSequenceNumber"),
        list_type=required_text(scheme, "TSLType"),
        operator=in_english(required(scheme, "SchemeOperatorName"), "Name") or "",
        territory=_territory(scheme),
        issued=required_instant(scheme, "ListIssueDateTime"),
        next_update=_next_update(scheme),
        information=_uris(only(scheme, "SchemeInformationURI")),
        pointers=_pointers(scheme),
        providers=_providers(root),
    )


def is_trust_list(root: etree._Element) -> bool:
    """Tell whether a document says of itself that it is a trust list."""
    return root.tag == ROOT


def _next_update(scheme: etree._Element) -> datetime | None:
    # Empty says that the scheme has ended; absent says nothing and is refused.
    moment = text(only(required(scheme, "NextUpdate"), "dateTime"))
    return None if moment is None else instant(moment, "NextUpdate")


def _number(parent: etree._Element, name: str) -> int:
    value = required_text(parent, name)
    if not _NUMBER.fullmatch(value):
        raise unreadable(f"no whole number in {name}")
    return int(value)


def _territory(parent: etree._Element) -> str | None:
    value = text(only(parent, "SchemeTerritory"))
    if value is None:
        return None
    if not _TERRITORY.fullmatch(value.upper()):
        raise unreadable("no territory in SchemeTerritory")
    return value.upper()


def _uris(parent: etree._Element | None) -> tuple[str, ...]:
    found = (text(each) for each in children(parent, "URI"))
    return tuple(uri for uri in found if uri is not None)


# Pointers ---------------------------------------------------------------------------


def _pointers(scheme: etree._Element) -> tuple[ListPointer, ...]:
    found = children(only(scheme, "PointersToOtherTSL"), "OtherTSLPointer")
    if len(found) > MOST_POINTERS:
        raise unreadable(f"more than {MOST_POINTERS} pointers to other lists")
    return tuple(map(_pointer, found))


def _pointer(element: etree._Element) -> ListPointer:
    identities = children(
        only(element, "ServiceDigitalIdentities"), "ServiceDigitalIdentity"
    )
    told = _Information(only(element, "AdditionalInformation"))
    return ListPointer(
        location=required_text(element, "TSLLocation"),
        certificates=tuple(
            certificate
            for identity in identities
            for certificate in _identity(identity).certificates
        ),
        territory=(told.value(tsl("SchemeTerritory")) or "").upper() or None,
        list_type=told.value(tsl("TSLType")),
        media_type=told.value(f"{{{ADDITIONAL}}}MimeType"),
    )


class _Information:
    """What stands beside a pointer; several pieces, each in a wrapper of its own."""

    def __init__(self, additional: etree._Element | None) -> None:
        self._pieces = [
            piece
            for wrapper in children(additional, "OtherInformation")
            for piece in wrapper.iterchildren("*")
        ]

    def value(self, tag: str) -> str | None:
        found = {text(piece) for piece in self._pieces if piece.tag == tag}
        if len(found) > 1:
            raise unreadable("a pointer that contradicts itself")
        return found.pop() if found else None


# Providers and services -------------------------------------------------------------


def _providers(root: etree._Element) -> tuple[TrustServiceProvider, ...]:
    elements = children(only(root, "TrustServiceProviderList"), "TrustServiceProvider")
    services = sum(1 for _ in root.iter(tsl("TSPService")))
    if services > MOST_SERVICES:
        raise unreadable(f"more than {MOST_SERVICES} services")
    return tuple(map(_provider, elements))


def _provider(element: etree._Element) -> TrustServiceProvider:
    information = required(element, "TSPInformation")
    services = children(required(element, "TSPServices"), "TSPService")
    return TrustServiceProvider(
        name=in_english(only(information, "TSPName"), "Name") or "",
        services=tuple(map(_service, services)),
    )


def _service(element: etree._Element) -> TrustService:
    information = required(element, "ServiceInformation")
    instances = children(only(element, "ServiceHistory"), "ServiceHistoryInstance")
    if len(instances) > MOST_PERIODS:
        raise unreadable(f"a history of more than {MOST_PERIODS} periods")
    periods = [_period(each) for each in (information, *instances)]
    if any(period.starts > periods[0].starts for period in periods[1:]):
        raise unreadable("a service whose history is later than its present")
    supply = only(information, "ServiceSupplyPoints")
    points = (text(each) for each in children(supply, "ServiceSupplyPoint"))
    return TrustService(
        identity=_identity(required(information, "ServiceDigitalIdentity")),
        periods=tuple(sorted(periods, key=lambda period: period.starts, reverse=True)),
        supply_points=tuple(point for point in points if point is not None),
        qualifiers=_qualifiers(only(information, _INFORMATION)),
    )


def _period(element: etree._Element) -> ServicePeriod:
    return ServicePeriod(
        service_type=service_type(required_text(element, "ServiceTypeIdentifier")),
        status=required_text(element, "ServiceStatus"),
        starts=required_instant(element, "StatusStartingTime"),
        name=in_english(only(element, "ServiceName"), "Name") or "",
    )


def _qualifiers(extensions: etree._Element | None) -> tuple[str, ...]:
    if extensions is None:
        return ()
    found = (
        text(only(each, "URI"))
        for each in extensions.iter(tsl("AdditionalServiceInformation"))
    )
    return tuple(uri for uri in found if uri is not None)


def _identity(element: etree._Element) -> ServiceIdentity:
    identifiers = children(element, "DigitalId")
    names = (text(each) for each in _parts(identifiers, "X509SubjectName"))
    return ServiceIdentity(
        certificates=tuple(map(base64_bytes, _parts(identifiers, "X509Certificate"))),
        subject_names=tuple(name for name in names if name is not None),
        key_identifiers=tuple(map(base64_bytes, _parts(identifiers, "X509SKI"))),
    )


def _parts(identifiers: list[etree._Element], name: str) -> list[etree._Element]:
    return [part for each in identifiers for part in children(each, name)]
