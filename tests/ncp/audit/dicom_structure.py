"""A checker of audit messages of our own, against the table of DICOM PS3.15 A.5.

It knows the order, number and vocabulary of elements and attributes; nothing of it
comes from the code under test.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field

from lxml import etree

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
MANY = 10_000


@dataclass(frozen=True)
class Shape:
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    values: dict[str, set[str]] = field(default_factory=dict)
    # Children in order: name, least, most.
    children: tuple[tuple[str, int, int], ...] = ()
    base64_text: bool = False
    text: bool = False


def names(text: str) -> frozenset[str]:
    return frozenset(text.split())


CODED = Shape(names("csd-code codeSystemName originalText"), names("displayName"))
SHAPES = {
    "AuditMessage": Shape(
        children=(
            ("EventIdentification", 1, 1),
            ("ActiveParticipant", 1, MANY),
            ("AuditSourceIdentification", 1, 1),
            ("ParticipantObjectIdentification", 0, MANY),
        )
    ),
    "EventIdentification": Shape(
        names("EventActionCode EventDateTime EventOutcomeIndicator"),
        values={
            "EventActionCode": set("CRUDE"),
            "EventOutcomeIndicator": {"0", "4", "8", "12"},
        },
        children=(
            ("EventID", 1, 1),
            ("EventTypeCode", 0, MANY),
            ("EventOutcomeDescription", 0, 1),
            ("PurposeOfUse", 0, MANY),
        ),
    ),
    "EventID": CODED,
    "EventTypeCode": CODED,
    "PurposeOfUse": CODED,
    "RoleIDCode": CODED,
    "ParticipantObjectIDTypeCode": CODED,
    "EventOutcomeDescription": Shape(text=True),
    "ActiveParticipant": Shape(
        names("UserID UserIsRequestor"),
        names(
            "AlternativeUserID UserName NetworkAccessPointID NetworkAccessPointTypeCode"
        ),
        {
            "UserIsRequestor": {"true", "false"},
            "NetworkAccessPointTypeCode": set("12345"),
        },
        (("RoleIDCode", 0, MANY), ("MediaIdentifier", 0, 1)),
    ),
    "AuditSourceIdentification": Shape(
        names("AuditSourceID"),
        names("AuditEnterpriseSiteID"),
        children=(("AuditSourceTypeCode", 0, MANY),),
    ),
    "AuditSourceTypeCode": Shape(
        names("csd-code"), names("codeSystemName displayName originalText")
    ),
    "ParticipantObjectIdentification": Shape(
        names("ParticipantObjectTypeCode"),
        names(
            "ParticipantObjectID ParticipantObjectTypeCodeRole"
            " ParticipantObjectDataLifeCycle ParticipantObjectSensistity"
        ),
        {
            "ParticipantObjectTypeCode": set("1234"),
            "ParticipantObjectTypeCodeRole": {str(n) for n in range(1, 27)},
        },
        (
            ("ParticipantObjectIDTypeCode", 1, 1),
            ("ParticipantObjectName", 0, 1),
            ("ParticipantObjectQuery", 0, 1),
            ("ParticipantObjectDetail", 0, MANY),
        ),
    ),
    "ParticipantObjectName": Shape(text=True),
    "ParticipantObjectQuery": Shape(text=True, base64_text=True),
    "ParticipantObjectDetail": Shape(names("type value")),
}


def check(message: bytes) -> list[str]:
    """Return what is wrong with an audit message, one line each."""
    root = etree.fromstring(message)
    if root.tag != "AuditMessage":
        return [f"the root is {root.tag}"]
    return list(_check(root))


def _check(element: etree._Element):
    shape = SHAPES.get(element.tag)
    if shape is None:
        yield f"{element.tag} is unknown"
        return
    yield from _check_attributes(element, shape)
    yield from _check_children(element, shape)
    if (element.text or "").strip() and not shape.text:
        yield f"{element.tag} has text"
    if shape.base64_text:
        base64.b64decode(element.text or "", validate=True)
    for child in element:
        yield from _check(child)


def _check_attributes(element: etree._Element, shape: Shape):
    present = frozenset(element.attrib)
    for name in sorted(shape.required - present):
        yield f"{element.tag} lacks {name}"
    for name in sorted(present - shape.required - shape.optional):
        yield f"{element.tag} has {name}"
    for name, allowed in shape.values.items():
        if name in present and element.get(name) not in allowed:
            yield f"{element.tag}/@{name} is {element.get(name)}"
    if "EventDateTime" in present and not MOMENT.fullmatch(
        element.get("EventDateTime")
    ):
        yield "EventDateTime is no moment"
    if element.tag == "ParticipantObjectDetail" and "value" in present:
        base64.b64decode(element.get("value"), validate=True)
    for name, value in element.attrib.items():
        if not value:
            yield f"{element.tag}/@{name} is empty"


def _check_children(element: etree._Element, shape: Shape):
    order = [name for name, _, _ in shape.children]
    tags = [child.tag for child in element]
    known = [tag for tag in tags if tag in order]
    if known != sorted(known, key=order.index):
        yield f"{element.tag} has its children out of order"
    for tag in sorted(set(tags) - set(order)):
        yield f"{element.tag} may not hold {tag}"
    for name, least, most in shape.children:
        if not least <= tags.count(name) <= most:
            yield f"{element.tag} has {tags.count(name)} {name}"
