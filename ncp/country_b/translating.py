"""A received document told in the reader's language; it never stands in the way.

The document is given to the professional as it came; the translation is beside it, with
what could not be told. Where there is none, the record says why.

Spec: eHDSI use cases, translation at the country of treatment.
Seen: OpenNCP 9 XcaInitGateway (an untranslated document is delivered all the same).
"""

from __future__ import annotations

from ncp.audit import AuditError, Side, TranslationEvent
from ncp.country_b.services import InitiatingServices
from ncp.errors import NcpError
from ncp.terminology.desk import Processed, TerminologyDesk
from ncp.terminology.recorded import (
    remarks_on,
    translation_failed,
    translation_made,
)
from transformations.terminology.passes import TermRule

MISSING_TRANSLATION = "WARNING_PS_MISSING_EXPECTED_TRANSLATION"


def translated(
    desk: TerminologyDesk | None, document: bytes, language: str
) -> tuple[Processed | None, tuple[AuditError, ...]]:
    """Return the translation, or None, and what the record is to say."""
    if desk is None:
        sentence = "no catalogue is named: the document is told as it came"
        return None, (AuditError(MISSING_TRANSLATION, sentence),)
    try:
        processed = desk.translated(document, language)
    except NcpError as error:
        code = TermRule.PROCESSING.value
        return None, (AuditError(code, error.public_message),)
    return processed, remarks_on(processed.account)


def translation_event(
    services: InitiatingServices,
    document: str,
    processed: Processed | None,
    remarks: tuple[AuditError, ...],
) -> TranslationEvent | None:
    """Return what is recorded of a translation; None where nothing could translate."""
    if services.terminology is None:
        return None
    about = Side.B, services.identity, services.clock.now(), document
    if processed is None:
        return translation_failed(*about, remarks)
    return translation_made(*about, processed)
