"""What the datatypes of CDA ask of an element, whichever template it belongs to."""

from transformations.rules.datatypes.check import Check, Datatype
from transformations.rules.datatypes.table import ADVICE, DATATYPES

__all__ = ["ADVICE", "DATATYPES", "Check", "Datatype"]
