"""Writes service metadata: the entry with the national seal, and the publisher's cover.

The country seals the entry before it is published, and the publisher wraps the sealed
bytes as they are and signs the whole.

Spec: OASIS BDX SMP 1.0 §2.3 / fact sheet 02 §4.2 (two signatures).
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from trust.certificates import SigningKey
from trust.smp.identifiers import Identifier
from trust.smp.metadata import Endpoint, Redirect, ServiceInformation, ServiceMetadata
from trust.smp.namespaces import ISM, SMP
from trust.smp.search_mask_writing import search_mask_element
from trust.smp.signature import METADATA_LIMITS, sign_document
from trust.xml import Element, Verbatim, parse_xml, write_xml

_PREFIXES: Final = {SMP: "", ISM: "ism"}
# The last Extension of the part is the one that was written for the seal.
_SEAL_PLACE: Final = etree.XPath(
    "smp:ServiceInformation/smp:Extension | smp:Redirect/smp:Extension",
    namespaces={"smp": SMP},
)
_COVER_PLACE: Final = etree.XPath("self::*")


def sealed_metadata(metadata: ServiceMetadata, seal: SigningKey) -> bytes:
    """Write an entry with the country's seal inside, as it is sent to a publisher.

    Raises
    ------
    ValueError
        The key is not RSA: the profile knows no other signature.
    """
    part = (
        _redirect(metadata)
        if isinstance(metadata, Redirect)
        else _information(metadata)
    )
    # Empty, for the seal alone.
    part.children.append(_smp("Extension"))
    document = write_xml(_smp("ServiceMetadata", part), _PREFIXES)
    return sign_document(document, _SEAL_PLACE, seal)


def published_metadata(sealed: bytes, publisher: SigningKey) -> bytes:
    """Wrap a sealed entry and sign the whole, as a publisher does."""
    root = parse_xml(sealed, METADATA_LIMITS)
    inner = Verbatim(etree.tostring(root, with_tail=False))
    cover = Element(f"{{{SMP}}}SignedServiceMetadata", children=[inner])
    return sign_document(write_xml(cover, {SMP: ""}), _COVER_PLACE, publisher)


def _redirect(redirect: Redirect) -> Element:
    element = _smp("Redirect", _text("CertificateUID", redirect.certificate_uid))
    element.attributes["href"] = redirect.href
    return element


def _information(information: ServiceInformation) -> Element:
    process = _smp(
        "Process",
        _identifier("ProcessIdentifier", information.process),
        _smp("ServiceEndpointList", _endpoint(information.endpoint)),
    )
    return _smp(
        "ServiceInformation",
        _identifier("ParticipantIdentifier", information.entry.participant),
        _identifier("DocumentIdentifier", information.entry.document),
        _smp("ProcessList", process),
    )


def _endpoint(endpoint: Endpoint) -> Element:
    element = _smp("Endpoint", _text("EndpointURI", endpoint.address))
    element.attributes["transportProfile"] = endpoint.transport
    if endpoint.requires_business_signature is not None:
        value = "true" if endpoint.requires_business_signature else "false"
        element.children.append(_text("RequireBusinessLevelSignature", value))
    if endpoint.minimum_authentication is not None:
        element.children.append(
            _text("MinimumAuthenticationLevel", endpoint.minimum_authentication)
        )
    for name, moment in (
        ("ServiceActivationDate", endpoint.activation),
        ("ServiceExpirationDate", endpoint.expiration),
    ):
        if moment is not None:
            element.children.append(_text(name, _date_time(moment)))
    element.children += [
        _text("Certificate", _certificate(endpoint)),
        _text("ServiceDescription", endpoint.description),
        _text("TechnicalContactUrl", endpoint.contact),
        _text("TechnicalInformationUrl", endpoint.information),
    ]
    if endpoint.search_mask is not None:
        mask = search_mask_element(endpoint.search_mask)
        element.children.append(_smp("Extension", mask))
    return element


def _certificate(endpoint: Endpoint) -> str:
    if endpoint.certificate is None:
        return ""
    der = endpoint.certificate.public_bytes(Encoding.DER)
    return base64.b64encode(der).decode("ascii")


def _date_time(moment: datetime) -> str:
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _identifier(name: str, identifier: Identifier) -> Element:
    element = _text(name, identifier.value)
    element.attributes["scheme"] = identifier.scheme
    return element


def _text(name: str, text: str) -> Element:
    return _smp(name, text) if text else _smp(name)


def _smp(name: str, *children: Element | str) -> Element:
    return Element(f"{{{SMP}}}{name}", children=list(children))
