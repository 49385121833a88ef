"""What others keep of a message: its hash for duplicates, its header for the audit.

Spec: ARCHITECTURE "Duplicates are normal" / IHE ITI TF-2 §3.20.7.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import replace

from lxml import etree

from ncp.ihe import namespaces as ns
from ncp.ihe.mtom import binary_content
from ncp.ihe.nodes import child, invalid
from ncp.ihe.soap_reading import RESPONSE_LIMITS, PlainMessage, SoapMessage
from trust.xml import exclusive_c14n, parse_xml


def body_hash(message: SoapMessage | PlainMessage) -> str:
    """Return the SHA-256 of what the message says, however it was packed.

    It is taken of the exclusive canonical form of the SOAP Body with the attachments
    put in as base64, so that a rebuilt envelope of the same request hashes alike.

    Raises
    ------
    ProtocolError
        It has no canonical form.
    """
    body = message.body.getparent()
    if body is None:  # a Body is never the root: _header_and_body found it
        raise ValueError("the message has no Body")
    if message.attachments:
        body = _with_parts(body, message.attachments)
    return hashlib.sha256(canonical_form(body)).hexdigest()


def canonical_form(element: etree._Element) -> bytes:
    """Return the exclusive canonical form of a part of a peer's message.

    Raises
    ------
    ProtocolError
        There is none (Canonical XML 1.0 §1.3).
    """
    try:
        return exclusive_c14n(element)
    except etree.C14NError:
        raise invalid("the name of a namespace in it is relative") from None


def _with_parts(
    body: etree._Element, attachments: Mapping[str, bytes]
) -> etree._Element:
    # From bytes, not by copying: a copy loses what ancestors declared. The limits were
    # kept when the message was read.
    data = etree.tostring(body, with_tail=False)
    known = replace(RESPONSE_LIMITS, max_bytes=len(data), max_nodes=len(data))
    rebuilt = parse_xml(data, known)
    for include in list(rebuilt.iter(f"{{{ns.XOP}}}Include")):
        holder = include.getparent()
        if holder is not None:
            content = binary_content(holder, attachments)
            holder.remove(include)
            holder.text = base64.b64encode(content).decode("ascii")
    return rebuilt


def security_header_bytes(message: SoapMessage | PlainMessage) -> bytes | None:
    """Return ``wsse:Security`` as it stands in the message, for the audit."""
    security = child(message.envelope, f"{{{ns.SOAP}}}Header", f"{{{ns.WSSE}}}Security")
    return None if security is None else etree.tostring(security, with_tail=False)
