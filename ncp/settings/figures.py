"""The section of the settings about figures: what is a test and does not count.

Spec: fact sheet 06 §4.2 (column TEST).
"""

from __future__ import annotations

from pydantic import field_validator

from ncp.settings.section import Section, Text
from trust.identifiers import Oid, PatientId


class FiguresSettings(Section):
    """Whose exchanges are tests, in a gateway that is in production.

    ``test_patients`` are made-up persons, each as ``root^extension``;
    ``test_points_of_care`` are organisations as their assertions name them.
    """

    test_patients: tuple[Text, ...] = ()
    test_points_of_care: tuple[Text, ...] = ()

    @field_validator("test_patients")
    @classmethod
    def _are_identifiers(cls, stated: tuple[str, ...]) -> tuple[str, ...]:
        for each in stated:
            _identifier(each)
        return stated

    @property
    def patients(self) -> frozenset[str]:
        """The test patients in the CX form, as the record names them."""
        return frozenset(_identifier(each).cx for each in self.test_patients)


def _identifier(text: str) -> PatientId:
    root, _, extension = text.partition("^")
    return PatientId(Oid.parse(root), extension)
