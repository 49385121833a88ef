"""What a pharmacy is answered at the national door.

Spec: ``ncp.country_b.dispensing.values``, in camel case.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from ncp.country_b.dispensing import Severity
from ncp.store import DispensationState
from ncp.web.national_caller import Answer
from ncp.web.national_listed import ListedDocumentAnswer
from transformations.eprescription.facts import Substitution


class FindingAnswer(Answer):
    """One thing about a dispensation: what it is, where, and what to do."""

    severity: Severity
    rule: str
    place: str
    sentence: str
    remedy: str


class FindingsAnswer(Answer):
    """Everything there is to say."""

    findings: tuple[FindingAnswer, ...]


class ListedPrescriptionAnswer(Answer):
    """A prescription of the list, and what is known here of its dispensation."""

    listed: ListedDocumentAnswer
    state: DispensationState | None
    dispensation: str | None


class PrescriptionListAnswer(Answer):
    """The prescriptions that a country offers for a patient."""

    handle: str
    prescriptions: tuple[ListedPrescriptionAnswer, ...]
    warnings: tuple[str, ...]


class CodeAnswer(Answer):
    """A code as the document has it; the system is an OID."""

    system: str
    code: str
    display: str


class PrescribedProductAnswer(Answer):
    """The product as the prescription describes it.

    ``content`` is what its packages hold, the innermost first: number and unit.
    """

    name: str
    code: CodeAnswer | None
    form: CodeAnswer | None
    atc: CodeAnswer | None
    package: CodeAnswer | None
    strength: str
    content: tuple[tuple[Decimal, str], ...]


class IngredientAnswer(Answer):
    """An active substance with its strength in words."""

    name: str
    code: CodeAnswer | None
    strength: str


class PrescriberAnswer(Answer):
    """Who prescribed."""

    name: str
    function: str
    organization: str
    country: str


class PrescriptionAnswer(Answer):
    """What a prescription says that decides something."""

    prescription_id: str
    item_id: str
    patient_name: str
    birth_date: str
    product: PrescribedProductAnswer
    ingredients: tuple[IngredientAnswer, ...]
    packages: int | None
    is_active: bool
    substitution: Substitution
    prescriber: PrescriberAnswer
    issued: str
    begins: str
    ends: str
    dosage: str
    instructions: str
    remarks: str
    words: tuple[str, ...]
    language: str


class ProductAnswer(Answer):
    """A product of the national catalogue."""

    code: str
    name: str
    strength: str
    form: str
    content: str


class ProductsAnswer(Answer):
    """What was found in the catalogue."""

    products: tuple[ProductAnswer, ...]


class OpenedAnswer(Answer):
    """A prescription: what it says, the document as it came (base64), what comes near.

    ``translated`` is the same document told in the language that was asked for.
    """

    document: str
    prescription: PrescriptionAnswer
    findings: tuple[FindingAnswer, ...]
    suggestions: tuple[ProductAnswer, ...]
    original: str
    translated: str | None


class StepAnswer(Answer):
    """One step of a dispensation."""

    state: DispensationState
    moment: datetime
    by: str
    sentence: str


class DispensationAnswer(Answer):
    """A dispensation as its pharmacy sees it."""

    dispensation: str
    state: DispensationState
    country: str
    document_id: str
    prescription_id: str
    patient_name: str
    prescribed: str
    product: ProductAnswer
    packages: int
    is_substituted: bool
    remark: str
    findings: tuple[FindingAnswer, ...]
    to_confirm: tuple[str, ...]
    discard_until: datetime | None
    steps: tuple[StepAnswer, ...]
    what_to_do: str


class DispensationsAnswer(Answer):
    """The pharmacy's dispensations."""

    dispensations: tuple[DispensationAnswer, ...]


class PreparedAnswer(Answer):
    """What is to be said about a wish, and what was prepared; null: it is stopped."""

    findings: tuple[FindingAnswer, ...]
    dispensation: DispensationAnswer | None
