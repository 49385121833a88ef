"""A code of the template for what the source says by another code.

Spec: HL7 v3 CD.translation: the source's own codes stay beside the one demanded.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.mapping import CodeMeaning, Context
from transformations.sections.concepts import CODE_OF_ANY_SYSTEM, write_code


def code_to_fhir(node: CdaNode, resource: Any, cx: Context) -> bool:
    """Read the template's code with the source's own codes beside it."""
    code = node.first("code")
    return code is not None and CODE_OF_ANY_SYSTEM.to_fhir(code, resource, "code", cx)


def recode(
    resource: Any, node: CdaNode, code: CodeMeaning, cx: Context, *, label: str
) -> None:
    """Write a code and keep what the source called it as text and translations.

    Parameters
    ----------
    node
        The element ``code``, still empty.
    code
        The code that the template wants.
    label
        How the narrative calls the element.
    """
    CODE_OF_ANY_SYSTEM.to_cda(resource, "code", node, cx)
    words = CODE_OF_ANY_SYSTEM.phrase(node) or code.display
    own = dict(node.attributes)
    node.attributes.clear()
    write_code(node, code)
    is_same = (own.get("code"), own.get("codeSystem")) == (code.code, code.system)
    if own.get("code") and not is_same:
        node.add("translation", **own)
    CODE_OF_ANY_SYSTEM.link(node, cx.narrative.say(label, words))
