"""The national product catalogue over a FHIR server: Medication, searched by POST.

A server that ignores a parameter answers with more: what it returns is compared again
with what was asked. Strengths are compared here, for R4 has no search by them.

Spec: HL7 FHIR R4 Medication (search by code, form), §3.1.1.5.7 (modifier ``:text``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final

from ncp.national.fhir_client import FhirClient, escape
from ncp.national.fhir_failures import nonsense
from ncp.national.fhir_knowledge import as_medication
from ncp.national.fhir_medication import product_of
from ncp.national.products import (
    LUXEMBOURG_PRODUCTS,
    NationalProduct,
    ProductSearch,
)
from transformations.sections.codes import ATC, EDQM
from transformations.terminology import uri_of


class ProductResource(StrEnum):
    """As what a server keeps its products."""

    MEDICATION = "Medication"
    KNOWLEDGE = "MedicationKnowledge"


# By which parameters each is searched for an ATC code, and for a form.
_NAMES: Final = {
    ProductResource.MEDICATION: ("code", "form"),
    ProductResource.KNOWLEDGE: ("classification", "doseform"),
}


class FhirProducts:
    """Finds products by ``POST Medication/_search``, or MedicationKnowledge.

    Parameters
    ----------
    system
        The OID of the country's list of products.
    resource
        As what the server keeps its products.
    """

    def __init__(
        self,
        client: FhirClient,
        system: str = LUXEMBOURG_PRODUCTS,
        resource: ProductResource = ProductResource.MEDICATION,
    ) -> None:
        self._client = client
        self._system = system
        self._resource = resource

    def find(self, search: ProductSearch) -> Sequence[NationalProduct]:
        """Return every product that fits, by name; an empty search finds nothing."""
        if search.is_empty:
            return ()
        found = [each for each in self._asked(search) if search.fits(each)]
        return sorted(found, key=lambda each: each.name)

    def read(self, code: str) -> NationalProduct | None:
        """Return the product of a code; None where there is none.

        Raises
        ------
        NationalError
            The list holds the code twice: nobody knows which of them is meant.
        """
        found = self.find(ProductSearch(code=code)) if code else ()
        if len(found) > 1:
            raise nonsense("its list of products holds a code twice")
        return found[0] if found else None

    def _asked(self, search: ProductSearch) -> Iterator[NationalProduct]:
        parameters = list(_parameters(search, self._system, self._resource))
        is_knowledge = self._resource is ProductResource.KNOWLEDGE
        for found in self._client.search(self._resource.value, parameters):
            medication = as_medication(found) if is_knowledge else found
            product = product_of(medication, self._system)
            if product is not None:
                yield product


def _parameters(
    search: ProductSearch, system: str, resource: ProductResource
) -> Iterator[tuple[str, str]]:
    atc, form = _NAMES[resource]
    for name, oid, code in (
        ("code", system, search.code),
        (atc, ATC, search.atc),
        (form, EDQM, search.form),
    ):
        if code:
            yield name, f"{uri_of(oid)}|{escape(code)}"
    if search.name:
        yield "code:text", escape(search.name)
