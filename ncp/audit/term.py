"""What an audit event may be found by, as values.

Spec: sheet 06 §2.5 (what ITI-81 asks by).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias


class TermKind(StrEnum):
    """What a term is; the values are the words of the command."""

    PATIENT = "patient"
    PERSON = "person"
    ORGANISATION = "organisation"
    DOCUMENT = "document"
    MESSAGE = "message"


Term: TypeAlias = tuple[TermKind, str]
"""A kind and a value; a patient's is the identifier in the CX form."""
