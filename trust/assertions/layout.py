"""Reads an assertion off its signed bytes, where their layout is known already.

A gateway writes the same bytes for every assertion of one role, organisation and set of
permissions, but for a few values: identifiers, instants, names. They are cut out; what
is left is the layout, and it is held, byte for byte, against those that were read step
by step before. Of a known layout the answer of every step is known, and only the values
are read anew, by the same rules.

Those of the sessions that are going on are tried first, as they are the likeliest.

A layout is learnt when it is seen a second time, by trial: the steps read the same
bytes with other values in the places, and must find exactly these values in exactly
these fields. So whatever the places really are, a value without markup can change its
field and nothing else. Whatever is in doubt here is left to the steps, which decide and
give the reason.

Names and identifiers of persons are places, so that no layout holds them; where one
stands that has no place here, nothing is learnt.

Spec: SAML 2.0 Core §2.3.3 / Canonical XML 1.0 §2.3 (in canonical bytes ``<`` is always
markup, and the value of an attribute always stands in ``"``).
"""

from __future__ import annotations

import dataclasses
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Generic, NamedTuple, TypeVar

from trust.assertions.codes import AttributeName
from trust.assertions.model import Assertion
from trust.assertions.parts import BLANKS
from trust.assertions.reading import Steps
from trust.assertions.times import format_instant, parse_instant
from trust.decision import TrustRefused
from trust.identifiers import CountryCode, Oid, PatientId
from trust.xml import SOAP_LIMITS, XmlRefused, parse_xml
from trust.xmlsignature import Mould, VerifiedElement

_Assertion = TypeVar("_Assertion", bound=Assertion)

