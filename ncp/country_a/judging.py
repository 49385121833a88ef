"""Judges a dispensation that came from abroad by the rules of its kind.

What it breaks goes into the record and to the operator, not to the peer: whether a
dispensation is taken, the facts in it decide. A duplicate gets its first result, so
rules that changed meanwhile must not turn it round.

Spec: eHDSI eDispensation EH.1.2, as :mod:`transformations.rules` has it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ncp.conformity import Conformity, remark_on
from ncp.ihe.codes import ClassCode
from ncp.ihe.iti41_xdr import Submission
from trust.xml import DOCUMENT_LIMITS, XmlRefused, parse_xml


def remarks_on(submission: Submission, rules: Conformity) -> Iterator[str]:
    """Say of each dispensation how many rules it breaks, and which come first.

    A discard is not judged: it carries a document that was taken.
    """
    for document in submission.documents:
        if document.operation is ClassCode.EDISPENSATION and document.content:
            remark = _remark(document.content, rules)
            if remark:
                yield remark


def _remark(content: bytes, rules: Conformity) -> str:
    try:
        root = parse_xml(content, DOCUMENT_LIMITS)
    except XmlRefused:
        # It is refused for that where its facts are read.
        return ""
    return remark_on(rules.judge(root))
