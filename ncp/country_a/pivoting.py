"""The codes of a document that leaves: those of the European value sets.

Each document that is brought to them is an event of its own in the record, whether it
could be or not.

Spec: eHDSI use cases, transcoding at the country of affiliation / sheet 06 §1.2
(EHDSI-94).
Seen: OpenNCP 9 XCAServiceImpl (an error of transcoding refuses the document).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ncp.audit import Side, TranslationEvent
from ncp.country_a.made import MadeDocument
from ncp.country_a.offers import Offer
from ncp.country_a.services import RespondingServices
from ncp.errors import NcpError, Refusal, SemanticError
from ncp.identity import GatewayIdentity
from ncp.terminology.desk import Processed, TerminologyDesk
from ncp.terminology.recorded import (
    remarks_on,
    translation_failed,
    translation_made,
)
from transformations.terminology.passes import Account

NOT_PIVOTED = {
    "release": None,
    "sentence": "no catalogue is named; codes and displays are as the source has them",
}


class NotPivoted(SemanticError):  # noqa: N818 - a refusal, not a defect
    """A code has none in the value set of its place, and may not go without.

    ``event`` is what is recorded of it.
    """

    def __init__(self, account: Account, event: TranslationEvent) -> None:
        super().__init__(
            Refusal.CODES_UNMAPPED,
            "a code of the document has none in the value set of its place",
            "; ".join(
                f"{one.rule} {one.where}: {one.sentence}" for one in account.errors
            ),
        )
        self.event = event


def translations_of(error: NcpError) -> tuple[TranslationEvent, ...]:
    """Return what is to be recorded of a translation that was refused, if one was."""
    return (error.event,) if isinstance(error, NotPivoted) else ()


def pivoted(
    services: RespondingServices, offer: Offer, made: MadeDocument
) -> MadeDocument:
    """Bring a made document to the codes of the catalogue, and keep the account.

    Raises
    ------
    NotPivoted
        A code has none in the value set of its place, and may not go without.
    NationalError
        No catalogue speaks at this moment.
    """
    if services.terminology is None:
        return replace(made, kept={**made.kept, "terminology.json": NOT_PIVOTED})
    processed = _processed(services, services.terminology, offer, made)
    account = processed.account
    return MadeDocument(
        processed.document,
        {
            **made.kept,
            "document.xml": processed.document,
            "friendly.xml": made.document,
            "terminology.json": account.summary,
        },
        (Refusal.CODES_PARTLY_UNMAPPED,) if processed.is_lacking else (),
        translations=(translation_made(*_about(services, offer), processed),),
    )


def _processed(
    services: RespondingServices,
    desk: TerminologyDesk,
    offer: Offer,
    made: MadeDocument,
) -> Processed:
    processed = desk.pivoted(made.document)
    account = processed.account
    if account.errors and not services.send_incomplete_documents:
        event = translation_failed(*_about(services, offer), remarks_on(account))
        raise NotPivoted(account, event)
    return processed


def _about(
    services: RespondingServices, offer: Offer
) -> tuple[Side, GatewayIdentity, datetime, str]:
    return Side.A, services.identity, services.clock.now(), offer.document_id
