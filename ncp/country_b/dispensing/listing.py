"""What is known here of the prescriptions of a list, and what of ours comes near one.

Spec: sheet 09 §5.3 P6 (state here, warning on top) / eHDSI
``ERROR_ED_EDISPENSATION_ACK_NOT_RECEIVED`` (sheet 06 §7.3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ncp.country_b.dispensing.details import read_details
from ncp.country_b.dispensing.values import ListedPrescription
from ncp.country_b.treatment import ListedDocument
from ncp.national.products import (
    NationalProduct,
    ProductCatalogue,
    ProductSearch,
    plain_strength,
)
from ncp.store import ForeignDispensation, ListedEntry
from transformations.eprescription.facts import PrescriptionFacts

UNACKNOWLEDGED: Final = "ERROR_ED_EDISPENSATION_ACK_NOT_RECEIVED"


def listed_here(
    documents: Sequence[ListedDocument],
    entries: Mapping[str, ListedEntry],
    ours: Sequence[ForeignDispensation],
    pharmacy: str,
) -> tuple[ListedPrescription, ...]:
    """Put beside each document how its newest dispensation of ours stands.

    The handle of a dispensation is told to its own pharmacy alone.
    """
    newest: dict[str, ForeignDispensation] = {}
    for kept in ours:
        newest.setdefault(read_details(kept).listed_as, kept)
    return tuple(
        _listed(each, newest.get(entries[each.document].document_unique_id), pharmacy)
        for each in documents
    )


def _listed(
    document: ListedDocument, kept: ForeignDispensation | None, pharmacy: str
) -> ListedPrescription:
    if kept is None:
        return ListedPrescription(document)
    is_own = kept.pharmacy == pharmacy
    return ListedPrescription(document, kept.state, kept.handle if is_own else None)


def unresolved(ours: Sequence[ForeignDispensation]) -> tuple[str, ...]:
    """Warn of dispensations of which nobody knows what the other country has done."""
    count = sum(each.state.is_open for each in ours)
    if not count:
        return ()
    earlier = "one earlier dispensation" if count == 1 else f"{count} earlier ones"
    sentence = (
        f"{UNACKNOWLEDGED}: of {earlier} for this patient it is not known whether the "
        "other country has booked it. Resolve that before dispensing more."
    )
    return (sentence,)


def suggestions(
    products: ProductCatalogue, facts: PrescriptionFacts
) -> tuple[NationalProduct, ...]:
    """Return products of the same substance and form, those of its strength first."""
    prescribed = facts.product
    if prescribed.atc is None:
        return ()
    form = prescribed.form.code if prescribed.form else ""
    found = products.find(ProductSearch(atc=prescribed.atc.code, form=form))
    strengths = {plain_strength(prescribed.strength)}
    strengths |= {
        plain_strength(each.strength.removesuffix(" / 1 1"))
        for each in facts.ingredients
    }
    return tuple(
        sorted(found, key=lambda each: plain_strength(each.strength) not in strengths)
    )
