"""What is recorded of a translation, on either side of the border (EHDSI-94).

Country A brings a document to the codes of the European value sets, country B tells it
in the reader's language, and brings an eDispensation to those codes.

Spec: sheet 06 §1.2, §1.3 (pivot translation).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ncp.audit import AuditError, AuditOutcome, Side, TranslationEvent
from ncp.identity import GatewayIdentity
from ncp.terminology.desk import Processed
from transformations.mapping import Severity
from transformations.terminology.passes import Account, TermRule

_WORDS: Final[Mapping[TermRule, str]] = {
    TermRule.NOT_TRANSLATED: "no name in the languages asked for",
    TermRule.REQUIRED_NOT_TRANSLATED: "required, and no name in the languages",
    TermRule.NOT_TRANSCODED: "no code in the value set of its place",
    TermRule.REQUIRED_NOT_TRANSCODED: "required, and no code in its value set",
    TermRule.REQUIRED_MISSING: "required, and not there",
    TermRule.ATTRIBUTES_MISSING: "a code without a code system",
    TermRule.DOCUMENT_CODE_UNKNOWN: "a document of no known kind",
    TermRule.DOCUMENT_CODE_MISSING: "a document without a code",
}


def translation_made(
    side: Side,
    identity: GatewayIdentity,
    moment: datetime,
    document: str,
    processed: Processed,
) -> TranslationEvent:
    """Return the record of a translation that was made, with what it lacks."""
    lacking = remarks_on(processed.account)
    outcome = AuditOutcome.MINOR_FAILURE if lacking else AuditOutcome.SUCCESS
    return _event(side, identity, moment, document, outcome, lacking)


def translation_failed(
    side: Side,
    identity: GatewayIdentity,
    moment: datetime,
    document: str,
    errors: tuple[AuditError, ...],
) -> TranslationEvent:
    """Return the record of a translation that did not come about, and why."""
    outcome = AuditOutcome.SERIOUS_FAILURE
    return _event(side, identity, moment, document, outcome, errors)


def remarks_on(account: Account) -> tuple[AuditError, ...]:
    """Say once per rule how often a code could not be told."""
    counted = Counter(
        finding.rule
        for finding in account.findings
        if finding.severity is not Severity.INFORMATION
    )
    return tuple(
        AuditError(rule.value, f"{count} coded elements: {_WORDS.get(rule, rule.name)}")
        for rule, count in counted.items()
    )


def _event(
    side: Side,
    identity: GatewayIdentity,
    moment: datetime,
    document: str,
    outcome: AuditOutcome,
    errors: tuple[AuditError, ...],
) -> TranslationEvent:
    is_a = side is Side.A
    return TranslationEvent(
        side=side,
        moment=moment,
        outcome=outcome,
        audit_source=identity.audit_source,
        consumer_dn=identity.tls_server_dn if is_a else identity.tls_client_dn,
        address=identity.node_address,
        document=document,
        errors=errors,
    )
