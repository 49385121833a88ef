r"""Reads the one form of signature off the canonical bytes, all at once.

The element is canonicalised as it stands, and the bytes of its signature are held
against one pattern. A match proves what :mod:`trust.xmlsignature.form` checks step by
step: canonical bytes are complete (every name with its namespace, no entities, no
defaults) and unambiguous (``<`` is always markup, values always stand in ``"``), so a
pattern without room for anything else leaves room for nothing else. What is digested is
these very bytes without the signature's.

The pattern may know fewer forms than are allowed, never more: where it does not match,
nothing has been decided, and the step-by-step reader accepts or gives the reason.

Spec: Exclusive XML Canonicalization 1.0 §1.1, §3 / Canonical XML 1.0 §2.3 / XML
Signature 1.1 §4, §6.6.4 (enveloped signature: the element without the signature).
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from lxml import etree

from trust.namespaces import DS, EXC_C14N
from trust.xmlsignature.algorithms import (
    DIGESTS,
    ENVELOPED_SIGNATURE,
    EXCLUSIVE_C14N,
    SIGNATURE_METHODS,
)

MAXIMAL_PREFIXES: Final = 10
MAXIMAL_BASE64: Final = 32_768
_INCLUSIVE_NAMESPACES: Final = f"{{{EXC_C14N}}}InclusiveNamespaces"
_NO_ELEMENTS: Final = (etree.Comment, etree.ProcessingInstruction, etree.Entity)
_DECLARED: Final = f'="{DS}"'.encode()
# One element before the signature, with text alone: two tags open, one closes.
_TAGS_BEFORE: Final = 3

_NAME: Final = r"[A-Za-z_][\w.\-]*+"
_GAP: Final = r"[ \t\n]*+"
_BASE64: Final = r"[A-Za-z0-9+/= \t\n]++(?:&#xD;[A-Za-z0-9+/= \t\n]*+)*+"


def _one_of(accepted: Iterable[str]) -> str:
    return "|".join(map(re.escape, accepted))


def _element(name: str, *content: str) -> str:
    inner = _GAP.join(("", *content, "")) if content[0].startswith("<") else content[0]
    return rf"<(?P=p){name}>{inner}</(?P=p){name}>"


def _method(name: str, algorithm: str, content: str = "") -> str:
    return rf'<(?P=p){name} Algorithm="{algorithm}">{content}</(?P=p){name}>'


_DS: Final = re.escape(f'"{DS}"')
_PREFIX: Final = rf"(?:{_NAME}:)?"
_EXCLUSIVE: Final = re.escape(EXCLUSIVE_C14N)
_PREFIX_LIST: Final = (
    rf"(?:{_GAP}<(?P<ec>{_PREFIX})InclusiveNamespaces"
    rf' xmlns(?P<ec_declared>(?::{_NAME})?)="{_EXCLUSIVE}"'
    rf' PrefixList="(?P<listed>{_NAME}(?: {_NAME})*+)">'
    rf"</(?P=ec)InclusiveNamespaces>{_GAP})?+"
)
_REFERENCE: Final = _GAP.join(
    (
        rf'<(?P=p)Reference URI="#(?P<identifier>{_NAME})">',
        _element(
            "Transforms",
            _method("Transform", re.escape(ENVELOPED_SIGNATURE)),
            _method("Transform", _EXCLUSIVE, _PREFIX_LIST),
        ),
        _method("DigestMethod", rf"(?P<digest_method>{_one_of(DIGESTS)})"),
        _element("DigestValue", rf"(?P<digest_value>{_BASE64})"),
        r"</(?P=p)Reference>",
    )
)
_SIGNED_INFO: Final = _GAP.join(
    (
        "",
        _method("CanonicalizationMethod", _EXCLUSIVE),
        _method("SignatureMethod", rf"(?P<method>{_one_of(SIGNATURE_METHODS)})"),
        _REFERENCE,
        r"</(?P=p)SignedInfo>",
    )
)
_KEY_INFO: Final = _element(
    "KeyInfo",
    _element("X509Data", _element("X509Certificate", rf"(?P<certificate>{_BASE64})")),
)
_SIGNATURE: Final = re.compile(
    _GAP.join(
        (
            rf"<(?P<p>{_PREFIX})Signature xmlns(?P<declared>(?::{_NAME})?)={_DS}>",
            rf"<(?P=p)SignedInfo>(?P<signed_info>{_SIGNED_INFO})",
            _element("SignatureValue", rf"(?P<value>{_BASE64})"),
            _KEY_INFO,
            r"</(?P=p)Signature>",
        )
    ).encode()
)


class Seal(NamedTuple):
    """A signature whose form was accepted; nothing in it has been believed yet."""

    signed: bytes
    digest_method: str
    digest_value: bytes
    signed_info: bytes
    signature_method: str
    signature_value: bytes
    certificate_der: bytes


def read_canonical_form(element: etree._Element) -> Seal | None:
    """Read the signature of an element, or None where the bytes alone do not prove it.

    The tree is not touched.
    """
    # Canonical form leaves comments out, so that the bytes cannot tell of them.
    if next(element.iter(*_NO_ELEMENTS), None) is not None:
        return None
    inclusive = next(element.iter(_INCLUSIVE_NAMESPACES), None)
    listed = None if inclusive is None else inclusive.get("PrefixList", "")
    canonical = _canonical(element, listed)
    if canonical is None:
        return None
    match = _SIGNATURE.search(canonical)
    if match is None or not _is_alone(canonical, match.start()):
        return None
    if match["listed"] != (None if listed is None else listed.encode()):
        return None
    return _seal(element, canonical, match) if _binds(match) else None


def _canonical(element: etree._Element, listed: str | None) -> bytes | None:
    prefixes = None if listed is None else listed.split(" ")
    if prefixes and len(prefixes) > MAXIMAL_PREFIXES:
        return None
    try:
        return etree.tostring(
            element,
            method="c14n",
            exclusive=True,
            with_comments=False,
            inclusive_ns_prefixes=prefixes,
        )
    except etree.C14NError:  # relative namespace names have no such form
        return None


def _is_alone(canonical: bytes, start: int) -> bool:
    """Tell whether the signature is the only one, and the second child.

    Whatever is in the namespace of signatures needs its declaration in these bytes.
    """
    if canonical.count(_DECLARED) != 1:
        return False
    last = canonical.rfind(b"<", 0, start)
    before = canonical.count(b"<", 0, start)
    return before == _TAGS_BEFORE and canonical.startswith(b"</", last)


def _binds(match: re.Match[bytes]) -> bool:
    """Tell whether the prefixes used are those declared; both may be empty."""
    return match["p"] == _used(match["declared"]) and (
        match["listed"] is None or match["ec"] == _used(match["ec_declared"])
    )


def _used(declared: bytes) -> bytes:
    return declared[1:] + b":" if declared else b""


def _seal(
    element: etree._Element, canonical: bytes, match: re.Match[bytes]
) -> Seal | None:
    identifier, digest_method, digest, method, value, certificate = match.group(
        "identifier", "digest_method", "digest_value", "method", "value", "certificate"
    )
    if element.get("ID") != identifier.decode("ascii"):
        return None
    start, end = match.span()
    try:
        return Seal(
            canonical[:start] + canonical[end:],
            digest_method.decode("ascii"),
            _decode(digest),
            _as_apex(match),
            method.decode("ascii"),
            _decode(value),
            _decode_certificate(certificate),
        )
    except binascii.Error:
        return None


def _as_apex(match: re.Match[bytes]) -> bytes:
    """Return the canonical form SignedInfo has by itself.

    Inside the signature it inherits one declaration, which alone it must carry.
    """
    prefix, declared, content = match.group("p", "declared", "signed_info")
    return b"".join(
        (b"<", prefix, b"SignedInfo xmlns", declared, _DECLARED, b">", content)
    )


def _decode(text: bytes) -> bytes:
    if len(text) > MAXIMAL_BASE64:
        raise binascii.Error
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:  # it may have line ends
        bare = text.replace(b"&#xD;", b"").translate(None, b" \t\n")
    if not bare:
        raise binascii.Error
    return binascii.a2b_base64(bare, strict_mode=True)


# A peer shows the same certificate in every message.
_decode_certificate = lru_cache(maxsize=64)(_decode)
