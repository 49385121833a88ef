"""That a document was translated (EHDSI-94).

Spec: sheet 06 §1.2, §1.3 (pivot translation: input and output, no human).
Seen: OpenNCP 9 names the gateway alone, as the consumer, who asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ncp.audit import codes
from ncp.audit.codes import Action, Coded
from ncp.audit.dicom_elements import (
    OTHER,
    audit_source,
    audited_object,
    error_object,
    identification,
    participant,
)
from ncp.audit.event import AuditError, AuditOutcome, Side, require_zone
from trust.xml import Element

# RFC 3881 §5.5.3.
_TRANSLATED: Final = "5"


@dataclass(frozen=True, slots=True)
class TranslationEvent:
    """A document was told in other codes or in another language, or could not be.

    Attributes
    ----------
    document
        The unique id of the document that was translated.
    translated
        That of the translation; None where it keeps the id.
    consumer_dn, address
        Our own gateway, which had it translated, and its node.
    errors
        What could not be translated, and why.
    """

    side: Side
    moment: datetime
    outcome: AuditOutcome
    audit_source: str
    consumer_dn: str
    address: str
    document: str = field(repr=False)
    translated: str | None = field(default=None, repr=False)
    errors: tuple[AuditError, ...] = ()

    def __post_init__(self) -> None:
        require_zone(self.moment)

    @property
    def is_made(self) -> bool:
        """Whether there is a translation, even a lacking one."""
        return self.outcome in {AuditOutcome.SUCCESS, AuditOutcome.MINOR_FAILURE}


def translation_children(event: TranslationEvent) -> Iterator[Element]:
    """Write what stands in the message, in order; what failed has no output."""
    yield identification(
        codes.TRANSLATION_EVENT,
        [codes.TRANSLATION],
        Action.EXECUTE,
        event.moment,
        event.outcome,
        errors=event.errors,
    )
    yield participant(
        event.consumer_dn,
        [codes.SERVICE_CONSUMER],
        alternative=event.consumer_dn,
        is_requestor=True,
        address=event.address,
    )
    yield audit_source(event.audit_source)
    yield from map(error_object, event.errors)
    yield _document(event.document, codes.TRANSLATION_INPUT)
    if event.is_made:
        made = event.translated or event.document
        yield _document(made, codes.TRANSLATION_OUTPUT)


def _document(document: str, kind: Coded) -> Element:
    written = audited_object(document, kind, OTHER, None)
    written.attributes["ParticipantObjectDataLifeCycle"] = _TRANSLATED
    return written
