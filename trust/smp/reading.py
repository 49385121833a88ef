"""Reads service metadata, from an element whose signatures were verified.

Spec: OASIS BDX SMP 1.0 §2.3.2 to §2.3.5 / W3C XML Schema Part 2 §3.2.7 (dateTime).
Assumption: one process and one endpoint for each entry, as every NCP publishes.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from lxml import etree

from trust.certificates import read_certificate
from trust.decision import Reason, TrustRefused
from trust.smp.identifiers import EntryId, Identifier
from trust.smp.metadata import Endpoint, Redirect, ServiceInformation, ServiceMetadata
from trust.smp.namespaces import SMP
from trust.smp.refused import DirectoryRefused
from trust.smp.search_mask import SearchMask
from trust.smp.search_mask_reading import ROOT as SEARCH_FIELDS
from trust.smp.search_mask_reading import read_search_mask

MAXIMAL_TEXT: Final = 2_048
MAXIMAL_CERTIFICATE: Final = 32_768
_DATE_TIME: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})?"
)
_FRACTION: Final = re.compile(r"\.(\d{1,9})")


def smp(name: str) -> str:
    """Return a name of the namespace in Clark notation."""
    return f"{{{SMP}}}{name}"


def read_service_metadata(element: etree._Element) -> ServiceMetadata:
    """Read a ``ServiceMetadata`` element.

    Raises
    ------
    DirectoryRefused
        It is not of the form, or its search mask is not.
    TrustRefused
        Its certificate cannot be read.
    """
    if element.tag != smp("ServiceMetadata") or len(element) != 1:
        raise refused("it is no ServiceMetadata with one part")
    (part,) = element
    if part.tag == smp("Redirect"):
        return _redirect(part)
    if part.tag == smp("ServiceInformation"):
        return _information(part)
    raise refused("it holds neither ServiceInformation nor Redirect")


def _redirect(element: etree._Element) -> Redirect:
    href = (element.get("href") or "").strip()
    uid = text_of(element, "CertificateUID")
    if not href or not uid:
        raise refused("its Redirect lacks href or CertificateUID")
    return Redirect(href, uid)


def _information(element: etree._Element) -> ServiceInformation:
    process = _only(_only(element, "ProcessList"), "Process")
    return ServiceInformation(
        EntryId(
            _identifier(element, "ParticipantIdentifier"),
            _identifier(element, "DocumentIdentifier"),
        ),
        _identifier(process, "ProcessIdentifier"),
        _endpoint(_only(_only(process, "ServiceEndpointList"), "Endpoint")),
    )


def _endpoint(element: etree._Element) -> Endpoint:
    signature = text_of(element, "RequireBusinessLevelSignature")
    return Endpoint(
        transport=element.get("transportProfile", ""),
        address=text_of(element, "EndpointURI"),
        certificate=_certificate(element),
        activation=_moment(element, "ServiceActivationDate"),
        expiration=_moment(element, "ServiceExpirationDate"),
        description=text_of(element, "ServiceDescription"),
        contact=text_of(element, "TechnicalContactUrl"),
        information=text_of(element, "TechnicalInformationUrl"),
        requires_business_signature=signature in {"true", "1"} if signature else None,
        minimum_authentication=text_of(element, "MinimumAuthenticationLevel") or None,
        search_mask=_search_mask(element),
    )


def _search_mask(endpoint: etree._Element) -> SearchMask | None:
    found = [
        child
        for extension in endpoint.findall(smp("Extension"))
        for child in extension
        if child.tag == SEARCH_FIELDS
    ]
    if len(found) > 1:
        raise refused("it has more than one search mask")
    return read_search_mask(found[0]) if found else None


def _certificate(endpoint: etree._Element) -> x509.Certificate | None:
    element = _only(endpoint, "Certificate")
    text = "".join((element.text or "").split())
    if not text:
        return None
    if len(text) > MAXIMAL_CERTIFICATE or len(element):
        raise refused("its certificate is too long or no text")
    try:
        der = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise refused("its certificate is no base64") from None
    try:
        return read_certificate(der)
    except TrustRefused as unreadable:
        raise refused("its certificate cannot be read") from unreadable


def _moment(parent: etree._Element, name: str) -> datetime | None:
    text = text_of(parent, name)
    if not text:
        return None
    if not _DATE_TIME.fullmatch(text):
        raise refused(f"{name} is no date and time")
    # Python keeps microseconds; finer digits change nothing here.
    text = _FRACTION.sub(lambda match: f".{match[1][:6]:0<6}", text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise refused(f"{name} is no date and time") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _identifier(parent: etree._Element, name: str) -> Identifier:
    element = _only(parent, name)
    scheme, value = element.get("scheme", "").strip(), text_of(parent, name)
    if not scheme or not value:
        raise refused(f"{name} lacks its scheme or its value")
    return Identifier(scheme, value)


def text_of(parent: etree._Element, name: str) -> str:
    """Return the trimmed text of the one child of a name; empty where there is none."""
    found = parent.findall(smp(name))
    if len(found) > 1 or any(len(each) for each in found):
        raise refused(f"{name} stands more than once, or is no text")
    text = (found[0].text or "").strip() if found else ""
    if len(text) > MAXIMAL_TEXT:
        raise refused(f"{name} is too long")
    return text


def _only(parent: etree._Element, name: str) -> etree._Element:
    found = parent.findall(smp(name))
    if len(found) != 1:
        raise refused(f"it has {len(found) or 'no'} {name} where one is needed")
    return found[0]


def refused(what: str) -> DirectoryRefused:
    """Build the refusal of an entry that is not of the form."""
    return DirectoryRefused(
        Reason.DIRECTORY_ENTRY_INVALID,
        f"the entry of the directory is not read: {what}",
    )
