"""The translation pass: every display in a language of the reader, in place.

Country B runs it on what it received; the original bytes stay beside it. A code whose
name is in none of the languages keeps the one it came with, and that is said.

Spec: eHDSI use cases, translation at the country of treatment.
Seen: OpenNCP 9 Transformation Manager (``translate``); our chain of languages is our
own, OpenNCP compares tags exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from lxml import etree

from transformations.findings import Severity
from transformations.terminology.coded_elements import DocumentKind, Usage
from transformations.terminology.passes.account import (
    Account,
    CodeFate,
    TermFinding,
    TermRule,
    path_of,
)
from transformations.terminology.passes.cda_places import (
    CODED_TAGS,
    QUALIFIER,
    QUALIFIER_NAME,
    STRUCTURAL,
    TAGS,
    Places,
    absent_required,
    document_kind,
)
from transformations.terminology.passes.rewriting import keep_name, rename
from transformations.terminology.passes.units import UnitNames
from transformations.terminology.port import Catalogue


def translate(
    root: etree._Element, catalogue: Catalogue, languages: Sequence[str]
) -> Account:
    """Translate a CDA tree in place, and account for each coded element.

    Parameters
    ----------
    languages
        The chain, best first; see :func:`fallback_chain`.
    """
    account = Account(release=catalogue.release)
    kind, code = document_kind(root)
    if kind is None:
        account.findings.append(unknown_document(code))
    pass_ = _Translation(catalogue, tuple(languages), account)
    pass_.run(root)
    account.later = partial(_findings, root, kind, pass_.untranslated)
    return account


def unknown_document(code: str) -> TermFinding:
    """Say that the document is of no kind whose coded elements are known."""
    if code:
        return TermFinding(
            TermRule.DOCUMENT_CODE_UNKNOWN,
            Severity.WARNING,
            "/ClinicalDocument/code",
            "documents of this code are not known; only displays were looked at",
        )
    return TermFinding(
        TermRule.DOCUMENT_CODE_MISSING,
        Severity.WARNING,
        "/ClinicalDocument",
        "the document has no single code; only displays were looked at",
    )


def required_absent(root: etree._Element, kind: DocumentKind) -> list[TermFinding]:
    """Say which required coded elements are not there at all."""
    return [
        TermFinding(
            TermRule.REQUIRED_MISSING,
            Severity.CRITICAL,
            f"{path_of(owner)}/{row.path}",
            f"the required coded element is not there: {row.name}",
        )
        for owner, row in absent_required(root, kind)
    ]


def _findings(
    root: etree._Element, kind: DocumentKind | None, untranslated: list[etree._Element]
) -> list[TermFinding]:
    """Say what could not be told, and what is not there at all."""
    places = Places(kind)
    found = [_untranslated(element, places) for element in untranslated]
    return found if kind is None else found + required_absent(root, kind)


def _untranslated(element: etree._Element, places: Places) -> TermFinding:
    if element.get("codeSystem") is None:
        return TermFinding(
            TermRule.ATTRIBUTES_MISSING,
            Severity.WARNING,
            element,
            "a code without a code system cannot be looked up",
        )
    row = places.row(element)
    is_required = (
        row is not None
        and places.kind is not None
        and row.usage[places.kind] is Usage.REQUIRED
    )
    return TermFinding(
        TermRule.REQUIRED_NOT_TRANSLATED if is_required else TermRule.NOT_TRANSLATED,
        Severity.INFORMATION if row is None else Severity.WARNING,
        element,
        "the catalogue has no name of this code in the languages asked for; it stays "
        "as it came",
    )


class _Translation:
    """One run over one tree."""

    def __init__(
        self, catalogue: Catalogue, chain: tuple[str, ...], account: Account
    ) -> None:
        self._display = catalogue.display
        self._chain = chain
        self._account = account
        self._units = UnitNames(catalogue, chain)
        self.untranslated: list[etree._Element] = []

    def run(self, root: etree._Element) -> None:
        """Translate every coded element.

        They are listed first, because the pass adds elements of the same tags. This
        loop is what a document costs.
        """
        display, chain, book = self._display, self._chain, self._account.rows.append
        translated = CodeFate.TRANSLATED
        for element in list(root.iter(*TAGS)):
            get = element.get
            code = get("code")
            if code is None:
                self._without_code(element)
                continue
            system = get("codeSystem")
            if system is None:
                self._incomplete(element)
                continue
            found = display(code, system, chain)
            if found is None:
                self._keep(element, system)
                continue
            text, language = found
            old = get("displayName")
            if old != text:
                if old is not None:
                    keep_name(element, code, system, old)
                element.set("displayName", text)
            book((element, translated, "", language, ""))

    def _without_code(self, element: etree._Element) -> None:
        unit = element.get("unit")
        if unit is not None:
            self._account.units += self._units.name(element, unit)
        elif element.get("nullFlavor") is not None:
            if element.tag in CODED_TAGS:
                self._account.book(element, CodeFate.MISSING, reason="null flavour")
        elif len(element) and element.tag == QUALIFIER:
            for name in element.iterchildren(QUALIFIER_NAME):
                self._qualifier(name)

    def _qualifier(self, name: etree._Element) -> None:
        code, system = name.get("code"), name.get("codeSystem")
        if code is None or system is None:
            return
        found = self._display(code, system, self._chain)
        if found is None:
            self._keep(name, system)
            return
        rename(name, found.text)
        self._account.book(name, CodeFate.TRANSLATED, "", found.language)

    def _incomplete(self, element: etree._Element) -> None:
        if element.tag in CODED_TAGS:
            self._account.book(element, CodeFate.MISSING, reason="no code system")
            self.untranslated.append(element)

    def _keep(self, element: etree._Element, system: str) -> None:
        if system in STRUCTURAL:
            self._account.book(element, CodeFate.KEPT, reason="structural")
            return
        self._account.book(element, CodeFate.KEPT, reason="no name in any language")
        self.untranslated.append(element)
