"""ebXML registry objects as XCA uses them: slots, classifications, errors.

Spec: ebXML RegRep 3.0 (rim, rs) / IHE ITI TF-3 §4.2.3, §4.2.4.
Seen: OpenNCP omits the status of some failures, and highestSeverity always; its
reader needs a Slot in every Classification and a Name on every object.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final, TypeAlias

from lxml import etree

from ncp.ihe import namespaces as ns
from ncp.ihe.answer import Answer
from ncp.ihe.codes import (
    EXTERNAL_IDENTIFIER,
    EntryScheme,
    ResponseStatus,
    Severity,
    SubmissionScheme,
)
from ncp.ihe.nodes import attribute, child, children, element, form, invalid, text
from ncp.peer_words import PeerWords, fit_words
from trust.identifiers import HomeCommunityId, IdentifierError
from trust.xml import INSIDE, Blank, Element, Node, Written, written_together

Scheme: TypeAlias = EntryScheme | SubmissionScheme


@cache  # the names of the model, written in this package
def rim(name: str) -> str:
    """Return a name of the registry information model in Clark notation."""
    return f"{{{ns.RIM}}}{name}"


def _rs(name: str) -> str:
    return f"{{{ns.RS}}}{name}"


@dataclass(frozen=True, slots=True)
class PeerError:
    """An error a peer answered with, in its own words.

    ``reason`` is the code of XCPD's detected issue. What the peer wrote as text may
    say anything, so it stays out of the representation.
    """

    code: str
    text: str = field(default="", repr=False)
    severity: Severity | None = None
    reason: str | None = None
    location: str = field(default="", repr=False)
    told_code: str = field(default="", repr=False)

    @property
    def words(self) -> PeerWords:
        """What was told, fit to be shown; the code as it was, if it is one or not."""
        return PeerWords(
            code=fit_words(self.told_code or self.code),
            reason=self.reason or "",
            text=fit_words(self.text),
            location=fit_words(self.location),
        )

    @property
    def is_warning(self) -> bool:
        """Whether the peer called it a warning; unstated is an error."""
        return self.severity is Severity.WARNING


_CODE = re.compile(r"[A-Za-z0-9_.: -]{1,64}")
UNREADABLE_CODE = "unreadable"


def peer_code(value: str | None) -> str:
    """Return a peer's code fit to be shown and logged; text in its place is not.

    gematik's fault codes are words with blanks.
    """
    if value is None:
        return ""
    return value if _CODE.fullmatch(value) else UNREADABLE_CODE


# Writing ----------------------------------------------------------------------------


def slot(name: str, *values: str) -> Element:
    """Build a slot; its value list is always there."""
    return element(
        rim("Slot"),
        element(rim("ValueList"), *(element(rim("Value"), v) for v in values)),
        attributes={"name": name},
    )


def open_slot(name: str) -> Element:
    """Build a slot of a form, whose values are written apart and go inside."""
    return element(
        rim("Slot"), element(rim("ValueList"), INSIDE), attributes={"name": name}
    )


_VALUE: Final = form(element(rim("Value"), Blank("value")))


def slot_values(values: Iterable[str]) -> Written | None:
    """Write the values of a slot; None where there are none."""
    return written_together(_VALUE.fill(value=value) for value in values)


def localized(name: str, value: str) -> Element:
    """Build a Name or Description."""
    return element(
        rim(name), element(rim("LocalizedString"), attributes={"value": value})
    )


# The two bits of the variant over those of a digest (RFC 9562 §4.1).
_VARIANTS: Final = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))


def derived_urn(entry: uuid.UUID, name: str) -> str:
    """Return the URN of the id that follows from an entry and a name (UUID version 5).

    It is ``uuid.uuid5(entry, name).urn`` without the objects between, as a submission
    takes many.
    """
    return _version_5_urn(entry.bytes + name.encode())


def derived_urns(entry: uuid.UUID, names: Mapping[str, str]) -> dict[str, str]:
    """Return such URNs under the keys of their names: for the blanks of a form."""
    space = entry.bytes
    return {key: _version_5_urn(space + name.encode()) for key, name in names.items()}


def _version_5_urn(told: bytes) -> str:
    """Put a digest's digits in the form of a UUID (RFC 9562 §5.5)."""
    digits = hashlib.sha1(told, usedforsecurity=False).hexdigest()
    return (
        f"urn:uuid:{digits[:8]}-{digits[8:12]}-5{digits[13:16]}"
        f"-{_VARIANTS[digits[16]]}{digits[17:20]}-{digits[20:32]}"
    )


