"""The pivot pass: national codes become the codes of the catalogue, in place.

Country A runs it before a document leaves. In a bound place stands afterwards a code of
the value set, with an English display; the code that stood there stays beside it as a
translation. What has no code in the value set is refused, or goes as ``OTH`` with the
national code beside it: the policy says.

Spec: eHDSI CDA templates (value set bindings) / eHDSI "unmappable concepts".
Seen: OpenNCP 9 Transformation Manager (``transcode``), which refuses a document for an
unmapped optional element in one release and hides it in the next.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from lxml import etree

from transformations.findings import Severity
from transformations.terminology.coded_elements import (
    CodedElement,
    DocumentKind,
    Usage,
)
from transformations.terminology.languages import PIVOT_LANGUAGES
from transformations.terminology.passes.account import (
    Account,
    CodeFate,
    TermFinding,
    TermRule,
)
from transformations.terminology.passes.cda_places import (
    CODED_TAGS,
    EVENT,
    QUALIFIER,
    QUALIFIER_NAME,
    STRUCTURAL,
    TAGS,
    TRANSLATION,
    Places,
    document_kind,
)
from transformations.terminology.passes.rewriting import (
    keep_unit,
    recode,
    rename,
    uncode,
)
from transformations.terminology.passes.translate import (
    required_absent,
    unknown_document,
)
from transformations.terminology.passes.units import UCUM, UNITS, is_unit
from transformations.terminology.port import Catalogue, Concept
from transformations.terminology.systems import system_key
from transformations.terminology.value_sets import SYSTEMS_OF

_DOSES = ("doseQuantity", "low", "high")


class Unmapped(StrEnum):
    """What is done with a code that has none in the value set of its place."""

    NULL_FLAVOR = "null-flavor"  # OTH with the code beside it, and a warning
    REFUSE = "refuse"  # the document does not leave


class _Code(NamedTuple):
    """A code that an element says, itself or in a translation."""

    code: str
    system: str
    display: str | None


def pivot(
    root: etree._Element,
    catalogue: Catalogue,
    unmapped: Unmapped = Unmapped.NULL_FLAVOR,
) -> Account:
    """Bring a CDA tree to the codes of the catalogue, and account for each.

    The caller looks at :attr:`Account.errors` before the document leaves.
    """
    account = Account(release=catalogue.release)
    kind, code = document_kind(root)
    if kind is None:
        finding = unknown_document(code)
        account.findings.append(finding._replace(severity=Severity.CRITICAL))
    pass_ = _Pivot(catalogue, unmapped, kind, account)
    for element in list(root.iter(*TAGS)):
        pass_.visit(element)
    if kind is not None:
        account.findings.extend(required_absent(root, kind))
    return account


class _Pivot:
    """One run over one tree."""

    def __init__(
        self,
        catalogue: Catalogue,
        unmapped: Unmapped,
        kind: DocumentKind | None,
        account: Account,
    ) -> None:
        self._catalogue = catalogue
        self._unmapped = unmapped
        self._kind = kind
        self._places = Places(kind)
        self._account = account

    def visit(self, element: etree._Element) -> None:
        code = element.get("code")
        if code is None:
            self._without_code(element)
            return
        system = element.get("codeSystem")
        if system is None or not code:
            self._incomplete(element)
        elif system in STRUCTURAL:
            self._account.book(element, CodeFate.KEPT, reason="structural")
        else:
            row = self._places.row(element)
            if row is None:
                self._unbound(element, code, system)
            else:
                self._bound(element, row)

    def _without_code(self, element: etree._Element) -> None:
        unit = element.get("unit")
        if unit is not None:
            self._unit(element, unit)
            return
        if element.tag == QUALIFIER:
            for name in element.iterfind(QUALIFIER_NAME):
                self.visit(name)
            return
        flavor = element.get("nullFlavor")
        if flavor is None or element.tag not in CODED_TAGS:
            return
        row = self._places.row(element) if flavor == "OTH" else None
        if row is not None and element.find(TRANSLATION) is not None:
            self._bound(element, row)
        else:
            self._account.book(element, CodeFate.MISSING, reason="null flavour")

    def _bound(self, element: etree._Element, row: CodedElement) -> None:
        codes = _codes_of(element)
        is_there = element.get("code") is not None
        answers = self._answers(codes[0], row) if is_there else []
        if any(answers):
            self._member(element, row, codes[0])
            return
        found = None if element.tag == EVENT else self._elsewhere(codes, row)
        if found is not None:
            self._transcoded(element, row, found)
        elif None in answers:
            self._unjudged(element, row)
        else:
            self._unmappable(element, row)

    def _answers(self, code: _Code, row: CodedElement) -> list[bool | None]:
        """Ask each value set of a place for a code."""
        answers = []
        for value_set in row.value_sets:
            answer = self._catalogue.has(value_set, code.code, code.system)
            if answer is None and not may_hold(value_set, code.system):
                answer = False
            answers.append(answer)
        return answers

    def _elsewhere(self, codes: list[_Code], row: CodedElement) -> Concept | None:
        """Find a code of the value set beside the one there, or by a mapping."""
        catalogue = self._catalogue
        for code in codes:
            if any(
                catalogue.has(one, code.code, code.system) for one in row.value_sets
            ):
                return catalogue.concept(code.code, code.system)
        for code in codes:
            target = catalogue.pivot(code.code, code.system, row.value_sets)
            if target is not None:
                return target
        return None

    def _member(self, element: etree._Element, row: CodedElement, code: _Code) -> None:
        concept = self._catalogue.concept(code.code, code.system)
        if concept is not None and concept.code_system != element.get("codeSystem"):
            # The same system by an older OID: written as the catalogue writes it.
            recode(element, concept, self._english(concept) or code.display)
            self._account.book(element, CodeFate.TRANSCODED, row.name, "en")
            return
        self._told_if_retired(element, concept)
        language = self._display(element, code.code, code.system)
        self._account.book(element, CodeFate.KEPT, row.name, language)

    def _transcoded(
        self, element: etree._Element, row: CodedElement, concept: Concept
    ) -> None:
        recode(element, concept, self._english(concept) or concept.code)
        self._told_if_retired(element, concept)
        self._account.book(element, CodeFate.TRANSCODED, row.name, "en")

    def _unjudged(self, element: etree._Element, row: CodedElement) -> None:
        self._account.book(
            element, CodeFate.KEPT, row.name, reason="value set not in the catalogue"
        )
        self._find(
            TermRule.VALUE_SET_ABSENT,
            Severity.INFORMATION,
            element,
            f"the catalogue does not hold a value set of this place ({row.name}); "
            "the code was not judged",
        )

    def _unmappable(self, element: etree._Element, row: CodedElement) -> None:
        usage = row.usage[self._kind] if self._kind else Usage.OPTIONAL
        if usage is Usage.EXTENSIBLE:
            self._account.book(element, CodeFate.KEPT, row.name, reason="extensible")
            self._find(
                TermRule.NOT_TRANSCODED,
                Severity.INFORMATION,
                element,
                "the code is not of the value set; others are allowed here "
                f"({row.name})",
            )
        elif (
            usage in {Usage.REQUIRED, Usage.STRICT}
            or self._unmapped is Unmapped.REFUSE
            or element.tag == EVENT
        ):
            self._account.book(element, CodeFate.KEPT, row.name, reason="unmapped")
            self._find(
                TermRule.REQUIRED_NOT_TRANSCODED,
                Severity.CRITICAL,
                element,
                f"the code has none in the value set of this place ({row.name})",
            )
        else:
            if element.get("code") is not None:
                uncode(element)
            self._account.book(element, CodeFate.MISSING, row.name, reason="unmapped")
            self._find(
                TermRule.NOT_TRANSCODED,
                Severity.WARNING,
                element,
                f"the code has none in the value set of this place ({row.name}); it "
                "goes as OTH with the national code beside it",
            )

    def _unbound(self, element: etree._Element, code: str, system: str) -> None:
        language = self._display(element, code, system)
        self._account.book(element, CodeFate.KEPT, language=language, reason="unbound")

    def _display(self, element: etree._Element, code: str, system: str) -> str:
        """Let the display be the English one, if there is one; return its language."""
        found = self._catalogue.display(code, system, PIVOT_LANGUAGES)
        if found is None:
            return ""
        rename(element, found.text)
        return found.language

    def _english(self, concept: Concept) -> str | None:
        found = self._catalogue.display(
            concept.code, concept.code_system, PIVOT_LANGUAGES
        )
        return None if found is None else found.text

    def _incomplete(self, element: etree._Element) -> None:
        if element.tag not in CODED_TAGS:
            return
        self._account.book(element, CodeFate.MISSING, reason="no code system")
        self._find(
            TermRule.ATTRIBUTES_MISSING,
            Severity.WARNING,
            element,
            "a code without a code system cannot be looked up",
        )

    def _unit(self, element: etree._Element, unit: str) -> None:
        if is_unit(self._catalogue, unit) is not False:
            return
        target = self._catalogue.pivot(unit, UCUM, (UNITS,))
        if target is not None:
            keep_unit(element, target.code, unit)
            self._account.units += 1
        elif _is_dose(element):
            self._find(
                TermRule.NOT_TRANSCODED,
                Severity.WARNING,
                element,
                "the unit is none of the catalogue; it stays as it came",
            )

    def _told_if_retired(
        self, element: etree._Element, concept: Concept | None
    ) -> None:
        if concept is not None and not concept.is_current:
            self._find(
                TermRule.NOT_CURRENT,
                Severity.INFORMATION,
                element,
                "the code is one that its owner has retired",
            )

    def _find(
        self,
        rule: TermRule,
        severity: Severity,
        element: etree._Element,
        sentence: str,
    ) -> None:
        self._account.findings.append(TermFinding(rule, severity, element, sentence))


def may_hold(value_set: str, system: str) -> bool:
    """Whether a value set that is not at hand could hold a code of a system."""
    systems = SYSTEMS_OF.get(value_set)
    return systems is None or system_key(system) in systems


def _codes_of(element: etree._Element) -> list[_Code]:
    """Return the code of an element, then of its translations, outermost first."""
    parts = [element, *element.iter(TRANSLATION)]
    return [
        _Code(code, system, part.get("displayName"))
        for part in parts
        if (code := part.get("code")) and (system := part.get("codeSystem"))
    ]


def _is_dose(element: etree._Element) -> bool:
    local = etree.QName(element).localname
    parent = element.getparent()
    if local == "doseQuantity":
        return True
    return (
        local in _DOSES
        and parent is not None
        and etree.QName(parent).localname == "doseQuantity"
    )