_NC_NAME: Final = re.compile(r"[A-Za-z_][\w.\-]*", re.ASCII)
_LONGEST: Final = 16_384
_MOST_LAYOUTS: Final = 256
_MOST_SIGHTINGS: Final = 1_024
# Those of the sessions that are going on; the others are found by their bytes.
_MOST_RECENT: Final = 8
_PERSONAL: Final = (
    b"SPProvidedID",
    AttributeName.PRESCRIPTION_ID.encode(),
    AttributeName.DISPENSATION_PIN.encode(),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: behind these bytes, found one by one, and before ``end``.

    Attributes
    ----------
    read
        Reads a value as the steps do; ``ValueError`` where that is in doubt.
    invent
        Makes up a value that nobody can foresee: as it is written, and as it is read.
    """

    field: str
    behind: tuple[bytes, ...]
    end: bytes
    read: Callable[[str], object]
    invent: Callable[[], tuple[str, object]]


def id_place(field: str) -> Place:
    """Return the place of the assertion's own identifier."""
    return Place(field, (b' ID="',), b'"', _read_id, _invent_text)


def instant_place(field: str, name: str) -> Place:
    """Return the place of an instant in the attribute of this name."""
    behind = f' {name}="'.encode()
    return Place(field, (behind,), b'"', parse_instant, _invent_instant)


def text_place(field: str, *behind: str) -> Place:
    """Return the place of a text: in the element that the last of these names."""
    return Place(field, _path(behind), b"<", _read_text, _invent_text)


def patient_place(field: str, *behind: str) -> Place:
    """Return the place of a patient's identifier, a text too."""
    return Place(field, _path(behind), b"<", _read_patient, _invent_patient)


class _Known(NamedTuple, Generic[_Assertion]):
    """A layout whose every step is known: its end, all of it, and an example."""

    ending: bytes
    mould: Mould
    example: _Assertion
    accept_old_forms: bool


class Layouts(Generic[_Assertion]):
    """What is known of the layouts of one kind of assertion; threads may share it.

    Parameters
    ----------
    steps
        Reads an assertion whose layout is not known.
    places
        Where values stand, in the order of the document.
    """

    def __init__(self, steps: Steps[_Assertion], *places: Place) -> None:
        self._steps = steps
        self._places = places
        self._marks = tuple(
            (tuple((mark, len(mark)) for mark in place.behind), place.end)
            for place in places
        )
        self._readers = tuple((place.field, place.read) for place in places)
        self._known: dict[tuple[bytes, bool], _Known[_Assertion]] = {}
        self._recent: tuple[_Known[_Assertion], ...] = ()
        self._seen: set[int] = set()

    def read(
        self,
        verified: VerifiedElement,
        signer_country: CountryCode,
        *,
        accept_old_forms: bool,
    ) -> _Assertion:
        """Read what a verified assertion says, quickly where its layout is known.

        Raises
        ------
        AssertionRefused
            The steps found a reason.
        """
        signer = verified.certificate
        example, texts, layout = self._find(verified.signed, accept_old_forms)
        values = None if example is None else self._values(texts)
        if example is not None and values is not None:
            values["signer"], values["signer_country"] = signer, signer_country
            return _like(example, values)
        assertion = self._steps(
            verified.element, signer, signer_country, accept_old_forms=accept_old_forms
        )
        if layout and example is None:
            self._learn(layout, assertion, accept_old_forms=accept_old_forms)
        return assertion

    def _find(
        self, signed: bytes | None, accept_old_forms: bool
    ) -> tuple[_Assertion | None, list[bytes], bytes]:
        """Return an assertion of this layout, if one is known, the values, the layout.

        The layout is empty where there is none, and of the recent ones, which are known
        without it.
        """
        if not signed:
            return None, [], b""
        for recent in self._recent:
            is_alike = recent.accept_old_forms is accept_old_forms
            if is_alike and signed.endswith(recent.ending):  # where most differ
                fit = recent.mould.fit(signed)
                if fit is not None and fit[1] == len(signed):
                    return recent.example, fit[0], b""
        layout, texts = self._cut(signed)
        known = self._known.get((layout, accept_old_forms))
        if known is None:
            return None, texts, layout
        others = (each for each in self._recent if each is not known)
        self._recent = (known, *others)[:_MOST_RECENT]
        return known.example, texts, layout

    def _cut(self, signed: bytes) -> tuple[bytes, list[bytes]]:
        """Return the layout, empty where a place is absent, and the values."""
        find = signed.find
        pieces, texts, done = [], [], 0
        for marks, end in self._marks:
            start = done
            for mark, length in marks:
                start = find(mark, start) + length
                if start < length:  # it is not there
                    return b"", []
            place_end = find(end, start)
            if place_end < 0:
                return b"", []
            pieces.append(signed[done:start])
            texts.append(signed[start:place_end])
            done = place_end
        pieces.append(signed[done:])
        return b"\0".join(pieces), texts  # which no XML holds

    def _values(self, texts: list[bytes]) -> dict[str, Any] | None:
        try:
            return {
                field: read(text.decode())
                for (field, read), text in zip(self._readers, texts, strict=True)
            }
        except ValueError:
            return None

    def _learn(
        self, layout: bytes, assertion: _Assertion, *, accept_old_forms: bool
    ) -> None:
        if not self._is_worth_it(layout):
            return
        invented = {place.field: place.invent() for place in self._places}
        values: dict[str, Any] = {field: read for field, (_, read) in invented.items()}
        expected = dataclasses.replace(assertion, **values)
        data = _filled(layout, [written for written, _ in invented.values()])
        try:
            found = self._steps(
                parse_xml(data, SOAP_LIMITS),
                assertion.signer,
                assertion.signer_country,
                accept_old_forms=accept_old_forms,
            )
        except (TrustRefused, XmlRefused):
            return
        if found == expected:
            self._keep(layout, found, accept_old_forms=accept_old_forms)

    def _is_worth_it(self, layout: bytes) -> bool:
        if len(layout) > _LONGEST or any(name in layout for name in _PERSONAL):
            return False
        sighting = hash(layout)
        is_second = sighting in self._seen
        if len(self._seen) >= _MOST_SIGHTINGS:
            self._seen.clear()
        self._seen.add(sighting)
        return is_second

    def _keep(
        self, layout: bytes, found: _Assertion, *, accept_old_forms: bool
    ) -> None:
        if len(self._known) >= _MOST_LAYOUTS:
            self._known.clear()
        pieces = layout.split(b"\0")
        known = _Known(pieces[-1], Mould(pieces), found, accept_old_forms)
        self._known[layout, accept_old_forms] = known


def _like(example: _Assertion, values: dict[str, Any]) -> _Assertion:
    """Return an assertion that differs from the example in these values.

    As ``copy.copy`` makes it; ``dataclasses.replace`` would set every field by itself.
    """
    made = object.__new__(type(example))
    fields = made.__dict__
    fields.update(example.__dict__)
    fields.update(values)
    return made


def _path(names: tuple[str, ...]) -> tuple[bytes, ...]:
    return (*(name.encode() for name in names), b">")


def _filled(layout: bytes, values: list[str]) -> bytes:
    first, *others = layout.split(b"\0")
    pairs = zip(values, others, strict=True)
    return first + b"".join(value.encode() + piece for value, piece in pairs)


def _read_id(text: str) -> str:
    if not _NC_NAME.fullmatch(text):
        raise ValueError("not a plain name")
    return text


def _read_text(text: str) -> str:
    bare = text.strip(BLANKS)
    if not bare or "&" in bare:
        raise ValueError("no text, or one with an escape")
    return bare


def _read_patient(text: str) -> PatientId:
    # The separators of this form are escaped in every document.
    if text.count("&") != text.count("&amp;"):
        raise ValueError("another escape")
    return PatientId.from_cx(text.replace("&amp;", "&").strip(BLANKS))


def _invent_text() -> tuple[str, str]:
    text = f"_{secrets.token_hex(16)}"
    return text, text


def _invent_instant() -> tuple[str, datetime]:
    moment = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(
        milliseconds=secrets.randbits(40)
    )
    return format_instant(moment), moment


def _invent_patient() -> tuple[str, PatientId]:
    patient = PatientId(Oid(f"2.25.{secrets.randbits(120)}"), secrets.token_hex(16))
    return patient.cx.replace("&", "&amp;"), patient