def classification(
    scheme: Scheme, own: str, entry: str, code: str, *parts: Node
) -> Element:
    """Build a classification.

    Parameters
    ----------
    own, entry
        The URNs of its id, which follows from entry and scheme, and of the entry's.
    parts
        Its slots, then its name.
    """
    return element(
        rim("Classification"),
        *parts,
        attributes={
            "id": own,
            "classificationScheme": scheme,
            "classifiedObject": entry,
            "nodeRepresentation": code,
        },
    )


def coded(
    scheme: Scheme, own: str, entry: str, code: str, coding_scheme: str, name: str
) -> Element:
    """Build a classification by a code of a coding scheme."""
    parts = slot("codingScheme", coding_scheme), localized("Name", name)
    return classification(scheme, own, entry, code, *parts)


def external_identifier(
    scheme: Scheme, own: str, entry: str, value: str, name: str
) -> Element:
    """Build an external identifier; ``own`` and ``entry`` as in a classification."""
    return element(
        rim("ExternalIdentifier"),
        localized("Name", name),
        attributes={
            "id": own,
            "objectType": EXTERNAL_IDENTIFIER,
            "registryObject": entry,
            "identificationScheme": scheme,
            "value": value,
        },
    )


def registry_error_list(
    errors: Sequence[Answer], home: HomeCommunityId
) -> Element | None:
    """Build the error list, or nothing where there are no errors.

    ``location`` is the home community (ITI TF-2 3.38.4.1.3).
    """
    if not errors:
        return None
    return element(
        _rs("RegistryErrorList"),
        *(_registry_error(error, home) for error in errors),
        attributes={"highestSeverity": _highest(e.severity for e in errors)},
    )


def _registry_error(answer: Answer, home: HomeCommunityId) -> Element:
    return element(
        _rs("RegistryError"),
        attributes={
            "errorCode": answer.code,
            "codeContext": answer.context,
            "severity": answer.severity or Severity.ERROR,
            "location": home.urn,
        },
    )


def _highest(severities: Iterable[Severity | None]) -> Severity:
    only_warnings = all(severity is Severity.WARNING for severity in severities)
    return Severity.WARNING if only_warnings else Severity.ERROR


def worst_status(errors: Sequence[Answer], *, has_content: bool) -> ResponseStatus:
    """Choose the status of a response from what it carries."""
    if _highest(e.severity for e in errors) is Severity.WARNING:
        told = {each.status for each in errors}
        if ResponseStatus.FAILURE in told:
            return ResponseStatus.FAILURE
        is_partial = has_content and ResponseStatus.PARTIAL_SUCCESS in told
        return ResponseStatus.PARTIAL_SUCCESS if is_partial else ResponseStatus.SUCCESS
    if has_content:
        return ResponseStatus.PARTIAL_SUCCESS
    # A dialect may call a refusal something else than a failure.
    return next((e.status for e in errors if e.status), ResponseStatus.FAILURE)


# Reading ----------------------------------------------------------------------------

_STATUSES: Final = {str(known): known for known in ResponseStatus}
_SEVERITIES: Final = {str(known): known for known in Severity}


def read_status(response: etree._Element | None) -> ResponseStatus:
    """Read the status; anything but a known one is a failure.

    OpenNCP answers insufficient rights with no status and no error at all.
    """
    value = attribute(response, "status")
    return _STATUSES.get(value or "", ResponseStatus.FAILURE)


def read_errors(response: etree._Element | None) -> tuple[PeerError, ...]:
    """Read the error list of a response."""
    found = children(child(response, _rs("RegistryErrorList")), _rs("RegistryError"))
    return tuple(_read_error(error) for error in found)


def errors_about(
    errors: Iterable[PeerError], unique_ids: Sequence[str]
) -> dict[str, list[PeerError]]:
    """Sort errors by the documents they name; under "" those that name none.

    A peer names a document in the words of its error, if at all.
    """
    found: dict[str, list[PeerError]] = {}
    for error in errors:
        told = f"{error.text} {error.location}".split()
        words = {word.strip("().,;:'\"[]") for word in told}
        for each in [each for each in unique_ids if each in words] or [""]:
            found.setdefault(each, []).append(error)
    return found


def _read_error(source: etree._Element) -> PeerError:
    severity = attribute(source, "severity") or ""
    code = attribute(source, "errorCode")
    return PeerError(
        code=peer_code(code),
        text=attribute(source, "codeContext") or text(source) or "",
        severity=_SEVERITIES.get(severity, Severity.ERROR),
        location=attribute(source, "location") or "",
        told_code=code or "",
    )


def home_of(value: str | None) -> HomeCommunityId | None:
    """Read a home community id with or without ``urn:oid:``; None when absent."""
    if value is None:
        return None
    try:
        return HomeCommunityId.parse(value)
    except IdentifierError as error:
        raise invalid(f"the home community id is {error}") from None
