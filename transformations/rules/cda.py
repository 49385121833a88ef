"""Judges a CDA document by the rules of its templates.

Spec: eHDSI CDA implementation guides (Wave 8); older waves as profiles.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from transformations.rules.constraint import Template
from transformations.rules.context import Judging
from transformations.rules.findings import Report, RuleFinding, Severity
from transformations.rules.line import Line
from transformations.rules.narrative import judge_narrative
from transformations.rules.place import Place, read_places
from transformations.rules.trees import Lines, rules, template_ids
from transformations.rules.waves import WAVE_8, Wave
from transformations.terminology.port import ValueSets

DOCUMENT = "ClinicalDocument"


def validate_cda(
    root: etree._Element,
    value_sets: ValueSets | None = None,
    wave: Wave = WAVE_8,
) -> Report:
    """Judge a parsed CDA document.

    Parameters
    ----------
    value_sets
        A terminology; without one, value sets that are not closed are reported as not
        judged.
    wave
        Whose rules; what a wave did not ask yet is told as a warning.
    """
    document = read_places(root)
    cx = Judging(value_sets, document)
    if not _judge(document, cx):
        cx.findings["", ""] = _no_template(document)
    judge_narrative(root, document, cx)
    found = [wave.told(finding) for finding in cx.findings.values()]
    if cx.unjudged:
        found.append(_not_judged(cx))
    if cx.omitted:
        found.append(_omitted(cx))
    return Report.of(found)


def _judge(document: Place, cx: Judging) -> bool:
    """Ask the document by the family it belongs to; say whether it has one."""
    carried = _carried(document)
    families = [
        lines
        for lines in rules().families.values()
        if any(
            _is_about(template, document, carried) for template in _of(lines, carried)
        )
    ]
    for lines in families:
        for place in document.descend():
            if "templateId" in place.by_name:
                _judge_place(lines, place, cx)
    return bool(families)


def _judge_place(lines: Lines, place: Place, cx: Judging) -> None:
    carried = _carried(place)
    for template_id in carried:
        for template, line in lines.get(template_id, ()):
            if _is_about(template, place, carried):
                _judge_root(line, place, cx)


def _carried(place: Place) -> frozenset[str]:
    ids = place.by_name.get("templateId", ())
    return frozenset(each.attributes.get("root", "") for each in ids)


def _of(lines: Lines, carried: frozenset[str]) -> Iterator[Template]:
    for template_id in carried:
        yield from (template for template, _ in lines.get(template_id, ()))


def _is_about(template: Template, place: Place, carried: frozenset[str]) -> bool:
    return template.root.step.name == place.name and template_ids(template) <= carried


def _judge_root(line: Line, place: Place, cx: Judging) -> None:
    line.judge(place, cx)
    parent = place.parent
    if line.node.maximum != 1 or parent is None:
        return
    beside = parent.by_name[place.name]
    if len(beside) > 1 and beside[0] is place:
        select = line.select
        count = sum(select is None or select(each, cx) for each in beside)
        line.judge_count(parent, count, cx)


def _no_template(document: Place) -> RuleFinding:
    is_cda = document.name == DOCUMENT
    return RuleFinding(
        "document#template",
        Severity.ERROR,
        document.path() if is_cda else "/",
        "The document carries no template id of an eHDSI document."
        if is_cda
        else "The document is no CDA document.",
        "Give it the templateId of its kind, such as that of the patient summary "
        "(1.3.6.1.4.1.12559.11.10.1.3.1.1.3).",
    )


def _omitted(cx: Judging) -> RuleFinding:
    return RuleFinding(
        "document#findings-omitted",
        Severity.ERROR,
        cx.root.path(),
        f"{cx.omitted} more findings are not told.",
        "Correct what is told first.",
    )


def _not_judged(cx: Judging) -> RuleFinding:
    names = ", ".join(sorted(cx.unjudged))
    return RuleFinding(
        "document#value-sets-not-judged",
        Severity.INFORMATION,
        cx.root.path(),
        f"Whether codes are of these value sets was not judged: {names}.",
        "Name a catalogue that holds them (--catalogue).",
    )
