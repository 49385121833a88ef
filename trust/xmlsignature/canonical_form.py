"""Reads the one form of signature off the canonical bytes, all at once.

The element is canonicalised as it stands. The bytes of its signature are taken apart
into four values and the frame around them, and the frame is held against one pattern.
A match proves what :mod:`trust.xmlsignature.form` checks step by step: canonical bytes
are complete (every name with its namespace, no entities, no defaults) and unambiguous
(``<`` is always markup, attributes always stand in ``"``; libxml2 writes the names of
namespaces as they are, but reads none that holds either), so a pattern without room for
anything else leaves room for nothing else. A peer always writes the same frame, which
is judged once and remembered; the next signature is held against those bytes. What is
digested is the very bytes that were read, without the signature's.

The pattern may know fewer forms than are allowed, never more: where it does not match,
nothing has been decided, and the step-by-step reader accepts or gives the reason.

Spec: Exclusive XML Canonicalization 1.0 §1.1, §3 / Canonical XML 1.0 §2.3 / XML
Signature 1.1 §4, §6.6.4 (enveloped signature: the element without the signature).
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator
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
from trust.xmlsignature.mould import Fit, Mould

MAXIMAL_PREFIXES: Final = 10
MAXIMAL_BASE64: Final = 32_768
_INCLUSIVE_NAMESPACES: Final = f"{{{EXC_C14N}}}InclusiveNamespaces"
_DECLARED: Final = f'="{DS}"'.encode()

_LONGEST_FRAME: Final = 4096
# Few programs sign, and each writes one frame; the others are found a little later.
_MOST_RECENT: Final = 8

# Where a value stood; no XML holds this character.
_VALUE: Final = "\0"
_NAME: Final = r"[A-Za-z_][\w.\-]*+"
_GAP: Final = r"[ \t\n]*+"
_IDENTIFIER: Final = re.compile(_NAME, re.ASCII)


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
        rf'<(?P=p)Reference URI="#{_VALUE}">',
        _element(
            "Transforms",
            _method("Transform", re.escape(ENVELOPED_SIGNATURE)),
            _method("Transform", _EXCLUSIVE, _PREFIX_LIST),
        ),
        _method("DigestMethod", rf"(?P<digest_method>{_one_of(DIGESTS)})"),
        _element("DigestValue", f"(?P<digest>{_VALUE})"),
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
    _element("X509Data", _element("X509Certificate", _VALUE)),
)
_FRAME: Final = re.compile(
    _GAP.join(
        (
            rf"<(?P<p>{_PREFIX})Signature xmlns(?P<declared>(?::{_NAME})?)={_DS}>",
            rf"<(?P=p)SignedInfo>(?P<signed_info>{_SIGNED_INFO})",
            _element("SignatureValue", _VALUE),
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


class _Parts(NamedTuple):
    """The bytes of a signature, taken apart; nothing is known of them yet."""

    frame: bytes
    values: list[bytes]
    end: int


class _Frame(NamedTuple):
    """What a frame says that was accepted.

    SignedInfo by itself is ``opening``, the identifier, ``middle``, the digest and
    ``closing``.
    """

    mould: Mould
    listed: str | None
    digest_method: str
    signature_method: str
    opening: bytes
    middle: bytes
    closing: bytes


class _Recent:
    """The frames that were accepted last, the latest first; threads may share it."""

    __slots__ = ("frames",)

    def __init__(self) -> None:
        self.frames: tuple[_Frame, ...] = ()

    def put(self, frame: _Frame) -> None:
        """Put a frame first."""
        others = (each for each in self.frames if each is not frame)
        self.frames = (frame, *others)[:_MOST_RECENT]


_RECENT: Final = _Recent()


def read_canonical_form(element: etree._Element) -> Seal | None:
    """Read the signature of an element, or None where the bytes alone do not prove it.

    They prove also that no other attribute in the element has the value of its ``ID``.
    The tree is not touched.
    """
    listed = _listed(element)
    try:
        canonical = _canonical(element, listed)
        identifier = _identifier(element)
        # A name is never escaped; a text that has it in quotes is read by steps.
        if canonical.count(b'"%b"' % identifier) != 1:
            return None
        return _read(canonical, identifier, listed)
    except (etree.C14NError, ValueError):  # has none / is none of the form
        return None


def read_canonical_siblings(parent: etree._Element) -> list[Seal | None]:
    """Read the signatures of all children, off one canonical form of their parent.

    A child's bytes in there are its own canonical form, unless it uses a namespace that
    the parent uses too: its declaration stands on the parent then, and without it the
    bytes are nothing that anybody would sign. So a digest that holds proves that they
    are its own form; one that does not proves nothing, and that child is to be read by
    itself, as where None stands.

    With a PrefixList the parent could declare what is listed and not used, and its
    absence could not be told: then all are read by themselves.
    """
    nothing: list[Seal | None] = [None] * len(parent)
    if _listed(parent) is not None:
        return nothing
    try:
        pieces = _children(_canonical(parent, None), len(parent))
        return [
            _read(piece, _identifier(child), None)
            for child, piece in zip(parent, pieces, strict=True)
        ]
    except (etree.C14NError, ValueError):
        return nothing


def _listed(element: etree._Element) -> str | None:
    inclusive = next(element.iter(_INCLUSIVE_NAMESPACES), None)
    return None if inclusive is None else inclusive.get("PrefixList", "")


def _identifier(element: etree._Element) -> bytes:
    stated = element.get("ID", "")
    if not _IDENTIFIER.fullmatch(stated):
        raise ValueError
    return stated.encode()


def _read(canonical: bytes, identifier: bytes, listed: str | None) -> Seal | None:
    start = _second_child(canonical)
    fitting = _fitting(canonical, start)
    if fitting is None:
        return None
    frame, (values, end) = fitting
    if frame.listed != listed or values[0] != identifier:
        return None
    signed = canonical[:start] + canonical[end:]
    return _seal(frame, values, signed) if _is_alone(signed) else None


def _fitting(canonical: bytes, start: int) -> tuple[_Frame, Fit] | None:
    """Find the frame of the signature that begins there, and what stands in it."""
    for frame in _RECENT.frames:
        fit = frame.mould.fit(canonical, start)
        if fit is not None:
            return frame, fit
    parts = _take_apart(canonical, start)
    judged = _read_frame(parts.frame)
    if judged is None:
        return None
    _RECENT.put(judged)
    return judged, (parts.values, parts.end)


def _children(canonical: bytes, count: int) -> Iterator[bytes]:
    """Part so many children: each ends with the first end tag of its name.

    The last one ends with the last tag of all, before that of the parent. If a child
    held an element of its own name the piece would be too short, and no element; no
    signature could hold for it.
    """
    index = canonical.index
    start = index(b"<", 1)
    for _ in range(count - 1):
        # What has an identifier has a blank behind its name.
        end_tag = b"</%b>" % canonical[start + 1 : index(b" ", start)]
        end = index(end_tag, start) + len(end_tag)
        yield canonical[start:end]
        start = index(b"<", end)
    yield canonical[start : canonical.rindex(b">", start, canonical.rindex(b"<")) + 1]


def _canonical(element: etree._Element, listed: str | None) -> bytes:
    prefixes = None if listed is None else listed.split(" ")
    if prefixes and len(prefixes) > MAXIMAL_PREFIXES:
        raise ValueError
    # With comments, so that the bytes tell of them; without any, the two forms are
    # one. An entity that was not replaced has no canonical form at all.
    canonical = etree.tostring(
        element,
        method="c14n",
        exclusive=True,
        with_comments=True,
        inclusive_ns_prefixes=prefixes,
    )
    if _holds_others(canonical):
        raise ValueError
    return canonical


def _holds_others(canonical: bytes) -> bool:
    """Tell whether there is a comment or an instruction, which must not be there."""
    # One letter is found much faster than two, and few texts have it.
    return (b"!" in canonical and b"<!" in canonical) or (
        b"?" in canonical and b"<?" in canonical
    )


def _second_child(canonical: bytes) -> int:
    """Return where the second child begins, after a first one of text alone."""
    first = canonical.index(b"<", 1)
    end_of_first = canonical.index(b"</", first)
    if canonical.find(b"<", first + 1) != end_of_first:
        raise ValueError
    return canonical.index(b"<", end_of_first + 1)


def _is_alone(signed: bytes) -> bool:
    # Whatever else is in the namespace of signatures needs its declaration in these
    # bytes; the signature itself, whose frame has just one, was cut out of them. Its
    # name ends in a letter that few assertions have, and one is found faster than many.
    return b"#" not in signed or _DECLARED not in signed


def _take_apart(canonical: bytes, start: int) -> _Parts:
    index = canonical.index
    identifier = index(b' URI="#', start) + 7
    identifier_end = index(b'"', identifier)
    digest = index(b"DigestValue>", identifier_end) + 12
    digest_end = index(b"<", digest)
    value = index(b"SignatureValue>", digest_end) + 15
    value_end = index(b"<", value)
    certificate = index(b"X509Certificate>", value_end) + 16
    certificate_end = index(b"<", certificate)
    end = index(b"Signature>", certificate_end) + 10
    return _Parts(
        b"\0".join(
            (
                canonical[start:identifier],
                canonical[identifier_end:digest],
                canonical[digest_end:value],
                canonical[value_end:certificate],
                canonical[certificate_end:end],
            )
        ),
        [
            canonical[identifier:identifier_end],
            canonical[digest:digest_end],
            canonical[value:value_end],
            canonical[certificate:certificate_end],
        ],
        end,
    )


def _read_frame(frame: bytes) -> _Frame | None:
    return _judge_frame(frame) if len(frame) <= _LONGEST_FRAME else None


@lru_cache(maxsize=64)
def _judge_frame(frame: bytes) -> _Frame | None:
    match = _FRAME.fullmatch(frame)
    if match is None or not _binds(match):
        return None
    prefix, declared, listed = match.group("p", "declared", "listed")
    begin, end = match.span("signed_info")
    opening, middle, closing = frame[begin:end].split(b"\0")
    return _Frame(
        mould=Mould(frame.split(b"\0")),
        listed=None if listed is None else listed.decode("ascii"),
        digest_method=match["digest_method"].decode("ascii"),
        signature_method=match["method"].decode("ascii"),
        # Inside the signature it inherits one declaration, which alone it must carry.
        opening=b"<%bSignedInfo xmlns%b%b>%b" % (prefix, declared, _DECLARED, opening),
        middle=middle,
        closing=closing,
    )


def _binds(match: re.Match[bytes]) -> bool:
    """Tell whether the prefixes used are those declared; both may be empty."""
    return match["p"] == _used(match["declared"]) and (
        match["listed"] is None or match["ec"] == _used(match["ec_declared"])
    )


def _used(declared: bytes) -> bytes:
    return declared[1:] + b":" if declared else b""


def _seal(frame: _Frame, values: list[bytes], signed: bytes) -> Seal:
    identifier, digest, value, certificate = values
    return Seal(
        signed,
        frame.digest_method,
        _decode(digest),
        b"".join((frame.opening, identifier, frame.middle, digest, frame.closing)),
        frame.signature_method,
        _decode(value),
        _decode_certificate(certificate),
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
