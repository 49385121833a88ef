"""Who prescribed: a person with a function, without whom there is no prescription.

Spec: eHDSI ePrescription EH.1.1: author with functionCode of
eHDSIHealthcareProfessionalRole 42.1 (ISCO-08) and an assignedPerson (Wave 8).
"""

from __future__ import annotations

from transformations.cda.structure import CdaNode
from transformations.header.people import ISCO_08
from transformations.mapping import CodeMeaning, Context, Severity
from transformations.mapping.ledger import Site

# The group of ISCO-08 that every prescriber belongs to.
HEALTH_PROFESSIONAL = CodeMeaning("22", "Health professionals", ISCO_08)


def complete_prescriber(document: CdaNode, cx: Context) -> None:
    """Write what kind of professional prescribed, and report that none is named."""
    cx.site = Site("header: requester", "ClinicalDocument/author")
    for author in document.elements("author"):
        _complete_function(author, cx)
        assigned = author.first("assignedAuthor")
        if assigned is None or assigned.first("assignedPerson") is None:
            cx.find(
                Severity.CRITICAL,
                "prescriber-missing",
                "the prescription names no person who prescribed",
            )


def _complete_function(author: CdaNode, cx: Context) -> None:
    """Write the group of all prescribers where the source has no code of ISCO-08.

    A code of another system stays as it is: the pivot may know what it means.
    """
    function = author.first("functionCode")
    if function is None:
        function = author.add("functionCode")
    elif "code" in function.attributes or function.first("translation") is not None:
        return
    function.attributes.pop("nullFlavor", None)
    function.attributes["code"] = HEALTH_PROFESSIONAL.code
    function.attributes["codeSystem"] = HEALTH_PROFESSIONAL.system
    function.attributes["displayName"] = HEALTH_PROFESSIONAL.display
    cx.find(
        Severity.INFORMATION,
        "prescriber-function-general",
        "no function code is told; the prescriber is written as a health professional",
    )
