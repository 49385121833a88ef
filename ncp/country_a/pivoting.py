"""The codes of a document that leaves: those of the European value sets.

Spec: eHDSI use cases, transcoding at the country of affiliation.
Seen: OpenNCP 9 XCAServiceImpl (an error of transcoding refuses the document).
"""

from __future__ import annotations

from dataclasses import replace

from ncp.country_a.made import MadeDocument
from ncp.country_a.services import RespondingServices
from ncp.errors import Refusal, SemanticError


def pivoted(services: RespondingServices, made: MadeDocument) -> MadeDocument:
    """Bring a made document to the codes of the catalogue, and keep the account.

    Raises
    ------
    SemanticError
        A code has none in the value set of its place, and may not go without.
    NationalError
        No catalogue speaks at this moment.
    """
    if services.terminology is None:
        return replace(made, kept={**made.kept, "terminology.json": NOT_PIVOTED})
    processed = services.terminology.pivoted(made.document)
    account = processed.account
    if account.errors and not services.send_incomplete_documents:
        raise SemanticError(
            Refusal.CODES_UNMAPPED,
            "a code of the document has none in the value set of its place",
            "; ".join(
                f"{one.rule} {one.where}: {one.sentence}" for one in account.errors
            ),
        )
    return MadeDocument(
        processed.document,
        {
            **made.kept,
            "document.xml": processed.document,
            "friendly.xml": made.document,
            "terminology.json": account.summary,
        },
        (Refusal.CODES_PARTLY_UNMAPPED,) if processed.is_lacking else (),
    )


NOT_PIVOTED = {
    "release": None,
    "sentence": "no catalogue is named; codes and displays are as the source has them",
}
