"""Judges documents by the rules: ours before they leave, theirs on arrival.

A document that breaks a rule is refused or told about, as the settings say; it never
passes in silence. What is told names rules and places, never a value.

Spec: eHDSI CDA implementation guides, as :mod:`transformations.rules` has them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from transformations.rules import WAVE_8, Report, Wave, validate_cda
from transformations.terminology import ValueSets

_TOLD = 5


def _no_value_sets() -> ValueSets | None:
    return None


@dataclass(frozen=True, slots=True)
class Conformity:
    """What is done about documents that break rules.

    Parameters
    ----------
    refuses
        An error refuses the document; else it is recorded and told.
    value_sets
        The terminology of now; without one, open value sets are not judged, and every
        report says so.
    """

    refuses: bool
    wave: Wave = WAVE_8
    value_sets: Callable[[], ValueSets | None] = _no_value_sets

    def judge(self, root: etree._Element) -> Report:
        """Judge a parsed document."""
        return validate_cda(root, self.value_sets(), self.wave)


OUTGOING = Conformity(refuses=True)
INCOMING = Conformity(refuses=False)


def remark_on(report: Report) -> str:
    """Say in a sentence how many rules a document breaks, and the first of them."""
    errors = report.errors
    if not errors:
        return ""
    rules = sorted({error.rule for error in errors})
    more = f" and {len(rules) - _TOLD} more" if len(rules) > _TOLD else ""
    return f"The document breaks {len(errors)} rules: {', '.join(rules[:_TOLD])}{more}."


def report_as_json(report: Report) -> dict[str, object]:
    """Return a report for the exchange folder, in the form of ``ncp validate``."""
    return {"findings": [finding.to_json() for finding in report.findings]}
