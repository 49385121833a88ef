"""Synthetic FHIR prescriptions: every pattern of HL7 Europe MPD, and hard cases.

Nobody in them lives, and no text is copied: patterns are facts, the words are ours.
Each case says in one line what it is there for. Modules group them by what is hard
about them: how it is taken, what it is, how it is ordered, how the source is built.

Spec: HL7 Europe MPD (R4) MedicationRequest, Medication, Dosage / FHIR R4 Bundle.
"""

from tests.corpus.prescriptions.case import Case, Lacks
from tests.corpus.prescriptions.dosages import DOSAGES
from tests.corpus.prescriptions.orders import ORDERS
from tests.corpus.prescriptions.products import PRODUCTS
from tests.corpus.prescriptions.sources import SOURCES

PRESCRIPTIONS: tuple[Case, ...] = (*DOSAGES, *PRODUCTS, *ORDERS, *SOURCES)

__all__ = ["PRESCRIPTIONS", "Case", "Lacks"]
