"""Documents made of prescriptions, for the tests of this room."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from lxml import etree

from tests.capabilities import require_data
from tests.corpus.prescriptions import PRESCRIPTIONS, Case
from transformations.eprescription import (
    PRESCRIPTION_L3,
    Custodian,
    DocumentHeader,
    PrescriptionItem,
    Transformed,
    eprescription_to_cda,
    items,
)
from transformations.fhir import read_fhir_bundle
from trust.identifiers import CountryCode, Oid

CDA = {"c": "urn:hl7-org:v3", "p": "urn:hl7-org:pharm"}
ACT = "//c:substanceAdministration"
MATERIAL = f"{ACT}/c:consumable/c:manufacturedProduct/c:manufacturedMaterial"


def header_of(number: int = 1, **changes: Any) -> DocumentHeader:
    """Return the header of the document of an item, by its number."""
    given: dict[str, Any] = {
        "document_id": Oid(f"2.25.7735069800735698586734629295641978{number}"),
        "language": "en-GB",
        "country": CountryCode("LU"),
        "custodian": Custodian("Agence de test", Oid("1.3.182.99.1")),
        "type": PRESCRIPTION_L3,
    }
    return DocumentHeader(**{**given, **changes})


def listed(bundle: dict[str, Any]) -> tuple[PrescriptionItem, ...]:
    """List the items of a Bundle given as JSON."""
    return items(read_fhir_bundle(json.dumps(bundle).encode()))


def transform_all(data: bytes, **changes: Any) -> list[Transformed]:
    """Translate every item of a Bundle, raising on a defect of a table."""
    bundle = read_fhir_bundle(data)
    return [
        eprescription_to_cda(bundle, item, header_of(n, **changes), is_strict=True)
        for n, item in enumerate(items(bundle))
    ]


def transform(case: Case, **changes: Any) -> Transformed:
    """Translate the first item of a case."""
    return transform_all(case.data(), **changes)[0]


def named(name: str) -> Case:
    """Return a case of the corpus."""
    return next(case for case in PRESCRIPTIONS if case.name == name)


@cache
def schema() -> etree.XMLSchema:
    """Return the schema of CDA with the pharmacy extension."""
    return etree.XMLSchema(etree.parse(require_data("schemas") / "CDA_Pharma.xsd"))


def tree(made: Transformed) -> etree._Element:
    """Parse what was written."""
    return etree.fromstring(made.document)


def found(made: Transformed, path: str) -> list[Any]:
    """Return what an XPath finds."""
    return tree(made).xpath(path, namespaces=CDA)


def one(made: Transformed, path: str) -> Any:
    """Return the only thing an XPath finds."""
    (only,) = found(made, path)
    return only


def rules_found(made: Transformed, severity: str = "critical") -> set[str]:
    """Return the rules of the findings of one severity."""
    return {one.rule for one in made.findings if one.severity == severity}
