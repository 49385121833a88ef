"""What the gateway knows of a document beyond its source.

Spec: eHDSI common header (EH.1.3, Wave 8).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trust.identifiers import CountryCode, Oid


@dataclass(frozen=True, slots=True)
class Wave:
    """A published version of the eHDSI document templates."""

    number: int
    release: str


WAVE_8 = Wave(8, "8.0.0")


@dataclass(frozen=True, slots=True)
class Custodian:
    """The organization that answers for documents whose source names none."""

    name: str
    id: Oid


@dataclass(frozen=True, slots=True)
class DocumentHeader:
    """What is given for one document.

    Parameters
    ----------
    document_id
        The id of the document, a root without extension.
    language
        ``xx-YY``, used where the Composition names no language in that form.
    country
        The country the document comes from.
    custodian
        Stands in where the Composition has no custodian.
    created
        The moment of making; the Composition's date where absent.
    """

    document_id: Oid
    language: str
    country: CountryCode
    custodian: Custodian
    created: datetime | None = None
    wave: Wave = WAVE_8
