"""The words of the rules' notation beside XPath's own: ``is:...`` and ``of:...``.

``is:`` words answer true or false and take text, a node or several: of no node they
are false, of several each must be one. ``of:`` words give a value.

Spec: IHE ITI TF-3 Table 4.2.3.1.7-2 (data types) / SAML 2.0 Core §1.3 / HL7 v3 TS, II /
ISO/IEC 8824-1 / RFC 3986 §4.3.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from lxml import etree

from trust.decision import TrustRefused
from trust.identifiers import IdentifierError, PatientId
from trust.xmlsignature import SignatureRefused, verify_enveloped

IS: Final = "urn:ncp:rules:is"
OF: Final = "urn:ncp:rules:of"

_OID: Final = r"[0-2](\.(0|[1-9][0-9]*))+"
_UUID: Final = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_TWO: Final = r"(0[1-9]|1[0-2])((0[1-9]|[12]\d|3[01])"
_HD: Final = rf"&{_OID}&ISO"
# Nothing that a text must match in whole may be slow to match on hostile text: each
# part of a form begins with another character than the part before it may end with.
_FORMS: Final = {
    "oid": _OID,
    "uuid": _UUID,
    "urn-uuid": f"urn:uuid:{_UUID}",
    "home": f"urn:oid:{_OID}",
    # DTM of IHE: from the year to the second, in UTC, without a zone.
    "dtm": rf"\d{{4}}({_TWO}(([01]\d|2[0-3])([0-5]\d([0-5]\d)?)?)?)?)?",
    # TS of HL7 v3: the same, with parts of a second and a zone.
    "ts": (
        rf"\d{{4}}({_TWO}(([01]\d|2[0-3])([0-5]\d([0-5]\d(\.\d{{1,9}})?)?)?)?)?)?"
        r"([+-]\d{4})?"
    ),
    "language": r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*",
    "sha-1": r"[0-9a-fA-F]{40}",
    "number": r"\d{1,18}",
    "printable": r"[\x21-\x7e]{1,128}",
    "mime-type": r"\w{1,64}/[-+.\w]{1,127}",
    "nc-name": r"[A-Za-z_][\w.-]*",
    # An absolute IRI: a scheme, and something behind it without blanks.
    "iri": r"[A-Za-z][A-Za-z0-9+.-]{0,30}:\S+",
    "instant": (
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)"  # with a zone
    ),
    "country": r"[A-Z]{2}",
    # Of the nine components only the last tells an authority.
    "xcn": rf"(?=\^?[^^])[^^&]*(\^[^^&]*){{0,7}}|[^^&]+(\^[^^&]*){{7}}\^{_HD}(\^.*)?",
    "xon": rf"[^^]+|[^^]+\^{{5}}{_HD}\^{{4}}[^^]+|[^^]+\^{{9}}{_OID}",
    "pid": r"PID-(1|3|5|6|7|8|9|1[013-8]|2\d|3\d)\|.*",
    "code-list": r"\('[^'^,()]+\^\^[^'^,()]+'(,'[^'^,()]+\^\^[^'^,()]+')*\)",
}
_LONGEST: Final = 10_000
_FRAME: Final = re.compile(
    r"Traceback \(most recent|\bat [\w.$]{1,200}\(|\.java:\d|\.py\", line \d"
    r"|\b\w{1,80}Exception\b|\b(java|javax|org|com|eu)\.\w{1,80}\.\w"
)


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [_text(each) for each in value]
    return [_text(value)]


def _text(value: Any) -> str:
    if etree.iselement(value):
        return "".join(value.itertext()).strip()
    return str(value)


def _form(pattern: str) -> Callable[[object, Any], bool]:
    compiled = re.compile(pattern, re.ASCII)

    def is_of_form(_context: object, value: Any) -> bool:
        texts = _texts(value)
        return bool(texts) and all(
            len(each) <= _LONGEST and compiled.fullmatch(each) for each in texts
        )

    return is_of_form


def _is_cx(_context: object, value: Any) -> bool:
    texts = _texts(value)
    return bool(texts) and all(map(_reads_as_patient, texts))


def _reads_as_patient(text: str) -> bool:
    try:
        return PatientId.from_cx(text).cx == text
    except IdentifierError:
        return False


def _is_alike(_context: object, value: Any) -> bool:
    """Tell whether several values are all the same."""
    return len(set(_texts(value))) <= 1


def _is_unique(_context: object, value: Any) -> bool:
    """Tell whether no two of several values are the same."""
    texts = _texts(value)
    return len(set(texts)) == len(texts)


def _is_whole(_context: object, assertions: Any) -> bool:
    """Tell whether the seal of an assertion fits it, whoever made it."""
    return all(map(_verifies, assertions))


def _verifies(assertion: etree._Element) -> bool:
    try:
        verify_enveloped(assertion)
    except (SignatureRefused, TrustRefused):
        return False
    return True


def _is_qualified(_context: object, value: Any, namespace: str, *names: str) -> bool:
    """Tell whether the text of one element is one of the names in a namespace."""
    if len(value) != 1:
        return False
    prefix, _, local = _text(value[0]).rpartition(":")
    return value[0].nsmap.get(prefix or None) == namespace and local in names


def _shows_inside(_context: object, value: Any) -> bool:
    """Tell whether a text shows a program from inside: a stack frame, a class."""
    return any(_FRAME.search(each[:_LONGEST]) for each in _texts(value))


def _is_qualified_name(_context: object, value: Any) -> bool:
    """Tell whether the text of an element is a name with a declared prefix."""
    for element in value:
        prefix, colon, local = _text(element).partition(":")
        if not colon or prefix not in element.nsmap or not local or " " in local:
            return False
    return bool(value)


def _names(_context: object, value: Any) -> str:
    """Return the local names of the children of an element, in order."""
    return " ".join(
        etree.QName(child).localname
        for element in value
        for child in element.iterchildren("*")
    )


def _order(_context: object, value: Any, expected: str) -> bool:
    """Tell whether children stand in an order; names that are not told stand last.

    ``expected`` are local names; a star behind one says nothing here but that the
    reader should know that it may repeat.
    """
    places = {name.rstrip("*?"): n for n, name in enumerate(expected.split())}
    for element in value:
        seen = [
            places.get(etree.QName(child).localname, len(places))
            for child in element.iterchildren("*")
        ]
        if seen != sorted(seen):
            return False
    return True


def _hours(_context: object, start: Any, end: Any) -> float:
    """Return how long a window is, in hours; NaN where an instant is unreadable."""
    try:
        begins, ends = map(_instant, (_texts(start)[0], _texts(end)[0]))
        return (ends - begins).total_seconds() / 3600
    except (ValueError, IndexError, TypeError, OverflowError):
        return float("nan")


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("an instant needs a zone")
    return moment


def _length(_context: object, value: Any) -> float:
    """Return the length of the longest of several values."""
    return float(max(map(len, _texts(value)), default=0))


def _unquoted(_context: object, value: Any) -> str:
    """Return a text without a pair of single quotes around it."""
    text = "".join(_texts(value)[:1])
    is_quoted = len(text) > 1 and text[0] == text[-1] == "'"
    return text[1:-1].replace("''", "'") if is_quoted else text


def _xsi_type(_context: object, value: Any) -> str:
    """Return the local name of an element's ``xsi:type`` if it is one of HL7 v3."""
    for element in value:
        told = element.get("{http://www.w3.org/2001/XMLSchema-instance}type", "")
        prefix, _, local = told.rpartition(":")
        if element.nsmap.get(prefix or None) == "urn:hl7-org:v3":
            return str(local)
    return ""


WORDS: Final[dict[tuple[str, str], Any]] = {
    **{(IS, name): _form(pattern) for name, pattern in _FORMS.items()},
    (IS, "cx"): _is_cx,
    (IS, "alike"): _is_alike,
    (IS, "unique"): _is_unique,
    (IS, "whole"): _is_whole,
    (IS, "qualified"): _is_qualified,
    (IS, "qualified-name"): _is_qualified_name,
    (IS, "ordered"): _order,
    (IS, "from-inside"): _shows_inside,
    (OF, "names"): _names,
    (OF, "hours"): _hours,
    (OF, "length"): _length,
    (OF, "unquoted"): _unquoted,
    (OF, "xsi-type"): _xsi_type,
}
"""The words by namespace and name."""
