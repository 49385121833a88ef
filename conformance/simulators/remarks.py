"""What is wrong with a question, as a simulated country A sees it.

It answers all the same; whoever tests reads the remarks beside the answer.

Spec: IHE ITI TF-2 §3.55.4.1, §3.38.4.1, §3.39.4.1, §3.41.4.1 / eHDSI SAML profile
(Wave 7) / WS-Addressing 1.0 Core §3.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from conformance.simulators.questions import Question
from conformance.simulators.soap import NAMESPACES, Message, Transaction
from trust.assertions import AssertionKind
from trust.identifiers import HomeCommunityId

_AGENT: Final = "v3:sender/v3:device/v3:asAgent/v3:representedOrganization/v3:id"


def remarks_on(question: Question, home: HomeCommunityId) -> tuple[str, ...]:
    """Return what breaks a rule, a sentence each; ``home`` is the country asked."""
    return (
        *_addressing(question),
        *_assertions(question),
        *_content(question, home),
    )


def _addressing(question: Question) -> Iterator[str]:
    for name in ("Action", "MessageID", "To"):
        path = f"s:Header/wsa:{name}"
        if len(question.message.envelope.findall(path, NAMESPACES)) != 1:
            yield f"wsa:{name} does not stand once"
    if question.message.action != question.transaction.request_action:
        yield "wsa:Action is not that of the transaction"


def _assertions(question: Question) -> Iterator[str]:
    kinds = [_kind(each) for each in question.message.assertions]
    needs_trc = question.transaction is not Transaction.ITI_55
    if kinds.count(AssertionKind.HCP) != 1:
        yield "the HCP assertion does not stand once"
    if kinds.count(AssertionKind.TRC) != int(needs_trc):
        yield f"{kinds.count(AssertionKind.TRC)} TRC assertions"
    if needs_trc and question.trc_patient != question.patient:
        yield "the TRC assertion names another patient"
    if not all(map(_is_signed, question.message.assertions)):
        yield "an assertion is not signed right after its issuer"
    if needs_trc and not _is_advised(question.message):
        yield "the TRC assertion does not refer to the HCP assertion"


def _content(question: Question, home: HomeCommunityId) -> Iterator[str]:
    if question.patient is None:
        yield "no patient is named"
    match question.transaction:
        case Transaction.ITI_55:
            yield from _discovery(question.body, home)
        case Transaction.ITI_38 if not question.class_codes:
            yield "no class code is asked for"
        case Transaction.ITI_39:
            if any(asked_in != home.urn for _, asked_in in question.documents):
                yield "a document is asked for in another home community, or in none"
        case Transaction.ITI_41 if not question.submitted:
            yield "there is no document"


def _discovery(body: etree._Element, home: HomeCommunityId) -> Iterator[str]:
    receiver = body.find("v3:receiver/v3:device/v3:id", NAMESPACES)
    if receiver is None or receiver.get("root") != home:
        yield "the receiver is another home community"
    if body.find(_AGENT, NAMESPACES) is None:
        yield "the sender has no asAgent"


def _kind(assertion: etree._Element) -> str:
    issuer = assertion.find("saml:Issuer", NAMESPACES)
    return "" if issuer is None else issuer.get("NameQualifier", "")


def _is_signed(assertion: etree._Element) -> bool:
    parts = list(assertion.iterchildren("*"))
    return len(parts) > 1 and parts[1].tag == f"{{{NAMESPACES['ds']}}}Signature"


def _is_advised(message: Message) -> bool:
    ids = {_kind(each): each.get("ID", "") for each in message.assertions}
    told = {
        _kind(each): each.findtext("saml:Advice/saml:AssertionIDRef", "", NAMESPACES)
        for each in message.assertions
    }
    referred = told.get(AssertionKind.TRC)
    return bool(referred) and referred == ids.get(AssertionKind.HCP)
