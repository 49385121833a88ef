"""The passes as a gateway uses them: bytes in, bytes and account out.

Each document is read with the catalogue that speaks when it comes, to its end.

Spec: eHDSI use cases: transcoding at country A, translation at country B.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ncp.errors import NationalError, Refusal
from ncp.ports import Clock
from ncp.settings.terminology import TerminologySettings
from ncp.terminology.activation_record import ActivationRecord, WriteRecord
from transformations.terminology import Catalogue, fallback_chain
from transformations.terminology.catalogue import (
    CatalogueRefused,
    CurrentCatalogue,
    Releases,
)
from transformations.terminology.passes import (
    Account,
    TermRule,
    Unmapped,
    pivot,
    translate,
)
from trust.xml import DOCUMENT_LIMITS, parse_xml, write_tree


class Shelf(Protocol):
    """Gives the catalogue of this moment."""

    def get(self) -> Catalogue:
        """Return it; raises CatalogueRefused where nothing speaks."""
        ...


@dataclass(frozen=True, slots=True)
class Processed:
    """A document after a pass, and what became of its codes.

    Attributes
    ----------
    languages
        The chain that was asked for; empty after a pivot.
    """

    document: bytes = field(repr=False)
    account: Account = field(repr=False)
    languages: tuple[str, ...] = ()

    @property
    def is_lacking(self) -> bool:
        """Whether a code went without one of the catalogue."""
        return any(
            finding.rule is TermRule.NOT_TRANSCODED
            and finding.severity.value == "warning"
            for finding in self.account.findings
        )


@dataclass(frozen=True, slots=True)
class TerminologyDesk:
    """Pivots and translates; one serves all threads."""

    shelf: Shelf
    languages: tuple[str, ...]
    unmapped: Unmapped = Unmapped.NULL_FLAVOR

    def pivoted(self, document: bytes) -> Processed:
        """Bring a CDA that leaves to the codes of the catalogue.

        Raises
        ------
        NationalError
            No catalogue speaks at this moment.
        """
        catalogue = self._catalogue()
        root = parse_xml(document, DOCUMENT_LIMITS)
        account = pivot(root, catalogue, self.unmapped)
        return Processed(write_tree(root), account)

    def translated(self, document: bytes, language: str | None = None) -> Processed:
        """Tell a received CDA in a language; the one asked for, else the settings'.

        Raises
        ------
        NationalError
            No catalogue speaks at this moment.
        """
        catalogue = self._catalogue()
        chain = self.chain(language)
        root = parse_xml(document, DOCUMENT_LIMITS)
        account = translate(root, catalogue, chain)
        return Processed(write_tree(root), account, chain)

    def chain(self, language: str | None) -> tuple[str, ...]:
        """Return the languages to try, best first."""
        wanted: Sequence[str] = (
            self.languages if language is None else (language, *self.languages)
        )
        return fallback_chain(wanted[0], wanted[1:])

    def _catalogue(self) -> Catalogue:
        try:
            return self.shelf.get()
        except CatalogueRefused as error:
            raise NationalError(
                Refusal.NATIONAL_UNAVAILABLE,
                "no catalogue of terminology speaks",
                str(error),
            ) from error


def open_desk(
    settings: TerminologySettings,
    languages: Sequence[str],
    clock: Clock,
    write: WriteRecord,
    audit_source: str,
) -> TerminologyDesk | None:
    """Make the desk that the settings name, or None.

    Parameters
    ----------
    languages
        Those of the gateway, where the section names none.
    write
        Records which catalogue begins to speak.
    """
    if settings.folder is None:
        return None
    releases = Releases(Path(settings.folder))
    record = ActivationRecord(write, clock, audit_source, releases)
    shelf = CurrentCatalogue(releases, clock.now, record)
    return TerminologyDesk(
        shelf, tuple(settings.languages or languages), Unmapped(settings.unmapped)
    )
