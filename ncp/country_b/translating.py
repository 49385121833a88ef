"""A received document told in the reader's language; it never stands in the way.

The document is given to the professional as it came; the translation is beside it, with
what could not be told. Where there is none, the record says why.

Spec: eHDSI use cases, translation at the country of treatment.
Seen: OpenNCP 9 XcaInitGateway (an untranslated document is delivered all the same).
"""

from __future__ import annotations

from collections import Counter

from ncp.audit import AuditError, AuditOutcome, Side, TranslationEvent
from ncp.country_b.services import InitiatingServices
from ncp.errors import NcpError
from ncp.terminology.desk import Processed, TerminologyDesk
from transformations.mapping import Severity
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
    return processed, _remarks(processed)


def translation_event(
    services: InitiatingServices,
    document: str,
    processed: Processed | None,
    remarks: tuple[AuditError, ...],
) -> TranslationEvent | None:
    """Return what is recorded of a translation; None where nothing could translate."""
    if services.terminology is None:
        return None
    identity = services.identity
    return TranslationEvent(
        side=Side.B,
        moment=services.clock.now(),
        outcome=(AuditOutcome.SUCCESS if processed else AuditOutcome.SERIOUS_FAILURE),
        audit_source=identity.audit_source,
        consumer_dn=identity.tls_client_dn,
        address=identity.node_address,
        document=document,
        errors=remarks,
    )


def _remarks(processed: Processed) -> tuple[AuditError, ...]:
    """Say once per rule how often something could not be told."""
    counted = Counter(
        finding.rule
        for finding in processed.account.findings
        if finding.severity is not Severity.INFORMATION
    )
    return tuple(
        AuditError(rule.value, f"{count} coded elements: {_WORDS.get(rule, rule.name)}")
        for rule, count in counted.items()
    )


_WORDS = {
    TermRule.NOT_TRANSLATED: "no name in the languages asked for",
    TermRule.REQUIRED_NOT_TRANSLATED: "required, and no name in the languages",
    TermRule.REQUIRED_MISSING: "required, and not there",
    TermRule.ATTRIBUTES_MISSING: "a code without a code system",
    TermRule.DOCUMENT_CODE_UNKNOWN: "a document of no known kind",
    TermRule.DOCUMENT_CODE_MISSING: "a document without a code",
}
