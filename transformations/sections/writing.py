"""The frame of a section of a CDA: its code, its title, its text.

Spec: eHDSI sections (Wave 8): templateId, code, title and text are mandatory.
"""

from __future__ import annotations

from collections.abc import Iterable

from transformations.cda import CdaNode, SectionNarrative, expand
from transformations.hl7v3.oids import LOINC
from transformations.mapping import Context, Section


def open_section(
    section: Section, body: CdaNode, cx: Context
) -> tuple[CdaNode, CdaNode]:
    """Begin a section and its narrative; returns the component and the section in it.

    The component stands nowhere yet: ``body.graft`` puts it there when it is kept.
    """
    cx.narrative = SectionNarrative(section.prefix, cx.translate)
    part = CdaNode(body.kind.child("component"))
    node = part.add("section", classCode="DOCSECT")
    node.add(
        "code",
        code=section.code.value,
        codeSystem=LOINC,
        displayName=section.display,
    )
    return part, node


def close_section(
    section: Section, node: CdaNode, template_ids: Iterable[str], cx: Context
) -> None:
    """Write template ids, a title where there is none, and the text said so far."""
    for template_id in template_ids:
        node.add("templateId", root=expand(template_id))
    if node.first("title") is None:
        node.add("title", cx.translate(section.title))
    node.add("text").children += cx.narrative.write(section.title)
